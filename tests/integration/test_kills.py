"""Whole runs, disturbed: killed at moments spread over their length and their steps, on a full disk, two at once.

Each needs many runs, so they wait for ``CONGDOAN_KILLS``, the number of kills (``make kill``: 50). What can be
disturbed without dbt is disturbed at every single step in ``test_faults.py``.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dagster import DagsterEventType

from pipelines.settings import Settings
from pipelines.warehouse.lake import SUBMISSIONS_TABLE, Lake
from tests.dagster_history import history_of
from tests.whole_runs import (
    CONTRACTS,
    assert_published_is_whole,
    content,
    differences,
    fill,
    fill_before,
    finish,
    start,
)

KILLS = int(os.environ.get("CONGDOAN_KILLS", "0"))
pytestmark = pytest.mark.skipif(not KILLS, reason="many whole runs: make kill")


@dataclass(frozen=True)
class Undisturbed:
    """A data root before a run, what the run makes of it, and how long it and each of its steps take."""

    before: Path
    settings: Settings
    after: dict[str, Any]
    seconds: float
    steps: dict[str, float]

    def restore(self) -> Settings:
        """The data root before the run, at the place that dbt's parsed state is for."""
        shutil.rmtree(self.settings.root, ignore_errors=True)
        subprocess.run(["cp", "-a", str(self.before), str(self.settings.root)], check=True)
        return self.settings


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("kills")
    settings = Settings(data_dir=folder / "data")
    fill_before(settings.inbox)
    finish(start(settings))
    fill(settings.inbox)
    subprocess.run(["cp", "-a", str(settings.root), str(folder / "before")], check=True)
    started = time.monotonic()
    finish(start(settings))
    seconds = time.monotonic() - started
    after = content(settings)
    verdicts = set(_verdicts(settings))
    assert {"accepted", "returned", "unrecognised", "duplicate"} <= verdicts, verdicts
    return Undisturbed(folder / "before", settings, after, seconds, _steps(settings))


def _verdicts(settings: Settings) -> list[str]:
    return Lake(settings.lake, CONTRACTS).read(SUBMISSIONS_TABLE)["verdict"].to_list()


@pytest.mark.parametrize("spread", ["over the run", "over the steps"])
def test_a_run_that_is_killed_is_made_up_for_by_the_next(
    undisturbed: Undisturbed, spread: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of the kills each: by the clock, and by the steps, of which short ones are hit as often as long ones."""
    rng = random.Random(spread)
    table: Counter[str] = Counter()
    wrong: list[str] = []
    kills = (KILLS + 1) // 2
    for number in range(kills):
        settings = undisturbed.restore()
        started = time.monotonic()
        run = start(settings)
        if spread == "over the run":
            time.sleep(undisturbed.seconds * (number + rng.random()) / kills)
        else:
            step, seconds = list(undisturbed.steps.items())[number % len(undisturbed.steps)]
            while run.poll() is None and step not in _begun_and_ended(settings)[0]:
                time.sleep(0.1)
            time.sleep(seconds * rng.random())
        moment = time.monotonic() - started
        hit = run.poll() is None
        os.killpg(run.pid, signal.SIGKILL) if hit else None
        run.communicate()
        stage = _stage(settings) if hit else "after its end"
        table[stage] += 1
        assert_published_is_whole(settings)
        finish(start(settings))
        assert_published_is_whole(settings)
        unequal = differences(content(settings), undisturbed.after)
        if unequal:
            wrong.append(f"kill {number + 1} after {moment:.1f} s, in {stage}: {', '.join(unequal)} differ")
        with capsys.disabled():
            print(f"{number + 1:3} {moment:6.1f} s  {stage:24} {', '.join(unequal) or 'equal'}", flush=True)
    with capsys.disabled():
        print(f"\n{table.total()} kills over {undisturbed.seconds:.0f} s")
        for stage, count in table.most_common():
            print(f"  {stage:24} {count}")
    assert not wrong, "\n".join(wrong)


def _steps(settings: Settings) -> dict[str, float]:
    """The steps of the newest run, in their order, with their seconds."""
    with history_of(settings) as instance:
        (run,) = instance.get_runs(limit=1)
        stats = [stat for stat in instance.get_run_step_stats(run.run_id) if stat.start_time and stat.end_time]
    return {stat.step_key: stat.end_time - stat.start_time for stat in sorted(stats, key=lambda stat: stat.start_time)}


def _begun_and_ended(settings: Settings) -> tuple[set[str | None], set[str | None]]:
    """The steps of the disturbed run that have begun, and those that have ended; the first run filled the data root."""
    with history_of(settings) as instance:
        runs = instance.get_runs()[:-1]
        begun, ended = (
            {event.step_key for run in runs for event in instance.all_logs(run.run_id, of_type=kind)}
            for kind in (DagsterEventType.STEP_START, DagsterEventType.STEP_SUCCESS)
        )
    return begun, ended


def _stage(settings: Settings) -> str:
    """The step of the newest run that was going on when it was killed."""
    begun, ended = _begun_and_ended(settings)
    if not begun:
        return "before the first step"
    return ", ".join(sorted(str(step) for step in begun - ended)) or "between two steps"


def test_of_two_runs_at_once_one_is_refused_and_one_that_waits_comes_after(undisturbed: Undisturbed) -> None:
    settings = undisturbed.restore()
    first = start(settings)
    while not (settings.root / ".congdoan.lock.json").exists():
        time.sleep(0.05)
    refused = " ".join(finish(start(settings), expect=1).split())
    assert str(first.pid) in refused and "đang được sử dụng" in refused
    waiting = start(settings, "--wait", "3600")
    finish(first)
    assert "Không có tệp mới" in finish(waiting)
    assert differences(content(settings), undisturbed.after) == []


@pytest.mark.parametrize("megabytes", [4, 40])
def test_a_full_disk_fails_the_run_and_is_made_up_for(undisturbed: Undisturbed, megabytes: int) -> None:
    """So much room is left at the start of the run, which needs more."""
    shutil.rmtree(undisturbed.settings.root, ignore_errors=True)
    used = sum(path.stat().st_size for path in undisturbed.before.rglob("*") if path.is_file()) >> 20
    with small_disk(undisturbed.settings.root, used + 400) as disk:
        subprocess.run(["cp", "-a", f"{undisturbed.before}/.", str(disk)], check=True)
        ballast = disk / "ballast"
        free = shutil.disk_usage(disk).free - (megabytes << 20)
        subprocess.run(["fallocate", "-l", str(free), str(ballast)], check=True)
        said = finish(start(undisturbed.settings), expect=1)
        assert "đã đầy" in said and "Traceback" not in said
        assert_published_is_whole(undisturbed.settings)
        ballast.unlink()
        finish(start(undisturbed.settings))
        assert differences(content(undisturbed.settings), undisturbed.after) == []


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system in memory of a size of its own."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
