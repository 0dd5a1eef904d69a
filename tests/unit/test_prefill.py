"""Which rows a new template is filled with beforehand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.intake.units import OrgUnit, OrgUnits, load_org_units
from pipelines.warehouse.lake import SUBMISSIONS_TABLE, Lake
from pipelines.warehouse.prefill import last_rows

CONTRACTS = load_contracts()
FORM = CONTRACTS.form("enterprises")
UNITS = load_org_units()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path, CONTRACTS)
    lake.prepare()
    return lake


def send(lake: Lake, unit: str, period: str, *names: str, is_current: bool = True, form: str = FORM.form) -> None:
    """Put a submission with one row per name into the lake; the rows come in the order of the names."""
    submission = f"{unit}.{period}.{is_current}"
    key = {"submission_id": submission, "org_unit_code": unit, "period": period}
    schema = lake.schemas[SUBMISSIONS_TABLE]
    entry = pl.DataFrame([dict.fromkeys(schema) | key | {"form": form, "is_current": is_current}], schema=schema)
    before = lake.read(SUBMISSIONS_TABLE, [period])
    lake.replace_state(SUBMISSIONS_TABLE, period, pl.concat([before, entry]))
    rows = [
        dict.fromkeys(lake.schemas[form])
        | key
        | {"source_sheet": "S", "source_row": 11 + number, "enterprise_name": name}
        for number, name in enumerate(names)
    ]
    frame = pl.DataFrame(rows[::-1], schema=lake.schemas[form])
    lake.add_rows(form, period, f"0000000{int(is_current)}-{unit}", frame)


def names(lake: Lake, unit: str, period: str) -> list[str]:
    return last_rows(lake, FORM, unit, period, UNITS)["enterprise_name"].to_list()


def test_the_newest_earlier_period_counts_in_the_order_sent(lake: Lake) -> None:
    send(lake, "H004", "2020-Q4", "cũ")
    send(lake, "H004", "2021-Q1", "A", "B", "C")
    send(lake, "H004", "2021-Q2", "kỳ này")
    send(lake, "T01", "2021-Q1", "đơn vị khác")
    assert names(lake, "H004", "2021-Q2") == ["A", "B", "C"]


def test_versions_that_do_not_count_are_left_out(lake: Lake) -> None:
    send(lake, "H004", "2021-Q1", "bị thay", is_current=False)
    assert names(lake, "H004", "2021-Q2") == []
    send(lake, "H004", "2021-Q1", "được nhận")
    assert names(lake, "H004", "2021-Q2") == ["được nhận"]


def test_a_code_that_meant_another_unit_tells_nothing(lake: Lake) -> None:
    turn = dt.date(2025, 7, 1)
    before = OrgUnit("T44", "LĐLĐ tỉnh Quảng Bình", "province", "VN", "Quảng Bình", dt.date(2018, 1, 1), turn)
    after = OrgUnit("T44", "LĐLĐ tỉnh Quảng Trị", "province", "VN", "Quảng Trị", turn, None)
    send(lake, "T44", "2025-Q1", "Doanh nghiệp Quảng Bình")
    same, other = OrgUnits([before]), OrgUnits([before, after])
    assert last_rows(lake, FORM, "T44", "2025-Q2", other).height == 1
    assert last_rows(lake, FORM, "T44", "2025-Q3", other).is_empty()
    assert last_rows(lake, FORM, "T44", "2025-Q3", same).is_empty(), "a unit that has ended has no template"


def test_without_anything_sent_there_are_no_rows_but_all_columns(lake: Lake) -> None:
    rows = last_rows(lake, FORM, "H004", "2021-Q2", UNITS)
    assert rows.is_empty() and rows.schema == pl.Schema(lake.schemas[FORM.form])
