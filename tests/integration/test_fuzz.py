"""Files broken in many ways: no crash, no hang, and nothing accepted that the file does not say.

What was accepted is read once more by other means (openpyxl, csv) from the broken file itself; where only the packing
or the XML was damaged, what the file said before counts as well. ``CONGDOAN_FUZZ`` says how many files are made
(``make fuzz``: 10,000); the seed is fixed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import random
import re
import time
import unicodedata
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from pipelines.contracts import FieldType, load_contracts
from pipelines.quality import settle
from pipelines.synthetic.compose import compose
from pipelines.synthetic.parcels import Kind, Parcel, unit_labels, write_parcel
from pipelines.synthetic.places import LONG_BIEN
from tests.mutations import CHANGE_WHAT_IS_SAID, OF_TEXTS, OF_WORKBOOKS, Mutation
from tests.support import Taken, take_in

pytestmark = pytest.mark.slow

CONTRACTS = load_contracts()
COUNT = int(os.environ.get("CONGDOAN_FUZZ", "240"))
BATCH = 120
SECONDS_PER_FILE = 10.0
PERIOD = "2021-Q2"
NUMBERS = (FieldType.COUNT, FieldType.AMOUNT, FieldType.NUMBER)
Grid = list[list[Any]]


# --- valid files to start from


@dataclass(frozen=True)
class Seed:
    """A valid file, and what it says: form → its rows as they were read."""

    suffix: str
    content: bytes
    rows: dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Broken:
    """A file made from a seed."""

    path: Path
    seed: Seed
    mutation: Mutation | None = None

    @property
    def kind(self) -> str:
        name = self.mutation.__name__ if self.mutation else "as it was"
        return f"{self.seed.suffix[1:]} {name}"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[Seed]:
    """Suffix and bytes of valid files: the template with three forms, offices' own workbooks, text files."""
    folder = tmp_path_factory.mktemp("seeds")
    of_unit = {name: frame.filter(org_unit_code="H004", period=PERIOD) for name, frame in compose(LONG_BIEN).items()}
    parts = {name: frame.drop("org_unit_code", "period").gather_every(17)[:9] for name, frame in of_unit.items()}
    made: list[tuple[Kind, list[str]]] = [
        ("template", list(parts)),
        ("template", ["grassroots_unions"]),
        ("plain_workbook", ["grassroots_unions"]),
        ("plain_workbook", ["enterprises"]),
        ("csv", ["grassroots_unions"]),
        ("csv", ["agreements"]),
    ]
    found = []
    for number, (kind, forms) in enumerate(made):
        suffix = ".csv" if kind == "csv" else ".xlsx"
        parcel = Parcel(
            path=f"2021-07-09/H004/{number}{suffix}",
            unit=unit_labels(PERIOD)["H004"],
            period=PERIOD,
            rows={form: parts[form] for form in forms},
            kind=kind,
        )
        path = write_parcel(parcel, folder, CONTRACTS)
        found.append(Seed(suffix, path.read_bytes(), take_in(path).batch.rows))
    return found


# --- the broken file, read by other means


def sheets_of(content: bytes, suffix: str) -> dict[str | None, Grid] | None:
    """Sheet → cells from A1 on; a text file has one sheet, None. None if these readers cannot open the file."""
    if suffix == ".csv" and content[:2] != b"PK":
        grid = text_grid(content)
        return None if grid is None else {None: grid}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}
        except Exception:  # openpyxl raises whatever its parser stumbles over; then there is no second opinion
            return None


def text_grid(content: bytes) -> Grid | None:
    """Cells of a text file in UTF-8 or UTF-16, split at whichever delimiter gives the most cells."""
    for encoding in ("utf-8-sig", "utf-16") if content[:2] not in (b"\xff\xfe", b"\xfe\xff") else ("utf-16",):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        try:
            grids = [list(csv.reader(io.StringIO(text, newline=""), delimiter=mark)) for mark in ";,\t|"]
        except csv.Error:
            return None
        return max(grids, key=lambda grid: sum(len(row) > 4 for row in grid))
    return None


NOT_A_NUMBER = object()


