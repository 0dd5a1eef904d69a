"""The form of activities: indicators from the seed, rules on entries and between rows, the template's own rows."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from pipelines.codegen import render_all
from pipelines.codegen.sheet_plan import FIRST_DATA_ROW, UnitLabel
from pipelines.codegen.template import listed_rows, prefill, write_template
from pipelines.contracts import ContractError, Contracts, load_contracts
from pipelines.contracts.frames import COLUMN_PLACES, TOTALS, row_schema
from pipelines.contracts.registry import SEEDS_DIR
from pipelines.quality.validate import validate
from tests.support import take_in

CONTRACTS = load_contracts()
FORM = CONTRACTS.form("activities")
CODES = FORM.field("indicator_code").choices
UNIT = UnitLabel("H466", "LĐLĐ huyện Gio Linh", "LĐLĐ tỉnh Quảng Trị")


def findings(*rows: dict[str, Any], period: str = "2025-Q2") -> list[tuple[str, int, str]]:
    """Rule, row (from 1) and sentence of what is found in one submission."""
    keys = {"submission_id": "s", "org_unit_code": "H466", "period": period, "source_sheet": "T"}
    frame = pl.DataFrame(
        [{**keys, "source_row": number, **row} for number, row in enumerate(rows, start=1)], schema=row_schema(FORM)
    )
    found = validate(CONTRACTS, {FORM.form: frame}, pl.DataFrame(schema=TOTALS), pl.DataFrame(schema=COLUMN_PLACES))
    return found.issues.sort("source_row", "rule_code").select("rule_code", "source_row", "message_vi").rows()


def row(code: str, actual: float | None = None, plan: float | None = None, **more: Any) -> dict[str, Any]:
    return {"indicator_code": code, "actual_value": actual, "plan_value": plan, **more}


# --- the indicators


def seeds_with(folder: Path, **changes: str) -> Path:
    """A copy of the two seeds with one more indicator of activities."""
    seeds = folder / "seeds"
    seeds.mkdir()
    for name in ("indicators.csv", "parameters.csv"):
        shutil.copy(SEEDS_DIR / name, seeds / name)
    with (seeds / "indicators.csv").open(encoding="utf-8", newline="") as stream:
        columns = csv.DictReader(stream).fieldnames or []
    new = {
        **dict.fromkeys(columns, ""),
        **{"indicator_code": "blood_donors", "name_vi": "Số lượt người hiến máu", "name_en": "Blood donors"},
        **{"unit": "person_time", "kind": "flow", "direction": "up", "origin": "activity", "frequency": "quarter"},
        **{"aggregation_over_units": "sum", "aggregation_over_time": "sum", "subject": "activities"},
        **{"uses_threshold": "false", "is_headline": "false", "definition": "Số lượt hiến máu.", "source": "Thử"},
        **changes,
    }
    with (seeds / "indicators.csv").open("a", encoding="utf-8", newline="") as stream:
        csv.DictWriter(stream, columns, lineterminator="\n").writerow(new)
    return seeds


def test_a_new_indicator_is_one_row_of_the_seed(tmp_path: Path) -> None:
    contracts = load_contracts(seeds=seeds_with(tmp_path))
    form = contracts.form("activities")
    asked = listed_rows(form, "2021-Q2")
    assert asked is not None
    assert asked.filter(indicator_code="blood_donors").rows() == [
        ("blood_donors", "Số lượt người hiến máu", "lượt người")
    ]
    rows = asked.with_columns(actual_value=pl.when(pl.col("indicator_code") == "blood_donors").then(412.0))
    path = tmp_path / "report.xlsx"
    write_template(path, [form], UNIT, "2021-Q2", {"activities": rows})
    taken = take_in(path, contracts=contracts)
    assert taken.found() == []
    assert taken.rows("activities").filter(indicator_code="blood_donors")["actual_value"].to_list() == [412.0]
    assert render_all(contracts) == render_all(), "nothing that is generated and committed depends on the row"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frequency": "monthly"}, r"indicators\.csv, blood_donors: frequency 'monthly' is none of quarter"),
        ({"valid_from": "01/07/2025"}, r"indicators\.csv, blood_donors: "),
        ({"indicator_code": "Blood donors"}, "activities.yaml: fields"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path: Path, changes: dict[str, str], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        load_contracts(seeds=seeds_with(tmp_path, **changes))


def test_seeds_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"indicators\.csv"):
        load_contracts(seeds=tmp_path)


def test_every_unit_of_measure_is_a_known_word() -> None:
    from pipelines.contracts.vietnamese import UNITS_VI

    assert {choice.unit for choice in CODES} <= set(UNITS_VI)


def test_parameters_follow_their_dates() -> None:
    quarters = ("2025-Q1", "2025-Q2", "2025-Q3")
    assert [CONTRACTS.parameter("dues_rate_pct", quarter) for quarter in quarters] == [1, 1, 0.5]
    assert {CONTRACTS.parameter("fee_rate_pct", quarter) for quarter in quarters} == {2}
    assert CONTRACTS.parameter("fee_suspension_max_months", "2025-Q2") is None


def test_a_rule_with_an_unknown_row_or_parameter_is_refused() -> None:
    (rule,) = [rule for rule in FORM.rules if rule.code == "CD-Q161"]
    for changes, message in (
        ({"row": "dues"}, "'indicator_code' has no entry dues"),
        ({"parameter": "dues_rate"}, "no parameter 'dues_rate'"),
    ):
        document = FORM.model_dump()
        document["rules"] = [{**rule.model_dump(), **changes}]
        with pytest.raises(ValueError, match=message):
            Contracts.model_validate(
                {**CONTRACTS.model_dump(), "forms": [document], "cross_form": [], "comparisons": []}
            )


# --- the template


def test_the_template_has_a_row_for_every_indicator_that_the_quarter_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    rows = prefill(FORM, pl.DataFrame(schema=row_schema(FORM)), "2025-Q1")
    write_template(path, [FORM], UNIT, "2025-Q1", {FORM.form: rows}, blank_rows=200, guide=CONTRACTS)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    cells = [[cell.value for cell in line[:7]] for line in sheet.iter_rows(min_row=FIRST_DATA_ROW)]
    written = [line for line in cells if line[1]]
    asked = [choice for choice in CODES if choice.is_asked_in("2025-Q1")]
    assert [line[1] for line in written] == [choice.code for choice in asked]
    assert written[0] == [
        1,
        "dialogues_held",
        "Số cuộc đối thoại tại nơi làm việc",
        "cuộc",
        None,
        None,
        None,
    ]
    codes = {line[1] for line in written}
    assert "upper_unions_rated" not in codes, "asked for in the fourth quarter"
    assert "covid_support_inspections" not in codes, "no longer followed"
    (listed,) = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert str(listed.sqref) == f"B11:B{10 + len(asked)}"


def test_codes_may_be_given_by_their_names_but_their_column_must_be_there(tmp_path: Path) -> None:
    def write(path: Path, *heading: str) -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for line in (
            ["LĐLĐ TỈNH QUẢNG TRỊ"],
            ["BÁO CÁO KẾT QUẢ HOẠT ĐỘNG"],
            ["Kỳ báo cáo: Quý II năm 2021"],
            ["Đơn vị: LĐLĐ huyện Gio Linh"],
            ["TT", *heading],
        ):
            sheet.append(line)
        cells = {
            "Mã chỉ tiêu": ["strikes", "Mái ấm Công đoàn: số nhà xây mới"],
            "Nội dung": ["Số cuộc ngừng việc tập thể, đình công", "Mái ấm Công đoàn: số nhà xây mới"],
            "Kế hoạch": [None, 3],
            "Thực hiện": [0, "2 nhà"],
        }
        for number in range(2):
            sheet.append([number + 1, *(cells[name][number] for name in heading)])
        book.save(path)
        return path

    full = take_in(write(tmp_path / "a.xlsx", "Mã chỉ tiêu", "Nội dung", "Kế hoạch", "Thực hiện"))
    rows = full.rows("activities").select("indicator_code", "plan_value", "actual_value").rows()
    assert rows == [("strikes", None, 0.0), ("mai_am_houses_built", 3.0, 2.0)]
    assert [rule for rule, _, _ in full.found()] == ["CD-N022"], "“2 nhà” is 2, and said to be read so"
    bare = take_in(write(tmp_path / "b.xlsx", "Nội dung", "Kế hoạch", "Thực hiện"))
    assert [rule for rule, *_ in bare.found()] == ["CD-E002"], "no form without the column of codes"


# --- the rules


def test_actual_without_plan_plan_without_actual_and_neither_are_fine() -> None:
    assert findings(row("strikes", 0), row("dialogues_held", None, 20), row("petitions_made")) == []


def test_an_indicator_out_of_its_validity_is_an_error_that_names_both_sides() -> None:
    assert findings(row("covid_support_inspections", 1), period="2023-Q4") == []
    assert findings(row("covid_support_inspections", 1), period="2024-Q1") == [
        (
            "CD-E160",
            1,
            "Chỉ tiêu “Số cuộc kiểm tra việc thực hiện chính sách hỗ trợ người lao động sau dịch Covid-19” chỉ áp dụng"
            " từ ngày 01/07/2021 đến trước ngày 01/01/2024, không áp dụng cho quý I năm 2024.",
        )
    ]
    assert [rule for rule, *_ in findings(row("covid_support_inspections", 1), period="2021-Q2")] == ["CD-E160"]


def test_the_same_indicator_twice_is_an_error_on_both_rows() -> None:
    assert [found[:2] for found in findings(row("strikes", 1), row("petitions_made", 2), row("strikes", 1))] == [
        ("CD-E041", 1),
        ("CD-E041", 3),
    ]


@pytest.mark.parametrize(("value", "likely"), [(13.734, "13.734"), (13.73, "13.730"), (0.5, "0 hoặc 1")])
def test_what_is_counted_is_whole_and_the_likely_number_is_named(value: float, likely: str) -> None:
    ((rule, _, message),) = findings(row("propaganda_participants", value))
    assert rule == "CD-E161" and message.endswith(f"có thể là {likely}.")
    ((rule, _, _),) = findings(row("propaganda_participants", None, value))
    assert rule == "CD-E162"


def test_money_and_percentages_may_have_decimals_and_percentages_end_at_100() -> None:
    assert findings(row("fee_arrears_vnd", 1250.5), row("institution_progress_pct", 62.5, 100)) == []
    found = findings(row("institution_progress_pct", 100.5, 120))
    assert [rule for rule, *_ in found] == ["CD-E163", "CD-E164"]
    assert findings(row("fee_arrears_vnd", 10**12)) == [], "the bound is of percentages only"


def test_nothing_is_negative() -> None:
    found = findings(row("strikes", -1, -2), row("fee_arrears_vnd", -0.5))
    assert [(rule, number) for rule, number, _ in found] == [("CD-E042", 1), ("CD-E042", 1), ("CD-E042", 2)]


def test_a_name_of_another_indicator_beside_the_code_is_an_error_and_other_words_are_not() -> None:
    names = {choice.code: choice.label_vi for choice in CODES}
    assert findings(row("strikes", 1, indicator_name="Đình công (nếu có)")) == []
    assert findings(row("strikes", 1, indicator_name=names["strikes"].upper())) == []
    assert [rule for rule, *_ in findings(row("strikes", 1, indicator_name=names["petitions_made"]))] == ["CD-E165"]


@pytest.mark.parametrize(
    ("part", "whole", "rule"),
    [
        ("fee_employers_paid", "fee_employers", "CD-E166"),
        ("upper_unions_rated_good", "upper_unions_rated", "CD-E167"),
        ("strikes_settled_with_union", "strikes", "CD-E168"),
        ("party_admitted_workers", "party_admitted", "CD-E169"),
    ],
)
def test_a_part_does_not_exceed_its_whole(part: str, whole: str, rule: str) -> None:
    assert findings(row(part, 3), row(whole, 3)) == []
    assert findings(row(part, 3), row(whole)) == [], "an unknown whole is not judged"
    assert findings(row(part, 0), row(whole, 0)) == []
    ((found, number, message),) = findings(row(whole, 3), row(part, 4))
    assert (found, number) == (rule, 2) and "4" in message and "3" in message
    assert [code for code, *_ in findings(row(whole, 0), row(part, 1))] == [rule]


@pytest.mark.parametrize(
    ("period", "collected", "found"),
    [
        ("2025-Q2", 10_000_000, []),  # 1 % of a billion
        ("2025-Q2", 10_500_000, []),
        ("2025-Q2", 10_500_001, ["CD-Q161"]),
        ("2025-Q2", 5_000_000, []),
        ("2025-Q2", 4_999_999, ["CD-Q161"]),
        ("2025-Q3", 5_000_000, []),  # 0.5 %
        ("2025-Q3", 10_000_000, ["CD-Q161"]),
        ("2025-Q3", 0, ["CD-Q161"]),
        ("2025-Q3", None, []),
    ],
)
def test_dues_are_compared_with_the_rate_of_their_period(period: str, collected: float | None, found: list) -> None:
    rows = (row("dues_wage_fund_vnd", 1_000_000_000), row("dues_collected_vnd", collected))
    assert [rule for rule, *_ in findings(*rows, period=period)] == found


def test_the_fee_is_two_percent_and_the_sentence_shows_both_sides() -> None:
    assert findings(row("fee_collected_vnd", 2_000_000_000), row("fee_wage_fund_vnd", 38_944_000_000)) == [
        (
            "CD-Q160",
            1,
            "Kinh phí công đoàn đã thu 2.000.000.000 đồng, trong khi 2 % của quỹ tiền lương 38.944.000.000 đồng là"
            " 778.880.000 đồng.",
        )
    ]


def test_rows_of_another_submission_are_no_whole() -> None:
    keys = {"org_unit_code": "H466", "period": "2025-Q2", "source_sheet": "T", "source_row": 1}
    frame = pl.DataFrame(
        [
            {**keys, "submission_id": "a", **row("strikes", 1)},
            {**keys, "submission_id": "b", **row("strikes_settled_with_union", 2)},
        ],
        schema=row_schema(FORM),
    )
    found = validate(CONTRACTS, {FORM.form: frame}, pl.DataFrame(schema=TOTALS), pl.DataFrame(schema=COLUMN_PLACES))
    assert found.issues.is_empty()


def test_an_employer_suspended_for_more_than_twelve_months_is_asked_about() -> None:
    assert findings(row("fee_employers_suspended_too_long", 0), period="2025-Q3") == []
    found = findings(row("fee_employers_suspended_too_long", 2), period="2025-Q3")
    assert [rule for rule, *_ in found] == ["CD-Q162"]
