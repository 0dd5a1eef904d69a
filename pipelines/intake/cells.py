"""What cells of every type have in common: how a reading looks, and cells that hold no value.

What belongs here: nothing that is particular to numbers, dates or codes. The functions take and give
Polars expressions over the text of cells; they are pure and look at one cell at a time.
"""

from __future__ import annotations

import polars as pl

from pipelines.intake.text import INVISIBLE, fold, fold_expr

NOTHING = pl.lit(None, dtype=pl.String)
"""A text column of nulls."""

_BLANK = rf"[\s\p{{Cc}}{INVISIBLE[1:-1]}]*"
_DASHES = rf"^{_BLANK}[-‐‑‒–—―−](?:\s*[-‐‑‒–—―−])*{_BLANK}$"
_DOTS = rf"^{_BLANK}(?:…|\.\.)[.…]*{_BLANK}$"
_ERROR = (
    rf"^{_BLANK}(?:#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|SPILL!|CALC!|GETTING_DATA|FIELD!|BLOCKED!"
    rf"|CONNECT!|BUSY!|UNKNOWN!|EXTERNAL!|PYTHON!)|Err:[0-9]{{3}}){_BLANK}$"
)
_NOT_AVAILABLE = [
    fold(phrase)
    for phrase in (
        "chưa có",
        "chưa có số liệu",
        "không có số liệu",
        "chưa có thông tin",
        "không có thông tin",
        "chưa báo cáo",
        "chưa có báo cáo",
        "chưa thống kê",
        "chưa tổng hợp",
        "chưa cập nhật",
        "chưa xác định",
        "chưa rõ",
        "không rõ",
        "n/a",
    )
]


def reading(value: pl.Expr, rule: pl.Expr, shown: pl.Expr, likely: pl.Expr = NOTHING) -> pl.Expr:
    """How a column of cell texts reads, as a struct.

    Args:
        value: the typed value; null where there is none or where ``rule`` is an error.
        rule: name of the catalogue rule that the cell breaks, null where it breaks none.
        shown: the text of the cell as findings may show it.
        likely: what the message of the rule shows as ``{likely}``.
    """
    return pl.struct(value=value, rule=rule, shown=shown, likely=likely)


def tidy(text: pl.Expr) -> pl.Expr:
    """The text without blanks at the ends and without the apostrophe that makes Excel keep zeros."""
    return text.str.replace(f"^{_BLANK}'?", "").str.replace(f"{_BLANK}$", "")


def is_error(text: pl.Expr) -> pl.Expr:
    """Whether the cell shows an error value of Excel or LibreOffice (``#REF!``, ``Err:502``)."""
    return text.str.contains(_ERROR)


def is_dash(text: pl.Expr) -> pl.Expr:
    """Whether the cell holds nothing but dashes."""
    return text.str.contains(_DASHES)


def is_not_available(text: pl.Expr) -> pl.Expr:
    """Whether the cell says in words or dots that there is no value yet ("chưa có số liệu", "…", "n/a")."""
    words = pl.when(~text.str.contains("[0-9]")).then(text)  # folding is dear and most cells are numbers
    return text.str.contains(_DOTS) | fold_expr(words).is_in(_NOT_AVAILABLE).fill_null(value=False)


def is_placeholder(text: pl.Expr) -> pl.Expr:
    """Whether the cell is filled but holds no value."""
    return is_dash(text) | is_not_available(text)


def first_rule(*rules: tuple[str, pl.Expr]) -> pl.Expr:
    """The name of the first rule whose condition is true, null if none is."""
    return pl.coalesce(*(pl.when(condition).then(pl.lit(name)) for name, condition in rules))
