"""What a failed run says."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines import run
from pipelines.settings import Settings


def test_want_of_memory_is_told_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONGDOAN_DUCKDB_MEMORY", "1MB")
    with (
        duckdb.connect(config={"memory_limit": "1MB", "temp_directory": ""}) as connection,
        pytest.raises(duckdb.OutOfMemoryException) as stopped,
    ):
        connection.execute("select list(range) from range(1_000_000)").fetchall()
    said = run._with_remedy(Settings(data_dir=tmp_path), f"int_employees: {stopped.value}")
    assert said.startswith("int_employees: Out of Memory Error")
    assert "CONGDOAN_DUCKDB_MEMORY" in said and "1MB" in said
