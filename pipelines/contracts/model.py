"""The shape of a form contract and of the rule catalogues, as pydantic models.

What belongs here: what a contract may say. What a contract *means* (a dtype, a header, an
expectation, a dbt column) is derived elsewhere from these objects and from nothing else.
All models are frozen and refuse unknown keys, so that a misspelt key in YAML is an error that
names its place.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipelines import periods
from pipelines.contracts.comparisons import AnyComparison
from pipelines.contracts.rules import Condition, FormRule, Identifier, Rule, Sentence, Severity, ShareOfRow, Strict

PeriodKey = Annotated[str, Field(pattern=r"^\d{4}-Q[1-4]$")]


class FieldType(StrEnum):
    """How the text of a cell becomes a value, and which dtype the value has."""

    TEXT = "text"
    CODE = "code"
    COUNT = "count"
    AMOUNT = "amount"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    TAX_CODE = "tax_code"


class Choice(Strict):
    """One entry of a code list: the code that is stored and the words that senders use.

    An entry that a seed lists also has what the seed says of it: the unit of measure of its values, the quarters in
    which it is asked for, whether they count since January (of each year anew), and its validity (``valid_to`` is
    exclusive).
    """

    code: Identifier
    label_vi: str
    aliases: tuple[str, ...] = ()
    unit: str | None = None
    quarters: tuple[Literal[1, 2, 3, 4], ...] = (1, 2, 3, 4)
    is_cumulative: bool = False
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def is_valid_in(self, period: str) -> bool:
        """Whether the entry holds at the end of a period."""
        end = periods.ends_on(period)
        return (self.valid_from is None or self.valid_from <= end) and (self.valid_to is None or self.valid_to > end)

    def is_asked_in(self, period: str) -> bool:
        """Whether the entry holds in a period and its quarter asks for it."""
        return self.is_valid_in(period) and int(period[-1]) in self.quarters


class ListedIn(Strict):
    """Where a code list comes from that is no part of the contract: rows of the indicator seed, in their order.

    ``origin`` picks the rows of one origin; without it all rows are listed.
    """

    seed: Literal["indicators"]
    origin: str | None = None


class Beside(Strict):
    """A column that repeats in words what a code of the same row means: its name or its unit of measure."""

    field: Identifier
    shows: Literal["name", "unit"]


class FormField(Strict):
    """One column of a form.

    ``group_vi`` is the heading above several columns ("Số đoàn viên"); a header cell matches when it reads as the
    label, an alias, or group and label together. A required field needs its column; another one may be missing from
    the sheet. ``since_layout`` and ``until_layout`` say in which layouts of the form the column stands. ``total``
    says that a total row carries the sum of the column; ``stable`` that the value carries over from period to period.
    ``minimum`` and ``maximum`` are inclusive, in ``unit``; a date field may bound its dates. ``listed_in`` says that
    the choices are rows of a seed and are entered as codes; ``beside`` that the column only explains such a code.
    """

    name: Identifier
    type: FieldType
    label_vi: str
    label_en: str
    group_vi: str | None = None
    aliases: tuple[str, ...] = ()
    required: bool = False
    since_layout: int = 1
    until_layout: int | None = None
    unit: str | None = None
    minimum: float | dt.date | None = None
    maximum: float | dt.date | None = None
    choices: tuple[Choice, ...] = ()
    listed_in: ListedIn | None = None
    beside: Beside | None = None
    total: bool = False
    stable: bool = False
    help_vi: str
    example: str | None = None
    width: float = 14

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.type is FieldType.CHOICE) != bool(self.choices):
            raise ValueError(f"field '{self.name}': 'choices' go with type 'choice', and only with it")
        if self.total and self.type not in (FieldType.COUNT, FieldType.AMOUNT):
            raise ValueError(f"field '{self.name}': only a count or an amount can have a total")
        return self

    @property
    def heading_vi(self) -> str:
        """Group and label as one phrase, as messages name the column."""
        return f"{self.group_vi} – {self.label_vi}" if self.group_vi else self.label_vi


class Layout(Strict):
    """A layout of the form over time: its number and the first period it is used for."""

    version: int
    valid_from: PeriodKey


class Form(Strict):
    """The contract of one form: the only place where its columns and rules are written."""

    form: Identifier
    title_vi: str
    title_en: str
    title_aliases: tuple[str, ...] = ()
    description_vi: Sentence
    description_en: Sentence
    row_is_vi: str
    row_is_en: str
    key: tuple[Identifier, ...]
    due_quarters: tuple[Literal[1, 2, 3, 4], ...] = (1, 2, 3, 4)
    due_days_after_period_end: int
    sent_by: tuple[str, ...]
    layouts: tuple[Layout, ...]
    fields: tuple[FormField, ...]
    rules: tuple[FormRule, ...] = ()

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        names = [f.name for f in self.fields]
        if len(set(names)) != len(names):
            raise ValueError(f"form '{self.form}': field names are not unique")
        known = set(names)
        used: list[tuple[str, tuple[str, ...]]] = [("key", self.key)]
        used += [(f"rule {rule.code}", rule.fields) for rule in self.rules]
        used += [(f"rule {rule.code}, when", (rule.when.field,)) for rule in self.rules if rule.when]
        used += [(f"field '{f.name}', beside", (f.beside.field,)) for f in self.fields if f.beside]
        for place, fields in used:
            if unknown := [f for f in fields if f not in known]:
                raise ValueError(f"form '{self.form}', {place}: no such field: {', '.join(unknown)}")
        if not self.layouts:
            raise ValueError(f"form '{self.form}': at least one layout is needed")
        for rule in self.rules:
            if isinstance(rule, ShareOfRow):
                codes = {choice.code for choice in self.field(rule.by).choices}
                if unknown := [code for code in (rule.row, rule.of_row) if code not in codes]:
                    raise ValueError(f"rule {rule.code}: '{rule.by}' has no entry {', '.join(unknown)}")
        return self

    def field(self, name: str) -> FormField:
        """The field of that name; ``KeyError`` if the form has none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"form '{self.form}' has no field '{name}'")

    def layout_for(self, period: str) -> Layout:
        """The newest layout valid in a period ("2021-Q2"); the first one for earlier periods."""
        valid = [layout for layout in self.layouts if layout.valid_from <= period]
        return max(valid or self.layouts[:1], key=lambda layout: layout.version)

    @property
    def longest_gap(self) -> int:
        """Most quarters from a period in which the form is due to the next one."""
        due = sorted(self.due_quarters)
        return max(later - quarter for quarter, later in zip(due, [*due[1:], due[0] + 4], strict=True))

    def due_before(self, period: str) -> str:
        """The last period before this one in which the form is due."""
        earlier = periods.preceding(period)
        while int(earlier[-1]) not in self.due_quarters:
            earlier = periods.preceding(earlier)
        return earlier

    def columns(self, layout: Layout) -> tuple[FormField, ...]:
        """The fields of a layout, in the order of its columns."""
        return tuple(
            field
            for field in self.fields
            if field.since_layout <= layout.version
            and (field.until_layout is None or layout.version <= field.until_layout)
        )


