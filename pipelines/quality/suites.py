"""From a contract to what Great Expectations is asked: one :class:`Check` per rule and field.

What belongs here: the translation of rules into native expectations, as plain data, and the columns they look
at beside the fields. What GX answers, and what senders then read, is in :mod:`pipelines.quality.validate`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines import periods
from pipelines.contracts import (
    AtMost,
    Condition,
    Contracts,
    CrossFormRule,
    DaysBetween,
    Form,
    FormField,
    FormRule,
    Layout,
    Matches,
    NamesSameEntry,
    Range,
    RequiredWhen,
    Rule,
    Severity,
    ShareOfRow,
    UnitBelow,
    ValidEntry,
    Whole,
)
from pipelines.contracts.frames import DTYPES
from pipelines.contracts.vietnamese import fill_in, format_field, format_integer, format_period
from pipelines.intake.units import OrgUnits
from pipelines.quality.entries import by_entries, entry_words, judged_column

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

NOT_NULL = "expect_column_values_to_not_be_null"
BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
MATCH = "expect_column_values_to_match_regex"
PAIR_ORDERED = "expect_column_pair_values_a_to_be_greater_than_b"
PAIR_EQUAL = "expect_column_pair_values_to_be_equal"
UNIQUE = "expect_compound_columns_to_be_unique"

IGNORE_INCOMPLETE_PAIR = {"ignore_row_if": "either_value_is_missing"}

GX_SEVERITY = {Severity.ERROR: "critical", Severity.QUERY: "warning", Severity.NOTE: "info"}
ID_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, "congdoan/expectations")


@dataclass(frozen=True, eq=False)
class Check:
    """One rule of one form as one native expectation.

    ``fields`` are the fields it looks at, the one to mark first, none for a whole submission; ``expectation`` is the
    type GX knows and ``arguments`` its keyword arguments; ``value`` is the text of the marked cell, ``words`` the text
    that may stand in the rule's message.
    """

    form: str
    rule: Rule
    fields: tuple[str, ...]
    expectation: str
    arguments: Mapping[str, Any]
    value: pl.Expr
    words: Mapping[str, pl.Expr]
    title_vi: str
    when: Condition | None = None

    @property
    def id(self) -> str:
        """The same in every run: derived from form, rule and fields."""
        return str(uuid.uuid5(ID_NAMESPACE, "/".join((self.form, self.rule.code, *self.fields))))

    @property
    def marked(self) -> str | None:
        """The field that a finding marks; None where the whole submission is meant."""
        return self.fields[0] if self.fields else None

    @property
    def message(self) -> pl.Expr:
        """The sentence for the sender, for every row of the checked frame."""
        return fill_in(self.rule.message_vi, self.words)

    def configuration(self) -> dict[str, Any]:
        """The expectation as GX writes it into a suite's JSON."""
        condition = {"row_condition": _row_condition(self.when)} if self.when else {}
        return {
            "id": self.id,
            "type": self.expectation,
            "kwargs": {**self.arguments, **condition},
            "severity": GX_SEVERITY[self.rule.severity],
            "description": f"{self.rule.code} · {self.title_vi}",
            "notes": [self.rule.message_vi, self.rule.remedy_vi],
            "meta": {
                "rule_code": self.rule.code,
                "severity": self.rule.severity.value,
                "fields": list(self.fields),
            },
        }


def suite(name: str, checks: Sequence[Check]) -> ExpectationSuite:
    """The GX suite of some checks, with ids that are the same in every run.

    Raises:
        ValueError: GX refused an expectation; it only logs that, and the rule would be lost in silence.
    """
    from great_expectations import ExpectationSuite

    built = ExpectationSuite(
        name=name,
        expectations=[check.configuration() for check in checks],
        id=str(uuid.uuid5(ID_NAMESPACE, name)),
    )
    if lost := {check.id for check in checks} - {expectation.id for expectation in built.expectations}:
        codes = ", ".join(check.rule.code for check in checks if check.id in lost)
        raise ValueError(f"suite '{name}': Great Expectations refused the expectations of {codes}")
    return built


def form_checks(contracts: Contracts, form: Form, layout: Layout) -> list[Check]:
    """Everything a form's contract asks of the rows of one layout: required fields, bounds, key, rules.

    A rule on a field that the layout does not have is not asked.
    """
    fields = form.columns(layout)
    names = {field.name for field in fields}
    checks = [check for field in fields for check in _field_checks(contracts, form, field)]
    if names.issuperset(form.key):
        checks.append(_key_check(contracts, form))
    for rule in form.rules:
        if names.issuperset((*rule.fields, *((rule.when.field,) if rule.when else ()))):
            checks.append(_rule_check(form, rule))
    return checks


