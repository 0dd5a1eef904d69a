"""Writes everything that cannot be rebuilt into one file: a plain tar with the hash of every member.

Read in the order that makes it consistent while files arrive: the ledger first, then what it names. Raw files never
change and a line of the ledger is written after its file, so whatever comes later is left for the next backup.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

from pipelines.intake.register import Receipt, read_ledger
from pipelines.intake.withdrawals import LOG
from pipelines.safekeeping.findings import no_room_vi
from pipelines.safekeeping.manifest import (
    MANIFEST,
    PROJECT,
    PUBLISHED_MANIFEST,
    RAW,
    BackedUpFile,
    BackupManifest,
    files_in_force,
    sha256_of,
)
from pipelines.settings import Settings
from pipelines.warehouse.publish import read_manifest

_SHOWN = 5
_ROOM_FOR_HEADERS = 2_048  # bytes of a member besides its content, at most


class BackupError(RuntimeError):
    """There is no backup; the message says why and what to do, in Vietnamese."""


@dataclass(frozen=True)
class Backup:
    """A backup that was written.

    Attributes:
        path: the file.
        sha256: of the whole file.
        size_bytes: of the whole file.
        manifest: what it holds.
        left_out: files in the inbox or claimed from it, which no ledger names yet.
    """

    path: Path
    sha256: str
    size_bytes: int
    manifest: BackupManifest
    left_out: int


def write_backup(settings: Settings, target: Path, on_file: Callable[[int, int], None] = lambda *_: None) -> Backup:
    """Write a backup of a data root; the same content gives the same bytes.

    The file is written beside its place and moved into it when every hash was right. Only its owner may read it.

    Args:
        settings: the data root.
        target: the file to write; it must not exist.
        on_file: called with the members written and their number.

    Raises:
        BackupError: nothing to keep, a raw file is missing or damaged, no room, or the target exists.
    """
    if target.exists():
        raise BackupError(f"Tệp {target} đã có; chọn tên khác để không ghi đè bản sao lưu cũ.")
    ledgers = sorted((settings.raw / "ledger").glob("*.jsonl"))
    receipts = read_ledger(settings)
    if not receipts:
        raise BackupError(f"Không có gì để sao lưu: sổ tiếp nhận trong {settings.raw} chưa có dòng nào.")
    sources = _sources(settings, ledgers, receipts)
    manifest = _manifest(settings, receipts, sources)
    needed = sum(file.size_bytes + _ROOM_FOR_HEADERS for file in manifest.files)
    target.parent.mkdir(parents=True, exist_ok=True)
    if (free := shutil.disk_usage(target.parent).free) < needed:
        raise BackupError(no_room_vi(target.parent, needed, free))
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with open(partial, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
            written = _Hashing(stream)
            _write_members(written, manifest, sources, on_file)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return Backup(target, written.sha256, target.stat().st_size, manifest, _unrecorded(settings))


def _sources(settings: Settings, ledgers: Iterable[Path], receipts: Iterable[Receipt]) -> dict[str, tuple[Path, str]]:
    """Member → file and the hash that it must have. Raw files have the one that the ledger recorded on arrival."""
    sources = {f"{RAW}ledger/{path.name}": (path, sha256_of(path)) for path in ledgers}
    broken = []
    for receipt in receipts:
        path = settings.raw / receipt.raw_path
        if not path.is_file() or path.stat().st_size != receipt.size_bytes:
            broken.append(receipt.raw_path)
        sources[f"{RAW}{receipt.raw_path}"] = path, receipt.sha256
    if broken:
        raise _damaged(sorted(set(broken)))
    if (log := settings.raw / LOG).exists():
        sources[f"{RAW}{LOG}"] = log, sha256_of(log)
    sources |= {f"{PROJECT}{name}": (path, sha256_of(path)) for name, path in files_in_force().items()}
    published = settings.published / "manifest.json"
    if published.exists():
        sources[PUBLISHED_MANIFEST] = published, sha256_of(published)
    return dict(sorted(sources.items()))


def _manifest(settings: Settings, receipts: list[Receipt], sources: dict[str, tuple[Path, str]]) -> BackupManifest:
    batches = sorted({receipt.batch for receipt in receipts})
    published = read_manifest(settings).get("version")
    return BackupManifest(
        software={name: version(name) for name in ("congdoan", "duckdb")},
        receipts=len(receipts),
        last_received_at=max(receipt.received_at for receipt in receipts).isoformat(),
        published_version=str(published) if published else None,
        unsettled_batches=[batch for batch in batches if not (settings.lake / "batches" / batch).exists()],
        files=[
            BackedUpFile(path=name, sha256=sha256, size_bytes=path.stat().st_size)
            for name, (path, sha256) in sources.items()
        ],
    )


def _write_members(
    stream: _Hashing,
    manifest: BackupManifest,
    sources: dict[str, tuple[Path, str]],
    on_file: Callable[[int, int], None],
) -> None:
    # A stream: nothing is gone back to, so that the hash of the whole is known at the end.
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:  # pyright: ignore[reportCallIssue, reportArgumentType]
        listed = manifest.model_dump_json(indent=1).encode()
        archive.addfile(_member(MANIFEST, len(listed)), io.BytesIO(listed))
        for done, file in enumerate(manifest.files, start=1):
            path, _ = sources[file.path]
            with path.open("rb") as content:
                read = _Hashing(content)
                archive.addfile(_member(file.path, file.size_bytes), read)  # pyright: ignore[reportArgumentType]
            if read.sha256 != file.sha256:
                raise _damaged([file.path])
            on_file(done, len(manifest.files))


def _member(name: str, size: int) -> tarfile.TarInfo:
    """A header that says nothing of who wrote it, where and when."""
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    return member


def _damaged(names: list[str]) -> BackupError:
    more = f" và {len(names) - _SHOWN} tệp khác" if len(names) > _SHOWN else ""
    return BackupError(
        f"Tệp đã nhận bị thiếu hoặc bị hỏng: {', '.join(names[:_SHOWN])}{more}. "
        "Chạy congdoan doctor và lấy lại các tệp này từ bản sao lưu trước."
    )


def _unrecorded(settings: Settings) -> int:
    folders = (settings.inbox, settings.raw / "incoming")
    return sum(path.is_file() and not path.name.startswith(".") for folder in folders for path in folder.rglob("*"))


class _Hashing:
    """A file of which everything that is read or written goes into a hash."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self._digest.update(piece)
        return piece

    def write(self, piece: bytes) -> int:
        self._digest.update(piece)
        return self._stream.write(piece)
