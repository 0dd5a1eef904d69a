"""Reminders: for each unit that owes a report, past its due day or before it, a paragraph that can be sent as it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines import periods
from pipelines.contracts import Contracts
from pipelines.contracts.workbook import FINDINGS_SHEET
from pipelines.reports.status import MISSING, NOT_DUE, Status
from pipelines.reports.wording import count_vi, date_vi

_OFFICE = "đơn vị cấp trên"


@dataclass(frozen=True)
class Reminder:
    """What one unit is reminded of.

    Attributes:
        org_unit_code: the unit.
        name_vi: its name.
        period: the period of the reports.
        forms: the forms that are missing.
        days_late: since the earliest due day of these; None before it.
        paragraph_vi: the paragraph.
    """

    org_unit_code: str
    name_vi: str
    period: str
    forms: tuple[str, ...]
    days_late: int | None
    paragraph_vi: str

    def as_json(self) -> dict[str, Any]:
        """One entry of the document that ``congdoan status --remind --json`` prints."""
        return {**vars(self), "forms": list(self.forms)}


def reminders(status: Status, contracts: Contracts, due_by: dt.date | None = None) -> list[Reminder]:
    """One reminder per unit with reports that are missing, by code of the unit.

    Args:
        status: the state of the reports.
        contracts: forms, for their titles.
        due_by: also remind of reports that are not due yet but will be by this day.
    """
    owed = pl.col("state") == MISSING
    if due_by is not None:
        owed |= (pl.col("state") == NOT_DUE) & (pl.col("due_on") <= due_by)
    return [
        _reminder(status, unit.to_dicts(), contracts)
        for unit in status.rows.filter(owed).partition_by("org_unit_code", maintain_order=True)
    ]


def reminders_frame(found: list[Reminder]) -> pl.DataFrame:
    """The reminders as a table, forms in one column."""
    return pl.DataFrame(
        [{**vars(reminder), "forms": ", ".join(reminder.forms)} for reminder in found],
        schema={name: pl.Int64() if name == "days_late" else pl.String() for name in Reminder.__annotations__},
    )


def _reminder(status: Status, reports: list[dict[str, Any]], contracts: Contracts) -> Reminder:
    first = reports[0]
    to_mend = [report for report in reports if report["verdict"]]
    to_send = [report for report in reports if not report["verdict"]]
    office = first["parent_name_vi"] or _OFFICE
    parts = [f"Kính gửi {first['name_vi']}."]
    if to_send:
        parts.append(
            f"Tính đến hết ngày {date_vi(status.as_of)}, {office} chưa nhận được báo cáo "
            f"{periods.title_vi(status.period)} của đơn vị: {_listed(status, to_send, contracts, with_receipt=False)}."
        )
    if to_mend:
        which = (
            "Ngoài ra, báo cáo sau đây" if to_send else f"Báo cáo {periods.title_vi(status.period)} sau đây của đơn vị"
        )
        parts.append(
            f"{which} đã được trả lại để sửa và chưa có bản thay thế được tiếp nhận: "
            f"{_listed(status, to_mend, contracts, with_receipt=True)}."
        )
    late = [report["days_late"] for report in reports if report["days_late"] is not None]
    parts.append(_request(office, bool(to_send), bool(to_mend), is_late=bool(late)))
    return Reminder(
        org_unit_code=first["org_unit_code"],
        name_vi=first["name_vi"],
        period=status.period,
        forms=tuple(report["form"] for report in reports),
        days_late=max(late, default=None),
        paragraph_vi=" ".join([*parts, "Trân trọng."]),
    )


def _request(office: str, must_send: bool, must_mend: bool, *, is_late: bool) -> str:
    mend = f"sửa các lỗi nêu tại trang tính “{FINDINGS_SHEET}” của tệp trả lời"
    if must_send and must_mend:
        ask = f"lập các báo cáo còn thiếu theo biểu mẫu đã cấp, {mend} và gửi tất cả về {office}"
    elif must_mend:
        ask = f"{mend} và gửi lại về {office}"
    else:
        ask = f"lập báo cáo theo biểu mẫu đã cấp và gửi về {office}"
    return (
        f"Đề nghị đơn vị {ask} {'trong thời gian sớm nhất' if is_late else 'đúng hạn'}. "
        "Nếu đã gửi, đề nghị đơn vị cho biết tên tệp và ngày gửi để đối chiếu."
    )


def _listed(status: Status, reports: list[dict[str, Any]], contracts: Contracts, *, with_receipt: bool) -> str:
    """The forms, those with the same due day (and receipt) together."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    for report in reports:
        received = report["last_received_on"] if with_receipt else None
        key = (report["due_on"], report["days_late"], report["extension_reason"], received)
        groups.setdefault(key, []).append(f"“{contracts.form(report['form']).title_vi.capitalize()}”")
    return "; ".join(f"{_and(titles)} ({_when(*key, as_of=status.as_of)})" for key, titles in groups.items())


def _when(
    due_on: dt.date, days_late: int | None, extension: str | None, received_on: dt.date | None, *, as_of: dt.date
) -> str:
    due = f"hạn gửi đã gia hạn đến {date_vi(due_on)}" if extension else f"hạn gửi {date_vi(due_on)}"
    sent = f"gửi ngày {date_vi(received_on)}, " if received_on else ""
    if days_late is None:
        left = (due_on - as_of).days
        return f"{sent}{due}, {f'còn {count_vi(left)} ngày' if left else 'là hôm nay'}"
    return f"{sent}{due}, đã quá {count_vi(days_late)} ngày"


def _and(words: list[str]) -> str:
    return " và ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
