"""The examination of a data root: a sound one has no findings, each damage is found and named, nothing is changed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.intake.register import read_ledger
from pipelines.progress import StageProgress
from pipelines.safekeeping.doctor import Diagnosis, examine
from pipelines.settings import Settings
from pipelines.warehouse.publish import read_manifest
from tests.data_roots import PERIOD, make_data_root, publish_table

ANSWER = {"answer_missing"}
"""What the made-up root has: a returned file without its answer, which the next run writes."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(data_dir=tmp_path_factory.mktemp("whole") / "data")
    make_data_root(settings)
    publish_table(settings, 7)
    settings.dagster_home.joinpath("history").mkdir()
    with sqlite3.connect(settings.dagster_home / "history" / "runs.db") as connection:
        connection.execute("create table runs (id integer)")
    return settings.root


@pytest.fixture
def settings(whole: Path, tmp_path: Path) -> Settings:
    """A copy that may be damaged."""
    return Settings(data_dir=shutil.copytree(whole, tmp_path / "data"))


def diagnosis(settings: Settings, *, quick: bool = False) -> Diagnosis:
    return examine(settings, load_contracts(), StageProgress(), quick=quick)


def raw_file(settings: Settings) -> Path:
    return settings.raw / read_ledger(settings)[0].raw_path


def ledger(settings: Settings, batch: int = 1) -> Path:
    return settings.raw / "ledger" / f"{batch:08d}.jsonl"


