"""Who has sent what by a day: the state of every report that is owed for a period, from what is published.

The published file says what was owed and what came; only here does the calendar of the reader come in. As of the day
of the newest receipt the states are those of ``fct_report_due``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines import periods
from pipelines.due_days import DueDays
from pipelines.settings import Settings
from pipelines.warehouse.published import read_published

ON_TIME, LATE, MISSING, NOT_DUE = "on_time", "late", "missing", "not_due"
STATES = (ON_TIME, LATE, MISSING, NOT_DUE)
STATUS: dict[str, pl.DataType] = {
    "org_unit_code": pl.String(),
    "name_vi": pl.String(),
    "form": pl.String(),
    "period": pl.String(),
    "due_on": pl.Date(),
    "state": pl.String(),
    "verdict": pl.String(),
    "days_late": pl.Int64(),
    "last_received_on": pl.Date(),
    "extension_reason": pl.String(),
    "province_name": pl.String(),
    "parent_name_vi": pl.String(),
}
"""One row per report that is owed. ``verdict`` is that of the newest version, null when none came; ``days_late`` runs
to the first accepted version, or to the day of asking while there is none, and is null before the due day;
``province_name`` is null for units above the provinces."""

_OF_REPORT = ["form", "org_unit_code", "period"]
_ACCEPTED = ["accepted", "accepted_with_queries"]


class UnknownPeriodError(LookupError):
    """The published file knows of no report that is owed for the period.

    Attributes:
        first: the first period that it knows of, None if there is none.
        last: the newest one.
    """

    def __init__(self, period: str | None, first: str | None, last: str | None) -> None:
        """Say which period was asked for, None for the newest that is due, and which there are."""
        super().__init__(period)
        self.first, self.last = first, last


@dataclass(frozen=True)
class Status:
    """The state of the reports of a period.

    Attributes:
        period: the period.
        as_of: the day, to its end, as of which the states hold.
        received_to: day of the newest receipt in the published file, copies of earlier files aside.
        rows: STATUS, by unit and form.
    """

    period: str
    as_of: dt.date
    received_to: dt.date
    rows: pl.DataFrame

    def as_json(self) -> list[dict[str, Any]]:
        """The document that ``congdoan status --json`` prints; days as 2025-07-15."""
        return self.rows.with_columns(pl.col(pl.Date).dt.to_string("iso")).to_dicts()

    def summary(self) -> pl.DataFrame:
        """Reports by province and form: province_name, form, expected, then a count per state."""
        return _counted(self.rows, ["province_name", "form"])

    def totals(self) -> pl.DataFrame:
        """Reports by form: form, expected, then a count per state."""
        return _counted(self.rows, ["form"])


def _counted(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    counts = [(pl.col("state") == state).sum().cast(pl.Int64).alias(state) for state in STATES]
    return rows.group_by(by).agg(pl.len().cast(pl.Int64).alias("expected"), *counts).sort(by, nulls_last=True)


def load_status(settings: Settings, period: str | None, as_of: dt.date) -> Status:
    """The state of the reports of a period, by default of the newest one for which something is past due.

    Raises:
        NotPublishedError: nothing is published yet.
        UnknownPeriodError: no report is owed for the period, as far as the published file knows.
    """
    tables = read_published(settings, ["fct_report_due", "fct_submission", "dim_org_unit"])
    due, submissions = tables["fct_report_due"], tables["fct_submission"]
    period = period or newest_due(due, as_of)
    if period is None or due.filter(period=period).is_empty():
        raise UnknownPeriodError(period, *due.select(first=pl.min("period"), last=pl.max("period")).row(0))
    rows = states_on(as_of, period, due, submissions, tables["dim_org_unit"])
    news = submissions.filter(pl.col("verdict") != "duplicate")
    return Status(period, as_of, news.select(pl.max("received_at").dt.date()).item(), rows)


def newest_due(due: pl.DataFrame, as_of: dt.date) -> str | None:
    """The newest period of which some report is past due by the day; the first one there is if none is yet."""
    past = pl.col("period").filter(pl.col("due_on") < as_of)
    return due.select(pl.coalesce(past.max(), pl.col("period").min())).item()


def states_on(
    as_of: dt.date, period: str, due: pl.DataFrame, submissions: pl.DataFrame, units: pl.DataFrame
) -> pl.DataFrame:
    """STATUS of a period at the end of a day: what came later is not known yet.

    Args:
        as_of: the day.
        period: the period.
        due: ``fct_report_due``.
        submissions: ``fct_submission``.
        units: ``dim_org_unit``.
    """
    received_on = pl.col("received_at").dt.date()
    sent = (
        submissions.filter(pl.col("version").is_not_null() & (received_on <= as_of))
        .sort("version")
        .group_by(_OF_REPORT)
        .agg(
            verdict=pl.col("verdict").last(),
            last_received_on=received_on.last(),
            accepted_on=received_on.filter(pl.col("verdict").is_in(_ACCEPTED)).min(),
        )
    )
    is_past = pl.col("due_on") < as_of
    days = (pl.col("accepted_on").fill_null(as_of) - pl.col("due_on")).dt.total_days()
    return (
        due.filter(period=period)
        .select(*_OF_REPORT, "due_on", "extension_reason", name_vi="org_unit_name_vi")
        .join(sent, on=_OF_REPORT, how="left")
        .join(_placed(units, periods.ends_on(period)), on="org_unit_code", how="left")
        .with_columns(
            state=pl.when(pl.col("accepted_on") <= pl.col("due_on"))
            .then(pl.lit(ON_TIME))
            .when(pl.col("accepted_on").is_not_null())
            .then(pl.lit(LATE))
            .when(is_past)
            .then(pl.lit(MISSING))
            .otherwise(pl.lit(NOT_DUE)),
            days_late=pl.when(pl.col("accepted_on").is_not_null() | is_past).then(pl.max_horizontal(days, 0)),
        )
        .select(*STATUS)
        .sort("org_unit_code", "form")
    )


def _placed(units: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """The units of a day with their province and the name of the unit above them."""
    valid = units.filter(pl.col("valid_from") <= day, pl.col("valid_to").is_null() | (pl.col("valid_to") > day))
    parents = valid.select(parent_code="org_unit_code", parent_name_vi="name_vi")
    return valid.join(parents, on="parent_code", how="left").select("org_unit_code", "province_name", "parent_name_vi")


@dataclass(frozen=True)
class Freshness:
    """Whether the data of the newest period whose due day has passed is there.

    Attributes:
        period: that period by the calendar, whatever came; None before the first due day there is.
        expected: reports of it that are past due, as far as the published file knows of them.
        on_time: of which accepted in time.
        late: of which accepted later.
        missing: of which none was accepted.
        received_for_other_periods: reports accepted for earlier periods: however new, they make nothing fresh.
    """

    period: str | None
    expected: int
    on_time: int
    late: int
    missing: int
    received_for_other_periods: int

    @property
    def received_pct(self) -> float | None:
        """The share of the reports expected that are there; None if none is known to be expected."""
        return 100 * (self.on_time + self.late) / self.expected if self.expected else None

    def is_fresh(self, from_pct: float) -> bool:
        """Whether at least this share is there, and something is; true before the first due day."""
        return self.period is None or (self.on_time + self.late > 0 and (self.received_pct or 0) >= from_pct)


def freshness(
    as_of: dt.date, due_days: DueDays, due: pl.DataFrame, submissions: pl.DataFrame, units: pl.DataFrame
) -> Freshness:
    """How fresh the published data is on a day: by the deadline of the period, not by when something was written.

    The period is that of the calendar: when nobody sends any more, the published file does not know of it.

    Args:
        as_of: the day.
        due_days: the calendar.
        due: ``fct_report_due``.
        submissions: ``fct_submission``.
        units: ``dim_org_unit``.
    """
    period = due_days.newest_past(as_of)
    accepted = submissions.filter(pl.col("verdict").is_in(_ACCEPTED), pl.col("received_at").dt.date() <= as_of)
    if period is None:
        return Freshness(None, 0, 0, 0, 0, accepted.height)
    others = accepted.filter(pl.col("period") != period).height
    rows = states_on(as_of, period, due, submissions, units).filter(pl.col("due_on") < as_of)
    on_time, late, missing = (rows.filter(state=state).height for state in (ON_TIME, LATE, MISSING))
    return Freshness(period, rows.height, on_time, late, missing, others)
