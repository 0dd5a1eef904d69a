"""Reads what web applications export under the name .xls: HTML tables, and Excel's XML of 2003."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser

from pipelines.intake.legacy_text import repair_utf8
from pipelines.intake.limits import check_cells, check_extent, check_sheets
from pipelines.intake.sheets import Range, Sheet, UnreadableFileError, Workbook, render_percent
from pipelines.intake.texts import to_texts
from pipelines.intake.xml_stream import read_sheets

_MOST_SPANNED = 1_000
_EXCEL = "urn:schemas-microsoft-com:office:spreadsheet "
_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "br", "li", "center", "caption", "title"}
_UNSHOWN = {"script", "style", "title", "xml"}


def read_html(text: str, encoding: str, name: str) -> Workbook:
    """All tables of a page as one sheet, one below the other; text between them is a row of one cell.

    Raises:
        UnreadableFileError: no table, or too large.
    """
    reader = _HtmlReader(name)
    reader.feed(text)
    reader.close()
    reader.end_line()
    if not reader.has_table:
        raise UnreadableFileError("tệp là trang web không có bảng nào", "file_kind_unsupported")
    rows, decoded_from = to_texts(reader.values)
    return Workbook((Sheet(name, rows, merged=tuple(reader.merged), decoded_from=decoded_from),), encoding)


class _HtmlReader(HTMLParser):
    """Fills ``values`` row by row; cells that span keep what follows at its column."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.values: list[list[object]] = []
        self.merged: list[Range] = []
        self.has_table = False
        self._name = name
        self._taken: set[tuple[int, int]] = set()
        self._size = 0
        self._text: list[str] = []
        self._column: int | None = None  # of the open cell
        self._span = (1, 1)
        self._tables = 0
        self._unshown = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSHOWN:
            self._unshown += 1
        elif tag == "table":
            self.end_line()
            self._tables += 1
            self.has_table = True
        elif tag == "tr" and self._tables:
            self._end_cell()
            self._add_row()
        elif tag in ("td", "th") and self._tables:
            self._end_cell()
            self._start_cell(dict(attrs))
        elif tag in _BLOCKS:
            self.end_line()

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSHOWN and self._unshown:
            self._unshown -= 1
        elif tag == "table" and self._tables:
            self._end_cell()
            self._tables -= 1
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag in _BLOCKS:
            self.end_line()

    def handle_data(self, data: str) -> None:
        if not self._unshown and (self._column is not None or not self._tables):
            self._text.append(data)

    def end_line(self) -> None:
        """A line of text outside of tables ends, or one within a cell."""
        if self._column is not None:
            self._text.append(" ")
        elif line := self._take_text():
            self._add_row()
            self.values[-1].append(line)

    def _take_text(self) -> str:
        text = " ".join("".join(self._text).split(None))
        self._text = []
        return repair_utf8(text)

    def _add_row(self) -> None:
        self.values.append([])
        check_extent(len(self.values), 1, self._name)

    def _start_cell(self, attributes: dict[str, str | None]) -> None:
        if not self.values:
            self._add_row()
        row = len(self.values) - 1
        column = len(self.values[row])
        while (row, column) in self._taken:
            column += 1
        self._column = column
        self._span = (_span(attributes.get("rowspan")), _span(attributes.get("colspan")))

    def _end_cell(self) -> None:
        if self._column is None:
            return
        row, column = len(self.values) - 1, self._column
        height, width = self._span
        self._column = None
        cells = self.values[row]
        cells += [None] * (column - len(cells))
        cells += [self._take_text() or None] + [None] * (width - 1)
        check_extent(row + 1, len(cells), self._name)
        self._size += height * width
        check_cells(self._size)
        if height > 1 or width > 1:
            self.merged.append(((row, column), (row + height - 1, column + width - 1)))
            below = range(row + 1, row + height)
            self._taken.update((r, c) for r in below for c in range(column, column + width))


