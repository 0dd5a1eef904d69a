"""Numbers in Vietnamese notation: exact values or rules, and never a number that the text does not say."""

from decimal import Decimal
from itertools import product

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.intake.numbers import MOST_DIGITS, parse_number


def read(texts: list[str | None], *, whole: bool) -> list[tuple[int | float | None, str | None, str]]:
    """Value, rule and likely value of each text."""
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    read = frame.select(reading=parse_number(pl.col("text"), whole=whole)).unnest("reading")
    return list(zip(read["value"], read["rule"], read["likely"].fill_null(""), strict=True))


COUNTS: list[tuple[str | None, int]] = [
    ("0", 0),
    ("02", 2),
    ("13734", 13734),
    ("13.734", 13734),
    ("1.234.567", 1234567),
    ("1,234,567", 1234567),
    ("1,234,567.00", 1234567),
    ("13 734", 13734),
    ("13\u00a0734", 13734),
    ("13\u2009734", 13734),
    ("1\u202f234\u202f567", 1234567),
    ("1.234,00", 1234),
    ("45,0", 45),
    ("45.0", 45),
    ("0,000", 0),
    ("-5", -5),
    ("\u22125", -5),
    ("+5", 5),
    ("-1.234", -1234),
    (" 7\u00a0", 7),
    ("'0012", 12),
    ("9" * MOST_DIGITS, 10**MOST_DIGITS - 1),
    ("0" * 40 + "5", 5),
]


@pytest.mark.parametrize(("text", "value"), COUNTS)
def test_whole_numbers(text: str, value: int) -> None:
    assert read([text], whole=True)[0][:2] == (value, None)


NUMBERS = [
    ("13,5", 13.5),
    ("13.5", 13.5),
    ("1.5", 1.5),
    ("13,734", 13.734),
    ("13.734", 13734.0),
    ("0.123", 0.123),
    ("0,500", 0.5),
    ("1.234.567,8", 1234567.8),
    ("1 234 567,8", 1234567.8),
    ("1,234,567.8", 1234567.8),
    ("1,234.5", 1234.5),
    ("1.234,567", 1234.567),
    ("1234,567", 1234.567),
    ("33,3333333333333", 33.3333333333333),
    ("90%", 90.0),
    ("90 %", 90.0),
    ("99,5\u00a0%", 99.5),
    ("-0,5", -0.5),
    ("250", 250.0),
]


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_numbers_with_decimals(text: str, value: float) -> None:
    assert read([text], whole=False)[0][:2] == (value, None)


FRACTIONS = [
    ("13,734", "13.734"),
    ("-13,734", "-13.734"),
    ("13,73", "13.730"),
    ("13,5", "13.500"),
    ("1.5", "1.500"),
    ("13,000", "13.000"),
    ("1,234.000", "1.234.000"),
    ("1.234,000", "1.234.000"),
    ("1234.567", "1.234.567"),
    ("012.345", "12.345"),
    ("1.234.567,8", "1.234.567 hoặc 1.234.568"),
    ("33,3333333333333", "33 hoặc 34"),
    ("999,9999", "999 hoặc 1.000"),
    ("0,5", "0 hoặc 1"),
    ("13,734 người", "13.734"),
]


@pytest.mark.parametrize(("text", "likely"), FRACTIONS)
def test_a_fraction_in_a_count_is_an_error_that_names_the_likely_value(text: str, likely: str) -> None:
    assert read([text], whole=True) == [(None, "fraction_in_count", likely)]


UNITS = [
    ("25 CĐCS", 25, "25"),
    ("25CĐCS", 25, "25"),
    ("02 tổ công đoàn", 2, "2"),
    ("1.234 người.", 1234, "1.234"),
    ("13 734 ĐOÀN VIÊN", 13734, "13.734"),
    ("25.000 đ", 25000, "25.000"),
    ("25.000 VNĐ", 25000, "25.000"),
    ("3 uỷ viên", 3, "3"),
]


@pytest.mark.parametrize(("text", "value", "likely"), UNITS)
def test_a_known_unit_behind_the_number_is_a_note(text: str, value: int, likely: str) -> None:
    assert read([text], whole=True) == [(value, "number_with_unit", likely)]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    "text",
    ["chưa có", "Chưa có số liệu", "không có số liệu.", "…", "...", "....", "n/a", "N/A", " Chưa  có "],
)
def test_words_for_not_available_are_a_note_and_no_number(text: str, whole: bool) -> None:
    assert read([text], whole=whole)[0][:2] == (None, "number_not_available")


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("text", ["-", "–", "—", "--", " - "])
def test_a_dash_is_a_query_and_no_number(text: str, whole: bool) -> None:
    assert read([text], whole=whole)[0][:2] == (None, "dash_in_number")


UNREADABLE = [
    *(
        "không",
        "chưa",
        "31/20",
        "2021-11-02",
        "02/11/2021",
        "(5)",
        "5-",
        "- 5",
        "–5",
        "abc",
        "x",
        "TRUE",
        ".",
        ",",
    ),
    *(
        "1.23.456",
        "1.2345.678",
        "12,34,567",
        "1..234",
        "1.234.",
        "1,234,567,",
        "13 73",
        "1 234.567",
        "1.234 567",
    ),
    *(
        "１２",
        "5²",
        "٣",
        "Ⅳ",
        "½",
        "1e5",
        "1E+05",
        "inf",
        "NaN",
        "0x10",
        "1_000",
        "13'734",
        "12\n345",
        "12\t345",
    ),
    *("25 triệu", "25 nghìn đồng", "25k", "25 nữ", "25 (dự kiến)", "khoảng 25", "25-30", "5 CĐCS 3 NĐ", "1O"),
    *("9" * (MOST_DIGITS + 1), "9" * 400, "1\u200b2", "5‰", "5%%"),
]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_number_is_an_error(text: str, whole: bool) -> None:
    assert read([text], whole=whole)[0][:2] == (None, "number_unreadable")


