"""The desk of the data team as it runs: a dropped file is taken in, periods are judged again, the pages open."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.contracts import load_contracts
from tests.browser import CHROMIUM, DESK, chromium
from tests.dagster_ui import LOCATION, Instance, running_instance, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dagster_ui")]

RUNS_FOR = 900
"""Seconds that a run may take on a machine that does other things beside."""
LAKE = ["lake/submissions", "cleaned_rows", "validated_rows"]
HEAD = ["TT", "Tên doanh nghiệp", "MST", "Loại hình", "Số lao động", "Trong đó: nữ", "Đã có công đoàn", "Ghi chú"]
COMPANIES = [
    [1, "Công ty TNHH Hoà Bình", "0100109106", "Doanh nghiệp ngoài nhà nước", 1250, 700, "Chưa", None],
    [2, "Công ty TNHH Quốc Tế Phương Nam", "0300588569", "Doanh nghiệp FDI", 40, 25, "Chưa", None],
]


def put(inbox: Path, name: str, quarter: str, *, faulty: bool = False) -> None:
    """A report on enterprises of the district of Đại Từ; the faulty one counts more women than workers."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Doanh nghiệp"
    head = ["LIÊN ĐOÀN LAO ĐỘNG TỈNH THÁI NGUYÊN", "LIÊN ĐOÀN LAO ĐỘNG HUYỆN ĐẠI TỪ", None]
    for line in [*head, "BÁO CÁO DOANH NGHIỆP TRÊN ĐỊA BÀN", f"{quarter} năm 2021", None]:
        sheet.append([line])
    sheet.append(HEAD)
    for company in COMPANIES:
        sheet.append([*company[:5], company[4] + 5 if faulty else company[5], *company[6:]])
    inbox.mkdir(parents=True, exist_ok=True)
    book.save(inbox / name)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """One instance for all, with an empty data root to begin with."""
    root = tmp_path_factory.mktemp("ui") / "data"
    (root / "inbox").mkdir(parents=True)
    with running_instance(root, CONGDOAN_SETTLE_SECONDS="2") as instance:
        yield instance


@pytest.fixture(scope="module")
def taken_in(instance: Instance) -> dict[str, Any]:
    """Three files dropped into the inbox, and what came of it with no hand on it."""
    inbox, published = instance.root / "inbox", instance.root / "published" / "manifest.json"
    put(inbox, "quy-1.xlsx", "Quý I")
    put(inbox, "quy-2.xlsx", "Quý II")
    put(inbox, "quy-3.xlsx", "Quý III", faulty=True)
    dropped = time.monotonic()
    until(published.exists, RUNS_FOR, "a published version")
    seconds = time.monotonic() - dropped
    print(f"\nfrom drop to publish: {seconds:.0f} s")
    (run,) = [run for run in instance.runs() if run["jobName"] == "run_everything"]
    assert until(lambda: instance.finished(run["runId"]), 120, "the end of the run") == "SUCCESS"
    return {"run": run, "version": json.loads(published.read_text(encoding="utf-8"))["version"]}


def partitions(instance: Instance, asset: str) -> dict[str, list[str]]:
    """The partitions of an asset, and which of them are materialised."""
    query = """query($key: AssetKeyInput!) {assetNodeOrError(assetKey: $key) {... on AssetNode {partitionKeys
    assetPartitionStatuses {... on DefaultPartitionStatuses {materializedPartitions}}}}}"""
    node = instance.ask(query, key={"path": asset.split("/")})["assetNodeOrError"]
    return {"all": node["partitionKeys"], "materialised": node["assetPartitionStatuses"]["materializedPartitions"]}


def materialisations(instance: Instance, asset: str) -> list[dict[str, Any]]:
    """The materialisations of an asset, newest first."""
    query = """query($key: AssetKeyInput!) {assetOrError(assetKey: $key) {... on Asset {assetMaterializations(limit: 20)
    {runId partition metadataEntries {label ... on IntMetadataEntry {intValue}}}}}}"""
    return instance.ask(query, key={"path": asset.split("/")})["assetOrError"]["assetMaterializations"]


def test_the_graph_is_there_with_its_checks_partitions_and_watchers(instance: Instance) -> None:
    nodes = instance.ask("{assetNodes {assetKey {path} groupName isPartitioned hasAssetChecks}}")["assetNodes"]
    by_key = {"/".join(node["assetKey"]["path"]): node for node in nodes}
    assert len(by_key) > 150
    assert {key for key, node in by_key.items() if node["isPartitioned"]} == {
        *LAKE,
        "verdict_changes",
        *(f"lake/{form.form}" for form in load_contracts().forms),
        *(f"lake/{table}" for table in ("submission_issues", "submission_changes", "explanations", "column_places")),
    }
    assert all(by_key[key]["hasAssetChecks"] for key in ("validated_rows", "lake/submissions", "published_warehouse"))
    watchers = instance.ask(
        """query($in: RepositorySelector!) {sensorsOrError(repositorySelector: $in) {... on Sensors {results {name
        sensorState {status}}}}}""",
        **{"in": LOCATION},
    )["sensorsOrError"]["results"]
    assert [(sensor["name"], sensor["sensorState"]["status"]) for sensor in watchers] == [("inbox", "RUNNING")]


