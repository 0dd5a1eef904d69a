"""The sections of the page of a unit: the country, a province or a reporting unit; None where one has no place."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import polars as pl

from pipelines.reports.site import charts, sentences
from pipelines.reports.site.figures import TEXT, Figure, Row, difference, total
from pipelines.reports.site.model import COUNTRY, HEADLINES, Site
from pipelines.reports.site.numbers import COMPLETENESS, OPERATORS, PERCENT, YEAR, Target
from pipelines.reports.site.sentences import Label, Progress, Sentence, period_label, say
from pipelines.warehouse.report_tables import KEYS

SHOWN_PERIODS = 12
SHOWN_AGREEMENTS = 20
_USUAL = {"sector": "all", "basis": "as_reported", "scope": "all"}
_REFORM_SHOWS_FROM = "2025-Q1"
_ORDER_OF_TARGETS = ("target_set", "indicator_code", "target_year")
_STATUSES = ("met", "on_track", "behind", "qualitative", "no_data")

_KIND_OF_PLACE = re.compile(r"^(Tỉnh|Thành phố|Huyện|Quận|Thị xã|Thị trấn|Xã|Phường|Đặc khu) ")

Section = dict[str, Any]


def summary(site: Site, code: str) -> list[Sentence]:
    """What to say first: the sentences of a topic belong together."""
    lang = site.lang
    reported, expected, completeness = (
        site.of_table("mart_membership", name, org_unit_code=code, **_USUAL)
        for name in ("reporters_reported", "reporters_expected", "completeness_pct")
    )
    card = {
        status: site.of_table("mart_unit_scorecard", f"targets_{status}", org_unit_code=code)
        for status in ("given", *_STATUSES)
    }
    rates = site.tables["mart_reporting_rate"]
    counted = {
        name: total(rates.of_row(row, name) for row in rates.by_unit.get(code, [])) for name in ("missing", "expected")
    }
    measures = {indicator: site.measure(code, indicator) for indicator in HEADLINES}
    threshold = site.measure(code, "enterprise_coverage", "threshold", link=False)
    threshold = Figure(threshold.value, threshold.cells)
    topics = [
        sentences.of_reporting(reported, expected, completeness, (site.name(code),), lang),
        sentences.of_members(
            measures["members_total"], measures["grassroots_unions"], measures["members_admitted"], lang
        ),
        sentences.of_enterprises(
            measures["enterprises_with_union"],
            measures["enterprises_over_threshold"],
            measures["enterprise_coverage"],
            threshold,
            lang,
        ),
        sentences.of_agreements(
            measures["agreements_in_force"],
            measures["agreement_coverage_pct"],
            measures["agreements_expiring"],
            _earlier_period(site, code, "agreements_in_force"),
            lang,
        ),
        sentences.of_targets(card["given"], {status: card[status] for status in _STATUSES}, lang),
        sentences.of_missing(counted["missing"], counted["expected"], lang),
    ]
    return [sentences.joined(topic, " ") for topic in topics if topic]


def headlines(site: Site, code: str) -> list[Section]:
    """The figures that every page states, each with its completeness."""
    cards = []
    for indicator in HEADLINES:
        known = site.indicators.get(indicator)
        if known is None or (site.measure_row(code, indicator) is None and code != COUNTRY):
            continue
        cards.append(
            {
                "indicator": indicator,
                "name": site.indicator_name(indicator),
                "value": site.measure(code, indicator),
                "unit": "" if known["unit"] == PERCENT else known["unit_vi"] if site.lang == "vi" else "",
                "since_january": _adds_up(known),
                "of_period": _earlier_period(site, code, indicator),
                "completeness": site.completeness(code, indicator),
            }
        )
    return cards


def _adds_up(indicator: Row) -> bool:
    """Whether the values of the quarters of a year are added up."""
    return indicator["kind"] == "flow" or indicator["aggregation_over_time"] == "sum"


def _earlier_period(site: Site, code: str, indicator: str) -> Label | None:
    """The period that a headline figure is of, if it is an earlier one: not all are asked for in every quarter."""
    row = site.measure_row(code, indicator)
    if row is None or HEADLINES[indicator] != "value_to_date" or _adds_up(site.indicators[indicator]):
        return None
    asked = row["actual_period"]
    return period_label(asked, site.lang) if asked and asked != site.period else None


def targets(site: Site, code: str) -> list[Section]:
    """Progress by target set: the name of the set and a line per target."""
    table = site.tables["mart_target_progress"]
    sets: dict[str, list[Section]] = {}
    rows = sorted(table.by_unit.get(code, []), key=lambda row: [row[name] for name in _ORDER_OF_TARGETS])
    sources: dict[str, set[str]] = {}
    for row in rows:
        sets.setdefault(row["target_set"], []).append(target_line(site, row))
        sources.setdefault(row["target_set"], set()).update([row["source"]] if row["source"] else [])
    return [
        {
            "name": site.target_set_name(code_of_set, code, *(row["inherited_from_code"] for row in rows)),
            "source": Label("; ".join(sorted(sources[code_of_set]))),
            "lines": lines,
        }
        for code_of_set, lines in sets.items()
    ]


def target_line(site: Site, row: Row) -> Section:
    """What is known of the target of a row of ``mart_target_progress``."""
    table, unit = site.tables["mart_target_progress"], row["unit"] or ""
    actual = table.of_row(row, "actual_value", unit)
    if row["operator"] in OPERATORS and row["target_value"] is not None:
        actual = replace(actual, target=Target(row["operator"], row["target_value"]))
    if row["is_qualitative"]:
        target = table.of_row(row, "qualitative_word", TEXT)
    else:
        target = table.of_row(row, "target_value", unit)
    key = (row["org_unit_code"], row["indicator_code"], "to_date", row["threshold"])
    # The sum of a term of several years rests on more than the page of the year lists.
    to_date = site.of_table(
        "mart_indicator", "value_to_date", **{name: row[name] for name in KEYS["mart_indicator"] if name != "period"}
    )
    page = site.trace_page(key) if actual.value == to_date.value else None
    progress = Progress(
        status=row["status"],
        operator=row["operator"],
        target=target,
        actual=actual,
        pct=table.of_row(row, "pct_of_target", PERCENT),
        word=table.of_row(row, "qualitative_word", TEXT),
        sentence_vi=table.of_row(row, "progress_vi", TEXT),
        inherited_from=row["inherited_from_name_vi"],
    )
    return {
        "indicator": row["indicator_code"],
        "name": site.indicator_name(row["indicator_code"]),
        "year": table.of_row(row, "target_year", YEAR),
        "operator": "" if row["is_qualitative"] else sentences.sign_of(row["operator"]),
        "target": target,
        "actual": actual.leading_to(page),
        "pct": table.of_row(row, "pct_of_target", PERCENT),
        "completeness": table.of_row(row, "completeness_pct", COMPLETENESS),
        "status": row["status"],
        "sentence": sentences.of_progress(progress, site.lang),
    }


def trend(site: Site, code: str, *, draw: bool = True) -> Section | None:
    """Members over time, as reported and comparable; the chart is drawn where units stand below, and if asked for."""
    comparable = _comparable(site, code)
    readings = {(_USUAL["basis"], _USUAL["scope"]), (comparable["basis"], comparable["scope"])}
    rows = [row for row in _same_unit(site, code) if (row["basis"], row["scope"]) in readings]
    known = {row["period"] for row in rows if row["members_total"] is not None}
    if not known:
        return None
    rows = [row for row in rows if row["period"] >= min(known)]
    table = site.tables["mart_membership"]
    found = {(row["period"], row["scope"]): row for row in rows}
    lines = []
    for period in sorted({row["period"] for row in rows}, reverse=True):
        reported, compared = found.get((period, "all")), found.get((period, "comparable"))
        lines.append(
            {
                "period": period_label(period, site.lang),
                "reported": table.of_row(reported, "members_total") if reported else None,
                "completeness": table.of_row(reported, "completeness_pct", COMPLETENESS) if reported else None,
                "comparable": table.of_row(compared, "members_total") if compared else None,
            }
        )
    has_chart = draw and bool(site.children[code]) and len(known) > 1
    return {
        "chart": charts.svg(charts.trend(_points(site, rows), site.lang), site.lang) if has_chart else None,
        "is_of_today": comparable["basis"] == "current_structure",
        "reform": site.period >= _REFORM_SHOWS_FROM,
        "newest": lines[:SHOWN_PERIODS],
        "earlier": lines[SHOWN_PERIODS:],
    }


def _same_unit(site: Site, code: str) -> list[Row]:
    """Rows of membership of the unit; a code may have meant another one, which has another name."""
    name = site.units[code]["name_vi"]
    return [row for row in site.tables["mart_membership"].by_unit.get(code, []) if row["org_unit_name_vi"] == name]


def _comparable(site: Site, code: str) -> dict[str, str]:
    """How to read the comparable scope of a unit: on the structure of today, if it is still part of that."""
    bases = {row["basis"] for row in _same_unit(site, code) if row["members_total"] is not None}
    basis = "current_structure" if "current_structure" in bases else "as_reported"
    return {"sector": "all", "basis": basis, "scope": "comparable"}


def _points(site: Site, rows: list[Row]) -> pl.DataFrame:
    """The points of the chart: period, series, members, is_complete."""
    return pl.DataFrame(rows, infer_schema_length=None).select(
        "period",
        series=pl.when(scope="all").then(pl.lit("as_reported")).otherwise(pl.lit("comparable")),
        members="members_total",
        is_complete=pl.col("completeness_pct") >= site.complete_from_pct,
    )


def places(site: Site, code: str) -> str | None:
    """The map of the units below, as SVG."""
    dots = [
        {
            "name": _short_name(place),
            "latitude": place["latitude"],
            "longitude": place["longitude"],
            "members": site.measure(child, "members_total").value,
            "state": _state(site, child),
        }
        for child in site.children[code]
        if (place := site.places.get(site.units[child]["admin_code"]))
    ]
    if len(dots) < 2:
        return None
    return charts.svg(charts.dots(pl.DataFrame(dots, infer_schema_length=None), site.lang), site.lang)


def _short_name(place: Row) -> str:
    """The name without what kind of place it is."""
    return _KIND_OF_PLACE.sub("", place["name_vi"])


def _state(site: Site, code: str) -> str:
    """How complete the reports of members of a unit are: full, part, none."""
    completeness = site.of_table("mart_membership", "completeness_pct", org_unit_code=code, **_USUAL)
    if not completeness.is_known or not completeness.amount:
        return "none"
    return "full" if completeness.amount >= site.complete_from_pct else "part"


def below(site: Site, code: str) -> Section | None:
    """The units below that have data, with members, enterprises and agreements; and the names of those without."""
    if not site.children[code]:
        return None
    having = [child for child in site.children[code] if child in site.with_pages]
    lines = []
    for child in having:
        lines.append(
            {
                "unit": site.name(child, page=True),
                **{name: site.measure(child, name) for name in HEADLINES},
                "completeness": site.of_table("mart_membership", "completeness_pct", org_unit_code=child, **_USUAL),
                "on_year": _on_year(site, child),
                "rank": site.of_table("mart_unit_scorecard", "rank", org_unit_code=child),
                "peers": site.of_table("mart_unit_scorecard", "peers", org_unit_code=child),
            }
        )
    lines.sort(key=lambda line: -(line["members_total"].value or 0))
    others = [site.name(child) for child in site.children[code] if child not in having]
    asked = next(
        (row["actual_period"] for child in having if (row := site.measure_row(child, "agreements_in_force"))), None
    )
    return {
        "lines": lines,
        "without": others,
        "agreements_of": say("agreements_period", site.lang, period=period_label(asked, site.lang)) if asked else None,
        "threshold": _threshold(site, having),
    }


def _threshold(site: Site, units: list[str]) -> Sentence | None:
    for unit in units:
        figure = site.measure(unit, "enterprise_coverage", "threshold", link=False)
        if figure.is_known:
            return say("threshold_text", site.lang, threshold=Figure(figure.value, figure.cells))
    return None


def _on_year(site: Site, code: str) -> Figure | None:
    compared = now_and_year_ago(site, code)
    return difference(*compared) if compared else None


def now_and_year_ago(site: Site, code: str) -> tuple[Figure, Figure] | None:
    """Members now and a year ago, on the comparable scope; None unless both are those of the whole unit."""
    reading, known = _comparable(site, code), {}
    for row in _same_unit(site, code):
        if (row["basis"], row["scope"]) == (reading["basis"], reading["scope"]):
            known[row["period"]] = row["completeness_pct"] or 0
    year_ago = f"{int(site.period[:4]) - 1}{site.period[4:]}"
    if any(known.get(period, 0) < site.complete_from_pct for period in (site.period, year_ago)):
        return None
    now, then = (
        site.of_table("mart_membership", "members_total", period=period, org_unit_code=code, **reading)
        for period in (site.period, year_ago)
    )
    return now, then
