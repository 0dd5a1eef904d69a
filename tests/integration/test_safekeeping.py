"""A run, its backup and its restore on an empty machine; and what all of it writes about persons: nothing.

One small data root serves both: reports of two offices, one of which sends what it must not.
"""

from __future__ import annotations

import json
import re
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest
import xlsxwriter

from pipelines.settings import Settings
from pipelines.warehouse.publish import read_manifest
from tests.conftest import congdoan, query, run_json

pytestmark = pytest.mark.xdist_group("reruns")  # whole runs: beside those that only look at the demo

IDENTITY, PHONE, NAME = "001085012345", "0912345678", "Nguyễn Thị Bích Hạnh"
"""Made up."""
HEADING = [
    "TT",
    "Tên doanh nghiệp",
    "Mã số thuế",
    "Loại hình",
    "Số lao động",
    "Số lao động nữ",
    "Đã có công đoàn",
    "Ghi chú",
]
GOOD = [1, "Công ty TNHH Hoà Bình", "0100109106", "Doanh nghiệp ngoài nhà nước", 40, 20, "Chưa"]
NOTE = f"Kế toán giữ số {IDENTITY}, gọi {PHONE}"


def write_report(path: Path, heading: list[str], *rows: list[object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Doanh nghiệp")
        sheet.write(0, 0, "BÁO CÁO DOANH NGHIỆP TRÊN ĐỊA BÀN")
        sheet.write(1, 0, "Quý II năm 2021")
        for number, row in enumerate([heading, *rows], start=3):
            sheet.write_row(number, 0, row)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A data root after one run. Read it, do not change it."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("safekeeping") / "data")
    received = settings.inbox / "2021-07-09"
    write_report(received / "H004" / "tot.xlsx", HEADING, [*GOOD, NOTE])
    write_report(
        received / "H164" / "so-dinh-danh.xlsx",
        HEADING,
        [*GOOD, NOTE],
        [2, "Hộ ông Ba", IDENTITY, "Doanh nghiệp ngoài nhà nước", PHONE, 3, "Chưa", NOTE],
        [3, f"Công ty An Khang {IDENTITY}", "0101248141", IDENTITY, 30, PHONE, PHONE, None],
    )
    write_report(
        received / "H165" / "danh-sach.xlsx",
        [*HEADING, "Họ và tên", "Số CCCD", "Điện thoại"],
        [*GOOD, None, NAME, IDENTITY, PHONE],
    )
    said = run_json(settings.root)
    verdicts = {s["org_unit_code"]: (s["verdict"], {i["rule_code"] for i in s["issues"]}) for s in said["submissions"]}
    assert verdicts["H004"][0].startswith("accepted")
    assert verdicts["H164"][0] == "returned" and "CD-E027" in verdicts["H164"][1]
    assert verdicts["H165"][0] == "returned" and "CD-E009" in verdicts["H165"][1]
    return settings


def texts(settings: Settings) -> Iterator[tuple[str, str]]:
    """Everything that is written below a data root as text, by path; packed formats unpacked."""
    for path in sorted(settings.root.rglob("*")):
        place = path.relative_to(settings.root).as_posix()
        if not path.is_file() or place.startswith("raw/"):
            continue
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path, hive_partitioning=False)
            yield place, frame.with_columns(pl.all().cast(pl.String, strict=False)).write_csv()
        elif path.suffix == ".duckdb":
            with duckdb.connect(path, read_only=True) as connection:
                for schema, table in connection.execute(
                    "select schema_name, table_name from duckdb_tables()"
                ).fetchall():
                    yield place, str(connection.execute(f"from {schema}.{table}").fetchall())
        elif path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
            cells += [cell.comment.text for sheet in book for row in sheet.iter_rows() for cell in row if cell.comment]
            yield place, "\n".join(cells)
        else:
            yield place, path.read_bytes().decode("utf-8", errors="replace")


def places_of(settings: Settings, secret: str) -> set[str]:
    """Top folders, or files of ``build``, in which a text stands, also when written with escapes as JSON has them."""
    escaped = json.dumps(secret)[1:-1]
    found = {place for place, text in texts(settings) if secret in text or escaped in text}
    return {re.sub(r"^(build/[^/]+|[^/]+).*", r"\1", place) for place in found}


def test_numbers_and_names_of_persons_stay_in_the_files_as_sent(data: Settings) -> None:
    """Raw, and the answer, which is the sender's own workbook."""
    assert places_of(data, NAME) == {"returned"}
    assert places_of(data, IDENTITY) == {"returned"}


def test_what_a_note_says_is_not_logged_nor_published(data: Settings) -> None:
    """A note is kept in the lake as it was sent, but for identity numbers; phone numbers are hidden in findings."""
    assert places_of(data, PHONE) == {"returned", "lake", "build/stage", "build/warehouse.duckdb"}
    assert places_of(data, "Kế toán giữ số") == places_of(data, PHONE)


def test_the_search_for_persons_finds_what_is_there(data: Settings) -> None:
    """A search that reads nothing would find nothing: names of enterprises stand in every place it looks at."""
    assert {"lake", "published", "returned", "build/stage", "build/warehouse.duckdb"} <= places_of(data, GOOD[1])
    assert "dagster" in places_of(data, "tot.xlsx") and "build/run.log" in {place for place, _ in texts(data)}


def test_other_users_of_the_machine_see_nothing_of_a_data_root(data: Settings) -> None:
    folders = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data.folder_modes}
    assert folders.pop("raw") == 0o700 and set(folders.values()) == {0o750}
    written = [path for folder in data.folder_modes for path in folder.rglob("*")]
    assert len(written) > 100 and not [path for path in written if path.stat().st_mode & 0o007]


def test_an_empty_machine_comes_to_the_same_content(data: Settings, tmp_path: Path) -> None:
    backup, again = tmp_path / "backup.tar", Settings(data_dir=tmp_path / "again")
    digest, name = congdoan("backup", "-o", backup, "--data-dir", data.root).split()
    assert name == str(backup) and re.fullmatch("[0-9a-f]{64}", digest)

    said = congdoan("restore", backup, "--verify", "--data-dir", again.root)
    then, now = read_manifest(data), read_manifest(again)
    assert f"Trùng khớp: bản dựng lại {then['version']}" in said
    assert then == now and len(now["tables"]) > 20  # the hash of every table, view and rule
    everything = "select * from marts.fct_enterprise order by all"
    assert query(again.published / "warehouse.duckdb", everything) == query(
        data.published / "warehouse.duckdb", everything
    )
    assert query(again.published / "warehouse.duckdb", everything)
    answers = [sorted(path.read_bytes() for path in root.returned.rglob("*.xlsx")) for root in (data, again)]
    assert answers[0] == answers[1] and len(answers[0]) == 2

    assert "không có việc gì cần xử lý" in congdoan("doctor", "--data-dir", again.root)
    next((again.raw / "files").rglob("*.xlsx")).unlink()
    assert "raw_file_missing" in congdoan("doctor", "--quick", "--json", "--data-dir", again.root, expect=1)
    congdoan("backup", "-o", tmp_path / "second.tar", "--data-dir", again.root, expect=1)
    congdoan("restore", backup, "--data-dir", again.root, expect=1)
    with tarfile.open(backup, "a") as archive:
        archive.addfile(tarfile.TarInfo("raw/files/more.xlsx"))
    congdoan("restore", backup, "--data-dir", tmp_path / "third", expect=1)
