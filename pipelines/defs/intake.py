"""Assets from the inbox to cleaned rows."""

from collections.abc import Iterator

import polars as pl
from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetSpec,
    MaterializeResult,
    ResourceParam,
    asset,
)

from pipelines.contracts import load_contracts
from pipelines.defs.metadata import PREVIEW_ROWS, counts, preview
from pipelines.defs.partitions import PERIODS, WRITER_POOL, periods_of_run, written_periods
from pipelines.intake.batch import build_batch, recognise_files
from pipelines.intake.register import left_files, read_ledger, register_inbox, require_intact
from pipelines.intake.units import load_org_units
from pipelines.intake.withdrawals import last_decisions
from pipelines.progress import StageProgress
from pipelines.settings import Settings
from pipelines.warehouse.lake import NO_PERIOD, Lake
from pipelines.warehouse.mending import mend
from pipelines.warehouse.rejudge import to_decide_again, to_read_again
from pipelines.warehouse.settlement import pending
from pipelines.warehouse.stage import Stage

GROUP = "intake"
OWNERS = ["team:data"]
CLEANED_ROWS = AssetKey("cleaned_rows")


@asset(group_name=GROUP, owners=OWNERS, kinds={"python", "file"}, pool=WRITER_POOL)
def received_files(settings: ResourceParam[Settings], progress: ResourceParam[StageProgress]) -> MaterializeResult:
    """Every file ever received, kept by its sha256 in `data/raw`, and the ledger of receipts.

    Takes what is in the inbox, except for files that are still being written; nothing is ever changed or deleted here.
    """
    with progress.stage("Tiếp nhận tệp"):
        new = register_inbox(settings, settled_for_seconds=settings.settle_seconds)
        ledger = read_ledger(settings)
    return MaterializeResult(
        metadata={
            "files_received_now": len(new),
            "of_which_duplicates": sum(receipt.copy_of is not None for receipt in new),
            "left_in_inbox": left_files(settings)[:PREVIEW_ROWS],
            "dagster/row_count": len(ledger),
            "preview": preview(
                pl.DataFrame(
                    [(r.file_name, r.received_at.isoformat(), r.size_bytes, r.sha256) for r in new],
                    schema=["file_name", "received_at", "size_bytes", "sha256"],
                    orient="row",
                )
            ),
        }
    )


def cleaned_rows_spec() -> AssetSpec:
    """What ``clean_files`` writes. A function: Dagster takes every spec that a module names for an asset."""
    return AssetSpec(
        CLEANED_ROWS,
        deps=[received_files],
        group_name=GROUP,
        owners=OWNERS,
        kinds={"python", "polars"},
        partitions_def=PERIODS,
        description=(
            "Typed rows of every form in the files that are not in the lake yet, or no longer whole in it, with what "
            "could not be read.\n\n"
            "Files are read one at a time; form, unit and period are recognised; values are cleaned over all files at "
            "once. A run for periods also reads the files that hold them again."
        ),
    )


def clean_files(
    context: AssetExecutionContext, settings: Settings, progress: StageProgress
) -> Iterator[MaterializeResult | AssetMaterialization]:
    """Read what a run takes up and leave its rows on the stage: the first part of the step ``judge``."""
    contracts = load_contracts()
    lake, ledger = Lake(settings.lake, contracts), read_ledger(settings)
    damage = mend(lake, ledger, contracts)
    for file in damage.files:
        context.log.warning("damaged in the lake, made again from raw: %s", file)
    again = to_read_again(periods_of_run(context), ledger, lake)
    decided = to_decide_again(last_decisions(settings), ledger, lake, contracts)
    ids = {receipt.receipt_id for receipt in (*pending(ledger, lake), *again, *decided)}
    taken = [receipt for receipt in ledger if receipt.receipt_id in ids]
    originals = [receipt for receipt in taken if receipt.copy_of is None]
    require_intact(originals, settings)
    to_read = [(receipt, settings.raw / receipt.raw_path) for receipt in originals]
    with progress.stage("Đọc và nhận diện", total=len(to_read)) as ticker:
        files = recognise_files(to_read, contracts, load_org_units(), on_file=ticker.tick)
    with progress.stage("Làm sạch"):
        batch = build_batch(files, contracts)
        stage = Stage(settings.stage)
        stage.save_batch(batch)
        stage.save("receipts", pl.DataFrame({"receipt_id": [r.receipt_id for r in taken]}, schema=["receipt_id"]))
    context.log.info("%d files, %d submissions", len(files), batch.candidates.height)
    found = counts(batch.candidates.with_columns(pl.col("period").fill_null(NO_PERIOD)), "period")
    yield from written_periods(
        context, CLEANED_ROWS, {period: {"submissions_found": number} for period, number in found.items()}
    )
    yield MaterializeResult(
        asset_key=CLEANED_ROWS,
        metadata={
            "files_read": len(files),
            "lake_files_made_again": damage.files,
            "submissions_found": batch.candidates.height,
            "not_recognised": batch.candidates.filter(~pl.col("is_recognised")).height,
            "dagster/row_count": sum(batch.row_counts.values()),
            "rows_by_form": batch.row_counts,
            "findings_by_rule": counts(batch.issues, "rule_code"),
            "submissions": preview(batch.candidates),
            "findings": preview(batch.issues),
        },
    )
