"""Public tables as they may leave the data team: without the figures of persons that are withheld."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from pipelines.contracts.reader_views import ReaderView
from pipelines.warehouse.person_sums import PLACE
from pipelines.warehouse.persons import Withheld

NOTE_VI: Final = "số nhỏ, không công bố"


def without_small_figures(
    table: pl.DataFrame, view: ReaderView, labels: Mapping[str, str], withheld: Withheld, ancestors: pl.DataFrame
) -> pl.DataFrame:
    """A public table as it may leave the data team.

    Args:
        table: the table.
        view: says which columns are emptied by which figures.
        labels: Vietnamese name of every column.
        withheld: of the periods of the table.
        ancestors: the tree of each of these.

    Returns:
        The table with those columns null, and ``note_vi``: which of them were withheld, null where none was. A value
        that is missing leaves no note.
    """
    rows = table.with_row_index("row")
    marks: dict[str, np.ndarray] = {}
    for entry in view.withheld:
        figures = withheld.figures.filter(pl.col("to_date") == entry.to_date).drop("to_date")
        if entry.below:
            figures = pl.concat([figures, _above(figures, ancestors)])
        keys = rows.select(
            "row",
            "period",
            "org_unit_code",
            sector=pl.col("sector") if "sector" in table.columns else pl.lit("all"),
            indicator_code=pl.col(entry.indicator_in) if entry.indicator_in else pl.lit(entry.indicator),
        )
        hit = keys.join(figures, on=["indicator_code", *PLACE], how="semi").select("row")
        if entry.since in table.columns:
            keys = keys.with_columns(since=table[entry.since])
            hit = pl.concat([hit, _summed_since(keys, withheld.parts)])
        for column in entry.columns:
            marks.setdefault(column, np.zeros(table.height, dtype=bool))[hit["row"].to_numpy()] = True
    flags = {column: pl.lit(pl.Series(mark)) & pl.col(column).is_not_null() for column, mark in marks.items()}
    named = [pl.when(flag).then(pl.lit(labels[column])) for column, flag in flags.items() if column not in view.hidden]
    names = pl.concat_str(named, separator="; ", ignore_nulls=True)
    return table.with_columns(
        note_vi=pl.when(names != "").then(pl.lit(f"{NOTE_VI.capitalize()}: ") + names),
        **{column: pl.when(~flag).then(pl.col(column)) for column, flag in flags.items()},
    )


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
