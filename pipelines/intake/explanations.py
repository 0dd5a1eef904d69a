"""Reads what a sender wrote beside the findings of an answer that came back: the sheet ``LỖI``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.contracts.workbook import FINDINGS_COLUMNS, FINDINGS_SHEET
from pipelines.intake.read import Sheet, Workbook
from pipelines.intake.text import fold

_SEARCHED_ROWS = 20


@dataclass(frozen=True)
class Explanation:
    """A sender's words on one finding; the finding is known by its sheet, cell and rule."""

    sheet: str | None
    cell: str | None
    rule_code: str
    text: str


def explanations_in(workbook: Workbook) -> tuple[Explanation, ...]:
    """Every filled explanation of a returned answer; none for other workbooks."""
    sheet = next((sheet for sheet in workbook.sheets if sheet.name == FINDINGS_SHEET), None)
    return tuple(_explanations(sheet)) if sheet else ()


def _explanations(sheet: Sheet) -> Iterator[Explanation]:
    headings = ((row, _columns(sheet, row)) for row in range(min(_SEARCHED_ROWS, len(sheet.rows))))
    found = next(((row, columns) for row, columns in headings if {"rule_code", "explanation"} <= columns.keys()), None)
    if found is None:
        return
    heading_row, columns = found
    for row in sheet.rows[heading_row + 1 :]:
        said = {name: row[column] if column < len(row) else None for name, column in columns.items()}
        if (rule_code := said["rule_code"]) and (text := said["explanation"]):
            yield Explanation(said.get("sheet"), said.get("cell"), rule_code, text)


def _columns(sheet: Sheet, row: int) -> dict[str, int]:
    """Which of the wanted headings stand in a row, and where."""
    wanted = {fold(heading): name for name, heading in FINDINGS_COLUMNS.items()}
    keys = ((column, fold(cell)) for column, cell in enumerate(sheet.rows[row]) if cell)
    return {wanted[key]: column for column, key in keys if key in wanted}
