"""The SQL of the dbt project on inputs of a test's own: compiled by dbt once, then run in DuckDB in memory.

What dbt does around a model (contracts, comments, schemas on disk) is left out, so that a run takes milliseconds and
can be repeated for many made-up inputs; the whole of it is what ``test_dbt.py`` and the demo test.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import duckdb
import polars as pl

from pipelines.contracts import load_contracts
from pipelines.settings import Settings
from pipelines.warehouse.dbt import DBT_PROJECT_DIR, environment, executable
from pipelines.warehouse.lake import Lake


class CompiledProject:
    """Nodes of the manifest by name: seeds, models and data tests, with what dbt made of their SQL."""

    def __init__(self, settings: Settings) -> None:
        """Compile the project for a data root, whose lake is empty where it has no rows.

        Raises:
            AssertionError: dbt could not compile it.
        """
        self.settings = settings
        settings.build.mkdir(parents=True, exist_ok=True)
        Lake(settings.lake, load_contracts()).prepare()
        compiled = subprocess.run(
            [executable(), "--quiet", "compile", "--project-dir", str(DBT_PROJECT_DIR)],
            env={**os.environ, **environment(settings)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert compiled.returncode == 0, compiled.stdout + compiled.stderr
        manifest = json.loads((settings.dbt_target / "manifest.json").read_text(encoding="utf-8"))
        self._nodes: dict[str, dict[str, Any]] = manifest["nodes"]
        self._ids = {node["name"]: node_id for node_id, node in self._nodes.items()}
        self._database = settings.build_db.stem

    def names(self, resource_type: str) -> list[str]:
        """Every node of a type (``seed``, ``model``, ``test``)."""
        return sorted(node["name"] for node in self._nodes.values() if node["resource_type"] == resource_type)

    def tests_of(self, *tables: str) -> list[str]:
        """The data tests that look at nothing but these seeds and models, or at what they are made of."""
        known = {self._ids[table] for table in tables} | {node for table in tables for node in self._above(table)}
        return [name for name in self.names("test") if set(self._parents(self._ids[name])) <= known]

    def open(self) -> duckdb.DuckDBPyConnection:
        """An empty database in memory with the seeds as they stand in the project."""
        connection = duckdb.connect()
        connection.execute(f"attach ':memory:' as {self._database}")
        for name in self.names("seed"):
            node = self._nodes[self._ids[name]]
            columns = {column: kind for column, kind in node["config"]["column_types"].items()}
            path = DBT_PROJECT_DIR / node["original_file_path"]
            source = f"read_csv('{path}', header = true, columns = {columns!r})"
            self._create(connection, node, f"select * from {source}")
        return connection

    def run(
        self, connection: duckdb.DuckDBPyConnection, given: Mapping[str, pl.DataFrame], tables: Iterable[str]
    ) -> None:
        """Put frames in the place of seeds or models, and build tables with all that they need."""
        for name, frame in given.items():
            connection.register("given", frame)
            self._create(connection, self._nodes[self._ids[name]], "select * from given")
            connection.unregister("given")
        built = {self._ids[name] for name in given}
        for table in tables:
            for node_id in (*self._above(table, built), self._ids[table]):
                node = self._nodes[node_id]
                if node_id not in built and node["resource_type"] == "model":
                    self._create(connection, node, node["compiled_code"])
                    built.add(node_id)

    def failures(self, connection: duckdb.DuckDBPyConnection, test: str) -> list[tuple[Any, ...]]:
        """The rows for which a data test of the project would fail."""
        return connection.execute(self._nodes[self._ids[test]]["compiled_code"]).fetchall()

    def _create(self, connection: duckdb.DuckDBPyConnection, node: dict[str, Any], sql: str) -> None:
        connection.execute(f"create schema if not exists {self._database}.{node['schema']}")
        connection.execute(f"create or replace table {node['relation_name']} as {sql}")

    def _parents(self, node_id: str) -> list[str]:
        return [parent for parent in self._nodes[node_id]["depends_on"].get("nodes", ()) if parent in self._nodes]

    def _above(self, name: str, stop: Iterable[str] = ()) -> Iterator[str]:
        """All that a node is made of, each before what is made of it; nothing above ``stop``."""
        seen = set(stop)

        def walk(node_id: str) -> Iterator[str]:
            for parent in self._parents(node_id):
                if parent not in seen:
                    seen.add(parent)
                    yield from walk(parent)
                    yield parent

        return walk(self._ids[name])
