"""How far the units of the demo are: published figures, words, and what is said where too few have reported."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.conftest import DemoRun


def progress(demo: DemoRun, target: str, period: str, columns: str) -> tuple[Any, ...]:
    """Columns of the one row of a target (``unit indicator set year``) in a period."""
    unit, code, target_set, year = target.split()
    (row,) = demo.query(
        f"select {columns} from marts.mart_target_progress where org_unit_code = '{unit}' and period = '{period}'"
        f" and indicator_code = '{code}' and target_set = '{target_set}' and target_year = {year}"
    )
    return row


@pytest.mark.parametrize(
    ("target", "period", "status", "words"),
    [
        (
            "T45 members_admitted KH-2022 2022",
            "2022-Q4",
            "met",
            "đạt 121,0 %, vượt 21,0 % kế hoạch năm 2022",
        ),
        (
            "T45 members_total ĐH-XIII-QT 2028",
            "2023-Q2",
            "on_track",
            "đạt 94,4 % chỉ tiêu năm 2028, còn thiếu 2.786 người; đúng tiến độ",
        ),
        (
            "T06 members_total 61-KH/TU 2023",
            "2023-Q4",
            "behind",
            "không đạt: bằng 99,4 % chỉ tiêu năm 2023, thiếu 126 người",
        ),
        (
            "T06 agreement_coverage_pct 61-KH/TU 2023",
            "2023-Q4",
            "met",
            "đạt 80,0 %, vượt 10,0 điểm phần trăm so với chỉ tiêu trên 70 %",
        ),
        (
            "T06 agreement_coverage_pct 61-KH/TU 2025",
            "2023-Q4",
            "behind",
            "mới được 80,0 %, chỉ bằng mức phải vượt (chỉ tiêu năm 2025 là trên 80 %); chậm tiến độ",
        ),
        ("T06 workers_are_members 61-KH/TU 2045", "2023-Q4", "qualitative", "chỉ tiêu định tính: hầu hết"),
    ],
)
def test_progress_in_words(demo: DemoRun, target: str, period: str, status: str, words: str) -> None:
    assert progress(demo, target, period, "status, progress_vi") == (status, words)


def test_a_district_that_is_missing_is_no_fall_of_its_province(demo: DemoRun) -> None:
    """One of eight districts sent nothing, so 19,371 members are no sign that Bắc Kạn is behind."""
    columns = "status, status_vi, actual_value, pct_of_target, gap_value, required_per_period"
    assert progress(demo, "T06 members_total 61-KH/TU 2025", "2023-Q2", columns) == (
        "no_data",
        "chưa đủ số liệu: mới có 87,5 % báo cáo",
        19371,
        None,
        None,
        None,
    )


def test_nothing_is_judged_or_foreseen_for_the_country_from_a_few_units(demo: DemoRun) -> None:
    assert demo.query(
        "select distinct status, projected_value, pct_of_target from marts.mart_target_progress"
        " where org_unit_code = 'VN' and not is_qualitative"
    ) == [("no_data", None, None)]


def test_a_year_is_expected_to_run_as_the_years_before(demo: DemoRun) -> None:
    """Quảng Trị admitted its members of 2018 to 2021 by no even quarters, and so it is expected in 2022."""
    shares = demo.query(
        "with years as (select period[:4] as year, period[-1:] as quarter, value from marts.mart_indicator"
        " where org_unit_code = 'T45' and indicator_code = 'members_admitted' and period < '2022')"
        " select sum(value) filter (quarter <= '2') / sum(value) from years group by year"
    )
    columns = "expected_by, expected_value, target_value, periods_left, required_per_period, actual_value"
    by, expected, target, left, required, actual = progress(
        demo, "T45 members_admitted KH-2022 2022", "2022-Q2", columns
    )
    assert by == "seasonal" and expected == pytest.approx(target * sum(share for (share,) in shares) / len(shares))
    assert left == 2 and required == (target - actual) / 2


def test_quang_tri_in_2028_is_foreseen_from_the_line_through_its_22_quarters(demo: DemoRun) -> None:
    members = demo.query(
        "select members_total from marts.mart_membership where org_unit_code = 'T45' and sector = 'all'"
        " and basis = 'as_reported' and scope = 'all' and period <= '2023-Q2' order by period"
    )
    count = len(members)
    middle = (count - 1) / 2
    mean = sum(value for (value,) in members) / count
    slope = sum((x - middle) * value for x, (value,) in enumerate(members)) / sum(
        (x - middle) ** 2 for x in range(count)
    )
    columns = (
        "projected_value, projected_low, projected_high, projection_method, projection_periods, projection_note_vi"
    )
    value, low, high, method, periods, note = progress(demo, "T45 members_total ĐH-XIII-QT 2028", "2023-Q2", columns)
    assert (method, periods, count) == ("trend", 22, 22)
    assert value == pytest.approx(mean + slope * (4 * 11 - 1 - middle))  # 2028-Q4 is the 44th quarter
    assert low < 50_000 < high  # within reach, but not safe
    assert note.startswith(
        "đến hết năm 2028 ước 49.602 người, khả năng 80 % nằm trong khoảng từ 49.132 đến 50.071 người"
    )


def test_no_projection_from_fewer_than_four_periods_or_far_beyond_the_history(demo: DemoRun) -> None:
    assert demo.query(
        "select count(*) from marts.mart_target_progress where projected_value is not null and projection_periods < 4"
    ) == [(0,)]
    columns = "projected_value, projection_note_vi"
    assert progress(demo, "T06 agreement_coverage_pct 61-KH/TU 2025", "2023-Q4", columns) == (
        None,
        "chưa dự báo được: có 2 kỳ đủ số liệu, cần ít nhất 4 kỳ",
    )
    assert progress(demo, "T06 members_total 61-KH/TU 2030", "2023-Q4", columns) == (
        None,
        "chưa dự báo được: từ quý IV/2023 còn 28 quý đến hết năm 2030, mà số liệu chỉ trải trên 5 quý",
    )


def test_no_sentence_contradicts_its_status(demo: DemoRun) -> None:
    rows = demo.query("select status, progress_vi, actual_value, target_value from marts.mart_target_progress")
    for status, words, actual, target in rows:
        percent = re.match(r"đạt (\d+),(\d) %", words)
        assert words == words.strip() and "  " not in words
        assert ("không đạt" in words or "chậm" in words) <= (status == "behind"), words
        assert ("vượt" in words and "mức phải vượt" not in words) <= (status == "met" and actual > target), words
        assert not (status in ("on_track", "behind") and percent and "điểm" not in words and int(percent[1]) >= 100), (
            words
        )


def test_quang_tri_is_at_121_percent_of_its_term_by_the_middle_of_2023(demo: DemoRun) -> None:
    target, columns = "T45 members_admitted ĐH-XII-QT 2023", "status, actual_value, first_year, progress_vi"
    assert progress(demo, target, "2023-Q2", columns) == (
        "met",
        11_975,
        2018,
        "đạt 121,0 %, vượt 21,0 % kế hoạch nhiệm kỳ 2018–2023",
    )


def test_an_inherited_target_is_told_without_a_figure(demo: DemoRun) -> None:
    columns = "status, actual_value, pct_of_target, projected_value, progress_vi"
    assert progress(demo, "T19 members_total 61-KH/TU 2030", "2025-Q4", columns) == (
        "no_data",
        None,
        None,
        None,
        "chỉ tiêu kế thừa từ LĐLĐ tỉnh Bắc Kạn, chưa giao lại",
    )
