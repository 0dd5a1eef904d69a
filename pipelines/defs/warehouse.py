"""The dbt project as assets with its tests as checks, and the published file that readers open."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetExecutionContext,
    MaterializeResult,
    MetadataValue,
    Output,
    ResourceParam,
    TableColumn,
    TableColumnDep,
    TableColumnLineage,
    TableSchema,
    asset,
)
from dagster_dbt import DbtCliResource, dbt_assets
from sqlglot.errors import SqlglotError

from pipelines.defs.dbt_project import CONTENT, NODES, TRANSLATOR, public_models
from pipelines.defs.intake import OWNERS
from pipelines.defs.metadata import number_vi, preview
from pipelines.progress import StageProgress
from pipelines.settings import Settings
from pipelines.warehouse.build_tables import BuiltTable, built_tables, public_previews
from pipelines.warehouse.column_lineage import Columns, column_lineage
from pipelines.warehouse.dbt import DbtError, clear_build, environment
from pipelines.warehouse.dbt_tests import Failure, blocks, compiled_sql, describe, explain, failing_rows
from pipelines.warehouse.publish import PUBLIC_SCHEMA, publish


# Unit tests of models do not become checks and need no data: `make test` runs them.
@dbt_assets(manifest=CONTENT, dagster_dbt_translator=TRANSLATOR, name="warehouse")
def warehouse(
    context: AssetExecutionContext,
    dbt: DbtCliResource,
    settings: ResourceParam[Settings],
    progress: ResourceParam[StageProgress],
) -> Iterator[Any]:
    """Seeds, staging, facts and marts, built and tested in one dbt run."""
    os.environ.update(environment(settings))
    settings.build.mkdir(parents=True, exist_ok=True)
    if not context.is_subset:
        clear_build(settings)
    events: list[Any] = []
    with progress.stage("Dựng kho (dbt)") as ticker:
        invocation = dbt.cli(
            ["build", "--exclude-resource-type", "unit_test"],
            context=context,
            target_path=settings.dbt_target,
            raise_on_error=False,
        )
        for event in invocation.stream():
            ticker.tick()
            events.append(event)
    # Only now can the file be read: while dbt writes it, nobody else can. What stands in it then goes with the events.
    failures: list[Failure] = []
    built = built_tables(settings)
    made_of = _lineage(context, settings, built)
    previews = public_previews(settings, (table for schema, table in built if schema == PUBLIC_SCHEMA))
    for event in events:
        if isinstance(event, Output):
            node = NODES[str(event.metadata["unique_id"].value)]
            table = built.get((node["schema"], node["alias"]))
            yield event.with_metadata({**event.metadata, **_shown(node, table, made_of)} | _looks(node, previews))
        elif isinstance(event, AssetCheckResult):
            test = NODES[str(event.metadata["unique_id"].value)]
            yield _explained(event, test, built, settings, failures)
        else:
            yield event
    if not invocation.is_successful():
        if any(failure.blocks for failure in failures):
            raise DbtError(explain(failures))
        raise invocation.get_error() or DbtError("dbt build failed")


def _lineage(
    context: AssetExecutionContext, settings: Settings, built: Mapping[tuple[str, str], BuiltTable]
) -> Mapping[str, Columns]:
    """Lineage of columns; the numbers do not hang on it, so that SQL that sqlglot cannot read stops nothing."""
    try:
        return column_lineage(settings, built)
    except SqlglotError as error:
        context.log.warning("no lineage of columns: %s", error)
        return {}


def _shown(node: Mapping[str, Any], table: BuiltTable | None, made_of: Mapping[str, Columns]) -> dict[str, Any]:
    """What the build knows of a table: rows, types where the project declares none, what columns are made of."""
    shown: dict[str, Any] = {}
    if table is None:
        return shown
    if table.rows is not None:
        shown["dagster/row_count"] = table.rows
    if any(column.get("data_type") is None for column in node["columns"].values()) and node["resource_type"] == "model":
        shown["dagster/column_schema"] = TableSchema(
            columns=[
                TableColumn(name, type=kind, description=node["columns"].get(name, {}).get("description"))
                for name, kind in table.types.items()
            ]
        )
    if columns := made_of.get(node["unique_id"]):
        shown["dagster/column_lineage"] = TableColumnLineage(
            deps_by_column={
                column: [TableColumnDep(TRANSLATOR.get_asset_key(NODES[parent]), of) for parent, of in sources]
                for column, sources in columns.items()
            }
        )
    return shown


def _looks(node: Mapping[str, Any], previews: Mapping[str, Any]) -> dict[str, Any]:
    if node["schema"] != PUBLIC_SCHEMA or node["alias"] not in previews:
        return {}
    return {"preview": preview(previews[node["alias"]])}


def _explained(
    result: AssetCheckResult,
    test: Mapping[str, Any],
    built: Mapping[tuple[str, str], BuiltTable],
    settings: Settings,
    failures: list[Failure],
) -> AssetCheckResult:
    """The result of a test with its counts; a failure with its rows, too, and noted in ``failures``."""
    model = NODES.get(test.get("attached_node") or "")
    table = built.get((model["schema"], model["alias"])) if model else None
    found = result.metadata.get("dagster_dbt/failed_row_count")
    unexpected = found.value if found and isinstance(found.value, int) else 0
    metadata: dict[str, Any] = {**result.metadata, "rows_unexpected": unexpected}
    if table and table.rows is not None:
        metadata["rows_evaluated"] = table.rows
    if result.passed:
        return result.with_metadata(metadata)
    name = "/".join(result.asset_key.path) if result.asset_key else test["name"]
    stops = blocks(test) and result.severity is AssetCheckSeverity.ERROR
    failures.append(
        Failure(test["name"], name, describe(test, model), unexpected, stops),
    )
    metadata["sql"] = MetadataValue.path(str(compiled_sql(settings, test)))
    metadata["examples"] = preview(failing_rows(settings, test))
    said = f"{number_vi(unexpected)} dòng vi phạm. {describe(test, model)}"
    return AssetCheckResult(
        passed=False,
        asset_key=result.asset_key,
        check_name=result.check_name,
        severity=result.severity,
        metadata=metadata,
        description=said,
    )


@asset(group_name="published", owners=OWNERS, kinds={"duckdb", "parquet"}, deps=public_models())
def published_warehouse(settings: ResourceParam[Settings], progress: ResourceParam[StageProgress]) -> MaterializeResult:
    """`data/published/warehouse.duckdb`: a whole, tested version of the marts, replaced in one step."""
    with progress.stage("Công bố"):
        publication = publish(settings)
    return MaterializeResult(
        metadata={
            "version": publication.version,
            "is_new": publication.is_new,
            "dagster/row_count": sum(publication.row_counts.values()),
            "rows_by_table": publication.row_counts,
            "file": MetadataValue.path(str(settings.published / "warehouse.duckdb")),
            "readers": MetadataValue.path(str(settings.published / "readers.duckdb")),
            "manifest": MetadataValue.path(str(settings.published / "manifest.json")),
        }
    )
