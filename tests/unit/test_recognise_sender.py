"""Who sends a table and for which period: every source, their order, and what contradicts them."""

import datetime as dt
from collections.abc import Sequence

import pytest

from pipelines.intake.sender import (
    FILE,
    FOLDER,
    SHEET,
    STAMP,
    TITLE,
    Stamp,
    Surroundings,
    decide_period,
    decide_unit,
)
from pipelines.intake.units import OrgUnit, OrgUnits, load_org_units

UNITS = load_org_units()
FROM = dt.date(2018, 1, 1)


def unit(code: str, name: str, parent: str | None = "VN") -> OrgUnit:
    return OrgUnit(code, name, "district", parent, None, FROM, None)


MADE_UP = OrgUnits(
    [
        unit("VN", "Tổng Liên đoàn Lao động Việt Nam", None),
        unit("T80", "LĐLĐ tỉnh Long An"),
        unit("T83", "LĐLĐ tỉnh Bến Tre"),
        unit("H803", "LĐLĐ huyện Châu Thành", "T80"),
        unit("H831", "LĐLĐ huyện Châu Thành", "T83"),
        unit("H760", "LĐLĐ Quận 1", "T83"),
        unit("H794", "LĐLĐ thành phố Tân An", "T80"),
        unit("X27694", "Công đoàn phường Tân An", "H794"),
        unit("T80-GD", "Công đoàn ngành Giáo dục tỉnh Long An", "T80"),
        unit("T80-KCN", "Công đoàn các Khu công nghiệp tỉnh Long An", "T80"),
    ]
)


def around(
    *title: str | Sequence[str],
    stamp: Stamp | None = None,
    sheet: str = "Sheet1",
    folders: Sequence[str] = (),
    file: str = "a.xlsx",
    top: Sequence[str] = (),
) -> Surroundings:
    rows = [[row] if isinstance(row, str) else list(row) for row in title]
    return Surroundings(stamp or Stamp(), [rows, [[line] for line in top]], sheet, folders, file)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["LĐLĐ TỈNH LONG AN", "LĐLĐ HUYỆN CHÂU THÀNH"], "H803"),
        (["LĐLĐ TỈNH BẾN TRE", "LĐLĐ H. CHÂU THÀNH"], "H831"),
        (["LĐLĐ HUYỆN CHÂU THÀNH"], None),
        (["Liên đoàn Lao động huyện Châu Thành, tỉnh Bến Tre"], "H831"),
        (["LĐLĐ tỉnh Long An", "LĐLĐ TP. Tân An"], "H794"),
        (["LĐLĐ TP Tân An"], "H794"),
        (["Liên đoàn lao động thành phố Tân An"], "H794"),
        (["L.Đ.L.Đ thành phố Tân An"], "H794"),
        (["CĐ phường Tân An"], "X27694"),
        (["Công đoàn P. Tân An"], "X27694"),
        (["CĐ ngành Giáo dục tỉnh Long An"], "T80-GD"),
        (["CÔNG ĐOÀN GIÁO DỤC TỈNH LONG AN"], "T80-GD"),
        (["Công đoàn các KCN tỉnh Long An"], "T80-KCN"),
        (["Công đoàn Khu công nghiệp tỉnh Long An"], "T80-KCN"),
        (["LĐLĐ Q.1"], "H760"),
        (["LĐLĐ Long An"], "T80"),
        (["TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", "LĐLĐ TỈNH LONG AN"], "T80"),
        (["Doanh nghiệp trên địa bàn thành phố Tân An"], "H794"),
        (["LĐLĐ tỉnh Long An", "LĐLĐ tỉnh Bến Tre"], None),
        (["Kính gửi: LĐLĐ tỉnh Bến Tre", "LĐLĐ tỉnh Long An"], "T80"),
        (["Phường Châu Thành A"], None),
    ],
)
def test_the_unit_that_a_title_names(lines: list[str], code: str | None) -> None:
    assert decide_unit(around(*lines), MADE_UP, "2021-Q2").value == code


@pytest.mark.parametrize(
    ("title", "code", "unknown"),
    [
        (["LĐLĐ TỈNH QUẢNG TRỊ", "Đơn vị: LĐLĐ huyện Gio Linh"], "H466", None),
        (["LĐLĐ TỈNH QUẢNG TRỊ", "Đơn vị báo cáo: Gio Linh"], "H466", None),
        (["LĐLĐ TỈNH QUẢNG TRỊ", ["Đơn vị:", "LĐLĐ H. Gio Linh"]], "H466", None),
        (["LĐLĐ TỈNH QUẢNG TRỊ", "ĐƠN VỊ……LĐLĐ huyện Gio Linh……"], "H466", None),
        (["LĐLĐ TỈNH QUẢNG TRỊ", "Đơn vị tính: người"], "T45", None),
        # left blank, or not in the list: the letterhead does not stand in for it
        (["LĐLĐ TỈNH QUẢNG TRỊ", "ĐƠN VỊ:……………"], None, ""),
        (["LĐLĐ TỈNH QUẢNG TRỊ", "Đơn vị: CĐCS Trường Mẫu"], None, "CĐCS Trường Mẫu"),
        (["Đơn vị: LĐLĐ huyện Gio Linh (mã H466)"], "H466", None),
        (["Mã đơn vị: H999"], "H999", None),
        (["LĐLĐ thành phố Thái Nguyên", "LĐLĐ tỉnh Thái Nguyên"], "H164", None),
        (["Báo cáo gửi LĐLĐ Thái Nguyên"], None, None),
        (["LĐLĐ huyện Dinh Hoa"], "H167", None),
        (["LĐLĐ HUYỆN ĐỊNH HOÁ"], "H167", None),
    ],
)
def test_the_line_of_the_unit(title: list[str | list[str]], code: str | None, unknown: str | None) -> None:
    decision = decide_unit(around(*title), UNITS, "2021-Q2")
    assert (decision.value, decision.unknown) == (code, unknown)


