"""The sheets with lines by unit: members against the plan and the year before, members over time, targets."""

from __future__ import annotations

from pipelines.reports.site import sections
from pipelines.reports.site.figures import Figure, difference
from pipelines.reports.site.figures import Row as MartRow
from pipelines.reports.site.model import COUNTRY, Site
from pipelines.reports.site.numbers import PERCENT
from pipelines.reports.site.sentences import Label, Sentence, joined, say, text
from pipelines.reports.workbook.plan import Aim, Column, Content, Row, RowKind, Sheet

MEMBERS = "members_total"
PROGRESS = ("ordinal", "unit", "plan", "actual", "pct_of_plan", "year_ago", "change_on_year", "rank", "note")
"""The columns that leaders expect where progress is stated, in their order; others may stand between them."""
_READING = {"sector": "all", "basis": "as_reported", "scope": "all"}
_REPORTERS = ("reporters_reported", "reporters_expected", "completeness_pct")
_REPORTER_COLUMNS = (
    Column("units_reported", 8),
    Column("units_expected", 8),
    Column("completeness_head", 9),
)
_BY_UNIT = (
    Column("ordinal", 5, "ordinal"),
    Column("unit", 30, "text"),
    Column("plan", 12),
    Column("actual", 12),
    Column("pct_of_plan", 8),
    Column("now_comparable", 11),
    Column("year_ago", 11),
    Column("change_on_year", 10, "change"),
    Column("rank", 7),
    Column("admitted_head", 10),
    *_REPORTER_COLUMNS,
    Column("note", 32, "text"),
)
_OVER_TIME = (
    Column("ordinal", 5, "ordinal"),
    Column("period", 20, "text"),
    Column("as_reported", 15),
    *_REPORTER_COLUMNS,
    Column("comparable", 15),
    Column("note", 48, "text"),
)
_TARGETS = (
    Column("ordinal", 5, "ordinal"),
    Column("unit", 36, "text"),
    Column("year", 7),
    Column("unit_of_measure", 10, "text"),
    Column("plan", 12),
    Column("actual", 12),
    Column("pct_of_plan", 8),
    Column("now_comparable", 11),
    Column("year_ago", 10),
    Column("change_on_year", 10, "change"),
    Column("rank", 7),
    Column("completeness_head", 9),
    Column("note", 44, "text"),
)


def by_province(site: Site) -> Sheet:
    """Every unit directly below the country, the largest first and those without data last, then the country."""
    lines = [_of_unit(site, code, place, "line") for place, code in enumerate(largest_first(site, COUNTRY), 1)]
    return Sheet(
        "units", _BY_UNIT, (*lines, _of_unit(site, COUNTRY, None, "total")), unit_of_persons(site), _notes(site)
    )


def by_reporter(site: Site) -> Sheet | None:
    """The units below those, as far as they have data, under the unit that they belong to."""
    lines = [_of_unit(site, COUNTRY, None, "total")]
    for code in largest_first(site, COUNTRY):
        below = [each for each in largest_first(site, code) if each in site.with_pages]
        if below:
            lines.append(_of_unit(site, code, None, "subtotal"))
            lines += [_of_unit(site, each, place, "line") for place, each in enumerate(below, 1)]
    if len(lines) == 1:
        return None
    return Sheet("reporters", _BY_UNIT, tuple(lines), unit_of_persons(site), _notes(site))


def largest_first(site: Site, code: str) -> list[str]:
    """The units directly below a unit by their members; those without a published number last."""

    def order(child: str) -> tuple[bool, float, bool]:
        members = site.measure(child, MEMBERS)
        return not members.is_known, -members.amount if members.is_known else 0, child not in site.with_pages

    return sorted(site.children[code], key=order)


def unit_of_persons(site: Site) -> str:
    """Members are counted in persons."""
    known = site.indicators[MEMBERS]
    return known["unit_vi"] if site.lang == "vi" else known["unit"]


def _of_unit(site: Site, code: str, place: int | None, kind: RowKind) -> Row:
    plan, notes = _plan(site, code)
    compared = sections.now_and_year_ago(site, code)
    members = site.measure(code, MEMBERS)
    if not compared and members.is_known:
        notes.append(say("no_year_ago", site.lang))
    rank, ranked = _rank(site, code)
    cells: list[Content] = [
        place,
        say("all_units", site.lang) if kind == "total" else site.name(code),
        *(plan[:1] or [None]),
        members,
        *(plan[1:] or [None]),
        *on_year(compared),
        rank,
        site.measure(code, "members_admitted"),
        *(site.of_table("mart_membership", name, org_unit_code=code, **_READING) for name in _REPORTERS),
        joined([*notes, *ranked], "; "),
    ]
    return Row(tuple(cells), kind)


