"""One report of an office, with the faults that reports have, in every kind of file: same verdict, same cells.

The sheet is no template of ours: letterhead, a heading of two rows with groups, column numbers, a section, a total in
the middle and one at the end, a signature block.
"""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt

from pipelines.intake.legacy_text import decode_single_bytes
from pipelines.intake.units import OrgUnit, load_org_units
from tests.conftest import congdoan, query, run_json
from tests.sample_files import archive, replaced, with_member, xlsb_of
from tests.support import take_in
from tests.unit.test_encodings import to_cp1258, to_tcvn3, to_vni

Cell = str | float | None
Grid = list[list[Cell]]

SHEET = "Doanh nghiệp"
GRID: Grid = [
    ["LIÊN ĐOÀN LAO ĐỘNG TỈNH THÁI NGUYÊN", None, None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["LIÊN ĐOÀN LAO ĐỘNG HUYỆN ĐẠI TỪ", None, None, None, "Độc lập - Tự do - Hạnh phúc"],
    [None],
    ["BÁO CÁO DOANH NGHIỆP TRÊN ĐỊA BÀN"],
    ["Quý II năm 2021"],
    [None],
    ["TT", "Tên doanh nghiệp", "MST", "Loại hình", "Số lao động", None, "Đã có công đoàn", "Ghi chú"],
    [None, None, None, None, "Tổng số", "Trong đó: nữ", None, None],
    ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
    ["I", "Doanh nghiệp ngoài nhà nước"],
    ["1", "Công ty TNHH Hoà Bình", "0100109106", "Doanh nghiệp ngoài nhà nước", "1.250", "700", "Chưa", None],
    ["2", "Công ty cổ phần Thủy Sản", 100686209.0, "DNTN", "25 người", "-", "Chưa", None],
    ["3", "Công ty TNHH Gỗ Đông Hà", "0101248141", "Doanh nghiệp ngoài nhà nước", 13.734, 12.0, "Chưa", None],
    ["Cộng", None, None, None, None, None, None, None],
    ["II", "Doanh nghiệp FDI"],
    ["4", "Công ty TNHH Quốc Tế Phương Nam", "0300588569", "FDI", 40.0, 55.0, "Có thể", None],
    ["5", "Công ty TNHH Đức Giang", "001085012345", "FDI", 31.0, "chưa có số liệu", "Chưa", None],
    ["Tổng cộng", None, None, None, None, None, None, None],
    [None],
    ["NGƯỜI LẬP BIỂU", None, None, None, "Đại Từ, ngày 09 tháng 7 năm 2021"],
    ["(Ký, ghi rõ họ tên)", None, None, None, "CHỦ TỊCH"],
]
FOUND = [
    ("CD-N022", "E12"),  # "25 người"
    ("CD-Q021", "F12"),  # "-" where a number should be
    ("CD-E024", "D12"),  # no word of the list
    ("CD-E021", "E13"),  # 13.734 that Excel took for a fraction
    ("CD-E120", "F16"),  # more women than workers
    ("CD-E025", "G16"),  # neither yes nor no
    ("CD-E027", "C17"),  # an identity number
    ("CD-N021", "F17"),  # said to be unknown
]
"""The tax code of row 12 lost its leading zero and is mended, which needs no finding."""


def shown(value: Cell) -> str:
    """A cell as a text file has it: a Vietnamese Excel writes the comma."""
    if isinstance(value, float):
        return f"{value:.15g}".replace(".", ",")
    return value or ""


def tcvn3(value: str) -> str:
    """TCVN3 as it was typed: it has no capitals with a tone, so the small letter stands in."""
    return "".join(to_tcvn3(c) if c.isascii() or to_tcvn3(c) != c else to_tcvn3(c.lower()) for c in value)


def xlsx(grid: Grid, encode: Callable[[str], str] = str, font: str = "Times New Roman") -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, style = book.add_worksheet(SHEET), book.add_format({"font_name": font})
        for number, row in enumerate(grid):
            for column, value in enumerate(row):
                sheet.write(number, column, encode(value) if isinstance(value, str) else value, style)
        sheet.merge_range("E7:F7", encode("Số lao động"), style)
    return out.getvalue()


def xls(grid: Grid, encode: Callable[[str], str] = str, font: str = "Times New Roman") -> bytes:
    book = xlwt.Workbook()
    sheet, style = book.add_sheet(SHEET), xlwt.easyxf(f"font: name {font}")
    for number, row in enumerate(grid):
        for column, value in enumerate(row):
            if value is not None and (number, column) != (6, 4):
                sheet.write(number, column, encode(value) if isinstance(value, str) else value, style)
    sheet.write_merge(6, 6, 4, 5, encode("Số lao động"), style)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(grid: Grid) -> bytes:
    names = {part: f"urn:oasis:names:tc:opendocument:xmlns:{part}:1.0" for part in ("office", "table", "text")}
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in names.items())

    def cell(value: Cell) -> str:
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f"<table:table-cell><text:p>{value}</text:p></table:table-cell>"

    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in grid)
    content = f"""<?xml version="1.0" encoding="UTF-8"?><office:document-content {declared}><office:body>
<office:spreadsheet><table:table table:name="{SHEET}">{rows}</table:table></office:spreadsheet></office:body>
</office:document-content>"""
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return archive({"mimetype": kind, "content.xml": content.encode()})


