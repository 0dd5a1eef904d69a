"""The sums that a reader can form with figures of persons: over sectors, over units, of provinces that became one.

Figures stand at addresses (group, period, unit, sector); what counts as a group is said in ``persons``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

Frames = Mapping[str, pl.DataFrame]
PLACE: Final = ("period", "org_unit_code", "sector")
ADDRESS: Final = ("group", *PLACE)
OWN: Final = "/own"
"""Ends the code of a unit's own part: what it counts on top of the units below it."""
_MOVED_WHOLE: Final = ("national", "province", "central_sector")
"""Types of units that a unit of today holds whole, so that its figures are a sum of theirs."""


def trees_of(marts: Frames, ancestors: pl.DataFrame) -> pl.DataFrame:
    """The unit directly above: ``basis``, ``period``, ``org_unit_code``, ``parent_code``."""
    of_the_time = ancestors.filter(pl.col("distance") == 1).select(
        pl.lit("as_reported").alias("basis"), "period", "org_unit_code", parent_code="ancestor_code"
    )
    today = marts["dim_org_unit"].filter(pl.col("valid_to").is_null() & pl.col("parent_code").is_not_null())
    of_today = (
        marts["mart_membership"]
        .select("period")
        .unique()
        .join(today.select(pl.lit("current_structure").alias("basis"), "org_unit_code", "parent_code"), how="cross")
    )
    return pl.concat([of_the_time, of_today.select(of_the_time.columns)])


def own_parts(figures: pl.DataFrame, trees: pl.DataFrame) -> pl.DataFrame:
    """What units that have others below them count on top of those: figures that only a subtraction shows.

    They stand as units of their own below the unit, under its code and ``OWN``.
    """
    same = ["indicator_code", "period", "org_unit_code", "basis", "scope"]
    below = figures.join(trees, on=["basis", "period", "org_unit_code"]).with_columns(org_unit_code="parent_code")
    below = below.group_by(*same, "sector").agg(below=pl.col("value").sum())
    above = figures.join(below, on=same, how="semi").join(below, on=[*same, "sector"], how="left")
    own = above.with_columns(
        pl.col("value") - pl.col("below").fill_null(0), org_unit_code=pl.col("org_unit_code") + OWN
    )
    return own.filter(pl.col("value") > 0).select(figures.columns)


def places_of_own(own: pl.DataFrame) -> pl.DataFrame:
    """The places of ``own_parts`` in the trees."""
    units = own.select("basis", "period", "org_unit_code").unique()
    return units.with_columns(parent_code=pl.col("org_unit_code").str.strip_suffix(OWN))


def sums_of(figures: pl.DataFrame, trees: pl.DataFrame, marts: Frames) -> pl.DataFrame:
    """Every sum that a reader can form: over sectors, over the units below, and of provinces that became one.

    Returns:
        The address, ``indicator_code``, ``basis``, ``scope``, ``value``, ``sum`` (text), ``is_total``: one row for each
        sum that a figure is a part or the total of.
    """
    columns = (*ADDRESS, "indicator_code", "basis", "scope", "value")
    part, total = pl.lit(value=False), pl.lit(value=True)
    sectors = figures.select(
        *columns, sum=_name("sectors", "basis", "org_unit_code"), is_total=pl.col("sector") == "all"
    )
    below = figures.join(trees, on=["basis", "period", "org_unit_code"])
    below = below.select(*columns, sum=_name("units", "basis", "sector", "parent_code"), is_total=part)
    above = figures.select(*columns, sum=_name("units", "basis", "sector", "org_unit_code"), is_total=total)
    whole = marts["dim_org_unit"].filter(pl.col("unit_type").is_in(_MOVED_WHOLE))
    whole = whole.join(marts["dim_period"], how="cross").filter(
        (pl.col("valid_from") <= pl.col("ends_on"))
        & (pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("ends_on")))
    )
    old = figures.filter(pl.col("basis") == "as_reported").join(
        whole.select("period", "org_unit_code", "current_org_unit_code"), on=["period", "org_unit_code"]
    )
    old = old.select(*columns, sum=_name("moved", "sector", "current_org_unit_code"), is_total=part)
    new = figures.filter(pl.col("basis") == "current_structure")
    new = new.select(*columns, sum=_name("moved", "sector", "org_unit_code"), is_total=total)
    sums = pl.concat([sectors, below, above, old, new])
    # Of parts alone, or a total alone, there is nothing to be had.
    return sums.filter(pl.col("is_total").any().over("sum") & (~pl.col("is_total")).any().over("sum"))


def _name(kind: str, *columns: str) -> pl.Expr:
    """Tells one sum from another; figures of different indicators or scopes never add up."""
    return pl.concat_str(pl.lit(kind), "group", "indicator_code", "scope", "period", *columns, separator="|")
