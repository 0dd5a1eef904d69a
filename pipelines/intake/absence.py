"""What to tell a sender whose unit does not exist in the period: since or until when it does, and who reports instead.

What belongs here: the rule that applies, and the words that fill its message.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines import periods
from pipelines.intake.unit_names import Reading, names_of
from pipelines.intake.units import OrgUnit, OrgUnits

_MOST = 3  # how many units a message names
_DAY = "%d/%m/%Y"


@dataclass(frozen=True)
class Said:
    """A rule by its name, and what fills its message."""

    rule_name: str
    words: dict[str, str] = field(default_factory=dict)


def absent(code: str, period: str, units: OrgUnits) -> Said:
    """Of a code that no unit has in the period: never known, of a unit of another time, of a commune without union."""
    day = periods.ends_on(period)
    unit = units.nearest(code, day)
    if unit is None and (unfounded := units.unfounded.get(code)):
        return Said(
            "commune_without_union",
            {"value": unfounded.name_vi, "likely": _named(units.stand_ins(unfounded, day))},
        )
    if unit is None:
        return Said("unit_unknown", {"value": code, "expected": period})
    instead = units.stand_ins(unit, day)
    return Said(
        "unit_not_in_period",
        {
            "value": unit.label_vi,
            "found": f"được thành lập ngày {unit.valid_from:{_DAY}}"
            if unit.valid_from > day
            else f"chỉ hoạt động đến hết ngày {_last_day(unit):{_DAY}}",
            "expected": f"quý{periods.title_vi(period)[3:]}",
            "likely": f"Báo cáo của kỳ này do {_named(instead)} gửi"
            if instead
            else "Không có đơn vị nào tiếp nhận để gửi báo cáo của kỳ này",
        },
    )


def unnamed(written: str | None, lines: Sequence[str], reading: Reading, units: OrgUnits) -> Said | None:
    """Of texts that tell no single unit: a name that several units share, or one that no unit has.

    Args:
        written: what stands on the line of the unit's name; None or empty if nothing does.
        lines: the title block, which is read where nothing does.
        reading: period and day of receipt.
        units: the list of units.
    """
    texts = [written] if written else lines
    if reading.period and (shared := names_of(units).shared_by(texts, reading, lines)):
        text, meant = shared
        names = _listed([_placed(unit, reading.period, units) for unit in meant])
        return Said("unit_ambiguous", {"value": text[:80], "found": names})
    return Said("unit_unknown", {"value": written[:80], "expected": reading.period or "báo cáo"}) if written else None


def sent_for(code: str, sender: str, period: str, received_on: dt.date, units: OrgUnits) -> Said:
    """Of a successor that sends for a unit that no longer exists."""
    unit, heir = units.find(code, period), units.on(sender, received_on)
    if unit is None or heir is None:
        raise ValueError(f"{sender} cannot send for {code} in {period}")
    ended = f"{_last_day(unit):{_DAY}}"
    return Said("sent_by_successor", {"value": unit.label_vi, "found": ended, "likely": heir.label_vi})


def label(code: str, period: str | None, units: OrgUnits) -> str:
    """How messages name the unit of a code: with its name in the period, or at another time; a bare code if unknown."""
    if unit := units.nearest(code, periods.ends_on(period)) if period else None:
        return unit.label_vi
    unfounded = units.unfounded.get(code)
    return unfounded.name_vi if unfounded else code


def _placed(unit: OrgUnit, period: str, units: OrgUnits) -> str:
    parent = units.find(unit.parent_code, period) if unit.parent_code else None
    return f"{unit.name_vi} thuộc {parent.name_vi} (mã {unit.code})" if parent else unit.label_vi


def _last_day(unit: OrgUnit) -> dt.date:
    if unit.valid_to is None:
        raise ValueError(f"{unit.code} has not ended")
    return unit.valid_to - dt.timedelta(days=1)


def _named(units: Sequence[OrgUnit]) -> str:
    return _listed([unit.label_vi for unit in units])


def _listed(names: Sequence[str]) -> str:
    """As a list is written: "A", "A và B", "A, B, C và 7 đơn vị khác"."""
    if len(names) > _MOST:
        return f"{', '.join(names[:_MOST])} và {len(names) - _MOST} đơn vị khác"
    return " và ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
