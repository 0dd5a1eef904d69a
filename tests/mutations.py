"""Ways in which files get broken on their way: bytes, packing, XML, cells, headings, encodings. All seeded.

Each mutation takes the bytes of a valid file and a random generator, and gives the bytes of another file.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

Mutation = Callable[[bytes, random.Random], bytes]

JUNK: tuple[object, ...] = (
    *(None, "", " ", "-", "–", "…", "0", "chưa có", "x", "Tổng cộng", "Cộng", "#REF!", "=1/0", "TRUE", "Nguyễn Văn A"),
    *("13.734", "13,734", "1.234.567,8", "1,234,567", "12 345", "1e5", "１２", "٣٤", "25 CĐCS", "90 %", "31/20", "١"),
    *("24/3", "31/02/2021", "2021.11.02", "ngày 21 tháng 10 năm 2021", "02/13/2021", "44500", "1/1/1850"),
    *("0100109106", "0100109107", "001200000001", "100109106", "a" * 40_000, "\u202e12", "12\n345", "'12", "\x07"),
    *(13.734, 1e308, -1, 0, 0.1, 10**15, 10**17, 1.0000000001, True, dt.date(2021, 3, 4), dt.time(3, 4)),
    *(dt.datetime(1899, 12, 31, 5), dt.datetime(9999, 12, 31)),
)
HEADINGS = (
    "Tổng số",
    "Mã số thuế",
    "Ghi chú",
    "Mã CĐCS",
    "Họ và tên",
    "",
    "TT",
    "Số lao động",
    "(5)",
    "Quý I năm 2020",
)
NAMES = ("Sheet1", "LỖI", "KẾT QUẢ", "HƯỚNG DẪN", "Quý III năm 2020", "x" * 31, "Bảng (2)", "H001")
CODECS = ("utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig", "cp1258", "cp1252", "utf-7", "utf-32", "latin-1")


# --- any file


def flip_bytes(content: bytes, rng: random.Random) -> bytes:
    """Some bytes have other values."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5, 40))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def truncate(content: bytes, rng: random.Random) -> bytes:
    """The end is missing."""
    return content[: rng.choice((rng.randrange(len(content)), len(content) - rng.randrange(1, 40)))]


def insert_or_repeat(content: bytes, rng: random.Random) -> bytes:
    """Bytes too many, or a piece twice."""
    start = rng.randrange(len(content))
    piece = content[start : start + rng.randrange(1, 200)]
    at = rng.randrange(len(content))
    return content[:at] + rng.choice((piece, rng.randbytes(rng.randrange(1, 30)))) + content[at:]


