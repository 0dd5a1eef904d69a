"""Recognising form, unit, period and the place of every row, on sheets as offices lay them out."""

import datetime as dt
from collections.abc import Sequence

import pytest

from pipelines.contracts import load_contracts
from pipelines.intake.headings import HeadingFinder
from pipelines.intake.read import Sheet, Workbook
from pipelines.intake.recognise import RecognisedFile, Recogniser
from pipelines.intake.register import Receipt
from pipelines.intake.tables import split_table
from pipelines.intake.units import load_org_units

TITLE = [
    "LĐLĐ THÀNH PHỐ HÀ NỘI",
    "LĐLĐ QUẬN LONG BIÊN",
    "BÁO CÁO DOANH NGHIỆP",
    "Kỳ báo cáo: Quý II năm 2021",
]
HEADING = ["TT", "Mã số thuế", "Tên doanh nghiệp", "Loại hình", "Đã có công đoàn", "Lượt khảo sát"]
ROWS = [
    ["1", "0100109106", "Công ty A", "HTX", "Có", "2"],
    ["2", "0100109107", "Tổng công ty B", "FDI", "Chưa", "0"],
]
TOTAL = ["", "", "Tổng cộng", "", "", "2"]
FOOTER = ["", "", "", "", "Ngày 5 tháng 7 năm 2021"]


def sheet(*rows: Sequence[str], name: str = "Sheet1", merged: tuple = ()) -> Sheet:
    width = max(len(row) for row in rows)
    filled = [[cell or None for cell in row] + [None] * (width - len(row)) for row in rows]
    return Sheet(name=name, rows=filled, merged=merged)


def recognise(*sheets: Sheet, file_name: str = "a.xlsx") -> RecognisedFile:
    receipt = Receipt("r", 1, "00000001", "s", file_name, dt.datetime(2021, 7, 5), 1, None, "files/s")
    return Recogniser(load_contracts(), load_org_units()).recognise(receipt, Workbook(tuple(sheets)))


def codes(file: RecognisedFile) -> list[str]:
    return sorted(finding.rule.code for finding in file.findings)


def enterprises(*, title: Sequence[str] = TITLE, heading: Sequence[str] = HEADING, name: str = "Sheet1") -> Sheet:
    return sheet(*([line] for line in title), heading, *ROWS, TOTAL, FOOTER, name=name)


def test_form_unit_and_period_are_read_from_the_title_block() -> None:
    file = recognise(enterprises())
    (table,) = file.tables
    assert (table.form_id, table.org_unit_code, table.period, table.is_recognised) == (
        "enterprises",
        "H004",
        "2021-Q2",
        True,
    )
    assert codes(file) == []


def test_every_filled_row_has_one_place() -> None:
    (table,) = recognise(enterprises()).tables
    split = table.table
    assert (split.preamble, split.header, split.data, split.footer) == ((0, 1, 2, 3), (4,), (5, 6), (8,))
    assert [(total.row, total.first_part, total.last_part) for total in split.totals] == [(7, 5, 6)]


def test_a_heading_over_two_rows_with_merged_groups_and_column_numbers() -> None:
    table = sheet(
        ["TT", "Mã CĐCS", "Tên CĐCS", "Khu vực", "Số lao động", "", "Số đoàn viên", ""],
        ["", "", "", "", "Tổng số", "Trong đó: nữ", "Tổng số", "Trong đó: nữ"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
        ["1", "CS-1", "CĐCS mẫu", "FDI", "10", "5", "9", "5"],
        merged=(((0, 0), (1, 0)), ((0, 1), (1, 1)), ((0, 4), (0, 5)), ((0, 6), (0, 7))),
    )
    heading = HeadingFinder(load_contracts().forms).find(table)
    assert heading is not None
    assert heading.rows == range(0, 3)
    assert heading.columns == {
        "union_code": 1,
        "union_name": 2,
        "sector": 3,
        "workers_total": 4,
        "workers_female": 5,
        "members_total": 6,
        "members_female": 7,
    }


def test_a_group_that_is_not_merged_speaks_for_the_columns_beside_it() -> None:
    table = sheet(
        ["Mã CĐCS", "Tên CĐCS", "Khu vực", "Số lao động", "", "Số đoàn viên", ""],
        ["", "", "", "Tổng số", "Trong đó: nữ", "Tổng số", "Trong đó: nữ"],
    )
    heading = HeadingFinder(load_contracts().forms).find(table)
    assert heading is not None
    assert heading.columns["members_female"] == 6
    assert heading.missing == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # one total at the end: everything
        ([["a"], ["b"], ["Cộng"]], [(2, 0, 1)]),
        # a part total sums what came since the last one, the whole everything
        ([["a"], ["Cộng"], ["b"], ["c"], ["Cộng"], ["Tổng cộng"]], [(1, 0, 0), (4, 2, 3), (5, 0, 3)]),
        # a total on top
        ([["Toàn tỉnh"], ["a"], ["b"]], [(0, 1, 2)]),
        # sections with figures
        ([["I"], ["a"], ["b"], ["II"], ["c"]], [(0, 1, 2), (3, 4, 4)]),
    ],
)
def test_which_rows_a_total_sums(rows: list[list[str]], expected: list[tuple[int, int, int]]) -> None:
    body = [
        ["", "", text, "", "", "3"] if text[0] in "CT" else [text, "", "x", "", "", "3"] if text in ("I", "II") else
        ["1", "0100109106", text, "HTX", "Có", "2"]
        for (text,) in rows
    ]  # fmt: skip
    table = sheet(HEADING, *body)
    heading = HeadingFinder(load_contracts().forms).find(table)
    assert heading is not None
    totals = split_table(table, heading).totals
    assert [(t.row - 1, t.first_part - 1, t.last_part - 1) for t in totals] == expected


