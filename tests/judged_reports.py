"""A data root with reports on enterprises of one district, judged without Dagster, to judge them again."""

from __future__ import annotations

import datetime as dt

from pipelines.contracts import Contracts, load_contracts
from pipelines.intake.batch import build_batch, recognise_files
from pipelines.intake.register import Receipt, read_ledger, register_inbox
from pipelines.intake.units import load_org_units
from pipelines.intake.withdrawals import last_decisions
from pipelines.quality.settle import without_consequences
from pipelines.quality.validate import validate
from pipelines.settings import Settings
from pipelines.warehouse.lake import Lake
from pipelines.warehouse.settlement import pending, settle_batch

CONTRACTS, UNITS = load_contracts(), load_org_units()
HEAD = "TT;Tên doanh nghiệp;MST;Loại hình;Số lao động;Trong đó: nữ;Đã có công đoàn;Ghi chú"
COMPANIES = (
    "1;Công ty TNHH Hoà Bình;0100109106;Doanh nghiệp ngoài nhà nước;1250;700;Chưa;",
    "2;Công ty TNHH Quốc Tế Phương Nam;0300588569;Doanh nghiệp FDI;40;25;Chưa;",
)


def put(settings: Settings, name: str, quarter: str, companies: tuple[str, ...] = COMPANIES) -> None:
    """Put a report of the district of Đại Từ into the inbox."""
    head = ["LIÊN ĐOÀN LAO ĐỘNG TỈNH THÁI NGUYÊN", "LIÊN ĐOÀN LAO ĐỘNG HUYỆN ĐẠI TỪ", "", "BÁO CÁO DOANH NGHIỆP"]
    settings.inbox.mkdir(parents=True, exist_ok=True)
    text = "\n".join([*head, f"{quarter} năm 2021", "", HEAD, *companies, ""])
    (settings.inbox / name).write_text(text, encoding="utf-8")


def judge(settings: Settings, contracts: Contracts, receipts: list[Receipt]) -> tuple[str, ...]:
    """Read, validate and settle; the periods that were written."""
    lake = Lake(settings.lake, contracts)
    lake.prepare()
    files = [(receipt, settings.raw / receipt.raw_path) for receipt in receipts if receipt.copy_of is None]
    batch = build_batch(recognise_files(files, contracts, UNITS), contracts)
    found = validate(contracts, batch.rows, batch.totals, batch.places)
    issues = without_consequences(found.issues, batch.issues, contracts)
    ledger, decisions = read_ledger(settings), last_decisions(settings)
    return settle_batch(batch, issues, receipts, ledger, lake, contracts, UNITS, decisions).periods


def take_in(settings: Settings) -> tuple[str, ...]:
    """Take in what waits in the inbox; the periods that were written."""
    register_inbox(settings, dt.datetime(2021, 10, 9))
    return judge(settings, CONTRACTS, pending(read_ledger(settings), Lake(settings.lake, CONTRACTS)))


def content(settings: Settings) -> dict[str, bytes]:
    """Every file of the lake."""
    return {str(path.relative_to(settings.lake)): path.read_bytes() for path in settings.lake.rglob("*.parquet")}
