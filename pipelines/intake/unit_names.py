"""Finds the union unit that a text names: by code, or by name among the units of the period that is reported.

A name means another unit at another time ("LĐLĐ tỉnh Quảng Trị"), and the same unit may have had another name, so every
name is read as of a day: the last one of the period, or that of receipt, when a successor may send.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pipelines import periods
from pipelines.intake.name_index import Mention, NameIndex, as_words, by_marks, index_names
from pipelines.intake.text import plain
from pipelines.intake.units import OrgUnit, OrgUnits

_CODE = re.compile(r"(?<![0-9A-Z-])(?:VN|[A-Z]\d{2,5}(?:-[A-Z0-9]+)*)(?![0-9A-Z-])")
_LABELLED_CODE = re.compile(r"\bma(?: so)?(?: don vi)?\b\s*:?\s*(vn|[a-z]\d{2,5}(?:-[a-z0-9]+)*)\b")
# "T06" in the name of a file is June as often as Bắc Kạn: it counts as a code only with a label, or alone.
_MONTH = re.compile(r"T(?:0\d|1[0-2])")
_SUFFIX = re.compile(r"\.[A-Za-z]{3,4}$")


@dataclass(frozen=True)
class Reading:
    """How names are read.

    Attributes:
        period: the reported one; None where it is not known, and a name may be that of any time.
        received_on: day of receipt; None leaves out that a successor may send.
        is_label: the text holds a name and little else (a sheet's, a folder's), where the place alone will do.
    """

    period: str | None = None
    received_on: dt.date | None = None
    is_label: bool = False

    @property
    def day(self) -> dt.date | None:
        """The last day of the period."""
        return periods.ends_on(self.period) if self.period else None


class UnitNames:
    """Look-ups by what a text says, among the units of a list."""

    def __init__(self, units: OrgUnits) -> None:
        """Bind to the list of units."""
        self._units = units
        self._named = lru_cache(maxsize=20_000)(self._find_named)

    @cached_property
    def _indexes(self) -> tuple[NameIndex, NameIndex, NameIndex]:
        return index_names(self._units)

    def code_in(self, text: str) -> str | None:
        """The unit code that a text states ("… (mã H004)", "Mã đơn vị: H004"), known or not."""
        if labelled := _LABELLED_CODE.search(plain(text)):
            return labelled.group(1).upper()
        codes = {code for code in _CODE.findall(text.upper()) if self._units.knows(code)}
        if len(codes) != 1:
            return None
        code = codes.pop()
        is_alone = _SUFFIX.sub("", text).strip().upper() == code
        return None if _MONTH.fullmatch(code) and not is_alone else code

    def named_in(self, texts: Sequence[str], reading: Reading, context: Sequence[str] = ()) -> str | None:
        """The code of the unit that the texts name; None when none, or several, could be meant.

        A title block names the parent above the unit, so of several units the one below wins. A name that several
        units share ("huyện Châu Thành") counts only together with a unit above one of them, in the texts or in the
        context. The code may be that of a unit that does not exist in the period: one that has ended, or is yet to be
        founded, or a commune union that never was, if nothing that the texts name stands below it.
        """
        return self._named(tuple(texts), reading, tuple(context))

    def has_ended(self, code: str, reading: Reading) -> bool:
        """Whether a unit of the period no longer exists on the day of receipt, so that a successor may send."""
        unit = self._units.on(code, reading.day) if reading.day else None
        return unit is not None and reading.received_on is not None and not self._units.as_of(unit, reading.received_on)

    def sender_in(self, texts: Sequence[str], code: str, reading: Reading) -> str | None:
        """The successor of a unit that has ended, if the texts name one.

        A name that fits the tree of the period is none: an old report names its parent as it was then.
        """
        search = self._search(texts, reading)
        day, received = reading.day, reading.received_on
        unit = self._units.on(code, day) if day else None
        if day is None or unit is None or received is None:
            return None
        of_then = {code, *self._units.above(code, day)}
        stated = {found for text in texts if (found := self.code_in(text))} - of_then
        for mention in self._mentions_in(texts, reading):
            if of_then.isdisjoint(search.read(mention, day)):
                stated |= search.read(mention, received)
        senders = {found for found in stated if self._units.may_send_for(found, unit, received)}
        return _only(senders - self._units.above_all(senders, received))

    def shared_by(
        self, texts: Sequence[str], reading: Reading, context: Sequence[str] = ()
    ) -> tuple[str, list[OrgUnit]] | None:
        """The first text whose name several units of the period share, and those that could be meant."""
        for text in texts:
            search = self._search([text], reading, [*texts, *context])
            for mention in self._mentions_in([text], reading):
                codes = search.read(mention, reading.day)
                if len(codes) > 1 and len(likely := search.below(codes) or codes) > 1:
                    units = (self._units.on(code, reading.day) for code in sorted(likely) if reading.day)
                    return text, [unit for unit in units if unit]
        return None

    def _search(self, texts: Sequence[str], reading: Reading, context: Sequence[str] = ()) -> _Search:
        return _Search(self._units, self._indexes, tuple(texts), reading, tuple(context))

    def _mentions_in(self, texts: Sequence[str], reading: Reading) -> list[Mention]:
        full, half, bare = self._indexes
        words = [as_words(text) for text in texts]
        mentions = full.found_in(words) + half.found_in(words)
        return mentions + bare.alone_in(words) if reading.is_label else mentions

    def _find_named(self, texts: tuple[str, ...], reading: Reading, context: tuple[str, ...]) -> str | None:
        full, half, bare = self._indexes
        search = self._search(texts, reading, context)
        words = [as_words(text) for text in texts]
        for index in (full, half):
            if mentions := index.found_in(words):
                code, is_final = search.lowest(mentions)
                if code or is_final:
                    return code
        if reading.is_label:
            code, _ = search.lowest(bare.alone_in(words))
            return code if code and (reading.day is None or self._units.on(code, reading.day)) else None
        return None


@dataclass(frozen=True)
class _Search:
    """Decides what the names in some texts mean together."""

    units: OrgUnits
    indexes: tuple[NameIndex, NameIndex, NameIndex]
    texts: tuple[str, ...]
    reading: Reading
    context: tuple[str, ...]

    @cached_property
    def _known(self) -> list[Mention]:
        """All names in the texts and in their context."""
        full, half, _ = self.indexes
        around = [as_words(text) for text in (*self.texts, *self.context)]
        return full.found_in(around) + half.found_in(around)

    def read(self, mention: Mention, day: dt.date | None) -> set[str]:
        """The codes of the units that a name means on a day; a unit that had it at another time is still the unit."""
        if day is None:
            meant = [unit for unit in mention if self.units.knows(unit.code)]
        else:
            meant = [unit for unit in mention if unit.is_valid_on(day)]
            meant = meant or [unit for unit in mention if self.units.as_of(unit, day)]
        return {unit.code for unit in by_marks(meant, self.texts)}

    def lowest(self, mentions: Sequence[Mention]) -> tuple[str | None, bool]:
        """The lowest unit that is mentioned, and whether that is the last word even where there is none."""
        day = self.reading.day
        found: dict[str, Mention] = {}
        absent: list[Mention] = []
        for mention in mentions:
            codes = self.read(mention, day)
            if len(codes) > 1:
                codes = self.below(codes)
                if len(codes) != 1:
                    return None, False
            if codes:
                found[codes.pop()] = mention
            elif day is not None and (kept := tuple(unit for unit in mention if self._matters(unit, day))):
                absent.append(kept)
        lowest = set(found) - self.units.above_all(found, day)
        if len(lowest) > 1:
            # "LĐLĐ tỉnh Thái Nguyên" above "LĐLĐ huyện Ba Bể" is no unit of then beside it, but its heir that sends.
            others = {code: [found[other] for other in lowest - {code}] for code in lowest}
            lowest = {code for code in lowest if all(self._sends(name, code, found[code]) for name in others[code])}
        code = _only(lowest)
        if day is not None and len(lowest) < 2 and (missing := self._missing(absent, code, found, day)):
            return _only(missing), True
        return code, False

    def below(self, codes: set[str]) -> set[str]:
        """Of the units that share a name, those with one above them that is named beside, in the tree of the period.

        Or one that may be their successor: "LĐLĐ tỉnh Tây Ninh" over "LĐLĐ huyện Châu Thành" is clear until Tây Ninh
        takes over Long An, which has such a district too.
        """
        day, received = self.reading.day, self.reading.received_on
        single = [read.pop() for mention in self._known if len(read := self.read(mention, day)) == 1]
        below = {code for code in codes if not self.units.above(code, day).isdisjoint(single)}
        if day is None or received is None:
            return below
        later = {code for mention in self._known for code in self.read(mention, received)}
        units = [unit for code in codes if (unit := self.units.on(code, day))]
        return below | {unit.code for unit in units if any(self.units.may_send_for(of, unit, received) for of in later)}

    def _missing(
        self, absent: Iterable[Mention], code: str | None, found: dict[str, Mention], day: dt.date
    ) -> set[str]:
        """The units of another time that are meant rather than the one that was found; empty if that one is meant."""
        missing: set[str] = set()
        for mention in absent:
            if code is not None and self._sends(mention, code, found[code]):
                continue
            meant = {unit.code: self._over(unit, day) for unit in by_marks(mention, self.texts)}
            around = {known for mention in self._known for known in self.read(mention, day)}
            beside = {other: over for other, over in meant.items() if not around.isdisjoint(over)}
            meant = beside if len(beside) == 1 else meant
            if code is None or any(code in over for over in meant.values()):
                missing |= set(meant)
        return missing

    def _sends(self, mention: Mention, code: str, named: Mention) -> bool:
        """Whether a name is that of a successor who sends for the unit of a code, which another name tells.

        Not if that other name is the successor's own letterhead, as the name of its parent is on the day of receipt.
        """
        day, received = self.reading.day, self.reading.received_on
        unit = self.units.on(code, day) if day else None
        sender = _only(self.read(mention, received)) if received else None
        if unit is None or received is None or sender is None or not self.units.may_send_for(sender, unit, received):
            return False
        return self.units.above(sender, received).isdisjoint(self.read(named, received))

    def _matters(self, unit: OrgUnit, day: dt.date) -> bool:
        """Whether a name of another time says anything: that of a commune union that never was, once it could be."""
        return self.units.knows(unit.code) or unit.valid_from <= day

    def _over(self, unit: OrgUnit, day: dt.date) -> set[str]:
        """Where a unit that does not exist on a day would stand: those who stand in for it, its parent, all above."""
        nearest = self.units.nearest(unit.code, day) or unit
        over = self.units.stand_ins(nearest, day)
        if nearest.parent_code and (parent := self.units.on(nearest.parent_code, nearest.valid_from)):
            is_later = parent.valid_from > day
            over = [*over, *(self.units.forebears if is_later else self.units.heirs)(parent, day)]
        codes = {found.code for found in over}
        return codes | self.units.above_all(codes, day)


@lru_cache(maxsize=8)
def names_of(units: OrgUnits) -> UnitNames:
    """The names of a list of units; the look-ups are made once for a list."""
    return UnitNames(units)


def _only(codes: Iterable[str]) -> str | None:
    one = list(codes)
    return one[0] if len(one) == 1 else None
