"""What a unit says of the units below it, beside what these have sent themselves.

Pure functions over frames of accepted rows. A unit that has sent nothing is not compared: it is missing, not 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines import periods
from pipelines.contracts.comparisons import SumOfUnits, UnitsMeasure
from pipelines.contracts.vietnamese import format_integer
from pipelines.intake.units import OrgUnits

UNITS_SHOWN = 5
"""How many units a message names."""

SUMS: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "source_sheet": pl.String(),
    "source_row": pl.Int64(),
    "measure": pl.String(),
    "stated": pl.Int64(),
    "computed": pl.Int64(),
    "units": pl.String(),
}
"""One row per summary and measure: both sums over the units that have sent, the units that differ, most first, as one
text, and the row of the first of them (of any, where the summary does not have it)."""

_UNIT = ["period", "sender", "unit"]


def sums_of_units(rule: SumOfUnits, rows: Mapping[str, pl.DataFrame], units: OrgUnits) -> pl.DataFrame:
    """SUMS of every summary in the rows.

    Args:
        rule: which form is the summary, and how its measures follow from the others.
        rows: form → its accepted rows of the same periods.
        units: the dated tree.
    """
    summary = rows[rule.form].rename({"org_unit_code": "sender", rule.unit: "unit"})
    measures = [measure for measure in rule.measures if measure.form in rows]
    sources = [rows[measure.form] for measure in measures]
    below = _below(summary.select("period", "sender").unique(), sources, units)
    sums = [_sums(summary, measure, source, below) for measure, source in zip(measures, sources, strict=True)]
    return pl.concat([pl.DataFrame(schema=SUMS), *sums])


def _below(summaries: pl.DataFrame, sources: list[pl.DataFrame], units: OrgUnits) -> pl.DataFrame:
    """period, sender, org_unit_code, unit: under which unit directly below the sender each reporter stands."""
    place = {"period": pl.String, "org_unit_code": pl.String}
    reporters = pl.concat([pl.DataFrame(schema=place), *(frame.select(*place) for frame in sources)]).unique()
    pairs = summaries.join(reporters, on="period").unique().sort(pl.all())
    found = [
        (period, sender, code, units.below(sender, code, periods.ends_on(period)))
        for period, sender, code in pairs.iter_rows()
    ]
    schema = {"period": pl.String, "sender": pl.String, "org_unit_code": pl.String, "unit": pl.String}
    return pl.DataFrame(found, schema=schema, orient="row").drop_nulls("unit")


def _sums(summary: pl.DataFrame, measure: UnitsMeasure, source: pl.DataFrame, below: pl.DataFrame) -> pl.DataFrame:
    sent = _sent(measure, source).join(below, on=["period", "org_unit_code"]).group_by(_UNIT).agg(_figure(measure))
    stated = summary.select(*_UNIT, "submission_id", "source_sheet", "source_row", stated=measure.field)
    compared = stated.join(sent.drop_nulls("computed"), on=_UNIT, how="full", coalesce=True)
    of_summary = summary.group_by("period", "sender").agg(
        pl.first("submission_id"), first_row=pl.min("source_row"), is_stated=pl.col(measure.field).is_not_null().any()
    )
    difference = pl.col("stated").fill_null(0) - pl.col("computed")
    told = pl.format(
        "{} (bảng của tỉnh {}, đơn vị gửi {})",
        "unit",
        format_integer(pl.col("stated")).fill_null("không ghi"),
        format_integer(pl.col("computed")),
    )
    differing = pl.col("difference") != 0
    more = differing.sum().cast(pl.Int64) - UNITS_SHOWN
    return (
        compared.filter(pl.col("computed").is_not_null())
        .with_columns(difference=difference, told=told)
        .sort(pl.col("difference").abs(), "unit", descending=[True, False])
        .group_by("period", "sender", maintain_order=True)
        .agg(
            pl.col("source_sheet", "source_row").drop_nulls().first(),
            pl.col("stated", "computed").sum(),
            units=pl.col("told").filter(differing).head(UNITS_SHOWN).str.join("; "),
            more=more,
        )
        .join(of_summary, on=["period", "sender"])
        .with_columns(
            units=pl.when(pl.col("more") > 0)
            .then(pl.format("{}; và {} đơn vị khác", "units", "more"))
            .otherwise("units"),
            # A summary that leaves the whole column empty states nothing.
            stated=pl.when("is_stated").then("stated"),
            source_row=pl.coalesce("source_row", "first_row"),
            measure=pl.lit(measure.field),
        )
        .select(*SUMS)
    )


def _sent(measure: UnitsMeasure, source: pl.DataFrame) -> pl.DataFrame:
    """The rows of the units that count for a measure; rows that do not are kept without a value.

    So a unit whose unions have all ended has sent 0, and not nothing.
    """
    days = source["period"].unique().to_list()
    cut_off = pl.col("period").replace_strict(days, [periods.ends_on(day) for day in days], return_dtype=pl.Date)
    conditions = []
    if measure.when:
        field = pl.col(measure.when.field)
        conditions.append(field.is_not_null() if measure.when.is_filled else field.is_in(list(measure.when.is_in)))
    if measure.begins:
        conditions.append(pl.coalesce(*measure.begins) <= cut_off)
    if measure.ended_on:
        conditions.append(pl.col(measure.ended_on).is_null() | (pl.col(measure.ended_on) > cut_off))
    if measure.last_day:
        conditions.append(pl.col(measure.last_day).is_null() | (pl.col(measure.last_day) >= cut_off))
    counts = pl.all_horizontal(pl.lit(True), *conditions).fill_null(False)
    return source.select("period", "org_unit_code", _value=measure.sum or measure.count, _counts=counts)


def _figure(measure: UnitsMeasure) -> pl.Expr:
    """A sum is unknown when no row that counts has a value; a number of values never is."""
    value = pl.col("_value").filter("_counts")
    if measure.count:
        sender = pl.lit("") if measure.is_shared else pl.col("org_unit_code").filter("_counts")
        different = pl.struct(sender, value).filter(value.is_not_null()).n_unique()
        return different.cast(pl.Int64).alias("computed")
    is_known = value.is_not_null().any() | ~pl.col("_counts").any()
    return pl.when(is_known).then(value.sum()).alias("computed")
