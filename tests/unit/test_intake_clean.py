"""Cleaning: typed rows in order, and one finding per bad cell with rule, address, value and sentence."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts import FieldType, Form, load_contracts
from pipelines.contracts.frames import COLUMN_PLACES, ISSUES, row_schema, text_schema
from pipelines.intake.clean import clean

CONTRACTS = load_contracts()
UNIONS = CONTRACTS.form("grassroots_unions")
GOOD = {
    "union_code": "CS-H004-001",
    "union_name": "CĐCS  Trường Tiểu học mẫu",
    "union_type": "Công đoàn cơ sở",
    "sector": "Trường học công lập",
    "tax_code": "100109106",
    "established_on": "15/09/2010",
    "workers_total": "1.045",
    "workers_female": "40",
    "members_total": "44",
    "members_female": "0",
    "rating": "Tốt",
}


def frames(form: Form, rows: list[dict[str, str]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Text rows of one submission from row 8 on, and the places of its columns from A on."""
    keys = {"submission_id": "s1", "org_unit_code": "H004", "period": "2021-Q2", "source_sheet": "CĐCS"}
    texts = pl.DataFrame(
        [{**keys, "source_row": 8 + index, **row} for index, row in enumerate(rows)], schema=text_schema(form)
    )
    places = [("s1", "CĐCS", field.name, chr(ord("A") + index), 7, 99) for index, field in enumerate(form.fields)]
    return texts, pl.DataFrame(places, schema=COLUMN_PLACES, orient="row")


def findings(rows: list[dict[str, str]], form: Form = UNIONS) -> list[dict[str, str]]:
    return clean(form, *frames(form, rows), CONTRACTS)[1].to_dicts()


def test_a_good_row_is_typed_and_has_no_finding() -> None:
    rows, issues = clean(UNIONS, *frames(UNIONS, [GOOD]), CONTRACTS)
    assert issues.is_empty()
    row = rows.row(0, named=True)
    assert {name: value for name, value in row.items() if value is not None} == {
        "submission_id": "s1",
        "org_unit_code": "H004",
        "period": "2021-Q2",
        "source_sheet": "CĐCS",
        "source_row": 8,
        "union_code": "CS-H004-001",
        "union_name": "CĐCS Trường Tiểu học mẫu",
        "union_type": "grassroots_union",
        "sector": "public_school",
        "tax_code": "0100109106",
        "established_on": dt.date(2010, 9, 15),
        "workers_total": 1045,
        "workers_female": 40,
        "members_total": 44,
        "members_female": 0,
        "rating": "good",
    }


@pytest.mark.parametrize("form", CONTRACTS.forms, ids=lambda form: form.form)
def test_the_examples_of_every_contract_are_clean(form: Form) -> None:
    example = {field.name: field.example for field in form.fields if field.example}
    rows, issues = clean(form, *frames(form, [example]), CONTRACTS)
    assert issues.is_empty()
    assert {name for name, value in rows.row(0, named=True).items() if name in example and value is None} == set()


@pytest.mark.parametrize("form", CONTRACTS.forms, ids=lambda form: form.form)
def test_frames_have_the_agreed_schemas_with_and_without_rows(form: Form) -> None:
    for rows in ([], [{}], [{field.name: "#REF!" for field in form.fields}]):
        cleaned, issues = clean(form, *frames(form, rows), CONTRACTS)
        assert dict(cleaned.schema) == row_schema(form)
        assert dict(issues.schema) == ISSUES
        assert cleaned.height == len(rows)


def test_a_finding_has_rule_severity_address_value_and_sentence() -> None:
    assert findings([GOOD, {**GOOD, "members_total": "13,734"}]) == [
        {
            "submission_id": "s1",
            "rule_code": "CD-E021",
            "severity": "error",
            "sheet": "CĐCS",
            "source_row": 9,
            "cell": "J9",
            "field": "members_total",
            "value": "13,734",
            "message_vi": "Cột “Số đoàn viên – Tổng số”: 13,734 là số lẻ trong khi phải là số nguyên; "
            "có phải định ghi 13.734?",
        }
    ]


