"""Finds the headings of forms' tables in a sheet: which rows they are, and which column is which field.

What a single heading text means: :mod:`pipelines.intake.labels`. What the rows below a heading are:
:mod:`pipelines.intake.tables`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from unicodedata import normalize

from pipelines.contracts import FieldType, Form, Layout
from pipelines.intake.labels import Labels, is_elsewhen, words
from pipelines.intake.read import Sheet
from pipelines.intake.text import fold, strip_marks

HEADING_HEIGHT = 4
LEAST_MATCHES = 3
_MOST_TRIES = 500  # rows of a sheet that may turn out to be a heading, or not; what follows is no new table
_LOOKED_AT = 5  # texts of a row that may be foreign before the row is taken for no heading
_NUMBER = re.compile(r"[-+]?\d[\d.,\s]*%?")
_FIRST_WORD = re.compile(r"[^\W\d_]{2,}(?![.)\w])")  # "II." is a number
_MANY_DIGITS = re.compile(r"\d{3}")
# The row below a heading that numbers its columns: "1", "(1)", "[1]", "A", "(3)=(1)+(2)", "cột 4".
_COLUMN_NUMBER = re.compile(r"[(\[{]?\s*(?:cot\s*)?(\d{1,2}|[a-h])\s*[)\]}]?\s*(?:=.*)?")
_RUNNING_NUMBER = ("tt", "stt", "số tt", "số thứ tự", "thứ tự", "no")
_PERSONAL = re.compile(
    r"^(ho( va|,)? ten|(so )?(cccd|cmnd|can cuoc.*|dinh danh.*)|(so )?dien thoai.*|sdt"
    r"|(ngay,?( thang,?)?( nam)? |nam )sinh)$"
)
_NAMING = (FieldType.TEXT, FieldType.CODE, FieldType.TAX_CODE)

Rows = Sequence[Sequence[str | None]]


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

    def missing(self, layout: Layout | None = None) -> list[str]:
        """Names of required fields of a layout (or of any) that no column could be."""
        fields = self.form.fields if layout is None else self.form.columns(layout)
        return [f.name for f in fields if f.required and f.name not in self.found]

    @cached_property
    def found(self) -> Collection[str]:
        """Names of all fields that a column could be."""
        return self.columns.keys() | self.ambiguous.keys()

    @cached_property
    def personal(self) -> list[str]:
        """Heading texts of columns with data about persons."""
        return [text for text in self.unknown.values() if _is_personal(text)]

    @cached_property
    def running_number(self) -> int | None:
        """The column "TT"."""
        return next((column for column, text in self.unknown.items() if is_running_number(text)), None)

    @property
    def is_usable(self) -> bool:
        """Whether enough was found to take this for the form's table, and not for a table of something else.

        What the rows are about has to be among it: sums by sector have the same columns as the form they sum.
        """
        naming = {f.name for f in self.form.fields if f.name in self.form.key or (f.required and f.type in _NAMING)}
        return len(self.found) >= LEAST_MATCHES and not naming.isdisjoint(self.found)


@lru_cache(maxsize=10_000)
def is_running_number(text: str) -> bool:
    """Whether a heading is that of the running number."""
    return words(text) in _RUNNING_NUMBER


@lru_cache(maxsize=10_000)
def _is_personal(text: str) -> bool:
    return _PERSONAL.match(strip_marks(fold(text))) is not None


class HeadingFinder:
    """Looks for the headings of some forms; made once for a batch of files."""

    def __init__(self, forms: Sequence[Form]) -> None:
        """Prepare the names of every field of the forms."""
        self._labels = [Labels(form) for form in forms]
        self._pieces = frozenset(strip_marks(piece) for labels in self._labels for piece in labels.pieces())
        self._first_words = frozenset(piece.split()[0] for piece in self._pieces)
        # The same headings come back in every file of a template.
        self._is_piece = lru_cache(maxsize=100_000)(self._look_up_piece)
        self._usable = lru_cache(maxsize=5_000)(self._match_all)

    def find_all(self, sheet: Sheet, preferred: Callable[[Rows], Sequence[str]] = lambda _: ()) -> list[Heading]:
        """Every heading in a sheet, from top to bottom; they do not overlap.

        A heading may be one to four rows high; a cell merged over several columns or rows speaks for all of them.

        Args:
            sheet: where to look.
            preferred: is given the rows above a heading that fits several forms equally well, and says which
                forms to prefer, the first one most.
        """
        headings: list[Heading] = []
        row = tries = 0
        while row < len(sheet.rows) and tries < _MOST_TRIES:
            heading = None
            if self._hits(sheet.rows[row]) > 1:
                tries += 1
                above = headings[-1].rows.stop if headings else 0
                heading = self._around(sheet, row, above, preferred)
                if heading is not None:
                    headings.append(heading)
            row = heading.rows.stop if heading else row + 1
        return headings

    def nearest_labels(self, sheet: Sheet) -> list[str]:
        """The texts of the row that looks most like a heading: known labels count first, then the number of texts."""
        best: list[str] = []
        most = (0, 1)
        for row in sheet.rows:
            texts = [text for text in row if text and not _NUMBER.fullmatch(text)]
            if (score := (sum(map(self._is_piece, texts)), len(texts))) > most:
                best, most = texts, score
        return best

    def _look_up_piece(self, text: str) -> bool:
        """Whether a cell may belong to a heading.

        Figures, codes, dates and most names are refused before anything is folded, which is what costs time.
        """
        if _MANY_DIGITS.search(text):
            return False
        first = _FIRST_WORD.match(normalize("NFC", text))
        if first and strip_marks(first[0]).lower() not in self._first_words:
            return False
        if strip_marks(words(text)) in self._pieces:
            return True
        return "(" in text and strip_marks(words(text.partition("(")[0])) in self._pieces

    def _hits(self, row: Sequence[str | None]) -> int:
        """How many labels the row holds, up to two: cheap, because every row of every sheet is asked."""
        hits = foreign = 0
        for text in row:
            if text is None or text.isdecimal():
                continue
            if self._is_piece(text):
                hits += 1
                if hits == 2:
                    break
            else:
                foreign += 1
                if foreign == _LOOKED_AT:
                    break
        return hits

    def _around(self, sheet: Sheet, row: int, above: int, preferred: Callable[[Rows], Sequence[str]]) -> Heading | None:
        """The best heading of which a row may be part; None if there is none.

        Only rows with a label begin a heading: lines of the title above it do not. Of windows that find the same
        fields the lowest is best: rows of data below the heading, too, find nothing more.
        """
        top = max(above, row - HEADING_HEIGHT)
        rows = _spread_merged(sheet, range(top, min(row + 2 * HEADING_HEIGHT, len(sheet.rows))))
        best: list[Heading] = []
        most: tuple[int, bool, int] | None = None
        for start in range(len(rows)):
            if top + start >= row + HEADING_HEIGHT:
                break
            if not self._hits(rows[start]):
                continue
            for stop in range(start + 1, min(start + HEADING_HEIGHT, len(rows)) + 1):
                if any(cell and _NUMBER.fullmatch(cell) for cell in rows[stop - 1]):
                    break
                if top + stop <= row:
                    continue
                for fields, missing, heading in self._usable(tuple(map(tuple, rows[start:stop]))):
                    score = (fields, missing == 0, start - stop)
                    if most is None or score >= most:
                        placed = replace(heading, rows=range(top + start, top + stop))
                        best = [*best, placed] if score == most else [placed]
                        most = score
        if not best:
            return None
        heading = _with_merged_tops(_preferred(best, preferred, sheet.rows[:row]), sheet, above)
        heading = self._with_row_above(heading, rows, top)
        return _with_column_numbers(heading, sheet.rows)

    def _match_all(self, rows: tuple[tuple[str | None, ...], ...]) -> list[tuple[int, int, Heading]]:
        """The forms that rows with these texts may be the heading of: fields found, required ones missing, heading."""
        levels = _levels(rows)
        if sum(bool(texts) for texts in levels) < LEAST_MATCHES:
            return []
        headings = (_match(labels, range(0), levels) for labels in self._labels)
        return [(len(h.found), len(h.missing()), h) for h in headings if h.is_usable]

    def _with_row_above(self, heading: Heading, rows: list[list[str | None]], top: int) -> Heading:
        """The heading with the row above it, if that says of some columns that they are of another time."""
        start = heading.rows.start - top
        if start == 0 or not any(text and is_elsewhen(text) for text in rows[start - 1]):
            return heading
        labels = next(labels for labels in self._labels if labels.form is heading.form)
        levels = _levels(rows[start - 1 : heading.rows.stop - top])
        taller = _match(labels, range(heading.rows.start - 1, heading.rows.stop), levels)
        # A line of the title ("so với cùng kỳ năm trước") is not above some columns but above all of them.
        return taller if taller.is_usable else heading


def _preferred(headings: list[Heading], preferred: Callable[[Rows], Sequence[str]], above: Rows) -> Heading:
    if len(headings) == 1:
        return headings[0]
    by_form = {heading.form.form: heading for heading in reversed(headings)}
    return next(
        (by_form[form] for form in preferred(above) if form in by_form),
        min(headings, key=lambda heading: len(heading.missing())),
    )


def _with_merged_tops(heading: Heading, sheet: Sheet, above: int) -> Heading:
    """The heading from the row on where its merged cells begin."""
    start = heading.rows.start
    for (top, _), (bottom, _) in sheet.merged:
        if above <= top < start <= bottom and top > start - HEADING_HEIGHT:
            start = top
    return heading if start == heading.rows.start else replace(heading, rows=range(start, heading.rows.stop))


def _spread_merged(sheet: Sheet, span: range) -> list[list[str | None]]:
    """Some rows with the text of every merged range in all of its cells."""
    rows = [list(sheet.rows[row]) for row in span]
    for (top, left), (bottom, right) in sheet.merged:
        if bottom < span.start or top >= span.stop or top >= len(sheet.rows) or left >= len(sheet.rows[top]):
            continue
        for row in rows[max(0, top - span.start) : bottom - span.start + 1]:
            row[left : right + 1] = [sheet.rows[top][left]] * len(row[left : right + 1])
    return rows


def _levels(rows: Rows) -> list[tuple[str, ...]]:
    """The heading texts of each column, read downwards; a group without merge speaks for the empty cells beside it."""
    filled = [_fill_right(row, rows[number + 1]) for number, row in enumerate(rows[:-1])] + [rows[-1]]
    width = max(len(row) for row in rows)
    columns = ([row[column] for row in filled if column < len(row)] for column in range(width))
    return [tuple(dict.fromkeys(text for text in column if text)) for column in columns]


def _fill_right(row: Sequence[str | None], below: Sequence[str | None]) -> list[str | None]:
    filled: list[str | None] = []
    for column, text in enumerate(row):
        has_child = column < len(below) and below[column] is not None
        filled.append(text or (filled[-1] if filled and has_child else None))
    return filled


def _match(labels: Labels, rows: range, levels: Sequence[tuple[str, ...]]) -> Heading:
    found: dict[str, list[int]] = {}
    unknown: dict[int, str] = {}
    left: str | None = None
    for column, texts in enumerate(levels):
        if not texts:
            left = None
            continue
        name = labels.field_of(texts)
        if name is None and left is not None:
            name = labels.relative(texts[-1], left)
        if name is not None:
            found.setdefault(name, []).append(column)
        else:
            unknown[column] = " ".join(texts)
        left = name
    return Heading(
        form=labels.form,
        rows=rows,
        columns={name: columns[0] for name, columns in found.items() if len(columns) == 1},
        ambiguous={name: columns for name, columns in found.items() if len(columns) > 1},
        unknown=unknown,
        labels=[" ".join(texts) for texts in levels if texts],
    )


def _with_column_numbers(heading: Heading, rows: Rows) -> Heading:
    """The heading with the row "(1) (2) (3) …" below it, if there is one; merged headings leave empty rows between."""
    below = next((row for row in range(heading.rows.stop, len(rows)) if any(rows[row])), len(rows))
    if below == len(rows) or not counts_columns(rows[below], len(heading.labels)):
        return heading
    return replace(heading, rows=range(heading.rows.start, below + 1))


def counts_columns(row: Sequence[str | None], width: int) -> bool:
    """Whether a row numbers the ``width`` columns of a heading: A, B, 1, 2, 3 … Two may have no number."""
    cells = [cell for cell in row if cell]
    if len(cells) < max(LEAST_MATCHES, width - 2) or len(cells) > width:
        return False
    marks = list(_marks(cells))
    letters = [mark for mark in marks if mark and mark.isalpha()]
    numbers = [int(mark) for mark in marks if mark and mark.isdecimal()]
    return (
        None not in marks
        and letters == sorted(set(letters))
        and marks[: len(letters)] == letters
        and all(later == earlier + 1 for earlier, later in pairwise(numbers))
        and (not numbers or numbers[0] <= len(letters) + 2)
    )


def _marks(cells: Sequence[str]) -> Iterator[str | None]:
    """What each cell numbers its column with; None for one that does not."""
    for cell in cells:
        match = _COLUMN_NUMBER.fullmatch(strip_marks(cell).lower().strip())
        yield match[1] if match else None
