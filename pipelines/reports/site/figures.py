"""Figures: values of the published marts that know which cell of which table they are.

Nothing on a page is a number of its own: each stands in a ``Figure``, so that a test can take every page apart and
compare it with the marts. What is computed here (a difference, a sum of a few cells) says how.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import polars as pl

from pipelines.reports.site.numbers import COMPLETENESS, PERCENT, Target, Value

Row = Mapping[str, Any]
Formula = Literal["value", "difference", "sum"]
TEXT = "text"


@dataclass(frozen=True)
class Cell:
    """A column of one row of a public table; the key singles out the row."""

    table: str
    column: str
    key: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Figure:
    """A value and where it stands.

    Attributes:
        value: as published; None where it is not known, which is not 0.
        cells: the cells it is made of.
        unit: unit of measure of the registry, ``text`` for words and days.
        formula: how the value comes from the cells: the one cell, the first less the second, or their sum.
        page: the page that leads back to the source, from the root of the site.
        target: what the value is judged by, and must not be rounded across.
        is_withheld: there is a value, but it counts few persons or tells of such a count.
    """

    value: Value
    cells: tuple[Cell, ...]
    unit: str = ""
    formula: Formula = "value"
    page: str | None = None
    target: Target | None = None
    is_withheld: bool = False

    @property
    def is_known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    @property
    def amount(self) -> float:
        """The value as a number, to be compared.

        Raises:
            TypeError: it is not known, or no number.
        """
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise TypeError(f"{self.cells} is no number: {self.value!r}")
        return self.value

    def leading_to(self, page: str | None) -> Figure:
        """The same figure with a link."""
        return replace(self, page=page)


class Table:
    """Rows of a public table by key; a figure of a row that is not there has no value, as missing is not 0."""

    def __init__(self, name: str, frame: pl.DataFrame, keys: Iterable[str]):
        """Index a frame.

        Args:
            name: the public table.
            frame: rows of it.
            keys: the columns that single out a row among all rows of the table.

        Raises:
            ValueError: two rows have the same key.
        """
        self.name, self.keys, self.frame = name, tuple(keys), frame
        self._rows: dict[tuple[Any, ...], Row] = dict(
            zip(frame.select(self.keys).iter_rows(), frame.iter_rows(named=True), strict=True)
        )
        if len(self._rows) != frame.height:
            raise ValueError(f"{name}: {', '.join(self.keys)} is no key")

    @cached_property
    def by_unit(self) -> dict[str, list[Row]]:
        """The rows of every unit, in the order of the frame."""
        found: dict[str, list[Row]] = {}
        for row in self._rows.values():
            found.setdefault(row["org_unit_code"], []).append(row)
        return found

    def row(self, **key: Any) -> Row | None:
        """The row, None where there is none."""
        return self._rows.get(tuple(key[name] for name in self.keys))

    def figure(self, column: str, unit: str = "", **key: Any) -> Figure:
        """One value of one row."""
        row = self.row(**key)
        said = tuple((name, str(key[name])) for name in self.keys if key[name] is not None)
        is_withheld = row is not None and column in row.get("withheld", ())
        return Figure(row[column] if row else None, (Cell(self.name, column, said),), unit, is_withheld=is_withheld)

    def of_row(self, row: Row, column: str, unit: str = "") -> Figure:
        """One value of a row at hand."""
        return self.figure(column, unit, **{name: row[name] for name in self.keys})


def unit_of(column: str) -> str:
    """Columns of the marts that are percentages say so."""
    if column.startswith("completeness"):
        return COMPLETENESS
    return PERCENT if column.endswith("_pct") else ""


def difference(one: Figure, other: Figure) -> Figure:
    """``one`` less ``other``; not known unless both are."""
    known = one.is_known and other.is_known
    value = one.amount - other.amount if known else None
    is_withheld = one.is_withheld or other.is_withheld
    return Figure(value, one.cells + other.cells, one.unit, "difference", is_withheld=is_withheld)


def total(figures: Iterable[Figure]) -> Figure:
    """The sum of those that are known; not known when none is, and withheld when one is."""
    figures = list(figures)
    if any(figure.is_withheld for figure in figures):
        cells = tuple(cell for figure in figures for cell in figure.cells)
        return Figure(None, cells, formula="sum", is_withheld=True)
    known = [figure for figure in figures if figure.is_known]
    value = sum(figure.amount for figure in known) if known else None
    return Figure(value, tuple(cell for figure in known for cell in figure.cells), formula="sum")
