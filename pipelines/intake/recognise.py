"""Says of each file which forms it holds, which unit sends them and for which period – or what is wrong with it.

What belongs here: putting together what the neighbours find (headings, tables, sender) and wording it as findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipelines import periods
from pipelines.contracts import Contracts, FieldType, Form, Rule
from pipelines.contracts.workbook import FINDINGS_SHEET, GUIDE_SHEET, RESULT_SHEET, STAMP_SHEET
from pipelines.intake.absence import Said, absent, label, sent_for, unnamed
from pipelines.intake.explanations import Explanation, explanations_in
from pipelines.intake.headings import HeadingFinder, Rows, is_running_number
from pipelines.intake.labels import words
from pipelines.intake.personal import without_personal_numbers
from pipelines.intake.read import Sheet, Workbook, column_letter
from pipelines.intake.register import Receipt
from pipelines.intake.sender import (
    STAMP,
    Decision,
    Stamp,
    Surroundings,
    agreed,
    decide_period,
    decide_unit,
    read_stamps,
)
from pipelines.intake.tables import Table, split_sheet
from pipelines.intake.text import fold, plain
from pipelines.intake.unit_names import Reading
from pipelines.intake.units import OrgUnits

_SAID = 5  # how many texts a message quotes
_OWN_SHEETS = (STAMP_SHEET, RESULT_SHEET, FINDINGS_SHEET, GUIDE_SHEET)
_SCALED = re.compile(
    r"\b(?:don vi tinh|dvt)\b\W*(?:[^:]{0,20}[,;]\s*)?(?:1[.,]?000|nghin|ngan|tram|trieu|ty)\b(?P<money> dong| vnd)?"
)


@dataclass(frozen=True, eq=False)
class RecognisedTable:
    """A table with its unit and period; ``org_unit_code`` and ``period`` are None where unknown.

    ``sent_by_code`` is that of the successor that sends for a unit that no longer exists; None where the unit sends.
    """

    table: Table
    org_unit_code: str | None
    period: str | None
    layout_version: int | None
    is_recognised: bool
    is_stamped: bool = False
    sent_by_code: str | None = None

    @property
    def form_id(self) -> str:
        """The form of the table."""
        return self.table.heading.form.form


@dataclass(frozen=True)
class Finding:
    """Something to say about a file, a sheet or a cell, not yet bound to a submission; the row is 1-based."""

    rule: Rule
    message_vi: str
    sheet: str | None = None
    cell: str | None = None
    field: str | None = None
    value: str | None = None
    source_row: int | None = None
    table: RecognisedTable | None = None


@dataclass(frozen=True)
class RecognisedFile:
    """What one file holds: its tables, the non-empty rows outside of any table, and the findings."""

    receipt: Receipt
    tables: tuple[RecognisedTable, ...]
    other_rows: int
    findings: tuple[Finding, ...] = field(default=())
    explanations: tuple[Explanation, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class _Placed:
    """A table and what was decided about it on its own."""

    table: Table
    stamp: Stamp
    period: Decision
    unit: Decision


class Recogniser:
    """Recognises files against some contracts and units; made once for a batch."""

    def __init__(self, contracts: Contracts, units: OrgUnits) -> None:
        """Prepare the look-ups that all files share."""
        self._contracts = contracts
        self._units = units
        self._finder = HeadingFinder(contracts.forms)
        self._titles = {
            form.form: [words(title) for title in (form.title_vi, *form.title_aliases)] for form in contracts.forms
        }

    def unreadable(self, receipt: Receipt, reason: str, rule_name: str = "file_unreadable") -> RecognisedFile:
        """The outcome for a file that could not be read at all, or must not be."""
        return RecognisedFile(receipt, (), 0, (self._finding(rule_name, file=receipt.name_parts[-1], found=reason),))

    def tables_in(self, sheet: Sheet, names: Sequence[str] = (), stamp: Stamp | None = None) -> list[Table]:
        """Every table of a sheet, from top to bottom.

        Where the columns fit several forms, the stamp decides, then the title block, then the names given.
        """

        def preferred(above: Rows) -> list[str]:
            title = " ".join(text for row in above for text in row if text)
            named = [form for text in (title, sheet.name, *names) for form in self._forms_named(text)]
            return [stamp.form, *named] if stamp and stamp.form else named

        headings = self._finder.find_all(sheet, preferred) if sheet.rows else []
        return split_sheet(sheet, headings) if headings else []

    def recognise(self, receipt: Receipt, workbook: Workbook) -> RecognisedFile:
        """Find the tables of a workbook, and who sends them for which period."""
        found: list[tuple[Sheet, list[Table]]] = []
        findings: list[Finding] = []
        other_rows = 0
        stamps = read_stamps(workbook)
        for sheet in workbook.sheets:
            if sheet.name == STAMP_SHEET:
                other_rows += len(sheet.filled_rows())
                continue
            stamp = next((stamp for stamp in stamps if stamp.sheet == sheet.name), None)
            tables = self.tables_in(sheet, (*receipt.name_parts[-2::-1], receipt.name_parts[-1]), stamp)
            if tables and not sheet.is_visible:
                findings.append(self._finding("sheet_hidden", sheet=sheet.name))
                tables = []
                other_rows += len(sheet.filled_rows())
            else:
                found.append((sheet, tables))
        tables = [table for _, of_sheet in found for table in of_sheet]
        if not tables:
            labels = [label for sheet, _ in found if sheet.is_visible for label in self._finder.nearest_labels(sheet)]
            texts = labels or [text for sheet, _ in found for row in sheet.rows for text in row if text]
            findings.insert(0, self._finding("form_unrecognised", found=_quote(texts)))
            other_rows += sum(len(sheet.filled_rows()) for sheet, _ in found)
            return RecognisedFile(receipt, (), other_rows, tuple(findings), explanations_in(workbook))

        if any(table.data for table in tables):
            # A sheet of the template that was left empty says nothing when another one was filled in.
            empty = [table for table in tables if not table.data]
            other_rows += sum(table.row_count for table in empty)
            findings += [self._finding("sheet_left_empty", sheet=table.sheet.name) for table in empty]
            tables = [table for table in tables if table.data]
        for sheet, of_sheet in found:
            if not of_sheet:
                other_rows += len(sheet.filled_rows())
                if sheet.is_visible and sheet.filled_rows() and sheet.name not in _OWN_SHEETS:
                    findings.append(self._finding("sheet_skipped", sheet=sheet.name))
        placed, table_findings = self._place_all(receipt, tables, stamps)
        return RecognisedFile(
            receipt, tuple(placed), other_rows, (*table_findings, *findings), explanations_in(workbook)
        )

    # --- sender and period

    def _place_all(
        self, receipt: Receipt, tables: Sequence[Table], stamps: Sequence[Stamp]
    ) -> tuple[list[RecognisedTable], list[Finding]]:
        decided = [self._decide(receipt, table, tables, _stamp_of(table, tables, stamps)) for table in tables]
        # A table about which nothing is said belongs to the others of its workbook, if these agree.
        common_period, common_unit = agreed(d.period for d in decided), agreed(d.unit for d in decided)
        placed: list[RecognisedTable] = []
        findings: list[Finding] = []
        for of_table in decided:
            table, stamp = of_table.table, of_table.stamp
            period = of_table.period.value or (common_period if of_table.period.is_silent else None)
            unit = of_table.unit.value or (common_unit if of_table.unit.is_silent else None)
            is_known = unit is not None and period is not None and self._units.find(unit, period) is not None
            form = table.heading.form
            version = stamp.layout_version or (form.layout_for(period).version if period else None)
            sent_by = next((d.unit.sent_by for d in (of_table, *decided) if d.unit.value == unit), None)
            recognised = RecognisedTable(table, unit, period, version, is_known, stamp != Stamp(), sent_by)
            placed.append(recognised)
            said = [
                *self._form_findings(table, stamp, tables),
                *self._period_findings(receipt, of_table, period),
                *self._unit_findings(of_table, recognised, receipt),
                *self._column_findings(table, period),
                *self._row_findings(recognised),
            ]
            findings += [replace(finding, table=recognised, sheet=table.sheet.name) for finding in said]
        return placed, findings

    def _decide(self, receipt: Receipt, table: Table, tables: Sequence[Table], stamp: Stamp) -> _Placed:
        first = next(other for other in tables if other.sheet is table.sheet)
        *folders, file = receipt.name_parts
        around = Surroundings(
            stamp=stamp,
            titles=[_title_rows(of) for of in dict.fromkeys((table, first))],
            sheet=table.sheet.name,
            folders=folders,
            file=file,
            received_on=receipt.received_at.date(),
        )
        period = decide_period(around)
        return _Placed(table, stamp, period, decide_unit(around, self._units, period.value))

    def _form_findings(self, table: Table, stamp: Stamp, tables: Sequence[Table]) -> Iterator[Finding]:
        on_sheet = {other.heading.form.form for other in tables if other.sheet is table.sheet}
        if stamp.form and stamp.form not in on_sheet:
            stamped = next((f.title_vi for f in self._contracts.forms if f.form == stamp.form), stamp.form)
            yield self._contradiction("Biểu mẫu", STAMP, stamped, "tiêu đề cột", table.heading.form.title_vi)

    def _period_findings(self, receipt: Receipt, placed: _Placed, period: str | None) -> Iterator[Finding]:
        if period is None:
            yield self._finding("period_unrecognised", found=_quote(placed.table.preamble_lines))
            return
        for source, value in (placed.period.against or {}).items():
            yield self._contradiction("Kỳ báo cáo", placed.period.source or "", period, source, value)
        # A mistyped year would otherwise stretch every series to it.
        earliest = min(layout.valid_from for layout in placed.table.heading.form.layouts)
        received = receipt.received_at.date()
        if period < earliest or periods.starts_on(period) > received:
            day = f"{received:%d/%m/%Y}"
            yield self._finding("period_out_of_range", value=period, expected=earliest, found=day)

    def _unit_findings(self, placed: _Placed, recognised: RecognisedTable, receipt: Receipt) -> Iterator[Finding]:
        unit, period, written = recognised.org_unit_code, recognised.period, placed.unit.unknown
        lines, received = placed.table.preamble_lines, receipt.received_at.date()
        if unit is None:
            said = unnamed(written, lines, Reading(period, received, is_label=bool(written)), self._units)
            yield self._said(said) if said else self._finding("unit_unrecognised", found=_quote(lines))
            return
        if period is not None and self._units.find(unit, period) is None:
            yield self._said(absent(unit, period, self._units))
        for source, value in (placed.unit.against or {}).items():
            first, second = (label(code, period, self._units) for code in (unit, value))
            finding = self._contradiction("Đơn vị", placed.unit.source or "", first, source, second)
            yield replace(finding, value=f"{unit} / {value}")
        if recognised.sent_by_code and period is not None:
            yield self._said(sent_for(unit, recognised.sent_by_code, period, received, self._units))

    # --- columns and rows

    def _column_findings(self, table: Table, period: str | None) -> Iterator[Finding]:
        heading = table.heading
        row = heading.rows.start + 1
        layout = heading.form.layout_for(period) if period else None
        for name in heading.missing(layout):
            column = heading.form.field(name).heading_vi
            yield replace(self._finding("column_missing", column=column, found=_quote(heading.labels, 40)), field=name)
        for name, columns in heading.ambiguous.items():
            places = ", ".join(f"{column_letter(column)}{row}" for column in columns)
            finding = self._finding("column_ambiguous", column=heading.form.field(name).heading_vi, found=places)
            yield replace(finding, field=name, cell=f"{column_letter(columns[0])}{row}")
        for text in heading.personal:
            yield self._finding("personal_data", column=text)
        for column, text in heading.unknown.items():
            if text not in heading.personal and not is_running_number(text):
                finding = self._finding("column_skipped", column=text)
                yield replace(finding, cell=f"{column_letter(column)}{row}")
        if measure := _scaled_measure(table):
            yield self._finding("measure_scaled", value=measure)

    def _row_findings(self, recognised: RecognisedTable) -> Iterator[Finding]:
        table = recognised.table
        sheet = table.sheet
        if sheet.decoded_from:
            yield self._finding("text_decoded", sheet=sheet.name, found=sheet.decoded_from)
        if not table.data:
            yield self._finding("table_empty", sheet=sheet.name)
        if hidden := [row for row in table.data if row in sheet.hidden_rows]:
            finding = self._finding("rows_hidden", sheet=sheet.name, found=_row_numbers(hidden))
            yield replace(finding, cell=f"A{hidden[0] + 1}", source_row=hidden[0] + 1)
        for span, row, column in _values_under_merges(table):
            finding = self._finding("value_under_merge", found=span, value=str(sheet.rows[row][column])[:80])
            yield replace(finding, cell=f"{column_letter(column)}{row + 1}", source_row=row + 1)
        for total in table.totals:
            if not total.parts and table.data and not table.heading.personal:
                column, text = next((c, text) for c, text in enumerate(sheet.rows[total.row]) if text)
                place = f"{column_letter(column)}{total.row + 1}"
                yield replace(
                    self._finding("total_without_parts", value=text[:80]), cell=place, source_row=total.row + 1
                )
        if sheet.uncached:
            fields = {column: name for name, column in table.heading.columns.items()}
            rows = frozenset(table.data)
            for row, column in sorted(cell for cell in sheet.uncached if cell[1] in fields and cell[0] in rows):
                name = fields[column]
                finding = self._finding("formula_not_calculated", column=table.heading.form.field(name).heading_vi)
                yield replace(finding, field=name, cell=f"{column_letter(column)}{row + 1}", source_row=row + 1)

    # --- words

    def _forms_named(self, text: str) -> list[str]:
        """The forms whose title stands in a text."""
        text = f" {words(text[-120:]) if len(text) <= 120 else _folded_words(text)} "
        return [form for form, titles in self._titles.items() if any(f" {title} " in text for title in titles)]

    def _contradiction(self, subject: str, first: str, value: str, second: str, found: str) -> Finding:
        finding = self._finding(
            "contradiction", column=subject, expected=first, value=value, likely=second, found=found
        )
        return replace(finding, value=f"{value} / {found}")

    def _said(self, said: Said) -> Finding:
        return self._finding(said.rule_name, **said.words)

    def _finding(self, name: str, **said: str) -> Finding:
        rule = self._contracts.named(name)
        sheet = said.get("sheet")
        shown = {word: without_personal_numbers(text) for word, text in said.items()}
        return Finding(rule, rule.message_vi.format_map(shown), sheet=sheet, value=shown.get("value"))


def _folded_words(text: str) -> str:
    return re.sub(r"\W+", " ", fold(text))


def _title_rows(table: Table) -> list[list[str]]:
    return [[text for text in table.sheet.rows[row] if text] for row in table.preamble]


def _values_under_merges(table: Table) -> Iterator[tuple[str, int, int]]:
    """The first value that each merged range among data and totals hides: the range, the value's row and column."""
    sheet = table.sheet
    rows = frozenset((*table.data, *(total.row for total in table.totals)))
    height, width = len(sheet.rows), max(map(len, sheet.rows), default=0)
    left_to_look_at = height * width  # merged ranges that overlap are those of a file made to keep us busy
    for (top, left), (bottom, right) in sheet.merged:
        bottom_inside, right_inside = min(bottom, height - 1), min(right, width - 1)
        left_to_look_at -= max(0, bottom_inside - top + 1) * max(0, right_inside - left + 1)
        if left_to_look_at < 0:
            return
        hidden = (
            (row, column)
            for row in range(top, bottom_inside + 1)
            if row in rows
            for column, text in enumerate(sheet.rows[row][left : right + 1], start=left)
            if text and (row, column) != (top, left)
        )
        if first := next(hidden, None):
            yield f"{column_letter(left)}{top + 1}:{column_letter(right)}{bottom + 1}", *first


