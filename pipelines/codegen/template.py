"""Writes the workbook of one or several forms, blank or filled, from their contracts.

What belongs here: the look of a form in Excel (title block, header, drop-downs, protection, print
setup) and the stamp by which a returned workbook is recognised. What a form *contains* stands in its
contract; how a workbook is read back is the matter of ``pipelines/intake``.

Where things stand in a sheet: ``sheet_plan``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines import periods
from pipelines.codegen.sheet_plan import (
    BANNER_ROW,
    FIRST_DATA_ROW,
    HEADER_ROW,
    MEASURE_ROW,
    NUMBER_ROW,
    PERIOD_ROW,
    RUNNING_NUMBER,
    STAMP_COLUMNS,
    STAMP_SHEET,
    TITLE_ROW,
    TOTAL_LABEL,
    UNIT_ROW,
    SheetPlan,
    UnitLabel,
    period_line,
    plan_sheet,
    sheet_name,
    unit_line,
)
from pipelines.contracts import FieldType, Form, FormField
from pipelines.contracts.frames import DTYPES
from pipelines.contracts.vietnamese import NO, YES, format_field

BLANK_ROWS = 200
"""Rows prepared in a blank template."""

MEASURES_VI = {
    "person": "người",
    "group": "tổ",
    "sub_union": "công đoàn bộ phận",
    "visit": "lượt",
    "VND": "đồng",
}
"""Words of the line "Đơn vị tính", for the units of totalled columns."""

HELP_TITLE_LIMIT, HELP_LIMIT, LIST_LIMIT = 32, 255, 255
"""Excel's limits, in characters, for the help shown beside a cell and for a drop-down."""

EXCEL_FIRST_DATE = dt.date(1900, 1, 1)


def write_template(
    path: Path,
    forms: Sequence[Form],
    unit: UnitLabel,
    period: str,
    rows: Mapping[str, pl.DataFrame] | None = None,
    *,
    blank_rows: int | None = None,
    banner: str | None = None,
    edits: Mapping[str, Mapping[str, str | int | float]] | None = None,
    created: dt.datetime | None = None,
) -> dict[str, SheetPlan]:
    """Write one workbook with a sheet per form and the stamp sheet.

    Args:
        path: the file to write; its folder is made.
        forms: the forms, in the order of their sheets.
        unit: who sends it; goes into the title block and the stamp.
        period: period key, for example ``2021-Q2``.
        rows: per form id the rows to fill in, a frame with field names as columns, typed as
            ``row_schema`` without its keys; fields may be left out (prefilling stable columns).
        blank_rows: prepared empty rows below the filled ones; by default 200 for a form without rows,
            none for another.
        banner: a line above the title, repeated in the document properties ("DỮ LIỆU MÔ PHỎNG").
        edits: per form id values typed over what the template wrote, by cell address, as a careless
            sender would; for synthetic faults.
        created: creation time in the document properties; fix it for reproducible bytes.

    Returns:
        per form id where things stand in its sheet.

    Raises:
        ValueError: ``rows`` has a form or a column that is not in the workbook, or a code list does
            not fit a drop-down.
    """
    rows, edits = rows or {}, edits or {}
    if unknown := (set(rows) | set(edits)) - {form.form for form in forms}:
        raise ValueError(f"rows or edits for forms not in the workbook: {', '.join(sorted(unknown))}")
    path.parent.mkdir(parents=True, exist_ok=True)
    plans: dict[str, SheetPlan] = {}
    with xlsxwriter.Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "in_memory": True,  # many small files: temporary ones would cost more than the writing
        },
    ) as workbook:
        _write_properties(workbook, forms, unit, period, banner, created)
        styles = _Styles(workbook)
        for form in forms:
            given = rows.get(form.form, pl.DataFrame())
            blanks = (0 if given.height else BLANK_ROWS) if blank_rows is None else blank_rows
            plan = plan_sheet(form, period, given.height + blanks)
            if unknown := set(given.columns) - {field.name for field in plan.fields}:
                names = ", ".join(sorted(unknown))
                raise ValueError(f"form '{form.form}' has no columns {names} in {period}")
            frame = _complete(given, plan.fields)
            sheet = workbook.add_worksheet(plan.sheet)
            _write_title_block(sheet, plan, styles, unit, period, banner)
            _write_header(sheet, plan, styles)
            _write_rows(sheet, plan, styles, frame)
            _write_total(sheet, plan, styles, frame)
            _write_signatures(sheet, plan, styles)
            _restrict_input(sheet, plan)
            _set_up_view_and_print(sheet, plan)
            for address, value in edits.get(form.form, {}).items():
                sheet.write(address, value)
            plans[form.form] = plan
        _write_stamp(workbook, list(plans.values()), styles, unit, period)
    return plans


