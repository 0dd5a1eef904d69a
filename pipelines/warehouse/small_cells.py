"""Suppression of small counts: which figures must stay unpublished so that no small one can be computed back.

Knows nothing of unions: figures are cells, and every sum that a reader could form is a list of cells, one of them the
total. Small cells are withheld first, then others beside them until no sum gives a withheld cell away (decision 0021).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from scipy.sparse import csr_array
from scipy.sparse.linalg import lsmr

SMALLEST_PUBLISHED: Final = 5
"""A count of persons below this (0 apart) is small (DOMAIN: fewer than 5)."""
TOGETHER: Final = 2 * SMALLEST_PUBLISHED
"""What the withheld parts of a sum make together at least, so that the sum says little about each."""
_STILL: Final = 1e-6
"""A cell that moves less than this in a random direction in which no published figure moves is determined."""


def withhold(is_small: pl.Series, sums: pl.DataFrame) -> pl.Series:
    """The cells that are not to be published.

    Args:
        is_small: per cell whether it is to be withheld whatever stands beside it.
        sums: ``sum``, ``cell``, ``reading``, ``is_total`` (bool), ``value``: a total and the parts that make it. A cell
            is its place in ``is_small``. It may be read in several ways (small numbers): its values differ, but all of
            them are published or none.

    Returns:
        One boolean per cell, in their order. In every sum that holds a withheld cell there are two or more, whose parts
        make ``TOGETHER`` or more, as far as there are others than 0; and no value other than 0 of a withheld cell
        follows from all published ones together.
    """
    withheld = is_small.to_numpy().copy()
    while True:
        more = _beside_lonely_ones(sums, withheld)
        if more.size == 0:
            more = _beside_determined_ones(sums, withheld)
        if more.size == 0:
            return pl.Series("withheld", withheld)
        withheld[more] = True


def determined(sums: pl.DataFrame, withheld: np.ndarray) -> np.ndarray:
    """Withheld cells with a value that follows from the published ones: it stands still whenever all of those do.

    A 0 may follow: that nobody is counted tells of nobody.

    Args:
        sums: see ``withhold``.
        withheld: a boolean per cell.

    Returns:
        The numbers of those cells.
    """
    unknown = sums.filter(pl.Series(withheld[sums["cell"].to_numpy()]))
    if unknown.is_empty():
        return np.empty(0, dtype=np.int64)
    cells, readings = (unknown[name].to_numpy().astype(np.int64) for name in ("cell", "reading"))
    values, columns = np.unique(cells * (readings.max() + 1) + readings, return_inverse=True)
    rows = np.unique(unknown["sum"].to_numpy(), return_inverse=True)[1]
    matrix = csr_array((np.where(unknown["is_total"].to_numpy(), -1.0, 1.0), (rows, columns)))
    step = np.random.default_rng(0).uniform(-2, 2, len(values))
    moved = step - lsmr(matrix, matrix @ step, atol=1e-12, btol=1e-12, conlim=0, maxiter=20 * len(values))[0]
    still = (np.abs(moved) < _STILL)[columns] & (unknown["value"].to_numpy() > 0)
    return np.unique(unknown["cell"].to_numpy()[still])


def _beside_lonely_ones(sums: pl.DataFrame, withheld: np.ndarray) -> np.ndarray:
    """One more cell for every sum that gives a withheld one away, or nearly so."""
    state = sums.with_columns(withheld=pl.Series(withheld[sums["cell"].to_numpy()]))
    weak = state.group_by("sum").agg(
        number=pl.col("withheld").sum(),
        together=pl.col("value").filter(pl.col("withheld") & ~pl.col("is_total")).sum(),
    )
    weak = weak.filter((pl.col("number") == 1) | (pl.col("number") > 1) & (pl.col("together") < TOGETHER))
    return _picked(state.join(weak.select("sum"), on="sum", how="semi"))


def _beside_determined_ones(sums: pl.DataFrame, withheld: np.ndarray) -> np.ndarray:
    """One more cell for every sum that holds a determined one; from sums further away where those have no other."""
    reached = determined(sums, withheld)
    state = sums.with_columns(withheld=pl.Series(withheld[sums["cell"].to_numpy()]))
    while reached.size:
        around = state.join(state.filter(pl.col("cell").is_in(reached)).select("sum").unique(), on="sum", how="semi")
        if (picked := _picked(around)).size:
            return picked
        further = np.unique(around.filter("withheld")["cell"].to_numpy())
        if further.size == reached.size:
            return picked
        reached = further
    return reached


def _picked(state: pl.DataFrame) -> np.ndarray:
    """Per sum the cell to withhold next: the one that mends most sums, then the smallest; a total only at last."""
    return (
        state.filter(~pl.col("withheld") & (pl.col("value") > 0))
        .with_columns(mends=pl.len().over("cell"))
        .sort("is_total", "mends", "value", "cell", descending=[False, True, False, False])
        .group_by("sum", maintain_order=True)
        .first()["cell"]
        .unique()
        .to_numpy()
    )
