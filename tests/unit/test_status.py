"""Who has sent what by a day, as data, as a page for the terminal, and as reminders."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import duckdb
import polars as pl
import pytest
from rich.console import Console

from pipelines.contracts import load_contracts
from pipelines.reports.reminders import reminders, reminders_frame
from pipelines.reports.status import (
    STATUS,
    Status,
    UnknownPeriodError,
    load_status,
    newest_due,
    states_on,
)
from pipelines.reports.status_text import UNITS_SHOWN, print_status
from pipelines.settings import Settings
from pipelines.warehouse.published import NotPublishedError, read_published

CONTRACTS = load_contracts()
PERIOD = "2021-Q2"
DUE = dt.date(2021, 7, 15)

DUE_SCHEMA = {
    "form": pl.String(),
    "org_unit_code": pl.String(),
    "period": pl.String(),
    "due_on": pl.Date(),
    "extension_reason": pl.String(),
    "org_unit_name_vi": pl.String(),
}
SENT_SCHEMA = {
    "form": pl.String(),
    "org_unit_code": pl.String(),
    "period": pl.String(),
    "version": pl.Int64(),
    "verdict": pl.String(),
    "received_at": pl.Datetime("us"),
}
UNITS = pl.DataFrame(
    [
        ("VN", dt.date(2018, 1, 1), None, "Tổng Liên đoàn", None, None),
        ("T1", dt.date(2018, 1, 1), dt.date(2021, 6, 1), "LĐLĐ tỉnh Một, tên cũ", "VN", "Một"),
        ("T1", dt.date(2021, 6, 1), dt.date(2025, 7, 1), "LĐLĐ tỉnh Một", "VN", "Một"),
        ("T1", dt.date(2025, 7, 1), None, "LĐLĐ tỉnh Khác", "VN", "Khác"),
        ("H1", dt.date(2018, 1, 1), dt.date(2025, 7, 1), "LĐLĐ huyện A", "T1", "Một"),
    ],
    schema={
        "org_unit_code": pl.String(),
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),
        "name_vi": pl.String(),
        "parent_code": pl.String(),
        "province_name": pl.String(),
    },
    orient="row",
)


def due(form: str = "enterprises", on: dt.date = DUE, period: str = PERIOD) -> dict[str, Any]:
    return {"form": form, "org_unit_code": "H1", "period": period, "due_on": on, "org_unit_name_vi": "LĐLĐ huyện A"}


def sent(day: int, verdict: str, version: int | None, form: str = "enterprises") -> dict[str, Any]:
    received_at = dt.datetime(2021, 7, day, 17)
    return {**due(form), "version": version, "verdict": verdict, "received_at": received_at}


def on(day: int, reports: list[dict[str, Any]], submissions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    frame = pl.DataFrame([{name: row.get(name) for name in SENT_SCHEMA} for row in submissions], schema=SENT_SCHEMA)
    owed = pl.DataFrame([{name: row.get(name) for name in DUE_SCHEMA} for row in reports], schema=DUE_SCHEMA)
    rows = states_on(dt.date(2021, 7, day), PERIOD, owed, frame, UNITS)
    assert rows.schema == pl.Schema(STATUS)
    return rows.to_dicts()


@pytest.mark.parametrize(
    ("day", "state", "verdict", "days_late"),
    [
        (13, "not_due", None, None),  # the returned version has not come yet
        (14, "not_due", "returned", None),
        (15, "not_due", "returned", None),
        (16, "missing", "returned", 1),
        (18, "late", "accepted_with_queries", 3),
        (20, "late", "returned", 3),
        (31, "late", "returned", 3),
    ],
)
def test_a_report_as_it_stood_at_the_end_of_each_day(
    day: int, state: str, verdict: str | None, days_late: int | None
) -> None:
    """Returned on the 14th, accepted on the 18th, a correction of the 20th returned; a copy of a file is no version."""
    versions = [
        sent(20, "returned", 3),
        sent(14, "returned", 1),
        sent(18, "accepted_with_queries", 2),
        sent(10, "duplicate", None),
    ]
    (row,) = on(day, [due()], versions)
    assert (row["state"], row["verdict"], row["days_late"]) == (state, verdict, days_late)


def test_what_came_on_the_due_day_is_in_time() -> None:
    (row,) = on(31, [due()], [sent(15, "accepted", 1)])
    assert (row["state"], row["days_late"], row["last_received_on"]) == ("on_time", 0, DUE)


def test_a_report_says_whose_it_is_by_the_names_of_its_period() -> None:
    (row,) = on(31, [due(), due(period="2021-Q1")], [])
    assert (row["name_vi"], row["province_name"], row["parent_name_vi"]) == ("LĐLĐ huyện A", "Một", "LĐLĐ tỉnh Một")


def test_the_newest_period_of_which_something_is_past_due_is_shown() -> None:
    owed = pl.DataFrame([due(), due("targets", dt.date(2021, 7, 30)), due(on=dt.date(2021, 10, 15), period="2021-Q3")])
    days = [dt.date(2021, 7, 1), DUE, dt.date(2021, 7, 16), dt.date(2021, 10, 15), dt.date(2021, 10, 16)]
    assert [newest_due(owed, day) for day in days] == [PERIOD, PERIOD, PERIOD, PERIOD, "2021-Q3"]
    assert newest_due(owed.clear(), DUE) is None


def row(unit: str, form: str, state: str, province: str | None = "Một", **changes: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(STATUS),
        "org_unit_code": unit,
        "name_vi": f"LĐLĐ huyện {unit}",
        "form": form,
        "period": PERIOD,
        "due_on": DUE,
        "state": state,
        "verdict": "accepted" if state in ("on_time", "late") else None,
        "days_late": {"on_time": 0, "late": 3, "missing": 1_200}.get(state),
        "province_name": province,
        "parent_name_vi": f"LĐLĐ tỉnh {province}",
        **changes,
    }


def status_of(*rows: dict[str, Any], as_of: dt.date = dt.date(2021, 7, 20)) -> Status:
    return Status(PERIOD, as_of, dt.date(2021, 7, 19), pl.DataFrame(list(rows), schema=STATUS))


def printed(status: Status, *, every_unit: bool = False) -> str:
    page = io.StringIO()
    print_status(status, CONTRACTS, Console(file=page, width=80), every_unit=every_unit)
    return page.getvalue()


MIXED = status_of(
    row("H1", "enterprises", "on_time"),
    row("H1", "grassroots_unions", "on_time"),
    row("H2", "enterprises", "missing", verdict="returned", last_received_on=dt.date(2021, 7, 14)),
    row("H2", "grassroots_unions", "late"),
    row("H3", "enterprises", "missing"),
    row("H3", "grassroots_unions", "missing"),
    row("H4", "enterprises", "on_time", "Hai"),
    row("H4", "grassroots_unions", "on_time", "Hai"),
    row("H5", "enterprises", "missing", "Ba"),
    row("H6", "enterprises", "missing", "Ba"),
    row("H7", "enterprises", "not_due", "Bốn"),
    row("VN", "targets", "missing", None),
)


def test_json_is_a_list_with_the_names_that_programs_rely_on() -> None:
    first = MIXED.as_json()[0]
    assert list(first)[:7] == ["org_unit_code", "name_vi", "form", "period", "due_on", "state", "verdict"]
    assert first["due_on"] == "2021-07-15" and first["last_received_on"] is None


def test_counts_stand_by_form_and_by_province() -> None:
    """Forms that are alike share a row, and a province of which all is in time has none."""
    lines = [line.split() for line in printed(MIXED).splitlines()]
    counts = [" ".join(words) for words in lines if words and words[-1].isdigit()]
    assert counts == [
        "doanh nghiệp trên địa bàn 7 2 0 4 1",
        "công đoàn cơ sở và đoàn viên 4 2 1 1 0",
        "giao chỉ tiêu 1 0 0 1 0",
        "Ba: doanh nghiệp trên địa bàn 2 0 0 2 0",
        "Bốn: doanh nghiệp trên địa bàn 1 0 0 0 1",
        "doanh nghiệp trên địa bàn 3 1 0 2 0",
        "công đoàn cơ sở và đoàn viên 3 1 1 1 0",
        "Trung ương: giao chỉ tiêu 1 0 0 1 0",
    ]
    alike = printed(status_of(*(row("H1", form, "late") for form in ("enterprises", "grassroots_unions"))))
    assert "Một: mỗi biểu mẫu" in alike and "Chưa" in alike and "đến hạn" not in alike


def test_units_are_listed_with_what_they_owe_and_silent_provinces_share_a_line() -> None:
    page = printed(MIXED).splitlines()
    assert page[page.index("Đã gửi đủ và đúng hạn: Hai.") :] == [
        "Đã gửi đủ và đúng hạn: Hai.",
        "Chưa đơn vị nào gửi báo cáo (số đơn vị): Ba (2).",
        "3 đơn vị chưa gửi hoặc gửi muộn:",
        "Một",
        "  H2 LĐLĐ huyện H2: bị trả lại doanh nghiệp trên địa bàn (nhận ngày 14/07/2021, quá hạn 1.200 ngày); "
        "gửi muộn công đoàn cơ sở và đoàn viên (3 ngày)",
        "  H3 LĐLĐ huyện H3: chưa gửi cả 2 biểu mẫu (quá hạn 1.200 ngày)",
        "Trung ương",
        "  VN LĐLĐ huyện VN: chưa gửi giao chỉ tiêu (quá hạn 1.200 ngày)",
        "Xem từng đơn vị: congdoan status --period 2021-Q2 --all",
    ]


def test_all_of_them_are_listed_when_asked_for() -> None:
    page = printed(MIXED, every_unit=True)
    assert "  H5 LĐLĐ huyện H5: chưa gửi doanh nghiệp trên địa bàn (quá hạn 1.200 ngày)" in page
    assert "5 đơn vị chưa gửi hoặc gửi muộn:" in page and "--all" not in page


def test_700_units_fit_on_a_page_that_says_how_many_it_leaves_out() -> None:
    """63 provinces of 11 units: in each of them six late ones, so that no province is complete or silent."""
    states = ["late"] * 6 + ["on_time"] * 5
    units = [(f"H{province:02d}{unit:02d}", f"Tỉnh {province:02d}") for province in range(63) for unit in range(11)]
    rows = [
        row(unit, form, states[number % 11], province)
        for form in ("agreements", "enterprises", "grassroots_unions")
        for number, (unit, province) in enumerate(units)
    ]
    page = printed(status_of(*rows)).splitlines()
    listed = [line for line in page if line.startswith("  H")]
    assert len(listed) == UNITS_SHOWN and len(page) < 130
    assert "378 đơn vị chưa gửi hoặc gửi muộn:" in page
    assert page[-1] == "… và 338 đơn vị khác. Xem từng đơn vị: congdoan status --period 2021-Q2 --all"
    assert max(len(line) for line in page) <= 80
    everything = printed(status_of(*rows), every_unit=True).splitlines()
    assert len([line for line in everything if line.startswith("  H")]) == 378


def test_a_period_in_order_says_so() -> None:
    page = printed(status_of(row("H1", "enterprises", "on_time"), row("H2", "enterprises", "on_time", "Hai")))
    assert "Đã gửi đủ và đúng hạn: Hai, Một." in page
    assert page.splitlines()[-1] == "Không có báo cáo nào muộn hoặc quá hạn mà chưa gửi."


def test_the_reader_is_told_when_nothing_was_taken_in_since_the_due_day() -> None:
    hint = "Chưa có tệp nào nhận sau hạn gửi"
    late = row("H1", "enterprises", "late")
    assert hint not in printed(status_of(late))
    assert hint in printed(Status(PERIOD, dt.date(2021, 7, 20), DUE, status_of(late).rows))
    assert hint not in printed(Status(PERIOD, DUE, DUE, status_of(late).rows))


def test_reminders_go_to_whoever_is_past_due_and_to_nobody_else() -> None:
    found = reminders(MIXED, CONTRACTS)
    assert [(item.org_unit_code, item.forms) for item in found] == [
        ("H2", ("enterprises",)),
        ("H3", ("enterprises", "grassroots_unions")),
        ("H5", ("enterprises",)),
        ("H6", ("enterprises",)),
        ("VN", ("targets",)),
    ]
    assert list(found[0].as_json()) == ["org_unit_code", "name_vi", "period", "forms", "days_late", "paragraph_vi"]
    table = reminders_frame(found)
    assert table["forms"][1] == "enterprises, grassroots_unions" and table["days_late"].to_list() == [1200] * 5
    assert reminders_frame([]).columns == table.columns


def test_a_reminder_can_be_sent_as_it_is() -> None:
    (reminder,) = reminders(
        status_of(row("H3", "enterprises", "missing"), row("H3", "grassroots_unions", "missing")), CONTRACTS
    )
    assert reminder.paragraph_vi == (
        "Kính gửi LĐLĐ huyện H3. Tính đến hết ngày 20/07/2021, LĐLĐ tỉnh Một chưa nhận được báo cáo Quý II năm 2021 "
        "của đơn vị: “Báo cáo doanh nghiệp trên địa bàn” và “Báo cáo công đoàn cơ sở và đoàn viên” (hạn gửi 15/07/2021"
        ", đã quá 1.200 ngày). Đề nghị đơn vị lập báo cáo theo biểu mẫu đã cấp và gửi về LĐLĐ tỉnh Một trong thời gian "
        "sớm nhất. Nếu đã gửi, đề nghị đơn vị cho biết tên tệp và ngày gửi để đối chiếu. Trân trọng."
    )


def test_a_reminder_names_extensions_and_what_was_returned() -> None:
    (reminder,) = reminders(
        status_of(
            row("H2", "agreements", "missing", days_late=5),
            row("H2", "enterprises", "missing", verdict="returned", last_received_on=dt.date(2021, 7, 14), days_late=5),
            row(
                "H2",
                "grassroots_unions",
                "missing",
                due_on=dt.date(2021, 7, 19),
                days_late=1,
                extension_reason="Công văn 12",
            ),
        ),
        CONTRACTS,
    )
    assert reminder.days_late == 5
    assert (
        "chưa nhận được báo cáo Quý II năm 2021 của đơn vị: “Báo cáo thỏa ước lao động tập thể” (hạn gửi 15/07/2021, "
        "đã quá 5 ngày); “Báo cáo công đoàn cơ sở và đoàn viên” (hạn gửi đã gia hạn đến 19/07/2021, đã quá 1 ngày). "
        "Ngoài ra, báo cáo sau đây đã được trả lại để sửa và chưa có bản thay thế được tiếp nhận: “Báo cáo doanh "
        "nghiệp trên địa bàn” (gửi ngày 14/07/2021, hạn gửi 15/07/2021, đã quá 5 ngày). Đề nghị đơn vị lập các báo cáo "
        "còn thiếu theo biểu mẫu đã cấp, sửa các lỗi nêu tại trang tính “LỖI” của tệp trả lời và gửi tất cả về "
        "LĐLĐ tỉnh Một trong thời gian sớm nhất."
    ) in reminder.paragraph_vi


def test_a_returned_report_alone_is_asked_for_without_a_new_one() -> None:
    returned = row("H2", "enterprises", "missing", verdict="returned", last_received_on=dt.date(2021, 7, 14))
    (reminder,) = reminders(status_of({**returned, "parent_name_vi": None}), CONTRACTS)
    assert "Báo cáo Quý II năm 2021 sau đây của đơn vị đã được trả lại" in reminder.paragraph_vi
    assert "và gửi lại về đơn vị cấp trên trong thời gian sớm nhất" in reminder.paragraph_vi
    assert "lập" not in reminder.paragraph_vi


def publish(settings: Settings, reports: list[dict[str, Any]]) -> None:
    """A published file with a few rows."""
    owed = pl.DataFrame([{name: report.get(name) for name in DUE_SCHEMA} for report in reports], schema=DUE_SCHEMA)
    received = pl.DataFrame([{name: sent(19, "accepted", 1)[name] for name in SENT_SCHEMA}], schema=SENT_SCHEMA)
    settings.published.mkdir(parents=True)
    with duckdb.connect(settings.published / "warehouse.duckdb") as connection:
        connection.execute("create schema marts")
        for name, frame in (("fct_report_due", owed), ("fct_submission", received), ("dim_org_unit", UNITS)):
            connection.register("frame", frame.to_arrow())
            connection.execute(f"create table marts.{name} as from frame")
            connection.unregister("frame")


def test_status_is_read_from_the_published_file(tmp_path: Any) -> None:
    settings = Settings(data_dir=tmp_path)
    publish(settings, [due(), due(on=dt.date(2021, 10, 15), period="2021-Q3")])
    newest = load_status(settings, None, dt.date(2021, 7, 20))
    assert (newest.period, newest.received_to) == (PERIOD, dt.date(2021, 7, 19))
    assert newest.rows["state"].to_list() == ["late"]
    assert load_status(settings, "2021-Q3", dt.date(2021, 7, 20)).rows["state"].to_list() == ["not_due"]
    with pytest.raises(UnknownPeriodError) as unknown:
        load_status(settings, "2031-Q1", dt.date(2021, 7, 20))
    assert (unknown.value.first, unknown.value.last) == (PERIOD, "2021-Q3")


def test_without_any_report_there_is_no_period_to_show(tmp_path: Any) -> None:
    settings = Settings(data_dir=tmp_path)
    publish(settings, [])
    with pytest.raises(UnknownPeriodError) as unknown:
        load_status(settings, None, DUE)
    assert unknown.value.first is None


def test_what_is_not_published_is_named(tmp_path: Any) -> None:
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(NotPublishedError, match=r"warehouse\.duckdb"):
        load_status(settings, None, DUE)
    publish(settings, [due()])
    with pytest.raises(NotPublishedError, match="fct_nothing"):
        read_published(settings, ["fct_nothing"])
