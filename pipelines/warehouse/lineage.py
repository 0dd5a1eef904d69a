"""From a published figure to the rows that make it, and the cells that those rows were sent in.

The schema ``lineage`` of the published file (``dbt_project/models/lineage``) says which rows bring what to every
measure; here is which of its views answers for which column of which table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import duckdb
import polars as pl

from pipelines.settings import Settings
from pipelines.warehouse.publish import PUBLIC_SCHEMA
from pipelines.warehouse.published import open_published

SOURCE_ROWS: dict[str, pl.DataType] = {
    "part": pl.Categorical(),
    "value": pl.Float64(),
    "fact": pl.Categorical(),
    "field": pl.Categorical(),
    "submission_id": pl.Categorical(),
    "form": pl.Categorical(),
    "org_unit_code": pl.Categorical(),
    "period": pl.Categorical(),
    "file_name": pl.Categorical(),
    "sha256": pl.Categorical(),
    "sheet": pl.Categorical(),
    "row": pl.Int64(),
    "cell": pl.String(),
}
"""One row per row of a fact that a figure rests on, the largest first. ``part`` is value, numerator or denominator;
``value`` what the row brings to that part, which the rows of the part add up to; ``org_unit_code`` and ``period`` are
the submission's. ``cell`` is null where the sender's table has no such column. Texts are categories: a country has
millions of such rows, of few files."""

_DETAIL_MARTS = {
    "mart_membership": "membership",
    "mart_enterprise_coverage": "enterprises",
    "mart_agreement_coverage": "agreements",
}
_RATIOS = {
    ("mart_enterprise_coverage", "coverage_pct"): "enterprise_coverage",
    ("mart_agreement_coverage", "coverage_pct"): "agreement_coverage_pct",
}
_OF_INDICATOR = {
    "value": ("period", None),
    "numerator_value": ("period", "numerator"),
    "denominator_value": ("period", "denominator"),
    "value_to_date": ("to_date", None),
    "numerator_to_date": ("to_date", "numerator"),
    "denominator_to_date": ("to_date", "denominator"),
}
"""Columns of ``mart_indicator``: over which span, and which part of a ratio (None for all of it)."""
_USUAL = {"mart_membership": {"sector": "all", "basis": "as_reported", "scope": "all"}}
"""What is meant where the words do not say it."""
_NOT_FROM_CELLS = "{table}.{measure} không lấy từ ô của tệp, nên không có nguồn để dẫn về."
FIGURE = ("figure_unit_code", "indicator_code", "span", "threshold")
"""What a row of ``trace_indicators`` belongs to; ``span`` is period or to_date."""
_ADDRESSED = """
    select {figure} traced.part, traced.contribution as value, traced.fact, traced.field, submissions.submission_id,
        submissions.form, submissions.org_unit_code, submissions.period, submissions.file_name, submissions.sha256,
        traced.source_sheet as sheet, traced.source_row as row, places.column_letter || traced.source_row as cell
    from traced
    inner join marts.fct_submission as submissions on traced.submission_id = submissions.submission_id
    left join marts.fct_submission_column as places
        on traced.submission_id = places.submission_id and traced.field = places.field
        and traced.source_sheet is not distinct from places.source_sheet
        and traced.source_row between places.first_row and places.last_row
    order by {figure} part, value desc nulls last, submissions.period, file_name, sheet, row
