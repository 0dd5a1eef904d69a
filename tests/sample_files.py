"""Writes one small table in every kind of file that can be read.

The table has what readers lose: an error, a per cent, a date, merged cells, a hidden row and a hidden sheet,
formulas with and without a stored result.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Callable, Sequence

import openpyxl
import xlsxwriter
import xlwt

_ODS_MIME = b"application/vnd.oasis.opendocument.spreadsheet"

ROWS = [
    ["Công đoàn cơ sở", "Số đoàn viên", "Tỷ lệ", "Ngày"],
    ["Đức Giang", "13734", "90%", "2021-11-02"],
    ["#DIV/0!", "13735", None, None],
    [None, None, None, None],
    ["gộp", None, None, None],
]
"""What every kind reads as; cells at the end of a row may be missing instead of None."""
MERGED = ((4, 0), (4, 1))
HIDDEN_ROW = 2
FORMULAS = {(2, 0), (2, 1)}


def xlsx() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Số liệu")
        percent, day = book.add_format({"num_format": '0.0"x"%'}), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ROWS[0])
        sheet.write_row(1, 0, ["Đức Giang", 13734])
        sheet.write(1, 2, 0.9, percent)
        sheet.write(1, 3, dt.date(2021, 11, 2), day)
        sheet.write_formula(2, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 1, "=B2+1", None, 13735)
        sheet.set_row(HIDDEN_ROW, None, None, {"hidden": True})
        sheet.merge_range("A5:B5", "gộp")
        book.add_worksheet("ẩn").hide()
    return out.getvalue()


def xlsm() -> bytes:
    """The same with a macro project, of which the bytes are no macros at all."""
    return with_member(
        replaced(xlsx(), "[Content_Types].xml", b"sheet.main+xml", b"sheet.macroEnabled.main+xml"),
        "xl/vbaProject.bin",
        b"\xd0\xcf\x11\xe0 not to be opened",
    )


def xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Số liệu")
    for column, heading in enumerate(ROWS[0]):
        sheet.write(0, column, heading)
    sheet.write(1, 0, "Đức Giang")
    sheet.write(1, 1, 13734)
    sheet.write(1, 2, 0.9, xlwt.easyxf(num_format_str="0%"))
    sheet.write(1, 3, dt.date(2021, 11, 2), xlwt.easyxf(num_format_str="dd/mm/yyyy"))
    sheet.row(2).set_cell_error(0, "#DIV/0!")
    sheet.write(2, 1, 13735)
    sheet.row(HIDDEN_ROW).hidden = True
    sheet.write_merge(4, 4, 0, 1, "gộp")
    book.add_sheet("ẩn").visibility = 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods() -> bytes:
    """With the endless empty rows and columns that LibreOffice puts at the end."""
    oasis = "urn:oasis:names:tc:opendocument:xmlns:"
    names = {part: f"{oasis}{part}:1.0" for part in ("office", "table", "text", "style")}
    names["calcext"] = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in names.items())
    headings = "".join(f"<table:table-cell><text:p>{heading}</text:p></table:table-cell>" for heading in ROWS[0])
    content = f"""<?xml version="1.0" encoding="UTF-8"?><office:document-content {declared}>
<office:automatic-styles><style:style style:name="ta2" style:family="table"><style:table-properties
 table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet>
<table:table table:name="Số liệu"><table:table-row>{headings}</table:table-row>
<table:table-row><table:table-cell><office:annotation><text:p>ghi chú</text:p></office:annotation>
<text:p>Đức<text:s/>Giang</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="13734"><text:p>13.734</text:p></table:table-cell>
<table:table-cell office:value-type="percentage" office:value="0.9"><text:p>90 %</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2021-11-02"><text:p>2/11</text:p></table:table-cell>
<table:table-cell table:number-columns-repeated="16380"/></table:table-row>
<table:table-row table:visibility="collapse"><table:table-cell table:formula="of:=1/0" office:value-type="string"
 office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>
<table:table-cell table:formula="of:=[.B2]+1" office:value-type="float" office:value="13735"/></table:table-row>
<table:table-row><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
<table:table-row><table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="1"
 office:value-type="string"><text:p>gộp</text:p></table:table-cell><table:covered-table-cell/></table:table-row>
