"""Fixtures that many tests share. The demo runs once, for all workers; tests that change its data take a copy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from pipelines.reports.leadership import build_report
from pipelines.settings import PROJECT_DIR, Settings
from tests.dbt_models import CompiledProject
from tests.odd_files import send_every_kind, send_persons

REPORTED = "2025-Q2"
"""A period with many units."""
INTEGRATION = PROJECT_DIR / "tests" / "integration"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the markers
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What may go to any worker, and in which order workers take it.

    Tests stay together that share a fixture which is made once per worker: those on the compiled models (one of them
    fills their lake), those on odd files, and those of a module with a fixture of its own. All others go wherever there
    is time.

    The first test that needs the demo starts it; the other worker meanwhile has the long tests that do not need it.
    The short ones come last, so that both workers are busy to the end.
    """
    for item in items:
        if (group := _group(item)) is not None:
            item.add_marker(pytest.mark.xdist_group(group))
    if hasattr(config, "workerinput"):
        first = next((item for item in items if _needs_demo(item)), None)
        items.sort(key=lambda item: (item is not first, INTEGRATION not in item.path.parents, _needs_demo(item)))


def _scopes(item: pytest.Item) -> dict[str, str]:
    """Fixture → scope, of all that a test is given, directly or not."""
    known = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    return {name: definitions[-1].scope for name, definitions in known.items()}


def _group(item: pytest.Item) -> str | None:
    scopes = _scopes(item)
    if together := scopes.keys() & {"compiled", "odd_files"}:
        return together.pop()
    return item.path.stem if "module" in scopes.values() else None


def _needs_demo(item: pytest.Item) -> bool:
    return _scopes(item).get("demo") == "session"  # a module may have a smaller one of its own


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
class OddFilesRun:
    """Odd files, run: the data root, (kind, has faults) → unit that sent it, and what ``--json`` said."""

    settings: Settings
    senders: dict[tuple[str, bool], str]
    said: dict[str, Any]


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


def _made_once(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str, name: str, make: Callable[[Path], str]
) -> Path:
    """The folder that the first worker to need it has made; ``said.json`` beside what is in it is what that said."""
    session = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        session = session.parent  # each worker's own folder lies in it
    folder = session / name
    with FileLock(session / f"{name}.lock"):
        if not (folder / "said.json").exists():
            folder.mkdir()
            (folder / "said.json").write_text(make(folder), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> DemoRun:
    """One run of the demo, which all workers share. Read it, do not change it."""
    folder = _made_once(
        tmp_path_factory, worker_id, "demo", lambda folder: congdoan("demo", "--data-dir", folder / "data", "--json")
    )
    return DemoRun(Settings(data_dir=folder / "data"), json.loads((folder / "said.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def report(demo: DemoRun, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The Vietnamese report of REPORTED, which all workers share. Read it, do not change it."""

    def make(folder: Path) -> str:
        return build_report(demo.settings, REPORTED, "vi", folder / "report").period

    return _made_once(tmp_path_factory, worker_id, "report", make) / "report"


@pytest.fixture(scope="session")
def odd_files(tmp_path_factory: pytest.TempPathFactory) -> OddFilesRun:
    """One run of ``tests/odd_files.py``. Read it, do not change it."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("odd") / "data")
    senders = send_every_kind(settings.inbox)
    send_persons(settings.inbox)
    return OddFilesRun(settings, senders, run_json(settings.root))


@pytest.fixture(scope="session")
def published_warehouse(demo: DemoRun) -> Path:
    """The published file of the demo."""
    return demo.warehouse


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    """The dbt project compiled once, for a lake that a test may fill."""
    return CompiledProject(Settings(data_dir=tmp_path_factory.mktemp("compiled")))
