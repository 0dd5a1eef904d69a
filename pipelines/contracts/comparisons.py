"""Rules that compare a submission with other submissions: the period before, other rows, the units below.

What belongs here: what such a rule may say; rules on slips of the pen are in ``slips``. How it is judged:
:mod:`pipelines.quality.between`. None of them is an error: what another file says does not return a submission.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipelines.contracts.rules import Comparison, Condition, Identifier, Strict
from pipelines.contracts.slips import CopiedPeriod, SlippedDigit, SuddenChange, SwappedColumns


class UnitsMeasure(Strict):
    """How a figure of a summary follows from the rows that the units sent: a sum, or a number of distinct values.

    The same value from two units means two things, unless it ``is_shared`` (a tax code, not a code that units give).

    Only rows are counted that ``when`` selects and that stand on the last day of the period: a row that ``begins``
    (the first of these dates that is filled in) later does not, nor one that has ``ended_on`` that day or before, nor
    one whose ``last_day`` lies before it.
    """

    field: Identifier
    form: Identifier
    sum: Identifier | None = None
    count: Identifier | None = None
    is_shared: bool = False
    when: Condition | None = None
    begins: tuple[Identifier, ...] = ()
    ended_on: Identifier | None = None
    last_day: Identifier | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.sum is None) == (self.count is None):
            raise ValueError(f"measure '{self.field}': either 'sum' or 'count' names a field")
        return self

    @property
    def source_fields(self) -> tuple[str, ...]:
        """Every field of the units' form that is looked at."""
        dates = (*self.begins, self.ended_on, self.last_day)
        names = (self.sum, self.count, self.when.field if self.when else None, *dates)
        return tuple(name for name in names if name)


class SumOfUnits(Comparison):
    """In a summary, the sum over its rows equals what the units of these rows have sent themselves.

    Only units are compared whose own report has been accepted; a measure that the summary leaves empty is not.
    """

    check: Literal["sum_of_units"]
    form: Identifier
    unit: Identifier
    measures: tuple[UnitsMeasure, ...]

    @property
    def places(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each measure by itself."""
        return tuple((self.form, (measure.field,)) for measure in self.measures)

    @property
    def looked_at(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The summary, and the forms of the units."""
        sources = ((measure.form, measure.source_fields) for measure in self.measures)
        return (*self.places, (self.form, (self.unit,)), *sources)


class StockAndFlow(Comparison):
    """``stock`` = ``stock`` of the period before + ``plus`` − ``minus``, give or take what moved without a column.

    The difference may be as large as ``tolerance`` (a number), or ``tolerance_share`` of the stock before. What has
    ``ended_on`` filled in is left alone: whether its last members have left is told in many ways.
    """

    check: Literal["stock_and_flow"]
    form: Identifier
    stock: Identifier
    plus: tuple[Identifier, ...]
    minus: tuple[Identifier, ...]
    ended_on: Identifier | None = None
    tolerance: int = Field(ge=0)
    tolerance_share: float = Field(ge=0, lt=1)

    @property
    def places(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The stock, marked first, and its flows."""
        return ((self.form, (self.stock, *self.plus, *self.minus)),)

    @property
    def looked_at(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The stock, its flows and the date of the end."""
        return (*self.places, (self.form, (self.ended_on,) if self.ended_on else ()))


class StillThere(Comparison):
    """A row of the period before is there again, unless it had ``ended_on``."""

    check: Literal["still_there"]
    form: Identifier
    ended_on: Identifier

    @property
    def places(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The form, without a field: the whole submission is meant."""
        return ((self.form, ()),)

    @property
    def looked_at(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The date of the end."""
        return ((self.form, (self.ended_on,)),)


class RunningTotal(Comparison):
    """A value that counts since January does not fall within the year; the next year starts anew.

    ``field`` counts so in the rows whose entry in ``by`` does (see ``Choice.is_cumulative``). It is compared with the
    last value before it that the same unit gave for the same entry in the year, whichever quarter that was of: an
    entry is not asked for in every quarter, and a report may be missing. A code that came to mean another unit within
    the year starts anew, too.
    """

    check: Literal["running_total"]
    form: Identifier
    field: Identifier
    by: Identifier

    @property
    def history(self) -> int:
        """With the quarter before, all those of the year."""
        return 2

    @property
    def places(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The value, marked, and its entry."""
        return ((self.form, (self.field, self.by)),)


AnyComparison = Annotated[
    SumOfUnits | StockAndFlow | StillThere | RunningTotal | SuddenChange | SlippedDigit | SwappedColumns | CopiedPeriod,
    Field(discriminator="check"),
]
