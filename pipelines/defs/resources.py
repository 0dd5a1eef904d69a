"""What the assets are given, and the job that runs all of them."""

from __future__ import annotations

from dagster import (
    AssetSelection,
    Definitions,
    JobDefinition,
    ResourceDefinition,
    define_asset_job,
    definitions,
    in_process_executor,
)
from dagster_dbt import DbtCliResource

from pipelines.progress import StageProgress
from pipelines.settings import Settings
from pipelines.warehouse.dbt import DBT_PROJECT_DIR, executable

RUN_EVERYTHING = "run_everything"

run_everything = define_asset_job(
    RUN_EVERYTHING,
    selection=AssetSelection.all() - AssetSelection.groups("reports", "rejudging"),
    description=(
        "Takes in what is in the inbox, judges it, answers the senders, builds, tests and publishes. "
        "With periods it also reads and judges again every file that holds one of them."
    ),
)


@definitions
def defs() -> Definitions:
    """Resources, the job, and one process per run: the heavy packages are imported once."""
    return Definitions(
        resources={
            "settings": ResourceDefinition.hardcoded_resource(Settings()),
            "progress": ResourceDefinition.hardcoded_resource(StageProgress()),
            "dbt": DbtCliResource(project_dir=str(DBT_PROJECT_DIR), dbt_executable=executable()),
        },
        jobs=[run_everything],
        executor=in_process_executor,
    )


def job_of(everything: Definitions) -> JobDefinition:
    """The job that runs every asset, ready to execute."""
    return everything.resolve_job_def(RUN_EVERYTHING)
