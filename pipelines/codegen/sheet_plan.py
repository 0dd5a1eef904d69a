"""Where everything stands in the sheet of a form, and what its title block says. Writes nothing.

Rows of a sheet, counted as Excel counts: 1–2 letterhead, 3 banner (or empty), 4 title, 5 period,
6 unit, 7 unit of measure, 8–9 header, 10 column numbers, 11… data, then the total row, an empty row
and the signature block. Column A is the running number "TT", the fields follow in contract order.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name

from pipelines import periods
from pipelines.contracts import Form, FormField

RUNNING_NUMBER = "TT"
TOTAL_LABEL = "Tổng cộng"

BANNER_ROW, TITLE_ROW, PERIOD_ROW, UNIT_ROW, MEASURE_ROW = 3, 4, 5, 6, 7
HEADER_ROW, NUMBER_ROW, FIRST_DATA_ROW = 8, 10, 11


@dataclass(frozen=True)
class UnitLabel:
    """A union unit as the title block names it: code, own name, name of the unit above it."""

    code: str
    name_vi: str
    parent_vi: str | None = None


@dataclass(frozen=True)
class SheetPlan:
    """Where things stand in the sheet of a form; rows are 1-based.

    ``last_row`` is the last prepared row; ``total_row`` is None for a form without totals.
    """

    form: Form
    sheet: str
    layout_version: int
    fields: tuple[FormField, ...]
    last_row: int

    @property
    def total_row(self) -> int | None:
        """The row of the sums, directly below the last prepared row."""
        return self.last_row + 1 if any(field.total for field in self.fields) else None

    @property
    def last_column(self) -> int:
        """0-based index of the last column; TT is column 0."""
        return len(self.fields)

    def column(self, field: str) -> int:
        """0-based index of the column of a field; ``ValueError`` if this layout has no such field."""
        return [f.name for f in self.fields].index(field) + 1

    def cell(self, field: str, row: int) -> str:
        """Address of a field in a sheet row, for example ``H11``."""
        return f"{xl_col_to_name(self.column(field))}{row}"


def sheet_name(form: Form) -> str:
    """Name of the sheet: the form's title without "Báo cáo", in sentence case, at most 31 characters."""
    title = form.title_vi.lower().removeprefix("báo cáo ")
    words = title.translate(str.maketrans("[]:*?/\\", " " * 7)).split()
    while len(" ".join(words)) > 31 and len(words) > 1:
        words.pop()
    name = " ".join(words)[:31]
    return name[0].upper() + name[1:]


def period_line(period: str) -> str:
    """The line of the title block that names the period: "Kỳ báo cáo: Quý II năm 2021"."""
    return f"Kỳ báo cáo: {periods.title_vi(period)}"


def unit_line(unit: UnitLabel) -> str:
    """The line of the title block that names the unit: "Đơn vị: LĐLĐ quận Long Biên (mã H004)"."""
    return f"Đơn vị: {unit.name_vi} (mã {unit.code})"


def plan_sheet(form: Form, period: str, row_count: int) -> SheetPlan:
    """Where everything stands in a form's sheet with that many prepared rows."""
    layout = form.layout_for(period)
    return SheetPlan(
        form=form,
        sheet=sheet_name(form),
        layout_version=layout.version,
        fields=form.columns(layout),
        last_row=FIRST_DATA_ROW + row_count - 1,
    )
