"""Sorts the rows of a sheet into preamble, heading, data, totals and footer. Every non-empty row gets a place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.intake.headings import Heading
from pipelines.intake.read import Sheet
from pipelines.intake.text import fold, strip_marks

# On folded text with its marks: "Công đoàn …" is no "Cộng", "Tổng công ty …" is the name of an enterprise.
_TOTAL = re.compile(
    r"^(tổng cộng|tổng số|cộng|toàn (tỉnh|thành phố|quận|huyện|thị xã|ngành|xã|phường|đơn vị))\b|^tổng$"
)
_PART_TOTAL = re.compile(r"^cộng\b")
# On folded text without marks.
_FOOTER = re.compile(
    r"^(noi nhan|nguoi lap|lap bieu|t/?m\b|k/?t\b|(pho )?chu tich|thu truong|ke toan|xac nhan|ky(,| (ten|ghi|va|dong))"
    r"|.*\bngay\b.*\bthang\b.*\bnam\b)"
)
_SECTION_NUMBER = re.compile(r"^([ivx]+|[a-h])$")
_folded = lru_cache(maxsize=10_000)(fold)


@dataclass(frozen=True)
class TotalRow:
    """A total row and the first and last of the data rows it sums (0-based)."""

    row: int
    first_part: int
    last_part: int


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of one form's table in a sheet (0-based); together they are all non-empty rows of the sheet."""

    sheet: Sheet
    heading: Heading
    preamble: tuple[int, ...]
    header: tuple[int, ...]
    data: tuple[int, ...]
    totals: tuple[TotalRow, ...]
    footer: tuple[int, ...]

    @property
    def preamble_lines(self) -> list[str]:
        """The texts above the heading, row by row."""
        return [cell for row in self.preamble for cell in self.sheet.rows[row] if cell]


def split_table(sheet: Sheet, heading: Heading) -> Table:
    """Give every non-empty row of the sheet its place.

    * A total row says so in its first text ("Cộng", "Tổng cộng", "Toàn tỉnh") and has no key. "Cộng" sums the rows
      since the total or section before it, the others sum all rows.
    * A section row has a Roman number or a letter, no key, and the sum of its section if it has figures.
    * The footer begins at the first row without key that reads like a signature block.
    * A row with nothing in any column of the form is no data.
    """
    filled = sheet.filled_rows()
    first, below = heading.rows.start, heading.rows.stop
    data: list[int] = []
    totals: list[tuple[int, str]] = []
    header = [row for row in filled if first <= row < below]
    footer: list[int] = []
    for row in (row for row in filled if row >= below):
        kind = "footer" if footer and _ends_table(sheet, footer) else _kind(sheet.rows[row], heading)
        if kind == "data":
            data.append(row)
        elif kind == "footer":
            footer.append(row)
        elif kind == "heading":
            header.append(row)
        else:
            totals.append((row, kind))
    return Table(
        sheet=sheet,
        heading=heading,
        preamble=tuple(row for row in filled if row < first),
        header=tuple(header),
        data=tuple(data),
        totals=tuple(TotalRow(row, *_parts(row, kind, data, totals)) for row, kind in totals),
        footer=tuple(footer),
    )


def _ends_table(sheet: Sheet, footer: list[int]) -> bool:
    """Whether the footer seen so far is a signature block, after which nothing is data."""
    return any(_FOOTER.match(strip_marks(_folded(cell))) for row in footer for cell in sheet.rows[row] if cell)


def _kind(cells: list[str | None], heading: Heading) -> str:
    """data, footer, heading (a section without figures), section, part or whole (totals)."""
    mapped = {name: cells[column] for name, column in heading.columns.items() if column < len(cells)}
    key_cells = [mapped.get(name) for name in heading.form.key]
    texts = [text for cell in cells if cell and (text := _folded(cell))]
    lead = next((text for text in texts if not text[0].isdigit()), "")
    if _TOTAL.match(lead) and all(cell is None or _folded(cell) == lead for cell in key_cells):
        return "part" if _PART_TOTAL.match(lead) else "whole"
    filled = [cell for cell in mapped.values() if cell is not None]
    if not filled:
        return "footer"
    if key_cells[0] is None and len(filled) <= 2 and any(_FOOTER.match(strip_marks(text)) for text in texts):
        return "footer"
    if any(key_cells):
        return "data"
    if texts and _SECTION_NUMBER.match(texts[0]):
        return "section" if len(filled) > 1 else "heading"
    return "data"


def _parts(row: int, kind: str, data: list[int], totals: list[tuple[int, str]]) -> tuple[int, int]:
    """The first and last data row that a total row sums; an empty range if there are none."""
    start, end = -1, max(data, default=-1) + 1
    if kind == "section":
        start, end = row, min((other for other, _ in totals if other > row), default=end)
    elif kind == "part":
        start, end = max((other for other, _ in totals if other < row), default=start), row
    inside = [r for r in data if start < r < end]
    if kind == "part" and not inside:
        inside = data
    return (inside[0], inside[-1]) if inside else (row, row - 1)
