"""What rules look like: their words and severity, the condition they hold under, and the kinds that forms have."""

from __future__ import annotations

import datetime as dt
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
    """Restricts a rule to rows whose ``field`` has one of the values (or any value at all)."""

    field: Identifier
    is_in: tuple[str | bool, ...] = ()
    is_filled: bool = False

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if bool(self.is_in) == self.is_filled:
            raise ValueError("a condition says either 'is_in' or 'is_filled: true'")
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


class Range(Rule):
    """``field`` lies between ``minimum`` and ``maximum`` (inclusive, either may be open)."""

    check: Literal["range"]
    field: Identifier
    minimum: float | dt.date | None = None
    maximum: float | dt.date | None = None
    when: Condition | None = None

    @model_validator(mode="after")
    def _some_bound(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise ValueError(f"rule {self.code}: a range needs 'minimum' or 'maximum'")
        return self

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule, the one to mark first."""
        return (self.field,)


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


class DirectlyBelow(Rule):
    """``field`` is the code of a unit that stands directly below the reporting unit in the tree of the period."""

    check: Literal["directly_below"]
    field: Identifier
    when: Condition | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the rule, the one to mark first."""
        return (self.field,)


FormRule = Annotated[
    AtMost | RequiredWhen | Range | DaysBetween | Matches | DirectlyBelow, Field(discriminator="check")
]
