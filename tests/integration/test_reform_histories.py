"""Whatever reforms the units go through, restating keeps every total, counts no union twice and adds up."""

from __future__ import annotations

from collections import Counter
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, event, given, settings

from pipelines import periods
from tests.dbt_models import CompiledProject
from tests.reforms import Reported, reported_histories

pytestmark = pytest.mark.slow

# Whatever mart stands here is built for every example, and every dbt test that looks at these and nothing else must
# hold: grains, levels, bases, the checks of the unit tree.
MARTS = [
    *("mart_membership", "fct_membership", "mart_reporting_rate"),
    *("dim_org_unit", "dim_org_unit_succession", "dim_org_unit_area"),
]


@pytest.fixture(scope="module")
def connection(compiled: CompiledProject) -> duckdb.DuckDBPyConnection:
    """A database with the seeds of the project, in which each example replaces the units."""
    return compiled.open()


@settings(max_examples=75, deadline=None, derandomize=True, phases=(Phase.generate, Phase.shrink))
@given(reported=reported_histories())
def test_any_reform_history_keeps_its_totals(
    compiled: CompiledProject, connection: duckdb.DuckDBPyConnection, reported: Reported
) -> None:
    event(f"reforms: {len({row['changed_on'] for row in reported.history.successions})}")
    compiled.run(connection, reported.frames(), MARTS)

    failing = {test: compiled.failures(connection, test) for test in compiled.tests_of(*MARTS)}
    assert {test: rows for test, rows in failing.items() if rows} == {}

    placed = connection.execute(
        "select period, org_unit_code, union_code, current_org_unit_code from warehouse.marts.fct_membership"
    ).fetchall()
    assert Counter(row[:3] for row in placed) == Counter(
        (row["period"], row["org_unit_code"], row["union_code"]) for row in reported.unions
    )
    assert {row[3] for row in placed} <= set(reported.history.living)

    for scope in ("all", "comparable"):
        totals = {basis: of_the_country(connection, basis, scope) for basis in ("as_reported", "current_structure")}
        assert totals["as_reported"] == totals["current_structure"]
        if scope == "all":
            assert totals["as_reported"] == as_sent(reported.unions)


def of_the_country(connection: duckdb.DuckDBPyConnection, basis: str, scope: str) -> dict[str, tuple[int, int | None]]:
    """Unions and members by period, where anything was reported."""
    rows = connection.execute(
        "select period, unions, members_total from warehouse.marts.mart_membership where org_unit_code = 'VN'"
        " and sector = 'all' and basis = ? and scope = ? and unions is not null",
        [basis, scope],
    ).fetchall()
    return {period: (unions, members) for period, unions, members in rows}


def as_sent(unions: list[dict[str, Any]]) -> dict[str, tuple[int, int | None]]:
    """Unions and members by period as one would count them by hand: those that have not ended by its last day."""
    counted: dict[str, tuple[int, int | None]] = {}
    for period in {row["period"] for row in unions}:
        active = [
            row["members_total"]
            for row in unions
            if row["period"] == period and (row["ended_on"] is None or row["ended_on"] > periods.ends_on(period))
        ]
        known = [members for members in active if members is not None]
        counted[period] = (len(active), sum(known) if known else None)
    return counted
