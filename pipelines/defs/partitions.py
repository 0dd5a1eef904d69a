"""Reporting periods as partitions: which there are, which a run is about, which it has written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    BackfillPolicy,
    DagsterInstance,
    DynamicPartitionsDefinition,
)

PERIODS = DynamicPartitionsDefinition(name="period")
"""The periods that the lake holds something of, "2025-Q2", and "none" for what has no period. Runs keep them up."""

SINGLE_RUN = BackfillPolicy.single_run()
"""However many periods are chosen, they are read and judged together, and dbt starts once."""

WRITER_POOL = "data_root"
"""Every step that writes below the data root is in this pool; ``dagster.yaml`` lets one at a time into a pool."""


def periods_of_run(context: AssetExecutionContext) -> list[str]:
    """The periods that were chosen for a run; empty for a run of the inbox."""
    return sorted(context.partition_keys) if context.has_partition_key or context.has_partition_key_range else []


def keep_periods(instance: DagsterInstance, held: Collection[str]) -> None:
    """Make the partitions those that the lake holds, in order of time.

    Partitions are ranged over in the order in which they were added: where one comes between, those after it are added
    again. What is known of their materialisations stays.
    """
    name = str(PERIODS.name)
    wanted, known = sorted(held), instance.get_dynamic_partitions(name)
    same = next((at for at, (old, new) in enumerate(zip(known, wanted, strict=False)) if old != new), None)
    first = min(len(known), len(wanted)) if same is None else same
    for key in known[first:]:
        instance.delete_dynamic_partition(name, key)
    if wanted[first:]:
        instance.add_dynamic_partitions(name, wanted[first:])


def written_periods(
    context: AssetExecutionContext, asset: AssetKey, written: Mapping[str, Mapping[str, Any]]
) -> Iterator[AssetMaterialization]:
    """Record which periods of an asset a run has written.

    Those that were chosen for the run Dagster records itself, with the metadata that is added here; the others, and all
    of a run of the inbox, are events.

    Args:
        context: of the step that wrote them.
        asset: what was written.
        written: period → metadata.
    """
    chosen = set(periods_of_run(context))
    for period, metadata in written.items():
        if period in chosen:
            context.add_asset_metadata(metadata, asset, period)
        else:
            yield AssetMaterialization(asset, partition=period, metadata=metadata)