def number_of(cell: Any) -> Any:
    """The number that a cell states; None for none; NOT_A_NUMBER for anything else."""
    if isinstance(cell, bool | dt.date | dt.time | dt.timedelta):
        return NOT_A_NUMBER
    if isinstance(cell, int | float):
        return cell
    if cell is None:
        return None
    text = re.sub(r"[^\S\n\t]", " ", unicodedata.normalize("NFKC", cell))
    text = re.sub(r"^[\s'\u200b]+|[\s\u200b]+$", "", text)
    if not re.search(r"\d", text) or not re.match(r"[-+−\d]", text):
        return None
    number = re.match(r"[-+−]?[\d., ]*\d", text)
    if number is None:
        return NOT_A_NUMBER
    digits = number[0].replace(" ", "").replace("−", "-")
    if re.fullmatch(r"[-+]?\d{1,3}(\.\d{3})+(,\d+)?", digits) or re.fullmatch(r"[-+]?\d+(,\d+)?", digits):
        return float(digits.replace(".", "").replace(",", "."))
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3}){2,}(\.\d+)?", digits) or re.fullmatch(r"[-+]?\d+(\.\d+)?", digits):
        return float(digits.replace(",", ""))
    return NOT_A_NUMBER


def dates_of(cell: Any) -> set[Any]:
    """The dates that a cell may state."""
    if isinstance(cell, dt.datetime):
        return {cell.date()}
    if isinstance(cell, dt.date):
        return {cell}
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return {dt.date(1899, 12, 30) + dt.timedelta(days=int(cell))} if 0 < cell < 10**6 else {None}
    if cell is None:
        return {None}
    numbers = [int(number) for number in re.findall(r"\d+", unicodedata.normalize("NFKC", str(cell)))]
    found: set[Any] = {None}
    if len(numbers) == 1 and len(str(numbers[0])) == 5:
        found.add(dt.date(1899, 12, 30) + dt.timedelta(days=numbers[0]))
    for day, month, year in (numbers[:3], numbers[:3][::-1]) if len(numbers) >= 3 else ():
        year = year if year > 99 else year + (2000 if year < 30 else 1900)
        if 1 <= month <= 12 and 1 <= day <= 31 and 1900 <= year <= 2100:
            found.add(dt.date(year, month, 1) + dt.timedelta(days=day - 1))
    return found


# --- the judgement


