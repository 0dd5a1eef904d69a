"""Numbers as Vietnamese offices write them: a dot between thousands, a comma before decimals.

The reader renders numeric cells in the same grammar ("13,734" for the float 13.734), so text and
numeric cells are read alike. What has two meanings is an error, never a guess:

* In a whole number, three decimals are taken for a thousands group gone astray ("13,734", "13,000").
* In a number with decimals, "13,500" is refused: no numeric cell renders with a zero at the end, so someone
  typed it, meaning 13,5 or 13 500. "13,734" has to pass, because the float 13.734 looks just so.
* "1234.567" is refused too: a decimal point or a group that lost its dot. "1.5" can only be a decimal point.
* "(5)" is refused: in these tables it is the number of a column; Excel's accounting format arrives as "-5".
* Words after the number must be a known unit: "25 triệu" is not 25.
"""

from __future__ import annotations

import polars as pl

from pipelines.intake.cells import first_rule, is_dash, is_not_available, reading, tidy
from pipelines.intake.text import fold, fold_expr

MOST_DIGITS = 15
"""Whole digits that a spreadsheet and a Float64 hold exactly; longer numbers are unreadable."""

# No tab and no line break: "12⏎345" are two numbers in one cell.
_SPACE = " \u00a0\u2000-\u200a\u202f\u205f"
_TURNED_ROUND = "[\u202a-\u202e\u2066-\u2069]"  # after such a mark, 12 is shown as 21
_LEAD = "[1-9][0-9]{0,2}"
_NUMBER = (
    "^(?P<sign>[-+−]?)(?:"
    rf"(?P<dotted>{_LEAD}(?:\.[0-9]{{3}})+)(?:,(?P<dotted_decimals>[0-9]+))?"  # 1.234.567,8
    rf"|(?P<spaced>{_LEAD}(?:[{_SPACE}][0-9]{{3}})+)(?:,(?P<spaced_decimals>[0-9]+))?"  # 1 234 567,8
    rf"|(?P<english>{_LEAD}(?:,[0-9]{{3}}){{2,}})(?:\.(?P<english_decimals>[0-9]+))?"  # 1,234,567.8
    rf"|(?P<mixed>{_LEAD},[0-9]{{3}})\.(?P<mixed_decimals>[0-9]+)"  # 1,234.5
    "|(?P<plain>[0-9]+)(?:(?P<point>[.,])(?P<plain_decimals>[0-9]+))?"  # 1234,5 and 1234.5
    rf")(?:[{_SPACE}]?(?P<percent>%)|[{_SPACE}]*(?P<unit>\p{{L}}[\p{{L}}\p{{M}}{_SPACE}.]*))?$"
)
_FORMS = ("dotted", "spaced", "english", "mixed", "plain")

_UNITS = [
    fold(word)
    for words in (
        "người, đoàn viên, đv, đvcđ, công nhân, lao động, lđ, cnlđ, cnvclđ, cán bộ, ủy viên",
        "cđcs, công đoàn cơ sở, công đoàn, nghiệp đoàn, nđ, công đoàn bộ phận, cđ bộ phận, cđbp",
        "tổ, tổ công đoàn, tổ cđ, đơn vị, doanh nghiệp, dn, thỏa ước, tưlđtt, bản, điều khoản",
        "lượt, lượt người, cuộc, lần, đồng, đ, vnđ, vnd",
        "buổi, vụ, nhà, căn, lớp, hoạt động, chương trình, phong trào, sáng kiến, kiến nghị, văn bản",
        "tập thể, cá nhân, mô hình, dự án, tổ chức, cơ sở",
    )
    for word in words.split(",")
]


