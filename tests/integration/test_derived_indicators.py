"""Every derived indicator on the made-up reports: each value stands here as it was worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import duckdb
import pytest

from pipelines.contracts.registry import read_seed
from tests import made_up_reports
from tests.dbt_models import CompiledProject
from tests.made_up_reports import NOW

Values = Mapping[str, tuple[float, float] | None]
"""Unit → numerator and denominator; None where there is no value."""

# What H065 reports has a denominator of 0, H063 has reported nothing: neither has a value, of anything.
CASES: dict[str | tuple[str, int], Values] = {
    # H060 without its occupational union (no workers) and the union that ended; H061 without the one of unknown size
    "density_pct": {"H060": (80 + 40, 100 + 40), "H061": (150 + 10, 300 + 20), "H062": (5, 10), "T06": (285, 470)},
    # the larger number of workers of E1, E2 and E4; E6 and E5 of unknown size stay out; E3 counts once, with 26
    "density_ilo_pct": {
        "H060": (80 + 40, 110 + 40 + 24),
        "H061": (150 + 10, 300 + 20 + 26 + 14),
        "H062": None,
        "T06": (280, 110 + 40 + 26 + 300 + 20 + 14),
    },
    "density_with_occupational_pct": {
        "H060": (120 + 30, 174),
        "H061": (160, 360),
        "H062": None,
        "T06": (280 + 30 + 25, 510),
    },
    ("density_over_threshold_pct", 25): {
        "H060": (80, 110),
        "H061": (150, 300 + 26),
        "H062": None,
        "T06": (230, 110 + 26 + 300),
    },
    ("density_over_threshold_pct", 15): {
        "H060": (80, 110 + 24),
        "H061": (150 + 10, 300 + 26 + 20),
        "H062": None,
        "T06": (240, 110 + 26 + 300 + 20),
    },
    # H061: of five officers nobody says how many were trained
    "new_officers_trained_pct": {"H060": (2 + 2, 3 + 2), "H061": (1, 4), "H062": None, "T06": (5, 9)},
    # a union without a rating is on neither side, one that ended neither
    "unions_rated_good_pct": {"H060": (2, 3), "H061": (0, 2), "H062": (1, 1), "T06": (3, 6)},
    "unions_rated_good_state_pct": {"H060": (1, 1), "H061": None, "H062": None, "T06": (1, 1)},
    "unions_rated_good_non_state_pct": {"H060": (1, 2), "H061": (0, 2), "H062": (1, 1), "T06": (2, 5)},
    ("enterprise_coverage", 25): {"H060": (1, 1), "H061": (1, 2), "H062": None, "T06": (2, 3)},
    ("enterprise_coverage", 15): {"H060": (1, 2), "H061": (2, 3), "H062": None, "T06": (3, 4)},
    # H060: 1 visit in the third quarter and 3 in the fourth, to E1 and E3
    "visits_per_enterprise": {"H060": (1 + 3, 2), "H061": (3 + 2, 2), "H062": None, "T06": (9, 3)},
    # E3 is approached (H060) and has refused (H061): once above both
    "outreach_approached_pct": {"H060": (2, 2), "H061": (2, 3), "H062": None, "T06": (3, 4)},
    "outreach_founded_pct": {"H060": (1, 2), "H061": (1, 2), "H062": None, "T06": (2, 3)},
    # H062 has a union that may sign, but sent no agreements
    "agreement_coverage_pct": {"H060": (1, 1), "H061": (2, 3), "H062": None, "T06": (3, 4)},
    "agreements_good_pct": {"H060": (1, 2), "H061": (1, 1), "H062": None, "T06": (2, 3)},
    "agreements_better_terms_pct": {"H060": (1, 2), "H061": (1, 1), "H062": None, "T06": (2, 3)},
    # the agreement of two employers once, with the larger number of terms and the lower meal
    "better_terms_per_agreement": {"H060": (4 + 0, 2), "H061": (8, 1), "H062": None, "T06": (12, 3)},
    "shift_meal_mean": {"H060": (25_000, 1), "H061": (20_000, 1), "H062": None, "T06": (45_000, 2)},
    # E1 by its wider agreement; E7 does not say how many it covers and is on neither side
    "bargaining_coverage_ilo_pct": {
        "H060": (90, 110 + 40 + 24),
        "H061": (200 + 18, 300 + 20 + 26),
        "H062": None,
        "T06": (308, 110 + 40 + 26 + 300 + 20),
    },
    "bargaining_coverage_union_pct": {
        "H060": (90, 110 + 40),
        "H061": (218, 300 + 20),
        "H062": None,
        "T06": (308, 110 + 40 + 300 + 20),
    },
    "bargaining_coverage_enterprises_pct": {
        "H060": (90, 110 + 24),
        "H061": (218, 300 + 20 + 26),
        "H062": None,
        "T06": (308, 110 + 26 + 300 + 20),
    },
    ("bargaining_coverage_threshold_pct", 25): {
        "H060": (90, 110),
        "H061": (200, 300 + 26),
        "H062": None,
        "T06": (290, 110 + 26 + 300),
    },
    ("bargaining_coverage_threshold_pct", 15): {
        "H060": (90, 110 + 24),
        "H061": (218, 300 + 26 + 20),
        "H062": None,
        "T06": (308, 110 + 26 + 300 + 20),
    },
    # of activities H062 gives one part only: it stands on neither side; 2 % of wage fund, 1 % of the members' wages
    "fee_collection_pct": {"H060": (18e6, 20e6), "H061": (12e6, 10e6), "H062": None, "T06": (30e6, 30e6)},
    "dues_collection_pct": {"H060": (4e6, 4e6), "H061": (0.5e6, 1e6), "H062": None, "T06": (4.5e6, 5e6)},
    "fee_employers_paid_pct": {"H060": (15, 20), "H061": (10, 10), "H062": None, "T06": (25, 30)},
    "upper_unions_rated_good_pct": {"H060": (1, 1), "H061": (0, 1), "H062": None, "T06": (1, 2)},
    "party_admission_pct": {"H060": (3, 4), "H061": (1, 6), "H062": None, "T06": (4, 10)},
    "petitions_resolved_pct": {"H060": (8, 10), "H061": (6, 5), "H062": None, "T06": (14, 15)},
    # no strike, no share; no post, no share of posts
    "strikes_settled_with_union_pct": {"H060": (1, 2), "H061": None, "H062": None, "T06": (1, 2)},
    "full_time_posts_filled_pct": {"H060": (4, 5), "H061": None, "H062": None, "T06": (5, 5)},
    "workers_gathered": {"H060": (50, 200), "H061": (150, 300), "H062": None, "T06": (200, 500)},
}

DERIVED = {row["indicator_code"]: row for row in read_seed("indicators") if row["origin"] == "derived"}

Query = Callable[[str], list[tuple]]


@pytest.fixture(scope="module")
def query(compiled: CompiledProject) -> Query:
    """The rows of a query on what the models make of the reports."""
    connection: duckdb.DuckDBPyConnection = compiled.open()
    compiled.run(connection, made_up_reports.frames(), ["int_indicator_values"])
    ((schema,),) = connection.execute(
        "select table_schema from information_schema.tables where table_name = 'int_indicator_values'"
    ).fetchall()
    return lambda sql: connection.execute(sql.replace("VALUES", f"warehouse.{schema}.int_indicator_values")).fetchall()


def code_of(case: str | tuple[str, int]) -> tuple[str, int]:
    """Indicator and threshold, 0 without one."""
    return case if isinstance(case, tuple) else (case, 0)


def test_every_derived_indicator_of_the_registry_has_a_case() -> None:
    with_case = {code for code, _ in map(code_of, CASES)}
    assert sorted(DERIVED.keys() - with_case) == [], "work out what the made-up reports give and add it to CASES"
    assert with_case <= DERIVED.keys()
    assert {code for code, threshold in map(code_of, CASES) if threshold} == {
        code for code, row in DERIVED.items() if row["uses_threshold"] == "true"
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, code_of(case))))
def test_a_derived_indicator_is_what_was_worked_out_by_hand(case: str | tuple[str, int], query: Query) -> None:
    code, threshold = code_of(case)
    expected = {**CASES[case], "H063": None, "H065": None}
    found = {
        unit: (numerator, denominator, value)
        for unit, numerator, denominator, value in query(
            "select org_unit_code, numerator_value, denominator_value, value from VALUES"
            f" where indicator_code = '{code}' and threshold = {threshold} and period = '{NOW}'"
        )
    }
    per = float(DERIVED[code]["per"])
    for unit, parts in expected.items():
        value = found.get(unit, (None, None, None))[2]
        if parts is None:
            assert value is None, unit
        else:
            assert found[unit][:2] == parts, unit
            assert value == pytest.approx(per * parts[0] / parts[1], rel=1e-12), unit
    assert "H063" not in found, "who sent nothing has no row"


def test_a_ratio_over_zero_says_what_its_parts_are(query: Query) -> None:
    """Each denominator of H065 is a 0 that was reported or counted, except where the unit has nothing to count."""
    parts = dict(
        query(
            "select indicator_code, denominator_value from VALUES"
            f" where org_unit_code = 'H065' and period = '{NOW}' and threshold in (0, 25) and value is null"
        )
    )
    unknown = {code for code in DERIVED if parts.get(code) != 0}
    assert unknown == {
        # an occupational union has no workers, and nobody rated it
        *("density_pct", "unions_rated_good_pct", "unions_rated_good_state_pct", "unions_rated_good_non_state_pct")
    }


MONEY = "period like '2025-%' and indicator_code = '{}' and org_unit_code = '{}' order by period"


@pytest.mark.parametrize(
    ("code", "expected", "of_quarter", "of_year"),
    [
        # 2 % of 1.000 million in every quarter
        ("fee_collection_pct", [20e6] * 4, [100, 75, 100, 100], [100, 35 / 40 * 100, 55 / 60 * 100, 75 / 80 * 100]),
        # 1 % until 30 June 2025 and 0,5 % from 1 July; in the fourth quarter more was voted
        ("dues_collection_pct", [10e6, 10e6, 5e6, 5e6], [90, 100, 100, 120], [90, 95, 96, 100]),
    ],
)
def test_money_across_the_first_of_july_2025(
    code: str, expected: list[float], of_quarter: list[float], of_year: list[float], query: Query
) -> None:
    found = query(f"select denominator_value, value, value_to_date from VALUES where {MONEY.format(code, 'VN')}")
    assert [row[0] for row in found] == expected
    assert [row[1] for row in found] == pytest.approx(of_quarter)
    assert [row[2] for row in found] == pytest.approx(of_year), "collected of the year by expected of the year"


@pytest.mark.parametrize(
    ("code", "of_quarter", "of_year"),
    [
        ("fee_expected_vnd", [20e6] * 4, [20e6, 40e6, 60e6, 80e6]),
        ("dues_expected_vnd", [10e6, 10e6, 5e6, 5e6], [10e6, 20e6, 25e6, 30e6]),
        # what is owed stands at the end of a quarter; a quarter without the figure has none
        ("fee_arrears_vnd", [0, 5e6, 0, 0], [0, 5e6, 0, 0]),
        ("dues_arrears_vnd", [1e6, 0, None, 0], [1e6, 0, None, 0]),
        # suspended employers are those of the day, suspended money adds up
        ("fee_employers_suspended", [0, 1, 3, 2], [0, 1, 3, 2]),
        ("fee_suspended_vnd", [0, 1e6, 3e6, 2e6], [0, 1e6, 4e6, 6e6]),
        # suspensions have their limit of 12 months since 1 July 2025
        ("fee_employers_suspended_too_long", [None, None, 0, 1], [None, None, 0, 1]),
    ],
)
def test_arrears_and_suspensions_over_2025(
    code: str, of_quarter: list[float | None], of_year: list[float | None], query: Query
) -> None:
    found = {
        period: (value, to_date)
        for period, value, to_date in query(
            f"select period, value, value_to_date from VALUES where {MONEY.format(code, 'VN')}"
        )
    }
    quarters = [f"2025-Q{quarter}" for quarter in (1, 2, 3, 4)]
    assert [found.get(quarter, (None, None)) for quarter in quarters] == list(zip(of_quarter, of_year, strict=True))


def test_the_year_of_a_unit_that_is_another_one_since_july_starts_in_july(query: Query) -> None:
    found = query(f"select value, value_to_date from VALUES where {MONEY.format('dues_expected_vnd', 'T19-KCN')}")
    assert found == [(10e6, 10e6), (10e6, 20e6), (5e6, 5e6), (5e6, 10e6)]
