"""Brings a judged batch into the lake: verdicts, versions, accepted rows, findings between submissions.

The state of a period is computed from what the lake holds of it and the batch, then written; doing it twice with the
same batch gives the same lake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines import periods
from pipelines.contracts import Contracts
from pipelines.contracts.frames import ISSUES
from pipelines.due_days import load_due_days
from pipelines.intake.batch import Batch
from pipelines.intake.register import Receipt
from pipelines.intake.units import OrgUnits
from pipelines.quality import settle
from pipelines.quality.between import validate_between
from pipelines.quality.changes import changes
from pipelines.quality.validate import validate_across
from pipelines.warehouse.lake import (
    CHANGES_TABLE,
    EXPLANATIONS_TABLE,
    ISSUES_TABLE,
    NO_PERIOD,
    PLACES_TABLE,
    SUBMISSIONS_TABLE,
    Lake,
)


@dataclass(frozen=True)
class Settlement:
    """What a batch came to.

    Attributes:
        submissions: SUBMISSIONS of the batch's files, with their verdicts.
        issues: SETTLED_ISSUES of those submissions.
        across_results: results of the rules between forms, periods and levels (see ``quality.validate``), over the
            periods settled.
        periods: the periods whose state was written, ``NO_PERIOD`` among them.
    """

    submissions: pl.DataFrame
    issues: pl.DataFrame
    across_results: pl.DataFrame
    periods: tuple[str, ...]


def pending(ledger: list[Receipt], lake: Lake) -> list[Receipt]:
    """Receipts whose batch is not in the lake yet."""
    done = {batch: lake.has_batch(batch) for batch in {receipt.batch for receipt in ledger}}
    return [receipt for receipt in ledger if not done[receipt.batch]]


def settle_batch(
    batch: Batch,
    content_issues: pl.DataFrame,
    new: list[Receipt],
    ledger: list[Receipt],
    lake: Lake,
    contracts: Contracts,
    units: OrgUnits,
    decisions: Mapping[str, str | None],
    gx_dir: Path | None = None,
) -> Settlement:
    """Judge the submissions of a batch and write the new state of every period they touch.

    Periods that look back at one of these are settled with them, so that the lake does not depend on the order of
    arrival. Receipts that the lake knows already are judged again: what it held of them is replaced, also where a
    submission has left its period.

    Args:
        batch: what intake made of the files of ``new``.
        content_issues: ISSUES that validation found in it.
        new: the receipts of the batch, copies of earlier files included; those that were never judged in whole batches.
        ledger: every receipt.
        lake: where the result is kept.
        contracts: forms and rules.
        units: the dated tree.
        decisions: submission → why it is withdrawn, None where that was taken back.
        gx_dir: where Great Expectations keeps its results.
    """
    receipts = settle.receipts_frame(ledger)
    of_batch = pl.col("receipt_id").is_in([receipt.receipt_id for receipt in new])
    withdrawn = settle.withdrawn_issues(batch.candidates, decisions, contracts)
    issues = pl.concat([batch.issues, content_issues, withdrawn])
    judged = settle.judge(batch.candidates, issues, receipts, load_due_days())
    in_lake = lake.read(SUBMISSIONS_TABLE)
    known, replaced = in_lake.filter(~of_batch), in_lake.filter(of_batch)
    duplicates = settle.repeat(pl.concat([known, judged]), receipts.filter(of_batch))
    issues = pl.concat([issues, settle.duplicate_issues(duplicates, receipts, contracts)])

    arrived = pl.concat([judged, duplicates])
    touched = _with_followers(pl.concat([arrived["period"], replaced["period"]]), known, contracts)
    in_touched = pl.col("period").fill_null(NO_PERIOD).is_in(touched)
    submissions = settle.number_versions(pl.concat([known.filter(in_touched), arrived]), receipts)
    batches = sorted({receipt.batch for receipt in new})
    for name in batches:
        lake.reopen_batch(name)
    _replace_rows(batch, submissions, replaced, receipts, lake)

    rows = {form.form: lake.read(form.form, touched) for form in contracts.forms}
    current = {form: settle.current_rows(frame, submissions) for form, frame in rows.items()}
    earlier = _earlier_rows(touched, known, lake, contracts)
    places = lake.read(PLACES_TABLE, touched)
    crossed = validate_across(contracts, current, places, gx_dir)
    compared = validate_between(contracts, current, earlier, places, units, gx_dir)
    judged_before = lake.read(ISSUES_TABLE, touched).join(arrived, on="submission_id", how="anti").select(*ISSUES)
    issues = pl.concat([_still_standing(judged_before, contracts), issues, crossed.issues, compared.issues])
    issues = settle.mark_explained(issues, rows.values(), lake.read(EXPLANATIONS_TABLE, touched))
    submissions = settle.mark_queries(submissions, issues)
    revisions = pl.concat(changes(form, rows[form.form], submissions) for form in contracts.forms)
    _write_state(lake, touched, submissions, issues, revisions)
    for name in batches:
        lake.finish_batch(name)
    mine = submissions.filter(of_batch)
    results = pl.concat([crossed.results, compared.results])
    return Settlement(mine, issues.join(mine, on="submission_id", how="semi"), results, tuple(touched))


def _with_followers(changed: pl.Series, known: pl.DataFrame, contracts: Contracts) -> list[str]:
    """These periods, and the known ones that look back at one of them."""
    touched = set(changed.fill_null(NO_PERIOD))
    reached = set()
    for period in touched - {NO_PERIOD}:
        for _ in range(contracts.quarters_back):
            period = periods.following(period)
            reached.add(period)
    return sorted(touched | (reached & set(known["period"])))


def _earlier_rows(touched: list[str], known: pl.DataFrame, lake: Lake, contracts: Contracts) -> dict[str, pl.DataFrame]:
    """Form → rows that count of the periods that the touched ones look back at, these left out."""
    reached = set()
    for period in set(touched) - {NO_PERIOD}:
        for _ in range(contracts.quarters_back):
            period = periods.preceding(period)
            reached.add(period)
    earlier = sorted((reached & set(known["period"])) - set(touched))
    return {form.form: settle.current_rows(lake.read(form.form, earlier), known) for form in contracts.forms}


def _replace_rows(
    batch: Batch, submissions: pl.DataFrame, replaced: pl.DataFrame, receipts: pl.DataFrame, lake: Lake
) -> None:
    """Keep the accepted rows and the places of their columns, one file per period and batch of arrivals.

    Rows of the submissions that are replaced go; those of others in the same file stay, all in order of receipt.
    """
    of_receipt = receipts.select("receipt_id", "batch", "sequence")
    placed = pl.concat([submissions, replaced]).unique("submission_id", keep="first").join(of_receipt, on="receipt_id")
    accepted = placed.filter(pl.col("verdict") == settle.ACCEPTED).select(
        "submission_id", "batch", pl.col("period").alias("_period")
    )
    before = set(replaced.drop_nulls("period").join(of_receipt, on="receipt_id").select("period", "batch").iter_rows())
    tables = {**batch.rows, PLACES_TABLE: batch.places, EXPLANATIONS_TABLE: batch.explanations}
    for table, frame in tables.items():
        kept = frame.join(accepted, on="submission_id", how="inner", maintain_order="left")
        new = kept.partition_by("_period", "batch", as_dict=True)
        for period, name in sorted(before | {(str(period), str(name)) for period, name in new}):
            standing = lake.read_batch(table, period, name).join(replaced, on="submission_id", how="anti")
            rows = new.get((period, name), kept.clear()).select(*lake.schemas[table])
            if not standing.is_empty():
                rows = pl.concat([standing, rows]).join(
                    placed.select("submission_id", "sequence"), on="submission_id", how="left", maintain_order="left"
                )
                rows = rows.sort("sequence", maintain_order=True)
            lake.add_rows(table, period, name, rows)


def _still_standing(issues: pl.DataFrame, contracts: Contracts) -> pl.DataFrame:
    """ISSUES of earlier submissions without those of comparisons with other submissions, which are judged anew.

    Only versions that count are compared: what a replaced version was asked went with it, or the lake would depend on
    what arrived together.
    """
    is_across = pl.col("rule_code").is_in([rule.code for rule in (*contracts.cross_form, *contracts.comparisons)])
    return issues.filter(~is_across)


def _write_state(
    lake: Lake, periods: list[str], submissions: pl.DataFrame, issues: pl.DataFrame, revisions: pl.DataFrame
) -> None:
    by_period = pl.col("period").fill_null(NO_PERIOD)
    for period in periods:
        of_period = submissions.filter(by_period == period)
        of_submissions = issues.join(of_period, on="submission_id", how="semi")
        lake.replace_state(ISSUES_TABLE, period, of_submissions.sort(*ISSUES))
        lake.replace_state(CHANGES_TABLE, period, revisions.filter(period=period))
        lake.replace_state(SUBMISSIONS_TABLE, period, of_period)
