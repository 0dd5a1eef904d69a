"""Compares total rows with the rows they sum.

What belongs here: adding up, over all files at once, and what is to be said of a total's cell itself. Which rows a
total may sum is found in :mod:`pipelines.intake.tables`; that the two must be equal is judged with the other rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from pipelines.contracts import CatalogueRule, Contracts
from pipelines.contracts.frames import ISSUES, TOTALS
from pipelines.intake.cells import is_placeholder
from pipelines.intake.labels import words
from pipelines.intake.numbers import parse_number
from pipelines.intake.read import column_letter
from pipelines.intake.recognise import RecognisedTable
from pipelines.intake.tables import TotalRow

TOTAL_CELLS: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "form": pl.String(),
    "source_sheet": pl.String(),
    "source_row": pl.Int64(),
    "field": pl.String(),
    "cell": pl.String(),
    "text": pl.String(),
    "is_typed_over": pl.Boolean(),
}
"""One row per filled cell of a total row in a column that has a total; ``is_typed_over``: where the template had a
formula stands a value."""

TOTAL_PARTS: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "source_sheet": pl.String(),
    "source_row": pl.Int64(),
    "reading": pl.Int64(),
    "first_part": pl.Int64(),
    "last_part": pl.Int64(),
}
"""One row per total row and span of rows that it may sum; the smallest ``reading`` is the likeliest."""

_ROW = ["submission_id", "source_sheet", "source_row"]
_COLUMN = ["submission_id", "source_sheet", "field"]
_TEMPLATE_TOTAL = "tổng cộng"
_TELLS_FORMULAS = (".xlsx", ".xlsm")


def total_cells(table: RecognisedTable, submission_id: str, file_name: str) -> Iterator[tuple[Any, ...]]:
    """The TOTAL_CELLS of a table."""
    split = table.table
    tells = table.is_stamped and file_name.lower().endswith(_TELLS_FORMULAS)
    columns = [
        (field.name, column)
        for field in split.heading.form.fields
        if field.total and (column := split.heading.columns.get(field.name)) is not None
    ]
    for total in split.totals:
        cells = split.sheet.rows[total.row]
        is_templates = tells and any(text and words(text) == _TEMPLATE_TOTAL for text in cells)
        for name, column in columns if total.parts else ():
            if column < len(cells) and (text := cells[column]):
                is_typed_over = is_templates and (total.row, column) not in split.sheet.formulas
                place = f"{column_letter(column)}{total.row + 1}"
                yield submission_id, table.form_id, split.sheet.name, total.row + 1, name, place, text, is_typed_over


def total_parts(table: RecognisedTable, submission_id: str) -> Iterator[tuple[Any, ...]]:
    """The TOTAL_PARTS of a table."""
    sheet = table.table.sheet.name
    totals: tuple[TotalRow, ...] = table.table.totals
    for total in totals:
        for reading, (first, last) in enumerate(total.parts):
            yield submission_id, sheet, total.row + 1, reading, first + 1, last + 1


def add_up(
    cells: pl.DataFrame,
    parts: pl.DataFrame,
    rows: Mapping[str, pl.DataFrame],
    cell_issues: pl.DataFrame,
    contracts: Contracts,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What total rows state beside the sum of their parts, and findings about cells of total rows.

    Of several spans that a total row may sum, that one counts which leaves the fewest differences. A column with
    an unreadable cell is left out: its sum, or a formula's result, would only repeat that finding.

    Args:
        cells: TOTAL_CELLS.
        parts: TOTAL_PARTS.
        rows: form → cleaned rows.
        cell_issues: ISSUES of the rows.
        contracts: hold the rules of the findings.

    Returns:
        TOTALS and ISSUES.
    """
    if cells.is_empty():
        return pl.DataFrame(schema=TOTALS), pl.DataFrame(schema=ISSUES)
    broken = cell_issues.filter(pl.col("severity") == "error").rename({"sheet": "source_sheet"}).select(_COLUMN)
    read = (
        cells.join(broken, on=_COLUMN, how="anti", maintain_order="left")
        .with_columns(reading=parse_number(pl.col("text"), whole=True))
        .with_columns(stated=pl.col("reading").struct.field("value"), rule=pl.col("reading").struct.field("rule"))
    )
    running = _running_sums(cells, rows)
    spans = read.drop("reading").with_row_index("place").join(parts, on=_ROW)
    sums = (
        _up_to(_up_to(spans, running, pl.col("last_part"), "upper"), running, pl.col("first_part") - 1, "lower")
        .with_columns(computed=pl.col("upper") - pl.col("lower"))
        .with_columns(is_equal=pl.col("stated").eq_missing(pl.col("computed")))
        .sort("place", "reading")
    )
    best = (
        sums.group_by(*_ROW, "reading")
        .agg(differences=(~pl.col("is_equal")).sum())
        .sort("differences", "reading")
        .unique(_ROW, keep="first", maintain_order=True)
        .select(*_ROW, "reading")
    )
    totals = sums.join(best, on=[*_ROW, "reading"], how="semi", maintain_order="left")
    is_number = pl.col("rule").is_null() | (pl.col("rule") == "number_with_unit")
    is_filler = is_placeholder(pl.col("text")) | pl.col("text").str.contains(r"^\s*[xX]\s*$")
    unreadable = read.filter(~is_number & ~is_filler)
    typed_over = totals.filter(pl.col("is_typed_over") & pl.col("is_equal")).with_columns(
        text=pl.col("stated").cast(pl.String)
    )
    return totals.select(*TOTALS), pl.concat(
        [
            _findings(unreadable, contracts.named("total_unreadable"), contracts),
            _findings(typed_over, contracts.named("total_typed_over"), contracts),
        ]
    )


