"""Judges accepted submissions by others: by the period before, and a summary by what the units below have sent.

What belongs here: which frames are asked what, and the columns that the checks of :mod:`~pipelines.quality.comparisons`
look at. How these come about: :mod:`~pipelines.quality.previous`, :mod:`~pipelines.quality.peers`,
:mod:`~pipelines.quality.slips`, :mod:`~pipelines.quality.adding_up`. A slip explains the sudden change and the missing
flow that it makes: of a cell only the slip is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from pipelines.contracts import Contracts, Form
from pipelines.contracts.comparisons import RunningTotal, StillThere, StockAndFlow, SumOfUnits
from pipelines.contracts.slips import CopiedPeriod, SlippedDigit, SuddenChange, SwappedColumns, Watched
from pipelines.intake.lineage import lineage
from pipelines.intake.units import OrgUnits
from pipelines.quality.adding_up import sums_of_units
from pipelines.quality.comparisons import (
    allowed_column,
    checks_of,
    comparison_checks,
    expected_column,
    gap_column,
    score_column,
    slipped_column,
    swapped_column,
)
from pipelines.quality.peers import change_scores, copies
from pipelines.quality.previous import before, missing_rows, with_earlier_in_year, with_previous
from pipelines.quality.slips import is_slipped, is_swapped
from pipelines.quality.validate import Run, Validation, judge_runs, span

Rows = Mapping[str, pl.DataFrame]

_OF_ROWS = (StockAndFlow, SuddenChange, SlippedDigit, SwappedColumns)
_OF_SUBMISSIONS = (StillThere, CopiedPeriod)


def validate_between(
    contracts: Contracts,
    rows: Rows,
    earlier: Rows,
    places: pl.DataFrame,
    units: OrgUnits,
    gx_dir: Path | None = None,
) -> Validation:
    """Judge accepted rows by what was accepted for the period before, and summaries by what the units below sent.

    Args:
        contracts: forms and rules.
        rows: form → the accepted rows that count, of whole periods (``row_schema(form)``).
        earlier: the same of periods before, ``contracts.quarters_back`` of them where there are; nothing is said of
            them, they tell what was there before and how much is usual.
        places: where each field stands (COLUMN_PLACES).
        units: the dated tree.
        gx_dir: where suites and results are kept for Data Docs; nowhere without it.
    """
    judged = sorted({period for frame in rows.values() for period in frame["period"].unique()})
    return judge_runs(list(_runs(contracts, rows, earlier, judged, units)), places, gx_dir)


def _runs(
    contracts: Contracts,
    rows: Rows,
    earlier: Rows,
    judged: Sequence[str],
    units: OrgUnits,
) -> Iterator[Run]:
    known = {name: pl.concat([earlier[name], frame]) if name in earlier else frame for name, frame in rows.items()}
    steps = _steps(contracts, known)
    before_that = lineage(units, sorted({step for of_form in steps.values() for step in of_form}))
    for form in contracts.forms:
        frame = rows.get(form.form)
        if frame is None or frame.is_empty():
            continue
        checks = comparison_checks(contracts, form)
        name = span(sorted(frame["period"].unique()))
        of_rows = [check for check in checks if isinstance(check.rule, _OF_ROWS)]
        of_submissions = [check for check in checks if isinstance(check.rule, _OF_SUBMISSIONS)]
        if steps[form.form] and (of_rows or of_submissions):
            own = before_that.join(_frame_of(steps[form.form]), on=["period", "previous_period"], how="semi")
            compared = with_previous(form, known[form.form], own)
            if of_rows:
                yield Run(f"{form.form}-between-periods", name, of_rows, _rows(contracts, form, compared, judged))
            if of_submissions:
                whole = _submissions(contracts, form, _with_units(compared, units), own, judged)
                yield Run(f"{form.form}-whole-between-periods", name, of_submissions, whole)
        for rule in contracts.comparisons:
            if isinstance(rule, SumOfUnits) and rule.form == form.form:
                sums = sums_of_units(rule, rows, units)
                yield Run(f"{form.form}-against-units", name, checks_of(rule, form), sums)
            if isinstance(rule, RunningTotal) and rule.form == form.form:
                running = _running(rule, form, _with_units(known[form.form], units), judged)
                yield Run(f"{form.form}-{rule.field}-within-the-year", name, checks_of(rule, form), running)


def _steps(contracts: Contracts, known: Rows) -> dict[str, set[tuple[str, str]]]:
    """Form → pairs of a period and the one before it in which the form was due, where rows of both are known."""
    steps = {}
    for name, frame in known.items():
        of_form = set(frame["period"].unique())
        pairs = {(period, contracts.form(name).due_before(period)) for period in of_form}
        steps[name] = {(period, previous) for period, previous in pairs if previous in of_form}
    return steps


def _frame_of(steps: set[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(sorted(steps), schema=["period", "previous_period"], orient="row")


# --- columns that expectations look at


def _rows(contracts: Contracts, form: Form, compared: pl.DataFrame, judged: Sequence[str]) -> pl.DataFrame:
    """The rows judged, with a column for every check on rows."""
    own = [rule for rule in contracts.comparisons if any(name == form.form for name, _ in rule.places)]
    frame, told = compared, _Told()
    for rule in own:
        if isinstance(rule, SwappedColumns):
            for one, other in (fields for name, fields in rule.places if name == form.form):
                found = swapped_column(one, other)
                frame = frame.with_columns(is_swapped(one, other, rule).alias(found))
                told.add(found, one, other)
    balanced: dict[str, pl.Expr] = {}
    for rule in own:
        if isinstance(rule, StockAndFlow):
            frame = _with_balance(frame, rule)
            is_balanced = pl.col(gap_column(rule.stock)) <= pl.col(allowed_column(rule.stock))
            # Who joined and who left has been told: the change, however large, has its explanation.
            balanced[rule.stock] = is_balanced.fill_null(False)
    for rule in own:
        if isinstance(rule, SlippedDigit):
            for watched in rule.watched:
                for field in watched.fields if watched.form == form.form else ():
                    found = slipped_column(field)
                    is_explained = told.of(field) | balanced.get(field, pl.lit(False)) | _is_ended(watched)
                    frame = frame.with_columns(pl.when(~is_explained).then(is_slipped(field, rule)).alias(found))
                    told.add(found, field)
    for rule in own:
        if isinstance(rule, SuddenChange):
            frame = _with_scores(frame, form, rule, judged, told, balanced)
    for stock in balanced:
        gap = gap_column(stock)
        frame = frame.with_columns(pl.when(~told.of(stock)).then(gap).alias(gap))
    return frame.filter(pl.col("period").is_in(list(judged)))


class _Told:
    """Which columns say that something has already been found in a field."""

    def __init__(self) -> None:
        self._columns: dict[str, list[str]] = {}

    def add(self, column: str, *fields: str) -> None:
        for field in fields:
            self._columns.setdefault(field, []).append(column)

    def of(self, field: str) -> pl.Expr:
        return pl.any_horizontal(
            pl.lit(False), *(pl.col(name).fill_null(False) for name in self._columns.get(field, ()))
        )


def _is_ended(part: StockAndFlow | Watched) -> pl.Expr:
    return pl.col(part.ended_on).is_not_null() if part.ended_on else pl.lit(False)


def _with_balance(frame: pl.DataFrame, rule: StockAndFlow) -> pl.DataFrame:
    """Adds what the stock should be, by how much it is not, and by how much it may not be."""
    then = pl.col(before(rule.stock))
    expected = then
    for name in rule.plus:
        expected = expected + pl.col(name)
    for name in rule.minus:
        expected = expected - pl.col(name)
    gap = (pl.col(rule.stock) - expected).abs().cast(pl.Float64)
    return frame.with_columns(
        expected.alias(expected_column(rule.stock)),
        pl.when(~_is_ended(rule)).then(gap).alias(gap_column(rule.stock)),
        pl.max_horizontal(pl.lit(float(rule.tolerance)), then * rule.tolerance_share).alias(allowed_column(rule.stock)),
    )


def _with_scores(
    frame: pl.DataFrame,
    form: Form,
    rule: SuddenChange,
    judged: Sequence[str],
    told: _Told,
    balanced: Mapping[str, pl.Expr],
) -> pl.DataFrame:
    """Adds the score of every change that nothing else explains."""
    for watched in rule.watched:
        if watched.form == form.form:
            running = pl.when(~_is_ended(watched)).then(pl.col(watched.fields)).name.keep()
            scores = change_scores(frame.with_columns(running), watched.fields, watched.sector, rule.peers, judged)
            for field in watched.fields:
                is_small = (pl.col(field) - pl.col(before(field))).abs() < rule.smallest_change
                is_explained = told.of(field) | balanced.get(field, pl.lit(False))
                score = pl.when(~is_explained & scores[field].is_not_null()).then(
                    pl.when(is_small).then(0.0).otherwise(scores[field])
                )
                frame = frame.with_columns(score.alias(score_column(field)))
    return frame


def _running(rule: RunningTotal, form: Form, known: pl.DataFrame, judged: Sequence[str]) -> pl.DataFrame:
    """The rows judged that count since January, beside what they counted earlier in the year."""
    cumulative = [choice.code for choice in form.field(rule.by).choices if choice.is_cumulative]
    return with_earlier_in_year(known, rule.field, rule.by, cumulative).filter(pl.col("period").is_in(list(judged)))


def _with_units(frame: pl.DataFrame, units: OrgUnits) -> pl.DataFrame:
    """Adds the code of the unit above the reporting unit, and since when its own code means it; null if unknown."""
    place = ["org_unit_code", "period"]
    reporters = frame.select(place).unique()
    found = [units.find(code, period) for code, period in reporters.iter_rows()]
    parents = pl.Series("parent_code", [unit and unit.parent_code for unit in found], dtype=pl.String)
    since = pl.Series("unit_valid_from", [unit and unit.valid_from for unit in found], dtype=pl.Date)
    return frame.join(reporters.with_columns(parents, since), on=place, how="left", maintain_order="left")


def _submissions(
    contracts: Contracts, form: Form, compared: pl.DataFrame, own: pl.DataFrame, judged: Sequence[str]
) -> pl.DataFrame:
    """One row per submission judged, with a column for every check on whole submissions."""
    key = ["submission_id", "period", "org_unit_code"]
    frame = (
        compared.filter(pl.col("period").is_in(list(judged)))
        .group_by(key)
        .agg(pl.col("previous_period").drop_nulls().first())
        .with_columns(source_sheet=pl.lit(None, pl.String), source_row=pl.lit(None, pl.Int64))
        .sort("submission_id")
    )
    for rule in contracts.comparisons:
        if isinstance(rule, CopiedPeriod) and form.form in rule.forms:
            found = copies(compared, rule)
            frame = frame.join(found, on="submission_id", how="left", maintain_order="left")
        if isinstance(rule, StillThere) and rule.form == form.form:
            gone = missing_rows(form, compared, own, rule.ended_on).rename({"previous_period": "_before"})
            frame = frame.join(gone, on=["period", "org_unit_code"], how="left", maintain_order="left")
            frame = frame.with_columns(previous_period=pl.coalesce("previous_period", "_before")).drop("_before")
    return frame
