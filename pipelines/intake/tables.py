"""Sorts the rows of a sheet into tables, and those of a table into preamble, heading, data, totals and footer.

Every non-empty row gets exactly one place. What a row looks like on its own: :mod:`pipelines.intake.rows`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.intake.headings import Heading
from pipelines.intake.read import Sheet
from pipelines.intake.rows import Kind, Row, RowReader

Span = tuple[int, int]
"""First and last row, 0-based."""

_TOTALS = (Kind.WHOLE, Kind.PART, Kind.WITHIN, Kind.SECTION)
_READINGS = 3  # how many of the sections above it a "Cộng" may sum
_CLOSING = (Kind.SIGNATURE, Kind.DATED, Kind.NOTE)


@dataclass(frozen=True)
class TotalRow:
    """A total row (0-based) and the rows that it may sum, the likeliest first.

    Several spans stand for several readings of "Cộng": the rows since the last section or all of them. There is none
    for figures "Trong đó: …", which have no rows of their own. ``is_whole``: the row says that it sums everything.
    """

    row: int
    parts: tuple[Span, ...]
    is_whole: bool = False


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of one form's table in a sheet (0-based)."""

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

    @property
    def span(self) -> Span:
        """From the heading to the last row of the table; the tables of a sheet do not overlap."""
        totals = (total.row for total in self.totals)
        return self.heading.rows.start, max(*self.header, *self.data, *totals, *self.footer, self.heading.rows.start)

    @property
    def row_count(self) -> int:
        """Number of all its rows."""
        return sum(map(len, (self.preamble, self.header, self.data, self.totals, self.footer)))


def split_sheet(sheet: Sheet, headings: Sequence[Heading]) -> list[Table]:
    """The tables of a sheet, from top to bottom; together they have all of its non-empty rows.

    * A total row says so in words and has no key of its own.
    * A section row has a number further up than those of the rows below it, and no key. With figures it is a total.
    * What follows the last row of data or totals is the footer, up to the title lines of the next table.
    * A heading that is repeated after a page break continues its table.

    Args:
        sheet: the sheet.
        headings: of its tables, at least one, from top to bottom.
    """
    filled = _rows_with_content(sheet, headings)
    tables: list[Table] = []
    above = tuple(_between(filled, 0, headings[0].rows.start))
    for number, heading in enumerate(headings):
        is_last = number + 1 == len(headings)
        end = len(sheet.rows) if is_last else headings[number + 1].rows.start
        table = _split(sheet, heading, above, filled, end, is_last)
        title = 0 if is_last else _title_height(sheet, heading, table.footer)
        above = table.footer[len(table.footer) - title :]
        table = replace(table, footer=table.footer[: len(table.footer) - title])
        if tables and not table.preamble and _continues(tables[-1], heading):
            table = _joined(tables.pop(), table)
        tables.append(table)
    return [_with_all_above(table, tables[:number]) for number, table in enumerate(tables)]


def _rows_with_content(sheet: Sheet, headings: Sequence[Heading]) -> list[int]:
    """Rows that hold anything; a key that is a formula without stored value counts as well."""
    filled = sheet.filled_rows()
    if not sheet.uncached:
        return filled
    keys = {column for heading in headings for name, column in heading.columns.items() if name in heading.form.key}
    first = headings[0].rows.stop
    return sorted({*filled, *(row for row, column in sheet.uncached if row >= first and column in keys)})


def _between(rows: Sequence[int], start: int, end: int) -> Sequence[int]:
    return rows[bisect_left(rows, start) : bisect_left(rows, end)]


def _split(
    sheet: Sheet, heading: Heading, preamble: tuple[int, ...], filled: Sequence[int], end: int, is_last: bool
) -> Table:
    reader = RowReader(sheet, heading)
    rows = [reader.read(row) for row in _between(filled, heading.rows.stop, end)]
    rows = _with_sections(rows)
    rows = _with_weak(rows, is_last)
    data = [row.number for row in rows if row.kind is Kind.DATA]
    totals = [row for row in rows if row.kind in _TOTALS]
    spans = _Spans(rows, data)
    last = max((row.number for row in rows if row.kind is Kind.DATA or row.kind in _TOTALS), default=-1)
    header = [*_between(filled, heading.rows.start, heading.rows.stop)]
    footer: list[int] = []
    for row in rows:
        if row.kind is Kind.HEADING or (row.kind is Kind.LOOSE and row.number < last):
            header.append(row.number)
        elif row.kind is not Kind.DATA and row.kind not in _TOTALS:
            footer.append(row.number)
    return Table(
        sheet=sheet,
        heading=heading,
        preamble=preamble,
        header=tuple(header),
        data=tuple(data),
        totals=tuple(TotalRow(row.number, spans.of(row), row.kind is Kind.WHOLE) for row in totals),
        footer=tuple(footer),
    )


def _with_sections(rows: list[Row]) -> list[Row]:
    """The rows with every SECTION that has no rows of its own turned into DATA: its figures count themselves."""
    settled = list(rows)
    following: Row | None = None
    for index in range(len(rows) - 1, -1, -1):
        row = settled[index]
        if row.kind is Kind.SECTION and not _has_rows(row, following):
            row = settled[index] = replace(row, kind=Kind.DATA)
        if row.kind in (Kind.DATA, Kind.WEAK, Kind.SECTION, *_TOTALS):
            following = row
    return settled


def _has_rows(section: Row, following: Row | None) -> bool:
    """Whether the row that follows belongs to the section: it is numbered deeper, or not at all below I or A."""
    if following is None or section.level is None or following.kind not in (Kind.DATA, Kind.WEAK, Kind.SECTION):
        return False
    if following.level is None:
        return section.level < 2
    return following.level > section.level


