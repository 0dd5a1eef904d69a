"""The form calendar: by when which form is due for which period, as the seed that the run and dbt both read.

A due day on a weekend or a public holiday moves to the next working day (Civil Code 2015, article 148, clause 5).
Holidays, Tết among them, come from the package ``holidays``: with the substitute days that the government has
announced so far, and for later years by the rules of the Labour Code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from pipelines import periods
from pipelines.contracts import Contracts
from pipelines.settings import PROJECT_DIR

DBT_PROJECT_YML = PROJECT_DIR / "dbt_project" / "dbt_project.yml"


def calendar_years() -> range:
    """The years of the calendar, as dbt's variables say."""
    variables = yaml.safe_load(DBT_PROJECT_YML.read_text(encoding="utf-8"))["vars"]
    return range(variables["calendar_first_year"], variables["calendar_last_year"] + 1)


def form_calendar(contracts: Contracts, years: range) -> Iterator[tuple[str, str, dt.date]]:
    """Form, period and due day of everything that is due for a period in these years, from a form's first layout on."""
    for form in contracts.forms:
        first = min(layout.valid_from for layout in form.layouts)
        for period in (f"{year}-Q{quarter}" for year in years for quarter in sorted(form.due_quarters)):
            if period >= first:
                due_on = periods.ends_on(period) + dt.timedelta(days=form.due_days_after_period_end)
                yield form.form, period, next_working_day(due_on)


def next_working_day(day: dt.date) -> dt.date:
    """The day, if people work on it (a Saturday worked instead of another day counts), else the next working day."""
    while not _vietnam().is_working_day(day):
        day += dt.timedelta(days=1)
    return day


@cache
def _vietnam() -> Any:
    import holidays  # a tenth of a second that a run, which reads the seed, does not need

    return holidays.country_holidays("VN")
