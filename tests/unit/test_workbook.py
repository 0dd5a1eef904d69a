"""What the workbook shows of a number, and which lines a chart may draw."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.reports.site.figures import TEXT, Cell, Figure
from pipelines.reports.site.numbers import COMPLETENESS, PERCENT, YEAR, Target
from pipelines.reports.site.sentences import Label
from pipelines.reports.workbook.formats import number_format
from pipelines.reports.workbook.plan import FIRST_ROW, Aim, Column, Placed, Plan, Row, Sheet, placed, plain
from pipelines.reports.workbook.topics import charts_of

CELL = (Cell("mart_indicator", "value", (("period", "2025-Q2"),)),)


def figure(value: object, unit: str = "", target: Target | None = None) -> Figure:
    return Figure(value, CELL, unit, target=target)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        (figure(55_799, "person"), "[$-42A]#,##0"),
        (figure(0, "person"), "[$-42A]#,##0"),
        (figure(1_234.5), "[$-42A]#,##0.0"),
        (figure(1_234.567), "[$-42A]#,##0.00"),
        (figure(92.3, PERCENT), "[$-42A]#,##0.0"),
        (figure(100.0, PERCENT), "[$-42A]#,##0.0"),
        (figure(99.96, PERCENT), "[$-42A]#,##0.00"),
        (figure(99.9996, PERCENT), "[$-42A]#,##0.0000"),
        (figure(0.01, PERCENT), "[$-42A]#,##0.00"),
        (figure(6.72, COMPLETENESS), "[$-42A]#,##0.0"),
        (figure(6.78, COMPLETENESS), "[$-42A]#,##0.00"),
        (figure(79.96, PERCENT, Target(">=", 80)), "[$-42A]#,##0.00"),
        (figure(2025, YEAR), "0"),
        (figure(dt.date(2025, 7, 1), TEXT), "[$-42A]dd/mm/yyyy"),
    ],
)
def test_a_number_shows_as_many_digits_as_say_what_the_site_says(shown: Figure, wanted: str) -> None:
    assert number_format(shown, "vi") == wanted


def test_a_target_keeps_its_sign_and_a_change_its_own() -> None:
    assert number_format(figure(70, PERCENT), "vi", "> ") == '[$-42A]"> "#,##0.0'
    assert number_format(figure(374), "en", is_change=True) == "[$-409]+#,##0;[$-409]−#,##0;[$-409]0"


def test_content_in_words() -> None:
    assert plain(figure(None), "vi") == "chưa có số liệu"
    assert plain(Figure(None, CELL, is_withheld=True), "vi") == "số nhỏ, không công bố"
    assert plain(("a ", (figure(1_234.5), Label(" b"))), "vi") == "a 1.234,5 b"
    assert plain(Aim(figure(70, PERCENT), "> "), "vi") == "> 70,0 %"
    assert plain(None, "vi") == ""


COLUMNS = (Column("ordinal", 5, "ordinal"), Column("unit", 20, "text"), Column("actual", 10))


def sheet(*values: Figure) -> Sheet:
    rows = [Row((place, Label(f"Đơn vị {place}"), value)) for place, value in enumerate(values, 1)]
    return Sheet("units", COLUMNS, (Row((None, Label("Tổng số"), figure(9)), "total"), *rows))


def test_bars_are_drawn_of_known_lines_only_and_never_of_the_total() -> None:
    withheld = Figure(None, CELL, is_withheld=True)
    (chart,) = charts_of((sheet(figure(5), figure(0), withheld, figure(None)),))
    assert (chart.first, chart.last) == (1, 2)
    assert charts_of((sheet(figure(5), withheld),)) == (), "one bar compares nothing"


def test_everything_has_an_address() -> None:
    group = Row(((Label("Nhóm"),),), "group")
    planned = Sheet("units", COLUMNS, (group, Row((1, Label("A"), figure(7)))), notes=(("Ghi chú",),))
    plan = Plan((Label("VN"),), (Label("Quý I"),), (), ("đủ",), (), (planned,), ())
    cells = {cell.at: cell for cell in placed(planned, plan)}
    assert cells[(FIRST_ROW, 0)] == Placed((FIRST_ROW, 0), (Label("Nhóm"),), None, group)
    assert cells[(FIRST_ROW + 1, 2)].content == figure(7)
    assert cells[(FIRST_ROW + 3, 0)].content == ("Ghi chú",)
    assert planned.sortable_rows == 0, "sorting would tear the group apart"
    assert sheet(figure(1), figure(2)).sortable_rows == 0, "a total in front would be sorted with the rest"
    lines = sheet(figure(1), figure(2)).rows
    assert Sheet("units", COLUMNS, (*lines[1:], lines[0])).sortable_rows == 2
