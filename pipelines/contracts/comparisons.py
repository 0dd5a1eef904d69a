"""Rules that compare a submission with other submissions: the period before, other rows, the units below.

What belongs here: what such a rule may say. How it is judged: :mod:`pipelines.quality.between`. None of them is an
error: what another file says does not return a submission.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipelines.contracts.rules import Condition, Identifier, Rule, Sentence, Severity, Strict


class Comparison(Rule):
    """What every comparison has: the examples of its page are told in words."""

    bad: tuple[Sentence, ...]
    good: tuple[Sentence, ...]

    @model_validator(mode="after")
    def _never_an_error(self) -> Self:
        if self.severity is Severity.ERROR:
            raise ValueError(f"rule {self.code}: a comparison with another submission cannot be an error")
        return self

    @property
    @abstractmethod
    def places(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(form, the fields of it that one check looks at, the one to mark first) for every form that is judged."""

    @property
    def history(self) -> int:
        """How many quarters before a period tell what is usual."""
        return 0

    @property
    def looked_at(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(form, fields) of everything that the rule names, forms besides those judged included."""
        return self.places


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


class Watched(Strict):
    """Counts of a form that are followed from period to period.

    ``sector`` groups rows that change alike; rows with ``ended_on`` filled in are left alone.
    """

    form: Identifier
    fields: tuple[Identifier, ...]
    sector: Identifier | None = None
    ended_on: Identifier | None = None

    @property
    def looked_at(self) -> tuple[str, tuple[str, ...]]:
        """The form and every field named."""
        return self.form, (*self.fields, *(name for name in (self.sector, self.ended_on) if name))


class Peers(Strict):
    """How large a change is usual, learnt from rows of the same size and sector.

    Attributes:
        offset: changes are those of log(count + offset), so that small counts may vary more.
        sizes: lower bounds of the size bands, by the count of the period before.
        quarters: how far back peers are taken from, besides the period itself.
        least: so many rows that changed make a group of peers; with fewer the next wider group is taken.
        smallest_scale: a usual change is never taken for smaller than this share …
        noise: … nor, of a count of n, for smaller than noise / √n.
        default_scale: the share that is taken for usual without any group of peers; ``noise`` comes on top.
    """

    offset: float = Field(gt=0)
    sizes: tuple[int, ...]
    quarters: int = Field(ge=0)
    least: int = Field(ge=1)
    smallest_scale: float = Field(gt=0)
    noise: float = Field(ge=0)
    default_scale: float = Field(gt=0)


class SuddenChange(Comparison):
    """The change of a count since the period before is not far from what is usual among its peers.

    Far is more than ``threshold`` times the scale; changes by less than ``smallest_change`` are never asked about.
    """

    check: Literal["sudden_change"]
    watched: tuple[Watched, ...]
    peers: Peers
    threshold: float = Field(gt=0)
    smallest_change: int = Field(ge=0)

    @property
    def history(self) -> int:
        """As the rule says."""
        return self.peers.quarters

    @property
    def places(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Every watched field by itself."""
        return tuple((watched.form, (field,)) for watched in self.watched for field in watched.fields)

    @property
    def looked_at(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The watched fields, what groups them and what ends them."""
        return tuple(watched.looked_at for watched in self.watched)


class SlippedDigit(Comparison):
    """A count is not that of the period before with a digit, or zeros, too many or too few.

    ``ratio``: how far from a power of ten the ratio of the two may be, as a factor.
    """

    check: Literal["slipped_digit"]
    watched: tuple[Watched, ...]
    ratio: float = Field(gt=1)
    smallest_change: int = Field(ge=0)

    @property
    def places(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Every watched field by itself."""
        return tuple((watched.form, (field,)) for watched in self.watched for field in watched.fields)

    @property
    def looked_at(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The watched fields, what groups them and what ends them."""
        return tuple(watched.looked_at for watched in self.watched)


class Pairs(Strict):
    """Pairs of columns that may be mistaken for each other."""

    form: Identifier
    pairs: tuple[tuple[Identifier, Identifier], ...]


class SwappedColumns(Comparison):
    """Two counts do not each have the value that the other had in the period before.

    ``closeness``: crosswise they differ by at most this share of what they differ straight; both differ straight by
    ``smallest_change`` at least.
    """

    check: Literal["swapped_columns"]
    columns: tuple[Pairs, ...]
    closeness: float = Field(ge=0, lt=1)
    smallest_change: int = Field(ge=1)

    @property
    def places(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Every pair by itself."""
        return tuple((columns.form, pair) for columns in self.columns for pair in columns.pairs)


class CopiedPeriod(Comparison):
    """Not every count of a whole submission is the same as in the period before.

    Asked where that would happen by chance less often than ``chance``, rows staying the same as often as they do in
    the other submissions of the ``quarters`` before and of the period (of all units, or of those under the same parent,
    where these have sent more than ``siblings``). Submissions with fewer than ``rows`` are left out.
    """

    check: Literal["copied_period"]
    forms: tuple[Identifier, ...]
    quarters: int = Field(ge=0)
    chance: float = Field(gt=0, lt=1)
    siblings: int = Field(ge=1)
    rows: int = Field(ge=1)

    @property
    def history(self) -> int:
        """As the rule says."""
        return self.quarters

    @property
    def places(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The forms, without a field: the whole submission is meant."""
        return tuple((form, ()) for form in self.forms)


AnyComparison = Annotated[
    SumOfUnits | StockAndFlow | StillThere | SuddenChange | SlippedDigit | SwappedColumns | CopiedPeriod,
    Field(discriminator="check"),
]
