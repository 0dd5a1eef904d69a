"""Writes the workbook of one or several forms, blank or filled, from their contracts.

What belongs here: a form in Excel (title block, header, drop-downs, protection, print setup) and the stamp by which
a returned workbook is recognised. What a form *contains* stands in its contract; how a workbook is read back is the
matter of ``pipelines/intake``.

Where things stand in a sheet: ``sheet_plan``; the sheet of instructions: ``guide``; formats: ``workbook_styles``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines import periods
from pipelines.codegen.guide import Guide, plan_guide, write_guide
from pipelines.codegen.sheet_plan import (
    BANNER_ROW,
    FIRST_DATA_ROW,
    HEADER_ROW,
    MEASURE_ROW,
    NUMBER_ROW,
    PERIOD_ROW,
    RUNNING_NUMBER,
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
from pipelines.codegen.workbook_styles import OPTIONAL_FILL, REQUIRED_FILL, TOTAL_FILL, Styles, span
from pipelines.contracts import Contracts, FieldType, Form, FormField
from pipelines.contracts.frames import DTYPES
from pipelines.contracts.vietnamese import NO, UNITS_VI, YES, format_field
from pipelines.contracts.workbook import STAMP_COLUMNS, STAMP_SHEET

BLANK_ROWS = 200
"""Rows prepared in a blank template."""

HELP_TITLE_LIMIT, HELP_LIMIT, LIST_LIMIT = 32, 255, 255
"""Excel's limits, in characters, for the help shown beside a cell and for a drop-down."""

PAPER_A3, PAPER_A4, WIDEST_ON_A4 = 8, 9, 220
"""Excel's numbers of paper sizes, and the width in characters up to which print on A4 is legible."""

EXCEL_FIRST_DATE = dt.date(1900, 1, 1)


def write_template(
    path: Path,
    forms: Sequence[Form],
    unit: UnitLabel,
    period: str,
    rows: Mapping[str, pl.DataFrame] | None = None,
    *,
    blank_rows: int | None = None,
    guide: Contracts | None = None,
    rule_pages_url: str | None = None,
    banner: str | None = None,
    edits: Mapping[str, Mapping[str, str | int | float]] | None = None,
    created: dt.datetime | None = None,
) -> dict[str, SheetPlan]:
    """Write one workbook with a sheet per form, the guide if it is to have one, and the stamp sheet.

    Args:
        path: the file to write; its folder is made.
        forms: the forms, in the order of their sheets.
        unit: who sends it; goes into the title block and the stamp.
        period: period key, for example ``2021-Q2``.
        rows: per form id the rows to fill in, a frame with field names as columns, typed as
            ``row_schema`` without its keys; fields may be left out (prefilling stable columns).
        blank_rows: prepared empty rows below the filled ones; by default 200 for a form without rows,
            none for another, nor for a form whose rows a seed lists.
        guide: the contracts that the sheet ``HƯỚNG DẪN`` explains the forms by; without them there is no such sheet.
        rule_pages_url: address of a rule's page, with ``{code}`` where its code stands; the guide links to it.
        banner: a line above the title, repeated in the document properties ("DỮ LIỆU MÔ PHỎNG").
        edits: per form id values typed over what the template wrote, by cell address, as a careless
            sender would; the cell keeps its format. For synthetic faults.
        created: creation time in the document properties; fix it for reproducible bytes.

    Returns:
        per form id where things stand in its sheet.

    Raises:
        ValueError: ``rows`` has a form or a column that is not in the workbook, or a code list does
            not fit a drop-down and there is no guide to hold it.
    """
    rows, edits = rows or {}, edits or {}
    if unknown := (set(rows) | set(edits)) - {form.form for form in forms}:
        raise ValueError(f"rows or edits for forms not in the workbook: {', '.join(sorted(unknown))}")
    frames = {form.form: rows.get(form.form, pl.DataFrame()) for form in forms}
    plans = {form.form: _plan(form, period, frames[form.form], blank_rows) for form in forms}
    instructions = plan_guide(list(plans.values()), unit.code, period, guide) if guide else Guide(())
    path.parent.mkdir(parents=True, exist_ok=True)
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
        styles = Styles(workbook)
        for name, plan in plans.items():
            frame = _complete(frames[name], plan.fields)
            sheet = workbook.add_worksheet(plan.sheet)
            _write_title_block(sheet, plan, styles, unit, period, banner)
            _write_header(sheet, plan, styles)
            _write_rows(sheet, plan, styles, frame)
            _write_total(sheet, plan, styles, frame)
            _write_signatures(sheet, plan, styles)
            _group_thousands(sheet, plan, styles)
            _restrict_input(sheet, plan, instructions.lists)
            _set_up_view_and_print(sheet, plan)
            for address, value in edits.get(name, {}).items():
                row, column = xl_cell_to_rowcol(address)
                written = sheet.table.get(row, {}).get(column)
                sheet.write(row, column, value, written.format if written else None)
        if instructions.rows:
            write_guide(workbook, instructions, styles, rule_pages_url)
        _write_stamp(workbook, list(plans.values()), styles, unit, period)
    return plans


