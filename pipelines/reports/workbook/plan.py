"""The plan of a workbook: which content stands in which cell, before anything is written.

What belongs here: pure structures of the site's own figures, labels and sentences, and where each of them comes to
stand. A test reads from the plan which cell of the marts a cell of the file shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipelines.reports.site.figures import Figure
from pipelines.reports.site.numbers import Lang, written
from pipelines.reports.site.sentences import Part, Sentence, text


@dataclass(frozen=True)
class Aim:
    """A target value with how it is meant: the sign stands in the number format, the cell holds the value."""

    figure: Figure
    sign: str


Content = Part | Sentence | Aim | int | None
"""What a cell holds; a bare number is the ordinal of a line, None leaves the cell empty."""

ColumnKind = Literal["ordinal", "text", "number", "change"]
RowKind = Literal["total", "group", "subtotal", "line"]


@dataclass(frozen=True)
class Column:
    """A column of a table: key of its heading in the texts, width in characters, and how its cells look."""

    heading: str
    width: float
    kind: ColumnKind = "number"


@dataclass(frozen=True)
class Row:
    """A line of a table; a group has one cell, which spans all columns."""

    cells: tuple[Content, ...]
    kind: RowKind = "line"


@dataclass(frozen=True)
class Sheet:
    """A topic: one table with a heading above it and notes below.

    Attributes:
        topic: key of its title and of its name (``sheet_…``) in the texts.
        columns: of the table.
        rows: of the table; every row has as many cells as there are columns, a group has one.
        unit: what stands in the right corner above the table.
        notes: what stands below it.
        frozen: how many columns stay in view.
    """

    topic: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unit: str = ""
    notes: tuple[Sentence, ...] = ()
    frozen: int = 2

    @property
    def sortable_rows(self) -> int:
        """How many rows from the first on may be filtered and sorted: none where that would tear groups apart.

        A total after them stays where it is.
        """
        lines = self.rows[:-1] if self.rows and self.rows[-1].kind == "total" else self.rows
        return len(lines) if all(row.kind == "line" for row in lines) else 0

    @property
    def width(self) -> float:
        """In characters."""
        return sum(column.width for column in self.columns)

    def column(self, heading: str) -> int:
        """Place of a column; ``ValueError`` if there is none."""
        return [column.heading for column in self.columns].index(heading)


@dataclass(frozen=True)
class Chart:
    """A chart of a sheet's table.

    Attributes:
        key: key of its title and, with ``_alt``, of its alternative text.
        kind: bars lie, the first line on top.
        topic: the sheet.
        categories: heading of the column with the names.
        series: headings of the columns drawn.
        first: the first line drawn, counted from the first row of the table.
        last: the last one.
    """

    key: str
    kind: Literal["line", "bar"]
    topic: str
    categories: str
    series: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True)
class Plan:
    """A workbook.

    Attributes:
        who: whose report it is.
        period: of what period.
        as_of: up to when reports were received, and the version of the published file.
        completeness: how many units reported; stands on every sheet.
        summary: the report in sentences, on the index.
        sheets: in order, the index not among them.
        charts: all on one sheet.
    """

    who: Sentence
    period: Sentence
    as_of: Sentence
    completeness: Sentence
    summary: tuple[Sentence, ...]
    sheets: tuple[Sheet, ...]
    charts: tuple[Chart, ...]

    def sheet(self, topic: str) -> Sheet:
        """The sheet of a topic; ``StopIteration`` if it has none."""
        return next(sheet for sheet in self.sheets if sheet.topic == topic)


TITLE_ROW, WHO_ROW, COMPLETENESS_ROW, CORNER_ROW, HEADING_ROW = range(5)
FIRST_ROW = HEADING_ROW + 1


@dataclass(frozen=True)
class Placed:
    """Content and the cell of a sheet (from 0) where it stands; ``row`` is None outside the table."""

    at: tuple[int, int]
    content: Content
    column: Column | None = None
    row: Row | None = None


def placed(sheet: Sheet, plan: Plan) -> Iterator[Placed]:
    """Everything with content on a sheet, with its address, from top to bottom."""
    yield Placed((WHO_ROW, 0), (plan.who, " · ", plan.period))
    yield Placed((COMPLETENESS_ROW, 0), plan.completeness)
    for down, row in enumerate(sheet.rows, FIRST_ROW):
        if row.kind == "group":
            yield Placed((down, 0), row.cells[0], None, row)
            continue
        for across, (column, content) in enumerate(zip(sheet.columns, row.cells, strict=True)):
            yield Placed((down, across), content, column, row)
    for down, note in enumerate(sheet.notes, FIRST_ROW + len(sheet.rows) + 1):
        yield Placed((down, 0), note)


def plain(content: Content, lang: Lang) -> str:
    """Content in words, as the site has it."""
    match content:
        case None:
            return ""
        case Figure(value=None):
            return text("withheld" if content.is_withheld else "unknown", lang)
        case Figure():
            return written(content.value, content.unit, lang, content.target)
        case Aim():
            return content.sign + plain(content.figure, lang)
        case tuple():
            return "".join(plain(part, lang) for part in content)
        case str() | int():
            return str(content)
        case _:
            return content.text
