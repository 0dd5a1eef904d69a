"""The workbook of the demo for leadership: every number in the file equals the marts, and it prints and reads well."""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.reports.site import read_site
from pipelines.reports.site.figures import TEXT, Figure
from pipelines.reports.site.model import Site
from pipelines.reports.site.numbers import YEAR, written
from pipelines.reports.site.sentences import text
from pipelines.reports.workbook import write_workbook
from pipelines.reports.workbook.members import PROGRESS
from pipelines.reports.workbook.plan import (
    COMPLETENESS_ROW,
    FIRST_ROW,
    HEADING_ROW,
    Aim,
    Content,
    Placed,
    Plan,
    Sheet,
    placed,
    plain,
)
from pipelines.reports.workbook.topics import plan_workbook
from tests.conftest import DemoRun
from tests.marts import Marts, computed
from tests.site_pages import number_of

SOFFICE = shutil.which("soffice")
NUMBER = {
    "vi": re.compile(r"[+−]?\d{1,3}(\.\d{3})*(,\d+)?"),
    "en": re.compile(r"[+−]?\d{1,3}(,\d{3})*(\.\d+)?"),
}


@dataclass(frozen=True)
class Made:
    """A workbook, with what it was made of."""

    site: Site
    plan: Plan
    path: Path
    book: Workbook

    def figures(self) -> Iterator[tuple[Sheet, Placed, Figure, Any]]:
        """Every cell that shows one figure, with the figure and what the file holds there."""
        for sheet, cell, value in self.cells():
            if (figure := figure_of(cell.content)) is not None:
                yield sheet, cell, figure, value

    def cells(self) -> Iterator[tuple[Sheet, Placed, Any]]:
        """Every planned cell with what the file holds there."""
        for sheet in self.plan.sheets:
            written_sheet = self.book[text(f"sheet_{sheet.topic}", self.site.lang)]
            for cell in placed(sheet, self.plan):
                row, column = cell.at
                yield sheet, cell, written_sheet.cell(row + 1, column + 1).value


def figure_of(content: Content) -> Figure | None:
    """The figure that a cell shows and nothing else."""
    figure = content.figure if isinstance(content, Aim) else content
    return figure if isinstance(figure, Figure) else None


def said(content: Content) -> Iterator[Figure]:
    """All figures of a cell, those in sentences as well."""
    if isinstance(content, tuple):
        for part in content:
            yield from said(part)
    elif (figure := figure_of(content)) is not None:
        yield figure


def anew(figure: Figure, marts: Marts) -> Any:
    """The value of a figure, computed anew."""
    return computed([(cell.table, cell.column, cell.key) for cell in figure.cells], figure.formula, marts)


