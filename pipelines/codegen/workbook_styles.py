"""Formats of the workbooks we write with XlsxWriter: font, borders, fills, the number format of a field.

What belongs here: how cells look, and nothing about what they say.
"""

from __future__ import annotations

from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.contracts import FieldType, FormField

REQUIRED_FILL, OPTIONAL_FILL, TOTAL_FILL = "#FCE4D6", "#DDEBF7", "#F2F2F2"


class Styles:
    """Formats of one workbook, made once each."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        """The format with these properties of XlsxWriter, beside those that all cells share."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
            self._made[key] = self._workbook.add_format(base | properties)
        return self._made[key]

    def header(self, fill: str) -> Format:
        """A cell of a table's heading."""
        return self(bold=True, align="center", text_wrap=True, border=1, bg_color=fill)

    def data(self, field: FormField) -> Format:
        """A cell that the sender fills in."""
        properties: dict[str, Any] = {"border": 1, "locked": False, "num_format": _number_format(field)}
        if field.type in (FieldType.TEXT, FieldType.CHOICE):
            properties["text_wrap"] = True
        return self(**properties)


def _number_format(field: FormField) -> str:
    match field.type:
        case FieldType.COUNT | FieldType.AMOUNT:
            return "0" if field.unit == "year" else "#,##0"
        case FieldType.DATE:
            return "dd/mm/yyyy"
        case FieldType.NUMBER:
            return "General"
        case _:
            return "@"


def span(sheet: Worksheet, top: int, left: int, bottom: int, right: int, text: str, style: Format) -> None:
    """Write a text over a block of cells (0-based, inclusive), merged where it is more than one."""
    if (top, left) == (bottom, right):
        sheet.write_string(top, left, text, style)
    else:
        sheet.merge_range(top, left, bottom, right, text, style)
