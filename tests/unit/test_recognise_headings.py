"""Headings as offices write them: spellings, heights, merged cells, numbers of columns, several tables."""

from collections.abc import Sequence

import pytest

from pipelines.contracts import load_contracts
from pipelines.intake.headings import Heading, HeadingFinder, counts_columns
from pipelines.intake.labels import Labels
from pipelines.intake.read import Sheet

CONTRACTS = load_contracts()
UNIONS = Labels(CONTRACTS.form("grassroots_unions"))
AGREEMENTS = Labels(CONTRACTS.form("agreements"))


def sheet(*rows: Sequence[str], merged: tuple = ()) -> Sheet:
    return Sheet(name="Sheet1", rows=[[cell or None for cell in row] for row in rows], merged=merged)


def headings(*rows: Sequence[str], merged: tuple = ()) -> list[Heading]:
    return HeadingFinder(CONTRACTS.forms).find_all(sheet(*rows, merged=merged))


@pytest.mark.parametrize(
    ("levels", "field"),
    [
        (["Tên CĐCS"], "union_name"),
        (["1. Tên CĐCS"], "union_name"),
        (["(2) Tên CĐCS"], "union_name"),
        (["b) Tên CĐCS"], "union_name"),
        (["II. Tên CĐCS"], "union_name"),
        (["TÊN  CÔNG ĐOÀN\nCƠ SỞ"], "union_name"),
        (["Tên công đoàn cơ-\nsở"], "union_name"),
        (["Ten cong doan co so"], "union_name"),
        (["Ngày giải thể"], "ended_on"),
        (["Loai hình đơn vị"], "sector"),
        (["Số ủy viên ban chấp hành bầu mới"], "officers_elected"),
        (["Số uỷ viên ban chấp hành bầu mới"], "officers_elected"),
        (["Tổng số đoàn viên (người)"], "members_total"),
        (["Tổng số đoàn viên\n(ĐVT: người)"], "members_total"),
        (["Mã số thuế (MST)"], "tax_code"),
        (["Tổng số lao động (5=6+7)"], "workers_total"),
        (["Số đoàn viên", "Tổng số"], "members_total"),
        (["Số đoàn viên", "TS"], "members_total"),
        (["Số đoàn viên", "Trong đó: nữ"], "members_female"),
        (["Đoàn viên", "Trong đó", "Nữ"], "members_female"),
        (["SỐ ĐOÀN VIÊN", "Trong đó nữ (người)"], "members_female"),
        (["Số đoàn viên"], "members_total"),
        (["Tình hình đoàn viên", "Số đoàn viên", "Tổng số"], "members_total"),
        # what changes the meaning is no field
        (["Tổng số"], None),
        (["Trong đó: nữ"], None),
        (["Tổng số đoàn viên (nữ)"], None),
        (["Tổng số đoàn viên (nghìn người)"], None),
        (["Tổng số đoàn viên kỳ trước"], None),
        (["Kỳ trước", "Tổng số đoàn viên"], None),
        (["Kế hoạch năm", "Tổng số đoàn viên"], None),
        (["Ước thực hiện", "Tổng số đoàn viên"], None),
        (["Kỳ này", "Tổng số đoàn viên"], "members_total"),
        (["Đoàn viên và thỏa ước", "Tổng số đoàn viên"], "members_total"),
        (["Tổng số đoàn viên (nghỉ hưu)"], None),
        (["Tổng số công đoàn"], None),
    ],
)
def test_what_a_heading_text_means(levels: list[str], field: str | None) -> None:
    assert UNIONS.field_of(tuple(levels)) == field


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Bữa ăn ca (đồng)", "shift_meal_vnd"),
        ("Bữa ăn ca", "shift_meal_vnd"),
        ("Bữa ăn ca (VNĐ)", "shift_meal_vnd"),
        ("Bữa ăn ca (nghìn đồng)", None),
        ("Bữa ăn ca (1.000 đ)", None),
    ],
)
def test_a_unit_of_measure_in_brackets_must_be_that_of_the_form(text: str, field: str | None) -> None:
    assert AGREEMENTS.field_of((text,)) == field


LABELS = ["TT", "Mã CĐCS", "Tên CĐCS", "Khu vực", "Tổng số đoàn viên"]
ROW = ["1", "CS-1", "CĐCS mẫu", "FDI", "9"]


@pytest.mark.parametrize(
    ("numbers", "is_part"),
    [
        (["(1)", "(2)", "(3)", "(4)", "(5)"], True),
        (["1", "2", "3", "4", "5"], True),
        (["[1]", "[2]", "[3]", "[4]", "[5]"], True),
        (["A", "B", "C", "1", "2"], True),
        (["A", "B", "1", "2", "3"], True),
        (["", "(1)", "(2)", "(3)", "(4)"], True),
        (["1", "2", "3", "4", "5=6+7"], True),
        (["(1)", "(2)", "(3)", "(4)", "(5)=(1)+(2)"], True),
        (["Cột 1", "Cột 2", "Cột 3", "Cột 4", "Cột 5"], True),
        (["1", "2", "3", "4", "9"], False),
        (["1", "CS-1", "3", "4", "5"], False),
        (["5", "6", "7", "8", "9"], False),
        (["1", "", "", "2", "3"], True),
        (["1", "", "", "", "3"], False),
    ],
)
def test_the_row_that_numbers_the_columns(numbers: list[str], is_part: bool) -> None:
    assert counts_columns([cell or None for cell in numbers], len(LABELS)) is is_part
    (heading,) = headings(LABELS, numbers, ROW)
    assert heading.rows == range(0, 2 if is_part else 1)


