"""Readers in processes of their own while versions are published: no error, and every answer from one whole version."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import PROJECT_DIR, Settings
from pipelines.warehouse.publish import publish
from tests.whole_runs import drop, fill_before, finish, start

PUBLICATIONS = 10
RUNS = int(os.environ.get("CONGDOAN_KILLS", "0"))
# Opens, asks every table that tells its version, closes, over and over until a file says stop; prints what it saw.
READ = """
import json, sys
from pathlib import Path
import duckdb
file, stop, question = sys.argv[1:]
answers = []
while not Path(stop).exists():
    with duckdb.connect(file, read_only=True) as connection:
        answers.append(connection.execute(question).fetchone())
print(json.dumps(answers, default=str))
"""


def read_on(settings: Settings, stop: Path, question: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", READ, str(settings.published / "warehouse.duckdb"), str(stop), question]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROJECT_DIR)


def answers_of(reader: subprocess.Popen[str]) -> list[tuple[object, ...]]:
    out, err = reader.communicate(timeout=120)
    assert reader.returncode == 0, err
    return [tuple(answer) for answer in json.loads(out)]


def build(settings: Settings, version: int) -> None:
    """A build of which every table says its version, in many rows."""
    settings.build.mkdir(parents=True, exist_ok=True)
    settings.build_db.unlink(missing_ok=True)
    with duckdb.connect(settings.build_db) as connection:
        connection.execute("create schema marts")
        for table in ("mart_a", "mart_b", "mart_c"):
            connection.execute(f"create table marts.{table} as select {version} as v, range as n from range(20000)")


def test_two_readers_always_see_one_whole_version(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", keep_versions=1)
    build(settings, 0)
    publish(settings)
    question = "select " + ", ".join(
        f"(select {what} from marts.{table})"
        for table in ("mart_a", "mart_b", "mart_c")
        for what in ("min(v)", "max(v)", "count(*)")
    )
    readers = [read_on(settings, tmp_path / "stop", question) for _ in range(2)]
    for version in range(1, PUBLICATIONS + 1):
        build(settings, version)
        assert publish(settings).is_new
    (tmp_path / "stop").touch()
    for reader in readers:
        seen = answers_of(reader)
        versions = [answer[0] for answer in seen]
        assert all(answer == (answer[0], answer[0], 20000) * 3 for answer in seen)
        assert versions == sorted(versions) and len(set(versions)) > 2


@pytest.mark.skipif(not RUNS, reason="eleven whole runs: make kill")
def test_two_readers_always_see_one_whole_version_while_whole_runs_publish(tmp_path: Path) -> None:
    """Every run brings a new version of one report, with one more row of each form."""
    settings = Settings(data_dir=tmp_path / "data")
    fill_before(settings.inbox)
    finish(start(settings))
    question = """
        select
            (select count(*) from marts.fct_submission where form = 'grassroots_unions'),
            (select max(version) from marts.fct_submission where form = 'grassroots_unions' and period = '2021-Q2'),
            (select count(*) from marts.fct_membership where period = '2021-Q2'),
            (select members_total from marts.mart_membership
                where period = '2021-Q2' and org_unit_code = 'H004'
                and (sector, basis, scope) = ('all', 'as_reported', 'all'))
    """
    readers = [read_on(settings, tmp_path / "stop", question) for _ in range(2)]
    known = {_ask(settings, question)}
    for number in range(1, PUBLICATIONS + 1):
        drop(settings.inbox, f"2021-08-{number:02d}", f"sua-{number}.xlsx", "2021-Q2", 12 + number)
        finish(start(settings))
        known.add(_ask(settings, question))
    (tmp_path / "stop").touch()
    assert len(known) == PUBLICATIONS + 1
    for reader in readers:
        assert set(answers_of(reader)) == known


def _ask(settings: Settings, question: str) -> tuple[object, ...]:
    with duckdb.connect(settings.published / "warehouse.duckdb", read_only=True) as connection:
        (answer,) = connection.execute(question).fetchall()
    return answer
