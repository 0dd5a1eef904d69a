"""Numbers, dates and codes as Vietnamese readers write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contracts.model import Choice, FieldType, FormField
from pipelines.contracts.vietnamese import fill_in, format_field, format_integer, format_number, placeholders


def text(expression: pl.Expr) -> str | None:
    return pl.select(expression).item()


def field(kind: FieldType, **more: object) -> FormField:
    return FormField.model_validate(
        {"name": "x", "type": kind, "label_vi": "X", "label_en": "X", "help_vi": "X", **more}
    )


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_whole_numbers_have_dots_for_thousands(number: int) -> None:
    assert text(format_integer(pl.lit(number, pl.Int64))) == f"{number:,}".replace(",", ".")


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_numbers_have_a_decimal_comma_and_no_idle_zeros(number: Decimal) -> None:
    plain = f"{number:,.4f}".rstrip("0").rstrip(".") if number else "0"
    expected = plain.replace(",", " ").replace(".", ",").replace(" ", ".")
    assert text(format_number(pl.lit(float(number)))) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (80.0, "80"),
        (1234.5, "1.234,5"),
        (0.05, "0,05"),
        (-1234.25, "-1.234,25"),
        (13.99999, "14"),
        (-0.0, "0"),
    ],
)
def test_examples_of_numbers(number: float, expected: str) -> None:
    assert text(format_number(pl.lit(number))) == expected


@pytest.mark.parametrize(
    ("kind", "value", "more", "expected"),
    [
        (FieldType.COUNT, 13734, {}, "13.734"),
        (FieldType.COUNT, 2025, {"unit": "year"}, "2025"),
        (FieldType.AMOUNT, 1000000, {}, "1.000.000"),
        (FieldType.NUMBER, 80.5, {}, "80,5"),
        (FieldType.DATE, dt.date(2021, 7, 9), {}, "09/07/2021"),
        (FieldType.BOOLEAN, True, {}, "Có"),
        (FieldType.BOOLEAN, False, {}, "Chưa"),
        (FieldType.CHOICE, "a", {"choices": (Choice(code="a", label_vi="Loại A"),)}, "Loại A"),
        (FieldType.TAX_CODE, "0100109106", {}, "0100109106"),
        (FieldType.TEXT, "CĐCS mẫu", {}, "CĐCS mẫu"),
    ],
)
def test_a_value_reads_as_its_field_says(
    kind: FieldType, value: object, more: dict[str, object], expected: str
) -> None:
    frame = pl.DataFrame({"x": [value, None]})
    assert frame.select(format_field(field(kind, **more)))["x"].to_list() == [expected, None]


def test_a_sentence_is_filled_in_and_says_what_is_empty() -> None:
    frame = pl.DataFrame({"a": ["152", None]})
    sentence = fill_in("Tổng {a} ≠ {b}.", {"a": pl.col("a"), "b": pl.lit("150")})
    assert frame.select(sentence).to_series().to_list() == ["Tổng 152 ≠ 150.", "Tổng (để trống) ≠ 150."]
    assert placeholders("Tổng {a} ≠ {b}.") == {"a", "b"}


def test_a_sentence_cannot_name_what_is_not_there() -> None:
    with pytest.raises(KeyError, match="nothing"):
        fill_in("{nothing}", {"a": pl.lit("1")})
