"""The answer to a sender: the sender's own workbook, marked, with verdict and list of findings in front.

What belongs here: which files are answered, where answers go, writing them. The marked copy: ``marked_copy``;
the two sheets in front: ``answer_sheets``; the sentences: ``wording``.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
from openpyxl.workbook.workbook import Workbook
from openpyxl.writer.excel import ExcelWriter

from pipelines.contracts import Contracts
from pipelines.intake.register import Receipt
from pipelines.intake.units import OrgUnits
from pipelines.quality import settle
from pipelines.reports.answer_sheets import add_findings_sheet, add_result_sheet, findings_frame, kinds
from pipelines.reports.marked_copy import copy_of_sender, mark_cells
from pipelines.reports.wording import Outcome, is_period
from pipelines.settings import Settings
from pipelines.whole_files import write_whole

UNPLACED = "khong-nhan-dien"
"""Folder of answers to files of which the period or the unit is unknown."""

_LONGEST_STEM = 70  # characters; a file name may have 255 bytes, and a Vietnamese letter up to three
_UNFIT_IN_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_UNFIT_IN_FOLDER = re.compile(r"[^A-Za-z0-9-]+")
_EARLIER_IDS = re.compile(r"(\.[0-9a-f]{8})+$")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def write_answers(
    submissions: pl.DataFrame,
    issues: pl.DataFrame,
    receipts: Iterable[Receipt],
    settings: Settings,
    contracts: Contracts,
    units: OrgUnits,
    anew: Collection[str] | None = None,
    on_file: Callable[[], None] = lambda: None,
) -> list[Path]:
    """Answer every file of which there is something to say, below ``settings.returned``.

    A file that was accepted without findings, or only repeats an earlier one, gets no answer. An answer that is
    there already stays, unless its receipt is among ``anew``; so a run that was interrupted is made up for.

    Args:
        submissions: SUBMISSIONS of the files.
        issues: ISSUES of these submissions.
        receipts: of the files.
        settings: where ``raw`` and ``returned`` are.
        contracts: forms and rules.
        units: the list of union units, for their names.
        anew: ids of receipts to answer even where an answer exists; None stands for all.
        on_file: called once for each receipt, for showing progress.

    Returns:
        the files written, in the order of the receipts.
    """
    due = answers_due(submissions, issues, contracts)
    written = []
    for receipt in receipts:
        if (mine := due.get(receipt.receipt_id)) is not None:
            folder = settings.returned / answer_folder(mine)
            if anew is not None and receipt.receipt_id not in anew and (folder / answer_name(receipt)).exists():
                continue
            found = issues.join(mine, on="submission_id", how="semi", maintain_order="left")
            raw_file, pages = settings.raw / receipt.raw_path, settings.rule_pages_url
            written.append(write_answer(folder, receipt, raw_file, mine, found, contracts, units, pages))
        on_file()
    return written


def answers_due(submissions: pl.DataFrame, issues: pl.DataFrame, contracts: Contracts) -> dict[str, pl.DataFrame]:
    """Receipt of each file of which there is something to say → its SUBMISSIONS.

    Args:
        submissions: SUBMISSIONS of the files.
        issues: ISSUES of these submissions.
        contracts: forms and rules.
    """
    worth_telling = issues.filter(pl.col("rule_code") != contracts.named("duplicate_file").code)
    told = submissions.join(worth_telling, on="submission_id", how="semi")["receipt_id"].implode()
    by_receipt = submissions.filter(pl.col("receipt_id").is_in(told)).partition_by("receipt_id", as_dict=True)
    return {str(receipt_id): mine for (receipt_id,), mine in by_receipt.items()}


def withdraw_answers(receipts: Iterable[Receipt], written: Collection[Path], settings: Settings) -> list[Path]:
    """Remove answers to these files that are not among those written: what they said no longer holds.

    Copies are left out: their answer has the name of that to the original.

    Args:
        receipts: of files that were judged just now.
        written: the answers written to them.
        settings: where ``returned`` is.

    Returns:
        the files removed.
    """
    answers = {path for path in settings.returned.rglob("*.xlsx") if path not in set(written)}
    names = {answer_name(receipt) for receipt in receipts if receipt.copy_of is None}
    stale = sorted(path for path in answers if path.name in names)
    for path in stale:
        path.unlink()
    return stale


def write_answer(
    folder: Path,
    receipt: Receipt,
    raw_file: Path,
    submissions: pl.DataFrame,
    issues: pl.DataFrame,
    contracts: Contracts,
    units: OrgUnits,
    rule_pages_url: str | None = None,
) -> Path:
    """Write the answer to one file; the same input gives the same bytes.

    Args:
        folder: where the answer goes.
        receipt: of the file.
        raw_file: its bytes as they came.
        submissions: SUBMISSIONS of the file, at least one.
        issues: ISSUES of these submissions.
        contracts: forms and rules.
        units: the list of union units, for their names.
        rule_pages_url: address of a rule's page, with ``{code}`` where its code stands; the codes link to it.
    """
    findings = findings_frame(issues, submissions, contracts)
    refusals = [rule.code for rule in contracts.catalogue if rule.name.startswith("file_")]
    is_refused = issues["rule_code"].is_in(refusals).any()
    copy = copy_of_sender(raw_file, receipt.name_parts[-1], is_refused)
    mark_cells(copy.sheets, findings)
    outcomes = [(_outcome(row, receipt, findings, contracts, units), row) for row in submissions.iter_rows(named=True)]
    add_result_sheet(copy.book, receipt.receipt_id, outcomes, copy.caveat)
    add_findings_sheet(copy.book, findings, copy.sheets, rule_pages_url)
    path = folder / answer_name(receipt)
    write_whole(path, _as_bytes(copy.book, receipt))
    return path


def answer_folder(submissions: pl.DataFrame) -> Path:
    """``<period>/<unit>`` of a file's first submission that was recognised, else ``UNPLACED``."""
    recognised = submissions.filter(pl.col("verdict") != settle.UNRECOGNISED)
    placed = recognised.drop_nulls(["period", "org_unit_code"])
    if placed.is_empty():
        return Path(UNPLACED)
    # Both may come from a stamp, that is from the file: only letters, digits and dashes get into a path.
    period, unit = placed.select("period", "org_unit_code").row(0)
    return Path(_UNFIT_IN_FOLDER.sub("-", period)) / _UNFIT_IN_FOLDER.sub("-", unit)


