"""What the published file itself says: is every row accounted for, do both counts agree, whose reports are missing.

Each function reads the file that readers open, not the build, so that it also speaks of a version from an earlier run.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import polars as pl
import yaml

from pipelines.settings import Settings
from pipelines.warehouse.dbt import DBT_PROJECT_DIR
from pipelines.warehouse.published import open_published

PROVINCE_LEVEL = ("province", "central_sector")


@dataclass(frozen=True)
class State:
    """An answer of the published file.

    Attributes:
        evaluated: what was looked at: submissions, comparisons or reports.
        unexpected: how many of them are not as they should be.
        worst: the ones to look at first.
        by_period: one row per period (``period``, ``share_pct``): how much is as it should be.
        period: the period that the counts are of; None where they are of all periods.
    """

    evaluated: int
    unexpected: int
    worst: pl.DataFrame
    by_period: pl.DataFrame
    period: str | None = None


def row_account(settings: Settings, limit: int = 20) -> State:
    """Submissions whose rows found are not all accounted for.

    Raises:
        NotPublishedError: nothing is published.
    """
    balanced = "rows_found = rows_preamble + rows_header + rows_total + rows_footer + rows_accepted + rows_returned"
    with open_published(settings) as connection:
        worst = connection.sql(
            "select period, form, org_unit_code, file_name, submission_id, rows_found,"
            " rows_preamble + rows_header + rows_total + rows_footer + rows_accepted + rows_returned as rows_placed"
            f" from marts.fct_submission where not ({balanced})"
            " order by abs(rows_found - rows_placed) desc, submission_id"
        ).pl()
        by_period = connection.sql(
            f"select period, 100.0 * count(*) filter ({balanced}) / count(*) as share_pct"
            " from marts.fct_submission where period is not null group by period order by period"
        ).pl()
        evaluated = _number(connection, "select count(*) from marts.fct_submission")
    return State(evaluated, worst.height, worst.head(limit), by_period)


def reconciliation(settings: Settings, limit: int = 20) -> State:
    """Where a province's summary and what its units sent differ, in the newest period that has summaries.

    Looked at are the single units that both have a figure of; the largest differences come first.

    Raises:
        NotPublishedError: nothing is published.
    """
    both = "not is_total and state in ('equal', 'differs')"
    with open_published(settings) as connection:
        by_period = connection.sql(
            "select period, 100.0 * count(*) filter (state = 'equal') / count(*) as share_pct"
            f" from marts.mart_reconciliation where {both} group by period order by period"
        ).pl()
        newest = by_period["period"].max()
        compared = connection.sql(
            "select province_code, org_unit_code, org_unit_name_vi, measure, units_value, province_value, difference,"
            " state from marts.mart_reconciliation"
            f" where {both} and period = (select max(period) from marts.mart_reconciliation where {both})"
            " order by abs(difference) desc, province_code, org_unit_code, measure"
        ).pl()
    differing = compared.filter(state="differs").drop("state")
    return State(compared.height, differing.height, differing.head(limit), by_period, _text(newest))


def completeness(settings: Settings, limit: int = 20) -> State:
    """Reports missing in the newest period that is due, by province; shares are those of the country.

    Raises:
        NotPublishedError: nothing is published.
    """
    with open_published(settings) as connection:
        by_period = connection.sql(
            "select period, 100.0 * sum(on_time + late) / sum(expected) as share_pct,"
            " sum(expected)::bigint as expected, sum(missing)::bigint as missing from marts.mart_reporting_rate"
            " where unit_type = 'national' group by period order by period"
        ).pl()
        levels = ", ".join(f"'{level}'" for level in PROVINCE_LEVEL)
        worst = connection.sql(
            "select org_unit_code, org_unit_name_vi, sum(missing)::bigint as missing,"
            " sum(expected)::bigint as expected, round(100.0 * sum(on_time + late) / sum(expected), 1) as reported_pct"
            f" from marts.mart_reporting_rate where unit_type in ({levels}) and missing > 0"
            " and period = (select max(period) from marts.mart_reporting_rate)"
            " group by all order by missing desc, org_unit_code"
        ).pl()
    if by_period.is_empty():
        return State(0, 0, worst, by_period)
    newest = by_period.row(-1, named=True)
    return State(newest["expected"], newest["missing"], worst.head(limit), by_period, newest["period"])


def complete_from_pct() -> float:
    """The share of reports below which the marts judge nothing, either."""
    project = yaml.safe_load((DBT_PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    return float(project["vars"]["completeness_judged_from_pct"])


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return row[0] if row else 0


def _text(value: object) -> str | None:
    return None if value is None else str(value)
