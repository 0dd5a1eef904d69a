"""Judges again what is in the lake: which files to read again, and what would change if a new rule were accepted.

Accepting is settling these files (``settlement.settle_batch``) in the lake itself. The preview settles them in a copy
of the lake, so that it says exactly what accepting would do.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.contracts import Contracts
from pipelines.contracts.frames import SETTLED_ISSUES, SUBMISSIONS
from pipelines.intake.batch import build_batch, recognise_files
from pipelines.intake.register import Receipt, read_ledger
from pipelines.intake.units import OrgUnits
from pipelines.intake.withdrawals import last_decisions
from pipelines.progress import StageProgress
from pipelines.quality.settle import (
    ACCEPTED,
    RETURNED,
    UNRECOGNISED,
    WITH_QUERIES,
    withdrawn_issues,
    without_consequences,
)
from pipelines.quality.validate import validate
from pipelines.settings import Settings
from pipelines.warehouse.lake import BATCHES, ISSUES_TABLE, SUBMISSIONS_TABLE, Lake
from pipelines.warehouse.settlement import pending, settle_batch

VERDICT_CHANGES: dict[str, pl.DataType] = {
    **{name: SUBMISSIONS[name] for name in ("submission_id", "file_name", "form", "org_unit_code", "period")},
    "verdict_before": pl.String(),
    "verdict_after": pl.String(),
    "rules_no_longer": pl.String(),
    "rules_new": pl.String(),
}
"""One row per submission whose verdict or findings differ. A verdict is null where there is no such submission;
``rules_no_longer`` and ``rules_new`` list rules with how many findings fewer or more: "CD-E110 ×2, CD-Q313 ×1"."""
RULE_CHANGES: dict[str, pl.DataType] = {
    "rule_code": pl.String(),
    "severity": pl.String(),
    "findings_before": pl.Int64(),
    "findings_after": pl.Int64(),
    "submissions_newly_found": pl.Int64(),
    "submissions_no_longer_found": pl.Int64(),
}
"""One row per rule whose findings differ."""


@dataclass(frozen=True)
class Preview:
    """What judging again would change.

    Attributes:
        files: how many files were read again.
        judged: submissions in the periods that would be written, as they stand.
        accepted: those of them that are accepted.
        submissions: VERDICT_CHANGES.
        rules: RULE_CHANGES.
    """

    files: int
    judged: int
    accepted: int
    submissions: pl.DataFrame
    rules: pl.DataFrame

    @property
    def verdicts_changed(self) -> int:
        """Submissions with another verdict, not only other findings."""
        return self.submissions.filter(pl.col("verdict_before").ne_missing(pl.col("verdict_after"))).height

    @property
    def newly_failing(self) -> int:
        """Submissions that are accepted and would not be any more."""
        return self.submissions.filter(
            pl.col("verdict_before").is_in([ACCEPTED, WITH_QUERIES])
            & (pl.col("verdict_after").is_in([RETURNED, UNRECOGNISED]) | pl.col("verdict_after").is_null())
        ).height

    @property
    def newly_failing_pct(self) -> float | None:
        """Their share of the accepted ones in percent; None if none is accepted."""
        return 100 * self.newly_failing / self.accepted if self.accepted else None


def to_read_again(periods: Collection[str], ledger: list[Receipt], lake: Lake) -> list[Receipt]:
    """Receipts of the files that hold a submission of these periods, with their copies, in order of arrival.

    Args:
        periods: ``NO_PERIOD`` stands for submissions of which no period is known.
        ledger: every receipt.
        lake: where submissions are looked up.
    """
    return _with_copies(lake.read(SUBMISSIONS_TABLE, periods)["receipt_id"], ledger)


def to_decide_again(
    decisions: Mapping[str, str | None], ledger: list[Receipt], lake: Lake, contracts: Contracts
) -> list[Receipt]:
    """Receipts of files with a submission that was withdrawn, or taken back, since it was judged; with their copies.

    Args:
        decisions: submission → why it is withdrawn, None where that was taken back.
        ledger: every receipt.
        lake: where submissions and their findings are looked up.
        contracts: forms and rules.
    """
    if not decisions:
        return []
    decided = pl.col("submission_id").is_in(list(decisions))
    judged = lake.scan(SUBMISSIONS_TABLE).filter(decided).select("submission_id", "receipt_id").collect()
    said = lake.scan(ISSUES_TABLE).filter(decided, rule_code=contracts.named("withdrawn").code).collect()
    finding = ["submission_id", "message_vi"]
    now, then = withdrawn_issues(judged, decisions, contracts).select(finding), said.select(finding)
    differing = pl.concat([now.join(then, on=finding, how="anti"), then.join(now, on=finding, how="anti")])
    return _with_copies(judged.join(differing, on="submission_id", how="semi")["receipt_id"], ledger)


def _with_copies(receipt_ids: pl.Series, ledger: list[Receipt]) -> list[Receipt]:
    """Receipts of these files, of the originals among them and of all copies, in order of arrival."""
    originals = {receipt.receipt_id: receipt.copy_of or receipt.receipt_id for receipt in ledger}
    wanted = {originals[receipt_id] for receipt_id in receipt_ids}
    return [receipt for receipt in ledger if originals[receipt.receipt_id] in wanted]


def preview(
    periods: Collection[str], settings: Settings, contracts: Contracts, units: OrgUnits, progress: StageProgress
) -> Preview:
    """Read the files of some periods again and compare what the rules of today say with what the lake holds.

    The lake is left as it is; files that are not in it yet are left out.
    """
    lake = Lake(settings.lake, contracts)
    unsettled = {receipt.receipt_id for receipt in pending(read_ledger(settings), lake)}
    ledger = [receipt for receipt in read_ledger(settings) if receipt.receipt_id not in unsettled]
    again = to_read_again(periods, ledger, lake)
    files = [(receipt, settings.raw / receipt.raw_path) for receipt in again if receipt.copy_of is None]
    with progress.stage("Đọc lại và nhận diện", total=len(files)) as ticker:
        batch = build_batch(recognise_files(files, contracts, units, on_file=ticker.tick), contracts)
    with progress.stage("Kiểm tra lại và so sánh"):
        found = validate(contracts, batch.rows, batch.totals, batch.places)
        issues = without_consequences(found.issues, batch.issues, contracts)
        trial = Lake(_copy(settings.lake, settings.build / "rejudged_lake"), contracts)
        settled = settle_batch(batch, issues, again, ledger, trial, contracts, units, last_decisions(settings))
        written = settled.periods
        compared = compare(
            (lake.read(SUBMISSIONS_TABLE, written), lake.read(ISSUES_TABLE, written)),
            (trial.read(SUBMISSIONS_TABLE, written), trial.read(ISSUES_TABLE, written)),
            files=len(files),
        )
        shutil.rmtree(trial.root)
    return compared


def compare(
    before: tuple[pl.DataFrame, pl.DataFrame], after: tuple[pl.DataFrame, pl.DataFrame], *, files: int
) -> Preview:
    """What differs between two states of the same periods, each SUBMISSIONS and SETTLED_ISSUES."""
    (old, old_issues), (new, new_issues) = before, after
    finding = ["submission_id", "rule_code", "severity"]
    counts = _joined(
        old_issues.group_by(finding).len("before"), new_issues.group_by(finding).len("after"), finding
    ).with_columns(pl.col("before", "after").fill_null(0).cast(pl.Int64))
    # a finding whose place, value or words differ is another finding, though there be as many
    reworded = _differing(old_issues, new_issues, finding)
    moved = counts.filter(pl.col("before") != pl.col("after"))
    texts = [
        moved.filter(more > less)
        .sort("rule_code")
        .group_by("submission_id", maintain_order=True)
        .agg(pl.format("{} ×{}", "rule_code", more - less).str.join(", ").alias(name))
        for name, more, less in (
            ("rules_no_longer", pl.col("before"), pl.col("after")),
            ("rules_new", pl.col("after"), pl.col("before")),
        )
    ]
    key = list(VERDICT_CHANGES)[:5]
    submissions = _joined(
        old.select(*key, verdict_before="verdict"), new.select(*key, verdict_after="verdict"), key, nulls_equal=True
    )
    for text in texts:
        submissions = submissions.join(text, on="submission_id", how="left")
    differs = pl.col("verdict_before").ne_missing(pl.col("verdict_after"))
    changed = submissions.filter(
        differs
        | pl.any_horizontal(pl.col("rules_no_longer", "rules_new").is_not_null())
        | pl.col("submission_id").is_in(reworded["submission_id"].implode())
    )
    rules = (
        counts.group_by("rule_code", "severity")
        .agg(
            findings_before=pl.col("before").sum(),
            findings_after=pl.col("after").sum(),
            submissions_newly_found=((pl.col("before") == 0) & (pl.col("after") > 0)).sum().cast(pl.Int64),
            submissions_no_longer_found=((pl.col("before") > 0) & (pl.col("after") == 0)).sum().cast(pl.Int64),
            is_changed=(pl.col("before") != pl.col("after")).any(),
        )
        .filter(pl.col("is_changed") | pl.col("rule_code").is_in(reworded["rule_code"].implode()))
    )
    return Preview(
        files=files,
        judged=old.height,
        accepted=old.filter(pl.col("verdict").is_in([ACCEPTED, WITH_QUERIES])).height,
        submissions=changed.select(*VERDICT_CHANGES).sort("period", "org_unit_code", "form", "submission_id"),
        rules=rules.select(*RULE_CHANGES).sort("rule_code", "severity"),
    )


def _joined(left: pl.DataFrame, right: pl.DataFrame, key: list[str], *, nulls_equal: bool = False) -> pl.DataFrame:
    return left.join(right, on=key, how="full", coalesce=True, nulls_equal=nulls_equal)


def _differing(old: pl.DataFrame, new: pl.DataFrame, finding: list[str]) -> pl.DataFrame:
    """The findings that stand on one side only, place and words included."""
    whole = list(SETTLED_ISSUES)
    sides = [(old, new), (new, old)]
    return pl.concat([one.join(other, on=whole, how="anti", nulls_equal=True).select(finding) for one, other in sides])


def _copy(lake: Path, scratch: Path) -> Path:
    """The lake once more; files are linked where the file system can, as no file of a lake is ever written into.

    Markers are copied: settling touches them.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(lake, scratch, copy_function=_link, ignore=shutil.ignore_patterns(BATCHES))
    if (lake / BATCHES).exists():
        shutil.copytree(lake / BATCHES, scratch / BATCHES)
    return scratch


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def write_preview(found: Preview, folder: Path) -> tuple[Path, Path]:
    """Write both tables of a preview as CSV; the paths of submissions and rules."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {folder / "verdict_changes.csv": found.submissions, folder / "rule_changes.csv": found.rules}
    for path, frame in tables.items():
        frame.write_csv(path, include_bom=True)  # Excel needs the BOM
    by_submission, by_rule = tables
    return by_submission, by_rule
