"""Every kind of file, and what only its own details tell: errors, per cents, formulas, hidden rows."""

import datetime as dt
import io
import shutil
import subprocess
import time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from xlrd.biffh import error_text_from_code

from pipelines.intake.read import Sheet, UnreadableFileError, Workbook, read_workbook
from pipelines.intake.reading import read_files
from tests import sample_files
from tests.sample_files import FORMULAS, HIDDEN_ROW, KINDS, MERGED, ROWS, openpyxl_bytes, replaced, with_member

error_code_from_text = {text: code for code, text in error_text_from_code.items()}
SOFFICE = shutil.which("soffice")


def read(tmp_path: Path, content: bytes, name: str = "a") -> Workbook:
    path = tmp_path / name
    path.write_bytes(content)
    return read_workbook(path)


def trimmed(sheet: Sheet) -> list[list[str | None]]:
    """Rows of the width of the table, whatever a format stores of empty cells."""
    return [(row + [None] * 4)[:4] for row in sheet.rows]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", ["", ".xls", ".xlsx", ".csv", ".pdf"])
def test_a_kind_is_known_by_its_content(tmp_path: Path, kind: str, suffix: str) -> None:
    sheets = read(tmp_path, KINDS[kind](), f"a{suffix}").sheets
    assert trimmed(sheets[0]) == ROWS


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("csv", "html")])
def test_sheets_keep_their_names_and_state(tmp_path: Path, kind: str) -> None:
    first, hidden = read(tmp_path, KINDS[kind]()).sheets
    assert (first.name, hidden.name) == ("Số liệu", "ẩn")
    assert (first.is_visible, hidden.is_visible) == (True, False)
    assert first.hidden_rows == {HIDDEN_ROW}
    assert hidden.rows == []
    if kind != "xls":  # xlwt writes no formula with an error
        assert first.formulas == FORMULAS
    assert first.uncached == set()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("csv", "xlsb")])
def test_merged_cells(tmp_path: Path, kind: str) -> None:
    assert read(tmp_path, KINDS[kind]()).sheets[0].merged == (MERGED,)


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed")
@pytest.mark.libreoffice
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_what_libreoffice_saves(tmp_path: Path, kind: str) -> None:
    (tmp_path / "source.xlsx").write_bytes(KINDS["xlsx"]())
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", kind, "--outdir", "out", "source.xlsx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    first, hidden = read_workbook(tmp_path / "out" / f"source.{kind}").sheets
    assert trimmed(first) == ROWS
    assert (first.hidden_rows, first.formulas, first.merged) == ({HIDDEN_ROW}, FORMULAS, (MERGED,))
    assert not hidden.is_visible


# --- .xlsx as other programs write it


def sheet_xml(content: bytes, old: bytes, new: bytes) -> bytes:
    return replaced(content, "xl/worksheets/sheet1.xml", old, new)


def rewritten(rows: bytes, head: bytes = b"") -> bytes:
    """The sample with other rows in its first sheet."""
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    xml = b"<worksheet %b>%b<sheetData>%b</sheetData></worksheet>" % (space, head, rows)
    return with_member(sample_files.xlsx(), "xl/worksheets/sheet1.xml", xml)


def test_addresses_may_be_left_out(tmp_path: Path) -> None:
    rows = (
        b'<row><c><v>1</v></c><c t="e"><v>#REF!</v></c></row>'
        b'<row hidden="1"><c><f>A1</f></c><c r="D2" t="e"><v>#N/A</v></c></row>'
    )
    sheet = read(tmp_path, rewritten(rows)).sheets[0]
    assert sheet.rows == [["1", "#REF!", None, None], [None, None, None, "#N/A"]]
    assert (sheet.uncached, sheet.hidden_rows) == ({(1, 0)}, {1})


