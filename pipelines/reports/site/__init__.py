"""The report site of a period: plain HTML files that open from disk, made of the published file alone."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipelines.contracts import load_contracts
from pipelines.reports.site import sections, standing
from pipelines.reports.site.model import COUNTRY, HEADLINES, Site, unit_page
from pipelines.reports.site.numbers import Lang
from pipelines.reports.site.render import Renderer
from pipelines.reports.site.traces import traces
from pipelines.reports.source_cells import with_text_as_sent
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.warehouse.report_tables import read_report_tables

_OURS = ("index.html", "units", "figures")
"""What a site consists of; anything else in its folder is somebody else's and stays."""


class NotASiteError(FileExistsError):
    """The folder to write to holds a page that is not of a report; the message is its path."""


@dataclass(frozen=True)
class BuiltSite:
    """What was written: the first page, the period, and how many pages there are."""

    index: Path
    period: str
    pages: int


def read_site(settings: Settings, period: str | None = None, lang: Lang = "vi") -> Site:
    """Everything that the reports of a period are made of, read once.

    Args:
        settings: where things are.
        period: the period; None for the newest of which some report is past due and some was accepted.
        lang: the language.

    Raises:
        NotPublishedError: nothing is published yet.
        NoPeriodError: no report is owed for the period, or none has been accepted.
    """
    read = read_report_tables(settings, period, HEADLINES)
    return Site(read, with_text_as_sent(settings, read.sources), load_contracts(), _complete_from_pct(), lang)


def build_site(
    settings: Settings, period: str | None = None, lang: Lang = "vi", folder: Path | None = None
) -> BuiltSite:
    """Write the site of a period, whole or not at all; the same published file gives the same bytes.

    Args:
        settings: where things are.
        period: the period; None for the newest of which some report is past due and some was accepted.
        lang: the language.
        folder: where to write; None for the folder of the period below ``settings.reports``.

    Raises:
        NotPublishedError: nothing is published yet.
        NoPeriodError: no report is owed for the period, or none has been accepted.
        NotASiteError: the folder is something else's.
    """
    site = read_site(settings, period, lang)
    folder = folder or settings.reports / (site.period if lang == "vi" else f"{site.period}-{lang}")
    if (folder / "index.html").exists() and not (folder / "units").exists():
        raise NotASiteError(str(folder / "index.html"))
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        pages = _write(site, beside)
        _put_in_place(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return BuiltSite(folder / "index.html", site.period, pages)


def _complete_from_pct() -> float:
    """The bound below which the marts judge nothing, either."""
    project = yaml.safe_load((PROJECT_DIR / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    return float(project["vars"]["completeness_judged_from_pct"])


def _write(site: Site, folder: Path) -> int:
    renderer = Renderer(site.lang, standing.opening(site))
    pages = 0
    (folder / "units").mkdir(parents=True)
    for code in site.with_pages:
        page = unit_page(code)
        (folder / page).write_text(renderer.page("unit.html.j2", page, _unit(site, code)), encoding="utf-8")
        (folder / "figures" / code).mkdir(parents=True)
        rows = standing.expiring_rows(site, code).select(standing.EXPIRING_COLUMNS)
        if rows.height > sections.SHOWN_AGREEMENTS:
            rows.write_csv(folder / "figures" / code / "expiring.csv", include_bom=True)  # Excel needs the BOM
        pages += 1
    for trace in traces(site):
        html = renderer.page("figure.html.j2", trace.page, trace.context | {"csv": Path(trace.page).stem + ".csv"})
        (folder / trace.page).write_text(html, encoding="utf-8")
        trace.rows.write_csv((folder / trace.page).with_suffix(".csv"), include_bom=True)
        pages += 1
    return pages


def _unit(site: Site, code: str) -> dict[str, object]:
    """What the page of a unit shows."""
    parent = site.units[code]["parent_code"]
    return {
        "code": code,
        "is_country": code == COUNTRY,
        "name": site.name(code),
        "parent": site.name(parent, page=True) if parent in site.units else None,
        "summary": sections.summary(site, code),
        "cards": [
            card | {"note": standing.completeness_note(card["completeness"], site)}
            for card in sections.headlines(site, code)
        ],
        "targets": sections.targets(site, code),
        "trend": sections.trend(site, code),
        "places": sections.places(site, code),
        "below": sections.below(site, code),
        "expiring": standing.expiring(site, code),
        "ranking": standing.ranking(site, code),
        "missing": standing.missing(site, code),
        "unsure": standing.unsure(site, code),
    }


def _put_in_place(beside: Path, folder: Path) -> None:
    """Replace the site in its folder by the one beside it, and keep what else stands there."""
    if folder.exists():
        for other in folder.iterdir():
            if other.name not in _OURS:
                shutil.copytree(other, beside / other.name) if other.is_dir() else shutil.copy2(other, beside)
        old = folder.with_name(f".{folder.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        os.replace(folder, old)
        os.replace(beside, folder)
        shutil.rmtree(old)
    else:
        os.replace(beside, folder)
