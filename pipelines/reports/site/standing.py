"""The sections on where a unit stands: what expires, ranks, who has not reported, what is unsure."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines import periods
from pipelines.reports.site.figures import TEXT, Figure, Row, total
from pipelines.reports.site.model import COUNTRY, HEADLINES, Site
from pipelines.reports.site.numbers import written
from pipelines.reports.site.sections import SHOWN_AGREEMENTS, Section
from pipelines.reports.site.sentences import Label, Sentence, joined, period_label, say

EXPIRING_COLUMNS = ("agreement_code", "employer_name", "tax_code", "org_unit_code", "org_unit_name_vi", "expires_on")
"""Of the csv: nothing that counts the persons of one employer."""
RATE_COLUMNS = ("expected", "on_time", "late", "missing")


def expiring(site: Site, code: str) -> Section | None:
    """Agreements that expire within two quarters, the first ones; the rest stands in a csv."""
    if not site.measure(code, "agreements_expiring").is_known:
        return None
    rows = expiring_rows(site, code)
    lines = expiring_lines(site, rows.head(SHOWN_AGREEMENTS))
    asked = period_label(rows["period"][0], site.lang) if lines else None
    return {
        "as_of": say("agreements_period", site.lang, period=asked) if asked else None,
        "lines": lines,
        "csv": f"figures/{code}/expiring.csv" if rows.height > SHOWN_AGREEMENTS else None,
    }


def expiring_lines(site: Site, rows: pl.DataFrame) -> list[Section]:
    """What to say of each of some rows of ``expiring_rows``."""
    table = site.tables["fct_agreement"]
    return [
        {
            "code": table.of_row(row, "agreement_code", TEXT),
            "employer": table.of_row(row, "employer_name", TEXT),
            "unit": _sender(site, row),
            "expires_on": table.of_row(row, "expires_on", TEXT),
        }
        for row in rows.iter_rows(named=True)
    ]


def _sender(site: Site, row: Row) -> Label:
    """The unit that reported an agreement, which may be no more."""
    name, known = row["org_unit_name_vi"], site.units.get(row["org_unit_code"])
    is_same = known is not None and known["name_vi"] == name
    return site.name(row["org_unit_code"], page=True) if is_same else Label(name or row["org_unit_code"])


def expiring_rows(site: Site, code: str) -> pl.DataFrame:
    """Rows of ``fct_agreement`` that expire, of a unit and all below it, the first ones first."""
    rows = site.read.tables["fct_agreement"].sort("expires_on", "org_unit_code", "agreement_code", "tax_code")
    return rows if code == COUNTRY else rows.filter(pl.col("org_unit_code").is_in(within(site, code)))


def within(site: Site, code: str) -> list[str]:
    """A unit and all units below it."""
    return [code, *(each for child in site.children[code] for each in within(site, child))]


def ranking(site: Site, code: str) -> Section | None:
    """Units below by peer group; of a unit without others below, its own rank by indicator."""
    cards = site.tables["mart_unit_scorecard"]
    own = cards.row(period=site.period, org_unit_code=code)
    ranked = [
        row
        for child in site.children[code]
        if (row := cards.row(period=site.period, org_unit_code=child)) and child in site.with_pages
    ]
    ranked.sort(key=lambda row: (row["peer_group_vi"] or "", row["rank"] is None, row["rank"] or 0))
    ranks = site.tables["mart_indicator_rank"]
    return {
        "own": cards.of_row(own, "summary_vi", TEXT) if own else None,
        "units": [
            {
                "unit": site.name(row["org_unit_code"], page=True),
                "group": cards.of_row(row, "peer_group_vi", TEXT),
                "rank": cards.of_row(row, "rank"),
                "peers": cards.of_row(row, "peers"),
                "card": cards.of_row(row, "summary_vi", TEXT),
            }
            for row in ranked
        ],
        "indicators": [
            {
                "name": site.indicator_name(row["indicator_code"]),
                "value": ranks.of_row(row, "value", row["unit"]),
                "rank": ranks.of_row(row, "rank"),
                "peers": ranks.of_row(row, "peers"),
            }
            for row in ranks.by_unit.get(code, [])
        ],
    }


def missing(site: Site, code: str) -> Section:
    """Reports past due: by form, then by unit below; names of those that sent nothing."""
    rates = site.tables["mart_reporting_rate"]
    forms = [
        {
            "form": Label(_form_title(site, row["form"])),
            **{name: rates.of_row(row, name) for name in RATE_COLUMNS},
        }
        for row in rates.by_unit.get(code, [])
    ]
    lines, silent = [], []
    for child in site.children[code]:
        sums = report_counts(site, child)
        if not sums["missing"].is_known or not sums["missing"].amount:
            continue
        if sums["missing"].amount == sums["expected"].amount:
            silent.append(site.name(child))
        else:
            lines.append({"unit": site.name(child, page=True), **sums})
    return {"forms": forms, "units": lines, "silent": silent}


def report_counts(site: Site, code: str) -> dict[str, Figure]:
    """Reports of a unit that are past due, over all forms, by column of ``RATE_COLUMNS``."""
    rates = site.tables["mart_reporting_rate"]
    rows = rates.by_unit.get(code, [])
    return {name: total(rates.of_row(row, name) for row in rows) for name in RATE_COLUMNS}


def _form_title(site: Site, form: str) -> str:
    found = site.contracts.form(form)
    return found.title_vi.capitalize().removeprefix("Báo cáo ").capitalize() if site.lang == "vi" else found.title_en


def unsure(site: Site, code: str) -> list[Sentence]:
    """What a reader must know before relying on the figures."""
    lang = site.lang
    said: list[Sentence] = []
    weak = [
        (site.indicator_name(indicator), " (", pct, ")")
        for indicator in HEADLINES
        if site.measure(code, indicator).is_known
        and (pct := site.completeness(code, indicator)).is_known
        and pct.amount < site.complete_from_pct
    ]
    if weak:
        said.append(say("incomplete", lang, bound=_bound(site), names=joined(weak, "; ")))
    queries = site.of_table("mart_unit_scorecard", "open_queries", org_unit_code=code)
    if queries.is_known:
        said.append(say("open_queries", lang, count=queries) if queries.amount else say("no_open_queries", lang))
    said += _differences(site, code)
    said.append(say("current_completeness", lang))
    return said


def _differences(site: Site, code: str) -> list[Sentence]:
    """What provinces state against what their units sent, of every province within the unit."""
    table = site.tables["mart_reconciliation"]
    compared = [row for unit in within(site, code) for row in table.by_unit.get(unit, [])]
    if not compared:
        return [say("not_compared", site.lang)] if site.children[code] else []
    differing = [row for row in compared if row["state"] == "differs"]
    if not differing:
        return [say("no_differences", site.lang)]
    return [
        say(
            "differs",
            site.lang,
            measure=_measure_name(site, row["measure"]),
            unit=site.name(row["org_unit_code"]),
            province=table.of_row(row, "province_value"),
            units=table.of_row(row, "units_value"),
            difference=table.of_row(row, "difference"),
        )
        for row in differing
    ]


_INDICATOR_OF = {
    "unions": "grassroots_unions",
    "enterprises": "enterprises_reported",
    "enterprises_with_union": "enterprises_with_union",
}


def _measure_name(site: Site, measure: str) -> Label:
    """Measures of the reconciliation are called like the indicators that they are."""
    indicator = _INDICATOR_OF.get(measure, measure)
    return site.indicator_name(indicator) if indicator in site.indicators else Label(measure)


def _bound(site: Site) -> Label:
    return Label(f"{site.complete_from_pct:g}{' %' if site.lang == 'vi' else '%'}")


def opening(site: Site) -> dict[str, Any]:
    """What stands above every page: the period, its last day, and up to when reports were received."""
    received = site.read.tables["fct_submission"]["received_on"].item()
    return {
        "period": period_label(site.period, site.lang),
        "as_of": say(
            "as_of",
            site.lang,
            day=Label(written(periods.ends_on(site.period), TEXT, site.lang)),
            received=Label(written(received, TEXT, site.lang)),
            version=Label(site.read.version),
        ),
    }


def completeness_note(figure: Figure, site: Site) -> Sentence:
    """The words below a headline figure."""
    if not figure.is_known:
        return say("completeness_unknown", site.lang)
    return say("complete_to", site.lang, pct=figure)
