"""The page of a figure: the rows that it rests on, with their cells, the largest first; a csv beside it has all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.reports.site.figures import Figure
from pipelines.reports.site.model import Site, TraceKey
from pipelines.reports.site.sentences import Label, period_label
from pipelines.warehouse.lineage import FIGURE

SHOWN = 50
_PARTS = ("value", "numerator", "denominator")
_COLUMNS = ("part", "value", "file_name", "sheet", "cell", "as_sent", "row", "org_unit_code", "period", "fact", "field")
_CSV_COLUMNS = (*_COLUMNS, "submission_id", "sha256")


@dataclass(frozen=True)
class Trace:
    """One page.

    Attributes:
        page: where it stands, from the root of the site; the csv has the same name.
        context: what the template needs.
        rows: the whole list.
    """

    page: str
    context: dict[str, Any]
    rows: pl.DataFrame


def traces(site: Site) -> Iterator[Trace]:
    """The pages of all figures that have one, in the order of their keys."""
    for key, rows in site.sources.group_by(FIGURE, maintain_order=True):
        unit, indicator, span, threshold = key
        figure_key: TraceKey = (str(unit), str(indicator), str(span), threshold)  # type: ignore[assignment]
        page = site.trace_page(figure_key)
        if page is not None:
            yield Trace(page, _context(site, figure_key, rows), rows.select(_CSV_COLUMNS))


def _context(site: Site, key: TraceKey, rows: pl.DataFrame) -> dict[str, Any]:
    unit, indicator, span, threshold = key
    known = site.indicators[indicator]
    column = "value_to_date" if span == "to_date" else "value"
    figure = site.tables["mart_indicator"].figure(
        column, known["unit"], period=site.period, org_unit_code=unit, indicator_code=indicator, threshold=threshold
    )
    return {
        "name": site.indicator_name(indicator),
        "unit": site.name(unit, page=True),
        "figure": figure,
        "since_january": known["aggregation_over_time"] == "sum" and span == "to_date",
        "period": period_label(site.period, site.lang),
        "definition": Label(known["definition"]),
        "parts": [_part(part, of_part) for part in _PARTS if (of_part := rows.filter(part=part)).height],
        "command": Label(_command(figure)),
        "has_more": rows.height > SHOWN,
    }


def _part(part: str, rows: pl.DataFrame) -> dict[str, Any]:
    """The first rows of a part; their sum is one over the csv, not a cell of a mart."""
    return {
        "part": part,
        "sum": rows["value"].sum(),
        "count": rows.height,
        "rows": rows.head(SHOWN).select(_COLUMNS).to_dicts(),
    }


def _command(figure: Figure) -> str:
    """The command that shows the same."""
    (cell,) = figure.cells
    return f"congdoan trace {cell.table} {cell.column} " + " ".join(f"{name}={value}" for name, value in cell.key)
