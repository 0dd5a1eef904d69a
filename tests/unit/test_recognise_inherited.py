"""Reports across the reform of 2025: judged by the tree of their period, sent by a successor, or told who reports."""

import datetime as dt
from collections.abc import Sequence

import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.contracts.frames import SUBMISSIONS
from pipelines.due_days import load_due_days
from pipelines.intake.batch import build_batch
from pipelines.intake.read import Sheet, Workbook
from pipelines.intake.recognise import RecognisedFile, Recogniser
from pipelines.intake.register import Receipt
from pipelines.intake.sender import FILE, FOLDER, Decision, Stamp, Surroundings, decide_unit
from pipelines.intake.units import load_org_units
from pipelines.quality import settle

UNITS = load_org_units()
CONTRACTS = load_contracts()
LATE = dt.date(2025, 10, 20)
HEADING = ["TT", "Mã số thuế", "Tên doanh nghiệp", "Loại hình", "Đã có công đoàn", "Lượt khảo sát"]
ROW = ["1", "0100109106", "Công ty A", "HTX", "Có", "2"]


def decide(
    *title: str,
    period: str,
    received: dt.date = LATE,
    stamp: str | None = None,
    folders: Sequence[str] = (),
    file: str = "a.xlsx",
) -> Decision:
    rows = [[line] for line in title]
    around = Surroundings(Stamp(org_unit_code=stamp), [rows], "Sheet1", folders, file, received)
    return decide_unit(around, UNITS, period)


def recognise(*title: str, received: dt.date = LATE, file_name: str = "a.xlsx") -> RecognisedFile:
    lines = [[line, *[None] * 5] for line in title]
    rows = [*lines, HEADING, ROW]
    receipt = Receipt("r", 1, "00000001", "s", file_name, dt.datetime.combine(received, dt.time(8)), 1, None, "files/s")
    sheet = Sheet(name="Sheet1", rows=rows, merged=())
    return Recogniser(CONTRACTS, UNITS).recognise(receipt, Workbook((sheet,)))


def told(file: RecognisedFile) -> list[tuple[str, str]]:
    return [(finding.rule.code, finding.message_vi) for finding in file.findings]


@pytest.mark.parametrize(
    ("title", "period", "unit", "sent_by"),
    [
        # the heir's letterhead over the unit of then
        (["LĐLĐ TỈNH THÁI NGUYÊN", "LĐLĐ HUYỆN BA BỂ"], "2025-Q2", "H061", "T19"),
        (["LĐLĐ TỈNH THÁI NGUYÊN", "Đơn vị: LĐLĐ huyện Ba Bể"], "2025-Q2", "H061", "T19"),
        (["LĐLĐ TỈNH THÁI NGUYÊN", "Đơn vị: LĐLĐ huyện Ba Bể (mã H061)"], "2025-Q2", "H061", "T19"),
        (["LĐLĐ TỈNH QUẢNG TRỊ", "LĐLĐ HUYỆN LỆ THỦY"], "2024-Q4", "H457", "T44"),
        (["LĐLĐ TỈNH QUẢNG TRỊ", "LĐLĐ TỈNH QUẢNG BÌNH"], "2024-Q4", "T44", "T44"),
        # a commune union for the district that it was part of, under its own letterhead
        (["LĐLĐ TỈNH THÁI NGUYÊN", "CÔNG ĐOÀN XÃ CHỢ ĐỒN", "gửi thay LĐLĐ huyện Chợ Đồn"], "2025-Q2", "H064", "X02020"),
        (["Công đoàn xã Chợ Đồn (mã X02020) gửi thay LĐLĐ huyện Chợ Đồn", "(mã H064)"], "2025-Q2", "H064", "X02020"),
        # the unit itself: its own parent of then in the letterhead, or nothing
        (["LĐLĐ TỈNH QUẢNG TRỊ", "LĐLĐ HUYỆN GIO LINH"], "2024-Q4", "H466", None),
        (["LĐLĐ TỈNH BẮC KẠN", "LĐLĐ HUYỆN BA BỂ"], "2025-Q2", "H061", None),
        (["LĐLĐ HUYỆN BA BỂ"], "2025-Q2", "H061", None),
        # a province that lives on sends for itself
        (["LĐLĐ TỈNH THÁI NGUYÊN"], "2024-Q4", "T19", None),
        (["LĐLĐ TỈNH QUẢNG TRỊ"], "2025-Q3", "T44", None),
    ],
)
def test_a_successor_sends_for_a_unit_that_has_ended(
    title: list[str], period: str, unit: str, sent_by: str | None
) -> None:
    assert decide(*title, period=period) == Decision(unit, "đầu trang", {}, sent_by=sent_by)


