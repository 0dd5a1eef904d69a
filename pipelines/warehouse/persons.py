"""Which figures of the marts count so few persons that they must not leave the data team, and marts without them.

A figure is addressed by what is counted, period, unit and sector. All readings of an address (basis, scope, men beside
women) are withheld together, so that none of them tells of another; what is computed from figures (ratios, sums since
January, subsets of the members) is withheld when one of its parts is. Decision 0021 says why that is enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from pipelines.contracts.reader_views import ReaderView
from pipelines.warehouse.small_cells import SMALLEST_PUBLISHED, withhold

Frames = Mapping[str, pl.DataFrame]

NOTE_VI: Final = "số nhỏ, không công bố"
TABLES: Final = ("mart_membership", "mart_indicator", "mart_activity", "dim_indicator", "dim_org_unit", "dim_period")
"""What the figures of persons are read from."""

_TOGETHER: Final = {
    "workers_total": "workers",
    "workers_female": "women workers",
    "workers_male": "women workers",
    "members_total": "members",
    "members_female": "women members",
    "members_male": "women members",
    # Two stocks and one of these give the other away.
    "members_admitted": "changes",
    "members_left": "changes",
    "officers_elected": "officers elected",
    "officers_trained": "officers trained",
    "density_members": "subsets",
    "density_workers": "subsets",
}
"""Column of ``mart_membership`` → its group: what is withheld together. Indicators that count some of the members or
employees belong to "subsets", too; those of activities are groups of their own."""
_SUBSETS: Final = "subsets"
_CHANGES: Final = "changes"
_OWN: Final = "/own"
_MOVED_WHOLE: Final = ("national", "province", "central_sector")
"""Types of units that a unit of today holds whole, so that its figures are a sum of theirs."""
_PLACE: Final = ("period", "org_unit_code", "sector")
_ADDRESS: Final = ("group", *_PLACE)


def withheld_figures(marts: Frames, ancestors: pl.DataFrame, units_of_persons: tuple[str, ...]) -> pl.DataFrame:
    """The figures of persons that are not to be published.

    Args:
        marts: at least ``TABLES``.
        ancestors: ``period``, ``org_unit_code``, ``ancestor_code``, ``distance``: the tree of each period.
        units_of_persons: units of measure whose indicators count persons.

    Returns:
        ``indicator_code``, ``period``, ``org_unit_code``, ``sector``, ``to_date`` (bool): one row per figure; ratios
        among them.
    """
    figures = pl.concat([_of_membership(marts), _of_indicators(marts, units_of_persons)])
    trees = _trees(marts, ancestors)
    own = _own(figures, trees)
    figures = pl.concat([figures, own])
    trees = pl.concat([trees, _below_themselves(own)])
    small = _small(figures)
    cells = figures.group_by(*_ADDRESS, "basis").agg(value=pl.col("value").filter(pl.col("value") > 0).min())
    later = pl.col("group").is_in([_SUBSETS, _CHANGES])
    sums = _sums(cells.with_columns(pl.col("value").fill_null(0)), trees, marts)
    first = _closed(cells.filter(~later), sums, small)
    follow = pl.concat([small, *_following(first, cells, marts["dim_period"])])
    withheld = pl.concat([first, _closed(cells.filter(later), sums, follow)])
    published = withheld.filter(~pl.col("org_unit_code").str.ends_with(_OWN))
    of_period = figures.select("indicator_code", "group").unique().join(published, on="group").drop("group")
    of_period = _with_ratios(of_period, marts["dim_indicator"])
    return pl.concat(
        [of_period.with_columns(to_date=False), _to_date(of_period, marts).with_columns(to_date=True)]
    ).unique()


def without_small_figures(
    table: pl.DataFrame, view: ReaderView, labels: Mapping[str, str], withheld: pl.DataFrame, ancestors: pl.DataFrame
) -> pl.DataFrame:
    """A public table as it may leave the data team.

    Args:
        table: the table.
        view: says which columns are emptied by which figures.
        labels: Vietnamese name of every column.
        withheld: see ``withheld_figures``.
        ancestors: the tree of each period.

    Returns:
        The table with those columns null, and ``note_vi``: which of them were withheld, null where none was. A value
        that is missing leaves no note.
    """
    rows = table.with_row_index("row")
    marks: dict[str, np.ndarray] = {}
    for entry in view.withheld:
        figures = withheld.filter(pl.col("to_date") == entry.to_date).drop("to_date")
        if entry.below:
            figures = pl.concat([figures, _above(figures, ancestors)])
        keys = rows.select(
            "row",
            "period",
            "org_unit_code",
            sector=pl.col("sector") if "sector" in table.columns else pl.lit("all"),
            indicator_code=pl.col(entry.indicator_in) if entry.indicator_in else pl.lit(entry.indicator),
        )
        hit = keys.join(figures, on=["indicator_code", *_PLACE], how="semi").select("row")
        if entry.since in table.columns:
            keys = keys.with_columns(since=table[entry.since])
            hit = pl.concat([hit, _summed_since(keys, withheld.filter(~pl.col("to_date")))])
        for column in entry.columns:
            marks.setdefault(column, np.zeros(table.height, dtype=bool))[hit["row"].to_numpy()] = True
    flags = {column: pl.lit(pl.Series(mark)) & pl.col(column).is_not_null() for column, mark in marks.items()}
    named = [pl.when(flag).then(pl.lit(labels[column])) for column, flag in flags.items() if column not in view.hidden]
    names = pl.concat_str(named, separator="; ", ignore_nulls=True)
    return table.with_columns(
        note_vi=pl.when(names != "").then(pl.lit(f"{NOTE_VI.capitalize()}: ") + names),
        **{column: pl.when(~flag).then(pl.col(column)) for column, flag in flags.items()},
    )


def _of_membership(marts: Frames) -> pl.DataFrame:
    """Figures of ``mart_membership``: the address, ``indicator_code``, ``basis``, ``scope``, ``value``."""
    rows = marts["mart_membership"].with_columns(
        workers_male=pl.col("workers_total") - pl.col("workers_female"),
        members_male=pl.col("members_total") - pl.col("members_female"),
    )
    long = rows.unpivot(
        list(_TOGETHER), index=[*_PLACE, "basis", "scope"], variable_name="indicator_code", value_name="value"
    )
    return long.drop_nulls("value").select(
        *_PLACE,
        "basis",
        "scope",
        "indicator_code",
        pl.col("value").cast(pl.Float64),
        group=pl.col("indicator_code").replace_strict(_TOGETHER),
    )


def _of_indicators(marts: Frames, units_of_persons: tuple[str, ...]) -> pl.DataFrame:
    """Figures of indicators that count persons and are no column of ``mart_membership``; same columns."""
    counting = marts["dim_indicator"].filter(pl.col("unit").is_in(units_of_persons)).unique("indicator_code")
    of_their_own = counting.filter(~pl.col("indicator_code").is_in(list(_TOGETHER))).select(
        "indicator_code",
        group=pl.when(pl.col("origin") == "measure").then(pl.lit(_SUBSETS)).otherwise("indicator_code"),
    )
    place = ["period", "org_unit_code", "indicator_code"]
    values = pl.concat(
        [
            marts["mart_indicator"].select(*place, pl.col("value")),
            marts["mart_activity"].select(*place, value="actual_value"),
            marts["mart_activity"].select(*place, value="plan_value"),
        ]
    )
    return (
        values.join(of_their_own, on="indicator_code")
        .drop_nulls("value")
        .select(
            "period",
            "org_unit_code",
            pl.lit("all").alias("sector"),
            pl.lit("as_reported").alias("basis"),
            pl.lit("all").alias("scope"),
            "indicator_code",
            "value",
            "group",
        )
    )


def _trees(marts: Frames, ancestors: pl.DataFrame) -> pl.DataFrame:
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


def _below_themselves(own: pl.DataFrame) -> pl.DataFrame:
    """The places of ``_own`` in the trees."""
    units = own.select("basis", "period", "org_unit_code").unique()
    return units.with_columns(parent_code=pl.col("org_unit_code").str.strip_suffix(_OWN))


def _is_small(value: pl.Expr) -> pl.Expr:
    return (value > 0) & (value < SMALLEST_PUBLISHED)


def _own(figures: pl.DataFrame, trees: pl.DataFrame) -> pl.DataFrame:
    """What units that have others below them count on top of those: figures that only a subtraction shows.

    They stand as units of their own below the unit, under its code and ``_OWN``.
    """
    same = ["indicator_code", "period", "org_unit_code", "basis", "scope"]
    below = figures.join(trees, on=["basis", "period", "org_unit_code"]).with_columns(org_unit_code="parent_code")
    below = below.group_by(*same, "sector").agg(below=pl.col("value").sum())
    above = figures.join(below, on=same, how="semi").join(below, on=[*same, "sector"], how="left")
    own = above.with_columns(
        pl.col("value") - pl.col("below").fill_null(0), org_unit_code=pl.col("org_unit_code") + _OWN
    )
    return own.filter(pl.col("value") > 0).select(figures.columns)


def _small(figures: pl.DataFrame) -> pl.DataFrame:
    """Addresses whose figure is small, or all unions less the comparable ones is."""
    same = ["indicator_code", *_ADDRESS, "basis"]
    scopes = figures.filter(scope="all").join(figures.filter(scope="comparable"), on=same, suffix="_comparable")
    return pl.concat(
        [
            figures.filter(_is_small(pl.col("value"))).select(_ADDRESS),
            scopes.filter(_is_small(pl.col("value") - pl.col("value_comparable"))).select(_ADDRESS),
        ]
    ).unique()


def _sums(there: pl.DataFrame, trees: pl.DataFrame, marts: Frames) -> pl.DataFrame:
    """Every sum that a reader can form: over sectors, over the units below, and of provinces that became one.

    Columns: the address, ``basis``, ``value``, ``sum`` (text), ``is_total``.
    """
    columns = (*_ADDRESS, "basis", "value")
    sectors = there.select(*columns, sum=_name("sectors", "basis", "org_unit_code"), is_total=pl.col("sector") == "all")
    below = there.join(trees, on=["basis", "period", "org_unit_code"])
    below = below.select(*columns, sum=_name("units", "basis", "sector", "parent_code"), is_total=pl.lit(False))
    above = there.select(*columns, sum=_name("units", "basis", "sector", "org_unit_code"), is_total=pl.lit(True))
    whole = marts["dim_org_unit"].filter(pl.col("unit_type").is_in(_MOVED_WHOLE))
    whole = whole.join(marts["dim_period"], how="cross").filter(
        (pl.col("valid_from") <= pl.col("ends_on"))
        & (pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("ends_on")))
    )
    old = there.filter(pl.col("basis") == "as_reported").join(
        whole.select("period", "org_unit_code", "current_org_unit_code"), on=["period", "org_unit_code"]
    )
    old = old.select(*columns, sum=_name("moved", "sector", "current_org_unit_code"), is_total=pl.lit(False))
    new = there.filter(pl.col("basis") == "current_structure")
    new = new.select(*columns, sum=_name("moved", "sector", "org_unit_code"), is_total=pl.lit(True))
    sums = pl.concat([sectors, below, above, old, new])
    # Of parts alone, or a total alone, there is nothing to be had.
    return sums.filter(pl.col("is_total").any().over("sum") & (~pl.col("is_total")).any().over("sum"))


def _name(kind: str, *columns: str) -> pl.Expr:
    return pl.concat_str(pl.lit(kind), "group", "period", *columns, separator="|")


def _closed(cells: pl.DataFrame, sums: pl.DataFrame, seeds: pl.DataFrame) -> pl.DataFrame:
    """The addresses to withhold among ``cells``, once those of ``seeds`` are."""
    numbered = cells.select(_ADDRESS).unique().sort(_ADDRESS).with_row_index("cell")
    is_small = numbered.select(
        pl.struct(_ADDRESS).is_in(seeds.select(pl.struct(_ADDRESS).implode()).item())
    ).to_series()
    numbers = numbered.join(sums, on=_ADDRESS).select(
        pl.col("sum").rank("dense"), "cell", "is_total", "value", reading=pl.col("basis").rank("dense")
    )
    return numbered.filter(withhold(is_small, numbers.sort("sum", "cell", "reading"))).select(_ADDRESS)


def _following(withheld: pl.DataFrame, cells: pl.DataFrame, dim_period: pl.DataFrame) -> list[pl.DataFrame]:
    """What must be withheld because of members and workers that are.

    Of members: those who joined and left in that period and the next one, which lead from one stock to another. Of
    both: every subset of them, in any sector, because subsets add up across sectors.
    """
    members = withheld.filter(group="members")
    order = dim_period.sort("period").select("period", next_period=pl.col("period").shift(-1))
    after = members.join(order, on="period").select("group", pl.col("next_period").alias("period"), *_PLACE[1:])
    changes = pl.concat([members, after]).with_columns(group=pl.lit(_CHANGES))
    either = withheld.filter(pl.col("group").is_in(["members", "workers"])).select("period", "org_unit_code").unique()
    subsets = cells.filter(group=_SUBSETS).join(either, on=["period", "org_unit_code"], how="semi")
    return [changes.select(_ADDRESS), subsets.select(_ADDRESS)]


def _with_ratios(withheld: pl.DataFrame, dim_indicator: pl.DataFrame) -> pl.DataFrame:
    """The figures, and the ratios of which one is a part."""
    parts = dim_indicator.select("indicator_code", "numerator", "denominator").unpivot(
        ["numerator", "denominator"], index="indicator_code", value_name="part"
    )
    parts = parts.drop_nulls("part").select(pl.col("indicator_code").alias("ratio"), "part").unique()
    ratios = withheld.join(parts, left_on="indicator_code", right_on="part")
    return pl.concat([withheld, ratios.select(pl.col("ratio").alias("indicator_code"), *_PLACE)]).unique()


def _to_date(withheld: pl.DataFrame, marts: Frames) -> pl.DataFrame:
    """The figures since the start of a year of which a part is withheld: same columns.

    A sum since January holds every quarter so far, anything else is the figure of its ``actual_period``.
    """
    place = ["indicator_code", "org_unit_code"]
    kinds = marts["dim_indicator"].select("indicator_code", "aggregation_over_time").unique("indicator_code")
    known = withheld.filter(pl.col("sector") == "all").drop("sector").join(kinds, on="indicator_code")
    year = pl.col("period").str.head(4)
    periods = marts["dim_period"].select("period").with_columns(year=year).rename({"period": "to"})
    summed = known.filter(pl.col("aggregation_over_time") == "sum").with_columns(year=year).join(periods, on="year")
    summed = summed.filter(pl.col("to") >= pl.col("period")).select(*place, period="to")
    stood = (
        marts["mart_indicator"]
        .select(*place, "period", "actual_period")
        .join(
            known.filter(pl.col("aggregation_over_time") != "sum").rename({"period": "actual_period"}),
            on=[*place, "actual_period"],
            how="semi",
        )
    )
    base = pl.concat([summed, stood.select(*place, "period")]).unique().with_columns(sector=pl.lit("all"))
    return _with_ratios(base.select("indicator_code", *_PLACE), marts["dim_indicator"])


def _above(figures: pl.DataFrame, ancestors: pl.DataFrame) -> pl.DataFrame:
    """The same figures of every unit above those withheld."""
    above = ancestors.filter(pl.col("distance") > 0).select("period", "org_unit_code", "ancestor_code")
    return (
        figures.join(above, on=["period", "org_unit_code"])
        .select("indicator_code", "period", pl.col("ancestor_code").alias("org_unit_code"), "sector")
        .unique()
    )


def _summed_since(keys: pl.DataFrame, of_period: pl.DataFrame) -> pl.DataFrame:
    """The rows of ``keys`` whose sum, from the year in ``since`` to the period, holds a figure that is withheld."""
    parts = keys.drop_nulls("since").join(
        of_period, on=["indicator_code", "org_unit_code", "sector"], suffix="_of_part"
    )
    begins = pl.col("since").cast(pl.String) + "-Q1"
    return parts.filter(pl.col("period_of_part").is_between(begins, pl.col("period"))).select("row").unique()