def prefill(form: Form, rows: pl.DataFrame, period: str) -> pl.DataFrame:
    """What the rows of an earlier period tell of those of this one: their stable columns, for ``write_template``.

    Args:
        form: the form to be filled in again.
        rows: its rows of the earlier period, in ``row_schema(form)``.
        period: the period of the new template, by whose layout the columns go.
    """
    listed = listed_rows(form, period)
    if listed is not None:
        return listed
    return rows.select(field.name for field in form.columns(form.layout_for(period)) if field.stable)


def listed_rows(form: Form, period: str) -> pl.DataFrame | None:
    """The rows that a form has by itself: one per entry of the seed that its key lists, asked for in the period.

    Returns:
        the code and what stands beside it; None if the key lists no seed.
    """
    key = form.field(form.key[0])
    if key.listed_in is None:
        return None
    asked = [choice for choice in key.choices if choice.is_asked_in(period)]
    columns: dict[str, list[str | None]] = {key.name: [choice.code for choice in asked]}
    for field in form.columns(form.layout_for(period)):
        if field.beside and field.beside.field == key.name:
            columns[field.name] = [
                choice.label_vi if field.beside.shows == "name" else UNITS_VI.get(choice.unit or "", choice.unit)
                for choice in asked
            ]
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String()))


def _plan(form: Form, period: str, given: pl.DataFrame, blank_rows: int | None) -> SheetPlan:
    is_listed = any(field.listed_in for field in form.fields if field.name == form.key[0])
    blanks = (0 if given.height else BLANK_ROWS) if blank_rows is None else blank_rows
    if is_listed and given.height:
        blanks = 0  # a row for every entry is there: there are no others to add
    plan = plan_sheet(form, period, given.height + blanks)
    if unknown := set(given.columns) - {field.name for field in plan.fields}:
        raise ValueError(f"form '{form.form}' has no columns {', '.join(sorted(unknown))} in {period}")
    return plan


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
    sheet: Worksheet, plan: SheetPlan, styles: Styles, unit: UnitLabel, period: str, banner: str | None
) -> None:
    last, (left_end, middle) = plan.last_column, _halves(plan)
    letterhead = [name.upper() for name in (unit.parent_vi, unit.name_vi) if name]
    for row, text in enumerate(letterhead):
        span(sheet, row, 0, row, left_end, text, styles(align="center", bold=row == len(letterhead) - 1))
    right = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
    for row, text in enumerate(right):
        span(sheet, row, middle, row, last, text, styles(align="center", bold=True))
    centred = {
        TITLE_ROW: (plan.form.title_vi, styles(align="center", bold=True, font_size=14)),
        PERIOD_ROW: (period_line(period), styles(align="center")),
        UNIT_ROW: (unit_line(unit), styles(align="center")),
    }
    if banner:
        centred[BANNER_ROW] = (banner, styles(align="center", bold=True, font_color="#C00000"))
    for row, (text, style) in centred.items():
        span(sheet, row - 1, 0, row - 1, last, text, style)
    units = dict.fromkeys(field.unit for field in plan.fields if field.total)
    if words := [UNITS_VI.get(measure, measure) for measure in units if measure]:
        text = f"Đơn vị tính: {', '.join(words)}"
        span(sheet, MEASURE_ROW - 1, middle, MEASURE_ROW - 1, last, text, styles(align="right", italic=True))


def _write_header(sheet: Worksheet, plan: SheetPlan, styles: Styles) -> None:
    top, bottom = HEADER_ROW - 1, HEADER_ROW
    span(sheet, top, 0, bottom, 0, RUNNING_NUMBER, styles.header(OPTIONAL_FILL))
    column = 1
    for group, members in groupby(plan.fields, key=lambda field: field.group_vi):
        fields = list(members)
        if group:
            style = styles.header(OPTIONAL_FILL)
            span(sheet, top, column, top, column + len(fields) - 1, group, style)
        for field in fields:
            style = styles.header(REQUIRED_FILL if field.required else OPTIONAL_FILL)
            span(sheet, bottom if group else top, column, bottom, column, field.label_vi, style)
            column += 1
    numbers = [f"({number})" for number in range(1, plan.last_column + 2)]
    sheet.write_row(NUMBER_ROW - 1, 0, numbers, styles(align="center", italic=True, font_size=9, border=1))
    sheet.set_row(top, 24)
    sheet.set_row(bottom, 48)


def entered(frame: pl.DataFrame, fields: Sequence[FormField]) -> pl.DataFrame:
    """The fields' values as a sender enters them: numbers and dates as such, codes as labels but those of a seed."""
    worded = {f.name for f in fields if f.type in (FieldType.CHOICE, FieldType.BOOLEAN) and not f.listed_in}
    return frame.select(format_field(f).alias(f.name) if f.name in worded else f.name for f in fields)


def _complete(given: pl.DataFrame, fields: Sequence[FormField]) -> pl.DataFrame:
    """All columns of the fields, in their order; those that were not given are empty."""
    blank = pl.DataFrame(schema={field.name: DTYPES[field.type] for field in fields})
    return pl.concat([blank, given], how="diagonal_relaxed")


