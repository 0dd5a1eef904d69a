"""The lake: plain Parquet, one folder per table, one folder per period in it.

``<table>/period=2021-Q2/….parquet``; submissions and findings are one file per period, rewritten whole; the rows of
a form, and the places of their columns, are one file per batch of arrivals, which changes only when its files are
judged again. ``period=none`` holds
what has no period. Every file is written beside its place and moved into it, so that a reader never sees half of one.
A batch is in the lake once its marker stands in ``batches/``; until then it is taken in again, with the same result.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from pipelines.contracts import Contracts
from pipelines.contracts.frames import (
    CHANGES,
    COLUMN_PLACES,
    EXPLANATIONS,
    SETTLED_ISSUES,
    SUBMISSIONS,
    row_schema,
)

SUBMISSIONS_TABLE = "submissions"
ISSUES_TABLE = "submission_issues"
CHANGES_TABLE = "submission_changes"
PLACES_TABLE = "column_places"
EXPLANATIONS_TABLE = "explanations"
NO_PERIOD = "none"
BATCHES = "batches"
STATE_FILE = "data.parquet"


class Lake:
    """Reads and writes the lake below one folder."""

    def __init__(self, root: Path, contracts: Contracts) -> None:
        """Bind the lake to its folder; nothing is touched yet."""
        self.root = root
        self.schemas: dict[str, dict[str, pl.DataType]] = {
            SUBMISSIONS_TABLE: SUBMISSIONS,
            ISSUES_TABLE: SETTLED_ISSUES,
            CHANGES_TABLE: CHANGES,
            PLACES_TABLE: COLUMN_PLACES,
            EXPLANATIONS_TABLE: EXPLANATIONS,
            **{form.form: row_schema(form) for form in contracts.forms},
        }

    def prepare(self) -> None:
        """Give every table an empty file with its columns, so that readers of a new lake find a table."""
        for table, schema in self.schemas.items():
            write_parquet(pl.DataFrame(schema=schema), self.root / table / "_schema.parquet")

    def scan(self, table: str, periods: Iterable[str] | None = None) -> pl.LazyFrame:
        """Rows of a table, read as far as they are asked for; see ``read``."""
        folders = ["period=*"] if periods is None else [f"period={period}" for period in periods]
        return self._scan(
            table, sorted(path for name in folders for path in (self.root / table).glob(f"{name}/*.parquet"))
        )

    def read(self, table: str, periods: Iterable[str] | None = None) -> pl.DataFrame:
        """All rows of a table, or those of some periods (``NO_PERIOD`` for those without); empty if there are none.

        Columns that a form got later are null in files written before.
        """
        return self.scan(table, periods).collect()

    def _scan(self, table: str, paths: list[Path]) -> pl.LazyFrame:
        schema = self.schemas[table]
        if not paths:
            return pl.LazyFrame(schema=schema)
        scanned = pl.scan_parquet(
            paths, hive_partitioning=False, schema=schema, missing_columns="insert", extra_columns="ignore"
        )
        return scanned.select(*schema)

    def count(self, table: str, period: str) -> int:
        """How many rows a table has of a period, from the footers of its files."""
        return sum(pq.read_metadata(path).num_rows for path in self._folder(table, period).glob("*.parquet"))

    def replace_state(self, table: str, period: str, frame: pl.DataFrame) -> None:
        """Write the whole state of a period."""
        write_parquet(frame.select(*self.schemas[table]), self._folder(table, period) / STATE_FILE)

    def read_batch(self, table: str, period: str, batch: str) -> pl.DataFrame:
        """The rows of a batch of arrivals in a period; empty if there are none."""
        path = self._batch_file(table, period, batch)
        return self._scan(table, [path] if path.exists() else []).collect()

    def add_rows(self, table: str, period: str, batch: str, frame: pl.DataFrame) -> None:
        """Keep the rows of a batch; the same batch written again replaces itself, and no rows are no file."""
        path = self._batch_file(table, period, batch)
        if frame.is_empty():
            path.unlink(missing_ok=True)
        else:
            write_parquet(frame.select(*self.schemas[table]), path)

    def _batch_file(self, table: str, period: str, batch: str) -> Path:
        return self._folder(table, period) / f"{batch}.parquet"

    def batches(self) -> set[str]:
        """Every batch that is in the lake."""
        folder = self.root / BATCHES
        return {path.name for path in folder.iterdir()} if folder.exists() else set()

    def drop_batch(self, batch: str) -> None:
        """Take the rows of a batch out of the lake; it is to be taken in again."""
        (self.root / BATCHES / batch).unlink(missing_ok=True)
        for path in self.root.glob(f"*/period=*/{batch}.parquet"):
            path.unlink()

    def reopen_batch(self, batch: str) -> None:
        """Make ready to write rows of a batch: a run that is killed from here on takes the batch in again."""
        if self.has_batch(batch):
            (self.root / BATCHES / batch).unlink()
        else:
            self.drop_batch(batch)  # what a killed run wrote of it

    def drop_everything(self) -> None:
        """Empty the lake; the markers first, so that what is left of a killed run counts for nothing."""
        for folder in (self.root / BATCHES, *(self.root / table for table in self.schemas)):
            shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, table: str, period: str) -> Path:
        return self.root / table / f"period={period}"

    def has_batch(self, batch: str) -> bool:
        """Whether everything of a batch of arrivals is in the lake."""
        return (self.root / BATCHES / batch).exists()

    def finish_batch(self, batch: str) -> None:
        """Say that everything of a batch is in the lake."""
        marker = self.root / BATCHES / batch
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a Parquet file in one piece."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    frame.write_parquet(partial, compression="zstd")
    os.replace(partial, path)
