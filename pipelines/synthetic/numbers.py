"""Numbers for made-up data: exact splits, repeatable noise, valid tax codes. Nothing here knows of forms."""

from __future__ import annotations

import random

import polars as pl

TAX_CODE_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
FIRST_SERIAL = 9_900_000
"""Serials from here on are far above those in use, so that no made-up tax code is a real enterprise's."""


def split(total: pl.Expr | int, weight: pl.Expr) -> pl.Expr:
    """Split a total into one non-negative whole part per row, in proportion to the weights, exactly.

    The running share is rounded and the parts are its steps: they add up to the total, each is less
    than 1 off its exact share, a weight of 0 gets 0, and where the weights are whole numbers whose sum
    is at least the total, no part exceeds its weight (parts can be "women among members"). Within
    groups: ``split(...).over("group")``.

    A positive total over weights that are all 0 cannot be split: Polars raises ``InvalidOperationError``.
    """
    total = pl.lit(total) if isinstance(total, int) else total
    running = weight.cast(pl.Float64).cum_sum()
    whole = pl.when((running.last() == 0) & (total == 0)).then(1.0).otherwise(running.last())
    steps = (total * running / whole + 0.5).floor().cast(pl.Int64)
    return steps - steps.shift(1, fill_value=0)


def noise(count: int, *seed: str | int) -> pl.Series:
    """That many numbers in [0, 1), the same for the same seed on every machine and version of Python."""
    generator = random.Random("/".join(str(part) for part in seed))
    return pl.Series([generator.random() for _ in range(count)], dtype=pl.Float64)


def pick(values: tuple[str, ...], at: pl.Expr) -> pl.Expr:
    """One of the values for each number in [0, 1)."""
    return (at * len(values)).floor().cast(pl.Int64).replace_strict(dict(enumerate(values)), return_dtype=pl.String)


def tax_codes(prefix: str, count: int) -> pl.Series:
    """Tax codes with valid check digits, all different, of the province with that two-digit prefix.

    The check digit is 10 − (weighted sum mod 11); serials for which it would be 10 are passed over.
    """
    candidates = pl.int_range(FIRST_SERIAL, FIRST_SERIAL + count + count // 4 + 11, eager=True)
    frame = pl.select(number=pl.lit(prefix) + candidates.cast(pl.String))
    digits = [pl.col("number").str.slice(at, 1).cast(pl.Int64) for at in range(len(TAX_CODE_WEIGHTS))]
    remainder = pl.sum_horizontal(*(w * d for w, d in zip(TAX_CODE_WEIGHTS, digits, strict=True))) % 11
    valid = frame.filter(remainder > 0)
    return valid.select(pl.col("number") + (10 - remainder).cast(pl.String)).to_series().head(count)
