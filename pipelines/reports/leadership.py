"""What leadership reads of a period, in one folder: the site, the workbook, and in Vietnamese draft papers.

All three are made of the same ``Site``, so that none can say something else than the others.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipelines.reports.paper import write_paper
from pipelines.reports.site import read_site, write_site
from pipelines.reports.site.model import COUNTRY, paper_name, workbook_name
from pipelines.reports.site.numbers import Lang
from pipelines.reports.workbook import write_workbook
from pipelines.settings import Settings

_OURS = re.compile(r"index\.html|units|figures|(bao-cao|report)-\d{4}-Q[1-4](-\w+)?\.(xlsx|docx)")
"""What a report consists of; anything else in its folder is somebody else's and stays."""


class NotAReportError(FileExistsError):
    """The folder to write to holds a page that is not of a report; the message is its path."""


class NoPaperError(LookupError):
    """The unit (the message) has reported nothing that a paper could state."""


@dataclass(frozen=True)
class BuiltReport:
    """What was written.

    Attributes:
        index: the first page of the site.
        pages: how many pages the site has.
        workbook: the workbook.
        papers: the draft papers; none in English, as papers of the union are Vietnamese.
        period: the period.
    """

    index: Path
    pages: int
    workbook: Path
    papers: list[Path]
    period: str


def build_report(
    settings: Settings,
    period: str | None = None,
    lang: Lang = "vi",
    folder: Path | None = None,
    more_papers_of: Iterable[str] = (),
) -> BuiltReport:
    """Write the report of a period, whole or not at all; the same published file gives the same bytes.

    Args:
        settings: where things are.
        period: the period; None for the newest of which some report is past due and some was accepted.
        lang: the language.
        folder: where to write; None for the folder of the period below ``settings.reports``.
        more_papers_of: units to write a draft paper for, besides that of the country.

    Raises:
        NotPublishedError: nothing is published yet.
        NoPeriodError: no report is owed for the period, or none has been accepted.
        NoPaperError: a unit has nothing to put into a paper.
        NotAReportError: the folder is something else's.
    """
    site = read_site(settings, period, lang)
    folder = folder or settings.reports / (site.period if lang == "vi" else f"{site.period}-{lang}")
    if (folder / "index.html").exists() and not (folder / "units").exists():
        raise NotAReportError(str(folder / "index.html"))
    papers_of = dict.fromkeys((COUNTRY, *more_papers_of)) if lang == "vi" else {}
    if silent := [code for code in papers_of if code not in site.with_pages]:
        raise NoPaperError(silent[0])
    papers = {code: paper_name(site.period, code) for code in papers_of}
    workbook = workbook_name(site)
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        pages = write_site(site, beside, papers)
        write_workbook(site, beside / workbook)
        for code, name in papers.items():
            write_paper(site, beside / name, code)
        _put_in_place(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return BuiltReport(
        folder / "index.html", pages, folder / workbook, [folder / name for name in papers.values()], site.period
    )


def _put_in_place(beside: Path, folder: Path) -> None:
    """Replace the report in its folder by the one beside it, and keep what else stands there."""
    if folder.exists():
        for other in folder.iterdir():
            if not _OURS.fullmatch(other.name):
                shutil.copytree(other, beside / other.name) if other.is_dir() else shutil.copy2(other, beside)
        old = folder.with_name(f".{folder.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        os.replace(folder, old)
        os.replace(beside, folder)
        shutil.rmtree(old)
    else:
        os.replace(beside, folder)
