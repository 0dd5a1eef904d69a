"""From findings to verdicts: which submission is accepted, which is returned, which version counts.

Pure functions over frames. A verdict depends on the submission's own content alone; findings across forms can only
turn ``accepted`` into ``accepted_with_queries``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from pipelines.contracts import Contracts, RequiredWhen
from pipelines.contracts.frames import ISSUES, SETTLED_ISSUES, SUBMISSIONS
from pipelines.due_days import DueDays
from pipelines.intake.register import Receipt

ACCEPTED = "accepted"
WITH_QUERIES = "accepted_with_queries"
RETURNED = "returned"
UNRECOGNISED = "unrecognised"
DUPLICATE = "duplicate"
VERDICTS = (ACCEPTED, WITH_QUERIES, RETURNED, UNRECOGNISED, DUPLICATE)

_ONE_OF_A_KIND = ("form", "org_unit_code", "period")
_IS_ACCEPTED = pl.col("verdict").is_in([ACCEPTED, WITH_QUERIES])
_COUNTED = ("rows_found", "rows_preamble", "rows_header", "rows_total", "rows_footer")


def receipts_frame(receipts: Iterable[Receipt]) -> pl.DataFrame:
    """One row per receipt: receipt_id, sequence, batch, received_at, file_name, sha256, copy_of."""
    schema = {
        "receipt_id": pl.String(),
        "sequence": pl.Int64(),
        "batch": pl.String(),
        "received_at": pl.Datetime("us"),
        "file_name": pl.String(),
        "sha256": pl.String(),
        "copy_of": pl.String(),
    }
    return pl.DataFrame([{name: getattr(receipt, name) for name in schema} for receipt in receipts], schema=schema)


def without_consequences(content: pl.DataFrame, intake: pl.DataFrame, contracts: Contracts) -> pl.DataFrame:
    """ISSUES of validation without those that only follow from an error of intake.

    A cell that could not be read is null, and so is every cell of a column that was not found; that it is empty then
    says nothing new. Nothing slips through: the error that is left returns the submission all the same.
    """
    rules = [rule.code for form in contracts.forms for rule in form.rules if isinstance(rule, RequiredWhen)]
    says_empty = pl.col("rule_code").is_in([contracts.named("required_value").code, *rules])
    errors = intake.filter((pl.col("severity") == "error") & pl.col("field").is_not_null())
    columns = errors.filter(pl.col("source_row").is_null())
    empty = (
        content.filter(says_empty)
        .join(columns, on=["submission_id", "sheet", "field"], how="anti")
        .join(errors, on=["submission_id", "sheet", "source_row", "field"], how="anti")
    )
    return pl.concat([content.filter(~says_empty), empty])


def judge(candidates: pl.DataFrame, issues: pl.DataFrame, receipts: pl.DataFrame, due_days: DueDays) -> pl.DataFrame:
    """New SUBMISSIONS from CANDIDATES and their ISSUES; ``version`` and ``is_current`` are not decided yet."""
    has_error = pl.col("submission_id").is_in(issues.filter(pl.col("severity") == "error")["submission_id"].implode())
    is_accepted = pl.col("verdict") == ACCEPTED
    return (
        due_days.with_due_on(candidates)
        .join(receipts, on="receipt_id")
        .with_columns(
            verdict=pl.when(~pl.col("is_recognised"))
            .then(pl.lit(UNRECOGNISED))
            .when(has_error)
            .then(pl.lit(RETURNED))
            .otherwise(pl.lit(ACCEPTED)),
            version=pl.lit(None, pl.Int64),
            is_current=pl.lit(False),
            known_from=pl.lit(None, pl.Datetime("us")),
            known_to=pl.lit(None, pl.Datetime("us")),
        )
        .with_columns(
            on_time=pl.col("received_at").dt.date() <= pl.col("due_on"),
            rows_accepted=pl.when(is_accepted).then("rows_data").otherwise(0),
            rows_returned=pl.when(is_accepted).then(0).otherwise("rows_data"),
        )
        .select(*SUBMISSIONS)
    )


def repeat(originals: pl.DataFrame, receipts: pl.DataFrame) -> pl.DataFrame:
    """SUBMISSIONS with verdict ``duplicate``: one for each original submission of a file that came again.

    Nothing was read from the copy, so none of its rows are counted.
    """
    copies = receipts.filter(pl.col("copy_of").is_not_null())
    return (
        copies.join(originals.drop("received_at", "file_name", "sha256"), left_on="copy_of", right_on="receipt_id")
        .with_columns(
            submission_id=pl.col("receipt_id") + pl.col("submission_id").str.strip_prefix(pl.col("copy_of")),
            verdict=pl.lit(DUPLICATE),
            version=pl.lit(None, pl.Int64),
            is_current=pl.lit(False),
            known_from=pl.lit(None, pl.Datetime("us")),
            known_to=pl.lit(None, pl.Datetime("us")),
            on_time=pl.lit(None, pl.Boolean),
            **{name: pl.lit(0, pl.Int64) for name in (*_COUNTED, "rows_accepted", "rows_returned")},
        )
        .select(*SUBMISSIONS)
    )


def duplicate_issues(duplicates: pl.DataFrame, originals: pl.DataFrame, contracts: Contracts) -> pl.DataFrame:
    """ISSUES that tell the sender of each duplicate which file it repeats."""
    first_names = originals.group_by("sha256").agg(pl.col("file_name").first().alias("found"))
    return _issues_of_whole(duplicates.join(first_names, on="sha256"), "duplicate_file", contracts)


def withdrawn_issues(
    submissions: pl.DataFrame, decisions: Mapping[str, str | None], contracts: Contracts
) -> pl.DataFrame:
    """ISSUES that return each submission that was withdrawn, with the reason.

    Args:
        submissions: a row per submission: submission_id.
        decisions: submission → why it is withdrawn, None where that was taken back.
        contracts: forms and rules.
    """
    withdrawn = pl.DataFrame(
        [(name, reason) for name, reason in decisions.items() if reason is not None],
        schema={"submission_id": pl.String(), "found": pl.String()},
        orient="row",
    )
    found = submissions.select("submission_id").join(withdrawn, on="submission_id", maintain_order="left")
    return _issues_of_whole(found, "withdrawn", contracts)


def _issues_of_whole(found: pl.DataFrame, rule_name: str, contracts: Contracts) -> pl.DataFrame:
    """ISSUES of whole submissions by a rule of the catalogue, from submission_id and found."""
    rule = contracts.named(rule_name)
    return found.with_columns(
        rule_code=pl.lit(rule.code),
        severity=pl.lit(rule.severity.value),
        message_vi=pl.format(rule.message_vi.replace("{found}", "{}"), "found"),
        **{name: pl.lit(None, ISSUES[name]) for name in ("sheet", "source_row", "cell", "field", "value")},
    ).select(*ISSUES)


def number_versions(submissions: pl.DataFrame, receipts: pl.DataFrame) -> pl.DataFrame:
    """SUBMISSIONS with ``version``, ``is_current``, ``known_from`` and ``known_to`` decided.

    Versions count 1, 2, … in order of receipt; the newest accepted one is current. An accepted version is known from
    its receipt until the receipt of the next accepted one.
    """
    in_order = submissions.join(receipts.select("receipt_id", "sequence"), on="receipt_id").sort(
        "received_at", "sequence", "submission_id"
    )
    counts = ~pl.col("verdict").is_in([UNRECOGNISED, DUPLICATE])
    next_receipt = pl.col("received_at").shift(-1).over(_ONE_OF_A_KIND)
    versions = in_order.filter(counts).with_columns(
        version=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(_ONE_OF_A_KIND)
    )
    accepted = versions.filter(_IS_ACCEPTED).with_columns(
        is_current=pl.col("version") == pl.col("version").max().over(_ONE_OF_A_KIND),
        known_from="received_at",
        known_to=next_receipt,
    )
    others = [versions.filter(~_IS_ACCEPTED), in_order.filter(~counts)]
    return pl.concat([accepted, *others]).sort("received_at", "sequence", "submission_id").select(*SUBMISSIONS)


def mark_explained(issues: pl.DataFrame, rows: Iterable[pl.DataFrame], explanations: pl.DataFrame) -> pl.DataFrame:
    """SETTLED_ISSUES: a query is explained by the note of its row, or by what the sender wrote beside it.

    Args:
        issues: ISSUES.
        rows: rows of the forms that have a field ``note``.
        explanations: EXPLANATIONS.
    """
    noted = [
        frame.filter(pl.col("note").is_not_null()).select(
            "submission_id", pl.col("source_sheet").alias("sheet"), "source_row"
        )
        for frame in rows
        if "note" in frame.columns
    ]
    by_row = pl.concat(noted).unique().with_columns(is_noted=pl.lit(True))
    place = ["submission_id", "sheet", "cell", "rule_code"]
    by_finding = explanations.select(place).unique().with_columns(is_answered=pl.lit(True))
    return (
        issues.join(
            by_row, on=["submission_id", "sheet", "source_row"], how="left", maintain_order="left", nulls_equal=True
        )
        .join(by_finding, on=place, how="left", maintain_order="left", nulls_equal=True)
        .with_columns(
            is_explained=(pl.col("severity") == "query")
            & (pl.col("is_noted").fill_null(False) | pl.col("is_answered").fill_null(False))
        )
        .select(*SETTLED_ISSUES)
    )


def mark_queries(submissions: pl.DataFrame, issues: pl.DataFrame) -> pl.DataFrame:
    """SUBMISSIONS where an accepted one with a query that is not explained is ``accepted_with_queries``."""
    open_queries = issues.filter((pl.col("severity") == "query") & ~pl.col("is_explained"))
    asked = pl.col("submission_id").is_in(open_queries["submission_id"].implode())
    return submissions.with_columns(
        verdict=pl.when(_IS_ACCEPTED & asked)
        .then(pl.lit(WITH_QUERIES))
        .when(_IS_ACCEPTED)
        .then(pl.lit(ACCEPTED))
        .otherwise("verdict")
    )


def current_rows(rows: pl.DataFrame, submissions: pl.DataFrame) -> pl.DataFrame:
    """The rows of submissions that count."""
    return rows.join(submissions.filter("is_current").select("submission_id"), on="submission_id", how="semi")


def unbalanced(submissions: pl.DataFrame) -> pl.DataFrame:
    """SUBMISSIONS whose row account does not balance; empty when all is well."""
    placed = pl.sum_horizontal(*_COUNTED[1:], "rows_accepted", "rows_returned")
    return submissions.filter(pl.col("rows_found") != placed)
