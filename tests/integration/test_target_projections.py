"""The projections of targets, as the dbt project computes them, against numpy and scipy on made-up series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy import stats

from pipelines.warehouse.dbt import DBT_PROJECT_DIR
from tests.dbt_models import CompiledProject

LEVEL = 0.9  # the quantile of an interval of 80 % with two sides
BEGAN = dt.date(2018, 1, 1)
FIRST = 4 * 2018 + 1  # 2018-Q1 as a number


def period_of(index: int) -> str:
    """The name of a quarter that is numbered on."""
    return f"{(index - 1) // 4}-Q{(index - 1) % 4 + 1}"


def ends_on(index: int) -> dt.date:
    """Its last day."""
    year, quarter = (index - 1) // 4, (index - 1) % 4 + 1
    return dt.date(year + quarter // 4, quarter * 3 % 12 + 1, 1) - dt.timedelta(days=1)


def indicators() -> pl.DataFrame:
    """A stock, a sum and a percentage."""
    return pl.DataFrame(
        {"indicator_code": ["stock", "flow"], "unit": ["person", "person"], "unit_vi": ["người", "người"]},
    )


def target(name: str, last: int, end: int, counted_over: str, **values: float) -> dict[str, object]:
    """A row of int_target_actuals: a target of a unit `name`, seen in the quarter `last`."""
    year = (last - 1) // 4
    return {
        "period": period_of(last),
        "org_unit_code": name,
        "org_unit_valid_from": BEGAN,
        "indicator_code": "stock" if counted_over == "moment" else "flow",
        "target_set": "KH",
        "target_year": (end - 1) // 4,
        "threshold": None,
        "target_value": 1.0,
        "is_given": True,
        "is_followed": True,
        "inherited_from_code": None,
        "counted_over": counted_over,
        "year": year,
        "periods_per_year": 4,
        "periods_elapsed": (last - 1) % 4 + 1,
        "periods_left": end - last,
        "last_index": last,
        "end_index": end,
        "actual_value": values.get("actual_value"),
        "completeness_pct": 100.0,
    }


def value(name: str, index: int, amount: float, is_flow: bool) -> dict[str, object]:
    """A row of int_target_series."""
    return {
        "org_unit_code": name,
        "org_unit_valid_from": BEGAN,
        "indicator_code": "flow" if is_flow else "stock",
        "threshold": 0,
        "counts_from_january": is_flow,
        "period": period_of(index),
        "year": (index - 1) // 4,
        "quarter": (index - 1) % 4 + 1,
        "ends_on": ends_on(index),
        "period_index": index,
        "periods_per_year": 4,
        "value_to_date": amount,
        "is_complete_to_date": False,  # no year is full, so that flows go by their mean
        "value": amount,
        "is_complete": True,
    }


def project(
    compiled: CompiledProject, targets: Sequence[dict[str, object]], series: Sequence[dict[str, object]]
) -> dict[str, tuple[float, float, float, str, int]]:
    """Value, low, high, method and number of periods by unit, from the compiled SQL."""
    indices = range(FIRST, 4 * 2025 + 2)
    schema = {"threshold": pl.Int64, "inherited_from_code": pl.String, "actual_value": pl.Float64}
    connection: duckdb.DuckDBPyConnection = compiled.open()
    compiled.run(
        connection,
        {
            "int_target_actuals": pl.DataFrame(list(targets), schema_overrides=schema),
            "int_target_series": pl.DataFrame(list(series)),
            "int_periods_reported": pl.DataFrame({"period": map(period_of, indices), "ends_on": map(ends_on, indices)}),
            "int_indicators": indicators(),
        },
        ["int_target_projections"],
    )
    connection.execute("use warehouse.intermediate")
    rows = connection.execute(
        "select org_unit_code, projected_value, projected_low, projected_high, projection_method, projection_periods"
        " from int_target_projections"
    ).fetchall()
    return {name: (middle, low, high, method, periods) for name, middle, low, high, method, periods in rows}


def test_the_line_and_its_interval_are_those_of_least_squares(compiled: CompiledProject) -> None:
    random = np.random.default_rng(7)
    targets, series, expected = [], [], {}
    for number in range(60):
        name = f"T{number:02}"
        quarters = np.sort(random.choice(np.arange(FIRST, FIRST + 26), size=random.integers(4, 24), replace=False))
        amounts = (
            random.uniform(1e3, 1e6) + random.uniform(-5, 50) * (quarters - FIRST) + random.normal(0, 40, len(quarters))
        )
        last = int(quarters[-1])
        end = 4 * ((last - 1) // 4 + 1) + 4  # the next year's last quarter
        if end - last > 2 * (last - int(quarters[0]) + 1):
            continue
        targets.append(target(name, last, end, "moment"))
        series += [
            value(name, int(index), float(amount), False) for index, amount in zip(quarters, amounts, strict=True)
        ]
        slope, intercept = np.polyfit(quarters - FIRST, amounts, 1)
        residuals = amounts - slope * (quarters - FIRST) - intercept
        spread = np.sum((quarters - quarters.mean()) ** 2)
        error = np.sqrt(np.sum(residuals**2) / (len(quarters) - 2))
        half = (
            stats.t.ppf(LEVEL, len(quarters) - 2)
            * error
            * np.sqrt(1 + 1 / len(quarters) + (end - quarters.mean()) ** 2 / spread)
        )
        middle = slope * (end - FIRST) + intercept
        expected[name] = (middle, max(0, middle - half), middle + half, len(quarters))
    assert len(expected) > 40
    found = project(compiled, targets, series)
    for name, (middle, low, high, periods) in expected.items():
        assert found[name][:3] == pytest.approx((middle, low, high), rel=1e-6), name
        assert found[name][3:] == ("trend", periods)


def test_the_sum_to_come_and_its_interval_are_those_of_the_last_eight_quarters(compiled: CompiledProject) -> None:
    random = np.random.default_rng(11)
    targets, series, expected = [], [], {}
    for number in range(40):
        name, count, left = f"T{number:02}", int(random.integers(4, 20)), int(random.integers(1, 8))
        quarters = np.arange(FIRST, FIRST + count)
        amounts = random.uniform(50, 200, count).round()
        last, so_far = int(quarters[-1]), float(amounts.sum())
        targets.append(target(name, last, last + left, "term", actual_value=so_far))
        series += [
            value(name, int(index), float(amount), True) for index, amount in zip(quarters, amounts, strict=True)
        ]
        recent = amounts[-8:]
        n = len(recent)
        middle = so_far + left * recent.mean()
        half = stats.t.ppf(LEVEL, n - 1) * recent.std(ddof=1) * np.sqrt(left + left**2 / n)
        expected[name] = (middle, max(so_far, middle - half), middle + half, n)
    found = project(compiled, targets, series)
    for name, (middle, low, high, periods) in expected.items():
        assert found[name][:3] == pytest.approx((middle, low, high), rel=1e-6), name
        assert found[name][3:] == ("run_rate", periods)


def test_an_interval_of_80_percent_holds_about_80_percent_of_what_comes(compiled: CompiledProject) -> None:
    random = np.random.default_rng(3)
    targets, series, truth = [], [], {}
    for number in range(600):
        name, quarters = f"T{number:03}", np.arange(FIRST, FIRST + 12)
        line = 5000 + 30 * (np.arange(FIRST, FIRST + 17) - FIRST) + random.normal(0, 20, 17)
        targets.append(target(name, FIRST + 11, FIRST + 15, "moment"))
        series += [value(name, int(index), float(line[index - FIRST]), False) for index in quarters]
        truth[name] = line[15]
    found = project(compiled, targets, series)
    held = np.mean([found[name][1] <= amount <= found[name][2] for name, amount in truth.items()])
    assert 0.76 < held < 0.84


def test_the_seed_of_quantiles_is_students_distribution() -> None:
    seed = pl.read_csv(DBT_PROJECT_DIR / "seeds" / "student_t_quantiles.csv")
    assert seed["degrees_of_freedom"].to_list() == list(range(1, 111))
    assert seed["quantile_90"].to_list() == pytest.approx(stats.t.ppf(LEVEL, seed["degrees_of_freedom"]), abs=1e-6)