def total_checks(contracts: Contracts, forms: Iterable[str]) -> list[Check]:
    """For every field with a total in these forms: what a total row states equals what its rows add up to.

    Asked of a TOTALS frame with :func:`with_measure`.
    """
    rule = contracts.named("total_mismatch")
    return [
        Check(
            form=form.form,
            rule=rule,
            fields=(field.name,),
            expectation=PAIR_EQUAL,
            arguments={"column_A": "stated", "column_B": "computed", **IGNORE_INCOMPLETE_PAIR},
            when=Condition(field="measure", is_in=(f"{form.form}.{field.name}",)),
            value=format_integer(pl.col("stated")),
            words={
                "column": pl.lit(field.heading_vi),
                "value": format_integer(pl.col("stated")),
                "expected": format_integer(pl.col("computed")),
            },
            title_vi=f"{rule.title_vi}: {field.heading_vi}",
        )
        for form in map(contracts.form, sorted(forms))
        for field in form.fields
        if field.total
    ]


def cross_form_checks(form: Form, rules: Iterable[CrossFormRule]) -> list[Check]:
    """Cross-form rules on the rows of one form, asked of a frame with :func:`with_matches` for each."""
    return [
        Check(
            form=form.form,
            rule=rule,
            fields=(rule.field,),
            expectation=IN_SET,
            arguments={"column": matches_column(rule), "value_set": [True]},
            when=rule.when,
            value=format_field(form.field(rule.field)),
            words=row_words(form, rule.field),
            title_vi=rule.title_vi,
        )
        for rule in rules
    ]


# --- columns that expectations look at beside the fields


def with_days(form: Form, frame: pl.DataFrame) -> pl.DataFrame:
    """Adds the columns of days that the rules on the days between two dates look at; null if either is."""
    rules = [rule for rule in form.rules if isinstance(rule, DaysBetween)]
    return frame.with_columns(
        (pl.col(rule.end) - pl.col(rule.start)).dt.total_days().alias(days_column(rule)) for rule in rules
    )


def days_column(rule: DaysBetween) -> str:
    """Name of the column of days from ``start`` to ``end``."""
    return f"days_from_{rule.start}_to_{rule.end}"


def with_units_below(form: Form, frame: pl.DataFrame, units: OrgUnits) -> pl.DataFrame:
    """Adds the columns that say whether a code is that of a unit that its rule allows below the reporting unit."""
    for rule in form.rules:
        if isinstance(rule, UnitBelow):
            place = ["org_unit_code", "period", rule.field]
            asked = frame.select(place).unique().drop_nulls()
            is_below = [_is_below(rule, units, *one) for one in asked.iter_rows()]
            answers = asked.with_columns(pl.Series(below_column(rule), is_below, dtype=pl.Boolean))
            frame = frame.join(answers, on=place, how="left", maintain_order="left")
    return frame


def _is_below(rule: UnitBelow, units: OrgUnits, above: str, period: str, code: str) -> bool:
    day = periods.ends_on(period)
    if rule.check == "directly_below":
        return units.below(above, code, day) == code
    return code == above or (units.on(code, day) is not None and units.is_above(above, code, day))


def below_column(rule: UnitBelow) -> str:
    """Name of the column that says whether the unit stands below."""
    return f"{rule.field}_is_below"


def with_measure(totals: pl.DataFrame) -> pl.DataFrame:
    """Adds ``measure`` (form and field) to a TOTALS frame, by which the total checks pick their rows."""
    return totals.with_columns(pl.concat_str("form", "field", separator=".").alias("measure"))


