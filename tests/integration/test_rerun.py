"""Running again: without anything new nothing changes, what was damaged is named, what was withdrawn is gone."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import openpyxl
import pytest

from pipelines.data_lock import read_holder
from pipelines.intake.register import read_ledger
from pipelines.settings import Settings
from tests.conftest import DemoRun, congdoan, query
from tests.whole_runs import finish, start

pytestmark = pytest.mark.slow


@pytest.fixture
def data(demo: DemoRun, tmp_path: Path) -> Settings:
    """A copy of the demo's data that may be changed."""
    shutil.copytree(demo.settings.root, tmp_path / "data")
    return Settings(data_dir=tmp_path / "data")


def content(settings: Settings) -> dict[str, bytes]:
    """Every file that a run may write for others to read, by path."""
    folders = (settings.raw, settings.lake, settings.published, settings.returned)
    return {
        path.relative_to(settings.root).as_posix(): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_second_run_changes_nothing_and_says_so_and_keeps_a_third_one_out(data: Settings) -> None:
    before = content(data)
    second = start(data)
    while (holder := read_holder(data)) is None:
        time.sleep(0.05)
    assert holder.pid == second.pid
    refused = " ".join(finish(start(data), expect=1).split())
    assert str(data.root) in refused.replace(" ", "") and f"tiến trình {second.pid}" in refused
    said = finish(second)
    assert content(data) == before
    version = json.loads((data.published / "manifest.json").read_text())["version"]
    assert "Không có tệp mới" in said and version in said


def test_a_failed_run_says_why_and_leaves_what_is_published(data: Settings) -> None:
    before = (data.published / "warehouse.duckdb").read_bytes()
    receipt = read_ledger(data)[0]
    (data.raw / receipt.raw_path).write_bytes(b"damaged")
    shutil.rmtree(data.lake)  # so that the file is needed again
    said = " ".join(finish(start(data), expect=1).split())
    assert "judge" in said and receipt.file_name in said and "bản sao lưu" in said
    assert (data.published / "warehouse.duckdb").read_bytes() == before


def test_a_withdrawn_report_is_missing_afterwards_and_its_sender_is_told_why(data: Settings) -> None:
    """Long Biên, the second quarter of 2021: the only report of its unions, which counted 13,734 members."""
    warehouse = data.published / "warehouse.duckdb"
    members = """
        select members_total from marts.mart_membership
        where org_unit_code = 'H004' and period = '2021-Q2'
            and (sector, basis, scope) = ('all', 'as_reported', 'all')
    """
    sent = """
        select submission_id, verdict from marts.fct_submission
        where org_unit_code = 'H004' and period = '2021-Q2' and form = 'grassroots_unions'
    """
    assert query(warehouse, members) == [(13_734,)]
    ((name, _),) = query(warehouse, sent)
    reason = "Gửi nhầm số liệu của quận khác"
    said = congdoan("withdraw", name, "--why", f"{reason}.", "--data-dir", data.root)
    assert name in said and "Quý II năm 2021" in said
    congdoan("withdraw", name, "--why", reason, "--data-dir", data.root, expect=1)
    congdoan("withdraw", name, "--data-dir", data.root, expect=2)
    finish(start(data))
    assert query(warehouse, members) == [(None,)]
    assert query(warehouse, sent) == [(name, "returned")]
    (answer,) = (data.returned / "2021-Q2" / "H004").glob(f"*.{name[:8]}.xlsx")
    cells = [str(cell.value) for sheet in openpyxl.load_workbook(answer) for row in sheet.iter_rows() for cell in row]
    assert any(f"Lý do: {reason}." in cell for cell in cells)
