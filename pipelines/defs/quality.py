"""Validation by Great Expectations, the lake it leads to, and the answers to senders."""

from collections.abc import Iterator

import polars as pl
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    asset,
    multi_asset,
)

from pipelines.contracts import Contracts, load_contracts
from pipelines.contracts.frames import ISSUES
from pipelines.defs.dbt_project import described_columns
from pipelines.defs.intake import CLEANED_ROWS, OWNERS, clean_files, cleaned_rows_spec
from pipelines.defs.metadata import column_schema, counts, preview, submissions_shown
from pipelines.defs.partitions import PERIODS, SINGLE_RUN, WRITER_POOL, keep_periods, written_periods
from pipelines.defs.rule_checks import across_check_specs, check_results, form_check_specs
from pipelines.intake.register import read_ledger
from pipelines.intake.units import load_org_units
from pipelines.intake.withdrawals import last_decisions
from pipelines.progress import StageProgress
from pipelines.quality.context import build_data_docs
from pipelines.quality.settle import unbalanced, without_consequences
from pipelines.quality.validate import validate
from pipelines.reports.feedback import withdraw_answers, write_answers
from pipelines.settings import Settings
from pipelines.warehouse.lake import (
    CHANGES_TABLE,
    EXPLANATIONS_TABLE,
    ISSUES_TABLE,
    NO_PERIOD,
    PLACES_TABLE,
    SUBMISSIONS_TABLE,
    Lake,
)
from pipelines.warehouse.settlement import settle_batch
from pipelines.warehouse.stage import Stage

GROUP = "quality"
KINDS = {"python", "polars"}
VALIDATED_ROWS = AssetKey("validated_rows")
ROW_ACCOUNT = "row_account_balances"
LAKE = "lake"
_EXPLANATIONS = {
    "submission_id": "Báo cáo gốc mà đơn vị giải trình.",
    "sheet": "Trang tính có ô được hỏi.",
    "cell": "Ô được hỏi.",
    "rule_code": "Mã quy tắc đã hỏi.",
    "explanation": "Lời giải trình của đơn vị.",
}
"""Read by nothing but the settling of submissions: no model of the dbt project describes it."""


def _validated(
    context: AssetExecutionContext, settings: Settings, progress: StageProgress
) -> Iterator[MaterializeResult | AssetCheckResult | AssetMaterialization]:
    """One GX run per form and layout, built from the contracts; nothing runs when nothing came."""
    contracts = load_contracts()
    stage = Stage(settings.stage)
    batch = stage.load_batch(contracts)
    with progress.stage("Kiểm tra (Great Expectations)"):
        found = validate(contracts, batch.rows, batch.totals, batch.places, settings.data_docs)
        issues = without_consequences(found.issues, batch.issues, contracts)
        stage.save("content_issues", issues)
    yield from written_periods(context, VALIDATED_ROWS, _findings_by_period(batch.candidates, issues))
    yield MaterializeResult(
        asset_key=VALIDATED_ROWS,
        metadata={
            "expectations_run": found.results.height,
            "dagster/row_count": issues.height,
            "findings_by_rule": counts(issues, "rule_code"),
            "results": preview(found.results.sort("unexpected", descending=True)),
            "data_docs": MetadataValue.path(str(settings.data_docs / "data_docs" / "index.html")),
        },
    )
    specs = form_check_specs(contracts, VALIDATED_ROWS)
    yield from check_results(specs, found.results, issues, batch.candidates, settings)


def _columns_described(table: str) -> dict[str, str]:
    """What the models on a table of the lake, which take its columns under their own names, say of them."""
    return _EXPLANATIONS if table == EXPLANATIONS_TABLE else described_columns(f"stg_{table}")


