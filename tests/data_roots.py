"""A whole data root without Dagster and dbt: files taken in, a lake that holds them, a published version."""

from __future__ import annotations

import datetime as dt

import duckdb
import polars as pl

from pipelines.contracts import Contracts, load_contracts
from pipelines.contracts.frames import SETTLED_ISSUES, SUBMISSIONS, row_schema
from pipelines.intake.register import Receipt, register_inbox
from pipelines.permissions import protect
from pipelines.settings import Settings
from pipelines.warehouse.lake import ISSUES_TABLE, SUBMISSIONS_TABLE, Lake
from pipelines.warehouse.publish import publish

PERIOD, UNIT = "2021-Q2", "H004"
ROWS = 2
"""Rows of each accepted submission."""


def make_data_root(settings: Settings) -> list[Receipt]:
    """Two batches of files, of which the last is returned and not answered yet; the receipts."""
    protect(settings)
    receipts = []
    for day, names in ((1, ("a.xlsx", "b.xlsx")), (2, ("c.csv",))):
        settings.inbox.mkdir(exist_ok=True)
        for name in names:
            (settings.inbox / name).write_bytes(f"content of {name}".encode())
        receipts += register_inbox(settings, dt.datetime(2021, 7, day))
    fill_lake(settings, receipts, load_contracts())
    publish_table(settings)
    return receipts


def fill_lake(settings: Settings, receipts: list[Receipt], contracts: Contracts) -> None:
    """A submission of enterprises per receipt, accepted but for the last; as ``settle_batch`` leaves them."""
    lake = Lake(settings.lake, contracts)
    lake.prepare()
    schema = row_schema(contracts.form("enterprises"))
    submissions, issues = [], []
    for receipt in receipts:
        name = f"{receipt.receipt_id}.enterprises"
        is_accepted = receipt is not receipts[-1]
        submissions.append(
            dict.fromkeys(SUBMISSIONS)
            | {
                "submission_id": name,
                "receipt_id": receipt.receipt_id,
                "form": "enterprises",
                "org_unit_code": UNIT,
                "period": PERIOD,
                "verdict": "accepted" if is_accepted else "returned",
                "rows_accepted": ROWS if is_accepted else 0,
            }
        )
        if not is_accepted:
            issues.append(dict.fromkeys(SETTLED_ISSUES) | {"submission_id": name, "rule_code": "CD-E001"})
    rows = [
        dict.fromkeys(schema) | {"submission_id": f"{receipt.receipt_id}.enterprises", "source_row": row}
        for receipt in receipts[:-1]
        for row in range(ROWS)
    ]
    lake.add_rows("enterprises", PERIOD, receipts[0].batch, pl.DataFrame(rows, schema=schema))
    lake.replace_state(SUBMISSIONS_TABLE, PERIOD, pl.DataFrame(submissions, schema=SUBMISSIONS))
    lake.replace_state(ISSUES_TABLE, PERIOD, pl.DataFrame(issues, schema=SETTLED_ISSUES))
    for batch in sorted({receipt.batch for receipt in receipts}):
        lake.finish_batch(batch)


def publish_table(settings: Settings, *values: int) -> str:
    """Publish a build with one table; the version."""
    settings.build_db.unlink(missing_ok=True)
    with duckdb.connect(settings.build_db) as connection:
        connection.execute("create schema marts; create table marts.mart_a (so_luong int)")
        connection.executemany("insert into marts.mart_a values (?)", [[value] for value in values or (1, 2)])
    return publish(settings).version
