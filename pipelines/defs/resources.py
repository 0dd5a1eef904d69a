"""What the assets are given, and the job that runs all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import metadata
from typing import Any

from dagster import (
    AssetSelection,
    Definitions,
    InitResourceContext,
    JobDefinition,
    ResourceDefinition,
    define_asset_job,
    definitions,
    in_process_executor,
)
from dagster_dbt import DbtCliResource
from packaging.version import Version

from pipelines.data_lock import hold_data_root
from pipelines.progress import StageProgress
from pipelines.settings import Settings
from pipelines.warehouse.dbt import DBT_PROJECT_DIR, executable

RUN_EVERYTHING = "run_everything"
# A run from the UI that meets one from the command line waits for it rather than fail.
_SECONDS_TO_WAIT = 1800

run_everything = define_asset_job(
    RUN_EVERYTHING,
    selection=AssetSelection.all() - AssetSelection.groups("reports", "rejudging"),
    description=(
        "Takes in what is in the inbox, judges it, answers the senders, builds, tests and publishes. "
        "With periods it also reads and judges again every file that holds one of them."
    ),
)


class Dbt(DbtCliResource):
    """The dbt of this environment, started once a run.

    Dagster's own starts it a first time to learn its version, and makes an adapter that only its fetching of metadata
    asks, which this project does otherwise (``warehouse.build_tables``): seconds of every run.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


def _held_settings(context: InitResourceContext) -> Iterator[Settings]:
    """Where things are, with the data root held until the run ends.

    Every step asks for the settings, so none can write without the lock, also when it runs alone. Outside of a run, as
    in a sensor, nothing is held.
    """
    settings = Settings()
    if context.run is None:
        yield settings
        return
    with hold_data_root(settings, f"lượt chạy {context.run.job_name} trong Dagster", _SECONDS_TO_WAIT):
        yield settings


@definitions
def defs() -> Definitions:
    """Resources, the job, and one process per run: the heavy packages are imported once."""
    return Definitions(
        resources={
            "settings": ResourceDefinition(_held_settings),
            "progress": ResourceDefinition.hardcoded_resource(StageProgress()),
            "dbt": Dbt(project_dir=str(DBT_PROJECT_DIR), dbt_executable=executable()),
        },
        jobs=[run_everything],
        executor=in_process_executor,
    )


def job_of(everything: Definitions) -> JobDefinition:
    """The job that runs every asset, ready to execute."""
    return everything.resolve_job_def(RUN_EVERYTHING)
