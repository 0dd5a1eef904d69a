"""The generated part of the dbt project, and that hand-written dbt documentation leans on it rightly."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import polars as pl
import pytest
import yaml

from pipelines.codegen.dbt import HEADER, SEEDS, STAGING, render_dbt
from pipelines.contracts.frames import CHANGES, ROW_KEYS, SETTLED_ISSUES, SUBMISSIONS, row_schema
from pipelines.contracts.loader import load_contracts
from pipelines.contracts.model import Contracts, FieldType, FormField
from pipelines.settings import PROJECT_DIR

DBT_PROJECT = PROJECT_DIR / "dbt_project"
NEW_FIELD = FormField(
    name="members_retired",
    type=FieldType.COUNT,
    label_vi="Nghỉ hưu",
    label_en="Retired",
    help_vi="Số nghỉ hưu.",
)


@pytest.fixture
def extended() -> Contracts:
    """The contracts with one more optional column in the form of grassroots unions."""
    contracts = load_contracts()
    unions = contracts.form("grassroots_unions")
    longer = unions.model_copy(update={"fields": (*unions.fields, NEW_FIELD)})
    forms = tuple(longer if form is unions else form for form in contracts.forms)
    return contracts.model_copy(update={"forms": forms})


def _lake_table(name: str, lake: Path) -> str:
    """Where dbt-duckdb finds a source, resolved as dbt and its adapter do."""
    source = yaml.safe_load(render_dbt()[f"{STAGING}/_sources.yml"])["sources"][0]
    location = jinja2.Template(source["config"]["meta"]["external_location"])
    return location.render(env_var=lambda _: str(lake)).format_map({"name": name})


def _query(sql: str, lake: Path) -> pl.DataFrame:
    """Run a generated staging model over a lake, without dbt."""
    rendered = jinja2.Template(sql).render(source=lambda _, table: _lake_table(table, lake))
    with duckdb.connect() as connection:
        result = connection.sql(rendered).to_arrow_table()
    frame = pl.from_arrow(result)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _models(text: str) -> list[dict[str, Any]]:
    return yaml.safe_load(text)["models"]


def test_every_generated_file_says_so() -> None:
    texts = {path: text for path, text in render_dbt().items() if not path.endswith(".csv")}
    assert [path for path, text in texts.items() if HEADER not in text] == []


@pytest.mark.parametrize("form", [form.form for form in load_contracts().forms])
def test_staging_has_the_columns_and_types_of_the_lake(form: str, tmp_path: Path) -> None:
    schema = row_schema(load_contracts().form(form))
    (tmp_path / form).mkdir()
    pl.DataFrame(schema=schema).write_parquet(tmp_path / form / "_schema.parquet")

    staged = _query(render_dbt()[f"{STAGING}/stg_{form}.sql"], tmp_path)

    assert dict(staged.schema) == schema


def test_new_optional_column_reaches_staging_and_is_null_in_older_files(extended: Contracts, tmp_path: Path) -> None:
    old, new = (row_schema(contracts.form("grassroots_unions")) for contracts in (load_contracts(), extended))
    table = tmp_path / "kho số liệu d'un ami" / "grassroots_unions"
    for period, schema, values in (
        ("2021-Q2", old, {"union_code": "A"}),
        ("2021-Q3", new, {"union_code": "B", "members_retired": 3}),
    ):
        (table / f"period={period}").mkdir(parents=True)
        frame = pl.DataFrame([{**dict.fromkeys(schema), "period": period, **values}], schema=schema)
        frame.write_parquet(table / f"period={period}" / "data.parquet")
    pl.DataFrame(schema=new).write_parquet(table / "_schema.parquet")
    files = render_dbt(extended)

    staged = _query(files[f"{STAGING}/stg_grassroots_unions.sql"], table.parent)

    assert staged.sort("period").select("period", "union_code", "members_retired").rows() == [
        ("2021-Q2", "A", None),
        ("2021-Q3", "B", 3),
    ]
    (model,) = _models(files[f"{STAGING}/_stg_grassroots_unions.yml"])
    assert model["columns"][-1]["description"] == "{{ doc('grassroots_unions__members_retired') }}"
    assert "{% docs grassroots_unions__members_retired %}" in files[f"{STAGING}/_fields.md"]


@pytest.mark.parametrize("form", [form.form for form in load_contracts().forms])
def test_keys_are_tested(form: str) -> None:
    contract = load_contracts().form(form)
    (model,) = _models(render_dbt()[f"{STAGING}/_stg_{form}.yml"])
    columns = {column["name"]: column for column in model["columns"]}

    assert list(columns) == [*ROW_KEYS, *(field.name for field in contract.fields)]
    for name in ("submission_id", "period", *contract.key):
        assert "not_null" in columns[name]["data_tests"], name
    assert columns["submission_id"]["data_tests"][-1]["relationships"]["arguments"] == {
        "to": "ref('stg_submissions')",
        "field": "submission_id",
    }


@pytest.mark.parametrize(
    ("table", "schema"),
    [("submissions", SUBMISSIONS), ("submission_issues", SETTLED_ISSUES), ("submission_changes", CHANGES)],
)
def test_record_tables_follow_the_frames(table: str, schema: dict[str, pl.DataType]) -> None:
    (model,) = _models(render_dbt()[f"{STAGING}/_stg_{table}.yml"])
    assert [column["name"] for column in model["columns"]] == list(schema)


def test_code_lists_hold_every_choice_with_its_words() -> None:
    rows = list(csv.DictReader(io.StringIO(render_dbt()[f"{SEEDS}/code_lists.csv"])))
    fields = [field for form in load_contracts().forms for field in form.fields if not field.listed_in]
    expected = sum(len(field.choices) for field in fields)
    assert len(rows) == expected
    school = {"form": "grassroots_unions", "field": "sector", "code": "public_school"}
    assert {**school, "label_vi": "Trường học công lập"} in rows


def test_every_described_column_has_its_doc_block() -> None:
    blocks = [
        block
        for path in DBT_PROJECT.rglob("*.md")
        for block in re.findall(r"{% docs (\w+) %}", path.read_text(encoding="utf-8"))
    ]
    used = {
        name
        for path in DBT_PROJECT.rglob("*.yml")
        for name in re.findall(r"doc\('+(\w+)'+\)", path.read_text(encoding="utf-8"))
    }
    assert sorted(set(blocks)) == sorted(blocks)
    assert used - set(blocks) == set()
    by_hand = [block for block in blocks if "__" not in block]
    assert set(by_hand) - used == set(), "nothing uses these descriptions"


def test_seeds_name_the_units_of_one_tree() -> None:
    """Every unit type of the seed is one that some form may come from, or that the list of types knows."""
    units = pl.read_csv(DBT_PROJECT / "seeds" / "org_units.csv", infer_schema=False)
    types = pl.read_csv(DBT_PROJECT / "seeds" / "unit_types.csv", infer_schema=False)
    senders = {unit_type for form in load_contracts().forms for unit_type in form.sent_by}

    assert units["unit_type"].is_in(types["unit_type"].to_list()).all()
    assert senders <= set(types["unit_type"].to_list())
    assert units.filter(pl.col("parent_code").is_null())["org_unit_code"].to_list() == ["VN"]
