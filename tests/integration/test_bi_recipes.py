"""The recipes of docs/bi.md do what they say: each block of SQL and Python runs on what the demo publishes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts.reader_views import load_reader_views
from pipelines.settings import PROJECT_DIR
from tests.clients import installed
from tests.conftest import DemoRun

PAGE = (PROJECT_DIR / "docs" / "bi.md").read_text(encoding="utf-8")
SQL = re.findall(r"^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
PYTHON = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SHELL = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMAND_LINE = "1.5.6"
"""The newest command line program of DuckDB that PyPI has; older than the library that publishes."""


@pytest.fixture(scope="module")
def folder(demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to run in, with what the demo published where the recipes look for it."""
    home = tmp_path_factory.mktemp("recipes")
    shutil.copytree(demo.settings.published, home / "data" / "published")
    return home


def test_there_are_recipes() -> None:
    assert len(SQL) >= 3 and len(PYTHON) >= 4 and len(SHELL) >= 1


@pytest.mark.parametrize("file", ["readers", "warehouse"])
@pytest.mark.parametrize("sql", SQL, ids=lambda sql: sql.splitlines()[0][3:40])
def test_sql_gives_rows_in_either_file(folder: Path, sql: str, file: str) -> None:
    with duckdb.connect(folder / "data" / "published" / f"{file}.duckdb", read_only=True) as connection:
        assert len(connection.execute(sql).fetchall()) > 0


@pytest.fixture(scope="module")
def command_line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the program ``duckdb``."""
    return installed(tmp_path_factory.mktemp("command_line") / "venv", f"duckdb-cli=={COMMAND_LINE}")


@pytest.mark.client
@pytest.mark.parametrize("sql", SQL, ids=lambda sql: sql.splitlines()[0][3:40])
def test_sql_gives_the_same_rows_on_the_command_line(folder: Path, command_line: Path, sql: str) -> None:
    file = folder / "data" / "published" / "readers.duckdb"
    words = [command_line / "duckdb", "-readonly", "-json", file, "-c", sql]
    ran = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    with duckdb.connect(file, read_only=True) as connection:
        expected = connection.sql(sql).to_arrow_table().to_pylist()
    assert json.loads(ran.stdout) == expected != []


@pytest.mark.client
@pytest.mark.skipif(os.name == "nt", reason="blocks for a shell")
@pytest.mark.parametrize("block", SHELL, ids=lambda block: block.splitlines()[0][2:40])
def test_shell_blocks_write_what_they_say(folder: Path, command_line: Path, block: str) -> None:
    path = f"{command_line}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(["sh", "-ec", block], cwd=folder, env=os.environ | {"PATH": path}, check=False)
    assert ran.returncode == 0
    (written,) = re.findall(r"> (\S+)", block)
    assert len((folder / written).read_text(encoding="utf-8").splitlines()) > 10


@pytest.mark.parametrize("code", PYTHON, ids=lambda code: code.splitlines()[0])
def test_python_runs_and_prints(folder: Path, code: str) -> None:
    ran = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.strip()) > 20


def test_a_changed_file_is_found(folder: Path, tmp_path: Path) -> None:
    (check,) = [code for code in PYTHON if "SHA256SUMS" in code]
    shutil.copytree(folder / "data", tmp_path / "data")
    with (tmp_path / "data" / "published" / "readers" / "ky_bao_cao.parquet").open("ab") as stream:
        stream.write(b"x")
    ran = subprocess.run([sys.executable, "-c", check], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 1 and "readers/ky_bao_cao.parquet is not what was published" in ran.stderr


def test_the_versions_that_the_page_names_are_those_it_was_tested_with() -> None:
    named = re.search(r"^Tested with Python 3\.11, (.+?)\. Run", PAGE, re.MULTILINE | re.DOTALL)
    assert named is not None
    packages = dict(entry.split(" ") for entry in named[1].split(", "))
    assert set(packages) == {"duckdb", "polars", "pandas", "pyarrow"}
    if sys.version_info[:2] == (3, 11):
        assert packages == {name: version(name) for name in packages}


def test_the_page_lists_every_view() -> None:
    listed = re.findall(r"^\| `(\w+)` \| (.+?) \| `(\w+)` \|$", PAGE, re.MULTILINE)
    views = load_reader_views().views
    assert listed == [(name, view.title, view.table) for name, view in views.items()]
