"""Runs the whole job in this process and says what came of it."""

from __future__ import annotations

import os
import shutil
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines.contracts.frames import ISSUES
from pipelines.dagster_home import dagster_environment
from pipelines.data_lock import hold_data_root
from pipelines.intake.register import read_ledger
from pipelines.progress import StageProgress
from pipelines.settings import Settings
from pipelines.warehouse.dbt import memory_limit

if TYPE_CHECKING:
    from dagster import DagsterInstance, JobDefinition

# On runs of the command line: they hold the data root from beginning to end, so an earlier one that still seems to go
# on was killed.
_OURS = {"congdoan/started_by": "command line"}
_LEAST_FREE_BYTES = 4 << 20
_ROWS = ("found", "preamble", "header", "total", "footer", "accepted", "returned")


class RunFailedError(RuntimeError):
    """A step of the job failed; the message names it and its cause. What was published before stands."""


@dataclass(frozen=True)
class RunSummary:
    """What one run received, said and published.

    Attributes:
        received: files taken out of the inbox.
        submissions: SUBMISSIONS of those files.
        issues: ISSUES of those submissions.
        published_version: the version that readers see now.
        is_new_version: whether this run changed what readers see.
        answers: workbooks written for senders.
        left: files that stayed in the inbox: still being written, not readable, or links.
        made_again: damaged files of the lake that were made again from ``raw``.
        seconds: time by stage.
    """

    received: int
    submissions: pl.DataFrame
    issues: pl.DataFrame
    published_version: str
    is_new_version: bool
    answers: int
    left: list[str]
    made_again: list[str]
    seconds: dict[str, float]

    def count(self, verdict: str) -> int:
        """How many submissions ended with a verdict."""
        return self.submissions.filter(verdict=verdict).height

    def as_json(self) -> dict[str, Any]:
        """The document that ``congdoan run --json`` prints."""
        from pipelines.quality.settle import VERDICTS

        return {
            "received": self.received,
            **{verdict: self.count(verdict) for verdict in VERDICTS},
            "published_version": self.published_version,
            "submissions": submissions_as_json(self.submissions, self.issues),
        }


def submissions_as_json(submissions: pl.DataFrame, issues: pl.DataFrame) -> list[dict[str, Any]]:
    """Submissions with row counts and findings, as programs read them."""
    fields = [name for name in ISSUES if name not in ("submission_id", "source_row")]
    by_submission = issues.select("submission_id", *fields).partition_by("submission_id", as_dict=True)
    return [
        {
            **{name: row[name] for name in ("submission_id", "form", "org_unit_code", "period", "version", "verdict")},
            "file": row["file_name"],
            "rows": {name: row[f"rows_{name}"] for name in _ROWS},
            "issues": by_submission[(row["submission_id"],)].select(fields).to_dicts()
            if (row["submission_id"],) in by_submission
            else [],
        }
        for row in submissions.iter_rows(named=True)
    ]


def run_everything(settings: Settings, progress: StageProgress, wait_seconds: float = 0) -> RunSummary:
    """Take in, judge, build, publish and answer, by the same job as in the Dagster UI.

    Args:
        settings: where everything is.
        progress: is told of every stage.
        wait_seconds: how long to wait for another process that writes to the data root.

    Raises:
        DataRootBusyError: another process still does.
        RunFailedError: a step failed.
    """
    if "settle_seconds" not in settings.model_fields_set:
        settings = settings.model_copy(update={"settle_seconds": 0.0})  # who starts a run has put the files there
    with hold_data_root(settings, "lượt chạy từ dòng lệnh", wait_seconds):
        try:
            return _run(settings, progress)
        except OSError as error:
            if not _is_full(settings, str(error)):
                raise
            raise RunFailedError(_with_remedy(settings, str(error))) from error


