"""Figures picked at random from the pages of a report are computed anew from the files as they were sent."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from pipelines import periods
from pipelines.reports.site.model import HEADLINES
from pipelines.settings import Settings
from pipelines.warehouse.lineage import FIGURE
from pipelines.warehouse.report_tables import read_report_tables
from tests.conftest import REPORTED, DemoRun
from tests.site_pages import Page, number_of

FIGURES = 200
DUE = {"fee_collection_pct": 0.02, "dues_collection_pct": 0.01}
"""Share of the wages that was due until the second quarter of 2025, by law and charter."""


class SentFiles:
    """The cells of received files, read with nothing of the product's."""

    def __init__(self, settings: Settings):
        self._raw = settings.raw / "files"

    @cache  # noqa: B019 -- lives as long as the test
    def _sheets(self, sha256: str) -> Mapping[str, Any]:
        (path,) = (self._raw / sha256[:2]).glob(f"{sha256}.*")
        return openpyxl.load_workbook(path, data_only=True)

    def cell(self, sha256: str, sheet: str, address: str) -> Any:
        """What the cell says."""
        return self._sheets(sha256)[sheet][address].value


def brought(sent: Any, row: Mapping[str, Any], indicator: str, threshold: int | None) -> float:
    """What a cell brings to a figure: its number, or 1 where it is counted. Fails where it can be neither."""
    assert sent not in (None, ""), f"an empty cell brings {row['value']}: {row}"
    if row["fact"] == "fct_enterprise" and row["field"] == "workers_total" and threshold is not None:
        assert (sent >= threshold) == row["value"], f"{sent} against {threshold}: {row}"
        return float(sent >= threshold)
    if isinstance(sent, dt.datetime):
        end = periods.ends_on(row["period"])
        is_counted = end <= sent.date()
        if indicator == "agreements_expiring":
            two_quarters_on = periods.ends_on(periods.following(periods.following(row["period"])))
            is_counted = end <= sent.date() <= two_quarters_on
        # one that expires later may be in force only after the cut-off
        known = (is_counted,) if indicator == "agreements_expiring" else (0, is_counted)
        assert row["value"] in known, f"{sent:%d/%m/%Y} brings {row['value']}: {row}"
        return row["value"]
    if row["part"] == "denominator" and indicator in DUE:
        sent *= DUE[indicator]
    if isinstance(sent, int | float) and sent == pytest.approx(row["value"]):
        return float(sent)
    counted = (1.0,) if isinstance(sent, int | float) else (0.0, 1.0)  # a row that is looked at need not be counted
    assert row["value"] in counted, f"{sent!r} brings {row['value']}: {row}"
    return row["value"]


def recomputed(files: SentFiles, rows: pl.DataFrame, place: Mapping[str, str], per: Mapping[str, float]) -> float:
    """A figure from the cells that it rests on."""
    threshold = int(place["threshold"]) if "threshold" in place else None
    sums: dict[str, float] = defaultdict(float)
    for row in rows.iter_rows(named=True):
        sent = files.cell(row["sha256"], row["sheet"], row["cell"])
        sums[row["part"]] += brought(sent, row, place["indicator_code"], threshold)
    if "value" in sums:
        return sums["value"]
    return per[place["indicator_code"]] * sums["numerator"] / sums["denominator"]


@pytest.mark.slow
def test_two_hundred_random_figures_of_the_pages_agree_with_the_files(demo: DemoRun, report: Path) -> None:
    pages = [Page(report / "index.html"), *(Page(path) for path in sorted((report / "units").glob("*.html")))]
    shown = [figure for page in pages for figure in page.figures if figure.href and figure.kind == "fig"]
    leading = {figure.cells[0]: figure.text for figure in shown if figure.cells[0][0] == "mart_indicator"}
    sources = read_report_tables(demo.settings, REPORTED, HEADLINES).sources.partition_by(FIGURE, as_dict=True)
    per = dict(demo.query("select indicator_code, per from marts.dim_indicator where per is not null"))
    files, wrong = SentFiles(demo.settings), []
    chosen = random.Random(2026).sample(sorted(leading), FIGURES)
    for cell in chosen:
        _, column, key = cell
        place, text = dict(key), leading[cell]
        span = "to_date" if column == "value_to_date" else "period"
        threshold = int(place["threshold"]) if "threshold" in place else None
        rows = sources[(place["org_unit_code"], place["indicator_code"], span, threshold)]
        value = recomputed(files, rows, place, per)
        if abs(number_of(text, "vi") - value) >= (0.1 if text.endswith("%") else 0.005):
            wrong.append(f"{text} for {value} at {cell}")
    assert wrong == []
    assert {dict(cell[2])["indicator_code"] for cell in chosen} >= {
        "members_total",
        "enterprise_coverage",
        "agreement_coverage_pct",
        "workers_covered",
    }