def _stamp_of(table: Table, tables: Sequence[Table], stamps: Sequence[Stamp]) -> Stamp:
    """The stamp of the table's sheet; if that was renamed, the only one left over for the only such table."""
    names = {other.sheet.name for other in tables}
    own = next((stamp for stamp in stamps if stamp.sheet == table.sheet.name), None)
    if own is not None:
        return own
    form = table.heading.form.form
    left = [stamp for stamp in stamps if stamp.sheet not in names and stamp.form == form]
    stamped = {stamp.sheet for stamp in stamps}
    renamed = {other.sheet.name for other in tables if other.sheet.name not in stamped and _form_of(other) == form}
    return left[0] if len(left) == 1 and len(renamed) == 1 else Stamp()


def _form_of(table: Table) -> str:
    return table.heading.form.form


def _scaled_measure(table: Table) -> str | None:
    """The line of the title that gives figures in thousands or millions, if it concerns columns of the table."""
    form: Form = table.heading.form
    has_money = any(form.field(name).type is FieldType.AMOUNT for name in table.heading.columns)
    for line in table.preamble_lines:
        scaled = _SCALED.search(plain(line))
        if scaled and (has_money or not scaled["money"]):
            return line[:80]
    return None


def _row_numbers(rows: Sequence[int]) -> str:
    """0-based rows as people write them: "12–15, 18"."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return ", ".join(str(run[0] + 1) if len(run) == 1 else f"{run[0] + 1}–{run[-1] + 1}" for run in runs)


def _quote(texts: Iterable[str], most: int = _SAID) -> str:
    """The first few distinct texts, for a message; says so when there are none."""
    distinct: Sequence[str] = list(dict.fromkeys(texts))
    if not distinct:
        return "(không có gì)"
    more = ", …" if len(distinct) > most else ""
    return ", ".join(f"“{text[:60]}”" for text in distinct[:most]) + more
