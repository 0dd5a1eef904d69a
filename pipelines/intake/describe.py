"""What the system saw in one file, for ``congdoan read``: decoded cells, encodings, tables, unit and period."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipelines.contracts import Contracts
from pipelines.intake.read import Sheet, Workbook, column_letter
from pipelines.intake.recognise import Recogniser
from pipelines.intake.register import VIETNAM_TIME, Receipt
from pipelines.intake.tables import Table
from pipelines.intake.units import OrgUnits


def describe(workbook: Workbook, name: str, contracts: Contracts, units: OrgUnits) -> dict[str, Any]:
    """The document that ``congdoan read --json`` prints.

    Args:
        workbook: the file as it was read.
        name: path of the file as the sender's inbox would have it: folders may tell unit and period.
        contracts: the forms.
        units: the list of units.

    Returns:
        file; sheets, each with name, encoding (of a text file, or the old font encoding it was in, else None), cells
        as [address, text] and tables (form, header_rows, first_row and last_row of the data; rows are 1-based, None
        without data); org_unit_code and period, None where unknown or where the tables of the file differ.
    """
    recogniser = Recogniser(contracts, units)
    recognised = recogniser.recognise(_receipt(name), workbook)
    return {
        "file": name,
        "sheets": [
            {
                "name": sheet.name,
                "encoding": sheet.decoded_from or workbook.encoding,
                "cells": _cells(sheet),
                "tables": [_table(table) for table in recogniser.tables_in(sheet)],
            }
            for sheet in workbook.sheets
        ],
        "org_unit_code": _only({table.org_unit_code for table in recognised.tables}),
        "period": _only({table.period for table in recognised.tables}),
    }


def _cells(sheet: Sheet) -> list[list[str]]:
    return [
        [f"{column_letter(column)}{row}", text]
        for row, cells in enumerate(sheet.rows, start=1)
        for column, text in enumerate(cells)
        if text is not None
    ]


def _table(table: Table) -> dict[str, Any]:
    return {
        "form": table.heading.form.form,
        "header_rows": [row + 1 for row in table.heading.rows],
        "first_row": table.data[0] + 1 if table.data else None,
        "last_row": table.data[-1] + 1 if table.data else None,
    }


def _only(values: set[str | None]) -> str | None:
    return values.pop() if len(values) == 1 else None


def _receipt(name: str) -> Receipt:
    """A receipt of a file that is only looked at."""
    now = dt.datetime.now(VIETNAM_TIME).replace(tzinfo=None, microsecond=0)
    return Receipt(
        receipt_id="",
        sequence=0,
        batch="",
        sha256="",
        file_name=name,
        received_at=now,
        size_bytes=0,
        copy_of=None,
        raw_path="",
    )
