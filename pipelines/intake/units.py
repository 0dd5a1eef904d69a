"""The list of union units, for recognising who sends: codes and names, by the period that is reported.

The list itself is the dbt seed ``org_units.csv``, which the data team edits.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from pipelines import periods
from pipelines.intake.text import plain
from pipelines.settings import PROJECT_DIR

ORG_UNITS_CSV = PROJECT_DIR / "dbt_project" / "seeds" / "org_units.csv"
SUCCESSIONS_CSV = ORG_UNITS_CSV.with_name("org_unit_successions.csv")
_CODE = re.compile(r"(?<![0-9A-Z-])(?:VN|[A-Z]\d{2,5}(?:-[A-Z0-9]+)*)(?![0-9A-Z-])")
_LABELLED_CODE = re.compile(r"\bma(?: so)?(?: don vi)?\b\s*:?\s*(vn|[a-z]\d{2,5}(?:-[a-z0-9]+)*)\b")
_WORD = re.compile(r"[a-z0-9]+")
_FEDERATION = re.compile(r"\blien doan lao dong\b|\bl\.?d\.?l\.?d\b")
_INDUSTRIAL_ZONE = re.compile(r"\bkhu cong nghiep\b")
_ABBREVIATIONS = {
    "tp": ("thanh", "pho"),
    "tx": ("thi", "xa"),
    "cd": ("cong", "doan"),
    "h": ("huyen",),
    "q": ("quan",),
    "p": ("phuong",),
    "x": ("xa",),
    "t": ("tinh",),
    # "Công đoàn ngành Giáo dục", "Công đoàn các KCN": the words change nothing.
    "nganh": (),
    "cac": (),
}
_TYPES = (("tinh",), ("thanh", "pho"), ("huyen",), ("quan",), ("thi", "xa"), ("xa",), ("phuong",), ("dac", "khu"))
_UNION = "ldld"

Words = tuple[str, ...]


@dataclass(frozen=True)
class OrgUnit:
    """A union unit in one validity; the key is (code, valid_from). ``valid_to`` is exclusive."""

    code: str
    name_vi: str
    unit_type: str
    parent_code: str | None
    province_name: str | None
    valid_from: dt.date
    valid_to: dt.date | None

    def is_valid_in(self, period: str) -> bool:
        """Whether the unit exists on the last day of the period."""
        return self.is_valid_on(periods.ends_on(period))

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether the unit exists on that day."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to > day)


@dataclass(frozen=True)
class Succession:
    """The validity of a code that ends on a day, and the unit that takes over from then on; None if none does."""

    from_code: str
    changed_on: dt.date
    kind: str
    to_code: str | None


class OrgUnits:
    """The dated list of units with its successions, and look-ups by code and by what a title block says."""

    def __init__(self, units: Iterable[OrgUnit], successions: Iterable[Succession] = ()) -> None:
        """Index the units by code."""
        self._by_code: dict[str, list[OrgUnit]] = {}
        for unit in units:
            self._by_code.setdefault(unit.code, []).append(unit)
        self._forerunners: dict[OrgUnit, list[OrgUnit]] = {}
        for succession in successions:
            self._link(succession)
        self._named = lru_cache(maxsize=20_000)(self._find_named)

    def find(self, code: str, period: str) -> OrgUnit | None:
        """The unit that has the code in that period."""
        return self.on(code, periods.ends_on(period))

    def on(self, code: str, day: dt.date) -> OrgUnit | None:
        """The unit that has the code on that day."""
        return next((unit for unit in self._by_code.get(code, ()) if unit.is_valid_on(day)), None)

    def __iter__(self) -> Iterator[OrgUnit]:
        """Every unit in each of its validities."""
        return (unit for units in self._by_code.values() for unit in units)

    def _link(self, succession: Succession) -> None:
        units = self._by_code.get(succession.from_code, ())
        ended = next((unit for unit in units if unit.valid_to == succession.changed_on), None)
        follower = self.on(succession.to_code, succession.changed_on) if succession.to_code else None
        if ended is not None and follower is not None:
            self._forerunners.setdefault(follower, []).append(ended)

    def forebears(self, unit: OrgUnit, day: dt.date) -> list[OrgUnit]:
        """The units of a day out of which one came that had not begun then, through any number of changes."""
        found: dict[OrgUnit, None] = {}
        waiting = [unit]
        while waiting:
            reached = waiting.pop(0)
            if reached.is_valid_on(day):
                found[reached] = None
            else:
                waiting += self._forerunners.get(reached, ())
        return list(found)

    def below(self, above: str, code: str, day: dt.date) -> str | None:
        """The unit directly below the first one under which the other stands on that day, itself included.

        None where it does not stand below it.
        """
        unit = self.on(code, day)
        while unit is not None and unit.parent_code and unit.parent_code != above:
            unit = self.on(unit.parent_code, day)
        return unit.code if unit is not None and unit.parent_code == above else None

    def is_above(self, code: str, other: str) -> bool:
        """Whether the unit of the first code is, or was, somewhere above that of the other."""
        return code in self._above(other)

    def _above(self, code: str) -> set[str]:
        above: set[str] = set()
        waiting = [code]
        while waiting:
            for unit in self._by_code.get(waiting.pop(), ()):
                if unit.parent_code and unit.parent_code not in above:
                    above.add(unit.parent_code)
                    waiting.append(unit.parent_code)
        return above

    @cached_property
    def _names(self) -> tuple[_NameIndex, _NameIndex, _NameIndex]:
        """By full name ("LĐLĐ huyện Ba Bể"), by half of it ("huyện Ba Bể", "LĐLĐ Ba Bể"), by place ("Ba Bể")."""
        full, half, bare = _NameIndex(), _NameIndex(), _NameIndex()
        for code, units in self._by_code.items():
            for name in {_words(unit.name_vi) for unit in units}:
                full.add(name, code)
                if name[0] != _UNION:
                    continue
                place = name[1:]
                half.add(place, code)
                kind = next((kind for kind in _TYPES if place[: len(kind)] == kind), ())
                half.add((_UNION, *place[len(kind) :]), code)
                bare.add(place[len(kind) :], code)
        return full, half, bare

    def code_in(self, text: str) -> str | None:
        """The unit code that a text states ("… (mã H004)", "Mã đơn vị: H004"), known or not."""
        if labelled := _LABELLED_CODE.search(plain(text)):
            return labelled.group(1).upper()
        codes = {code for code in _CODE.findall(text.upper()) if code in self._by_code}
        return codes.pop() if len(codes) == 1 else None

    def named_in(self, lines: Sequence[str], period: str | None, *, is_label: bool = False) -> str | None:
        """The code of the unit of that period that the lines name; None when none, or several, could be meant.

        A title block names the parent above the unit, so of several units the one below wins. A name that several
        units share ("huyện Châu Thành") counts only together with a unit above one of them. ``is_label`` is for
        texts that hold a name and little else (a sheet's, a folder's), where the place alone will do.
        """
        return self._named(tuple(lines), period, is_label)

    def _find_named(self, lines: tuple[str, ...], period: str | None, is_label: bool) -> str | None:
        full, half, bare = self._names
        texts = [_words(line) for line in lines]
        known = full.codes_in(texts) + half.codes_in(texts)
        context = {code for codes in known if len(codes) == 1 for code in codes}
        for index in (full, half, bare) if is_label else (full, half):
            if named := self._lowest(index.codes_in(texts), context, period):
                return named
        return None

    def _lowest(self, mentions: Iterable[set[str]], context: set[str], period: str | None) -> str | None:
        found: set[str] = set()
        for codes in mentions:
            valid = {code for code in codes if period is None or self.find(code, period)}
            if len(valid) > 1:
                valid = {code for code in valid if not context.isdisjoint(self._above(code))}
                if len(valid) != 1:
                    return None
            found |= valid
        lowest = found - {above for code in found for above in self._above(code)}
        return lowest.pop() if len(lowest) == 1 else None


class _NameIndex:
    """Names as sequences of words, found within longer ones; the longest name at a place counts."""

    def __init__(self) -> None:
        self._codes: dict[Words, set[str]] = {}
        self._longest: dict[str, int] = {}

    def add(self, name: Words, code: str) -> None:
        if name:
            self._codes.setdefault(name, set()).add(code)
            self._longest[name[0]] = max(len(name), self._longest.get(name[0], 0))

    def codes_in(self, texts: Iterable[Words]) -> list[set[str]]:
        """For each name found in the texts, the codes of the units that have it."""
        found: list[set[str]] = []
        for text in texts:
            start = 0
            while start < len(text):
                longest = min(self._longest.get(text[start], 0), len(text) - start)
                sizes = (size for size in range(longest, 0, -1) if text[start : start + size] in self._codes)
                size = next(sizes, 0)
                if size:
                    found.append(self._codes[text[start : start + size]])
                start += size or 1
        return found


@lru_cache(maxsize=50_000)
def _words(text: str) -> Words:
    """The words of a name without marks, abbreviations written out, "Liên đoàn Lao động" as one word."""
    name = _INDUSTRIAL_ZONE.sub("kcn", _FEDERATION.sub(_UNION, plain(text)))
    return tuple(word for short in _WORD.findall(name) for word in _ABBREVIATIONS.get(short, (short,)))


@cache
def load_org_units(path: Path = ORG_UNITS_CSV, successions: Path = SUCCESSIONS_CSV) -> OrgUnits:
    """The units of the seeds."""
    with path.open(encoding="utf-8", newline="") as stream, successions.open(encoding="utf-8", newline="") as changes:
        return OrgUnits(
            (
                OrgUnit(
                    code=row["org_unit_code"],
                    name_vi=row["name_vi"],
                    unit_type=row["unit_type"],
                    parent_code=row["parent_code"] or None,
                    province_name=row["province_name"] or None,
                    valid_from=dt.date.fromisoformat(row["valid_from"]),
                    valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                )
                for row in csv.DictReader(stream)
            ),
            [
                Succession(
                    row["from_code"], dt.date.fromisoformat(row["changed_on"]), row["kind"], row["to_code"] or None
                )
                for row in csv.DictReader(changes)
            ],
        )
