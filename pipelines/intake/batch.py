"""Reads files one at a time and turns all of them into frames: candidates, text rows per form, places, findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts import Contracts
from pipelines.contracts.frames import (
    CANDIDATES,
    COLUMN_PLACES,
    ISSUES,
    ROW_ACCOUNT,
    TOTALS,
    row_schema,
    text_schema,
)
from pipelines.intake.clean import clean
from pipelines.intake.numbers import parse_number
from pipelines.intake.read import UnreadableFileError, column_letter, read_workbook
from pipelines.intake.recognise import Finding, RecognisedFile, RecognisedTable, Recogniser
from pipelines.intake.register import Receipt
from pipelines.intake.units import OrgUnits

UNRECOGNISED = "unrecognised"
_TOTAL_TEXTS = {key: dtype for key, dtype in TOTALS.items() if key not in ("stated", "computed")} | {
    "text": pl.String(),
    "first_part": pl.Int64(),
    "last_part": pl.Int64(),
}


@dataclass(frozen=True)
class Batch:
    """What intake makes of some files.

    Attributes:
        candidates: CANDIDATES, one row per submission found; a file without any has one row, not recognised.
        rows: form → cleaned rows (row_schema) of recognised submissions.
        totals: TOTALS, what total rows state and what their rows add up to.
        places: COLUMN_PLACES.
        issues: ISSUES of reading, recognising and cleaning.
    """

    candidates: pl.DataFrame
    rows: dict[str, pl.DataFrame]
    totals: pl.DataFrame
    places: pl.DataFrame
    issues: pl.DataFrame

    @property
    def row_counts(self) -> dict[str, int]:
        """Cleaned rows by form."""
        return {form: frame.height for form, frame in self.rows.items()}


def recognise_files(
    receipts: Iterable[tuple[Receipt, Path]],
    contracts: Contracts,
    units: OrgUnits,
    on_file: Callable[[], None] = lambda: None,
) -> list[RecognisedFile]:
    """Read and recognise each file; one that cannot be read becomes a finding, never an exception."""
    recogniser = Recogniser(contracts, units)
    recognised = []
    for receipt, path in receipts:
        try:
            recognised.append(recogniser.recognise(receipt, read_workbook(path)))
        except UnreadableFileError as error:
            recognised.append(recogniser.unreadable(receipt, str(error)))
        on_file()
    return recognised


def build_batch(files: Iterable[RecognisedFile], contracts: Contracts) -> Batch:
    """Clean everything that was recognised, over all files at once."""
    candidates: dict[str, dict[str, Any]] = {}
    texts: dict[str, dict[str, list[Any]]] = {
        form.form: {name: [] for name in text_schema(form)} for form in contracts.forms
    }
    places: list[tuple[str, str, str, str]] = []
    total_texts: list[tuple[Any, ...]] = []
    issues: list[tuple[Any, ...]] = []
    for file in files:
        ids = _submission_ids(file)
        for table, submission_id in ids.items():
            _count(candidates, file, table, submission_id)
            places += _places(table, submission_id)
            if table.is_recognised and not table.table.heading.personal:
                _collect_texts(texts[table.form_id], table, submission_id)
                total_texts += _total_texts(table, submission_id)
        if not ids:
            candidates[_unrecognised_id(file)] = _candidate(file, None, _unrecognised_id(file))
        first = next(iter(ids.values()), _unrecognised_id(file))
        rest = candidates[first]
        rest["rows_found"] += file.other_rows
        rest["rows_preamble" if ids else "rows_data"] += file.other_rows
        issues += [_issue(finding, ids[finding.table] if finding.table else first) for finding in file.findings]

    place_frame = pl.DataFrame(places, schema=COLUMN_PLACES, orient="row").unique(maintain_order=True)
    found = [pl.DataFrame(issues, schema=ISSUES, orient="row")]
    rows: dict[str, pl.DataFrame] = {}
    for form in contracts.forms:
        frame = pl.DataFrame(texts[form.form], schema=text_schema(form))
        if frame.is_empty():
            rows[form.form] = pl.DataFrame(schema=row_schema(form))
            continue
        rows[form.form], cell_issues = clean(form, frame, place_frame, contracts)
        found.append(cell_issues)
    return Batch(
        candidates=pl.DataFrame(list(candidates.values()), schema=CANDIDATES, orient="row"),
        rows=rows,
        totals=_add_up(pl.DataFrame(total_texts, schema=_TOTAL_TEXTS, orient="row"), rows, pl.concat(found)),
        places=place_frame,
        issues=pl.concat(found),
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


def _places(table: RecognisedTable, submission_id: str) -> list[tuple[str, str, str, str]]:
    split = table.table
    columns = split.heading.columns.items()
    return [(submission_id, split.sheet.name, name, column_letter(column)) for name, column in columns]


def _collect_texts(texts: dict[str, list[Any]], table: RecognisedTable, submission_id: str) -> None:
    split = table.table
    count = len(split.data)
    texts["submission_id"] += [submission_id] * count
    texts["org_unit_code"] += [table.org_unit_code] * count
    texts["period"] += [table.period] * count
    texts["source_sheet"] += [split.sheet.name] * count
    texts["source_row"] += [row + 1 for row in split.data]
    rows = [split.sheet.rows[row] for row in split.data]
    for form_field in split.heading.form.fields:
        column = split.heading.columns.get(form_field.name)
        texts[form_field.name] += [row[column] if column is not None and column < len(row) else None for row in rows]


def _total_texts(table: RecognisedTable, submission_id: str) -> list[tuple[Any, ...]]:
    split = table.table
    columns = [
        (form_field.name, column)
        for form_field in split.heading.form.fields
        if form_field.total and (column := split.heading.columns.get(form_field.name)) is not None
    ]
    return [
        (
            submission_id,
            table.form_id,
            split.sheet.name,
            total.row + 1,
            name,
            text,
            total.first_part + 1,
            total.last_part + 1,
        )
        for total in split.totals
        for name, column in columns
        if column < len(split.sheet.rows[total.row]) and (text := split.sheet.rows[total.row][column])
    ]


def _add_up(texts: pl.DataFrame, rows: dict[str, pl.DataFrame], cell_issues: pl.DataFrame) -> pl.DataFrame:
    """TOTALS: what total rows state beside the sum of the rows they cover.

    A column with an unreadable cell is left out: its sum would only repeat that finding.
    """
    if texts.is_empty():
        return pl.DataFrame(schema=TOTALS)
    keys = ["submission_id", "source_sheet", "field"]
    values = pl.concat(
        frame.unpivot(
            on=texts.filter(pl.col("form") == form)["field"].unique(maintain_order=True).to_list(),
            index=["submission_id", "source_sheet", "source_row"],
            variable_name="field",
            value_name="computed",
        ).rename({"source_row": "part"})
        for form, frame in rows.items()
        if form in texts["form"]
    )
    unreadable = cell_issues.filter(pl.col("severity") == "error").rename({"sheet": "source_sheet"}).select(keys)
    return (
        texts.with_columns(stated=parse_number(pl.col("text"), whole=True).struct.field("value"))
        .join(unreadable, on=keys, how="anti")
        .join(values, on=keys)
        .filter(pl.col("part").is_between("first_part", "last_part"))
        .group_by(*keys, "form", "source_row", "stated", maintain_order=True)
        .agg(pl.col("computed").sum())
        .select(*TOTALS)
    )


def _issue(finding: Finding, submission_id: str) -> tuple[Any, ...]:
    return (
        submission_id,
        finding.rule.code,
        finding.rule.severity.value,
        finding.sheet,
        None,
        finding.cell,
        finding.field,
        finding.value,
        finding.message_vi,
    )