def _write_rows(sheet: Worksheet, plan: SheetPlan, styles: Styles, frame: pl.DataFrame) -> None:
    """Fill the prepared rows. An empty one has no running number, so that it reads as empty."""
    top = FIRST_DATA_ROW - 1
    blanks = [None] * (plan.last_row - top - frame.height)
    numbers = [*range(1, frame.height + 1), *blanks]
    values = entered(frame, plan.fields)
    sheet.write_column(top, 0, numbers, styles(border=1, align="center", locked=False))
    for column, field in enumerate(plan.fields, start=1):
        sheet.write_column(top, column, [*values[field.name], *blanks], styles.data(field))


def _group_thousands(sheet: Worksheet, plan: SheetPlan, styles: Styles) -> None:
    """Numbers that may have decimals show separators where they are whole: Excel shows long ones as 3,89E+10."""
    grouped = styles(num_format="#,##0")
    for column, field in enumerate(plan.fields, start=1):
        if field.type is FieldType.NUMBER and plan.last_row >= FIRST_DATA_ROW:
            first = f"{xl_col_to_name(column)}{FIRST_DATA_ROW}"
            whole = {"type": "formula", "criteria": f"={first}=INT({first})", "format": grouped}
            sheet.conditional_format(FIRST_DATA_ROW - 1, column, plan.last_row - 1, column, whole)


def _write_total(sheet: Worksheet, plan: SheetPlan, styles: Styles, frame: pl.DataFrame) -> None:
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
    span(sheet, row, 0, row, label_end, TOTAL_LABEL, styles(bold=True, border=1, bg_color=TOTAL_FILL))


def _write_signatures(sheet: Worksheet, plan: SheetPlan, styles: Styles) -> None:
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
        span(sheet, row, middle, row, last, text, style)
    for row, (text, style) in enumerate(left, start=top + 1):
        span(sheet, row, 0, row, left_end, text, style)


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _bounds(field: FormField, lowest: Any) -> dict[str, Any]:
    """Bounds of a number or date for Excel; ``lowest`` stands in where the contract has no minimum."""
    minimum = lowest if field.minimum is None else field.minimum
    if field.maximum is None:
        return {"criteria": ">=", "value": minimum}
    return {"criteria": "between", "minimum": minimum, "maximum": field.maximum}


def _entries(field: FormField, cells: str | None) -> list[str] | str:
    """What a drop-down offers: the labels themselves, or where they stand if Excel would not take them."""
    labels = [choice.label_vi for choice in field.choices] or [YES, NO]
    if len(",".join(labels)) <= LIST_LIMIT and not any("," in label for label in labels):
        return labels
    if cells is None:
        raise ValueError(
            f"field '{field.name}': the labels of its choices fit no drop-down without the guide; "
            f"together they may have {LIST_LIMIT} characters, and none may have a comma"
        )
    return cells


def _validation(field: FormField, cells: str | None) -> dict[str, Any]:
    match field.type:
        case FieldType.CHOICE if field.listed_in:
            # A list in a seed is too long for a cell: without the guide there is no drop-down.
            source = {"validate": "list", "source": cells, "error_message": "Chọn một mã trong danh mục."}
            return source if cells else {"validate": "any"}
        case FieldType.CHOICE | FieldType.BOOLEAN:
            message = "Chọn một giá trị trong danh sách."
            return {"validate": "list", "source": _entries(field, cells), "error_message": message}
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


def _restrict_input(sheet: Worksheet, plan: SheetPlan, lists: Mapping[tuple[str, str], str]) -> None:
    """Drop-downs, bounds and help for the prepared rows; everything else is locked, without password.

    ``lists``: (form, field) → the cells of a code list in the guide.
    """
    if plan.last_row >= FIRST_DATA_ROW:
        for column, field in enumerate(plan.fields, start=1):
            required = "Bắt buộc. " if field.required else ""
            example = f" Ví dụ: {field.example}" if field.example else ""
            options = {
                "input_title": _shorten(field.heading_vi, HELP_TITLE_LIMIT),
                "input_message": _shorten(f"{required}{field.help_vi}{example}", HELP_LIMIT),
                "error_title": "Giá trị không hợp lệ",
                **_validation(field, lists.get((plan.form.form, field.name))),
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
    width = sum(field.width for field in plan.fields)
    sheet.set_paper(PAPER_A4 if width <= WIDEST_ON_A4 else PAPER_A3)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW - 1, NUMBER_ROW - 1)
    sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
    sheet.set_header("&C&P")


def _write_stamp(workbook: Workbook, plans: Sequence[SheetPlan], styles: Styles, unit: UnitLabel, period: str) -> None:
    """The hidden sheet by which intake recognises the workbook: one row per form, all text."""
    sheet = workbook.add_worksheet(STAMP_SHEET)
    sheet.write_row(0, 0, STAMP_COLUMNS, styles(num_format="@"))
    for row, plan in enumerate(plans, start=1):
        stamp = (plan.sheet, plan.form.form, str(plan.layout_version), unit.code, period)
        sheet.write_row(row, 0, stamp, styles(num_format="@"))
    sheet.protect()
    sheet.hide()
