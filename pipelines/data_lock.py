"""One writer at a time on a data root: a lock that dies with its process, and a note of who holds it.

The operating system holds the lock (``flock`` by way of ``filelock``), so a run that is killed does not keep it. The
note beside it is for people: it may be older than the lock, or missing, and decides nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from pipelines.settings import Settings
from pipelines.whole_files import write_whole

LOCK_FILE = ".congdoan.lock"
HOLDER_FILE = ".congdoan.lock.json"
_SECONDS_BETWEEN_TRIES = 0.2


class Holder(BaseModel):
    """Who holds a data root.

    Attributes:
        pid: of the process, on ``host``.
        host: name of its machine.
        since: when it took the lock.
        purpose: what for, in words for people.
        command: how it was started.
    """

    pid: int
    host: str
    since: dt.datetime
    purpose: str
    command: str


class DataRootBusyError(RuntimeError):
    """Another process is writing to the data root; the message says who, since when and what to do.

    Attributes:
        root: the data root.
        holder: who has it; None where that could not be read.
    """

    def __init__(self, root: Path, holder: Holder | None) -> None:
        self.root = root
        self.holder = holder
        super().__init__(_message(root, holder))


def _message(root: Path, holder: Holder | None) -> str:
    if holder is None:
        who, end = "một tiến trình khác", "đợi tiến trình ấy xong"
    else:
        place = "" if holder.host == socket.gethostname() else f" trên máy {holder.host}"
        since = holder.since.astimezone().strftime("%H:%M:%S ngày %d/%m/%Y")
        who = f"{holder.purpose}: tiến trình {holder.pid}{place}, từ {since}, lệnh “{holder.command}”"
        end = f"đợi tiến trình {holder.pid} xong, hoặc dừng nó nếu nó bị treo"
    return (
        f"Thư mục dữ liệu {root} đang được sử dụng ({who}). Mỗi lúc chỉ một tiến trình được ghi vào đó: {end}, "
        "rồi chạy lại. Với congdoan run, thêm --wait SỐ_GIÂY để chờ."
    )


@contextmanager
def hold_data_root(settings: Settings, purpose: str, wait_seconds: float = 0) -> Iterator[None]:
    """Keep every other writer off the data root for the length of the block.

    Not to be taken twice in one process: the second time waits for the first like anybody else.

    Args:
        settings: says where the data root is; it is made if it is not there.
        purpose: what it is held for, in Vietnamese, for whoever has to wait.
        wait_seconds: how long to wait for another process; 0 tries once.

    Raises:
        DataRootBusyError: another process still holds it.
        OSError: the lock file cannot be opened, or its file system knows no locks.
    """
    settings.root.mkdir(parents=True, exist_ok=True)
    # A lock by mere presence of a file, filelock's way out where there is no flock, would outlive its process.
    # Not thread_local: Dagster may end a resource in another thread than it began it in.
    lock = FileLock(
        settings.root / LOCK_FILE,
        thread_local=False,
        fallback_to_soft=False,
        poll_interval=_SECONDS_BETWEEN_TRIES,
    )
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        raise DataRootBusyError(settings.root, read_holder(settings)) from None
    note = settings.root / HOLDER_FILE
    try:
        with suppress(OSError):  # a full disk must not keep out those who make room
            _write_note(note, purpose)
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def read_holder(settings: Settings) -> Holder | None:
    """Who says to hold the data root; None if nobody does. After a kill the note of the dead may still be there."""
    try:
        return Holder.model_validate_json((settings.root / HOLDER_FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def _write_note(path: Path, purpose: str) -> None:
    holder = Holder(
        pid=os.getpid(),
        host=socket.gethostname(),
        since=dt.datetime.now(dt.UTC),
        purpose=purpose,
        command=" ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    )
    write_whole(path, json.dumps(holder.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n")
