"""A copy of the sender's workbook in which every cell with a finding is coloured and commented.

openpyxl keeps sheets, formats, formulas, merged cells, drop-downs and column widths. It does not keep the
values that Excel had computed for formulas (Excel computes them anew on opening), macros, shapes, and the
size of comments.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.contracts import Severity
from pipelines.intake.read import Sheet, UnreadableFileError
from pipelines.intake.reading import read_files
from pipelines.reports.answer_sheets import FILLS, FINDINGS_TITLE, RESULT_TITLE, put_text

LARGEST_COPY = 30 * 2**20
"""Size in bytes, unpacked, up to which a workbook is copied and marked: some 60,000 rows, ten seconds."""

MOST_MARKED = 2000
"""How many cells of one rule are marked; Excel gets slow with more comments."""

TOO_LARGE = "Tệp quá lớn để chép lại: ở đây chỉ có danh sách lỗi, hãy sửa trong tệp gốc."
UNREADABLE = "Không mở được tệp gốc để chép lại: ở đây chỉ có kết quả và danh sách lỗi."
CONTENT_ONLY = (
    "Định dạng của tệp gốc không chép lại được: các trang tính ở đây chỉ có nội dung các ô. "
    "Có thể sửa ngay trong tệp này hoặc trong tệp gốc rồi gửi lại."
)

_UNFIT_IN_TITLE = re.compile(r"[\[\]:*?/\\]")
_UNFIT_IN_XML = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
_SENDERS_COMMENT = "Ghi chú có sẵn của ô: "
_OUR_COMMENT = re.compile(rf"^(?:{'|'.join(severity.label_vi for severity in Severity)}) CD-[EQN]\d{{3}}\n")


@dataclass(frozen=True)
class SenderCopy:
    """A workbook to be marked.

    Attributes:
        book: the workbook; has no sheet when nothing could be copied.
        sheets: sheet as findings name it → sheet of the book.
        caveat: what the sender must know about the copy, or None when it is like the original.
    """

    book: Workbook
    sheets: dict[str, Worksheet]
    caveat: str | None = None


def copy_of_sender(raw_file: Path, file_name: str, is_refused: bool = False) -> SenderCopy:
    """The sender's workbook if openpyxl can open it; else its cells as intake reads them; else an empty one.

    ``file_name`` is the one that the sender gave. A file that intake refused is not opened here either.
    """
    if is_refused:
        return SenderCopy(_empty_book(), {}, UNREADABLE)
    size, is_office_xml = _unpacked(raw_file)
    if size > LARGEST_COPY:
        return SenderCopy(_empty_book(), {}, TOO_LARGE)
    book = _open_office_xml(raw_file) if is_office_xml else None
    if book is not None:
        _remove_earlier_answer(book)
        return SenderCopy(book, {sheet.title: sheet for sheet in book.worksheets})
    (read,) = read_files([(raw_file, file_name)])
    if isinstance(read, UnreadableFileError):
        return SenderCopy(_empty_book(), {}, UNREADABLE)
    # A text file has no sheet names: its only sheet is shown under the name of the file.
    is_text = read.encoding is not None
    titles = [Path(file_name).stem if is_text else sheet.name for sheet in read.sheets]
    book = _empty_book()
    sheets = {sheet.name: _write_rows(book, title, sheet) for title, sheet in zip(titles, read.sheets, strict=True)}
    return SenderCopy(book, sheets, CONTENT_ONLY)


def mark_cells(sheets: Mapping[str, Worksheet], findings: pl.DataFrame) -> None:
    """Colour each cell with findings by the worst of them and say them all in one comment.

    Protection of a sheet is taken off where it would keep the sender from correcting what was found.

    Args:
        sheets: sheet as findings name it → the sheet to mark.
        findings: worst first (``answer_sheets.findings_frame``).
    """
    text = pl.format(
        "{} {}\n{}\nCách sửa: {}",
        "severity_vi",
        "rule_code",
        pl.col("message_vi").str.replace_all(_UNFIT_IN_XML, ""),
        "remedy_vi",
    )
    placed = findings.filter(pl.col("sheet").is_in(list(sheets)))
    cells = (
        placed.filter(pl.col("cell").is_not_null(), pl.int_range(pl.len()).over("rule_code") < MOST_MARKED)
        .group_by("sheet", "cell", maintain_order=True)
        .agg(pl.col("severity").first(), text.str.join("\n\n").alias("text"))
    )
    for name, address, severity, comment in cells.iter_rows():
        _mark(sheets[name], address, Severity(severity), comment)
    without_cell = placed.filter(pl.col("cell").is_null(), pl.col("severity") != Severity.NOTE.value)
    for name in without_cell["sheet"].unique():
        sheets[name].protection.disable()


def _mark(sheet: Worksheet, address: str, severity: Severity, text: str) -> None:
    cell = sheet[address]
    if isinstance(cell, MergedCell):
        ranges = (merged for merged in sheet.merged_cells.ranges if address in merged)
        cell = next(sheet.cell(merged.min_row, merged.min_col) for merged in ranges)
    if cell.comment is not None:
        text = f"{text}\n\n{_SENDERS_COMMENT}{cell.comment.text}"
    lines = sum(1 + len(line) // 48 for line in text.splitlines())
    cell.comment = Comment(text, "Công đoàn", height=min(20 + 17 * lines, 600), width=340)
    cell.fill = FILLS[severity]
    if sheet.protection.sheet and cell.protection.locked:
        # The total of a column, say: it is put right in other cells, or by a new formula.
        sheet.protection.disable()


def _remove_earlier_answer(book: Workbook) -> None:
    """Take off the sheets and marks of an answer that the sender corrected and sent back.

    What the fill of a marked cell was before is not known; it is left without one.
    """
    for sheet in book.worksheets:
        if sheet["A1"].value in (RESULT_TITLE, FINDINGS_TITLE):
            book.remove(sheet)
    ours = {fill.fgColor.rgb for fill in FILLS.values()}
    for sheet in book.worksheets:
        # Not iter_rows(): it would make a cell for every address up to the last formatted row.
        for cell in sheet._cells.values():
            if cell.comment is None or not _OUR_COMMENT.match(cell.comment.text):
                continue
            _, _, theirs = cell.comment.text.partition(_SENDERS_COMMENT)
            cell.comment = Comment(theirs, "") if theirs else None
            if cell.fill.fgColor.rgb in ours:
                cell.fill = PatternFill()


def _unpacked(raw_file: Path) -> tuple[int, bool]:
    """Size of the content in bytes, and whether it looks like an .xlsx or .xlsm, whatever its name says."""
    try:
        with zipfile.ZipFile(raw_file) as archive:
            names = set(archive.namelist())
            is_office_xml = "[Content_Types].xml" in names and "xl/workbook.bin" not in names
            return sum(entry.file_size for entry in archive.infolist()), is_office_xml
    except zipfile.BadZipFile:
        return raw_file.stat().st_size, False


def _open_office_xml(raw_file: Path) -> Workbook | None:
    """The workbook, or None if openpyxl cannot open it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of what it does not keep: see the module's docstring
        try:
            # As a stream, because openpyxl refuses a path that does not end as it expects.
            with raw_file.open("rb") as stream:
                return load_workbook(stream, rich_text=True)
        except Exception:
            # openpyxl is strict where Excel is not, and raises whatever its parser stumbles over. Nothing is
            # lost: the caller falls back on the cells as intake read them, and the answer says so.
            return None


def _empty_book() -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def _write_rows(book: Workbook, title: str, source: Sheet) -> Worksheet:
    """Write a sheet as intake read it: every cell a text, so that nothing changes its meaning."""
    sheet = book.create_sheet(_UNFIT_IN_TITLE.sub(" ", title)[:31])
    sheet.sheet_state = "visible" if source.is_visible else "hidden"
    sheet.sheet_format.defaultColWidth = 16
    for row_number, row in enumerate(source.rows, start=1):
        for column_number, text in enumerate(row, start=1):
            if text is not None:
                put_text(sheet, row_number, column_number, text)
    for (top, left), (bottom, right) in source.merged:
        sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    return sheet
