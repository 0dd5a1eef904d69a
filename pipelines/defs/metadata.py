"""How frames are shown in the Dagster UI."""

from __future__ import annotations

import polars as pl
from dagster import MetadataValue, TableColumn, TableMetadataValue, TableRecord, TableSchema

PREVIEW_ROWS = 20


def preview(frame: pl.DataFrame, rows: int = PREVIEW_ROWS) -> TableMetadataValue:
    """The first rows of a frame as a table of texts."""
    head = frame.head(rows).with_columns(pl.all().cast(pl.String))
    return MetadataValue.table(
        records=[TableRecord(record) for record in head.to_dicts()],
        schema=TableSchema(columns=[TableColumn(name) for name in head.columns]),
    )


def counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    """How often each value of a column occurs, most frequent first."""
    return dict(frame[column].value_counts(sort=True).iter_rows())
