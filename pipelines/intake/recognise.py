"""Says of each file which forms it holds, which unit sends them and for which period – or what is wrong with it.

Sources are asked in this order: the stamp of the template, the title block, the sheet's name, folders, file name.
The first that answers counts; a later one that says otherwise is a contradiction, and both are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines import periods
from pipelines.contracts import Contracts, Rule
from pipelines.intake.headings import HeadingFinder
from pipelines.intake.read import Sheet, Workbook, column_letter
from pipelines.intake.register import Receipt
from pipelines.intake.tables import Table, split_table
from pipelines.intake.text import fold, strip_marks
from pipelines.intake.title import periods_in
from pipelines.intake.units import OrgUnits

STAMP_SHEET = "_congdoan"
_SAID = 5  # how many texts a message quotes
_PERIOD = re.compile(r"\d{4}-Q[1-4]")
_PERIOD_LINE = re.compile(r"\bky bao cao\b")


@dataclass(frozen=True)
class Stamp:
    """What the template's hidden sheet says of one of the workbook's sheets."""

    form: str | None = None
    layout_version: int | None = None
    org_unit_code: str | None = None
    period: str | None = None


@dataclass(frozen=True, eq=False)
class RecognisedTable:
    """A table with its sender and period; ``org_unit_code`` and ``period`` are None where unknown."""

    table: Table
    org_unit_code: str | None
    period: str | None
    layout_version: int | None
    is_recognised: bool

    @property
    def form_id(self) -> str:
        """The form of the table."""
        return self.table.heading.form.form


@dataclass(frozen=True)
class Finding:
    """Something to say about a file or a sheet, not yet bound to a submission."""

    rule: Rule
    message_vi: str
    sheet: str | None = None
    cell: str | None = None
    field: str | None = None
    value: str | None = None
    table: RecognisedTable | None = None


@dataclass(frozen=True)
class RecognisedFile:
    """What one file holds: its tables, the non-empty rows outside of any table, and the findings."""

    receipt: Receipt
    tables: tuple[RecognisedTable, ...]
    other_rows: int
    findings: tuple[Finding, ...] = field(default=())


class Recogniser:
    """Recognises files against some contracts and units; made once for a batch."""

    def __init__(self, contracts: Contracts, units: OrgUnits) -> None:
        """Prepare the look-ups that all files share."""
        self._contracts = contracts
        self._units = units
        self._finder = HeadingFinder(contracts.forms)

    def unreadable(self, receipt: Receipt, reason: str) -> RecognisedFile:
        """The outcome for a file that could not be read at all."""
        return RecognisedFile(
            receipt, (), 0, (self._finding("file_unreadable", file=receipt.name_parts[-1], found=reason),)
        )

    def recognise(self, receipt: Receipt, workbook: Workbook) -> RecognisedFile:
        """Find the tables of a workbook, and who sends them for which period."""
        stamps = _read_stamps(workbook)
        tables: list[RecognisedTable] = []
        findings: list[Finding] = []
        others: list[Sheet] = []
        for sheet in workbook.sheets:
            if sheet.name == STAMP_SHEET:
                continue
            stamp = stamps.get(sheet.name, Stamp())
            heading = self._finder.find(sheet, stamp.form) if sheet.rows else None
            if heading is None:
                others.append(sheet)
                continue
            table, found = self._place(receipt, split_table(sheet, heading), stamp)
            tables.append(table)
            findings += found
        filled = [table for table in tables if table.table.data]
        if filled:
            # A sheet of the template that was left empty says nothing when another one was filled in.
            left_empty = [table for table in tables if not table.table.data]
            others += [table.table.sheet for table in left_empty]
            findings = [finding for finding in findings if finding.table not in left_empty]
            tables = filled
        elif tables:
            findings += [self._finding("table_empty", table=table, sheet=table.table.sheet.name) for table in tables]
        else:
            texts = (cell for sheet in others for row in sheet.rows for cell in row if cell)
            findings.append(self._finding("form_unrecognised", found=_quote(texts)))
        if tables:
            findings += [self._finding("sheet_skipped", sheet=sheet.name) for sheet in others if sheet.filled_rows()]
        stamp_rows = sum(len(sheet.filled_rows()) for sheet in workbook.sheets if sheet.name == STAMP_SHEET)
        other_rows = stamp_rows + sum(len(sheet.filled_rows()) for sheet in others)
        return RecognisedFile(receipt, tuple(tables), other_rows, tuple(findings))

    def _place(self, receipt: Receipt, table: Table, stamp: Stamp) -> tuple[RecognisedTable, list[Finding]]:
        period, findings = self._period(receipt, table, stamp)
        unit, unit_findings = self._unit(receipt, table, stamp, period)
        findings += unit_findings
        is_placed = period is not None and unit is not None and self._units.find(unit, period) is not None
        layout_version = stamp.layout_version or (table.heading.form.layout_for(period).version if period else None)
        placed = RecognisedTable(table, unit, period, layout_version, is_placed)
        findings += self._column_findings(table)
        return placed, [replace(finding, table=placed, sheet=table.sheet.name) for finding in findings]

    def _period(self, receipt: Receipt, table: Table, stamp: Stamp) -> tuple[str | None, list[Finding]]:
        lines = table.preamble_lines
        labelled = periods_in(line for line in lines if _PERIOD_LINE.search(strip_marks(fold(line))))
        sources = {
            "tem biểu mẫu": [stamp.period] if stamp.period else [],
            "đầu trang": labelled or periods_in(lines),
            "tên trang tính": periods_in([table.sheet.name]),
            "thư mục": periods_in(receipt.name_parts[:-1]),
            "tên tệp": periods_in(receipt.name_parts[-1:]),
        }
        said = {source: found for source, found in sources.items() if found}
        if not said or len(next(iter(said.values()))) > 1:
            return None, [self._finding("period_unrecognised", found=_quote(lines))]
        first, (period, *_) = next(iter(said.items()))
        findings = [
            self._contradiction("Kỳ báo cáo", first, period, source, ", ".join(others))
            for source, others in said.items()
            if period not in others
        ]
        # A mistyped year would otherwise stretch every series to it.
        earliest = min(layout.valid_from for layout in table.heading.form.layouts)
        received = receipt.received_at.date()
        if period < earliest or periods.starts_on(period) > received:
            day = f"{received:%d/%m/%Y}"
            findings.append(self._finding("period_out_of_range", value=period, expected=earliest, found=day))
        return period, findings

    def _unit(
        self, receipt: Receipt, table: Table, stamp: Stamp, period: str | None
    ) -> tuple[str | None, list[Finding]]:
        lines = table.preamble_lines
        in_title = next((code for line in lines if (code := self._units.code_in(line))), None)
        if in_title is None and period is not None:
            in_title = self._units.named_in(lines, period)
        elsewhere = (self._units.code_in(part) for part in (table.sheet.name, *reversed(receipt.name_parts)))
        unit = stamp.org_unit_code or in_title or next((code for code in elsewhere if code), None)
        if unit is None:
            return None, [self._finding("unit_unrecognised", found=_quote(lines))]
        findings = []
        if period is not None and self._units.find(unit, period) is None:
            findings.append(self._finding("unit_unknown", value=unit, expected=period))
        if in_title not in (None, unit):
            findings.append(self._contradiction("Đơn vị", "tem biểu mẫu", unit, "đầu trang", in_title))
        return unit, findings

    def _column_findings(self, table: Table) -> Iterator[Finding]:
        heading = table.heading
        row = heading.rows.start + 1
        for name in heading.missing:
            column = heading.form.field(name).heading_vi
            yield replace(self._finding("column_missing", column=column, found=_quote(heading.labels, 40)), field=name)
        for name, columns in heading.ambiguous.items():
            places = ", ".join(f"{column_letter(column)}{row}" for column in columns)
            finding = self._finding("column_ambiguous", column=heading.form.field(name).heading_vi, found=places)
            yield replace(finding, field=name, cell=f"{column_letter(columns[0])}{row}")
        personal = heading.personal
        for text in personal:
            yield self._finding("personal_data", column=text)
        for column, text in heading.unknown.items():
            if text not in personal and fold(text) not in ("tt", "stt"):
                finding = self._finding("column_skipped", column=text)
                yield replace(finding, cell=f"{column_letter(column)}{row}")

    def _contradiction(self, subject: str, first: str, value: str, second: str, found: str) -> Finding:
        finding = self._finding(
            "contradiction", column=subject, expected=first, value=value, likely=second, found=found
        )
        return replace(finding, value=f"{value} / {found}")

    def _finding(self, name: str, table: RecognisedTable | None = None, **words: str) -> Finding:
        rule = self._contracts.named(name)
        sheet = table.table.sheet.name if table else words.get("sheet")
        return Finding(rule, rule.message_vi.format_map(words), sheet=sheet, value=words.get("value"), table=table)


def _read_stamps(workbook: Workbook) -> Mapping[str, Stamp]:
    """Sheet name → stamp, from the hidden sheet of the template; empty for other workbooks."""
    sheet = next((sheet for sheet in workbook.sheets if sheet.name == STAMP_SHEET), None)
    if sheet is None or not sheet.rows:
        return {}
    names = [name or "" for name in sheet.rows[0]]
    stamps: dict[str, Stamp] = {}
    for row in sheet.rows[1:]:
        entry = dict(zip(names, row, strict=False))
        if name := entry.get("sheet"):
            stamps[name] = Stamp(
                form=entry.get("form"),
                layout_version=_as_number(entry.get("layout_version")),
                org_unit_code=entry.get("org_unit_code"),
                period=_as_period(entry.get("period")),
            )
    return stamps


def _as_period(text: str | None) -> str | None:
    """The period a stamp states; None if that is no period, and the title block is asked."""
    return text if text and _PERIOD.fullmatch(text) else None


def _as_number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _quote(texts: Iterable[str], most: int = _SAID) -> str:
    """The first few distinct texts, for a message; says so when there are none."""
    distinct: Sequence[str] = list(dict.fromkeys(texts))
    if not distinct:
        return "(không có gì)"
    more = ", …" if len(distinct) > most else ""
    return ", ".join(f"“{text[:60]}”" for text in distinct[:most]) + more