class _Styles:
    """Formats of one workbook, made once each."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
            self._made[key] = self._workbook.add_format(base | properties)
        return self._made[key]

    def header(self, fill: str) -> Format:
        return self(bold=True, align="center", text_wrap=True, border=1, bg_color=fill)

    def data(self, field: FormField) -> Format:
        wrap = field.type is FieldType.TEXT
        return self(border=1, locked=False, num_format=_number_format(field), text_wrap=wrap)


REQUIRED_FILL, OPTIONAL_FILL, TOTAL_FILL = "#FCE4D6", "#DDEBF7", "#F2F2F2"


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


def _span(sheet: Worksheet, top: int, left: int, bottom: int, right: int, text: str, style: Format) -> None:
    """Write a text over a block of cells (0-based, inclusive), merged where it is more than one."""
    if (top, left) == (bottom, right):
        sheet.write_string(top, left, text, style)
    else:
        sheet.merge_range(top, left, bottom, right, text, style)


def _halves(plan: SheetPlan) -> tuple[int, int]:
    """Last column of what stands on the left, first column of what stands on the right."""
    right = min(max(3, plan.last_column // 2), plan.last_column)
    return min(2, right - 1), right


def _write_properties(
    workbook: Workbook,
    forms: Sequence[Form],
    unit: UnitLabel,
    period: str,
    banner: str | None,
    created: dt.datetime | None,
) -> None:
    titles = "; ".join(sheet_name(form) for form in forms)
    parts = (banner, titles, unit.name_vi, periods.title_vi(period))
    properties: dict[str, Any] = {
        "title": " – ".join(part for part in parts if part),
        "comments": banner or "",
    }
    workbook.set_properties(properties | ({"created": created} if created else {}))


def _write_title_block(
    sheet: Worksheet, plan: SheetPlan, styles: _Styles, unit: UnitLabel, period: str, banner: str | None
) -> None:
    last, (left_end, middle) = plan.last_column, _halves(plan)
    letterhead = [name.upper() for name in (unit.parent_vi, unit.name_vi) if name]
    for row, text in enumerate(letterhead):
        _span(sheet, row, 0, row, left_end, text, styles(align="center", bold=row == len(letterhead) - 1))
    right = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
    for row, text in enumerate(right):
        _span(sheet, row, middle, row, last, text, styles(align="center", bold=True))
    centred = {
        TITLE_ROW: (plan.form.title_vi, styles(align="center", bold=True, font_size=14)),
        PERIOD_ROW: (period_line(period), styles(align="center")),
        UNIT_ROW: (unit_line(unit), styles(align="center")),
    }
    if banner:
        centred[BANNER_ROW] = (banner, styles(align="center", bold=True, font_color="#C00000"))
    for row, (text, style) in centred.items():
        _span(sheet, row - 1, 0, row - 1, last, text, style)
    units = dict.fromkeys(MEASURES_VI.get(field.unit or "") for field in plan.fields if field.total)
    if words := [word for word in units if word]:
        text = f"Đơn vị tính: {', '.join(words)}"
        _span(sheet, MEASURE_ROW - 1, middle, MEASURE_ROW - 1, last, text, styles(align="right", italic=True))


def _write_header(sheet: Worksheet, plan: SheetPlan, styles: _Styles) -> None:
    top, bottom = HEADER_ROW - 1, HEADER_ROW
    _span(sheet, top, 0, bottom, 0, RUNNING_NUMBER, styles.header(OPTIONAL_FILL))
    column = 1
    for group, members in groupby(plan.fields, key=lambda field: field.group_vi):
        fields = list(members)
        if group:
            style = styles.header(OPTIONAL_FILL)
            _span(sheet, top, column, top, column + len(fields) - 1, group, style)
        for field in fields:
            style = styles.header(REQUIRED_FILL if field.required else OPTIONAL_FILL)
            _span(sheet, bottom if group else top, column, bottom, column, field.label_vi, style)
            column += 1
    numbers = [f"({number})" for number in range(1, plan.last_column + 2)]
    sheet.write_row(NUMBER_ROW - 1, 0, numbers, styles(align="center", italic=True, font_size=9, border=1))
    sheet.set_row(top, 24)
    sheet.set_row(bottom, 48)


def entered(frame: pl.DataFrame, fields: Sequence[FormField]) -> pl.DataFrame:
    """The fields' values as a sender enters them: numbers and dates as such, codes as labels."""
    worded = (FieldType.CHOICE, FieldType.BOOLEAN)
    return frame.select(format_field(f).alias(f.name) if f.type in worded else f.name for f in fields)


