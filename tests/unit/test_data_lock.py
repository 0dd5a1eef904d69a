"""One writer at a time on a data root; the lock dies with its process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.data_lock import DataRootBusyError, hold_data_root, read_holder
from pipelines.settings import PROJECT_DIR, Settings

HOLD = """
import sys, time
from pipelines.data_lock import hold_data_root
from pipelines.settings import Settings
with hold_data_root(Settings(data_dir=sys.argv[1]), "sao lưu"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def another_process(settings: Settings, seconds: float) -> subprocess.Popen[str]:
    """A process that holds the data root for some seconds, once it does."""
    started = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(settings.root), str(seconds)],
        cwd=PROJECT_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout and started.stdout.readline() == "held\n"
    return started


def test_a_second_process_is_told_who_holds_the_data_root_and_what_to_do(settings: Settings) -> None:
    holder = another_process(settings, 60)
    try:
        with pytest.raises(DataRootBusyError) as busy, hold_data_root(settings, "lượt chạy"):
            pass
    finally:
        holder.kill()
        holder.wait()
    message = str(busy.value)
    assert str(settings.root) in message and "sao lưu" in message and str(holder.pid) in message
    assert "--wait" in message and busy.value.holder and busy.value.holder.pid == holder.pid


def test_the_lock_of_a_killed_process_is_free_at_once(settings: Settings) -> None:
    holder = another_process(settings, 60)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert read_holder(settings)  # nobody was left to take the note away
    with hold_data_root(settings, "lượt chạy"):
        now = read_holder(settings)
        assert now and now.pid == os.getpid() and now.purpose == "lượt chạy"
    assert read_holder(settings) is None


def test_whoever_waits_gets_it_when_it_is_free(settings: Settings) -> None:
    holder = another_process(settings, 0.5)
    with hold_data_root(settings, "lượt chạy", wait_seconds=60):
        assert holder.wait(timeout=10) == 0


def test_within_a_process_it_is_held_once_as_well(settings: Settings) -> None:
    with hold_data_root(settings, "a"):
        with pytest.raises(DataRootBusyError), hold_data_root(settings, "b"):
            pass
        assert (holder := read_holder(settings)) and holder.purpose == "a"
    with hold_data_root(settings, "b"):
        pass


def test_it_is_free_again_after_an_error(settings: Settings) -> None:
    with pytest.raises(ZeroDivisionError), hold_data_root(settings, "a"):
        raise ZeroDivisionError
    with hold_data_root(settings, "b"):
        pass


@pytest.mark.parametrize("note", ["", "{}", "[1", '{"pid": "x"}'])
def test_a_note_that_cannot_be_read_is_no_obstacle(settings: Settings, note: str) -> None:
    with hold_data_root(settings, "a"):
        (settings.root / ".congdoan.lock.json").write_text(note, encoding="utf-8")
        with pytest.raises(DataRootBusyError, match="một tiến trình khác"), hold_data_root(settings, "b"):
            pass


def test_a_run_in_dagster_holds_the_data_root_to_its_end(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever part of the assets is materialised; and what only loads the settings, as a sensor, holds nothing."""
    dagster = pytest.importorskip("dagster")
    from pipelines.defs import resources

    monkeypatch.setenv("CONGDOAN_DATA_DIR", str(settings.root))
    monkeypatch.setattr(resources, "_SECONDS_TO_WAIT", 0)
    given = {"settings": dagster.ResourceDefinition(resources._held_settings)}
    purposes = []

    @dagster.asset(required_resource_keys={"settings"})
    def step(context) -> None:
        holder = read_holder(context.resources.settings)
        purposes.append(holder and holder.purpose)

    assert dagster.materialize([step], resources=given).success
    assert len(purposes) == 1 and "Dagster" in purposes[0] and read_holder(settings) is None
    with hold_data_root(settings, "a"):
        assert not dagster.materialize([step], resources=given, raise_on_error=False).success
        with dagster.build_resources(given) as loaded:
            assert loaded.settings.root == settings.root
    assert len(purposes) == 1
