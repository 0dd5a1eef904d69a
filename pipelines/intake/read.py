"""Opens one file and yields its sheets as text cells, each at its address.

Numbers are rendered as a Vietnamese Excel would show them: no grouping, a decimal comma. So the text
"13.734" (thirteen thousand, typed as text) and the number 13,734 (a fraction) stay distinguishable, and
one grammar holds for everything that follows.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_SPREADSHEET_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_SPACES = " \t\r\n\u00a0\u2007\u202f\u200b\ufeff"

Range = tuple[tuple[int, int], tuple[int, int]]


class UnreadableFileError(Exception):
    """The file is no spreadsheet that can be read; the message is the reason, in Vietnamese."""


@dataclass(frozen=True)
class Sheet:
    """One sheet from cell A1 on; rows and columns are 0-based.

    Attributes:
        name: of the sheet.
        rows: ``rows[r][c]`` is the text of a cell, None where it is empty.
        is_visible: False for a hidden sheet.
        merged: merged ranges as ((first row, first column), (last row, last column)).
        hidden_rows: rows that the sender does not see.
        formulas: cells that hold a formula.
        uncached: cells whose formula has no stored result; their text is None.
    """

    name: str
    rows: list[list[str | None]]
    is_visible: bool = True
    merged: tuple[Range, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    formulas: frozenset[tuple[int, int]] = frozenset()
    uncached: frozenset[tuple[int, int]] = frozenset()

    def filled_rows(self) -> list[int]:
        """0-based numbers of the rows that hold anything."""
        return [number for number, row in enumerate(self.rows) if any(cell is not None for cell in row)]


@dataclass(frozen=True)
class Workbook:
    """The sheets of a file, in its order; ``encoding`` is set for text files."""

    sheets: tuple[Sheet, ...]
    encoding: str | None = None


def column_letter(index: int) -> str:
    """The letters of a 0-based column number: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def render(value: object) -> str | None:
    """The text of one cell value; None for an empty cell."""
    if isinstance(value, str):
        text = value.strip(_SPACES)
        if not text:
            return None
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value))
        if not math.isfinite(value):
            return str(value)
        # 15 significant digits are what Excel keeps; more would show 0.1 + 0.2 as 0,30000000000000004.
        return format(Decimal(f"{value:.15g}"), "f").replace(".", ",")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.datetime):
        is_midnight = value.time() == dt.time()
        return value.date().isoformat() if is_midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return None if value is None else str(value)


def read_workbook(path: Path) -> Workbook:
    """Read a spreadsheet (.xlsx and what else calamine opens) or a delimited text file.

    Raises:
        UnreadableFileError: the content is neither; says what was found.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    if not head:
        raise UnreadableFileError("tệp rỗng")
    if head in (_ZIP, _OLE):
        return _read_spreadsheet(path)
    if path.suffix.lower() in _SPREADSHEET_SUFFIXES:
        raise UnreadableFileError("nội dung không phải là sổ tính Excel, dù tên tệp ghi như vậy")
    return _read_delimited(path)


def _read_spreadsheet(path: Path) -> Workbook:
    try:
        with CalamineWorkbook.from_path(path) as book:
            sheets = tuple(
                Sheet(
                    name=meta.name,
                    rows=_text_rows(sheet := book.get_sheet_by_index(number)),
                    is_visible=meta.visible is SheetVisibleEnum.Visible,
                    merged=tuple(sheet.merged_cell_ranges or ()),
                )
                for number, meta in enumerate(book.sheets_metadata)
            )
    except CalamineError as error:
        raise UnreadableFileError(f"sổ tính bị hỏng hoặc có mật khẩu ({error})") from error
    return Workbook(sheets)


def _text_rows(sheet: CalamineSheet) -> list[list[str | None]]:
    return [[render(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def _read_delimited(path: Path) -> Workbook:
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"tệp văn bản không phải UTF-8 (byte {error.start})") from error
    if "\x00" in text:
        raise UnreadableFileError("tệp nhị phân không rõ loại")
    delimiter = max(";,\t", key=lambda mark: _regular_cells(text, mark))
    rows = [[render(cell) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    return Workbook((Sheet(name=path.stem[:31], rows=rows),), encoding=encoding)


def _regular_cells(text: str, delimiter: str) -> int:
    """How many lines share the most common number (over one) of cells, times that number."""
    widths = [len(row) for row in csv.reader(text.splitlines()[:200], delimiter=delimiter) if len(row) > 1]
    return max((widths.count(width) * width for width in set(widths)), default=0)
