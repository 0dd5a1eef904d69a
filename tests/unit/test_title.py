"""Reading the period out of what people write."""

import pytest

from pipelines.intake.title import periods_in


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
    ],
)
def test_the_second_quarter_of_2021(text: str) -> None:
    assert periods_in([text]) == ["2021-Q2"]


@pytest.mark.parametrize("text", ["Năm 2021", "tháng 6 năm 2021", "Quý V năm 2021", "2021-07-09", "IQ2 2021x", ""])
def test_no_quarter_is_read_into_other_texts(text: str) -> None:
    assert periods_in([text]) == []


def test_each_period_is_told_once_in_the_order_found() -> None:
    assert periods_in(["Quý III năm 2022", "so với quý III/2021", "Q3-2022"]) == ["2022-Q3", "2021-Q3"]
