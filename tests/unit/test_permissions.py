"""A data root is closed to other users of the machine, and the UI to other machines."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.dagster_home import dagster_environment
from pipelines.permissions import protect
from pipelines.settings import Settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    before = os.umask(0o022)
    yield Settings(data_dir=tmp_path / "data")
    os.umask(before)


def modes(settings: Settings) -> dict[str, int]:
    return {folder.name: stat.S_IMODE(folder.stat().st_mode) for folder in settings.folder_modes}


def test_raw_is_its_owner_s_alone_and_the_rest_the_group_s(settings: Settings) -> None:
    protect(settings)
    found = modes(settings)
    assert found.pop("raw") == 0o700
    assert set(found) == {"lake", "build", "dagster", "published", "returned", "reports"}
    assert set(found.values()) == {0o750}


def test_what_is_written_from_then_on_is_closed_to_others_also_by_programs_started(settings: Settings) -> None:
    protect(settings)
    (settings.published / "a").write_text("x", encoding="utf-8")
    subprocess.run(["sh", "-c", f"echo x > '{settings.build}/b'"], check=True)
    assert stat.S_IMODE((settings.published / "a").stat().st_mode) == 0o640
    assert stat.S_IMODE((settings.build / "b").stat().st_mode) == 0o640


def test_what_somebody_opened_on_purpose_stays_open(settings: Settings) -> None:
    protect(settings)
    settings.published.chmod(0o755)
    protect(settings)
    assert modes(settings)["published"] == 0o755


def test_every_way_to_dagster_protects_the_data_root(settings: Settings) -> None:
    dagster_environment(settings)
    assert modes(settings)["raw"] == 0o700


def test_the_ui_listens_on_this_machine_only(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        started.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    ended = CliRunner().invoke(app, ["ui", "--data-dir", str(settings.root), "--port", "3123"])
    assert ended.exit_code == 0, ended.output
    ((*_, host_option, host, port_option, port),) = started
    assert (host_option, host, port_option, port) == ("-h", "127.0.0.1", "-p", "3123")
