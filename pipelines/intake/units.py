"""The dated tree of union units: who exists when, who stands above whom, who follows whom, who covers which place.

The lists themselves are dbt seeds, which the data team edits. The key of a unit is (code, valid_from): T44 is Quảng
Bình until 30 June 2025 and Quảng Trị after, so a code means something only on a day.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from pipelines import periods
from pipelines.intake.places import Places
from pipelines.settings import PROJECT_DIR

SEEDS_DIR = PROJECT_DIR / "dbt_project" / "seeds"
_OF_ONE_UNIT = frozenset({"moved", "renamed"})


@dataclass(frozen=True, eq=False)
class OrgUnit:
    """A union unit in one validity; the key is (code, valid_from). ``valid_to`` is exclusive."""

    code: str
    name_vi: str
    unit_type: str
    parent_code: str | None
    province_name: str | None
    valid_from: dt.date
    valid_to: dt.date | None
    admin_code: str | None = None

    @property
    def label_vi(self) -> str:
        """As messages name it: "LĐLĐ quận Long Biên (mã H004)"."""
        return f"{self.name_vi} (mã {self.code})"

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether the unit exists on that day."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to > day)

    def is_valid_in(self, period: str) -> bool:
        """Whether the unit exists on the last day of the period."""
        return self.is_valid_on(periods.ends_on(period))


@dataclass(frozen=True)
class Succession:
    """The validity of a code that ends on a day, and the unit that takes over from then on; None if none does."""

    from_code: str
    changed_on: dt.date
    kind: str
    to_code: str | None


@dataclass(frozen=True)
class Area:
    """A commune that a unit is responsible for. ``valid_to`` is exclusive."""

    org_unit_code: str
    admin_code: str
    valid_from: dt.date
    valid_to: dt.date | None


class OrgUnits:
    """The dated list of units with its successions and areas."""

    def __init__(
        self,
        units: Iterable[OrgUnit],
        successions: Iterable[Succession] = (),
        areas: Iterable[Area] = (),
        load_places: Callable[[], Places] = Places,
    ) -> None:
        """Index the units by code; the places are loaded once they are asked for."""
        self._by_code: dict[str, list[OrgUnit]] = {}
        for unit in sorted(units, key=lambda unit: unit.valid_from):
            self._by_code.setdefault(unit.code, []).append(unit)
        self._areas = tuple(areas)
        self._load_places = load_places
        self._followers: dict[OrgUnit, list[OrgUnit]] = {}
        self._forerunners: dict[OrgUnit, list[OrgUnit]] = {}
        self._next: dict[OrgUnit, OrgUnit] = {}
        for succession in successions:
            self._link(succession)
        self._previous = {later: earlier for earlier, later in self._next.items()}
        self._above = lru_cache(maxsize=20_000)(self._climb)

    def __iter__(self) -> Iterator[OrgUnit]:
        """Every unit in each of its validities."""
        return (unit for units in self._by_code.values() for unit in units)

    def _link(self, succession: Succession) -> None:
        units = self._by_code.get(succession.from_code, ())
        ended = next((unit for unit in units if unit.valid_to == succession.changed_on), None)
        follower = self.on(succession.to_code, succession.changed_on) if succession.to_code else None
        if ended is None or follower is None:
            return
        self._followers.setdefault(ended, []).append(follower)
        self._forerunners.setdefault(follower, []).append(ended)
        is_same = succession.kind in _OF_ONE_UNIT or ended.name_vi == follower.name_vi
        if ended.code == follower.code and is_same:
            self._next[ended] = follower

    # --- one unit

    def find(self, code: str, period: str) -> OrgUnit | None:
        """The unit that has the code in that period."""
        return self.on(code, periods.ends_on(period))

    def on(self, code: str, day: dt.date) -> OrgUnit | None:
        """The unit that has the code on that day."""
        return next((unit for unit in self._by_code.get(code, ()) if unit.is_valid_on(day)), None)

    def nearest(self, code: str, day: dt.date) -> OrgUnit | None:
        """The unit that has the code on that day, else had it last before, else has it first after; None if never."""
        units = self._by_code.get(code, ())
        return next((unit for unit in reversed(units) if unit.valid_from <= day), units[0] if units else None)

    def knows(self, code: str) -> bool:
        """Whether the code is or was that of a unit."""
        return code in self._by_code

    def as_of(self, unit: OrgUnit, day: dt.date) -> OrgUnit | None:
        """The same unit as it is on a day, be it under another name or parent; None if it does not exist then."""
        found: OrgUnit | None = unit
        while found is not None and not found.is_valid_on(day):
            found = (self._previous if found.valid_from > day else self._next).get(found)
        return found

    # --- the tree

    def is_above(self, code: str, other: str, day: dt.date | None = None) -> bool:
        """Whether the unit of the first code stands somewhere above that of the other on a day; None: on any day."""
        return code in self._above(other, day)

    def above(self, code: str, day: dt.date | None = None) -> frozenset[str]:
        """The codes of all units above one on a day; None: on any day."""
        return self._above(code, day)

    def above_all(self, codes: Iterable[str], day: dt.date | None = None) -> set[str]:
        """The codes of all units above any of several."""
        return {above for code in codes for above in self._above(code, day)}

    def below(self, above: str, code: str, day: dt.date) -> str | None:
        """The unit directly below the first one under which the other stands on that day, itself included.

        None where it does not stand below it.
        """
        unit = self.on(code, day)
        while unit is not None and unit.parent_code and unit.parent_code != above:
            unit = self.on(unit.parent_code, day)
        return unit.code if unit is not None and unit.parent_code == above else None

    def _climb(self, code: str, day: dt.date | None) -> frozenset[str]:
        above: set[str] = set()
        waiting = [code]
        while waiting:
            for unit in self._by_code.get(waiting.pop(), ()):
                is_meant = day is None or unit.is_valid_on(day)
                if is_meant and unit.parent_code and unit.parent_code not in above:
                    above.add(unit.parent_code)
                    waiting.append(unit.parent_code)
        return frozenset(above)

    # --- succession

    def heirs(self, unit: OrgUnit, day: dt.date) -> list[OrgUnit]:
        """The units of a day that took over from one that has ended, through any number of changes."""
        return _reached(unit, day, self._followers)

    def forebears(self, unit: OrgUnit, day: dt.date) -> list[OrgUnit]:
        """The units of a day out of which one came that had not begun then, through any number of changes."""
        return _reached(unit, day, self._forerunners)

    def may_send_for(self, sender: str, unit: OrgUnit, day: dt.date | None) -> bool:
        """Whether the unit of a code, on a day, may send what a unit that no longer exists then still owes.

        So may the heirs of that unit, and the units that stand below these, such as a commune union for the district
        that it was part of. For a unit that still exists nobody else sends.
        """
        if day is None or self.on(sender, day) is None or self.as_of(unit, day) is not None:
            return False
        heirs = {heir.code for heir in self.heirs(unit, day)}
        return not heirs.isdisjoint({sender, *self.above(sender, day)})

    # --- communes

    @cached_property
    def unfounded(self) -> Mapping[str, OrgUnit]:
        """By code, the commune unions that there could be but never were: of every commune that has none of its own.

        ``valid_from`` is the day since which the commune exists; none is valid on any day.
        """
        founded = {unit.admin_code for unit in self if unit.unit_type == "commune"}
        return {
            f"X{place.code}": OrgUnit(
                code=f"X{place.code}",
                name_vi=f"Công đoàn {place.name_vi[0].lower()}{place.name_vi[1:]}",
                unit_type="commune",
                parent_code=f"T{place.parent_code}",
                province_name=None,
                valid_from=place.valid_from,
                valid_to=place.valid_from,
                admin_code=place.code,
            )
            for place in self._places.communes
            if place.code not in founded
        }

    def stand_ins(self, unit: OrgUnit, day: dt.date) -> list[OrgUnit]:
        """Who reports on a day in place of a unit that does not exist then; the nearest first, empty if nobody does.

        The heirs of a unit that has ended. For a commune without union: the union that covers it, else the unit above,
        and before the commune existed the unions of the districts that its parts belonged to.
        """
        if unit.valid_from <= day and self.knows(unit.code):
            return self.heirs(unit, day)
        covering = (area for area in self._areas if area.admin_code == unit.admin_code)
        covered_by = (area.org_unit_code for area in covering if _covers(area, day))
        if found := [found for code in covered_by if (found := self.on(code, day))]:
            return found
        if unit.admin_code and (districts := self._places.former_districts(unit.admin_code, day)):
            return [found for found in self if found.admin_code in districts and found.is_valid_on(day)]
        parent = self.on(unit.parent_code, day) if unit.parent_code else None
        return self.forebears(unit, day) or ([parent] if parent else [])

    @cached_property
    def _places(self) -> Places:
        return self._load_places()


def _covers(area: Area, day: dt.date) -> bool:
    return area.valid_from <= day and (area.valid_to is None or area.valid_to > day)


def _reached(unit: OrgUnit, day: dt.date, links: Mapping[OrgUnit, list[OrgUnit]]) -> list[OrgUnit]:
    """The units valid on a day that one leads to; the links run forwards or backwards in time, so there is an end."""
    found: dict[OrgUnit, None] = {}
    waiting = [unit]
    while waiting:
        reached = waiting.pop(0)
        if reached.is_valid_on(day):
            found[reached] = None
        else:
            waiting += links.get(reached, ())
    return list(found)


@cache
def load_org_units(folder: Path = SEEDS_DIR) -> OrgUnits:
    """The units of the seeds."""
    return OrgUnits(
        units=(
            OrgUnit(
                code=row["org_unit_code"],
                name_vi=row["name_vi"],
                unit_type=row["unit_type"],
                parent_code=row["parent_code"] or None,
                province_name=row["province_name"] or None,
                valid_from=dt.date.fromisoformat(row["valid_from"]),
                valid_to=_day(row["valid_to"]),
                admin_code=row["admin_code"] or None,
            )
            for row in _rows(folder / "org_units.csv")
        ),
        successions=(
            Succession(row["from_code"], dt.date.fromisoformat(row["changed_on"]), row["kind"], row["to_code"] or None)
            for row in _rows(folder / "org_unit_successions.csv")
        ),
        areas=(
            Area(
                row["org_unit_code"],
                row["admin_code"],
                dt.date.fromisoformat(row["valid_from"]),
                _day(row["valid_to"]),
            )
            for row in _rows(folder / "org_unit_areas.csv")
        ),
        load_places=lambda: Places.load(folder / "places"),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
