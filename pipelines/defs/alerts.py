"""Who is told when a run fails: a webhook, people by mail, both or nobody. Off until the settings name one.

Messages name the run, its job and the step that failed with the kind of error. They carry no message of an error: it
may quote what a sender wrote.
"""

import json
import smtplib
import urllib.request
from email.message import EmailMessage
from typing import Any

from dagster import (
    DagsterEvent,
    DagsterRun,
    DefaultSensorStatus,
    Definitions,
    RunFailureSensorContext,
    SensorDefinition,
    definitions,
    run_failure_sensor,
)

from pipelines.settings import Settings

TIMEOUT_SECONDS = 20


def failure_message(run: DagsterRun, steps: list[tuple[str, str]], ui_url: str) -> dict[str, Any]:
    """What is said of a failed run, ready for JSON.

    Args:
        run: the run.
        steps: name of each step that failed, and the class of its error.
        ui_url: where the UI is.
    """
    return {
        "event": "run_failed",
        "run_id": run.run_id,
        "job": run.job_name,
        "steps": [{"step": step, "error": error} for step, error in steps],
        "url": f"{ui_url.rstrip('/')}/runs/{run.run_id}",
    }


def post(url: str, message: dict[str, Any]) -> None:
    """Post a message as JSON; ``urllib.error.URLError`` if the other side does not take it."""
    body = json.dumps(message, ensure_ascii=False).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json; charset=utf-8"})
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
        pass


def mail(settings: Settings, message: dict[str, Any]) -> None:
    """Mail a message in Vietnamese; ``OSError`` or ``smtplib.SMTPException`` if the server does not take it."""
    letter = EmailMessage()
    letter["Subject"] = f"[Công đoàn] Lượt chạy {message['job']} không thành công"
    letter["From"], letter["To"] = settings.alert_email_from, settings.alert_email_to
    steps = "\n".join(f"- {step['step']}: {step['error']}" for step in message["steps"])
    letter.set_content(
        f"Lượt chạy {message['run_id']} ({message['job']}) không thành công. Bản đã công bố trước đó giữ nguyên.\n\n"
        f"Bước bị lỗi:\n{steps or '- chưa bước nào chạy'}\n\nXem chi tiết: {message['url']}\n"
    )
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS) as server:
        if settings.smtp_starttls:
            server.starttls()
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(letter)


def _kind(failure: DagsterEvent) -> str:
    """The class of the error at the bottom of a failed step, which Dagster wraps in its own."""
    error = failure.step_failure_data.error
    while error and error.cause:
        error = error.cause
    return str(error.cls_name) if error else "?"


def alert_sensors(settings: Settings) -> list[SensorDefinition]:
    """The sensor that tells of failed runs; none when nobody is to be told."""
    if not (settings.alert_webhook_url or settings.alert_email_to):
        return []

    @run_failure_sensor(
        name="tell_of_failed_runs",
        description="Tells the webhook and the people in the settings of each failed run.",
        default_status=DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
    )
    def tell_of_failed_runs(context: RunFailureSensorContext) -> None:
        steps = [(str(event.step_key), _kind(event)) for event in context.get_step_failure_events()]
        message = failure_message(context.dagster_run, steps, settings.ui_url)
        if settings.alert_webhook_url:
            post(settings.alert_webhook_url, message)
        if settings.alert_email_to:
            mail(settings, message)

    return [tell_of_failed_runs]


@definitions
def defs() -> Definitions:
    """The sensor, if there is one."""
    return Definitions(sensors=alert_sensors(Settings()))
