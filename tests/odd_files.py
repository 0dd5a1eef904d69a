"""What offices send in: one report in every kind of file, with and without faults, and data of persons.

The report is no template of ours: letterhead, a heading of two rows with groups, column numbers, a section, a total in
the middle and one at the end, a signature block.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import xlsxwriter
import xlwt

from pipelines.intake.legacy_text import decode_single_bytes
from pipelines.intake.units import OrgUnit, load_org_units
from tests.sample_files import archive, with_member, xlsb_of
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


def changed(row: int, column: int, value: Cell) -> Grid:
    """The report without its faults, but for one cell."""
    grid = [list(cells) for cells in GRID]
    for at, good in {(11, 3): "DNNN", (11, 5): "5", (12, 4): 20.0, (15, 5): 30.0, (15, 6): "Chưa"}.items():
        grid[at[0]][at[1]] = good
    grid[16][2], grid[16][5], grid[11][4] = "0100107518", 12.0, "25"
    grid[row][column] = value
    return grid


SENDERS = [f"H{number:03d}" for number in range(1, 100)]


def of_unit(grid: Grid, unit: OrgUnit) -> Grid:
    """The report as that unit would send it."""
    letterhead = [[f"LIÊN ĐOÀN LAO ĐỘNG {unit.province_name}"], [f"Đơn vị: {unit.name_vi}"]]
    return [*letterhead, *grid[2:]]


def send_every_kind(inbox: Path) -> dict[tuple[str, bool], str]:
    """Every kind once without and once with faults, each from a district of its own: (kind, has faults) → unit."""
    units = load_org_units()
    known = iter([unit for code in SENDERS if (unit := units.find(code, "2021-Q2"))])
    senders = {}
    for kind in KINDS:
        for faulty in (False, True):
            unit = next(known)
            folder = inbox / "2021-07-09" / unit.code
            folder.mkdir(parents=True)
            written(kind, of_unit(GRID if faulty else changed(4, 0, "Quý II năm 2021"), unit), folder)
            senders[kind, faulty] = unit.code
    return senders


# --- data of persons

IDENTITY, PHONE, NAME = "001085012345", "0912345678", "Nguyễn Thị Bích Hạnh"
"""Made up."""
HEADING = [
    "TT",
    "Tên doanh nghiệp",
    "Mã số thuế",
    "Loại hình",
    "Số lao động",
    "Số lao động nữ",
    "Đã có công đoàn",
    "Ghi chú",
]
GOOD = [1, "Công ty TNHH Hoà Bình", "0100109106", "Doanh nghiệp ngoài nhà nước", 40, 20, "Chưa"]
NOTE = f"Kế toán giữ số {IDENTITY}, gọi {PHONE}"


def _write_report(path: Path, heading: list[str], *rows: list[object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Doanh nghiệp")
        sheet.write(0, 0, "BÁO CÁO DOANH NGHIỆP TRÊN ĐỊA BÀN")
        sheet.write(1, 0, "Quý II năm 2021")
        for number, row in enumerate([heading, *rows], start=3):
            sheet.write_row(number, 0, row)


def send_persons(inbox: Path) -> None:
    """A note about a person from H167; from H164 numbers in the wrong columns; from H165 a list of persons."""
    received = inbox / "2021-07-09"
    _write_report(received / "H167" / "tot.xlsx", HEADING, [*GOOD, NOTE])
    _write_report(
        received / "H164" / "so-dinh-danh.xlsx",
        HEADING,
        [*GOOD, NOTE],
        [2, "Hộ ông Ba", IDENTITY, "Doanh nghiệp ngoài nhà nước", PHONE, 3, "Chưa", NOTE],
        [3, f"Công ty An Khang {IDENTITY}", "0101248141", IDENTITY, 30, PHONE, PHONE, None],
    )
    _write_report(
        received / "H165" / "danh-sach.xlsx",
        [*HEADING, "Họ và tên", "Số CCCD", "Điện thoại"],
        [*GOOD, None, NAME, IDENTITY, PHONE],
    )
