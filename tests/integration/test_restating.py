"""History on the current structure and in the comparable scope, over a made-up national set that crosses July 2025."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from pipelines.contracts import load_contracts
from pipelines.warehouse.lake import Lake
from tests import national
from tests.dbt_models import CompiledProject
from tests.national import AFTER, BEFORE, DISTRICTS, PROVINCE_MOVES

PERIODS = (*BEFORE, *AFTER)
REUSED_CODES = ("T15", "T24", "T44", "T52", "T80", "T82", "T91")

Query = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def warehouse(compiled: CompiledProject) -> duckdb.DuckDBPyConnection:
    """Every model of the project, built on the national set."""
    national.fill(Lake(compiled.settings.lake, load_contracts()))
    connection = compiled.open()
    compiled.run(connection, {}, compiled.names("model"))
    connection.execute("use warehouse.marts")
    return connection


@pytest.fixture(scope="module")
def query(warehouse: duckdb.DuckDBPyConnection) -> Query:
    """The rows of a query on the national set."""
    return lambda sql: warehouse.execute(sql).fetchall()


@pytest.fixture(scope="module")
def sent() -> dict[str, dict[str, int]]:
    """Members by period and sending unit, as the senders would count them."""
    return {
        period: {code: national.members(rows) for code, rows in national.reports(period).items()} for period in PERIODS
    }


def members(query: Query, basis: str, scope: str = "all") -> dict[tuple[str, str], int]:
    """Members by period and unit."""
    rows = query(
        "select period, org_unit_code, members_total from mart_membership"
        f" where sector = 'all' and basis = '{basis}' and scope = '{scope}'"
    )
    return {(period, code): total for period, code, total in rows}


def test_every_dbt_test_holds_on_the_national_set(
    warehouse: duckdb.DuckDBPyConnection, compiled: CompiledProject
) -> None:
    failing = {test: compiled.failures(warehouse, test) for test in compiled.names("test")}
    assert {test: rows[:3] for test, rows in failing.items() if rows} == {}


def test_63_old_provinces_restated_to_34_have_the_same_total_in_every_period(
    query: Query, sent: dict[str, dict[str, int]]
) -> None:
    reported, current = members(query, "as_reported"), members(query, "current_structure")
    provinces = set(PROVINCE_MOVES.values())
    assert (len(PROVINCE_MOVES), len(provinces)) == (63, 34)
    for period in PERIODS:
        total = sum(sent[period].values())
        old_or_new = PROVINCE_MOVES if period in BEFORE else provinces
        assert sum(reported[period, code] for code in old_or_new) == reported[period, "VN"] == total
        assert sum(current[period, code] for code in provinces) == current[period, "VN"] == total


@pytest.mark.parametrize(("old", "new"), PROVINCE_MOVES.items())
def test_members_of_an_old_province_are_all_in_the_province_that_it_went_to(
    query: Query, sent: dict[str, dict[str, int]], old: str, new: str
) -> None:
    reported, current = members(query, "as_reported"), members(query, "current_structure")
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for period, province, total in query(
        "select f.period, now.province_code, cast(sum(f.members_total) filter (f.is_active) as bigint)"
        " from fct_membership f"
        " join dim_org_unit as then_ on then_.org_unit_code = f.org_unit_code and then_.valid_to = date '2025-07-01'"
        " join dim_org_unit as now on now.org_unit_code = f.current_org_unit_code and now.valid_to is null"
        f" where then_.province_code = '{old}' and f.period <= '2025-Q2' group by all"
    ):
        found[period][province] = total
    together = [code for code, successor in PROVINCE_MOVES.items() if successor == new]
    for period in BEFORE:
        of_old = sum(total for code, total in sent[period].items() if DISTRICTS[code] == old)
        assert found[period] == {new: of_old}
        assert reported[period, old] == of_old
        assert current[period, new] == sum(reported[period, code] for code in together)


@pytest.mark.parametrize("code", REUSED_CODES)
def test_a_reused_code_is_the_old_province_as_reported_and_the_new_one_on_the_current_structure(
    query: Query, code: str
) -> None:
    before, after = national.names_of(code)
    assert before != after
    names = dict(
        query(
            "select (period, basis), org_unit_name_vi from mart_membership"
            f" where org_unit_code = '{code}' and sector = 'all' and scope = 'all' and period in ('2024-Q4', '2026-Q2')"
        )
    )
    assert names == {
        ("2024-Q4", "as_reported"): before,
        ("2024-Q4", "current_structure"): after,
        ("2026-Q2", "as_reported"): after,
        ("2026-Q2", "current_structure"): after,
    }
    units = query(
        f"select name_vi, province_name, current_org_unit_code from dim_org_unit where org_unit_code = '{code}'"
        " order by valid_from"
    )
    assert [name for name, _, _ in units] == [before, after]
    assert [now for _, _, now in units] == [PROVINCE_MOVES[code], code]
    assert all(name.endswith(province) for name, province, _ in units)


def test_code_44_is_quang_binh_in_2024_and_quang_tri_in_2026_in_every_mart(query: Query) -> None:
    marts = [
        table
        for (table,) in query(
            "select table_name from duckdb_columns() where database_name = 'warehouse' and schema_name = 'marts'"
            " and column_name in ('org_unit_code', 'org_unit_name_vi', 'period') group by all having count(*) = 3"
        )
    ]
    assert {"mart_membership", "mart_enterprise_coverage", "mart_agreement_coverage", "mart_target_progress"} <= set(
        marts
    )
    for mart in marts:
        as_reported = " and basis = 'as_reported'" if mart == "mart_membership" else ""
        names = query(
            f"select distinct left(period, 4), org_unit_name_vi from {mart}"
            f" where org_unit_code = 'T44' and left(period, 4) in ('2024', '2026'){as_reported} order by all"
        )
        expected = [("2024", "LĐLĐ tỉnh Quảng Bình"), ("2026", "LĐLĐ tỉnh Quảng Trị")]
        if mart == "fct_report_due":  # old provinces owed no report of their own
            expected = expected[1:]
        # the national set sends no such forms, and nothing that a ratio could be made of
        if mart in ("mart_activity", "mart_reconciliation", "mart_indicator_rank"):
            expected = []
        assert names == expected, mart


def test_ha_tinh_falls_as_reported_and_not_in_the_comparable_scope(query: Query) -> None:
    figures = {
        (scope, basis): [row[2:] for row in rows]
        for (scope, basis), rows in grouped(
            query(
                "select scope, basis, unions, members_total from mart_membership where org_unit_code = 'T42'"
                " and sector = 'all' and period in ('2025-Q1', '2025-Q2', '2025-Q4') order by period"
            )
        ).items()
    }
    fall = [(1_473, 72_059), (442, 37_253), (442, 37_253)]
    no_fall = [(442, 37_253)] * 3
    assert figures == {
        ("all", "as_reported"): fall,
        ("all", "current_structure"): fall,
        ("comparable", "as_reported"): no_fall,
        ("comparable", "current_structure"): no_fall,
    }


def grouped(rows: list[tuple[Any, ...]]) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """Rows by their first two columns, in their order."""
    groups: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        groups[row[0], row[1]].append(row)
    return groups


def test_schools_that_ended_are_out_of_the_comparable_scope_and_companies_are_not(query: Query) -> None:
    sectors = dict(
        query(
            "select (period, sector), unions from mart_membership where org_unit_code = 'T06' and scope = 'comparable'"
            " and basis = 'as_reported' and sector <> 'all' and period <= '2025-Q2' and unions is not null"
        )
    )
    in_bac_kan = sum(province == "T06" for province in DISTRICTS.values())
    assert sectors == {
        (period, sector): in_bac_kan for period in BEFORE for sector in ("private_enterprise", "informal")
    }


def test_a_union_has_its_history_at_the_commune_union_that_reports_it_now(query: Query) -> None:
    """Also for 2021, when there was no commune union; the code that all units use moves no union."""
    moved = query(
        "select distinct union_code, current_org_unit_code from fct_membership"
        " where period in ('2021-Q2', '2026-Q2') and current_org_unit_code like 'X%' and union_code like 'CS-%'"
    )
    expected = {
        (row["union_code"], code)
        for code, rows in national.reports("2026-Q2").items()
        for row in rows
        if code.startswith("X") and row["union_code"] != "1"
    }
    assert set(moved) == expected and expected
    assert query(
        "select distinct left(org_unit_code, 1) from fct_membership"
        " where union_code = '1' and current_org_unit_code like 'X%'"
    ) == [("X",)]
    communes = query(
        "select period, bool_and(members_total > 0), max(completeness_pct) from mart_membership"
        " where org_unit_code in (select distinct org_unit_code from fct_membership where org_unit_code like 'X%')"
        " and basis = 'current_structure' and scope = 'all' and sector = 'all' and period in ('2021-Q2', '2026-Q2')"
        " group by period order by period"
    )
    assert communes == [("2021-Q2", True, None), ("2026-Q2", True, 100.0)]


def test_a_province_of_today_is_as_complete_as_the_reporters_of_its_predecessors(query: Query) -> None:
    """Thái Nguyên and Bắc Kạn: all their districts have sent 2021-Q2, and nobody the quarter after."""
    districts = sum(province in ("T06", "T19") for province in DISTRICTS.values())
    rows = query(
        "select period, reporters_expected, reporters_reported, completeness_pct from mart_membership"
        " where org_unit_code = 'T19' and basis = 'current_structure' and scope = 'all' and sector = 'all'"
        " and period in ('2021-Q2', '2021-Q3') order by period"
    )
    assert rows == [("2021-Q2", districts, districts, 100.0), ("2021-Q3", districts, 0, 0.0)]


@pytest.mark.parametrize(
    ("test", "basis", "unit"),
    [
        ("assert_both_bases_have_the_same_total", "current_structure", "T44"),
        ("assert_both_bases_have_the_same_total", "as_reported", "VN"),
        ("assert_levels_add_up", "current_structure", "T44"),
        ("assert_levels_add_up", "as_reported", "T45"),
        ("assert_sectors_add_up_to_all", "current_structure", "X18880"),
    ],
)
def test_each_check_of_the_figures_finds_one_member_too_many(
    warehouse: duckdb.DuckDBPyConnection, compiled: CompiledProject, test: str, basis: str, unit: str
) -> None:
    warehouse.begin()
    warehouse.execute(
        "update mart_membership set members_total = members_total + 1 where sector = 'all' and scope = 'comparable'"
        f" and basis = '{basis}' and org_unit_code = '{unit}' and period = '2024-Q4'"
    )
    found = compiled.failures(warehouse, test)
    warehouse.rollback()
    assert found and {row[0] for row in found} == {"2024-Q4"}
