"""Whatever targets are given to whom, and however the units are reformed: none is lost, doubled or judged elsewhere."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from pipelines import periods
from pipelines.contracts import load_contracts
from pipelines.contracts.frames import SUBMISSIONS, row_schema
from tests.dbt_models import CompiledProject
from tests.national import submission
from tests.reforms import PERIODS, Reported, reported_histories

TARGETS = load_contracts().form("targets")
TABLES = ["int_targets_by_period", "int_targets_in_force", "fct_target", "dim_target_set", "mart_target_handed_down"]
SETS = pl.DataFrame(
    [
        {"target_set": code, "org_unit_code": "VN", "name_vi": code, "set_kind": "resolution", "parent_set": parent}
        for code, parent in (("NQ", None), ("KH", "NQ"))
    ],
    schema=dict.fromkeys(("target_set", "org_unit_code", "name_vi", "name_en", "set_kind", "parent_set"), pl.String())
    | {"decided_on": pl.Date(), "source": pl.String()},
)


NO_DOCUMENTS = pl.DataFrame(
    schema=dict.fromkeys(("org_unit_code", "indicator_code", "target_set", "operator"), pl.String())
    | dict.fromkeys(("first_year", "target_year", "threshold_workers"), pl.Int64())
    | dict.fromkeys(("denominator", "qualitative_word", "source", "note"), pl.String())
    | {"value": pl.Float64(), "is_qualitative": pl.Boolean(), "decided_on": pl.Date()}
)


@st.composite
def targets_given(draw: st.DrawFn, reported: Reported) -> list[dict[str, Any]]:
    """Rows of the form, from any unit to any unit of the period, many of them alike but for their value.

    Codes that passed from one unit to another get most of them.
    """
    rows = []
    reborn = [link["to_code"] for link in reported.history.successions if link["from_code"] == link["to_code"]]
    for number in range(draw(st.integers(5, 25))):
        period = draw(st.sampled_from(PERIODS))
        units = reported.history.valid_in(period) or ["VN"]
        units += [code for code in reborn if code in units] * 5
        sender, unit = draw(st.sampled_from(["VN", *units])), draw(st.sampled_from(units))
        rows.append(
            {
                **{"submission_id": f"{sender}.{period}", "org_unit_code": sender, "period": period, "unit_code": unit},
                **{"source_sheet": "S", "source_row": number, "value": float(number), "operator": "gte"},
                "indicator_code": draw(st.sampled_from(["members_total", "members_admitted"])),
                "target_set": draw(st.sampled_from(["NQ", "KH", "khác"])),
                "target_year": draw(st.sampled_from([2025, 2030])),
                "first_year": draw(st.sampled_from([None, 2024])),
                "decided_by": "Văn bản mẫu",
            }
        )
    return rows


@pytest.fixture(scope="module")
def connection(compiled: CompiledProject) -> duckdb.DuckDBPyConnection:
    """A database with the seeds of the project, in which each example replaces units and targets."""
    return compiled.open()


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True, phases=(Phase.generate,))
@given(data=st.data(), reported=reported_histories())
def test_any_targets_through_any_reforms(
    compiled: CompiledProject, connection: duckdb.DuckDBPyConnection, data: st.DataObject, reported: Reported
) -> None:
    rows = data.draw(targets_given(reported))
    event(f"given twice: {len(rows) > len({(row['unit_code'], row['target_set']) for row in rows})}")
    compiled.run(connection, frames(reported, rows), TABLES)

    about_targets = [test for test in compiled.tests_of(*TABLES) if any(table in test for table in TABLES)]
    checks = [*about_targets, "assert_every_target_has_its_set"]
    failing = {test: compiled.failures(connection, test) for test in checks}
    assert {test: found for test, found in failing.items() if found} == {}

    facts = read(connection, "marts.fct_target")
    shown = [row for row in read(connection, "intermediate.int_targets_by_period") if row["is_given"]]
    lines = {
        (row["org_unit_code"], row["valid_from"]): row["line_from"]
        for row in read(connection, "intermediate.int_org_unit_lines")
    }
    by_value = {row["target_value"]: row for row in facts}
    versions = defaultdict(list)
    for row in facts:
        versions[key_of(row)].append(row)
    if reported.unions:
        assert {key_of(by_value[row["target_value"]]) for row in shown} == set(versions), "none is lost"

    seen = set()
    for row in shown:
        fact = by_value[row["target_value"]]
        assert (row["period"], key_of(fact)) not in seen, "in one period a target stands once, at whatever unit"
        seen.add((row["period"], key_of(fact)))
        known = [version for version in versions[key_of(fact)] if version["given_in"] <= row["period"]]
        assert fact == max(known or versions[key_of(fact)][:1], key=lambda version: version["given_in"])
        assert row["inherited_from_code"] in (None, fact["org_unit_code"])
        if row["inherited_from_code"] is None:
            assert row["org_unit_code"] == fact["org_unit_code"]
            bearers = validities(reported, row["org_unit_code"], row["period"])
            begun = [lines[row["org_unit_code"], valid_from] for valid_from in bearers]
            is_same = begun in ([], [fact["org_unit_valid_from"]])
            assert is_same or not row["is_followed"], "what is judged at a unit is its own"
        else:
            assert validities(reported, row["org_unit_code"], row["period"]), "inherited by a unit that exists"


def frames(reported: Reported, rows: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    """Seeds and staging models, with the targets among them; of documents there are none."""
    given_in = reported.frames()
    forms = {row["submission_id"]: row for row in rows}.values()
    sent = [submission(row["submission_id"], TARGETS.form, row["org_unit_code"], row["period"], 1) for row in forms]
    sent_before = given_in["stg_submissions"]
    return {
        **given_in,
        "stg_submissions": pl.concat([sent_before, pl.DataFrame(sent, schema=SUBMISSIONS)]),
        "stg_targets": pl.DataFrame(rows, schema=row_schema(TARGETS)),
        "targets": NO_DOCUMENTS,
        "target_sets": SETS,
    }


def key_of(fact: dict[str, Any]) -> tuple[Any, ...]:
    """What the versions of a target have in common."""
    columns = ("org_unit_code", "org_unit_valid_from", "indicator_code", "target_set", "target_year")
    return tuple(fact[column] for column in columns)


def validities(reported: Reported, code: str, period: str) -> list[Any]:
    """The beginning of the validity in which a code is borne at the end of a period."""
    day = periods.ends_on(period)
    units = (unit for unit in reported.history.units if unit["org_unit_code"] == code)
    return [u["valid_from"] for u in units if u["valid_from"] <= day and (not u["valid_to"] or u["valid_to"] > day)]


def read(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """The rows of a table, versions in their order."""
    order = "order by target_version" if table.endswith("fct_target") else ""
    return connection.sql(f"from warehouse.{table} {order}").pl().to_dicts()
