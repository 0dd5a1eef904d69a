"""A data root with a version published and a few files waiting, for tests that disturb whole runs on it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import load_contracts
from pipelines.intake.register import read_ledger
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.synthetic.compose import compose
from pipelines.synthetic.parcels import Kind, Parcel, unit_labels, write_parcel
from pipelines.synthetic.places import LONG_BIEN
from pipelines.warehouse import versions
from pipelines.warehouse.lake import Lake

CONTRACTS = load_contracts()
FORMS = ("grassroots_unions", "enterprises", "agreements")


def drop(inbox: Path, date: str, name: str, period: str, rows: int, kind: Kind = "template", forms: int = 3) -> Path:
    """One report of H004 with some rows of each form, the same ones in every period."""
    composed = compose(LONG_BIEN)
    parts = {
        form: composed[form].filter(org_unit_code="H004", period="2021-Q2").drop("org_unit_code", "period").head(rows)
        for form in FORMS[:forms]
    }
    path = f"{date}/H004/{name}"
    return write_parcel(Parcel(path, unit_labels(period)["H004"], period, parts, kind), inbox, CONTRACTS)


def fill_before(inbox: Path) -> None:
    """What the version before the disturbed run was made of."""
    drop(inbox, "2021-04-09", "quy-1.xlsx", "2021-Q1", 12)
    drop(inbox, "2021-07-09", "quy-2.xlsx", "2021-Q2", 12)


def fill(inbox: Path) -> None:
    """A new report, a new version of one, one that is returned, one that is unknown, and a file that comes twice."""
    third = drop(inbox, "2021-10-08", "quy-3.xlsx", "2021-Q3", 12)
    drop(inbox, "2021-10-09", "quy-2-sua.xlsx", "2021-Q2", 11)
    broken = drop(inbox, "2022-01-10", "quy-4.csv", "2021-Q4", 8, "csv", forms=1)
    lines = broken.read_bytes().decode("utf-8-sig").splitlines()
    # The last line is the total; in the one before it no cell says any more what it said.
    broken.write_text("\n".join([*lines[:-2], lines[-2].replace(";", ";x"), lines[-1]]), encoding="utf-8-sig")
    (inbox / "2022-01-11").mkdir()
    (inbox / "2022-01-11" / "anh.xlsx").write_bytes(b"not a workbook")
    shutil.copy(third, inbox / "2022-01-11" / "gui-lai.xlsx")


def start(settings: Settings, *words: str) -> subprocess.Popen[str]:
    """``congdoan run`` in a process group of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CONGDOAN_", "DAGSTER_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "run", "--data-dir", str(settings.root), *words],
        cwd=PROJECT_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str], expect: int = 0) -> str:
    """What a run said, on both streams; fails unless it exits as expected."""
    out, err = process.communicate()
    assert process.returncode == expect, f"exit {process.returncode}\n{out}\n{err}"
    return out + err


def content(settings: Settings) -> dict[str, Any]:
    """What a run leaves for others: receipts, rows of the lake, answers, hashes of the public tables and of views."""
    manifest = versions.read_manifest(settings.published)
    lake = Lake(settings.lake, CONTRACTS)
    return {
        "receipts": [{**asdict(receipt), "batch": None} for receipt in read_ledger(settings)],
        "raw": sorted(path.name for path in (settings.raw / "files").rglob("*") if path.is_file()),
        "inbox": sorted(path.name for path in settings.inbox.rglob("*")),
        "lake": {
            table: sorted(lake.read(table).rows(), key=lambda row: tuple(str(value) for value in row))
            for table in lake.schemas
        },
        "answers": {
            path.relative_to(settings.returned).as_posix(): path.read_bytes()
            for path in settings.returned.rglob("*.xlsx")
        },
        "published": {name: manifest.get(name) for name in ("version", "tables", "views")},
    }


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The parts of the content that are not equal."""
    return [name for name in one if one[name] != other[name]]


def assert_published_is_whole(settings: Settings) -> None:
    """Every version that is listed is as it was sealed, and so is each file under the names that never change.

    These are replaced one by one: between two runs they may be of two versions, each of them whole.
    """
    published = settings.published
    if not (published / "warehouse.duckdb").exists():
        return
    hashes: dict[str, set[str]] = {}
    for folder in (published / "versions").iterdir():
        assert versions.is_whole(folder), folder
        for line in (folder / versions.SUMS).read_text(encoding="utf-8").splitlines():
            digest, _, name = line.partition("  ")
            hashes.setdefault(name, set()).add(digest)
    for name, known in hashes.items():
        if (published / name).exists():
            assert versions.sha256(published / name) in known, name
    assert json.loads((published / versions.MANIFEST).read_bytes())["version"]
    for name in ("warehouse", "readers"):
        with duckdb.connect(published / f"{name}.duckdb", read_only=True) as connection:
            for schema, table in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall():
                connection.execute(f'select count(*) from "{schema}"."{table}"')
