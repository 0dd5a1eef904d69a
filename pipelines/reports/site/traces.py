"""The page of a figure: the rows that it rests on, with their cells, the largest first; a csv beside it has all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.contracts.reader_views import load_reader_views
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
            shown = _without_persons(site, figure_key[1], rows)
            yield Trace(page, _context(site, figure_key, shown), shown.select(_CSV_COLUMNS))


def _without_persons(site: Site, indicator: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows without counts of persons in single unions, enterprises and employers."""
    known = site.indicators[indicator]
    counted = {"value": indicator, "numerator": known["numerator"], "denominator": known["denominator"]}
    of_persons = [part for part, code in counted.items() if code and site.counts_persons(code)]
    views = load_reader_views().views.values()
    hidden = [f"{view.table}.{column}" for view in views if view.table.startswith("fct_") for column in view.hidden]
    is_of_persons = pl.col("part").is_in(of_persons)
    is_hidden = is_of_persons | pl.concat_str("fact", pl.lit("."), "field").is_in(hidden)
    return rows.with_columns(
        value=pl.when(~is_of_persons).then("value"), as_sent=pl.when(~is_hidden).then("as_sent"), is_hidden=is_hidden
    )


def _context(site: Site, key: TraceKey, rows: pl.DataFrame) -> dict[str, Any]:
    unit, indicator, span, threshold = key
    known = site.indicators[indicator]
    table = site.tables["mart_indicator"]
    place = {"period": site.period, "org_unit_code": unit, "indicator_code": indicator, "threshold": threshold}
    figure = table.figure("value_to_date" if span == "to_date" else "value", known["unit"], **place)
    sums = {"value": figure} | {
        part: table.figure(f"{part}_{'to_date' if span == 'to_date' else 'value'}", **place) for part in _PARTS[1:]
    }
    return {
        "name": site.indicator_name(indicator),
        "unit": site.name(unit, page=True),
        "figure": figure,
        "since_january": known["aggregation_over_time"] == "sum" and span == "to_date",
        "period": period_label(site.period, site.lang),
        "definition": Label(known["definition"]),
        "parts": [
            {
                "part": part,
                "sum": sums[part],
                "count": of_part.height,
                "has_text": of_part["as_sent"].null_count() < of_part.height,
                "has_value": of_part["value"].null_count() < of_part.height,
                "rows": of_part.head(SHOWN).select(_COLUMNS).to_dicts(),
            }
            for part in _PARTS
            if (of_part := rows.filter(part=part)).height
        ],
        "holds_back": rows["is_hidden"].any(),
        "command": Label(_command(figure)),
    }


def _command(figure: Figure) -> str:
    """The command that shows the same."""
    (cell,) = figure.cells
    return f"congdoan trace {cell.table} {cell.column} " + " ".join(f"{name}={value}" for name, value in cell.key)