CASES = [
    ("workers_total", "31/20", "CD-E020", None),
    ("workers_total", "13,734", "CD-E021", None),
    ("established_on", "02/13/2023", "CD-E022", None),
    ("established_on", "24/3", "CD-E023", None),
    ("sector", "Trường", "CD-E024", None),
    ("tax_code", "abc", "CD-E026", None),
    ("tax_code", "001085012345", "CD-E027", None),
    ("tax_code", "0100109107", "CD-Q020", "0100109107"),
    ("workers_total", "-", "CD-Q021", None),
    ("workers_total", "chưa có số liệu", "CD-N021", None),
    ("workers_total", "25 CĐCS", "CD-N022", 25),
    ("established_on", "-", "CD-N021", None),
    ("rating", "–", "CD-N021", None),
    ("tax_code", "chưa có", "CD-N021", None),
    ("union_code", "…", "CD-N021", None),
    *((name, "#REF!", "CD-E028", None) for name in ("union_code", "union_name", "sector", "tax_code", "note")),
    *((name, "#DIV/0!", "CD-E028", None) for name in ("established_on", "workers_total")),
    ("workers_total", "#N/A", "CD-E028", None),
    ("workers_total", "Err:502", "CD-E028", None),
]


@pytest.mark.parametrize(("field", "text", "code", "value"), CASES)
def test_each_rule_at_its_cell_and_nowhere_else(field: str, text: str, code: str, value: object) -> None:
    rows, issues = clean(UNIONS, *frames(UNIONS, [GOOD, {**GOOD, field: text}]), CONTRACTS)
    assert issues.select("rule_code", "field", "source_row").rows() == [(code, field, 9)]
    assert rows[1, field] == value
    rest = [name for name in rows.columns if name not in (field, "source_row")]
    assert rows.select(rest).row(0) == rows.select(rest).row(1)


def test_booleans_have_their_rule() -> None:
    found = findings(
        [{"has_union": "có thể"}, {"has_union": "-"}, {"has_union": "Chưa có"}], CONTRACTS.form("enterprises")
    )
    assert [(each["rule_code"], each["cell"]) for each in found] == [("CD-E025", "G8"), ("CD-E025", "G9")]


def test_amounts_are_whole_and_numbers_are_not() -> None:
    meal = {"shift_meal_vnd": "25.000"}
    assert clean(CONTRACTS.form("agreements"), *frames(CONTRACTS.form("agreements"), [meal]), CONTRACTS)[0][
        "shift_meal_vnd"
    ].to_list() == [25000]
    targets = CONTRACTS.form("targets")
    rows, issues = clean(targets, *frames(targets, [{"value": "80,5"}, {"value": "90 %"}]), CONTRACTS)
    assert rows["value"].to_list() == [80.5, 90.0]
    assert issues.is_empty()


def test_an_unknown_choice_is_told_what_may_be_written() -> None:
    message = findings([{**GOOD, "union_type": "Hội"}])[0]["message_vi"]
    assert message == "Cột “Loại tổ chức”: “Hội” không có trong danh sách. Được ghi: Công đoàn cơ sở, Nghiệp đoàn."


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("members_admited", "; gần giống nhất là “members_admitted”."),
        ("So doan vien ket nap", "; gần giống nhất là “members_admitted”."),
        ("xyz", "."),
    ],
)
def test_of_a_long_list_the_nearest_entry_is_told(written: str, told: str) -> None:
    (issue,) = findings([{"indicator_code": written}], CONTRACTS.form("targets"))
    assert (issue["rule_code"], issue["severity"]) == ("CD-E024", "error")
    assert issue["message_vi"] == (
        f"Cột “Mã chỉ tiêu”: “{written}” không có trong danh sách. "
        f"Được ghi: các mã ở trang “HƯỚNG DẪN” của biểu mẫu{told}"
    )


