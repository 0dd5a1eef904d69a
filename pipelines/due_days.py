"""By when a form is due: the generated calendar and the extensions that the office has granted.

Both are dbt seeds, so that Python and dbt know one and the same day: ``form_calendar`` is written by
``congdoan codegen``, ``deadline_extensions`` by the data team. An extension only ever extends: the latest day counts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from pipelines.settings import PROJECT_DIR

SEEDS = PROJECT_DIR / "dbt_project" / "seeds"
_CALENDAR = {"form": pl.String(), "period": pl.String(), "due_on": pl.Date()}
_EXTENSIONS = {**_CALENDAR, "org_unit_code": pl.String()}
_OF_REPORT = ["form", "period"]


@dataclass(frozen=True)
class DueDays:
    """Due days of forms.

    Attributes:
        calendar: form, period, due_on; one row per form and period in which it is due.
        extensions: form, period, org_unit_code, due_on; a row without a unit holds for all units.
    """

    calendar: pl.DataFrame
    extensions: pl.DataFrame

    def with_due_on(self, reports: pl.DataFrame) -> pl.DataFrame:
        """The same rows with ``due_on``; null where the form is not due for the period.

        Args:
            reports: has form, period and org_unit_code; each may be null.
        """
        latest = pl.col("due_on").max()
        for_all = self.extensions.filter(pl.col("org_unit_code").is_null()).group_by(_OF_REPORT).agg(for_all=latest)
        for_unit = self.extensions.group_by(*_OF_REPORT, "org_unit_code").agg(for_unit=latest)
        return (
            reports.join(self.calendar, on=_OF_REPORT, how="left", maintain_order="left")
            .join(for_all, on=_OF_REPORT, how="left", maintain_order="left")
            .join(for_unit, on=[*_OF_REPORT, "org_unit_code"], how="left", maintain_order="left")
            # without a day in the calendar there is nothing to extend
            .with_columns(
                due_on=pl.when(pl.col("due_on").is_not_null()).then(pl.max_horizontal("due_on", "for_all", "for_unit"))
            )
            .drop("for_all", "for_unit")
        )

    def due_on(self, form: str, period: str, unit: str) -> dt.date | None:
        """The last day that is in time for one report; None if the form is not due for the period."""
        report = pl.DataFrame({"form": [form], "period": [period], "org_unit_code": [unit]})
        return self.with_due_on(report)["due_on"][0]

    def for_all(self) -> pl.DataFrame:
        """form, period, due_on with the extensions that hold for all units."""
        general = self.with_due_on(self.calendar.select(*_OF_REPORT, org_unit_code=pl.lit(None, pl.String)))
        return general.select(*_OF_REPORT, "due_on")

    def periods_due_on(self, day: dt.date) -> list[str]:
        """The periods of which some form is due on a day, earliest first."""
        return sorted(self.for_all().filter(due_on=day)["period"].unique())

    def newest_past(self, day: dt.date) -> str | None:
        """The newest period of which some form is past due by a day, whatever came; None before the first one."""
        return self.for_all().filter(pl.col("due_on") < day)["period"].max()  # pyright: ignore[reportReturnType]


@cache
def load_due_days(seeds: Path = SEEDS) -> DueDays:
    """The due days of the seeds.

    Raises:
        polars.exceptions.PolarsError: a seed lacks a column, or a day is not written as 2025-07-15.
    """
    return DueDays(
        _read(seeds / "generated" / "form_calendar.csv", _CALENDAR),
        _read(seeds / "deadline_extensions.csv", _EXTENSIONS),
    )


def _read(path: Path, columns: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.read_csv(path, columns=list(columns), schema_overrides=columns).select(*columns)
