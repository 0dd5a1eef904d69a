"""Files that are there whole or not at all, and those that must outlast a power failure."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, content: str | bytes, *, durable: bool = False) -> None:
    """Write a file beside its place and move it there: a reader never sees half of it. Folders are made.

    Args:
        path: the place.
        content: text is written as UTF-8.
        durable: whether it has to be on the disk when this returns.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    if durable:
        flush([partial])
    os.replace(partial, path)
    if durable:
        flush([path.parent])


def flush(paths: Iterable[Path]) -> None:
    """Return when these files and folders are on the disk.

    Needed only before something is given up for them; what can be made again needs none of it.
    """
    for path in paths:
        if os.name == "nt" and path.is_dir():
            continue  # Windows opens no folders, and keeps their entries by itself
        descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
