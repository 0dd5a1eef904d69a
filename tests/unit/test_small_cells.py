"""No withheld cell can be had from the published ones: neither exactly nor nearly, by whoever solves all the sums."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pipelines.warehouse.small_cells import SMALLEST_PUBLISHED, TOGETHER, determined, withhold

SUMS_SCHEMA = {"sum": pl.UInt32, "cell": pl.UInt32, "reading": pl.UInt32, "is_total": pl.Boolean, "value": pl.Float64}


def crossed(table: np.ndarray, provinces: Sequence[int]) -> tuple[np.ndarray, pl.DataFrame]:
    """Units × sectors with all their sums: over sectors, units to provinces, provinces to the country.

    Args:
        table: figures, one row per unit.
        provinces: the province of each unit.

    Returns:
        The values of all cells, and the sums as ``withhold`` takes them.
    """
    above = np.array([table[np.array(provinces) == province].sum(axis=0) for province in sorted(set(provinces))])
    rows = np.vstack([table, above, table.sum(axis=0)])
    full = np.hstack([rows, rows.sum(axis=1, keepdims=True)])
    height, width = full.shape
    units = len(table)
    number = {province: units + place for place, province in enumerate(sorted(set(provinces)))}
    sums = [([row * width + column for column in range(width - 1)], row * width + width - 1) for row in range(height)]
    for column in range(width):
        for province, row in number.items():
            below = [unit * width + column for unit in range(units) if provinces[unit] == province]
            sums.append((below, row * width + column))
        sums.append(([row * width + column for row in number.values()], (height - 1) * width + column))
    values = full.ravel()
    frame = [
        (place, cell, 0, cell == total, values[cell])
        for place, (parts, total) in enumerate(sums)
        for cell in [*parts, total]
    ]
    return values, pl.DataFrame(frame, schema=SUMS_SCHEMA, orient="row")


def attack(values: np.ndarray, sums: pl.DataFrame, withheld: np.ndarray, cell: int) -> tuple[float, float]:
    """The least and the largest value of a cell that agree with all published ones (and with counts not negative)."""
    unknown = np.flatnonzero(withheld)
    matrix = np.zeros((sums["sum"].n_unique(), len(unknown)))
    known = np.zeros(len(matrix))
    for number, one, is_total in sums.select("sum", "cell", "is_total").iter_rows():
        sign = -1 if is_total else 1
        if withheld[one]:
            matrix[number, np.searchsorted(unknown, one)] = sign
        else:
            known[number] -= sign * values[one]
    goal = (unknown == cell).astype(float)
    ends = [linprog(sign * goal, A_eq=matrix, b_eq=known, bounds=(0, None), method="highs") for sign in (1, -1)]
    assert ends[0].status == 0, ends[0].message
    return ends[0].fun, -ends[1].fun if ends[1].status == 0 else np.inf


def is_small(values: np.ndarray) -> pl.Series:
    return pl.Series((values > 0) & (values < SMALLEST_PUBLISHED))


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, list[int]]:
    """Up to nine units in up to three provinces, up to four sectors, with many small figures and many zeros."""
    units, sectors = draw(st.integers(2, 9)), draw(st.integers(2, 4))
    figure = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 400))
    rows = draw(st.lists(st.lists(figure, min_size=sectors, max_size=sectors), min_size=units, max_size=units))
    provinces = draw(st.lists(st.integers(0, 2), min_size=units, max_size=units))
    return np.array(rows, dtype=float), provinces


@settings(max_examples=60, deadline=None)
@given(tables())
def test_whoever_solves_all_sums_finds_no_withheld_figure(made: tuple[np.ndarray, list[int]]) -> None:
    values, sums = crossed(*made)
    withheld = withhold(is_small(values), sums).to_numpy()
    assert not (is_small(values).to_numpy() & ~withheld).any()
    assert determined(sums, withheld).size == 0
    for cell in np.flatnonzero(withheld & (values > 0)):
        least, largest = attack(values, sums, withheld, int(cell))
        assert least <= values[cell] <= largest + 1e-6
        assert largest - least >= 1 - 1e-6, f"cell {cell} = {values[cell]} is known"


def test_nothing_small_nothing_withheld() -> None:
    values, sums = crossed(np.array([[10.0, 0.0], [7.0, 5.0]]), [0, 0])
    assert not withhold(is_small(values), sums).any()


def test_a_bridge_between_two_closed_parts_is_found() -> None:
    """Two in every row and column are not enough: here the middle figure follows from either side."""
    table = np.full((5, 5), 40.0)
    values, sums = crossed(table, [0] * 5)
    width = 6
    hidden = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (3, 2), (3, 3)]
    withheld = np.zeros(len(values), dtype=bool)
    withheld[[row * width + column for row, column in hidden]] = True
    assert determined(sums, withheld).tolist() == [1 * width + 2]
    closed = withhold(pl.Series(withheld), sums).to_numpy()
    assert determined(sums, closed).size == 0 and closed.sum() > len(hidden)


def test_withheld_parts_of_a_published_total_are_not_all_tiny() -> None:
    """1 + 2 withheld out of a published total would say that either is 0 to 3: a third part goes with them."""
    frame = [(0, 0, 0, True, 103.0), (0, 1, 0, False, 1.0), (0, 2, 0, False, 2.0), (0, 3, 0, False, 100.0)]
    sums = pl.DataFrame(frame, schema=SUMS_SCHEMA, orient="row")
    assert withhold(pl.Series([False, True, True, False]), sums).to_list() == [False, True, True, True]
    assert sum(value for _, _, _, is_total, value in frame if not is_total) >= TOGETHER


@pytest.mark.parametrize("reading", [0, 1])
def test_a_cell_is_protected_in_every_reading(reading: int) -> None:
    """In one reading the partner has nothing to hide behind, so that another one is taken, too."""
    sums = pl.DataFrame(
        [
            (kind, cell, kind, cell == 0, value)
            for kind, row in enumerate([[112.0, 2.0, 10.0, 100.0], [102.0, 2.0, 0.0, 100.0]][:: 1 - 2 * reading])
            for cell, value in enumerate(row)
        ],
        schema=SUMS_SCHEMA,
        orient="row",
    )
    assert withhold(pl.Series([False, True, False, False]), sums).to_list()[3]
