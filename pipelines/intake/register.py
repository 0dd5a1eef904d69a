"""Takes files out of the inbox and keeps them for ever: ``data/raw`` and its ledger of receipts.

Three steps, each of which can be interrupted and is finished by the next run:

1. *claim*: move what is in the inbox into ``raw/incoming/<batch>_<moment>/``;
2. *keep*: copy each claimed file to ``raw/files/<aa>/<sha256><suffix>``, unless those bytes are there already;
3. *record*: write ``raw/ledger/<batch>.jsonl`` in one piece, then drop the claim.

The ledger is append-only: a batch that is in the ledger is done, a claim without ledger is finished first. What the
ledger says is on the disk before a claim is dropped.
"""

from __future__ import annotations

import datetime as dt
import errno
import filecmp
import hashlib
import json
import os
import re
import shutil
import stat
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath, PurePosixPath

from pipelines.intake.open_files import is_open_for_writing
from pipelines.settings import Settings
from pipelines.whole_files import flush, write_whole

VIETNAM_TIME = dt.timezone(dt.timedelta(hours=7), "Asia/Ho_Chi_Minh")
_DATE_FOLDER = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNFINISHED = re.compile(r"^(~\$|\.)|\.(part|partial|tmp|crdownload)$", re.IGNORECASE)
_UNRECORDED = ".claiming"
_MOMENT = "%Y%m%dT%H%M%S"
# Beyond this a clock is wrong; below it was put right, as by NTP, or is that of a machine set to another zone.
_MOST_CLOCK_SLIP = dt.timedelta(days=1)


class LedgerError(RuntimeError):
    """The ledger does not say what it once said; the message names the file, the line and the remedy."""


class RawFileError(RuntimeError):
    """A file that was taken in is gone or changed; the message names it and the remedy."""


class ClockError(RuntimeError):
    """The clock is far behind the newest receipt; the message says both and the remedy."""


@dataclass(frozen=True)
class Receipt:
    """One arrival of one file.

    Attributes:
        receipt_id: first 16 digits of the sha256, with "-2", "-3" … when the same bytes come again.
        sequence: position in the ledger over all batches, from 1.
        batch: the claim it came with, which is taken in as a whole.
        sha256: of the bytes as they came.
        file_name: path below the inbox, with forward slashes.
        received_at: Vietnamese local time; midnight of the date that names the inbox folder, if one does,
            else the moment of the claim, which is never before that of an earlier one.
        copy_of: receipt of the first arrival of the same bytes, or None.
        raw_path: where the bytes are kept, relative to ``raw``.
    """

    receipt_id: str
    sequence: int
    batch: str
    sha256: str
    file_name: str
    received_at: dt.datetime
    size_bytes: int
    copy_of: str | None
    raw_path: str

    @property
    def name_parts(self) -> tuple[str, ...]:
        """Folders and file name below the inbox, outermost first."""
        return PurePosixPath(self.file_name).parts


def read_ledger(settings: Settings) -> list[Receipt]:
    """Every receipt, in order of arrival.

    Raises:
        LedgerError: a line cannot be read, or a receipt is missing.
    """
    receipts: list[Receipt] = []
    for path in sorted((settings.raw / "ledger").glob("*.jsonl")):
        # Not splitlines(): a file name may hold one of the other characters that it takes for the end of a line.
        for number, line in enumerate(path.read_bytes().rstrip(b"\n").split(b"\n") if path.stat().st_size else (), 1):
            try:
                entry = json.loads(line)
                entry["received_at"] = dt.datetime.fromisoformat(entry["received_at"])
                receipts.append(Receipt(**entry))
            except (ValueError, KeyError, TypeError) as error:
                raise LedgerError(_damaged_ledger(path, number, "không đọc được")) from error
            if receipts[-1].sequence != len(receipts):
                raise LedgerError(_damaged_ledger(path, number, f"thiếu dòng tiếp nhận số {len(receipts)}"))
    return receipts


def _damaged_ledger(path: Path, number: int, reason: str) -> str:
    return (
        f"Sổ tiếp nhận bị hỏng: {path}, dòng {number}, {reason}. Chưa có gì bị thay đổi. "
        "Khôi phục tệp ấy từ bản sao lưu rồi chạy lại."
    )


def require_intact(receipts: Iterable[Receipt], settings: Settings) -> None:
    """Make sure that the files of these receipts are still what came.

    A file that we damaged would otherwise be returned to its sender as unreadable.

    Raises:
        RawFileError: one is gone or has other bytes.
    """
    for receipt in receipts:
        path = settings.raw / receipt.raw_path
        if not _has_hash(path, receipt.sha256):
            state = "đã bị thay đổi" if path.exists() else "không còn"
            raise RawFileError(
                f"Tệp gốc {path} ({receipt.file_name}) {state}. Khôi phục tệp ấy từ bản sao lưu, hoặc đặt lại tệp mà "
                f"đơn vị đã gửi vào {settings.inbox}, rồi chạy lại."
            )


