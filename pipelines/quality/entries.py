"""Rules on entries of a code list and on rows of one submission: the columns that their expectations look at.

What belongs here: for the kinds of rule that one row and GX alone cannot judge, columns that say beforehand what the
rule needs, and the words that its message may name. The translation into expectations is in ``suites``.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from pipelines import periods
from pipelines.contracts import (
    Choice,
    Condition,
    Contracts,
    Form,
    FormField,
    FormRule,
    InPeriod,
    NamesSameEntry,
    Range,
    ShareOfRow,
    ValidEntry,
    Whole,
)
from pipelines.contracts.vietnamese import format_integer, format_number
from pipelines.intake.codes import parse_choice

EntryRule = Whole | ValidEntry | NamesSameEntry | ShareOfRow | Range


def judged_column(rule: EntryRule) -> str:
    """Name of the column that the expectation of a rule looks at; it is null where the rule is not judged."""
    return f"{_prefix(rule)}_judged"


def with_entry_columns(contracts: Contracts, form: Form, frame: pl.DataFrame) -> pl.DataFrame:
    """Adds what the rules of a form on entries and rows look at, and what their messages name.

    The judged column holds for ``whole`` the fraction of the value, for ``valid_entry`` and ``names_same_entry`` a
    truth value, for ``share_of_row`` the value as a share of what is expected, for a ``range`` in the rows that
    ``in_period`` selects the value.
    """
    for rule in form.rules:
        match rule:
            case Whole(field=name):
                frame = frame.with_columns((pl.col(name) - pl.col(name).floor()).alias(judged_column(rule)))
            case ValidEntry(field=name):
                frame = frame.with_columns(_is_valid(form.field(name), frame).alias(judged_column(rule)))
            case NamesSameEntry(field=name, code_field=code):
                named = parse_choice(pl.col(name), form.field(code).choices).struct.field("value")
                frame = frame.with_columns((named == pl.col(code)).alias(judged_column(rule)))
            case ShareOfRow():
                frame = _with_share(contracts, rule, frame)
            case Range(field=name, in_period=InPeriod() as dated):
                frame = frame.with_columns(pl.when(_is_dated(dated, frame)).then(name).alias(judged_column(rule)))
            case _:
                pass
    return frame


def entry_words(form: Form, rule: FormRule) -> dict[str, pl.Expr]:
    """What the message of a rule on entries may name besides the fields of the row."""
    match rule:
        case Whole(field=name):
            return {"likely": _likely_whole(pl.col(name))}
        case ValidEntry(field=name):
            words = {choice.code: _validity_vi(choice) for choice in form.field(name).choices}
            validity = pl.col(name).replace_strict(words, default=None, return_dtype=pl.String)
            quarter = pl.col("period").str.slice(6).replace(["1", "2", "3", "4"], ["I", "II", "III", "IV"])
            period = pl.format("quý {} năm {}", quarter, pl.col("period").str.head(4))
            return {"validity": validity, "period": period}
        case ShareOfRow():
            columns = {name: f"{_prefix(rule)}_{name}" for name in ("expected", "of_value", "rate")}
            return {name: format_number(pl.col(column)) for name, column in columns.items()}
        case _:
            return {}


def by_entries(when: Condition | None, form: Form) -> Condition | None:
    """A condition on units of measure as one on the codes of the entries that have them."""
    if when is None or not (when.has_unit or when.has_other_unit):
        return when
    codes = (
        choice.code
        for choice in form.field(when.field).choices
        if (choice.unit in when.has_unit if when.has_unit else choice.unit not in when.has_other_unit)
    )
    return _among(when.field, codes)


def _among(field: str, codes: Iterable[str]) -> Condition | None:
    found = tuple(codes)
    # No entry has such a unit: a code that none can have selects no row.
    return Condition(field=field, is_in=found or ("",))


def _prefix(rule: EntryRule) -> str:
    return rule.code.lower().replace("-", "_")


def _is_dated(dated: InPeriod, frame: pl.DataFrame) -> pl.Expr:
    """Whether the date of a row lies in its period, or does not, as ``dated`` asks."""
    known = frame["period"].unique().to_list()
    first, last = (
        pl.col("period").replace_strict(known, [bound(period) for period in known], return_dtype=pl.Date)
        for bound in (periods.starts_on, periods.ends_on)
    )
    return pl.col(dated.field).is_between(first, last).fill_null(False) == dated.is_within


def _is_valid(field: FormField, frame: pl.DataFrame) -> pl.Expr:
    valid = [
        f"{choice.code} {period}"
        for period in frame["period"].unique()
        for choice in field.choices
        if choice.is_valid_in(period)
    ]
    return pl.concat_str(field.name, "period", separator=" ").is_in(valid)


def _validity_vi(choice: Choice) -> str:
    """``từ ngày 01/07/2021 đến trước ngày 01/01/2024``."""
    bounds = ((choice.valid_from, "từ ngày"), (choice.valid_to, "đến trước ngày"))
    return " ".join(f"{words} {bound:%d/%m/%Y}" for bound, words in bounds if bound)


def _likely_whole(value: pl.Expr) -> pl.Expr:
    """The whole number that a fraction may stand for: 13.734 for 13,734, else both neighbours."""
    thousands = (value * 1000).round(6)
    below, above = (format_integer(_whole(near)) for near in (value.floor(), value.ceil()))
    is_lost_group = (thousands == thousands.floor()) & (value.abs() >= 1)
    likely = pl.when(is_lost_group).then(format_integer(_whole(thousands)))
    return likely.otherwise(pl.concat_str(below, above, separator=" hoặc "))


def _whole(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.Int64, strict=False)


def _with_share(contracts: Contracts, rule: ShareOfRow, frame: pl.DataFrame) -> pl.DataFrame:
    """Adds the value of the other row, the rate, what is expected, and the value as a share of it.

    A row that stands twice is an error of its own (the key); the first one is compared with. Nothing is expected of a
    value of 0 where the expected one is 0 too; a positive value over an expected 0 is an endless share.
    """
    prefix = _prefix(rule)
    of_value, rate, expected = (f"{prefix}_{name}" for name in ("of_value", "rate", "expected"))
    others = (
        frame.filter(pl.col(rule.by) == rule.of_row)
        .select("submission_id", pl.col(rule.field).cast(pl.Float64).alias(of_value))
        .unique("submission_id", keep="first", maintain_order=True)
    )
    rates = {
        period: contracts.parameter(rule.parameter, period) if rule.parameter else 100.0
        for period in frame["period"].unique()
    }
    joined = frame.join(others, on="submission_id", how="left", maintain_order="left").with_columns(
        pl.col("period").replace_strict(rates, default=None, return_dtype=pl.Float64).alias(rate)
    )
    is_marked = pl.col(rule.by) == rule.row
    share = (
        pl.when((pl.col(rule.field) == 0) & (pl.col(expected) == 0))
        .then(None)
        .otherwise(pl.col(rule.field) / pl.col(expected))
    )
    return joined.with_columns((pl.col(of_value) * pl.col(rate) / 100).alias(expected)).with_columns(
        pl.when(is_marked).then(share).alias(judged_column(rule))
    )
