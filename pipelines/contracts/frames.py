"""The shapes of the frames that pass from room to room, derived from the contracts where a form is involved.

Keys: ``submission_id`` says which submission a row belongs to, ``source_sheet`` and ``source_row``
(1-based, as Excel counts) where it stands in the sender's file.
"""

from __future__ import annotations

import polars as pl

from pipelines.contracts.model import FieldType, Form

DTYPES: dict[FieldType, pl.DataType] = {
    FieldType.TEXT: pl.String(),
    FieldType.CODE: pl.String(),
    FieldType.COUNT: pl.Int64(),
    FieldType.AMOUNT: pl.Int64(),
    FieldType.NUMBER: pl.Float64(),
    FieldType.DATE: pl.Date(),
    FieldType.BOOLEAN: pl.Boolean(),
    FieldType.CHOICE: pl.String(),
    FieldType.TAX_CODE: pl.String(),
}
"""Type of a value by type of its field. Amounts are whole VND."""

ROW_KEYS: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "org_unit_code": pl.String(),
    "period": pl.String(),
    "source_sheet": pl.String(),
    "source_row": pl.Int64(),
}
"""Columns in front of the fields in every frame of form rows."""

ISSUES: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "rule_code": pl.String(),
    "severity": pl.String(),
    "sheet": pl.String(),
    "source_row": pl.Int64(),
    "cell": pl.String(),
    "field": pl.String(),
    "value": pl.String(),
    "message_vi": pl.String(),
}
"""One row per finding. ``sheet``, ``source_row``, ``cell`` and ``field`` are null where a finding has no place."""

COLUMN_PLACES: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "source_sheet": pl.String(),
    "field": pl.String(),
    "column_letter": pl.String(),
}
"""Where each field stands in a sheet: with ``source_row`` it gives the address of a cell."""

TOTALS: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "form": pl.String(),
    "source_sheet": pl.String(),
    "source_row": pl.Int64(),
    "field": pl.String(),
    "stated": pl.Int64(),
    "computed": pl.Int64(),
}
"""One row per number in a total row: what the file says and what its rows add up to."""

ROW_ACCOUNT = ("rows_found", "rows_preamble", "rows_header", "rows_total", "rows_footer", "rows_data")
"""Counts of non-empty rows; found = preamble + header + total + footer + data."""

CANDIDATES: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "receipt_id": pl.String(),
    "form": pl.String(),
    "org_unit_code": pl.String(),
    "period": pl.String(),
    "layout_version": pl.Int64(),
    "is_recognised": pl.Boolean(),
    **dict.fromkeys(ROW_ACCOUNT, pl.Int64()),
}
"""One row per submission found in the files of a batch, before it is judged."""

SUBMISSIONS: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "receipt_id": pl.String(),
    "form": pl.String(),
    "org_unit_code": pl.String(),
    "period": pl.String(),
    "layout_version": pl.Int64(),
    "version": pl.Int64(),
    "verdict": pl.String(),
    "is_current": pl.Boolean(),
    "due_on": pl.Date(),
    "on_time": pl.Boolean(),
    "received_at": pl.Datetime("us"),
    "file_name": pl.String(),
    "sha256": pl.String(),
    **dict.fromkeys(
        (
            "rows_found",
            "rows_preamble",
            "rows_header",
            "rows_total",
            "rows_footer",
            "rows_accepted",
            "rows_returned",
        ),
        pl.Int64(),
    ),
}
"""One row per judged submission, as the lake keeps it. ``form``, ``org_unit_code`` and ``period`` are
null where they could not be recognised; ``version`` is null for duplicates and unrecognised files."""


def text_schema(form: Form) -> dict[str, pl.DataType]:
    """Keys and every field as text: what recognising yields and cleaning takes."""
    return {**ROW_KEYS, **{field.name: pl.String() for field in form.fields}}


def row_schema(form: Form) -> dict[str, pl.DataType]:
    """Keys and every field in its type: what cleaning yields and the lake keeps."""
    return {**ROW_KEYS, **{field.name: DTYPES[field.type] for field in form.fields}}
