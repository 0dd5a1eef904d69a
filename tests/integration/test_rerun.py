"""Running again: nothing new changes nothing, a correction changes its unit and nothing else."""

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
from tests.conftest import DemoRun, query, run_json
from tests.whole_runs import finish, start

MEMBERSHIP = "select * from marts.mart_membership where {} order by all"


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


def test_a_corrected_workbook_replaces_the_numbers_of_its_unit_and_nothing_else(data: Settings, demo: DemoRun) -> None:
    receipt = next(r for r in read_ledger(data) if "H164" in r.file_name and "III-2023" in r.file_name)
    workbook = data.inbox / "2023-10-20" / "H164" / "sua-lai.xlsx"
    workbook.parent.mkdir(parents=True)
    shutil.copy(data.raw / receipt.raw_path, workbook)
    book = openpyxl.load_workbook(workbook)
    sheet = book["Công đoàn cơ sở và đoàn viên"]
    (header,) = [cell for cell in sheet[8] if cell.value == "Số đoàn viên"]
    corrected = sheet.cell(row=11, column=header.column)
    corrected.value -= 1
    book.save(workbook)

    said = run_json(data.root)
    assert (said["received"], said["accepted"], said["returned"]) == (1, len(said["submissions"]), 0)
    assert said["published_version"] != demo.summary["published_version"]
    assert {submission["version"] for submission in said["submissions"]} == {2}

    published = data.published / "warehouse.duckdb"
    key = "org_unit_code = 'H164' and period = '2023-Q3' and (sector, basis, scope) = ('all', 'as_reported', 'all')"
    members = f"select members_total from marts.mart_membership where {key}"
    assert query(published, members)[0][0] == demo.query(members)[0][0] - 1
    elsewhere = "not (period = '2023-Q3' and org_unit_code in ('H164', 'T19', 'VN'))"
    assert query(published, MEMBERSHIP.format(elsewhere)) == demo.query(MEMBERSHIP.format(elsewhere))
    others = "select * from marts.fct_membership where not (org_unit_code = 'H164' and period = '2023-Q3') order by all"
    assert query(published, others) == demo.query(others)
    versions = (
        "select version, is_current from marts.fct_submission where org_unit_code = 'H164' and period = '2023-Q3'"
        " and form = 'grassroots_unions' order by version"
    )
    assert query(published, versions) == [(1, False), (2, True)]

    changes = "select change, field, cast(old_value as int) - cast(new_value as int) from marts.fct_submission_change"
    of_this = f"{changes} where submission_id in ({', '.join(repr(s['submission_id']) for s in said['submissions'])})"
    assert query(published, of_this) == [("changed", "members_total", 1)]
    known = (
        "select sum(members_total) from marts.history_grassroots_unions where org_unit_code = 'H164'"
        " and period = '2023-Q3' and known_from <= {0} and (known_to is null or known_to > {0})"
    )
    assert query(published, known.format("date '2023-10-19'")) == demo.query(members)
    assert query(published, known.format("date '2023-10-20'")) == query(published, members)


def test_the_lake_and_everything_after_it_is_rebuilt_to_the_same_content_from_raw(
    data: Settings, demo: DemoRun
) -> None:
    before = {name: bytes_ for name, bytes_ in content(data).items() if name.startswith("lake/")}
    for folder in (data.lake, data.build, data.published, data.returned):
        shutil.rmtree(folder)
    said = run_json(data.root)
    assert (said["received"], said["published_version"]) == (0, demo.summary["published_version"])
    assert {name: bytes_ for name, bytes_ in content(data).items() if name.startswith("lake/")} == before


def test_the_same_file_again_is_a_duplicate_and_leaves_the_figures(data: Settings, demo: DemoRun) -> None:
    receipt = next(r for r in read_ledger(data) if "H004" in r.file_name and r.copy_of is None)
    (data.inbox / "again").mkdir(parents=True)
    shutil.copy(data.raw / receipt.raw_path, data.inbox / "again" / "x.xlsx")
    said = run_json(data.root)
    assert said["received"] == 1 and said["duplicate"] == len(said["submissions"]) > 0
    everything = MEMBERSHIP.format("true")
    assert query(data.published / "warehouse.duckdb", everything) == demo.query(everything)


def test_a_failed_run_says_why_and_leaves_what_is_published(data: Settings) -> None:
    before = (data.published / "warehouse.duckdb").read_bytes()
    receipt = read_ledger(data)[0]
    (data.raw / receipt.raw_path).write_bytes(b"damaged")
    shutil.rmtree(data.lake)  # so that the file is needed again
    said = " ".join(finish(start(data), expect=1).split())
    assert "judge" in said and receipt.file_name in said and "bản sao lưu" in said
    assert (data.published / "warehouse.duckdb").read_bytes() == before
