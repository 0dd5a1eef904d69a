"""Reading the period out of what people write."""

import pytest

from pipelines.intake.title import months_in, periods_in, periods_of_title


@pytest.mark.parametrize(
    "text",
    [
        "Quý II năm 2021",
        "QUÝ II/2021",
        "Kỳ báo cáo: quý 2 năm 2021",
        "quý II - 2021",
        "Qu\u00fd II n\u0103m 2021",
        "2021-Q2",
        "BC_2021_Q2_LongBien.xlsx",
        "bao-cao-quy-2-2021.xlsx",
        "Q2.2021",
        "Báo cáo 6 tháng đầu năm 2021",
        "Quí II/2021",
        "quý hai năm 2021",
        "Quý: II Năm: 2021",
        "Năm 2021, quý II",
        "NĂM 2021 – QUÝ 2",
        "Q.II/2021",
        "Quý II (năm 2021)",
        "Quý II năm 2021 (so với quý I năm 2021)",
        "Quý II năm 2021, so với cùng kỳ quý II/2020",
    ],
)
def test_the_second_quarter_of_2021(text: str) -> None:
    assert periods_in([text]) == ["2021-Q2"]


@pytest.mark.parametrize(
    "text",
    [
        "Quý 2/21",
        "Quý II năm 21",
        "quý II, III năm 2021",
        "Báo cáo quý 2",
        "Năm 2021",
        "tháng 6 năm 2021",
        "Quý V năm 2021",
        "2021-07-09",
        "IQ2 2021x",
        "",
    ],
)
def test_no_quarter_is_read_into_other_texts(text: str) -> None:
    assert periods_in([text]) == []


def test_each_period_is_told_once_in_the_order_found() -> None:
    assert periods_in(["Quý III năm 2022", "Quý III/2021", "Q3-2022"]) == ["2022-Q3", "2021-Q3"]


@pytest.mark.parametrize(
    ("lines", "periods"),
    [
        (["QUÝ II", "NĂM 2021"], ["2021-Q2"]),
        (["Quý:", "II", "Năm:", "2021"], ["2021-Q2"]),
        (["Kỳ báo cáo: Quý II năm 2021", "Tiến độ quý III năm 2021"], ["2021-Q2"]),
        (["Quý II năm 2021", "Quý III năm 2021"], ["2021-Q2", "2021-Q3"]),
        (["(Số liệu tính đến ngày 30/6/2021)"], ["2021-Q2"]),
        (["Đến ngày 30.06.2021"], ["2021-Q2"]),
        (["tính đến 30 tháng 6 năm 2021"], ["2021-Q2"]),
        (["Thời điểm 31/12/2020"], ["2020-Q4"]),
        (["Quý I năm 2021", "tính đến ngày 30/6/2021"], ["2021-Q1"]),
        (["Tính đến ngày 15/6/2021"], []),
        (["Hà Nội, ngày 30 tháng 6 năm 2021"], []),
        (["Báo cáo tháng 6 năm 2021"], []),
    ],
)
def test_the_period_of_a_title_block(lines: list[str], periods: list[str]) -> None:
    assert periods_of_title(lines) == periods


@pytest.mark.parametrize(
    ("line", "months"),
    [
        ("BÁO CÁO THÁNG 6 NĂM 2021", ["tháng 6 năm 2021"]),
        ("Báo cáo tháng 06/2021", ["tháng 6 năm 2021"]),
        ("Hà Nội, ngày 5 tháng 7 năm 2021", []),
        ("Hà Nội, ngày … tháng 7 năm 2021", []),
        ("Ngày ..... tháng 7 năm 2021", []),
        ("6 tháng đầu năm 2021", []),
        ("Quý II năm 2021", []),
    ],
)
def test_the_month_of_a_monthly_report(line: str, months: list[str]) -> None:
    assert months_in([line]) == months
