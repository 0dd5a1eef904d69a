"""Rules on slips of the pen: what beside the period before looks like a wrong key, column or file.

What belongs here: what such a rule may say. How it is judged: :mod:`pipelines.quality.slips` and
:mod:`pipelines.quality.peers`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipelines.contracts.rules import Comparison, Identifier, Strict


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
