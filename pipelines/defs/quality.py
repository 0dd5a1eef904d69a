"""Validation by Great Expectations, the lake it leads to, and the answers to senders."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
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
from pipelines.defs.intake import OWNERS, cleaned_rows
from pipelines.defs.metadata import column_schema, counts, preview, submissions_shown
from pipelines.defs.rule_checks import across_check_specs, check_results, form_check_specs
from pipelines.intake.register import read_ledger
from pipelines.intake.units import load_org_units
from pipelines.progress import StageProgress
from pipelines.quality.context import build_data_docs
from pipelines.quality.settle import unbalanced, without_consequences
from pipelines.quality.validate import validate
from pipelines.reports.feedback import write_answers
from pipelines.settings import Settings
from pipelines.warehouse.lake import (
    CHANGES_TABLE,
    EXPLANATIONS_TABLE,
    ISSUES_TABLE,
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


@multi_asset(
    specs=[
        AssetSpec(
            VALIDATED_ROWS,
            deps=[cleaned_rows],
            group_name=GROUP,
            owners=OWNERS,
            kinds={"python", "great_expectations"},
            description="What Great Expectations says of the cleaned rows: findings for senders, results per rule.",
            metadata={"dagster/column_schema": column_schema(ISSUES, described_columns("stg_submission_issues"))},
        )
    ],
    check_specs=form_check_specs(load_contracts(), VALIDATED_ROWS),
    name="validated_rows",
)
def validated_rows(
    settings: ResourceParam[Settings], progress: ResourceParam[StageProgress]
) -> Iterator[MaterializeResult | AssetCheckResult]:
    """One GX run per form and layout, built from the contracts; nothing runs when nothing came."""
    contracts = load_contracts()
    stage = Stage(settings.stage)
    batch = stage.load_batch(contracts)
    with progress.stage("Kiểm tra (Great Expectations)"):
        found = validate(contracts, batch.rows, batch.totals, batch.places, settings.data_docs)
        issues = without_consequences(found.issues, batch.issues, contracts)
        stage.save("content_issues", issues)
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
            description=text,
            metadata={
                "dagster/column_schema": column_schema(schemas[table], _columns_described(table)),
                "dagster/table_name": f"{LAKE}.{table}",
            },
        )
        for table, text in described.items()
    ]


@multi_asset(
    name="lake",
    specs=_lake_specs(load_contracts()),
    check_specs=[
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
)
def lake(
    settings: ResourceParam[Settings], progress: ResourceParam[StageProgress]
) -> Iterator[MaterializeResult | AssetCheckResult]:
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
            gx_dir=settings.data_docs,
        )
        stage.save("settled_submissions", settled.submissions)
        stage.save("settled_issues", settled.issues)
    for table in tables.schemas:
        frame = tables.read(table)
        metadata = {"dagster/row_count": frame.height, "preview": preview(frame.tail(10))}
        if table == SUBMISSIONS_TABLE:
            metadata |= submissions_shown(frame, settled.submissions)
        yield MaterializeResult(asset_key=AssetKey([LAKE, table]), metadata=metadata)
    # Rules between submissions judge earlier ones anew, too.
    judged = tables.read(SUBMISSIONS_TABLE)
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


@asset(group_name=GROUP, owners=OWNERS, kinds={"great_expectations"}, deps=[AssetKey([LAKE, SUBMISSIONS_TABLE])])
def data_docs(settings: ResourceParam[Settings], progress: ResourceParam[StageProgress]) -> MaterializeResult:
    """Great Expectations' Data Docs of the newest validations."""
    index = settings.data_docs / "data_docs" / "index.html"
    if not index.exists() or not Stage(settings.stage).load("receipts").is_empty():
        with progress.stage("Data Docs"):
            index = build_data_docs(settings.data_docs)
    return MaterializeResult(metadata={"data_docs": MetadataValue.path(str(index))})


@asset(group_name=GROUP, owners=OWNERS, kinds={"python", "excel"}, deps=[AssetKey([LAKE, ISSUES_TABLE])])
def returned_workbooks(settings: ResourceParam[Settings], progress: ResourceParam[StageProgress]) -> MaterializeResult:
    """The answers to senders: copies of their workbooks with every problem marked at its cell.

    Written for the files of this run, and for any earlier file whose answer is missing.
    """
    contracts = load_contracts()
    tables = Lake(settings.lake, contracts)
    with progress.stage("Trả lời đơn vị gửi"):
        written = write_answers(
            tables.read(SUBMISSIONS_TABLE),
            tables.read(ISSUES_TABLE),
            read_ledger(settings),
            settings,
            contracts,
            load_org_units(),
            anew=set(Stage(settings.stage).load("receipts")["receipt_id"]),
        )
    return MaterializeResult(
        metadata={
            "workbooks_written": len(written),
            "folder": MetadataValue.path(str(settings.returned)),
            "workbooks": preview(pl.DataFrame({"path": [str(path) for path in written]}, schema=["path"])),
        }
    )