def test_a_heading_below_a_title_of_any_height() -> None:
    for height in (0, 1, 7, 80):
        (heading,) = headings(*[["BÁO CÁO"]] * height, LABELS, ROW)
        assert heading.rows == range(height, height + 1)


def test_a_heading_of_four_rows_with_merged_cells() -> None:
    (heading,) = headings(
        ["BÁO CÁO ĐOÀN VIÊN"],
        ["Mã CĐCS", "Tên CĐCS", "Khu vực", "Tình hình đoàn viên", "", ""],
        ["", "", "", "Số đoàn viên", "", "Kết nạp mới"],
        ["", "", "", "Tổng số", "Trong đó", ""],
        ["", "", "", "", "Nữ", ""],
        ["A", "B", "C", "1", "2", "3"],
        merged=(
            *(((1, column), (4, column)) for column in range(3)),
            ((1, 3), (1, 5)),
            ((2, 3), (2, 4)),
            ((2, 5), (4, 5)),
            ((3, 3), (4, 3)),
        ),
    )
    assert heading.rows == range(1, 6)
    assert heading.columns == {
        "union_code": 0,
        "union_name": 1,
        "sector": 2,
        "members_total": 3,
        "members_female": 4,
    }
    assert list(heading.unknown) == [5]


def test_numbered_labels_make_a_heading() -> None:
    for dress in ("{}. {}", "({}) {}", "{}) {}"):
        for numbers in ("12345", ("I", "II", "III", "IV", "V"), "abcde"):
            labels = [dress.format(number, label) for number, label in zip(numbers, LABELS, strict=True)]
            (heading,) = headings(labels, ROW)
            assert len(heading.columns) == 4


def test_women_beside_the_total_need_no_group() -> None:
    (heading,) = headings(["Mã CĐCS", "Tên CĐCS", "Số đoàn viên", "Trong đó: nữ", "Số lao động", "Nữ"])
    assert heading.columns["members_female"] == 3
    assert heading.columns["workers_female"] == 5


def test_columns_of_another_time_are_not_taken_for_this_period() -> None:
    rows = (
        ["", "", "", "Kỳ trước", "", "Kỳ này", ""],
        ["Mã CĐCS", "Tên CĐCS", "Khu vực", "Đoàn viên", "Lao động", "Đoàn viên", "Lao động"],
    )
    for merged in ((), (((0, 3), (0, 4)), ((0, 5), (0, 6)))):
        (heading,) = headings(*rows, merged=merged)
        assert (heading.columns["members_total"], heading.columns["workers_total"]) == (5, 6)
        assert heading.ambiguous == {}


@pytest.mark.parametrize(
    "row",
    [
        ["Mã CĐCS", "Tên CĐCS", "Nội dung"],  # two labels only
        ["Khu vực", "Số lao động", "Số đoàn viên", "Kết nạp mới"],  # sums by sector: no name, no code
        ["Nội dung", "Đơn vị tính", "Kế hoạch", "Thực hiện", "Ghi chú"],
        ["Công đoàn cơ sở", "Doanh nghiệp", "Nghiệp đoàn"],
    ],
)
def test_a_heading_that_almost_matches_makes_no_table(row: list[str]) -> None:
    assert headings(row, ["a", "b", "c", "d", "e"]) == []


def test_the_labels_nearest_to_a_heading_are_told() -> None:
    rows = sheet(["Sở A"], ["Mã CĐCS", "Tên đầy đủ"], ["một", "hai", "ba", "bốn"])
    assert HeadingFinder(CONTRACTS.forms).nearest_labels(rows) == ["Mã CĐCS", "Tên đầy đủ"]


def test_several_headings_of_several_forms_in_one_sheet() -> None:
    found = headings(
        LABELS,
        ROW,
        ["BÁO CÁO DOANH NGHIỆP"],
        ["Mã số thuế", "Tên doanh nghiệp", "Loại hình", "Đã có công đoàn"],
        ["0100109106", "Công ty A", "FDI", "Có"],
        ["Tổng số đoàn viên", "Khu vực", "Tên CĐCS", "Mã CĐCS"],
        ["9", "FDI", "CĐCS mẫu", "CS-1"],
    )
    assert [(h.form.form, h.rows) for h in found] == [
        ("grassroots_unions", range(0, 1)),
        ("enterprises", range(3, 4)),
        ("grassroots_unions", range(5, 6)),
    ]
    assert found[2].columns["union_code"] == 3