@dataclass
class Report:
    """What became of the files."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0
    compared: int = 0
    second_opinions: int = 0


def judge(taken: Taken, files: list[Broken], report: Report) -> None:
    """Count the outcomes, and compare what was accepted with what the files say."""
    assert settle.unbalanced(taken.submissions).is_empty()
    verdicts = defaultdict(set)
    for receipt, verdict in taken.submissions.select("receipt_id", "verdict").iter_rows():
        verdicts[receipt].add(verdict)
    places: dict[tuple[str, str | None], dict[str, str]] = defaultdict(dict)
    for submission, sheet, name, letter in taken.batch.places.select(
        "submission_id", "source_sheet", "field", "column_letter"
    ).iter_rows():
        places[submission, sheet][name] = letter
    accepted = taken.submissions.filter(verdict=settle.ACCEPTED)
    for receipt, file in zip(taken.receipts, files, strict=True):
        found = verdicts[receipt.receipt_id]
        assert found, f"{file.kind}: no submission at all"
        report.outcomes[file.kind, "+".join(sorted(found))] += 1
        mine = accepted.filter(receipt_id=receipt.receipt_id)
        if mine.is_empty():
            continue
        grids = sheets_of(file.path.read_bytes(), file.seed.suffix) or {}
        report.second_opinions += bool(grids)
        for submission, form in mine.select("submission_id", "form").iter_rows():
            rows = taken.batch.rows[form].filter(submission_id=submission)
            before = file.seed.rows[form] if file.mutation not in CHANGE_WHAT_IS_SAID else None
            for problem in _differences(rows, form, submission, places, grids, before, report):
                report.wrong.append(f"{file.kind} {file.path.name} {form}: {problem}")


def _differences(
    rows: pl.DataFrame,
    form_id: str,
    submission: str,
    places: Any,
    grids: dict[str | None, Grid],
    before: pl.DataFrame | None,
    report: Report,
) -> Iterator[str]:
    """Numbers and dates that were accepted but are not what the file says at that place, and rows left out."""
    form = CONTRACTS.form(form_id)
    earlier = {row["source_row"]: row for row in before.iter_rows(named=True)} if before is not None else {}
    for (sheet,), part in rows.group_by("source_sheet", maintain_order=True):
        grid = grids.get(sheet if None not in grids else None)  # pyright: ignore[reportArgumentType]
        if grid is None and before is None:
            yield f"sheet {sheet!r} is not in the file"
            continue
        columns = places[submission, sheet]
        for row in part.iter_rows(named=True):
            number = row["source_row"]
            cells = grid[number - 1] if grid and number <= len(grid) else []
            for name, letter in columns.items():
                at = openpyxl.utils.column_index_from_string(letter) - 1
                cell = cells[at] if at < len(cells) else None
                report.compared += 1
                said_before = number in earlier and earlier[number][name] == row[name]
                if not said_before and not (grid and _says(cell, row[name], form.field(name).type)):
                    yield f"{letter}{number} {name}: accepted {row[name]!r}, the cell is {cell!r}"
        if grid:
            yield from _rows_left_out(part, form.key[0], columns, grid)
        if missing := set(earlier) - set(rows["source_row"]) if not grid else None:
            yield f"rows {sorted(missing)} are not among the accepted ones"


def _says(cell: Any, value: Any, kind: FieldType) -> bool:
    """Whether a cell states a number or a date; other types are not looked at."""
    if kind in NUMBERS:
        said = number_of(cell)
        if value is None:
            return said is None or said is NOT_A_NUMBER
        return said is not None and said is not NOT_A_NUMBER and abs(said - value) < 1e-6
    return kind is not FieldType.DATE or value in dates_of(cell)


def _rows_left_out(part: pl.DataFrame, key: str, columns: dict[str, str], grid: Grid) -> Iterator[str]:
    """Rows between the first and the last accepted one that have a key and yet are not among them."""
    at = openpyxl.utils.column_index_from_string(columns[key]) - 1
    numbers = set(part["source_row"])
    for number in range(min(numbers), max(numbers)):
        cells = grid[number - 1] if number <= len(grid) else []
        text = str(cells[at]).strip() if at < len(cells) and cells[at] is not None else ""
        if number not in numbers and re.search(r"\w-?\w*\d", text):
            yield f"row {number} with key {text!r} is not among the accepted ones"


# --- the tests


def test_the_files_to_start_from_are_accepted_and_read_alike(seeds: list[Seed], tmp_path: Path) -> None:
    files = [Broken(_write(tmp_path, number, seed, seed.content), seed) for number, seed in enumerate(seeds)]
    report = Report()
    taken = take_in(*(file.path for file in files))
    judge(taken, files, report)
    assert set(taken.submissions["verdict"]) == {"accepted"}
    assert report.wrong == [] and report.compared > 500 and report.second_opinions == len(files)


def test_the_comparison_sees_a_wrong_number_and_a_lost_row(seeds: list[Seed], tmp_path: Path) -> None:
    file = Broken(_write(tmp_path, 0, seeds[2], seeds[2].content), seeds[2])
    taken = take_in(file.path)
    rows = taken.batch.rows["grassroots_unions"]
    taken.batch.rows["grassroots_unions"] = rows.with_columns(pl.col("members_total") + 1)[[0, 1, 3, 4]]
    report = Report()
    judge(taken, [file], report)
    assert len(report.wrong) == 5


def test_broken_files_are_never_accepted_with_wrong_numbers(
    seeds: list[Seed], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report()
    started = time.monotonic()
    for first in range(0, COUNT, BATCH):
        files = [_break(seeds, tmp_path, number) for number in range(first, min(first + BATCH, COUNT))]
        moments = [time.monotonic()]
        taken = take_in(*(file.path for file in files), on_file=lambda: moments.append(time.monotonic()))  # noqa: B023
        report.slowest = max(report.slowest, *(b - a for a, b in pairwise(moments)))
        judge(taken, files, report)
        for file in files:
            file.path.unlink()
    _tell(report, time.monotonic() - started, capsys)
    assert not report.wrong, "\n".join(report.wrong[:60])
    assert report.slowest < SECONDS_PER_FILE
    assert sum(report.outcomes.values()) == COUNT


def _write(folder: Path, number: int, seed: Seed, content: bytes) -> Path:
    path = folder / f"{number:05d}{seed.suffix}"
    path.write_bytes(content)
    return path


def _break(seeds: list[Seed], folder: Path, number: int) -> Broken:
    """One mutation of one of the seeds; which one depends on the number alone."""
    rng = random.Random(number)
    seed = rng.choice(seeds)
    mutation = rng.choice(OF_TEXTS if seed.suffix == ".csv" else OF_WORKBOOKS)
    return Broken(_write(folder, number, seed, mutation(seed.content, rng)), seed, mutation)


def _tell(report: Report, seconds: float, capsys: pytest.CaptureFixture[str]) -> None:
    if COUNT < 1000:
        return
    with capsys.disabled():
        print(f"\n{COUNT} files in {seconds:.0f} s, slowest {report.slowest:.2f} s, {report.compared} cells compared")
        by_kind: dict[str, Counter[str]] = defaultdict(Counter)
        for (kind, outcome), count in report.outcomes.items():
            by_kind[kind][outcome] += count
            by_kind["all"][outcome] += count
        for kind, outcomes in sorted(by_kind.items()):
            print(f"  {kind:28} " + ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common()))