def test_a_target_may_name_its_indicator_by_code_or_by_name() -> None:
    targets = CONTRACTS.form("targets")
    written = [{"indicator_code": text} for text in ("members_admitted", "Số đoàn viên kết nạp mới", "dialogues_held")]
    rows, issues = clean(targets, *frames(targets, written), CONTRACTS)
    assert rows["indicator_code"].to_list() == ["members_admitted", "members_admitted", "dialogues_held"]
    assert issues.is_empty()


def test_an_identity_number_stands_in_no_output() -> None:
    identity = {**GOOD, "tax_code": "001 085 012345"}
    rows, issues = clean(UNIONS, *frames(UNIONS, [identity]), CONTRACTS)
    written = rows.write_csv() + issues.write_csv()
    assert "********2345" in written
    assert not any(part in written for part in ("001 085", "085 012", "012345"))


def test_findings_come_in_the_order_of_cells() -> None:
    bad = {**GOOD, "members_total": "x", "sector": "x", "tax_code": "x"}
    assert [each["cell"] for each in findings([bad, bad])] == ["D8", "E8", "J8", "D9", "E9", "J9"]


def test_a_long_value_is_whole_in_the_finding_and_short_in_its_sentence() -> None:
    finding = findings([{**GOOD, "members_total": "x" * 5000}])[0]
    assert finding["value"] == "x" * 5000
    assert len(finding["message_vi"]) < 200


def test_text_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert "“{likely} {x}”" in findings([{**GOOD, "members_total": "{likely} {x}"}])[0]["message_vi"]


def test_a_field_without_a_place_has_findings_without_a_cell() -> None:
    texts, places = frames(UNIONS, [{**GOOD, "members_total": "x"}])
    issues = clean(UNIONS, texts, places.filter(pl.col("field") != "members_total"), CONTRACTS)[1]
    assert issues.select("field", "source_row", "cell").row(0) == ("members_total", 8, None)


def test_submissions_are_kept_apart() -> None:
    texts, places = frames(UNIONS, [{**GOOD, "members_total": "x"}])
    other = pl.lit("s2").alias("submission_id")
    elsewhere = places.with_columns(other, column_letter=pl.lit("Z"))
    issues = clean(UNIONS, pl.concat([texts, texts.with_columns(other)]), pl.concat([places, elsewhere]), CONTRACTS)[1]
    assert issues.select("submission_id", "cell").rows() == [("s1", "J8"), ("s2", "Z8")]


@settings(deadline=None, max_examples=50)  # a call of clean costs 50 ms, however few rows
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=8))
def test_arbitrary_cells_lose_nothing_in_silence(cells: list[str]) -> None:
    """A cell that says something ends as a value or as a finding, and no cell has two."""
    rows = [{field.name: text for field in UNIONS.fields} for text in cells]
    cleaned, issues = clean(UNIONS, *frames(UNIONS, rows), CONTRACTS)
    assert issues.select("source_row", "field").is_duplicated().sum() == 0
    found = set(issues.select("source_row", "field").iter_rows())
    for field in UNIONS.fields:
        if field.type in (FieldType.TEXT, FieldType.CODE):
            continue  # what is invisible is nothing
        for source_row, value in cleaned.select("source_row", field.name).iter_rows():
            assert value is not None or (source_row, field.name) in found


def test_one_cell_in_an_error_leaves_no_value_behind() -> None:
    errors = [{field.name: "#VALUE!" for field in UNIONS.fields}]
    rows, issues = clean(UNIONS, *frames(UNIONS, errors), CONTRACTS)
    assert issues["rule_code"].to_list() == ["CD-E028"] * len(UNIONS.fields)
    assert all(rows[field.name].is_null().all() for field in UNIONS.fields)
