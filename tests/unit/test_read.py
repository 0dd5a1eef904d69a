"""Reading one file into text cells at their addresses."""

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.intake.read import UnreadableFileError, column_letter, read_workbook, render


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (13734.0, "13734"),
        (13.734, "13,734"),
        (0.1 + 0.2, "0,3"),
        (1e-7, "0,0000001"),
        (100109106.0, "100109106"),
        (1e20, "100000000000000000000"),
        (True, "TRUE"),
        (dt.date(2021, 11, 2), "2021-11-02"),
        (dt.datetime(2021, 11, 2), "2021-11-02"),
        (dt.datetime(2021, 11, 2, 10, 30), "2021-11-02 10:30:00"),
        ("\u00a0 13.734 \n", "13.734"),
        ("Hoa\u0300 bi\u0300nh", "Hoà bình"),
        ("  ", None),
        (None, None),
        (float("nan"), "nan"),
    ],
)
def test_a_cell_is_rendered_as_a_vietnamese_reader_would_see_it(value: object, text: str | None) -> None:
    assert render(value) == text


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_column_letters(index: int, letters: str) -> None:
    assert column_letter(index) == letters


def test_cells_keep_their_addresses_and_sheets_their_state(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Số liệu")
        sheet.write("C4", 5)
        sheet.merge_range("A6:B6", "gộp")
        book.add_worksheet("ẩn").hide()
    workbook = read_workbook(path)
    first, hidden = workbook.sheets
    assert first.rows[3][2] == "5"
    assert first.filled_rows() == [3, 5]
    assert first.merged == (((5, 0), (5, 1)),)
    assert (first.is_visible, hidden.is_visible) == (True, False)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimited_text_in_any_usual_dress(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "a.csv"
    lines = [
        "BÁO CÁO CÔNG ĐOÀN",
        delimiter.join(["Mã", "Tên", "Số"]),
        delimiter.join(["1", '"a, b; c"', "13.734"]),
    ]
    path.write_text("\n".join(lines), encoding=encoding)
    (sheet,) = read_workbook(path).sheets
    assert sheet.rows == [["BÁO CÁO CÔNG ĐOÀN"], ["Mã", "Tên", "Số"], ["1", "a, b; c", "13.734"]]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", b"", "tệp rỗng"),
        ("a.xlsx", b"day khong phai so tinh", "nội dung không phải là sổ tính Excel"),
        ("a.xlsx", b"PK\x03\x04 cut off", "sổ tính bị hỏng"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "sổ tính bị hỏng"),
        ("a.csv", b"\xff\xd8\xff\xe0jpeg", "ảnh JPEG"),
        ("a.csv", b"abc\x00\x01\x02", "tệp nhị phân"),
    ],
)
def test_what_is_no_spreadsheet_says_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=reason):
        read_workbook(path)