def register_inbox(settings: Settings, now: dt.datetime | None = None, settled_for_seconds: float = 0) -> list[Receipt]:
    """Take in everything that waits in the inbox and return the new receipts, in order of their paths.

    Args:
        settings: where the inbox and ``raw`` are.
        now: for tests; defaults to the Vietnamese local time.
        settled_for_seconds: see ``waiting_files``.

    Raises:
        ClockError: the clock is more than a day behind the newest receipt.
        LedgerError: the ledger is damaged.
    """
    for folder in ("incoming", "files", "ledger"):
        (settings.raw / folder).mkdir(parents=True, exist_ok=True)
    settings.inbox.mkdir(parents=True, exist_ok=True)
    ledger = read_ledger(settings)
    now = now or dt.datetime.now(VIETNAM_TIME).replace(tzinfo=None, microsecond=0)
    new: list[Receipt] = []
    for claim in _claims(settings, ledger, now, settled_for_seconds):
        batch, _, moment = claim.name.partition("_")
        recorded = settings.raw / "ledger" / f"{batch}.jsonl"
        if not recorded.exists():
            received_at = dt.datetime.strptime(moment, _MOMENT) if moment else now
            if receipts := _keep(claim, batch, settings, [*ledger, *new], received_at):
                flush(settings.raw / receipt.raw_path for receipt in receipts)
                flush({(settings.raw / receipt.raw_path).parent for receipt in receipts} | {settings.raw / "files"})
                write_whole(recorded, "".join(_line(receipt) for receipt in receipts), durable=True)
                new += receipts
        emptied = {path.relative_to(claim).parent for path in claim.rglob("*") if not path.is_dir()}
        _prune(settings.inbox, emptied)
        shutil.rmtree(claim)
    return new


def waiting_files(settings: Settings, settled_for_seconds: float = 0) -> list[Path]:
    """What a run would take out of the inbox now, in the order in which it would.

    Left alone are unfinished downloads and Office lock files (by their names), symbolic links (they could lead out of
    the inbox), what cannot be read, and what is still being written: files that a process has open for writing, and
    files that were changed, or put there, within the last ``settled_for_seconds``.

    Args:
        settings: where the inbox is.
        settled_for_seconds: 0 where whoever copied the files in starts the run; a few seconds for runs that start by
            themselves, and where the inbox is on a network, which does not tell of open files.
    """
    now = time.time()
    return sorted(path for path in _files(settings.inbox) if _is_ready(path, settled_for_seconds, now))


def left_files(settings: Settings) -> list[str]:
    """Paths below the inbox of the files in it, without those that their names call unfinished."""
    return sorted(_as_text(path.relative_to(settings.inbox)) for path in _files(settings.inbox))


def _files(inbox: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(inbox):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder) / name for name in files if not _UNFINISHED.search(name))


def _is_ready(path: Path, settled_for_seconds: float, now: float) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False  # gone since it was listed
    # Times after now say nothing of when: the clock was put back since, or the file brought its time along.
    age = min(abs(now - found.st_mtime), abs(now - found.st_ctime))
    is_readable = stat.S_ISREG(found.st_mode) and os.access(path, os.R_OK)
    return is_readable and age >= settled_for_seconds and not is_open_for_writing(path)


def _claims(settings: Settings, ledger: list[Receipt], now: dt.datetime, settled_for_seconds: float) -> Iterator[Path]:
    """Claims that an earlier run left behind, then the claim of what is in the inbox now."""
    incoming = settings.raw / "incoming"
    scratch = incoming / _UNRECORDED
    shutil.rmtree(scratch, ignore_errors=True)
    for claim in sorted(incoming.iterdir()):
        if _is_elsewhere(settings):
            _finish_moving(claim, settings.inbox)
        yield claim
    waiting = waiting_files(settings, settled_for_seconds)
    if not waiting:
        return
    moment = _moment_of_claim(ledger, now, [path.relative_to(settings.inbox) for path in waiting])
    taken = [int(path.stem) for path in (settings.raw / "ledger").glob("*.jsonl")]
    claim = incoming / f"{max(taken, default=0) + 1:08d}_{moment.strftime(_MOMENT)}"
    claim.mkdir()
    for path in waiting:
        target = claim / path.relative_to(settings.inbox)
        target.parent.mkdir(parents=True, exist_ok=True)
        _move(path, target, scratch)
    yield claim


def _moment_of_claim(ledger: list[Receipt], now: dt.datetime, waiting: list[Path]) -> dt.datetime:
    """Now, or the newest moment that the clock gave before: what came later is never dated earlier."""
    by_clock = [receipt for receipt in ledger if _stated_date(PurePosixPath(receipt.file_name)) is None]
    newest = max(by_clock, key=lambda receipt: receipt.received_at, default=None)
    if newest is None or now >= newest.received_at:
        return now
    if now < newest.received_at - _MOST_CLOCK_SLIP and any(_stated_date(name) is None for name in waiting):
        raise ClockError(
            f"Đồng hồ của máy chỉ {now:%H:%M ngày %d/%m/%Y}, trước lần tiếp nhận gần nhất "
            f"({newest.received_at:%H:%M ngày %d/%m/%Y}, {newest.file_name}). Chưa tiếp nhận tệp nào. Chỉnh đồng hồ "
            f"rồi chạy lại. Nếu chính lần tiếp nhận ấy bị ghi sai ngày: sửa received_at trong "
            f"raw/ledger/{newest.batch}.jsonl, xoá thư mục lake, rồi chạy lại."
        )
    return newest.received_at


