"""What surrounds the data: leftovers of interrupted work, permissions, room on the disk, Dagster's history."""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pipelines.safekeeping.findings import Finding, no_room_vi
from pipelines.safekeeping.restore import SCRATCH
from pipelines.settings import OWNER_ONLY, Settings

_LEFT_OVER = (
    "published/.staging",
    "published/.staging.tmp",
    "published/**/.*.new",
    "raw/incoming/.claiming/*",
    "raw/**/.*.partial",
    "lake/**/.*.partial",
    "returned/**/.*.partial",
    "build/stage/.*.partial",
    f"{SCRATCH}*",
)
_LEAST_FREE_BYTES = 500_000_000
"""Below this no machine works well, whatever the size of the data."""


def check_leftovers(settings: Settings) -> Iterator[Finding]:
    """Files that a killed run left beside their place; nobody reads them."""
    for pattern in _LEFT_OVER:
        for path in sorted(settings.root.glob(pattern)):
            place = path.relative_to(settings.root).as_posix()
            remedy = "Không phải làm gì; khi không có lượt chạy nào, xóa cũng được."
            yield Finding("left_over", False, place, "còn lại từ một lượt chạy bị ngắt.", remedy)


def check_modes(settings: Settings) -> Iterator[Finding]:
    """Received files are their owner's alone; whatever else holds data of units is closed to other users."""
    if os.name != "posix":
        return
    for folder, allowed in settings.folder_modes.items():
        if not folder.exists():
            continue
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & ~allowed:
            who = "người khác ngoài chủ sở hữu" if allowed == OWNER_ONLY else "mọi người dùng của máy"
            message = f"{who} vào được (quyền {mode:o}, nên là {allowed:o})."
            yield Finding("mode_too_wide", True, folder.name, message, f"chmod {allowed:o} {shlex.quote(str(folder))}")


def check_room(settings: Settings) -> Iterator[Finding]:
    """A run writes a new build and a new version beside what is there: is there room for both, twice over?"""
    needed = max(_LEAST_FREE_BYTES, 2 * (_size(settings.build) + _size(settings.published, "*")))
    if (free := shutil.disk_usage(settings.root).free) < needed:
        message = no_room_vi(settings.root, needed, free)
        remedy = "Giải phóng đĩa, hoặc giữ ít bản công bố hơn (CONGDOAN_KEEP_VERSIONS)."
        yield Finding("disk_nearly_full", True, ".", message, remedy)


def check_dagster(settings: Settings) -> Iterator[Finding]:
    """Dagster's SQLite files pass SQLite's own check."""
    for path in sorted(settings.dagster_home.rglob("*.db")):
        if (wrong := _integrity(path)) is not None:
            place = path.relative_to(settings.root).as_posix()
            remedy = (
                "Dừng giao diện và daemon, chuyển thư mục dagster đi nơi khác rồi chạy lại: chỉ mất lịch sử lượt chạy."
            )
            yield Finding("dagster_db_damaged", True, place, f"SQLite báo lỗi: {wrong}.", remedy)


def _integrity(path: Path) -> str | None:
    """What SQLite says is wrong with a file; None if nothing is."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            (first,) = connection.execute("pragma integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return None if first == "ok" else first


def _size(folder: Path, pattern: str = "**/*") -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file())
