"""Every rule has a page, the pages lead to each other, and their examples are judged by the rules themselves."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

import polars as pl
import pytest
from openpyxl import Workbook
from pydantic import ValidationError

from pipelines.codegen import render_all
from pipelines.codegen.examples import PERIOD, UNKNOWN_UNIT, Example, examples
from pipelines.codegen.rule_pages import INDEX, fields_of, render_rule_pages
from pipelines.contracts import (
    CatalogueRule,
    Contracts,
    FieldType,
    Form,
    Matches,
    RequiredWhen,
    Rule,
    Severity,
    load_contracts,
)
from pipelines.contracts.frames import COLUMN_PLACES, ISSUES, SUBMISSIONS, TOTALS, text_schema
from pipelines.contracts.workbook import FINDINGS_SHEET
from pipelines.intake.clean import clean
from pipelines.intake.units import OrgUnit, OrgUnits
from pipelines.quality.validate import validate, validate_across
from pipelines.reports.answer_sheets import add_findings_sheet, findings_frame
from pipelines.settings import Settings

CONTRACTS = load_contracts()
RULES = CONTRACTS.rules()
PAGES = render_rule_pages()
ABOUT_ROWS = [rule for rule in RULES if examples(rule, CONTRACTS)]
PROVINCE = "T01"
"""The province that sends every form on units below it; every code but the one that no unit has is that of one."""
ON_UNITS = ("province_summary", "targets")
ABOUT_CELLS = [rule for rule in CONTRACTS.catalogue if rule.applies_to]


def page(code: str) -> str:
    return PAGES[f"docs/rules/{code}.md"]


def test_every_rule_has_a_page_that_says_what_how_and_why() -> None:
    for rule in RULES:
        text = page(rule.code)
        assert f"# {rule.code}: {rule.title_vi}" in text
        assert rule.severity.label_vi in text
        assert rule.remedy_vi in text
        assert rule.why_vi or rule.source, f"{rule.code}: say why it is asked (why_vi)"
        assert not rule.source or f"Căn cứ: {rule.source}" in text
        assert "## Ví dụ" in text, f"{rule.code}: give a good and a bad example"
        assert not re.search(r"[{}]", text)
    assert len(PAGES) == len(RULES) + 1


def test_the_index_and_the_pages_of_forms_lead_to_every_page() -> None:
    texts = {path.as_posix(): text for path, text in render_all().items() if path.suffix == ".md"}
    pages = {path: text for path, text in texts.items() if path.startswith("docs/")}
    linked = {
        posixpath.normpath(PurePosixPath(path).parent / target)
        for path, text in pages.items()
        for target in re.findall(r"\]\((\S+\.md)\)", text)
    }
    assert linked == set(pages)
    codes = re.findall(r"^\| \[(CD-\S+)\]\(rules/\1\.md\)", PAGES[INDEX], flags=re.MULTILINE)
    assert sorted(codes) == [rule.code for rule in RULES]


# --- a row in which nothing is wrong, from what the contract gives as examples


def sound_row(form: Form, number: int, *, whole: bool = False) -> dict[str, str | None]:
    """The examples of the contract, of the fields that have to be there or of all; the key is this row's own."""
    needed = {rule.field for rule in form.rules if isinstance(rule, RequiredWhen)}
    fields = [field for field in form.fields if whole or field.required or field.name in needed]
    texts = {field.name: field.example for field in fields}
    for name in form.key:
        match form.field(name).type:
            case FieldType.TAX_CODE:
                texts[name] = f"{texts[name]}-9{number:02d}"
            case FieldType.CODE:
                texts[name] = f"{texts[name]}-9{number:02d}"
            case FieldType.CHOICE:
                choice = form.field(name).choices[number]
                texts[name] = choice.code
                names = (f.name for f in fields if f.beside and f.beside.shows == "name")
                texts |= dict.fromkeys(names, choice.label_vi)
    return texts


def text_rows(form: Form, submission: str, rows: Iterable[Mapping[str, str | None]]) -> pl.DataFrame:
    """Rows as recognising yields them; each submission comes from a unit of its own."""
    sender = PROVINCE if form.form in ON_UNITS else submission.partition("/")[0]
    keys = {"submission_id": submission, "org_unit_code": sender, "period": PERIOD}
    cells = [
        {**keys, "source_sheet": "T", "source_row": number, **{name: text or None for name, text in row.items()}}
        for number, row in enumerate(rows, start=11)
    ]
    return pl.DataFrame(cells, schema=text_schema(form))


