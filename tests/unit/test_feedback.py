"""The answer to a sender: the two sheets in front, the marked cells, what stays as it was, the sentences."""

import datetime as dt
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from pipelines.contracts import Severity, load_contracts
from pipelines.contracts.frames import ISSUES, SUBMISSIONS
from pipelines.contracts.workbook import FINDINGS_SHEET, RESULT_SHEET
from pipelines.intake.register import Receipt
from pipelines.intake.units import load_org_units
from pipelines.quality import settle
from pipelines.reports import marked_copy
from pipelines.reports.answer_sheets import FILLS, HEADER_ROW, MOST_LISTED
from pipelines.reports.feedback import UNPLACED, answer_folder, answer_name, write_answer, write_answers
from pipelines.settings import Settings

CONTRACTS = load_contracts()
UNITS = load_org_units()
FORM = CONTRACTS.form("grassroots_unions")
DATA_SHEET = "Công đoàn cơ sở"
RECEIPT_ID = "0123456789abcdef"
SUBMISSION_ID = f"{RECEIPT_ID}.{FORM.form}"
RECEIVED_AT = dt.datetime(2021, 7, 12, 8, 30)
RED, AMBER, BLUE = (FILLS[severity].fgColor.rgb for severity in Severity)


def make_receipt(file_name: str = "2021-07-12/H004 quý II.xlsx", **changes: object) -> Receipt:
    receipt = Receipt(
        receipt_id=RECEIPT_ID,
        sequence=1,
        batch="00000001",
        sha256=RECEIPT_ID * 4,
        file_name=file_name,
        received_at=RECEIVED_AT,
        size_bytes=1,
        copy_of=None,
        raw_path=f"files/01/{RECEIPT_ID}{Path(file_name).suffix}",
    )
    return replace(receipt, **changes)


def make_submissions(verdict: str = settle.RETURNED, **changes: object) -> pl.DataFrame:
    row = {
        "submission_id": SUBMISSION_ID,
        "receipt_id": RECEIPT_ID,
        "form": FORM.form,
        "org_unit_code": "H004",
        "period": "2021-Q2",
        "verdict": verdict,
        "due_on": dt.date(2021, 7, 15),
        "received_at": RECEIVED_AT,
        "rows_found": 1240,
        "rows_preamble": 3,
        "rows_header": 2,
        "rows_total": 0,
        "rows_footer": 0,
        "rows_accepted": 0,
        "rows_returned": 1235,
    }
    return pl.DataFrame([row | changes], schema=SUBMISSIONS)


def issue(
    rule: str,
    message: str = "Số đoàn viên 152 lớn hơn số lao động 150.",
    *,
    cell: str | None = None,
    sheet: str | None = DATA_SHEET,
    field: str | None = None,
    value: str | None = None,
) -> dict[str, object]:
    found = next(known for known in CONTRACTS.rules() if known.code == rule)
    return {
        "submission_id": SUBMISSION_ID,
        "rule_code": rule,
        "severity": found.severity.value,
        "sheet": sheet,
        "source_row": int("".join(filter(str.isdigit, cell))) if cell else None,
        "cell": cell,
        "field": field,
        "value": value,
        "message_vi": message,
    }


def make_issues(*issues: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(issues), schema=ISSUES)


