"""One report of an office, with the faults that reports have, in every kind of file: same verdict, same cells."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import OddFilesRun, congdoan, query
from tests.odd_files import DECODED, FOUND, GRID, KINDS, Grid, changed, written, xlsx
from tests.sample_files import replaced
from tests.support import take_in


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


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_run_takes_in_every_kind_and_answers(kind: str, odd_files: OddFilesRun) -> None:
    warehouse = odd_files.settings.published / "warehouse.duckdb"
    good, faulty = odd_files.senders[kind, False], odd_files.senders[kind, True]
    verdicts = {submission["org_unit_code"]: submission["verdict"] for submission in odd_files.said["submissions"]}
    assert (verdicts[good], verdicts[faulty]) == ("accepted", "returned")
    rows = query(
        warehouse,
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
    assert query(warehouse, f"from marts.fct_enterprise where org_unit_code = '{faulty}'") == []
    (answer,) = (odd_files.settings.returned / "2021-Q2" / faulty).glob("*.xlsx")
    book = openpyxl.load_workbook(answer)
    (sheet,) = [sheet for sheet in book.worksheets if sheet.title not in ("KẾT QUẢ", "LỖI")]
    assert {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment} == {at for _, at in FOUND}


# --- what the file as a whole gets wrong: one change to the report, one finding


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