def _is_elsewhere(settings: Settings) -> bool:
    """Whether the inbox is another file system than ``raw``: files are copied out of it, then removed."""
    return settings.inbox.stat().st_dev != settings.raw.stat().st_dev


def _finish_moving(claim: Path, inbox: Path) -> None:
    """Remove from the inbox what was claimed by copying when the run was interrupted before it could remove it."""
    for path in claim.rglob("*"):
        left = inbox / path.relative_to(claim)
        if path.is_file() and left.is_file() and filecmp.cmp(path, left, shallow=False):
            left.unlink()


def _move(source: Path, target: Path, scratch: Path) -> None:
    """Move a file unless it is gone by now, or its owner's program does not let go of it."""
    try:
        source.rename(target)
    except (FileNotFoundError, PermissionError):
        return
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # The inbox is another file system: a rename must still be the moment at which the file is ours.
        scratch.mkdir(exist_ok=True)
        before = source.stat()
        shutil.copy2(source, scratch / "file")
        after = source.stat()
        if is_open_for_writing(source) or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            return
        (scratch / "file").rename(target)
        source.unlink()


def _prune(inbox: Path, folders: Iterable[Path]) -> None:
    """Remove folders below the inbox that are empty now, and those that are empty without them."""
    below = {parent for folder in folders for parent in (folder, *folder.parents)} - {Path()}
    for folder in sorted(below, key=lambda folder: len(folder.parts), reverse=True):
        with suppress(OSError):  # not empty, or gone: rmdir takes nothing with it
            (inbox / folder).rmdir()


def _keep(claim: Path, batch: str, settings: Settings, known: list[Receipt], received_at: dt.datetime) -> list[Receipt]:
    """Copy the files of a claim to where they stay; what is not to be taken after all goes back to the inbox."""
    first_of = {receipt.sha256: receipt for receipt in reversed(known)}
    arrivals = Counter(receipt.sha256 for receipt in known)
    receipts: list[Receipt] = []
    for path in sorted(path for path in claim.rglob("*") if path.is_symlink() or path.is_file()):
        name = path.relative_to(claim)
        # Looked at again: in the claim nobody opens it any more, in the inbox somebody may have done so meanwhile.
        if path.is_symlink() or is_open_for_writing(path):
            _give_back(path, settings.inbox / name)
            continue
        copy, sha256 = _copied(path, settings.raw / "incoming" / _UNRECORDED)
        first = first_of.get(sha256)
        raw_path = first.raw_path if first else f"files/{sha256[:2]}/{sha256}{path.suffix.lower()}"
        if not _has_hash(settings.raw / raw_path, sha256):
            (settings.raw / raw_path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(copy, settings.raw / raw_path)
        arrivals[sha256] += 1
        receipt = Receipt(
            receipt_id=sha256[:16] if first is None else f"{sha256[:16]}-{arrivals[sha256]}",
            sequence=len(known) + len(receipts) + 1,
            batch=batch,
            sha256=sha256,
            file_name=_as_text(name),
            received_at=_stated_date(name) or received_at,
            size_bytes=(settings.raw / raw_path).stat().st_size,
            copy_of=first.receipt_id if first else None,
            raw_path=raw_path,
        )
        first_of.setdefault(sha256, receipt)
        receipts.append(receipt)
    return receipts


def _give_back(path: Path, target: Path) -> None:
    """Put a claimed file into the inbox again, under another name if there is a new one of its name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    number, free = 2, target
    while os.path.lexists(free):
        number, free = number + 1, target.with_name(f"{target.stem} ({number}){target.suffix}")
    path.rename(free)


def _copied(path: Path, scratch: Path) -> tuple[Path, str]:
    """A copy of a file and the hash of just those bytes: the file itself could change between two readings."""
    scratch.mkdir(exist_ok=True)
    copy, digest = scratch / "file", hashlib.sha256()
    with path.open("rb") as source, copy.open("wb") as target:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            target.write(chunk)
    return copy, digest.hexdigest()


def _has_hash(path: Path, sha256: str) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == sha256


def _stated_date(name: PurePath) -> dt.datetime | None:
    """The date that names the outermost inbox folder: the office's word for when old mail had arrived."""
    if len(name.parts) < 2 or not _DATE_FOLDER.fullmatch(name.parts[0]):
        return None
    try:
        return dt.datetime.fromisoformat(name.parts[0])
    except ValueError:
        return None


def _as_text(name: PurePath) -> str:
    """A path with forward slashes; bytes that are no UTF-8, as out of old archives, become U+FFFD."""
    return name.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _line(receipt: Receipt) -> str:
    entry = asdict(receipt) | {"received_at": receipt.received_at.isoformat()}
    return json.dumps(entry, ensure_ascii=False) + "\n"