def write_sender_workbook(path: Path, *, protect: bool = False) -> Path:
    """As a sender would make it: title, merged header, a formula, a drop-down, a comment, a stamp."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(DATA_SHEET)
        open_cell = book.add_format({"locked": False, "num_format": "#,##0", "border": 1})
        sheet.merge_range("A1:E1", "BÁO CÁO CÔNG ĐOÀN CƠ SỞ", book.add_format({"bold": True, "font_size": 14}))
        sheet.write_row("A3", ["TT", "Mã CĐCS", "Tên", "Lao động", "Đoàn viên"])
        for row in range(3, 8):
            sheet.write_row(row, 0, [row - 2, f"CS-{row}", "CĐCS mẫu", 150, 152], open_cell)
        sheet.write("D9", "=SUM(D4:D8)", None, 750)
        sheet.write_comment("D5", "Số theo bảng lương tháng 6")
        sheet.data_validation("C4:C8", {"validate": "list", "source": ["CĐCS mẫu", "Nghiệp đoàn"]})
        sheet.set_column("C:C", 33)
        sheet.activate()
        if protect:
            sheet.protect("mật khẩu")
        stamp = book.add_worksheet("_congdoan")
        stamp.write_row("A1", ["sheet", "form"])
        stamp.hide()
    return path


def answer(
    folder: Path,
    issues: pl.DataFrame,
    raw_file: Path | None = None,
    receipt: Receipt | None = None,
    **submission: object,
) -> Workbook:
    raw_file = raw_file or write_sender_workbook(folder / "raw.xlsx")
    submissions = make_submissions(**submission)
    path = write_answer(folder / "out", receipt or make_receipt(), raw_file, submissions, issues, CONTRACTS, UNITS)
    return load_workbook(path)


def lines_of(book: Workbook) -> dict[str, str]:
    return {row[0]: row[1] for row in book[RESULT_SHEET].iter_rows(values_only=True) if row[0] and row[1]}


def listed(book: Workbook) -> list[dict[str, object]]:
    heading, *rows = book[FINDINGS_SHEET].iter_rows(min_row=HEADER_ROW, values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def test_sheets_of_the_sender_follow_the_two_in_front(tmp_path: Path) -> None:
    book = answer(tmp_path, make_issues(issue("CD-E110", cell="E5", field="members_total", value="152")))
    assert book.sheetnames == [RESULT_SHEET, FINDINGS_SHEET, DATA_SHEET, "_congdoan"]
    assert book["_congdoan"].sheet_state == "hidden"
    assert book.active.title == RESULT_SHEET
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_view.tabSelected] == [RESULT_SHEET]


def test_formats_formulas_and_drop_downs_stay(tmp_path: Path) -> None:
    sheet = answer(tmp_path, make_issues(issue("CD-E110", cell="E5")))[DATA_SHEET]
    assert sheet["D9"].value == "=SUM(D4:D8)"
    assert sheet["A1"].font.sz == 14
    assert "A1:E1" in sheet.merged_cells
    assert sheet.column_dimensions["C"].width == pytest.approx(33, abs=1)
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["C4:C8"]
    assert sheet["E5"].number_format == "#,##0"
    assert sheet["E5"].border.left.style == "thin"
    assert sheet["E5"].value == 152


def test_a_cell_with_several_findings_has_the_worst_colour_and_one_comment(tmp_path: Path) -> None:
    issues = make_issues(
        issue("CD-N022", "Cột “Đoàn viên”: “152 người” được đọc là 152.", cell="E5"),
        issue("CD-E110", cell="E5"),
        issue("CD-Q110", cell="E6"),
        issue("CD-N022", "Cột “Đoàn viên”: “152 người” được đọc là 152.", cell="E7"),
    )
    sheet = answer(tmp_path, issues)[DATA_SHEET]
    assert [sheet[cell].fill.fgColor.rgb for cell in ("E5", "E6", "E7")] == [RED, AMBER, BLUE]
    assert sheet["E4"].comment is None
    assert sheet["E4"].fill.fill_type is None
    text = sheet["E5"].comment.text
    assert text.startswith("LỖI CD-E110\nSố đoàn viên 152 lớn hơn số lao động 150.\nCách sửa: Kiểm tra lại hai cột")
    assert "\n\nLƯU Ý CD-N022\n" in text
    assert sheet["E6"].comment.text.startswith("CẦN GIẢI TRÌNH CD-Q110\n")


def test_a_comment_of_the_sender_is_kept(tmp_path: Path) -> None:
    sheet = answer(tmp_path, make_issues(issue("CD-E040", cell="D5")))[DATA_SHEET]
    assert sheet["D5"].comment.text.startswith("LỖI CD-E040")
    assert sheet["D5"].comment.text.endswith("Ghi chú có sẵn của ô: Số theo bảng lương tháng 6")


def test_a_finding_within_a_merged_range_is_marked_at_its_first_cell(tmp_path: Path) -> None:
    sheet = answer(tmp_path, make_issues(issue("CD-N002", cell="C1")))[DATA_SHEET]
    assert sheet["A1"].fill.fgColor.rgb == BLUE
    assert sheet["A1"].comment.text.startswith("LƯU Ý CD-N002")


@pytest.mark.parametrize(
    ("finding", "stays_protected"),
    [
        (issue("CD-E110", cell="E5"), True),
        (issue("CD-E044", cell="D9"), False),
        (issue("CD-E005"), False),
        (issue("CD-N001"), True),
    ],
    ids=["open cell", "locked cell", "error of the sheet", "note of the sheet"],
)
def test_protection_is_taken_off_where_it_is_in_the_way(
    tmp_path: Path, finding: dict[str, object], stays_protected: bool
) -> None:
    raw = write_sender_workbook(tmp_path / "raw.xlsx", protect=True)
    assert answer(tmp_path, make_issues(finding), raw)[DATA_SHEET].protection.sheet is stays_protected


def test_the_list_leads_to_each_cell_worst_first(tmp_path: Path) -> None:
    issues = make_issues(
        issue("CD-Q110", cell="E4", field="members_total", value="152"),
        issue("CD-E110", cell="E10", field="members_total", value="152"),
        issue("CD-E110", cell="E9", field="members_total", value="152"),
        issue("CD-E003", "Không tìm thấy tên hoặc mã đơn vị báo cáo."),
    )
    book = answer(tmp_path, issues)
    rows = listed(book)
    assert [(row["TT"], row["Ô"], row["Mức độ"]) for row in rows] == [
        (1, None, "LỖI"),
        (2, "E9", "LỖI"),
        (3, "E10", "LỖI"),
        (4, "E4", "CẦN GIẢI TRÌNH"),
    ]
    assert rows[1] == {
        "TT": 2,
        "Trang tính": DATA_SHEET,
        "Ô": "E9",
        "Mã": "CD-E110",
        "Mức độ": "LỖI",
        "Cột": FORM.field("members_total").heading_vi,
        "Giá trị đã ghi": "152",
        "Nội dung": "Số đoàn viên 152 lớn hơn số lao động 150.",
        "Cách sửa": next(rule.remedy_vi for rule in FORM.rules if rule.code == "CD-E110"),
        "Giải trình của đơn vị": None,
    }
    links = {cell.value: cell.hyperlink for (cell,) in book[FINDINGS_SHEET]["C4:C7"]}
    assert links["E9"].location == f"'{DATA_SHEET}'!E9"
    assert links["E9"].target is None
    assert links[None] is None
    assert book[FINDINGS_SHEET].freeze_panes == f"A{HEADER_ROW + 1}"
    assert book[FINDINGS_SHEET].page_setup.orientation == "landscape"


def test_a_rule_is_listed_a_hundred_times_and_marked_everywhere(tmp_path: Path) -> None:
    many = [issue("CD-E040", cell=f"B{row}") for row in range(4, 4 + MOST_LISTED + 1235)]
    book = answer(tmp_path, make_issues(*many, issue("CD-E110", cell="E5")))
    rows = [row for row in listed(book) if row["Mã"] == "CD-E040"]
    assert len(rows) == MOST_LISTED
    last = book[FINDINGS_SHEET].cell(book[FINDINGS_SHEET].max_row, 1).value
    assert last == "CD-E040 (Thiếu giá trị bắt buộc): còn 1.235 chỗ nữa, không liệt kê ở đây."
    assert book[DATA_SHEET][many[-1]["cell"]].comment.text.startswith("LỖI CD-E040")
    assert lines_of(book)["LỖI"] == "1.336"


def test_comments_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marked_copy, "MOST_MARKED", 2)
    sheet = answer(tmp_path, make_issues(*(issue("CD-E040", cell=f"B{row}") for row in range(4, 8))))[DATA_SHEET]
    assert [sheet[f"B{row}"].comment is not None for row in range(4, 8)] == [True, True, False, False]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1+1", "-1", "@SUM(A1)", "=1\x07"])
def test_a_text_never_becomes_a_formula(tmp_path: Path, text: str) -> None:
    book = answer(tmp_path, make_issues(issue("CD-E020", text, cell="E5", value=text)))
    row = book[FINDINGS_SHEET][HEADER_ROW + 1]
    for cell in (row[6], row[7]):
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text.removesuffix("\x07"), "s", True)


def test_the_result_says_what_became_of_it_and_what_to_do(tmp_path: Path) -> None:
    lines = lines_of(answer(tmp_path, make_issues(issue("CD-E110", cell="E5"), issue("CD-Q110", cell="E6"))))
    assert lines["Tệp"] == "H004 quý II.xlsx"
    assert lines["Nhận lúc"] == "08:30 ngày 12/07/2021"
    assert lines["Số tiếp nhận"] == RECEIPT_ID
    assert lines["Báo cáo"] == FORM.title_vi
    assert lines["Kết quả"] == "TRẢ LẠI"
    assert lines["Đơn vị"] == "LĐLĐ quận Long Biên (mã H004)"
    assert lines["Kỳ báo cáo"] == "Quý II năm 2021"
    assert lines["Hạn gửi"] == "15/07/2021 (nhận đúng hạn)"
    assert (lines["LỖI"], lines["CẦN GIẢI TRÌNH"], lines["LƯU Ý"]) == ("1", "1", "0")
    assert lines["Số dòng"] == (
        "Có 1.240 dòng: 3 dòng đầu trang, ghi chú; 2 dòng tiêu đề; 1.235 dòng số liệu chưa được tiếp nhận."
    )
    assert "Cách xem" in lines
    assert "Về bản sao này" not in lines


def test_every_submission_of_a_file_has_its_own_verdict(tmp_path: Path) -> None:
    second = make_submissions(settle.ACCEPTED, submission_id=f"{RECEIPT_ID}.enterprises", form="enterprises")
    path = write_answer(
        tmp_path,
        make_receipt(),
        write_sender_workbook(tmp_path / "raw.xlsx"),
        pl.concat([make_submissions(), second]),
        make_issues(issue("CD-E110", cell="E5")),
        CONTRACTS,
        UNITS,
    )
    lines = list(load_workbook(path)[RESULT_SHEET].iter_rows(values_only=True))
    assert [row[1] for row in lines if row[0] == "Kết quả"] == ["TRẢ LẠI", "ĐÃ TIẾP NHẬN"]
    assert [row[0] for row in lines if row[0] and row[0].startswith("Báo cáo")] == [
        "Báo cáo 1/2",
        "Báo cáo 2/2",
    ]


def test_without_findings_there_is_no_empty_table(tmp_path: Path) -> None:
    book = answer(tmp_path, make_issues(), verdict=settle.ACCEPTED)
    assert book[FINDINGS_SHEET]["A2"].value == "Không có lỗi, nội dung cần giải trình hay lưu ý nào."
    assert book[FINDINGS_SHEET].max_row == 2
    assert "Cách xem" not in lines_of(book)


def test_a_csv_comes_back_as_a_workbook_with_the_same_rows(tmp_path: Path) -> None:
    raw = tmp_path / f"{RECEIPT_ID}.csv"
    raw.write_text("Mã CĐCS;Đoàn viên\nCS-1;13.734\n=1+1;012\n", encoding="utf-8")
    receipt = make_receipt("H004/đoàn viên.csv")
    findings = make_issues(issue("CD-E020", cell="B2", sheet="đoàn viên"))
    book = answer(tmp_path, findings, raw, receipt)
    assert book.sheetnames == [RESULT_SHEET, FINDINGS_SHEET, "đoàn viên"]
    sheet = book["đoàn viên"]
    assert list(sheet.values) == [("Mã CĐCS", "Đoàn viên"), ("CS-1", "13.734"), ("=1+1", "012")]
    assert sheet["A3"].data_type == "s"
    assert sheet["B2"].fill.fgColor.rgb == RED
    assert listed(book)[0]["Trang tính"] == "đoàn viên"
    assert book[FINDINGS_SHEET]["C4"].hyperlink.location == "'đoàn viên'!B2"
    assert lines_of(book)["Về bản sao này"] == marked_copy.CONTENT_ONLY


def test_an_unreadable_file_gets_the_two_sheets(tmp_path: Path) -> None:
    raw = tmp_path / "raw.xlsx"
    raw.write_bytes(b"PK\x03\x04 no workbook")
    finding = issue("CD-E001", "Không mở được tệp “hỏng.xlsx” như một bảng tính.", sheet=None)
    book = answer(
        tmp_path,
        make_issues(finding),
        raw,
        make_receipt("hỏng.xlsx"),
        verdict=settle.UNRECOGNISED,
        form=None,
        org_unit_code=None,
        period=None,
        due_on=None,
    )
    assert book.sheetnames == [RESULT_SHEET, FINDINGS_SHEET]
    lines = lines_of(book)
    assert lines["Kết quả"] == "KHÔNG NHẬN DIỆN ĐƯỢC"
    assert lines["Về bản sao này"] == marked_copy.UNREADABLE
    assert lines["Đơn vị"] == lines["Kỳ báo cáo"] == lines["Hạn gửi"] == "Chưa xác định được"
    assert "Cách xem" not in lines


def test_a_workbook_that_only_intake_can_read_comes_back_with_its_cells(tmp_path: Path) -> None:
    good, raw = write_sender_workbook(tmp_path / "good.xlsx"), tmp_path / "raw.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(raw, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b'patternType="gray125"', b'patternType="of some program"'))
    book = answer(tmp_path, make_issues(issue("CD-E110", cell="E5")), raw)
    assert book[DATA_SHEET]["E5"].value == "152"
    assert book[DATA_SHEET]["E5"].fill.fgColor.rgb == RED
    assert "A1:E1" in book[DATA_SHEET].merged_cells
    assert book["_congdoan"].sheet_state == "hidden"
    assert lines_of(book)["Về bản sao này"] == marked_copy.CONTENT_ONLY


def test_a_workbook_beyond_the_limit_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marked_copy, "LARGEST_COPY", 1000)
    book = answer(tmp_path, make_issues(issue("CD-E110", cell="E5")))
    assert book.sheetnames == [RESULT_SHEET, FINDINGS_SHEET]
    assert listed(book)[0]["Trang tính"] == DATA_SHEET
    assert book[FINDINGS_SHEET]["C4"].hyperlink is None
    assert lines_of(book)["Về bản sao này"] == marked_copy.TOO_LARGE


def test_an_answer_that_comes_back_is_answered_anew(tmp_path: Path) -> None:
    first = write_answer(
        tmp_path / "first",
        make_receipt(),
        write_sender_workbook(tmp_path / "raw.xlsx"),
        make_submissions(),
        make_issues(issue("CD-E110", cell="E5"), issue("CD-E040", cell="D5")),
        CONTRACTS,
        UNITS,
    )
    receipt = make_receipt(first.name, receipt_id="fedcba9876543210")
    book = answer(tmp_path, make_issues(issue("CD-E110", cell="E6")), first, receipt)
    assert book.sheetnames == [RESULT_SHEET, FINDINGS_SHEET, DATA_SHEET, "_congdoan"]
    sheet = book[DATA_SHEET]
    assert sheet["E5"].comment is None
    assert sheet["E5"].fill.fill_type is None
    assert sheet["D5"].comment.text == "Số theo bảng lương tháng 6"
    assert sheet["E6"].fill.fgColor.rgb == RED
    assert answer_name(receipt) == "H004 quý II.fedcba98.xlsx"


def test_a_sheet_of_the_sender_with_one_of_our_names_stays(tmp_path: Path) -> None:
    raw = tmp_path / "raw.xlsx"
    with xlsxwriter.Workbook(str(raw)) as book:
        book.add_worksheet("LỖI").write("A1", "Lỗi tháng trước")
    answered = answer(tmp_path, make_issues(issue("CD-E020", cell="A1", sheet="LỖI")), raw)
    assert answered["LỖI"]["A1"].value == "Lỗi tháng trước"
    assert answered["LỖI"]["A1"].fill.fgColor.rgb == RED
    assert len(answered.sheetnames) == 3


def test_macros_are_left_out(tmp_path: Path) -> None:
    raw = write_sender_workbook(tmp_path / "raw.xlsm")
    with zipfile.ZipFile(raw, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    path = write_answer(
        tmp_path,
        make_receipt("H004.xlsm"),
        raw,
        make_submissions(),
        make_issues(issue("CD-E110", cell="E5")),
        CONTRACTS,
        UNITS,
    )
    assert path.name == "H004.01234567.xlsx"
    with zipfile.ZipFile(path) as archive:
        assert "xl/vbaProject.bin" not in archive.namelist()
        assert b"macroEnabled" not in archive.read("[Content_Types].xml")


def test_the_same_answer_has_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = write_sender_workbook(tmp_path / "raw.xlsx")
    issues = make_issues(issue("CD-E110", cell="E5"), issue("CD-Q110", cell="E6"))
    arguments = (make_receipt(), raw, make_submissions(), issues, CONTRACTS, UNITS)
    first = write_answer(tmp_path / "1", *arguments).read_bytes()
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert write_answer(tmp_path / "2", *arguments).read_bytes() == first


def test_only_files_of_which_there_is_something_to_say_are_answered(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    ids = ["1" * 16, "2" * 16, "3" * 16, "4" * 16]
    receipts = [make_receipt(receipt_id=i, raw_path=f"files/{i}.xlsx") for i in ids]
    for receipt in receipts:
        write_sender_workbook(settings.raw / receipt.raw_path)
    verdicts = [settle.RETURNED, settle.ACCEPTED, settle.DUPLICATE, settle.UNRECOGNISED]
    submissions = pl.concat(
        make_submissions(verdict, submission_id=i, receipt_id=i) for i, verdict in zip(ids, verdicts, strict=True)
    )
    issues = make_issues(
        issue("CD-E110", cell="E5") | {"submission_id": ids[0]},
        issue("CD-N003", sheet=None) | {"submission_id": ids[2]},
        issue("CD-E004") | {"submission_id": ids[3]},
    )
    seen: list[None] = []
    written = write_answers(
        submissions, issues, receipts, settings, CONTRACTS, UNITS, on_file=lambda: seen.append(None)
    )
    assert [path.relative_to(settings.returned).as_posix() for path in written] == [
        "2021-Q2/H004/H004 quý II.11111111.xlsx",
        f"{UNPLACED}/H004 quý II.44444444.xlsx",
    ]
    assert sorted(path for path in settings.returned.rglob("*") if path.is_file()) == sorted(written)
    assert len(seen) == 4
    assert load_workbook(written[0])[DATA_SHEET]["E5"].fill.fgColor.rgb == RED


@pytest.mark.parametrize(
    ("submissions", "folder"),
    [
        (make_submissions(), "2021-Q2/H004"),
        (make_submissions(settle.UNRECOGNISED), UNPLACED),
        (make_submissions(period=None), UNPLACED),
        (make_submissions(org_unit_code="../../x", period="../2021"), "-2021/-x"),
        (
            pl.concat([make_submissions(settle.UNRECOGNISED), make_submissions(org_unit_code="T19")]),
            "2021-Q2/T19",
        ),
    ],
)
def test_the_folder_of_an_answer(submissions: pl.DataFrame, folder: str) -> None:
    assert answer_folder(submissions).as_posix() == folder


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("a/b/Quý II.xls", "Quý II.01234567.xlsx"),
        ("x.deadbeef.0badcafe.xlsx", "x.01234567.xlsx"),
        ('bao:cao?"1".csv', "bao_cao__1_.01234567.xlsx"),
        (f"{'ệ' * 300}.xlsx", f"{'ệ' * 70}.01234567.xlsx"),
    ],
)
def test_the_name_of_an_answer(file_name: str, name: str) -> None:
    assert answer_name(make_receipt(file_name)) == name
    assert len(name.encode()) < 240
