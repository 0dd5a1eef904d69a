"""The plan of the workbook of a period: every topic that has something to say, made of the sections of the site."""

from __future__ import annotations

from pipelines.reports.site import sections, standing
from pipelines.reports.site.model import COUNTRY, Site
from pipelines.reports.site.numbers import PERCENT
from pipelines.reports.site.sentences import Label, Sentence, joined, say
from pipelines.reports.workbook import members
from pipelines.reports.workbook.plan import Chart, Column, Content, Plan, Row, RowKind, Sheet

_ENTERPRISES = (
    "enterprises_over_threshold",
    "enterprises_with_union",
    "enterprise_coverage",
    "agreements_in_force",
    "agreement_coverage_pct",
    "workers_covered",
    "agreements_expiring",
)
_COUNTS = (Column("expected", 10), Column("on_time", 10), Column("late", 10), Column("missing_head", 10))
_ORDINAL = Column("ordinal", 5, "ordinal")
_MOST_BARS = 34


def plan_workbook(site: Site) -> Plan:
    """What the workbook of a site's period holds, on which sheet and in which cell."""
    opening = standing.opening(site)
    summary = sections.summary(site, COUNTRY)
    sheets = [
        headlines(site),
        members.targets(site),
        members.by_province(site),
        members.by_reporter(site),
        members.over_time(site),
        enterprises(site),
        expiring(site),
        ranking(site),
        missing(site),
        missing_by_unit(site),
        unsure(site),
    ]
    there = tuple(sheet for sheet in sheets if sheet is not None)
    return Plan(
        who=(site.name(COUNTRY),),
        period=(opening["period"],),
        as_of=opening["as_of"],
        completeness=summary[0][:1],  # what it means for the figures is said on the index
        summary=tuple(summary),
        sheets=there,
        charts=charts_of(there),
    )


def charts_of(sheets: tuple[Sheet, ...]) -> tuple[Chart, ...]:
    """What can be drawn: members over time, then by unit; only lines with a number, as words would be drawn as 0."""
    found: list[Chart] = []
    for sheet in sheets:
        if sheet.topic == "trend" and len(sheet.rows) > 1:
            series = ("as_reported", "comparable")
            drawn = tuple(
                name for name in series if any(row.cells[sheet.column(name)] is not None for row in sheet.rows)
            )
            found.append(Chart("chart_trend", "line", "trend", "period", drawn, 0, len(sheet.rows) - 1))
        if sheet.topic == "units":
            actual = sheet.column("actual")
            known = [place for place, row in enumerate(sheet.rows) if row.kind == "line" and _is_known(row, actual)]
            if len(known) > 1:
                known = known[:_MOST_BARS]
                found.append(Chart("chart_units", "bar", "units", "unit", ("actual",), known[0], known[-1]))
    return tuple(sorted(found, key=lambda chart: chart.kind != "line"))


def _is_known(row: Row, column: int) -> bool:
    return getattr(row.cells[column], "is_known", False)


def headlines(site: Site) -> Sheet:
    """The figures that the page of the country states, each with its unit of measure and completeness."""
    columns = (
        _ORDINAL,
        Column("indicator", 56, "text"),
        Column("unit_of_measure", 14, "text"),
        Column("actual", 15),
        Column("completeness_head", 11),
        Column("note", 34, "text"),
    )
    rows = []
    for place, card in enumerate(sections.headlines(site, COUNTRY), 1):
        known = site.indicators[card["indicator"]]
        notes: list[Sentence] = []
        if card["since_january"]:
            notes.append(say("since_january", site.lang))
        if card["of_period"]:
            notes.append(say("of_period", site.lang, period=card["of_period"]))
        if not card["completeness"].is_known:
            notes.append(say("completeness_unknown", site.lang))
        measured = "%" if known["unit"] == PERCENT else known["unit_vi" if site.lang == "vi" else "unit"]
        share = card["completeness"] if card["completeness"].is_known else None
        rows.append(Row((place, card["name"], Label(measured), card["value"], share, joined(notes, "; "))))
    below = tuple(say(key, site.lang) for key in ("completeness_text", "withheld_text"))
    return Sheet("headlines", columns, tuple(rows), notes=below)


def enterprises(site: Site) -> Sheet | None:
    """Enterprises and agreements of the country and all units below that have data."""
    found = sections.below(site, COUNTRY)
    if found is None or not found["lines"]:
        return None
    columns = (
        _ORDINAL,
        Column("unit", 34, "text"),
        Column("enterprises_head", 11),
        Column("with_union_head", 11),
        Column("coverage_pct_head", 9),
        Column("enterprises_complete_head", 12),
        Column("in_force_head", 12),
        Column("agreement_coverage_pct_head", 13),
        Column("workers_head", 12),
        Column("expiring_head", 12),
        Column("agreements_complete_head", 12),
    )
    rows = [_enterprises_of(site, COUNTRY, None, "total")]
    for code in members.largest_first(site, COUNTRY):
        if code not in site.with_pages:
            continue
        rows.append(_enterprises_of(site, code, None, "subtotal"))
        below = [each for each in members.largest_first(site, code) if each in site.with_pages]
        rows += [_enterprises_of(site, each, place, "line") for place, each in enumerate(below, 1)]
    notes = [found["threshold"], found["agreements_of"], say("withheld_text", site.lang)]
    return Sheet("enterprises", columns, tuple(rows), notes=tuple(note for note in notes if note))


