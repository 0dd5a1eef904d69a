"""Does the lake hold what the ledger says it must? ``data/lake``; all of it can be rebuilt from ``data/raw``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from pipelines.contracts import Contracts
from pipelines.intake.register import LedgerError, Receipt
from pipelines.intake.withdrawals import LOG, last_decisions
from pipelines.quality.settle import ACCEPTED, WITH_QUERIES
from pipelines.reports.feedback import answer_folder, answer_name, answers_due
from pipelines.safekeeping.findings import FROM_BACKUP_VI, REBUILD_LAKE_VI, RESTORE_VI, RUN_VI, Finding
from pipelines.settings import Settings
from pipelines.warehouse.lake import ISSUES_TABLE, STATE_FILE, SUBMISSIONS_TABLE, Lake
from pipelines.warehouse.rejudge import to_decide_again


def check_batches(settings: Settings, receipts: Sequence[Receipt]) -> Iterator[Finding]:
    """Every batch of the ledger is in the lake, and every batch of the lake is in the ledger."""
    markers = settings.lake / "batches"
    settled = {path.name for path in markers.iterdir()} if markers.exists() else set()
    row_files = [
        p for p in sorted(settings.lake.glob("*/period=*/*.parquet")) if p.name[0] != "." and p.name != STATE_FILE
    ]
    of_rows = {path.stem for path in row_files}
    known = {receipt.batch for receipt in receipts}
    for batch in sorted(known - settled):
        message = "đã nhận nhưng chưa được kiểm tra xong."
        yield Finding("batch_not_settled", False, f"raw/ledger/{batch}.jsonl", message, RUN_VI)
    for batch in sorted((settled | of_rows) - known):
        message = "kho có đợt này mà sổ tiếp nhận không có: sổ bị thiếu, hoặc kho là của thư mục khác."
        yield Finding("batch_unknown", True, f"lake, đợt {batch}", message, f"{RESTORE_VI} {REBUILD_LAKE_VI}")
    for path in row_files:
        if path.stem in known - settled:
            place = path.relative_to(settings.root).as_posix()
            message = f"thuộc đợt {path.stem}, là đợt chưa ghi xong."
            yield Finding("lake_file_unfinished", False, place, message, RUN_VI)


def check_lake_files(settings: Settings, *, content: bool) -> Iterator[Finding]:
    """Every Parquet file can be read: its schema, and with ``content`` every row."""
    for path in sorted(settings.lake.rglob("*.parquet")):
        if path.name.startswith("."):
            continue
        try:
            if content:
                pl.read_parquet(path, hive_partitioning=False)
            else:
                pl.read_parquet_schema(path)
        except (pl.exceptions.PolarsError, OSError) as error:
            place = path.relative_to(settings.root).as_posix()
            message = f"tệp Parquet không đọc được ({type(error).__name__})."
            yield Finding("lake_file_unreadable", True, place, message, REBUILD_LAKE_VI)


def check_lake_rows(settings: Settings, receipts: Sequence[Receipt], contracts: Contracts) -> Iterator[Finding]:
    """Every file of a settled batch has its submissions, and every accepted submission has its rows.

    Raises:
        polars.exceptions.PolarsError: a file is unreadable; look at ``check_lake_files`` first.
    """
    lake = Lake(settings.lake, contracts)
    submissions = lake.read(SUBMISSIONS_TABLE)
    judged = set(submissions["receipt_id"])
    for receipt in receipts:
        if receipt.receipt_id not in judged and lake.has_batch(receipt.batch):
            message = f"kho không có kết luận nào cho “{receipt.file_name}” (số {receipt.sequence})."
            yield Finding("submission_missing", True, "lake/submissions", message, REBUILD_LAKE_VI)
    known = {receipt.receipt_id for receipt in receipts}
    for receipt_id in sorted(judged - known):
        message = f"kho có báo cáo của tệp {receipt_id} mà sổ tiếp nhận không có."
        yield Finding("submission_unknown", True, "lake/submissions", message, f"{RESTORE_VI} {REBUILD_LAKE_VI}")
    accepted = submissions.filter(pl.col("verdict").is_in([ACCEPTED, WITH_QUERIES]))
    for form in contracts.forms:
        counted = lake.scan(form.form).group_by("submission_id").agg(rows_there=pl.len().cast(pl.Int64)).collect()
        wrong = (
            accepted.filter(form=form.form)
            .join(counted, on="submission_id", how="left")
            .with_columns(pl.col("rows_there").fill_null(0))
            .filter(pl.col("rows_there") != pl.col("rows_accepted"))
            .sort("submission_id")
        )
        for name, there, due in wrong.select("submission_id", "rows_there", "rows_accepted").iter_rows():
            message = f"báo cáo {name} có {there} dòng, phải là {due}."
            yield Finding("rows_missing", True, f"lake/{form.form}", message, REBUILD_LAKE_VI)


def check_withdrawals(settings: Settings, receipts: Sequence[Receipt], contracts: Contracts) -> Iterator[Finding]:
    """Every submission that was withdrawn is there, and does not count.

    Raises:
        polars.exceptions.PolarsError: a file of the lake is unreadable.
    """
    place, lake = f"raw/{LOG}", Lake(settings.lake, contracts)
    try:
        decisions = last_decisions(settings)
    except LedgerError:
        message = "sổ rút báo cáo không đọc được."
        yield Finding("withdrawals_unreadable", True, place, message, FROM_BACKUP_VI.format(path=place))
        return
    judged = lake.read(SUBMISSIONS_TABLE)
    for name in sorted(decisions.keys() - set(judged["submission_id"])):
        if decisions[name] is not None and name.partition(".")[0] in set(judged["receipt_id"]):
            message = f"báo cáo {name} đã được rút, nhưng trong tệp của nó nay không có báo cáo nào mang mã ấy."
            remedy = "Tìm mã mới của báo cáo trong fct_submission và rút lại: congdoan withdraw MÃ --why “lý do”."
            yield Finding("withdrawal_unknown", True, place, message, remedy)
    for receipt in to_decide_again(decisions, list(receipts), lake, contracts):
        message = f"“{receipt.file_name}” có báo cáo vừa được rút, hoặc vừa được tính lại."
        yield Finding("withdrawal_not_settled", False, place, message, RUN_VI)


def check_answers(settings: Settings, receipts: Sequence[Receipt], contracts: Contracts) -> Iterator[Finding]:
    """Every file of which there is something to say has its answer.

    Raises:
        polars.exceptions.PolarsError: a file of the lake is unreadable.
    """
    lake = Lake(settings.lake, contracts)
    due = answers_due(lake.read(SUBMISSIONS_TABLE), lake.read(ISSUES_TABLE), contracts)
    for receipt in receipts:
        if (mine := due.get(receipt.receipt_id)) is not None:
            path = settings.returned / answer_folder(mine) / answer_name(receipt)
            if not path.exists():
                place = path.relative_to(settings.root).as_posix()
                message = f"chưa có tệp trả lời cho “{receipt.file_name}”."
                yield Finding("answer_missing", False, place, message, RUN_VI)
