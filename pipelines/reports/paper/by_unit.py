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
        pct: as a share of the target.
        year_ago: the value a year before, None where the two cannot be compared.
        change: the change on it.
        rank: within the group of comparison.
        peers: how many are ranked there.
        completeness: the share of reports behind ``actual``.
        progress: where the target stands, in words.
    """

    unit: Label
    operator: str
    target: Figure | None
    year: Figure | None
    actual: Figure
    pct: Figure | None
    year_ago: Figure | None
    change: Figure | None
    rank: Figure
    peers: Figure
    completeness: Figure
    progress: Sentence


def indicators(site: Site, code: str) -> list[str]:
    """What is followed by unit: members, and the headlines of which the unit or one below has a target in numbers."""
    units = [code, *_shown(site, code)]
    return [name for name in HEADLINES if name == OF_MEMBERS or any(_target(site, unit, name) for unit in units)]


def lines(site: Site, code: str, indicator: str) -> list[UnitLine]:
    """The unit itself, then those below that have data, in the order of their codes."""
    return [_line(site, unit, indicator) for unit in (code, *_shown(site, code))]


def _shown(site: Site, code: str) -> list[str]:
    return [child for child in site.children[code] if child in site.with_pages]


def _target(site: Site, unit: str, indicator: str) -> Row | None:
    """The target to be reached next; when the years of all are over, that of the last."""
    rows = [
        row
        for row in site.tables["mart_target_progress"].by_unit.get(unit, [])
        if row["indicator_code"] == indicator and row["target_value"] is not None and not row["is_qualitative"]
    ]
    year = int(site.period[:4])
    return min(
        rows,
        key=lambda row: (row["target_year"] < year, abs(row["target_year"] - year), row["target_set"]),
        default=None,
    )


def _line(site: Site, unit: str, indicator: str) -> UnitLine:
    row = _target(site, unit, indicator)
    target = sections.target_line(site, row) if row else None
    actual: Figure = target["actual"] if target else site.measure(unit, indicator)
    year_ago, change, rank, peers = _compared(site, unit, indicator, actual)
    return UnitLine(
        unit=site.name(unit),
        operator=target["operator"] if target else "",
        target=target["target"] if target else None,
        year=target["year"] if target else None,
        actual=actual,
        pct=target["pct"] if target else None,
        year_ago=year_ago,
        change=change,
        rank=rank,
        peers=peers,
        completeness=target["completeness"] if target else site.completeness(unit, indicator),
        progress=target["sentence"] if target else say("progress_no_target", site.lang),
    )


def _compared(
    site: Site, unit: str, indicator: str, actual: Figure
) -> tuple[Figure | None, Figure | None, Figure, Figure]:
    """The year before and the change, and the rank: of members the one of the scorecard, else that of the indicator."""
    if indicator == OF_MEMBERS:
        on_year = sections.members_on_year(site, unit)
        cards = site.tables["mart_unit_scorecard"]
        rank, peers = (cards.figure(name, period=site.period, org_unit_code=unit) for name in ("rank", "peers"))
        return (on_year[1], difference(*on_year), rank, peers) if on_year else (None, None, rank, peers)
    ranks = site.tables["mart_indicator_rank"]
    key = {"period": site.period, "org_unit_code": unit, "indicator_code": indicator}
    unit_of_measure = site.indicators[indicator]["unit"]
    rank, peers = ranks.figure("rank", **key), ranks.figure("peers", **key)
    if ranks.figure("value", **key).value != actual.value:  # that of another span
        return None, None, rank, peers
    year_ago = ranks.figure("year_ago_value", unit_of_measure, **key)
    change = ranks.figure("change_on_year", unit_of_measure, **key)
    if unit_of_measure == PERCENT:
        change = replace(change, unit="")  # in points
    return year_ago, change, rank, peers
