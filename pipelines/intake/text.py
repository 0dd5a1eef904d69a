"""Vietnamese text: one spelling for storing, one key for comparing.

What belongs here: functions on text that know nothing of forms or cells. Each exists twice, as a
function on one string and as an expression on a column, from the same patterns and with the same result.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

import polars as pl

INVISIBLE = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
"""Characters without width (soft hyphen, zero-width space, direction and byte order marks)."""

SPACES = r"[\s\x00-\x1f\x7f-\x9f]+"
"""White space of every kind, and control characters, which separate words just so."""

EDGES = " !\"#%&'()*,-./:;?@[\\]_{}§¡¿·•…‐‑‒–—―‘’‚“”„‹›«»"
"""Punctuation without meaning at the ends of a label. Signs such as ``<``, ``≥``, ``+`` are not among it."""

# A syllable carries one tone mark; on which of its vowels it is written varies (hoà, hòa). In decomposed text
# the mark moves behind the last vowel of its group. A group with two marks is no syllable and stays as it is.
_TONE = "[\u0300\u0301\u0303\u0309\u0323]"
_VOWEL = "[aeiouy\u0302\u0306\u031b]"
_TONE_IN_VOWELS = f"({_TONE}{_VOWEL}*(?:{_TONE}{_VOWEL}*)+)|({_TONE})({_VOWEL}+)"
_MARKS = "[\u0300-\u036f]"

_invisible = re.compile(INVISIBLE)
_spaces = re.compile(SPACES)
_tone_in_vowels = re.compile(_TONE_IN_VOWELS)
_marks = re.compile(_MARKS)


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """The key under which two spellings of the same Vietnamese words are equal.

    Insensitive to NFC or NFD, case, kind and number of spaces, invisible characters, punctuation at the ends
    and the place of the tone mark (hoà = hòa, thuý = thúy, uỷ = ủy). For comparing only: the tone of a key
    stands on the last vowel ("ngaỳ"), so compare keys with keys. Remembered, because the same titles, headings and
    names come back in every file.
    """
    composed = normalize("NFC", _invisible.sub("", text)).lower()
    moved = _tone_in_vowels.sub(r"\1\3\2", normalize("NFD", composed))
    return normalize("NFC", _spaces.sub(" ", moved)).strip(EDGES)


def fold_expr(text: pl.Expr) -> pl.Expr:
    """:func:`fold` of a text column."""
    composed = text.str.replace_all(INVISIBLE, "").str.normalize("NFC").str.to_lowercase()
    moved = composed.str.normalize("NFD").str.replace_all(_TONE_IN_VOWELS, "${1}${3}${2}")
    return moved.str.replace_all(SPACES, " ").str.normalize("NFC").str.strip_chars(EDGES)


def strip_marks(text: str) -> str:
    """The text without tone and vowel marks, đ as d: the last resort of a comparison."""
    bare = _marks.sub("", normalize("NFD", text))
    return normalize("NFC", bare.replace("đ", "d").replace("Đ", "D"))


def strip_marks_expr(text: pl.Expr) -> pl.Expr:
    """:func:`strip_marks` of a text column."""
    bare = text.str.normalize("NFD").str.replace_all(_MARKS, "")
    return bare.str.replace_all("đ", "d", literal=True).str.replace_all("Đ", "D", literal=True).str.normalize("NFC")


@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    """The folded text without marks; remembered as well."""
    return strip_marks(fold(text))


def collapse(text: str) -> str:
    """The text as it is stored: NFC, single spaces, nothing invisible, no space at the ends."""
    return _spaces.sub(" ", normalize("NFC", _invisible.sub("", text))).strip(" ")


def collapse_expr(text: pl.Expr) -> pl.Expr:
    """:func:`collapse` of a text column; nothing left is null."""
    collapsed = (
        text.str.replace_all(INVISIBLE, "").str.normalize("NFC").str.replace_all(SPACES, " ").str.strip_chars(" ")
    )
    return pl.when(collapsed != "").then(collapsed)
