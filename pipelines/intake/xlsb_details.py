"""What calamine leaves out of an .xlsb: error values, per cent formats, formulas, hidden rows, old fonts.

The records are those of [MS-XLSB]: a type, a length, and data. A formula without stored result cannot be told.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from functools import cached_property

from xlrd.biffh import error_text_from_code

from pipelines.intake.legacy_text import font_encoding
from pipelines.intake.limits import MOST_CELLS, check_extent, read_member
from pipelines.intake.sheets import UnreadableFileError
from pipelines.intake.xlsx_details import PERCENT_FORMATS, Cell, SheetDetails, relation_targets, shows_percent

_ROW, _BLANK, _ERROR, _FORMULA_ERROR = 0, 1, 3, 11
_CELLS, _FORMULAS = range(1, 12), range(8, 12)
_FONT, _FORMAT, _XF, _CELL_XFS, _CELL_XFS_END = 43, 44, 47, 617, 618
_SHEET, _DATA_END = 156, 146
_HIDDEN = 0x10


class XlsbDetails:
    """The parts of one .xlsb archive that describe its cells."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}

    @property
    def rich_texts(self) -> dict[str, str]:
        """None: the runs of a text are not looked at."""
        return {}

    def _read(self, name: str) -> bytes:
        stored = self._names.get(name.lower())
        return read_member(self._archive, stored) if stored else b""

    @cached_property
    def _sheet_paths(self) -> list[str]:
        targets = relation_targets(self._read("xl/_rels/workbook.bin.rels"), "xl")
        bundles = (data for kind, data in _records(self._read("xl/workbook.bin")) if kind == _SHEET)
        return [targets.get(_wide(data, 8), "") for data in bundles]

    @cached_property
    def _styles(self) -> tuple[frozenset[int], dict[int, str]]:
        """Style numbers shown as per cent; style number → font, where it is one of an old encoding."""
        percents, fonts, styles = set(PERCENT_FORMATS), [], None
        percent_styles, font_styles = set(), {}
        for kind, data in _records(self._read("xl/styles.bin")):
            if kind == _FORMAT and shows_percent(_wide(data, 2)):
                percents.add(_unpack("<H", data)[0])
            elif kind == _FONT:
                fonts.append(_wide(data, 21))
            elif kind in (_CELL_XFS, _CELL_XFS_END):
                styles = 0 if kind == _CELL_XFS else None
            elif kind == _XF and styles is not None:
                _, number_format, font = _unpack("<HHH", data)
                if number_format in percents:
                    percent_styles.add(styles)
                if font < len(fonts) and font_encoding(fonts[font]):
                    font_styles[styles] = fonts[font]
                styles += 1
        return frozenset(percent_styles), font_styles

    def of_sheet(self, position: int, name: str) -> SheetDetails:
        """What the records of a sheet say.

        Raises:
            UnreadableFileError: broken, or the sheet reaches too far out.
        """
        content = self._read(self._sheet_paths[position]) if position < len(self._sheet_paths) else b""
        percent_styles, font_styles = self._styles
        formulas, percents, hidden = set(), set(), set()
        errors: dict[Cell, str] = {}
        fonts: dict[Cell, str] = {}
        row = last_row = last_column = -1
        for kind, data in _records(content):
            if kind == _ROW:
                row = _unpack("<I", data)[0]
                if len(data) > 11 and data[11] & _HIDDEN and row <= MOST_CELLS:
                    hidden.add(row)
            elif kind in _CELLS and kind != _BLANK:
                column, style = _unpack("<II", data)
                cell = (row, column)
                last_row, last_column = max(last_row, row), max(last_column, column)
                if kind in _FORMULAS:
                    formulas.add(cell)
                if kind in (_ERROR, _FORMULA_ERROR):
                    errors[cell] = error_text_from_code.get(_unpack("<IIB", data)[2], "#N/A")
                if style & 0xFFFFFF in percent_styles:
                    percents.add(cell)
                if font := font_styles.get(style & 0xFFFFFF):
                    fonts[cell] = font
            elif kind == _DATA_END:
                break
        check_extent(last_row + 1, last_column + 1, name)
        return SheetDetails(
            hidden_rows=frozenset(hidden),
            formulas=frozenset(formulas),
            errors=errors,
            percents=frozenset(percents),
            fonts=fonts,
        )


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and data of each record; both numbers come in groups of seven bits."""
    position = 0
    while position < len(stream):
        kind, position = _number(stream, position, 2)
        length, position = _number(stream, position, 4)
        yield kind, stream[position : position + length]
        position += length


def _number(stream: bytes, position: int, most: int) -> tuple[int, int]:
    """A number of at most so many bytes, and the position after it."""
    value = 0
    for group in range(most):
        if position >= len(stream):
            break
        byte = stream[position]
        position += 1
        value |= (byte & 0x7F) << 7 * group
        if byte < 0x80:
            break
    return value, position


def _unpack(form: str, data: bytes) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, data)
    except struct.error as error:
        raise UnreadableFileError("sổ tính bị hỏng hoặc bị cắt cụt") from error


def _wide(data: bytes, position: int) -> str:
    """A counted UTF-16 text; the one that follows another begins where that ends."""
    size = int.from_bytes(data[position : position + 4], "little")
    return data[position + 4 : position + 4 + 2 * size].decode("utf-16-le", "replace")