def _running_sums(cells: pl.DataFrame, rows: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Columns submission_id, source_sheet, field, part (a row), running: the sum of the column down to the row.

    With them any span is two look-ups, however many totals a sheet has.
    """
    values = pl.concat(
        rows[str(form)]
        .unpivot(
            on=of_form["field"].unique(maintain_order=True).to_list(),
            index=_ROW,
            variable_name="field",
            value_name="value",
        )
        .rename({"source_row": "part"})
        for (form,), of_form in cells.group_by("form", maintain_order=True)
    )
    running = pl.col("value").fill_null(0).cum_sum().over(_COLUMN)
    return values.sort("part").select(*_COLUMN, "part", running=running)


def _up_to(spans: pl.DataFrame, running: pl.DataFrame, row: pl.Expr, name: str) -> pl.DataFrame:
    """The spans with the sum of their column down to a row, 0 above the first row."""
    return (
        spans.with_columns(_row=row)
        .sort("_row")
        .join_asof(running, left_on="_row", right_on="part", by=_COLUMN, strategy="backward", check_sortedness=False)
        .with_columns(pl.col("running").fill_null(0).alias(name))
        .drop("_row", "part", "running")
    )


def _findings(cells: pl.DataFrame, rule: CatalogueRule, contracts: Contracts) -> pl.DataFrame:
    headings = pl.DataFrame(
        [(form.form, field.name, field.heading_vi) for form in contracts.forms for field in form.fields],
        schema=["form", "field", "column"],
        orient="row",
    )
    before, _, after = rule.message_vi.replace("{column}", "{}").partition("{value}")
    column = pl.col("column")
    return (
        cells.join(headings, on=["form", "field"], how="left", maintain_order="left")
        .select(
            "submission_id",
            pl.lit(rule.code).alias("rule_code"),
            pl.lit(rule.severity.value).alias("severity"),
            pl.col("source_sheet").alias("sheet"),
            "source_row",
            "cell",
            "field",
            pl.col("text").alias("value"),
            pl.concat_str(pl.format(before, column), pl.col("text").str.head(80), pl.lit(after)).alias("message_vi"),
        )
        .cast(ISSUES)  # pyright: ignore[reportArgumentType]
    )