def parse_number(text: pl.Expr, *, whole: bool) -> pl.Expr:
    """Read a column as numbers.

    Args:
        text: the cells as text; null stays null without a finding.
        whole: True for counts and amounts (Int64, no per cent), False for numbers with decimals (Float64,
            "90 %" is 90).

    Returns:
        A :func:`~pipelines.intake.cells.reading`. Rules: ``number_unreadable``, ``fraction_in_count``
        (likely: the whole number that may be meant), ``dash_in_number``, ``number_not_available``,
        ``number_with_unit`` (likely: the number read).
    """
    part = pl.field
    parts = (
        tidy(text)
        .str.extract_groups(_NUMBER)
        .struct.with_fields(
            text=text,
            sign=pl.when(part("sign").is_in(["-", "−"])).then(pl.lit("-")).otherwise(pl.lit("")),
            digits=pl.coalesce(*(part(form) for form in _FORMS)).str.replace_all("[^0-9]", ""),
            decimals=pl.coalesce(*(part(f"{form}_decimals") for form in _FORMS)).fill_null(""),
        )
        .struct.with_fields(integer=part("digits").str.strip_chars_start("0").str.replace("^$", "0"))
        .struct.with_fields(
            is_number=(part("integer").str.len_chars() <= MOST_DIGITS).fill_null(value=False)
            & (part("unit").is_null() | fold_expr(part("unit")).is_in(_UNITS))
            & ~part("text").str.contains(_TURNED_ROUND),
            is_group_astray=(part("decimals").str.len_chars() == 3) & (part("integer") != "0"),
        )
    )
    typed = _whole(parts) if whole else _with_decimals(parts)
    rule = first_rule(
        ("number_not_available", is_not_available(part("text"))),
        ("dash_in_number", is_dash(part("text"))),
        ("number_unreadable", part("text").is_not_null() & ~part("is_readable")),
        ("fraction_in_count", part("is_fraction")),
        ("number_with_unit", part("unit").is_not_null()),
    )
    likely = pl.when(part("is_fraction")).then(_likely_whole()).otherwise(_written())
    read = reading(value=part("value"), rule=rule, shown=part("text"), likely=likely)
    return typed.struct.with_fields(reading=read).struct.field("reading")


def _whole(parts: pl.Expr) -> pl.Expr:
    """Adds value, is_readable and is_fraction of a whole number."""
    part = pl.field
    number = (part("sign") + part("integer")).cast(pl.Int64, strict=False)
    return parts.struct.with_fields(
        is_readable=part("is_number") & part("percent").is_null(),
        has_decimals=part("is_group_astray") | part("decimals").str.contains("[1-9]"),
    ).struct.with_fields(
        value=pl.when(part("is_readable") & ~part("has_decimals")).then(number),
        is_fraction=part("is_readable") & part("has_decimals"),
    )


def _with_decimals(parts: pl.Expr) -> pl.Expr:
    """Adds value, is_readable and is_fraction (never) of a number that may have decimals."""
    part = pl.field
    # the point is null, hence neither, where the number is in groups
    is_typed = (part("point") == ".") | ((part("point") == ",") & part("decimals").str.ends_with("0"))
    is_ambiguous = part("is_group_astray") & is_typed.fill_null(value=False)
    number = part("sign") + part("integer") + "." + part("decimals").str.replace("^$", "0")
    return parts.struct.with_fields(
        is_readable=part("is_number") & ~is_ambiguous, is_fraction=pl.lit(value=False)
    ).struct.with_fields(value=pl.when(part("is_readable")).then(number.cast(pl.Float64, strict=False)))


def _written() -> pl.Expr:
    """The number in Vietnamese notation."""
    part = pl.field
    decimals = pl.when(part("decimals") != "").then("," + part("decimals")).otherwise(pl.lit(""))
    return part("sign") + _with_dots(part("integer")) + decimals


def _likely_whole() -> pl.Expr:
    """The whole number that a fraction may stand for.

    Excel with foreign settings takes "13.730" for 13.73 and drops the zero: up to three decimals behind one
    to three digits give back the thousands. Of any other fraction, both neighbours are named.
    """
    part = pl.field
    integer, decimals = part("integer"), part("decimals")
    width = decimals.str.len_chars()
    is_lost_group = (integer != "0") & ((width == 3) | ((width < 3) & (integer.str.len_chars() <= 3)))
    above = (integer.cast(pl.Int64, strict=False) + 1).cast(pl.String)
    return (
        pl.when(is_lost_group)
        .then(part("sign") + _with_dots(integer + decimals.str.pad_end(3, "0")))
        .otherwise(part("sign") + _with_dots(integer) + " hoặc " + part("sign") + _with_dots(above))
    )


def _with_dots(digits: pl.Expr) -> pl.Expr:
    """Digits with a dot between thousands."""
    return digits.str.reverse().str.replace_all("([0-9]{3})", "${1}.").str.strip_chars_end(".").str.reverse()
