"""Numbers that belong to a person, and how they are hidden.

An identity number (số định danh, CCCD) has twelve digits: three for the province of birth, from 001 on, and one below 4
for sex and century (Nghị định 137/2015/NĐ-CP, điều 13). A mobile number has ten, from 03 on, or +84 before nine.
Identity numbers are hidden wherever free text is kept; phone numbers, too, wherever a text is only shown: in findings,
logs and previews. Tax codes have rules of their own (``tax_codes``).
"""

from __future__ import annotations

import re

import polars as pl

_GROUP = r"[ .\-]?[0-9]{3}"
# A number may be next to another one, so what stands around it is kept. Groups of other lengths are no such numbers:
# 0.12345678901 is a fraction.
_IDENTITY = rf"(^|[^0-9.,])0[0-9]{{2}}[ .\-]?[0-3][0-9]{{2}}{_GROUP}[ .\-]?([0-9]{{3}})($|[^0-9])"
_MOBILE = r"(^|[^0-9.,])(?:0|\+84[ .\-]?)[35789](?:[ .\-]?[0-9]){6}([0-9]{2})($|[^0-9])"
_HIDDEN = "*********"
_identity, _mobile = re.compile(_IDENTITY), re.compile(_MOBILE)


def without_identity_numbers(text: str) -> str:
    """The text with all but the last three digits of identity numbers hidden."""
    # Twice: of two numbers with one character between them, the first takes that character along.
    for _ in range(2):
        text = _identity.sub(rf"\g<1>{_HIDDEN}\g<2>\g<3>", text)
    return text


def without_personal_numbers(text: str) -> str:
    """The text with all but the last digits of identity and mobile numbers hidden."""
    text = without_identity_numbers(text)
    for _ in range(2):
        text = _mobile.sub(rf"\g<1>{_HIDDEN}\g<2>\g<3>", text)
    return text


def without_identity_numbers_expr(text: pl.Expr) -> pl.Expr:
    """:func:`without_identity_numbers` of a text column."""
    return _hide(text, _IDENTITY)


def without_personal_numbers_expr(text: pl.Expr) -> pl.Expr:
    """:func:`without_personal_numbers` of a text column."""
    return _hide(_hide(text, _IDENTITY), _MOBILE)


def _hide(text: pl.Expr, pattern: str) -> pl.Expr:
    for _ in range(2):
        text = text.str.replace_all(pattern, f"${{1}}{_HIDDEN}${{2}}${{3}}")
    return text
