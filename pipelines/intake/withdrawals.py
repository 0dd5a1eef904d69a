"""Submissions that the office withdrew: ``raw/withdrawals.jsonl``, a log to which lines are only added.

The newest accepted version of a report counts, so a wrong one is put right by the next. A report that should not exist
at all (of the wrong unit or period) has no next one: it is withdrawn, and what was accepted before it counts again.
Nothing is removed; what was withdrawn can be taken back.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from pipelines.intake.register import VIETNAM_TIME, LedgerError
from pipelines.settings import Settings
from pipelines.whole_files import write_whole

LOG = "withdrawals.jsonl"
"""Below ``raw``: it cannot be rebuilt."""


@dataclass(frozen=True)
class Decision:
    """A line of the log.

    Attributes:
        submission_id: what it is about.
        decided_at: Vietnamese local time.
        reason: why it was withdrawn, which its sender is told; None where the withdrawal is taken back.
    """

    submission_id: str
    decided_at: dt.datetime
    reason: str | None


def read_decisions(settings: Settings) -> list[Decision]:
    """Every line of the log, oldest first.

    Raises:
        LedgerError: a line cannot be read.
    """
    path = settings.raw / LOG
    decisions = []
    for number, line in enumerate(path.read_bytes().splitlines() if path.exists() else (), 1):
        try:
            entry = json.loads(line)
            entry["decided_at"] = dt.datetime.fromisoformat(entry["decided_at"])
            decisions.append(Decision(**entry))
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerError(
                f"Sổ rút báo cáo bị hỏng: {path}, dòng {number}, không đọc được. Chưa có gì bị thay đổi. "
                "Khôi phục tệp ấy từ bản sao lưu rồi chạy lại."
            ) from error
    return decisions


def last_decisions(settings: Settings) -> dict[str, str | None]:
    """Submission → why it is withdrawn, None where that was taken back; others were never decided about.

    Raises:
        LedgerError: the log cannot be read.
    """
    return {decision.submission_id: decision.reason for decision in read_decisions(settings)}


def decide(
    settings: Settings, submission_ids: Iterable[str], reason: str | None, now: dt.datetime | None = None
) -> None:
    """Add a line for each submission; it counts from the next run on.

    Args:
        settings: where ``raw`` is.
        submission_ids: what to withdraw, or what to take back.
        reason: why; None takes a withdrawal back.
        now: for tests; defaults to the Vietnamese local time.

    Raises:
        LedgerError: the log cannot be read.
    """
    now = now or dt.datetime.now(VIETNAM_TIME).replace(tzinfo=None, microsecond=0)
    decisions = [*read_decisions(settings), *(Decision(name, now, reason) for name in submission_ids)]
    lines = [
        json.dumps(asdict(decision) | {"decided_at": decision.decided_at.isoformat()}, ensure_ascii=False)
        for decision in decisions
    ]
    write_whole(settings.raw / LOG, "".join(f"{line}\n" for line in lines), durable=True)
