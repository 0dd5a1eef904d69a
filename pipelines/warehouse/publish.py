"""The only gate to readers: copies the public marts of a tested build into a new version and moves it into place.

Readers hold a whole old version or a whole new one. The content decides whether there is a new version at all: the
same lake, rules and models give the same Parquet bytes and the same manifest, hence the same version, and nothing is
touched.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final

import duckdb
from joblib import Memory

from pipelines.contracts import Contracts, load_contracts
from pipelines.contracts.loader import EXPECTATIONS_DIR
from pipelines.contracts.reader_views import load_reader_views
from pipelines.settings import Settings
from pipelines.warehouse import versions
from pipelines.warehouse.dbt import memory_limit, project_hash
from pipelines.warehouse.reader_views import READER_SCHEMA, literal, quoted, write_reader_views

PUBLIC_SCHEMA = "marts"
LINEAGE_SCHEMA = "lineage"
"""Of views on the public tables, which go out as they are."""
# Clients from DuckDB 1.2 on can read the file; the default format of 2.0 shuts out 1.4, which BI drivers still bundle.
_STORAGE_VERSION = "v1.2.0"
_TABLES: Final = "parquet"
"""Folder of the public tables as Parquet."""
_READERS: Final = "readers"
"""Folder of the views for readers as Parquet, and the DuckDB file that holds nothing else."""
_MOST_REMEMBERED: Final = "1G"
"""Of what was found of earlier versions: ten years of a country several times over."""


@dataclass(frozen=True)
class Publication:
    """What is published now: its version, rows per table, and whether this run changed it."""

    version: str
    row_counts: dict[str, int]
    is_new: bool


def publish(settings: Settings) -> Publication:
    """Publish the build, unless its public content is what readers have already."""
    staging = settings.published / ".staging"
    _clear(staging)
    for folder in (_TABLES, _READERS):
        (staging / folder).mkdir(parents=True)
    try:
        contracts = load_contracts()
        memory = Memory(settings.build / "withheld", verbose=0)
        tables, views, newest_period = _export(settings.build_db, staging, contracts, memory)
        memory.reduce_size(bytes_limit=_MOST_REMEMBERED)
        content: dict[str, Any] = {
            "newest_period": newest_period,
            "rules": _hash(json.dumps([rule.model_dump(mode="json") for rule in contracts.rules()])),
            "contracts": _hash_of_files(
                [*EXPECTATIONS_DIR.glob("forms/*.yaml"), EXPECTATIONS_DIR / "reader_views.yaml"]
            ),
            "dbt_project": project_hash(),
            "tables": {name: _described(staging, _TABLES, name, rows) for name, rows in tables.items()},
            "views": {name: _described(staging, _READERS, name, rows) for name, rows in views.items()},
        }
        version = _hash(json.dumps(content, sort_keys=True))[:12]
        if versions.is_installed(settings.published, version):
            return Publication(version, tables, is_new=False)
        (staging / versions.MANIFEST).write_text(
            json.dumps({"version": version, **content}, indent=2, ensure_ascii=False) + "\n",
            encoding="utf-8",
            newline="\n",
        )
        versions.seal(staging)
        versions.install(staging, settings.published, version, settings.keep_versions)
        return Publication(version, tables, is_new=True)
    finally:
        _clear(staging)


def _spill(staging: Path) -> Path:
    """Where DuckDB puts what does not fit into memory."""
    return staging.with_suffix(".tmp")


def _clear(staging: Path) -> None:
    for folder in (staging, _spill(staging)):
        shutil.rmtree(folder, ignore_errors=True)


def read_manifest(settings: Settings) -> dict[str, object]:
    """The manifest of what is published; empty before the first publication."""
    return versions.read_manifest(settings.published)


def _export(
    build_db: Path, staging: Path, contracts: Contracts, memory: Memory
) -> tuple[dict[str, int], dict[str, int], str | None]:
    """Write both DuckDB files and all Parquet files; rows per table and per view, and the newest period with data."""
    with duckdb.connect(
        config={"memory_limit": memory_limit(), "temp_directory": _spill(staging).as_posix()}
    ) as connection:
        connection.execute(f"attach '{build_db}' as build (read_only)")
        for name, file in (("public", "warehouse"), ("readers", _READERS)):
            path = staging / f"{file}.duckdb"
            connection.execute(f"attach '{path}' as {name} (storage_version '{_STORAGE_VERSION}')")
        # One transaction for either file: each statement would else wait for the disk.
        connection.execute("begin")
        tables = _copy_tables(connection, staging)
        connection.execute("use public")
        _create_lineage(connection)
        views = write_reader_views(connection, "build", PUBLIC_SCHEMA, load_reader_views(), contracts, memory)
        newest = None
        if "fct_submission" in tables:
            found = connection.execute(f"select max(period) from {PUBLIC_SCHEMA}.fct_submission where is_current")
            (newest,) = found.fetchone() or (None,)
        connection.execute("commit")
        connection.execute("begin")
        _copy_views(connection, views, staging)
        connection.execute("commit")
        connection.execute("use memory")
    return tables, views, newest


def _copy_tables(connection: duckdb.DuckDBPyConnection, staging: Path) -> dict[str, int]:
    """Every public table with its comments, into the file and as Parquet; rows per table."""
    connection.execute(f"create schema public.{PUBLIC_SCHEMA}")
    tables = connection.execute(
        "select table_name, comment from duckdb_tables() where database_name = 'build' and schema_name = ?",
        [PUBLIC_SCHEMA],
    ).fetchall()
    row_counts = {}
    for table, comment in sorted(tables):
        name = f"public.{PUBLIC_SCHEMA}.{table}"
        # Ordered by every column: neither threads nor the order of arrival show in the bytes.
        connection.execute(f"create table {name} as select * from build.{PUBLIC_SCHEMA}.{table} order by all")
        connection.execute(f"comment on table {name} is {literal(comment)}")
        row = connection.execute(f"select count(*) from {name}").fetchone()
        row_counts[table] = row[0] if row else 0
        _write_parquet(connection, name, staging / _TABLES / f"{table}.parquet")
    for table, column, comment in connection.execute(
        "select table_name, column_name, comment from duckdb_columns()"
        " where database_name = 'build' and schema_name = ? and comment is not null",
        [PUBLIC_SCHEMA],
    ).fetchall():
        connection.execute(f"comment on column public.{PUBLIC_SCHEMA}.{table}.{quoted(column)} is {literal(comment)}")
    return row_counts


def _create_lineage(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the views of the build anew on the published tables, those that others rest on first."""
    connection.execute(f"create schema {LINEAGE_SCHEMA}")
    views = {
        name: (sql, comment)
        for name, sql, comment in connection.execute(
            "select view_name, sql, comment from duckdb_views()"
            " where database_name = 'build' and schema_name = ? order by all",
            [LINEAGE_SCHEMA],
        ).fetchall()
    }
    rests_on = {
        name: [other for other in views if other != name and re.search(rf"\b{other}\b", sql)]
        for name, (sql, _) in views.items()
    }
    for name in TopologicalSorter(rests_on).static_order():
        sql, comment = views[name]
        connection.execute(sql)
        connection.execute(f"comment on view {LINEAGE_SCHEMA}.{name} is {literal(comment)}")


