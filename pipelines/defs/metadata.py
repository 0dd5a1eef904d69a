"""How frames are shown in the Dagster UI. What is shown there stays in Dagster's history, so it names no person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from dagster import MarkdownMetadataValue, MetadataValue, TableColumn, TableMetadataValue, TableRecord, TableSchema

from pipelines.intake.personal import without_personal_numbers_expr
from pipelines.quality.settle import VERDICTS
from pipelines.settings import PROJECT_DIR, Settings

PREVIEW_ROWS = 20
FREE_TEXT = ("note", "explanation", "old_value", "new_value")
"""Columns in which senders write what they like, or earlier versions of it."""
_BAR = 30


def preview(frame: pl.DataFrame, rows: int = PREVIEW_ROWS) -> TableMetadataValue:
    """The first rows of a frame as a table of texts, without free text and numbers of persons."""
    shown = frame.drop(FREE_TEXT, strict=False).head(rows)
    head = shown.with_columns(without_personal_numbers_expr(pl.all().cast(pl.String)))
    return MetadataValue.table(
        records=[TableRecord(record) for record in head.to_dicts()],
        schema=TableSchema(columns=[TableColumn(name) for name in head.columns]),
    )


def counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    """How often each value of a column occurs, most frequent first."""
    return dict(frame[column].value_counts(sort=True).iter_rows())


def number_vi(number: int) -> str:
    """A whole number as Vietnamese readers write it: 1.234."""
    return f"{number:,}".replace(",", ".")


def column_schema(schema: Mapping[str, pl.DataType], descriptions: Mapping[str, str]) -> TableSchema:
    """Columns of a frame with their types, and with descriptions where there are any."""
    return TableSchema(
        columns=[
            TableColumn(name, type=str(dtype), description=descriptions.get(name)) for name, dtype in schema.items()
        ]
    )


def bars(frame: pl.DataFrame, label: str, value: str, full: float | None = None) -> MarkdownMetadataValue:
    """A column of numbers as bars of text, one line per row; ``full`` is the number of the longest bar.

    Text, because the UI shows no picture of a page's own, and this needs no drawing.
    """
    rows: list[tuple[str, float | None]] = list(frame.select(label, value).iter_rows())
    longest = full or max((number or 0 for _, number in rows), default=0) or 1
    width = max((len(name) for name, _ in rows), default=1)
    lines = [
        f"{name:<{width}}  {'█' * round(_BAR * (number or 0) / longest):<{_BAR}}  {_figure(number)}"
        for name, number in rows
    ]
    return MetadataValue.md("\n".join(["```", *lines, "```"]))


def _figure(number: float | None) -> str:
    if number is None:
        return "chưa có"
    return number_vi(number) if isinstance(number, int) else f"{number:.1f}".replace(".", ",")


def submissions_shown(submissions: pl.DataFrame, new: pl.DataFrame) -> dict[str, Any]:
    """Verdicts and rows as numbers, which the UI plots over runs, and by period.

    Args:
        submissions: SUBMISSIONS, all that there are.
        new: SUBMISSIONS of this run.
    """
    by_verdict = counts(submissions, "verdict")
    by_period = (
        submissions.filter(pl.col("period").is_not_null())
        .group_by("period")
        .agg(
            submissions=pl.len(),
            **{verdict: (pl.col("verdict") == verdict).sum() for verdict in VERDICTS},
            rows_accepted=pl.col("rows_accepted").sum(),
            rows_returned=pl.col("rows_returned").sum(),
        )
        .sort("period")
    )
    return {
        **{verdict: by_verdict.get(verdict, 0) for verdict in VERDICTS},
        "rows_accepted": int(submissions["rows_accepted"].sum()),
        "rows_returned": int(submissions["rows_returned"].sum()),
        "verdicts_of_this_run": counts(new, "verdict"),
        "by_period": preview(by_period.reverse(), by_period.height),
        "rows_accepted_by_period": bars(by_period, "period", "rows_accepted"),
    }


def rule_page(settings: Settings, code: str) -> MetadataValue:
    """The page of a rule: its address where one is configured, else its file, to be copied."""
    if settings.rule_pages_url:
        return MetadataValue.url(settings.rule_pages_url.replace("{code}", code))
    return MetadataValue.path(str(PROJECT_DIR / "docs" / "rules" / f"{code}.md"))