def _span(text: str | None, least: int = 1) -> int:
    return min(max(int(text), least), _MOST_SPANNED) if text and text.isdecimal() and len(text) < 6 else least


def read_xml_spreadsheet(content: bytes) -> list[Sheet]:
    """The sheets of an "XML Spreadsheet 2003".

    Raises:
        UnreadableFileError: broken, or too large.
    """
    return read_sheets(content, _ExcelXmlReader())


class _ExcelXmlReader:
    """Collects sheets while the document passes by."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._values: list[list[object]] | None = None
        self._percent_styles: set[str] = set()
        self._style = ""
        self._text: list[str] | None = None
        self._size = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        stated = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        match name.removeprefix(_EXCEL):
            case "Style":
                self._style = stated.get("ID", "")
            case "NumberFormat" if "%" in stated.get("Format", "") or stated.get("Format") == "Percent":
                self._percent_styles.add(self._style)
            case "Worksheet":
                check_sheets(len(self.sheets) + 1)
                self._name, self._values = stated.get("Name", ""), []
                self._merged: list[Range] = []
                self._hidden: set[int] = set()
                self._formulas: set[tuple[int, int]] = set()
                self._uncached: set[tuple[int, int]] = set()
                self._is_visible = True
                self._address, self._is_percent = (0, 0), False
            case "Row" if self._values is not None:
                row = _position(stated, len(self._values))
                check_extent(row + 1, 1, self._name)
                self._values += [[] for _ in range(row + 1 - len(self._values))]
                if stated.get("Hidden") == "1":
                    self._hidden.add(row)
            case "Cell" if self._values:
                self._start_cell(self._values, stated)
            case "Data" if self._values and self._values[-1]:
                self._type, self._text = stated.get("Type", "String"), []
            case _:
                pass

    def _start_cell(self, values: list[list[object]], stated: dict[str, str]) -> None:
        row, cells = len(values) - 1, values[-1]
        column = _position(stated, len(cells))
        across, down = (
            int(n) if (n := stated.get(f"Merge{way}", "0")).isdecimal() else 0 for way in ("Across", "Down")
        )
        check_extent(row + 1, column + across + 1, self._name)
        self._size += column + across + 1 - len(cells)
        check_cells(self._size)
        self._address = (row, column)
        cells += [None] * (column + across + 1 - len(cells))
        if across or down:
            self._merged.append((self._address, (row + down, column + across)))
        if "Formula" in stated:
            self._formulas.add(self._address)
            self._uncached.add(self._address)  # until its data come
        self._is_percent = stated.get("StyleID", "") in self._percent_styles

    def characters(self, text: str) -> None:
        """Text between elements."""
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        match name.removeprefix(_EXCEL):
            case "Data" if self._text is not None and self._values:
                row, column = self._address
                self._values[row][column] = self._value("".join(self._text))
                self._uncached.discard(self._address)
                self._text = None
            case "Worksheet" if self._values is not None:
                rows, decoded_from = to_texts(self._values)
                sheet = Sheet(
                    name=self._name,
                    rows=rows,
                    is_visible=self._is_visible,
                    merged=tuple(self._merged),
                    hidden_rows=frozenset(self._hidden),
                    formulas=frozenset(self._formulas),
                    uncached=frozenset(self._uncached),
                    decoded_from=decoded_from,
                )
                self.sheets.append(sheet)
                self._values = None
            case _ if name.endswith(" Visible") and self._text is None:
                self._is_visible = False  # the element stands only in hidden sheets
            case _:
                pass

    def _value(self, text: str) -> object:
        try:
            if self._type == "Number":
                return render_percent(float(text)) if self._is_percent else float(text)
            if self._type == "DateTime":
                return dt.datetime.fromisoformat(text)
            if self._type == "Boolean":
                return text == "1"
        except ValueError:
            return text
        return text


def _position(stated: dict[str, str], following: int) -> int:
    """0-based row or column: what the element states, else the one that follows."""
    index = stated.get("Index", "")
    return max(int(index) - 1, following) if index.isdecimal() and len(index) < 8 else following
