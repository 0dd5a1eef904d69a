"""The sheet ``HƯỚNG DẪN`` of a template: how to fill it in, columns, code lists and rules, from the contracts.

The code lists stand in cells of their own, so that a drop-down can point at one that Excel would not take inline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from xlsxwriter.utility import xl_col_to_name, xl_range_abs
from xlsxwriter.workbook import Workbook

from pipelines import periods
from pipelines.codegen.sheet_plan import SheetPlan
from pipelines.codegen.wording import applies_vi, by_weight, form_rules, how_to_write
from pipelines.codegen.workbook_styles import OPTIONAL_FILL, REQUIRED_FILL, Styles, span
from pipelines.contracts import Contracts, FieldType, FormField
from pipelines.contracts.vietnamese import UNITS_VI
from pipelines.contracts.workbook import GUIDE_SHEET
from pipelines.due_days import load_due_days

Look = Literal["title", "line", "form", "section", "header", "row", "entry"]

TITLE = "HƯỚNG DẪN ĐIỀN BIỂU MẪU"
ADVICE = (
    "Điền vào các dòng kẻ sẵn dưới tiêu đề bảng. Cột có tiêu đề nền cam là bắt buộc; chỉ vào ô để đọc hướng dẫn.",
    "Giữ nguyên tiêu đề cột và tên trang tính. Thiếu dòng thì chèn dòng phía trên dòng “Tổng cộng”; "
    "thừa dòng thì để trống.",
    "Nhập số liền, không gõ dấu ngăn cách. Ghi 0 nếu không phát sinh; để trống nếu chưa có số liệu.",
    "Ngày ghi theo thứ tự ngày/tháng/năm. Mã số thuế là chữ, giữ số 0 ở đầu.",
    "Dòng “Tổng cộng” tự tính bằng công thức; không gõ số đè lên.",
    "Không ghi họ tên, ngày sinh, số căn cước, số điện thoại của cá nhân.",
)
COLUMNS = ("Cột", "Tiêu đề", "Bắt buộc", "Cách ghi", "Ví dụ")
RULES = ("Mã", "Quy tắc", "Mức độ", "Cách xử lý", "Áp dụng")
WIDTHS = (11, 42, 17, 72, 30)
_ENTRY = 1  # the column of the entries of code lists
_LINE_HEIGHT, _LETTERS = 15, 165  # points; letters of the full width


@dataclass(frozen=True)
class GuideRow:
    """One row of the sheet: how it looks, what its cells say, and the rule whose page its first cell links to."""

    look: Look
    cells: tuple[str, ...]
    rule_code: str | None = None


@dataclass(frozen=True)
class Guide:
    """The rows of the sheet, and where each code list stands: (form, field) → formula of its cells."""

    rows: tuple[GuideRow, ...]
    lists: dict[tuple[str, str], str] = field(default_factory=dict)


def plan_guide(plans: Sequence[SheetPlan], unit: str, period: str, contracts: Contracts) -> Guide:
    """What the guide of a workbook with these sheets says to the unit of that code."""
    rows = [GuideRow("title", (TITLE,)), *(GuideRow("line", (f"• {line}",)) for line in ADVICE)]
    lists: dict[tuple[str, str], str] = {}
    for plan in plans:
        form = plan.form
        due_on = load_due_days().due_on(form.form, period, unit)
        due = f"Hạn gửi: {due_on:%d/%m/%Y}." if due_on else f"{periods.title_vi(period)} không phải gửi biểu mẫu này."
        rows += [
            GuideRow("form", (f"Trang tính “{plan.sheet}”",)),
            GuideRow("line", (f"{form.description_vi} {due}",)),
            GuideRow("section", ("Các cột",)),
            GuideRow("header", COLUMNS),
        ]
        for number, column in enumerate(plan.fields, start=1):
            required = "Bắt buộc" if column.required else ""
            cells = (xl_col_to_name(number), column.heading_vi, required, how_to_write(column), column.example or "")
            rows.append(GuideRow("row", cells))
        for column in plan.fields:
            if column.type is FieldType.CHOICE:
                rows.append(GuideRow("section", (f"Danh mục “{column.heading_vi}”",)))
                first = len(rows)
                rows += [GuideRow("entry", cells) for cells in _entries(column, period)]
                cells_of_list = xl_range_abs(first, _ENTRY, len(rows) - 1, _ENTRY)
                lists[form.form, column.name] = f"='{GUIDE_SHEET}'!{cells_of_list}"
        rules = sorted(form_rules(form, contracts), key=by_weight)
        rows += [GuideRow("section", ("Quy tắc kiểm tra",)), GuideRow("header", RULES)]
        for rule in rules:
            cells = (rule.code, rule.title_vi, rule.severity.label_vi, rule.remedy_vi, applies_vi(rule, form))
            rows.append(GuideRow("row", cells, rule.code))
    return Guide(tuple(rows), lists)


def _entries(column: FormField, period: str) -> list[tuple[str, ...]]:
    """What the cells of a code list say; of a list in a seed the code, its unit and its name, as of the period."""
    if not column.listed_in:
        return [(choice.label_vi,) for choice in column.choices]
    valid = [choice for choice in column.choices if choice.is_valid_in(period)]
    return [(c.code, UNITS_VI.get(c.unit, c.unit) if c.unit else "", c.label_vi) for c in valid]


def write_guide(workbook: Workbook, guide: Guide, styles: Styles, rule_pages_url: str | None) -> None:
    """Add the sheet. ``rule_pages_url``: address of a rule's page, with ``{code}`` where its code stands."""
    sheet = workbook.add_worksheet(GUIDE_SHEET)
    looks = {
        "title": styles(bold=True, font_size=14),
        "line": styles(text_wrap=True),
        "form": styles(bold=True, font_size=12, bg_color=OPTIONAL_FILL),
        "section": styles(bold=True, italic=True),
        "header": styles.header(REQUIRED_FILL),
        "row": styles(border=1, text_wrap=True, valign="top", num_format="@"),
        "entry": styles(border=1, num_format="@"),
    }
    for number, row in enumerate(guide.rows):
        style = looks[row.look]
        if row.look in ("header", "row"):
            sheet.write_row(number, 0, row.cells, style)
        elif row.look == "entry":
            sheet.write_row(number, _ENTRY, row.cells, style)
        else:
            span(sheet, number, 0, number, len(WIDTHS) - 1, row.cells[0], style)
        if row.look == "line":  # no program finds the height of merged cells by itself
            sheet.set_row(number, (1 + len(row.cells[0]) // _LETTERS) * _LINE_HEIGHT + 2)
        elif row.look in ("title", "form"):
            sheet.set_row(number, 22)
        if row.rule_code and rule_pages_url:
            link = styles(border=1, valign="top", underline=1, font_color="#0563C1")
            sheet.write_url(number, 0, rule_pages_url.replace("{code}", row.rule_code), link, row.rule_code)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.set_footer("&C&P")
    sheet.hide_gridlines(2)
    sheet.protect()
