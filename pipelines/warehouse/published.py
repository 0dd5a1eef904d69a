"""Reads what is published. A reader holds the whole version that stood there when it opened the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import duckdb
import polars as pl

from pipelines.settings import Settings
from pipelines.warehouse.dbt import memory_limit
from pipelines.warehouse.publish import PUBLIC_SCHEMA


class NotPublishedError(LookupError):
    """There is no published file yet, or it has no such table; the message names what is missing."""


class UnreadableFileError(RuntimeError):
    """The published file is there, and DuckDB cannot read it."""


@contextmanager
def open_published(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, to be read, with no more memory than a build has: what does not fit goes to the disk.

    Raises:
        NotPublishedError: nothing is published, or what is asked for is not among it.
    """
    path = settings.published / "warehouse.duckdb"
    if not path.exists():
        raise NotPublishedError(str(path))
    with duckdb.connect(path, read_only=True) as connection:
        connection.execute(f"set memory_limit = '{memory_limit()}'")
        connection.execute(f"set temp_directory = '{settings.build / 'reading.tmp'}'")
        try:
            yield connection
        except duckdb.CatalogException as error:
            raise NotPublishedError(f"{path}: {error}") from error


def read_published(settings: Settings, tables: Iterable[str]) -> dict[str, pl.DataFrame]:
    """Whole public tables by name, all of the same version.

    Raises:
        NotPublishedError: nothing is published, or a table is not among what is.
    """
    with open_published(settings) as connection:
        return {table: connection.table(f"{PUBLIC_SCHEMA}.{table}").pl() for table in tables}


def rows_by_table(settings: Settings) -> dict[str, int]:
    """Public table → how many rows the published file has of it.

    Raises:
        NotPublishedError: nothing is published.
        UnreadableFileError: the file is damaged.
    """
    try:
        with open_published(settings) as connection:
            tables = connection.execute(
                "select table_name from duckdb_tables() where schema_name = ? order by all", [PUBLIC_SCHEMA]
            ).fetchall()
            return {name: connection.table(f"{PUBLIC_SCHEMA}.{name}").shape[0] for (name,) in tables}
    except duckdb.Error as error:
        raise UnreadableFileError(str(error)) from error
