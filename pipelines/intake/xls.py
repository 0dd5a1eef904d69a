"""Reads .xls (BIFF 2 to 8) by xlrd, which knows the font and the format of every cell.

Text of Excel 5 and 95 is bytes; whatever code page the file names, they are taken as Latin letters and judged
like any other text (the machine's code page says nothing about text in .VnTime).
"""

from __future__ import annotations

import datetime as dt
import io
import struct
from collections.abc import Iterator

import xlrd
from xlrd.biffh import XLRDError, error_text_from_code
from xlrd.book import Book
from xlrd.formatting import XF
from xlrd.sheet import Cell as XlsCell
from xlrd.sheet import Sheet as XlsSheet

from pipelines.intake.legacy_text import decode_by_font, decode_single_bytes, font_encoding
from pipelines.intake.limits import check_extent, check_sheets
from pipelines.intake.sheets import Sheet, UnreadableFileError
from pipelines.intake.texts import set_percents, set_texts, to_texts
from pipelines.intake.xlsx_details import shows_percent

Cell = tuple[int, int]
_FORMULA, _EOF = 0x0006, 0x000A
_BIFF_8 = 80
_UNFILLED = bytes([xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK])
_EMPTY_TEXT = b"\x03\x00\x00\x00\x00\x00\xff\xff"  # stored result: an empty text


def read_xls(content: bytes) -> list[Sheet]:
    """The sheets of an .xls.

    Raises:
        UnreadableFileError: encrypted, broken, or too large.
    """
    try:
        book = xlrd.open_workbook(
            file_contents=content,
            formatting_info=True,
            ragged_rows=True,
            on_demand=True,  # else the records are gone before formulas can be looked for
            encoding_override="latin-1",  # BIFF 8 has its own
            logfile=io.StringIO(),
        )
        check_sheets(book.nsheets)
        formulas = [_formulas(book, number) for number in range(book.nsheets)]
        # xlwt and its like store an empty text for every formula; Excel does so only where that is the result
        is_calculated = any(result != _EMPTY_TEXT for cells in formulas for result in cells.values())
        return [_sheet(book, sheet, cells, is_calculated) for sheet, cells in zip(book.sheets(), formulas, strict=True)]
    except UnreadableFileError:
        raise
    except XLRDError as error:
        if "encrypted" in str(error).lower():
            raise UnreadableFileError("sổ tính có mật khẩu", "file_encrypted") from error
        raise UnreadableFileError("sổ tính bị hỏng hoặc bị cắt cụt") from error
    except Exception as error:  # xlrd trusts the file: struct, index, key, assertion, decoding … errors
        raise UnreadableFileError("sổ tính bị hỏng hoặc bị cắt cụt") from error


def _sheet(book: Book, sheet: XlsSheet, formulas: dict[Cell, bytes], is_calculated: bool) -> Sheet:
    widths = _widths(sheet)
    check_extent(len(widths), max(widths, default=0), sheet.name)
    values: list[list[object]] = []
    fonts: dict[Cell, str] = {}
    percents: list[Cell] = []
    errors: dict[Cell, str | None] = {}
    rich: dict[str, str] = {}
    legacy_fonts = {number: font.name for number, font in enumerate(book.font_list) if font_encoding(font.name)}
    percent_formats = {key for key, form in book.format_map.items() if shows_percent(form.format_str or "")}
    for row, width in enumerate(widths):
        cells = sheet.row_slice(row, 0, width)
        values.append([_value(book, cell) for cell in cells])
        for column, cell in enumerate(cells):
            if cell.ctype == xlrd.XL_CELL_ERROR:
                errors[row, column] = error_text_from_code.get(int(cell.value), "#N/A")
            elif cell.ctype == xlrd.XL_CELL_NUMBER and percent_formats:
                if _style(book, cell).format_key in percent_formats:
                    percents.append((row, column))
            elif legacy_fonts and isinstance(text := values[row][column], str):
                font = legacy_fonts.get(_style(book, cell).font_index)
                if runs := sheet.rich_text_runlist_map.get((row, column)):
                    decoded = _decode_runs(text, font or "", runs, book)
                    if decoded != text:
                        rich[text] = decoded
                elif font:
                    fonts[row, column] = font
    rows, decoded_from = to_texts(values, fonts, rich)
    set_percents(rows, values, percents)
    uncached = frozenset() if is_calculated else frozenset(formulas)
    set_texts(rows, errors | dict.fromkeys(uncached))
    return Sheet(
        name=sheet.name,
        rows=rows,
        is_visible=sheet.visibility == 0,
        merged=tuple(((top, left), (end - 1, right - 1)) for top, end, left, right in sheet.merged_cells),
        hidden_rows=frozenset(row for row, info in sheet.rowinfo_map.items() if info.hidden),
        formulas=frozenset(formulas),
        uncached=uncached,
        decoded_from=decoded_from,
    )


def _widths(sheet: XlsSheet) -> list[int]:
    """Columns of each row up to the last filled cell, down to the last filled row; formats alone do not count."""
    widths = []
    for row in range(sheet.nrows):
        types = bytes(sheet.row_types(row)).rstrip(_UNFILLED)
        widths.append(len(types))
    while widths and not widths[-1]:
        widths.pop()
    return widths


def _style(book: Book, cell: XlsCell) -> XF:
    return book.xf_list[cell.xf_index or 0]


def _value(book: Book, cell: XlsCell) -> object:
    match cell.ctype, cell.value:
        case xlrd.XL_CELL_TEXT, str(text):
            return text if book.biff_version >= _BIFF_8 else decode_single_bytes(text.encode("latin-1"))
        case xlrd.XL_CELL_DATE, float(serial):
            return _date(serial, is_1904=book.datemode == 1)
        case xlrd.XL_CELL_BOOLEAN, value:
            return bool(value)
        case xlrd.XL_CELL_NUMBER, value:
            return value
        case _:
            return None


def _date(serial: float, *, is_1904: bool) -> dt.datetime | dt.time | float:
    """The date or time of a serial number; the number itself where it is none (negative, beyond 9999)."""
    if serial < 0:
        return serial
    try:
        moment = xlrd.xldate_as_datetime(serial, 1 if is_1904 else 0)
    except (xlrd.xldate.XLDateError, OverflowError, ValueError):
        return serial
    return moment.time() if serial < 1 else moment


def _decode_runs(text: str, font: str, runs: list[tuple[int, int]], book: Book) -> str:
    """A text of several fonts: ``font`` up to the first run, then each run's own."""
    starts = [(0, font), *((start, book.font_list[number].name) for start, number in runs)]
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return "".join(decode_by_font(text[start:end], name) for (start, name), end in zip(starts, ends, strict=True))


def _formulas(book: Book, number: int) -> dict[Cell, bytes]:
    """Cells with a formula → the eight bytes of its stored result, from the records of a sheet."""
    stream = book.mem or b""
    position = book._sh_abs_posn[number]  # pyright: ignore[reportAttributeAccessIssue] - not in the stubs
    found: dict[Cell, bytes] = {}
    for kind, start, length in _records(stream, position):
        if kind & 0xFF == _FORMULA and length >= 14:
            row, column = struct.unpack_from("<HH", stream, start)
            found[row, column] = bytes(stream[start + 6 : start + 14])
    return found


def _records(stream: bytes, position: int) -> Iterator[tuple[int, int, int]]:
    """Type, start and length of every record up to the end of a sheet."""
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        if kind == _EOF:
            return
        yield kind, position + 4, length
        position += 4 + length
