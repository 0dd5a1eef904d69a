"""Dagster's history of events, in SQLite as by default, without the cost that the default has for each event."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

_KEPT_OPEN = 8


class EventLog(SqliteEventLogStorage):
    """The event log of ``dagster.yaml``, with connections that stay open.

    A run stores some two thousand events. Dagster makes an engine and a connection for each of them: a new engine
    compiles every statement anew, and a file that its last connection leaves is written through to the disk. More than
    half of what a run spent outside of dbt went there.

    Nor does a commit wait for the disk. In WAL mode a process that is killed loses nothing by that; if the power
    fails, the last events may be missing, and the numbers do not hang on them.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Nothing: the files are where Dagster puts them by default."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> EventLog:
        """The event log below ``DAGSTER_HOME``."""
        return cls(str(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs"), inst_data)

    def run_connection(self, run_id: str | None = None) -> AbstractContextManager[Connection]:
        """A connection, in a transaction, to the events of a run."""
        return self._transaction(str(run_id), super().run_connection(run_id))

    def index_connection(self) -> AbstractContextManager[Connection]:
        """A connection, in a transaction, to the events of all runs that assets and checks are about."""
        return self._transaction(INDEX_SHARD_NAME, super().index_connection())

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; asked for every result of a check, and a table that is there stays."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        """Close every file."""
        for engine in self._engines.values():
            engine.dispose()
        super().dispose()

    @contextmanager
    def _transaction(self, shard: str, first: AbstractContextManager[Connection]) -> Iterator[Connection]:
        """The first connection to a file is Dagster's own, which makes the tables if need be."""
        engine = self._engines.get(shard)
        if engine is None:
            with first as connection:
                yield connection
            self._keep(shard)
        else:
            with self._db_lock, engine.begin() as connection:
                yield connection

    def _keep(self, shard: str) -> None:
        """Remember how to reach a file; of the files of runs only the last ones stay open."""
        engine = create_engine(self.conn_string_for_shard(shard), connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
        event.listen(engine, "connect", lambda connection, _: connection.execute("pragma synchronous = normal"))
        with self._db_lock:
            self._engines[shard] = engine
            runs = [name for name in self._engines if name != INDEX_SHARD_NAME]
            for name in runs[:-_KEPT_OPEN]:
                self._engines.pop(name).dispose()