def _plan(site: Site, code: str) -> tuple[list[Content], list[Sentence]]:
    """Target of members to be met next and how much of it is reached, with what to note; empty where none is given."""
    table = site.tables["mart_target_progress"]
    given = [
        row
        for row in table.by_unit.get(code, [])
        if row["indicator_code"] == MEMBERS
        and not row["is_qualitative"]
        and row["target_year"] is not None
        and row["target_year"] >= int(site.period[:4])
    ]
    if not given:
        return [], []
    row = min(given, key=lambda row: (row["target_year"], row["target_set"]))
    aim = Aim(table.of_row(row, "target_value", row["unit"]), sections.sentences.sign_of(row["operator"]))
    pct = table.of_row(row, "pct_of_target", PERCENT) if row["actual_period"] == site.period else None
    year = table.of_row(row, "target_year", "year")
    return [aim, pct if pct and (pct.is_known or pct.is_withheld) else None], [say("plan_of", site.lang, year=year)]


def on_year(compared: tuple[Figure, Figure] | None) -> tuple[Figure | None, Figure | None, Figure | None]:
    """Now, a year ago and the change; nothing where they cannot be compared."""
    return (*compared, difference(*compared)) if compared else (None, None, None)


def _rank(site: Site, code: str) -> tuple[Figure | None, list[Sentence]]:
    rank, peers = (site.of_table("mart_unit_scorecard", name, org_unit_code=code) for name in ("rank", "peers"))
    return (rank, [say("ranked_among", site.lang, peers=peers)]) if rank.is_known else (None, [])


def _notes(site: Site) -> tuple[Sentence, ...]:
    keys = ("completeness_text", "on_year_text", "rank_text", "plan_text", "withheld_text")
    return tuple(say(key, site.lang) for key in keys)


def over_time(site: Site) -> Sheet | None:
    """Members of the country by quarter, the oldest first, as a chart reads them.

    What is not known is left empty here, as a chart would draw words as 0; the note says which it is.
    """
    found = sections.trend(site, COUNTRY, draw=False)
    if found is None:
        return None
    lines = []
    for place, line in enumerate(reversed([*found["newest"], *found["earlier"]]), 1):
        figures = {"as_reported": line["reported"], "comparable": line["comparable"]}
        key = dict(figures["as_reported"].cells[0].key) if figures["as_reported"] else None
        reporters = [site.of_table("mart_membership", name, **key) if key else None for name in _REPORTERS]
        missing = [
            (say(name, site.lang), ": ", *say("withheld" if figure and figure.is_withheld else "unknown", site.lang))
            for name, figure in figures.items()
            if figure is None or not figure.is_known
        ]
        shown = {name: figure if figure and figure.is_known else None for name, figure in figures.items()}
        cells = (place, line["period"], shown["as_reported"], *reporters, shown["comparable"], joined(missing, "; "))
        lines.append(Row(cells))
    notes = ["trend_text" if found["is_of_today"] else "trend_ended", *(["reform_line"] if found["reform"] else [])]
    return Sheet("trend", _OVER_TIME, tuple(lines), unit_of_persons(site), tuple(say(key, site.lang) for key in notes))


def targets(site: Site) -> Sheet | None:
    """Progress against every target, by unit and set, the country first."""
    lines: list[Row] = []
    for code in site.units:
        for found in sections.targets(site, code):
            lines.append(Row(((site.name(code), " – ", found["name"]),), "group"))
            lines += [_target(site, code, line, place) for place, line in enumerate(found["lines"], 1)]
    if not lines:
        return None
    notes = ("target_year_text", "on_year_text", "rank_text", "withheld_text")
    return Sheet("targets", _TARGETS, tuple(lines), notes=tuple(say(key, site.lang) for key in notes))


def _target(site: Site, code: str, line: sections.Section, place: int) -> Row:
    indicator = line["indicator"]
    known = site.indicators[indicator]
    compared = sections.now_and_year_ago(site, code) if indicator == MEMBERS else None
    ranks = site.tables["mart_indicator_rank"]
    ranked = {
        column: ranks.figure(column, period=site.period, org_unit_code=code, indicator_code=indicator)
        for column in ("rank", "value")
    }
    status = (text(f"status_{line['status']}", site.lang), ": ")
    # In Vietnamese the sentence of the mart says how it is judged.
    note: list[Sentence] = [line["sentence"] if site.lang == "vi" else (*status, line["sentence"])]
    if not compared and line["actual"].is_known:
        note.append(say("no_year_ago", site.lang))
    # The rank is that of the quarter and of the threshold in use; a target may be of another span or threshold.
    is_ranked = ranked["value"].is_known and ranked["value"].value == line["actual"].value
    pct = line["pct"]
    return Row(
        (
            place,
            line["name"],
            line["year"],
            Label(known["unit_vi"] if site.lang == "vi" else _unit_en(known)),
            Aim(line["target"], line["operator"]),
            line["actual"],
            pct if pct.is_known or pct.is_withheld else None,
            *on_year(compared),
            ranked["rank"] if is_ranked else None,
            line["completeness"],
            joined(note, "; "),
        )
    )


def _unit_en(indicator: MartRow) -> str:
    return "%" if indicator["unit"] == PERCENT else indicator["unit"]
