"""What stands in the cells that a figure rests on, read again from the files as they were sent."""

from __future__ import annotations

import polars as pl

from pipelines.intake.read import Workbook, column_letter
from pipelines.intake.reading import read_files
from pipelines.intake.register import read_ledger
from pipelines.settings import Settings

_CELL = ["sha256", "sheet", "cell"]
_SENT = {"sha256": pl.Categorical(), "sheet": pl.Categorical(), "cell": pl.String(), "as_sent": pl.String()}


def with_text_as_sent(settings: Settings, rows: pl.DataFrame) -> pl.DataFrame:
    """Add what each cell says.

    Args:
        settings: where the files are kept.
        rows: with sha256, file_name, sheet and cell (``SOURCE_ROWS`` of the lineage).

    Returns:
        The rows with ``as_sent``: the cell's text as the file has it, decoded; null where there is no such column, the
        cell is empty, or the file is no longer there.
    """
    asked = set(rows["sha256"].unique())
    files = {receipt.sha256: receipt for receipt in reversed(read_ledger(settings)) if receipt.sha256 in asked}
    outcomes = read_files([(settings.raw / receipt.raw_path, receipt.file_name) for receipt in files.values()])
    cells = [
        _cells(sha256, outcome)
        for sha256, outcome in zip(files, outcomes, strict=True)
        if isinstance(outcome, Workbook)
    ]
    return rows.join(
        pl.concat([pl.DataFrame(schema=_SENT), *cells]), on=_CELL, how="left", maintain_order="left", nulls_equal=True
    )


def _cells(sha256: str, workbook: Workbook) -> pl.DataFrame:
    """Every filled cell of a file."""
    return pl.DataFrame(
        [
            (sha256, sheet.name, f"{column_letter(column)}{row}", text)
            for sheet in workbook.sheets
            for row, texts in enumerate(sheet.rows, start=1)
            for column, text in enumerate(texts)
            if text is not None
        ],
        schema=_SENT,
        orient="row",
    )
