"""A made-up national set: grassroots unions of every district, sent before and after 1 July 2025.

Every district sends a company ``CS-<district>-1``, a school ``CS-<district>-2`` that ends in June 2025, and a union
under the code ``1`` that all units use. After the reform the new provinces send the companies, the commune unions of
Thái Nguyên and Quảng Trị some of those of theirs. Members differ from union to union, so that a row in the wrong
place shows in a sum. Hà Tĩnh has its published figures: of 1,473 unions with 72,059 members 1,031 with 34,806 ended,
and 442 with 37,253 came under the province.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from pipelines.contracts import load_contracts
from pipelines.contracts.frames import SUBMISSIONS
from pipelines.warehouse.dbt import DBT_PROJECT_DIR
from pipelines.warehouse.lake import SUBMISSIONS_TABLE, Lake

FORM = "grassroots_unions"
BEFORE = ("2021-Q2", "2024-Q4", "2025-Q1", "2025-Q2")
AFTER = ("2025-Q4", "2026-Q2")
HA_TINH = "T42"

Row = dict[str, Any]


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed as text."""
    with (DBT_PROJECT_DIR / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


UNITS = seed("org_units")
PROVINCE_MOVES = {
    row["from_code"]: row["to_code"]
    for row in seed("org_unit_successions")
    if row["changed_on"] == "2025-07-01" and row["from_code"][1:].isdigit() and row["from_code"].startswith("T")
}
"""Old province → province of today."""
DISTRICTS = {unit["org_unit_code"]: unit["parent_code"] for unit in UNITS if unit["unit_type"] == "district"}
"""District → old province."""
COMMUNES = {
    province: [u["org_unit_code"] for u in UNITS if u["unit_type"] == "commune" and u["parent_code"] == province]
    for province in ("T19", "T44")
}
"""Commune unions of the provinces in which they report here."""


def names_of(code: str) -> tuple[str, str]:
    """What a province code was called before 1 July 2025 and is called after."""
    before, after = (
        [u["name_vi"] for u in UNITS if u["org_unit_code"] == code and (not u["valid_to"]) is is_living]
        for is_living in (False, True)
    )
    return before[-1], after[-1]


def union(code: str, sector: str, members: int, **more: object) -> Row:
    """A union in a report."""
    return {"union_code": code, "union_name": f"CĐCS {code}", "sector": sector, "members_total": members, **more}


def ha_tinh(period: str) -> dict[str, list[Row]]:
    """What the units of Hà Tĩnh send: the unions of the districts until June 2025, then those of the province.

    Administrations end without a word; schools and services state their end. One administration goes on.
    """
    districts = [code for code, province in DISTRICTS.items() if province == HA_TINH]
    ended_in = ["public_administration"] * 400 + ["public_school"] * 500 + ["public_service"] * 131
    ended = [
        union(f"CS-HT-{number:04}", sector, 34_806 // 1_031 + (number < 34_806 % 1_031))
        for number, sector in enumerate(ended_in)
    ]
    going_on_in = ["public_administration", *["public_school"] * 41, *["private_enterprise"] * 400]
    going_on = [
        union(f"CS-HT-{number:04}", sector, 37_253 // 442 + (number - 1_031 < 37_253 % 442))
        for number, sector in enumerate(going_on_in, start=1_031)
    ]
    if period in AFTER:
        return {HA_TINH: going_on}
    if period == "2025-Q2":
        stated = [row | {"ended_on": dt.date(2025, 6, 12)} for row in ended if row["sector"] != "public_administration"]
        sent = [*stated, *going_on]
    else:
        sent = [*ended, *going_on]
    return {code: sent[number :: len(districts)] for number, code in enumerate(districts)}


def elsewhere(period: str) -> Iterator[tuple[str, list[Row]]]:
    """What the units of all other provinces send."""
    districts = {code: province for code, province in DISTRICTS.items() if province != HA_TINH}
    numbers = {code: number for number, code in enumerate(districts)}
    growth = (*BEFORE, *AFTER).index(period)
    company = {code: union(f"CS-{code}-1", "private_enterprise", 3_000 + 7 * n + growth) for code, n in numbers.items()}
    if period in BEFORE:
        end = {"ended_on": dt.date(2025, 6, 12)} if period == "2025-Q2" else {}
        for code, number in numbers.items():
            school = union(f"CS-{code}-2", "public_school", 20_000 + 11 * number, **end)
            yield code, [company[code], school, union("1", "informal", 50_000 + 13 * number)]
        return
    taken_over: dict[str, list[Row]] = {}
    for code, province in districts.items():
        now = PROVINCE_MOVES[province]
        # every other district's company stands under a commune union, the rest directly under the province
        places = COMMUNES.get(now, [now]) if numbers[code] % 2 else [now]
        taken_over.setdefault(places[numbers[code] // 2 % len(places)], []).append(company[code])
    for number, (code, unions) in enumerate(taken_over.items()):
        yield code, [*unions, union("1", "informal", 70_000 + 13 * number)]


def reports(period: str) -> dict[str, list[Row]]:
    """Sending unit → its unions, for the whole country."""
    return {**dict(elsewhere(period)), **ha_tinh(period)}


def fill(lake: Lake) -> None:
    """Write the set as accepted submissions."""
    lake.prepare()
    for period in (*BEFORE, *AFTER):
        rows, submissions = [], []
        for code, unions in reports(period).items():
            submission_id = f"{period}.{code}"
            rows += [
                {
                    "submission_id": submission_id,
                    "org_unit_code": code,
                    "period": period,
                    "source_sheet": "1",
                    "source_row": number,
                    **row,
                }
                for number, row in enumerate(unions, start=1)
            ]
            submissions.append(submission(submission_id, FORM, code, period, len(unions)))
        contract = next(form for form in load_contracts().forms if form.form == FORM)
        lake.add_rows(FORM, period, "1", pl.DataFrame(rows, schema=lake.schemas[contract.form]))
        lake.replace_state(SUBMISSIONS_TABLE, period, pl.DataFrame(submissions, schema=SUBMISSIONS))


def submission(submission_id: str, form: str, code: str, period: str, rows: int) -> Row:
    """An accepted submission that counts."""
    received_at = dt.datetime(2027, 1, 1)
    return {
        **dict.fromkeys(SUBMISSIONS, None),
        **dict.fromkeys([name for name in SUBMISSIONS if name.startswith("rows_")], 0),
        "submission_id": submission_id,
        "receipt_id": submission_id,
        "form": form,
        "org_unit_code": code,
        "period": period,
        "layout_version": 1,
        "version": 1,
        "verdict": "accepted",
        "is_current": True,
        "known_from": received_at,
        "received_at": received_at,
        "file_name": f"{submission_id}.xlsx",
        "sha256": submission_id,
        "rows_found": rows,
        "rows_accepted": rows,
    }


def members(rows: Sequence[Row]) -> int:
    """Members of the unions that have not ended."""
    return sum(row["members_total"] for row in rows if "ended_on" not in row)
