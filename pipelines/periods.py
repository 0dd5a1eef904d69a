"""Reporting periods: quarters with keys like "2021-Q2"."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache


def starts_on(period: str) -> dt.date:
    """First day of a period."""
    return dt.date(int(period[:4]), int(period[6]) * 3 - 2, 1)


@lru_cache(maxsize=1_000)
def ends_on(period: str) -> dt.date:
    """Last day of a period, which is also its cut-off date."""
    return starts_on(following(period)) - dt.timedelta(days=1)


def containing(day: dt.date) -> str:
    """The period that a day lies in."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def following(period: str) -> str:
    """The period after this one."""
    year, quarter = int(period[:4]), int(period[6])
    return f"{year}-Q{quarter + 1}" if quarter < 4 else f"{year + 1}-Q1"


def preceding(period: str) -> str:
    """The period before this one."""
    year, quarter = int(period[:4]), int(period[6])
    return f"{year}-Q{quarter - 1}" if quarter > 1 else f"{year - 1}-Q4"


def title_vi(period: str) -> str:
    """As people write it: "Quý II năm 2021"."""
    return f"Quý {('I', 'II', 'III', 'IV')[int(period[6]) - 1]} năm {period[:4]}"
