"""Finds what is damaged in the lake and takes it out, so that the same run makes it again from ``data/raw``.

Rows of a batch are damaged where a file cannot be read, or where there are not as many of them as the submissions say:
then the batch is taken in again. The state of a period is made by many batches: then all of them are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipelines.contracts import Contracts
from pipelines.intake.register import LedgerError, Receipt
from pipelines.quality import settle
from pipelines.warehouse.lake import CHANGES_TABLE, ISSUES_TABLE, STATE_FILE, SUBMISSIONS_TABLE, Lake

_STATE = (SUBMISSIONS_TABLE, ISSUES_TABLE, CHANGES_TABLE)


@dataclass(frozen=True)
class Damage:
    """What was wrong with a lake.

    Attributes:
        files: files that cannot be read or are missing, relative to the lake.
        batches: those that are to be taken in again.
    """

    files: list[str]
    batches: list[str]


def mend(lake: Lake, ledger: list[Receipt], contracts: Contracts) -> Damage:
    """Take damaged batches out of the lake; they are pending afterwards, and judged by the rules of today.

    What a killed run left is no damage: without its marker a batch is pending anyway.

    Raises:
        LedgerError: the lake has batches that the ledger does not know.
    """
    known = {receipt.batch for receipt in ledger}
    done = lake.batches()
    if lost := done - known:
        raise LedgerError(
            f"Sổ tiếp nhận thiếu lần tiếp nhận {', '.join(sorted(lost))}, đã có trong kho dữ liệu {lake.root}. Khôi "
            "phục raw/ledger từ bản sao lưu rồi chạy lại; nếu raw vừa được khôi phục từ một bản sao lưu cũ hơn, xoá "
            "thư mục lake rồi chạy lại."
        )
    damaged = [*_unreadable(lake), *_missing_state(lake, done)]
    if not done or any(file.split("/")[0] in _STATE for file in damaged):
        lake.drop_everything()
        return Damage(damaged if done else [], sorted(done))
    broken = {file.rsplit("/", 1)[1].removesuffix(".parquet") for file in damaged}
    for batch in broken:
        lake.drop_batch(batch)
    miscounted = _miscounted(lake, ledger, contracts) & (done - broken)
    for batch in miscounted:
        lake.drop_batch(batch)
    return Damage([*damaged, *(f"*/*/{batch}.parquet" for batch in sorted(miscounted))], sorted(broken | miscounted))


def _unreadable(lake: Lake) -> Iterator[str]:
    """Files of the lake that are not Parquet from end to end."""
    for table in lake.schemas:
        for path in sorted((lake.root / table).glob("period=*/*.parquet")):
            try:
                pl.read_parquet(path)
            except (pl.exceptions.PolarsError, OSError):
                yield path.relative_to(lake.root).as_posix()


def _missing_state(lake: Lake, done: set[str]) -> Iterator[str]:
    """State files that must have been there: the submissions are written last, and markers after them."""
    finished = {path.parent.name for batch in done for path in lake.root.glob(f"*/period=*/{batch}.parquet")}
    settled = {path.parent.name for path in (lake.root / SUBMISSIONS_TABLE).glob(f"period=*/{STATE_FILE}")}
    for period in sorted(finished | settled):
        yield from (
            f"{table}/{period}/{STATE_FILE}"
            for table in _STATE
            if not (lake.root / table / period / STATE_FILE).exists()
        )


def _miscounted(lake: Lake, ledger: list[Receipt], contracts: Contracts) -> set[str]:
    """Batches with an accepted submission that has another number of rows than were accepted."""
    rows = pl.concat(lake.scan(form.form).group_by("submission_id").len() for form in contracts.forms).collect()
    receipts = settle.receipts_frame(ledger).select("receipt_id", "batch")
    wrong = (
        lake.read(SUBMISSIONS_TABLE)
        .filter(pl.col("verdict").is_in([settle.ACCEPTED, settle.WITH_QUERIES]))
        .join(receipts, on="receipt_id")
        .join(rows, on="submission_id", how="left")
        .filter(pl.col("len").fill_null(0) != pl.col("rows_accepted"))
    )
    return set(wrong["batch"])
