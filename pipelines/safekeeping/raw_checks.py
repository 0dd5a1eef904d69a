"""Is everything that ever came still there, byte for byte? ``data/raw`` and its ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence

from pydantic import TypeAdapter, ValidationError

from pipelines.intake.register import Receipt
from pipelines.safekeeping.findings import FROM_BACKUP_VI, RESTORE_VI, RUN_VI, Finding
from pipelines.safekeeping.manifest import sha256_of
from pipelines.settings import Settings

_RECEIPT = TypeAdapter(Receipt)


def read_ledger_as_far_as_possible(settings: Settings) -> tuple[list[Receipt], list[Finding]]:
    """Every receipt that can be read, in order, and what is wrong with the lines that cannot."""
    receipts, findings = [], []
    for path in sorted((settings.raw / "ledger").glob("*.jsonl")):
        place = f"raw/ledger/{path.name}"
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            try:
                receipt = _RECEIPT.validate_json(line)
            except ValidationError:
                message = f"dòng {number} của sổ tiếp nhận không đọc được."
                remedy = FROM_BACKUP_VI.format(path=place)
                findings.append(Finding("ledger_line_unreadable", True, place, message, remedy))
                continue
            receipts.append(receipt)
            if receipt.batch != path.stem:
                message = f"dòng {number} thuộc đợt {receipt.batch}, không phải đợt của tệp này."
                findings.append(
                    Finding("ledger_line_misplaced", True, place, message, FROM_BACKUP_VI.format(path=place))
                )
    return receipts, findings


def check_ledger(receipts: Sequence[Receipt]) -> Iterator[Finding]:
    """Sequence numbers run from 1 without gap or repetition, and copies name a receipt that is there."""
    counted = Counter(receipt.sequence for receipt in receipts)
    last = max(counted, default=0)
    for first, until in _runs(sorted(set(range(1, last + 1)) - counted.keys())):
        numbers = f"{first}" if first == until else f"{first}–{until}"
        yield Finding("ledger_gap", True, "raw/ledger", f"sổ tiếp nhận thiếu số thứ tự {numbers}.", RESTORE_VI)
    for number in sorted(number for number, times in counted.items() if times > 1):
        message = f"số thứ tự {number} có {counted[number]} dòng."
        yield Finding("ledger_number_repeated", True, "raw/ledger", message, RESTORE_VI)
    known = {receipt.receipt_id for receipt in receipts}
    for receipt in receipts:
        if receipt.copy_of is not None and receipt.copy_of not in known:
            message = f"{receipt.receipt_id} là bản trùng của {receipt.copy_of}, nhưng sổ không có tệp ấy."
            yield Finding("ledger_original_missing", True, f"raw/ledger/{receipt.batch}.jsonl", message, RESTORE_VI)


def check_raw_files(
    settings: Settings, receipts: Sequence[Receipt], *, hashes: bool, on_file: Callable[[int, int], None]
) -> Iterator[Finding]:
    """Every receipt's file is there with the hash that was recorded on arrival; no file is there without a receipt.

    Args:
        settings: the data root.
        receipts: the ledger.
        hashes: whether to read every file; else only its size is looked at.
        on_file: called with the files looked at and their number.
    """
    by_path = {receipt.raw_path: receipt for receipt in receipts}
    for done, (name, receipt) in enumerate(sorted(by_path.items()), start=1):
        path, place = settings.raw / name, f"raw/{name}"
        remedy = FROM_BACKUP_VI.format(path=place)
        if not path.is_file():
            yield Finding("raw_file_missing", True, place, f"không còn tệp “{receipt.file_name}”.", remedy)
        elif path.stat().st_size != receipt.size_bytes or (hashes and sha256_of(path) != receipt.sha256):
            message = f"nội dung của “{receipt.file_name}” không còn như khi nhận."
            yield Finding("raw_file_damaged", True, place, message, remedy)
        on_file(done, len(by_path))
    yield from _unlisted(settings, by_path.keys(), {receipt.sha256 for receipt in receipts})


def _unlisted(settings: Settings, listed: Collection[str], hashes: Collection[str]) -> Iterator[Finding]:
    for path in sorted((settings.raw / "files").rglob("*")):
        name = path.relative_to(settings.raw).as_posix()
        if not path.is_file() or name in listed or path.name.startswith("."):
            continue
        if path.stem in hashes:
            message = "cùng nội dung với một tệp đã có trong sổ, dưới phần mở rộng khác."
            yield Finding("raw_file_twice", False, f"raw/{name}", message, "Không phải làm gì.")
        elif any((settings.raw / "incoming").glob("*/**/*")):
            message = "chưa có trong sổ tiếp nhận; một lượt chạy bị ngắt khi đang nhận tệp."
            yield Finding("raw_file_unrecorded", False, f"raw/{name}", message, RUN_VI)
        else:
            message = "không dòng nào của sổ tiếp nhận nhắc đến tệp này."
            remedy = "Nếu sổ đủ, chép tệp vào inbox rồi chạy congdoan run; nếu sổ thiếu, lấy lại sổ từ bản sao lưu."
            yield Finding("raw_file_unlisted", True, f"raw/{name}", message, remedy)


def check_claims(settings: Settings) -> Iterator[Finding]:
    """Files that an interrupted run took out of the inbox and did not record yet."""
    incoming = settings.raw / "incoming"
    for claim in sorted(incoming.iterdir()) if incoming.exists() else []:
        if not claim.name.startswith("."):
            count = sum(path.is_file() for path in claim.rglob("*"))
            message = f"{count} tệp đã lấy khỏi inbox nhưng chưa vào sổ."
            yield Finding("claim_left", False, f"raw/incoming/{claim.name}", message, RUN_VI)


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    start = 0
    for position, number in enumerate(numbers):
        if position + 1 == len(numbers) or numbers[position + 1] != number + 1:
            yield numbers[start], number
            start = position + 1