@pytest.mark.parametrize("folder", ["T19", "LĐLĐ tỉnh Thái Nguyên", "Thái Nguyên", "X02020", "Công đoàn xã Chợ Đồn"])
def test_a_folder_or_file_of_the_successor_contradicts_nothing(folder: str) -> None:
    heir = "X02020" if "X" in folder or "xã" in folder else "T19"
    for named in (
        decide(period="2025-Q2", stamp="H061", folders=[folder]),
        decide("mã H061", period="2025-Q2", file=folder),
    ):
        assert (named.value, named.against, named.sent_by) == ("H061", {}, heir)


def test_a_folder_with_the_name_that_another_unit_had_then_is_that_of_the_successor() -> None:
    decision = decide(period="2024-Q4", stamp="H457", folders=["LĐLĐ tỉnh Quảng Trị"])
    assert (decision.against, decision.sent_by) == ({}, "T44")


def test_who_is_no_successor_still_contradicts() -> None:
    # of another province; before the unit ended; before the commune union was founded
    other = decide(period="2025-Q2", stamp="H061", folders=["X00145"])
    assert (other.against, other.sent_by) == ({FOLDER: "X00145"}, None)
    early = decide(period="2025-Q1", stamp="H061", folders=["T19"], received=dt.date(2025, 6, 25))
    assert (early.against, early.sent_by) == ({FOLDER: "T19"}, None)
    unborn = decide(period="2025-Q2", stamp="H064", file="X02020.xlsx", received=dt.date(2025, 7, 8))
    assert (unborn.against, unborn.sent_by) == ({FILE: "X02020"}, None)


def test_a_code_of_then_with_the_name_of_now_is_a_contradiction() -> None:
    decision = decide("Đơn vị: LĐLĐ tỉnh Quảng Trị (mã T44)", period="2024-Q4")
    assert (decision.value, decision.against, decision.sent_by) == ("T44", {"tên đơn vị ở đầu trang": "T45"}, None)
    assert decide("Đơn vị: LĐLĐ tỉnh Quảng Trị (mã T44)", period="2025-Q4").against == {}


def test_a_commune_union_may_use_the_folder_of_its_district_and_the_province_may_not() -> None:
    commune = decide("Công đoàn phường Đông Hà", period="2025-Q4", folders=["H461"])
    assert (commune.value, commune.against) == ("X19333", {})
    province = decide("LĐLĐ tỉnh Quảng Trị", period="2025-Q4", folders=["H461"])
    assert (province.value, province.against) == ("T44", {FOLDER: "H461"})


@pytest.mark.parametrize(
    ("title", "message"),
    [
        (
            ["LĐLĐ TỈNH QUẢNG TRỊ", "LĐLĐ HUYỆN GIO LINH", "Quý III năm 2025"],
            "LĐLĐ huyện Gio Linh (mã H466) chỉ hoạt động đến hết ngày 30/06/2025 nên không có báo cáo quý III "
            "năm 2025. Báo cáo của kỳ này do LĐLĐ tỉnh Quảng Trị (mã T44) gửi.",
        ),
        (
            ["Đơn vị: Gio Linh", "Quý III năm 2025"],
            "LĐLĐ huyện Gio Linh (mã H466) chỉ hoạt động đến hết ngày 30/06/2025 nên không có báo cáo quý III "
            "năm 2025. Báo cáo của kỳ này do LĐLĐ tỉnh Quảng Trị (mã T44) gửi.",
        ),
        (
            ["Đơn vị: (mã T06)", "Quý III năm 2025"],
            "LĐLĐ tỉnh Bắc Kạn (mã T06) chỉ hoạt động đến hết ngày 30/06/2025 nên không có báo cáo quý III năm 2025. "
            "Báo cáo của kỳ này do LĐLĐ tỉnh Thái Nguyên (mã T19) gửi.",
        ),
        (
            ["Đơn vị: LĐLĐ tỉnh Quảng Trị (mã T45)", "Quý IV năm 2025"],
            "LĐLĐ tỉnh Quảng Trị (mã T45) chỉ hoạt động đến hết ngày 30/06/2025 nên không có báo cáo quý IV năm 2025. "
            "Báo cáo của kỳ này do LĐLĐ tỉnh Quảng Trị (mã T44) gửi.",
        ),
        (
            ["LĐLĐ TỈNH QUẢNG TRỊ", "CÔNG ĐOÀN XÃ LAO BẢO", "Quý III năm 2025"],
            "Công đoàn xã Lao Bảo (mã X19432) được thành lập ngày 05/10/2025 nên không có báo cáo quý III năm 2025. "
            "Báo cáo của kỳ này do LĐLĐ tỉnh Quảng Trị (mã T44) gửi.",
        ),
        (
            ["LĐLĐ TỈNH QUẢNG TRỊ", "CÔNG ĐOÀN XÃ LAO BẢO", "Quý II năm 2025"],
            "Công đoàn xã Lao Bảo (mã X19432) được thành lập ngày 05/10/2025 nên không có báo cáo quý II năm 2025. "
            "Báo cáo của kỳ này do LĐLĐ huyện Hướng Hóa (mã H465) gửi.",
        ),
        (
            ["LĐLĐ TỈNH QUẢNG TRỊ", "CÔNG ĐOÀN NGÀNH GIÁO DỤC TỈNH QUẢNG TRỊ", "Quý II năm 2025"],
            "Công đoàn ngành Giáo dục tỉnh Quảng Trị (mã T45-GD) chỉ hoạt động đến hết ngày 14/06/2025 nên không "
            "có báo cáo quý II năm 2025. Không có đơn vị nào tiếp nhận để gửi báo cáo của kỳ này.",
        ),
    ],
)
def test_a_unit_that_did_not_exist_in_the_period_is_told_who_reports(title: list[str], message: str) -> None:
    file = recognise(*title)
    assert told(file) == [("CD-E019", message)]
    assert not file.tables[0].is_recognised


