"""What dbt has built: rows and types of every table, and a look at the public ones, each from one connection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.settings import Settings
from pipelines.warehouse.publish import PUBLIC_SCHEMA
from pipelines.warehouse.reader_views import quoted

PREVIEW_ROWS = 5


@dataclass(frozen=True)
class BuiltTable:
    """A table of the build file: rows (None for a view, which is not asked), and type by column, in order."""

    rows: int | None
    types: dict[str, str]


def built_tables(settings: Settings) -> dict[tuple[str, str], BuiltTable]:
    """Every table and view of the build file by schema and name; to be asked when dbt has left the file."""
    with duckdb.connect(settings.build_db, read_only=True) as connection:
        # DuckDB knows the size of a table that was written whole: nothing is read for it.
        rows = {
            (schema, table): size
            for schema, table, size in connection.execute(
                "select schema_name, table_name, estimated_size from duckdb_tables() where not internal"
            ).fetchall()
        }
        types: dict[tuple[str, str], dict[str, str]] = {}
        for schema, table, column, data_type in connection.execute(
            "select schema_name, table_name, column_name, lower(data_type) from duckdb_columns()"
            " where not internal order by schema_name, table_name, column_index"
        ).fetchall():
            types.setdefault((schema, table), {})[column] = data_type
    return {place: BuiltTable(rows.get(place), columns) for place, columns in types.items()}


def public_previews(settings: Settings, tables: Iterable[str]) -> dict[str, pl.DataFrame]:
    """The newest rows of public tables: those of the last period where a table has periods."""
    shown: dict[str, pl.DataFrame] = {}
    with duckdb.connect(settings.build_db, read_only=True) as connection:
        for table in tables:
            name = f"{PUBLIC_SCHEMA}.{quoted(table)}"
            columns = [row[0] for row in connection.execute(f"describe {name}").fetchall()]
            newest = f"where period = (select max(period) from {name})" if "period" in columns else ""
            shown[table] = connection.sql(f"select * from {name} {newest} order by all limit {PREVIEW_ROWS}").pl()
    return shown
