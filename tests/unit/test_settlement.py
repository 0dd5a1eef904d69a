"""What is in the lake does not depend on the order in which reports arrive, nor on what arrived together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.contracts.frames import (
    CANDIDATES,
    COLUMN_PLACES,
    EXPLANATIONS,
    ISSUES,
    ROW_ACCOUNT,
    TOTALS,
    row_schema,
)
from pipelines.intake.batch import Batch
from pipelines.intake.register import Receipt
from pipelines.intake.units import load_org_units
from pipelines.warehouse.lake import CHANGES_TABLE, ISSUES_TABLE, SUBMISSIONS_TABLE, Lake
from pipelines.warehouse.settlement import settle_batch

CONTRACTS = load_contracts()
UNITS = load_org_units()
# Members of two unions of H461 by quarter; in the third of them a zero too many, put right by a second version.
REPORTS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("2021-Q1", (50, 30)),
    ("2021-Q2", (500, 31)),
    ("2021-Q2", (50, 31)),
    ("2021-Q3", (50, 310)),
    ("2021-Q4", (51,)),
)


def receipt(number: int, batch: int) -> Receipt:
    """Every report was received on a day of its own, however late it is taken in."""
    day = dt.datetime(2022, 3, 1 + number)
    return Receipt(f"r{number}", number, f"{batch:08d}", f"sha{number}", f"{number}.xlsx", day, 1, None, f"f/{number}")


def batch_of(numbers: Sequence[int]) -> Batch:
    candidates, lines = [], []
    for number in numbers:
        period, members = REPORTS[number]
        submission = {"submission_id": f"r{number}.grassroots_unions", "org_unit_code": "H461", "period": period}
        account = {**dict.fromkeys(ROW_ACCOUNT, 0), "rows_found": len(members), "rows_data": len(members)}
        form = {"receipt_id": f"r{number}", "form": "grassroots_unions", "layout_version": 1, "is_recognised": True}
        candidates.append({**submission, **form, **account})
        for row, count in enumerate(members, start=11):
            union = {"union_code": f"U{row}", "sector": "private_enterprise", "members_total": count}
            lines.append({**submission, "source_sheet": "T", "source_row": row, **union})
    rows = {form.form: pl.DataFrame(schema=row_schema(form)) for form in CONTRACTS.forms}
    rows["grassroots_unions"] = pl.DataFrame(lines, schema=row_schema(CONTRACTS.form("grassroots_unions")))
    return Batch(
        candidates=pl.DataFrame(candidates, schema=CANDIDATES),
        rows=rows,
        totals=pl.DataFrame(schema=TOTALS),
        places=pl.DataFrame(schema=COLUMN_PLACES),
        issues=pl.DataFrame(schema=ISSUES),
        explanations=pl.DataFrame(schema=EXPLANATIONS),
    )


def settled(folder: Path, batches: Sequence[Sequence[int]]) -> dict[str, pl.DataFrame]:
    """The state of a lake into which the reports came in these batches."""
    lake = Lake(folder, CONTRACTS)
    lake.prepare()
    ledger = []
    for at, numbers in enumerate(batches):
        new = [receipt(number, at) for number in numbers]
        ledger += new
        settle_batch(batch_of(numbers), pl.DataFrame(schema=ISSUES), new, ledger, lake, CONTRACTS, UNITS, {})
    tables = (SUBMISSIONS_TABLE, ISSUES_TABLE, CHANGES_TABLE)
    return {table: lake.read(table).sort(pl.all()) for table in tables}


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    return settled(tmp_path_factory.mktemp("lake"), [(0, 1, 2, 3, 4)])


def test_reports_are_compared_with_the_version_that_counts(at_once: dict[str, pl.DataFrame]) -> None:
    found = at_once[ISSUES_TABLE].select("submission_id", "rule_code", "source_row").rows()
    assert found == [
        ("r3.grassroots_unions", "CD-Q321", 12),
        ("r4.grassroots_unions", "CD-Q312", None),
    ]
    verdicts = dict(at_once[SUBMISSIONS_TABLE].select("submission_id", "verdict").rows())
    assert [verdicts[f"r{number}.grassroots_unions"] for number in range(5)] == [
        *["accepted"] * 3,
        *["accepted_with_queries"] * 2,
    ]


@pytest.mark.parametrize(
    "batches",
    [
        [(0,), (1,), (2,), (3,), (4,)],
        [(4,), (3,), (1,), (0,), (2,)],
        [(3, 4), (0, 1, 2)],
    ],
    ids=["as they came", "late ones last", "an archive afterwards"],
)
def test_the_lake_is_the_same_in_whatever_order_they_are_taken_in(
    batches: Sequence[Sequence[int]], at_once: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    state = settled(tmp_path, batches)
    for table, frame in at_once.items():
        assert state[table].equals(frame), table
