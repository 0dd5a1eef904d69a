"""Recognising form, unit, period and the place of every row, on sheets as offices lay them out."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pytest

from pipelines.contracts import Layout, load_contracts
from pipelines.intake.headings import HeadingFinder
from pipelines.intake.read import Sheet, Workbook
from pipelines.intake.recognise import RecognisedFile, Recogniser
from pipelines.intake.register import Receipt
from pipelines.intake.tables import Table, split_sheet
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
    """The file with these sheets; every test of recognising is one of the row account, too."""
    file = _recognise(*sheets, file_name=file_name)
    placed = file.other_rows + sum(table.table.row_count for table in file.tables)
    assert placed == sum(len(sheet.filled_rows()) for sheet in sheets)
    return file


def _recognise(*sheets: Sheet, file_name: str) -> RecognisedFile:
    receipt = Receipt("r", 1, "00000001", "s", file_name, dt.datetime(2021, 7, 5), 1, None, "files/s")
    return Recogniser(load_contracts(), load_org_units()).recognise(receipt, Workbook(tuple(sheets)))


def only_table(rows: Sheet) -> Table:
    headings = HeadingFinder(load_contracts().forms).find_all(rows)
    (table,) = split_sheet(rows, headings)
    return table


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
    assert [(total.row, total.parts) for total in split.totals] == [(7, ((5, 6),))]


def test_a_heading_over_two_rows_with_merged_groups_and_column_numbers() -> None:
    table = sheet(
        ["TT", "Mã CĐCS", "Tên CĐCS", "Khu vực", "Số lao động", "", "Số đoàn viên", ""],
        ["", "", "", "", "Tổng số", "Trong đó: nữ", "Tổng số", "Trong đó: nữ"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
        ["1", "CS-1", "CĐCS mẫu", "FDI", "10", "5", "9", "5"],
        merged=(((0, 0), (1, 0)), ((0, 1), (1, 1)), ((0, 4), (0, 5)), ((0, 6), (0, 7))),
    )
    (heading,) = HeadingFinder(load_contracts().forms).find_all(table)
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
    (heading,) = HeadingFinder(load_contracts().forms).find_all(table)
    assert heading.columns["members_female"] == 6
    assert heading.missing() == []


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
    totals = only_table(table).totals
    assert [(t.row - 1, t.parts[0][0] - 1, t.parts[0][1] - 1) for t in totals] == expected


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
    assert codes(file) == ["CD-N009"] and file.other_rows == 5


def test_a_table_without_rows_is_no_report() -> None:
    file = recognise(sheet(*([line] for line in TITLE), HEADING))
    assert codes(file) == ["CD-E010"]


@pytest.mark.parametrize(
    ("period", "is_refused"), [("Quý III năm 2021", False), ("Quý IV năm 2021", True), ("Quý IV năm 2017", True)]
)
def test_a_period_that_had_not_begun_when_it_was_reported_is_refused(period: str, is_refused: bool) -> None:
    file = recognise(enterprises(title=["LĐLĐ quận Long Biên (mã H004)", period]))
    assert ("CD-E011" in codes(file)) is is_refused


def told(file: RecognisedFile, code: str) -> list[str]:
    return [finding.message_vi for finding in file.findings if finding.rule.code == code]


STAMP_ROWS = ["sheet", "form", "layout_version", "org_unit_code", "period"]


def stamp(*rows: Sequence[str]) -> Sheet:
    return sheet(STAMP_ROWS, *rows, name="_congdoan")


def hidden(source: Sheet) -> Sheet:
    return dataclasses.replace(source, is_visible=False)


UNIONS = [
    ["Mã CĐCS", "Tên CĐCS", "Khu vực", "Tổng số đoàn viên"],
    ["CS-H004-001", "CĐCS A", "FDI", "10"],
]
OTHER_UNIT = ["Đơn vị: LĐLĐ huyện Gio Linh", "Quý II năm 2021"]


def test_several_forms_in_one_workbook_and_sheet() -> None:
    both = sheet(*([line] for line in TITLE), HEADING, *ROWS, [""], ["Biểu đoàn viên"], *UNIONS)
    file = recognise(both, enterprises(name="Sheet2"))
    found = [(table.form_id, table.table.sheet.name, table.org_unit_code, table.period) for table in file.tables]
    assert found == [
        ("enterprises", "Sheet1", "H004", "2021-Q2"),
        ("grassroots_unions", "Sheet1", "H004", "2021-Q2"),
        ("enterprises", "Sheet2", "H004", "2021-Q2"),
    ]
    assert codes(file) == []


def test_the_same_form_for_several_units_on_sheets_and_below_each_other() -> None:
    below = sheet(*([line] for line in TITLE), HEADING, *ROWS, [""], *([line] for line in OTHER_UNIT), HEADING, ROWS[0])
    named = enterprises(title=["Quý II năm 2021"], name="Đông Hà")
    file = recognise(below, named)
    assert [(table.org_unit_code, table.is_recognised) for table in file.tables] == [
        ("H004", True),
        ("H466", True),
        ("H461", True),
    ]
    assert codes(file) == []


def test_a_sheet_without_title_belongs_to_the_others_of_its_workbook() -> None:
    file = recognise(enterprises(), sheet(*UNIONS, name="ĐV"))
    assert [(table.org_unit_code, table.period) for table in file.tables] == [("H004", "2021-Q2")] * 2
    file = recognise(enterprises(), enterprises(title=OTHER_UNIT, name="B"), sheet(*UNIONS, name="ĐV"))
    assert codes(file) == ["CD-E003"] and file.tables[2].period == "2021-Q2"
    # a line that was left blank is not silence
    file = recognise(enterprises(), sheet(["ĐƠN VỊ: ……"], *UNIONS, name="ĐV"))
    assert codes(file) == ["CD-E003"]


def test_a_unit_that_is_written_but_not_in_the_list_is_shown() -> None:
    file = recognise(enterprises(title=["LĐLĐ TỈNH QUẢNG TRỊ", "Đơn vị: LĐLĐ huyện Mẫu", "Quý II năm 2021"]))
    assert told(file, "CD-E004") == ["Đơn vị “LĐLĐ huyện Mẫu” không có trong danh mục đơn vị công đoàn của kỳ 2021-Q2."]
    assert not file.tables[0].is_recognised


def test_hidden_sheets_are_named_but_not_read() -> None:
    file = recognise(enterprises(), hidden(enterprises(name="Cũ")), hidden(sheet(["FDI"], ["HTX"], name="Danh mục")))
    assert [table.table.sheet.name for table in file.tables] == ["Sheet1"]
    assert told(file, "CD-N006") == ["Trang tính ẩn “Cũ” có bảng của biểu mẫu nhưng không được đọc."]
    assert codes(file) == ["CD-N006"]
    assert codes(recognise(hidden(enterprises()), sheet(["Xin chào"]))) == ["CD-E002", "CD-N006"]


def test_hidden_rows_are_read_and_named() -> None:
    source = enterprises()
    file = recognise(dataclasses.replace(source, hidden_rows=frozenset({0, 5, 6})))
    assert file.tables[0].table.data == (5, 6)
    assert told(file, "CD-N007")[0].endswith("như các dòng khác: 6–7.")


def test_sheets_that_we_added_ourselves_are_passed_over() -> None:
    answer = sheet(["KẾT QUẢ KIỂM TRA BÁO CÁO"], ["Tệp", "a.xlsx"], name="KẾT QUẢ")
    findings = sheet(["DANH SÁCH"], ["TT", "Trang tính", "Ô", "Mã", "Mức độ"], name="LỖI")
    file = recognise(answer, findings, sheet(["Cột", "Bắt buộc"], name="HƯỚNG DẪN"), enterprises())
    assert codes(file) == [] and file.other_rows == 5
    assert len(recognise(enterprises(name="KẾT QUẢ")).tables) == 1


def test_a_stamp_of_another_form_contradicts_the_headings() -> None:
    file = recognise(enterprises(), stamp(["Sheet1", "agreements", "1", "H004", "2021-Q2"]))
    assert [table.form_id for table in file.tables] == ["enterprises"]
    (message,) = told(file, "CD-E006")
    assert "BÁO CÁO THỎA ƯỚC LAO ĐỘNG TẬP THỂ" in message and "BÁO CÁO DOANH NGHIỆP" in message


def test_the_stamp_of_a_renamed_sheet_is_found_by_its_form() -> None:
    old = stamp(["Biểu 1", "enterprises", "1", "H466", "2021-Q2"], ["Biểu 2", "agreements", "1", "H466", "2021-Q2"])
    assert recognise(enterprises(title=[]), old).tables[0].org_unit_code == "H466"
    # not if two sheets could be the one
    file = recognise(enterprises(title=[]), enterprises(title=[], name="Sheet2"), old)
    assert [table.org_unit_code for table in file.tables] == [None, None]


def test_columns_that_fit_several_forms_are_those_of_the_form_named() -> None:
    shared = [["MST", "Tên đơn vị", "Mã CĐCS", "Ghi chú"], ["0100109106", "Công ty A", "CS-1", ""]]

    def form(*title: str, name: str = "Sheet1", more: Sequence[Sheet] = (), file_name: str = "a.xlsx") -> str:
        source = sheet(*([line] for line in (*OTHER_UNIT, *title)), *shared, name=name)
        return recognise(source, *more, file_name=file_name).tables[0].form_id

    assert form("KHẢO SÁT DOANH NGHIỆP") == "enterprises"
    assert form("BÁO CÁO TƯLĐTT QUÝ II") == "agreements"
    assert form(name="Báo cáo TƯLĐTT") == "agreements"
    assert form(file_name="khảo sát doanh nghiệp.xlsx") == "enterprises"
    assert form(more=[stamp(["Sheet1", "agreements", "1", "H466", "2021-Q2"])]) == "agreements"


def test_a_form_that_is_read_by_the_layout_of_its_period() -> None:
    contracts = load_contracts()
    form = contracts.form("enterprises")
    late = form.field("survey_visits").model_copy(update={"required": True, "since_layout": 2})
    newer = form.model_copy(
        update={
            "layouts": (*form.layouts, Layout(version=2, valid_from="2021-Q2")),
            "fields": tuple(late if field.name == late.name else field for field in form.fields),
        }
    )
    changed = contracts.model_copy(update={"forms": (newer,)})

    def file(period: str) -> RecognisedFile:
        source = sheet(["LĐLĐ quận Long Biên"], [period], *(row[:5] for row in (HEADING, *ROWS)))
        receipt = Receipt("r", 1, "00000001", "s", "a.xlsx", dt.datetime(2021, 7, 5), 1, None, "files/s")
        return Recogniser(changed, load_org_units()).recognise(receipt, Workbook((source,)))

    old, new = file("Quý I năm 2021"), file("Quý II năm 2021")
    assert (codes(old), old.tables[0].layout_version) == ([], 1)
    assert (codes(new), new.tables[0].layout_version) == (["CD-E007"], 2)


@pytest.mark.parametrize(
    ("line", "is_refused"),
    [
        ("Đơn vị tính: nghìn người", True),
        ("ĐVT: 1.000 người", True),
        ("Đơn vị tính: triệu đồng", False),  # no column of money
        ("Đơn vị tính: người", False),
        ("Đơn vị tính: người, lượt", False),
    ],
)
def test_figures_in_thousands_are_refused(line: str, is_refused: bool) -> None:
    assert ("CD-E016" in codes(recognise(enterprises(title=[*TITLE, line])))) is is_refused


def test_a_formula_without_stored_value_is_found_at_its_cell() -> None:
    source = dataclasses.replace(
        sheet(*([line] for line in TITLE), HEADING, [*ROWS[0][:5], ""]), uncached=frozenset({(5, 5)})
    )
    (finding,) = recognise(source).findings
    assert (finding.rule.code, finding.cell, finding.source_row, finding.field) == ("CD-E017", "F6", 6, "survey_visits")


def test_a_total_without_parts_is_named() -> None:
    file = recognise(sheet(*([line] for line in TITLE), HEADING, *ROWS, ["", "", "Trong đó: nữ", "", "", "1"]))
    assert [(f.rule.code, f.cell, f.value) for f in file.findings] == [("CD-N008", "C8", "Trong đó: nữ")]


def test_nothing_recognised_names_the_labels_that_come_nearest() -> None:
    file = recognise(sheet(["Sở Lao động"], ["Mã CĐCS", "Họ tên", "Số"], ["CS-1", "Nguyễn Văn A", "3"]))
    assert codes(file) == ["CD-E002"]
    assert "“Mã CĐCS”, “Họ tên”, “Số”" in file.findings[0].message_vi and "Nguyễn" not in file.findings[0].message_vi
