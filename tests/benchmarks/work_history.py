"""Years of quarters made straight in the lake: the nation's quarter again and again, each a quarter later."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import polars as pl

from pipelines import periods
from pipelines.contracts import load_contracts
from pipelines.intake.register import Receipt, read_ledger
from pipelines.settings import Settings
from pipelines.warehouse.lake import STATE_FILE, Lake

IDS = ("submission_id", "receipt_id", "previous_submission_id")
# What a quarter later is a quarter later; when a union was founded or an agreement signed is not.
MOMENTS = ("known_from", "known_to", "due_on", "received_at")
COUNTS = ("members_admitted", "members_left")


def main(data_dir: str, quarters: str) -> dict[str, int]:
    """Add quarters to a data root that holds one, until there are that many; say the rows of each table.

    Every quarter is a batch of its own, in the ledger as in the lake, and answered; the files of the first stand for
    those of all. What came and went differs from quarter to quarter, so that the files do not compress to nothing.
    """
    settings = Settings(data_dir=Path(data_dir))
    held, ledger = Lake(settings.lake, load_contracts()), read_ledger(settings)
    first, *others = sorted(path.name.removeprefix("period=") for path in (held.root / "submissions").glob("period=2*"))
    if others:
        raise ValueError(f"{data_dir} holds more than one quarter")
    frames = {table: held.read(table, [first]) for table in held.schemas}
    period, rows = first, dict.fromkeys(frames, 0)
    for number in range(1, int(quarters)):
        period = periods.following(period)
        days = (periods.ends_on(period) - periods.ends_on(first)).days
        batch = f"{int(ledger[-1].batch) + number:08d}"
        _record(settings, [_received_later(receipt, number, batch, days, len(ledger)) for receipt in ledger])
        for table, frame in frames.items():
            later = _later(frame, number, period, days)
            if (held.root / table / f"period={first}" / STATE_FILE).exists():
                held.replace_state(table, period, later)
            else:
                held.add_rows(table, period, batch, later)
            rows[table] += frame.height
        held.finish_batch(batch)
        shutil.copytree(settings.returned / first, settings.returned / period, copy_function=os.link)
    return rows


def _received_later(receipt: Receipt, number: int, batch: str, days: int, receipts: int) -> Receipt:
    return replace(
        receipt,
        receipt_id=f"{receipt.receipt_id}-{number}",
        sequence=receipt.sequence + number * receipts,
        batch=batch,
        received_at=receipt.received_at + dt.timedelta(days=days),
    )


def _record(settings: Settings, receipts: list[Receipt]) -> None:
    lines = [json.dumps(asdict(receipt) | {"received_at": receipt.received_at.isoformat()}) for receipt in receipts]
    (settings.raw / "ledger" / f"{receipts[0].batch}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _later(frame: pl.DataFrame, number: int, period: str, days: int) -> pl.DataFrame:
    return frame.with_columns(
        *(pl.format(f"{{}}-{number}", name).alias(name) for name in IDS if name in frame.columns),
        *(pl.col(name) + dt.timedelta(days=days) for name in MOMENTS if name in frame.columns),
        *(pl.lit(period).alias(name) for name in ("period",) if name in frame.columns),
        *(
            (pl.col(name) + pl.int_range(pl.len()) % (number + 2)).alias(name)
            for name in COUNTS
            if name in frame.columns
        ),
    )
