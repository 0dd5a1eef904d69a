"""What happens by itself: the inbox is watched, units are reminded, periods are closed, freshness is looked at.

Days are decided in Vietnamese time from the moment for which a tick is scheduled, never from the clock of the machine.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator

import polars as pl
from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetKey,
    AssetSelection,
    Config,
    DagsterRunStatus,
    DefaultScheduleStatus,
    DefaultSensorStatus,
    Failure,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    RunConfig,
    RunRequest,
    RunsFilter,
    ScheduleEvaluationContext,
    SensorEvaluationContext,
    SkipReason,
    asset,
    asset_check,
    define_asset_job,
    schedule,
    sensor,
)
from pydantic import Field

from pipelines.contracts import load_contracts
from pipelines.defs.intake import OWNERS
from pipelines.defs.metadata import preview
from pipelines.defs.reports import ReportConfig, build_reports
from pipelines.defs.resources import RUN_EVERYTHING
from pipelines.due_days import load_due_days
from pipelines.intake.register import VIETNAM_TIME, read_ledger, waiting_files
from pipelines.reports.reminders import reminders, reminders_frame
from pipelines.reports.status import UnknownPeriodError, freshness, load_status
from pipelines.settings import Settings
from pipelines.warehouse.lake import Lake
from pipelines.warehouse.published import NotPublishedError, read_published
from pipelines.warehouse.settlement import pending

TIMEZONE = "Asia/Ho_Chi_Minh"
EVERY_MORNING = "0 7 * * *"
PUBLISHED = AssetKey("published_warehouse")
FRESHNESS = "newest_due_period_is_there"
BUSY = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


class ReminderConfig(Config):
    """Whom to remind of what."""

    period: str = Field(description="the period of the reports, 2025-Q2")
    as_of: str = Field(description="the day as of which the states hold, 2025-07-10")
    due_by: str = Field(description="also remind of reports that are due by this day")


class FreshnessConfig(Config):
    """The day of the question."""

    as_of: str | None = Field(default=None, description="2025-07-20; without it today, in Vietnam")


@asset(group_name="reports", owners=OWNERS, kinds={"csv"}, deps=[PUBLISHED])
def reminder_list(config: ReminderConfig, settings: ResourceParam[Settings]) -> MaterializeResult:
    """`data/reports/reminders/<period>.csv`: a paragraph for each unit that has a report still to send.

    From the published file; the schedule writes it some days before each due day.
    """
    try:
        status = load_status(settings, config.period, dt.date.fromisoformat(config.as_of))
    except (NotPublishedError, UnknownPeriodError) as error:
        raise Failure(f"No report is known to be owed for {config.period}: publish reports first.") from error
    told = reminders_frame(reminders(status, load_contracts(), dt.date.fromisoformat(config.due_by)))
    path = settings.reports / "reminders" / f"{config.period}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    told.write_csv(path, include_bom=True)  # Excel needs the BOM
    return MaterializeResult(
        metadata={
            "period": config.period,
            "as_of": config.as_of,
            "units_to_remind": told.height,
            "reminders": preview(told, 200),
            "file": MetadataValue.path(str(path)),
        }
    )


@asset_check(
    asset=PUBLISHED,
    name=FRESHNESS,
    description=(
        "Kỳ mới nhất đã đến hạn có đủ báo cáo được nhận. Tính theo hạn của kỳ, không theo lúc tệp được ghi: báo cáo bổ "
        "sung của kỳ cũ không làm dữ liệu của kỳ này mới hơn."
    ),
)
def newest_due_period_is_there(
    context: AssetCheckExecutionContext, config: FreshnessConfig, settings: ResourceParam[Settings]
) -> AssetCheckResult:
    """The share of reports that came for the newest period whose due day has passed."""
    today = dt.date.fromisoformat(config.as_of) if config.as_of else dt.datetime.now(VIETNAM_TIME).date()
    tables = read_published(settings, ["fct_report_due", "fct_submission", "dim_org_unit"])
    found = freshness(today, load_due_days(), *(tables[name] for name in tables))
    return AssetCheckResult(
        passed=found.is_fresh(settings.fresh_from_pct),
        severity=AssetCheckSeverity.WARN,
        metadata={**vars(found), "received_pct": found.received_pct, "as_of": str(today)},
    )


reminder_job = define_asset_job(
    "list_reminders",
    selection=[AssetKey("reminder_list")],
    description="Lists the units that have a report still to send.",
)
freshness_job = define_asset_job(
    "check_freshness",
    selection=AssetSelection.checks(newest_due_period_is_there),
    description="Looks whether the newest period that is due is there.",
)


def _day(context: ScheduleEvaluationContext) -> dt.date:
    return context.scheduled_execution_time.astimezone(VIETNAM_TIME).date()


@schedule(
    job=reminder_job,
    cron_schedule=EVERY_MORNING,
    execution_timezone=TIMEZONE,
    default_status=DefaultScheduleStatus.RUNNING,
)
def reminders_before_due_days(
    context: ScheduleEvaluationContext, settings: ResourceParam[Settings]
) -> Iterator[RunRequest | SkipReason]:
    """A list of reminders some days before each due day (`CONGDOAN_REMINDER_DAYS_BEFORE`)."""
    today = _day(context)
    due_on = today + dt.timedelta(days=settings.reminder_days_before)
    if not (due := load_due_days().periods_due_on(due_on)):
        yield SkipReason(f"Nothing is due on {due_on}.")
    for period in due:
        config = ReminderConfig(period=period, as_of=str(today), due_by=str(due_on))
        yield RunRequest(run_key=f"{period} {due_on}", run_config=RunConfig(ops={"reminder_list": config}))


@schedule(
    job=build_reports,
    cron_schedule=EVERY_MORNING,
    execution_timezone=TIMEZONE,
    default_status=DefaultScheduleStatus.RUNNING,
)
def report_after_due_days(context: ScheduleEvaluationContext) -> Iterator[RunRequest | SkipReason]:
    """The report site of a period on the day after one of its due days."""
    due_on = _day(context) - dt.timedelta(days=1)
    if not (due := load_due_days().periods_due_on(due_on)):
        yield SkipReason(f"Nothing was due on {due_on}.")
    for period in due:
        config = ReportConfig(period=period)
        yield RunRequest(run_key=f"{period} {due_on}", run_config=RunConfig(ops={"report_site": config}))


@schedule(
    job=freshness_job,
    cron_schedule=EVERY_MORNING,
    execution_timezone=TIMEZONE,
    default_status=DefaultScheduleStatus.RUNNING,
)
def freshness_every_morning(
    context: ScheduleEvaluationContext, settings: ResourceParam[Settings]
) -> RunRequest | SkipReason:
    """Freshness changes with the calendar, also while nothing runs."""
    today = str(_day(context))
    if not (settings.published / "warehouse.duckdb").exists():
        return SkipReason("Nothing is published yet.")
    config = FreshnessConfig(as_of=today)
    return RunRequest(run_key=today, run_config=RunConfig(ops={_CHECK_OP: config}))


_CHECK_OP = newest_due_period_is_there.node_def.name


@sensor(job_name=RUN_EVERYTHING, minimum_interval_seconds=30, default_status=DefaultSensorStatus.RUNNING)
def inbox(context: SensorEvaluationContext, settings: ResourceParam[Settings]) -> RunRequest | SkipReason:
    """New files in the inbox, or received ones that no run has settled: one run, when no other is under way."""
    if running := context.instance.get_run_records(RunsFilter(statuses=BUSY), limit=1):
        return SkipReason(f"Run {running[0].dagster_run.run_id[:8]} is under way.")
    ledger = read_ledger(settings)
    left = pending(ledger, Lake(settings.lake, load_contracts()))
    waiting = waiting_files(settings, settings.settle_seconds)
    claims = [path.name for path in (settings.raw / "incoming").glob("*") if not path.name.startswith(".")]
    if not (waiting or left or claims):
        unsettled = len(waiting_files(settings, 0))
        return SkipReason(f"{unsettled} files may still be written." if unsettled else "The inbox is empty.")
    state = pl.DataFrame(
        [(str(path.relative_to(settings.inbox)), (at := path.stat()).st_size, at.st_mtime_ns) for path in waiting],
        schema={"name": pl.String(), "size": pl.Int64(), "mtime": pl.Int64()},
        orient="row",
    )
    # The same files may come again after they were taken: how many were received tells the two apart.
    told = repr((len(ledger), sorted({receipt.batch for receipt in left}), sorted(claims), state.rows()))
    return RunRequest(run_key=hashlib.sha256(told.encode()).hexdigest(), tags={"congdoan/files": str(len(waiting))})
