"""What a backup holds and how it says so: ``manifest.json``, the first member of the archive.

Members are ``raw/…`` as in the data root, ``project/…`` (contracts, rules and seeds in force, as a record of what the
figures were made with) and ``published/manifest.json`` (what they came to).
"""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pipelines.settings import PROJECT_DIR

MANIFEST = "manifest.json"
PUBLISHED_MANIFEST = "published/manifest.json"
RAW, PROJECT = "raw/", "project/"
_IN_FORCE = ("dbt_project/seeds/**/*.csv", "expectations/forms/*.yaml", "expectations/rules/*.yaml")


def _below(path: str) -> str:
    """A path that leads nowhere but below the folder it is unpacked in, on every platform."""
    parts = PurePosixPath(path).parts
    is_known = path == PUBLISHED_MANIFEST or path.startswith((RAW, PROJECT))
    if not is_known or ".." in parts or "\\" in path or ":" in path or PurePosixPath(path).as_posix() != path:
        raise ValueError(f"{path!r} is no place in a backup")
    return path


class BackedUpFile(BaseModel):
    """One member of the archive."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, AfterValidator(_below)]
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size_bytes: int = Field(ge=0)


class BackupManifest(BaseModel):
    """What a backup holds.

    Attributes:
        format: of the archive; another one is refused.
        software: package → version that made the backup. Another DuckDB may write other bytes for the same figures.
        receipts: lines of the ledger.
        last_received_at: of the newest arrival, ISO; None if nothing ever came.
        published_version: what readers saw; None if nothing was published.
        unsettled_batches: batches of the ledger that were not in the lake yet, and so not in what was published.
        files: every member but this one, in the order in which they follow.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["congdoan-backup/1"] = "congdoan-backup/1"
    software: dict[str, str]
    receipts: int = Field(ge=0)
    last_received_at: str | None
    published_version: str | None
    unsettled_batches: list[str]
    files: list[BackedUpFile]

    @model_validator(mode="after")
    def _each_file_once(self) -> BackupManifest:
        if len({file.path for file in self.files}) != len(self.files):
            raise ValueError("a file is listed twice")
        return self

    @property
    def project(self) -> dict[str, str]:
        """Path below the project → sha256 of the contracts, rules and seeds that were in force."""
        return {f.path.removeprefix(PROJECT): f.sha256 for f in self.files if f.path.startswith(PROJECT)}


def files_in_force() -> dict[str, Path]:
    """Path below the project → file, of the contracts, rules and seeds that are installed."""
    paths = [path for pattern in _IN_FORCE for path in PROJECT_DIR.glob(pattern)]
    paths.append(PROJECT_DIR / "expectations" / "reader_views.yaml")
    return {path.relative_to(PROJECT_DIR).as_posix(): path for path in sorted(paths)}


def differing_from_installed(manifest: BackupManifest) -> list[str]:
    """Contracts, rules and seeds that are not as they were when the backup was made: changed, added or gone."""
    installed = {name: sha256_of(path) for name, path in files_in_force().items()}
    then = manifest.project
    return sorted(name for name in then.keys() | installed.keys() if then.get(name) != installed.get(name))


def sha256_of(path: Path) -> str:
    """The hash of a file, read piece by piece."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
