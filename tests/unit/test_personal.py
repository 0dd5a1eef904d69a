"""Numbers of persons are hidden where a text is shown, and figures are not."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.intake.personal import (
    without_identity_numbers,
    without_identity_numbers_expr,
    without_personal_numbers,
    without_personal_numbers_expr,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("001085012345", "*********345"),
        ("CCCD: 001085012345.", "CCCD: *********345."),
        ("001 085 012 345", "*********345"),
        ("001.085.012.345", "*********345"),
        ("001085012345 001085012346;079203001234", "*********345 *********346;*********234"),
        ("số 001085012345\nvà 0100109106", "số *********345\nvà 0100109106"),
    ],
)
def test_identity_numbers_are_hidden(text: str, shown: str) -> None:
    assert without_identity_numbers(text) == without_personal_numbers(text) == shown
    assert pl.select(without_identity_numbers_expr(pl.lit(text))).item() == shown
    assert pl.select(without_personal_numbers_expr(pl.lit(text))).item() == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ĐT 0912345678", "ĐT *********78"),
        ("0912 345 678, 0987.654.321", "*********78, *********21"),
        ("+84 912345678", "*********78"),
        ("+84912345678", "*********78"),
    ],
)
def test_mobile_numbers_are_hidden_where_a_text_is_shown_only(text: str, shown: str) -> None:
    assert without_personal_numbers(text) == shown
    assert pl.select(without_personal_numbers_expr(pl.lit(text))).item() == shown
    assert without_identity_numbers(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "13.734",
        "123456789012",
        "100.000.000.000",
        "84912345678",
        "0.12345678901",
        "0,912345678",
        "1.0912345678",
        "0100109106",
        "0100109106-001",
        "00108501234",
        "0010850123456",
        "001485012345",
        "2021-07-09",
        "Quý II năm 2021",
    ],
)
def test_figures_codes_and_dates_stay(text: str) -> None:
    assert without_personal_numbers(text) == text
    assert pl.select(without_personal_numbers_expr(pl.lit(text))).item() == text


def test_nothing_stays_nothing() -> None:
    assert pl.select(without_personal_numbers_expr(pl.lit(None, pl.String))).item() is None
