"""Tax codes of enterprises (mã số thuế), and keeping identity numbers of persons out.

A tax code has 10 digits, the tenth a check digit, or 10-3 for a branch (Thông tư 105/2020/TT-BTC, điều 5).
Twelve digits are a person's identity number, which household businesses use as their tax code: such a number
is never a value, and findings show its last four digits only.
"""

from __future__ import annotations

import polars as pl
from stdnum.vn import mst

from pipelines.intake.cells import first_rule, reading, tidy
from pipelines.intake.codes import DASHES
from pipelines.intake.text import INVISIBLE

# Groups of one digit are refused: "100109106.0" is a number written by a program, not a grouped tax code.
_WRITTEN = r"^[0-9]{2,}(?:[\s.]+[0-9]{2,})*(?:\s*-\s*[0-9]{3})?$"
_DIGIT = r"\p{Nd}[^\p{Nd}\p{L}]*"
_TWELVE_DIGITS = rf"(?:^|[^\p{{Nd}}])(?:{_DIGIT}){{11}}\p{{Nd}}(?:[^\p{{Nd}}]|$)"
# From eleven digits on: an identity number that lost its zero, or one with a digit too many.
_LONG_NUMBER = rf"(?:{_DIGIT}){{7,}}({_DIGIT})({_DIGIT})({_DIGIT})(\p{{Nd}})"


def parse_tax_code(text: pl.Expr) -> pl.Expr:
    """Read a column as tax codes, "0100109106" or "0100109106-001".

    Nine digits get back the zero that Excel dropped. A wrong check digit is a query and the value is kept.

    Args:
        text: the cells as text, each distinct text once, since python-stdnum looks at one code at a time.

    Returns:
        A :func:`~pipelines.intake.cells.reading`. Rules: ``tax_code_is_personal``, ``tax_code_malformed``,
        ``tax_code_check_digit``.
    """
    part = pl.field
    length = part("digits").str.len_chars()
    has_dash = part("cell").str.contains("-", literal=True)
    value = (
        pl.when((length == 9) & ~has_dash)
        .then("0" + part("digits"))
        .when((length == 10) & ~has_dash)
        .then(part("digits"))
        .when(length == 13)
        .then(part("digits").str.head(10) + "-" + part("digits").str.tail(3))
    )
    rule = first_rule(
        ("tax_code_is_personal", part("value").is_null() & part("cell").str.contains(_TWELVE_DIGITS)),
        ("tax_code_malformed", part("text").is_not_null() & part("value").is_null()),
        ("tax_code_check_digit", part("value").str.slice(9, 1) != _check_digit(part("value"))),
    )
    masked = part("text").str.replace_all(_LONG_NUMBER, "********${1}${2}${3}${4}")
    shown = pl.when(part("value").is_null()).then(masked).otherwise(part("text"))
    cell = tidy(text).str.replace_all(INVISIBLE, "").str.replace_all(DASHES, "-")
    return (
        pl.struct(text=text, cell=cell)
        .struct.with_fields(
            digits=pl.when(part("cell").str.contains(_WRITTEN)).then(part("cell").str.replace_all("[^0-9]", ""))
        )
        .struct.with_fields(value=value)
        .struct.with_fields(reading=reading(value=part("value"), rule=rule, shown=shown))
        .struct.field("reading")
    )


def _check_digit(tax_code: pl.Expr) -> pl.Expr:
    """The check digit that the first nine digits ask for; "10", which no code has, where there is none."""
    return tax_code.str.head(9).map_elements(mst.calc_check_digit, return_dtype=pl.String)
