"""What the checks on the published file find when something is wrong in it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.settings import Settings
from pipelines.warehouse.published_state import completeness, reconciliation, row_account

ROWS = "rows_found, rows_preamble, rows_header, rows_total, rows_footer, rows_accepted, rows_returned"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A published file with three submissions, two periods compared and two periods due."""
    settings = Settings(data_dir=tmp_path)
    settings.published.mkdir()
    with duckdb.connect(settings.published / "warehouse.duckdb") as connection:
        connection.execute(f"""
            create schema marts;
            create table marts.fct_submission as
            select * from (values
                ('s1', '2023-Q1', 'enterprises', 'H1', 'a.xlsx', 10, 1, 1, 1, 1, 6, 0),
                ('s2', '2023-Q1', 'enterprises', 'H2', 'b.xlsx', 10, 1, 1, 1, 1, 0, 6),
                ('s3', '2023-Q2', 'enterprises', 'H3', 'c.xlsx', 10, 1, 1, 0, 0, 5, 0)
            ) as t(submission_id, period, form, org_unit_code, file_name, {ROWS});
            create table marts.mart_reconciliation as
            select * from (values
                ('2023-Q1', 'T1', 'H1', 'Một', false, 'members_total', 10, 90, 80, 'differs'),
                ('2023-Q2', 'T1', 'H1', 'Một', false, 'members_total', 10, 11, 1, 'differs'),
                ('2023-Q2', 'T1', 'H2', 'Hai', false, 'members_total', 10, 4, -6, 'differs'),
                ('2023-Q2', 'T1', 'H3', 'Ba', false, 'members_total', 10, 10, 0, 'equal'),
                ('2023-Q2', 'T1', 'H4', 'Bốn', false, 'members_total', null, 10, null, 'unit_missing'),
                ('2023-Q2', 'T1', 'T1', 'Tỉnh', true, 'members_total', 30, 25, -5, 'differs')
            ) as t(period, province_code, org_unit_code, org_unit_name_vi, is_total, measure, units_value,
                province_value, difference, state);
            create table marts.mart_reporting_rate as
            select * from (values
                ('2023-Q1', 'VN', 'Cả nước', 'national', 10, 10, 0, 0),
                ('2023-Q2', 'VN', 'Cả nước', 'national', 10, 6, 1, 3),
                ('2023-Q2', 'T1', 'Tỉnh một', 'province', 4, 3, 0, 1),
                ('2023-Q2', 'T2', 'Tỉnh hai', 'province', 6, 3, 1, 2),
                ('2023-Q1', 'T3', 'Tỉnh ba', 'province', 6, 0, 0, 6)
            ) as t(period, org_unit_code, org_unit_name_vi, unit_type, expected, on_time, late, missing);
        """)
    return settings


def test_a_row_that_is_not_accounted_for_is_found(settings: Settings) -> None:
    state = row_account(settings)
    assert (state.evaluated, state.unexpected) == (3, 1)
    assert state.worst.select("submission_id", "rows_found", "rows_placed").rows() == [("s3", 10, 7)]
    assert state.by_period.rows() == [("2023-Q1", 100.0), ("2023-Q2", 0.0)]


def test_differences_of_the_newest_period_come_largest_first(settings: Settings) -> None:
    state = reconciliation(settings)
    assert (state.period, state.evaluated, state.unexpected) == ("2023-Q2", 3, 2)
    assert state.worst.select("org_unit_code", "difference").rows() == [("H2", -6), ("H1", 1)]


def test_missing_reports_of_the_newest_due_period_by_province(settings: Settings) -> None:
    state = completeness(settings)
    assert (state.period, state.evaluated, state.unexpected) == ("2023-Q2", 10, 3)
    assert state.worst.select("org_unit_code", "missing", "reported_pct").rows() == [("T2", 2, 66.7), ("T1", 1, 75.0)]


def test_nothing_due_and_nothing_compared_is_nothing_wrong(settings: Settings) -> None:
    with duckdb.connect(settings.published / "warehouse.duckdb") as connection:
        connection.execute("delete from marts.mart_reporting_rate; delete from marts.mart_reconciliation")
    assert completeness(settings).period is None
    assert reconciliation(settings).period is None
