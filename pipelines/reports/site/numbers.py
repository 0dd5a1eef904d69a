"""Numbers and dates as readers of a language write them; a percentage is never rounded across 0 or 100."""

from __future__ import annotations

import datetime as dt
import math
import operator
from dataclasses import dataclass
from typing import Literal

from pipelines.reports.wording import date_vi, number_vi

Lang = Literal["vi", "en"]
PERCENT = "percent"
YEAR = "year"
COMPLETENESS = "completeness"
"""A percentage that says how much is there: rounded down, so that it never claims more than has come."""
OPERATORS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "=": operator.eq}
Value = float | int | str | bool | dt.date | None


@dataclass(frozen=True)
class Target:
    """What a value is judged by: the operator of a target and its value."""

    operator: str
    value: float

    def is_met_by(self, actual: float) -> bool:
        """Whether a value meets it."""
        return OPERATORS[self.operator](actual, self.value)


def number(value: float, lang: Lang, digits: int = 2) -> str:
    """``1.234,5`` or ``1,234.5``: at most so many digits after the comma, none that say nothing."""
    if lang == "vi":
        return number_vi(value, digits)
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: float, lang: Lang, *, down: bool = False, target: Target | None = None) -> str:
    """With one decimal and the sign: ``92,3 %``; what is short of 100, or above 0, is not rounded to it.

    Nor is a value rounded across the target that it is judged by.
    """
    shown = round(value, 1)
    if target and target.is_met_by(shown) != target.is_met_by(value):
        shown = (math.floor if shown > value else math.ceil)(value * 10) / 10
    if down or (shown >= 100) != (value >= 100):
        shown = math.floor(value * 10) / 10
    if shown == 0 < value:
        shown = math.ceil(value * 10) / 10
    text = f"{shown:,.1f}"
    return f"{text.translate(str.maketrans(',.', '.,'))} %" if lang == "vi" else f"{text}%"


def written(value: Value, unit: str, lang: Lang, target: Target | None = None) -> str:
    """A known value as text: words as they are, days day first, counts with separators, percentages with their sign.

    Raises:
        ValueError: the value is not known; what to say then is the caller's matter.
    """
    match value:
        case None:
            raise ValueError("a value that is not known has no text")
        case str():
            return value
        case dt.date():
            return date_vi(value) if lang == "vi" else f"{value.day} {value:%B %Y}"
        case _ if unit == YEAR:
            return str(value)
        case _:
            if unit in (PERCENT, COMPLETENESS):
                return percent(value, lang, down=unit == COMPLETENESS, target=target)
            return number(value, lang)


def signed(value: float, unit: str, lang: Lang) -> str:
    """A change with its sign; a true minus, so that it is as wide as the plus."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + written(abs(value), unit, lang)