def places_of(form: Form, submissions: Iterable[str]) -> pl.DataFrame:
    """Every field of the form in a column of its own."""
    place = {"source_sheet": "T", "first_row": 1, "last_row": 99}
    fields = [(field.name, chr(ord("A") + number)) for number, field in enumerate(form.fields)]
    return pl.DataFrame(
        [
            {**place, "submission_id": submission, "field": name, "column_letter": letter}
            for submission in submissions
            for name, letter in fields
        ],
        schema=COLUMN_PLACES,
    )


def judge(
    cases: Mapping[str, Example], contracts: Contracts = CONTRACTS, *, whole: bool = False
) -> dict[str, dict[str, str]]:
    """What is found in the rows of each example, put into sound rows: case → rule → message.

    All are judged together, since Great Expectations takes its time per call.
    """
    parts: dict[str, list[pl.DataFrame]] = {form.form: [] for form in contracts.forms}
    for case, example in cases.items():
        sound = [sound_row(example.form, number, whole=whole) for number in range(len(example.rows))]
        rows = [{**base, **row} for base, row in zip(sound, example.rows, strict=True)]
        parts[example.form.form].append(text_rows(example.form, case, rows))
        if example.other:
            other, row = example.other
            parts[other.form].append(text_rows(other, f"{case}/other", [{**sound_row(other, 50), **row}]))
    typed, found, places = {}, [], []
    for form in contracts.forms:
        texts = pl.concat([pl.DataFrame(schema=text_schema(form)), *parts[form.form]])
        places.append(places_of(form, texts["submission_id"].unique(maintain_order=True)))
        typed[form.form], cells = clean(form, texts, places[-1], contracts)
        found.append(cells)
    totals = pl.DataFrame([_total(case, example, typed) for case, example in cases.items() if example.total], TOTALS)
    found.append(validate(contracts, typed, totals, pl.concat(places), units=_units_below(typed)).issues)
    found.append(validate_across(contracts, typed, pl.concat(places)).issues)
    verdicts: dict[str, dict[str, str]] = {case: {} for case in cases}
    for submission, code, message in pl.concat(found).select("submission_id", "rule_code", "message_vi").iter_rows():
        if submission in verdicts:  # not the other form of a case
            verdicts[submission][code] = message
    return verdicts


def _units_below(typed: Mapping[str, pl.DataFrame]) -> OrgUnits:
    since = dt.date(2018, 1, 1)
    named = pl.concat(typed[form]["unit_code"] for form in ON_UNITS)
    codes = named.filter(named != UNKNOWN_UNIT).unique()
    return OrgUnits(OrgUnit(code, code, "district", PROVINCE, None, since, None) for code in codes)


def _total(case: str, example: Example, typed: Mapping[str, pl.DataFrame]) -> dict[str, object]:
    assert example.total is not None
    ((name, stated),) = example.total.items()
    computed = typed[example.form.form].filter(submission_id=case)[name].sum()
    place = {"submission_id": case, "form": example.form.form, "source_sheet": "T", "source_row": 20, "field": name}
    return {**place, "stated": int(stated), "computed": computed}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, dict[str, str]]:
    """What is found in the bad and in the good example of every rule, by code and "bad" or "good"."""
    pairs = {rule.code: examples(rule, CONTRACTS) for rule in ABOUT_ROWS}
    cases = {f"{code} {side}": getattr(pair, side) for code, pair in pairs.items() for side in ("bad", "good")}
    return judge(cases)


def test_a_row_of_the_examples_of_a_contract_breaks_no_rule() -> None:
    cases = {form.form: Example(form, ({}, {})) for form in CONTRACTS.forms}
    assert judge(cases, whole=True) == {form.form: {} for form in CONTRACTS.forms}


@pytest.mark.parametrize("rule", ABOUT_ROWS, ids=lambda rule: rule.code)
def test_the_rule_is_broken_by_its_bad_example_and_nothing_by_the_good_one(
    rule: Rule, verdicts: dict[str, dict[str, str]]
) -> None:
    assert rule.code in verdicts[f"{rule.code} bad"]
    good = verdicts[f"{rule.code} good"]
    assert rule.code not in good
    assert [code for code in good if code[3] in "EQ"] == []


