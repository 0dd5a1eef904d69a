"""What a unit sent last time, for filling in the next template beforehand."""

from __future__ import annotations

import polars as pl

from pipelines.contracts import Form
from pipelines.intake.units import OrgUnits
from pipelines.warehouse.lake import SUBMISSIONS_TABLE, Lake


def last_rows(lake: Lake, form: Form, unit: str, period: str, units: OrgUnits) -> pl.DataFrame:
    """The rows that count of the newest period before this one for which the unit has sent the form.

    A code can mean another unit in an earlier period (T44 was Quảng Bình, then Quảng Trị): rows of a unit that bore
    another name are not this unit's.

    Args:
        lake: where accepted rows are.
        form: whose rows.
        unit: code of the unit, valid in the period.
        period: the period of the new template.
        units: the list of union units.

    Returns:
        Rows in ``row_schema(form)`` in the order in which they were sent; none if there are none.
    """
    now = units.find(unit, period)
    sent = lake.read(SUBMISSIONS_TABLE).filter(
        pl.col("is_current"),
        pl.col("form") == form.form,
        pl.col("org_unit_code") == unit,
        pl.col("period") < period,
    )
    for earlier in sent["period"].unique().sort(descending=True):
        then = units.find(unit, earlier)
        if now and then and now.name_vi == then.name_vi:
            newest = sent.filter(pl.col("period") == earlier)
            rows = lake.read(form.form, [earlier]).join(newest, on="submission_id", how="semi")
            return rows.sort("source_sheet", "source_row", nulls_last=True)
    return lake.read(form.form, [])
