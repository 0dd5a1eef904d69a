"""Charts as inline SVG, drawn by Vega-Lite without a browser or a network.

Colours are of the Okabe–Ito palette and never the only sign; every chart has a text beside it and a table with its
figures. Widths suit a phone; a page may scale them up.
"""

from __future__ import annotations

import altair as alt
import polars as pl
import vl_convert

from pipelines.reports.site.numbers import Lang
from pipelines.reports.site.sentences import text

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#595959"
FONT = "Liberation Sans"
"""Comes with the converter, so that texts measure the same on every machine."""
REFORM_AT = 2025.375
"""Between the quarter in which unions ended and the first one of the new provinces; a quarter stands at its start."""
_LOCALE = {
    "vi": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " đ"]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", " VND"]},
}
_WIDTH = 420
AnyChart = alt.Chart | alt.LayerChart | alt.FacetChart
NAMED = 7
"""So many of the largest units of a map are named; the table below it has all."""


def svg(chart: AnyChart, lang: Lang) -> str:
    """The chart as SVG; the same chart gives the same bytes."""
    configured = (
        chart.configure(font=FONT, background="white")
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=12, titleFontSize=12, gridColor="#e5e5e5", labelColor="#333", titleColor="#333")
        .configure_legend(labelFontSize=12, titleFontSize=12, orient="top", labelLimit=300, symbolSize=90)
    )
    return vl_convert.vegalite_to_svg(configured.to_dict(), format_locale=_LOCALE[lang])


def trend(points: pl.DataFrame, lang: Lang) -> AnyChart:
    """Members by quarter on both readings, with the line of 2025.

    Args:
        points: ``period``, ``series`` (as_reported, comparable), ``members`` (null where unknown), ``is_complete``.
        lang: the language.
    """
    drawn = points.drop_nulls("members")["series"].unique()
    names = {key: text(key, lang) for key in ("as_reported", "comparable") if key in drawn}
    year = pl.col("period").str.head(4).cast(pl.Float64) + (pl.col("period").str.tail(1).cast(pl.Float64) - 1) / 4
    data = points.with_columns(year=year, name=pl.col("series").replace_strict(names, default=None))
    data = data.drop_nulls("name").select(
        "year", "name", "members", is_complete=pl.col("is_complete").fill_null(value=False)
    )
    shown: list[float] = data.drop_nulls("members")["year"].to_list()
    first, last = int(min(shown)), int(max(shown)) + 1
    x = alt.X(
        "year:Q",
        title=None,
        scale=alt.Scale(domain=[first, last], nice=False),
        axis=alt.Axis(values=list(range(first, last + 1)), format="d", grid=False, labelFlush=False),
    )
    colour = alt.Color(
        "name:N",
        title=None,
        scale=alt.Scale(domain=list(names.values()), range=[BLUE, ORANGE][: len(names)]),
        legend=alt.Legend(symbolType="stroke", symbolStrokeWidth=3),
    )
    base = alt.Chart(data).encode(
        x=x, y=alt.Y("members:Q", title=text("members_head", lang).lower(), axis=alt.Axis(format=",.0f")), color=colour
    )
    dash = alt.StrokeDash(
        "name:N", scale=alt.Scale(domain=list(names.values()), range=[[1, 0], [6, 4]][: len(names)]), legend=None
    )
    lines = base.mark_line(strokeWidth=2.5, invalid="break-paths-show-path-domains").encode(strokeDash=dash)
    dots = base.mark_point(size=36, strokeWidth=1.5, opacity=1).encode(
        fill=alt.condition("datum.is_complete", colour, alt.value("white")),
    )
    layers = [lines, dots]
    if first < REFORM_AT < last:
        reform = alt.Chart(pl.DataFrame({"year": [REFORM_AT], "label": [text("reform_label", lang)]})).encode(x=x)
        layers = [
            reform.mark_rule(color=GREY, strokeDash=[3, 3], strokeWidth=1.5),
            *layers,
            reform.mark_text(align="right", dx=4, y=-8, color="#333", fontSize=12).encode(text="label:N"),
        ]
    return alt.layer(*layers).properties(width=_WIDTH - 70, height=230)


def dots(places: pl.DataFrame, lang: Lang) -> AnyChart:
    """Units as dots at the centre of their areas.

    Args:
        places: ``name``, ``latitude``, ``longitude``, ``members`` (null where unknown), ``state`` (full, part, none).
        lang: the language.
    """
    states = {state: text(f"map_{state}", lang) for state in ("full", "part", "none")}
    data = places.with_columns(
        state=pl.col("state").replace_strict(states),
        members=pl.col("members").fill_null(0),
    )
    largest = data.filter(pl.col("members") > 0).top_k(NAMED, by=["members", "name"])
    spread = max(_spread(places, "latitude"), 0.2)
    height = min(max(spread / max(_spread(places, "longitude"), 0.2), 0.6), 1.9) * 300
    base = alt.Chart(data).encode(longitude="longitude:Q", latitude="latitude:Q")
    shape = alt.Shape(
        "state:N", title=None, scale=alt.Scale(domain=list(states.values()), range=["circle", "diamond", "cross"])
    )
    colour = alt.Color("state:N", title=None, scale=alt.Scale(domain=list(states.values()), range=[BLUE, ORANGE, GREY]))
    marks = base.mark_point(filled=True, opacity=0.85, strokeWidth=0.5, stroke="white").encode(
        size=alt.Size("members:Q", scale=alt.Scale(type="sqrt", range=[40, 500]), legend=None),
        shape=shape,
        color=colour,
    )
    names = (
        alt.Chart(largest)
        .mark_text(align="left", dx=12, fontSize=11, color="#222")
        .encode(longitude="longitude:Q", latitude="latitude:Q", text="name:N")
    )
    return alt.layer(marks, names).project(type="mercator").properties(width=_WIDTH - 60, height=round(height))


def _spread(places: pl.DataFrame, column: str) -> float:
    values: list[float] = places[column].to_list()
    return max(values) - min(values)
