"""Typical slips of the pen, told by the value of the period before: digits too many or too few, columns swapped.

Pure expressions over a frame with :func:`~pipelines.quality.previous.with_previous`.
"""

from __future__ import annotations

import math

import polars as pl

from pipelines.contracts.slips import SlippedDigit, SwappedColumns
from pipelines.quality.previous import before

DIGITS = 9
"""Counts of persons have fewer digits than this."""


def is_slipped(field: str, rule: SlippedDigit) -> pl.Expr:
    """Whether the count is about ten, a hundred … times what it was or the same part of it, or lost or won a digit."""
    now, then = pl.col(field), pl.col(before(field))
    tens = (now / then).log10()
    near_a_power = (tens.round() != 0) & ((tens - tens.round()).abs() <= math.log10(rule.ratio))
    likely = near_a_power | _is_without_a_digit(now, then) | _is_without_a_digit(then, now)
    return likely & ((now - then).abs() >= rule.smallest_change) & (now > 0) & (then > 0)


def _is_without_a_digit(short: pl.Expr, long: pl.Expr) -> pl.Expr:
    """Whether the first number is the second with one of its digits struck out."""
    struck = [long // 10 ** (place + 1) * 10**place + long % 10**place for place in range(DIGITS)]
    return pl.any_horizontal((short == value) & (long >= 10**place) for place, value in enumerate(struck))


def is_swapped(one: str, other: str, rule: SwappedColumns) -> pl.Expr:
    """Whether each of two counts is close to what the other was, and far from what it was itself."""
    a, b, a_then, b_then = pl.col(one), pl.col(other), pl.col(before(one)), pl.col(before(other))
    straight = (a - a_then).abs(), (b - b_then).abs()
    crosswise = (a - b_then).abs() + (b - a_then).abs()
    far = pl.min_horizontal(*straight) >= rule.smallest_change
    # min_horizontal passes over nulls: a value that is not there is not compared.
    complete = pl.all_horizontal(value.is_not_null() for value in (a, b, a_then, b_then))
    return pl.when(complete).then(far & (crosswise <= rule.closeness * (straight[0] + straight[1])))