<table:table-row table:number-rows-repeated="1048571"><table:table-cell table:number-columns-repeated="16384"/>
</table:table-row></table:table>
<table:table table:name="ẩn" table:style-name="ta2"/></office:spreadsheet></office:body></office:document-content>"""
    return archive({"mimetype": _ODS_MIME, "content.xml": content.encode()})


def archive(members: dict[str, bytes]) -> bytes:
    """A zip with these members; the same bytes at any time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, member in members.items():
            new.writestr(zipfile.ZipInfo(name), member, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _record(kind: int, data: bytes = b"") -> bytes:
    """One record of .xlsb: its number and length seven bits at a time ([MS-XLSB] 2.1.4)."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(data), b""
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 127 else 0)])
        size >>= 7
        if not size:
            return head + length + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _xlsb_cell(kind: int, column: int, style: int, data: bytes) -> bytes:
    return _record(kind, struct.pack("<II", column, style) + data)


def _xlsb_row(number: int, *cells: bytes) -> bytes:
    state = b"\x10" if number == HIDDEN_ROW else b"\0"
    return _record(0, struct.pack("<I", number) + bytes(7) + state + bytes(13)) + b"".join(cells)


def _xlsb_sheet(rows: Sequence[bytes], last_row: int, last_column: int) -> bytes:
    size = _record(148, struct.pack("<IIII", 0, last_row, 0, last_column))
    return _record(129) + size + _record(145) + b"".join(rows) + _record(146) + _record(130)


def _xlsb_book(sheets: Sequence[tuple[str, int, bytes]]) -> bytes:
    """By hand, since nothing but Excel writes it; of each sheet its name, state and records."""

    def xf(number_format: int) -> bytes:
        return _record(47, struct.pack("<HH", 0, number_format) + bytes(12))

    bundle = [
        _record(156, struct.pack("<II", state, number) + _wide(f"rId{number}") + _wide(name))
        for number, (name, state, _) in enumerate(sheets, 1)
    ]
    workbook = _record(131) + _record(153, bytes(8)) + _record(143) + b"".join(bundle) + _record(144) + _record(132)
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{office}/worksheet" Target="worksheets/sheet{number}.bin"/>'
        for number in range(1, len(sheets) + 1)
    )
    return archive(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.bin": workbook,
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{package}">{relations}</Relationships>'.encode(),
            "xl/styles.bin": _record(278) + _record(617, b"\x03\0\0\0") + xf(0) + xf(9) + xf(14) + _record(618),
            **{f"xl/worksheets/sheet{number}.bin": sheet for number, (_, _, sheet) in enumerate(sheets, 1)},
        }
    )


def xlsb() -> bytes:
    no_formula = struct.pack("<HII", 0, 0, 0)
    rows = [
        _xlsb_row(0, *(_xlsb_cell(6, column, 0, _wide(heading or "")) for column, heading in enumerate(ROWS[0]))),
        _xlsb_row(
            1,
            _xlsb_cell(6, 0, 0, _wide("Đức Giang")),
            _xlsb_cell(5, 1, 0, struct.pack("<d", 13734)),
            _xlsb_cell(5, 2, 1, struct.pack("<d", 0.9)),
            _xlsb_cell(5, 3, 2, struct.pack("<d", 44502)),
        ),
        _xlsb_row(
            2,
            _xlsb_cell(11, 0, 0, b"\x07" + no_formula),
            _xlsb_cell(9, 1, 0, struct.pack("<d", 13735) + no_formula),
        ),
        _xlsb_row(4, _xlsb_cell(6, 0, 0, _wide("gộp"))),
    ]
    return _xlsb_book([("Số liệu", 0, _xlsb_sheet(rows, 4, 3)), ("ẩn", 1, _xlsb_sheet([], 0, 0))])


def xlsb_of(name: str, grid: Sequence[Sequence[str | float | None]]) -> bytes:
    """An .xlsb of one sheet with these texts and numbers."""
    rows = [
        _xlsb_row(
            number,
            *(
                _xlsb_cell(6, column, 0, _wide(value))
                if isinstance(value, str)
                else _xlsb_cell(5, column, 0, struct.pack("<d", value))
                for column, value in enumerate(values)
                if value is not None
            ),
        )
        for number, values in enumerate(grid)
    ]
    return _xlsb_book([(name, 0, _xlsb_sheet(rows, len(grid) - 1, max(map(len, grid)) - 1))])


def xml_2003() -> bytes:
    return """<?xml version="1.0" encoding="UTF-8"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="s1"><NumberFormat ss:Format="Percent"/></Style></Styles>
<Worksheet ss:Name="Số liệu"><Table>
<Row><Cell><Data ss:Type="String">Công đoàn cơ sở</Data></Cell><Cell><Data ss:Type="String">Số đoàn viên</Data></Cell>
<Cell><Data ss:Type="String">Tỷ lệ</Data></Cell><Cell><Data ss:Type="String">Ngày</Data></Cell></Row>
<Row><Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>Đức</B> Giang</ss:Data></Cell>
<Cell><Data ss:Type="Number">13734</Data></Cell><Cell ss:StyleID="s1"><Data ss:Type="Number">0.9</Data></Cell>
<Cell><Data ss:Type="DateTime">2021-11-02T00:00:00.000</Data></Cell></Row>
<Row ss:Hidden="1"><Cell ss:Formula="=1/0"><Data ss:Type="Error">#DIV/0!</Data></Cell>
<Cell ss:Formula="=R[-1]C+1"><Data ss:Type="Number">13735</Data></Cell></Row>
<Row ss:Index="5"><Cell ss:MergeAcross="1"><Data ss:Type="String">gộp</Data></Cell></Row>
</Table></Worksheet>
<Worksheet ss:Name="ẩn"><Table/><WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">
<Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>
</Workbook>""".encode()


def html() -> bytes:
    return """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8">
<title>Sheet</title><style>td { color: red }</style></head><body><table border=1>
<tr><th>Công đoàn<br>cơ sở</th><th>Số đoàn viên</th><th>Tỷ&nbsp;lệ<th>Ngày</tr>
<tr><td>Đức Giang<td>13734<td>90%<td>2021-11-02
<tr><td>#DIV/0!</td><td>13735</td></tr><tr></tr>
<tr><td colspan="2">gộp</td></tr></table></body></html>""".encode()


def csv() -> bytes:
    lines = [";".join(cell or "" for cell in row).rstrip(";") for row in ROWS]
    return "\r\n".join(lines).encode("utf-8-sig")


KINDS: dict[str, Callable[[], bytes]] = {
    "xlsx": xlsx,
    "xlsm": xlsm,
    "xlsb": xlsb,
    "xls": xls,
    "ods": ods,
    "xml": xml_2003,
    "html": html,
    "csv": csv,
}


def openpyxl_bytes(book: openpyxl.Workbook) -> bytes:
    """The file that openpyxl saves."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_member(content: bytes, name: str, member: bytes) -> bytes:
    """An archive with one more member, or another one of that name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info, old.read(info.filename))
        new.writestr(name, member)
    return out.getvalue()


def replaced(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """An archive in which a member has other bytes in one place."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = archive.read(name)
    assert old in member
    return with_member(content, name, member.replace(old, new))
