"""No sentence about a target contradicts its numbers: made-up figures around their targets, read back from words."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.dbt_models import CompiledProject

OPERATORS = (">", ">=", "=", "<=", "<")
WHOLE, PERCENT = "members", "coverage"


def number(words: str) -> float:
    """A number as Vietnamese readers write it."""
    return float(words.replace(".", "").replace(",", "."))


def case(index: int, random: np.random.Generator) -> dict[str, Any]:
    """A target and a figure that is often a hair away from it, from the path to it, or equal to one of them."""
    percent, counted = bool(random.integers(2)), str(random.choice(["moment", "year"]))
    target = (
        float(random.choice([0, 1, 65, 66.67, 80, 100])) if percent else float(random.choice([0, 1, 4, 445, 12000000]))
    )
    near = float(random.choice([0, 1e-7, 0.04, 0.05, 0.3, 1, 7, 1000])) * float(random.choice([-1, 1]))
    actual = max(0.0, target + near) if percent else max(0.0, round(target + near))
    left = int(random.integers(3))
    expected = target if left == 0 else max(0.0, actual + float(random.choice([-5, -0.2, -0.03, 0, 0.03, 0.2, 5])))
    return {
        "period": "2022-Q2",
        "org_unit_code": f"T{index:04}",
        "indicator_code": PERCENT if percent else WHOLE,
        "target_set": "KH",
        "target_year": 2022,
        "year": 2022,
        "operator": OPERATORS[int(random.integers(5))],
        "target_value": target,
        "actual_value": actual,
        "expected_value": expected,
        "expected_by": "path",
        "baseline_value": None,
        "periods_left": left,
        "counted_over": counted,
        "completeness_pct": float(random.choice([7, 89.99, 90, 99.96, 100])),
        "only_grows": not percent,
    }


@pytest.fixture(scope="module")
def rows(compiled: CompiledProject) -> list[dict[str, Any]]:
    """5,000 cases with what the models say of them."""
    random = np.random.default_rng(5)
    cases = pl.DataFrame([case(index, random) for index in range(5000)])
    constants = {
        "is_given": True,
        "is_followed": True,
        "is_qualitative": False,
        "is_adjusted": False,
        "periods_elapsed": 2,
        "org_unit_valid_from": dt.date(2018, 1, 1),
    }
    empty = ["inherited_from_code", "inherited_from_name_vi", "qualitative_word", "set_kind"]
    targets = cases.drop("expected_value", "expected_by", "baseline_value").with_columns(
        **{name: pl.lit(value) for name, value in constants.items()},
        **{name: pl.lit(None, pl.String) for name in empty},
        first_year=pl.lit(None, pl.Int64),
        first_target_value=pl.lit(None, pl.Float64),
    )
    key = ["period", "org_unit_code", "indicator_code", "target_set", "target_year"]
    connection = compiled.open()
    compiled.run(
        connection,
        {
            "int_target_actuals": targets,
            "int_target_expected": cases.select(
                *key, "expected_value", "expected_by", pl.lit(None, pl.Float64).alias("baseline_value")
            ).with_columns(inherited_from_code=pl.lit(None, pl.String)),
            "int_indicators": pl.DataFrame(
                {"indicator_code": [WHOLE, PERCENT], "unit": ["person", "percent"], "unit_vi": ["người", "%"]}
            ),
        },
        ["int_target_words"],
    )
    connection.execute("use warehouse.intermediate")
    return connection.sql("from int_targets_compared join int_target_words using (org_unit_code)").pl().to_dicts()


def test_every_case_has_one_sentence_and_all_kinds_occur(rows: list[dict[str, Any]]) -> None:
    assert len(rows) == 5000
    assert {row["status"] for row in rows} == {"met", "on_track", "behind", "no_data"}
    for row in rows:
        words = row["progress_vi"]
        assert words and words == words.strip() and "  " not in words and "-" not in words, words


def test_what_is_met_says_so_and_nothing_else_does(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        words, lower = row["progress_vi"], row["operator"] in (">", ">=") and row["target_value"] > 0
        says_met = (
            (re.match(r"đạt [\d.,]+ %(,| kế| chỉ)", words) and "còn thiếu" not in words) if lower else "; đạt" in words
        )
        assert bool(says_met) == (row["status"] == "met"), words
        assert ("không đạt" in words) == row["is_failed"], words
        assert ("đúng tiến độ" in words) == (row["status"] == "on_track"), words


def test_the_numbers_of_a_sentence_agree_with_each_other_and_with_the_status(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        words, target, status = row["progress_vi"], row["target_value"], row["status"]
        if share := re.search(r"(?:đạt|bằng) ([\d.,]+) % (?:kế|chỉ tiêu năm)", words):
            assert (number(share[1]) >= 100) == (status == "met"), words
        if surplus := re.search(r"vượt ([\d.,]+) (?:%|điểm)", words):
            assert number(surplus[1]) > 0 and row["actual_value"] > target, words
        if short := re.search(r"thiếu ([\d.,]+) người", words):
            assert number(short[1]) == pytest.approx(target - row["actual_value"]) and number(short[1]) > 0, words
        if points := re.search(
            r"mới được ([\d.,]+) %, thấp hơn ([\d.,]+) điểm .*? chỉ tiêu (?:trên )?([\d.,]+) %", words
        ):
            actual, gap, read_target = map(number, points.groups())
            assert gap > 0 and actual + gap == pytest.approx(read_target), words
        if pace := re.search(r"(?:mới được ([\d.,]+) %.*)?cần đạt ([\d.,]+)", words):
            assert number(pace[2]) > (number(pace[1]) if pace[1] else row["actual_value"]), words
            assert status == "behind", words


def test_an_incomplete_figure_is_behind_only_if_no_report_can_mend_it(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if row["completeness_pct"] < 90 and row["status"] not in ("no_data",):
            assert row["only_grows"] and row["actual_value"] >= row["target_value"], row
            assert row["is_exceeded"] or (row["status"] == "met" and row["operator"] in (">", ">=")), row
