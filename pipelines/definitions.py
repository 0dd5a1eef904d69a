"""The entry point of Dagster: everything below ``defs/``, found by itself."""

from __future__ import annotations

from pathlib import Path

from dagster import Definitions, definitions, load_from_defs_folder

from pipelines.permissions import protect
from pipelines.settings import Settings


@definitions
def defs() -> Definitions:
    """All assets, checks, jobs and resources of the product."""
    protect(Settings())  # also in processes of Dagster that the command line did not start
    return load_from_defs_folder(path_within_project=Path(__file__).parent)