def edit(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def flip(path: Path) -> None:
    """Change one bit of a file: the size stays."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()  # it may have a second name
    path.write_bytes(bytes(content))


def write(path: Path, content: bytes = b"something") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def drop_a_row(settings: Settings) -> None:
    (path,) = (settings.lake / "enterprises" / f"period={PERIOD}").glob("*.parquet")
    pl.read_parquet(path).head(-1).write_parquet(path)


def without_submission(settings: Settings) -> None:
    path = settings.lake / "submissions" / f"period={PERIOD}" / "data.parquet"
    pl.read_parquet(path).tail(-1).write_parquet(path)


def newest(settings: Settings) -> Path:
    return settings.published / "versions" / str(read_manifest(settings)["version"])


def older(settings: Settings) -> Path:
    (path,) = (path for path in (settings.published / "versions").iterdir() if path != newest(settings))
    return path


def torn_database(settings: Settings) -> None:
    path = settings.dagster_home / "history" / "runs.db"
    path.write_bytes(path.read_bytes()[:1000] + b"\xff" * 3096 + b"\x00" * 4096)


DAMAGES: dict[str, tuple[Callable[[Settings], object], set[str]]] = {
    # what is done → what must be found, beside the missing answer
    "a line of the ledger is torn": (
        lambda s: edit(ledger(s), lambda text: text[:-20]),
        {"ledger_line_unreadable", "ledger_gap", "raw_file_unlisted", "submission_unknown"},
    ),
    "a line of the ledger lacks a field": (
        lambda s: edit(ledger(s, 2), lambda text: text.replace('"sequence"', '"number"')),
        {"ledger_line_unreadable", "batch_unknown", "raw_file_unlisted", "submission_unknown"},
    ),
    "the ledger of a batch is gone": (
        lambda s: ledger(s).unlink(),
        {"ledger_gap", "batch_unknown", "raw_file_unlisted", "submission_unknown"},
    ),
    "a batch lies under the name of another": (
        lambda s: ledger(s, 2).rename(ledger(s, 3)),
        {"ledger_line_misplaced"},
    ),
    "a batch stands twice in the ledger": (
        lambda s: shutil.copy(ledger(s, 2), ledger(s, 3)),
        {"ledger_number_repeated", "ledger_line_misplaced"},
    ),
    "a copy without its original": (
        lambda s: edit(ledger(s, 2), lambda text: text.replace('"copy_of": null', '"copy_of": "ffff"')),
        {"ledger_original_missing"},
    ),
    "a raw file is gone": (lambda s: raw_file(s).unlink(), {"raw_file_missing"}),
    "a raw file is cut off": (lambda s: write(raw_file(s)), {"raw_file_damaged"}),
    "a bit of a raw file is flipped": (lambda s: flip(raw_file(s)), {"raw_file_damaged"}),
    "a raw file that nobody knows": (lambda s: write(s.raw / "files/ab/abcd.xlsx"), {"raw_file_unlisted"}),
    "the same raw file with another suffix": (
        lambda s: shutil.copy(raw_file(s), raw_file(s).with_suffix(".xls")),
        {"raw_file_twice"},
    ),
    "a claim with a file that is kept already": (
        lambda s: (write(s.raw / "incoming/00000003/d.xlsx"), write(s.raw / "files/ab/abcd.xlsx")),
        {"claim_left", "raw_file_unrecorded"},
    ),
    "a batch without its marker": (
        lambda s: (s.lake / "batches" / "00000001").unlink(),
        {"batch_not_settled", "lake_file_unfinished"},
    ),
    "a marker without its batch": (lambda s: write(s.lake / "batches" / "00000009", b""), {"batch_unknown"}),
    "a torn file of the lake": (
        lambda s: write(s.lake / "enterprises" / f"period={PERIOD}" / "00000001.parquet", b"torn"),
        {"lake_file_unreadable"},
    ),
    "a row of the lake is gone": (drop_a_row, {"rows_missing"}),
    "a file of rows is gone": (
        lambda s: shutil.rmtree(s.lake / "enterprises" / f"period={PERIOD}"),
        {"rows_missing"},
    ),
    "a submission of the lake is gone": (without_submission, {"submission_missing"}),
    "a lake without its ledger": (
        lambda s: shutil.rmtree(s.raw / "ledger"),
        {"batch_unknown", "raw_file_unlisted", "submission_unknown"},
    ),
    "nothing is published": (lambda s: shutil.rmtree(s.published), {"nothing_published"}),
    "a bit of a published table is flipped": (
        lambda s: flip(s.published / "parquet" / "mart_a.parquet"),
        {"published_damaged"},
    ),
    "the published file is torn": (
        lambda s: (s.published / "warehouse.duckdb").unlink() or write(s.published / "warehouse.duckdb", b"torn"),
        {"published_damaged", "published_file_unreadable"},
    ),
    "the sums are gone": (lambda s: (s.published / "SHA256SUMS").unlink(), {"published_unsealed"}),
    "the manifest is torn": (
        lambda s: (s.published / "manifest.json").unlink() or write(s.published / "manifest.json", b"{"),
        {"published_manifest_unreadable"},
    ),
    "the newest version is gone": (lambda s: shutil.rmtree(newest(s)), {"version_missing"}),
    "an older version is gone": (lambda s: shutil.rmtree(older(s)), {"version_missing"}),
    "an older version is damaged": (lambda s: flip(older(s) / "warehouse.duckdb"), {"published_damaged"}),
    "a version that is not listed": (
        lambda s: shutil.copytree(newest(s), newest(s).with_name("0123456789ab")),
        {"version_unlisted"},
    ),
    "the newest version is half replaced": (
        lambda s: edit(s.published / "versions.json", lambda text: json.dumps({"versions": [older(s).name]})),
        {"published_half_replaced", "version_unlisted"},
    ),
    "left over from a killed publication": (lambda s: write(s.published / ".staging" / "x"), {"left_over"}),
    "left over from a killed copy": (lambda s: write(s.raw / "files" / "ab" / ".x.partial"), {"left_over"}),
    "left over from a killed restore": (lambda s: write(s.root / ".restoring-abc" / "raw" / "x"), {"left_over"}),
    "everyone may look into raw": (lambda s: s.raw.chmod(0o755), {"mode_too_wide"}),
    "the group may look into raw": (lambda s: s.raw.chmod(0o750), {"mode_too_wide"}),
    "everyone may read the answers": (lambda s: s.returned.chmod(0o755), {"mode_too_wide"}),
    "Dagster's history is torn": (torn_database, {"dagster_db_damaged"}),
}
HARMLESS = {
    "answer_missing",
    "batch_not_settled",
    "claim_left",
    "lake_file_unfinished",
    "left_over",
    "nothing_published",
    "raw_file_twice",
    "raw_file_unrecorded",
    "version_unlisted",
}


def checks(found: Diagnosis) -> set[str]:
    return {finding.check for finding in found.findings}


def content(root: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(root).as_posix(): (path.read_bytes() if path.is_file() else b"", path.stat().st_mtime_ns)
        for path in root.rglob("*")
    }


@pytest.mark.parametrize("quick", [False, True])
def test_a_sound_root_needs_nothing_but_what_the_next_run_does(settings: Settings, quick: bool) -> None:
    before = content(settings.root)
    found = diagnosis(settings, quick=quick)
    assert checks(found) == ANSWER and found.is_sound and found.receipts == 3
    assert content(settings.root) == before


@pytest.mark.parametrize(("damage", "expected"), DAMAGES.values(), ids=DAMAGES)
def test_each_damage_is_found_and_named(
    settings: Settings, damage: Callable[[Settings], object], expected: set[str]
) -> None:
    damage(settings)
    found = diagnosis(settings)
    assert checks(found) - ANSWER == expected
    older_is_gone = {finding.check for finding in found.findings if not finding.needs_action} - HARMLESS
    assert older_is_gone <= {"version_missing"}
    assert found.is_sound == (not any(finding.needs_action for finding in found.findings))
    for finding in found.findings:
        assert finding.remedy_vi and "\n" not in finding.line_vi and finding.place in finding.line_vi


def test_quick_reads_no_content(settings: Settings) -> None:
    flip(raw_file(settings))
    assert diagnosis(settings, quick=True).is_sound
    raw_file(settings).unlink()
    assert not diagnosis(settings, quick=True).is_sound


def test_a_disk_that_is_nearly_full_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 10**6))  # type: ignore[attr-defined]
    assert checks(diagnosis(settings)) - ANSWER == {"disk_nearly_full"}


def test_gaps_are_told_as_runs_of_numbers(settings: Settings) -> None:
    edit(ledger(settings, 2), lambda text: text.replace('"sequence": 3', '"sequence": 9'))
    (gap,) = (finding for finding in diagnosis(settings).findings if finding.check == "ledger_gap")
    assert "3–8" in gap.message_vi


def test_the_document_for_programs(settings: Settings) -> None:
    raw_file(settings).unlink()
    said = diagnosis(settings).as_json()
    assert (said["sound"], said["receipts"]) == (False, 3)
    first = said["findings"][0]  # what needs action comes first
    assert set(first) == {"check", "needs_action", "place", "message_vi", "remedy_vi"}
    assert first["check"] == "raw_file_missing" and first["needs_action"]