def test_a_dropped_file_is_answered_and_published_with_no_hand_on_it(
    instance: Instance, taken_in: dict[str, Any]
) -> None:
    (answer,) = (instance.root / "returned" / "2021-Q3").rglob("*.xlsx")
    assert answer.name.startswith("quy-3.")
    assert list((instance.root / "inbox").iterdir()) == []
    assert {tag["value"] for tag in taken_in["run"]["tags"] if tag["key"] == "dagster/sensor_name"} == {"inbox"}


def test_a_run_of_the_inbox_materialises_the_periods_that_it_touched(
    instance: Instance, taken_in: dict[str, Any]
) -> None:
    periods = ["2021-Q1", "2021-Q2", "2021-Q3"]
    for asset in LAKE:
        assert partitions(instance, asset) == {"all": periods, "materialised": periods}
    by_period = {event["partition"]: event["metadataEntries"] for event in materialisations(instance, LAKE[0])}
    (rows,) = [entry for entry in by_period["2021-Q2"] if entry["label"] == "dagster/partition_row_count"]
    assert rows["intValue"] == 1


def test_checks_say_what_they_counted(instance: Instance, taken_in: dict[str, Any]) -> None:
    query = """query($key: AssetKeyInput!) {assetNodeOrError(assetKey: $key) {... on AssetNode {assetChecksOrError
    {... on AssetChecks {checks {name executionForLatestMaterialization {status evaluation {success
    metadataEntries {label}}}}}}}}}"""
    checks = instance.ask(query, key={"path": ["validated_rows"]})["assetNodeOrError"]["assetChecksOrError"]["checks"]
    failed = [
        check["name"] for check in checks if not check["executionForLatestMaterialization"]["evaluation"]["success"]
    ]
    assert failed == ["enterprises__cd_e120"]
    evaluation = next(check for check in checks if check["name"] in failed)["executionForLatestMaterialization"]
    assert evaluation["evaluation"]["metadataEntries"]


def test_a_partition_is_previewed_and_a_backfill_judges_periods_again(
    instance: Instance, taken_in: dict[str, Any]
) -> None:
    before = {path: path.read_bytes() for path in (instance.root / "lake").rglob("*.parquet")}
    preview = instance.launch("preview_rejudging", ["verdict_changes"], {"dagster/partition": "2021-Q2"})
    assert until(lambda: instance.finished(preview), RUNS_FOR, "a preview") == "SUCCESS"
    (event,) = materialisations(instance, "verdict_changes")
    numbers = {entry["label"]: entry.get("intValue") for entry in event["metadataEntries"]}
    assert event["partition"] == "2021-Q2"
    assert (numbers["files_read_again"], numbers["submissions_changed"]) == (1, 0)

    keys = [{"path": key} for key in _judged(instance)]
    backfill = instance.ask(
        """mutation($p: LaunchBackfillParams!) {launchPartitionBackfill(backfillParams: $p) {__typename
        ... on LaunchBackfillSuccess {backfillId} ... on PythonError {message}}}""",
        p={"assetSelection": keys, "partitionNames": ["2021-Q1", "2021-Q2"]},
    )["launchPartitionBackfill"]
    assert backfill["__typename"] == "LaunchBackfillSuccess", backfill
    assert until(lambda: _backfilled(instance, backfill["backfillId"]), RUNS_FOR, "a backfill") == "COMPLETED_SUCCESS"
    runs = [
        run for run in instance.runs() if {"key": "dagster/backfill", "value": backfill["backfillId"]} in run["tags"]
    ]
    assert len(runs) == 1  # a range is one run
    again = {event["partition"] for event in materialisations(instance, LAKE[0]) if event["runId"] == runs[0]["runId"]}
    assert {"2021-Q1", "2021-Q2"} <= again
    assert {path: path.read_bytes() for path in (instance.root / "lake").rglob("*.parquet")} == before


def _judged(instance: Instance) -> list[list[str]]:
    nodes = instance.ask("{assetNodes {assetKey {path} opName}}")["assetNodes"]
    return [node["assetKey"]["path"] for node in nodes if node["opName"] == "judge"]


def _backfilled(instance: Instance, backfill: str) -> str | None:
    query = "query($id: String!) {partitionBackfillOrError(backfillId: $id) {... on PartitionBackfill {status}}}"
    status = instance.ask(query, id=backfill)["partitionBackfillOrError"]["status"]
    return status if status not in ("REQUESTED", "COMPLETING") else None


@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_pages_open_in_a_browser(instance: Instance, taken_in: dict[str, Any], tmp_path: Path) -> None:
    pages = {
        "graph": ("/asset-groups", "intake"),
        "asset": ("/assets/lake/submissions?view=partitions", "2021-Q2"),
        "check": ("/assets/validated_rows?view=checks&checkDetail=enterprises__cd_e120", "CD-E120"),
    }
    with chromium(tmp_path / "profile") as browser:
        for name, (path, words) in pages.items():
            browser.show(f"{instance.url}{path}", DESK)
            shown = f"document.body.innerText.includes({json.dumps(words)})"
            until(lambda shown=shown: browser.evaluate(shown), 60, f"{words} on {path}")
            picture = browser.call("Page.captureScreenshot", format="png")["data"]
            (tmp_path / f"{name}.png").write_bytes(base64.b64decode(picture))
    print(f"\npictures: {tmp_path}")