def _with_weak(rows: list[Row], is_last: bool) -> list[Row]:
    """The rows with WEAK settled: data, unless the signature block or the title of the next table has begun."""
    last = max((row.number for row in rows if row.kind is Kind.DATA or row.kind in _TOTALS), default=-1)
    closing = [row.number for row in rows if row.kind in _CLOSING and row.number > last]
    end = min(closing, default=rows[-1].number + 1 if rows else 0)
    if not is_last:
        end = min(end, last)
    return [
        replace(row, kind=Kind.DATA if row.number < end else Kind.LOOSE) if row.kind is Kind.WEAK else row
        for row in rows
    ]


def _title_height(sheet: Sheet, heading: Heading, footer: tuple[int, ...]) -> int:
    """How many of the rows between two tables are the title of the second: those below the first one's closing."""
    reader = RowReader(sheet, heading)
    height = 0
    for row in reversed(footer):
        if reader.read(row).kind in (Kind.SIGNATURE, Kind.NOTE, Kind.GHOST):
            break
        height += 1
    return height


def _continues(table: Table, heading: Heading) -> bool:
    """Whether a heading only repeats that of the table above it, with nothing said in between."""
    reader = RowReader(table.sheet, table.heading)
    own = table.heading
    return (own.form, own.columns, own.labels) == (heading.form, heading.columns, heading.labels) and all(
        reader.read(row).kind is Kind.GHOST for row in table.footer
    )


def _joined(first: Table, second: Table) -> Table:
    """One table of two; what sums everything in the second sums the rows of both."""
    data = (*first.data, *second.data)
    totals = _reaching_up(second, data)
    if data:
        own = (second.data[0], second.data[-1]) if second.data else None
        totals = tuple(
            replace(total, parts=tuple(part for part in total.parts if part != own) or ((data[0], data[-1]),))
            if total.is_whole
            else total
            for total in totals
        )
    return replace(
        first,
        header=(*first.header, *second.header),
        data=data,
        totals=(*first.totals, *totals),
        footer=(*first.footer, *second.footer),
    )


def _with_all_above(table: Table, above: Sequence[Table]) -> Table:
    """The table whose totals may also sum the rows of the same form further up in the sheet."""
    data = [row for other in above if other.heading.form is table.heading.form for row in other.data]
    return replace(table, totals=_reaching_up(table, (*data, *table.data))) if data else table


def _reaching_up(table: Table, data: Sequence[int]) -> tuple[TotalRow, ...]:
    """The totals of a table, which may also sum all of the rows given."""
    if not data:
        return table.totals
    everything = (data[0], data[-1])
    return tuple(
        replace(total, parts=tuple(dict.fromkeys((*total.parts, everything))))
        if total.parts or total.is_whole
        else total
        for total in table.totals
    )


class _Spans:
    """The spans of data rows that the totals of a table may sum. Look-ups only: a sheet may have many totals."""

    def __init__(self, rows: Sequence[Row], data: Sequence[int]) -> None:
        self._data = data
        self._top, self._bottom = -1, (data[-1] + 1 if data else 0)
        self._boundaries = [r.number for r in rows if r.kind in (Kind.PART, Kind.SECTION, Kind.WHOLE)]
        self._totals = [r.number for r in rows if r.kind in _TOTALS]
        self._sections = [r.number for r in rows if r.kind is Kind.SECTION]
        self._wholes = [r.number for r in rows if r.kind is Kind.WHOLE]
        levels = {r.level or 0 for r in rows if r.kind is Kind.SECTION}
        self._ends = {level: [r.number for r in rows if _ends_section(r, level)] for level in levels}

    def of(self, total: Row) -> tuple[Span, ...]:
        """The likeliest first; none if the total has no rows."""
        row, top, bottom = total.number, self._top, self._bottom
        match total.kind:
            case Kind.WITHIN:
                limits = []
            case Kind.SECTION:
                limits = [(row, self._next(self._ends[total.level or 0], row))]
            case Kind.PART:
                # Since the last total or section, since one of the last sections, everything above, all; what follows.
                sections = self._sections[: bisect_left(self._sections, row)][: -_READINGS - 1 : -1]
                starts = (self._last(self._boundaries, row), *sections, top)
                limits = [*((start, row) for start in starts), (top, bottom), (row, self._next(self._totals, row))]
            case _:
                limits = [(top, bottom)]
                if len(self._wholes) > 1:
                    # Two wholes are wholes of something: what stands above each since the last one, or below it.
                    limits += [(self._last(self._wholes, row), row), (row, self._next(self._wholes, row))]
        spans = (_inside(self._data, start, end) for start, end in limits)
        return tuple(dict.fromkeys(span for span in spans if span))

    def _last(self, rows: Sequence[int], row: int) -> int:
        at = bisect_left(rows, row)
        return rows[at - 1] if at else self._top

    def _next(self, rows: Sequence[int], row: int) -> int:
        at = bisect_right(rows, row)
        return rows[at] if at < len(rows) else self._bottom


def _ends_section(row: Row, level: int) -> bool:
    if row.kind is Kind.WHOLE:
        return True
    return row.kind in (Kind.SECTION, Kind.LOOSE) and row.level is not None and row.level <= level


def _inside(data: Sequence[int], start: int, end: int) -> Span | None:
    """The first and last of the data rows strictly between two rows."""
    first, last = bisect_right(data, start), bisect_left(data, end)
    return (data[first], data[last - 1]) if first < last else None
