"""Where Dagster keeps its runs and events: the same place for the UI and the command line."""

from __future__ import annotations

import os

from pipelines.permissions import protect
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.whole_files import write_whole


def dagster_environment(settings: Settings) -> dict[str, str]:
    """Environment of a process that loads the definitions on a data root; makes ``DAGSTER_HOME`` ready."""
    protect(settings)
    write_whole(settings.dagster_home / "dagster.yaml", (PROJECT_DIR / "dagster.yaml").read_bytes())
    return {**os.environ, "CONGDOAN_DATA_DIR": str(settings.root), "DAGSTER_HOME": str(settings.dagster_home)}
