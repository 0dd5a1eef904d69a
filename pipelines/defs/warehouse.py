"""The dbt project as assets with its tests as checks, and the published file that readers open."""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from dagster import AssetExecutionContext, AssetKey, MaterializeResult, MetadataValue, ResourceParam, asset
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets

from pipelines.defs.intake import OWNERS
from pipelines.progress import StageProgress
from pipelines.settings import Settings
from pipelines.warehouse.dbt import clear_build, environment, manifest_path
from pipelines.warehouse.publish import PUBLIC_SCHEMA, publish

SETTINGS = Settings()
MANIFEST = manifest_path(SETTINGS)


class Translator(DagsterDbtTranslator):
    """How dbt nodes appear among the other assets."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The folder below models/, so that groups follow the flow; seeds are a group of their own."""
        if dbt_resource_props["resource_type"] == "seed":
            return "seeds"
        return dbt_resource_props["fqn"][1]

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """The data team."""
        return OWNERS


TRANSLATOR = Translator(settings=DagsterDbtTranslatorSettings(enable_code_references=False))


def _public_models() -> list[AssetKey]:
    nodes = json.loads(MANIFEST.read_text(encoding="utf-8"))["nodes"].values()
    return sorted(
        TRANSLATOR.get_asset_key(node)
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] == PUBLIC_SCHEMA
    )


# Unit tests of models do not become checks and need no data: `make test` runs them.
@dbt_assets(manifest=MANIFEST, dagster_dbt_translator=TRANSLATOR, name="warehouse")
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
    with progress.stage("Dựng kho (dbt)") as ticker:
        invocation = dbt.cli(
            ["build", "--exclude-resource-type", "unit_test"],
            context=context,
            target_path=settings.dbt_target,
        )
        for event in invocation.stream():
            ticker.tick()
            yield event


@asset(group_name="published", owners=OWNERS, kinds={"duckdb", "parquet"}, deps=_public_models())
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
        }
    )