@pytest.fixture(scope="module", params=[("2023-Q4", "vi"), ("2025-Q3", "en")], ids=lambda param: "-".join(param))
def made(request: pytest.FixtureRequest, demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A period before the reform in Vietnamese and one after it in English."""
    site = read_site(demo.settings, *request.param)
    path = tmp_path_factory.mktemp("workbook") / "report.xlsx"
    write_workbook(site, path)
    return Made(site, plan_workbook(site), path, openpyxl.load_workbook(path))


@pytest.fixture(scope="module")
def marts(published_warehouse: Path) -> Marts:
    """What a report may say."""
    return Marts(published_warehouse, safe=True)


@pytest.fixture(scope="module")
def whole(published_warehouse: Path) -> Marts:
    """What the data team knows."""
    return Marts(published_warehouse, safe=False)


def is_held(value: Any, wanted: Any, lang: str) -> bool:
    """Whether a cell of the file holds a value of the marts: numbers as numbers, days as days, words as they are."""
    if wanted is None:
        return value in (text("unknown", lang), text("withheld", lang))  # type: ignore[arg-type]
    if isinstance(wanted, dt.date):
        return isinstance(value, dt.datetime) and value.date() == wanted
    if isinstance(wanted, str):
        return value == wanted
    return isinstance(value, int | float) and value == pytest.approx(wanted, rel=1e-14, abs=0)


def test_every_figure_in_the_file_is_that_of_its_mart(made: Made, marts: Marts) -> None:
    wrong = [
        f"{sheet.topic} {cell.at}: {value!r} for {anew(figure, marts)!r} at {figure.cells}"
        for sheet, cell, figure, value in made.figures()
        if not is_held(value, anew(figure, marts), made.site.lang)
    ]
    assert wrong == []
    tables = {cell.table for *_, figure, _ in made.figures() for cell in figure.cells}
    assert tables >= {
        "mart_indicator",
        "mart_membership",
        "mart_target_progress",
        "mart_unit_scorecard",
        "mart_reporting_rate",
        "fct_agreement",
    }
    assert sum(isinstance(value, int | float) for *_, value in made.figures()) > 400
    assert {figure.formula for *_, figure, _ in made.figures()} >= {"value", "sum"}


def test_every_figure_in_a_sentence_is_that_of_its_mart(made: Made, marts: Marts) -> None:
    sentences = [(cell, value) for _, cell, value in made.cells() if isinstance(cell.content, tuple)]
    assert [value for cell, value in sentences if (value or "") != plain(cell.content, made.site.lang)] == []
    index = [row[0].value for row in made.book.worksheets[0].iter_rows()]
    assert [s for s in made.plan.summary if plain(s, made.site.lang) not in index] == []
    figures = [figure for cell, _ in sentences for figure in said(cell.content)]
    figures += [figure for sentence in made.plan.summary for figure in said(sentence)]
    assert len(figures) > 40
    assert [figure for figure in figures if figure.value != anew(figure, marts)] == []


def test_every_number_in_the_file_is_a_planned_figure_or_an_ordinal(made: Made) -> None:
    planned = {(text(f"sheet_{sheet.topic}", made.site.lang), cell.at): cell.content for sheet, cell, _ in made.cells()}
    index, *others = made.book.worksheets
    for row in index.iter_rows():
        assert [cell.value for cell in row[1:] if isinstance(cell.value, int | float)] == []
    ordinals = 0
    for sheet in others:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{sheet.title} {cell.coordinate} is a formula"
                if isinstance(cell.value, int | float | dt.datetime):
                    content = planned[(sheet.title, (cell.row - 1, cell.column - 1))]
                    if isinstance(content, int):
                        assert cell.column == 1
                        ordinals += 1
                    else:
                        assert figure_of(content) is not None, f"{sheet.title} {cell.coordinate}"
    assert ordinals > 100


def test_progress_is_stated_in_the_columns_that_leaders_expect(made: Made) -> None:
    wanted = [text(heading, made.site.lang) for heading in PROGRESS]
    if made.site.lang == "vi":
        domain = "TT · Đơn vị · Kế hoạch · Thực hiện · % KH · Cùng kỳ · So cùng kỳ · Xếp hạng · Ghi chú"
        assert wanted == domain.split(" · ")
    for topic in ("targets", "units", "reporters"):
        sheet = made.book[text(f"sheet_{topic}", made.site.lang)]
        headings = [cell.value for cell in sheet[HEADING_ROW + 1]]
        assert [heading for heading in headings if heading in wanted] == wanted
    units = made.plan.sheet("units")
    provinces = len(made.site.children["VN"])
    assert [row.kind for row in units.rows] == ["line"] * provinces + ["total"]
    written = made.book[text("sheet_units", made.site.lang)]
    assert written.auto_filter.ref.endswith(str(HEADING_ROW + 1 + provinces)), "the total is not sorted with the rest"
    corner = written.cell(HEADING_ROW, len(units.columns)).value
    assert corner == text("unit_corner", made.site.lang).replace("{unit}", units.unit)


def test_the_change_on_the_year_is_the_difference_of_the_two_columns_beside_it(made: Made) -> None:
    compared = 0
    for topic in ("units", "reporters"):
        sheet = made.plan.sheet(topic)
        places = [sheet.column(heading) for heading in ("now_comparable", "year_ago", "change_on_year")]
        for row in sheet.rows:
            now, then, change = (figure_of(row.cells[place]) for place in places)
            if now is None or then is None or change is None:
                assert now is then is change is None
                continue
            assert change.amount == now.amount - then.amount
            periods = [dict(figure.cells[0].key)["period"] for figure in (now, then)]
            assert periods[0] == made.site.period
            assert int(periods[1][:4]) == int(periods[0][:4]) - 1
            assert periods[1][4:] == periods[0][4:]
            compared += 1
    if made.site.period == "2023-Q4":
        assert compared > 5


def test_what_is_withheld_reads_so_and_its_number_is_nowhere_in_its_row(made: Made, whole: Marts) -> None:
    withheld = [(sheet, cell, figure, value) for sheet, cell, figure, value in made.figures() if figure.is_withheld]
    assert len(withheld) > 5
    for sheet, cell, figure, value in withheld:
        assert value == text("withheld", made.site.lang), f"{sheet.topic} {cell.at}"
        assert whole.value((figure.cells[0].table, figure.cells[0].column, figure.cells[0].key)) is not None
    missing = [figure for *_, figure, value in made.figures() if value == text("unknown", made.site.lang)]
    assert missing
    known = [
        figure.cells for figure in missing for c in figure.cells if whole.value((c.table, c.column, c.key)) is not None
    ]
    assert known == []


def test_no_small_count_of_persons_is_in_the_file(made: Made, whole: Marts) -> None:
    counts = {"value", "value_to_date", "actual_value", "members_total"}
    small = [
        (sheet.topic, cell.at, value)
        for sheet, cell, figure, value in made.figures()
        for at in figure.cells
        if at.column in counts
        and made.site.counts_persons(dict(at.key).get("indicator_code", "members_total"))
        and 0 < (whole.value((at.table, at.column, at.key)) or 0) < 5
        and value != text("withheld", made.site.lang)
    ]
    assert small == []


def test_it_prints_on_a4_with_repeated_headings_and_page_numbers(made: Made) -> None:
    index, *others = made.book.worksheets
    for sheet in made.book.worksheets:
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToWidth in (1, None)
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "&P/&N" in sheet.oddFooter.right.text + (sheet.oddFooter.center.text or "")
        assert made.site.read.version in sheet.oddFooter.left.text
        _, _, right, bottom = range_boundaries(sheet.print_area.split("!")[1])
        assert right >= sheet.max_column
        assert bottom >= sheet.max_row
    for sheet in made.plan.sheets:
        printed = made.book[text(f"sheet_{sheet.topic}", made.site.lang)]
        assert printed.print_title_rows == f"${HEADING_ROW + 1}:${HEADING_ROW + 1}"
        assert printed.page_setup.orientation == ("landscape" if sheet.width > 100 else "portrait")
        assert printed.freeze_panes.endswith(str(FIRST_ROW + 1))
        assert printed.cell(COMPLETENESS_ROW + 1, 1).value == plain(made.plan.completeness, made.site.lang)
    fonts = {cell.font.name for sheet in made.book.worksheets for row in sheet.iter_rows() for cell in row}
    assert fonts == {"Times New Roman"}
    with zipfile.ZipFile(made.path) as archive:
        styles = archive.read("xl/styles.xml").decode()
    assert set(re.findall(r'<name val="([^"]+)"', styles)) == {"Times New Roman"}
    assert not re.search(r'<scheme val="m', styles), "the theme would set another font"
    names = [sheet.title for sheet in others]
    assert links_of(index) == names
    for sheet in others:
        assert links_of(sheet) == [index.title]


def links_of(sheet: Worksheet) -> list[str]:
    """The sheets that the links of a sheet lead to."""
    places = [cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    return [place.removesuffix("!A1").strip("'") for place in places]


def test_charts_have_alternative_text_and_draw_only_numbers(made: Made) -> None:
    with zipfile.ZipFile(made.path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    (drawing,) = (part for name, part in parts.items() if name.startswith("xl/drawings/drawing"))
    charts = [parts[f"xl/charts/chart{number}.xml"] for number in (1, 2)]
    assert re.findall(r'descr="([^"]+)"', drawing) == [
        text(f"{key}_alt", made.site.lang) for key in ("chart_trend", "chart_units")
    ]
    assert {"0072B2", "D55E00"} <= set(re.findall(r'srgbClr val="(\w+)"', charts[0]))
    drawn = 0
    for chart in charts:
        for reference in re.findall(r"<c:val><c:numRef><c:f>([^<]+)</c:f>", chart):
            name, _, area = reference.rpartition("!")
            cells = [cell for row in made.book[name.strip("'")][area.replace("$", "")] for cell in row]
            assert [cell.value for cell in cells if isinstance(cell.value, str)] == [], "words are drawn as 0"
            drawn += sum(cell.value is not None for cell in cells)
    assert drawn > 20


def test_the_same_site_gives_the_same_bytes_dated_by_its_data(made: Made, tmp_path: Path) -> None:
    again = tmp_path / "new" / "again.xlsx"
    write_workbook(made.site, again)
    assert again.read_bytes() == made.path.read_bytes()
    received = made.site.read.tables["fct_submission"]["received_on"].item()
    assert made.book.properties.created.date() == received
    assert made.book.properties.modified.date() == received


@pytest.mark.libreoffice
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_shows_numbers_as_readers_of_the_language_write_them(made: Made, tmp_path: Path) -> None:
    assert SOFFICE is not None
    as_shown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for kind in (as_shown, "pdf"):
        command = [SOFFICE, profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path), str(made.path)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    lang = made.site.lang
    shown: dict[str, list[list[str]]] = {}
    for sheet in made.plan.sheets:
        path = tmp_path / f"report-{text(f'sheet_{sheet.topic}', lang)}.csv"
        shown[sheet.topic] = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    looked_at = 0
    for sheet, cell, figure, _ in made.figures():
        words = shown[sheet.topic][cell.at[0]][cell.at[1]]
        if not figure.is_known or figure.unit in (TEXT, YEAR):
            assert words == plain(figure, lang)
            continue
        sign = cell.content.sign if isinstance(cell.content, Aim) else ""
        assert words.startswith(sign)
        bare = words.removeprefix(sign)
        assert NUMBER[lang].fullmatch(bare), f"{sheet.topic} {cell.at}: {words!r}"
        assert written(number_of(bare, lang), figure.unit, lang, figure.target) == plain(figure, lang)
        looked_at += 1
    assert looked_at > 400
