"""Unpacks a backup into an empty data root, whole or not at all, and compares what is rebuilt from it.

Nothing of the archive decides where a byte goes: a member is unpacked only if the manifest, whose paths are checked,
lists it by exactly that name, as a plain file of that size and hash.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipelines.safekeeping.findings import no_room_vi
from pipelines.safekeeping.manifest import MANIFEST, PUBLISHED_MANIFEST, BackedUpFile, BackupManifest
from pipelines.settings import OWNER_ONLY, Settings

SCRATCH = ".restoring-"
"""How the folder begins in which a backup is unpacked before it is moved into place."""
_MOST_MANIFEST_BYTES = 1_000_000_000
_PIECE = 1 << 20


class RestoreError(RuntimeError):
    """Nothing was restored; the message says why and what to do, in Vietnamese."""


@dataclass(frozen=True)
class Restored:
    """A backup that was unpacked.

    Attributes:
        manifest: what the backup holds.
        published: the manifest of what was published when it was made; empty if nothing was.
    """

    manifest: BackupManifest
    published: dict[str, Any]


def restore_backup(settings: Settings, backup: Path, on_file: Callable[[int, int], None] = lambda *_: None) -> Restored:
    """Put the raw files and the ledger of a backup into an empty data root.

    Args:
        settings: the data root.
        backup: the file that ``write_backup`` wrote.
        on_file: called with the members unpacked and their number.

    Raises:
        RestoreError: the data root is not empty, or the backup is damaged, incomplete or no backup.
    """
    _require_empty(settings)
    settings.root.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=settings.root))
    (scratch / "raw").mkdir(mode=OWNER_ONLY)
    try:
        with _as_damage(backup), tarfile.open(backup, mode="r|") as archive:
            manifest = _read_manifest(archive, backup)
            _require_room(settings, manifest)
            _unpack(archive, manifest, scratch, backup, on_file)
        record = scratch / PUBLISHED_MANIFEST
        published = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
        if hasattr(os, "sync"):
            os.sync()
        if settings.raw.exists():
            shutil.rmtree(settings.raw)  # folders without a file: looked at above
        os.replace(scratch / "raw", settings.raw)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Restored(manifest, published)


def _require_empty(settings: Settings) -> None:
    if any(path.is_file() for path in settings.raw.rglob("*")):
        raise RestoreError(
            f"{settings.raw} đã có tệp; khôi phục chỉ ghi vào thư mục dữ liệu trống. "
            "Chọn thư mục khác bằng --data-dir, hoặc chuyển thư mục raw này đi nơi khác."
        )
    for folder in (settings.lake, settings.published):
        if any(path.is_file() for path in folder.rglob("*")):
            raise RestoreError(
                f"{folder} còn dữ liệu của kho cũ. Xóa lake, build, published và returned trong {settings.root} "
                "(đều dựng lại được từ raw), rồi khôi phục."
            )


def _require_room(settings: Settings, manifest: BackupManifest) -> None:
    needed = sum(file.size_bytes for file in manifest.files)
    if (free := shutil.disk_usage(settings.root).free) < needed:
        raise RestoreError(no_room_vi(settings.root, needed, free))


@contextmanager
def _as_damage(backup: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError) as error:
        raise RestoreError(f"{backup} không phải là bản sao lưu, hoặc đã hỏng hay bị cắt cụt ({error}).") from error


def _read_manifest(archive: tarfile.TarFile, backup: Path) -> BackupManifest:
    member = archive.next()
    content = archive.extractfile(member) if member is not None and member.isreg() else None
    if member is None or content is None or member.name != MANIFEST or member.size > _MOST_MANIFEST_BYTES:
        raise RestoreError(f"{backup} không phải là bản sao lưu của congdoan: thiếu {MANIFEST} ở đầu tệp.")
    try:
        return BackupManifest.model_validate_json(content.read())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise RestoreError(f"{backup}: {MANIFEST} không đọc được ({place}: {first['msg']}).") from error


def _unpack(
    archive: tarfile.TarFile,
    manifest: BackupManifest,
    scratch: Path,
    backup: Path,
    on_file: Callable[[int, int], None],
) -> None:
    expected = {file.path: file for file in manifest.files}
    for done, member in enumerate(iter(archive.next, None), start=1):
        file = expected.pop(member.name, None)
        if file is None or not member.isreg() or member.size != file.size_bytes:
            raise RestoreError(f"{backup} đã bị sửa: “{member.name}” không đúng như {MANIFEST} liệt kê.")
        _unpack_one(archive, member, file, scratch, backup)
        on_file(done, len(manifest.files))
    if expected:
        raise RestoreError(f"{backup} bị cắt cụt: thiếu {len(expected)} tệp, trong đó có {min(expected)}.")


def _unpack_one(
    archive: tarfile.TarFile, member: tarfile.TarInfo, file: BackedUpFile, scratch: Path, backup: Path
) -> None:
    path = scratch / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    content = archive.extractfile(member)
    assert content is not None
    digest = hashlib.sha256()
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
        while piece := content.read(_PIECE):
            digest.update(piece)
            stream.write(piece)
    if digest.hexdigest() != file.sha256:
        raise RestoreError(f"{backup} đã hỏng: nội dung của “{file.path}” không khớp với mã băm đã ghi.")
