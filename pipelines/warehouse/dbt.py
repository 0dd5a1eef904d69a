"""How dbt is driven: its environment, and a manifest that fits the project as it is now."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from pipelines.settings import PROJECT_DIR, Settings

DBT_PROJECT_DIR = PROJECT_DIR / "dbt_project"
# Written by hand or generated, everything that decides what the manifest says.
_SOURCES = ("*.sql", "*.yml", "*.yaml", "*.md", "*.csv")


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
    }


def executable() -> str:
    """The dbt of the environment that runs this code, also when that is not activated."""
    beside = Path(sys.executable).with_name("dbt.exe" if os.name == "nt" else "dbt")
    return str(beside) if beside.exists() else "dbt"


def manifest_path(settings: Settings) -> Path:
    """The manifest of the dbt project; parsed again only when the project or the lake's place has changed.

    Raises:
        DbtError: the project does not parse.
    """
    manifest = settings.dbt_target / "manifest.json"
    stamp = settings.dbt_target / "manifest.sha256"
    fingerprint = _fingerprint(settings)
    if manifest.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint:
        return manifest
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    parsed = subprocess.run(
        [executable(), "--quiet", "parse", "--project-dir", str(DBT_PROJECT_DIR)],
        env={**os.environ, **environment(settings)},
        capture_output=True,
        text=True,
        check=False,
    )
    if parsed.returncode != 0:
        raise DbtError(f"dbt parse failed:\n{parsed.stdout}{parsed.stderr}")
    stamp.write_text(fingerprint, encoding="utf-8")
    return manifest


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
