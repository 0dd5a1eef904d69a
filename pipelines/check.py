"""The verdict on files without taking them in: nothing is registered, kept or published."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts import Contracts
from pipelines.due_days import load_due_days
from pipelines.intake.batch import build_batch, recognise_files
from pipelines.intake.register import VIETNAM_TIME, Receipt
from pipelines.intake.units import OrgUnits
from pipelines.quality import settle
from pipelines.run import submissions_as_json


@dataclass(frozen=True)
class Checked:
    """What was found in some files.

    Attributes:
        receipts: one per file, as if it had arrived now.
        paths: receipt id → the file.
        submissions: SUBMISSIONS.
        issues: SETTLED_ISSUES.
    """

    receipts: list[Receipt]
    paths: dict[str, Path]
    submissions: pl.DataFrame
    issues: pl.DataFrame

    def as_json(self) -> dict[str, Any]:
        """The document that ``congdoan check --json`` prints."""
        by_receipt = pl.col("receipt_id")
        return {
            "files": [
                {
                    "file": str(self.paths[receipt.receipt_id]),
                    "submissions": submissions_as_json(
                        self.submissions.filter(by_receipt == receipt.receipt_id), self.issues
                    ),
                }
                for receipt in self.receipts
            ]
        }

    @property
    def exit_code(self) -> int:
        """0 when everything is accepted, 1 when something is returned, 2 when something is not recognised."""
        verdicts = set(self.submissions["verdict"])
        return 2 if settle.UNRECOGNISED in verdicts else int(settle.RETURNED in verdicts)


def check_files(files: Sequence[Path], contracts: Contracts, units: OrgUnits) -> Checked:
    """Judge files by every rule that ``congdoan run`` judges them by.

    Rules across forms, periods and levels are judged between the files given, for nothing else is looked at.

    Raises:
        OSError: a file cannot be opened.
    """
    from pipelines.quality.between import validate_between
    from pipelines.quality.validate import validate, validate_across

    receipts = _receipts(files)
    paths = {receipt.receipt_id: path for receipt, path in zip(receipts, files, strict=True)}
    batch = build_batch(
        recognise_files([(receipt, paths[receipt.receipt_id]) for receipt in receipts], contracts, units), contracts
    )
    found = validate(contracts, batch.rows, batch.totals, batch.places, units=units)
    issues = pl.concat([batch.issues, settle.without_consequences(found.issues, batch.issues, contracts)])
    frame = settle.receipts_frame(receipts)
    submissions = settle.number_versions(settle.judge(batch.candidates, issues, frame, load_due_days()), frame)
    current = {form: settle.current_rows(rows, submissions) for form, rows in batch.rows.items()}
    across = validate_across(contracts, current, batch.places)
    between = validate_between(contracts, current, {}, batch.places, units)
    issues = pl.concat([issues, across.issues, between.issues])
    issues = settle.mark_explained(issues, batch.rows.values(), batch.explanations)
    return Checked(receipts, paths, settle.mark_queries(submissions, issues), issues)


def _receipts(files: Sequence[Path]) -> list[Receipt]:
    """Receipts as the register would give them; the same file twice is two receipts."""
    now = dt.datetime.now(VIETNAM_TIME).replace(tzinfo=None, microsecond=0)
    receipts = []
    for number, path in enumerate(files, start=1):
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        receipts.append(
            Receipt(
                receipt_id=f"{sha256[:16]}-{number}" if len(files) > 1 else sha256[:16],
                sequence=number,
                batch="check",
                sha256=sha256,
                file_name=path.name,
                received_at=now,
                size_bytes=path.stat().st_size,
                copy_of=None,
                raw_path=path.name,
            )
        )
    return receipts