class CatalogueRule(Rule):
    """A finding that is not bound to one form: of a file, of a cell, or of any field.

    Code refers to it by ``name``; words and severity are data. A rule about cells names in ``applies_to`` the types
    of fields that it looks at. ``bad`` and ``good`` are the examples of its page: of a rule about cells, what may
    stand in a cell ("" is an empty one; without ``good``, an entry of the code list), else sentences.
    """

    name: Identifier
    applies_to: tuple[FieldType, ...] = ()
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()


class ExistsIn(Strict):
    """The field of another form in which a value must be found."""

    form: Identifier
    field: Identifier


class CrossFormRule(Rule):
    """A value of one form must exist in another form of the same unit and period.

    Judged only where the other form has been accepted for that unit and period. Never an error:
    a submission is not returned for what another file says, so its verdict does not depend on
    the order of arrival.
    """

    form: Identifier
    field: Identifier
    exists_in: ExistsIn
    when: Condition | None = None

    @model_validator(mode="after")
    def _never_an_error(self) -> Self:
        if self.severity is Severity.ERROR:
            raise ValueError(f"rule {self.code}: a cross-form rule cannot be an error")
        return self


class Parameter(Strict):
    """A value that law or a decision sets, in one validity (``valid_to`` is exclusive); a rate is a percentage."""

    name: Identifier
    value: float
    valid_from: dt.date
    valid_to: dt.date | None = None


class Contracts(Strict):
    """Everything under ``expectations/``: forms, catalogue, rules between forms and submissions; and parameters."""

    forms: tuple[Form, ...]
    catalogue: tuple[CatalogueRule, ...]
    cross_form: tuple[CrossFormRule, ...]
    comparisons: tuple[AnyComparison, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        codes = [rule.code for rule in self.rules()]
        if twice := {code for code in codes if codes.count(code) > 1}:
            raise ValueError(f"rule codes used twice: {', '.join(sorted(twice))}")
        named = [
            (rule.code, place)
            for rule in self.cross_form
            for place in ((rule.form, rule.field), (rule.exists_in.form, rule.exists_in.field))
        ]
        named += [
            (rule.code, (form, field))
            for rule in self.comparisons
            for form, fields in rule.looked_at
            for field in fields
        ]
        for code, (form, field) in named:
            try:
                self.form(form).field(field)
            except KeyError as error:
                raise ValueError(f"rule {code}: {error.args[0]}") from None
        known = {parameter.name for parameter in self.parameters}
        for rule in (rule for form in self.forms for rule in form.rules if isinstance(rule, ShareOfRow)):
            if rule.parameter and rule.parameter not in known:
                raise ValueError(f"rule {rule.code}: no parameter '{rule.parameter}' in the seed of parameters")
        return self

    def parameter(self, name: str, period: str) -> float | None:
        """The value of a parameter at the end of a period; None if it has none then."""
        end = periods.ends_on(period)
        for one in self.parameters:
            if one.name == name and one.valid_from <= end and (one.valid_to is None or one.valid_to > end):
                return one.value
        return None

    @property
    def quarters_back(self) -> int:
        """How many quarters before a period the comparisons look: the peers' history, and the period before that."""
        compared = {name for rule in self.comparisons for name, _ in rule.places}
        gaps = [form.longest_gap for form in self.forms if form.form in compared]
        return max((rule.history for rule in self.comparisons), default=0) + max(gaps, default=0)

    def form(self, name: str) -> Form:
        """The form of that id; ``KeyError`` names the ones that exist."""
        for form in self.forms:
            if form.form == name:
                return form
        raise KeyError(f"no form '{name}'; there are: {', '.join(f.form for f in self.forms)}")

    def named(self, name: str) -> CatalogueRule:
        """The catalogue rule of that name."""
        for rule in self.catalogue:
            if rule.name == name:
                return rule
        raise KeyError(f"no rule named '{name}' in expectations/rules")

    def rules(self) -> tuple[Rule, ...]:
        """Every rule of every form and catalogue, in the order of their codes."""
        rules: list[Rule] = [rule for form in self.forms for rule in form.rules]
        return tuple(sorted([*rules, *self.catalogue, *self.cross_form, *self.comparisons], key=lambda rule: rule.code))
