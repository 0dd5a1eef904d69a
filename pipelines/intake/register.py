"""Takes files out of the inbox and keeps them for ever: ``data/raw`` and its ledger of receipts.

Three steps, each of which can be interrupted and is finished by the next run:

1. *claim*: move what is in the inbox into ``raw/incoming/<batch>/``;
2. *keep*: copy each claimed file to ``raw/files/<aa>/<sha256><suffix>``, unless those bytes are there already;
3. *record*: write ``raw/ledger/<batch>.jsonl`` in one piece, then drop the claim.

The ledger is append-only: a batch that is in the ledger is done, a claim without ledger is finished first.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from pipelines.settings import Settings

VIETNAM_TIME = dt.timezone(dt.timedelta(hours=7), "Asia/Ho_Chi_Minh")
_DATE_FOLDER = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNFINISHED = re.compile(r"^(~\$|\.)|\.(part|partial|tmp|crdownload)$", re.IGNORECASE)
_UNRECORDED = ".claiming"


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
            else the moment of the claim.
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
    """Every receipt, in order of arrival."""
    receipts = []
    for path in sorted((settings.raw / "ledger").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            entry["received_at"] = dt.datetime.fromisoformat(entry["received_at"])
            receipts.append(Receipt(**entry))
    return receipts


def register_inbox(settings: Settings, now: dt.datetime | None = None, settled_for_seconds: float = 0) -> list[Receipt]:
    """Take in everything in the inbox and return the new receipts, in order of their paths.

    Unfinished downloads and Office lock files are left where they are, and so are symbolic links:
    a link could lead out of the inbox. ``now`` is for tests; it defaults to the Vietnamese local time.
    ``settled_for_seconds``: see ``waiting_files``.
    """
    for folder in ("incoming", "files", "ledger"):
        (settings.raw / folder).mkdir(parents=True, exist_ok=True)
    settings.inbox.mkdir(parents=True, exist_ok=True)
    ledger = read_ledger(settings)
    now = now or dt.datetime.now(VIETNAM_TIME).replace(tzinfo=None, microsecond=0)
    new: list[Receipt] = []
    for claim in _claims(settings, settled_for_seconds):
        recorded = settings.raw / "ledger" / f"{claim.name}.jsonl"
        if not recorded.exists():
            receipts = _keep(claim, settings, [*ledger, *new], now)
            _write_whole(recorded, "".join(_line(receipt) for receipt in receipts))
            new += receipts
        shutil.rmtree(claim)
    return new


def _claims(settings: Settings, settled_for_seconds: float) -> Iterator[Path]:
    """Claims that an earlier run left behind, then the claim of what is in the inbox now."""
    incoming = settings.raw / "incoming"
    shutil.rmtree(incoming / _UNRECORDED, ignore_errors=True)
    yield from sorted(incoming.iterdir())
    waiting = waiting_files(settings, settled_for_seconds)
    if not waiting:
        return
    taken = [int(path.stem) for path in (settings.raw / "ledger").glob("*.jsonl")]
    claim = incoming / f"{max(taken, default=0) + 1:08d}"
    for path in waiting:
        target = claim / path.relative_to(settings.inbox)
        target.parent.mkdir(parents=True, exist_ok=True)
        _move(path, target, incoming / _UNRECORDED)
    _prune_empty_folders(settings.inbox)
    yield claim


def waiting_files(settings: Settings, settled_for_seconds: float = 0) -> list[Path]:
    """What a run would take out of the inbox now, by path; without files that changed within these seconds."""
    latest = time.time() - settled_for_seconds
    waiting = sorted(_waiting_files(settings.inbox))
    return [path for path in waiting if settled_for_seconds <= 0 or path.stat().st_mtime <= latest]


def _waiting_files(inbox: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(inbox):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(folder) / name
            if not _UNFINISHED.search(name) and not path.is_symlink():
                yield path


def _move(source: Path, target: Path, scratch: Path) -> None:
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # The inbox is another file system: a rename must still be the moment at which the file is ours.
        scratch.mkdir(exist_ok=True)
        shutil.copy2(source, scratch / "file")
        (scratch / "file").rename(target)
        source.unlink()


def _prune_empty_folders(inbox: Path) -> None:
    for folder, _, _ in os.walk(inbox, topdown=False):
        if Path(folder) != inbox and not any(Path(folder).iterdir()):
            Path(folder).rmdir()


def _keep(claim: Path, settings: Settings, known: list[Receipt], now: dt.datetime) -> list[Receipt]:
    arrivals = Counter(receipt.sha256 for receipt in known)
    receipts: list[Receipt] = []
    for path in sorted(path for path in claim.rglob("*") if path.is_file()):
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        raw_path = f"files/{sha256[:2]}/{sha256}{path.suffix.lower()}"
        if not (settings.raw / raw_path).exists():
            _copy_whole(path, settings.raw / raw_path)
        arrivals[sha256] += 1
        first = next((r for r in (*known, *receipts) if r.sha256 == sha256), None) if arrivals[sha256] > 1 else None
        name = path.relative_to(claim)
        receipts.append(
            Receipt(
                receipt_id=sha256[:16] if first is None else f"{sha256[:16]}-{arrivals[sha256]}",
                sequence=len(known) + len(receipts) + 1,
                batch=claim.name,
                sha256=sha256,
                file_name=name.as_posix(),
                received_at=_stated_date(name) or now,
                size_bytes=path.stat().st_size,
                copy_of=first.receipt_id if first else None,
                raw_path=first.raw_path if first else raw_path,
            )
        )
    return receipts


def _stated_date(name: Path) -> dt.datetime | None:
    """The date that names the outermost inbox folder: the office's word for when old mail had arrived."""
    if len(name.parts) < 2 or not _DATE_FOLDER.fullmatch(name.parts[0]):
        return None
    try:
        return dt.datetime.fromisoformat(name.parts[0])
    except ValueError:
        return None


def _line(receipt: Receipt) -> str:
    entry = asdict(receipt) | {"received_at": receipt.received_at.isoformat()}
    return json.dumps(entry, ensure_ascii=False) + "\n"


def _copy_whole(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    shutil.copyfile(source, partial)
    partial.replace(target)


def _write_whole(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