def answer_name(receipt: Receipt) -> str:
    """The sender's file name with the first digits of the receipt, which tell apart files of one name."""
    stem = _EARLIER_IDS.sub("", Path(receipt.name_parts[-1]).stem)
    return f"{_UNFIT_IN_NAME.sub('_', stem)[:_LONGEST_STEM]}.{receipt.receipt_id[:8]}.xlsx"


def _outcome(
    row: Mapping[str, Any], receipt: Receipt, findings: pl.DataFrame, contracts: Contracts, units: OrgUnits
) -> Outcome:
    """The outcome of one row of SUBMISSIONS."""
    code, period = row["org_unit_code"], row["period"]
    unit = units.find(code, period) if code and is_period(period) else None
    return Outcome(
        file_name=receipt.name_parts[-1],
        received_at=receipt.received_at,
        verdict=row["verdict"],
        form_title=contracts.form(row["form"]).title_vi if row["form"] else None,
        unit_name=unit.name_vi if unit else None,
        unit_code=code,
        period=period,
        due_on=row["due_on"],
        kinds=kinds(findings.filter(pl.col("submission_id") == row["submission_id"])),
    )


def _as_bytes(book: Workbook, receipt: Receipt) -> bytes:
    """The workbook as a file without the time of writing, so that the same content gives the same bytes."""
    book.active = 0
    for number, sheet in enumerate(book.worksheets):
        # Sheets that stay selected together would all take what is typed into one of them.
        sheet.sheet_view.tabSelected = number == 0
    for view in book.views:
        view.firstSheet = 0
    book.calculation.fullCalcOnLoad = True
    book.properties.created = book.properties.modified = receipt.received_at
    packed, result = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(packed, "w")).save()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(result, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return result.getvalue()
