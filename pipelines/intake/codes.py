"""Codes, entries of code lists, and yes or no. Tax codes have their own module."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches

import polars as pl

from pipelines.contracts import Choice
from pipelines.intake.cells import NOTHING, first_rule, reading, tidy
from pipelines.intake.text import INVISIBLE, SPACES, fold, fold_expr, strip_marks, strip_marks_expr

DASHES = "[‐‑‒–—―−]"
"""Dashes that word processors put in place of a hyphen."""

_ALIKE = 0.75
"""How much of a text must be that of an entry, between 0 and 1, for the entry to be suggested."""

_YES = ("có", "co", "đã có", "x", "v", "✓", "✔", "☑", "true", "đúng", "1", "yes", "y")
_NO = ("không", "khong", "ko", "chưa", "chua", "chưa có", "không có", "false", "sai", "0", "no", "n")
_BOOLEANS = {fold(word): word in _YES for word in (*_YES, *_NO)}


def parse_code(text: pl.Expr) -> pl.Expr:
    """Read a column as codes: no blanks anywhere, plain hyphens, case as sent. Breaks no rule."""
    bare = tidy(text).str.replace_all(f"{SPACES}|{INVISIBLE}", "")
    code = bare.str.replace_all(DASHES, "-").str.normalize("NFC")
    value = pl.when(code != "").then(code)
    return reading(value=value, rule=NOTHING, shown=text)


def parse_choice(text: pl.Expr, choices: Iterable[Choice]) -> pl.Expr:
    """Read a column as codes of a list, by label, code or alias. Rule: ``choice_unknown``.

    Compared on the folded key; failing that without marks. Words that could mean two entries mean none.
    """
    pairs = [(words, choice.code) for choice in choices for words in (choice.label_vi, choice.code, *choice.aliases)]
    by_key = _one_meaning((fold(words), code) for words, code in pairs)
    by_bare_key = _one_meaning((strip_marks(fold(words)), code) for words, code in pairs)
    key = fold_expr(text)
    value = pl.coalesce(_look_up(key, by_key), _look_up(strip_marks_expr(key), by_bare_key))
    rule = first_rule(("choice_unknown", text.is_not_null() & value.is_null()))
    return reading(value=value, rule=rule, shown=text)


def nearest_entries(texts: Iterable[str], choices: Iterable[Choice]) -> dict[str, str]:
    """The code of the entry that a text was most likely meant to be; texts that resemble none are left out.

    Args:
        texts: what stands in cells and is no entry; each takes about a millisecond for a list of two hundred.
        choices: the entries, compared by code and by label, without case and marks.
    """
    pairs = ((words, choice.code) for choice in choices for words in (choice.code, choice.label_vi))
    codes = _one_meaning((strip_marks(fold(words)), code) for words, code in pairs)
    found = ((text, get_close_matches(strip_marks(fold(text)), codes, n=1, cutoff=_ALIKE)) for text in texts)
    return {text: codes[near[0]] for text, near in found if near}


def parse_boolean(text: pl.Expr) -> pl.Expr:
    """Read a column as yes (Có, x, 1 …) or no (Chưa, Không, 0 …). Rule: ``boolean_unreadable``.

    A dash is unreadable: it may say "no" or "not known".
    """
    value = fold_expr(text).replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)
    rule = first_rule(("boolean_unreadable", text.is_not_null() & value.is_null()))
    return reading(value=value, rule=rule, shown=text)


def _one_meaning(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The keys that lead to one code only."""
    meanings: defaultdict[str, set[str]] = defaultdict(set)
    for key, code in pairs:
        meanings[key].add(code)
    return {key: codes.pop() for key, codes in meanings.items() if key and len(codes) == 1}


def _look_up(key: pl.Expr, table: dict[str, str]) -> pl.Expr:
    return key.replace_strict(table, default=None, return_dtype=pl.String)