@pytest.mark.parametrize("rule", ABOUT_CELLS, ids=lambda rule: rule.code)
def test_every_kind_of_cell_that_a_rule_is_about_is_judged_as_its_page_says(rule: CatalogueRule) -> None:
    tried = set()
    for form in CONTRACTS.forms:
        for field in form.fields:
            if field.type not in rule.applies_to or field.type in tried:
                continue
            tried.add(field.type)
            good = rule.good or (field.choices[0].label_vi,)
            for text, is_bad in [*((text, True) for text in rule.bad), *((text, False) for text in good)]:
                row = text_rows(form, "s", [{**sound_row(form, 0), field.name: text}])
                _, cells = clean(form, row, places_of(form, ["s"]), CONTRACTS)
                found = cells.filter(field=field.name)["rule_code"].to_list()
                assert (rule.code in found) == is_bad, (field.name, text, found)
    assert tried == set(rule.applies_to)


def test_every_rule_that_a_form_or_a_cell_can_break_has_examples_that_are_tried() -> None:
    tried = {rule.code for rule in [*ABOUT_ROWS, *ABOUT_CELLS]}
    compared = {rule.code for rule in CONTRACTS.comparisons}
    told = {rule.code for rule in RULES} - tried - compared
    assert {code[4] for code in told} == {"0"}, "only findings of files and sheets are told in words"
    assert all(rule.bad and rule.good for rule in CONTRACTS.catalogue if rule.code in told)
    # What these say of two periods or two levels is tried in test_between.
    assert all(rule.bad and rule.good for rule in CONTRACTS.comparisons)


def test_the_page_shows_the_cells_of_the_example() -> None:
    assert "| Sai | Doanh nghiệp nhà nước | 47 | 45 |" in page("CD-E110")
    assert "| Đúng | Doanh nghiệp nhà nước | 44 | 45 |" in page("CD-E110")
    assert "| Sai | 13,734 |" in page("CD-E021")
    assert "| tổng cộng | 152 |" not in page("CD-E110")
    assert next(iter(fields_of(CONTRACTS.named("fraction_in_count"), CONTRACTS))).heading_vi in page("CD-E021")


def test_a_kind_of_rule_that_no_form_has_yet_gets_its_examples() -> None:
    form = CONTRACTS.form("grassroots_unions")
    words = {"title_vi": "Mã có dạng CS", "message_vi": "Mã {union_code} sai.", "remedy_vi": "Sửa lại mã."}
    pattern = Matches(
        code="CD-E199", severity=Severity.ERROR, check="matches", field="union_code", pattern=r"CS-.*\d", **words
    )
    wider = form.model_copy(update={"rules": (*form.rules, pattern)})
    others = tuple(wider if other == form else other for other in CONTRACTS.forms)
    contracts = CONTRACTS.model_copy(update={"forms": others})
    pair = examples(pattern, contracts)
    assert pair is not None
    found = judge({"bad": pair.bad, "good": pair.good}, contracts)
    assert "CD-E199" in found["bad"] and "CD-E199" not in found["good"]
    assert "có dạng" in render_rule_pages(contracts)["docs/rules/CD-E199.md"]


# --- from the workbook to the page


@pytest.mark.parametrize("url", ["https://example.org/rules/{code}.html", None])
def test_codes_in_an_answer_link_to_their_pages_where_these_have_an_address(url: str | None) -> None:
    schema = {**ISSUES}
    rule = CONTRACTS.named("file_unreadable")
    words = {"submission_id": "s", "rule_code": rule.code, "severity": "error", "message_vi": rule.message_vi}
    issues = pl.DataFrame([dict.fromkeys(schema) | words], schema=schema)
    submissions = pl.DataFrame([dict.fromkeys(SUBMISSIONS) | {"submission_id": "s"}], schema=SUBMISSIONS)
    book = Workbook()
    add_findings_sheet(book, findings_frame(issues, submissions, CONTRACTS), {}, url)
    (cell,) = (cell for row in book[FINDINGS_SHEET] for cell in row if cell.value == rule.code)
    assert (cell.hyperlink.target if cell.hyperlink else None) == (url and url.replace("{code}", rule.code))


def test_the_address_of_the_pages_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().rule_pages_url is None
    monkeypatch.setenv("CONGDOAN_RULE_PAGES_URL", "https://example.org/{code}")
    assert Settings().rule_pages_url == "https://example.org/{code}"
    monkeypatch.setenv("CONGDOAN_RULE_PAGES_URL", "https://example.org/rules")
    with pytest.raises(ValidationError, match="rule_pages_url"):
        Settings()
