"""What leadership reads, as assets of a job of their own."""

from dagster import AssetKey, Config, MaterializeResult, MetadataValue, ResourceParam, asset, define_asset_job
from pydantic import Field

from pipelines.defs.intake import OWNERS
from pipelines.settings import Settings

BUILD_REPORTS = "build_reports"


class ReportConfig(Config):
    """Which report to write."""

    period: str | None = Field(default=None, description="2025-Q2; without it the newest period that is due")


@asset(group_name="reports", owners=OWNERS, kinds={"html"}, deps=[AssetKey("published_warehouse")])
def report_site(config: ReportConfig, settings: ResourceParam[Settings]) -> MaterializeResult:
    """`data/reports/<period>`: site, workbook and draft paper of the newest period that is due, in Vietnamese.

    Another period by its configuration; the schedule writes the period that has closed.
    """
    # Drawing is heavy to import, and a run that takes in reports does not need it.
    from pipelines.reports.leadership import build_report

    built = build_report(settings, config.period)
    return MaterializeResult(
        metadata={
            "period": built.period,
            "pages": built.pages,
            "is_new": built.is_new,
            "site": MetadataValue.path(str(built.index)),
            "workbook": MetadataValue.path(str(built.workbook)),
            "papers": [str(path) for path in built.papers],
        }
    )


build_reports = define_asset_job(
    BUILD_REPORTS,
    selection=[AssetKey("report_site")],
    description="Writes the report site of the newest period from what is published.",
)