def test_attributes_in_any_order_and_quotes(tmp_path: Path) -> None:
    rows = b"<row hidden='true' r='2'><c t='e' r='B2'><f>1/0</f><v>#DIV/0!</v></c><c s='1' r='C2'><v>0.25</v></c></row>"
    sheet = read(tmp_path, rewritten(rows)).sheets[0]
    assert sheet.rows[1] == [None, "#DIV/0!", "25%"]
    assert (sheet.formulas, sheet.hidden_rows) == ({(1, 1)}, {1})


def test_elements_with_a_prefix(tmp_path: Path) -> None:
    space = b'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    xml = (
        b'<x:worksheet %b><x:sheetData><x:row r="1" hidden="1"><x:c r="A1" t="e"><x:f>1/0</x:f><x:v>#DIV/0!</x:v></x:c>'
        b'<x:c r="B1" s="1"><x:v>0.9</x:v></x:c></x:row></x:sheetData></x:worksheet>' % space
    )
    sheet = read(tmp_path, with_member(sample_files.xlsx(), "xl/worksheets/sheet1.xml", xml)).sheets[0]
    assert sheet.rows == [["#DIV/0!", "90%"]]
    assert (sheet.formulas, sheet.hidden_rows) == ({(0, 0)}, {0})


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!"])
def test_errors_are_never_empty_cells(tmp_path: Path, error: str) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["B2"] = error
    assert read(tmp_path, openpyxl_bytes(book)).sheets[0].rows[1][1] == error
    old = xlwt.Workbook()
    old.add_sheet("S").row(1).set_cell_error(1, error_code_from_text[error])
    out = io.BytesIO()
    old.save(out)
    assert read(tmp_path, out.getvalue()).sheets[0].rows[1][1] == error


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.9, "0%", "90%"),
        (0.125, "0.00%", "12,5%"),
        (1, "0%", "100%"),
        (0, "0 %", "0%"),
        (-0.07, "0%;[Red]-0%", "-7%"),
        (0.29, "0%", "29%"),  # 0.29 * 100 is 28.999999999999996
        (90, '0"%"', "90"),  # a sign that is only written
        (90, "0\\%", "90"),
        (0.9, "0.0", "0,9"),
    ],
)
def test_per_cents_are_read_as_they_are_shown(tmp_path: Path, value: float, number_format: str, text: str) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write(0, 0, value, book.add_format({"num_format": number_format}))
    assert read(tmp_path, out.getvalue()).sheets[0].rows == [[text]]
    old = xlwt.Workbook()
    old.add_sheet("S").write(0, 0, value, xlwt.easyxf(num_format_str=number_format))
    old.save(tmp_path / "a.xls")
    assert read_workbook(tmp_path / "a.xls").sheets[0].rows == [[text]]


def test_dates_of_workbooks_that_count_from_1904(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"date_1904": True}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        book.add_worksheet().write_datetime(0, 0, dt.datetime(2021, 11, 2), day)
    assert read(tmp_path, out.getvalue()).sheets[0].rows == [["2021-11-02"]]
    old = xlwt.Workbook()
    old.dates_1904 = True
    old.add_sheet("S").write(0, 0, dt.datetime(2021, 11, 2), xlwt.easyxf(num_format_str="dd/mm/yyyy"))
    old.save(tmp_path / "a.xls")
    assert read_workbook(tmp_path / "a.xls").sheets[0].rows == [["2021-11-02"]]