def _enterprises_of(site: Site, code: str, place: int | None, kind: RowKind) -> Row:
    values = [site.measure(code, indicator) for indicator in _ENTERPRISES]
    of_enterprises = site.completeness(code, "enterprise_coverage")
    of_agreements = site.completeness(code, "agreements_in_force")
    name = say("all_units", site.lang) if kind == "total" else site.name(code)
    return Row((place, name, *values[:3], of_enterprises, *values[3:], of_agreements), kind)


def expiring(site: Site) -> Sheet | None:
    """All agreements that expire within two quarters, the first ones first."""
    found = standing.expiring(site, COUNTRY)
    if found is None or not found["lines"]:
        return None
    columns = (
        _ORDINAL,
        Column("agreement_code", 22, "text"),
        Column("employer", 48, "text"),
        Column("unit", 36, "text"),
        Column("expires_on", 13),
    )
    lines = standing.expiring_lines(site, standing.expiring_rows(site, COUNTRY))
    rows = [
        Row((place, line["code"], line["employer"], line["unit"], line["expires_on"]))
        for place, line in enumerate(lines, 1)
    ]
    return Sheet("expiring", columns, tuple(rows), notes=(found["as_of"],))


def ranking(site: Site) -> Sheet | None:
    """Ranks of the units with data within their peer groups; those not ranked say why."""
    columns = (
        _ORDINAL,
        Column("unit", 34, "text"),
        Column("peer_group", 34, "text"),
        Column("rank", 8),
        Column("peers", 10),
        Column("card", 84, "text"),
    )
    parents = [code for code in site.with_pages if site.children[code]]
    units = [line for code in parents for line in (standing.ranking(site, code) or {}).get("units", [])]
    if not units:
        return None
    rows = [
        Row(
            (
                place,
                line["unit"],
                line["group"],
                line["rank"] if line["rank"].is_known else None,
                line["peers"] if line["peers"].is_known else None,
                line["card"],
            )
        )
        for place, line in enumerate(units, 1)
    ]
    return Sheet("ranking", columns, tuple(rows), notes=(say("rank_text", site.lang),))


def missing(site: Site) -> Sheet | None:
    """Reports past due by form, and by unit directly below the country where some are missing."""
    found = standing.missing(site, COUNTRY)
    if not found["forms"]:
        return None
    columns = (_ORDINAL, Column("form_or_unit", 56, "text"), *_COUNTS, Column("note", 30, "text"))
    sums = standing.report_counts(site, COUNTRY)
    rows = [Row((None, say("all_reports", site.lang), *sums.values(), None), "total")]
    rows.append(Row((say("by_form", site.lang),), "group"))
    for place, line in enumerate(found["forms"], 1):
        rows.append(Row((place, line["form"], *(line[name] for name in standing.RATE_COLUMNS), None)))
    owing = _owing(site, COUNTRY)
    if owing:
        rows += [Row((say("missing_units", site.lang),), "group"), *owing]
    return Sheet("missing", columns, tuple(rows), _reports(site), (say("missing_text", site.lang),))


def missing_by_unit(site: Site) -> Sheet | None:
    """Units further down that owe reports, under the unit that they belong to."""
    columns = (_ORDINAL, Column("unit", 56, "text"), *_COUNTS, Column("note", 30, "text"))
    rows: list[Row] = []
    for code in site.children[COUNTRY]:
        owing = _owing(site, code)
        if owing:
            rows += [Row((None, site.name(code), *standing.report_counts(site, code).values(), None), "subtotal")]
            rows += owing
    if not rows:
        return None
    return Sheet("missing_by_unit", columns, tuple(rows), _reports(site), (say("missing_text", site.lang),))


def _owing(site: Site, code: str) -> list[Row]:
    """The units directly below a unit of which some report is missing."""
    rows: list[Row] = []
    for child in site.children[code]:
        sums = standing.report_counts(site, child)
        if sums["missing"].is_known and sums["missing"].amount:
            is_silent = sums["missing"].amount == sums["expected"].amount
            note: Content = say("sent_nothing", site.lang) if is_silent else None
            rows.append(Row((len(rows) + 1, site.name(child), *sums.values(), note)))
    return rows


def _reports(site: Site) -> str:
    return say("reports_unit", site.lang)[0]  # type: ignore[return-value]


def unsure(site: Site) -> Sheet:
    """What a reader must know before relying on the figures."""
    columns = (_ORDINAL, Column("unsure_head", 120, "text"))
    rows = [Row((place, sentence)) for place, sentence in enumerate(standing.unsure(site, COUNTRY), 1)]
    return Sheet("unsure", columns, tuple(rows), frozen=0)