@pytest.mark.parametrize("text", ["13,500", "13,000", "1234.567", "012.345"])
def test_what_may_be_two_numbers_is_an_error(text: str) -> None:
    assert read([text], whole=False)[0][:2] == (None, "number_unreadable")


def test_per_cent_is_no_count() -> None:
    assert read(["90%"], whole=True)[0][:2] == (None, "number_unreadable")


def test_empty_is_neither_zero_nor_a_finding() -> None:
    for whole in (True, False):
        assert [each[:2] for each in read([None, "1"], whole=whole)] == [(None, None), (1, None)]


def in_groups(digits: str, separator: str) -> str:
    return f"{int(digits):,}".replace(",", separator)


@settings(deadline=None)
@given(
    st.lists(st.integers(-(10**MOST_DIGITS) + 1, 10**MOST_DIGITS - 1), min_size=1, max_size=20),
    st.sampled_from(["", ".", " ", "\u00a0", "\u202f", "\u2009"]),
    st.sampled_from(["", " ", "\u00a0"]),
)
def test_a_whole_number_in_any_vietnamese_notation_reads_back(numbers: list[int], separator: str, padding: str) -> None:
    texts = [padding + f"{number:,}".replace(",", separator) + padding for number in numbers]
    assert [each[:2] for each in read(list(texts), whole=True)] == [(number, None) for number in numbers]


@settings(deadline=None)
@given(
    st.integers(0, 10**9),
    st.text("0123456789", min_size=1, max_size=5),
    st.sampled_from([".", " ", "\u00a0", ""]),
)
def test_a_decimal_number_in_vietnamese_notation_reads_back_unless_it_may_be_thousands(
    integer: int, decimals: str, separator: str
) -> None:
    grouped = in_groups(str(integer), separator)
    value, rule, _ = read([f"{grouped},{decimals}"], whole=False)[0]
    ungrouped = grouped.isdigit()
    if ungrouped and integer and len(decimals) == 3 and decimals.endswith("0"):
        assert (value, rule) == (None, "number_unreadable")
    else:
        assert (value, rule) == (float(f"{integer}.{decimals}"), None)


@settings(deadline=None)
@given(st.floats(-1e14, 1e14, allow_nan=False))
def test_a_numeric_cell_as_the_reader_renders_it_reads_back(number: float) -> None:
    rendered = f"{Decimal(f'{number:.15g}'):f}"
    rendered = rendered.rstrip("0").rstrip(".") if "." in rendered else rendered
    value, rule, _ = read([rendered.replace(".", ",")], whole=False)[0]
    assert rule is None
    assert value == float(rendered)


def possible_readings(text: str) -> set[Decimal]:
    """Every number that a text of figures and separators can stand for, whoever wrote it."""
    body = text.strip().removeprefix("'").removesuffix("%").strip()
    sign = -1 if body[:1] in ("-", "\u2212") else 1
    body = body[1:] if body[:1] in ("-", "\u2212", "+") else body
    readings = set()
    for thousands, point in product(["", ".", ",", " ", "\u00a0", "\u2009"], ["", ".", ","]):
        whole, found, decimals = body.partition(point) if point else (body, "", "")
        groups = whole.split(thousands) if thousands else [whole]
        if thousands and (len(groups[0]) > 3 or any(len(group) != 3 for group in groups[1:])):
            continue
        digits = "".join(groups)
        if found and not (decimals.isascii() and decimals.isdigit()):
            continue
        if digits.isascii() and digits.isdigit():
            readings.add(sign * Decimal(f"{digits}.{decimals or 0}"))
    return readings


figures = st.text(alphabet="0123456789" * 3 + "..,, \u00a0-+%'", max_size=14)


@settings(deadline=None)
@given(st.lists(st.one_of(figures, st.text(max_size=12)), min_size=1, max_size=40), st.booleans())
@example(["0.123", "0,123", "1.234,5", "1,234.5"], False)
def test_no_text_yields_a_number_that_it_cannot_stand_for(texts: list[str], whole: bool) -> None:
    texts = [text for text in texts if text.isprintable() or "\u00a0" in text]
    for text, (value, rule, _) in zip(texts, read(list(texts), whole=whole), strict=True):
        if rule == "number_with_unit":
            text = text[: max(index for index, each in enumerate(text) if each.isdigit()) + 1]
        if value is None:
            assert rule is not None
            continue
        readings = possible_readings(text)
        assert value in {float(reading) for reading in readings}, text
        if whole:
            assert {reading for reading in readings if reading != value} <= {
                reading for reading in readings if reading % 1 and "," not in text
            }, text


@settings(deadline=None)
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), max_size=20), st.booleans())
def test_every_text_has_a_value_or_a_rule(texts: list[str], whole: bool) -> None:
    for value, rule, _ in read(list(texts), whole=whole):
        assert (value is None) <= (rule is not None)
        if value is not None:
            assert rule in (None, "number_with_unit")
