"""The workbook of a period for leadership: the figures of the report site as an ``.xlsx`` to compute and print with."""

from __future__ import annotations

from pathlib import Path

from pipelines.reports.site.model import Site
from pipelines.reports.workbook.topics import plan_workbook
from pipelines.reports.workbook.writer import write_plan


def write_workbook(site: Site, path: Path) -> None:
    """Write the workbook of a site's period, in its language; the same site gives the same bytes.

    Every number is a figure of the site, so that the two cannot differ; one that is withheld there reads as withheld
    here.

    Args:
        site: what is published, read once.
        path: the file to write; its folder is made if need be.
    """
    received_on = site.read.tables["fct_submission"]["received_on"].item()
    write_plan(plan_workbook(site), path, site.lang, site.read.version, received_on)
