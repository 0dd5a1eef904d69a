"""The published tables by cell, for tests that compute anew what a report shows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from tests.site_pages import Cell


class Marts:
    """Values of the published tables by cell, of all of them or of those that may leave the data team."""

    def __init__(self, warehouse: Path, *, safe: bool):
        self._connection = duckdb.connect(warehouse, read_only=True)
        protected = "select table_name from duckdb_tables() where schema_name = 'protected'"
        self._protected = {name for (name,) in self._connection.execute(protected).fetchall()} if safe else set()
        self._indexes: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], list[dict[str, Any]]]] = {}
        self._frames: dict[str, list[dict[str, Any]]] = {}

    def value(self, cell: Cell) -> Any:
        """The value; None where it is null or there is no such row. Fails where the key fits several rows."""
        table, column, key = cell
        names = tuple(name for name, _ in key)
        if table not in self._frames:
            schema = "protected" if table in self._protected else "marts"
            self._frames[table] = self._connection.sql(f"select * from {schema}.{table}").pl().to_dicts()
        if (table, names) not in self._indexes:
            index: dict[tuple[str, ...], list[dict[str, Any]]] = {}
            for row in self._frames[table]:
                index.setdefault(tuple(str(row[name]) for name in names), []).append(row)
            self._indexes[(table, names)] = index
        rows = self._indexes[(table, names)].get(tuple(value for _, value in key), [])
        assert len(rows) < 2, f"{cell} fits {len(rows)} rows"
        return rows[0][column] if rows else None


def computed(cells: Iterable[Cell], formula: str, marts: Marts) -> Any:
    """What a figure of these cells must show, computed anew."""
    values = [marts.value(cell) for cell in cells]
    match formula:
        case "value":
            (value,) = values
            return value
        case "difference":
            one, other = values
            return one - other
        case _:
            assert formula == "sum"
            return sum(values) if values else None
