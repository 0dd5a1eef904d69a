"""Names of union units as sequences of words, and finding them in texts; knows nothing of time or of the tree.

Names are compared without marks and in one spelling of their abbreviations; marks decide where that leaves several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pipelines.intake.text import fold, plain
from pipelines.intake.units import OrgUnit, OrgUnits

_WORD = re.compile(r"[a-z0-9]+")
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_FEDERATION = re.compile(r"\blien doan lao dong\b|\bl\.?d\.?l\.?d\b")
_INDUSTRIAL_ZONE = re.compile(r"\bkhu cong nghiep\b")
_ABBREVIATIONS = {
    "tp": ("thanh", "pho"),
    "tphcm": ("thanh", "pho", "ho", "chi", "minh"),
    "hcm": ("ho", "chi", "minh"),
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
_QUARTERS = frozenset("1234")
# Words that a sheet, folder or file may have beside a place that stands for its unit ("Gio-Linh_quy 2.xlsx").
_PASSING = re.compile(
    r"\d+|q[1-4]|i{1,3}|iv|v\d+|quy|nam|ky|bao|cao|bc|bieu|mau|gui|nop|tong|hop|lan|moi|sua|chinh|thuc|danh|sach|va"
    r"|ldld|cdcs|cong|doan|vien|co|so|doanh|nghiep|thoa|uoc|tuld|tuldtt|xlsx?|xlsb|ods|csv"
)
# Districts whose names without marks are everyday words of an office: văn bản, đo lường, thống nhất, là gì, đại từ.
_EVERYDAY = {("van", "ban"), ("do", "luong"), ("thong", "nhat"), ("la", "gi"), ("dai", "tu")}

Words = tuple[str, ...]
Mention = tuple[OrgUnit, ...]
"""The units, each in one validity, that bear a name found in a text."""


class NameIndex:
    """Names as sequences of words, found within longer ones; the longest name at a place counts."""

    def __init__(self) -> None:
        """Begin without names."""
        self._units: dict[Words, Mention] = {}
        self._longest: dict[str, int] = {}

    def add(self, name: Words, unit: OrgUnit) -> None:
        """Let a unit bear a name."""
        if name:
            self._units[name] = (*self._units.get(name, ()), unit)
            self._longest[name[0]] = max(len(name), self._longest.get(name[0], 0))

    def found_in(self, texts: Iterable[Words]) -> list[Mention]:
        """For each name found in the texts, the units that have it."""
        return [mention for text in texts for mention in self._split(text)[0]]

    def alone_in(self, texts: Iterable[Words]) -> list[Mention]:
        """The same for texts that say little else."""
        split = (self._split(text) for text in texts)
        return [mention for found, beside in split if all(map(_PASSING.fullmatch, beside)) for mention in found]

    def _split(self, text: Words) -> tuple[list[Mention], list[str]]:
        """The names found in a text, and the words beside them."""
        found: list[Mention] = []
        beside: list[str] = []
        start = 0
        while start < len(text):
            longest = min(self._longest.get(text[start], 0), len(text) - start)
            sizes = (size for size in range(longest, 0, -1) if text[start : start + size] in self._units)
            size = next(sizes, 0) if longest else 0
            if size:
                found.append(self._units[text[start : start + size]])
            else:
                beside.append(text[start])
            start += size or 1
        return found, beside


def index_names(units: OrgUnits) -> tuple[NameIndex, NameIndex, NameIndex]:
    """By full name ("LĐLĐ huyện Ba Bể"), by half of it ("huyện Ba Bể", "LĐLĐ Ba Bể"), by place ("Ba Bể").

    By full name also the commune unions that there could be.
    """
    full, half, bare = NameIndex(), NameIndex(), NameIndex()
    for unit in units:
        name = as_words(unit.name_vi)
        full.add(name, unit)
        if name[0] != _UNION:
            continue
        place = name[1:]
        half.add(place, unit)
        name_only = place[len(_kind_of(place)) :]
        half.add((_UNION, *name_only), unit)
        if name_only not in _EVERYDAY and not all(word.isdigit() for word in name_only):
            bare.add(name_only, unit)
    for unit in units.unfounded.values():
        full.add(as_words(unit.name_vi), unit)
    return full, half, bare


def by_marks(units: Sequence[OrgUnit], texts: Iterable[str]) -> Sequence[OrgUnit]:
    """Of units whose names differ in marks only (Thanh Trì, Thạnh Trị), those that are written so; else all."""
    if len(units) < 2 or len({fold(unit.name_vi) for unit in units}) < 2:
        return units
    folded = [fold(text) for text in texts]
    return [unit for unit in units if any(_place_of(unit) in text for text in folded)] or units


def _place_of(unit: OrgUnit) -> str:
    """The folded name of a unit's place, without what kind of union or place it is."""
    name = as_words(unit.name_vi)
    place = name[1:] if name[0] == _UNION else name[2:]
    size = len(place) - len(_kind_of(place))
    return " ".join(fold(unit.name_vi).split(" ")[-size:])


def _kind_of(place: Words) -> Words:
    return next((kind for kind in _TYPES if place[: len(kind)] == kind), ())


@lru_cache(maxsize=50_000)
def as_words(text: str) -> Words:
    """The words of a text without marks, abbreviations written out, "Liên đoàn Lao động" as one word."""
    name = _INDUSTRIAL_ZONE.sub("kcn", _FEDERATION.sub(_UNION, plain(_APOSTROPHES.sub("", text))))
    short = _WORD.findall(name)
    words: list[str] = []
    for number, word in enumerate(short):
        following = short[number + 1] if number + 1 < len(short) else ""
        # "Q.1" is the first quarter of a year, unless it is that of a union.
        is_quarter = word == "q" and following in _QUARTERS and (number == 0 or short[number - 1] != _UNION)
        words += (word,) if is_quarter else _ABBREVIATIONS.get(word, (word,))
    return tuple(words)