def test_the_stamp_of_the_template_goes_before_the_title() -> None:
    stamp = sheet(
        ["sheet", "form", "layout_version", "org_unit_code", "period"],
        ["Sheet1", "enterprises", "1", "H004", "2021-Q2"],
        name="_congdoan",
    )
    (table,) = recognise(enterprises(title=["không có gì"]), stamp).tables
    assert (table.org_unit_code, table.period, table.layout_version) == ("H004", "2021-Q2", 1)


def test_a_contradiction_between_title_and_folder_shows_both() -> None:
    file = recognise(enterprises(), file_name="Quy I 2021/a.xlsx")
    assert codes(file) == ["CD-E006"]
    assert file.findings[0].message_vi == "Kỳ báo cáo: đầu trang ghi “2021-Q2” nhưng thư mục ghi “2021-Q1”."


@pytest.mark.parametrize(
    ("title", "code"),
    [
        (["Đơn vị: (mã H999)", "Quý II năm 2021"], "CD-E004"),
        (["Quý II năm 2021"], "CD-E003"),
        (["LĐLĐ quận Long Biên"], "CD-E005"),
    ],
)
def test_a_sender_or_period_that_is_not_known_is_said(title: list[str], code: str) -> None:
    file = recognise(enterprises(title=title))
    assert [table.is_recognised for table in file.tables] == [False]
    assert code in codes(file)


def test_a_unit_is_known_only_in_its_own_time() -> None:
    title = ["LĐLĐ quận Long Biên", "Quý IV năm 2025"]
    assert not recognise(enterprises(title=title)).tables[0].is_recognised


def test_a_missing_required_column_names_the_headings_that_were_found() -> None:
    file = recognise(enterprises(heading=["TT", "MST", "Tên", "Loại hình", "Đã có công đoàn", "Lượt khảo sát"]))
    assert codes(file) == ["CD-E007", "CD-N002"]
    missing = next(finding for finding in file.findings if finding.rule.code == "CD-E007")
    assert "“Tên doanh nghiệp”" in missing.message_vi and "“MST”" in missing.message_vi
    assert (missing.field, missing.sheet) == ("enterprise_name", "Sheet1")


def test_two_columns_that_could_be_the_same_field_are_both_named() -> None:
    file = recognise(enterprises(heading=["TT", "MST", "Tên doanh nghiệp", "Loại hình", "Có CĐCS", "Mã số thuế"]))
    ambiguous = next(finding for finding in file.findings if finding.rule.code == "CD-E008")
    assert "B5, F5" in ambiguous.message_vi


@pytest.mark.parametrize("heading", ["Họ và tên", "Số CCCD", "Điện thoại", "Ngày sinh", "SỐ ĐIỆN THOẠI"])
def test_columns_about_persons_are_refused(heading: str) -> None:
    file = recognise(enterprises(heading=[*HEADING[:5], heading]))
    assert "CD-E009" in codes(file)


def test_a_workbook_without_any_form_says_what_it_read() -> None:
    file = recognise(sheet(["Thực đơn", "Giá"], ["Phở", "40.000"]))
    assert codes(file) == ["CD-E002"] and file.tables == () and file.other_rows == 2
    assert "“Thực đơn”" in file.findings[0].message_vi


def test_an_empty_sheet_of_the_template_is_left_aside_when_another_is_filled() -> None:
    empty = sheet(*([line] for line in TITLE), HEADING, name="Trống")
    file = recognise(enterprises(), empty)
    assert [table.table.sheet.name for table in file.tables] == ["Sheet1"]
    assert codes(file) == ["CD-N001"] and file.other_rows == 5


def test_a_table_without_rows_is_no_report() -> None:
    file = recognise(sheet(*([line] for line in TITLE), HEADING))
    assert codes(file) == ["CD-E010"]


@pytest.mark.parametrize(
    ("period", "is_refused"), [("Quý III năm 2021", False), ("Quý IV năm 2021", True), ("Quý IV năm 2017", True)]
)
def test_a_period_that_had_not_begun_when_it_was_reported_is_refused(period: str, is_refused: bool) -> None:
    file = recognise(enterprises(title=["LĐLĐ quận Long Biên (mã H004)", period]))
    assert ("CD-E011" in codes(file)) is is_refused
