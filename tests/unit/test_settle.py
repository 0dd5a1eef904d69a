"""From findings to verdicts and versions."""

import datetime as dt
from typing import Any

import polars as pl

from pipelines.contracts import load_contracts
from pipelines.contracts.frames import CANDIDATES, ISSUES, ROW_ACCOUNT, SUBMISSIONS
from pipelines.due_days import load_due_days
from pipelines.intake.register import Receipt
from pipelines.quality import settle

CONTRACTS = load_contracts()
JULY = dt.datetime(2021, 7, 5)


def receipt(number: int, *, received_at: dt.datetime = JULY, copy_of: str | None = None) -> Receipt:
    return Receipt(
        f"r{number}",
        number,
        "00000001",
        f"sha{number}",
        f"f{number}.xlsx",
        received_at,
        1,
        copy_of,
        f"files/{number}",
    )


def candidate(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "submission_id": f"r{number}.enterprises",
        "receipt_id": f"r{number}",
        "form": "enterprises",
        "org_unit_code": "H004",
        "period": "2021-Q2",
        "layout_version": 1,
        "is_recognised": True,
        **dict.fromkeys(ROW_ACCOUNT, 0),
        "rows_found": 7,
        "rows_header": 2,
        "rows_data": 5,
        **changes,
    }


def issue(number: int, severity: str) -> dict[str, Any]:
    return {
        **dict.fromkeys(ISSUES),
        "submission_id": f"r{number}.enterprises",
        "rule_code": "CD-E120",
        "severity": severity,
        "message_vi": "…",
    }


def settled(
    candidates: list[dict[str, Any]], issues: list[dict[str, Any]], receipts: list[Receipt]
) -> dict[str, dict[str, Any]]:
    frame = settle.receipts_frame(receipts)
    found = pl.DataFrame(issues, schema=ISSUES)
    judged = settle.judge(pl.DataFrame(candidates, schema=CANDIDATES), found, frame, load_due_days())
    copies = settle.repeat(judged, frame)
    numbered = settle.number_versions(pl.concat([judged, copies]), frame)
    assert numbered.schema == pl.Schema(SUBMISSIONS)
    assert settle.unbalanced(numbered).is_empty()
    open_queries = found.with_columns(is_explained=pl.lit(False))
    return {row["submission_id"]: row for row in settle.mark_queries(numbered, open_queries).to_dicts()}


def test_severity_decides_the_verdict_and_where_the_rows_go() -> None:
    by_id = settled(
        [candidate(n, org_unit_code=f"H00{n}") for n in (1, 2, 3, 4)] + [candidate(5, is_recognised=False)],
        [issue(1, "error"), issue(1, "query"), issue(2, "query"), issue(3, "note")],
        [receipt(n) for n in (1, 2, 3, 4, 5)],
    )
    rows = {n: by_id[f"r{n}.enterprises"] for n in (1, 2, 3, 4, 5)}
    assert [row["verdict"] for row in rows.values()] == [
        "returned",
        "accepted_with_queries",
        "accepted",
        "accepted",
        "unrecognised",
    ]
    assert [(row["rows_accepted"], row["rows_returned"]) for row in rows.values()] == [
        (0, 5),
        (5, 0),
        (5, 0),
        (5, 0),
        (0, 5),
    ]
    assert [row["is_current"] for row in rows.values()] == [False, True, True, True, False]
    assert rows[5]["version"] is None


def test_the_newest_accepted_version_counts_and_a_returned_one_leaves_it_standing() -> None:
    by_id = settled([candidate(n) for n in (1, 2, 3)], [issue(3, "error")], [receipt(1), receipt(2), receipt(3)])
    versions = [(row["version"], row["is_current"], row["verdict"]) for row in by_id.values()]
    assert versions == [(1, False, "accepted"), (2, True, "accepted"), (3, False, "returned")]


def test_an_accepted_version_is_known_until_the_next_accepted_one_is_received() -> None:
    days = [dt.datetime(2021, 7, day) for day in (5, 8, 12)]
    by_id = settled(
        [candidate(n) for n in (1, 2, 3)],
        [issue(2, "error")],
        [receipt(n, received_at=day) for n, day in enumerate(days, start=1)],
    )
    known = [(row["known_from"], row["known_to"]) for row in by_id.values()]
    assert known == [(days[0], days[2]), (None, None), (days[2], None)]


def test_versions_follow_the_day_of_receipt_also_when_old_mail_is_taken_in_late() -> None:
    by_id = settled([candidate(1), candidate(2)], [], [receipt(1), receipt(2, received_at=dt.datetime(2021, 7, 1))])
    assert by_id["r1.enterprises"]["version"] == 2 and by_id["r1.enterprises"]["is_current"]


def test_the_last_day_that_is_due_is_on_time() -> None:
    by_id = settled(
        [candidate(1), candidate(2)],
        [],
        [
            receipt(1, received_at=dt.datetime(2021, 7, 15, 23)),
            receipt(2, received_at=dt.datetime(2021, 7, 16)),
        ],
    )
    assert by_id["r1.enterprises"]["due_on"] == dt.date(2021, 7, 15)
    assert [row["on_time"] for row in by_id.values()] == [True, False]


def test_a_due_day_on_a_sunday_leaves_time_until_monday() -> None:
    by_id = settled(
        [candidate(n, period="2022-Q4") for n in (1, 2)],
        [],
        [receipt(1, received_at=dt.datetime(2023, 1, 16, 17)), receipt(2, received_at=dt.datetime(2023, 1, 17))],
    )
    assert [row["due_on"] for row in by_id.values()] == [dt.date(2023, 1, 16)] * 2
    assert [row["on_time"] for row in by_id.values()] == [True, False]


def test_a_form_that_nobody_asked_for_in_that_quarter_is_neither_in_time_nor_late() -> None:
    by_id = settled([candidate(1, form="agreements", period="2021-Q3")], [], [receipt(1)])
    assert [(row["due_on"], row["on_time"]) for row in by_id.values()] == [(None, None)]


def test_a_file_that_comes_again_is_a_duplicate_of_each_of_its_submissions() -> None:
    by_id = settled(
        [candidate(1), candidate(1, submission_id="r1.agreements", form="agreements")],
        [],
        [receipt(1), receipt(2, copy_of="r1")],
    )
    copies = [by_id["r2.enterprises"], by_id["r2.agreements"]]
    assert [row["verdict"] for row in copies] == ["duplicate", "duplicate"]
    assert [(row["rows_found"], row["version"], row["is_current"]) for row in copies] == [(0, None, False)] * 2
    assert by_id["r1.enterprises"]["is_current"]


def test_the_sender_of_a_duplicate_is_told_which_file_it_repeats() -> None:
    receipts = settle.receipts_frame([receipt(1), receipt(2, copy_of="r1")])
    judged = settle.judge(
        pl.DataFrame([candidate(1)], schema=CANDIDATES), pl.DataFrame(schema=ISSUES), receipts, load_due_days()
    )
    copies = settle.repeat(judged, receipts).with_columns(sha256=pl.lit("sha1"))
    (told,) = settle.duplicate_issues(copies, receipts, CONTRACTS).to_dicts()
    assert told["rule_code"] == "CD-N003" and "“f1.xlsx”" in told["message_vi"]
