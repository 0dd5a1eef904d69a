"""Reads files one at a time and turns all of them into frames: candidates, text rows per form, places, findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts import Contracts
from pipelines.contracts.frames import (
    CANDIDATES,
    COLUMN_PLACES,
    EXPLANATIONS,
    ISSUES,
    ROW_ACCOUNT,
    row_schema,
    text_schema,
)
from pipelines.intake.clean import clean
from pipelines.intake.memory import without_cycle_search
from pipelines.intake.personal import without_identity_numbers
from pipelines.intake.read import UnreadableFileError, column_letter
from pipelines.intake.reading import read_files
from pipelines.intake.recognise import Finding, RecognisedFile, RecognisedTable, Recogniser
from pipelines.intake.register import Receipt
from pipelines.intake.totals import TOTAL_CELLS, TOTAL_PARTS, add_up, total_cells, total_parts
from pipelines.intake.units import OrgUnits

UNRECOGNISED = "unrecognised"


@dataclass(frozen=True)
class Batch:
    """What intake makes of some files.

    Attributes:
        candidates: CANDIDATES, one row per submission found; a file without any has one row, not recognised.
        rows: form → cleaned rows (row_schema) of recognised submissions.
        totals: TOTALS, what total rows state and what their rows add up to.
        places: COLUMN_PLACES.
        issues: ISSUES of reading, recognising and cleaning.
        explanations: EXPLANATIONS that came back in answers.
    """

    candidates: pl.DataFrame
    rows: dict[str, pl.DataFrame]
    totals: pl.DataFrame
    places: pl.DataFrame
    issues: pl.DataFrame
    explanations: pl.DataFrame

    @property
    def row_counts(self) -> dict[str, int]:
        """Cleaned rows by form."""
        return {form: frame.height for form, frame in self.rows.items()}


@without_cycle_search()
def recognise_files(
    receipts: Iterable[tuple[Receipt, Path]],
    contracts: Contracts,
    units: OrgUnits,
    on_file: Callable[[], None] = lambda: None,
) -> list[RecognisedFile]:
    """Read and recognise each file; one that cannot be read becomes a finding, never an exception.

    Files are read in processes of their own: one that hangs or exhausts memory ends its process and not the run.
    """
    recogniser = Recogniser(contracts, units)
    received = list(receipts)
    outcomes = read_files((path, receipt.name_parts[-1]) for receipt, path in received)
    recognised = []
    for (receipt, _), outcome in zip(received, outcomes, strict=True):
        if isinstance(outcome, UnreadableFileError):
            recognised.append(recogniser.unreadable(receipt, outcome.reason, outcome.rule_name))
        else:
            recognised.append(recogniser.recognise(receipt, outcome))
        on_file()
    return recognised


@without_cycle_search()
def build_batch(files: Iterable[RecognisedFile], contracts: Contracts) -> Batch:
    """Clean everything that was recognised, over all files at once."""
    candidates: dict[str, dict[str, Any]] = {}
    texts: dict[str, dict[str, list[Any]]] = {
        form.form: {name: [] for name in text_schema(form)} for form in contracts.forms
    }
    places: list[tuple[Any, ...]] = []
    of_totals: list[tuple[Any, ...]] = []
    parts: list[tuple[Any, ...]] = []
    issues: list[tuple[Any, ...]] = []
    explanations: list[tuple[Any, ...]] = []
    for file in files:
        ids = _submission_ids(file)
        for table, submission_id in ids.items():
            _count(candidates, file, table, submission_id)
            places += _places(table, submission_id)
            if table.is_recognised and not table.table.heading.personal:
                _collect_texts(texts[table.form_id], table, submission_id)
                of_totals += total_cells(table, submission_id, file.receipt.name_parts[-1])
                parts += total_parts(table, submission_id)
        if not ids:
            candidates[_unrecognised_id(file)] = _candidate(file, None, _unrecognised_id(file))
        first = next(iter(ids.values()), _unrecognised_id(file))
        rest = candidates[first]
        rest["rows_found"] += file.other_rows
        rest["rows_preamble" if ids else "rows_data"] += file.other_rows
        explanations += [
            (submission_id, said.sheet, said.cell, said.rule_code, without_identity_numbers(said.text))
            for submission_id in dict.fromkeys(ids.values())
            for said in file.explanations
        ]
        issues += [_issue(finding, ids[finding.table] if finding.table else first) for finding in file.findings]

    place_frame = pl.DataFrame(places, schema=COLUMN_PLACES, orient="row")
    found = [pl.DataFrame(issues, schema=ISSUES, orient="row")]
    rows: dict[str, pl.DataFrame] = {}
    for form in contracts.forms:
        frame = pl.DataFrame(texts[form.form], schema=text_schema(form))
        if frame.is_empty():
            rows[form.form] = pl.DataFrame(schema=row_schema(form))
            continue
        rows[form.form], cell_issues = clean(form, frame, place_frame, contracts)
        found.append(cell_issues)
    totals, total_issues = add_up(
        pl.DataFrame(of_totals, schema=TOTAL_CELLS, orient="row"),
        pl.DataFrame(parts, schema=TOTAL_PARTS, orient="row"),
        rows,
        pl.concat(found),
        contracts,
    )
    return Batch(
        candidates=pl.DataFrame(list(candidates.values()), schema=CANDIDATES, orient="row"),
        rows=rows,
        totals=totals,
        places=place_frame,
        issues=pl.concat([*found, total_issues]),
        explanations=pl.DataFrame(explanations, schema=EXPLANATIONS, orient="row"),
    )


def _submission_ids(file: RecognisedFile) -> dict[RecognisedTable, str]:
    """Tables of one form, unit and period are one submission, over however many sheets."""
    ids: dict[tuple[str, str | None, str | None], str] = {}
    per_form: dict[str, int] = defaultdict(int)
    by_table: dict[RecognisedTable, str] = {}
    for table in file.tables:
        key = (table.form_id, table.org_unit_code, table.period)
        if key not in ids:
            per_form[table.form_id] += 1
            more = f".{per_form[table.form_id]}" if per_form[table.form_id] > 1 else ""
            ids[key] = f"{file.receipt.receipt_id}.{table.form_id}{more}"
        by_table[table] = ids[key]
    return by_table


def _unrecognised_id(file: RecognisedFile) -> str:
    return f"{file.receipt.receipt_id}.{UNRECOGNISED}"


def _candidate(file: RecognisedFile, table: RecognisedTable | None, submission_id: str) -> dict[str, Any]:
    is_recognised = table is not None and table.is_recognised
    return {
        "submission_id": submission_id,
        "receipt_id": file.receipt.receipt_id,
        "form": table.form_id if table else None,
        "org_unit_code": table.org_unit_code if table else None,
        "period": table.period if table else None,
        "sent_by_code": table.sent_by_code if table else None,
        "layout_version": table.layout_version if table else None,
        "is_recognised": is_recognised,
        **dict.fromkeys(ROW_ACCOUNT, 0),
    }


def _count(candidates: dict[str, dict[str, Any]], file: RecognisedFile, table: RecognisedTable, key: str) -> None:
    counts = candidates.setdefault(key, _candidate(file, table, key))
    split = table.table
    for name, count in (
        ("rows_preamble", len(split.preamble)),
        ("rows_header", len(split.header)),
        ("rows_total", len(split.totals)),
        ("rows_footer", len(split.footer)),
        ("rows_data", len(split.data)),
    ):
        counts[name] += count
        counts["rows_found"] += count


def _places(table: RecognisedTable, submission_id: str) -> list[tuple[Any, ...]]:
    split = table.table
    first, last = split.span
    return [
        (submission_id, split.sheet.name, name, column_letter(column), first + 1, last + 1)
        for name, column in split.heading.columns.items()
    ]


def _collect_texts(texts: dict[str, list[Any]], table: RecognisedTable, submission_id: str) -> None:
    split = table.table
    count = len(split.data)
    texts["submission_id"] += [submission_id] * count
    texts["org_unit_code"] += [table.org_unit_code] * count
    texts["period"] += [table.period] * count
    texts["source_sheet"] += [split.sheet.name] * count
    texts["source_row"] += [row + 1 for row in split.data]
    columns = list(zip_longest(*(split.sheet.rows[row] for row in split.data)))
    for form_field in split.heading.form.fields:
        column = split.heading.columns.get(form_field.name, len(columns))
        texts[form_field.name] += columns[column] if column < len(columns) else [None] * count


def _issue(finding: Finding, submission_id: str) -> tuple[Any, ...]:
    return (
        submission_id,
        finding.rule.code,
        finding.rule.severity.value,
        finding.sheet,
        finding.source_row,
        finding.cell,
        finding.field,
        finding.value,
        finding.message_vi,
    )
