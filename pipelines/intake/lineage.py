"""Whose earlier reports a unit carries on: its own, and after a reorganisation those of the units before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from pipelines import periods
from pipelines.intake.units import OrgUnit, OrgUnits

LINEAGE: dict[str, pl.DataType] = {
    "period": pl.String(),
    "org_unit_code": pl.String(),
    "previous_period": pl.String(),
    "previous_org_unit_code": pl.String(),
    "is_direct": pl.Boolean(),
}
"""One row per unit of a period and unit of the period before that it carries on. ``is_direct`` is false where a unit
was founded out of the one above it: then it carries on only part of what that one did."""


def lineage(units: OrgUnits, steps: Iterable[tuple[str, str]]) -> pl.DataFrame:
    """LINEAGE of every unit over some steps in time: pairs of a period and the one before it to compare it with."""
    rows = []
    for period, previous in steps:
        now, then = periods.ends_on(period), periods.ends_on(previous)
        for unit in units:
            if unit.is_valid_on(now):
                carried_on, is_direct = _carried_on(unit, then, units)
                rows += [(period, unit.code, previous, before.code, is_direct) for before in carried_on]
    return pl.DataFrame(rows, schema=LINEAGE, orient="row")


def _carried_on(unit: OrgUnit, day: dt.date, units: OrgUnits) -> tuple[list[OrgUnit], bool]:
    """The units of an earlier day that a unit carries on, and whether it does so directly."""
    before = units.forebears(unit, day)
    above = units.on(unit.parent_code, unit.valid_from) if unit.parent_code and not before else None
    if above is None:
        return before, True
    return _carried_on(above, day, units)[0], False
