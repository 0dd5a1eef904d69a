"""Dagster's history as ``dagster.yaml`` keeps it: read by Dagster's own class, and with few files open."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg

from pipelines.dagster_home import dagster_environment
from pipelines.event_log import EventLog
from pipelines.settings import Settings
from tests.dagster_history import history_of

RUNS = 12


@dg.asset(check_specs=[dg.AssetCheckSpec("counted", asset="rows")])
def rows() -> dg.MaterializeResult:
    """An asset with a check."""
    return dg.MaterializeResult(
        metadata={"n": 3}, check_results=[dg.AssetCheckResult(passed=True, check_name="counted")]
    )


def test_what_is_kept_is_what_dagster_itself_reads(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    dagster_environment(settings)
    with history_of(settings) as instance:
        assert isinstance(instance.event_log_storage, EventLog)
        results = [dg.materialize([rows], instance=instance) for _ in range(RUNS)]
        open_files = [os.readlink(f"/proc/self/fd/{fd}") for fd in _descriptors()]
        kept = [[entry.message for entry in instance.all_logs(result.run_id)] for result in results]
    assert all(result.success for result in results)
    of_runs = {name for name in open_files if name.endswith(".db") and str(settings.dagster_home) in name}
    assert 1 < len(of_runs) < RUNS

    (settings.dagster_home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    with history_of(settings) as instance:
        assert not isinstance(instance.event_log_storage, EventLog)
        assert [[entry.message for entry in instance.all_logs(result.run_id)] for result in results] == kept
        key = dg.AssetKey("rows")
        materialised = instance.fetch_materializations(key, limit=100).records
        assert [record.run_id for record in materialised] == [result.run_id for result in reversed(results)]
        check = dg.AssetCheckKey(key, "counted")
        history = instance.event_log_storage.get_asset_check_execution_history(check, limit=100)
        assert [str(one.status.value) for one in history] == ["SUCCEEDED"] * RUNS


def _descriptors() -> list[str]:
    return [fd for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")]
