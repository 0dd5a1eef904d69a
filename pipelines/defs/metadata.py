"""How frames are shown in the Dagster UI. What is shown there stays in Dagster's history, so it names no person."""

from __future__ import annotations

import polars as pl
from dagster import MetadataValue, TableColumn, TableMetadataValue, TableRecord, TableSchema

from pipelines.intake.personal import without_personal_numbers_expr

PREVIEW_ROWS = 20
FREE_TEXT = ("note", "explanation", "old_value", "new_value")
"""Columns in which senders write what they like, or earlier versions of it."""


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
