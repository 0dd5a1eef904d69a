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
_FEW_TEXTS: Final = ("group", "period", "sector", "indicator_code", "basis", "scope")
_MOVED_WHOLE: Final = ("national", "province", "central_sector")
"""Types of units that a unit of today holds whole, so that its figures are a sum of theirs."""


def compact(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its columns of a few texts as numbers: the figures of a quarter are millions."""
    return frame.with_columns(pl.col(name).cast(pl.Categorical) for name in frame.columns if name in _FEW_TEXTS)


def as_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """What ``compact`` made of a frame, undone."""
    return frame.cast({pl.Categorical: pl.String})


def trees_of(marts: Frames) -> pl.DataFrame:
    """The unit directly above in a period: ``basis``, ``period``, ``org_unit_code``, ``parent_code``."""
    of_the_time = (
        marts["ancestors"]
        .filter(pl.col("distance") == 1)
        .select(
            pl.lit("as_reported", pl.Categorical).alias("basis"), "period", "org_unit_code", parent_code="ancestor_code"
        )
    )
    today = marts["dim_org_unit"].filter(pl.col("valid_to").is_null() & pl.col("parent_code").is_not_null())
    of_today = (
        marts["mart_membership"]
        .select("period")
        .unique()
        .join(
            today.select(pl.lit("current_structure", pl.Categorical).alias("basis"), "org_unit_code", "parent_code"),
            how="cross",
        )
    )
    return pl.concat([of_the_time, of_today.select(of_the_time.columns)])


def own_parts(figures: pl.DataFrame, trees: pl.DataFrame) -> pl.DataFrame:
    """What units that have others below them count on top of those: figures that only a subtraction shows.

    They stand as units of their own below the unit, under its code and ``OWN``.
    """
    place = ["basis", "period", "org_unit_code"]
    of_one = ["indicator_code", "scope", "sector"]
    parents = trees.select("basis", "period", org_unit_code="parent_code").unique()
    above = figures.join(parents, on=place, how="semi")
    below = figures.select(*place, *of_one, "value").join(trees, on=place)
    below = below.group_by("basis", "period", pl.col("parent_code").alias("org_unit_code"), *of_one).agg(
        below=pl.col("value").sum()
    )
    # A unit has a part of its own only of what units below it report, too, in whatever sector.
    above = above.join(below, on=[*place, *of_one[:2]], how="semi").join(below, on=[*place, *of_one], how="left")
    own = above.with_columns(
        pl.col("value") - pl.col("below").fill_null(0), org_unit_code=pl.col("org_unit_code") + OWN
    )
    return own.filter(pl.col("value") > 0).select(figures.columns)


def places_of_own(own: pl.DataFrame) -> pl.DataFrame:
    """The places of ``own_parts`` in the trees."""
    units = own.select("basis", "period", "org_unit_code").unique()
    return units.with_columns(parent_code=pl.col("org_unit_code").str.strip_suffix(OWN))


def sums_of(figures: pl.DataFrame, cells: pl.DataFrame, trees: pl.DataFrame, marts: Frames) -> pl.DataFrame:
    """Every sum that a reader can form: over sectors, over the units below, and of provinces that became one.

    Args:
        figures: ``cell``, ``indicator_code``, ``basis``, ``scope``, ``value``.
        cells: the address of each ``cell``.
        trees: of their periods.
        marts: for the dimensions.

    Returns:
        ``sum`` and ``reading`` (numbers), ``cell``, ``is_total``, ``value``: one row for each sum that a figure is a
        part or the total of.
    """
    # Figures of different indicators or scopes never add up, but all of them along the same lines.
    kinds = figures.select("indicator_code", "scope").unique().sort(pl.all()).with_row_index("kind")
    of_kind = pl.col("kind").cast(pl.Int64)
    numbered = figures.join(kinds, on=["indicator_code", "scope"]).select("cell", "basis", "value", of_kind)
    places = figures.select("cell", "basis").unique().join(cells, on="cell")
    sums = numbered.join(_lines(places, trees, marts), on=["cell", "basis"]).select(
        *("cell", "is_total", "value"),
        sum=pl.col("line") * kinds.height + of_kind,
        reading=2 * of_kind + (pl.col("basis") == "as_reported"),
    )
    return sums.filter(_is_sum("sum"))


def _lines(cells: pl.DataFrame, trees: pl.DataFrame, marts: Frames) -> pl.DataFrame:
    """Along which lines the figures of a cell add up: ``cell``, ``basis``, ``line`` (a number), ``is_total``."""
    part, total = pl.lit(value=False), pl.lit(value=True)
    sectors = cells.select(
        "cell", "basis", line=_name("sectors", "basis", "org_unit_code"), is_total=pl.col("sector") == "all"
    )
    below = cells.join(trees, on=["basis", "period", "org_unit_code"])
    below = below.select("cell", "basis", line=_name("units", "basis", "sector", "parent_code"), is_total=part)
    above = cells.select("cell", "basis", line=_name("units", "basis", "sector", "org_unit_code"), is_total=total)
    whole = marts["dim_org_unit"].filter(pl.col("unit_type").is_in(_MOVED_WHOLE))
    whole = whole.join(marts["dim_period"], how="cross").filter(
        (pl.col("valid_from") <= pl.col("ends_on"))
        & (pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("ends_on")))
    )
    old = cells.filter(pl.col("basis") == "as_reported").join(
        whole.select("period", "org_unit_code", "current_org_unit_code"), on=["period", "org_unit_code"]
    )
    old = old.select("cell", "basis", line=_name("moved", "sector", "current_org_unit_code"), is_total=part)
    new = cells.filter(pl.col("basis") == "current_structure")
    new = new.select("cell", "basis", line=_name("moved", "sector", "org_unit_code"), is_total=total)
    lines = pl.concat([sectors, below, above, old, new]).filter(_is_sum("line"))
    return lines.with_columns(pl.col("line").rank("dense").cast(pl.Int64))


def _is_sum(name: str) -> pl.Expr:
    """Of parts alone, or a total alone, there is nothing to be had."""
    return (pl.col("is_total").any() & (~pl.col("is_total")).any()).over(name)


def _name(kind: str, *columns: str) -> pl.Expr:
    """Tells one line from another."""
    return pl.concat_str(pl.lit(kind), "group", "period", *columns, separator="|")
