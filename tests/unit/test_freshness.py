"""Freshness by the deadline of the period; due days with extensions; reminders before the due day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.due_days import DueDays
from pipelines.reports.reminders import reminders
from pipelines.reports.status import Status, freshness, states_on
from tests.unit.test_status import DUE_SCHEMA, SENT_SCHEMA, UNITS

CALENDAR = pl.DataFrame(
    {
        "form": ["enterprises"] * 3,
        "period": ["2021-Q1", "2021-Q2", "2021-Q3"],
        "due_on": [dt.date(2021, 4, 15), dt.date(2021, 7, 15), dt.date(2021, 10, 15)],
    }
)
EXTENSIONS = pl.DataFrame(
    {"form": ["enterprises"], "period": ["2021-Q2"], "due_on": [dt.date(2021, 7, 20)], "org_unit_code": [None]},
    schema_overrides={"org_unit_code": pl.String()},
)
DUE_DAYS = DueDays(CALENDAR, EXTENSIONS)
OWED = pl.DataFrame(
    [
        {"form": "enterprises", "org_unit_code": unit, "period": period, "due_on": day, "org_unit_name_vi": unit}
        for unit in ("T1", "H1")
        for period, day in (("2021-Q1", dt.date(2021, 4, 15)), ("2021-Q2", dt.date(2021, 7, 20)))
    ],
    schema=DUE_SCHEMA,
)


def sent(*reports: tuple[str, str, str], verdict: str = "accepted") -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {
            "form": "enterprises",
            "org_unit_code": unit,
            "period": period,
            "version": 1,
            "verdict": verdict,
            "received_at": dt.datetime.fromisoformat(day),
        }
        for unit, period, day in reports
    ]
    return pl.DataFrame(rows, schema=SENT_SCHEMA)


def test_an_extension_for_all_moves_the_due_day() -> None:
    assert DUE_DAYS.periods_due_on(dt.date(2021, 7, 15)) == []
    assert DUE_DAYS.periods_due_on(dt.date(2021, 7, 20)) == ["2021-Q2"]
    assert DUE_DAYS.newest_past(dt.date(2021, 7, 20)) == "2021-Q1"
    assert DUE_DAYS.newest_past(dt.date(2021, 7, 21)) == "2021-Q2"
    assert DUE_DAYS.newest_past(dt.date(2021, 1, 1)) is None


@pytest.mark.parametrize(
    ("as_of", "period", "counts", "is_fresh"),
    [
        ("2021-04-01", None, (0, 0, 0, 0), True),
        ("2021-07-20", "2021-Q1", (2, 2, 0, 0), True),
        ("2021-07-21", "2021-Q2", (2, 1, 0, 1), False),
        ("2021-07-22", "2021-Q2", (2, 1, 1, 0), True),
        ("2021-10-16", "2021-Q3", (0, 0, 0, 0), False),  # nobody sent: the published file knows of no report owed
    ],
)
def test_the_newest_period_past_its_deadline_is_there_or_not(
    as_of: str, period: str | None, counts: tuple[int, int, int, int], is_fresh: bool
) -> None:
    submissions = sent(
        ("T1", "2021-Q1", "2021-04-10"),
        ("H1", "2021-Q1", "2021-04-12"),
        ("T1", "2021-Q2", "2021-07-18"),
        ("H1", "2021-Q2", "2021-07-22"),
    )
    found = freshness(dt.date.fromisoformat(as_of), DUE_DAYS, OWED, submissions, UNITS)
    assert (found.period, (found.expected, found.on_time, found.late, found.missing)) == (period, counts)
    assert found.is_fresh(from_pct=80) is is_fresh


def test_a_late_report_of_an_old_period_makes_nothing_fresh() -> None:
    submissions = sent(("T1", "2021-Q1", "2021-07-21"), ("H1", "2021-Q1", "2021-07-21"))
    found = freshness(dt.date(2021, 7, 21), DUE_DAYS, OWED, submissions, UNITS)
    assert (found.period, found.missing, found.received_for_other_periods) == ("2021-Q2", 2, 2)
    assert not found.is_fresh(from_pct=0)


def reminded(as_of: dt.date, due_by: dt.date | None, submissions: pl.DataFrame) -> list[str]:
    status = Status("2021-Q2", as_of, as_of, states_on(as_of, "2021-Q2", OWED, submissions, UNITS))
    return [reminder.paragraph_vi for reminder in reminders(status, load_contracts(), due_by)]


def test_before_the_due_day_units_are_told_how_many_days_are_left() -> None:
    day, due_by = dt.date(2021, 7, 15), dt.date(2021, 7, 20)
    (paragraph,) = reminded(day, due_by, sent(("T1", "2021-Q2", "2021-07-10")))
    assert "(hạn gửi 20/07/2021, còn 5 ngày)" in paragraph
    assert "gửi về LĐLĐ tỉnh Một đúng hạn." in paragraph
    assert reminded(day, None, sent()) == []
    assert reminded(day, dt.date(2021, 7, 19), sent()) == []


def test_on_the_due_day_it_is_today() -> None:
    assert "là hôm nay" in reminded(dt.date(2021, 7, 20), dt.date(2021, 7, 20), sent())[0]


def test_a_returned_report_is_to_be_mended_in_time() -> None:
    returned = sent(("T1", "2021-Q2", "2021-07-10"), verdict="returned")
    (paragraph,) = [
        text for text in reminded(dt.date(2021, 7, 15), dt.date(2021, 7, 20), returned) if "trả lại" in text
    ]
    assert "gửi ngày 10/07/2021, hạn gửi 20/07/2021, còn 5 ngày" in paragraph
    assert "đúng hạn." in paragraph
