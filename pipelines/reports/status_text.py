"""The status of a period as a person reads it in a terminal, also with 700 units: counts first, then who is missing.

To stay short, forms with the same counts share a row, and provinces that are complete, or of which nobody has sent
anything, share a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pipelines import periods
from pipelines.contracts import Contracts
from pipelines.intake.text import plain
from pipelines.reports.status import LATE, MISSING, NOT_DUE, ON_TIME, STATES, Status
from pipelines.reports.wording import count_vi, date_vi

UNITS_SHOWN = 40
"""So many units that are missing or late are listed unless all are asked for."""

_HEADINGS = {
    "expected": "Phải\ngửi",
    ON_TIME: "Đúng\nhạn",
    LATE: "Muộn",
    MISSING: "Chưa\ngửi",
    NOT_DUE: "Chưa\nđến hạn",
}
_ABOVE_PROVINCES = "Trung ương"


def print_status(status: Status, contracts: Contracts, console: Console, *, every_unit: bool = False) -> None:
    """Print the counts by province and form, then the units that are missing or late."""
    titles = {form.form: _short_title(form.title_vi) for form in contracts.forms}
    for line in _opening(status):
        console.print(line, highlight=False)
    console.print(_counts(status, titles))
    if complete := _complete(status):
        console.print(f"Đã gửi đủ và đúng hạn: {', '.join(complete)}.", highlight=False)
    for line in _listing(status, titles, every_unit):
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def _short_title(title: str) -> str:
    """BÁO CÁO DOANH NGHIỆP TRÊN ĐỊA BÀN → doanh nghiệp trên địa bàn."""
    return title.lower().removeprefix("báo cáo ")


def _opening(status: Status) -> Iterator[str]:
    due = status.rows["due_on"].unique().sort().to_list()
    yield f"[bold]Tình hình báo cáo {periods.title_vi(status.period)}, tính đến hết ngày {date_vi(status.as_of)}[/]"
    yield f"Hạn gửi: {', '.join(date_vi(day) for day in due)}. Tệp mới nhất nhận ngày {date_vi(status.received_to)}."
    if status.received_to <= due[0] < status.as_of:
        yield "[yellow]Chưa có tệp nào nhận sau hạn gửi; nếu còn tệp chưa tiếp nhận, chạy congdoan run trước.[/]"


def _counts(status: Status, titles: dict[str, str]) -> Table:
    """Counts of each province and form; provinces of which all is in time are left out."""
    shown = ["expected", *(state for state in STATES if state != NOT_DUE or NOT_DUE in status.rows["state"])]
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Tỉnh, thành phố: biểu mẫu", no_wrap=True)
    for name in shown:
        table.add_column(_HEADINGS[name], justify="right")
    _add_counts(table, "Cả nước", status.totals(), shown, titles)
    table.add_section()
    for province, counts in _by_province(status.summary()).items():
        if not _is_complete(counts):
            _add_counts(table, province, counts, shown, titles)
    return table


def _add_counts(table: Table, place: str, counts: pl.DataFrame, shown: list[str], titles: dict[str, str]) -> None:
    """One row if there is one form or the forms are alike, else the place and a row for each form."""
    rows = [[count_vi(number) for number in row] for row in counts.select(shown).iter_rows()]
    forms = [titles[form] for form in counts["form"]]
    if len(rows) == 1 or all(row == rows[0] for row in rows):
        table.add_row(f"{place}: {forms[0] if len(rows) == 1 else 'mỗi biểu mẫu'}", *rows[0])
        return
    table.add_row(place)
    for form, row in zip(forms, rows, strict=True):
        table.add_row(f"  {form}", *row)


def _by_province(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows of each province, by its name without marks; what stands above the provinces comes last."""
    parts = frame.partition_by("province_name", as_dict=True, maintain_order=True)
    names = sorted((str(name) for (name,) in parts if name), key=plain)
    above = {_ABOVE_PROVINCES: parts[(None,)]} if (None,) in parts else {}
    return {**{name: parts[(name,)] for name in names}, **above}


def _is_complete(counts: pl.DataFrame) -> bool:
    return bool((counts["expected"] == counts[ON_TIME]).all())


def _complete(status: Status) -> list[str]:
    return [province for province, counts in _by_province(status.summary()).items() if _is_complete(counts)]


def _listing(status: Status, titles: dict[str, str], every_unit: bool) -> Iterator[str]:
    by_province = _by_province(status.rows)
    silent = {} if every_unit else {name: rows for name, rows in by_province.items() if _is_silent(rows)}
    lines = {
        name: [line for unit in _units(rows) if (line := _unit_line(unit, titles))]
        for name, rows in by_province.items()
        if name not in silent
    }
    behind = sum(map(len, lines.values()))
    if silent:
        places = ", ".join(f"{name} ({count_vi(len(_units(rows)))})" for name, rows in silent.items())
        yield f"Chưa đơn vị nào gửi báo cáo (số đơn vị): {places}."
    if behind:
        yield f"{count_vi(behind)} đơn vị chưa gửi hoặc gửi muộn:"
    elif not silent:
        yield "Không có báo cáo nào muộn hoặc quá hạn mà chưa gửi."
    left = behind if every_unit else UNITS_SHOWN
    for name, of_province in lines.items():
        if shown := of_province[:left]:
            yield name
            yield from shown
        left -= len(shown)
    if silent or (behind > UNITS_SHOWN and not every_unit):
        rest = f"… và {count_vi(behind - UNITS_SHOWN)} đơn vị khác. " if behind > UNITS_SHOWN else ""
        yield f"{rest}Xem từng đơn vị: congdoan status --period {status.period} --all"


def _is_silent(rows: pl.DataFrame) -> bool:
    """Whether several units owe reports past their due day and none has sent anything."""
    nothing_came = bool(rows["verdict"].is_null().all() and (rows["state"] == MISSING).all())
    return nothing_came and rows["org_unit_code"].n_unique() > 1


def _units(rows: pl.DataFrame) -> list[pl.DataFrame]:
    return rows.partition_by("org_unit_code", maintain_order=True)


def _unit_line(reports: pl.DataFrame, titles: dict[str, str]) -> str | None:
    """Code and name of a unit and what it owes or sent late; None if there is nothing of that."""
    forms: dict[tuple[str, str], list[str]] = {}
    for report in reports.filter(pl.col("state").is_in([MISSING, LATE])).to_dicts():
        forms.setdefault(_behind(report), []).append(titles[report["form"]])
    told = (
        f"{what} {f'cả {len(names)} biểu mẫu' if len(names) == reports.height > 1 else ', '.join(names)} ({how})"
        for (what, how), names in forms.items()
    )
    return f"  {reports['org_unit_code'][0]} {reports['name_vi'][0]}: {'; '.join(told)}" if forms else None


def _behind(report: dict[str, Any]) -> tuple[str, str]:
    """What happened to a report that is missing or late, and by how much."""
    days = count_vi(report["days_late"])
    if report["state"] == LATE:
        return "gửi muộn", f"{days} ngày"
    if report["verdict"]:
        return "bị trả lại", f"nhận ngày {date_vi(report['last_received_on'])}, quá hạn {days} ngày"
    return "chưa gửi", f"quá hạn {days} ngày"
