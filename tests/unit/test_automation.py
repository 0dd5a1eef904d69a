"""What happens by itself: when the sensor launches, on which days schedules do, who is told of a failed run."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from dagster import (
    DagsterInstance,
    Definitions,
    RunRequest,
    SkipReason,
    build_run_status_sensor_context,
    build_schedule_context,
    build_sensor_context,
    job,
    op,
)

from pipelines.defs.alerts import alert_sensors, mail
from pipelines.defs.automation import inbox, reminders_before_due_days, report_after_due_days
from pipelines.defs.partitions import PERIODS, keep_periods
from pipelines.intake import register
from pipelines.intake.register import register_inbox
from pipelines.settings import Settings
from pipelines.warehouse.lake import BATCHES

LONG_AGO = 1_600_000_000


HOUR = 3_600


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A data root an hour after the tests put their files there, which no program can date back."""
    monkeypatch.setattr(register, "time", SimpleNamespace(time=lambda: time.time() + HOUR))
    settings = Settings(data_dir=tmp_path)
    settings.inbox.mkdir()
    return settings


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with DagsterInstance.ephemeral() as instance:
        yield instance


def drop(settings: Settings, name: str, text: str = "x", changed_at: float = LONG_AGO) -> Path:
    path = settings.inbox / name
    path.write_text(text)
    os.utime(path, (changed_at, changed_at))
    return path


def tick(settings: Settings, instance: DagsterInstance) -> RunRequest | SkipReason:
    said = inbox(build_sensor_context(instance=instance, resources={"settings": settings}))
    assert isinstance(said, RunRequest | SkipReason)
    return said


def key(settings: Settings, instance: DagsterInstance) -> str:
    said = tick(settings, instance)
    assert isinstance(said, RunRequest) and said.run_key
    return said.run_key


def test_an_empty_inbox_is_passed_over(settings: Settings, instance: DagsterInstance) -> None:
    assert tick(settings, instance) == SkipReason("The inbox is empty.")


def test_the_same_state_has_the_same_key_and_any_other_another(settings: Settings, instance: DagsterInstance) -> None:
    drop(settings, "a.xlsx")
    keys = [key(settings, instance)]
    assert key(settings, instance) == keys[0]
    drop(settings, "a.xlsx", "longer")
    keys.append(key(settings, instance))
    drop(settings, "a.xlsx", "longer", LONG_AGO + 1)
    keys.append(key(settings, instance))
    drop(settings, "b.xlsx")
    keys.append(key(settings, instance))
    assert len(set(keys)) == 4


def test_a_file_that_comes_again_after_it_was_taken_is_taken_again(
    settings: Settings, instance: DagsterInstance
) -> None:
    drop(settings, "a.xlsx")
    first = key(settings, instance)
    (receipt,) = register_inbox(settings)
    (settings.lake / BATCHES).mkdir(parents=True)
    (settings.lake / BATCHES / receipt.batch).touch()
    assert isinstance(tick(settings, instance), SkipReason)
    drop(settings, "a.xlsx")
    assert key(settings, instance) != first


def test_what_was_received_but_never_settled_is_a_reason_to_run(settings: Settings, instance: DagsterInstance) -> None:
    drop(settings, "a.xlsx")
    register_inbox(settings)
    assert isinstance(tick(settings, instance), RunRequest)


def test_a_file_that_may_still_be_written_is_left(settings: Settings, instance: DagsterInstance) -> None:
    drop(settings, "a.xlsx", changed_at=time.time() + HOUR)
    assert tick(settings, instance) == SkipReason("1 files may still be written.")


def test_nothing_is_launched_while_a_run_is_under_way(settings: Settings, instance: DagsterInstance) -> None:
    drop(settings, "a.xlsx")
    waiting = instance.create_run_for_job(_broken)
    said = tick(settings, instance)
    assert isinstance(said, SkipReason) and waiting.run_id[:8] in str(said.skip_message)
    instance.report_run_failed(waiting)
    assert isinstance(tick(settings, instance), RunRequest)


def on(schedule: Any, settings: Settings, moment: str) -> list[tuple[str | None, Any]]:
    """The runs that a schedule asks for at a moment (UTC), as key and configuration."""
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.timezone.utc)  # noqa: UP017
    context = build_schedule_context(scheduled_execution_time=at, resources={"settings": settings})
    asked = schedule.evaluate_tick(context).run_requests or []
    return [(run.run_key, run.run_config["ops"]) for run in asked]


