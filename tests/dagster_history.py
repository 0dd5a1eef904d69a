"""Dagster's record of the runs on a data root, as the UI would read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from dagster import DagsterInstance

from pipelines.settings import Settings


@contextmanager
def history_of(settings: Settings) -> Iterator[DagsterInstance]:
    """The instance of a data root; ``dagster.yaml`` finds its files by the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(settings.dagster_home))
        with DagsterInstance.get() as instance:
            yield instance
