"""By when a form is due: working days, the generated calendar, extensions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipelines import periods
from pipelines.codegen.form_calendar import calendar_years, form_calendar, next_working_day
from pipelines.contracts import load_contracts
from pipelines.due_days import SEEDS, load_due_days

CONTRACTS = load_contracts()
EXTENSIONS = """\
form,period,org_unit_code,due_on,reason
enterprises,2021-Q2,,2021-07-20,all
enterprises,2021-Q2,H004,2021-07-30,one
enterprises,2021-Q2,H060,2021-07-18,sooner than all
enterprises,2021-Q3,H004,2021-10-01,no extension: sooner than the calendar
agreements,2021-Q3,H004,2021-10-30,not due in that quarter
"""


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    (tmp_path / "generated").mkdir()
    calendar = (SEEDS / "generated" / "form_calendar.csv").read_text(encoding="utf-8")
    (tmp_path / "generated" / "form_calendar.csv").write_text(calendar, encoding="utf-8")
    (tmp_path / "deadline_extensions.csv").write_text(EXTENSIONS, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2021-07-15", "2021-07-15"),  # a Thursday
        ("2023-07-15", "2023-07-17"),  # a Saturday
        ("2019-04-15", "2019-04-16"),  # Monday instead of the day of the Hùng kings, a Sunday
        ("2025-04-30", "2025-05-05"),  # holidays, a Friday off against a Saturday worked, a weekend
        ("2025-04-26", "2025-04-26"),  # that Saturday
        ("2026-02-16", "2026-02-23"),  # Tết: 16 to 20 February, then a weekend
        ("2040-02-12", "2040-02-17"),  # Tết of a year not announced yet: its Sunday is made up for on the 16th
    ],
)
def test_a_due_day_moves_to_the_next_working_day(day: str, works: str) -> None:
    assert next_working_day(dt.date.fromisoformat(day)) == dt.date.fromisoformat(works)


def test_the_calendar_has_every_form_in_its_quarters_and_no_other() -> None:
    years = calendar_years()
    assert (years[0], years[-1]) == (2018, 2045)
    due = load_due_days().calendar
    for form in CONTRACTS.forms:
        of_form = due.filter(form=form.form)["period"].to_list()
        assert of_form == [f"{year}-Q{quarter}" for year in years for quarter in form.due_quarters], form.form
    assert due.select("form", "period").is_unique().all()


def test_a_due_day_is_never_before_that_of_the_contract_and_at_most_ten_days_after_it() -> None:
    for form, period, due_on in form_calendar(CONTRACTS, calendar_years()):
        days = CONTRACTS.form(form).due_days_after_period_end
        assert 0 <= (due_on - periods.ends_on(period)).days - days <= 10, (form, period)


def test_a_form_is_not_due_before_its_first_layout() -> None:
    form = CONTRACTS.form("enterprises")
    layouts = tuple(
        form.layouts[0].model_copy(update={"version": version, "valid_from": period})
        for version, period in ((1, "2019-Q3"), (2, "2021-Q1"))
    )
    newer = CONTRACTS.model_copy(update={"forms": (form.model_copy(update={"layouts": layouts}),)})
    assert [period for _, period, _ in form_calendar(newer, range(2018, 2020))] == ["2019-Q3", "2019-Q4"]


@pytest.mark.parametrize(
    ("form", "period", "unit", "due_on"),
    [
        ("enterprises", "2021-Q2", "H004", dt.date(2021, 7, 30)),
        ("enterprises", "2021-Q2", "H060", dt.date(2021, 7, 20)),
        ("enterprises", "2021-Q2", "H461", dt.date(2021, 7, 20)),
        ("grassroots_unions", "2021-Q2", "H004", dt.date(2021, 7, 15)),
        ("enterprises", "2021-Q3", "H004", dt.date(2021, 10, 15)),
        ("agreements", "2021-Q3", "H004", None),
        ("enterprises", "2017-Q4", "H004", None),
    ],
)
def test_the_latest_day_that_was_granted_counts(
    seeds: Path, form: str, period: str, unit: str, due_on: dt.date | None
) -> None:
    assert load_due_days(seeds).due_on(form, period, unit) == due_on


def test_reports_keep_their_order_and_columns_and_unknown_ones_have_no_due_day(seeds: Path) -> None:
    reports = pl.DataFrame(
        {
            "org_unit_code": ["H461", None, "H004", "H004"],
            "form": ["enterprises", "enterprises", None, "enterprises"],
            "period": ["2021-Q2", "2021-Q2", None, "Quý 9"],
            "more": [1, 2, 3, 4],
        }
    )
    told = load_due_days(seeds).with_due_on(reports)
    assert told.drop("due_on").equals(reports)
    assert told["due_on"].to_list() == [dt.date(2021, 7, 20), dt.date(2021, 7, 20), None, None]


def test_an_extension_whose_day_is_no_day_is_an_error(seeds: Path) -> None:
    path = seeds / "deadline_extensions.csv"
    path.write_text(EXTENSIONS + "enterprises,2021-Q4,,20/01/2022,a day that reads otherwise\n", encoding="utf-8")
    with pytest.raises(pl.exceptions.PolarsError, match="20/01/2022"):
        load_due_days(seeds)
