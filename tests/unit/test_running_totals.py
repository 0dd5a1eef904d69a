"""What counts since January: asked about where it falls within a year, and nowhere else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.contracts.frames import COLUMN_PLACES, row_schema
from pipelines.contracts.registry import read_seed
from pipelines.intake.units import OrgUnit, OrgUnits
from pipelines.quality.between import validate_between

CONTRACTS = load_contracts()
FORM = CONTRACTS.form("activities")
DIALOGUES = "enterprises_with_dialogue"
JULY = dt.date(2025, 7, 1)
START = dt.date(2018, 1, 1)
UNITS = OrgUnits(
    [
        OrgUnit("H1", "Huyện 1", "district", "T1", "Cũ", START, None),
        OrgUnit("H2", "Huyện 2", "district", "T1", "Cũ", START, None),
        # One code, two units: the province before and after 1 July 2025.
        OrgUnit("T1", "Tỉnh cũ", "province", None, "Cũ", START, JULY),
        OrgUnit("T1", "Tỉnh mới", "province", None, "Mới", JULY, None),
    ],
    [],
)

Line = tuple[str, float | None] | tuple[str, float | None, float | None]


def sent(unit: str, period: str, *lines: Line) -> pl.DataFrame:
    """A report: code, actual and plan of each row, from row 11 of its sheet on."""
    keys = {"submission_id": f"{unit}/{period}", "org_unit_code": unit, "period": period, "source_sheet": "T"}
    named = [dict(zip(("indicator_code", "actual_value", "plan_value"), line, strict=False)) for line in lines]
    return pl.DataFrame(
        [{**keys, "source_row": row, **line} for row, line in enumerate(named, start=11)], schema=row_schema(FORM)
    )


def judge(now: pl.DataFrame, *earlier: pl.DataFrame) -> list[tuple[Any, ...]]:
    """(rule, submission, cell, sentence) of what is found in the reports of ``now``."""
    fields = [field.name for field in FORM.fields]
    places = pl.DataFrame(
        [
            {"submission_id": submission, "source_sheet": "T", "field": field, "column_letter": chr(66 + number)}
            | {"first_row": 1, "last_row": 999}
            for submission in now["submission_id"].unique()
            for number, field in enumerate(fields)
        ],
        schema=COLUMN_PLACES,
    )
    before = pl.concat([now.clear(), *earlier])
    found = validate_between(CONTRACTS, {FORM.form: now}, {FORM.form: before}, places, UNITS).issues
    return found.select("rule_code", "submission_id", "cell", "message_vi").rows()


def test_a_fall_within_the_year_is_asked_about_with_both_values_and_both_periods() -> None:
    found = judge(
        sent("H1", "2022-Q2", ("dialogues_held", 3.0), (DIALOGUES, 1_005.0)),
        sent("H1", "2022-Q1", ("dialogues_held", 9.0), (DIALOGUES, 1_012.0)),
    )
    assert found == [
        (
            "CD-Q313",
            "H1/2022-Q2",
            "F12",
            "“Số doanh nghiệp đã tổ chức đối thoại (lũy kế từ đầu năm)” ghi 1.005, thấp hơn số 1.012 đã báo cáo ở"
            " quý I năm 2022.",
        )
    ]


@pytest.mark.parametrize(
    ("period", "value", "before", "is_asked"),
    [
        ("2022-Q2", 12, ("2022-Q1", 12), False),
        ("2022-Q2", 13, ("2022-Q1", 12), False),
        ("2022-Q2", 0, ("2022-Q1", 12), True),  # zero is a number
        ("2022-Q2", None, ("2022-Q1", 12), False),  # not told is not zero
        ("2022-Q2", 0, ("2022-Q1", None), False),
        ("2022-Q3", 5, ("2022-Q1", 12), True),  # the report between them is missing
        ("2022-Q4", 5, ("2022-Q1", 12), True),
        ("2023-Q1", 1, ("2022-Q4", 40), False),  # the year starts anew
        ("2022-Q2", 5, ("2021-Q2", 12), False),
    ],
)
def test_the_last_value_of_the_same_year_counts(
    period: str, value: float | None, before: tuple[str, float | None], is_asked: bool
) -> None:
    found = judge(sent("H1", period, (DIALOGUES, value)), sent("H1", before[0], (DIALOGUES, before[1])))
    assert [rule for rule, *_ in found] == ["CD-Q313"] * is_asked


def test_the_last_value_is_compared_and_not_the_highest() -> None:
    history = (sent("H1", "2022-Q1", (DIALOGUES, 12.0)), sent("H1", "2022-Q2", (DIALOGUES, 8.0)))
    assert judge(sent("H1", "2022-Q3", (DIALOGUES, 9.0)), *history) == []
    ((_, _, _, sentence),) = judge(sent("H1", "2022-Q3", (DIALOGUES, 7.0)), *history)
    assert "thấp hơn số 8 đã báo cáo ở quý II năm 2022" in sentence


def test_an_empty_cell_between_does_not_hide_the_fall() -> None:
    history = (sent("H1", "2022-Q1", (DIALOGUES, 12.0)), sent("H1", "2022-Q2", (DIALOGUES, None)))
    ((_, _, _, sentence),) = judge(sent("H1", "2022-Q3", (DIALOGUES, 7.0)), *history)
    assert "quý I năm 2022" in sentence


def test_an_indicator_that_is_asked_for_twice_a_year_is_compared_over_the_half_years() -> None:
    half = "workers_gathered_count"
    ((rule, _, _, sentence),) = judge(sent("H1", "2022-Q4", (half, 150.0)), sent("H1", "2022-Q2", (half, 200.0)))
    assert rule == "CD-Q313" and "quý II năm 2022" in sentence


def test_each_unit_is_compared_with_itself() -> None:
    assert judge(sent("H1", "2022-Q2", (DIALOGUES, 5.0)), sent("H2", "2022-Q1", (DIALOGUES, 12.0))) == []
    assert judge(sent("T1", "2025-Q3", (DIALOGUES, 5.0)), sent("T1", "2025-Q2", (DIALOGUES, 12.0))) == []
    assert len(judge(sent("T1", "2025-Q4", (DIALOGUES, 5.0)), sent("T1", "2025-Q3", (DIALOGUES, 12.0)))) == 1


def test_what_is_of_its_quarter_or_stands_at_its_end_may_fall() -> None:
    others = (
        "dialogues_held",
        "fee_collected_vnd",
        "full_time_officers",
        "fee_arrears_vnd",
        "institution_progress_pct",
    )
    now = sent("H1", "2022-Q4", *((code, 1.0, 1.0) for code in others))
    assert judge(now, sent("H1", "2022-Q2", *((code, 50.0, 50.0) for code in others))) == []


def test_a_plan_that_was_lowered_within_the_year_is_noted() -> None:
    before = sent("H1", "2022-Q2", (DIALOGUES, 12.0, 30.0))
    ((rule, _, cell, sentence),) = judge(sent("H1", "2022-Q3", (DIALOGUES, 14.0, 20.0)), before)
    assert (rule, cell) == ("CD-N313", "E11")
    assert "ghi 20, thấp hơn kế hoạch 30 đã báo cáo ở quý II năm 2022" in sentence
    assert judge(sent("H1", "2022-Q3", (DIALOGUES, 14.0, 45.0)), before) == []
    assert judge(sent("H1", "2022-Q3", (DIALOGUES, 14.0, None)), before) == []


def test_all_quarters_of_a_year_reach_back_to_its_first() -> None:
    assert CONTRACTS.quarters_back >= 3
    (rule,) = [rule for rule in CONTRACTS.comparisons if rule.code == "CD-Q313"]
    assert rule.history + FORM.longest_gap == 3


def test_what_counts_since_january_says_so_in_its_name_and_nothing_else_does() -> None:
    names = {row["indicator_code"]: row["name_vi"] for row in read_seed("indicators") if row["origin"] == "activity"}
    cumulative = {choice.code for choice in FORM.field("indicator_code").choices if choice.is_cumulative}
    assert cumulative == {code for code, name in names.items() if name.endswith("(lũy kế từ đầu năm)")}
    assert DIALOGUES in cumulative and "dialogues_held" not in cumulative
