"""Examines a data root and says what to do. It changes nothing, so it may be asked at any time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.contracts import Contracts
from pipelines.progress import StageProgress
from pipelines.safekeeping import lake_checks, place_checks, published_checks, raw_checks
from pipelines.safekeeping.findings import Finding
from pipelines.settings import Settings


@dataclass(frozen=True)
class Diagnosis:
    """What an examination found.

    Attributes:
        receipts: lines of the ledger that could be read.
        findings: those that need action first.
    """

    receipts: int
    findings: list[Finding]

    @property
    def is_sound(self) -> bool:
        """Whether nobody has to do anything."""
        return not any(finding.needs_action for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """The document that ``congdoan doctor --json`` prints."""
        return {
            "sound": self.is_sound,
            "receipts": self.receipts,
            "findings": [finding.as_json() for finding in self.findings],
        }


def examine(settings: Settings, contracts: Contracts, progress: StageProgress, *, quick: bool = False) -> Diagnosis:
    """Look at everything in a data root.

    Args:
        settings: the data root.
        contracts: the forms whose rows the lake holds.
        progress: told how far it is.
        quick: look at sizes and schemas, and do not read raw files and rows.
    """
    with progress.stage("Sổ tiếp nhận"):
        receipts, findings = raw_checks.read_ledger_as_far_as_possible(settings)
        findings += raw_checks.check_ledger(receipts)
        findings += raw_checks.check_claims(settings)
    with progress.stage("Tệp đã nhận") as ticker:
        findings += raw_checks.check_raw_files(settings, receipts, hashes=not quick, on_file=ticker.report)
    with progress.stage("Kho dữ liệu"):
        findings += lake_checks.check_batches(settings, receipts)
        broken = list(lake_checks.check_lake_files(settings, content=not quick))
        findings += broken
        if not broken:
            findings += lake_checks.check_lake_rows(settings, receipts, contracts)
            findings += lake_checks.check_withdrawals(settings, receipts, contracts)
            findings += lake_checks.check_answers(settings, receipts, contracts)
    with progress.stage("Bản công bố"):
        findings += published_checks.check_published(settings)
    with progress.stage("Đĩa, quyền, lịch sử Dagster"):
        findings += place_checks.check_leftovers(settings)
        findings += place_checks.check_modes(settings)
        findings += place_checks.check_room(settings)
        findings += place_checks.check_dagster(settings)
    return Diagnosis(len(receipts), sorted(findings, key=lambda finding: not finding.needs_action))