# --- the packing and the XML of a workbook


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _pack(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def drop_member(content: bytes, rng: random.Random) -> bytes:
    """A part of the workbook is missing."""
    members = _members(content)
    del members[rng.choice(sorted(members))]
    return _pack(members)


def swap_members(content: bytes, rng: random.Random) -> bytes:
    """Two parts have changed places."""
    members = _members(content)
    one, other = rng.sample(sorted(members), 2)
    members[one], members[other] = members[other], members[one]
    return _pack(members)


def _data_member(members: dict[str, bytes], rng: random.Random) -> str:
    """A part in which numbers may be damaged, more often than one in which they cannot."""
    data = [name for name in members if re.search(r"worksheets/sheet\d|sharedStrings|styles|workbook\.xml$", name)]
    return rng.choice(sorted(data) if rng.random() < 0.8 else sorted(members))


def flip_xml(content: bytes, rng: random.Random) -> bytes:
    """Bytes within a part have other values; the packing is whole."""
    members = _members(content)
    name = _data_member(members, rng)
    data = bytearray(members[name])
    for _ in range(rng.choice((1, 1, 1, 3, 10))):
        data[rng.randrange(len(data))] = rng.choice((*b"0123456789<>/\"'=&; rstvcAZ", rng.randrange(256)))
    return _pack({**members, name: bytes(data)})


def cut_xml(content: bytes, rng: random.Random) -> bytes:
    """A part ends too early, or a piece of it is missing."""
    members = _members(content)
    name = _data_member(members, rng)
    data = members[name]
    start = rng.randrange(len(data))
    end = rng.choice((len(data), min(start + rng.randrange(1, 400), len(data))))
    return _pack({**members, name: data[:start] + data[end:]})


def change_tags(content: bytes, rng: random.Random) -> bytes:
    """An element or attribute is renamed, dropped or doubled, and the XML stays well-formed."""
    members = _members(content)
    name = _data_member(members, rng)
    text = members[name].decode("utf-8", "replace")
    pattern = rng.choice(
        (r' r="[A-Z]+\d+"', r' t="\w+"', r' s="\d+"', r"<v>[^<]*</v>", r"<row [^>]*>.*?</row>", r"<c [^>]*/>")
    )
    found = list(re.finditer(pattern, text, flags=re.DOTALL))
    if found:
        match = rng.choice(found)
        other = rng.choice(found)
        text = text[: match.start()] + rng.choice(("", match[0] * 2, other[0])) + text[match.end() :]
    return _pack({**members, name: text.encode()})


# --- what stands in a workbook


def _edit(content: bytes, change: Callable[[Worksheet, random.Random], None], rng: random.Random) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(rng.choice([sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]), rng)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def _data_cells(sheet: Worksheet) -> list[Cell]:
    first = next((r for r in range(1, sheet.max_row) if str(sheet.cell(r, 1).value) in ("TT", "(1)")), 8)
    return [c for row in sheet.iter_rows(min_row=first + 1) for c in row if isinstance(c, Cell) and c.value is not None]


def _put(cell: Cell, value: object) -> None:
    try:
        cell.value = value  # pyright: ignore[reportAttributeAccessIssue]
    except (ValueError, openpyxl.utils.exceptions.IllegalCharacterError):
        cell.value = repr(value)


def retype_cells(content: bytes, rng: random.Random) -> bytes:
    """Cells hold something else."""

    def change(sheet: Worksheet, rng: random.Random) -> None:
        cells = _data_cells(sheet)
        for cell in rng.sample(cells, min(len(cells), rng.choice((1, 1, 2, 6)))):
            _put(cell, rng.choice(JUNK))

    return _edit(content, change, rng)


def shuffle_cells(content: bytes, rng: random.Random) -> bytes:
    """Values have changed places, within a column or anywhere."""

    def change(sheet: Worksheet, rng: random.Random) -> None:
        cells = _data_cells(sheet)
        if rng.random() < 0.5:
            column = rng.choice(cells).column
            cells = [cell for cell in cells if cell.column == column]
        chosen = rng.sample(cells, min(len(cells), rng.choice((2, 2, 5, 30))))
        values = [cell.value for cell in chosen]
        rng.shuffle(values)
        for cell, value in zip(chosen, values, strict=True):
            _put(cell, value)

    return _edit(content, change, rng)


def move_rows(content: bytes, rng: random.Random) -> bytes:
    """Rows or columns were deleted or inserted."""

    def change(sheet: Worksheet, rng: random.Random) -> None:
        # openpyxl leaves merged ranges where they were: they would cover cells that no program shows.
        for merged in [str(area) for area in sheet.merged_cells.ranges]:
            sheet.unmerge_cells(merged)
        at, count = rng.randrange(1, sheet.max_row + 1), rng.choice((1, 1, 2, 5))
        operation = rng.choice(
            (sheet.delete_rows, sheet.delete_rows, sheet.insert_rows, sheet.delete_cols, sheet.insert_cols)
        )
        operation(at if "row" in operation.__name__ else rng.randrange(1, sheet.max_column + 1), count)

    return _edit(content, change, rng)


def alter_headings(content: bytes, rng: random.Random) -> bytes:
    """Texts of the title block or of the heading are others, or have changed places."""

    def change(sheet: Worksheet, rng: random.Random) -> None:
        cells = [c for row in sheet.iter_rows(max_row=10) for c in row if isinstance(c, Cell) and c.value is not None]
        one, other = rng.sample(cells, 2)
        if rng.random() < 0.5:
            one.value, other.value = other.value, one.value
        else:
            one.value = rng.choice(HEADINGS)

    return _edit(content, change, rng)


def rename_or_copy_sheets(content: bytes, rng: random.Random) -> bytes:
    """A sheet has another name, is there twice, hidden, or gone."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = rng.choice(book.worksheets)
    match rng.randrange(4):
        case 0:
            sheet.title = rng.choice(NAMES)
        case 1:
            book.copy_worksheet(sheet)
        case 2:
            sheet.sheet_state = (
                "hidden" if any(s.sheet_state == "visible" for s in book if s is not sheet) else "visible"
            )
        case 3 if len(book.worksheets) > 1:
            book.remove(sheet)
    if all(sheet.sheet_state != "visible" for sheet in book):
        book.worksheets[0].sheet_state = "visible"
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


# --- text files


def recode(content: bytes, rng: random.Random) -> bytes:
    """Another encoding, or one taken for another."""
    text = content.decode("utf-8-sig")
    wrong = rng.random() < 0.3
    try:
        encoded = text.encode(rng.choice(CODECS), "replace")
        return encoded.decode("cp1252", "replace").encode("utf-8") if wrong else encoded
    except (UnicodeError, LookupError):
        return content


def redelimit(content: bytes, rng: random.Random) -> bytes:
    """Other delimiters, quotes and line ends."""
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    text = io.StringIO()
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(
        text, delimiter=rng.choice(",;\t|"), quoting=quoting, lineterminator=rng.choice(("\n", "\r\n", "\r"))
    ).writerows(table)
    return text.getvalue().encode("utf-8")


def retype_fields(content: bytes, rng: random.Random) -> bytes:
    """Fields hold something else, have changed places, or lines are missing or twice."""
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    for _ in range(rng.choice((1, 1, 3))):
        row = rng.choice([row for row in table if row])
        match rng.randrange(5):
            case 0:
                row[rng.randrange(len(row))] = str(rng.choice(JUNK))
            case 1:
                one, other = rng.randrange(len(row)), rng.randrange(len(row))
                row[one], row[other] = row[other], row[one]
            case 2:
                table.remove(row)
            case 3:
                table.insert(rng.randrange(len(table)), list(row))
            case 4:
                row.insert(rng.randrange(len(row)), rng.choice(("", "1", ";", '"')))
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(table)
    return text.getvalue().encode("utf-8-sig")


ANY: tuple[Mutation, ...] = (flip_bytes, truncate, insert_or_repeat)
OF_WORKBOOKS: tuple[Mutation, ...] = (
    *ANY,
    *(drop_member, swap_members, flip_xml, flip_xml, cut_xml, change_tags, change_tags),
    *(retype_cells, retype_cells, shuffle_cells, move_rows, alter_headings, rename_or_copy_sheets),
)
CHANGE_WHAT_IS_SAID: tuple[Mutation, ...] = (
    *(retype_cells, shuffle_cells, move_rows, alter_headings, rename_or_copy_sheets, retype_fields),
)
"""Those after which the file may rightly be accepted with other values than before."""
OF_TEXTS: tuple[Mutation, ...] = (*ANY, recode, redelimit, retype_fields, retype_fields)
