"""The sentences of an answer to a sender: verdict, what to do, row account, a paragraph ready to send.

What belongs here: pure functions from facts to Vietnamese. Where the sentences stand in a workbook is the
matter of ``answer_sheets``; what a single rule says stands in ``expectations/``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipelines import periods
from pipelines.contracts import Severity
from pipelines.contracts.workbook import FINDINGS_COLUMNS, FINDINGS_SHEET
from pipelines.quality import settle

EXPLANATION = FINDINGS_COLUMNS["explanation"]
UNKNOWN = "chưa xác định được"
HOW_TO_READ = (
    f"Trang tính “{FINDINGS_SHEET}” liệt kê từng nội dung; bấm vào địa chỉ ô để đến đúng chỗ. "
    "Ô có lỗi được tô đỏ, ô cần giải trình tô vàng, ô cần lưu ý tô xanh; chỉ vào ô để đọc ghi chú. "
    "Có thể sửa ngay trong tệp này rồi gửi lại."
)

_PERIOD = re.compile(r"\d{4}-Q[1-4]")
_MOST_KINDS = 5
_VERDICTS = {
    settle.ACCEPTED: "ĐÃ TIẾP NHẬN",
    settle.WITH_QUERIES: "ĐÃ TIẾP NHẬN, CẦN GIẢI TRÌNH",
    settle.RETURNED: "TRẢ LẠI",
    settle.UNRECOGNISED: "KHÔNG NHẬN DIỆN ĐƯỢC",
    settle.DUPLICATE: "TRÙNG TỆP ĐÃ GỬI",
}
_ROWS = {
    "rows_preamble": "dòng đầu trang, ghi chú",
    "rows_header": "dòng tiêu đề",
    "rows_total": "dòng tổng",
    "rows_footer": "dòng cuối trang",
    "rows_accepted": "dòng số liệu được tiếp nhận",
    "rows_returned": "dòng số liệu chưa được tiếp nhận",
}


@dataclass(frozen=True)
class Kind:
    """How often a rule was broken in a submission, under the title of the rule."""

    rule_code: str
    severity: Severity
    title_vi: str
    count: int


@dataclass(frozen=True)
class Outcome:
    """What became of one submission, as far as its sender is concerned.

    ``form_title``, ``unit_name``, ``unit_code``, ``period`` and ``due_on`` are None where unknown;
    ``due_on`` is the last day that is in time. ``kinds`` are ordered: errors first, the most frequent first.
    """

    file_name: str
    received_at: dt.datetime
    verdict: str
    form_title: str | None = None
    unit_name: str | None = None
    unit_code: str | None = None
    period: str | None = None
    due_on: dt.date | None = None
    kinds: tuple[Kind, ...] = ()

    def count(self, severity: Severity) -> int:
        """Number of findings of a severity."""
        return sum(kind.count for kind in self.kinds if kind.severity is severity)


def verdict_vi(verdict: str) -> str:
    """The verdict as senders read it; ``KeyError`` for anything but ``settle.VERDICTS``."""
    return _VERDICTS[verdict]


def count_vi(number: int) -> str:
    """A whole number with dots for thousands."""
    return f"{number:,}".replace(",", ".")


def number_vi(number: float | Decimal, digits: int = 2) -> str:
    """A number with thousands in dots and a decimal comma, with at most so many digits after it: "1.234,5"."""
    text = f"{number:,.{digits}f}".translate(str.maketrans(",.", ".,"))
    return text.rstrip("0").rstrip(",") if "," in text else text


def date_vi(date: dt.date) -> str:
    """Day first: ``09/07/2021``."""
    return f"{date:%d/%m/%Y}"


def received_vi(moment: dt.datetime) -> str:
    """Date and, unless it is midnight (then only the date is known), time."""
    return date_vi(moment) if moment.time() == dt.time() else f"{moment:%H:%M} ngày {date_vi(moment)}"


def is_period(text: str | None) -> bool:
    """Whether a text has the form of a period key; what a file says need not."""
    return text is not None and _PERIOD.fullmatch(text) is not None


def period_vi(period: str | None) -> str:
    """``Quý II năm 2021``; what the file says, if that is no period; else that it is unknown."""
    if period is None:
        return UNKNOWN.capitalize()
    return periods.title_vi(period) if is_period(period) else period


def unit_vi(outcome: Outcome) -> str:
    """Name and code of the unit, as far as they are known."""
    if outcome.unit_name:
        return f"{outcome.unit_name} (mã {outcome.unit_code})"
    return f"Mã {outcome.unit_code}" if outcome.unit_code else UNKNOWN.capitalize()


def due_vi(outcome: Outcome) -> str:
    """The due date and whether it was met."""
    if outcome.due_on is None:
        return UNKNOWN.capitalize()
    late = (outcome.received_at.date() - outcome.due_on).days
    return f"{date_vi(outcome.due_on)} (nhận {'đúng hạn' if late <= 0 else f'muộn {count_vi(late)} ngày'})"


def rows_vi(counts: Mapping[str, int]) -> str:
    """The row account (``rows_…`` of SUBMISSIONS) as one sentence; parts that are zero are left out."""
    if not counts["rows_found"]:
        return "Không đọc được dòng nào."
    parts = [f"{count_vi(counts[name])} {words}" for name, words in _ROWS.items() if counts[name]]
    return f"Có {count_vi(counts['rows_found'])} dòng: {'; '.join(parts)}."


def todo_vi(outcome: Outcome) -> str:
    """What the sender is to do now."""
    errors, queries = outcome.count(Severity.ERROR), outcome.count(Severity.QUERY)
    explain = f"ghi vào cột “{EXPLANATION}” của trang tính “{FINDINGS_SHEET}” hoặc cột “Ghi chú” của biểu mẫu"
    if outcome.verdict == settle.DUPLICATE:
        return "Không phải làm gì. Nếu định gửi số liệu mới, kiểm tra lại xem đã chọn đúng tệp chưa."
    if errors:
        first = f"Sửa {count_vi(errors)} lỗi"
        second = f", giải trình {count_vi(queries)} nội dung ({explain})" if queries else ""
        return f"{first}{second}, lưu tệp và gửi lại {_deadline(outcome)}."
    if queries:
        return (
            f"Sửa số liệu hoặc giải trình {count_vi(queries)} nội dung ({explain}), "
            f"lưu tệp và gửi lại {_deadline(outcome)}."
        )
    if outcome.count(Severity.NOTE):
        return "Đọc các điểm lưu ý; không phải gửi lại tệp."
    return "Không phải làm gì thêm."


def paragraph_vi(outcome: Outcome) -> str:
    """A paragraph that the office can send to the unit as it is."""
    errors, queries = outcome.count(Severity.ERROR), outcome.count(Severity.QUERY)
    subject = (
        f"“{outcome.form_title.capitalize()}”"
        f"{f', {period_vi(outcome.period)},' if outcome.period else ''} "
        f"trong tệp “{outcome.file_name}” nhận ngày {date_vi(outcome.received_at)}"
        if outcome.form_title
        else f"Tệp “{outcome.file_name}” nhận ngày {date_vi(outcome.received_at)}"
    )
    has = _list_vi(("{} lỗi", errors), ("{} nội dung cần giải trình", queries))
    see = f"nêu tại trang tính “{FINDINGS_SHEET}” của tệp gửi kèm"
    match outcome.verdict:
        case settle.DUPLICATE:
            body = (
                f"{subject} trùng hoàn toàn với tệp đã nhận trước đây nên không có gì thay đổi. "
                "Nếu định gửi số liệu mới, đề nghị đơn vị kiểm tra lại tệp đã chọn."
            )
        case settle.ACCEPTED:
            notes = outcome.count(Severity.NOTE)
            more = f"Có {count_vi(notes)} điểm lưu ý {see}; đơn vị không phải gửi lại tệp. " if notes else ""
            body = f"{subject} đã được tiếp nhận. {more}Cảm ơn đơn vị."
        case settle.WITH_QUERIES:
            body = (
                f"{subject} đã được tiếp nhận, còn {has}{_kinds_vi(outcome)}. "
                f"Đề nghị đơn vị sửa số liệu hoặc giải trình {count_vi(queries)} nội dung {see} "
                f"và gửi lại tệp {_deadline(outcome)}."
            )
        case _:
            reason = (
                "chưa được tiếp nhận vì không xác định được đầy đủ biểu mẫu, đơn vị và kỳ báo cáo; tệp"
                if outcome.verdict == settle.UNRECOGNISED
                else "chưa được tiếp nhận vì"
            )
            ask = _list_vi(("sửa {} lỗi", errors), ("giải trình {} nội dung", queries))
            body = (
                f"{subject} {reason} còn {has}{_kinds_vi(outcome)}. "
                f"Đề nghị đơn vị {ask} {see} và gửi lại tệp {_deadline(outcome)}."
            )
    return f"Kính gửi {outcome.unit_name or 'đơn vị báo cáo'}. {body} Trân trọng."


def _kinds_vi(outcome: Outcome) -> str:
    """Which rules, in brackets; the rarest are only counted when there are many."""
    kinds = [kind for kind in outcome.kinds if kind.severity is not Severity.NOTE]
    told = kinds[:_MOST_KINDS]
    named = [f"{kind.title_vi} – {kind.rule_code}, {count_vi(kind.count)} chỗ" for kind in told]
    if len(kinds) > _MOST_KINDS:
        named.append(f"và {len(kinds) - _MOST_KINDS} loại khác")
    return f" ({'; '.join(named)})" if named else ""


def _deadline(outcome: Outcome) -> str:
    if outcome.due_on is None:
        return "trong thời gian sớm nhất"
    if outcome.received_at.date() > outcome.due_on:
        return f"trong thời gian sớm nhất (hạn gửi là ngày {date_vi(outcome.due_on)}, đã qua)"
    return f"chậm nhất ngày {date_vi(outcome.due_on)}"


def _list_vi(*amounts: tuple[str, int]) -> str:
    """The phrases with their numbers, without those whose number is zero."""
    return " và ".join(phrase.format(count_vi(number)) for phrase, number in amounts if number)
