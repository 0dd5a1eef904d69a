"""The entry point of Dagster: everything below ``defs/``, found by itself, then what holds for all of it."""

from __future__ import annotations

import warnings
from pathlib import Path

from dagster import AssetsDefinition, AssetSpec, BetaWarning, Definitions, definitions, load_from_defs_folder
from dagster import with_source_code_references as with_code
from dagster_shared.record import replace

from pipelines.permissions import protect
from pipelines.settings import Settings


@definitions
def defs() -> Definitions:
    """All assets, checks, jobs and resources of the product; each asset says where its code is."""
    protect(Settings())  # also in processes of Dagster that the command line did not start
    loaded = load_from_defs_folder(path_within_project=Path(__file__).parent)
    # A module that imports an asset of another one holds it, too: one asset, found twice.
    found = {id(asset): asset for asset in loaded.assets or () if isinstance(asset, (AssetsDefinition, AssetSpec))}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BetaWarning)
        return replace(loaded, assets=with_code(list(found.values())))
