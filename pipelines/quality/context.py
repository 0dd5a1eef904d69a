"""Great Expectations itself: the context, one run of a suite over a frame, the stored results, Data Docs.

The tracked configuration is ``expectations/gx/great_expectations.yml``. The context is built from it in
memory, because a file context would write its data source back into the tracked file; everything mutable goes
below the directory that the caller names (``data/build/gx``).
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

from pipelines.contracts.loader import EXPECTATIONS_DIR

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.data_context.data_context.abstract_data_context import AbstractDataContext

CONFIGURATION = EXPECTATIONS_DIR / "gx" / "great_expectations.yml"
DIRECTORY_VARIABLE = "CONGDOAN_GX_DIR"
DATA_SOURCE = "submissions"

# Positions in the frame, not values: they join back to the rows and cost little where many rows fail.
RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
UNBOUNDED = ("unexpected_list", "unexpected_index_list", "unexpected_index_query")


def open_context(gx_dir: Path | None) -> AbstractDataContext:
    """The project's GX context, storing below ``gx_dir``, or nowhere (in memory) without one."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # GX reads it when it is imported
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    if gx_dir is None:
        in_memory = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),  # without a Data Docs site in /tmp
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        )
        return gx.get_context(mode="ephemeral", project_config=in_memory)
    configuration = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))
    environment = {DIRECTORY_VARIABLE: str(gx_dir.resolve())}
    return gx.get_context(mode="ephemeral", project_config=configuration, runtime_environment=environment)


def run_suite(
    context: AbstractDataContext, suite: ExpectationSuite, frame: pl.DataFrame
) -> ExpectationSuiteValidationResult:
    """Validate a frame; unexpected rows come back as positions in it."""
    source = context.data_sources.add_or_update_pandas(DATA_SOURCE)
    definition = source.add_dataframe_asset(suite.name).add_batch_definition_whole_dataframe("whole")
    # Arrow-backed pandas: plain to_pandas() would turn integers with gaps into floats.
    data = frame.to_pandas(use_pyarrow_extension_array=True)
    batch = definition.get_batch(batch_parameters={"dataframe": data})
    return batch.validate(suite, result_format=RESULT_FORMAT)


def outcomes_by_id(result: ExpectationSuiteValidationResult) -> dict[str, dict[str, Any]]:
    """What GX found, by the id of the expectation.

    Keys of an outcome: element_count, missing_count (not of every type), unexpected_count and
    unexpected_index_list, the positions of the unexpected rows.

    Raises:
        RuntimeError: an expectation could not be evaluated, e.g. because a column is missing.
    """
    outcomes: dict[str, dict[str, Any]] = {}
    for outcome in result.results:
        expectation = outcome.expectation_config
        if expectation is None or expectation.id is None or "unexpected_index_list" not in outcome.result:
            title = expectation.description if expectation else "an expectation"
            raise RuntimeError(
                f"suite '{result.suite_name}': '{title}' was not evaluated: {_reasons(outcome.exception_info or {})}"
            )
        outcomes[expectation.id] = outcome.result
    return outcomes


def _reasons(exception_info: Mapping[str, Any]) -> str:
    """What went wrong: GX gives one exception, or one for each metric."""
    exceptions = [exception_info] if "raised_exception" in exception_info else exception_info.values()
    return "; ".join(sorted({str(exception["exception_message"]) for exception in exceptions}))


def store(
    context: AbstractDataContext,
    suite: ExpectationSuite,
    result: ExpectationSuiteValidationResult,
    run_name: str,
    run_time: dt.datetime,
) -> None:
    """Keep a suite and the result of a run for Data Docs; of unexpected values only GX's sample of twenty.

    Changes ``result``: the unbounded lists are dropped.
    """
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    for outcome in result.results:
        for key in UNBOUNDED:
            outcome.result.pop(key, None)
    run_id = RunIdentifier(run_name=run_name, run_time=run_time)
    result.meta.update({"run_id": run_id, "validation_time": run_time.isoformat()})
    suite_key = ExpectationSuiteIdentifier(name=suite.name)
    result_key = ValidationResultIdentifier(
        expectation_suite_identifier=suite_key, run_id=run_id, batch_identifier=result.batch_id
    )
    # Not context.suites.add(): that would give the suite and its expectations random ids.
    context.expectations_store.set(suite_key, suite)
    context.validation_results_store.store_validation_results(result, result_key, suite_key)


def build_data_docs(gx_dir: Path) -> Path:
    """Render the stored suites and results as HTML; returns the index page. Once per run is enough."""
    _drop_torn(gx_dir)
    pages: dict[str, Any] = open_context(gx_dir).build_data_docs()
    if not pages:
        raise RuntimeError(f"{CONFIGURATION.name} names no Data Docs site")
    return gx_dir / "data_docs" / "index.html"


def _drop_torn(gx_dir: Path) -> None:
    """Remove what GX wrote only in part when a run was killed: it would stop every later one here."""
    for path in gx_dir.rglob("*.json"):
        try:
            json.loads(path.read_bytes())
        except ValueError:
            path.unlink()
