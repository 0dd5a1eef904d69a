"""Reads the content.xml of an .ods in one pass: values as stored, with formulas, errors, hidden rows and sheets.

calamine reads .ods, too, but without per cent formats, errors, merged cells and hidden rows, and it believes any
number of repeated cells. Fonts are not looked at: text of an old encoding is found by its letters.
"""

from __future__ import annotations

import datetime as dt

from pipelines.intake.limits import check_cells, check_extent, check_sheets
from pipelines.intake.sheets import Range, Sheet, render_percent
from pipelines.intake.texts import to_texts
from pipelines.intake.xml_stream import read_sheets

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT, _STYLE = (f"{_NAMESPACE}{part}:1.0 " for part in ("table", "office", "text", "style"))
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_LINKED = "ta_extref"  # LibreOffice keeps a copy of linked workbooks under this style


def read_ods(content: bytes) -> list[Sheet]:
    """The sheets of an OpenDocument spreadsheet.

    Raises:
        UnreadableFileError: broken, or too large.
    """
    return read_sheets(content, _Reader())


class _Reader:
    """Collects sheets while the document passes by."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._paragraphs = 0
        self._in_annotation = 0
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name in _CELLS:
            if self._depth == 1:
                self._cell, self._text, self._paragraphs = attributes, [], 0
        elif self._cell is not None:
            self._start_in_cell(name, attributes)
        elif name == f"{_TABLE}table-row" and self._depth == 1:
            self._row_repeated = _count(attributes, "rows")
            self._cells, self._column = [], 0
            if attributes.get(f"{_TABLE}visibility", "visible") != "visible":
                self._hidden.append((self._row, self._row_repeated))
        elif name == f"{_TABLE}table":
            self._depth += 1
            if self._depth == 1:
                self._start_sheet(attributes)
        elif name == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif name == f"{_STYLE}table-properties" and attributes.get(f"{_TABLE}display") == "false":
            self._hidden_styles.add(self._style)

    def _start_sheet(self, attributes: dict[str, str]) -> None:
        check_sheets(len(self.sheets) + 1)
        self._name = attributes.get(f"{_TABLE}name", "")
        self._is_linked = attributes.get(f"{_TABLE}style-name") == _LINKED
        self._is_visible = attributes.get(f"{_TABLE}style-name", "") not in self._hidden_styles
        self._values: list[list[object]] = []
        self._row, self._row_repeated, self._column = 0, 1, 0
        self._cells: list[tuple[object, int]] = []
        self._hidden: list[tuple[int, int]] = []
        self._merged: list[Range] = []
        self._formulas: set[tuple[int, int]] = set()
        self._uncached: set[tuple[int, int]] = set()
        self._size = 0

    def _start_in_cell(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_OFFICE}annotation":
            self._in_annotation += 1
        elif name == f"{_TEXT}p":
            if self._paragraphs and not self._in_annotation:
                self._text.append("\n")
            self._paragraphs += not self._in_annotation
        elif name == f"{_TEXT}s":
            self._text.append(" " * min(_integer(attributes.get(f"{_TEXT}c", "1")), 1_000))
        elif name in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            self._text.append("\t" if name.endswith("tab") else "\n")

    def characters(self, text: str) -> None:
        """Text between elements."""
        if self._cell is not None and self._paragraphs and not self._in_annotation:
            self._text.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        if name in _CELLS and self._depth == 1 and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif name == f"{_OFFICE}annotation" and self._in_annotation:
            self._in_annotation -= 1
        elif self._cell is not None:
            return
        elif name == f"{_TABLE}table-row" and self._depth == 1:
            self._end_row()
        elif name == f"{_TABLE}table":
            if self._depth == 1:
                self._end_sheet()
            self._depth -= 1

    def _end_cell(self, cell: dict[str, str]) -> None:
        repeated = _count(cell, "columns")
        address = (self._row, self._column)
        text = "".join(self._text)
        kind = cell.get(f"{_OFFICE}value-type")
        is_error = any(key.endswith(" value-type") and value == "error" for key, value in cell.items())
        value = (text or "#N/A") if is_error else _value(kind, cell, text)
        if kind == "percentage" and isinstance(value, float):
            value = render_percent(value)
        if f"{_TABLE}formula" in cell:
            self._formulas.add(address)
            if kind is None and not text:
                self._uncached.add(address)
        rows, columns = (_integer(cell.get(f"{_TABLE}number-{what}-spanned", "1")) for what in ("rows", "columns"))
        if rows > 1 or columns > 1:
            self._merged.append((address, (address[0] + rows - 1, address[1] + columns - 1)))
        if value is None or value == "":
            self._cells.append((None, repeated))
        else:
            check_extent(self._row + 1, self._column + repeated, self._name)
            self._cells.append((value, repeated))
        self._column += repeated

    def _end_row(self) -> None:
        while self._cells and self._cells[-1][0] is None:
            self._cells.pop()
        if self._cells:
            last = self._row + self._row_repeated
            width = sum(repeated for _, repeated in self._cells)
            check_extent(last, width, self._name)
            self._size += width * self._row_repeated
            check_cells(self._size)
            values = [value for value, repeated in self._cells for _ in range(repeated)]
            self._values += [[] for _ in range(self._row - len(self._values))]
            self._values += [values] * self._row_repeated
        self._row += self._row_repeated

    def _end_sheet(self) -> None:
        rows, decoded_from = to_texts(self._values)
        hidden = frozenset(row for first, count in self._hidden for row in range(first, min(first + count, len(rows))))
        if self._is_linked:
            return
        sheet = Sheet(
            name=self._name,
            rows=rows,
            is_visible=self._is_visible,
            merged=tuple(self._merged),
            hidden_rows=hidden,
            formulas=frozenset(self._formulas),
            uncached=frozenset(self._uncached),
            decoded_from=decoded_from,
        )
        self.sheets.append(sheet)


def _value(kind: str | None, cell: dict[str, str], text: str) -> object:
    """What a cell holds; its text, where the type has no value of its own."""
    if kind in ("float", "percentage", "currency"):
        try:
            return float(cell.get(f"{_OFFICE}value", ""))
        except ValueError:
            return text
    if kind == "date":
        try:
            return dt.datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", ""))
        except ValueError:
            return text
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    return cell.get(f"{_OFFICE}string-value") or text


def _count(attributes: dict[str, str], what: str) -> int:
    return max(1, _integer(attributes.get(f"{_TABLE}number-{what}-repeated", "1")))


def _integer(text: str) -> int:
    """A count as XML states it, 1 where it states none."""
    return int(text) if text.isdecimal() and len(text) <= 9 else 1
