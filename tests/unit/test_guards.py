"""Files that are broken, locked, or made to do harm: refused with a reason, in bounded time and memory."""

import io
import pickle
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
from pathlib import Path

import msoffcrypto
import pytest
import xlwt

from pipelines.contracts import load_contracts
from pipelines.intake import limits, reading
from pipelines.intake.read import UnreadableFileError, Workbook, read_workbook
from pipelines.intake.reading import read_files
from pipelines.settings import PROJECT_DIR
from tests import sample_files
from tests.sample_files import KINDS, archive, replaced, with_member

_MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def refusal(tmp_path: Path, content: bytes, name: str = "a.xlsx") -> UnreadableFileError:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError) as caught:
        read_workbook(path)
    assert caught.value.reason
    return caught.value


def with_rows(rows: bytes) -> bytes:
    xml = b"<worksheet %b><sheetData>%b</sheetData></worksheet>" % (_MAIN, rows)
    return with_member(sample_files.xlsx(), "xl/worksheets/sheet1.xml", xml)


def test_every_refusal_is_in_the_catalogue() -> None:
    contracts = load_contracts(PROJECT_DIR / "expectations")
    for name in ("file_unreadable", "file_too_large", "file_encrypted", "file_too_heavy", "file_kind_unsupported"):
        assert contracts.named(name).severity.value == "error"


def test_a_refusal_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(UnreadableFileError("lý do", "file_encrypted")))
    assert (error.reason, error.rule_name, str(error)) == ("lý do", "file_encrypted", "lý do")


# --- locked


def test_encrypted_xlsx(tmp_path: Path) -> None:
    out = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(sample_files.xlsx())).encrypt("mật khẩu", out)
    assert refusal(tmp_path, out.getvalue()).rule_name == "file_encrypted"


def test_encrypted_xls(tmp_path: Path) -> None:
    content = sample_files.xls()
    # FILEPASS with an RC4 header in place of the first record after BOF of the workbook
    start = content.index(struct.pack("<HH", 0x0809, 16))
    position = start + 20
    while struct.unpack_from("<H", content, position)[0] != 0x0031:  # the first font record has room for it
        position += 4 + struct.unpack_from("<H", content, position + 2)[0]
    locked = content[:position] + struct.pack("<H", 0x002F) + content[position + 2 :]
    assert refusal(tmp_path, locked, "a.xls").rule_name == "file_encrypted"


def test_encrypted_ods_and_zip(tmp_path: Path) -> None:
    manifest = (
        b'<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    )
    locked = with_member(sample_files.ods(), "META-INF/manifest.xml", manifest)
    assert refusal(tmp_path, locked, "a.ods").rule_name == "file_encrypted"
    flagged = bytearray(sample_files.xlsx())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = flagged.find(magic)
        while position >= 0:
            flagged[position + offset] |= 1
            position = flagged.find(magic, position + 4)
    assert refusal(tmp_path, bytes(flagged)).rule_name == "file_encrypted"


# --- other kinds


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "ảnh PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "ảnh JPEG"),
        (b"{\\rtf1 }", "RTF"),
        (b"Rar!\x1a\x07\0", "RAR"),
        (archive({"word/document.xml": b"<x/>"}), "văn bản Word"),
        (archive({"a/b.xlsx": b"x"}), "chứa các tệp khác"),
        (archive({"readme.txt": b"x"}), "không phải sổ tính"),
        (bytes(range(256)) * 20, "nhị phân"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_what_is_no_table_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    error = refusal(tmp_path, content)
    assert error.rule_name == "file_kind_unsupported"
    assert reason in error.reason


# --- too large


def test_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_BYTES", 100)
    assert refusal(tmp_path, sample_files.xlsx()).rule_name == "file_too_large"


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    out = io.BytesIO(sample_files.xlsx())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as bomb, bomb.open("xl/media/a.png", "w") as member:
        for _ in range(500):
            member.write(bytes(1_000_000))
    tracemalloc.start()
    error = refusal(tmp_path, out.getvalue())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.rule_name == "file_too_large"
    assert "giải nén ra 500 MB" in error.reason
    assert peak < 20_000_000


def test_a_zip_that_states_another_size_than_it_has(tmp_path: Path) -> None:
    content = with_rows(b'<row r="1"><c r="A1"><v>1</v></c></row>' + b" " * 5_000_000)
    lying = bytearray(content)
    size = struct.pack(
        "<I", next(i.file_size for i in zipfile.ZipFile(io.BytesIO(content)).infolist() if i.file_size > 5_000_000)
    )
    assert lying.count(size)
    lying = lying.replace(size, struct.pack("<I", 300))
    assert refusal(tmp_path, bytes(lying)).rule_name == "file_unreadable"


def test_members_and_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = archive({f"xl/{number}": b"" for number in range(limits.MOST_MEMBERS + 1)})
    assert refusal(tmp_path, crowd).rule_name == "file_too_large"
    monkeypatch.setattr(limits, "MOST_SHEETS", 1)
    for kind in ("xlsx", "xlsb", "xls", "ods", "xml"):
        assert "trang tính" in refusal(tmp_path, KINDS[kind]()).reason


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576" t="e"><v>#N/A</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="90000"><c r="ZZ90000"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c></row><row><c r="ZZ90000"><v>1</v></c></row>',
        b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row><row r='1'><c r='A1'><v>1</v></c></row>",
    ],
)
def test_a_cell_far_out_is_refused_before_room_is_made_for_it(tmp_path: Path, rows: bytes) -> None:
    error = refusal(tmp_path, with_rows(rows))
    assert error.rule_name == "file_too_large"
    assert "dữ liệu tới ô" in error.reason


