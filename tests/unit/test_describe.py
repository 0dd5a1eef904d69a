"""What ``congdoan read`` shows of a file."""

from pipelines.contracts import load_contracts
from pipelines.intake.describe import describe
from pipelines.intake.read import Sheet, Workbook
from pipelines.intake.units import load_org_units

TABLE = [
    ["Đơn vị: LĐLĐ quận Long Biên", None, None, None],
    ["Quý II năm 2021", None, None, None],
    ["Mã số thuế", "Tên doanh nghiệp", "Loại hình", "Đã có công đoàn"],
    ["(1)", "(2)", "(3)", "(4)"],
    ["0100109106", "Công ty A", "HTX", "Có"],
    ["0100109107", "Công ty B", "HTX", "Chưa"],
]


def described(*sheets: Sheet, encoding: str | None = None, name: str = "bao-cao.xlsx") -> dict:
    return describe(Workbook(sheets, encoding=encoding), name, load_contracts(), load_org_units())


def test_cells_tables_unit_and_period() -> None:
    seen = described(Sheet("DN", TABLE), Sheet("Trống", []))
    assert (seen["file"], seen["org_unit_code"], seen["period"]) == ("bao-cao.xlsx", "H004", "2021-Q2")
    first, second = seen["sheets"]
    assert first["tables"] == [{"form": "enterprises", "header_rows": [3, 4], "first_row": 5, "last_row": 6}]
    assert first["cells"][:3] == [
        ["A1", "Đơn vị: LĐLĐ quận Long Biên"],
        ["A2", "Quý II năm 2021"],
        ["A3", "Mã số thuế"],
    ]
    assert second == {"name": "Trống", "encoding": None, "cells": [], "tables": []}


def test_the_encoding_of_a_text_file_and_of_old_fonts() -> None:
    assert described(Sheet("a", TABLE), encoding="cp1258")["sheets"][0]["encoding"] == "cp1258"
    assert described(Sheet("a", TABLE, decoded_from="TCVN3"))["sheets"][0]["encoding"] == "TCVN3"


def test_an_empty_table_and_a_file_without_unit_have_nothing_to_tell() -> None:
    seen = described(Sheet("a", TABLE[2:4]))
    assert (seen["org_unit_code"], seen["period"]) == (None, None)
    assert seen["sheets"][0]["tables"] == [
        {"form": "enterprises", "header_rows": [1, 2], "first_row": None, "last_row": None}
    ]


def test_folders_tell_the_unit_and_differing_sheets_none() -> None:
    assert described(Sheet("a", TABLE[1:]), name="H461/a.xlsx")["org_unit_code"] == "H461"
    other = [["Đơn vị: LĐLĐ thành phố Đông Hà", None, None, None], *TABLE[1:]]
    assert described(Sheet("a", TABLE), Sheet("b", other))["org_unit_code"] is None
