"""The backup of a run and its restore on an empty machine; and what a run writes about persons: nothing."""

from __future__ import annotations

import json
import re
import shutil
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest

from pipelines.settings import Settings
from pipelines.warehouse.publish import read_manifest
from tests.conftest import DemoRun, OddFilesRun, congdoan
from tests.odd_files import GOOD, IDENTITY, NAME, PHONE
from tests.support import files_of

pytestmark = pytest.mark.slow


@pytest.fixture
def data(odd_files: OddFilesRun) -> Settings:
    """A data root after one run, with what two offices should not have sent."""
    verdicts = {
        said["org_unit_code"]: (said["verdict"], {issue["rule_code"] for issue in said["issues"]})
        for said in odd_files.said["submissions"]
    }
    assert verdicts["H167"][0].startswith("accepted")
    assert verdicts["H164"][0] == "returned" and "CD-E027" in verdicts["H164"][1]
    assert verdicts["H165"][0] == "returned" and "CD-E009" in verdicts["H165"][1]
    return odd_files.settings


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


def test_an_empty_machine_comes_to_the_same_content(demo: DemoRun, tmp_path: Path) -> None:
    """What a backup holds is enough: the lake and everything after it is rebuilt, to the byte where others read."""
    data, again = Settings(data_dir=tmp_path / "data"), Settings(data_dir=tmp_path / "again")
    shutil.copytree(demo.settings.root, data.root)
    backup = tmp_path / "backup.tar"
    digest, name = congdoan("backup", "-o", backup, "--data-dir", data.root).split()
    assert name == str(backup) and re.fullmatch("[0-9a-f]{64}", digest)

    said = congdoan("restore", backup, "--verify", "--data-dir", again.root)
    then, now = read_manifest(data), read_manifest(again)
    assert f"Trùng khớp: bản dựng lại {then['version']}" in said
    assert then == now and len(now["tables"]) > 20  # the hash of every table, view and rule
    for folder in ("raw", "lake", "returned"):
        assert files_of(again.root / folder) == files_of(data.root / folder), folder

    assert "không có việc gì cần xử lý" in congdoan("doctor", "--data-dir", again.root)
    next((again.raw / "files").rglob("*.xlsx")).unlink()
    assert "raw_file_missing" in congdoan("doctor", "--quick", "--json", "--data-dir", again.root, expect=1)
    congdoan("backup", "-o", tmp_path / "second.tar", "--data-dir", again.root, expect=1)
    congdoan("restore", backup, "--data-dir", again.root, expect=1)
    with tarfile.open(backup, "a") as archive:
        archive.addfile(tarfile.TarInfo("raw/files/more.xlsx"))
    congdoan("restore", backup, "--data-dir", tmp_path / "third", expect=1)
