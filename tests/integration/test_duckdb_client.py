"""The published file opens in the DuckDB version that BI tools bundle, not only in the one that wrote it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients import installed

pytestmark = pytest.mark.client

CLIENT_VERSION = "1.4.4"
MARTS = {
    "dim_admin_unit",
    "dim_org_unit",
    "dim_period",
    "dim_indicator",
    "fct_membership",
    "fct_enterprise",
    "fct_agreement",
    "fct_target",
    "fct_submission",
    "fct_submission_issue",
    "mart_membership",
    "mart_enterprise_coverage",
    "mart_agreement_coverage",
    "mart_target_progress",
}
READ = """
import json, sys
import duckdb

connection = duckdb.connect(sys.argv[1], read_only=True)
rows = lambda sql: connection.execute(sql).fetchall()
print(json.dumps({
    "version": duckdb.__version__,
    "tables": rows("select table_name, comment from duckdb_tables() where schema_name = 'marts'"),
    "columns": rows(
        "select table_name, column_name, comment from duckdb_columns() where schema_name = 'marts'"
    ),
    "members": rows(
        "select sum(members_total), sum(workers_total) from marts.fct_membership "
        "where org_unit_code = 'H004' and period = '2021-Q2'"
    ),
}))
"""


@pytest.fixture(scope="module")
def content(published_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the client reads in the published file."""
    programs = installed(tmp_path_factory.mktemp("client") / "venv", f"duckdb=={CLIENT_VERSION}")
    command = [str(programs / "python"), "-c", READ, str(published_warehouse)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_client_is_the_older_version(content: dict[str, Any]) -> None:
    assert content["version"] == CLIENT_VERSION


def test_tables_are_there(content: dict[str, Any]) -> None:
    assert {name for name, _ in content["tables"]} >= MARTS


def test_every_table_and_column_has_a_comment(content: dict[str, Any]) -> None:
    assert [name for name, comment in content["tables"] if not comment] == []
    assert [f"{table}.{column}" for table, column, comment in content["columns"] if not comment] == []


def test_figures_are_readable(content: dict[str, Any]) -> None:
    """Long Biên in June 2021: 13,734 members of 14,327 workers."""
    assert content["members"] == [[13734, 14327]]
