"""How long intake takes beside the time that fastexcel needs just to read the same cells.

Prints a table; asserts nothing about time, for machines differ. Run: ``make bench``.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastexcel
import pytest

from pipelines.codegen.template import UnitLabel, write_template
from pipelines.contracts import load_contracts
from pipelines.intake.batch import build_batch, recognise_files
from pipelines.intake.register import Receipt
from pipelines.intake.units import load_org_units
from pipelines.synthetic.compose import compose
from pipelines.synthetic.places import SCENARIOS

WORKBOOKS, ROWS = 500, 40
FORMS = ("grassroots_unions", "enterprises", "agreements")
UNIT, PERIOD = UnitLabel("H004", "LĐLĐ quận Long Biên"), "2021-Q2"


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Workbooks of three sheets with forty rows each, cut from the synthetic report of Long Biên."""
    folder = tmp_path_factory.mktemp("workbooks")
    contracts = load_contracts()
    scenario = next(scenario for scenario in SCENARIOS if "H004" in scenario.units)
    keys = ["org_unit_code", "period"]
    rows = {form: frame.drop(keys) for form, frame in compose(scenario).items() if form in FORMS}
    paths = []
    for number in range(WORKBOOKS):
        cut = {form: frame.slice(number % (frame.height - ROWS), ROWS) for form, frame in rows.items()}
        path = folder / f"{number:04d}.xlsx"
        write_template(path, [contracts.form(form) for form in FORMS], UNIT, PERIOD, cut)
        paths.append(path)
    return paths


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what the work gives."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def read_all_cells(paths: list[Path]) -> int:
    """The floor: every cell of every sheet into a frame, nothing else."""
    cells = 0
    for path in paths:
        reader = fastexcel.read_excel(path)
        for name in reader.sheet_names:
            frame = reader.load_sheet(name, header_row=None, dtypes="string").to_polars()
            cells += frame.height * frame.width
    return cells


def test_intake_beside_reading_the_cells(workbooks: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    contracts, units = load_contracts(), load_org_units()
    arrived = dt.datetime(2021, 7, 5)
    receipts = [
        (Receipt(f"r{n}", n, "1", f"{n}", path.name, arrived, 1, None, path.name), path)
        for n, path in enumerate(workbooks)
    ]
    floor, cells = timed(lambda: read_all_cells(workbooks))
    reading, files = timed(lambda: recognise_files(receipts, contracts, units))
    cleaning, batch = timed(lambda: build_batch(files, contracts))
    with capsys.disabled():
        print(f"\n{WORKBOOKS} workbooks × {len(FORMS)} sheets × {ROWS} rows, {cells:,} cells")
        for name, seconds in (("fastexcel", floor), ("read + recognise", reading), ("clean", cleaning)):
            print(f"  {name:<18}{seconds:6.2f} s  {seconds / floor:5.2f} ×")
        print(f"  {'intake':<18}{reading + cleaning:6.2f} s  {(reading + cleaning) / floor:5.2f} ×")
    assert {form: frame.height for form, frame in batch.rows.items() if frame.height} == {
        form: WORKBOOKS * ROWS for form in FORMS
    }
    assert batch.issues.is_empty()
