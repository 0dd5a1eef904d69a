"""What leadership reads, as assets of a job of their own."""

from __future__ import annotations

from dagster import AssetKey, MaterializeResult, MetadataValue, ResourceParam, asset, define_asset_job

from pipelines.defs.intake import OWNERS
from pipelines.settings import Settings

BUILD_REPORTS = "build_reports"


@asset(group_name="reports", owners=OWNERS, kinds={"html"}, deps=[AssetKey("published_warehouse")])
def report_site(settings: ResourceParam[Settings]) -> MaterializeResult:
    """`data/reports/<period>`: site, workbook and draft paper of the newest period that is due, in Vietnamese."""
    # Drawing is heavy to import, and a run that takes in reports does not need it.
    from pipelines.reports.leadership import build_report

    built = build_report(settings)
    return MaterializeResult(
        metadata={
            "period": built.period,
            "pages": built.pages,
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
