"""Stops this process at its n-th change of the file system below a folder, as if it had been killed there."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "shutil.copyfile"}


class Killed(BaseException):
    """Not an Exception: nothing may catch it and go on."""


class _Switch:
    """What the hook does now; a hook of ``sys.addaudithook`` stays for good."""

    folder: Path | None = None
    at: int | None = None
    error: BaseException | None = None
    count = 0


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _Switch.folder is None or (event not in _CHANGES and event != "open"):
        return
    if event == "open" and not args[2] & _WRITING:
        return
    paths = [os.fspath(arg) for arg in args[:2] if isinstance(arg, str | os.PathLike)]
    if not any(str(path).startswith(str(_Switch.folder)) for path in paths):
        return
    _Switch.count += 1
    # The dead do nothing any more: what cleans up after an error must not run either.
    if _Switch.at is not None and _Switch.count >= _Switch.at and _Switch.error is not None:
        raise _Switch.error


sys.addaudithook(_hook)


@contextmanager
def stopped_at(folder: Path, change: int | None, error: BaseException | None = None) -> Iterator[type[_Switch]]:
    """Within the block the n-th change below the folder and all later ones raise (``Killed``, or what is given).

    With None nothing is raised and ``count`` says how many changes there are.
    """
    _Switch.folder, _Switch.at, _Switch.error, _Switch.count = folder, change, error or Killed(), 0
    try:
        yield _Switch
    finally:
        _Switch.folder = None


def disk_full() -> OSError:
    """What writing on a full disk raises."""
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
