"""Finds the table of a form in a sheet: which rows are its heading, and which column is which field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from pipelines.contracts import Form
from pipelines.intake.read import Sheet
from pipelines.intake.text import fold, strip_marks

_SEARCHED_ROWS = 60
_HEADING_HEIGHT = 4
_LEAST_MATCHES = 3
_COLUMN_NUMBER = re.compile(r"\(?\d{1,2}\)?")
_PERSONAL = re.compile(
    r"^(ho( va|,)? ten|(so )?(cccd|cmnd|can cuoc.*|dinh danh.*)|(so )?dien thoai.*|sdt"
    r"|(ngay,?( thang,?)?( nam)? |nam )sinh)$"
)


@dataclass(frozen=True)
class Heading:
    """The heading of a form's table in a sheet (all numbers 0-based).

    Attributes:
        form: the contract whose columns were found.
        rows: the heading rows, the row of column numbers included.
        columns: field name → column, for fields found once.
        ambiguous: field name → the columns that could all be it.
        unknown: column → heading text of columns that are no field.
        labels: all heading texts, in the order of the columns.
    """

    form: Form
    rows: range
    columns: dict[str, int]
    ambiguous: dict[str, list[int]]
    unknown: dict[int, str]
    labels: list[str]

    @property
    def missing(self) -> list[str]:
        """Names of required fields that no column could be."""
        found = self.columns.keys() | self.ambiguous.keys()
        return [f.name for f in self.form.fields if f.required and f.name not in found]

    @property
    def personal(self) -> list[str]:
        """Heading texts of columns with data about persons."""
        return [text for text in self.unknown.values() if _PERSONAL.match(_plain(text))]

    @property
    def matches(self) -> int:
        """How many fields were found."""
        return len(self.columns) + len(self.ambiguous)


_folded = lru_cache(maxsize=10_000)(fold)  # the same headings come back in every file


def _plain(text: str) -> str:
    return strip_marks(fold(text))


class HeadingFinder:
    """Looks for the headings of some forms; made once for a batch of files."""

    def __init__(self, forms: Sequence[Form]) -> None:
        """Prepare the folded names of every field of the forms."""
        self._names = [(form, _field_names(form)) for form in forms]

    def find(self, sheet: Sheet, form_id: str | None = None) -> Heading | None:
        """The best heading in the first rows of a sheet, of the form asked for or of any; None if there is none.

        A heading may be one to four rows high; a cell merged over several columns or rows speaks for all of them.
        """
        rows = sheet.rows[:_SEARCHED_ROWS]
        spread = _spread_merged(sheet, len(rows))
        wanted = [(form, names) for form, names in self._names if form_id in (None, form.form)]
        best: Heading | None = None
        for first, row in enumerate(spread):
            # The row above a heading may make a poorer match that begins earlier; further down is the next table.
            if best and first >= best.rows.start + _HEADING_HEIGHT:
                break
            if sum(cell is not None for cell in row) < 2:
                continue
            for last in range(first + 1, min(first + _HEADING_HEIGHT, len(rows)) + 1):
                texts = _heading_texts(spread[first:last])
                for form, names in wanted:
                    heading = _match(form, names, range(first, last), texts)
                    if heading.matches >= _LEAST_MATCHES and (best is None or heading.matches > best.matches):
                        best = heading
        return _with_column_numbers(best, rows) if best else None


def _field_names(form: Form) -> dict[str, str]:
    """Folded heading → field. A label under a group counts only together with the group's heading."""
    names: dict[str, str] = {}
    for form_field in form.fields:
        label = f"{form_field.group_vi} {form_field.label_vi}" if form_field.group_vi else form_field.label_vi
        for text in (label, *form_field.aliases):
            names.setdefault(fold(text), form_field.name)
    return names


def _spread_merged(sheet: Sheet, height: int) -> list[list[str | None]]:
    """The first rows with the text of every merged range in all of its cells."""
    rows = [list(row) for row in sheet.rows[:height]]
    for (top, left), (bottom, right) in sheet.merged:
        if top >= height or left >= len(rows[top]):
            continue
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [rows[top][left]] * len(row[left : right + 1])
    return rows


def _heading_texts(rows: list[list[str | None]]) -> list[str]:
    """The heading of each column, read downwards; a group without merge speaks for the empty cells beside it."""
    filled = [_fill_right(row, rows[number + 1]) for number, row in enumerate(rows[:-1])] + [rows[-1]]
    width = max(len(row) for row in rows)
    columns = ([row[column] for row in filled if column < len(row)] for column in range(width))
    return [" ".join(dict.fromkeys(text for text in column if text)) for column in columns]


def _fill_right(row: list[str | None], below: list[str | None]) -> list[str | None]:
    filled: list[str | None] = []
    for column, text in enumerate(row):
        has_child = column < len(below) and below[column] is not None
        filled.append(text or (filled[-1] if filled and has_child else None))
    return filled


def _match(form: Form, names: dict[str, str], rows: range, texts: list[str]) -> Heading:
    found: dict[str, list[int]] = {}
    unknown: dict[int, str] = {}
    for column, text in enumerate(texts):
        if not text:
            continue
        if (name := names.get(_folded(text))) is not None:
            found.setdefault(name, []).append(column)
        else:
            unknown[column] = text
    return Heading(
        form=form,
        rows=rows,
        columns={name: columns[0] for name, columns in found.items() if len(columns) == 1},
        ambiguous={name: columns for name, columns in found.items() if len(columns) > 1},
        unknown=unknown,
        labels=[text for text in texts if text],
    )


def _with_column_numbers(heading: Heading, rows: list[list[str | None]]) -> Heading:
    """The heading with the row "(1) (2) (3) …" below it, if there is one; merged headings leave empty rows between."""
    below = next((row for row in range(heading.rows.stop, len(rows)) if any(rows[row])), heading.rows.stop)
    cells = [cell for cell in rows[below] if cell] if below < len(rows) else []
    numbers = [int(cell.strip("()")) for cell in cells if _COLUMN_NUMBER.fullmatch(cell)]
    counts_up = all(later == earlier + 1 for earlier, later in pairwise(numbers))
    if len(numbers) < _LEAST_MATCHES or len(numbers) < len(cells) - 2 or not counts_up:
        return heading
    return replace(heading, rows=range(heading.rows.start, below + 1))
