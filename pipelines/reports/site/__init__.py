"""The report site of a period: plain HTML files that open from disk, made of the published file alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipelines.contracts import load_contracts
from pipelines.reports.site import sections, standing
from pipelines.reports.site.model import COUNTRY, HEADLINES, Site, unit_page, workbook_name
from pipelines.reports.site.numbers import Lang
from pipelines.reports.site.render import Renderer
from pipelines.reports.site.traces import traces
from pipelines.reports.source_cells import with_text_as_sent
from pipelines.settings import Settings
from pipelines.warehouse.published_state import complete_from_pct
from pipelines.warehouse.report_tables import read_report_tables


def read_site(settings: Settings, period: str | None = None, lang: Lang = "vi") -> Site:
    """Read what the report of a period is made of.

    Args:
        settings: where things are.
        period: the period; None for the newest of which some report is past due and some was accepted.
        lang: the language.

    Raises:
        NotPublishedError: nothing is published yet.
        NoPeriodError: no report is owed for the period, or none has been accepted.
    """
    read = read_report_tables(settings, period, HEADLINES)
    return Site(read, with_text_as_sent(settings, read.sources), load_contracts(), complete_from_pct(), lang)


def write_site(site: Site, folder: Path, papers: Mapping[str, str]) -> None:
    """Write every page and every csv into a new folder.

    Args:
        site: what the pages are made of.
        folder: where to write; it is not there yet.
        papers: file of the draft paper by unit, below the folder; the pages of these units link to it.
    """
    renderer = Renderer(site.lang, standing.opening(site))
    (folder / "units").mkdir(parents=True)
    for code in site.with_pages:
        page = unit_page(code)
        (folder / page).write_text(
            renderer.page("unit.html.j2", page, _unit(site, code, papers.get(code))), encoding="utf-8"
        )
        (folder / "figures" / code).mkdir(parents=True)
        rows = standing.expiring_rows(site, code).select(standing.EXPIRING_COLUMNS)
        if rows.height > sections.SHOWN_AGREEMENTS:
            rows.write_csv(folder / "figures" / code / "expiring.csv", include_bom=True)  # Excel needs the BOM
    for trace in traces(site):
        html = renderer.page("figure.html.j2", trace.page, trace.context | {"csv": Path(trace.page).stem + ".csv"})
        (folder / trace.page).write_text(html, encoding="utf-8")
        trace.rows.write_csv((folder / trace.page).with_suffix(".csv"), include_bom=True)


def _unit(site: Site, code: str, paper: str | None) -> dict[str, object]:
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
        "workbook": workbook_name(site.period, site.lang) if code == COUNTRY else None,
        "paper": paper,
    }