def with_matches(rule: CrossFormRule, frame: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Adds whether the rule's value stands in the other form of the same unit and period.

    Null, and so not judged, where there is no value or the other form has no row for the unit and period.
    """
    unit = ["org_unit_code", "period"]
    reported = other.select(unit).unique().with_columns(_reported=pl.lit(True))
    known = other.select(*unit, pl.col(rule.exists_in.field).alias(rule.field)).unique()
    joined = frame.join(reported, on=unit, how="left", maintain_order="left").join(
        known.with_columns(_known=pl.lit(True)), on=[*unit, rule.field], how="left", maintain_order="left"
    )
    judged = pl.col("_reported") & pl.col(rule.field).is_not_null()
    found = pl.when(judged).then(pl.col("_known").fill_null(False))
    return joined.with_columns(found.alias(matches_column(rule))).drop("_reported", "_known")


def matches_column(rule: CrossFormRule) -> str:
    """Name of the column that says whether the value was found in the other form."""
    return f"{rule.field}_in_{rule.exists_in.form}_{rule.exists_in.field}"


# --- one kind of rule each


def _field_checks(contracts: Contracts, form: Form, field: FormField) -> list[Check]:
    value = format_field(field)

    def check(name: str, expectation: str, arguments: dict[str, Any], bound: Any = None) -> Check:
        rule = contracts.named(name)
        return Check(
            form=form.form,
            rule=rule,
            fields=(field.name,),
            expectation=expectation,
            arguments={"column": field.name, **arguments},
            value=value,
            words={
                "column": pl.lit(field.heading_vi),
                "value": value,
                "expected": format_field(field, pl.lit(bound).cast(DTYPES[field.type])),
            },
            title_vi=f"{rule.title_vi}: {field.heading_vi}",
        )

    checks: list[Check] = []
    if field.required:
        checks.append(check("required_value", NOT_NULL, {}))
    if field.minimum is not None:
        checks.append(check("below_minimum", BETWEEN, {"min_value": field.minimum}, field.minimum))
    if field.maximum is not None:
        checks.append(check("above_maximum", BETWEEN, {"max_value": field.maximum}, field.maximum))
    return checks


def _key_check(contracts: Contracts, form: Form) -> Check:
    """No two rows of a submission with the same key; a key with an empty part is a required value missing."""
    rule = contracts.named("duplicate_key")
    key = [form.field(name) for name in form.key]
    headings = ", ".join(field.heading_vi for field in key)
    return Check(
        form=form.form,
        rule=rule,
        fields=form.key,
        expectation=UNIQUE,
        arguments={"column_list": ["submission_id", *form.key], "ignore_row_if": "any_value_is_missing"},
        value=format_field(key[0]),
        words={
            "column": pl.lit(headings),
            "value": pl.concat_str([format_field(field) for field in key], separator=", "),
        },
        title_vi=f"{rule.title_vi}: {headings}",
    )


def _rule_check(form: Form, rule: FormRule) -> Check:
    expectation, arguments = _translate(rule)
    return Check(
        form=form.form,
        rule=rule,
        fields=rule.fields,
        expectation=expectation,
        arguments=arguments,
        when=by_entries(rule.when, form),
        value=format_field(form.field(rule.fields[0])),
        words=row_words(form, rule.fields[0]) | entry_words(form, rule),
        title_vi=rule.title_vi,
    )


def _translate(rule: FormRule) -> tuple[str, dict[str, Any]]:
    match rule:
        case AtMost(smaller=smaller, larger=larger):
            pair = {"column_A": larger, "column_B": smaller, "or_equal": True}
            return PAIR_ORDERED, {**pair, **IGNORE_INCOMPLETE_PAIR}
        case RequiredWhen(field=field):
            return NOT_NULL, {"column": field}
        case Range(field=field, in_period=dated):
            return BETWEEN, {"column": judged_column(rule) if dated else field, **_bounds(rule)}
        case DaysBetween():
            return BETWEEN, {"column": days_column(rule), **_bounds(rule)}
        case Matches(field=field, pattern=pattern):
            return MATCH, {"column": field, "regex": f"^(?:{pattern})$"}
        case UnitBelow():
            return IN_SET, {"column": below_column(rule), "value_set": [True]}
        case Whole():
            return BETWEEN, {"column": judged_column(rule), "max_value": 0}
        case ValidEntry() | NamesSameEntry():
            return IN_SET, {"column": judged_column(rule), "value_set": [True]}
        case ShareOfRow():
            return BETWEEN, {"column": judged_column(rule), **_bounds(rule)}


def _bounds(rule: Range | DaysBetween | ShareOfRow) -> dict[str, Any]:
    bounds = {"min_value": rule.minimum, "max_value": rule.maximum}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def row_words(form: Form, marked: str) -> dict[str, pl.Expr]:
    """What messages of rules on rows may name: every field of the form, unit, period, and ``value``, the marked one."""
    words = {"org_unit_code": pl.col("org_unit_code"), "period": format_period(pl.col("period"))}
    words |= {field.name: format_field(field) for field in form.fields}
    # A field may itself be called "value" (targets); it then keeps its name.
    return {"value": words[marked], **words}


def _row_condition(when: Condition) -> dict[str, Any]:
    """A condition in GX's stored form. A single value is compared: GX takes no truth values in a list."""
    column = {"name": when.field}
    if when.is_filled:
        return {"type": "nullity", "column": column, "is_null": False}
    if len(when.is_in) == 1:
        return {"type": "comparison", "column": column, "operator": "==", "parameter": when.is_in[0]}
    return {"type": "comparison", "column": column, "operator": "IN", "parameter": list(when.is_in)}
