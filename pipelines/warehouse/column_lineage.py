"""Which column of a dbt model comes from which columns of the nodes it reads, told from the compiled SQL.

sqlglot names the table of every column; following them through CTEs, subqueries and unions is done here, once per
scope: ``sqlglot.lineage`` follows each column of a model anew, which takes some four times as long over this project.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from sqlglot import MappingSchema, exp, parse_one
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from pipelines.settings import Settings
from pipelines.warehouse.build_tables import BuiltTable

Place = tuple[str, str]
"""Schema and name of a table."""
Source = tuple[Place, str]
"""A table and a column of it."""
Columns = dict[str, list[tuple[str, str]]]
"""Column → (unique_id of a dbt node, column of it) that it is made of, sorted."""

_DIALECT = "duckdb"
_CACHE = "column_lineage.json"


def column_lineage(settings: Settings, built: Mapping[Place, BuiltTable]) -> dict[str, Columns]:
    """Lineage of every model that the last dbt build compiled, by unique_id; only what has changed is worked out anew.

    Args:
        settings: where dbt has left its manifest; what is known is kept beside it.
        built: the tables of the build, for the names of the columns that a model reads.
    """
    manifest = json.loads((settings.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    cache = settings.dbt_target / _CACHE
    known = json.loads(cache.read_text(encoding="utf-8")) if cache.exists() else {}
    found: dict[str, Any] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or _place(node) not in built:
            continue
        if not node.get("compiled_code"):  # dbt was asked for other models only
            if node["unique_id"] in known:
                found[node["unique_id"]] = known[node["unique_id"]]
            continue
        columns = list(built[_place(node)].types)
        read = [_node(manifest, parent) for parent in node["depends_on"]["nodes"]]
        ids = {_place(parent): parent["unique_id"] for parent in read}
        tables = {place: list(built[place].types) for place in ids if place in built}
        mark = _mark(node["compiled_code"], columns, sorted(ids.items()), sorted(tables.items()))
        if known.get(node["unique_id"], {}).get("mark") == mark:
            found[node["unique_id"]] = known[node["unique_id"]]
            continue
        if tables or not ids:
            sources = sources_of(node["compiled_code"], tables)
        else:
            # Staging reads the files of one table of the lake by a function, each column under its own name.
            sources = {column: {(place, column) for place in ids} for column in columns}
        found[node["unique_id"]] = {
            "mark": mark,
            "columns": {
                column: sorted((ids[place], of) for place, of in sources.get(column, ()) if place in ids)
                for column in columns
            },
        }
    if found != known:
        beside = cache.with_name(f".{cache.name}.new")
        beside.write_text(json.dumps(found), encoding="utf-8")
        os.replace(beside, cache)
    return {
        model: {column: [(node, of) for node, of in made_of] for column, made_of in one["columns"].items()}
        for model, one in found.items()
    }


def sources_of(sql: str, tables: Mapping[Place, Sequence[str]]) -> dict[str, set[Source]]:
    """Column → sources, of what a query gives.

    Args:
        sql: the query.
        tables: columns of each table that it reads, in order.

    Raises:
        sqlglot.errors.SqlglotError: the query cannot be read, or names a column that no table has.
    """
    schema = MappingSchema(dialect=_DIALECT)
    for (where, name), columns in tables.items():
        schema.add_table(exp.table_(name, db=where), dict.fromkeys(columns, "varchar"))
    query = parse_one(sql, dialect=_DIALECT)
    for table in query.find_all(exp.Table):
        table.set("catalog", None)  # one file, whatever it is called
    scope = build_scope(qualify(query, schema=schema, dialect=_DIALECT, validate_qualify_columns=False, identify=False))
    return _outputs(scope, {}) if scope else {}


def _outputs(scope: Scope, done: dict[int, dict[str, set[Source]]]) -> dict[str, set[Source]]:
    """Column → sources, of one scope; the parts of a union go by the place of the column."""
    if id(scope) not in done:
        if scope.set_operation_scopes:
            first, *others = (_outputs(part, done) for part in scope.set_operation_scopes)
            places = [list(other.values()) for other in others]
            done[id(scope)] = {
                name: sources.union(*(other[at] for other in places))
                for at, (name, sources) in enumerate(first.items())
            }
        else:
            selects = cast(exp.Query, scope.expression).selects
            done[id(scope)] = {one.alias_or_name: set(_sources(one, scope, done)) for one in selects}
    return done[id(scope)]


def _sources(expression: exp.Expr, scope: Scope, done: dict[int, dict[str, set[Source]]]) -> Iterator[Source]:
    nested = {alias: source for part in scope.subquery_scopes for alias, source in part.sources.items()}
    for column in expression.find_all(exp.Column):
        source = scope.sources.get(column.table) or nested.get(column.table)
        if isinstance(source, Scope):
            yield from _outputs(source, done).get(column.name, ())
        elif isinstance(source, exp.Table):
            yield (source.db, source.name), column.name


def _node(manifest: Mapping[str, Any], unique_id: str) -> Mapping[str, Any]:
    return manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]


def _place(node: Mapping[str, Any]) -> Place:
    return node["schema"], node.get("alias") or node["name"]


def _mark(*parts: object) -> str:
    """Changes when lineage may."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
