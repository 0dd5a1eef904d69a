"""What senders are told: every kind of rule, its exact words, the address of the cell, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.frames import COLUMN_PLACES, ISSUES, TOTALS, row_schema
from pipelines.contracts.loader import load_contracts
from pipelines.contracts.model import Contracts, Form, Layout
from pipelines.quality.suites import form_checks
from pipelines.quality.validate import Validation, validate, validate_across

CONTRACTS = load_contracts()
NO_TOTALS = pl.DataFrame(schema=TOTALS)
Row = Mapping[str, Any]

UNION: Row = {
    "union_code": "CS-1",
    "union_name": "CĐCS Công ty Mẫu",
    "union_type": "grassroots_union",
    "sector": "private_enterprise",
    "established_on": dt.date(2010, 9, 15),
    "workers_total": 13800,
    "workers_female": 7000,
    "members_total": 13734,
    "members_female": 6000,
    "members_admitted": 20,
    "officers_elected": 3,
    "officers_trained": 3,
}
ENTERPRISE: Row = {
    "tax_code": "0100109106",
    "enterprise_name": "Công ty Mẫu",
    "ownership": "private_enterprise",
    "workers_total": 120,
    "workers_female": 70,
    "has_union": True,
    "union_code": "CS-1",
}
AGREEMENT: Row = {
    "agreement_code": "TU-1",
    "scope": "enterprise",
    "tax_code": "0100109106",
    "employer_name": "Công ty Mẫu",
    "signed_on": dt.date(2021, 3, 2),
    "effective_on": dt.date(2021, 3, 15),
    "expires_on": dt.date(2024, 3, 14),
    "sent_on": dt.date(2021, 3, 8),
    "workers_covered": 120,
    "shift_meal_vnd": 25000,
}
TARGET: Row = {
    "unit_code": "H004",
    "indicator_code": "members_admitted",
    "target_set": "KH-2022",
    "target_year": 2022,
    "operator": "gte",
    "value": 250.5,
    "decided_by": "Kế hoạch mẫu",
}
ACTIVITY: Row = {
    "indicator_code": "dialogues_held",
    "indicator_name": "Số cuộc đối thoại tại nơi làm việc",
    "unit": "cuộc",
    "plan_value": 20.0,
    "actual_value": 18.0,
}
SUMMARY: Row = {
    "unit_code": "H004",
    "unions": 12,
    "members_total": 900,
    "members_female": 500,
    "workers_total": 950,
    "enterprises": 40,
    "enterprises_with_union": 9,
    "agreements_in_force": 4,
}
VALID = {
    "activities": ACTIVITY,
    "grassroots_unions": UNION,
    "enterprises": ENTERPRISE,
    "agreements": AGREEMENT,
    "targets": TARGET,
    "province_summary": SUMMARY,
}
SENDERS = {"province_summary": "T01"}


def frame(
    form: Form, rows: Sequence[Row], submission: str = "s1", period: str = "2021-Q2", unit: str | None = None
) -> pl.DataFrame:
    """Rows of one submission, from row 11 of its sheet on; fields that are not given are empty."""
    sender = unit or SENDERS.get(form.form, "H004")
    keys = {"submission_id": submission, "org_unit_code": sender, "period": period, "source_sheet": "Biểu"}
    numbered = [{**keys, "source_row": 11 + i, **row} for i, row in enumerate(rows)]
    return pl.DataFrame(numbered, schema=row_schema(form))


def places(form: Form, *absent: str, submissions: Sequence[str] = ("s1",)) -> pl.DataFrame:
    """The fields in columns B, C, D … of the sheet, some of them absent."""
    columns = [
        {
            "submission_id": submission,
            "source_sheet": "Biểu",
            "field": field.name,
            "column_letter": chr(66 + i),
            "first_row": 1,
            "last_row": 999,
        }
        for submission in submissions
        for i, field in enumerate(form.fields)
        if field.name not in absent
    ]
    return pl.DataFrame(columns, schema=COLUMN_PLACES)


def column(form: Form, field: str) -> str:
    """The letter under which :func:`places` puts a field."""
    return chr(66 + [known.name for known in form.fields].index(field))


def judge(name: str, *changes: Row) -> Validation:
    """One submission, each of its rows a valid one with changes."""
    form = CONTRACTS.form(name)
    rows = [{**VALID[name], **_own_key(name, i), **change} for i, change in enumerate(changes)]
    return validate(CONTRACTS, {name: frame(form, rows)}, NO_TOTALS, places(form))


def _own_key(name: str, number: int) -> Row:
    key = "target_set" if name == "targets" else CONTRACTS.form(name).key[0]
    return {key: f"{VALID[name][key]}-{number}"} if key != "tax_code" else {key: f"{number:010d}"}


def told(found: Validation) -> list[tuple[str, int, str, str | None, str]]:
    """Findings as (rule, row, field, value, sentence)."""
    columns = ["rule_code", "source_row", "field", "value", "message_vi"]
    return found.issues.select(columns).rows()


def test_valid_rows_of_every_form_are_left_alone() -> None:
    rows = {form.form: frame(form, [VALID[form.form]]) for form in CONTRACTS.forms}
    found = validate(CONTRACTS, rows, NO_TOTALS, pl.DataFrame(schema=COLUMN_PLACES))
    assert found.issues.is_empty()
    assert found.issues.schema == pl.Schema(ISSUES)
    assert found.results["success"].all()
    assert set(found.results["form"]) == set(VALID)


def test_an_empty_batch_has_no_findings_and_no_results() -> None:
    empty = {form.form: pl.DataFrame(schema=row_schema(form)) for form in CONTRACTS.forms}
    found = validate(CONTRACTS, empty, NO_TOTALS, pl.DataFrame(schema=COLUMN_PLACES))
    assert (found.issues.height, found.results.height) == (0, 0)


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        pytest.param(
            "grassroots_unions",
            {"members_total": 14000, "members_female": None},
            ("CD-E110", "members_total", "14.000", "Số đoàn viên 14.000 lớn hơn số lao động 13.800."),
            id="at most, in the sectors of its condition",
        ),
        pytest.param(
            "grassroots_unions",
            {"members_total": 14000, "sector": "public_school"},
            ("CD-Q110", "members_total", "14.000", "Số đoàn viên 14.000 lớn hơn số lao động 13.800."),
            id="at most, milder in other sectors",
        ),
        pytest.param(
            "grassroots_unions",
            {"ended_on": dt.date(2010, 9, 14)},
            (
                "CD-E114",
                "established_on",
                "15/09/2010",
                "Ngày giải thể 14/09/2010 trước ngày thành lập 15/09/2010.",
            ),
            id="at most, for dates",
        ),
        pytest.param(
            "grassroots_unions",
            {"workers_total": None, "workers_female": None},
            ("CD-E113", "workers_total", None, "Chưa ghi tổng số lao động của đơn vị."),
            id="required when a field has one of several values",
        ),
        pytest.param(
            "enterprises",
            {"union_code": None},
            ("CD-Q120", "union_code", None, "Doanh nghiệp ghi đã có công đoàn nhưng chưa ghi mã CĐCS."),
            id="required when a truth value holds",
        ),
        pytest.param(
            "targets",
            {"unit_code": "H461"},
            (
                "CD-E142",
                "unit_code",
                "H461",
                "Mã “H461” không phải đơn vị báo cáo H004, cũng không phải mã một đơn vị trực thuộc trong kỳ"
                " quý II năm 2021.",
            ),
            id="a target for a unit of another province",
        ),
        pytest.param(
            "targets",
            {"first_year": 2023},
            (
                "CD-E143",
                "first_year",
                "2023",
                "Chỉ tiêu tính từ năm 2023 nhưng phải đạt vào năm 2022, là năm trước đó.",
            ),
            id="a term that ends before it begins",
        ),
        pytest.param(
            "targets",
            {"operator": None},
            (
                "CD-E140",
                "operator",
                None,
                'Chỉ tiêu có giá trị 250,5 nhưng chưa chọn "Từ", "Trên", "Bằng", "Không quá" hay "Dưới".',
            ),
            id="required when another field is filled",
        ),
        pytest.param(
            "grassroots_unions",
            {"members_total": 4, "members_female": 4, "members_admitted": 4},
            (
                "CD-N110",
                "members_total",
                "4",
                "Công đoàn cơ sở chỉ có 4 đoàn viên, dưới mức 5 khi thành lập.",
            ),
            id="range",
        ),
        pytest.param(
            "grassroots_unions",
            {
                "established_on": dt.date(2021, 6, 30),
                "members_total": 4,
                "members_female": 4,
                "members_admitted": 4,
            },
            (
                "CD-E116",
                "members_total",
                "4",
                "Công đoàn cơ sở thành lập ngày 30/06/2021 nhưng chỉ có 4 đoàn viên; khi thành lập phải có ít nhất 5.",
            ),
            id="range in the rows that are dated in the period",
        ),
        pytest.param(
            "agreements",
            {"expires_on": dt.date(2025, 3, 14)},
            (
                "CD-Q130",
                "expires_on",
                "14/03/2025",
                "Thỏa ước có hiệu lực 15/03/2021 và hết hạn 14/03/2025, ngoài khoảng từ 1 đến 3 năm.",
            ),
            id="days between, too many",
        ),
        pytest.param(
            "agreements",
            {"sent_on": dt.date(2021, 3, 1)},
            (
                "CD-N130",
                "sent_on",
                "01/03/2021",
                "Thỏa ước ký ngày 02/03/2021, gửi ngày 01/03/2021, ngoài thời hạn 10 ngày kể từ ngày ký.",
            ),
            id="days between, negative",
        ),
        pytest.param(
            "agreements",
            {"employer_name": None},
            ("CD-E040", "employer_name", None, "Cột “Tên doanh nghiệp” bắt buộc nhưng để trống."),
            id="required field",
        ),
        pytest.param(
            "agreements",
            {"shift_meal_vnd": -1000},
            (
                "CD-E042",
                "shift_meal_vnd",
                "-1.000",
                "Cột “Bữa ăn ca (đồng)”: -1.000 nhỏ hơn 0.",
            ),
            id="below the minimum",
        ),
        pytest.param(
            "agreements",
            {"shift_meal_vnd": 1000001},
            (
                "CD-E043",
                "shift_meal_vnd",
                "1.000.001",
                "Cột “Bữa ăn ca (đồng)”: 1.000.001 lớn hơn 1.000.000.",
            ),
            id="above the maximum",
        ),
        pytest.param(
            "agreements",
            {"signed_on": dt.date(1994, 12, 31), "sent_on": None},
            ("CD-E042", "signed_on", "31/12/1994", "Cột “Ngày ký”: 31/12/1994 nhỏ hơn 01/01/1995."),
            id="below a minimum date",
        ),
        pytest.param(
            "targets",
            {"target_year": 2051},
            ("CD-E043", "target_year", "2051", "Cột “Năm”: 2051 lớn hơn 2050."),
            id="a year has no dots",
        ),
    ],
)
def test_a_broken_rule_is_told_once_in_its_words(
    name: str, change: Row, expected: tuple[str, str, str | None, str]
) -> None:
    code, field, value, sentence = expected
    found = judge(name, {}, change, {})
    assert told(found) == [(code, 12, field, value, sentence)]
    issue = found.issues.row(0, named=True)
    assert issue["submission_id"] == "s1"
    assert issue["sheet"] == "Biểu"
    assert issue["cell"] == f"{column(CONTRACTS.form(name), field)}12"
    assert issue["severity"] == {"E": "error", "Q": "query", "N": "note"}[code[3]]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param("grassroots_unions", {"members_female": None}, id="at most, smaller is empty"),
        pytest.param(
            "grassroots_unions",
            {"sector": "informal", "workers_total": None, "workers_female": None},
            id="required when, outside of the condition",
        ),
        pytest.param(
            "grassroots_unions",
            {"sector": "informal", "workers_total": 5, "workers_female": None},
            id="at most, outside of the condition",
        ),
        pytest.param(
            "grassroots_unions",
            {"union_type": None, "members_total": 4, "members_female": 4, "members_admitted": 0},
            id="range, the field of the condition is empty",
        ),
        pytest.param("enterprises", {"has_union": False, "union_code": None}, id="truth value does not hold"),
        pytest.param("targets", {"operator": None, "value": None}, id="neither is filled"),
        pytest.param("agreements", {"effective_on": None, "sent_on": None}, id="days between, one is empty"),
        pytest.param("agreements", {"expires_on": dt.date(2022, 3, 14)}, id="days between, the least"),
        pytest.param("agreements", {"sent_on": dt.date(2021, 3, 12)}, id="days between, the most"),
        pytest.param("agreements", {"shift_meal_vnd": 1000000}, id="bounds are inclusive"),
        pytest.param("agreements", {"shift_meal_vnd": None}, id="bounds let empty cells be"),
        pytest.param("grassroots_unions", {"members_total": 13800}, id="at most includes equal"),
    ],
)
def test_a_rule_leaves_alone_what_it_does_not_mean(name: str, change: Row) -> None:
    assert told(judge(name, change)) == []


def with_rule(rule: Row) -> Contracts:
    """The contracts with one more rule of enterprises."""
    form = CONTRACTS.form("enterprises").model_dump()
    words = {"title_vi": "Luật thử", "message_vi": "Sai: {value}.", "remedy_vi": "Sửa lại."}
    form["rules"] = [{"code": "CD-Q199", "severity": "query", **words, **rule}]
    return Contracts(forms=(Form.model_validate(form),), catalogue=CONTRACTS.catalogue, cross_form=())


@pytest.mark.parametrize(
    ("rule", "good", "bad", "value"),
    [
        (
            {"check": "matches", "field": "industrial_zone", "pattern": "KCN [A-Z]+|KCX"},
            {"industrial_zone": "KCN ABC"},
            {"industrial_zone": "KCN ABC 2"},
            "KCN ABC 2",
        ),
        (
            {
                "check": "matches",
                "field": "industrial_zone",
                "pattern": "KCX",
                "when": {"field": "ownership", "is_in": ["fdi_enterprise", "household"]},
            },
            {"industrial_zone": "KCN", "ownership": "cooperative"},
            {"industrial_zone": "KCN", "ownership": "household"},
            "KCN",
        ),
        (
            {"check": "range", "field": "workers_total", "minimum": 100, "maximum": 200},
            {"workers_total": 200},
            {"workers_total": 99, "workers_female": 1},
            "99",
        ),
        (
            {
                "check": "required_when",
                "field": "industrial_zone",
                "when": {"field": "has_union", "is_in": [False]},
            },
            {"has_union": True, "industrial_zone": None},
            {"has_union": False, "industrial_zone": None},
            None,
        ),
        (
            {
                "check": "at_most",
                "smaller": "survey_visits",
                "larger": "workers_total",
                "when": {"field": "note", "is_filled": True},
            },
            {"survey_visits": 5000, "note": None},
            {"survey_visits": 5000, "note": "x"},
            "5.000",
        ),
    ],
)
def test_kinds_of_rules_and_conditions_that_no_form_uses_yet(rule: Row, good: Row, bad: Row, value: str | None) -> None:
    contracts = with_rule(rule)
    form = contracts.form("enterprises")
    rows = [{**ENTERPRISE, "tax_code": f"{i:010d}", **change} for i, change in enumerate([good, bad])]
    found = validate(contracts, {"enterprises": frame(form, rows)}, NO_TOTALS, places(form))
    field = contracts.form("enterprises").rules[0].fields[0]
    assert told(found) == [("CD-Q199", 12, field, value, f"Sai: {value or '(để trống)'}.")]


def test_every_row_of_a_repeated_key_is_told_but_only_within_a_submission() -> None:
    form = CONTRACTS.form("agreements")
    twice = [AGREEMENT, AGREEMENT, {**AGREEMENT, "tax_code": "0100109107"}]
    rows = pl.concat([frame(form, twice), frame(form, [AGREEMENT], submission="s2")])
    found = validate(CONTRACTS, {"agreements": rows}, NO_TOTALS, places(form))
    sentence = "Có nhiều dòng cùng “Mã thỏa ước, Mã số thuế” = TU-1, 0100109106."
    assert told(found) == [("CD-E041", row, "agreement_code", "TU-1", sentence) for row in (11, 12)]
    assert found.issues["submission_id"].to_list() == ["s1", "s1"]


def test_a_key_with_an_empty_part_is_a_missing_value_and_no_repetition() -> None:
    form = CONTRACTS.form("agreements")
    rows = frame(form, [{**AGREEMENT, "tax_code": None}] * 2)
    found = validate(CONTRACTS, {"agreements": rows}, NO_TOTALS, places(form))
    assert [issue[:3] for issue in told(found)] == [("CD-E040", 11, "tax_code"), ("CD-E040", 12, "tax_code")]


def test_a_cell_has_no_address_where_the_sheet_lacks_the_column() -> None:
    form = CONTRACTS.form("enterprises")
    rows = frame(form, [{**ENTERPRISE, "union_code": None}])
    found = validate(CONTRACTS, {"enterprises": rows}, NO_TOTALS, places(form, "union_code"))
    assert found.issues.select("field", "sheet", "source_row", "cell").rows() == [("union_code", "Biểu", 11, None)]


def test_a_total_row_must_state_what_its_rows_add_up_to() -> None:
    form = CONTRACTS.form("grassroots_unions")
    stated = [("members_total", 152, 150), ("workers_total", 1500, 1500), ("sub_unions", None, 3)]
    totals = pl.DataFrame(
        [
            {
                "submission_id": "s1",
                "form": form.form,
                "source_sheet": "Biểu",
                "source_row": 346,
                "field": field,
                "stated": said,
                "computed": summed,
            }
            for field, said, summed in stated
        ],
        schema=TOTALS,
    )
    found = validate(CONTRACTS, {}, totals, places(form))
    assert told(found) == [
        (
            "CD-E044",
            346,
            "members_total",
            "152",
            "Cột “Số đoàn viên – Tổng số”: dòng tổng ghi 152 ≠ tổng các dòng = 150.",
        )
    ]
    assert found.issues["cell"].to_list() == [f"{column(form, 'members_total')}346"]
    counted = found.results.filter(pl.col("evaluated") > 0).select("field", "evaluated", "unexpected").rows()
    assert counted == [("members_total", 1, 1), ("workers_total", 1, 0)]
    assert found.results["field"].to_list() == sorted(field.name for field in form.fields if field.total)


def test_results_say_per_form_and_rule_what_was_looked_at_over_all_periods() -> None:
    form = CONTRACTS.form("enterprises")
    first = frame(form, [{**ENTERPRISE, "union_code": None}, {**ENTERPRISE, "tax_code": "2", "has_union": False}])
    second = frame(form, [ENTERPRISE], submission="s2", period="2021-Q3")
    found = validate(CONTRACTS, {"enterprises": pl.concat([second, first])}, NO_TOTALS, places(form))
    columns = ["field", "evaluated", "unexpected", "success", "severity", "description"]
    assert found.results.filter(rule_code="CD-Q120").select(columns).rows() == [
        ("union_code", 2, 1, False, "query", "Doanh nghiệp đã có công đoàn thì có mã CĐCS"),
    ]
    assert found.results.height == len(form_checks(CONTRACTS, form, form.layouts[0]))


def test_each_layout_of_a_form_is_asked_only_for_its_own_periods() -> None:
    form = CONTRACTS.form("enterprises")
    later = [*form.layouts, Layout(version=2, valid_from="2021-Q3")]
    fields = [f.model_copy(update={"until_layout": 1}) if f.name == "union_code" else f for f in form.fields]
    form = form.model_copy(update={"layouts": tuple(later), "fields": tuple(fields)})
    contracts = CONTRACTS.model_copy(update={"forms": (form,)})
    empty = {**ENTERPRISE, "union_code": None}
    rows = pl.concat([frame(form, [empty]), frame(form, [empty], submission="s2", period="2021-Q3")])
    found = validate(contracts, {"enterprises": rows}, NO_TOTALS, places(form))
    assert found.issues.filter(rule_code="CD-Q120")["submission_id"].to_list() == ["s1"]


def test_a_frame_that_lacks_a_column_is_an_error_of_the_program() -> None:
    form = CONTRACTS.form("enterprises")
    rows = frame(form, [ENTERPRISE]).drop("workers_female")
    with pytest.raises(
        RuntimeError, match=r"suite 'enterprises-layout-1': 'CD-E04\d.*was not evaluated: .*workers_female"
    ):
        validate(CONTRACTS, {"enterprises": rows}, NO_TOTALS, places(form))


# --- rules between forms


def across(rows: Mapping[str, pl.DataFrame], form: str) -> list[tuple[str, str, int, str | None]]:
    submissions = ("s1", "s2", "s3", "s4")
    found = validate_across(CONTRACTS, rows, places(CONTRACTS.form(form), submissions=submissions))
    return found.issues.select("rule_code", "submission_id", "source_row", "cell").rows()


def test_an_agreement_of_an_unknown_enterprise_is_a_query() -> None:
    agreements, enterprises = CONTRACTS.form("agreements"), CONTRACTS.form("enterprises")
    rows = {
        "agreements": frame(agreements, [AGREEMENT, {**AGREEMENT, "tax_code": "0100109107"}]),
        "enterprises": frame(enterprises, [{**ENTERPRISE, "has_union": False}], submission="e1"),
    }
    found = validate_across(CONTRACTS, rows, places(agreements))
    sentence = "Mã số thuế 0100109107 có thỏa ước nhưng không có trong báo cáo doanh nghiệp cùng kỳ."
    assert told(found) == [("CD-Q301", 12, "tax_code", "0100109107", sentence)]
    assert found.issues["cell"].to_list() == [f"{column(agreements, 'tax_code')}12"]
    assert found.results.select("form", "rule_code", "evaluated", "unexpected").rows() == [
        ("agreements", "CD-Q301", 2, 1),
    ]


def test_another_form_counts_only_for_its_unit_and_period() -> None:
    agreements, enterprises = CONTRACTS.form("agreements"), CONTRACTS.form("enterprises")
    other = {**ENTERPRISE, "tax_code": "0100109199", "has_union": False}
    rows = {
        "agreements": pl.concat(
            [
                frame(agreements, [AGREEMENT], "s1", unit="H004"),  # its enterprises lack it
                frame(agreements, [AGREEMENT], "s2", unit="H005"),  # no enterprises of the unit: not judged
                frame(agreements, [AGREEMENT], "s3", period="2021-Q3"),  # nor of the period
                frame(agreements, [{**AGREEMENT, "tax_code": None}], "s4"),  # nothing to look for
            ]
        ),
        "enterprises": pl.concat(
            [
                frame(enterprises, [other], "e1", unit="H004"),
                frame(enterprises, [{**ENTERPRISE, "has_union": False}], "e2", unit="H006"),
            ]
        ),
    }
    assert across(rows, "agreements") == [("CD-Q301", "s1", 11, f"{column(agreements, 'tax_code')}11")]


def test_both_sides_of_unions_and_enterprises_are_compared_under_their_conditions() -> None:
    unions, enterprises = CONTRACTS.form("grassroots_unions"), CONTRACTS.form("enterprises")
    rows = {
        "grassroots_unions": frame(
            unions,
            [
                {**UNION, "tax_code": "1"},
                {**UNION, "tax_code": "2"},
                {**UNION, "tax_code": "3", "sector": "public_school"},
                {**UNION, "tax_code": None},
            ],
        ),
        "enterprises": frame(
            enterprises,
            [
                {**ENTERPRISE, "tax_code": "1"},
                {**ENTERPRISE, "tax_code": "4"},
                {**ENTERPRISE, "tax_code": "5", "has_union": False},
            ],
            submission="s2",
        ),
    }
    found = validate_across(CONTRACTS, rows, pl.DataFrame(schema=COLUMN_PLACES))
    assert found.issues.select("rule_code", "submission_id", "source_row", "value").rows() == [
        ("CD-Q302", "s1", 12, "2"),
        ("CD-Q303", "s2", 12, "4"),
    ]


def test_without_the_other_form_nothing_is_judged_across() -> None:
    form = CONTRACTS.form("agreements")
    for others in ({}, {"enterprises": pl.DataFrame(schema=row_schema(CONTRACTS.form("enterprises")))}):
        found = validate_across(CONTRACTS, {"agreements": frame(form, [AGREEMENT]), **others}, places(form))
        assert found.issues.is_empty()
        assert found.results["evaluated"].sum() == 0


# --- faults put in by hand are found, and nothing else is

FAULTS: dict[str, Row] = {
    "CD-E040 union_name": {"union_name": None},
    "CD-E042 sub_unions": {"sub_unions": -1},
    "CD-E110 members_total": {"members_total": 13801},
    "CD-E111 members_female": {"members_female": 13735},
    "CD-E112 workers_female": {"workers_female": 13801},
    "CD-E113 workers_total": {"workers_total": None},
    "CD-E114 established_on": {"ended_on": dt.date(2000, 1, 1)},
    "CD-E115 officers_trained": {"officers_trained": 4},
    "CD-N111 members_total": {
        "union_type": "occupational_union",
        "members_total": 9,
        "members_female": 9,
        "members_admitted": 9,
    },
    "CD-Q111 members_admitted": {"members_admitted": 13735},
}


@settings(max_examples=6, deadline=None)
@given(st.dictionaries(st.integers(0, 199), st.sampled_from(sorted(FAULTS)), max_size=40))
def test_as_many_faults_are_found_as_were_put_in_and_at_their_cells(faults: dict[int, str]) -> None:
    form = CONTRACTS.form("grassroots_unions")
    rows = [{**UNION, "union_code": f"CS-{i}", **(FAULTS[faults[i]] if i in faults else {})} for i in range(200)]
    found = validate(CONTRACTS, {form.form: frame(form, rows)}, NO_TOTALS, places(form))
    put_in = [(*fault.split(), 11 + i) for i, fault in faults.items()]
    assert sorted(found.issues.select("rule_code", "field", "source_row").rows()) == sorted(put_in)
    cells = {f"{column(form, field)}{row}" for _, field, row in put_in}
    assert set(found.issues["cell"]) == cells
    assert found.results["unexpected"].sum() == len(faults)
