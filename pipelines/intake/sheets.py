"""What reading a file gives, whatever its kind: sheets of text cells, each at its address.

Numbers are rendered as a Vietnamese Excel would show them: no grouping, a decimal comma. So the text
"13.734" (thirteen thousand, typed as text) and the number 13,734 (a fraction) stay distinguishable, and
one grammar holds for everything that follows. A number shown as per cent is rendered as one: 0.9 as "90%".
"""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_SPACES = " \t\r\n\u00a0\u2007\u202f\u200b\ufeff"

Range = tuple[tuple[int, int], tuple[int, int]]
Rows = list[list[str | None]]


class UnreadableFileError(Exception):
    """The file cannot be read, or must not be.

    Attributes:
        rule_name: the catalogue rule that says so: file_unreadable, file_too_large, file_encrypted,
            file_too_heavy or file_kind_unsupported.
        reason: what was found, in Vietnamese; never a cell's value.
    """

    def __init__(self, reason: str, rule_name: str = "file_unreadable") -> None:
        super().__init__(reason, rule_name)  # both, so that the error survives pickling
        self.reason = reason
        self.rule_name = rule_name

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Sheet:
    """One sheet from cell A1 on; rows and columns are 0-based.

    Attributes:
        name: of the sheet.
        rows: ``rows[r][c]`` is the text of a cell, None where it is empty.
        is_visible: False for a hidden sheet.
        merged: merged ranges as ((first row, first column), (last row, last column)).
        hidden_rows: rows that the sender does not see.
        formulas: cells that hold a formula.
        uncached: cells whose formula has no stored result; their text is None.
        decoded_from: the old encoding that (some of) the text was in: TCVN3, VNI, cp1258 or
            "UTF-8 đọc nhầm"; None where the text came as Unicode.
    """

    name: str
    rows: Rows
    is_visible: bool = True
    merged: tuple[Range, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    formulas: frozenset[tuple[int, int]] = frozenset()
    uncached: frozenset[tuple[int, int]] = frozenset()
    decoded_from: str | None = None

    def filled_rows(self) -> list[int]:
        """0-based numbers of the rows that hold anything."""
        return [number for number, row in enumerate(self.rows) if any(cell is not None for cell in row)]


@dataclass(frozen=True)
class Workbook:
    """The sheets of a file, in its order; ``encoding`` is set for text files."""

    sheets: tuple[Sheet, ...]
    encoding: str | None = None


def column_letter(index: int) -> str:
    """The letters of a 0-based column number: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """The 0-based number of a column: A → 0, AA → 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def render(value: object) -> str | None:
    """The text of one cell value; None for an empty cell."""
    if isinstance(value, str):
        text = value.strip(_SPACES)
        if not text:
            return None
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value))
        if not math.isfinite(value):
            return str(value)
        # 15 significant digits are what Excel keeps; more would show 0.1 + 0.2 as 0,30000000000000004.
        return format(Decimal(f"{value:.15g}"), "f").replace(".", ",")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.datetime):
        is_midnight = value.time() == dt.time()
        return value.date().isoformat() if is_midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return None if value is None else str(value)


def render_percent(value: object) -> str | None:
    """The text of a cell that is formatted as per cent: 0.9 → 90%."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return f"{render(float(f'{value * 100:.15g}'))}%"
    return render(value)
