"""What a province reports of the units below it: the form ``province_summary``, added up from their own rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipelines import periods
from pipelines.codegen.sheet_plan import UnitLabel
from pipelines.synthetic.parcels import Parcel, file_name, parcel_path, unit_labels

FORM = "province_summary"


@dataclass(frozen=True)
class Summary:
    """A summary that a province sends.

    Attributes:
        province: its code.
        period: of which period.
        days: from period end to receipt.
        wrong: unit → members by which the province's figure is off: what a reconciliation has to find.
    """

    province: str
    period: str
    days: int
    wrong: Mapping[str, int]


SUMMARIES = (
    Summary("T45", "2023-Q2", 21, {}),
    Summary("T06", "2023-Q1", 22, {"H061": 36}),
    Summary("T19", "2025-Q3", 23, {}),
)


def summary_parcel(
    summary: Summary, regular: Mapping[tuple[str, str], Parcel], units: Mapping[str, UnitLabel] | None = None
) -> Parcel:
    """The province's workbook, from the regular parcels of the units below it; those that sent none have no row.

    Args:
        summary: which province and period.
        regular: (unit, period) → its workbook.
        units: code → label of every unit of the period; those of the seed by default.
    """
    labels = units or unit_labels(summary.period)
    province = labels[summary.province]
    sent = {
        unit: parcel.rows
        for (unit, period), parcel in sorted(regular.items())
        if period == summary.period and labels[unit].parent_vi == province.name_vi
    }
    ends_on = periods.ends_on(summary.period)
    rows = [
        {"unit_code": unit, "unit_name": labels[unit].name_vi, **_figures(forms, ends_on)}
        for unit, forms in sent.items()
    ]
    frame = pl.DataFrame(rows, schema_overrides=dict.fromkeys(_COUNTS, pl.Int64)).with_columns(
        members_total=pl.col("members_total")
        + pl.col("unit_code").replace_strict(dict(summary.wrong), default=0, return_dtype=pl.Int64),
        note=pl.lit(None, dtype=pl.String),
    )
    received_on = ends_on + dt.timedelta(days=summary.days)
    return Parcel(
        path=parcel_path(received_on, summary.province, file_name(summary.period, more="-tong-hop")),
        unit=province,
        period=summary.period,
        rows={FORM: frame},
    )


_COUNTS = (
    *("unions", "members_total", "members_female", "workers_total"),
    *("enterprises", "enterprises_with_union", "agreements_in_force"),
)


def _figures(forms: Mapping[str, pl.DataFrame], ends_on: dt.date) -> dict[str, int | None]:
    """The figures of one unit; null where the form they follow from was not sent."""
    unions = forms["grassroots_unions"].filter(pl.col("ended_on").is_null() | (pl.col("ended_on") > ends_on))
    sums = unions.select(pl.col("members_total", "members_female", "workers_total").sum()).row(0, named=True)
    return {
        "unions": unions.height,
        **sums,
        "enterprises": _different(forms, "enterprises", "tax_code"),
        "enterprises_with_union": _different(forms, "enterprises", "tax_code", pl.col("has_union")),
        "agreements_in_force": _different(
            forms,
            "agreements",
            "agreement_code",
            (pl.coalesce("effective_on", "signed_on") <= ends_on) & (pl.col("expires_on") >= ends_on),
        ),
    }


def _different(forms: Mapping[str, pl.DataFrame], form: str, key: str, which: pl.Expr | None = None) -> int | None:
    """How many different keys a form has among some of its rows; None if it was not sent."""
    if form not in forms:
        return None
    return forms[form].filter(pl.lit(True) if which is None else which)[key].n_unique()
