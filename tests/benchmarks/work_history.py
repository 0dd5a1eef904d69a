"""Years of quarters made straight in the lake: the nation's quarter again and again, each a quarter later."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from pipelines import periods
from pipelines.contracts import load_contracts
from pipelines.warehouse.lake import Lake, write_parquet

IDS = ("submission_id", "receipt_id", "previous_submission_id")
# What a quarter later is a quarter later; when a union was founded or an agreement signed is not.
MOMENTS = ("known_from", "known_to", "due_on", "received_at")
COUNTS = ("members_admitted", "members_left")


def main(lake: str, quarters: str) -> dict[str, int]:
    """Add quarters to a lake that holds one, until there are that many; say the rows of each table.

    Every quarter has its own submissions, in one file of rows for each table. What came and went differs from quarter
    to quarter, so that the files do not compress to nothing.
    """
    held = Lake(Path(lake), load_contracts())
    first, *others = sorted(path.name.removeprefix("period=") for path in (held.root / "submissions").glob("period=2*"))
    if others:
        raise ValueError(f"{lake} holds more than one quarter")
    frames = {table: held.read(table, [first]) for table in held.schemas}
    period, rows = first, dict.fromkeys(frames, 0)
    for number in range(1, int(quarters)):
        period = periods.following(period)
        days = (periods.ends_on(period) - periods.ends_on(first)).days
        for table, frame in frames.items():
            states = (held.root / table / f"period={first}" / "data.parquet").exists()
            if frame.is_empty() and not states:
                continue
            folder = held.root / table / f"period={period}"
            write_parquet(_later(frame, number, period, days), folder / f"{'data' if states else 'history'}.parquet")
            rows[table] += frame.height
    return rows


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