def test_a_cell_far_out_in_other_kinds(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    sheet.write(0, 0, 1)
    sheet.write(65_535, 255, 1)
    out = io.BytesIO()
    book.save(out)
    assert refusal(tmp_path, out.getvalue()).rule_name == "file_too_large"
    repeated = (b"<table:covered-table-cell/>", b'<table:table-cell table:number-columns-repeated="16384">'
                b"<text:p>x</text:p></table:table-cell>")  # fmt: skip
    assert refusal(tmp_path, replaced(sample_files.ods(), "content.xml", *repeated)).rule_name == "file_too_large"
    spanned = b"<table:table-cell table:number-columns-spanned"
    many = b"<table:table-row>" + spanned, b'<table:table-row table:number-rows-repeated="1048000">' + spanned
    assert refusal(tmp_path, replaced(sample_files.ods(), "content.xml", *many)).rule_name == "file_too_large"
    xml = sample_files.xml_2003().replace(b'ss:Index="5"', b'ss:Index="5000000"')
    assert refusal(tmp_path, xml).rule_name == "file_too_large"
    page = b"<table>" + b"<tr><td rowspan=1000 colspan=1000>x</td></tr>" * 5 + b"</table>"
    assert refusal(tmp_path, page).rule_name == "file_too_large"


@pytest.mark.parametrize("content", [b"a;b\n" * 200_001, b";" * 1_001, b'"' + b"x" * 40_000 + b'";1\n'])
def test_delimited_text_has_the_same_limits(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content, "a.csv").rule_name == "file_too_large"


def test_cells_of_all_sheets_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CELLS", 10)  # the sample has 11 where rows end with their last cell
    for kind in KINDS:
        if kind != "csv":
            assert refusal(tmp_path, KINDS[kind]()).rule_name == "file_too_large", kind


def test_long_texts(tmp_path: Path) -> None:
    text = b'<row r="1"><c r="A1" t="inlineStr"><is><t>%b</t></is></c></row>' % (b"x" * 40_000)
    assert "dài hơn" in refusal(tmp_path, with_rows(text)).reason


@pytest.mark.parametrize("kind", ["ods", "xlsx"])
def test_entities_are_not_expanded(tmp_path: Path, kind: str) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    declared = f'<!DOCTYPE x [<!ENTITY l0 "lol">{levels}]>'.encode()
    if kind == "ods":
        name, start, old = "content.xml", b"<office:document-content", b"Giang"
    else:
        name, start, old = "xl/sharedStrings.xml", b"<sst", "Đức Giang".encode()
    bomb = replaced(KINDS[kind](), name, old, b"&l9;")
    bomb = replaced(bomb, name, start, declared + start)
    started = time.perf_counter()
    assert refusal(tmp_path, bomb).rule_name == "file_unreadable"
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "noise",
    [
        b'<c r="A1" ' * 200_000,
        b'<c r="A1"><f>' * 200_000,
        b"<row " * 200_000,
        b'<c r="A1" t="e"' + b" " * 2_000_000,
        b"<c " + b"a" * 2_000_000,
        b'<row hidden="1"' * 100_000,
        b"<si><r>" * 200_000 + b'"VNI-Times',
    ],
)
def test_searches_stay_linear(tmp_path: Path, noise: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_member(with_rows(noise), "xl/sharedStrings.xml", noise))
    started = time.perf_counter()
    with pytest.raises(UnreadableFileError):
        read_workbook(path)
    assert time.perf_counter() - started < 5


