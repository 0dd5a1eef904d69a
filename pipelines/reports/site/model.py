"""What the pages of one site share: the tables by key, the units and their tree, and which figures lead to a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pipelines.contracts import Contracts
from pipelines.contracts.reader_views import load_reader_views
from pipelines.reports.site.figures import Figure, Row, Table, unit_of
from pipelines.reports.site.numbers import Lang
from pipelines.reports.site.sentences import Label
from pipelines.warehouse.lineage import FIGURE
from pipelines.warehouse.report_tables import KEYS, ReportTables

COUNTRY = "VN"
HEADLINES: Mapping[str, str] = {
    "members_total": "value",
    "grassroots_unions": "value",
    "members_admitted": "value_to_date",
    "density_pct": "value",
    "enterprises_over_threshold": "value",
    "enterprises_with_union": "value",
    "enterprise_coverage": "value",
    "agreements_in_force": "value_to_date",
    "agreement_coverage_pct": "value_to_date",
    "workers_covered": "value_to_date",
    "agreements_expiring": "value_to_date",
    "fee_collection_pct": "value_to_date",
    "dues_collection_pct": "value_to_date",
}
"""Indicators that every page states, with the column of ``mart_indicator``: what adds up over a year, or is asked for
in some quarters only, stands as it is to date."""

TraceKey = tuple[str, str, str, int | None]
"""Unit, indicator, span (period, to_date) and threshold of a figure that leads back to its rows."""


@dataclass(frozen=True)
class Site:
    """One site.

    Attributes:
        read: what is published.
        sources: its sources, with ``as_sent``.
        contracts: the forms, for their titles.
        complete_from_pct: below this share of reports a figure is not that of the whole unit.
        lang: the language.
    """

    read: ReportTables
    sources: pl.DataFrame
    contracts: Contracts
    complete_from_pct: float
    lang: Lang

    @property
    def period(self) -> str:
        """The period."""
        return self.read.period

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Public tables by name, indexed by their keys."""
        return {name: Table(name, self.read.tables[name], keys) for name, keys in KEYS.items()}

    @cached_property
    def units(self) -> dict[str, Row]:
        """Rows of ``dim_org_unit`` by code, as they are at the end of the period."""
        rows = self.read.tables["dim_org_unit"].sort("level", "org_unit_code")
        return {row["org_unit_code"]: row for row in rows.iter_rows(named=True)}

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """Units directly below a unit, by code."""
        found: dict[str, list[str]] = {code: [] for code in self.units}
        for code, row in self.units.items():
            if row["parent_code"] in found:
                found[row["parent_code"]].append(code)
        return found

    @cached_property
    def places(self) -> dict[str, Row]:
        """Rows of ``dim_admin_unit`` that have a centre, by code."""
        return {row["code"]: row for row in self.read.tables["dim_admin_unit"].iter_rows(named=True)}

    @cached_property
    def with_pages(self) -> list[str]:
        """The country, and every unit that has a value of some indicator; those above come first."""
        known = pl.any_horizontal(pl.col("value", "value_to_date").is_not_null())
        having = set(self.read.tables["mart_indicator"].filter(known)["org_unit_code"])
        return [code for code in self.units if code in having or code == COUNTRY]

    @cached_property
    def indicators(self) -> dict[str, Row]:
        """Rows of ``dim_indicator`` by code."""
        return {row["indicator_code"]: row for row in self.read.tables["dim_indicator"].iter_rows(named=True)}

    @cached_property
    def threshold(self) -> int | None:
        """The threshold of workers that most units have in common."""
        used = Counter(self.read.tables["mart_indicator"]["threshold"].drop_nulls().sort().to_list())
        return used.most_common(1)[0][0] if used else None

    @cached_property
    def trace_keys(self) -> set[TraceKey]:
        """The figures that have a page of their own."""
        stated = {
            (unit, code, "period" if column == "value" else "to_date", self.threshold_of(code))
            for unit in self.with_pages
            for code, column in HEADLINES.items()
        }
        targets = self.read.tables["mart_target_progress"].select("org_unit_code", "indicator_code", "threshold")
        followed = {(unit, code, "to_date", threshold) for unit, code, threshold in targets.iter_rows()}
        return set(self.sources.select(FIGURE).unique().iter_rows()) & (stated | followed)

    def threshold_of(self, indicator: str) -> int | None:
        """The threshold to read an indicator with, None where it has none."""
        known = self.indicators.get(indicator)
        return self.threshold if known and known["uses_threshold"] else None

    @cached_property
    def _target_sets(self) -> dict[tuple[str, str], Row]:
        rows = self.read.tables["dim_target_set"].iter_rows(named=True)
        return {(row["target_set"], row["org_unit_code"]): row for row in rows}

    def target_set_name(self, target_set: str, *units: str | None) -> Label:
        """The name of a set of the first of the units, or of the country, that has one; its code where none has."""
        found = (self._target_sets.get((target_set, unit)) for unit in (*units, COUNTRY) if unit)
        known = next((row for row in found if row), None)
        if known is None:
            return Label(target_set)
        return Label((known["name_en"] if self.lang == "en" else None) or known["name_vi"])

    def counts_persons(self, indicator: str | None) -> bool:
        """Whether an indicator counts persons; not known is as if it did."""
        known = self.indicators.get(indicator or "")
        return known is None or known["unit"] in load_reader_views().units_of_persons

    def name(self, code: str, page: bool = False) -> Label:
        """The name of a unit; with a link if it has a page and that is asked for."""
        return Label(self.units[code]["name_vi"], unit_page(code) if page and code in self.with_pages else None)

    def indicator_name(self, code: str) -> Label:
        """The name of an indicator."""
        return Label(self.indicators[code]["name_vi" if self.lang == "vi" else "name_en"])

    def measure(self, unit: str, indicator: str, column: str = "", link: bool = True) -> Figure:
        """The value of an indicator of a unit, by default the one of HEADLINES, with a link to its source."""
        column = column or HEADLINES[indicator]
        known = self.indicators.get(indicator)
        threshold = self.threshold_of(indicator)
        figure = self.tables["mart_indicator"].figure(
            column,
            known["unit"] if known else "",
            period=self.period,
            org_unit_code=unit,
            indicator_code=indicator,
            threshold=threshold,
        )
        span = "to_date" if column.endswith("to_date") else "period"
        return figure.leading_to(self.trace_page((unit, indicator, span, threshold))) if link else figure

    def measure_row(self, unit: str, indicator: str) -> Row | None:
        """The row of ``mart_indicator``."""
        key = {"org_unit_code": unit, "indicator_code": indicator, "threshold": self.threshold_of(indicator)}
        return self.tables["mart_indicator"].row(period=self.period, **key)

    def completeness(self, unit: str, indicator: str, column: str = "") -> Figure:
        """How complete the reports behind a figure are."""
        to_date = (column or HEADLINES[indicator]).endswith("to_date")
        name = "completeness_to_date_pct" if to_date else "completeness_pct"
        figure = self.measure(unit, indicator, name, link=False)
        return Figure(figure.value, figure.cells, unit_of(name))

    def of_table(self, table: str, column: str, unit: str = "", **key: Any) -> Figure:
        """A value of another table, of the period unless the key says which."""
        return self.tables[table].figure(column, unit or unit_of(column), **{"period": self.period, **key})

    def trace_page(self, key: TraceKey) -> str | None:
        """The page of a figure, None where it has none."""
        if key not in self.trace_keys:
            return None
        unit, indicator, span, threshold = key
        of_threshold = "" if threshold in (None, self.threshold) else f"-{threshold}"
        return f"figures/{unit}/{indicator}{'-to-date' if span == 'to_date' else ''}{of_threshold}.html"


def unit_page(code: str) -> str:
    """Where the page of a unit stands, from the root of the site."""
    return "index.html" if code == COUNTRY else f"units/{code}.html"


def workbook_name(period: str, lang: Lang) -> str:
    """The workbook beside the first page."""
    return f"{'bao-cao' if lang == 'vi' else 'report'}-{period}.xlsx"


def paper_name(period: str, code: str) -> str:
    """The draft paper of a unit, which stands beside the first page, as its links lead from there."""
    return f"bao-cao-{period}{'' if code == COUNTRY else f'-{code}'}.docx"
