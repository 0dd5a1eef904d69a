"""Progress by unit: plan, actual, the year before and the rank of every unit below, by indicator."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipelines.reports.site import sections
from pipelines.reports.site.figures import Figure, Row, difference
from pipelines.reports.site.model import HEADLINES, Site
from pipelines.reports.site.numbers import PERCENT
from pipelines.reports.site.sentences import Label, Sentence, say

OF_MEMBERS = "members_total"


@dataclass(frozen=True)
class UnitLine:
    """One unit: its target, if it has one, and how it stands.

    Attributes:
        unit: its name.
        operator: how the operator of the target stands before its value.
        target: the target whose year is the next to end, None where none was given.
        year: the year of the target.
        actual: what was reached.
        pct: as a share of the target, None where that is judged by another value.
        comparable: the value on the scope of ``year_ago``, where that is not the one of ``actual``.
        year_ago: the value a year before, None where the two cannot be compared.
        change: the change on it.
        rank: within the group of comparison, and how many are ranked there; None where it has none.
        completeness: the share of reports behind ``actual``.
        progress: where the target stands, in words.
    """

    unit: Label
    operator: str
    target: Figure | None
    year: Figure | None
    actual: Figure
    pct: Figure | None
    comparable: Figure | None
    year_ago: Figure | None
    change: Figure | None
    rank: tuple[Figure, Figure] | None
    completeness: Figure
    progress: Sentence


def indicators(site: Site, code: str) -> list[str]:
    """What is followed by unit: members, and the headlines with a target in numbers; as far as units have values."""
    units = [code, *_shown(site, code)]
    return [
        name
        for name in HEADLINES
        if (name == OF_MEMBERS or any(_target(site, unit, name) for unit in units))
        and any(site.measure(unit, name).is_known for unit in units[1:])
    ]


def lines(site: Site, code: str, indicator: str) -> list[UnitLine]:
    """The unit itself, then those below that have data, in the order of their codes."""
    return [_line(site, unit, indicator) for unit in (code, *_shown(site, code))]


def _shown(site: Site, code: str) -> list[str]:
    return [child for child in site.children[code] if child in site.with_pages]


def _target(site: Site, unit: str, indicator: str) -> Row | None:
    """The target to be reached next."""
    rows = [
        row
        for row in site.tables["mart_target_progress"].by_unit.get(unit, [])
        if row["indicator_code"] == indicator
        and row["target_value"] is not None
        and not row["is_qualitative"]
        and row["target_year"] >= int(site.period[:4])
    ]
    return min(rows, key=lambda row: (row["target_year"], row["target_set"]), default=None)


def _line(site: Site, unit: str, indicator: str) -> UnitLine:
    row = _target(site, unit, indicator)
    target = sections.target_line(site, row) if row else None
    actual, pct = site.measure(unit, indicator), None
    if target and target["actual"].value == actual.value:  # not that of a term, nor of a unit that it comes from
        actual, pct = target["actual"], target["pct"]
    comparable, year_ago, change = _on_year(site, unit, indicator, actual)
    return UnitLine(
        unit=site.name(unit),
        operator=target["operator"] if target else "",
        target=target["target"] if target else None,
        year=target["year"] if target else None,
        actual=actual,
        pct=pct,
        comparable=comparable,
        year_ago=year_ago,
        change=change,
        rank=_rank(site, unit, indicator, actual),
        completeness=site.completeness(unit, indicator),
        progress=target["sentence"] if target else say("progress_no_target", site.lang),
    )


def _on_year(
    site: Site, unit: str, indicator: str, actual: Figure
) -> tuple[Figure | None, Figure | None, Figure | None]:
    """The value to compare with (of members), the one of a year ago, and the change."""
    if indicator == OF_MEMBERS:
        found = sections.now_and_year_ago(site, unit)
        return (*found, difference(*found)) if found else (None, None, None)
    if not _is_ranked(site, unit, indicator, actual):
        return None, None, None
    unit_of_measure = site.indicators[indicator]["unit"]
    year_ago, change = (
        _of_rank(site, unit, indicator, name, unit_of_measure) for name in ("year_ago_value", "change_on_year")
    )
    return None, year_ago, replace(change, unit="") if unit_of_measure == PERCENT else change  # in points


def _rank(site: Site, unit: str, indicator: str, actual: Figure) -> tuple[Figure, Figure] | None:
    """The rank and how many have one: of members the ones of the scorecard, else those of the indicator."""
    if indicator == OF_MEMBERS:
        cards = site.tables["mart_unit_scorecard"]
        rank, peers = (cards.figure(name, period=site.period, org_unit_code=unit) for name in ("rank", "peers"))
    elif _is_ranked(site, unit, indicator, actual):
        rank, peers = (_of_rank(site, unit, indicator, name) for name in ("rank", "peers"))
    else:
        return None
    return (rank, peers) if rank.is_known else None


def _is_ranked(site: Site, unit: str, indicator: str, actual: Figure) -> bool:
    """Whether the value that is ranked is the one that is stated; that may be of another span or threshold."""
    ranked = _of_rank(site, unit, indicator, "value")
    return ranked.is_known and ranked.value == actual.value


def _of_rank(site: Site, unit: str, indicator: str, column: str, unit_of_measure: str = "") -> Figure:
    key = {"period": site.period, "org_unit_code": unit, "indicator_code": indicator}
    return site.tables["mart_indicator_rank"].figure(column, unit_of_measure, **key)
