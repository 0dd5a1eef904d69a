"""Published versions: what each consists of, how it takes the place of the one before, and which are kept.

``published/versions/<version>`` holds a whole version; the files beside that folder are those of the newest one, under
names that never change. Readers may use either.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pipelines.whole_files import flush, write_whole

SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
VERSIONS = "versions"
_HISTORY = "versions.json"
_DROPPED = ".dropped"


def sha256(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def seal(folder: Path) -> None:
    """Write the hash of every file of a version into ``SHA256SUMS``, as ``sha256sum -c`` reads it."""
    lines = [f"{sha256(folder / name)}  {name}\n" for name in sorted(_files(folder)) if name != SUMS]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def is_whole(folder: Path) -> bool:
    """Whether a folder holds a version just as it was sealed."""
    return (folder / SUMS).exists() and not damaged_files(folder)


def damaged_files(folder: Path) -> list[str]:
    """Files of a sealed version that are missing or not as they were sealed.

    Raises:
        FileNotFoundError: the folder was never sealed.
    """
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    expected = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    return [
        name for name, digest in expected.items() if not (folder / name).exists() or sha256(folder / name) != digest
    ]


def read_manifest(folder: Path) -> dict[str, object]:
    """The manifest in a folder; empty when there is none, or none that can be read."""
    try:
        return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def is_installed(published: Path, version: str) -> bool:
    """Whether a version is the newest one and nothing is left to do for it: ``install`` ran to its end."""
    return (
        read_manifest(published).get("version") == version
        and history(published)[:1] == [version]
        and is_whole(published)
        and is_whole(published / VERSIONS / version)
    )


def install(staged: Path, published: Path, version: str, keep: int) -> None:
    """Make a staged version the newest one, and drop those beyond ``keep`` once it is in place.

    Every step leaves whole files behind, and the manifest comes after all that makes the version: a run that is killed
    in between is made up for by the next one. Files that readers hold open stay theirs.
    """
    home = published / VERSIONS / version
    home.parent.mkdir(exist_ok=True)
    if not is_whole(home):  # else it has come back, or an earlier run was killed here
        # Before another version can be given up for it.
        flush([*(staged / name for name in _files(staged)), *(path for path in staged.rglob("*") if path.is_dir())])
        _drop(home, published)
        os.replace(staged, home)
        flush([home.parent])
    names = sorted(_files(home))
    for name in names:
        if name != MANIFEST:
            _put(home / name, published / name)
    for folder in {Path(name).parts[0] for name in names if len(Path(name).parts) > 1}:
        for path in (published / folder).iterdir():
            if f"{folder}/{path.name}" not in names:
                path.unlink()
    kept = [version, *(older for older in history(published) if older != version)][:keep]
    write_whole(published / _HISTORY, json.dumps({"versions": kept}, indent=2) + "\n")
    _put(home / MANIFEST, published / MANIFEST)
    flush([published])
    for path in home.parent.iterdir():
        if path.name not in kept:
            _drop(path, published)


def _drop(version: Path, published: Path) -> None:
    """Remove a version, if it is there, in one step for whoever looks for whole ones."""
    # What a reader of Windows holds open can be neither moved nor removed; the next publication tries again.
    with suppress(OSError):
        shutil.rmtree(published / _DROPPED, ignore_errors=True)
        os.replace(version, published / _DROPPED)
    shutil.rmtree(published / _DROPPED, ignore_errors=True)


def _files(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _put(source: Path, target: Path) -> None:
    """Give a file a second name in one step: a link where the file system has them, else a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    beside.unlink(missing_ok=True)
    try:
        os.link(source, beside)
    except OSError:
        shutil.copy2(source, beside)
    # Two names of one file are not replaced by each other: the second name would stay.
    os.replace(beside, target)
    beside.unlink(missing_ok=True)


def history(published: Path) -> list[str]:
    """The versions kept, newest first; none when that cannot be read."""
    try:
        return json.loads((published / _HISTORY).read_text(encoding="utf-8"))["versions"]
    except (FileNotFoundError, ValueError, KeyError):
        return []
