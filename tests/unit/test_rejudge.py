"""Judging again: which files are read, what is replaced, what a preview says."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from pipelines.contracts.frames import SETTLED_ISSUES, SUBMISSIONS
from pipelines.intake.register import read_ledger
from pipelines.progress import StageProgress
from pipelines.reports.feedback import answer_name, withdraw_answers
from pipelines.settings import Settings
from pipelines.warehouse.lake import Lake
from pipelines.warehouse.rejudge import compare, preview, to_read_again, write_preview
from tests.judged_reports import CONTRACTS, UNITS, content, judge, put, take_in


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two batches: quarters I and II together; quarter III, a copy of quarter I and a file of no form."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    put(settings, "q1.csv", "Quý I")
    put(settings, "q2.csv", "Quý II")
    take_in(settings)
    put(settings, "q3.csv", "Quý III")
    put(settings, "q1-lan-nua.csv", "Quý I")
    (settings.inbox / "thu.csv").write_text("Kính gửi;các đơn vị\n", encoding="utf-8")
    take_in(settings)
    return settings


@pytest.fixture
def data(taken: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(taken.root, tmp_path / "data")
    return Settings(data_dir=tmp_path / "data")


def names(settings: Settings, *periods: str) -> list[str]:
    again = to_read_again(periods, read_ledger(settings), Lake(settings.lake, CONTRACTS))
    return [receipt.file_name for receipt in again]


def test_the_files_of_a_period_are_read_again_with_their_copies(taken: Settings) -> None:
    assert names(taken, "2021-Q1") == ["q1.csv", "q1-lan-nua.csv"]
    assert names(taken, "2021-Q2", "none") == ["q2.csv", "thu.csv"]
    assert names(taken, "2019-Q1") == []


@pytest.mark.parametrize("periods", [("2021-Q1",), ("2021-Q3", "none"), ("2021-Q1", "2021-Q2", "2021-Q3", "none")])
def test_judging_again_by_the_same_rules_leaves_every_byte(data: Settings, periods: tuple[str, ...]) -> None:
    before = content(data)
    written = judge(data, CONTRACTS, to_read_again(periods, read_ledger(data), Lake(data.lake, CONTRACTS)))
    assert set(periods) <= set(written)
    assert content(data) == before


def frames(verdicts: dict[str, str], issues: list[tuple[str, str, str]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    submissions = [
        {"submission_id": name, "period": "2021-Q2", "verdict": verdict} for name, verdict in verdicts.items()
    ]
    found = [dict(zip(("submission_id", "rule_code", "severity"), issue, strict=True)) for issue in issues]
    return pl.DataFrame(submissions, schema=SUBMISSIONS), pl.DataFrame(found, schema=SETTLED_ISSUES)


def test_a_comparison_says_old_and_new_verdict_and_which_rules(tmp_path: Path) -> None:
    before = frames(
        {"a": "accepted", "b": "accepted_with_queries", "c": "returned", "d": "accepted"},
        [("b", "CD-Q1", "query"), ("c", "CD-E1", "error"), ("c", "CD-E1", "error")],
    )
    after = frames(
        {"a": "returned", "b": "accepted_with_queries", "c": "accepted", "d": "accepted"},
        [("a", "CD-E2", "error"), ("b", "CD-Q1", "query")],
    )
    found = compare(before, after, files=3)
    columns = ("submission_id", "verdict_before", "verdict_after", "rules_no_longer", "rules_new")
    assert found.submissions.select(columns).rows() == [
        ("a", "accepted", "returned", None, "CD-E2 ×1"),
        ("c", "returned", "accepted", "CD-E1 ×2", None),
    ]
    assert found.rules.rows() == [("CD-E1", "error", 2, 0, 0, 1), ("CD-E2", "error", 0, 1, 1, 0)]
    assert (found.newly_failing, found.accepted, found.verdicts_changed) == (1, 3, 2)
    assert found.newly_failing_pct == pytest.approx(100 / 3)
    by_submission, by_rule = write_preview(found, tmp_path)
    assert pl.read_csv(by_submission)["submission_id"].to_list() == ["a", "c"]
    assert pl.read_csv(by_rule).height == 2


def test_a_submission_that_is_no_longer_found_is_newly_failing() -> None:
    found = compare(frames({"a": "accepted"}, []), frames({}, []), files=1)
    assert found.submissions["verdict_after"].to_list() == [None]
    assert found.newly_failing == 1


def test_a_preview_leaves_the_lake_and_accepting_does_what_it_said(data: Settings) -> None:
    # What is in the lake was judged by a rule that found something which the rules of today do not find.
    lake = Lake(data.lake, CONTRACTS)
    (submission,) = lake.read("submissions", ["2021-Q2"])["submission_id"]
    judged = lake.read("submissions", ["2021-Q2"]).with_columns(verdict=pl.lit("returned"), is_current=pl.lit(False))
    finding = pl.DataFrame(
        [{"submission_id": submission, "rule_code": "CD-E999", "severity": "error", "message_vi": "Luật cũ"}],
        schema=SETTLED_ISSUES,
    )
    lake.replace_state("submissions", "2021-Q2", judged)
    lake.replace_state("submission_issues", "2021-Q2", finding)
    before = content(data)
    found = preview(["2021-Q2"], data, CONTRACTS, UNITS, StageProgress())
    assert content(data) == before and not (data.build / "rejudged_lake").exists()
    assert found.submissions.select("submission_id", "verdict_before", "verdict_after", "rules_no_longer").rows() == [
        (submission, "returned", "accepted", "CD-E999 ×1")
    ]
    judge(data, CONTRACTS, to_read_again(["2021-Q2"], read_ledger(data), lake))
    assert lake.read("submissions", ["2021-Q2"])["verdict"].to_list() == ["accepted"]
    assert preview(["2021-Q2"], data, CONTRACTS, UNITS, StageProgress()).submissions.is_empty()


def test_a_submission_that_left_its_period_is_gone_from_it(data: Settings) -> None:
    # The lake believes that the file of quarter III tells of quarter IV, as an earlier way of reading might have said.
    lake = Lake(data.lake, CONTRACTS)
    right = content(data)
    for table in ("submissions", "submission_issues", "submission_changes"):
        frame = lake.read(table, ["2021-Q3"])
        moved = frame.with_columns(period=pl.lit("2021-Q4")) if "period" in frame.columns else frame
        lake.replace_state(table, "2021-Q4", moved)
        lake.replace_state(table, "2021-Q3", frame.clear())
    for table in ("enterprises", "column_places"):
        lake.add_rows(table, "2021-Q4", "00000002", lake.read_batch(table, "2021-Q3", "00000002"))
        lake.add_rows(table, "2021-Q3", "00000002", lake.read_batch(table, "2021-Q3", "00000002").clear())
    judge(data, CONTRACTS, to_read_again(["2021-Q4"], read_ledger(data), lake))
    assert lake.read("submissions", ["2021-Q4"]).is_empty()
    assert lake.read("enterprises", ["2021-Q4"]).is_empty()
    assert {name: held for name, held in content(data).items() if "2021-Q4" not in name} == right


def test_an_answer_that_no_longer_holds_is_withdrawn_and_no_other(data: Settings) -> None:
    q1, q2, q3, copy = (receipt for receipt in read_ledger(data) if receipt.file_name != "thu.csv")
    if q3.copy_of:
        q3, copy = copy, q3
    paths = [data.returned / f"2021-Q{number}" / "H166" / answer_name(r) for number, r in enumerate((q1, q2, q3), 1)]
    moved = data.returned / "khong-nhan-dien" / answer_name(q3)
    for path in (*paths, moved):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert withdraw_answers([q2, q3, copy], [paths[2]], data) == [paths[1], moved]
    assert [path.exists() for path in paths] == [True, False, True]
