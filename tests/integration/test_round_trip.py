"""What is filled into a template comes back as it was, whoever saved it; and every fault put in is found at its cell.

Values are drawn from the contracts: types, bounds, code lists, required fields, keys, and rules that hold by
construction, so that a new column or rule is covered as soon as it is in the contract.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st
from stdnum.vn import mst

from pipelines.codegen.sheet_plan import FIRST_DATA_ROW, SheetPlan, UnitLabel
from pipelines.codegen.template import entered, write_template
from pipelines.contracts import (
    AtMost,
    Condition,
    DaysBetween,
    FieldType,
    Form,
    FormField,
    FormRule,
    Matches,
    NamesSameEntry,
    Range,
    RequiredWhen,
    ShareOfRow,
    UnitBelow,
    ValidEntry,
    Whole,
    load_contracts,
)
from pipelines.contracts.frames import DTYPES
from pipelines.intake.units import load_org_units
from pipelines.periods import containing
from tests.support import Taken, take_in

pytestmark = pytest.mark.slow

CONTRACTS = load_contracts()
UNIT = UnitLabel("T01", "LĐLĐ thành phố Hà Nội", "Tổng Liên đoàn Lao động Việt Nam")
PERIOD = "2021-Q2"
EVENTS = ("meeting", "activity", "inspection")
"""Units of listed entries that no rule ties to another entry."""
BELOW = sorted(unit.code for unit in load_org_units() if unit.parent_code == UNIT.code and unit.is_valid_in(PERIOD))
ENTRIES = {
    choice.code: choice
    for form in CONTRACTS.forms
    for field in form.fields
    if field.listed_in
    for choice in field.choices
}
COMPARED = {rule.row for form in CONTRACTS.forms for rule in form.rules if isinstance(rule, ShareOfRow)}
"""Entries whose value is compared with that of another row: they are not drawn, and tested by themselves."""
MOST_ROWS = 8
LAST_DATE = dt.date(2021, 6, 30)
SOFFICE = shutil.which("soffice")
FORMS = pytest.mark.parametrize("form", CONTRACTS.forms, ids=lambda form: form.form)
Row = dict[str, Any]
BOOKS = 5  # workbooks of one example: they are judged together, which costs hardly more than judging one
FEW = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a workbook takes too long to be made smaller
    suppress_health_check=list(HealthCheck),
)
WORDS = (
    "Công ty",
    "Mẫu",
    "Trường",
    "số 1",
    "hoà bình",
    "Đông Á",
    "=SUM(A1)",
    "+84",
    "@",
    "-",
    "'a",
    "<b>&",
    "Ngày mới",
)


# --- arbitrary valid values


def values(field: FormField) -> st.SearchStrategy[Any]:
    """Any value that the field takes, None left out."""
    match field.type:
        case FieldType.COUNT | FieldType.AMOUNT:
            low, high = int(field.minimum or 0), int(field.maximum or 10**9)
            return st.integers(low, min(high, 10**6)) | st.integers(low, high)
        case FieldType.NUMBER:
            # Two decimals: three digits behind the comma cannot be told from a thousands group.
            low = float(field.minimum) if field.minimum is not None else -1e6
            return st.floats(low, float(field.maximum or 1e9)).map(lambda number: round(number, 2))
        case FieldType.DATE:
            low = field.minimum if isinstance(field.minimum, dt.date) else dt.date(1950, 1, 1)
            return st.dates(max(low, dt.date(1950, 1, 1)), LAST_DATE)
        case FieldType.BOOLEAN:
            return st.booleans()
        case FieldType.CHOICE:
            valid = [choice.code for choice in field.choices if choice.is_valid_in(PERIOD)]
            return st.sampled_from([code for code in valid if code not in COMPARED])
        case FieldType.TAX_CODE:
            return tax_codes()
        case FieldType.CODE:
            return st.from_regex(r"\A[A-Z]{2}-[0-9]{1,4}(-[0-9]{1,3})?\Z")
        case FieldType.TEXT:
            return st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


@st.composite
def tax_codes(draw: st.DrawFn) -> str:
    """Ten digits with their check digit, or those and a branch."""
    for _ in range(20):
        nine = f"0{draw(st.integers(10**7, 10**8 - 1))}"
        digit = mst.calc_check_digit(nine)
        if len(digit) == 1:
            return nine + digit + draw(st.sampled_from(["", "-001", "-999"]))
    return "0100109106"


@st.composite
def rows(draw: st.DrawFn, form: Form, least: int = 1) -> list[Row]:
    """Rows of a form that break no rule, with unique keys, and optional values left out here and there."""
    drawn: list[Row] = []
    for _ in range(draw(st.integers(least, max(least, MOST_ROWS)))):
        row = {
            field.name: draw(values(field) if field.required else st.none() | values(field)) for field in form.fields
        }
        repaired = _repair(form, row, draw)
        if tuple(repaired[name] for name in form.key) not in {tuple(row[name] for name in form.key) for row in drawn}:
            drawn.append(repaired)
    while len(drawn) < least:  # a key drawn twice: number the rows instead
        keys = (FieldType.CODE, FieldType.TAX_CODE, FieldType.CHOICE)
        code = next(name for name in form.key if form.field(name).type in keys)
        again = dict(drawn[-1])
        again[code] = f"XX-{len(drawn)}" if form.field(code).type is FieldType.CODE else f"0100109106-{len(drawn):03d}"
        if form.field(code).type is FieldType.CHOICE:
            listed = form.field(code).choices
            free = (entry for entry in listed if entry.unit in EVENTS and entry.is_valid_in(PERIOD))
            again = dict.fromkeys(again) | {code: next(e.code for e in free if e.code not in {r[code] for r in drawn})}
        elif any(isinstance(rule, UnitBelow) and rule.field == code for rule in form.rules):
            again[code] = next(unit for unit in BELOW if unit not in {row[code] for row in drawn})
        drawn.append(again)
    return drawn


def _repair(form: Form, row: Row, draw: st.DrawFn) -> Row:
    """The row with the values that break a rule changed, until none does; the rules are not contradictory."""
    row = dict(row)
    for _ in range(10):
        for rule in form.rules:
            _mend(form, rule, row, draw)
    if any(breaks(rule, row) for rule in form.rules):
        reject()
    return row


def _mend(form: Form, rule: FormRule, row: Row, draw: st.DrawFn) -> None:
    if not breaks(rule, row):
        return
    match rule:
        case AtMost(smaller=smaller, larger=larger):
            low, high = sorted((row[smaller], row[larger]))
            row[smaller], row[larger] = low, high
        case RequiredWhen(field=name):
            row[name] = draw(values(form.field(name)))
        case Range(field=name):
            row[name] = rule.minimum if rule.minimum is not None else rule.maximum
            row[name] = int(row[name]) if form.field(name).type is FieldType.COUNT else row[name]
        case DaysBetween(start=start, end=end):
            days = draw(st.integers(rule.minimum or 0, rule.maximum or 3000))
            row[end] = row[start] + dt.timedelta(days=days)
        case UnitBelow(field=name):
            row[name] = draw(st.sampled_from(BELOW))
        case Matches(field=name, pattern=pattern):
            row[name] = draw(st.from_regex(pattern, fullmatch=True))
        case Whole(field=name):
            row[name] = float(int(row[name]))


def breaks(rule: FormRule, row: Mapping[str, Any]) -> bool:
    """Whether a row breaks a rule: the rules once more, in plain Python."""
    if rule.when and not selects(rule.when, row):
        return False
    if isinstance(rule, RequiredWhen):
        return row[rule.field] is None
    present = [row[name] for name in rule.fields]
    if isinstance(rule, Range) and rule.in_period:
        *present, day = present
        if (day is not None and containing(day) == PERIOD) != rule.in_period.is_within:
            return False
    if any(value is None for value in present):
        return False
    match rule:
        case AtMost(smaller=smaller, larger=larger):
            return row[smaller] > row[larger]
        case Range(field=name):
            return not _within(row[name], rule.minimum, rule.maximum)
        case DaysBetween(start=start, end=end):
            return not _within((row[end] - row[start]).days, rule.minimum, rule.maximum)
        case UnitBelow(field=name):
            return row[name] not in BELOW
        case Matches(field=name, pattern=pattern):
            return re.fullmatch(pattern, row[name]) is None
        case Whole(field=name):
            return row[name] != int(row[name])
        case ValidEntry(field=name):
            return not ENTRIES[row[name]].is_valid_in(PERIOD)
        case NamesSameEntry() | ShareOfRow():
            return False  # no name of an entry is drawn, and no entry that is compared
    raise AssertionError(rule)


def selects(when: Condition, row: Mapping[str, Any]) -> bool:
    """Whether a condition selects a row."""
    if when.has_unit or when.has_other_unit:
        unit = ENTRIES[row[when.field]].unit
        return unit in when.has_unit if when.has_unit else unit not in when.has_other_unit
    return row[when.field] is not None if when.is_filled else row[when.field] in when.is_in


def _within(value: Any, minimum: Any, maximum: Any) -> bool:
    return (minimum is None or value >= minimum) and (maximum is None or value <= maximum)


def frame_of(form: Form, drawn: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(drawn, schema={field.name: DTYPES[field.type] for field in form.fields})


# --- faults


@dataclass(frozen=True)
class Sheet:
    """The rows of one form, what is typed over them, and every finding that must come of it.

    ``typed`` and ``findings`` name a cell by field and row; row None is the total row.
    """

    form: Form
    rows: tuple[Row, ...]
    typed: Mapping[tuple[str, int | None], str | float]
    findings: tuple[tuple[str, str, int | None], ...]

    @property
    def frame(self) -> pl.DataFrame:
        return frame_of(self.form, list(self.rows))

    def edits(self, plan: SheetPlan) -> dict[str, str | float]:
        return {_cell(plan, *place): value for place, value in self.typed.items()}

    def expected(self, plan: SheetPlan) -> list[tuple[str, str, str]]:
        return sorted((code, plan.sheet, _cell(plan, name, row)) for code, name, row in self.findings)


def _cell(plan: SheetPlan, name: str, row: int | None) -> str:
    at = plan.total_row if row is None else FIRST_DATA_ROW + row
    assert at is not None
    return plan.cell(name, at)


COUNTS = (FieldType.COUNT, FieldType.AMOUNT)
TYPED: dict[str, tuple[tuple[FieldType, ...], tuple[str | float, ...], str]] = {
    "fraction in a count": (COUNTS, (13.734, 0.5, "12,5"), "fraction_in_count"),
    "text in a count": (COUNTS, ("hai mươi", "31/20"), "number_unreadable"),
    "unknown choice": ((FieldType.CHOICE,), ("Khác (ghi rõ)", "xyz"), "choice_unknown"),
    "bad date": ((FieldType.DATE,), ("31/02/2021", "02/13/2021", "hôm qua"), "date_unreadable"),
    "malformed tax code": ((FieldType.TAX_CODE,), ("46-99A0012", "12345", "01001091066"), "tax_code_malformed"),
    "identity number": ((FieldType.TAX_CODE,), ("001200000001",), "tax_code_is_personal"),
    "formula error": (tuple(FieldType), ("#REF!", "#DIV/0!", "#N/A"), "cell_error"),
}
"""Kind of fault that is typed into a cell: the types of fields it fits, what is typed, the rule that finds it."""


def kinds_of_faults(form: Form) -> list[str]:
    """The kinds that the form has a place for."""
    types = {field.type for field in form.fields if not field.listed_in}
    kinds = [kind for kind, (fits, _, _) in TYPED.items() if types & set(fits)]
    if any(isinstance(rule, AtMost) for rule in form.rules):
        kinds.append("part above the whole")
    if any(field.total for field in form.fields):
        kinds.append("total off by one")
    if sum(field.required for field in form.fields) > 1:  # without its key a row may be no row
        kinds.append("missing value")
    return [*kinds, "duplicate key"]


@st.composite
def faulty_sheets(draw: st.DrawFn, form: Form, most: int = 4) -> Sheet:
    """Valid rows with one to ``most`` faults, each in a row of its own (a total: in a column of its own)."""
    drawn = draw(rows(form, least=2 * most))
    places = iter(draw(st.permutations(range(len(drawn)))))
    typed: dict[tuple[str, int | None], str | float] = {}
    findings: list[tuple[str, str, int | None]] = []
    unreadable: set[str] = set()
    totals: set[str] = set()
    for kind in draw(st.lists(st.sampled_from(kinds_of_faults(form)), min_size=1, max_size=most)):
        row = next(places)
        if kind in TYPED:
            fits, texts, rule = TYPED[kind]
            # The first column is the key: without it a row may be a total or a signature.
            name = draw(
                st.sampled_from(
                    [f.name for f in form.fields if f.type in fits and f.name != form.key[0]] or [form.key[0]]
                )
            )
            typed[name, row] = draw(st.sampled_from(texts))
            findings.append((CONTRACTS.named(rule).code, name, row))
            unreadable.add(name)
        elif kind == "part above the whole":
            rule = draw(st.sampled_from([rule for rule in form.rules if isinstance(rule, AtMost)]))
            drawn[row] = _broken(form, rule, drawn[row], draw)
            findings += [(other.code, other.fields[0], row) for other in form.rules if breaks(other, drawn[row])]
        elif kind == "duplicate key":
            twin = next(places)
            drawn[twin] = drawn[twin] | {name: drawn[row][name] for name in form.key}
            findings += [(CONTRACTS.named("duplicate_key").code, form.key[0], at) for at in (row, twin)]
            # What a row may say can depend on its key.
            findings += [(other.code, other.fields[0], twin) for other in form.rules if breaks(other, drawn[twin])]
        elif kind == "missing value":
            name = draw(st.sampled_from([field.name for field in form.fields if field.required][1:]))
            drawn[row] = drawn[row] | {name: None}
            findings.append((CONTRACTS.named("required_value").code, name, row))
        else:
            totals.add(draw(st.sampled_from([field.name for field in form.fields if field.total])))
    for name in totals - unreadable:
        typed[name, None] = sum(row[name] or 0 for row in drawn) + 1
        findings.append((CONTRACTS.named("total_mismatch").code, name, None))
    return Sheet(form, tuple(drawn), typed, tuple(findings))


def _broken(form: Form, rule: AtMost, row: Row, draw: st.DrawFn) -> Row:
    """The row with ``smaller`` above ``larger``, and nothing else that a rule could be about."""
    needed = {field.name for field in form.fields if field.required} | set(rule.fields)
    needed |= {other.field for other in form.rules if isinstance(other, RequiredWhen)}
    bare = {name: value if name in needed else None for name, value in row.items()}
    if rule.when:
        bare[rule.when.field] = rule.when.is_in[0]
    whole = draw(values(form.field(rule.larger)))
    is_date = form.field(rule.larger).type is FieldType.DATE
    bare[rule.larger] = whole
    bare[rule.smaller] = whole + (dt.timedelta(days=1) if is_date else 1)
    for other in form.rules:
        if isinstance(other, RequiredWhen) and breaks(other, bare):
            bare[other.field] = draw(values(form.field(other.field)))
    return bare


def sound_sheets(form: Form) -> st.SearchStrategy[Sheet]:
    """Sheets in which nothing is to be found."""
    return rows(form).map(lambda drawn: Sheet(form, tuple(drawn), {}, ()))


# --- saved by whom


Writer = Callable[[Path, Sequence[Sheet]], dict[str, SheetPlan]]


def by_xlsxwriter(path: Path, sheets: Sequence[Sheet]) -> dict[str, SheetPlan]:
    """The template, written with the values in it."""
    forms = [sheet.form for sheet in sheets]
    frames = {sheet.form.form: sheet.frame for sheet in sheets}
    plans = write_template(path, forms, UNIT, PERIOD, frames, guide=CONTRACTS)
    edits = {sheet.form.form: sheet.edits(plans[sheet.form.form]) for sheet in sheets}
    return write_template(path, forms, UNIT, PERIOD, frames, guide=CONTRACTS, edits=edits)


def by_openpyxl(path: Path, sheets: Sequence[Sheet]) -> dict[str, SheetPlan]:
    """The blank template, opened, filled in and saved, so that no formula has a value."""
    most = max(len(sheet.rows) for sheet in sheets)
    plans = write_template(path, [sheet.form for sheet in sheets], UNIT, PERIOD, guide=CONTRACTS, blank_rows=most + 3)
    book = openpyxl.load_workbook(path)
    for sheet in sheets:
        plan = plans[sheet.form.form]
        target = book[plan.sheet]
        words = entered(sheet.frame, plan.fields)
        for name in words.columns:
            for number, value in enumerate(words[name]):
                cell = target[plan.cell(name, FIRST_DATA_ROW + number)]
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"  # "=SUM(A1)" in a cell formatted as text is a text
        for address, value in sheet.edits(plan).items():
            target[address].value = value
    book.save(path)
    return plans


WRITERS = pytest.mark.parametrize("write", [by_xlsxwriter, by_openpyxl])


def check(paths: Sequence[Path], books: Sequence[tuple[Sequence[Sheet], dict[str, SheetPlan]]]) -> Taken:
    """Each file has the findings of its sheets and no others, and where there are none, the rows that were written."""
    taken = take_in(*paths)
    for number, (sheets, plans) in enumerate(books, start=1):
        expected = [finding for sheet in sheets for finding in sheet.expected(plans[sheet.form.form])]
        assert taken.found(number) == sorted(expected)
        for sheet in sheets:
            if not sheet.findings:
                read = taken.rows(sheet.form.form, number).select(sheet.frame.columns)
                assert read.equals(sheet.frame), (read.to_dicts(), sheet.frame.to_dicts())
    for receipt, (sheets, _) in zip(taken.receipts, books, strict=True):
        if not any(sheet.findings for sheet in sheets):
            assert set(taken.submissions.filter(receipt_id=receipt.receipt_id)["verdict"]) == {"accepted"}
    return taken


@FORMS
@WRITERS
@FEW
@given(data=st.data())
def test_what_is_filled_in_is_what_is_read(
    form: Form, write: Writer, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
):
    folder = tmp_path_factory.mktemp("sound")
    books = [[data.draw(sound_sheets(form))] for _ in range(BOOKS)]
    paths = [folder / f"{number}.xlsx" for number in range(BOOKS)]
    taken = check(paths, [(book, write(path, book)) for path, book in zip(paths, books, strict=True)])
    assert taken.submissions.height == BOOKS


@FORMS
@WRITERS
@FEW
@given(data=st.data())
def test_every_fault_is_found_at_its_cell_and_nothing_else(
    form: Form, write: Writer, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
):
    folder = tmp_path_factory.mktemp("faulty")
    books = [[data.draw(faulty_sheets(form))] for _ in range(BOOKS)]
    paths = [folder / f"{number}.xlsx" for number in range(BOOKS)]
    check(paths, [(book, write(path, book)) for path, book in zip(paths, books, strict=True)])


@FEW
@given(data=st.data())
def test_several_forms_in_one_workbook_are_kept_apart(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    path = tmp_path_factory.mktemp("several") / "all.xlsx"
    book = [data.draw(sound_sheets(form) | faulty_sheets(form, most=2)) for form in CONTRACTS.forms]
    taken = check([path], [(book, by_xlsxwriter(path, book))])
    assert taken.submissions.height == len(CONTRACTS.forms)


def test_every_kind_of_fault_has_a_form() -> None:
    kinds = {kind for form in CONTRACTS.forms for kind in kinds_of_faults(form)}
    assert kinds == {*TYPED, "part above the whole", "total off by one", "duplicate key", "missing value"}


@pytest.mark.libreoffice
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize("suffix", ["xlsx", "ods", "xls"])
@settings(FEW, max_examples=1)
@given(data=st.data())
def test_what_libreoffice_saves_is_what_is_read(
    suffix: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
):
    folder = tmp_path_factory.mktemp("office")
    number = count()
    books: list[tuple[list[Sheet], dict[str, SheetPlan]]] = []
    paths = []
    for form in CONTRACTS.forms:
        for sheet in (data.draw(sound_sheets(form)), data.draw(faulty_sheets(form))):
            path = folder / "in" / f"{next(number)}.xlsx"
            books.append(([sheet], by_xlsxwriter(path, [sheet])))
            paths.append(path)
    saved = libreoffice(paths, folder / "out", suffix)
    check(saved, books)


def libreoffice(paths: Sequence[Path], folder: Path, suffix: str) -> list[Path]:
    """Open every file in LibreOffice and save it in another format; one start for all."""
    assert SOFFICE is not None
    profile = (folder / "profile").as_uri()
    command = [
        SOFFICE,
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        suffix,
        "--outdir",
        str(folder),
    ]
    subprocess.run([*command, *map(str, paths)], check=True, capture_output=True, timeout=300)
    return [folder / f"{path.stem}.{suffix}" for path in paths]
