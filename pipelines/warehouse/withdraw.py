"""Decides that accepted submissions do not count, or count again: finds them in the lake and writes it down."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from pipelines.contracts import Contracts
from pipelines.intake.withdrawals import decide, last_decisions
from pipelines.quality.settle import ACCEPTED, WITH_QUERIES
from pipelines.settings import Settings
from pipelines.warehouse.lake import SUBMISSIONS_TABLE, Lake


class NothingToDecideError(LookupError):
    """There is no such submission, or nothing to decide about it; the message names it, in Vietnamese."""


def withdraw(settings: Settings, contracts: Contracts, names: Collection[str], reason: str | None) -> pl.DataFrame:
    """Withdraw accepted submissions, or take withdrawals back; the next run judges their files again.

    Args:
        settings: the data root.
        contracts: forms and rules.
        names: ids of submissions, or of receipts for all submissions of their files.
        reason: why; None takes withdrawals back.

    Returns:
        SUBMISSIONS of those decided about, as they stand in the lake.

    Raises:
        NothingToDecideError: a name is unknown, or all that it names is decided so already, or was never accepted.
        LedgerError: the log of decisions cannot be read.
    """
    known = Lake(settings.lake, contracts).read(SUBMISSIONS_TABLE)
    decided = {name: why for name, why in last_decisions(settings).items() if why is not None}
    is_withdrawn = pl.col("submission_id").is_in(list(decided))
    counts = pl.col("verdict").is_in([ACCEPTED, WITH_QUERIES]) & ~is_withdrawn
    found = []
    for name in names:
        named = known.filter((pl.col("submission_id") == name) | (pl.col("receipt_id") == name))
        if named.is_empty():
            raise NothingToDecideError(f"Không có báo cáo hay tệp nào mang mã {name}.")
        mine = named.filter(is_withdrawn if reason is None else counts)
        if mine.is_empty():
            state = "chưa được rút" if reason is None else "đã được rút, hoặc không được tiếp nhận"
            raise NothingToDecideError(f"Báo cáo {name} {state}; không có gì phải làm.")
        found.append(mine)
    submissions = pl.concat(found).unique("submission_id", maintain_order=True)
    decide(settings, submissions["submission_id"], reason)
    return submissions
