"""The country's quarter, kept in ``data/bench`` once it is made, and a copy of the project whose communes report."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.progress import track

from pipelines.contracts import load_contracts
from pipelines.settings import PROJECT_DIR
from pipelines.synthetic.nation import nation_parcels, org_units
from pipelines.synthetic.parcels import write_parcel

KEPT = PROJECT_DIR / "data" / "bench"
_MADE_BY = ("pipelines/synthetic", "pipelines/codegen", "expectations/forms")
_PROJECT = ("pipelines", "dbt_project", "expectations", "dagster.yaml", "pyproject.toml")
_SEED = Path("dbt_project", "seeds", "org_units.csv")


@dataclass(frozen=True)
class Nation:
    """Where things are.

    Attributes:
        inbox: 3,321 workbooks of communes and 34 of provinces.
        project: the copy of the project; to be the working directory of what runs on the inbox.
        units: the seed of its reporting units.
    """

    inbox: Path
    project: Path
    units: Path


@pytest.fixture(scope="session")
def nation() -> Nation:
    """The nation's quarter; written anew when what makes it has changed."""
    KEPT.mkdir(parents=True, exist_ok=True)
    project = _copy_of_project(KEPT / "project")
    inbox = KEPT / f"nation-{_fingerprint()}"
    if not inbox.exists():
        for older in KEPT.glob("nation-*"):
            shutil.rmtree(older)
        contracts, units = load_contracts(), pl.read_csv(project / _SEED, infer_schema=False)
        for parcel in track(nation_parcels(units, contracts), "Writing the nation's quarter"):
            write_parcel(parcel, inbox.with_suffix(".part"), contracts)
        inbox.with_suffix(".part").rename(inbox)
    return Nation(inbox, project, project / _SEED)


@pytest.fixture(scope="session")
def keep() -> Callable[[str, dict[str, Any]], None]:
    """Writes what was found to ``data/bench/results``, from which ``docs/performance.md`` is written."""

    def write(name: str, found: dict[str, Any]) -> None:
        asked = ["git", "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(asked, cwd=PROJECT_DIR, capture_output=True, text=True, check=True).stdout.strip()
        (KEPT / "results").mkdir(parents=True, exist_ok=True)
        text = json.dumps({"commit": commit, **found})
        (KEPT / "results" / f"{name}.json").write_text(text, encoding="utf-8")

    return write


def _copy_of_project(folder: Path) -> Path:
    """The project as it is, with a reporting unit for each commune in its seed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in _PROJECT:
        source = PROJECT_DIR / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("target", "logs", "uncommitted"))
        else:
            shutil.copy(source, folder / name)
    known = pl.read_csv(folder / _SEED, infer_schema=False)
    pl.concat([known, org_units(known)]).write_csv(folder / _SEED)
    return folder


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for folder in _MADE_BY:
        for path in sorted((PROJECT_DIR / folder).rglob("*.*")):
            if path.suffix in (".py", ".yaml", ".yml"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