def test_a_blank_line_leaves_the_word_to_folder_and_file() -> None:
    blank = "ĐƠN VỊ:……"
    assert decide_unit(around(blank, folders=["2021-07-05", "H466"]), UNITS, "2021-Q2").value == "H466"
    assert decide_unit(around(blank, file="Gio-Linh_quy 2.xlsx"), UNITS, "2021-Q2").value == "H466"
    assert decide_unit(around(blank, sheet="Gio Linh"), UNITS, "2021-Q2").source == SHEET
    assert decide_unit(around(blank, file="Quảng Trị.xlsx"), UNITS, "2021-Q2").value is None


def test_the_order_of_sources_and_what_contradicts_the_first() -> None:
    said = around(
        "Đơn vị: LĐLĐ huyện Gio Linh",
        "Quý II năm 2021",
        stamp=Stamp(org_unit_code="H004", period="2021-Q1"),
        sheet="Cam Lộ Q3-2021",
        folders=["H461", "Quý IV 2021"],
        file="H462 Q2-2022.xlsx",
    )
    decision = decide_unit(said, UNITS, "2021-Q2")
    assert (decision.value, decision.source) == ("H004", STAMP)
    assert decision.against == {TITLE: "H466", SHEET: "H468", FOLDER: "H461", FILE: "H462"}
    decision = decide_period(said)
    assert (decision.value, decision.source) == ("2021-Q1", STAMP)
    assert decision.against == {TITLE: "2021-Q2", SHEET: "2021-Q3", FOLDER: "2021-Q4", FILE: "2022-Q2"}


def test_a_unit_above_the_sender_contradicts_nothing_but_one_below_does() -> None:
    assert decide_unit(around("Đơn vị: LĐLĐ huyện Gio Linh", folders=["T45"]), UNITS, "2021-Q2").against == {}
    below = decide_unit(around("Đơn vị: LĐLĐ tỉnh Quảng Trị", folders=["T45", "H466"]), UNITS, "2021-Q2")
    assert (below.value, below.against) == ("T45", {FOLDER: "H466"})


def test_code_and_name_of_a_title_that_differ() -> None:
    decision = decide_unit(around("Đơn vị: LĐLĐ quận Long Biên (mã H164)"), UNITS, "2021-Q2")
    assert (decision.value, decision.against) == ("H164", {"tên đơn vị ở đầu trang": "H004"})
    letterhead = around("LĐLĐ TỈNH QUẢNG TRỊ", "Đơn vị: LĐLĐ huyện Gio Linh (mã H466)")
    assert decide_unit(letterhead, UNITS, "2021-Q2").against == {}


def test_the_top_of_the_sheet_speaks_for_tables_without_title() -> None:
    said = around(top=["LĐLĐ quận Long Biên", "Quý II năm 2021"])
    assert decide_unit(said, UNITS, "2021-Q2").value == "H004"
    assert decide_period(said).value == "2021-Q2"
    own = around("Đơn vị: LĐLĐ huyện Gio Linh", top=["LĐLĐ quận Long Biên", "Quý II năm 2021"])
    assert decide_unit(own, UNITS, "2021-Q2").value == "H466"
    assert decide_period(own).value == "2021-Q2"


@pytest.mark.parametrize(
    ("said", "period", "against"),
    [
        (around("Báo cáo tháng 6 năm 2021"), None, None),
        (around("Báo cáo tháng 6 năm 2021", folders=["Quý II 2021"]), "2021-Q2", {TITLE: "tháng 6 năm 2021"}),
        (around("Báo cáo tháng 6 quý II năm 2021"), "2021-Q2", {}),
        (around("Tính đến ngày 30/6/2021", folders=["2021", "Quý I"]), "2021-Q2", {FOLDER: "2021-Q1"}),
        (around(folders=["2021", "Quý II"]), "2021-Q2", {}),
        (around("Quý I năm 2021", "Quý II năm 2021"), None, None),
        (around("Quý I năm 2021", "Quý II năm 2021", file="Q2-2021.xlsx"), "2021-Q2", {}),
    ],
)
def test_the_period(said: Surroundings, period: str | None, against: dict[str, str] | None) -> None:
    decision = decide_period(said)
    assert (decision.value, decision.against) == (period, against)
