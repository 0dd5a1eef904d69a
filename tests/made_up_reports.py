"""Reports of a few units, written so that every derived indicator can be worked out by hand beside them.

Bắc Kạn (T06, threshold 15 beside 25) in the last quarter of 2022:

* H060 and H061 send every form; both report the enterprise E3, with 24 and with 26 workers.
* H062 sends its unions, and of activities only one of the two parts of every ratio.
* H065 sends forms in which every denominator is 0: an occupational union, an enterprise without workers, an
  agreement that has expired, activities of which there were none.
* H063 sends nothing.

In the quarter before only H060 sends, enterprises alone. The industrial zones of Thái Nguyên send money over 2025.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.contracts import load_contracts
from pipelines.contracts.frames import SUBMISSIONS, row_schema
from tests.national import submission

Row = dict[str, Any]
Reports = Mapping[tuple[str, str, str], Sequence[Row]]
"""(form, unit, period) → rows."""


def day(text: str) -> dt.date:
    """A date from its ISO form."""
    return dt.date.fromisoformat(text)


def union(code: str, sector: str, workers: int | None, members: int, rating: str | None = None, **more: Any) -> Row:
    """A row of the form of grassroots unions."""
    union = {"union_code": code, "sector": sector, "workers_total": workers, "members_total": members}
    return {**union, "rating": rating, **more}


def enterprise(code: str, workers: int | None, has_union: bool, visits: int | None, step: str | None) -> Row:
    """A row of the form of enterprises."""
    seen = {"survey_visits": visits, "outreach_status": step}
    return {"tax_code": code, "workers_total": workers, "has_union": has_union, **seen}


def agreement(code: str, employer: str, term: tuple[str, str], covered: int | None, quality: str, **more: Any) -> Row:
    """A row of the form of agreements; the term is from the day of signing to the day of expiry."""
    dates = {"signed_on": day(term[0]), "effective_on": day(term[0]), "expires_on": day(term[1])}
    scope = {"scope": "enterprise", "agreement_code": code, "tax_code": employer}
    return {**scope, **dates, "workers_covered": covered, "quality": quality, **more}


def activities(**values: float | None) -> list[Row]:
    """Rows of the form of activities, from code to what was done."""
    return [{"indicator_code": code, "actual_value": value} for code, value in values.items()]


NOW, BEFORE = "2022-Q4", "2022-Q3"
TERM = ("2021-07-01", "2023-12-31")

REPORTS: Reports = {
    # --- H060
    ("grassroots_unions", "H060", NOW): [
        union("U1", "private_enterprise", 100, 80, "excellent", tax_code="E1", officers_elected=3, officers_trained=2),
        union("U2", "public_school", 40, 40, "good", officers_elected=2, officers_trained=2),
        union("U3", "informal", None, 30, "completed"),
        union("U4", "private_enterprise", 50, 45, "good", tax_code="E9", ended_on=day("2022-11-01")),
    ],
    ("enterprises", "H060", BEFORE): [enterprise("E1", 110, True, 1, None), enterprise("E3", 24, False, 0, None)],
    ("enterprises", "H060", NOW): [
        enterprise("E1", 110, True, 2, "union_founded"),
        enterprise("E3", 24, False, 1, "approached"),
        enterprise("E6", None, False, 0, "not_contacted"),
    ],
    ("agreements", "H060", NOW): [
        # Two agreements of E1 overlap: 90 workers are covered and not 150. That of E3 expired a day before the end.
        agreement("A1", "E1", TERM, 90, "a", union_code="U1", better_terms=4, shift_meal_vnd=25_000),
        agreement("A2", "E1", ("2022-01-01", "2023-06-30"), 60, "c", union_code="U1", better_terms=0),
        agreement("A3", "E3", ("2020-12-31", "2022-12-30"), 20, "b", better_terms=5, shift_meal_vnd=30_000),
    ],
    ("activities", "H060", NOW): activities(
        **{"petitions_made": 10, "petitions_resolved": 8, "strikes": 2, "strikes_settled_with_union": 1},
        **{"party_introduced": 4, "party_admitted": 3, "full_time_posts": 5, "full_time_officers": 4},
        **{"upper_unions_rated": 1, "upper_unions_rated_good": 1, "fee_employers": 20, "fee_employers_paid": 15},
        **{"workers_unrepresented": 200, "workers_gathered_count": 50},
        **{"fee_wage_fund_vnd": 1_000e6, "fee_collected_vnd": 18e6},
        **{"dues_wage_fund_vnd": 400e6, "dues_collected_vnd": 4e6},
    ),
    # --- H061
    ("grassroots_unions", "H061", NOW): [
        union("U1", "fdi_enterprise", 300, 150, "completed", tax_code="E2", officers_elected=5),
        union("U2", "cooperative", None, 12, tax_code="E5"),
        union(
            "U3", "private_enterprise", 20, 10, "not_completed", tax_code="E4", officers_elected=4, officers_trained=1
        ),
    ],
    ("enterprises", "H061", NOW): [
        enterprise("E2", 290, True, 0, "union_founded"),
        enterprise("E3", 26, False, 3, "refused"),
        enterprise("E4", 15, True, None, None),
        enterprise("E7", 14, False, 2, "surveyed"),
    ],
    ("agreements", "H061", NOW): [
        # One agreement of two employers, which differ in what they say of it; and one that says little.
        agreement("M1", "E2", TERM, 200, "b", scope="multi_enterprise", union_code="U1", better_terms=8)
        | {"shift_meal_vnd": 20_000},
        agreement("M1", "E4", TERM, 18, "b", scope="multi_enterprise", union_code="U3", better_terms=2)
        | {"shift_meal_vnd": 22_000},
        agreement("N1", "E7", TERM, None, "not_graded"),
    ],
    ("activities", "H061", NOW): activities(
        **{"petitions_made": 5, "petitions_resolved": 6, "strikes": 0, "strikes_settled_with_union": 0},
        **{"party_introduced": 6, "party_admitted": 1, "full_time_posts": 0, "full_time_officers": 1},
        **{"upper_unions_rated": 1, "upper_unions_rated_good": 0, "fee_employers": 10, "fee_employers_paid": 10},
        **{"workers_unrepresented": 300, "workers_gathered_count": 150},
        **{"fee_wage_fund_vnd": 500e6, "fee_collected_vnd": 12e6},
        **{"dues_wage_fund_vnd": 100e6, "dues_collected_vnd": 0.5e6},
    ),
    # --- H062
    ("grassroots_unions", "H062", NOW): [union("U1", "private_enterprise", 10, 5, "good", tax_code="E10")],
    ("activities", "H062", NOW): activities(
        **{"petitions_made": 4, "petitions_resolved": None, "strikes": 3, "party_admitted": 2},
        **{"fee_wage_fund_vnd": 300e6, "fee_collected_vnd": None, "dues_collected_vnd": 1e6, "fee_employers": 7},
        **{"upper_unions_rated": 1, "full_time_posts": 2, "workers_unrepresented": 90},
    ),
    # --- H065
    ("grassroots_unions", "H065", NOW): [union("U1", "informal", None, 25, officers_elected=0, officers_trained=0)],
    ("enterprises", "H065", NOW): [enterprise("E8", 0, False, 0, "not_contacted")],
    ("agreements", "H065", NOW): [agreement("A1", "E8", ("2020-01-01", "2021-12-31"), 9, "a", better_terms=3)],
    ("activities", "H065", NOW): activities(
        **dict.fromkeys(("petitions_made", "petitions_resolved", "strikes", "strikes_settled_with_union"), 0),
        **dict.fromkeys(("party_introduced", "party_admitted", "full_time_posts", "full_time_officers"), 0),
        **dict.fromkeys(("upper_unions_rated", "upper_unions_rated_good", "fee_employers", "fee_employers_paid"), 0),
        **dict.fromkeys(("workers_unrepresented", "workers_gathered_count"), 0),
        **dict.fromkeys(("fee_wage_fund_vnd", "fee_collected_vnd", "dues_wage_fund_vnd", "dues_collected_vnd"), 0),
    ),
    # --- money over the change of the dues on 1 July 2025
    **{
        ("activities", "T19-KCN", f"2025-Q{quarter}"): activities(
            **{"fee_wage_fund_vnd": 1_000e6, "fee_collected_vnd": fee, "fee_arrears_vnd": 20e6 - fee},
            **{"dues_wage_fund_vnd": 1_000e6, "dues_collected_vnd": dues, "dues_arrears_vnd": arrears},
            **{"fee_employers_suspended": suspended, "fee_suspended_vnd": suspended * 1e6},
            **{"fee_employers_suspended_too_long": too_long},
        )
        for quarter, fee, dues, arrears, suspended, too_long in (
            (1, 20e6, 9e6, 1e6, 0, None),
            (2, 15e6, 10e6, 0, 1, None),
            (3, 20e6, 5e6, None, 3, 0),
            (4, 20e6, 6e6, 0, 2, 1),
        )
    },
}


def frames(reports: Reports = REPORTS) -> dict[str, pl.DataFrame]:
    """Staging model → its rows: the reports as accepted submissions that count."""
    contracts = load_contracts()
    rows: dict[str, list[Row]] = {form.form: [] for form in contracts.forms}
    sent = []
    for (form, unit, period), lines in reports.items():
        submission_id = f"{form}.{unit}.{period}"
        sent.append(submission(submission_id, form, unit, period, len(lines)))
        keys = {"submission_id": submission_id, "org_unit_code": unit, "period": period, "source_sheet": "1"}
        rows[form] += [{**keys, "source_row": number, **line} for number, line in enumerate(lines, start=1)]
    schemas = {form.form: row_schema(form) for form in contracts.forms}
    staged = {f"stg_{form}": pl.DataFrame(lines, schema=schemas[form]) for form, lines in rows.items()}
    return {**staged, "stg_submissions": pl.DataFrame(sent, schema=SUBMISSIONS)}
