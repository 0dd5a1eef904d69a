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

SETTLED_ISSUES: dict[str, pl.DataType] = {**ISSUES, "is_explained": pl.Boolean()}
"""Findings as the lake keeps them; ``is_explained`` is true for a query that its sender has answered."""

EXPLANATIONS: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "sheet": pl.String(),
    "cell": pl.String(),
    "rule_code": pl.String(),
    "explanation": pl.String(),
}
"""What senders wrote beside the findings of an answer that they sent back."""

CHANGES: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "previous_submission_id": pl.String(),
    "form": pl.String(),
    "period": pl.String(),
    "row_key": pl.String(),
    "change": pl.String(),
    "field": pl.String(),
    "old_value": pl.String(),
    "new_value": pl.String(),
}
"""What an accepted version says differently from the one accepted before it: a row ``added`` or ``removed`` (no
field), or a value ``changed``. ``row_key`` is the key of the form's row, its parts joined by " · "."""

COLUMN_PLACES: dict[str, pl.DataType] = {
    "submission_id": pl.String(),
    "source_sheet": pl.String(),
    "field": pl.String(),
    "column_letter": pl.String(),
    "first_row": pl.Int64(),
    "last_row": pl.Int64(),
}
"""Where each field stands in a table: with ``source_row`` it gives the address of a cell. A sheet may hold several
tables of a form with other columns each; ``first_row`` and ``last_row`` (1-based, inclusive) tell which is meant."""

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
    "sent_by_code": pl.String(),
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
    "sent_by_code": pl.String(),
    "layout_version": pl.Int64(),
    "version": pl.Int64(),
    "verdict": pl.String(),
    "is_current": pl.Boolean(),
    "known_from": pl.Datetime("us"),
    "known_to": pl.Datetime("us"),
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
null where they could not be recognised; ``sent_by_code`` is that of the successor that sent for a unit that no longer
existed, null where the unit itself sent; ``version`` is null for duplicates and unrecognised files. An accepted
version is the valid one from ``known_from`` until ``known_to`` (exclusive, null while it is)."""


def with_letters(cells: pl.DataFrame, places: pl.DataFrame, sheet: str = "sheet") -> pl.DataFrame:
    """Cells with the ``column_letter`` of their field, in the same order; null where the field has no column.

    Args:
        cells: has submission_id, source_row, field and the column that ``sheet`` names.
        places: COLUMN_PLACES.
        sheet: name of the column with the sheet's name.

    Raises:
        polars.exceptions.ComputeError: two places of a field cover the same row.
    """
    keys = ["submission_id", sheet, "source_row", "field"]
    letters = (
        cells.select(keys)
        .unique()
        .join(places.rename({"source_sheet": sheet}), on=["submission_id", sheet, "field"])
        .filter(pl.col("source_row").is_between("first_row", "last_row"))
        .select(*keys, "column_letter")
    )
    return cells.join(letters, on=keys, how="left", validate="m:1", maintain_order="left")


def text_schema(form: Form) -> dict[str, pl.DataType]:
    """Keys and every field as text: what recognising yields and cleaning takes."""
    return {**ROW_KEYS, **{field.name: pl.String() for field in form.fields}}


def row_schema(form: Form) -> dict[str, pl.DataType]:
    """Keys and every field in its type: what cleaning yields and the lake keeps."""
    return {**ROW_KEYS, **{field.name: DTYPES[field.type] for field in form.fields}}
