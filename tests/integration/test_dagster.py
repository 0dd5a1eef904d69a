"""The asset graph as the data team sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.contracts import load_contracts
from pipelines.settings import PROJECT_DIR
from pipelines.warehouse.lake import Lake

DESCRIBE = """
import json
from pipelines.definitions import defs
from pipelines.defs.dbt_project import NODES
everything = defs()
graph = everything.resolve_asset_graph()

def columns(node):
    schema = node.metadata.get("dagster/column_schema")
    if schema is None:
        return {}
    # as it was given to a spec, or wrapped as a value of metadata
    return {column.name: [column.type, column.description] for column in getattr(schema, "schema", schema).columns}

print(json.dumps({
    "assets": {
        node.key.to_user_string(): {
            "group": node.group_name,
            "kinds": sorted(node.kinds),
            "owners": list(node.owners),
            "described": bool(node.description),
            "parents": sorted(key.to_user_string() for key in node.parent_keys),
            "resources": sorted(everything.resolve_assets_def(node.key).required_resource_keys),
            "columns": columns(node),
            "code": "dagster/code_references" in node.metadata,
        }
        for node in graph.asset_nodes
    },
    "dbt_tests": {
        node["name"]: node["config"]["severity"].lower()
        for node in NODES.values() if node["resource_type"] == "test"
    },
    "checks": {
        f"{key.asset_key.to_user_string()}:{key.name}": [
            graph.get_check_spec(key).description, graph.get_check_spec(key).blocking
        ]
        for key in graph.asset_check_keys
    },
}))
"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The asset graph, loaded in a process of its own on an empty data root."""
    environment = {**os.environ, "CONGDOAN_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    loaded = subprocess.run(
        [sys.executable, "-c", DESCRIBE],
        cwd=PROJECT_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.returncode == 0, loaded.stderr
    return json.loads(loaded.stdout.splitlines()[-1])


def upstream(graph: dict, asset: str) -> set[str]:
    """Every asset that an asset depends on, directly or not."""
    found: set[str] = set()
    waiting = [asset]
    while waiting:
        for parent in graph["assets"][waiting.pop()]["parents"]:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def test_the_chain_leads_from_the_inbox_to_the_published_file(graph: dict) -> None:
    chain = {"received_files", "cleaned_rows", "validated_rows", "lake/submissions"}
    assert chain <= upstream(graph, "published_warehouse")
    marts = {name for name, asset in graph["assets"].items() if "mart_" in name}
    assert len(marts) >= 4 and marts <= upstream(graph, "published_warehouse")
    assert "validated_rows" in upstream(graph, "returned_workbooks")


def test_every_asset_has_a_group_a_kind_an_owner_and_a_description(graph: dict) -> None:
    for name, asset in graph["assets"].items():
        assert asset["group"] != "default" and asset["kinds"] and asset["described"], name
        assert asset["owners"] == ["team:data"], name


def test_every_asset_asks_for_the_settings_and_so_holds_the_data_root_while_it_runs(graph: dict) -> None:
    for name, asset in graph["assets"].items():
        assert "settings" in asset["resources"], name


def test_groups_follow_the_flow(graph: dict) -> None:
    groups = {asset["group"] for asset in graph["assets"].values()}
    of_dbt = {"seeds", "staging", "intermediate", "marts", "lineage"}
    assert groups == {"intake", "quality", "lake", *of_dbt, "published", "reports", "rejudging"}


def test_every_rule_that_gx_judges_is_a_check_and_so_is_every_dbt_test(graph: dict) -> None:
    contracts = load_contracts()
    checks = graph["checks"]
    for form in contracts.forms:
        for rule in form.rules:
            assert f"validated_rows:{form.form}__{rule.code.replace('-', '_').lower()}" in checks
    for rule in contracts.cross_form:
        assert f"lake/{rule.form}:{rule.form}__{rule.code.replace('-', '_').lower()}" in checks
    for rule in contracts.comparisons:
        for form in dict(rule.places):
            assert f"lake/{form}:{form}__{rule.code.replace('-', '_').lower()}" in checks
    assert "lake/submissions:row_account_balances" in checks
    assert graph["dbt_tests"] and set(graph["dbt_tests"]) <= {check.split(":")[1] for check in checks}


def test_every_check_says_what_it_asks_and_what_a_failure_does(graph: dict) -> None:
    for name, (description, _) in graph["checks"].items():
        assert description and len(description) > 40 and description.endswith((".", ")")), name
        assert "{" not in description, name


def test_only_a_broken_schema_blocks(graph: dict) -> None:
    """No rule on what senders write stops the country; every dbt test with severity error stops publishing."""
    blocking = {name for name, (_, blocks) in graph["checks"].items() if blocks}
    assert not any(name.startswith("validated_rows:") or "__cd_" in name for name in blocking)
    assert "lake/submissions:row_account_balances" in blocking
    stops = {name.split(":")[1] for name in blocking}
    for test, severity in graph["dbt_tests"].items():
        assert (test in stops) == (severity == "error"), test


def test_the_published_file_is_checked_and_stops_nothing(graph: dict) -> None:
    for name in ("row_account", "reconciliation", "completeness"):
        description, blocks = graph["checks"][f"published_warehouse:{name}"]
        assert description and not blocks


def test_columns_of_the_lake_are_those_of_its_frames(graph: dict) -> None:
    for table, schema in Lake(Path("nowhere"), load_contracts()).schemas.items():
        columns = graph["assets"][f"lake/{table}"]["columns"]
        assert {name: kind for name, (kind, _) in columns.items()} == {n: str(d) for n, d in schema.items()}, table
        assert all(description for _, description in columns.values()), table


def test_every_asset_says_where_its_code_is(graph: dict) -> None:
    assert [name for name, asset in graph["assets"].items() if not asset["code"]] == []


def test_the_graph_is_the_one_that_was_reviewed(graph: dict) -> None:
    """A renamed, new or lost asset shows in review: `assets.json` changes with it."""
    reviewed = json.loads((Path(__file__).parent / "assets.json").read_text(encoding="utf-8"))
    assert {name: asset["parents"] for name, asset in graph["assets"].items()} == reviewed
