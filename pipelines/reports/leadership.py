"""What leadership reads of a period, in one folder: the site, the workbook, and in Vietnamese draft papers.

All three are made of the same ``Site``, so that none can say something else than the others.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.reports.paper import write_paper
from pipelines.reports.site import read_site, write_site
from pipelines.reports.site.model import COUNTRY, Site, paper_name, workbook_name
from pipelines.reports.site.numbers import Lang
from pipelines.reports.workbook import write_workbook
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.warehouse.report_tables import reported_period

_MADE_OF = "made-of.json"
"""Says which publication and which code a report is made of: what is made of the same is not made again."""
_OURS = re.compile(r"index\.html|units|figures|made-of\.json|(bao-cao|report)-\d{4}-Q[1-4](-\w+)?\.(xlsx|docx)")
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
        is_new: whether this was written now; the same had been written before otherwise.
    """

    index: Path
    pages: int
    workbook: Path
    papers: list[Path]
    period: str
    is_new: bool


def build_report(
    settings: Settings,
    period: str | None = None,
    lang: Lang = "vi",
    folder: Path | None = None,
    more_papers_of: Iterable[str] = (),
) -> BuiltReport:
    """Write the report of a period, whole or not at all; the same published file gives the same bytes.

    A report that stands there already and is made of the same version by the same code is left as it is.

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
    period, version = reported_period(settings, period)
    folder = folder or settings.reports / (period if lang == "vi" else f"{period}-{lang}")
    if (folder / "index.html").exists() and not (folder / "units").exists():
        raise NotAReportError(str(folder / "index.html"))
    papers_of = dict.fromkeys((COUNTRY, *more_papers_of)) if lang == "vi" else {}
    workbook, papers = workbook_name(period, lang), {code: paper_name(period, code) for code in papers_of}
    made_of = {"version": version, "code": _code_hash(), "period": period, "lang": lang, "papers": sorted(papers)}
    is_new = not _stands(folder, made_of, [workbook, *papers.values()])
    if is_new:
        _write(read_site(settings, period, lang), folder, papers, made_of)
    return BuiltReport(
        folder / "index.html",
        sum(1 for _ in folder.rglob("*.html")),
        folder / workbook,
        [folder / name for name in papers.values()],
        period,
        is_new,
    )


def _stands(folder: Path, made_of: Mapping[str, object], files: Iterable[str]) -> bool:
    """Whether a whole report that is made of this is there."""
    said = folder / _MADE_OF
    return (
        said.exists()
        and json.loads(said.read_text(encoding="utf-8")) == made_of
        and all((folder / name).exists() for name in ("index.html", *files))
    )


def _code_hash() -> str:
    """What decides, beside the publication, what a report looks like: code, words and templates."""
    digest = hashlib.sha256()
    for path in sorted((PROJECT_DIR / "pipelines").rglob("*.*")):
        if "__pycache__" not in path.parts and path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _write(site: Site, folder: Path, papers: Mapping[str, str], made_of: Mapping[str, object]) -> None:
    if silent := [code for code in papers if code not in site.with_pages]:
        raise NoPaperError(silent[0])
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        write_site(site, beside, papers)
        write_workbook(site, beside / workbook_name(site.period, site.lang))
        for code, name in papers.items():
            write_paper(site, beside / name, code)
        said = {**made_of, "version": site.read.version}  # what was read, if a newer one was published meanwhile
        (beside / _MADE_OF).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
        _put_in_place(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


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
