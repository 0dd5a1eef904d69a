"""What a changed rule or contract would do to what was judged before, shown before it is accepted."""

from dagster import (
    AssetExecutionContext,
    AssetKey,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    asset,
    define_asset_job,
)

from pipelines.contracts import load_contracts
from pipelines.defs.intake import OWNERS
from pipelines.defs.metadata import counts, preview
from pipelines.defs.partitions import PERIODS, SINGLE_RUN, WRITER_POOL, periods_of_run
from pipelines.intake.units import load_org_units
from pipelines.progress import StageProgress
from pipelines.settings import Settings
from pipelines.warehouse.lake import SUBMISSIONS_TABLE
from pipelines.warehouse.rejudge import preview as preview_of
from pipelines.warehouse.rejudge import write_preview

PREVIEW_REJUDGING = "preview_rejudging"
_MOST_ROWS = 200


@asset(
    group_name="rejudging",
    owners=OWNERS,
    kinds={"python", "csv"},
    deps=[AssetKey(["lake", SUBMISSIONS_TABLE])],
    partitions_def=PERIODS,
    backfill_policy=SINGLE_RUN,
    pool=WRITER_POOL,
)
def verdict_changes(
    context: AssetExecutionContext, settings: ResourceParam[Settings], progress: ResourceParam[StageProgress]
) -> MaterializeResult:
    """Which submissions would change verdict or findings if the periods were judged again with the rules of today.

    Reads the files of the periods again and leaves the lake as it is. To accept, materialise these periods with the job
    `run_everything`. All rows: `data/build/verdict_changes.csv` and `rule_changes.csv`.
    """
    found = preview_of(periods_of_run(context), settings, load_contracts(), load_org_units(), progress)
    by_submission, by_rule = write_preview(found, settings.build)
    return MaterializeResult(
        metadata={
            "files_read_again": found.files,
            "submissions_looked_at": found.judged,
            "submissions_changed": found.submissions.height,
            "verdicts_changed": found.verdicts_changed,
            "newly_failing": found.newly_failing,
            "newly_failing_pct": found.newly_failing_pct or 0.0,
            "changed_by_form": counts(found.submissions, "form"),
            "submissions": preview(found.submissions, _MOST_ROWS),
            "rules": preview(found.rules, _MOST_ROWS),
            "submissions_csv": MetadataValue.path(str(by_submission)),
            "rules_csv": MetadataValue.path(str(by_rule)),
        }
    )


preview_rejudging = define_asset_job(
    PREVIEW_REJUDGING,
    selection=[AssetKey("verdict_changes")],
    description="Shows what judging periods again would change; writes nothing but the list.",
)
