"""The report of a period as a draft paper in Word, by Nghị định 30/2020/NĐ-CP.

It is made of the same ``Site`` and the same sections and sentences as the report site, so that the two cannot differ.
It exists in Vietnamese only: the form, and the language, of such a paper are set by law.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.reports.paper.plan import plan
from pipelines.reports.paper.write import to_bytes
from pipelines.reports.site.model import COUNTRY, Site


def write_paper(site: Site, path: Path, code: str = COUNTRY) -> None:
    """Write the draft paper of a unit, whole or not at all; the same published file gives the same bytes.

    It is a draft: without number, day and signature. Its links lead from the folder of the site to its pages.

    Args:
        site: the site of the period, in Vietnamese.
        path: the ``.docx`` file to write, in the folder that the site is written to.
        code: the unit whose paper it is; it has a page in the site.

    Raises:
        ValueError: the site is in another language.
        KeyError: the unit has no page in the site.
    """
    content = to_bytes(plan(site, code))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
