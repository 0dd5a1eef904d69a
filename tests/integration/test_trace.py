"""From any published figure to the cells that were sent: every figure adds up, and random ones agree with the files."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.reports.source_cells import with_text_as_sent
from pipelines.warehouse.lineage import SOURCE_ROWS, NoSuchFigureError, trace_figure
from tests.conftest import DemoRun, congdoan

UNIT = ["period", "org_unit_code"]
OF_MEMBERSHIP = [*UNIT, "sector", "basis", "scope"]
COUNTED = {
    "mart_membership": (OF_MEMBERSHIP, "membership", (
        "unions", "workers_total", "workers_female", "members_total", "members_female", "members_admitted",
        "members_left", "unions_founded", "unions_with_groups", "union_groups", "unions_with_sub_unions", "sub_unions",
        "officers_elected", "officers_trained", "density_members", "density_workers",
    )),
    "mart_enterprise_coverage": (UNIT, "enterprises", (
        "enterprises", "with_union", "without_union", "survey_visits", "workers_unknown", "enterprises_reported",
    )),
    "mart_agreement_coverage": (UNIT, "agreements", (
        "eligible_units", "eligible_units_reported", "with_agreement", "in_force", "expired", "not_yet_effective",
        "signed_in_period", "workers_covered",
    )),
}  # fmt: skip
"""Marts that count rows: their keys, the relation, and the columns, every one of which is led back."""
NAMES = {table: measures for table, (_, _, measures) in COUNTED.items()}


def disagreeing(demo: DemoRun, told: str, traced: str, keys: list[str]) -> list[tuple[object, ...]]:
    """Figures (``keys``, ``value``) that the rows that make them do not add up to; 0 may rest on no row at all."""
    on = " and ".join(f"told.{key} is not distinct from traced.{key}" for key in keys)
    return demo.query(
        f"with told as ({told}), traced as ({traced}) select told.*, traced.value from told left join traced on {on}"
        " where told.value is not null and abs(coalesce(traced.value, 0) - told.value) > 1e-9 * (1 + abs(told.value))"
    )


@pytest.mark.parametrize(("table", "measure"), [(table, name) for table, names in NAMES.items() for name in names])
def test_rows_add_up_to_every_figure_of_the_detail_marts(demo: DemoRun, table: str, measure: str) -> None:
    keys, relation, _ = COUNTED[table]
    by_threshold = (table, measure) in {("mart_enterprise_coverage", name) for name in NAMES[table][:3]}
    keys = [*keys, "threshold"] if by_threshold else keys
    basis = "" if "basis" in keys else " and sector = 'all' and basis = 'as_reported' and scope = 'all'"
    columns = ", ".join(keys)
    told = f"select distinct {columns}, {measure} as value from marts.{table}"
    traced = (
        f"select {columns}, sum(contribution) as value from lineage.lineage_measure"
        f" where measure = '{relation}.{measure}'{basis} group by all"
    )
    assert demo.query(f"select count(*) from ({told}) where value > 0")[0][0] > 20
    assert disagreeing(demo, told, traced, keys) == []


@pytest.mark.parametrize("measure", ["plan_value", "actual_value"])
def test_rows_add_up_to_every_activity(demo: DemoRun, measure: str) -> None:
    told = f"select period, org_unit_code, '{measure}.' || indicator_code as measure, {measure} as value"
    traced = (
        "select period, org_unit_code, measure, sum(contribution) as value from lineage.lineage_activities group by all"
    )
    assert disagreeing(demo, f"{told} from marts.mart_activity", traced, [*UNIT, "measure"]) == []


@pytest.mark.parametrize("side", ["units_value", "province_value"])
def test_rows_add_up_to_both_sides_of_the_reconciliation(demo: DemoRun, side: str) -> None:
    keys = ["period", "province_code", "org_unit_code", "is_total", "measure"]
    columns = ", ".join(keys)
    told = f"select {columns}, {side} as value from marts.mart_reconciliation"
    traced = (
        f"select {columns}, sum(contribution) as value from lineage.lineage_reconciliation where side = '{side}'"
        " group by all"
    )
    assert demo.query(f"select count(*) from ({told}) where value > 0")[0][0] > 50
    assert disagreeing(demo, told, traced, keys) == []


@pytest.mark.parametrize(
    ("column", "part", "span"),
    [
        ("value", "value", "period"),
        ("numerator_value", "numerator", "period"),
        ("denominator_value", "denominator", "period"),
        ("value_to_date", "value", "to_date"),
        ("numerator_to_date", "numerator", "to_date"),
        ("denominator_to_date", "denominator", "to_date"),
    ],
)
def test_rows_add_up_to_every_indicator(demo: DemoRun, column: str, part: str, span: str) -> None:
    # what of a ratio does not depend on the threshold has rows without one
    keys = ["period", "org_unit_code", "indicator_code"]
    told = f"select {', '.join(keys)}, threshold, {column} as value from marts.mart_indicator"
    if part == "value":
        told += " where numerator_value is null and denominator_value is null"
        told += " and numerator_to_date is null and denominator_to_date is null"
        told += " and indicator_code in (select indicator_code from marts.dim_indicator where origin <> 'derived')"
    rows = f"from lineage.lineage_indicator where part = '{part}' and span = '{span}'"
    traced = (
        f"select {', '.join(keys)}, thresholds.threshold, sum(contribution) as value"
        f" from (select * {rows}) as found"
        " cross join (select distinct threshold from marts.mart_indicator) as thresholds"
        " where found.threshold is null or found.threshold is not distinct from thresholds.threshold group by all"
    )
    assert demo.query(f"select count(distinct indicator_code) from ({told}) where value is not null")[0][0] > 15
    assert disagreeing(demo, told, traced, [*keys, "threshold"]) == []


@pytest.mark.slow
def test_two_hundred_random_figures_agree_with_the_files(demo: DemoRun) -> None:
    chance = random.Random(2026)
    sums = ["workers_total", "workers_female", "members_total", "members_female", "members_admitted", "union_groups"]
    rows = demo.query(
        f"select period, org_unit_code, sector, basis, scope, {', '.join(sums)} from marts.mart_membership"
        " where members_total is not null order by all"
    )
    figures = []
    for period, unit, sector, basis, scope, *values in chance.sample(rows, 200):
        position = chance.randrange(len(sums))
        keys = {"period": period, "org_unit_code": unit, "sector": sector, "basis": basis, "scope": scope}
        value, brought = trace_figure(demo.settings, "mart_membership", sums[position], keys)
        assert value == values[position]
        figures.append(brought.with_columns(pl.lit(len(figures)).alias("figure"), pl.lit(value).alias("published")))
    cells = with_text_as_sent(demo.settings, pl.concat(figures, how="vertical_relaxed"))
    assert cells["cell"].null_count() == 0
    # read anew, with nothing of the reader's: what is no digit goes
    digits = [None if text is None else re.sub(r"\D", "", text) for text in cells["as_sent"]]
    recomputed = (
        cells.with_columns(pl.Series("sent", [int(text) if text else None for text in digits]))
        .group_by("figure", "published")
        .agg(pl.col("sent").sum(), pl.col("value").sum())
    )
    assert recomputed.height == len({number for number, f in enumerate(figures) if f.height})
    assert recomputed.filter(
        (pl.col("sent") != pl.col("published")) | (pl.col("value") != pl.col("published"))
    ).is_empty()


def test_the_command_line_leads_a_published_figure_to_its_cells(demo: DemoRun, tmp_path: Path) -> None:
    words = ["mart_membership", "members_total", "period=2021-Q2", "org_unit_code=H004"]
    at = ["--data-dir", demo.settings.root]
    traced = json.loads(congdoan("trace", *words, *at, "--json"))
    assert traced["value"] == sum(row["value"] for row in traced["rows"]) == 13_734
    assert len(traced["rows"]) == 335
    for row in traced["rows"]:
        assert (row["field"], row["as_sent"]) == ("members_total", f"{row['value']:.0f}")
        assert re.fullmatch(r"[A-Z]+\d+", row["cell"]) and len(row["sha256"]) == 64 and row["submission_id"]
    page = congdoan("trace", *words, *at, "-o", tmp_path / "rows.csv")
    assert "Giá trị công bố: 13.734" in page and "… và 315 dòng nữa" in page
    assert pl.read_csv(tmp_path / "rows.csv").height == 335
    assert "Công đoàn cơ sở" in (tmp_path / "rows.csv").read_text(encoding="utf-8-sig")
    congdoan("trace", "mart_membership", "members_total", "period=2031-Q1", "org_unit_code=H004", *at, expect=1)
    congdoan("trace", "mart_membership", "members_total", "2021-Q2", *at, expect=2)


def test_a_ratio_has_the_rows_of_both_parts(demo: DemoRun) -> None:
    unit = {"period": "2022-Q4", "org_unit_code": "T45"}
    value, rows = trace_figure(demo.settings, "mart_membership", "density_pct", unit)
    by_part = dict(rows.group_by("part").agg(pl.col("value").sum()).rows())
    assert value == pytest.approx(100 * by_part["numerator"] / by_part["denominator"])
    value, rows = trace_figure(demo.settings, "mart_agreement_coverage", "coverage_pct", unit)
    by_part = dict(rows.group_by("part").agg(pl.col("value").sum()).rows())
    assert value == pytest.approx(100 * by_part["numerator"] / by_part["denominator"])


def test_a_target_over_a_term_has_the_rows_of_all_its_years(demo: DemoRun) -> None:
    keys = {"period": "2023-Q2", "org_unit_code": "T45", "indicator_code": "members_admitted", "target_year": "2023"}
    value, rows = trace_figure(demo.settings, "mart_target_progress", "actual_value", keys)
    assert value == rows["value"].sum() == 11_975
    assert rows["period"].unique().sort().to_list() == [
        f"{year}-Q{quarter}" for year in range(2018, 2024) for quarter in range(1, 5) if (year, quarter) <= (2023, 2)
    ]


def test_every_followed_target_rests_on_rows_that_add_up(demo: DemoRun) -> None:
    rows = demo.query(
        "select p.period, p.org_unit_code, p.indicator_code, p.target_set, p.target_year, p.actual_value"
        " from marts.mart_target_progress as p join marts.dim_indicator as i using (indicator_code)"
        " where p.actual_value > 0 and i.origin <> 'derived' and p.target_set <> 'none' order by all"
    )
    names = ("period", "org_unit_code", "indicator_code", "target_set", "target_year")
    for *keys, published in random.Random(2026).sample(rows, 20):
        words = {name: str(key) for name, key in zip(names, keys, strict=True)}
        value, brought = trace_figure(demo.settings, "mart_target_progress", "actual_value", words)
        assert value == published == pytest.approx(brought["value"].sum()), words


def test_a_fact_has_one_cell(demo: DemoRun) -> None:
    keys = {"period": "2021-Q2", "org_unit_code": "H004", "union_code": "CS-H004-001"}
    value, rows = trace_figure(demo.settings, "fct_membership", "union_name", keys)
    (sent,) = with_text_as_sent(demo.settings, rows)["as_sent"].to_list()
    assert value == sent


@pytest.mark.parametrize(
    ("table", "measure", "keys", "says"),
    [
        ("mart_nothing", "x", {}, "Không có bảng “mart_nothing”"),
        ("mart_membership", "members", {}, "không có cột “members”"),
        ("mart_membership", "members_total", {"quarter": "1"}, "không có cột “quarter”"),
        ("mart_membership", "members_total", {"period": "2021-Q2"}, "ghi thêm org_unit_code"),
        ("mart_membership", "members_total", {"period": "1990-Q1"}, "Không có dòng nào"),
        ("mart_membership", "completeness_pct", {"period": "2021-Q2", "org_unit_code": "VN"}, "không lấy từ ô"),
        ("fct_membership", "is_active", {"period": "2021-Q2", "union_code": "CS-H004-001"}, "không lấy từ ô"),
        ("dim_period", "year", {"period": "2021-Q2"}, "không lấy từ ô"),
    ],
)
def test_words_that_lead_to_no_figure_are_told_why(
    demo: DemoRun, table: str, measure: str, keys: dict[str, str], says: str
) -> None:
    with pytest.raises(NoSuchFigureError, match=re.escape(says)):
        trace_figure(demo.settings, table, measure, keys)


def test_a_figure_that_nobody_reported_has_no_rows(demo: DemoRun) -> None:
    ((period, unit),) = demo.query(
        "select period, org_unit_code from marts.mart_membership where members_total is null and sector = 'all'"
        " and basis = 'as_reported' and scope = 'all' order by all limit 1"
    )
    value, rows = trace_figure(
        demo.settings, "mart_membership", "members_total", {"period": period, "org_unit_code": unit}
    )
    assert (value, rows.height, rows.schema) == (None, 0, pl.Schema(SOURCE_ROWS))


def test_the_lineage_is_there_for_who_queries_the_file(demo: DemoRun) -> None:
    with duckdb.connect(demo.warehouse, read_only=True) as connection:
        views = connection.execute(
            "select view_name, comment from duckdb_views() where schema_name = 'lineage'"
        ).fetchall()
    assert len(views) > 8 and all(comment for _, comment in views)
