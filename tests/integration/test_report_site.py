"""The report site of the demo: every number equals the marts, every link leads somewhere."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl
import pytest
import yaml

from pipelines.reports import leadership
from pipelines.reports.leadership import BuiltReport, NotAReportError, build_report
from pipelines.settings import PROJECT_DIR
from tests.conftest import REPORTED, DemoRun, congdoan
from tests.marts import Marts, computed
from tests.site_pages import Page, Shown, number_of
from tests.support import files_of

UNKNOWN = {"vi": "chưa có số liệu", "en": "no data yet"}
WITHHELD = {"vi": "số nhỏ, không công bố", "en": "small, not published"}


@pytest.fixture(scope="module", params=["vi", "en"])
def built(
    request: pytest.FixtureRequest, demo: DemoRun, report: Path, tmp_path_factory: pytest.TempPathFactory
) -> BuiltReport:
    """The site of a period with many units, in either language."""
    folder = report if request.param == "vi" else tmp_path_factory.mktemp("site") / "site"
    return build_report(demo.settings, REPORTED, request.param, folder)


@pytest.fixture(scope="module")
def pages(built: BuiltReport) -> dict[str, Page]:
    """Every page by its place in the site."""
    root = built.index.parent
    return {str(path.relative_to(root)): Page(path) for path in sorted(root.rglob("*.html"))}


@pytest.fixture(scope="module")
def marts(published_warehouse: Path) -> Marts:
    """What a report may say."""
    return Marts(published_warehouse, safe=True)


@pytest.fixture(scope="module")
def whole(published_warehouse: Path) -> Marts:
    """What the data team knows."""
    return Marts(published_warehouse, safe=False)


def expected(figure: Shown, marts: Marts) -> Any:
    """What a figure must show, computed anew."""
    return computed(figure.cells, figure.formula, marts)


def is_shown(value: Any, text: str, lang: str) -> bool:
    """Whether a text is the value: words as they are, numbers as far as they are written."""
    if value is None or text in (UNKNOWN[lang], WITHHELD[lang]):
        return value is None and text in (UNKNOWN[lang], WITHHELD[lang])
    if isinstance(value, dt.date):
        return text == (f"{value:%d/%m/%Y}" if lang == "vi" else f"{value.day} {value:%B %Y}")
    if isinstance(value, str):
        return text == value
    return abs(number_of(text, lang) - value) < (0.1 if text.endswith("%") else 0.005 + 1e-9)


def test_every_figure_of_every_page_is_that_of_its_mart(pages: dict[str, Page], marts: Marts) -> None:
    wrong = [
        f"{name}: {figure.text!r} for {expected(figure, marts)!r} at {figure.cells}"
        for name, page in pages.items()
        for figure in page.figures
        if not is_shown(expected(figure, marts), figure.text, page.lang or "")
    ]
    assert wrong == []
    shown = [figure for page in pages.values() for figure in page.figures]
    assert len(shown) > 5_000
    assert {cell[0] for figure in shown for cell in figure.cells} >= {
        "mart_indicator",
        "mart_membership",
        "mart_target_progress",
        "mart_unit_scorecard",
        "mart_indicator_rank",
        "mart_reporting_rate",
        "fct_agreement",
    }
    assert any(expected(figure, marts) is None for figure in shown), "nothing that is missing was looked at"


def test_what_is_withheld_is_not_shown_as_missing_nor_what_is_missing_as_withheld(
    pages: dict[str, Page], whole: Marts
) -> None:
    shown = [(figure, page.lang or "") for page in pages.values() for figure in page.figures]
    withheld = [figure for figure, lang in shown if figure.text == WITHHELD[lang]]
    missing = [figure for figure, lang in shown if figure.text == UNKNOWN[lang]]
    assert withheld
    assert [figure.cells for figure in withheld if any(whole.value(cell) is None for cell in figure.cells)] == []
    assert [figure.cells for figure in missing if any(whole.value(cell) is not None for cell in figure.cells)] == []


def test_no_small_count_of_persons_is_on_any_page_or_in_any_csv(
    built: BuiltReport, pages: dict[str, Page], whole: Marts, demo: DemoRun
) -> None:
    units = dict(demo.query("select indicator_code, unit from marts.dim_indicator"))
    persons = {code for code, unit in units.items() if unit in ("person", "person_time")}
    counts = {"value", "value_to_date", "actual_value", "members_total"}
    small = [
        (name, figure.text)
        for name, page in pages.items()
        for figure in page.figures
        for cell in figure.cells
        if cell[1] in counts
        and dict(cell[2]).get("indicator_code", "members_total") in persons
        and 0 < (whole.value(cell) or 0) < 5
        and figure.text != WITHHELD[page.lang or ""]
    ]
    assert small == []
    folder = built.index.parent / "figures/VN"
    for name in ("members_total", "members_admitted-to-date", "density_pct", "workers_covered-to-date"):
        rows = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
        assert rows.height > 100
        assert rows["as_sent"].null_count() == rows["value"].null_count() == rows.height, name
    rows = pl.read_csv(folder / "enterprise_coverage.csv", infer_schema=False)
    assert rows["value"].null_count() == 0
    assert rows.filter(field="workers_total")["as_sent"].is_null().all()


def test_a_percentage_is_never_rounded_to_all_or_nothing(pages: dict[str, Page], marts: Marts) -> None:
    whole = [
        (figure.cells, expected(figure, marts))
        for page in pages.values()
        for figure in page.figures
        if figure.text in ("100,0 %", "100.0%", "0,0 %", "0.0%")
    ]
    assert whole
    assert [found for found in whole if found[1] not in (0, 100)] == []


def test_no_number_stands_outside_a_figure(pages: dict[str, Page]) -> None:
    texts = yaml.safe_load((PROJECT_DIR / "pipelines/reports/site/texts.yaml").read_text(encoding="utf-8"))
    for name, page in pages.items():
        fixed = {number for both in texts.values() for number in re.findall(r"\d+", both[page.lang])}
        loose = [words for words in page.words if not set(re.findall(r"\d+", words)) <= fixed]
        assert loose == [], name


def test_the_points_of_a_chart_are_those_of_the_mart(pages: dict[str, Page], demo: DemoRun) -> None:
    page = pages["index.html"]
    drawn = [
        number_of(found[1], page.lang or "")
        for label in page.points
        if (found := re.search(r"(?:đoàn viên|members): ([\d.,]+)", label)) and label.startswith("year")
    ]
    known = demo.query(
        f"select members_total from marts.mart_membership where org_unit_code = 'VN' and period <= '{REPORTED}'"
        " and sector = 'all' and basis || scope in ('as_reportedall', 'current_structurecomparable')"
        " and members_total is not null"
    )
    assert sorted(drawn) == sorted(float(value) for (value,) in known)


def test_every_link_leads_to_a_file_and_every_fragment_to_a_part(built: BuiltReport, pages: dict[str, Page]) -> None:
    root = built.index.parent
    for name, page in pages.items():
        for link in page.links:
            if link.startswith("data:"):
                continue
            assert "//" not in link, f"{name} leads out of the site: {link}"
            path, _, fragment = unquote(link).partition("#")
            target = (page.path.parent / path).resolve() if path else page.path
            assert target.is_file(), f"{name}: {link}"
            assert root.resolve() in target.parents
            assert not fragment or fragment in pages[str(target.relative_to(root.resolve()))].ids, f"{name}: {link}"


def test_the_csv_of_a_figure_adds_up_to_it_and_the_page_shows_its_first_rows(
    built: BuiltReport, pages: dict[str, Page], demo: DemoRun
) -> None:
    parts = {
        (unit, code, column, threshold): dict(zip(("numerator", "denominator"), values, strict=True))
        for unit, code, column, threshold, *values in demo.query(
            "select org_unit_code, indicator_code, 'value', threshold, numerator_value, denominator_value"
            f" from marts.mart_indicator where period = '{REPORTED}' union all"
            " select org_unit_code, indicator_code, 'value_to_date', threshold, numerator_to_date, denominator_to_date"
            f" from marts.mart_indicator where period = '{REPORTED}'"
        )
    }
    looked_at = added_up = 0
    for name, page in pages.items():
        if not name.startswith("figures/"):
            continue
        rows = pl.read_csv((built.index.parent / name).with_suffix(".csv"), infer_schema=False)
        figure = page.figures[0]
        ((_, column, key),) = figure.cells
        sums = dict(rows.group_by("part").agg(pl.col("value").cast(pl.Float64).sum()).iter_rows())
        place = dict(key)
        threshold = int(place["threshold"]) if "threshold" in place else None
        wanted = parts[(place["org_unit_code"], place["indicator_code"], column, threshold)]
        for part, total in sums.items():
            if rows.filter(part=part)["value"].null_count():
                continue  # of persons
            value = number_of(figure.text, page.lang or "") if part == "value" else wanted[part]
            assert total == pytest.approx(value, abs=0.005), name
            added_up += 1
        shown = pl.concat([rows.filter(part=part).head(50) for part in ("value", "numerator", "denominator")])
        cells = page.listed
        for column in ("file_name", "sheet"):
            assert [cell.text for cell in cells if cell.where == column] == shown[column].fill_null("").to_list(), name
        sent = [text for text in shown["as_sent"] if text is not None]
        assert [cell.text for cell in cells if cell.where == "as_sent" and cell.text] == sent, name
        looked_at += 1
    assert looked_at > 500
    assert added_up > 300


def followed_links(index: Path, pages: dict[str, Page]) -> set[str]:
    """The pages of figures that some figure leads to; fails where such a page shows another figure."""
    followed = set()
    for name, page in pages.items():
        for figure in page.figures:
            if figure.href is not None:
                target = str((page.path.parent / figure.href).resolve().relative_to(index.parent.resolve()))
                assert pages[target].figures[0].text == figure.text, f"{name}: {figure.cells}"
                followed.add(target)
    return followed


def test_a_link_beside_a_figure_leads_to_a_page_of_the_same_figure(built: BuiltReport, pages: dict[str, Page]) -> None:
    unseen = {name for name in pages if name.startswith("figures/")} - followed_links(built.index, pages)
    assert all(pages[name].figures[0].text == WITHHELD[pages[name].lang or ""] for name in unseen), unseen


def test_a_target_of_several_years_does_not_lead_to_the_figure_of_one(demo: DemoRun, tmp_path: Path) -> None:
    index = build_report(demo.settings, "2022-Q4", "vi", tmp_path / "site").index
    pages = {str(path.relative_to(index.parent)): Page(path) for path in sorted(index.parent.rglob("*.html"))}
    assert followed_links(index, pages)
    admitted = ("target_set", "ĐH-XII-QT")
    shown = [
        f for f in pages["units/T45.html"].figures if f.cells[0][1] == "actual_value" and admitted in f.cells[0][2]
    ]
    assert [figure.href for figure in shown] == [None]


def test_headline_figures_lead_to_their_source(pages: dict[str, Page]) -> None:
    for name in ("index.html", "units/T06.html", "units/H461.html"):
        linked = {figure.cells[0][2] for figure in pages[name].figures if figure.href}
        assert len(linked) > 10, name


@pytest.mark.slow
def test_the_same_publication_gives_the_same_bytes_wherever_and_whenever(
    demo: DemoRun, report: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    words = ["report", "--period", REPORTED, "-o", str(there), "--data-dir", str(demo.settings.root)]
    subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *words],
        cwd=PROJECT_DIR,
        env=os.environ | {"TZ": "Pacific/Honolulu", "PYTHONHASHSEED": "7", "LC_ALL": "C"},
        check=True,
    )
    assert files_of(report) == files_of(there)


def test_a_second_build_replaces_the_first_and_keeps_what_others_put_there_and_a_third_has_nothing_to_do(
    demo: DemoRun, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reports" / "2025-Q3"
    shutil.copytree(report, folder)
    (folder / "bao-cao.xlsx").write_bytes(b"somebody else's")
    second = build_report(demo.settings, "2025-Q3", "vi", folder)
    assert second.is_new
    assert (folder / "bao-cao.xlsx").read_bytes() == b"somebody else's"
    assert not (folder / "units" / "H461.html").exists(), "districts have gone with the third quarter"
    assert [path.name for path in folder.parent.iterdir()] == ["2025-Q3"]

    def read_nothing(*_: object) -> None:
        raise AssertionError("it is made again")

    monkeypatch.setattr(leadership, "read_site", read_nothing)
    assert build_report(demo.settings, "2025-Q3", "vi", folder) == replace(second, is_new=False)
    second.workbook.unlink()
    with pytest.raises(AssertionError, match="made again"):
        build_report(demo.settings, "2025-Q3", "vi", folder)


def test_a_folder_with_another_page_is_left_alone(demo: DemoRun, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(NotAReportError):
        build_report(demo.settings, REPORTED, "vi", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_headings_of_a_page_follow_each_other(built: BuiltReport) -> None:
    for path in sorted(built.index.parent.rglob("*.html"))[:60]:
        levels = [int(level) for level in re.findall(r"<h([1-6])", path.read_text(encoding="utf-8"))]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


def test_no_line_begins_with_a_percent_sign(report: Path) -> None:
    page = (report / "index.html").read_text(encoding="utf-8")
    assert "\N{NO-BREAK SPACE}%" in page and " %" not in page


def test_a_period_without_reports_says_so(demo: DemoRun, tmp_path: Path) -> None:
    page = Page(build_report(demo.settings, "2024-Q1", "vi", tmp_path / "site").index)
    assert any("Chưa có báo cáo đoàn viên nào" in words for words in page.words)
    members = [figure for figure in page.figures if figure.cells[0][1] == "members_total"]
    assert {figure.text for figure in members if dict(figure.cells[0][2])["period"] == "2024-Q1"} == {UNKNOWN["vi"]}


def test_the_command_says_what_it_cannot_do(demo: DemoRun, tmp_path: Path) -> None:
    data = ["--data-dir", demo.settings.root]
    congdoan("report", "--period", "2031-Q1", *data, "-o", tmp_path / "a", expect=2)
    congdoan("report", "--lang", "fr", *data, "-o", tmp_path / "a", expect=2)
    congdoan("report", "--data-dir", tmp_path / "empty", expect=1)
    assert [path.name for path in tmp_path.iterdir()] == []


def test_the_newest_period_that_is_due_is_the_one_reported(demo: DemoRun, tmp_path: Path) -> None:
    reported = "state in ('on_time', 'late') and is_past_due"
    ((newest,),) = demo.query(f"select max(period) from marts.fct_report_due where {reported}")
    assert build_report(demo.settings, None, "en", tmp_path / "site").period == newest
