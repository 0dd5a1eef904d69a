"""The dbt project by itself: on an empty lake, and its unit tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pipelines.contracts import load_contracts
from pipelines.settings import Settings
from pipelines.warehouse.dbt import DBT_PROJECT_DIR, environment, executable
from pipelines.warehouse.lake import Lake


@pytest.mark.slow
def test_everything_builds_and_every_test_passes_on_a_lake_without_rows(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    Lake(settings.lake, load_contracts()).prepare()
    settings.build.mkdir()
    built = subprocess.run(
        [executable(), "build", "--project-dir", str(DBT_PROJECT_DIR)],
        env={**os.environ, **environment(settings)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout[-5000:]
    assert "unit_test" in built.stdout and "ERROR=0" in built.stdout
