"""Opens one file of any kind and yields its sheets as text cells. The kind is what the bytes say, not the suffix.

.xlsx, .xlsm, .xlsb (zipped.py), .xls (xls.py), .ods (ods.py), HTML and XML that call themselves .xls (markup.py),
.csv and .tsv (delimited.py). What a file may be at most is in limits.py; reading hostile files in a process of
their own in reading.py.
"""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from pipelines.intake.delimited import decode, read_delimited
from pipelines.intake.limits import check_cells, check_sheets, check_size, open_zip, read_member
from pipelines.intake.markup import read_html, read_xml_spreadsheet
from pipelines.intake.ods import read_ods
from pipelines.intake.sheets import (
    Range,
    Sheet,
    UnreadableFileError,
    Workbook,
    column_letter,
    render,
)
from pipelines.intake.xls import read_xls
from pipelines.intake.xlsb_details import XlsbDetails
from pipelines.intake.xlsx_details import XlsxDetails
from pipelines.intake.zipped import read_excel

__all__ = ["Range", "Sheet", "UnreadableFileError", "Workbook", "column_letter", "read_workbook", "render"]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "văn bản RTF"),
    (b"\xff\xd8\xff", "ảnh JPEG"),
    (b"\x89PNG", "ảnh PNG"),
    (b"GIF8", "ảnh GIF"),
    (b"Rar!", "tệp nén RAR"),
    (b"7z\xbc\xaf", "tệp nén 7z"),
    (b"\x1f\x8b", "tệp nén gzip"),
    (b"SQLite format 3", "cơ sở dữ liệu"),
    (b"MIME-Version:", "trang web lưu một tệp (MHTML)"),
)
_SPREADSHEET_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_SHEET_NAME_LENGTH = 31
"""Characters that Excel allows in the name of a sheet."""


def read_workbook(path: Path, name: str | None = None, *, isolated: bool = False) -> Workbook:
    """Read a spreadsheet or a delimited text file.

    Args:
        path: of the bytes.
        name: the file's own name, where ``path`` has another; a text file's sheet is called after it.
        isolated: whether this is a process of its own, which may end by what it reads. Only then, parsers that
            can do that are tried on broken files.

    Raises:
        UnreadableFileError: the content is neither, is broken, encrypted or too large; says which.
    """
    check_size(path.stat().st_size)
    content = path.read_bytes()
    name = PurePosixPath(name or path.name).name
    workbook = _read(content, PurePosixPath(name), isolated=isolated)
    check_sheets(len(workbook.sheets))
    check_cells(sum(len(row) for sheet in workbook.sheets for row in sheet.rows))
    return workbook


def _read(content: bytes, name: PurePosixPath, *, isolated: bool) -> Workbook:
    if content.startswith(_ZIP):
        return Workbook(tuple(_read_zip(content)))
    if content.startswith(_OLE):
        return Workbook(tuple(_read_ole(content, isolated=isolated)))
    if content.startswith(_BIFF):
        return Workbook(tuple(read_xls(content)))
    for magic, kind in _OTHERS:
        if content.startswith(magic):
            raise UnreadableFileError(f"tệp là {kind}", "file_kind_unsupported")
    text, encoding = decode(content)
    start = text[:5_000].lstrip("\ufeff \t\r\n").lower()
    if start.startswith("<"):
        if "urn:schemas-microsoft-com:office:spreadsheet" in start:
            return Workbook(tuple(read_xml_spreadsheet(content)), encoding)
        return read_html(text, encoding, name.stem[:_SHEET_NAME_LENGTH])
    if name.suffix.lower() in _SPREADSHEET_SUFFIXES and not {"\t", ";", ","} & set(text.partition("\n")[0]):
        raise UnreadableFileError("nội dung không phải là sổ tính Excel, dù tên tệp ghi như vậy")
    return read_delimited(text, encoding, name.stem[:_SHEET_NAME_LENGTH])


def _read_zip(content: bytes) -> list[Sheet]:
    with open_zip(content) as archive:
        names = {name.replace("\\", "/").lower() for name in archive.namelist()}
        last_parts = {name.rpartition("/")[2] for name in names}
        if "workbook.xml" in last_parts:
            return read_excel(content, XlsxDetails(archive))
        if "workbook.bin" in last_parts:
            return read_excel(content, XlsbDetails(archive))
        if "content.xml" in names:
            return _read_open_document(archive)
    if "word/document.xml" in names:
        raise UnreadableFileError("tệp là văn bản Word", "file_kind_unsupported")
    if any(part.endswith((".xlsx", ".xls", ".ods", ".csv")) for part in last_parts):
        raise UnreadableFileError("tệp nén chứa các tệp khác", "file_kind_unsupported")
    raise UnreadableFileError("tệp nén không phải sổ tính", "file_kind_unsupported")


def _read_open_document(archive: zipfile.ZipFile) -> list[Sheet]:
    if b"encryption-data" in read_member(archive, "META-INF/manifest.xml"):
        raise UnreadableFileError("sổ tính có mật khẩu", "file_encrypted")
    return read_ods(read_member(archive, "content.xml"))


def _read_ole(content: bytes, *, isolated: bool) -> list[Sheet]:
    if _utf16("EncryptedPackage") in content:
        raise UnreadableFileError("sổ tính có mật khẩu", "file_encrypted")
    if _utf16("WordDocument") in content and _utf16("Workbook") not in content:
        raise UnreadableFileError("tệp là văn bản Word", "file_kind_unsupported")
    try:
        return read_xls(content)
    except UnreadableFileError as error:
        if error.rule_name != "file_unreadable" or not isolated:
            raise
        # calamine reads some broken files that xlrd does not (1 in 70), but asks for any memory they name
        return read_excel(content, None)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")
