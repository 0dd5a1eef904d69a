"""Writes a planned workbook with XlsxWriter: cells, charts, links, and how it looks on screen and on paper."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.reports.site import charts
from pipelines.reports.site.figures import Figure
from pipelines.reports.site.numbers import Lang
from pipelines.reports.site.sentences import Sentence, text
from pipelines.reports.workbook.formats import (
    BASE,
    FONT,
    GROUP_FILL,
    HEADING_FILL,
    LOCALE,
    TOTAL_FILL,
    Formats,
    number_format,
)
from pipelines.reports.workbook.plan import (
    CORNER_ROW,
    FIRST_ROW,
    HEADING_ROW,
    TITLE_ROW,
    Aim,
    Chart,
    Placed,
    Plan,
    Sheet,
    placed,
    plain,
)

_LINE = 15.0
"""Height of a line of text, in points."""
_WIDE = 100
"""From so many characters on a table needs a page on its side."""
_INDEX_COLUMNS = (6, 40, 50)


class _Writer:
    """One workbook being written."""

    def __init__(self, workbook: Workbook, plan: Plan, lang: Lang, version: str):
        self._workbook, self._plan, self._version = workbook, plan, version
        self._lang: Lang = lang
        self._formats = Formats(workbook)

    def write(self) -> None:
        """All sheets: the index, the topics, and the charts after the first topic."""
        index = self._workbook.add_worksheet(self._name("index"))
        topics = [sheet.topic for sheet in self._plan.sheets]
        if self._plan.charts:
            topics.insert(1, "charts")
        sheets = {topic: self._workbook.add_worksheet(self._name(topic)) for topic in topics}
        self._index(index, topics)
        for planned in self._plan.sheets:
            self._topic(sheets[planned.topic], planned)
        if self._plan.charts:
            self._charts(sheets["charts"])
        index.activate()

    def _t(self, key: str) -> str:
        return text(key, self._lang)

    def _name(self, topic: str) -> str:
        return self._t(f"sheet_{topic}")

    def _say(self, sentence: Sentence) -> str:
        return plain(sentence, self._lang)

    def _index(self, sheet: Worksheet, topics: list[str]) -> None:
        width = sum(_INDEX_COLUMNS)
        for column, wide in enumerate(_INDEX_COLUMNS):
            sheet.set_column(column, column, wide)
        sheet.write_string(0, 0, self._t("site_title").upper(), self._formats(bold=True, font_size=16))
        sheet.write_string(1, 0, self._say((self._plan.who, " · ", self._plan.period)), self._formats(bold=True))
        row = 2
        for sentence in (self._plan.as_of, *self._plan.summary):
            self._paragraph(sheet, row, len(_INDEX_COLUMNS), width, self._say(sentence), self._formats(text_wrap=True))
            row += 1
        row += 1
        heading = self._formats(bold=True, border=1, align="center", bg_color=HEADING_FILL)
        for column, key in enumerate(("ordinal", "sheet_column", "unsure_head")):
            sheet.write_string(row, column, self._t(key), heading)
        for place, topic in enumerate(topics, 1):
            sheet.write_number(row + place, 0, place, self._formats(border=1, align="center"))
            link = self._formats(border=1, font_color=charts.BLUE, underline=1)
            sheet.write_url(row + place, 1, _link_to(self._name(topic)), link, self._name(topic))
            sheet.write_string(row + place, 2, self._t(topic), self._formats(border=1, text_wrap=True))
        self._print(sheet, row + len(topics), len(_INDEX_COLUMNS) - 1, is_wide=False)

    def _topic(self, sheet: Worksheet, planned: Sheet) -> None:
        last = len(planned.columns) - 1
        last_row = FIRST_ROW + len(planned.rows) - 1
        for place, column in enumerate(planned.columns):
            sheet.set_column(place, place, column.width)
            style = self._formats(bold=True, align="center", text_wrap=True, border=1, bg_color=HEADING_FILL)
            sheet.write_string(HEADING_ROW, place, self._t(column.heading), style)
        most = max(math.ceil(len(self._t(column.heading)) / (column.width - 1)) for column in planned.columns)
        sheet.set_row(HEADING_ROW, _LINE * (most + 0.5))
        self._head(sheet, self._t(planned.topic))
        if planned.unit:
            corner = self._t("unit_corner").replace("{unit}", planned.unit)
            sheet.write_string(CORNER_ROW, last, corner, self._formats(italic=True, align="right"))
        notes_from = last_row + 2
        heights: dict[int, int] = {}
        for cell in placed(planned, self._plan):
            if cell.row is not None:
                self._cell(sheet, planned, cell)
                if cell.column is not None and cell.column.kind != "ordinal":
                    heights[cell.at[0]] = max(heights.get(cell.at[0], 1), self._lines(cell))
            elif cell.at[0] >= notes_from:
                style = self._formats(text_wrap=True, italic=True, font_size=10)
                self._paragraph(sheet, cell.at[0], last + 1, planned.width * 1.1, self._in_words(cell), style)
            else:
                sheet.write_string(*cell.at, self._in_words(cell), self._formats(bold=cell.at[0] < CORNER_ROW - 1))
        for row, lines in heights.items():
            sheet.set_row(row, _LINE * lines)
        sheet.freeze_panes(FIRST_ROW, planned.frozen)
        if planned.sortable_rows > 1:
            sheet.autofilter(HEADING_ROW, 0, HEADING_ROW + planned.sortable_rows, last)
        sheet.repeat_rows(HEADING_ROW)
        self._print(sheet, max(last_row, last_row + 1 + len(planned.notes)), last, is_wide=planned.width > _WIDE)

    def _head(self, sheet: Worksheet, title: str) -> None:
        sheet.write_string(TITLE_ROW, 0, title.upper(), self._formats(bold=True, font_size=14))
        back = self._formats(font_color=charts.BLUE, underline=1, font_size=10)
        sheet.write_url(CORNER_ROW, 0, _link_to(self._name("index")), back, self._t("back_to_index"))

    def _in_words(self, cell: Placed) -> str:
        return plain(cell.content, self._lang)

    def _paragraph(self, sheet: Worksheet, row: int, columns: int, width: float, words: str, style: Format) -> None:
        """Words over all columns; merged cells have no height of their own, hence the estimate."""
        sheet.merge_range(row, 0, row, columns - 1, words, style)
        sheet.set_row(row, _LINE * max(1, math.ceil(len(words) / width)))

    def _cell(self, sheet: Worksheet, planned: Sheet, cell: Placed) -> None:
        assert cell.row is not None
        down, across = cell.at
        look: dict[str, Any] = {"border": 1}
        if cell.row.kind in ("total", "subtotal", "group"):
            look |= {"bold": True, "bg_color": TOTAL_FILL if cell.row.kind == "total" else GROUP_FILL}
        if cell.column is None:
            style = self._formats(**look)
            sheet.merge_range(down, 0, down, len(planned.columns) - 1, self._in_words(cell), style)
            return
        content = cell.content
        figure, sign = (content.figure, content.sign) if isinstance(content, Aim) else (content, "")
        is_number = isinstance(figure, Figure) and isinstance(figure.value, int | float | dt.date)
        if cell.column.kind == "ordinal":
            style = self._formats(**look, align="center")
            if content is None:
                sheet.write_blank(down, across, None, style)
            else:
                assert isinstance(content, int)
                sheet.write_number(down, across, content, style)
        elif is_number:
            assert isinstance(figure, Figure)
            shown = number_format(figure, self._lang, sign, is_change=cell.column.kind == "change")
            style = self._formats(**look, num_format=shown, align="right")
            if isinstance(figure.value, dt.date):
                sheet.write_datetime(down, across, dt.datetime.combine(figure.value, dt.time()), style)
            else:
                sheet.write_number(down, across, figure.amount, style)
        elif not self._in_words(cell):
            sheet.write_blank(down, across, None, self._formats(**look))
        else:
            look |= {"font_color": charts.GREY, "italic": True, "font_size": 9} if _is_gap(cell) else {}
            look |= {"text_wrap": True}
            look |= {"align": "left", "indent": 1} if cell.column.kind == "text" else {"align": "right"}
            sheet.write_string(down, across, self._in_words(cell), self._formats(**look))

    def _lines(self, cell: Placed) -> int:
        """How many lines the words of a cell take: they are about nine tenths as wide as digits."""
        assert cell.column is not None
        size, width = (0.7, cell.column.width) if _is_gap(cell) else (0.9, cell.column.width - 1)
        return math.ceil(len(self._in_words(cell)) * size / width)

    def _charts(self, sheet: Worksheet) -> None:
        self._head(sheet, self._t("charts"))
        sheet.write_string(1, 0, self._say((self._plan.who, " · ", self._plan.period)), self._formats(bold=True))
        sheet.write_string(2, 0, self._say(self._plan.completeness), self._formats())
        sheet.set_column(0, 9, 9.5)
        row = HEADING_ROW
        for planned in self._plan.charts:
            bars = planned.last - planned.first + 1
            height = 380 if planned.kind == "line" else 70 + 24 * bars
            chart = self._chart(planned)
            chart.set_size({"width": 700, "height": height})
            options = {"description": self._t(f"{planned.key}_alt"), "object_position": 2}
            sheet.insert_chart(row, 0, chart, options)
            row += math.ceil(height / 20) + 1
        sheet.hide_gridlines(2)
        self._print(sheet, row - 1, 9, is_wide=False)

    def _chart(self, planned: Chart) -> Any:
        source = self._plan.sheet(planned.topic)
        rows = (FIRST_ROW + planned.first, FIRST_ROW + planned.last)
        name, is_line = self._name(planned.topic), planned.kind == "line"
        chart = self._workbook.add_chart({"type": planned.kind})
        assert chart is not None
        for heading in planned.series:
            colour = charts.ORANGE if heading == "comparable" else charts.BLUE
            column, labels = source.column(heading), source.column(planned.categories)
            series: dict[str, Any] = {
                "name": [name, HEADING_ROW, column],
                "categories": [name, rows[0], labels, rows[1], labels],
                "values": [name, rows[0], column, rows[1], column],
            }
            if is_line:
                shape = "diamond" if heading == "comparable" else "circle"
                series["line"] = {"color": colour, "width": 2.25} | (
                    {"dash_type": "dash"} if heading == "comparable" else {}
                )
                series["marker"] = {"type": shape, "size": 6, "fill": {"color": colour}, "border": {"color": colour}}
            else:
                labels_format = {"value": True, "num_format": f"{LOCALE[self._lang]}#,##0", "font": _font()}
                series |= {"fill": {"color": colour}, "gap": 40, "data_labels": labels_format}
            chart.add_series(series)
        chart.set_title({"name": self._t(planned.key), "name_font": _font(13, bold=True), "overlay": False})
        if is_line:
            many = planned.last - planned.first + 1
            amounts = {"num_format": f"{LOCALE[self._lang]}#,##0", "num_font": _font(), "min": 0}
            chart.set_x_axis({"num_font": _font(rotation=-45), "interval_unit": math.ceil(many / 12)})
            chart.set_y_axis(amounts | {"name": source.unit, "name_font": _font(), "major_gridlines": _GRID})
            chart.set_legend({"position": "bottom", "font": _font()})
            chart.show_blanks_as("gap")
        else:
            chart.set_x_axis({"visible": False, "min": 0, "major_gridlines": {"visible": False}})
            chart.set_y_axis({"reverse": True, "num_font": _font(), "interval_unit": 1})
            chart.set_legend({"none": True})
        return chart

    def _print(self, sheet: Worksheet, last_row: int, last_column: int, *, is_wide: bool) -> None:
        sheet.set_paper(9)  # A4
        if is_wide:
            sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, last_row, last_column)
        note = self._t("workbook_generated").replace("{version}", self._version)
        font = f'&"{FONT},Regular"&9'
        sheet.set_footer(f"&L{font} {note}&R{font} &P/&N")


_GRID = {"visible": True, "line": {"color": "#D9D9D9"}}


def _is_gap(cell: Placed) -> bool:
    """Whether the cell says that there is no number."""
    return isinstance(cell.content, Figure) and not cell.content.is_known


def _font(size: int = 10, *, bold: bool = False, rotation: int = 0) -> dict[str, Any]:
    return {"name": FONT, "size": size, "bold": bold} | ({"rotation": rotation} if rotation else {})


def _link_to(sheet: str) -> str:
    return f"internal:'{sheet}'!A1"


def write_plan(plan: Plan, path: Path, lang: Lang, version: str, received_on: dt.date) -> None:
    """Write the workbook; the same plan gives the same bytes.

    Args:
        plan: what it holds.
        path: the file; its folder is made if need be.
        lang: the language.
        version: of the published file.
        received_on: the day up to which reports were received; stands as the day on which the workbook was made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {**BASE},  # the writer adds to it
    }
    with xlsxwriter.Workbook(str(path), options) as workbook:
        title = f"{text('site_title', lang)} – {plain(plan.period, lang)}"
        created = dt.datetime.combine(received_on, dt.time(), dt.UTC)
        workbook.set_properties({"title": title, "subject": plain(plan.who, lang), "created": created})
        _Writer(workbook, plan, lang, version).write()
