"""What several tests need: one file, taken in and judged in memory, without folders, Dagster or a lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from pipelines.contracts import Contracts, load_contracts
from pipelines.due_days import load_due_days
from pipelines.intake.batch import Batch, build_batch, recognise_files
from pipelines.intake.register import Receipt
from pipelines.intake.units import OrgUnits, load_org_units
from pipelines.quality import settle
from pipelines.quality.validate import Validation, validate

RECEIVED_AT = dt.datetime(2021, 7, 10)


@dataclass(frozen=True)
class Taken:
    """Files that went through intake and validation."""

    receipts: Sequence[Receipt]
    batch: Batch
    validation: Validation
    contracts: Contracts

    @cached_property
    def issues(self) -> pl.DataFrame:
        """ISSUES as the sender would read them."""
        content = settle.without_consequences(self.validation.issues, self.batch.issues, self.contracts)
        return pl.concat([self.batch.issues, content])

    @cached_property
    def submissions(self) -> pl.DataFrame:
        """SUBMISSIONS with their verdicts; versions are not numbered, and open queries leave one accepted."""
        return settle.judge(self.batch.candidates, self.issues, settle.receipts_frame(self.receipts), load_due_days())

    def found(self, number: int = 1) -> list[tuple[str, str | None, str | None]]:
        """Rule, sheet and cell of every finding in the file of that number (from 1), sorted."""
        mine = self.issues.filter(pl.col("submission_id").str.starts_with(f"{number:016d}."))
        places = mine.select("rule_code", "sheet", "cell").rows()
        return sorted(places, key=lambda place: tuple(part or "" for part in place))

    def rows(self, form: str, number: int = 1) -> pl.DataFrame:
        """The rows of a form in the file of that number (from 1)."""
        return self.batch.rows[form].filter(pl.col("submission_id").str.starts_with(f"{number:016d}."))


def receipt_of(path: Path, number: int = 1) -> Receipt:
    """A receipt for a file outside of the inbox; its name says nothing of unit or period unless the path does."""
    return Receipt(
        receipt_id=f"{number:016d}",
        sequence=number,
        batch="00000001",
        sha256=f"{number:064d}",
        file_name=path.name,
        received_at=RECEIVED_AT,
        size_bytes=path.stat().st_size,
        copy_of=None,
        raw_path=path.name,
    )


def take_in(
    *paths: Path,
    contracts: Contracts | None = None,
    units: OrgUnits | None = None,
    on_file: Callable[[], None] = lambda: None,
) -> Taken:
    """Read, recognise, clean and validate files, all in one batch."""
    contracts, units = contracts or load_contracts(), units or load_org_units()
    receipts = [receipt_of(path, number) for number, path in enumerate(paths, start=1)]
    files = recognise_files(zip(receipts, paths, strict=True), contracts, units, on_file=on_file)
    batch = build_batch(files, contracts)
    validation = validate(contracts, batch.rows, batch.totals, batch.places)
    return Taken(receipts, batch, validation, contracts)


def files_of(folder: Path) -> dict[str, bytes]:
    """What every file below a folder holds, by its place."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