def test_reminders_are_listed_five_days_before_a_due_day_and_on_no_other(settings: Settings) -> None:
    # 2021-Q2 is due on 15 July 2021; 7 o'clock in Vietnam is midnight in Greenwich.
    (asked,) = on(reminders_before_due_days, settings, "2021-07-10T00:00")
    config = {"period": "2021-Q2", "as_of": "2021-07-10", "due_by": "2021-07-15"}
    assert asked == ("2021-Q2 2021-07-15", {"reminder_list": {"config": config}})
    assert on(reminders_before_due_days, settings, "2021-07-09T00:00") == []
    assert on(reminders_before_due_days, settings, "2021-07-11T00:00") == []
    earlier = Settings(data_dir=settings.root, reminder_days_before=10)
    assert on(reminders_before_due_days, earlier, "2021-07-05T00:00")[0][0] == "2021-Q2 2021-07-15"


def test_the_day_is_that_of_vietnam(settings: Settings) -> None:
    assert on(report_after_due_days, settings, "2021-07-15T18:00") == [
        ("2021-Q2 2021-07-15", {"report_site": {"config": {"period": "2021-Q2"}}})
    ]
    assert on(report_after_due_days, settings, "2021-07-15T16:00") == []


def test_partitions_are_kept_in_order_of_time(instance: DagsterInstance) -> None:
    for held in (["2021-Q2", "2021-Q1"], ["2021-Q1", "2021-Q2", "2021-Q4", "none"], ["2020-Q4", "2021-Q1", "2021-Q4"]):
        keep_periods(instance, held)
        assert instance.get_dynamic_partitions(str(PERIODS.name)) == sorted(held)


class _Hook(BaseHTTPRequestHandler):
    got: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Hook)
    _Hook.got.clear()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


@op
def _breaks() -> None:
    raise ValueError("Nguyễn Văn A, 0912345678")


@job
def _broken() -> None:
    _breaks()


def test_nobody_is_told_until_the_settings_name_somebody(settings: Settings) -> None:
    assert alert_sensors(settings) == []


def test_a_failed_run_is_posted_without_what_the_error_quotes(
    settings: Settings, instance: DagsterInstance, hook: str
) -> None:
    told = Settings(data_dir=settings.root, alert_webhook_url=hook, ui_url="https://desk.example/")
    (tell,) = alert_sensors(told)
    failed = _broken.execute_in_process(instance=instance, raise_on_error=False)
    context = build_run_status_sensor_context(
        sensor_name=tell.name,
        dagster_event=failed.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=failed.dagster_run,
    ).for_run_failure()
    tell(context)  # type: ignore[operator]
    assert _Hook.got == [
        {
            "event": "run_failed",
            "run_id": failed.run_id,
            "job": "_broken",
            "steps": [{"step": "_breaks", "error": "ValueError"}],
            "url": f"https://desk.example/runs/{failed.run_id}",
        }
    ]
    assert Definitions(jobs=[_broken], sensors=[tell]).get_repository_def().has_sensor_def(tell.name)


def test_a_failed_run_is_mailed_in_vietnamese(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []

    class Server:
        def __init__(self, host: str, port: int, timeout: float) -> None:
            sent.append((host, port, timeout > 0))

        def __enter__(self) -> Server:
            return self

        def __exit__(self, *_: object) -> None:
            sent.append("closed")

        def send_message(self, letter: Any) -> None:
            sent.append(letter)

    monkeypatch.setattr("pipelines.defs.alerts.smtplib.SMTP", Server)
    told = Settings(data_dir=settings.root, alert_email_to="truc@congdoan.example", smtp_host="mail.example")
    message = {"job": "run_everything", "run_id": "abc", "steps": [{"step": "judge", "error": "KeyError"}], "url": "u"}
    mail(told, message)
    opened, letter, closed = sent
    assert opened == ("mail.example", 25, True) and closed == "closed"
    assert letter["To"] == "truc@congdoan.example"
    assert letter["Subject"] == "[Công đoàn] Lượt chạy run_everything không thành công"
    assert "- judge: KeyError" in letter.get_content()
