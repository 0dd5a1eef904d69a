"""From a rule between submissions to what Great Expectations is asked, and the words in which a finding is told.

What belongs here: one :class:`~pipelines.quality.suites.Check` for each place that such a rule looks at, and the names
of the columns that it looks at. What stands in these columns: :mod:`~pipelines.quality.between`.
"""

from __future__ import annotations

import polars as pl

from pipelines.contracts import Comparison, Condition, Contracts, Form
from pipelines.contracts.comparisons import (
    RunningTotal,
    StillThere,
    StockAndFlow,
    SumOfUnits,
)
from pipelines.contracts.slips import CopiedPeriod, SlippedDigit, SuddenChange, SwappedColumns
from pipelines.contracts.vietnamese import format_field, format_integer, format_number, format_period
from pipelines.quality.previous import before
from pipelines.quality.suites import (
    BETWEEN,
    IGNORE_INCOMPLETE_PAIR,
    IN_SET,
    PAIR_EQUAL,
    PAIR_ORDERED,
    Check,
    row_words,
)


def comparison_checks(contracts: Contracts, form: Form) -> list[Check]:
    """Every check that compares rows or submissions of a form with others."""
    return [check for rule in contracts.comparisons for check in checks_of(rule, form)]


def checks_of(rule: Comparison, form: Form) -> list[Check]:
    """One check for each place of the rule in this form."""
    return [_check(rule, form, fields) for name, fields in rule.places if name == form.form]


def _check(rule: Comparison, form: Form, fields: tuple[str, ...]) -> Check:
    expectation, arguments = _expectation(rule, fields)
    value, words = _words(rule, form, fields)
    heading = f": {form.field(fields[0]).heading_vi}" if fields else ""
    return Check(
        form=form.form,
        rule=rule,
        fields=fields,
        expectation=expectation,
        arguments=arguments,
        when=Condition(field="measure", is_in=fields) if isinstance(rule, SumOfUnits) else None,
        value=value,
        words={"previous_period": format_period(pl.col("previous_period")), **words},
        title_vi=f"{rule.title_vi}{heading}",
    )


def _expectation(rule: Comparison, fields: tuple[str, ...]) -> tuple[str, dict[str, object]]:
    match rule:
        case SumOfUnits():
            return PAIR_EQUAL, {"column_A": "stated", "column_B": "computed", **IGNORE_INCOMPLETE_PAIR}
        case StockAndFlow(stock=stock):
            pair = {"column_A": allowed_column(stock), "column_B": gap_column(stock), "or_equal": True}
            return PAIR_ORDERED, {**pair, **IGNORE_INCOMPLETE_PAIR}
        case RunningTotal(field=field):
            pair = {"column_A": field, "column_B": before(field), "or_equal": True}
            return PAIR_ORDERED, {**pair, **IGNORE_INCOMPLETE_PAIR}
        case SuddenChange(threshold=threshold):
            return BETWEEN, {"column": score_column(fields[0]), "min_value": -threshold, "max_value": threshold}
        case SlippedDigit():
            return IN_SET, {"column": slipped_column(fields[0]), "value_set": [False]}
        case SwappedColumns():
            return IN_SET, {"column": swapped_column(*fields), "value_set": [False]}
        case StillThere():
            return BETWEEN, {"column": "missing_count", "max_value": 0}
        case CopiedPeriod(chance=chance):
            return BETWEEN, {"column": "chance", "min_value": chance}
        case _:
            raise TypeError(f"rule {rule.code}: no expectation for '{type(rule).__name__}'")


def _words(rule: Comparison, form: Form, fields: tuple[str, ...]) -> tuple[pl.Expr, dict[str, pl.Expr]]:
    """The value of the marked cell as text, and what the rule's message may name."""
    match rule:
        case StillThere():
            count = format_integer(pl.col("missing_count"))
            return count, {"value": count, "missing": pl.col("missing_codes")}
        case CopiedPeriod():
            rows = format_integer(pl.col("rows"))
            share = format_number((pl.col("others_share") * 100).round())
            return pl.lit(None, pl.String), {"rows": rows, "share": share}
        case SumOfUnits():
            stated, computed = pl.col("stated"), pl.col("computed")
            value = format_integer(stated)
            return value, {
                "column": pl.lit(form.field(fields[0]).heading_vi),
                "value": value,
                "expected": format_integer(computed),
                "difference": format_integer(stated - computed),
                "units": pl.col("units"),
            }
    field = form.field(fields[0])
    words = {
        **row_words(form, field.name),
        "column": pl.lit(field.heading_vi),
        "previous": format_field(field, pl.col(before(field.name))),
    }
    if isinstance(rule, StockAndFlow):
        words["expected"] = format_integer(pl.col(expected_column(rule.stock)))
    if isinstance(rule, SwappedColumns):
        other = form.field(fields[1])
        words |= {
            "other": pl.lit(other.heading_vi),
            "other_value": format_field(other),
            "other_previous": format_integer(pl.col(before(other.name))),
        }
    return format_field(field), words


# --- names of columns


def swapped_column(one: str, other: str) -> str:
    """Name of the column that says whether two columns are swapped."""
    return f"{one}_and_{other}_are_swapped"


def slipped_column(field: str) -> str:
    """Name of the column that says whether a digit has slipped."""
    return f"{field}_has_slipped"


def score_column(field: str) -> str:
    """Name of the column that says how unusual a change is."""
    return f"{field}_change_score"


def expected_column(field: str) -> str:
    """Name of the column that says what a stock should be."""
    return f"{field}_expected"


def gap_column(field: str) -> str:
    """Name of the column that says by how much a stock is not what it should be."""
    return f"{field}_gap"


def allowed_column(field: str) -> str:
    """Name of the column that says by how much a stock may not be what it should be."""
    return f"{field}_gap_allowed"
