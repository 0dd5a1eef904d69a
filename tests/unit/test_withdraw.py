"""Withdrawing a submission: the one before it counts again, taking it back leaves no trace, nothing is forgotten."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.intake.register import LedgerError, read_ledger
from pipelines.intake.withdrawals import LOG, last_decisions, read_decisions
from pipelines.progress import StageProgress
from pipelines.safekeeping.backup import write_backup
from pipelines.safekeeping.doctor import examine
from pipelines.safekeeping.restore import restore_backup
from pipelines.settings import Settings
from pipelines.warehouse.lake import Lake
from pipelines.warehouse.rejudge import preview, to_decide_again, to_read_again
from pipelines.warehouse.settlement import pending
from pipelines.warehouse.withdraw import NothingToDecideError, withdraw
from tests.judged_reports import COMPANIES, CONTRACTS, UNITS, content, judge, put, take_in

REASON = "Báo cáo của huyện khác"


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Quarter I in two versions, of which the second has one enterprise less and came twice; quarter II."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    put(settings, "q1.csv", "Quý I")
    put(settings, "q2.csv", "Quý II")
    take_in(settings)
    put(settings, "q1-sua.csv", "Quý I", COMPANIES[:1])
    take_in(settings)
    put(settings, "q1-sua-gui-lai.csv", "Quý I", COMPANIES[:1])
    take_in(settings)
    return settings


@pytest.fixture
def data(taken: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(taken.root, tmp_path / "data")
    return Settings(data_dir=tmp_path / "data")


def lake_of(settings: Settings) -> Lake:
    return Lake(settings.lake, CONTRACTS)


def second_version(settings: Settings) -> str:
    (name,) = lake_of(settings).read("submissions", ["2021-Q1"]).filter(version=2)["submission_id"]
    return name


def run(settings: Settings) -> list[str]:
    """What a run judges: what is new, and what was decided about; names of files."""
    ledger, lake = read_ledger(settings), lake_of(settings)
    again = [*pending(ledger, lake), *to_decide_again(last_decisions(settings), ledger, lake, CONTRACTS)]
    if again:
        judge(settings, CONTRACTS, again)
    return [receipt.file_name for receipt in again]


def standing(settings: Settings) -> dict[int | None, tuple[str, bool]]:
    """Version → verdict and whether it counts, of quarter I."""
    rows = lake_of(settings).read("submissions", ["2021-Q1"]).select("version", "verdict", "is_current").rows()
    return {version: (verdict, is_current) for version, verdict, is_current in rows}


def test_the_version_before_counts_again_and_the_sender_is_told_why(data: Settings) -> None:
    assert standing(data)[2] == ("accepted", True)
    assert run(data) == []
    decided = withdraw(data, CONTRACTS, [second_version(data)], REASON)
    assert decided.select("period", "version").rows() == [("2021-Q1", 2)]
    assert run(data) == ["q1-sua.csv", "q1-sua-gui-lai.csv"]
    assert standing(data) == {1: ("accepted", True), 2: ("returned", False), None: ("duplicate", False)}
    (told,) = lake_of(data).read("submission_issues", ["2021-Q1"]).filter(rule_code="CD-E031").to_dicts()
    assert told["submission_id"] == second_version(data) and f"Lý do: {REASON}." in told["message_vi"]
    (row,) = lake_of(data).read("submissions", ["2021-Q1"]).filter(version=2).to_dicts()
    assert (row["rows_accepted"], row["rows_returned"]) == (0, 1)
    assert lake_of(data).read("enterprises", ["2021-Q1"])["submission_id"].unique().to_list() != [second_version(data)]
    assert run(data) == [], "it was judged once"


def test_a_withdrawal_that_is_taken_back_leaves_every_byte_of_the_lake(data: Settings) -> None:
    before = content(data)
    withdraw(data, CONTRACTS, [second_version(data)], REASON)
    run(data)
    assert content(data) != before
    withdraw(data, CONTRACTS, [second_version(data)], None)
    assert run(data) == ["q1-sua.csv", "q1-sua-gui-lai.csv"]
    assert content(data) == before
    assert [decision.reason for decision in read_decisions(data)] == [REASON, None]


def test_all_submissions_of_a_file_are_withdrawn_by_its_receipt(data: Settings) -> None:
    receipt = next(receipt for receipt in read_ledger(data) if receipt.file_name == "q2.csv")
    withdraw(data, CONTRACTS, [receipt.receipt_id], REASON)
    run(data)
    assert lake_of(data).read("submissions", ["2021-Q2"])["verdict"].to_list() == ["returned"]
    assert lake_of(data).read("enterprises", ["2021-Q2"]).is_empty()


def test_a_lake_made_anew_and_a_judgement_of_later_rules_know_of_it(data: Settings, tmp_path: Path) -> None:
    withdraw(data, CONTRACTS, [second_version(data)], REASON)
    run(data)
    withdrawn = content(data)
    assert preview(["2021-Q1"], data, CONTRACTS, UNITS, StageProgress()).submissions.is_empty()
    judge(data, CONTRACTS, to_read_again(["2021-Q1"], read_ledger(data), lake_of(data)))
    assert content(data) == withdrawn
    write_backup(data, tmp_path / "backup.tar")
    again = Settings(data_dir=tmp_path / "again")
    restore_backup(again, tmp_path / "backup.tar")
    for batch in ("00000001", "00000002", "00000003"):
        judge(again, CONTRACTS, [receipt for receipt in read_ledger(again) if receipt.batch == batch])
    assert content(again) == withdrawn


@pytest.mark.parametrize("reason", [REASON, None])
def test_what_is_not_there_or_decided_already_is_refused(data: Settings, reason: str | None) -> None:
    with pytest.raises(NothingToDecideError, match="no-such-id"):
        withdraw(data, CONTRACTS, ["no-such-id", second_version(data)], reason)
    if reason:
        withdraw(data, CONTRACTS, [second_version(data)], reason)
    decided = read_decisions(data)
    with pytest.raises(NothingToDecideError, match="không có gì phải làm"):
        withdraw(data, CONTRACTS, [second_version(data)], reason)
    assert read_decisions(data) == decided


def test_a_damaged_log_is_named(data: Settings) -> None:
    withdraw(data, CONTRACTS, [second_version(data)], REASON)
    log = data.raw / LOG
    log.write_text(log.read_text(encoding="utf-8") + "{half", encoding="utf-8")
    with pytest.raises(LedgerError, match=f"{LOG}, dòng 2"):
        last_decisions(data)
    assert "withdrawals_unreadable" in checks(data)


def checks(settings: Settings) -> dict[str, bool]:
    """What the examination says of withdrawals: check → whether somebody must act."""
    found = examine(settings, CONTRACTS, StageProgress(), quick=True).findings
    return {finding.check: finding.needs_action for finding in found if finding.check.startswith("withdrawal")}


def test_the_examination_tells_of_what_does_not_hold(data: Settings) -> None:
    assert checks(data) == {}
    withdraw(data, CONTRACTS, [second_version(data)], REASON)
    assert checks(data) == {"withdrawal_not_settled": False}
    run(data)
    assert checks(data) == {}
    log = data.raw / LOG
    log.write_text(log.read_text(encoding="utf-8").replace(".enterprises", ".agreements"), encoding="utf-8")
    run(data)
    assert checks(data) == {"withdrawal_unknown": True}
