"""What checks said in the run of the demo, and what a broken lake does to a run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from dagster import AssetCheckKey, AssetKey, DagsterInstance
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord

from pipelines.contracts import load_contracts
from pipelines.settings import Settings
from pipelines.warehouse.build_tables import built_tables
from tests.conftest import DemoRun, congdoan
from tests.dagster_history import history_of


@pytest.fixture(scope="module")
def instance(demo: DemoRun) -> Iterator[DagsterInstance]:
    """Dagster's record of the demo."""
    with history_of(demo.settings) as instance:
        yield instance


def evaluation(instance: DagsterInstance, asset: list[str], name: str) -> Any:
    """The last evaluation of a check."""
    key = AssetCheckKey(AssetKey(asset), name)
    found: dict[AssetCheckKey, AssetCheckExecutionRecord] = dict(
        instance.event_log_storage.get_latest_asset_check_execution_by_key([key])
    )
    event = found[key].event
    assert event and event.dagster_event
    return event.dagster_event.asset_check_evaluation_data


def materialization(instance: DagsterInstance, asset: list[str]) -> dict[str, Any]:
    """What an asset said of itself last."""
    event = instance.get_latest_materialization_event(AssetKey(asset))
    assert event and event.asset_materialization
    return dict(event.asset_materialization.metadata)


def test_findings_of_returned_files_warn_with_counts_senders_and_examples(
    instance: DagsterInstance, demo: DemoRun
) -> None:
    """The demo has returned submissions, and published all the same."""
    ((form, code, findings),) = demo.query(
        "select form, rule_code, count(*) from marts.fct_submission_issue join marts.fct_submission"
        " using (submission_id) where severity = 'error' and rule_code in (select unnest(?))"
        " group by all order by 3 desc, 1, 2 limit 1".replace("?", str(_form_rules()))
    )
    said = evaluation(instance, ["validated_rows"], f"{form}__{code.replace('-', '_').lower()}")
    assert not said.passed and said.severity.value == "WARN" and not said.blocking
    metadata = said.metadata
    assert metadata["rows_evaluated"].value >= metadata["rows_unexpected"].value > 0
    assert metadata["findings"].value == findings
    senders = metadata["senders"].records
    numbers = [int(str(record.data["findings"])) for record in senders]
    assert numbers == sorted(numbers, reverse=True) and sum(numbers) == findings
    assert metadata["examples"].records[0].data["message_vi"]
    assert code in str(metadata["rule_page"].value)


def _form_rules() -> list[str]:
    return [rule.code for form in load_contracts().forms for rule in form.rules]


def test_built_tables_show_their_rows_and_columns(instance: DagsterInstance, demo: DemoRun) -> None:
    built = built_tables(demo.settings)
    with duckdb.connect(demo.settings.build_db, read_only=True) as connection:
        for (schema, table), known in built.items():
            if known.rows is not None:
                counted = connection.execute(f"select count(*) from {schema}.{table}").fetchone()
                assert counted == (known.rows,), table
    for schema, table in (("marts", "mart_membership"), ("staging", "stg_enterprises"), ("seeds", "indicators")):
        said = materialization(instance, [schema, table])
        assert said["dagster/row_count"].value == built[schema, table].rows
        if schema == "staging":  # the others declare their types
            columns = {column.name: column.type for column in said["dagster/column_schema"].schema.columns}
            assert columns == built[schema, table].types
    lineage = materialization(instance, ["marts", "mart_membership"])["dagster/column_lineage"].value
    (source,) = lineage.deps_by_column["members_total"]
    assert source.asset_key == AssetKey(["intermediate", "int_membership_by_unit"])
    from_lake = materialization(instance, ["staging", "stg_enterprises"])["dagster/column_lineage"].value
    (source,) = from_lake.deps_by_column["tax_code"]
    assert (source.asset_key, source.column_name) == (AssetKey(["lake", "enterprises"]), "tax_code")


def test_the_project_describes_every_column_that_it_builds(demo: DemoRun) -> None:
    manifest = json.loads((demo.settings.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    built = built_tables(demo.settings)
    for node in manifest["nodes"].values():
        if node["resource_type"] in ("model", "seed"):
            described = {name for name, column in node["columns"].items() if column["description"]}
            assert described == set(built[node["schema"], node["alias"]].types), node["name"]


def test_verdicts_are_numbers_that_can_be_plotted(instance: DagsterInstance, demo: DemoRun) -> None:
    said = materialization(instance, ["lake", "submissions"])
    for verdict in ("accepted", "accepted_with_queries", "returned", "unrecognised", "duplicate"):
        assert said[verdict].value == demo.summary[verdict]


def test_the_published_file_is_checked(instance: DagsterInstance, demo: DemoRun) -> None:
    ((missing, expected),) = demo.query(
        "select sum(missing)::int, sum(expected)::int from marts.mart_reporting_rate where unit_type = 'national'"
        " and period = (select max(period) from marts.mart_reporting_rate)"
    )
    said = evaluation(instance, ["published_warehouse"], "completeness")
    assert (said.metadata["unexpected"].value, said.metadata["evaluated"].value) == (missing, expected)
    assert said.passed == (100 * (expected - missing) / expected >= 90) and said.severity.value == "WARN"
    assert evaluation(instance, ["published_warehouse"], "row_account").passed


@pytest.mark.slow
def test_a_damaged_lake_publishes_nothing_and_says_which_test_and_what_to_do(demo: DemoRun, tmp_path: Path) -> None:
    """An enterprise stands twice in the lake, in rows as many as they should be: the grain of enterprises is broken."""
    data_dir = tmp_path / "data"
    shutil.copytree(demo.settings.root, data_dir)
    settings = Settings(data_dir=data_dir)
    before = (settings.published / "manifest.json").read_bytes()
    rows = min(settings.lake.glob("enterprises/period=*/*.parquet"))
    frame = pl.read_parquet(rows)
    first, second = frame.filter(submission_id=frame["submission_id"][0]).head(2).iter_rows(named=True)
    is_second = (pl.col("submission_id") == second["submission_id"]) & (pl.col("source_row") == second["source_row"])
    other_code = pl.when(is_second).then(pl.lit(first["tax_code"])).otherwise("tax_code")
    frame.with_columns(tax_code=other_code).write_parquet(rows)
    with pytest.raises(AssertionError) as failed:
        congdoan("run", "--data-dir", data_dir)
    said = " ".join(str(failed.value).split())
    assert said.startswith("exit 1")
    assert "intermediate/int_enterprises_current: unique_grain_int_enterprises_current" in said
    assert "dòng vi phạm" in said and "data/lake" in said
    assert (settings.published / "manifest.json").read_bytes() == before
    check = next(
        evaluation_name
        for evaluation_name in _checks_of(settings)
        if evaluation_name.startswith("unique_grain_int_enterprises_current")
    )
    with history_of(settings) as instance:
        broken = evaluation(instance, ["intermediate", "int_enterprises_current"], check)
    assert not broken.passed and broken.blocking
    assert 0 < len(broken.metadata["examples"].records) <= 20


def _checks_of(settings: Settings) -> list[str]:
    manifest = json.loads((settings.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    return [node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "test"]
