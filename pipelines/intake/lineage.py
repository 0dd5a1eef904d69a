"""Whose earlier reports a unit carries on: its own, and after a reorganisation those of the units before it.

The successions are the dbt seed ``org_unit_successions.csv``, which the data team edits.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from pipelines import periods
from pipelines.intake.units import OrgUnit, OrgUnits
from pipelines.settings import PROJECT_DIR

SUCCESSIONS_CSV = PROJECT_DIR / "dbt_project" / "seeds" / "org_unit_successions.csv"

LINEAGE: dict[str, pl.DataType] = {
    "period": pl.String(),
    "org_unit_code": pl.String(),
    "previous_period": pl.String(),
    "previous_org_unit_code": pl.String(),
    "is_direct": pl.Boolean(),
}
"""One row per unit of a period and unit of the period before that it carries on. ``is_direct`` is false where a unit
was founded out of the one above it: then it carries on only part of what that one did."""


@dataclass(frozen=True)
class Succession:
    """A validity of ``from_code`` ended on ``changed_on``, and ``to_code`` carries it on; None if nobody does."""

    from_code: str
    changed_on: dt.date
    to_code: str | None


def lineage(units: OrgUnits, successions: Sequence[Succession], steps: Iterable[tuple[str, str]]) -> pl.DataFrame:
    """LINEAGE of every unit over some steps in time.

    Args:
        units: the dated list of units.
        successions: who carries on what ended.
        steps: pairs of a period and the one before it that it is compared with.
    """
    rows = []
    for period, previous in steps:
        for unit in units.valid_in(period):
            before, is_direct = _carried_on(unit, previous, units, successions)
            rows += [(period, unit.code, previous, code, is_direct) for code in sorted(before)]
    return pl.DataFrame(rows, schema=LINEAGE, orient="row")


def _carried_on(
    unit: OrgUnit, previous: str, units: OrgUnits, successions: Sequence[Succession]
) -> tuple[set[str], bool]:
    """Codes of the units of an earlier period that a unit carries on, and whether it does so directly."""
    cut_off = periods.ends_on(previous)
    if unit.valid_from <= cut_off:
        return {unit.code}, True
    before = {
        step.from_code
        for step in successions
        if step.to_code == unit.code
        and cut_off < step.changed_on <= unit.valid_from
        and units.find(step.from_code, previous)
    }
    above = units.at(unit.parent_code, unit.valid_from) if unit.parent_code and not before else None
    if above is None:
        return before, True
    return _carried_on(above, previous, units, successions)[0], False


@cache
def load_successions(path: Path = SUCCESSIONS_CSV) -> tuple[Succession, ...]:
    """The successions of the seed."""
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Succession(row["from_code"], dt.date.fromisoformat(row["changed_on"]), row["to_code"] or None)
            for row in csv.DictReader(stream)
        )
