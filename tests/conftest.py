"""Fixtures that many tests share. The demo runs once; tests that change its data take a copy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.settings import PROJECT_DIR, Settings
from tests.dbt_models import CompiledProject

SHARED_FIXTURES = {"demo": {"demo", "published_warehouse"}, "compiled": {"compiled"}}


@pytest.hookimpl(tryfirst=True)  # before xdist reads the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that look at the demo go to one worker, so that it runs once; likewise those on the compiled models."""
    for item in items:
        for group, fixtures in SHARED_FIXTURES.items():
            if fixtures & set(getattr(item, "fixturenames", ())):
                item.add_marker(pytest.mark.xdist_group(group))


def congdoan(*words: str | Path, expect: int = 0) -> str:
    """Run the command line as a user would; its standard output. Fails unless it exits as expected.

    Without ``--data-dir`` the data root is an empty one, never the checkout's own ``data/`` with what ran there.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CONGDOAN_", "DAGSTER_"))}
    with tempfile.TemporaryDirectory() as empty:
        ran = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *map(str, words)],
            cwd=PROJECT_DIR,
            env=environment | {"CONGDOAN_DATA_DIR": empty},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == expect, f"exit {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def run_json(data_dir: Path) -> dict[str, Any]:
    """``congdoan run --json`` on a data root."""
    return json.loads(congdoan("run", "--data-dir", data_dir, "--json"))


def query(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query on a published file."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        return connection.execute(sql).fetchall()


@dataclass(frozen=True)
class DemoRun:
    """The demo, run: its data root and what ``--json`` said."""

    settings: Settings
    summary: dict[str, Any]

    @property
    def warehouse(self) -> Path:
        """The published file."""
        return self.settings.published / "warehouse.duckdb"

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query on the published file."""
        return query(self.warehouse, sql)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """One run of the demo. Read it, do not change it."""
    data_dir = tmp_path_factory.mktemp("demo")
    return DemoRun(Settings(data_dir=data_dir), json.loads(congdoan("demo", "--data-dir", data_dir, "--json")))


@pytest.fixture(scope="session")
def published_warehouse(demo: DemoRun) -> Path:
    """The published file of the demo."""
    return demo.warehouse


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    """The dbt project compiled once, for a lake that a test may fill."""
    return CompiledProject(Settings(data_dir=tmp_path_factory.mktemp("compiled")))
