"""Dates, day first: exact days or rules."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake.dates import parse_date


def read(texts: list[str | None]) -> list[tuple[dt.date | None, str | None]]:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    read = frame.select(reading=parse_date(pl.col("text"))).unnest("reading")
    return list(zip(read["value"], read["rule"], strict=True))


READABLE = [
    ("31-08-2021", dt.date(2021, 8, 31)),
    ("02/11/2023", dt.date(2023, 11, 2)),
    ("09/7/2021", dt.date(2021, 7, 9)),
    ("9.7.2021", dt.date(2021, 7, 9)),
    ("09 / 07 / 2021", dt.date(2021, 7, 9)),
    ("2021.11.02", dt.date(2021, 11, 2)),
    ("2021-11-02", dt.date(2021, 11, 2)),
    ("2021/11/2", dt.date(2021, 11, 2)),
    ("2021-11-02 08:30:00", dt.date(2021, 11, 2)),
    ("2021-11-02T08:30:00.123", dt.date(2021, 11, 2)),
    ("02/11/2021 8:30 SA", dt.date(2021, 11, 2)),
    ("ngày 21 tháng 10 năm 2021", dt.date(2021, 10, 21)),
    ("Ngày 21 tháng 10 năm 2021", dt.date(2021, 10, 21)),
    ("NGÀY 01 THÁNG 02, NĂM 2021", dt.date(2021, 2, 1)),
    ("21 tháng 10 năm 2021", dt.date(2021, 10, 21)),
    ("ngày 21/10/2021", dt.date(2021, 10, 21)),
    ("31/8/21", dt.date(2021, 8, 31)),
    ("31/8/00", dt.date(2000, 8, 31)),
    ("15/9/85", dt.date(1985, 9, 15)),
    ("29/02/2020", dt.date(2020, 2, 29)),
    ("44501", dt.date(2021, 11, 1)),
    ("44501,75", dt.date(2021, 11, 1)),
    ("10000", dt.date(1927, 5, 18)),
    ("73415", dt.date(2100, 12, 31)),
    ("28/07/1929", dt.date(1929, 7, 28)),
    ("'02/11/2023 ", dt.date(2023, 11, 2)),
]


@pytest.mark.parametrize(("text", "day"), READABLE)
def test_readable_dates(text: str, day: dt.date) -> None:
    assert read([text]) == [(day, None)]


UNREADABLE = [
    *("02/13/2023", "13/13/2021", "30/02/2021", "29/02/2021", "00/01/2021", "01/00/2021", "31/04/2021"),
    *("2021-13-02", "2021-02-30", "2021.31.12"),
    *("tháng 10 năm 2021", "10/2021", "2021-10", "2021", "Q4/2021", "quý IV", "31/20", "31/02"),
    *("15/9/45", "15/9/29", "15/9/49", "15/9/021", "15/09/1899", "15/09/2101", "15/09/3021"),
    *("0", "1", "9999", "73416", "99999", "444501", "44501.5", "44.501", "-44501", "21102021", "20211021"),
    *("2021-11-01T17:00:00Z", "2021-11-01T17:00:00+07:00", "02/11/2021 8h30", "02-Nov-2021", "24,3"),
    *("０２/11/2021", "02\\11\\2021", "hôm nay", "x", "TRUE", "", "02/11/2021 và 03/11/2021", "02/11/20211"),
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_day_is_an_error_and_never_turned_round(text: str) -> None:
    assert read([text]) == [(None, "date_unreadable")]


@pytest.mark.parametrize("text", ["24/3", "24-03", "24.3", "ngày 24/3", "ngày 24 tháng 3", "24 tháng 3", "29/2"])
def test_a_day_without_year_is_an_error_of_its_own(text: str) -> None:
    assert read([text]) == [(None, "date_without_year")]


def test_empty_is_no_finding() -> None:
    assert read([None]) == [(None, None)]


WAYS = [
    "{d:02}/{m:02}/{y}",
    "{d}/{m}/{y}",
    "{d:02}-{m:02}-{y}",
    "{d}.{m}.{y}",
    "{y}-{m:02}-{d:02}",
    "{y}.{m:02}.{d:02}",
    "{y}-{m:02}-{d:02} 07:05:00",
    "ngày {d} tháng {m} năm {y}",
    "Ngày {d:02} tháng {m:02} năm {y}",
    "ngày {d}/{m}/{y}",
    "{serial}",
]


@settings(deadline=None)
@given(
    st.lists(st.dates(dt.date(1927, 5, 18), dt.date(2100, 12, 31)), min_size=1, max_size=20),
    st.sampled_from(WAYS),
)
def test_any_date_in_any_accepted_way_reads_back(days: list[dt.date], way: str) -> None:
    texts: list[str | None] = [
        way.format(d=day.day, m=day.month, y=day.year, serial=(day - dt.date(1899, 12, 30)).days) for day in days
    ]
    assert read(texts) == [(day, None) for day in days]


@settings(deadline=None)
@given(st.dates(dt.date(1950, 1, 1), dt.date(2028, 12, 31)))
def test_two_digit_years_of_one_century_only_read_back(day: dt.date) -> None:
    assert read([f"{day.day}/{day.month}/{day.year % 100:02}"]) == [(day, None)]


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(13, 31), st.integers(1900, 2100))
def test_month_first_is_never_read(month: int, day: int, year: int) -> None:
    assert read([f"{month}/{day}/{year}"]) == [(None, "date_unreadable")]


def days_of_figures(text: str) -> set[dt.date]:
    """Every day that the figures of a text name in day-month-year or year-month-day order, or as a serial."""
    figures = "".join(each if each.isascii() and each.isdigit() else " " for each in text).split()
    numbers = [int(each) for each in figures]
    days = {dt.date(1899, 12, 30) + dt.timedelta(days=numbers[0])} if numbers and numbers[0] < 99999 else set()
    if len(numbers) >= 3:
        first, month, last = numbers[:3]
        for day, year in ((first, last), (first, last + 2000), (first, last + 1900), (last, first)):
            try:
                days.add(dt.date(year, month, day))
            except ValueError:
                continue
    return days


figures = st.text(alphabet="0123456789" * 2 + "//--.. :T", max_size=16)


@settings(deadline=None)
@given(st.lists(st.one_of(figures, st.text(alphabet=st.characters(exclude_categories=["Cs"]))), max_size=40))
def test_no_text_yields_a_day_that_its_figures_do_not_name(texts: list[str]) -> None:
    for text, (day, rule) in zip(texts, read(list(texts)), strict=True):
        assert (day is None) == (rule is not None)
        assert day is None or day in days_of_figures(text)
