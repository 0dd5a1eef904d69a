"""Values as Vietnamese readers write them (``13.734``, ``1.234,5``, ``09/07/2021``, ``Có``), in Polars.

What belongs here: turning values into words. Reading such words back is the business of the intake.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

import polars as pl

from pipelines.contracts.model import FieldType, FormField

YES, NO = "Có", "Chưa"
EMPTY = "(để trống)"
UNITS_VI = {
    "person": "người",
    "group": "tổ",
    "sub_union": "công đoàn bộ phận",
    "union": "CĐCS",
    "enterprise": "doanh nghiệp",
    "agreement": "thỏa ước",
    "visit": "lượt",
    "VND": "đồng",
    "vnd": "đồng",
    "term": "điều khoản",
    "year": "năm",
    "activity": "hoạt động",
    "case": "vụ",
    "class": "lớp",
    "collective": "tập thể",
    "document": "văn bản",
    "facility": "cơ sở",
    "house": "nhà",
    "initiative": "sáng kiến",
    "inspection": "cuộc",
    "meeting": "cuộc",
    "model": "mô hình",
    "month": "tháng",
    "movement": "phong trào",
    "organisation": "tổ chức",
    "percent": "%",
    "person_time": "lượt người",
    "petition": "kiến nghị",
    "programme": "chương trình",
    "project": "dự án",
    "session": "buổi",
    "stoppage": "cuộc",
    "study": "đề tài",
    "unit": "đơn vị",
}
"""Units of measure as people write them, by the unit of a field or of an indicator."""
DECIMALS = 4


def format_integer(value: pl.Expr) -> pl.Expr:
    """Whole numbers with dots for thousands: 13734 → ``13.734``, -1234 → ``-1.234``."""
    # Regular expressions of Polars have no look-ahead, so groups of three are counted from the reversed end.
    digits = value.abs().cast(pl.String).str.reverse().str.replace_all(r"(\d{3})", "$1.")
    grouped = digits.str.strip_chars_end(".").str.reverse()
    return pl.when(value >= 0).then(grouped).otherwise("-" + grouped)


def format_number(value: pl.Expr) -> pl.Expr:
    """Numbers with a decimal comma and at most four decimals: 1234.5 → ``1.234,5``, 80.0 → ``80``."""
    rounded = value.cast(pl.Float64).abs().round(DECIMALS)
    whole = rounded.floor()
    fraction = ((rounded - whole) * 10**DECIMALS).round().cast(pl.Int64).cast(pl.String)
    decimals = fraction.str.zfill(DECIMALS).str.strip_chars_end("0")
    comma = pl.when(decimals == "").then(pl.lit("")).otherwise(pl.lit(","))
    text = format_integer(whole.cast(pl.Int64)) + comma + decimals
    return pl.when((value >= 0) | (rounded == 0)).then(text).otherwise("-" + text)


def format_date(value: pl.Expr) -> pl.Expr:
    """Dates day first: ``09/07/2021``."""
    return value.dt.strftime("%d/%m/%Y")


def format_period(value: pl.Expr) -> pl.Expr:
    """Periods as people write them: 2021-Q2 → ``quý II năm 2021``."""
    quarter = value.str.slice(6, 1).replace_strict(["1", "2", "3", "4"], ["I", "II", "III", "IV"], default=None)
    return pl.format("quý {} năm {}", quarter, value.str.slice(0, 4))


def format_field(field: FormField, value: pl.Expr | None = None) -> pl.Expr:
    """A value of a field as text: null stays null, codes of a list become their labels, years have no dots.

    Without ``value`` it is the column of the field's name.
    """
    value = pl.col(field.name) if value is None else value
    match field.type:
        case FieldType.COUNT | FieldType.AMOUNT:
            return value.cast(pl.String) if field.unit == "year" else format_integer(value)
        case FieldType.NUMBER:
            return format_number(value)
        case FieldType.DATE:
            return format_date(value)
        case FieldType.BOOLEAN:
            return value.replace_strict([True, False], [YES, NO], return_dtype=pl.String)
        case FieldType.CHOICE:
            return value.replace({choice.code: choice.label_vi for choice in field.choices})
        case FieldType.TEXT | FieldType.CODE | FieldType.TAX_CODE:
            return value


def placeholders(sentence: str) -> set[str]:
    """The names in braces of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def fill_in(sentence: str, words: Mapping[str, pl.Expr]) -> pl.Expr:
    """The sentence with every ``{name}`` replaced by its words; a null reads as ``(để trống)``.

    Raises:
        KeyError: the sentence names something that ``words`` does not have.
    """
    parts: list[pl.Expr] = []
    for literal, name, _, _ in Formatter().parse(sentence):
        if literal:
            parts.append(pl.lit(literal))
        if name is not None:
            parts.append(words[name].fill_null(EMPTY))
    return pl.concat_str(parts)