def test_a_name_of_several_units_is_told_which() -> None:
    of_ten = recognise("Đơn vị: LĐLĐ huyện Châu Thành", "Quý I năm 2025")
    assert told(of_ten) == [
        (
            "CD-E029",
            "“LĐLĐ huyện Châu Thành” là tên của nhiều đơn vị: LĐLĐ huyện Châu Thành thuộc LĐLĐ tỉnh Tây Ninh "
            "(mã H708), LĐLĐ huyện Châu Thành thuộc LĐLĐ tỉnh Long An (mã H808), LĐLĐ huyện Châu Thành thuộc LĐLĐ tỉnh "
            "Tiền Giang (mã H821) và 7 đơn vị khác.",
        )
    ]
    of_two = recognise("LĐLĐ TỈNH VĨNH LONG", "LĐLĐ HUYỆN CHÂU THÀNH", "Quý I năm 2025")
    assert told(of_two) == [
        (
            "CD-E029",
            "“LĐLĐ HUYỆN CHÂU THÀNH” là tên của nhiều đơn vị: LĐLĐ huyện Châu Thành thuộc LĐLĐ tỉnh Bến Tre (mã "
            "H831) và LĐLĐ huyện Châu Thành thuộc LĐLĐ tỉnh Trà Vinh (mã H847).",
        )
    ]


@pytest.mark.parametrize("title", ["CÔNG ĐOÀN PHƯỜNG PHÚC LỢI", "Đơn vị: Công đoàn phường Phúc Lợi"])
def test_a_commune_without_union_is_told_who_covers_it(title: str) -> None:
    # not taken for a report of the province in the letterhead
    file = recognise("LĐLĐ THÀNH PHỐ HÀ NỘI", title, "Quý III năm 2025")
    covered = (
        "Công đoàn phường Phúc Lợi chưa được thành lập; địa bàn này do Công đoàn phường Việt Hưng (mã X00127) "
        "phụ trách và báo cáo."
    )
    assert told(file) == [("CD-E030", covered)]
    nowhere = recognise("LĐLĐ TỈNH QUẢNG TRỊ", "Công đoàn xã Hướng Phùng", "Quý III năm 2025")
    assert told(nowhere) == [
        (
            "CD-E030",
            "Công đoàn xã Hướng Phùng chưa được thành lập; địa bàn này do LĐLĐ tỉnh Quảng Trị (mã T44) phụ trách "
            "và báo cáo.",
        )
    ]


def test_a_contradiction_names_both_units() -> None:
    file = recognise("Đơn vị: LĐLĐ tỉnh Quảng Trị (mã T44)", "Quý IV năm 2024")
    assert told(file) == [
        (
            "CD-E006",
            "Đơn vị: đầu trang ghi “LĐLĐ tỉnh Quảng Bình (mã T44)” nhưng tên đơn vị ở đầu trang ghi "
            "“LĐLĐ tỉnh Quảng Trị (mã T45)”.",
        )
    ]
    assert file.findings[0].value == "T44 / T45"


def test_the_submission_says_which_successor_sent_it() -> None:
    file = recognise("LĐLĐ TỈNH THÁI NGUYÊN", "LĐLĐ HUYỆN BA BỂ", "Quý II năm 2025")
    assert told(file) == [
        (
            "CD-N010",
            "LĐLĐ huyện Ba Bể (mã H061) hoạt động đến hết ngày 30/06/2025; báo cáo được ghi nhận là do LĐLĐ tỉnh Thái "
            "Nguyên (mã T19) gửi thay.",
        )
    ]
    own = recognise("LĐLĐ HUYỆN BA BỂ", "Quý II năm 2025", received=dt.date(2025, 6, 28))
    for recognised, sender in ((file, "T19"), (own, None)):
        batch = build_batch([recognised], CONTRACTS)
        receipts = settle.receipts_frame([recognised.receipt])
        judged = settle.judge(batch.candidates, batch.issues, receipts, load_due_days())
        assert judged.schema == pl.Schema(SUBMISSIONS)
        assert judged.select("org_unit_code", "period", "sent_by_code", "verdict").rows() == [
            ("H061", "2025-Q2", sender, "accepted")
        ]
