"""How dbt is driven: its environment, and a manifest that fits the project as it is now."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pipelines.settings import PROJECT_DIR, Settings
from pipelines.whole_files import write_whole

DBT_PROJECT_DIR = PROJECT_DIR / "dbt_project"
# Written by hand or generated, everything that decides what the manifest says.
_SOURCES = ("*.sql", "*.yml", "*.yaml", "*.md", "*.csv")
_MEMORY_ENOUGH = 3_000_000_000


class DbtError(RuntimeError):
    """dbt did not succeed; the message ends with what it printed."""


def environment(settings: Settings) -> dict[str, str]:
    """The variables that profiles.yml and the sources read."""
    return {
        "CONGDOAN_LAKE_DIR": settings.lake.as_posix(),
        "CONGDOAN_BUILD_DB": settings.build_db.as_posix(),
        "DBT_TARGET_PATH": settings.dbt_target.as_posix(),
        "DBT_LOG_PATH": settings.dbt_target.as_posix(),
        "DBT_PROFILES_DIR": DBT_PROJECT_DIR.as_posix(),
        "DBT_LOG_FORMAT_FILE": "text",  # Dagster reads JSON from dbt's output; a second copy of it costs seconds
        "CONGDOAN_DUCKDB_MEMORY": memory_limit(),
    }


def memory_limit() -> str:
    """What DuckDB may hold before it writes to disk: half of a small machine, 3 GB of a large one.

    ``CONGDOAN_DUCKDB_MEMORY`` says otherwise ("8GB"). DuckDB's own limit, 80 % of the machine, would be filled with
    whatever was read once.
    """
    if chosen := os.environ.get("CONGDOAN_DUCKDB_MEMORY"):
        return chosen
    try:
        half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):  # Windows does not tell
        return "50%"
    return f"{min(_MEMORY_ENOUGH, half) // 1_000_000}MB"


def executable() -> str:
    """The command for dbt (``dbt_command``) in the environment that runs this code, also when that is not activated."""
    beside = Path(sys.executable).with_name("congdoan-dbt.exe" if os.name == "nt" else "congdoan-dbt")
    return str(beside) if beside.exists() else "congdoan-dbt"


def manifest_path(settings: Settings) -> Path:
    """The manifest of the dbt project; parsed again only when the project or the lake's place has changed.

    A copy of our own, moved into place: dbt writes its own bit by bit at every start, and a run that is killed then
    leaves half of it. Definitions are also loaded while a run is going on, so dbt parses beside its target.

    Raises:
        DbtError: the project does not parse.
    """
    stamp = settings.manifest.with_suffix(".sha256")
    fingerprint = _fingerprint(settings)
    if settings.manifest.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint:
        return settings.manifest
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".parse-", dir=settings.build) as target:
        parsed = subprocess.run(
            [executable(), "--quiet", "parse", "--project-dir", str(DBT_PROJECT_DIR)],
            env={**os.environ, **environment(settings), "DBT_TARGET_PATH": target, "DBT_LOG_PATH": target},
            capture_output=True,
            text=True,
            check=False,
        )
        if parsed.returncode != 0:
            raise DbtError(f"dbt parse failed:\n{parsed.stdout}{parsed.stderr}")
        # What dbt builds with: else it would parse everything once more.
        os.replace(Path(target) / "partial_parse.msgpack", settings.dbt_target / "partial_parse.msgpack")
        os.replace(Path(target) / "manifest.json", settings.manifest)
    write_whole(stamp, fingerprint)
    return settings.manifest


def clear_build(settings: Settings) -> None:
    """Remove the build before everything is built anew.

    A file that was torn would stop every later run, models that are gone would be published for ever, and a dbt whose
    run was killed may still be writing to it.
    """
    for path in (settings.build_db, settings.build_db.with_suffix(".duckdb.wal")):
        path.unlink(missing_ok=True)
    shutil.rmtree(settings.build_db.with_suffix(".duckdb.tmp"), ignore_errors=True)


def project_hash() -> str:
    """What the dbt project says now: a hash over everything that is written in it."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in _SOURCES for path in DBT_PROJECT_DIR.rglob(pattern)):
        digest.update(path.relative_to(DBT_PROJECT_DIR).as_posix().encode())
        digest.update(path.read_text(encoding="utf-8").encode())
    return digest.hexdigest()


def _fingerprint(settings: Settings) -> str:
    where = repr(sorted(environment(settings).items()))
    return hashlib.sha256(f"{where}{project_hash()}".encode()).hexdigest()
