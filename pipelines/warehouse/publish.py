"""The only gate to readers: copies the public marts of a tested build into a new file and moves it into place.

Readers hold a whole old version or a whole new one. The content decides whether there is a new version at all:
the same lake gives the same Parquet bytes, hence the same version, and nothing is touched.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.settings import Settings

PUBLIC_SCHEMA = "marts"
_VIEW_SCHEMAS = ("lineage",)
"""Of views on the public tables, which go out as they are."""
# Clients from DuckDB 1.2 on can read the file; the default format of 2.0 shuts out 1.4, which BI drivers still bundle.
_STORAGE_VERSION = "v1.2.0"


@dataclass(frozen=True)
class Publication:
    """What is published now: its version, rows per table, and whether this run changed it."""

    version: str
    row_counts: dict[str, int]
    is_new: bool


def publish(settings: Settings) -> Publication:
    """Publish the build, unless its public content is what readers have already."""
    folder = settings.published
    staging = folder / ".staging"
    shutil.rmtree(staging, ignore_errors=True)
    (staging / "parquet").mkdir(parents=True)
    manifest_path = folder / "manifest.json"
    try:
        row_counts = _export(settings.build_db, staging)
        hashes = {path.stem: _sha256(path) for path in sorted((staging / "parquet").glob("*.parquet"))}
        version = hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()[:12]
        if _is_published(folder, read_manifest(settings).get("version") == version, hashes):
            return Publication(version, row_counts, is_new=False)
        (folder / "parquet").mkdir(exist_ok=True)
        for path in (staging / "parquet").glob("*.parquet"):
            os.replace(path, folder / "parquet" / path.name)
        os.replace(staging / "warehouse.duckdb", folder / "warehouse.duckdb")
        manifest = {
            "version": version,
            "tables": {name: {"rows": row_counts[name], "sha256": sha256} for name, sha256 in hashes.items()},
        }
        (staging / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        os.replace(staging / "manifest.json", manifest_path)
        _drop_tables_no_longer_published(folder / "parquet", set(hashes))
        return Publication(version, row_counts, is_new=True)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def read_manifest(settings: Settings) -> dict[str, object]:
    """The manifest of what is published; empty before the first publication."""
    path = settings.published / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _is_published(folder: Path, is_version: bool, hashes: dict[str, str]) -> bool:
    """Whether readers have just these tables; a publication that was interrupted is made up for."""
    parquet = {path.stem: _sha256(path) for path in (folder / "parquet").glob("*.parquet")}
    return is_version and parquet == hashes and (folder / "warehouse.duckdb").exists()


def _export(build_db: Path, staging: Path) -> dict[str, int]:
    """Write every public table into ``warehouse.duckdb`` and ``parquet/``; rows per table."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{build_db}' as build (read_only)")
        connection.execute(f"attach '{staging / 'warehouse.duckdb'}' as public (storage_version '{_STORAGE_VERSION}')")
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
            connection.execute(f"comment on table {name} is {_literal(comment)}")
            row = connection.execute(f"select count(*) from {name}").fetchone()
            row_counts[table] = row[0] if row else 0
            connection.execute(
                f"copy (from {name}) to '{staging / 'parquet' / table}.parquet' (format parquet, compression zstd)"
            )
        for table, column, comment in connection.execute(
            "select table_name, column_name, comment from duckdb_columns()"
            " where database_name = 'build' and schema_name = ? and comment is not null",
            [PUBLIC_SCHEMA],
        ).fetchall():
            connection.execute(f'comment on column public.{PUBLIC_SCHEMA}.{table}."{column}" is {_literal(comment)}')
        _copy_views(connection)
    return row_counts


def _copy_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the views of the build anew on the published tables, those that others rest on first."""
    connection.execute("use public")
    waiting = connection.execute(
        "select schema_name || '.' || view_name, sql, comment from duckdb_views()"
        " where database_name = 'build' and schema_name in (select unnest(?)) order by all",
        [list(_VIEW_SCHEMAS)],
    ).fetchall()
    for schema in _VIEW_SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    while waiting:
        held_up = [view for view in waiting if not _create_view(connection, *view)]
        if len(held_up) == len(waiting):
            raise RuntimeError(f"These views rest on what is not published: {', '.join(name for name, *_ in held_up)}")
        waiting = held_up


def _create_view(connection: duckdb.DuckDBPyConnection, name: str, sql: str, comment: str | None) -> bool:
    """Whether all that the view rests on was there already."""
    try:
        connection.execute(sql)
    except duckdb.CatalogException:
        return False
    connection.execute(f"comment on view {name} is {_literal(comment)}")
    return True


def _literal(text: str | None) -> str:
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _drop_tables_no_longer_published(folder: Path, names: set[str]) -> None:
    for path in folder.glob("*.parquet"):
        if path.stem not in names:
            path.unlink()
