"""A bad and a good example for every rule whose rows can be derived from the contract.

What belongs here: which cells an example shows and what stands in them, as a sender writes it. They are right by
construction: derived from the kind of the rule and its bounds, and judged in the tests by the rules themselves.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines import periods
from pipelines.codegen.wording import label_of, value_vi
from pipelines.contracts import (
    AtMost,
    CatalogueRule,
    Comparison,
    Condition,
    Contracts,
    CrossFormRule,
    DaysBetween,
    FieldType,
    Form,
    FormField,
    FormRule,
    Matches,
    NamesSameEntry,
    Range,
    RequiredWhen,
    Rule,
    ShareOfRow,
    UnitBelow,
    ValidEntry,
    Whole,
)

Row = Mapping[str, str]
"""Field → what stands in its cell; "" is an empty cell."""

UNKNOWN_UNIT = "H999"
"""A code that no unit has."""

SMALL_PARTS, LARGE_PARTS = "70", "80"
"""Two rows of an example with a total."""

KEY_TYPES = (FieldType.CODE, FieldType.TAX_CODE)
"""Types of a key of which a second value can be made up."""

PERIOD = "2025-Q3"
"""The period of every example; a page names it where the rule depends on it."""


@dataclass(frozen=True)
class Example:
    """Some cells of one or two rows of a form.

    Attributes:
        form: the form the rows are of.
        rows: the cells that the rule looks at; all else is as it should be.
        total: the total row below them, if the rule is about one.
        other: a form and a row of it that the same unit has sent for the same period, for rules between forms.
        period: the period of the rows, where the rule depends on it.
    """

    form: Form
    rows: tuple[Row, ...]
    total: Row | None = None
    other: tuple[Form, Row] | None = None
    period: str | None = None


@dataclass(frozen=True)
class Pair:
    """What breaks a rule, and what does not."""

    bad: Example
    good: Example


def examples(rule: Rule, contracts: Contracts) -> Pair | None:
    """The examples of a rule; None for one whose examples are told in words (or that no form gives rise to)."""
    if isinstance(rule, CrossFormRule):
        return _across(rule, contracts)
    if isinstance(rule, CatalogueRule):
        return _content(rule, contracts)
    if isinstance(rule, Comparison):
        return None
    form = next(form for form in contracts.forms if rule in form.rules)
    if isinstance(rule, ShareOfRow):
        return _between_rows(rule, form, contracts)
    if isinstance(rule, ValidEntry):
        return _valid_entries(rule, form)
    return _on_rows(rule, form)  # pyright: ignore[reportArgumentType]  # a rule of a form is a FormRule


def _between_rows(rule: ShareOfRow, form: Form, contracts: Contracts) -> Pair:
    """Twice the greatest share and the whole of what is expected, below the row that it is expected of."""
    of_value, expected = 40, 40.0
    if rule.parameter:
        of_value = 1_000_000_000
        expected = of_value * (contracts.parameter(rule.parameter, PERIOD) or 0) / 100
    bad = 2 * expected * rule.maximum if rule.maximum is not None else expected * (rule.minimum or 0) / 2
    first = {rule.by: rule.of_row, rule.field: value_vi(of_value, None)}
    pair = ({rule.by: rule.row, rule.field: value_vi(value, None)} for value in (bad, expected))
    return Pair(*(Example(form, (first, row)) for row in pair))


def _valid_entries(rule: ValidEntry, form: Form) -> Pair:
    """An entry that is not valid in the period of the examples, and one that is."""
    choices = form.field(rule.field).choices
    codes = (next(c.code for c in choices if c.is_valid_in(PERIOD) is valid) for valid in (False, True))
    return Pair(*(Example(form, ({rule.field: code},), period=PERIOD) for code in codes))


def _on_rows(rule: FormRule, form: Form) -> Pair:
    given = _selected(rule.when, form) if rule.when else {}
    bad, good = _cells(rule, form)
    period = None
    if isinstance(rule, Range) and rule.in_period:
        period, day = PERIOD, periods.starts_on(PERIOD) + dt.timedelta(days=14 if rule.in_period.is_within else -14)
        given = {**given, rule.in_period.field: value_vi(day, None)}
    return Pair(*(Example(form, ({**given, **cells},), period=period) for cells in (bad, good)))


def _selected(when: Condition, form: Form) -> Row:
    """A cell that a condition selects."""
    field = form.field(when.field)
    if when.has_unit or when.has_other_unit:
        has = (choice for choice in field.choices if (choice.unit in when.has_unit) == bool(when.has_unit))
        return {when.field: next(c.code for c in has if c.unit not in when.has_other_unit)}
    return {when.field: label_of(field, when.is_in[0]) if when.is_in else _sample(field)}


def _cells(rule: FormRule, form: Form) -> tuple[Row, Row]:
    match rule:
        case AtMost(smaller=smaller, larger=larger) if form.field(smaller).type is FieldType.DATE:
            first, last = _date(form.field(smaller)), _date(form.field(larger))
            last = last if last > first else first + dt.timedelta(days=365)
            return (
                {smaller: value_vi(first, None), larger: value_vi(first - dt.timedelta(days=1), None)},
                {smaller: value_vi(first, None), larger: value_vi(last, None)},
            )
        case AtMost(smaller=smaller, larger=larger):
            part, whole = _number(form.field(smaller)), _number(form.field(larger))
            return (
                {smaller: value_vi(whole + 2, None), larger: value_vi(whole, None)},
                {smaller: value_vi(min(part, whole), None), larger: value_vi(whole, None)},
            )
        case RequiredWhen(field=name):
            return {name: ""}, {name: _sample(form.field(name))}
        case Range(field=name):
            unit, bound = form.field(name).unit, rule.minimum if rule.minimum is not None else rule.maximum
            step = -1 if rule.minimum is not None else 1
            return {name: value_vi(_moved(bound, step), unit)}, {name: value_vi(bound, unit)}
        case DaysBetween(start=start, end=end):
            first, last = _date(form.field(start)), _date(form.field(end))
            fits = (rule.minimum or 0) <= (last - first).days <= (rule.maximum or 10**6)
            days = rule.minimum if rule.maximum is None else rule.maximum
            good = last if fits else first + dt.timedelta(days=days or 0)
            bad = first + dt.timedelta(days=(rule.minimum or 0) - 1 if rule.maximum is None else rule.maximum + 1)
            return tuple({start: value_vi(first, None), end: value_vi(day, None)} for day in (bad, good))  # pyright: ignore[reportReturnType]
        case UnitBelow(field=name):
            return {name: UNKNOWN_UNIT}, {name: _sample(form.field(name))}
        case Matches(field=name, pattern=pattern):
            good = _sample(form.field(name))
            bad = next(text for text in (f"{good}?", "?", "0", "abc") if not re.fullmatch(pattern, text))
            return {name: bad}, {name: good}
        case Whole(field=name):
            return {name: "13,734"}, {name: "13.734"}
        case NamesSameEntry(field=name, code_field=code):
            one, other = form.field(code).choices[:2]
            return {code: one.code, name: other.label_vi}, {code: one.code, name: one.label_vi}
        case ValidEntry() | ShareOfRow():
            raise TypeError(f"rule {rule.code}: its examples depend on more than one row of the form")


def _across(rule: CrossFormRule, contracts: Contracts) -> Pair:
    form, other = contracts.form(rule.form), contracts.form(rule.exists_in.form)
    field = form.field(rule.field)
    value = _sample(field)
    row = {**(_selected(rule.when, form) if rule.when else {}), rule.field: value}
    bad, good = (
        Example(form, (row,), other=(other, {rule.exists_in.field: found})) for found in (_another(field, value), value)
    )
    return Pair(bad, good)


def _content(rule: CatalogueRule, contracts: Contracts) -> Pair | None:
    """Examples of the rules that every form has, on the first field that has what the rule is about."""
    fields = [(form, field) for form in contracts.forms for field in form.fields]
    numbers = [(form, field) for form, field in fields if field.type in (FieldType.COUNT, FieldType.AMOUNT)]

    def pair(form: Form, bad: list[Row], good: list[Row]) -> Pair:
        return Pair(Example(form, tuple(bad)), Example(form, tuple(good)))

    match rule.name:
        case "required_value":
            form, field = next((form, field) for form, field in numbers if field.required and not field.minimum)
            return pair(form, [{field.name: ""}], [{field.name: _sample(field)}])
        case "duplicate_key":
            form = next(f for f in contracts.forms if len(f.key) == 1 and f.field(f.key[0]).type in KEY_TYPES)
            field = form.field(form.key[0])
            once, twice = {field.name: _sample(field)}, {field.name: _another(field, _sample(field))}
            return pair(form, [once, once], [once, twice])
        case "below_minimum" | "above_maximum" as name:
            side, step = ("minimum", -1) if name == "below_minimum" else ("maximum", 1)
            form, field = next((form, field) for form, field in numbers if getattr(field, side) is not None)
            bound = getattr(field, side)
            bad, good = (value_vi(value, field.unit) for value in (_moved(bound, step), bound))
            return pair(form, [{field.name: bad}], [{field.name: good}])
        case "total_mismatch":
            form, field = next((form, field) for form, field in numbers if field.total)
            rows = ({field.name: SMALL_PARTS}, {field.name: LARGE_PARTS})
            right = int(SMALL_PARTS) + int(LARGE_PARTS)
            bad, good = (Example(form, rows, total={field.name: str(total)}) for total in (right + 2, right))
            return Pair(bad, good)
    return None


def _sample(field: FormField) -> str:
    """What the contract gives as an example, or one that fits the type."""
    if field.example:
        return field.example
    match field.type:
        case FieldType.CHOICE:
            return field.choices[0].label_vi
        case FieldType.DATE:
            return "15/01/2021"
        case FieldType.COUNT | FieldType.AMOUNT | FieldType.NUMBER:
            return "10"
        case _:
            raise ValueError(f"field '{field.name}' needs an 'example' in its contract: a rule's page shows it")


def _another(field: FormField, value: str) -> str:
    """A second value of a key, as valid as the first."""
    return f"{value}-001" if field.type is FieldType.TAX_CODE else f"{value}-2"


def _number(field: FormField) -> int:
    return int(_sample(field).replace(".", ""))


def _date(field: FormField) -> dt.date:
    return dt.datetime.strptime(_sample(field), "%d/%m/%Y").date()


def _moved(bound: float | dt.date | None, step: int) -> float | dt.date:
    """The next value beyond a bound."""
    if isinstance(bound, dt.date):
        return bound + dt.timedelta(days=step)
    return (bound or 0) + step
