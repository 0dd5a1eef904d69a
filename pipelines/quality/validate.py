"""Judges the rows of a batch by their contracts and says in Vietnamese what was found, at which cell.

What belongs here: which frames are asked what (one GX run per form and layout, one for total rows), and
turning GX's answers into findings. The rules as expectations: :mod:`pipelines.quality.suites`; running them
and Data Docs: :mod:`pipelines.quality.context`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.contracts.frames import ISSUES, with_letters
from pipelines.contracts.model import Contracts, Form, Layout
from pipelines.intake.personal import without_identity_numbers_expr
from pipelines.intake.units import OrgUnits, load_org_units
from pipelines.quality.context import open_context, outcomes_by_id, run_suite, store
from pipelines.quality.entries import with_entry_columns
from pipelines.quality.suites import (
    Check,
    cross_form_checks,
    form_checks,
    suite,
    total_checks,
    with_days,
    with_matches,
    with_measure,
    with_units_below,
)

RESULTS: dict[str, pl.DataType] = {
    "form": pl.String(),
    "rule_code": pl.String(),
    "field": pl.String(),
    "severity": pl.String(),
    "description": pl.String(),
    "evaluated": pl.Int64(),
    "unexpected": pl.Int64(),
    "success": pl.Boolean(),
}
"""One row per check that was run. ``field`` is the one that is marked; ``evaluated`` counts the rows that the
condition selects and whose values are there."""

PLACE = ("submission_id", "sheet", "source_row", "field", "rule_code")


@dataclass(frozen=True)
class Validation:
    """What was found: ``issues`` (ISSUES) for the senders, ``results`` (RESULTS) for the data team."""

    issues: pl.DataFrame
    results: pl.DataFrame


@dataclass(frozen=True)
class Run:
    """One frame and what is asked of it; ``name`` says of which periods, for Data Docs."""

    suite_name: str
    name: str
    checks: Sequence[Check]
    frame: pl.DataFrame


def validate(
    contracts: Contracts,
    rows: Mapping[str, pl.DataFrame],
    totals: pl.DataFrame,
    places: pl.DataFrame,
    gx_dir: Path | None = None,
    units: OrgUnits | None = None,
) -> Validation:
    """Judge the rows of a batch by the rules of their own form, and total rows by the rows they sum.

    Args:
        contracts: forms and rules.
        rows: form → its rows in the batch (``row_schema(form)``), of any number of submissions and periods.
        totals: numbers in total rows (TOTALS).
        places: where each field stands (COLUMN_PLACES), for the addresses of cells.
        gx_dir: where suites and results are kept for Data Docs; nowhere without it.
        units: the dated tree, for rules on codes of units; by default that of the project.

    Raises:
        RuntimeError: GX could not evaluate an expectation.
    """
    return judge_runs(list(_form_runs(contracts, rows, totals, units or load_org_units())), places, gx_dir)


def validate_across(
    contracts: Contracts,
    rows: Mapping[str, pl.DataFrame],
    places: pl.DataFrame,
    gx_dir: Path | None = None,
) -> Validation:
    """Judge rows by the rules between forms of one unit and period.

    Args:
        contracts: forms and rules.
        rows: form → the accepted rows that count, of whole periods (``row_schema(form)``). A rule is not
            judged for a unit and period of which the other form has no row.
        places: where each field stands (COLUMN_PLACES).
        gx_dir: as in :func:`validate`.
    """
    return judge_runs(list(_cross_form_runs(contracts, rows)), places, gx_dir)


def _form_runs(
    contracts: Contracts, rows: Mapping[str, pl.DataFrame], totals: pl.DataFrame, units: OrgUnits
) -> Iterator[Run]:
    for form in contracts.forms:
        frame = rows.get(form.form)
        if frame is None or frame.is_empty():
            continue
        for layout, periods in _periods_by_layout(form, frame):
            part = frame.filter(pl.col("period").is_in(periods))
            yield Run(
                f"{form.form}-layout-{layout.version}",
                span(periods),
                form_checks(contracts, form, layout),
                with_entry_columns(contracts, form, with_units_below(form, with_days(form, part), units)),
            )
    if totals.height:
        checks = total_checks(contracts, totals["form"].unique().to_list())
        yield Run("totals", "totals", checks, with_measure(totals))


def _cross_form_runs(contracts: Contracts, rows: Mapping[str, pl.DataFrame]) -> Iterator[Run]:
    for form in contracts.forms:
        rules = [rule for rule in contracts.cross_form if rule.form == form.form]
        rules = [rule for rule in rules if rule.exists_in.form in rows]
        frame = rows.get(form.form)
        if frame is None or frame.is_empty() or not rules:
            continue
        for rule in rules:
            frame = with_matches(rule, frame, rows[rule.exists_in.form])
        periods = sorted(frame["period"].unique())
        yield Run(f"{form.form}-across-forms", span(periods), cross_form_checks(form, rules), frame)


def _periods_by_layout(form: Form, frame: pl.DataFrame) -> list[tuple[Layout, list[str]]]:
    """The layouts of the form in a frame, each with its periods.

    Not one run per period: GX takes some 15 ms per expectation and run however few the rows, and no rule looks
    beyond one row or one submission.
    """
    periods: dict[int, list[str]] = {}
    for period in sorted(frame["period"].unique()):
        periods.setdefault(form.layout_for(period).version, []).append(period)
    return [(layout, periods[layout.version]) for layout in form.layouts if layout.version in periods]


def span(periods: Sequence[str]) -> str:
    """Periods in order as the name of a run: the first and the last."""
    return periods[0] if len(periods) == 1 else f"{periods[0]}--{periods[-1]}"


def judge_runs(runs: Sequence[Run], places: pl.DataFrame, gx_dir: Path | None) -> Validation:
    """Ask Great Expectations every run, and put its answers into words and places.

    Raises:
        RuntimeError: GX could not evaluate an expectation.
    """
    findings: list[pl.DataFrame] = []
    results: list[dict[str, object]] = []
    if runs:
        context, run_time = open_context(gx_dir), dt.datetime.now(dt.UTC)
        for run in runs:
            asked = suite(run.suite_name, run.checks)
            answer = run_suite(context, asked, run.frame)
            outcomes = outcomes_by_id(answer)
            for check in run.checks:
                outcome = outcomes[check.id]
                if positions := outcome["unexpected_index_list"]:
                    findings.append(_findings(run.frame[positions], check))
                results.append(_result(run, check, outcome))
            if gx_dir is not None:
                store(context, asked, answer, run.name, run_time)
    return Validation(
        _with_cells(findings, places),
        pl.DataFrame(results, schema=RESULTS).sort("form", "rule_code", "field"),
    )


def _findings(unexpected: pl.DataFrame, check: Check) -> pl.DataFrame:
    """One finding per unexpected row, in the words of the rule; still without the address of the cell."""
    return unexpected.select(
        "submission_id",
        rule_code=pl.lit(check.rule.code),
        severity=pl.lit(check.rule.severity.value),
        sheet="source_sheet",
        source_row="source_row",
        field=pl.lit(check.marked, pl.String),
        value=without_identity_numbers_expr(check.value),
        message_vi=without_identity_numbers_expr(check.message),
    )


def _with_cells(findings: Sequence[pl.DataFrame], places: pl.DataFrame) -> pl.DataFrame:
    """All findings as ISSUES, in the order of their places; ``cell`` is null where the column is absent."""
    if not findings:
        return pl.DataFrame(schema=ISSUES)
    placed = with_letters(pl.concat(findings), places)
    cell = pl.concat_str("column_letter", "source_row").alias("cell")
    return placed.with_columns(cell).select(ISSUES.keys()).sort(PLACE, nulls_last=True)


def _result(run: Run, check: Check, answer: Mapping[str, int]) -> dict[str, object]:
    unexpected = answer["unexpected_count"]
    return {
        "form": check.form,
        "rule_code": check.rule.code,
        "field": check.marked,
        "severity": check.rule.severity.value,
        "description": check.title_vi,
        # "Not null" has no missing values: the empty ones are the unexpected ones.
        "evaluated": answer["element_count"] - answer.get("missing_count", 0),
        "unexpected": unexpected,
        "success": unexpected == 0,
    }
