"""Reads the text of a column heading as a field of a form.

What belongs here: which spellings of a heading mean the same. Numbering ("1. Tên"), line breaks, hyphenation,
punctuation, the place of tone marks and a unit of measure in brackets ("Tổng số (người)") do not matter; words that
change the meaning do ("(nữ)", "(nghìn đồng)", "kỳ trước"), and a heading with such words is no field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pipelines.contracts import Form, FormField
from pipelines.intake.text import fold, strip_marks

_HYPHENATION = re.compile(r"-[ \t]*\r?\n\s*")
_NUMBERING = re.compile(r"^(?:(?:\d{1,2}(?:\.\d{1,2})*|[ivx]{1,4}|[a-h])(?:[.):\]]+|[-/] )\s*)+(?=\S)")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]?")
_NO_WORD = re.compile(r"[^\w%<>=≥≤]+")
_LONGEST = 120

# In brackets behind a heading, on text without marks. What is not here may change the meaning.
_HARMLESS = re.compile(
    r"(?:(?:don vi tinh|don vi|dvt|tinh bang) ?)?(?:nguoi|to|luot|luot nguoi|dong|vnd|d|ban|dieu khoan|cdcs|\*)"
    r"|ngay thang nam|dd mm yyyy|neu co|bat buoc|ghi ro|ghi ma|ghi so|chon.*|theo danh (?:sach|muc)|cot \d+|[\d\W]*"
)
# Columns under such a heading are not about this period, or not about what happened, on text without marks.
_ELSEWHEN = re.compile(
    r"\b(?:(?:ky|nam|quy|thang|6 thang) truoc|cung ky|ke hoach|du kien|(?<!thoa )uoc|luy ke"  # no agreement: "thỏa ước"
    r"|chi tieu(?: giao)?|dau (?:ky|nam))\b"
)

# Words under the heading of a group that mean the same everywhere, as sets of `words`.
_SAME_LABELS: tuple[frozenset[str], ...] = tuple(
    frozenset(fold(label) for label in labels)
    for labels in (
        ("tổng số", "ts", "t số", "tổng", "tổng cộng", ""),
        ("trong đó nữ", "nữ", "số nữ", "trong đó số nữ", "tr đó nữ", "trđ nữ", "t đó nữ"),
    )
)


@lru_cache(maxsize=50_000)
def words(text: str) -> str:
    """The folded words of a heading without its numbering; empty if it is too long for one."""
    if len(text) > _LONGEST:
        return ""
    return _words(_folded(text))


def _folded(text: str) -> str:
    return _NUMBERING.sub("", fold(_HYPHENATION.sub(" ", text)))


def _words(folded: str) -> str:
    return _NO_WORD.sub(" ", folded).strip()


@lru_cache(maxsize=10_000)
def _without_brackets(text: str) -> tuple[str, tuple[str, ...]]:
    """The words outside of brackets, and those inside of each that are not harmless."""
    folded = _folded(text)
    inside = [_words(part) for part in _BRACKETS.findall(folded)]
    telling = tuple(part for part in inside if not _HARMLESS.fullmatch(strip_marks(part)) and "=" not in part)
    return _words(_BRACKETS.sub(" ", folded)), telling


@lru_cache(maxsize=10_000)
def is_elsewhen(text: str) -> bool:
    """Whether a heading is of another time or of a plan, so that the columns below it are no fields."""
    return _ELSEWHEN.search(strip_marks(words(text))) is not None


class Labels:
    """The names of one form's fields."""

    def __init__(self, form: Form) -> None:
        """Collect labels, aliases, and labels together with the heading of their group."""
        self.form = form
        self._fields: dict[str, str] = {}
        for field in form.fields:
            for name in _names(field):
                self._fields.setdefault(name, field.name)
        plain: dict[str, set[str]] = {}
        for name, field_name in self._fields.items():
            plain.setdefault(strip_marks(name), set()).add(field_name)
        self._plain = {name: fields.pop() for name, fields in plain.items() if len(fields) == 1}
        self._relative = {
            (field.group_vi, name): field.name
            for field in form.fields
            if field.group_vi and words(field.label_vi).startswith("trong đó")
            for name in _same(words(field.label_vi))
        }
        self._by_name = {field.name: field for field in form.fields}
        self.field_of = lru_cache(maxsize=20_000)(self._field_of)  # the same headings come back in every file

    def pieces(self) -> Iterator[str]:
        """Every text, as :func:`words`, that a single heading cell of the form may hold."""
        yield from self._fields
        yield from self._plain
        for field in self.form.fields:
            if field.group_vi:
                yield words(field.group_vi)
                yield from (name for name in _same(words(field.label_vi)) if name)

    def _field_of(self, levels: tuple[str, ...]) -> str | None:
        """The field that a column is, by the texts above it, read downwards.

        Headings above a group ("Tình hình đoàn viên") may be left away, unless they say another time.
        """
        for start in range(len(levels)):
            if (name := self._look_up(" ".join(levels[start:]))) is not None:
                return None if any(is_elsewhen(level) for level in levels[:start]) else name
        return None

    def relative(self, text: str, left: str) -> str | None:
        """The field meant by "Trong đó: nữ" without a group, beside the column of the field ``left``."""
        group = self._by_name[left].group_vi
        return self._relative.get((group, words(text))) if group else None

    def _look_up(self, text: str) -> str | None:
        name = self._find(words(text))
        if name is None and ("(" in text or "[" in text):
            outside, telling = _without_brackets(text)
            name = self._find(outside)
            if any(self._find(part) != name for part in telling):
                return None
        return name

    def _find(self, name: str) -> str | None:
        if not name:
            return None
        return self._fields.get(name) or self._plain.get(strip_marks(name))


def _same(label: str) -> Iterable[str]:
    return next((labels for labels in _SAME_LABELS if label in labels), (label,))


def _names(field: FormField) -> Iterator[str]:
    """A label under a group counts only together with the group's heading, or without it as an alias says."""
    if field.group_vi is None:
        yield words(field.label_vi)
    else:
        group = words(field.group_vi)
        for base in dict.fromkeys((group, group.removeprefix("số "))):
            for label in _same(words(field.label_vi)):
                yield f"{base} {label}".strip()
    yield from (words(alias) for alias in field.aliases)
    if field.group_vi is None:
        # "Bữa ăn ca (đồng)": the brackets of our own names may be missing as well.
        yield _without_brackets(field.label_vi)[0]
