"""The sentences of an answer, compared with what a clerk would send."""

import datetime as dt
from dataclasses import replace

import pytest

from pipelines.contracts import Severity
from pipelines.quality import settle
from pipelines.reports import wording
from pipelines.reports.wording import Kind, Outcome

RECEIVED_AT = dt.datetime(2021, 7, 12, 8, 30)

E_KIND = Kind("CD-E020", Severity.ERROR, "Ô phải là số", 3)
Q_KIND = Kind("CD-Q020", Severity.QUERY, "Mã số thuế sai số kiểm tra", 2)
N_KIND = Kind("CD-N022", Severity.NOTE, "Số kèm chữ", 1)


def outcome(verdict: str, *kinds: Kind, **changes: object) -> Outcome:
    known = Outcome(
        file_name="H004.xlsx",
        received_at=RECEIVED_AT,
        verdict=verdict,
        form_title="BÁO CÁO THỎA ƯỚC LAO ĐỘNG TẬP THỂ",
        unit_name="LĐLĐ quận Long Biên",
        unit_code="H004",
        period="2021-Q2",
        due_on=dt.date(2021, 7, 15),
        kinds=kinds,
    )
    return replace(known, **changes)


def test_every_verdict_has_a_word() -> None:
    assert [wording.verdict_vi(verdict) for verdict in settle.VERDICTS] == [
        "ĐÃ TIẾP NHẬN",
        "ĐÃ TIẾP NHẬN, CẦN GIẢI TRÌNH",
        "TRẢ LẠI",
        "KHÔNG NHẬN DIỆN ĐƯỢC",
        "TRÙNG TỆP ĐÃ GỬI",
    ]


SUBJECT = "“Báo cáo thỏa ước lao động tập thể”, Quý II năm 2021, trong tệp “H004.xlsx” nhận ngày 12/07/2021"
UNKNOWN = dict.fromkeys(("form_title", "unit_name", "unit_code", "period", "due_on"))


def test_the_paragraph_to_a_unit_whose_report_is_returned() -> None:
    assert wording.paragraph_vi(outcome(settle.RETURNED, E_KIND, Q_KIND, N_KIND)) == (
        f"Kính gửi LĐLĐ quận Long Biên. {SUBJECT} chưa được tiếp nhận vì còn 3 lỗi và 2 nội dung "
        "cần giải trình (Ô phải là số – CD-E020, 3 chỗ; Mã số thuế sai số kiểm tra – CD-Q020, 2 chỗ). "
        "Đề nghị đơn vị sửa 3 lỗi và giải trình 2 nội dung nêu tại trang tính “LỖI” của tệp gửi kèm "
        "và gửi lại tệp chậm nhất ngày 15/07/2021. Trân trọng."
    )


def test_the_paragraph_to_a_unit_that_has_to_explain_something_and_is_late() -> None:
    assert wording.paragraph_vi(outcome(settle.WITH_QUERIES, Q_KIND, due_on=dt.date(2021, 7, 11))) == (
        f"Kính gửi LĐLĐ quận Long Biên. {SUBJECT} đã được tiếp nhận, còn 2 nội dung cần giải trình "
        "(Mã số thuế sai số kiểm tra – CD-Q020, 2 chỗ). "
        "Đề nghị đơn vị sửa số liệu hoặc giải trình 2 nội dung nêu tại trang tính “LỖI” của tệp gửi kèm "
        "và gửi lại tệp trong thời gian sớm nhất (hạn gửi là ngày 11/07/2021, đã qua). Trân trọng."
    )


def test_the_paragraph_to_a_unit_whose_report_is_accepted() -> None:
    assert wording.paragraph_vi(outcome(settle.ACCEPTED, N_KIND)) == (
        f"Kính gửi LĐLĐ quận Long Biên. {SUBJECT} đã được tiếp nhận. Có 1 điểm lưu ý nêu tại trang tính "
        "“LỖI” của tệp gửi kèm; đơn vị không phải gửi lại tệp. Cảm ơn đơn vị. Trân trọng."
    )


def test_the_paragraph_to_whoever_sent_an_unrecognised_file() -> None:
    assert wording.paragraph_vi(outcome(settle.UNRECOGNISED, E_KIND, **UNKNOWN)) == (
        "Kính gửi đơn vị báo cáo. Tệp “H004.xlsx” nhận ngày 12/07/2021 chưa được tiếp nhận vì không xác định "
        "được đầy đủ biểu mẫu, đơn vị và kỳ báo cáo; tệp còn 3 lỗi (Ô phải là số – CD-E020, 3 chỗ). "
        "Đề nghị đơn vị sửa 3 lỗi nêu tại trang tính “LỖI” của tệp gửi kèm "
        "và gửi lại tệp trong thời gian sớm nhất. Trân trọng."
    )


def test_the_paragraph_to_a_unit_that_sent_a_file_twice() -> None:
    assert wording.paragraph_vi(outcome(settle.DUPLICATE)) == (
        f"Kính gửi LĐLĐ quận Long Biên. {SUBJECT} trùng hoàn toàn với tệp đã nhận trước đây nên không có gì "
        "thay đổi. Nếu định gửi số liệu mới, đề nghị đơn vị kiểm tra lại tệp đã chọn. Trân trọng."
    )


def test_many_kinds_of_findings_are_summed_up_in_the_paragraph() -> None:
    kinds = [replace(E_KIND, rule_code=f"CD-E02{number}") for number in range(7)]
    assert "CD-E024, 3 chỗ; và 2 loại khác)" in wording.paragraph_vi(outcome(settle.RETURNED, *kinds))


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (outcome(settle.RETURNED, E_KIND), "Sửa 3 lỗi, lưu tệp và gửi lại chậm nhất ngày 15/07/2021."),
        (
            outcome(settle.WITH_QUERIES, Q_KIND),
            "Sửa số liệu hoặc giải trình 2 nội dung (ghi vào cột “Giải trình của đơn vị” của trang tính "
            "“LỖI” hoặc cột “Ghi chú” của biểu mẫu), lưu tệp và gửi lại chậm nhất ngày 15/07/2021.",
        ),
        (outcome(settle.ACCEPTED, N_KIND), "Đọc các điểm lưu ý; không phải gửi lại tệp."),
        (outcome(settle.ACCEPTED), "Không phải làm gì thêm."),
    ],
)
def test_what_to_do(what: Outcome, sentence: str) -> None:
    assert wording.todo_vi(what) == sentence


def test_words_for_periods_dates_and_units() -> None:
    late = outcome(settle.RETURNED, received_at=dt.datetime(2024, 7, 15))
    assert wording.due_vi(late) == "15/07/2021 (nhận muộn 1.096 ngày)"
    assert wording.received_vi(late.received_at) == "15/07/2024"
    assert wording.period_vi("quý 2") == "quý 2"
    assert wording.unit_vi(replace(late, unit_name=None)) == "Mã H004"
    assert wording.rows_vi(dict.fromkeys(("rows_found",), 0)) == "Không đọc được dòng nào."