def xml_2003(grid: Grid) -> bytes:
    def cell(value: Cell) -> str:
        kind = "Number" if isinstance(value, float) else "String"
        return "<Cell/>" if value is None else f'<Cell><Data ss:Type="{kind}">{value}</Data></Cell>'

    rows = "".join(f"<Row>{''.join(map(cell, row))}</Row>" for row in grid)
    spreadsheet = "urn:schemas-microsoft-com:office:spreadsheet"
    return f"""<?xml version="1.0"?><Workbook xmlns="{spreadsheet}" xmlns:ss="{spreadsheet}">
<Worksheet ss:Name="{SHEET}"><Table>{rows}</Table></Worksheet></Workbook>""".encode()


def html(grid: Grid) -> bytes:
    rows = "".join(f"<tr>{''.join(f'<td>{shown(value)}</td>' for value in row)}</tr>" for row in grid)
    return f"<html><head><meta charset='utf-8'></head><body><table>{rows}</table></body></html>".encode()


def text(grid: Grid, separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows([map(shown, row) for row in grid])
    return out.getvalue()


def separated(separator: str, encode: Callable[[str], bytes]) -> Callable[[Grid], bytes]:
    return lambda grid: encode(text(grid, separator))


KINDS: dict[str, tuple[Callable[[Grid], bytes], str]] = {
    "xlsx": (xlsx, ".xlsx"),
    "xlsm": (lambda grid: with_member(xlsx(grid), "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 never opened"), ".xlsm"),
    "xlsb": (lambda grid: xlsb_of(SHEET, grid), ".xlsb"),
    "xls": (xls, ".xls"),
    "ods": (ods, ".ods"),
    "xml": (xml_2003, ".xls"),
    "html": (html, ".xls"),
    "xls in .VnTime": (lambda grid: xls(grid, tcvn3, ".VnTime"), ".xls"),
    "xls in VNI-Times": (lambda grid: xls(grid, to_vni, "VNI-Times"), ".xls"),
    "xlsx in .VnTime": (lambda grid: xlsx(grid, tcvn3, ".VnTime"), ".xlsx"),
    "xls in TCVN3 without its font": (lambda grid: xls(grid, tcvn3), ".xls"),
    "xlsx in VNI without its font": (lambda grid: xlsx(grid, to_vni), ".xlsx"),
    "xlsx of UTF-8 read as cp1252": (lambda grid: xlsx(grid, lambda t: decode_single_bytes(t.encode())), ".xlsx"),
    "csv ;": (separated(";", lambda t: t.encode("utf-8")), ".csv"),
    "csv , BOM": (separated(",", lambda t: t.encode("utf-8-sig")), ".csv"),
    "tsv UTF-16": (separated("\t", lambda t: t.encode("utf-16")), ".tsv"),
    "csv cp1258": (separated(";", to_cp1258), ".csv"),
    "csv TCVN3": (separated(";", lambda t: tcvn3(t).encode("cp1252")), ".csv"),
    "csv of UTF-8 read as cp1252": (separated(";", lambda t: decode_single_bytes(t.encode()).encode()), ".csv"),
}
DECODED = {kind for kind in KINDS if any(word in kind for word in ("VnTime", "VNI", "TCVN3", "read as", "cp1258"))}


def written(kind: str, grid: Grid, folder: Path) -> Path:
    make, suffix = KINDS[kind]
    path = folder / f"{SHEET}{suffix}"
    path.write_bytes(make(grid))
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_findings_at_the_same_cells_in_every_kind(kind: str, tmp_path: Path) -> None:
    taken = take_in(written(kind, GRID, tmp_path))
    (submission,) = taken.submissions.iter_rows(named=True)
    said = (submission["form"], submission["org_unit_code"], submission["period"], submission["verdict"])
    assert said == ("enterprises", "H171", "2021-Q2", "returned")
    found = [(code, cell) for code, _, cell in taken.found() if code != "CD-N004"]
    assert sorted(found) == sorted(FOUND)
    assert {code for code, _, _ in taken.found()} >= ({"CD-N004"} if kind in DECODED else set())
    assert (kind in DECODED) == any(code == "CD-N004" for code, _, _ in taken.found())
    parts = ("preamble", "header", "total", "footer", "accepted", "returned")
    assert submission["rows_found"] == sum(submission[f"rows_{part}"] for part in parts)
    assert submission["rows_returned"] == 5


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every kind through ``congdoan check`` in one go: kind → what it says of the file."""
    folder = tmp_path_factory.mktemp("kinds")
    paths = {}
    for number, kind in enumerate(KINDS):
        (folder / str(number)).mkdir()
        paths[kind] = written(kind, GRID, folder / str(number))
    said = json.loads(congdoan("check", *paths.values(), "--json", expect=1))
    return dict(zip(paths, said["files"], strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_check_says_the_same_of_every_kind(kind: str, checked: dict[str, dict[str, Any]]) -> None:
    (submission,) = checked[kind]["submissions"]
    assert (submission["verdict"], submission["org_unit_code"], submission["period"]) == ("returned", "H171", "2021-Q2")
    found = [(issue["rule_code"], issue["cell"]) for issue in submission["issues"] if issue["rule_code"] != "CD-N004"]
    assert sorted(found) == sorted(FOUND)
    assert not any("001085012345" in json.dumps(issue) for issue in submission["issues"])


@pytest.mark.parametrize("kind", ["xls in .VnTime", "xlsb", "ods", "csv cp1258"])
def test_read_shows_what_was_seen(kind: str, tmp_path: Path) -> None:
    said = json.loads(congdoan("read", written(kind, GRID, tmp_path), "--json"))
    (sheet,) = said["sheets"]
    cells = dict(sheet["cells"])
    assert (cells["A2"].upper(), cells["B11"], cells["E13"]) == (
        "LIÊN ĐOÀN LAO ĐỘNG HUYỆN ĐẠI TỪ",
        "Công ty TNHH Hoà Bình",
        "13,734",
    )
    assert (said["org_unit_code"], said["period"]) == ("H171", "2021-Q2")
    assert sheet["tables"] == [{"form": "enterprises", "header_rows": [7, 8, 9], "first_row": 11, "last_row": 17}]


# --- taken in: every kind once without and once with faults, each from a district of its own

NAMED = "LIÊN ĐOÀN LAO ĐỘNG HUYỆN ĐẠI TỪ"
SENDERS = [f"H{number:03d}" for number in range(1, 100)]


def of_unit(grid: Grid, unit: OrgUnit) -> Grid:
    """The report as that unit would send it."""
    letterhead = [[f"LIÊN ĐOÀN LAO ĐỘNG {unit.province_name}"], [f"Đơn vị: {unit.name_vi}"]]
    return [*letterhead, *grid[2:]]


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[tuple[str, bool], str], dict[str, Any]]:
    """Data root, (kind, has faults) → unit that sent it, and what ``congdoan run`` said."""
    root = tmp_path_factory.mktemp("run")
    units = load_org_units()
    known = iter([unit for code in SENDERS if (unit := units.find(code, "2021-Q2"))])
    senders = {}
    for kind in KINDS:
        for faulty in (False, True):
            unit = next(known)
            folder = root / "inbox" / "2021-07-09" / unit.code
            folder.mkdir(parents=True)
            written(kind, of_unit(GRID if faulty else changed(4, 0, "Quý II năm 2021"), unit), folder)
            senders[kind, faulty] = unit.code
    return root, senders, run_json(root)


@pytest.mark.parametrize("kind", KINDS)
def test_run_takes_in_every_kind_and_answers(
    kind: str, taken_in: tuple[Path, dict[tuple[str, bool], str], dict[str, Any]]
) -> None:
    root, senders, said = taken_in
    good, faulty = senders[kind, False], senders[kind, True]
    verdicts = {submission["org_unit_code"]: submission["verdict"] for submission in said["submissions"]}
    assert (verdicts[good], verdicts[faulty]) == ("accepted", "returned")
    rows = query(
        root / "published" / "warehouse.duckdb",
        "select tax_code, enterprise_name, ownership, workers_total, workers_female, source_row"
        f" from marts.fct_enterprise where org_unit_code = '{good}' order by source_row",
    )
    assert rows == [
        ("0100109106", "Công ty TNHH Hoà Bình", "private_enterprise", 1250, 700, 11),
        ("0100686209", "Công ty cổ phần Thủy Sản", "state_enterprise", 25, 5, 12),
        ("0101248141", "Công ty TNHH Gỗ Đông Hà", "private_enterprise", 20, 12, 13),
        ("0300588569", "Công ty TNHH Quốc Tế Phương Nam", "fdi_enterprise", 40, 30, 16),
        ("0100107518", "Công ty TNHH Đức Giang", "fdi_enterprise", 31, 12, 17),
    ]
    assert (
        query(root / "published" / "warehouse.duckdb", f"from marts.fct_enterprise where org_unit_code = '{faulty}'")
        == []
    )
    (answer,) = (root / "returned" / "2021-Q2" / faulty).glob("*.xlsx")
    book = openpyxl.load_workbook(answer)
    (sheet,) = [sheet for sheet in book.worksheets if sheet.title not in ("KẾT QUẢ", "LỖI")]
    assert {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment} == {at for _, at in FOUND}


# --- what the file as a whole gets wrong: one change to the report, one finding


def changed(row: int, column: int, value: Cell) -> Grid:
    """The report without its faults, but for one cell."""
    grid = [list(cells) for cells in GRID]
    for at, good in {(11, 3): "DNNN", (11, 5): "5", (12, 4): 20.0, (15, 5): 30.0, (15, 6): "Chưa"}.items():
        grid[at[0]][at[1]] = good
    grid[16][2], grid[16][5], grid[11][4] = "0100107518", 12.0, "25"
    grid[row][column] = value
    return grid


@pytest.mark.parametrize(
    ("grid", "name", "verdict", "code", "cell"),
    [
        (changed(4, 0, "Quý II năm 2021"), "a.xlsx", "accepted", None, None),
        # the wrong period's file under the right name
        (changed(4, 0, "Quý I năm 2021"), "Quý II-2021.xlsx", "returned", "CD-E006", None),
        (changed(1, 0, "ĐƠN VỊ: …………"), "a.xlsx", "unrecognised", "CD-E003", None),
        (changed(1, 0, "ĐƠN VỊ: LĐLĐ huyện Không Có"), "a.xlsx", "unrecognised", "CD-E004", None),
        (changed(4, 0, "Tháng 5 năm 2021"), "a.xlsx", "unrecognised", "CD-E005", None),
        # a heading that could be two columns, one that is missing, one about persons
        (changed(6, 7, "Mã số thuế"), "a.xlsx", "returned", "CD-E008", "C7"),
        (changed(6, 2, "Ký hiệu"), "a.xlsx", "returned", "CD-E007", None),
        (changed(6, 7, "Số CCCD"), "a.xlsx", "returned", "CD-E009", None),
        (changed(13, 4, 99.0), "a.xlsx", "returned", "CD-E044", "E14"),
        (changed(17, 4, 1.0), "a.xlsx", "returned", "CD-E044", "E18"),
        (changed(15, 2, "0100109106"), "a.xlsx", "returned", "CD-E041", "C11"),
        (changed(15, 1, None), "a.xlsx", "returned", "CD-E040", "B16"),
        (changed(15, 4, "31/20"), "a.xlsx", "returned", "CD-E020", "E16"),
        (changed(15, 4, "2020-01-31"), "a.xlsx", "returned", "CD-E020", "E16"),
        (changed(3, 0, "BÁO CÁO DOANH NGHIỆP (Đơn vị tính: nghìn người)"), "a.xlsx", "returned", "CD-E016", None),
    ],
)
def test_one_fault_one_finding(
    grid: Grid, name: str, verdict: str, code: str | None, cell: str | None, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(xlsx(grid))
    taken = take_in(path)
    assert taken.submissions["verdict"].to_list() == [verdict]
    found = [(code, cell) for code, _, cell in taken.found() if not code.startswith("CD-N")]
    assert (code, cell) in found if code else found == []


def test_a_value_under_merged_cells_is_shown_to_the_sender(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    merge = b'<mergeCells count="2"><mergeCell ref="E16:F17"/>'
    one = replaced(xlsx(changed(4, 0, "Quý II năm 2021")), "xl/worksheets/sheet1.xml", b'<mergeCells count="1">', merge)
    path.write_bytes(one)
    taken = take_in(path)
    assert taken.submissions["verdict"].to_list() == ["returned"]
    assert [(code, cell) for code, _, cell in taken.found()] == [("CD-E018", "F16")]


def test_merged_ranges_without_bound_cost_nothing(tmp_path: Path) -> None:
    many = b"".join(b'<mergeCell ref="A1:XFD%d"/>' % (1_048_576 - number) for number in range(20_000))
    path = tmp_path / "a.xlsx"
    good = xlsx(changed(4, 0, "Quý II năm 2021"))
    path.write_bytes(replaced(good, "xl/worksheets/sheet1.xml", b'<mergeCells count="1">', b"<mergeCells>" + many))
    started = time.monotonic()
    taken = take_in(path)
    assert taken.submissions.height == 1
    assert time.monotonic() - started < 30