# --- broken


@pytest.mark.parametrize("kind", KINDS)
def test_cut_off_anywhere(tmp_path: Path, kind: str) -> None:
    content = KINDS[kind]()
    path = tmp_path / "a"
    for end in range(0, len(content), max(1, len(content) // 60)):
        path.write_bytes(content[:end])
        try:
            read_workbook(path)
        except UnreadableFileError as error:
            assert error.reason


@pytest.mark.parametrize(
    "magic",
    [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08\x10\x00", b"\xff\xfe", b"<?xml ", b"<html>"],
)
def test_noise_behind_every_magic(tmp_path: Path, magic: bytes) -> None:
    noise = bytes((number * number * 31 + number // 7) % 256 for number in range(20_000))
    for size in (0, 1, 30, 600, 20_000):
        assert refusal(tmp_path, magic + noise[:size] + b"\0").reason


def test_missing_parts(tmp_path: Path) -> None:
    parts = [info.filename for info in zipfile.ZipFile(io.BytesIO(sample_files.xlsx())).infolist()]
    path = tmp_path / "a.xlsx"
    for part in parts:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(sample_files.xlsx())) as old, zipfile.ZipFile(out, "w") as new:
            for info in old.infolist():
                if info.filename != part:
                    new.writestr(info, old.read(info.filename))
        path.write_bytes(out.getvalue())
        try:
            workbook = read_workbook(path)
        except UnreadableFileError:
            continue
        assert workbook.sheets


def test_deep_and_odd_paths(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(12):
        folder /= "thư mục rất sâu có dấu"
    folder.mkdir(parents=True)
    path = folder / "tệp có dấu ' và cách.xlsx"
    path.write_bytes(sample_files.xlsx())
    assert isinstance(next(iter(read_files([(path, path.name)]))), Workbook)


# --- processes


def slow_file(folder: Path) -> Path:
    """A file within all limits that takes seconds and half a gigabyte to read."""
    path = folder / "slow.csv"
    path.write_bytes(b"\n".join(b";".join(b"%d.%d" % (row, column) for column in range(20)) for row in range(140_000)))
    return path


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read(tmp_path: Path) -> None:
    good = tmp_path / "good.xlsx"
    good.write_bytes(sample_files.xlsx())
    files = [(slow_file(tmp_path), "slow"), *[(good, "good")] * 4]
    started = time.perf_counter()
    outcomes = list(read_files(files, seconds=1))
    assert time.perf_counter() - started < 15
    assert isinstance(outcomes[0], UnreadableFileError)
    assert outcomes[0].rule_name == "file_too_heavy"
    assert "thời gian" in outcomes[0].reason
    assert outcomes[1:] == [read_workbook(good)] * 4


def test_a_file_that_takes_too_much_memory_is_given_up(tmp_path: Path) -> None:
    (outcome,) = read_files([(slow_file(tmp_path), "slow")], memory=250_000_000)
    assert isinstance(outcome, UnreadableFileError)
    assert outcome.rule_name == "file_too_heavy"
    assert "bộ nhớ" in outcome.reason


def test_outcomes_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    paths = []
    for number in range(12):
        path = tmp_path / f"{number}.csv"
        path.write_text(f"a;{number}\nb;2" if number % 3 else "", encoding="utf-8")
        paths.append((path, path.name))
    outcomes = list(read_files(paths))
    for number, outcome in enumerate(outcomes):
        if number % 3:
            assert isinstance(outcome, Workbook)
            assert outcome.sheets[0].rows[0][1] == str(number)
        else:
            assert isinstance(outcome, UnreadableFileError)
    assert list(read_files([])) == []


def test_no_process_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    real = reading.subprocess.Popen

    def popen(*args, **kwargs):
        started.append(real(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(reading.subprocess, "Popen", popen)
    path = tmp_path / "a.csv"
    path.write_text("a;1", encoding="utf-8")
    outcomes = read_files([(path, "a.csv")] * 5)
    next(outcomes)
    outcomes.close()
    assert started
    assert all(process.poll() is not None for process in started)


def test_the_reading_process_is_light() -> None:
    """It starts for every run: no data frames, no contracts."""
    code = f"import sys, {reading.__name__}; print('polars' in sys.modules, 'pydantic' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT_DIR)
    assert ran.stdout.split() == ["False", "False"]