def _run(settings: Settings, progress: StageProgress) -> RunSummary:
    os.environ.update(dagster_environment(settings))
    known = len(read_ledger(settings))
    with progress.stage("Khởi động"):
        from pipelines.definitions import defs
        from pipelines.defs.resources import job_of
        from pipelines.warehouse.dbt import DbtError

        try:
            job = job_of(defs())
        except DbtError as error:  # the dbt project is parsed where its assets are defined
            raise RunFailedError(_with_remedy(settings, str(error))) from error
    settings.build.mkdir(parents=True, exist_ok=True)
    with (
        (settings.build / "run.log").open("w", encoding="utf-8") as log,
        redirect_stdout(log),  # dbt's lines: standard output belongs to the caller's document
    ):
        result = _execute(job, settings, progress)
    if not result.success:
        raise RunFailedError(_with_remedy(settings, _failures(result)))
    return _summary(settings, result, len(read_ledger(settings)) - known, progress)


def _execute(job: JobDefinition, settings: Settings, progress: StageProgress) -> Any:
    """The result of the job; a history of runs that cannot be written or read is a failure of the run."""
    from dagster import DagsterInstance, ResourceDefinition
    from sqlalchemy.exc import DatabaseError

    try:
        with DagsterInstance.get() as instance:
            _end_killed_runs(instance)
            return job.execute_in_process(
                instance=instance,
                raise_on_error=False,
                tags=_OURS,
                resources={
                    "progress": ResourceDefinition.hardcoded_resource(progress),
                    "settings": ResourceDefinition.hardcoded_resource(settings),  # the data root is held already
                },
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
    except DatabaseError as error:
        if _is_full(settings, str(error)):
            raise RunFailedError(_with_remedy(settings, str(error.orig))) from error
        raise RunFailedError(
            f"Không đọc hoặc ghi được lịch sử các lượt chạy của Dagster trong {settings.dagster_home} ({error.orig}). "
            "Lịch sử ấy không chứa số liệu: chuyển thư mục đó đi nơi khác rồi chạy lại."
        ) from error


def _end_killed_runs(instance: DagsterInstance) -> None:
    """Say of runs that were killed that they failed: the UI would wait for their end before it starts another."""
    from dagster import DagsterRunStatus, RunsFilter

    going_on = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
    for run in instance.get_runs(RunsFilter(tags=_OURS, statuses=going_on)):
        instance.report_run_failed(run, "The process of this run was killed.")


def _is_full(settings: Settings, message: str) -> bool:
    """Whether a run failed for want of room. Not every library says so: SQLite calls it an I/O error."""
    says_so = any(words in message for words in ("No space left on device", "disk is full", "Disk quota exceeded"))
    return says_so or shutil.disk_usage(settings.root).free < _LEAST_FREE_BYTES


def _with_remedy(settings: Settings, message: str) -> str:
    if _is_full(settings, message):
        return f"{message}\nỔ đĩa chứa {settings.root} đã đầy: giải phóng chỗ rồi chạy lại; chưa có gì bị mất."
    if "Out of Memory Error" in message:  # DuckDB's, of its own limit
        return (
            f"{message}\nDuckDB chỉ được dùng {memory_limit()} bộ nhớ: đặt biến CONGDOAN_DUCKDB_MEMORY lớn hơn, ví dụ "
            "8GB, rồi chạy lại; chưa có gì bị mất."
        )
    return message


def _summary(settings: Settings, result: Any, received: int, progress: StageProgress) -> RunSummary:
    from pipelines.warehouse.stage import Stage

    stage = Stage(settings.stage)
    published = _metadata(result, "published_warehouse")
    return RunSummary(
        received=received,
        submissions=stage.load("settled_submissions"),
        issues=stage.load("settled_issues"),
        published_version=published["version"],
        is_new_version=published["is_new"],
        answers=_metadata(result, "returned_workbooks")["workbooks_written"],
        left=_metadata(result, "received_files")["left_in_inbox"],
        made_again=_metadata(result, "cleaned_rows")["lake_files_made_again"],
        seconds=progress.seconds,
    )


def _metadata(result: Any, asset: str) -> dict[str, Any]:
    """What an asset said of itself in a run."""
    (said,) = (
        event.step_materialization_data.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key.path == [asset] and event.partition is None
    )
    return {name: value.value for name, value in said.metadata.items()}


def _failures(result: Any) -> str:
    """Each failed step with the innermost cause."""
    lines = []
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error.cause:
                error = error.cause
            lines.append(f"{event.step_key}: {error.message.strip()}")
    return "\n".join(lines) or "the run failed before its first step"