"""


class NoSuchFigureError(LookupError):
    """The words lead to no figure, or not to one; the message is Vietnamese and says what would."""


def trace_figure(settings: Settings, table: str, measure: str, keys: Mapping[str, str]) -> tuple[Any, pl.DataFrame]:
    """Lead one figure back to its rows.

    Args:
        settings: where the published file is.
        table: a public table.
        measure: the column that holds the figure.
        keys: text by column, as many as single out one row.

    Returns:
        The figure, None where it is not known, and its SOURCE_ROWS.

    Raises:
        NotPublishedError: nothing is published.
        NoSuchFigureError: there is no such table, column or row, several rows fit, or the column rests on no cell.
    """
    with open_published(settings) as connection:
        row = _one_row(connection, table, measure, {**_USUAL.get(table, {}), **keys})
        query, parameters = _query(table, measure, row)
        rows = connection.sql(f"with traced as ({query}) {_ADDRESSED.format(figure='')}", params=parameters).pl()
    if (rows.is_empty() and row[measure]) or (table.startswith("fct_") and rows["cell"].null_count()):
        raise NoSuchFigureError(_NOT_FROM_CELLS.format(table=table, measure=measure))
    return row[measure], rows.cast(pl.Schema(SOURCE_ROWS))


def trace_indicators(
    connection: duckdb.DuckDBPyConnection, period: str, indicators: Collection[tuple[str, str]]
) -> pl.DataFrame:
    """Lead all figures of some indicators back to their rows at once.

    Args:
        connection: the published file.
        period: the period of the figures.
        indicators: code and span: ``period`` for ``mart_indicator.value``, ``to_date`` for ``value_to_date``.

    Returns:
        SOURCE_ROWS of every figure, under FIGURE, one figure after the other.
    """
    codes = sorted({indicator for indicator, _ in indicators})
    figures = sorted(f"{indicator}/{span}" for indicator, span in indicators)
    # The codes beside the figures, and lists instead of subqueries: that much DuckDB hands down into the view.
    connection.execute(
        "create or replace temp table indicator_rows as"
        " select *, org_unit_code as figure_unit_code from lineage.lineage_indicator where period = $period"
        " and list_contains($codes, indicator_code) and list_contains($figures, indicator_code || '/' || span)",
        {"period": period, "codes": codes, "figures": figures},
    )
    schema = pl.Schema(dict.fromkeys(FIGURE, pl.Categorical()) | {"threshold": pl.Int64()} | SOURCE_ROWS)
    traced = "with traced as (from indicator_rows where indicator_code = $code)"
    addressed = f"{traced} {_ADDRESSED.format(figure=''.join(f'traced.{name}, ' for name in FIGURE))}"
    # One by one: as texts, the rows of all would take several times what they take as categories.
    return pl.concat(
        [
            pl.DataFrame(schema=schema),
            *(connection.sql(addressed, params={"code": code}).pl().cast(schema) for code in codes),
        ]
    )


def _one_row(
    connection: duckdb.DuckDBPyConnection, table: str, measure: str, keys: Mapping[str, str]
) -> dict[str, Any]:
    """The row of the figure."""
    columns: dict[str, str] = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ?"
            " order by column_index",
            [PUBLIC_SCHEMA, table],
        ).fetchall()
    )
    if not columns:
        raise NoSuchFigureError(f"Không có bảng “{table}” trong bản công bố.")
    if unknown := [name for name in (measure, *keys) if name not in columns]:
        raise NoSuchFigureError(f"Bảng {table} không có cột “{unknown[0]}”. Các cột: {', '.join(columns)}.")
    condition = " and ".join(f'cast("{name}" as varchar) = ?' for name in keys) or "true"
    rows = connection.execute(
        f"select * from {PUBLIC_SCHEMA}.{table} where {condition} limit 2", list(keys.values())
    ).fetchall()
    said = ", ".join(f"{name}={value}" for name, value in keys.items())
    if not rows:
        raise NoSuchFigureError(f"Không có dòng nào của {table} với {said}.")
    if len(rows) > 1:
        differing = [name for name, one, other in zip(columns, *rows, strict=True) if one != other]
        helping = [name for name in differing if columns[name] != "DOUBLE" and name not in (measure, *keys)]
        raise NoSuchFigureError(f"Nhiều dòng của {table} khớp với {said}; ghi thêm {' hoặc '.join(helping[:2])}.")
    return dict(zip(columns, rows[0], strict=True))


def _query(table: str, measure: str, row: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """What to ask the lineage: columns part, contribution, fact, field, submission_id, source_sheet, source_row."""
    if table == "mart_indicator" and measure in _OF_INDICATOR:
        return _of_indicator(row, row["indicator_code"], [row["period"]], *_OF_INDICATOR[measure])
    if table == "mart_target_progress" and measure in ("actual_value", "pct_of_target"):
        # a sum over a term is that of this year so far and of its earlier years, each as it stood when it ended
        year = int(row["period"][:4])
        ended = [f"{earlier}-Q4" for earlier in range(row["first_year"] or year, year)]
        return _of_indicator(row, row["indicator_code"], [*ended, row["period"]], "to_date")
    if indicator := _RATIOS.get((table, measure)):
        return _of_indicator(row, indicator, [row["period"]], "period")
    if (table, measure) == ("mart_membership", "density_pct"):
        return _of_measures(
            row, {"numerator": "membership.density_members", "denominator": "membership.density_workers"}
        )
    if relation := _DETAIL_MARTS.get(table):
        return _of_measures(row, {"value": f"{relation}.{measure}"})
    if (table, measure) == ("mart_activity", "pct_of_plan"):
        indicator = row["indicator_code"]
        parts = {"numerator": f"actual_of_planned.{indicator}", "denominator": f"plan_of_reported.{indicator}"}
        return _of_measures(row, parts)
    if table == "mart_activity":
        return _of_measures(row, {"value": f"{measure}.{row['indicator_code']}"})
    if table == "mart_reconciliation":
        keys = ("period", "province_code", "org_unit_code", "is_total", "measure")
        condition = " and ".join(f"{name} = ?" for name in keys)
        return (
            f"select 'value' as part, * from lineage.lineage_reconciliation where {condition} and side = ?",
            [*(row[name] for name in keys), measure],
        )
    if "source_row" in row:
        return (
            "select 'value' as part, try_cast(? as double) as contribution, ? as fact, ? as field,"
            " ? as submission_id, ? as source_sheet, ? as source_row",
            [row[measure], table, measure, row["submission_id"], row["source_sheet"], row["source_row"]],
        )
    raise NoSuchFigureError(_NOT_FROM_CELLS.format(table=table, measure=measure))


def _of_measures(row: Mapping[str, Any], parts: Mapping[str, str]) -> tuple[str, list[Any]]:
    names = " ".join("when ? then ?" for _ in parts)
    return (
        f"select case measure {names} end as part, * from lineage.lineage_measure where measure in (select unnest(?))"
        " and period = ? and org_unit_code = ? and sector = ? and basis = ? and scope = ?"
        " and (threshold is null or threshold = ?)",
        [
            *(word for part, measure in parts.items() for word in (measure, part)),
            list(parts.values()),
            row["period"],
            row["org_unit_code"],
            *(row.get(name, usual) for name, usual in _USUAL["mart_membership"].items()),
            row.get("threshold"),
        ],
    )


def _of_indicator(
    row: Mapping[str, Any], indicator: str, periods: list[str], span: str, part: str | None = None
) -> tuple[str, list[Any]]:
    return (
        "select * from lineage.lineage_indicator where indicator_code = ? and period in (select unnest(?))"
        " and org_unit_code = ? and span = ? and (threshold is null or threshold = ?) and part = coalesce(?, part)",
        [indicator, periods, row["org_unit_code"], span, row.get("threshold"), part],
    )