def test_a_formula_without_a_stored_result_is_no_number(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"], book.active["B1"] = 5, "=A1+1"
    (sheet,) = read(tmp_path, openpyxl_bytes(book)).sheets
    assert (sheet.rows[0][0], sheet.formulas, sheet.uncached) == ("5", {(0, 1)}, {(0, 1)})
    assert sheet.rows[0][1:] in ([], [None])
    old = xlwt.Workbook()
    old.add_sheet("S").write(0, 1, xlwt.Formula("1+1"))
    old.save(tmp_path / "a.xls")
    (sheet,) = read_workbook(tmp_path / "a.xls").sheets
    assert (sheet.rows, sheet.uncached) == ([[None, None]], {(0, 1)})


def test_a_zero_that_stands_in_for_a_result_is_none(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_formula("A1", "=1+1")  # XlsxWriter stores 0 and asks Excel to calculate
        sheet.write_formula("B1", "=1+1", None, 2)
    (read_sheet,) = read(tmp_path, out.getvalue()).sheets
    assert trimmed(read_sheet) == [[None, "2", None, None]]
    assert read_sheet.uncached == {(0, 0)}
    assert len(read_sheet.formulas) == 2
    calculated = replaced(out.getvalue(), "xl/workbook.xml", b' fullCalcOnLoad="1"', b"")
    assert trimmed(read(tmp_path, calculated).sheets[0]) == [["0", "2", None, None]]


def test_an_empty_text_is_a_result(tmp_path: Path) -> None:
    rows = b'<row r="1"><c r="A1" t="str"><f>""</f><v></v></c><c r="B1"><f>1</f></c></row>'
    assert read(tmp_path, rewritten(rows)).sheets[0].uncached == {(0, 1)}


def test_formatted_rows_and_columns_without_content_are_nothing(tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (row, row) for row in range(2, 30_000))
    rows = b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row>' + rows + b'<row r="1048576" s="1"/>'
    content = rewritten(rows, head=b'<dimension ref="A1:XFD1048576"/>')
    started = time.perf_counter()
    assert read(tmp_path, content).sheets[0].filled_rows() == [0]
    assert time.perf_counter() - started < 2


def test_external_links_and_macros_are_not_followed(tmp_path: Path) -> None:
    rows = (
        b'<row r="1"><c r="A1"><f>[1]Sheet1!A1</f><v>7</v></c><c r="B1"><f>HYPERLINK("http://x.invalid")</f></c></row>'
    )
    (sheet, _) = read(tmp_path, rewritten(rows)).sheets
    assert sheet.rows[0][0] == "7"
    assert sheet.uncached == {(0, 1)}


def test_a_page_keeps_what_stands_between_its_tables(tmp_path: Path) -> None:
    page = """<html><body><h3>BÁO CÁO QUÝ II</h3><p>Đơn vị: <b>H004</b></p>
    <table><tr><th rowspan=2>Tên</th><th colspan=2>Số</th></tr><tr><th>Nam</th><th>Nữ</th></tr>
    <tr><td>A &amp; B</td><td>1</td><td>2</td></tr></table><p>Người lập</p></body></html>"""
    (sheet,) = read(tmp_path, page.encode("utf-16"), "xuất.xls").sheets
    assert sheet.name == "xuất"
    assert sheet.rows == [
        ["BÁO CÁO QUÝ II"],
        ["Đơn vị: H004"],
        ["Tên", "Số", None],
        [None, "Nam", "Nữ"],
        ["A & B", "1", "2"],
        ["Người lập"],
    ]
    assert sheet.merged == (((2, 1), (2, 2)), ((2, 0), (3, 0))) or sheet.merged == (((2, 0), (3, 0)), ((2, 1), (2, 2)))


def test_a_page_without_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="không có bảng nào"):
        read(tmp_path, b"<html><body>404 Not Found</body></html>", "a.xls")


def test_a_text_file_that_calls_itself_xls(tmp_path: Path) -> None:
    (sheet,) = read(tmp_path, "Tên\tSố\nĐức Giang\t1".encode("utf-16"), "a.xls").sheets
    assert sheet.rows == [["Tên", "Số"], ["Đức Giang", "1"]]


@pytest.mark.parametrize("kind", KINDS)
def test_processes_of_their_own_read_the_same(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(KINDS[kind]())
    assert list(read_files([(path, "b.csv")])) == [read_workbook(path, "b.csv")]


def test_formatted_cells_of_an_old_workbook_are_nothing(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    sheet.write(0, 0, 1)
    border = xlwt.easyxf("borders: left thin")
    for row in range(3_000):
        sheet.write(row, 255, "", border)
    book.save(tmp_path / "a.xls")
    assert read_workbook(tmp_path / "a.xls").sheets[0].rows == [["1"]]
