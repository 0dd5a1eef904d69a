"""What a report for leadership reads: published tables of one version, cut to a period.

Every row that a report shows passes here. Figures of few persons are not among them: a table that has a copy without
them (schema ``protected``) is read from there, and ``withheld`` lists the columns that hold less than the mart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from pipelines import periods
from pipelines.contracts.reader_views import load_reader_views
from pipelines.settings import Settings
from pipelines.warehouse.lineage import trace_indicators
from pipelines.warehouse.publish import read_manifest
from pipelines.warehouse.published import open_published

BASES = [("as_reported", "all"), ("as_reported", "comparable"), ("current_structure", "comparable")]
"""How membership is read over time: as it was reported, and what can be compared across the reform."""

_OF_PERIOD = "select * from marts.{table} where period = $period"
_TARGETS = "period = $period and is_unit_valid and status <> 'no_target'"
_QUERIES = {
    "mart_indicator": (
        f"{_OF_PERIOD} and (indicator_code in (select unnest($indicators)) or indicator_code in"
        f" (select indicator_code from marts.mart_target_progress where {_TARGETS}))"
    ),
    "mart_membership": (
        "select * from marts.{table} where period <= $period and sector = 'all'"
        " and basis || '/' || scope in (select unnest($bases))"
    ),
    "mart_target_progress": f"select * from marts.{{table}} where {_TARGETS}",
    "mart_unit_scorecard": _OF_PERIOD,
    "mart_indicator_rank": f"{_OF_PERIOD} and rank is not null",
    "mart_reporting_rate": _OF_PERIOD,
    "mart_reconciliation": f"{_OF_PERIOD} and is_total",
    "fct_report_due": f"{_OF_PERIOD} and is_past_due",
    "fct_agreement": (
        "select agreements.*, units.name_vi as org_unit_name_vi from marts.{table} as agreements"
        " join marts.dim_period as periods on agreements.period = periods.period"
        " left join marts.dim_org_unit as units on agreements.org_unit_code = units.org_unit_code"
        " and units.valid_from <= periods.ends_on and (units.valid_to is null or units.valid_to > periods.ends_on)"
        " where agreements.is_expiring"
        " and agreements.period = (select max(period) from marts.fct_agreement where period <= $period)"
    ),
    "fct_submission": "select max(received_at)::date as received_on from marts.{table} where verdict <> 'duplicate'",
    "dim_target_set": "select * from marts.{table}",
    "dim_org_unit": ("select * from marts.{table} where valid_from <= $day and (valid_to is null or valid_to > $day)"),
    "dim_admin_unit": (
        "select code, name_vi, latitude, longitude from marts.{table} where latitude is not null"
        " and valid_from <= $day and (valid_to is null or valid_to > $day)"
    ),
    "dim_indicator": "select * from marts.{table} where valid_from <= $day and (valid_to is null or valid_to > $day)",
}


KEYS: Mapping[str, tuple[str, ...]] = {
    "mart_indicator": ("period", "org_unit_code", "indicator_code", "threshold"),
    "mart_membership": ("period", "org_unit_code", "sector", "basis", "scope"),
    "mart_target_progress": ("period", "org_unit_code", "indicator_code", "target_set", "target_year"),
    "mart_unit_scorecard": ("period", "org_unit_code"),
    "mart_indicator_rank": ("period", "org_unit_code", "indicator_code"),
    "mart_reporting_rate": ("period", "org_unit_code", "form"),
    "mart_reconciliation": ("period", "province_code", "org_unit_code", "is_total", "measure"),
    "fct_report_due": ("period", "org_unit_code", "form"),
    "fct_agreement": ("period", "org_unit_code", "agreement_code", "tax_code"),
}
"""The columns that single out a row of a table that figures come from."""


class NoPeriodError(LookupError):
    """No report is owed for the period (the message), or nothing has been accepted yet (no message)."""


@dataclass(frozen=True)
class ReportTables:
    """What a report is made of.

    Attributes:
        period: the period.
        version: of the published file.
        tables: rows by public table, of the period unless the table is read over time; ``withheld`` names the columns
            of a row that are empty because they count few persons.
        sources: the rows that the figures of indicators rest on (``trace_indicators``).
    """

    period: str
    version: str
    tables: Mapping[str, pl.DataFrame]
    sources: pl.DataFrame


def reported_period(settings: Settings, period: str | None) -> tuple[str, str]:
    """The period that a report is of, and the published version that it would be made of.

    Args and errors: see ``read_report_tables``.
    """
    with open_published(settings) as connection:
        return _period(connection, period), str(read_manifest(settings)["version"])


def read_report_tables(settings: Settings, period: str | None, indicators: Mapping[str, str]) -> ReportTables:
    """Read what a report shows, all of the same version.

    Args:
        settings: where things are.
        period: the period; None for the newest of which some report is past due and some was accepted.
        indicators: the indicators that it states, with the column of ``mart_indicator`` that it states of each.

    Raises:
        NotPublishedError: nothing is published, or the file is one of an earlier version of the product.
        NoPeriodError: no report is owed for the period, or nothing has been accepted yet.
    """
    with open_published(settings) as connection:
        period = _period(connection, period)
        parameters = {
            "period": period,
            "day": periods.ends_on(period),
            "indicators": list(indicators),
            "bases": ["/".join(base) for base in BASES],
        }
        protected = _protected_tables(connection)
        tables = {
            table: _read(connection, _without_small_figures(table, query.format(table=table), protected), parameters)
            for table, query in _QUERIES.items()
        }
        stated = {(code, "period" if column == "value" else "to_date") for code, column in indicators.items()}
        followed = {(code, "to_date") for code in tables["mart_target_progress"]["indicator_code"]}
        sources = trace_indicators(connection, period, stated | followed)
    return ReportTables(period, str(read_manifest(settings)["version"]), tables, sources)


def _protected_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The tables that have a copy without figures of few persons, with the columns that are emptied there."""
    there = connection.sql("select table_name from duckdb_tables() where schema_name = 'protected'").pl()
    return {
        view.table: sorted({column for entry in view.withheld for column in entry.columns})
        for view in load_reader_views().views.values()
        if view.table in there["table_name"]
    }


def _without_small_figures(table: str, query: str, protected: Mapping[str, list[str]]) -> str:
    """The rows of a query as they may leave the data team."""
    if table not in protected:
        return query
    keys = " and ".join(f"whole.{key} is not distinct from safe.{key}" for key in KEYS[table])
    emptied = ", ".join(
        f"case when safe.{column} is null and whole.{column} is not null then '{column}' end"
        for column in protected[table]
    )
    return (
        f"select safe.* exclude (note_vi), list_filter([{emptied}], lambda name: name is not null) as withheld"
        f" from ({query}) as whole join protected.{table} as safe on {keys}"
    )


def _read(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any]) -> pl.DataFrame:
    used = {name: value for name, value in parameters.items() if f"${name}" in sql}
    return connection.sql(f"{sql} order by all", params=used).pl()


def _period(connection: duckdb.DuckDBPyConnection, period: str | None) -> str:
    if period is None:
        found = "select max(period) from marts.fct_report_due where is_past_due and first_accepted_at is not null"
        period = connection.sql(found).pl().item()
    else:
        found = "select max(period) from marts.fct_report_due where period = $period"
        if _read(connection, f"select * from ({found})", {"period": period}).item() is None:
            raise NoPeriodError(period)
    if period is None:
        raise NoPeriodError("")
    return period
