"""How the dbt project appears among the other assets: its nodes, and what a person reads of each."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

from dagster import (
    AssetCheckSpec,
    AssetKey,
    AssetSpec,
    BetaWarning,
    CodeReferencesMetadataValue,
    LocalFileCodeReference,
)
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

from pipelines.defs.intake import OWNERS
from pipelines.settings import Settings
from pipelines.warehouse.dbt import DBT_PROJECT_DIR, manifest_path
from pipelines.warehouse.dbt_tests import describe
from pipelines.warehouse.publish import PUBLIC_SCHEMA

MANIFEST = manifest_path(Settings())
CONTENT: Mapping[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
NODES: Mapping[str, Mapping[str, Any]] = {**CONTENT["nodes"], **CONTENT["sources"]}
"""Every seed, model, test and source of the project by unique_id."""


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

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Columns with their descriptions, with types where the project declares them; the file of the node."""
        if dbt_resource_props["resource_type"] == "source":
            return super().get_metadata(dbt_resource_props)
        types = dbt_resource_props["config"].get("column_types") or {}
        columns = {
            name: {**column, "data_type": column.get("data_type") or types.get(name)}
            for name, column in dbt_resource_props["columns"].items()
        }
        file = DBT_PROJECT_DIR / dbt_resource_props["original_file_path"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", BetaWarning)
            code = CodeReferencesMetadataValue(code_references=[LocalFileCodeReference(file_path=str(file))])
        described = super().get_metadata({**dbt_resource_props, "columns": columns})
        return {**described, "dagster/code_references": code}

    def get_asset_check_spec(
        self, asset_spec: AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> AssetCheckSpec | None:
        """A data test with a sentence that says what it asks and what a failure does."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None:
            return None
        test = manifest["nodes"][unique_id]
        return spec._replace(description=describe(test, manifest["nodes"].get(test.get("attached_node"))))


TRANSLATOR = Translator(settings=DagsterDbtTranslatorSettings(enable_code_references=False))


def public_models() -> list[AssetKey]:
    """The models that are published."""
    return sorted(
        TRANSLATOR.get_asset_key(node)
        for node in NODES.values()
        if node["resource_type"] == "model" and node["schema"] == PUBLIC_SCHEMA
    )


def described_columns(node: str) -> dict[str, str]:
    """Column → what the project says of it, of a model or seed by name; empty if there is no such node."""
    found = [n for n in NODES.values() if n["name"] == node and n["resource_type"] in ("model", "seed")]
    return {name: column["description"] for one in found for name, column in one["columns"].items()}
