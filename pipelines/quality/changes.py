"""What a new version of a submission says differently from the version accepted before it."""

from __future__ import annotations

import polars as pl

from pipelines.contracts import Form
from pipelines.contracts.frames import CHANGES

_KEY_SEPARATOR = " · "


def changes(form: Form, rows: pl.DataFrame, submissions: pl.DataFrame) -> pl.DataFrame:
    """CHANGES between consecutive accepted versions of one form.

    Args:
        form: the contract; its key tells which rows are the same.
        rows: rows of every accepted version (``row_schema(form)``).
        submissions: SUBMISSIONS of the same periods.
    """
    pairs = _pairs(form, submissions)
    if pairs.is_empty():
        return pl.DataFrame(schema=CHANGES)
    fields = [field.name for field in form.fields if field.name not in form.key]
    new = _values(form, rows, fields).join(pairs, on="submission_id")
    old = _values(form, rows, fields).rename({"submission_id": "previous_submission_id"})
    old = old.join(pairs, on="previous_submission_id")
    same_row = ["submission_id", "previous_submission_id", "period", "row_key"]
    both = new.join(old, on=same_row, how="inner", suffix="_old")
    return (
        pl.concat(
            [
                _whole_rows(new.join(old, on=same_row, how="anti"), "added"),
                _whole_rows(old.join(new, on=same_row, how="anti"), "removed"),
                *(_changed(both, field) for field in fields),
            ]
        )
        .with_columns(form=pl.lit(form.form))
        .select(*CHANGES)
        .sort(*CHANGES)
    )


def _pairs(form: Form, submissions: pl.DataFrame) -> pl.DataFrame:
    """submission_id, previous_submission_id, period of accepted versions that replaced another."""
    accepted = submissions.filter((pl.col("form") == form.form) & pl.col("known_from").is_not_null())
    previous = pl.col("submission_id").shift(1).over("org_unit_code", "period", order_by="version")
    return (
        accepted.with_columns(previous_submission_id=previous)
        .drop_nulls("previous_submission_id")
        .select("submission_id", "previous_submission_id", "period")
    )


def _values(form: Form, rows: pl.DataFrame, fields: list[str]) -> pl.DataFrame:
    """The key of each row as one text, and every other value as text."""
    key = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in form.key], separator=_KEY_SEPARATOR)
    texts = [pl.col(name).cast(pl.String) for name in fields]
    return rows.select("submission_id", key.alias("row_key"), *texts)


def _whole_rows(rows: pl.DataFrame, change: str) -> pl.DataFrame:
    return _as_changes(rows, change, pl.lit(None, pl.String), pl.lit(None, pl.String), None)


def _changed(both: pl.DataFrame, field: str) -> pl.DataFrame:
    differs = pl.col(field).ne_missing(pl.col(f"{field}_old"))
    return _as_changes(both.filter(differs), "changed", pl.col(f"{field}_old"), pl.col(field), field)


def _as_changes(rows: pl.DataFrame, change: str, old: pl.Expr, new: pl.Expr, field: str | None) -> pl.DataFrame:
    return rows.select(
        "submission_id",
        "previous_submission_id",
        "period",
        "row_key",
        change=pl.lit(change),
        field=pl.lit(field, pl.String),
        old_value=old,
        new_value=new,
    )
