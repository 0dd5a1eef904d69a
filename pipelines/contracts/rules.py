"""What rules look like: their words and severity, the condition they hold under, and the kinds that forms have.

What a comparison with other submissions has in common is here too; its kinds are in ``comparisons`` and ``slips``.
"""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
RuleCode = Annotated[str, Field(pattern=r"^CD-[EQN]\d{3}$")]
Sentence = Annotated[str, Field(min_length=5)]


class Strict(BaseModel):
    """Base of every contract model: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Severity(StrEnum):
    """What a finding does to the submission it is found in."""

    ERROR = "error"
    QUERY = "query"
    NOTE = "note"

    @property
    def label_vi(self) -> str:
        """The word that senders read."""
        return {"error": "LỖI", "query": "CẦN GIẢI TRÌNH", "note": "LƯU Ý"}[self.value]


class Condition(Strict):
    """Restricts a rule to rows whose ``field`` has one of the values (or any value at all).

    ``has_unit`` and ``has_other_unit`` select by the unit of measure of the entry of a list, where one is given.
    """

    field: Identifier
    is_in: tuple[str | bool, ...] = ()
    is_filled: bool = False
    has_unit: tuple[str, ...] = ()
    has_other_unit: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if [bool(self.is_in), self.is_filled, bool(self.has_unit), bool(self.has_other_unit)].count(True) != 1:
            raise ValueError("a condition says one of 'is_in', 'is_filled: true', 'has_unit' and 'has_other_unit'")
        return self


class Rule(Strict):
    """What every rule has: a stable code, a severity and words for people.

    ``message_vi`` may name fields in braces (``{members_total}``); they are replaced by the values
    of the row, so that the sentence shows both sides. ``why_vi`` and ``source`` (law, decision, standard) say on
    the rule's page why it is asked.
    """

    code: RuleCode
    severity: Severity
    title_vi: Sentence
    message_vi: Sentence
    remedy_vi: Sentence
    why_vi: Sentence | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _code_tells_severity(self) -> Self:
        letter = {"error": "E", "query": "Q", "note": "N"}[self.severity.value]
        if self.code[3] != letter:
            raise ValueError(f"rule {self.code}: severity '{self.severity.value}' needs a code CD-{letter}…")
        return self


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


class AtMost(Rule):
    """``smaller`` ≤ ``larger``, for counts or dates; rows where either is empty are left alone."""

    check: Literal["at_most"]
    smaller: Identifier
    larger: Identifier
    when: Condition | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule, the one to mark first."""
        return (self.smaller, self.larger)


class RequiredWhen(Rule):
    """``field`` must be filled in the rows that ``when`` selects."""

    check: Literal["required_when"]
    field: Identifier
    when: Condition

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule, the one to mark first."""
        return (self.field,)


class InPeriod(Strict):
    """Restricts a rule to rows of which the date in ``field`` lies in the reporting period; or else to all others.

    The others are also those without a date.
    """

    field: Identifier
    is_within: bool = True


class Range(Rule):
    """``field`` lies between ``minimum`` and ``maximum`` (inclusive, either may be open)."""

    check: Literal["range"]
    field: Identifier
    minimum: float | dt.date | None = None
    maximum: float | dt.date | None = None
    when: Condition | None = None
    in_period: InPeriod | None = None

    @model_validator(mode="after")
    def _some_bound(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise ValueError(f"rule {self.code}: a range needs 'minimum' or 'maximum'")
        return self

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule, the one to mark first."""
        return (self.field, self.in_period.field) if self.in_period else (self.field,)


class DaysBetween(Rule):
    """The days from ``start`` to ``end`` lie between ``minimum`` and ``maximum`` (inclusive)."""

    check: Literal["days_between"]
    start: Identifier
    end: Identifier
    minimum: int | None = None
    maximum: int | None = None
    when: Condition | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule, the one to mark first."""
        return (self.end, self.start)


class Matches(Rule):
    """The whole text of ``field`` matches the regular expression ``pattern``."""

    check: Literal["matches"]
    field: Identifier
    pattern: str
    when: Condition | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule, the one to mark first."""
        return (self.field,)


class UnitBelow(Rule):
    """``field`` is the code of a unit below the reporting unit in the tree of the period.

    ``directly_below``: a unit right below it; ``itself_or_below``: the reporting unit, or one at any depth below it.
    """

    check: Literal["directly_below", "itself_or_below"]
    field: Identifier
    when: Condition | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule, the one to mark first."""
        return (self.field,)


class Whole(Rule):
    """``field`` is a whole number; its message may name ``{likely}``, what a lost thousands group may have been."""

    check: Literal["whole"]
    field: Identifier
    when: Condition | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule, the one to mark first."""
        return (self.field,)


class ValidEntry(Rule):
    """The entry in ``field`` is valid in the period; the message may name ``{validity}`` and ``{period}``."""

    check: Literal["valid_entry"]
    field: Identifier
    when: Condition | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule, the one to mark first."""
        return (self.field,)


class NamesSameEntry(Rule):
    """``field`` does not name another entry than the code in ``code_field``; words that name none say nothing."""

    check: Literal["names_same_entry"]
    field: Identifier
    code_field: Identifier
    when: Condition | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule, the one to mark first."""
        return (self.field, self.code_field)


class ShareOfRow(Rule):
    """In one submission the value of a row lies within a share of the value of another row.

    The row of entry ``row`` (in ``by``) has in ``field`` between ``minimum`` and ``maximum`` times what is expected:
    the value of the row of entry ``of_row``, times the parameter of that name (a percentage, dated) if one is given.
    Not judged where either row has no value. The message may name ``{expected}``, ``{of_value}`` and ``{rate}``.
    """

    check: Literal["share_of_row"]
    field: Identifier
    by: Identifier
    row: Identifier
    of_row: Identifier
    parameter: Identifier | None = None
    minimum: float | None = None
    maximum: float | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule, the one to mark first."""
        return (self.field, self.by)

    @property
    def when(self) -> Condition:
        """The rows that are marked."""
        return Condition(field=self.by, is_in=(self.row,))


FormRule = Annotated[
    AtMost
    | RequiredWhen
    | Range
    | DaysBetween
    | Matches
    | UnitBelow
    | Whole
    | ValidEntry
    | NamesSameEntry
    | ShareOfRow,
    Field(discriminator="check"),
]
