"""Frames that one step of a run leaves for the next: Parquet files in ``data/build/stage``.

Steps may run in processes of their own, so they meet in files. Nothing here outlives the next run, but
the list of receipts that wait for an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from pipelines.contracts import Contracts
from pipelines.intake.batch import Batch
from pipelines.warehouse.lake import write_parquet

_TO_ANSWER = "to_answer"


class Stage:
    """Named frames below one folder."""

    def __init__(self, root: Path) -> None:
        """Bind the stage to its folder; nothing is touched yet."""
        self._root = root

    def save(self, name: str, frame: pl.DataFrame) -> None:
        """Leave a frame for a later step."""
        write_parquet(frame, self._root / f"{name}.parquet")

    def load(self, name: str) -> pl.DataFrame:
        """A frame that an earlier step left; ``FileNotFoundError`` if that step has not run since the first one did."""
        return pl.read_parquet(self._root / f"{name}.parquet")

    def save_batch(self, batch: Batch) -> None:
        """Leave everything that intake made, and nothing of the batch before: its findings would be taken for these."""
        for path in self._root.glob("*.parquet"):
            if path.stem != _TO_ANSWER:
                path.unlink()
        for name in ("candidates", "totals", "places", "issues", "explanations"):
            self.save(name, getattr(batch, name))
        for form, rows in batch.rows.items():
            self.save(f"rows_{form}", rows)

    def load_batch(self, contracts: Contracts) -> Batch:
        """What intake left."""
        return Batch(
            candidates=self.load("candidates"),
            rows={form.form: self.load(f"rows_{form.form}") for form in contracts.forms},
            totals=self.load("totals"),
            places=self.load("places"),
            issues=self.load("issues"),
            explanations=self.load("explanations"),
        )

    def add_to_answer(self, receipt_ids: Iterable[str]) -> None:
        """Note receipts that were judged and have to be answered, beside those that still wait."""
        waiting = sorted({*self.to_answer(), *receipt_ids})
        self.save(_TO_ANSWER, pl.DataFrame({"receipt_id": waiting}, schema={"receipt_id": pl.String()}))

    def to_answer(self) -> set[str]:
        """The receipts that were judged since the last answers were written; several runs may have judged them."""
        path = self._root / f"{_TO_ANSWER}.parquet"
        return set(pl.read_parquet(path)["receipt_id"]) if path.exists() else set()

    def answered(self) -> None:
        """Say that all answers are written."""
        (self._root / f"{_TO_ANSWER}.parquet").unlink(missing_ok=True)