def _complete(given: pl.DataFrame, fields: Sequence[FormField]) -> pl.DataFrame:
    """All columns of the fields, in their order; those that were not given are empty."""
    blank = pl.DataFrame(schema={field.name: DTYPES[field.type] for field in fields})
    return pl.concat([blank, given], how="diagonal_relaxed")


def _write_rows(sheet: Worksheet, plan: SheetPlan, styles: _Styles, frame: pl.DataFrame) -> None:
    """Fill the prepared rows. An empty one has no running number, so that it reads as empty."""
    top = FIRST_DATA_ROW - 1
    blanks = [None] * (plan.last_row - top - frame.height)
    numbers = [*range(1, frame.height + 1), *blanks]
    values = entered(frame, plan.fields)
    sheet.write_column(top, 0, numbers, styles(border=1, align="center", locked=False))
    for column, field in enumerate(plan.fields, start=1):
        sheet.write_column(top, column, [*values[field.name], *blanks], styles.data(field))


def _write_total(sheet: Worksheet, plan: SheetPlan, styles: _Styles, frame: pl.DataFrame) -> None:
    if plan.total_row is None:
        return
    row = plan.total_row - 1
    sums = frame.select(pl.sum(*(field.name for field in plan.fields if field.total))).row(0, named=True)
    style = styles(bold=True, border=1, bg_color=TOTAL_FILL, num_format="#,##0")
    for column, field in enumerate(plan.fields, start=1):
        if field.total:
            letter = xl_col_to_name(column)
            formula = f"=SUM({letter}{FIRST_DATA_ROW}:{letter}{plan.last_row})"
            sheet.write_formula(row, column, formula, style, sums[field.name])
        else:
            sheet.write_blank(row, column, None, style)
    label_end = 0 if plan.fields[0].total else 1
    _span(sheet, row, 0, row, label_end, TOTAL_LABEL, styles(bold=True, border=1, bg_color=TOTAL_FILL))


def _write_signatures(sheet: Worksheet, plan: SheetPlan, styles: _Styles) -> None:
    """Places for date and signatures; the names of persons are no data and are not asked for."""
    top = (plan.total_row or plan.last_row) + 1
    last, (left_end, middle) = plan.last_column, _halves(plan)
    plain, bold = {"align": "center", "locked": False}, {"align": "center", "bold": True, "locked": False}
    right = (
        ("………, ngày …… tháng …… năm ………", styles(italic=True, **plain)),
        ("TM. BAN THƯỜNG VỤ", styles(**bold)),
        ("(Ký tên, đóng dấu)", styles(italic=True, **plain)),
    )
    left = (("NGƯỜI LẬP BIỂU", styles(**bold)), ("(Ký tên)", styles(italic=True, **plain)))
    for row, (text, style) in enumerate(right, start=top):
        _span(sheet, row, middle, row, last, text, style)
    for row, (text, style) in enumerate(left, start=top + 1):
        _span(sheet, row, 0, row, left_end, text, style)


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _bounds(field: FormField, lowest: Any) -> dict[str, Any]:
    """Bounds of a number or date for Excel; ``lowest`` stands in where the contract has no minimum."""
    minimum = lowest if field.minimum is None else field.minimum
    if field.maximum is None:
        return {"criteria": ">=", "value": minimum}
    return {"criteria": "between", "minimum": minimum, "maximum": field.maximum}