def _findings_by_period(candidates: pl.DataFrame, issues: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Period → how many submissions were looked at, how many findings there are."""
    counted = (
        candidates.with_columns(pl.col("period").fill_null(NO_PERIOD))
        .join(issues.group_by("submission_id").len("findings"), on="submission_id", how="left")
        .group_by("period")
        .agg(submissions=pl.len(), findings=pl.col("findings").sum())
    )
    return {row.pop("period"): row for row in counted.to_dicts()}


def _lake_specs(contracts: Contracts) -> list[AssetSpec]:
    described = {
        SUBMISSIONS_TABLE: "Every submission ever judged: verdict, version, whether it counts, row account.",
        ISSUES_TABLE: "Every finding, with rule, sheet, cell and a sentence for the sender.",
        CHANGES_TABLE: "What a new accepted version says differently from the one before it.",
        EXPLANATIONS_TABLE: "What senders wrote beside the findings of an answer that they sent back.",
        PLACES_TABLE: "In which column of which sheet each field of an accepted submission stands.",
        **{form.form: f"Accepted rows: {form.row_is_en}." for form in contracts.forms},
    }
    schemas = Lake(Settings().lake, contracts).schemas
    return [
        AssetSpec(
            AssetKey([LAKE, table]),
            deps=[VALIDATED_ROWS],
            group_name=LAKE,
            owners=OWNERS,
            kinds={"polars", "parquet"},
            partitions_def=PERIODS,
            description=text,
            metadata={
                "dagster/column_schema": column_schema(schemas[table], _columns_described(table)),
                "dagster/table_name": f"{LAKE}.{table}",
            },
        )
        for table, text in described.items()
    ]


@multi_asset(
    name="judge",
    specs=[
        cleaned_rows_spec(),
        AssetSpec(
            VALIDATED_ROWS,
            deps=[CLEANED_ROWS],
            group_name=GROUP,
            owners=OWNERS,
            kinds={"python", "great_expectations"},
            partitions_def=PERIODS,
            description="What Great Expectations says of the cleaned rows: findings for senders, results per rule.",
            metadata={"dagster/column_schema": column_schema(ISSUES, described_columns("stg_submission_issues"))},
        ),
        *_lake_specs(load_contracts()),
    ],
    check_specs=[
        *form_check_specs(load_contracts(), VALIDATED_ROWS),
        *across_check_specs(load_contracts(), LAKE),
        AssetCheckSpec(
            ROW_ACCOUNT,
            asset=AssetKey([LAKE, SUBMISSIONS_TABLE]),
            blocking=True,
            description=(
                "Mọi dòng có chữ trong tệp đều được tính đến: tìm thấy = mở đầu + tiêu đề + tổng cộng + chân trang + "
                "đã nhận + trả lại. Sai thì dừng: không công bố bản mới."
            ),
        ),
    ],
    backfill_policy=SINGLE_RUN,
    pool=WRITER_POOL,
)
def judge(
    context: AssetExecutionContext, settings: ResourceParam[Settings], progress: ResourceParam[StageProgress]
) -> Iterator[MaterializeResult | AssetCheckResult | AssetMaterialization]:
    """Reads, validates and settles in one step: a period is known only once a file is read.

    Without a period: what has come and is not in the lake yet. With periods: also every file that holds one of them.
    """
    yield from clean_files(context, settings, progress)
    yield from _validated(context, settings, progress)
    yield from _settled(context, settings, progress)


def _settled(
    context: AssetExecutionContext, settings: Settings, progress: StageProgress
) -> Iterator[MaterializeResult | AssetCheckResult | AssetMaterialization]:
    """Gives every submission its verdict and keeps the accepted rows; judges the rules between submissions."""
    contracts = load_contracts()
    stage = Stage(settings.stage)
    tables = Lake(settings.lake, contracts)
    ledger = read_ledger(settings)
    in_batch = set(stage.load("receipts")["receipt_id"])
    with progress.stage("Kết luận và ghi kho dữ liệu"):
        tables.prepare()
        settled = settle_batch(
            batch=stage.load_batch(contracts),
            content_issues=stage.load("content_issues"),
            new=[receipt for receipt in ledger if receipt.receipt_id in in_batch],
            ledger=ledger,
            lake=tables,
            contracts=contracts,
            units=load_org_units(),
            decisions=last_decisions(settings),
            gx_dir=settings.data_docs,
        )
        stage.save("settled_submissions", settled.submissions)
        stage.save("settled_issues", settled.issues)
        stage.add_to_answer(in_batch)
    judged = tables.read(SUBMISSIONS_TABLE)
    keep_periods(context.instance, judged["period"].fill_null(NO_PERIOD).unique().to_list())
    for table in tables.schemas:
        rows = tables.scan(table)
        yield from written_periods(
            context,
            AssetKey([LAKE, table]),
            {period: {"dagster/partition_row_count": tables.count(table, period)} for period in settled.periods},
        )
        metadata = {
            "dagster/row_count": rows.select(pl.len()).collect().item(),
            "preview": preview(rows.tail(10).collect()),
        }
        if table == SUBMISSIONS_TABLE:
            metadata |= submissions_shown(judged, settled.submissions)
        yield MaterializeResult(asset_key=AssetKey([LAKE, table]), metadata=metadata)
    # Rules between submissions judge earlier ones anew, too.
    specs = across_check_specs(contracts, LAKE)
    yield from check_results(specs, settled.across_results, settled.issues, judged, settings)
    wrong = unbalanced(judged)
    yield AssetCheckResult(
        check_name=ROW_ACCOUNT,
        asset_key=AssetKey([LAKE, SUBMISSIONS_TABLE]),
        passed=wrong.is_empty(),
        severity=AssetCheckSeverity.ERROR,
        metadata={
            "submissions_evaluated": judged.height,
            "submissions_unexpected": wrong.height,
            "submissions_that_do_not_balance": preview(wrong),
        },
    )


@asset(
    group_name=GROUP,
    owners=OWNERS,
    kinds={"great_expectations"},
    deps=[AssetKey([LAKE, SUBMISSIONS_TABLE])],
    pool=WRITER_POOL,
)
def data_docs(settings: ResourceParam[Settings], progress: ResourceParam[StageProgress]) -> MaterializeResult:
    """Great Expectations' Data Docs of the newest validations."""
    index = settings.data_docs / "data_docs" / "index.html"
    if not index.exists() or not Stage(settings.stage).load("receipts").is_empty():
        with progress.stage("Data Docs"):
            index = build_data_docs(settings.data_docs)
    return MaterializeResult(metadata={"data_docs": MetadataValue.path(str(index))})


@asset(
    group_name=GROUP, owners=OWNERS, kinds={"python", "excel"}, deps=[AssetKey([LAKE, ISSUES_TABLE])], pool=WRITER_POOL
)
def returned_workbooks(settings: ResourceParam[Settings], progress: ResourceParam[StageProgress]) -> MaterializeResult:
    """The answers to senders: copies of their workbooks with every problem marked at its cell.

    Written for the files judged since the last answers, and for any earlier file whose answer is missing; an answer
    that no longer holds, because its file was judged again, is removed.
    """
    contracts = load_contracts()
    tables, stage = Lake(settings.lake, contracts), Stage(settings.stage)
    ledger, anew = read_ledger(settings), stage.to_answer()
    with progress.stage("Trả lời đơn vị gửi"):
        written = write_answers(
            tables.read(SUBMISSIONS_TABLE),
            tables.read(ISSUES_TABLE),
            ledger,
            settings,
            contracts,
            load_org_units(),
            anew=anew,
        )
        withdrawn = withdraw_answers([receipt for receipt in ledger if receipt.receipt_id in anew], written, settings)
    stage.answered()
    return MaterializeResult(
        metadata={
            "workbooks_written": len(written),
            "workbooks_withdrawn": len(withdrawn),
            "folder": MetadataValue.path(str(settings.returned)),
            "workbooks": preview(pl.DataFrame({"path": [str(path) for path in written]}, schema=["path"])),
        }
    )
