"""What was accepted before: row beside row, what is no longer there, and what was counted earlier in the year.

Pure functions over frames of form rows (``row_schema``) of several periods. Which rows of the period before a unit
carries on says LINEAGE, so that a row is found again under the unit that took it over.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from pipelines.contracts import FieldType, Form

CODES_SHOWN = 5
"""How many of the missing rows a message names."""


def counts_of(form: Form) -> list[str]:
    """The fields of a form that count something."""
    return [field.name for field in form.fields if field.type in (FieldType.COUNT, FieldType.AMOUNT)]


def facts_of(form: Form) -> list[str]:
    """The fields of a form that say something of the period: all but free text."""
    return [field.name for field in form.fields if field.type is not FieldType.TEXT]


def before(field: str) -> str:
    """Name of the column with the field's value in the period before."""
    return f"previous_{field}"


def with_previous(form: Form, rows: pl.DataFrame, lineage: pl.DataFrame) -> pl.DataFrame:
    """Adds ``previous_period``, ``is_known`` and every count of the same row in the period before, null without one.

    A row is the same when its key is, under the unit itself or one that it carries on. Where two of these have the key,
    nobody can tell which is meant, and the row has none before it. ``is_unchanged``: the unit itself said the same of
    the row before, free text left aside.
    """
    facts = [name for name in facts_of(form) if name not in form.key]
    place = ["period", "org_unit_code", *form.key]
    earlier = (
        _carried_on(rows.select("period", "org_unit_code", *form.key, *facts), lineage)
        .filter(pl.len().over(place) == 1)
        .select(
            *place,
            "previous_period",
            *(pl.col(name).alias(before(name)) for name in facts),
            is_own=pl.col("org_unit_code") == pl.col("previous_org_unit_code"),
        )
    )
    is_same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(before(name))) for name in facts)
    uncounted = [before(name) for name in facts if name not in counts_of(form)]
    return (
        rows.join(earlier, on=place, how="left", maintain_order="left")
        .with_columns(
            is_known=pl.col("previous_period").is_not_null(), is_unchanged=pl.col("is_own").fill_null(False) & is_same
        )
        .drop("is_own", *uncounted)
    )


def _carried_on(rows: pl.DataFrame, lineage: pl.DataFrame) -> pl.DataFrame:
    """Rows of earlier periods, each once for every unit that may carry it on, under that unit and its period."""
    earlier = rows.rename({"period": "previous_period", "org_unit_code": "previous_org_unit_code"})
    return earlier.join(lineage, on=["previous_period", "previous_org_unit_code"])


def missing_rows(form: Form, rows: pl.DataFrame, lineage: pl.DataFrame, ended_on: str) -> pl.DataFrame:
    """Rows of the period before that no unit has carried on, though they had not ended.

    A unit is judged once every unit that may have taken over its rows has sent the form; the gap is then shown to the
    unit that carries it on directly.

    Returns:
        period, org_unit_code, previous_period, missing_count and missing_codes (the first of them, as one text) of
        every unit judged; a count of 0 when nothing is missing.
    """
    (key,) = form.key
    sent = rows.select("period", "org_unit_code").unique().with_columns(is_sent=pl.lit(True))
    heirs = lineage.join(sent, on=["period", "org_unit_code"], how="left")
    all_sent = pl.col("is_sent").fill_null(False).all()
    step = ["period", "previous_period", "previous_org_unit_code"]
    judged = heirs.filter(all_sent.over(step))
    carried = _carried_on(rows.filter(pl.col(ended_on).is_null()).select("period", "org_unit_code", key), judged)
    found = carried.join(rows, on=["period", "org_unit_code", key], how="semi").select(*step, key)
    gone = (
        carried.join(found, on=[*step, key], how="anti")
        .filter("is_direct")
        .sort("org_unit_code")
        .unique([*step, key], keep="first", maintain_order=True)
    )
    unit = ["period", "org_unit_code", "previous_period"]
    named = pl.col(key).unique().sort()
    told = gone.group_by(unit).agg(
        missing_count=pl.col(key).n_unique().cast(pl.Int64), missing_codes=named.head(CODES_SHOWN).str.join(", ")
    )
    more = pl.when(pl.col("missing_count") > CODES_SHOWN).then(pl.lit(", …")).otherwise(pl.lit(""))
    with_rows = carried.filter("is_direct").select(unit).unique()
    return with_rows.join(told, on=unit, how="left").with_columns(
        pl.col("missing_count").fill_null(0), missing_codes=pl.col("missing_codes") + more
    )


def with_earlier_in_year(rows: pl.DataFrame, field: str, by: str, cumulative: Collection[str]) -> pl.DataFrame:
    """Rows whose entry counts since January, with the last value before it in the same year and its period.

    Args:
        rows: form rows with ``unit_valid_from``, from which day on the code means the unit that it means.
        field: what counts; a row without a value has none before or after it.
        by: the field of the entry.
        cumulative: the entries that count so.

    Returns:
        the rows of these entries with ``previous_period`` and :func:`before` of the field; null for the first value
        of a unit in a year.
    """
    same = ["org_unit_code", "unit_valid_from", by, pl.col("period").str.head(4)]

    def last_before(told: pl.Expr) -> pl.Expr:
        return told.forward_fill().shift(1).over(same, order_by="period")

    period_told = pl.when(pl.col(field).is_not_null()).then(pl.col("period"))
    return rows.filter(pl.col(by).is_in(list(cumulative))).with_columns(
        last_before(period_told).alias("previous_period"), last_before(pl.col(field)).alias(before(field))
    )
