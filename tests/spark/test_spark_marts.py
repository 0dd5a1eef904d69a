"""The demo's models on a Spark cluster of one master and two workers: every public table is that of DuckDB."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyspark
import pytest

from pipelines.settings import Settings
from pipelines.warehouse.dbt import DBT_PROJECT_DIR, environment, executable
from tests.conftest import congdoan
from tests.whole_runs import fill

HOST = "127.0.0.1"
WORKERS = 2
SPARK = Path(pyspark.__file__).parent


@dataclass(frozen=True)
class Cluster:
    """A standalone cluster: where drivers find it, and where each worker keeps what it ran."""

    url: str
    work: list[Path]


@pytest.fixture(scope="module")
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A data root that DuckDB has built: the demo's, or for a quick look one of a few reports."""
    if not os.environ.get("CONGDOAN_SPARK_SMALL"):
        return request.getfixturevalue("demo").settings
    settings = Settings(data_dir=tmp_path_factory.mktemp("small"))
    fill(settings.inbox)
    congdoan("run", "--data-dir", settings.root)
    return settings


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    port, page = _free_port(), _free_port()
    url = f"spark://{HOST}:{port}"
    work = [folder / f"worker-{number}" for number in range(WORKERS)]
    with ExitStack() as running:
        running.enter_context(
            _daemon(folder / "master.log", "master.Master", "--port", str(port), "--webui-port", str(page))
        )
        for path in work:
            running.enter_context(
                _daemon(
                    path.with_suffix(".log"),
                    *("worker.Worker", "--cores", "1", "--memory", "1g", "--webui-port", "0"),
                    *("--work-dir", str(path), url),
                )
            )
        _wait_for_workers(page)
        yield Cluster(url, work)


@pytest.fixture(scope="module")
def warehouse(root: Settings, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `dbt build` leaves on Spark: a folder of Parquet files for every table."""
    folder = tmp_path_factory.mktemp("warehouse")
    variables = {
        **environment(root),
        "CONGDOAN_SPARK_MASTER": cluster.url,
        "CONGDOAN_SPARK_DIR": folder.as_posix(),
        "DBT_TARGET_PATH": (folder / "target").as_posix(),
        "DBT_LOG_PATH": (folder / "target").as_posix(),
    }
    built = subprocess.run(
        [executable(), "build", "--target", "spark", "--exclude-resource-type", "unit_test"],
        cwd=DBT_PROJECT_DIR,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout[-10_000:] + built.stderr[-2_000:]
    return folder / "warehouse"


def test_both_workers_took_part(warehouse: Path, cluster: Cluster) -> None:
    assert warehouse.exists()
    assert [len(list(path.glob("app-*"))) for path in cluster.work] == [1] * WORKERS


def test_every_public_table_is_that_of_duckdb(warehouse: Path, root: Settings) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{root.published / 'warehouse.duckdb'}' as published (read_only)")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'published' and schema_name = 'marts'"
        ).fetchall()
        assert len(tables) > 30
        differences = {name: found for (name,) in tables if (found := _differences(connection, warehouse, name))}
    assert differences == {}


def _differences(connection: duckdb.DuckDBPyConnection, warehouse: Path, name: str) -> dict[str, object]:
    """How a table of Spark differs from the published one: columns with their types, rows on either side only."""
    connection.execute(f"create or replace temp view ours as from published.marts.{name}")
    connection.execute(
        f"create or replace temp view theirs as from read_parquet('{warehouse}/marts.db/{name}/*.parquet')"
    )
    columns = [connection.execute(f"describe {side}").fetchall() for side in ("ours", "theirs")]
    ours, theirs = ([(name, type_) for name, type_, *_ in side] for side in columns)
    rows = {
        f"only in {side}": connection.execute(f"select * from (from {side} except all from {other}) limit 3").fetchall()
        for side, other in (("ours", "theirs"), ("theirs", "ours"))
    }
    return {
        **({} if ours == theirs else {"columns": (ours, theirs)}),
        **{side: some for side, some in rows.items() if some},
    }


@contextmanager
def _daemon(log: Path, class_name: str, *words: str) -> Iterator[None]:
    """A process of the cluster; spark-class becomes the process of Java itself, so that ending it ends all."""
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [SPARK / "bin" / "spark-class", f"org.apache.spark.deploy.{class_name}", "--host", HOST, *words],
            env={**os.environ, "SPARK_HOME": str(SPARK), "SPARK_LOCAL_IP": HOST, "SPARK_DAEMON_MEMORY": "512m"},
            stdout=out,
            stderr=out,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def _wait_for_workers(page: int) -> None:
    """Until the master's page says that all workers are there."""
    said: object = None
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"http://{HOST}:{page}/json/", timeout=5) as answer:
                said = json.load(answer)["aliveworkers"]
        except OSError as error:
            said = error
        if said == WORKERS:
            return
        time.sleep(0.5)
    pytest.fail(f"The cluster did not come up: {said}")
