"""The schema ``bao_cao`` of the published file: every public table under Vietnamese names, codes as words.

Figures of few persons are not in it: a view over such figures reads a copy without them (schema ``protected``), never
the table itself, so that the views can be handed out where the tables cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import duckdb
import polars as pl
from joblib import Memory

from pipelines.contracts import Contracts
from pipelines.contracts.reader_views import ReaderView, ReaderViews
from pipelines.warehouse import persons
from pipelines.warehouse.emptied import without_small_figures
from pipelines.warehouse.reader_comments import reader_comment
from pipelines.warehouse.small_cells import SMALLEST_PUBLISHED

READER_SCHEMA: Final = "bao_cao"
PROTECTED_SCHEMA: Final = "protected"
NOTE_LABEL: Final = "Ghi chú"
_ANCESTORS: Final = "intermediate.int_org_unit_ancestors"
_ROWS_AT_ONCE: Final = 500_000


def write_reader_views(
    connection: duckdb.DuckDBPyConnection,
    build: str,
    schema: str,
    views: ReaderViews,
    contracts: Contracts,
    memory: Memory,
) -> dict[str, int]:
    """Create the views in the current database, over the tables of ``schema``; rows per view.

    A view is left out when its table is not there, and one over figures of persons also when the tables that tell
    which of them are small are not.

    Args:
        connection: whose current database is the one to write to.
        build: the attached database that dbt built; the tree of each period is read from it.
        schema: where the public tables are.
        views: the labels, and what is withheld.
        contracts: the forms, for labels and code lists.
        memory: keeps which figures of a quarter are withheld, from one version to the next.
    """
    there = {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = current_database() and schema_name = ?",
            [schema],
        ).fetchall()
    }
    connection.execute(f"create schema {READER_SCHEMA}")
    shown = {name: view for name, view in views.views.items() if view.table in there}
    if not there.issuperset(persons.TABLES):
        shown = {name: view for name, view in shown.items() if not view.withheld}
    protected = [view for view in shown.values() if view.withheld]
    if protected:
        _write_protected(connection, build, schema, protected, views, contracts, memory)
    rows, shared = {}, _shared_names(views)
    for name, view in sorted(shown.items()):
        source = PROTECTED_SCHEMA if view.withheld else schema
        columns = _columns(connection, source, view.table)
        labels = dict(_labelled(view, columns, views, contracts))
        words = {column: views.words(view, column, contracts) for column in labels}
        names = shared | {column: f"“{label}”" for column, label in labels.items()}
        parts = (f"{_shown(column, words[column])} as {quoted(label)}" for column, label in labels.items())
        connection.execute(
            f"create view {READER_SCHEMA}.{name} as select {', '.join(parts)} from {source}.{view.table}"
        )
        connection.execute(f"comment on view {READER_SCHEMA}.{name} is {literal(view.title)}")
        for column, label in labels.items():
            comment = reader_comment(columns[column] or label, words[column], names)
            connection.execute(f"comment on column {READER_SCHEMA}.{name}.{quoted(label)} is {literal(comment)}")
        counted = connection.execute(f"select count(*) from {source}.{view.table}").fetchone()
        rows[name] = counted[0] if counted else 0
    return rows


def _shared_names(views: ReaderViews) -> dict[str, str]:
    """What comments of any view may name: table → view, code that no word of the language looks like → its word."""
    codes = {code: word for words in views.codes.values() for code, word in words.items() if "_" in code}
    return {code: f"“{word}”" for code, word in codes.items()} | {
        view.table: name for name, view in views.views.items()
    }


def literal(text: str | None) -> str:
    """A text as a literal of SQL."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def _write_protected(
    connection: duckdb.DuckDBPyConnection,
    build: str,
    schema: str,
    protected: list[ReaderView],
    views: ReaderViews,
    contracts: Contracts,
    memory: Memory,
) -> None:
    """Copies of the tables without figures of few persons, with the comments of the tables."""
    connection.execute(f"create schema {PROTECTED_SCHEMA}")
    labels: dict[str, dict[str, str]] = {}
    for view in protected:
        columns = _columns(connection, schema, view.table)
        labels[view.table] = {column: views.label(view, column, contracts) or column for column in columns}
        name = f"{PROTECTED_SCHEMA}.{view.table}"
        connection.execute(
            f"create table {name} as select *, null::varchar as note_vi from {schema}.{view.table} limit 0"
        )
        title = f"{view.title}, không có số dưới {SMALLEST_PUBLISHED} người."
        connection.execute(f"comment on table {name} is {literal(title)}")
        comments = {
            **columns,
            "note_vi": "Cột nào có số nhỏ nên không công bố; trống khi không có. (What is withheld.)",
        }
        for column, comment in comments.items():
            connection.execute(f"comment on column {name}.{quoted(column)} is {literal(comment)}")
    blocks = _blocks(connection, build, schema, {*persons.TABLES, *labels})
    for marts, withheld in persons.withheld_figures(blocks, views.units_of_persons, memory):
        for view in protected:
            safe = without_small_figures(marts[view.table], view, labels[view.table], withheld, marts["ancestors"])
            connection.register("safe", safe)
            connection.execute(f"insert into {PROTECTED_SCHEMA}.{view.table} by name select * from safe")
            connection.unregister("safe")
        # Rows that are not committed yet stand in memory, beside what DuckDB's limit allows.
        connection.execute("commit")
        connection.execute("begin")


def _blocks(
    connection: duckdb.DuckDBPyConnection, build: str, schema: str, tables: Iterable[str]
) -> Iterator[dict[str, pl.DataFrame]]:
    """The rows of the tables and their ``ancestors``, some periods at a time; dimensions whole.

    Small periods come together, large ones each on their own: many years need no more memory than a quarter.
    """
    whole = {name: connection.table(f"{schema}.{name}").pl() for name in tables if name.startswith("dim_")}
    sources = {name: f"from {schema}.{name}" for name in sorted(tables) if name not in whole}
    held = " union all ".join(f"(select period {source})" for source in sources.values())
    tree = f"select period, org_unit_code, ancestor_code, distance from {build}.{_ANCESTORS}"
    for span in connection.execute(
        f"""
        with periods as (select period, sum(count(*)) over (order by period) as so_far from ({held}) group by period)
        select min(period), max(period) from periods group by so_far // {_ROWS_AT_ONCE} order by 1
        """
    ).fetchall():
        within = "where period between ? and ?"
        rows = {name: connection.sql(f"{source} {within}", params=span).pl() for name, source in sources.items()}
        yield whole | rows | {"ancestors": connection.sql(f"{tree} {within} order by all", params=span).pl()}


def _columns(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> dict[str, str | None]:
    """Column → comment of a table of the current database, in their order."""
    return dict(
        connection.execute(
            "select column_name, comment from duckdb_columns() where database_name = current_database()"
            " and schema_name = ? and table_name = ? order by column_index",
            [schema, table],
        ).fetchall()
    )


def _labelled(
    view: ReaderView, columns: dict[str, str | None], views: ReaderViews, contracts: Contracts
) -> Iterator[tuple[str, str]]:
    """The columns that are shown, with their labels; one without a label is not shown."""
    for column in columns:
        label = NOTE_LABEL if column == "note_vi" else views.label(view, column, contracts)
        if label and column not in view.hidden:
            yield column, label


def _shown(column: str, words: dict[str, str]) -> str:
    """The expression for a column: its codes as words, an unknown code as it is."""
    if not words:
        return quoted(column)
    whens = " ".join(f"when {literal(code)} then {literal(word)}" for code, word in words.items())
    return f"case {quoted(column)} {whens} else {quoted(column)} end"
