"""The demo from inbox to published file: published figures, verdicts, findings at their cells."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.intake.register import read_ledger
from pipelines.reports.status import load_status
from pipelines.synthetic.cases import ExpectedVerdict
from pipelines.synthetic.demo import expected_verdicts
from pipelines.warehouse.lake import SUBMISSIONS_TABLE, Lake
from tests.conftest import DemoRun, congdoan

FORMS = [form.form for form in load_contracts().forms]
AS_REPORTED = "sector = 'all' and basis = 'as_reported' and scope = 'all'"


def test_long_bien_adds_up_to_its_published_figures(demo: DemoRun) -> None:
    people = "members_total, workers_total, members_female, workers_female"
    parts = "unions_with_groups, unions_with_sub_unions, union_groups"
    (row,) = demo.query(
        f"select unions, {people}, {parts}, round(density_pct, 2), completeness_pct from marts.mart_membership"
        f" where org_unit_code = 'H004' and period = '2021-Q2' and {AS_REPORTED}"
    )
    assert row == (335, 13734, 14327, 8072, 8538, 265, 2, 835, 95.86, 100.0)


def test_long_bien_by_sector(demo: DemoRun) -> None:
    by_sector = dict(
        demo.query(
            "select sector, unions from marts.mart_membership"
            " where org_unit_code = 'H004' and period = '2021-Q2' and sector <> 'all'"
            " and basis = 'as_reported' and scope = 'all'"
        )
    )
    assert (by_sector.pop("public_administration"), by_sector.pop("public_school")) == (25, 80)
    assert set(by_sector) <= {"private_enterprise", "fdi_enterprise", "cooperative"}
    assert sum(by_sector.values()) == 230


def test_quang_tri_from_2018_to_the_middle_of_2023(demo: DemoRun) -> None:
    assert demo.query(
        "select sum(members_admitted), sum(unions_founded) from marts.mart_membership"
        f" where org_unit_code = 'T45' and {AS_REPORTED} and period between '2018-Q1' and '2023-Q2'"
    ) == [(11975, 138)]
    assert demo.query(
        "select sum(survey_visits) from marts.mart_enterprise_coverage"
        " where org_unit_code = 'T45' and threshold = 25 and period between '2018-Q1' and '2023-Q2'"
    ) == [(2276,)]


def test_every_upper_level_union_of_quang_tri_is_rated_good_or_better(demo: DemoRun) -> None:
    assert demo.query(
        "select indicator_code, period, actual_value, completeness_pct from marts.mart_activity"
        " where org_unit_code = 'T45' and indicator_code like 'upper_unions_rated%' and period = '2022-Q4' order by all"
    ) == [("upper_unions_rated", "2022-Q4", 10.0, 100.0), ("upper_unions_rated_good", "2022-Q4", 10.0, 100.0)]


BAC_KAN_TARGETS = [
    ("agreement_coverage_pct", 2023, ">", 70.0),
    ("agreement_coverage_pct", 2025, ">", 80.0),
    ("agreement_coverage_pct", 2030, ">", 85.0),
    ("agreement_coverage_pct", 2045, ">", 99.0),
    ("enterprise_coverage", 2025, None, None),
    ("members_total", 2023, ">=", 22000.0),
    ("members_total", 2025, ">=", 23000.0),
    ("members_total", 2030, ">=", 26000.0),
    ("workers_are_members", 2045, None, None),
    ("workers_gathered", 2030, None, None),
]


@pytest.mark.parametrize("table", ["fct_target", "mart_target_progress"])
def test_bac_kan_keeps_its_targets_with_their_operators(demo: DemoRun, table: str) -> None:
    targets = demo.query(
        f"select distinct indicator_code, target_year, operator, target_value from marts.{table}"
        " where org_unit_code = 'T06' order by all"
    )
    assert targets == BAC_KAN_TARGETS


def test_exactly_80_percent_does_not_meet_a_target_above_80(demo: DemoRun) -> None:
    assert demo.query(
        "select actual_value, status from marts.mart_target_progress where org_unit_code = 'T06'"
        " and indicator_code = 'agreement_coverage_pct' and target_year = 2025 and period = '2023-Q4'"
    ) == [(80.0, "behind")]


def test_a_qualitative_target_has_no_percentage(demo: DemoRun) -> None:
    rows = demo.query(
        "select distinct pct_of_target, status_vi, qualitative_word from marts.mart_target_progress"
        " where org_unit_code = 'T06' and indicator_code = 'enterprise_coverage' and target_year = 2025"
    )
    assert rows == [(None, "chỉ tiêu định tính", "cơ bản")]


def test_thai_nguyen_shows_that_it_has_no_target(demo: DemoRun) -> None:
    of_its_own = "from marts.mart_target_progress where org_unit_code = 'T19' and inherited_from_code is null"
    rows = demo.query(f"select distinct status, status_vi, target_value {of_its_own}")
    assert rows == [("no_target", "chưa giao chỉ tiêu", None)]
    assert {"2025-Q2", "2025-Q3", "2025-Q4"} <= {period for (period,) in demo.query(f"select period {of_its_own}")}


def test_targets_of_bac_kan_stand_at_thai_nguyen_after_the_merger_marked_and_not_judged(demo: DemoRun) -> None:
    shown = "from marts.mart_target_progress where indicator_code = 'members_total' and target_year = 2030"
    assert demo.query(
        "select org_unit_code, inherited_from_code, inherited_from_name_vi, target_value, actual_value is null"
        f" {shown} and period = '2025-Q3' and target_set = '61-KH/TU'"
    ) == [("T19", "T06", "LĐLĐ tỉnh Bắc Kạn", 26000.0, True)]
    assert demo.query(f"select distinct inherited_from_code {shown} and period = '2025-Q2'") == [(None,)]
    assert demo.query("select count(*) from marts.fct_target where org_unit_code = 'T19'") == [(0,)]
    # the congress of the old Quảng Trị set a target for 2028; the new Quảng Trị bears the code of Quảng Bình
    assert demo.query(
        "select distinct org_unit_code, inherited_from_code, inherited_from_name_vi from marts.mart_target_progress"
        " where target_set = 'ĐH-XIII-QT' and period >= '2025-Q3'"
    ) == [("T44", "T45", "LĐLĐ tỉnh Quảng Trị")]


def test_a_bar_that_was_lowered_during_the_year_is_seen(demo: DemoRun) -> None:
    versions = (
        "select target_version, given_in, target_value, first_target_value, is_adjusted, is_newest, given_by_code"
        " from marts.fct_target where target_set = 'KH-2022' and org_unit_code = '{}' order by all"
    )
    assert demo.query(versions.format("H470")) == [
        (1, "2022-Q1", 222.0, 222.0, False, False, "T45"),
        (2, "2022-Q3", 210.0, 222.0, True, True, "T45"),
    ]
    progress = "select period, target_value from marts.mart_target_progress where target_set = 'KH-2022'"
    assert demo.query(f"{progress} and org_unit_code = 'H470' order by period") == [
        ("2022-Q1", 222.0),
        ("2022-Q2", 222.0),
        ("2022-Q3", 210.0),
        ("2022-Q4", 210.0),
    ]


def test_what_is_handed_down_adds_up_or_the_difference_is_told(demo: DemoRun) -> None:
    told = "select children_given, children_total, difference, status, status_vi from marts.mart_target_handed_down"
    assert demo.query(f"{told} where target_set = 'KH-2022'") == [
        (10, 11, 0.0, "adds_up", "10 trong 11 đơn vị được giao 2.226, bằng chỉ tiêu 2.226 của tỉnh")
    ]
    assert demo.query(
        f"{told} where org_unit_code = 'VN' and indicator_code = 'members_total' and target_year = 2025"
    ) == [
        (
            *(1, 63, -13477000.0, "less"),
            "1 trong 63 đơn vị được giao 23.000, còn thiếu 13.477.000 so với chỉ tiêu 13.500.000 của cả nước",
        )
    ]


def test_sets_of_the_seed_and_of_forms_stand_side_by_side(demo: DemoRun) -> None:
    assert demo.query(
        "select target_set, org_unit_code, set_kind, parent_set, is_listed from marts.dim_target_set order by all"
    ) == [
        ("61-KH/TU", "T06", "provincial_plan", "NQ02", True),
        ("KH-2022", "T45", "yearly", None, False),
        ("NQ02", "VN", "resolution", None, True),
        ("ĐH-XII-QT", "T45", "congress", None, True),
        ("ĐH-XIII-QT", "T45", "congress", None, True),
    ]


def test_the_term_target_of_quang_tri_is_assumed_and_says_so(demo: DemoRun) -> None:
    ((first_year, last_year, value, source),) = demo.query(
        "select first_year, target_year, target_value, source from marts.fct_target where target_set = 'ĐH-XII-QT'"
    )
    assert (first_year, last_year, round(11975 * 100 / value)) == (2018, 2023, 121)
    assert source.startswith("Giả định cho bộ số liệu mẫu")


def test_a_district_that_did_not_report_makes_its_province_incomplete_and_not_smaller_by_zero(
    demo: DemoRun,
) -> None:
    district, province = demo.query(
        "select members_total, completeness_pct from marts.mart_membership where period = '2023-Q2'"
        f" and {AS_REPORTED} and org_unit_code in ('H065', 'T06') order by org_unit_code"
    )
    assert district == (None, 0.0)
    assert province[0] is not None and province[1] == 87.5


def submissions_of(demo: DemoRun, expected: ExpectedVerdict) -> list[dict]:
    with duckdb.connect(demo.warehouse, read_only=True) as connection:
        rows = connection.sql("from marts.fct_submission").pl().filter(file_name=expected.file)
    return rows.filter(form=expected.form).to_dicts() if expected.form else rows.to_dicts()


@pytest.mark.parametrize("expected", expected_verdicts(), ids=lambda case: f"{case.verdict}-{case.form}-{case.period}")
def test_each_unusual_file_ends_with_its_verdict_and_its_findings_at_their_cells(
    demo: DemoRun, expected: ExpectedVerdict
) -> None:
    found = submissions_of(demo, expected)
    assert found and {row["verdict"] for row in found} == {expected.verdict}
    assert {row["is_current"] for row in found} == {expected.is_current}
    for row in found:
        if expected.form:
            assert (row["org_unit_code"], row["period"]) == (expected.org_unit_code, expected.period)
        of_submission = f"where submission_id = '{row['submission_id']}'"
        found_in = f"select rule_code, sheet, cell from marts.fct_submission_issue {of_submission}"
        issues = demo.query(f"{found_in} and severity <> 'note' order by all") or demo.query(found_in)
        assert issues == sorted((f.rule_code, f.sheet, f.cell) for f in expected.findings)


def test_every_other_submission_is_accepted_without_error_or_query(demo: DemoRun) -> None:
    unusual = tuple(case.file for case in expected_verdicts())
    others = demo.query(
        f"select verdict, count(*) from marts.fct_submission where file_name not in {unusual} group by all"
    )
    assert [verdict for verdict, _ in others] == ["accepted"]
    assert not demo.query(
        "select i.rule_code from marts.fct_submission_issue i join marts.fct_submission s using (submission_id)"
        f" where s.file_name not in {unusual} and i.severity <> 'note'"
    )


def test_no_row_of_a_submission_that_does_not_count_is_in_a_fact(demo: DemoRun) -> None:
    for fact in ("fct_membership", "fct_enterprise", "fct_agreement", "fct_activity"):
        assert demo.query(
            f"select count(*) from marts.{fact} f left join marts.fct_submission s using (submission_id)"
            " where s.is_current is not true"
        ) == [(0,)]


def test_every_row_of_every_file_is_accounted_for(demo: DemoRun) -> None:
    assert demo.query(
        "select count(*) from marts.fct_submission where rows_found <> rows_preamble + rows_header + rows_total"
        " + rows_footer + rows_accepted + rows_returned"
    ) == [(0,)]
    assert len(read_ledger(demo.settings)) == demo.summary["received"]
    assert demo.query("select count(distinct file_name) from marts.fct_submission") == [(demo.summary["received"],)]


def test_the_row_account_of_a_file_is_what_stands_in_it(demo: DemoRun) -> None:
    receipt = next(r for r in read_ledger(demo.settings) if "H004" in r.file_name and "II-2021" in r.file_name)
    book = openpyxl.load_workbook(demo.settings.raw / receipt.raw_path, read_only=True)
    filled = sum(any(cell is not None for cell in row) for sheet in book for row in sheet.iter_rows(values_only=True))
    assert demo.query(f"select sum(rows_found) from marts.fct_submission where sha256 = '{receipt.sha256}'") == [
        (filled,)
    ]


def test_accepted_rows_are_the_rows_of_the_facts(demo: DemoRun) -> None:
    tables = {
        "grassroots_unions": "fct_membership",
        "enterprises": "fct_enterprise",
        "agreements": "fct_agreement",
        "activities": "fct_activity",
    }
    for form, fact in tables.items():
        (accepted,) = demo.query(
            f"select sum(rows_accepted) from marts.fct_submission where form = '{form}' and is_current"
        )
        assert demo.query(f"select count(*) from marts.{fact}") == [accepted]


def test_what_json_says_is_what_is_published(demo: DemoRun) -> None:
    published = dict(demo.query("select verdict, count(*) from marts.fct_submission group by all"))
    assert {verdict: demo.summary[verdict] for verdict in published} == published
    assert sum(published.values()) == len(demo.summary["submissions"])
    issues = demo.query("select count(*) from marts.fct_submission_issue")[0][0]
    assert sum(len(submission["issues"]) for submission in demo.summary["submissions"]) == issues


def test_every_table_and_column_carries_a_vietnamese_comment(demo: DemoRun) -> None:
    assert (
        demo.query(
            "select table_name from duckdb_tables() where comment is null or length(comment) < 10"
            " union all select table_name || '.' || column_name from duckdb_columns() where schema_name = 'marts'"
            " and (comment is null or length(comment) < 3)"
        )
        == []
    )


def test_parquet_says_the_same_as_the_file(demo: DemoRun) -> None:
    for table, rows in demo.query("select table_name, estimated_size from duckdb_tables()"):
        assert pl.read_parquet(demo.settings.published / "parquet" / f"{table}.parquet").height == rows


def test_python_and_dbt_know_the_same_due_days(demo: DemoRun) -> None:
    judged = Lake(demo.settings.lake, load_contracts()).read(SUBMISSIONS_TABLE)
    published = demo.query("select submission_id, due_on, on_time from marts.fct_submission order by all")
    assert judged.select("submission_id", "due_on", "on_time").sort(pl.all()).rows() == published
    # a Saturday, moved to Monday
    assert demo.query(
        "select distinct due_on from marts.fct_submission where period = '2023-Q2' and form = 'enterprises'"
    ) == [(dt.date(2023, 7, 17),)]


def test_the_state_of_a_report_is_the_same_in_the_file_and_on_the_command_line(demo: DemoRun) -> None:
    ((received_to,),) = demo.query(
        "select max(received_at)::date from marts.fct_submission where verdict <> 'duplicate'"
    )
    owed = demo.query(
        "select period, org_unit_code, form, due_on, state, verdict from marts.fct_report_due order by all"
    )
    told = pl.concat(
        load_status(demo.settings, period, received_to).rows for period in sorted({period for period, *_ in owed})
    )
    columns = ["period", "org_unit_code", "form", "due_on", "state", "verdict"]
    assert told.select(columns).sort(pl.all()).rows() == owed


def test_a_returned_report_that_never_came_again_is_missing_and_one_put_right_in_time_is_not_late(
    demo: DemoRun,
) -> None:
    states = demo.query(
        "select org_unit_code, period, state, verdict, versions from marts.fct_report_due"
        " where form = 'grassroots_unions' and (org_unit_code, period) in"
        " (('H004', '2021-Q3'), ('H164', '2023-Q2'), ('H065', '2023-Q2'), ('H064', '2023-Q3')) order by all"
    )
    assert states == [
        ("H004", "2021-Q3", "missing", "returned", 1),
        ("H064", "2023-Q3", "late", "accepted", 1),
        ("H065", "2023-Q2", "missing", None, 0),
        ("H164", "2023-Q2", "on_time", "accepted", 2),
    ]


def test_the_reporting_rate_of_bac_kan(demo: DemoRun) -> None:
    """One of eight districts sent nothing; what its last report says of its members is missing from the whole."""
    (row,) = demo.query(
        "select expected, on_time, late, missing, reported_pct, without_members, members_reported, members_expected"
        " from marts.mart_reporting_rate"
        " where org_unit_code = 'T06' and period = '2023-Q2' and form = 'grassroots_unions'"
    )
    assert row[:6] == (8, 7, 0, 1, 87.5, 0)
    assert demo.query(
        "select members_total from marts.mart_membership where sector = 'all' and basis = 'as_reported'"
        " and scope = 'all' and (org_unit_code, period) in (('T06', '2023-Q2'), ('H065', '2023-Q1'))"
        " order by org_unit_code"
    ) == [(row[7] - row[6],), (row[6],)]


def test_status_as_json_on_the_command_line(demo: DemoRun) -> None:
    at = ("--data-dir", demo.settings.root, "--period", "2023-Q2", "--as-of", "2023-07-20")
    reports = json.loads(congdoan("status", *at, "--json"))
    keys = {"org_unit_code", "name_vi", "form", "period", "due_on", "state", "verdict"}
    assert all(keys <= set(report) for report in reports)
    of_district = {report["form"]: report["state"] for report in reports if report["org_unit_code"] == "H065"}
    assert of_district == dict.fromkeys(("activities", "agreements", "enterprises", "grassroots_unions"), "missing")
    reminded = json.loads(congdoan("status", *at, "--remind", "--json"))
    (paragraph,) = [item["paragraph_vi"] for item in reminded if item["org_unit_code"] == "H065"]
    assert "Tính đến hết ngày 20/07/2023" in paragraph and "(hạn gửi 17/07/2023, đã quá 3 ngày)" in paragraph


def test_status_on_the_command_line(demo: DemoRun, tmp_path: Path) -> None:
    at = ("--data-dir", demo.settings.root)
    page = congdoan("status", *at, "--period", "2023-Q2", "--as-of", "2023-07-20")
    assert "Tình hình báo cáo Quý II năm 2023, tính đến hết ngày 20/07/2023" in page
    assert "H065 LĐLĐ huyện Chợ Mới: chưa gửi cả 4 biểu mẫu (quá hạn 3 ngày)" in page
    congdoan("status", *at, "--period", "2023-Q2", "-o", tmp_path / "status.csv")
    table = pl.read_csv(tmp_path / "status.csv")
    assert table.height == len(demo.query("from marts.fct_report_due where period = '2023-Q2'"))
    congdoan("status", *at, "--period", "2031-Q1", expect=2)
    congdoan("status", *at, "--period", "Q2", expect=2)
    congdoan("status", "--data-dir", tmp_path, expect=1)


def test_a_returned_workbook_marks_the_cell_and_says_what_to_do(demo: DemoRun) -> None:
    (case,) = [case for case in expected_verdicts() if any(f.rule_code == "CD-E021" for f in case.findings)]
    (path,) = (demo.settings.returned / str(case.period) / str(case.org_unit_code)).glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    assert {"KẾT QUẢ", "LỖI"} <= set(book.sheetnames)
    (finding,) = case.findings
    marked = book[finding.sheet][finding.cell]
    assert "CD-E021" in marked.comment.text and "13.734" in marked.comment.text
    assert marked.value == 13.734


def test_data_docs_were_built(demo: DemoRun) -> None:
    index = (demo.settings.data_docs / "data_docs" / "index.html").read_text(encoding="utf-8")
    assert all(f"{form}-layout-1" in index for form in FORMS)