def _validation(field: FormField) -> dict[str, Any]:
    match field.type:
        case FieldType.CHOICE | FieldType.BOOLEAN:
            labels = [choice.label_vi for choice in field.choices] or [YES, NO]
            if len(",".join(labels)) > LIST_LIMIT or any("," in label for label in labels):
                raise ValueError(
                    f"field '{field.name}': the labels of its choices fit no drop-down; "
                    f"together they may have {LIST_LIMIT} characters, and none may have a comma"
                )
            message = "Chọn một giá trị trong danh sách."
            return {"validate": "list", "source": labels, "error_message": message}
        case FieldType.COUNT | FieldType.AMOUNT:
            message = "Nhập số nguyên, không gõ dấu chấm hay dấu phẩy ngăn cách."
            return {"validate": "integer", **_bounds(field, 0), "error_message": message}
        case FieldType.NUMBER:
            return {"validate": "decimal", **_bounds(field, -1e15), "error_message": "Nhập một số."}
        case FieldType.DATE:
            message = "Nhập ngày theo thứ tự ngày/tháng/năm."
            return {"validate": "date", **_bounds(field, EXCEL_FIRST_DATE), "error_message": message}
        case FieldType.TAX_CODE:
            message = "Mã số thuế có 10 số, hoặc 10 số-3 số cho chi nhánh."
            bounds = {"criteria": "between", "minimum": 10, "maximum": 14}
            return {"validate": "length", **bounds, "error_message": message, "error_type": "warning"}
        case FieldType.TEXT | FieldType.CODE:
            return {"validate": "any"}


def _restrict_input(sheet: Worksheet, plan: SheetPlan) -> None:
    """Drop-downs, bounds and help for the prepared rows; everything else is locked, without password."""
    if plan.last_row >= FIRST_DATA_ROW:
        for column, field in enumerate(plan.fields, start=1):
            required = "Bắt buộc. " if field.required else ""
            example = f" Ví dụ: {field.example}" if field.example else ""
            options = {
                "input_title": _shorten(field.heading_vi, HELP_TITLE_LIMIT),
                "input_message": _shorten(f"{required}{field.help_vi}{example}", HELP_LIMIT),
                "error_title": "Giá trị không hợp lệ",
                **_validation(field),
            }
            sheet.data_validation(FIRST_DATA_ROW - 1, column, plan.last_row - 1, column, options)
    allowed = ("format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter")
    sheet.protect(options=dict.fromkeys(allowed, True))


def _set_up_view_and_print(sheet: Worksheet, plan: SheetPlan) -> None:
    sheet.set_column(0, 0, 5)
    for column, field in enumerate(plan.fields, start=1):
        sheet.set_column(column, column, field.width)
    sheet.freeze_panes(FIRST_DATA_ROW - 1, 3)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW - 1, NUMBER_ROW - 1)
    sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
    sheet.set_header("&C&P")


def _write_stamp(workbook: Workbook, plans: Sequence[SheetPlan], styles: _Styles, unit: UnitLabel, period: str) -> None:
    """The hidden sheet by which intake recognises the workbook: one row per form, all text."""
    sheet = workbook.add_worksheet(STAMP_SHEET)
    sheet.write_row(0, 0, STAMP_COLUMNS, styles(num_format="@"))
    for row, plan in enumerate(plans, start=1):
        stamp = (plan.sheet, plan.form.form, str(plan.layout_version), unit.code, period)
        sheet.write_row(row, 0, stamp, styles(num_format="@"))
    sheet.protect()
    sheet.hide()