def _copy_views(connection: duckdb.DuckDBPyConnection, views: Iterable[str], staging: Path) -> None:
    """What the views show as tables of a file of their own, which holds no figure of few persons, and as Parquet."""
    connection.execute(f"create schema readers.{READER_SCHEMA}")
    for view in views:
        name = f"readers.{READER_SCHEMA}.{view}"
        connection.execute(f"create table {name} as from public.{READER_SCHEMA}.{view}")
        _write_parquet(connection, name, staging / _READERS / f"{view}.parquet")
    for view, comment in connection.execute(
        "select view_name, comment from duckdb_views() where database_name = 'public' and schema_name = ?",
        [READER_SCHEMA],
    ).fetchall():
        connection.execute(f"comment on table readers.{READER_SCHEMA}.{view} is {literal(comment)}")
    for view, column, comment in connection.execute(
        "select table_name, column_name, comment from duckdb_columns()"
        " where database_name = 'public' and schema_name = ?",
        [READER_SCHEMA],
    ).fetchall():
        connection.execute(f"comment on column readers.{READER_SCHEMA}.{view}.{quoted(column)} is {literal(comment)}")


def _write_parquet(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    connection.execute(f"copy (from {table}) to '{path}' (format parquet, compression zstd)")


def _described(staging: Path, folder: str, name: str, rows: int) -> dict[str, Any]:
    file = f"{folder}/{name}.parquet"
    path = staging / file
    return {"rows": rows, "file": file, "bytes": path.stat().st_size, "sha256": versions.sha256(path)}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hash_of_files(paths: Iterable[Path]) -> str:
    return _hash("".join(f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in sorted(paths)))
