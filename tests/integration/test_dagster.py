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

DESCRIBE = """
import json
from pipelines.definitions import defs
from pipelines.defs.warehouse import MANIFEST
everything = defs()
graph = everything.resolve_asset_graph()
nodes = json.loads(MANIFEST.read_text(encoding="utf-8"))["nodes"].values()
print(json.dumps({
    "assets": {
        node.key.to_user_string(): {
            "group": node.group_name,
            "kinds": sorted(node.kinds),
            "owners": list(node.owners),
            "described": bool(node.description),
            "parents": sorted(key.to_user_string() for key in node.parent_keys),
            "resources": sorted(everything.resolve_assets_def(node.key).required_resource_keys),
        }
        for node in graph.asset_nodes
    },
    "dbt_tests": sorted(node["name"] for node in nodes if node.get("attached_node")),
    "checks": sorted(f"{key.asset_key.to_user_string()}:{key.name}" for key in graph.asset_check_keys),
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


def test_the_graph_is_the_one_that_was_reviewed(graph: dict) -> None:
    """A renamed, new or lost asset shows in review: `assets.json` changes with it."""
    reviewed = json.loads((Path(__file__).parent / "assets.json").read_text(encoding="utf-8"))
    assert {name: asset["parents"] for name, asset in graph["assets"].items()} == reviewed
