"""The registry of indicators: published figures, ratios from their parts, a new row, and rows that do not hold."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.settings import Settings
from pipelines.warehouse.dbt import DBT_PROJECT_DIR, environment, executable
from tests.conftest import DemoRun, query
from tests.dbt_models import CompiledProject

SEED = DBT_PROJECT_DIR / "seeds" / "indicators.csv"
TERM = "org_unit_code = 'T45' and period between '2018-Q1' and '2023-Q2'"
YEAR_ENDS = [f"{year}-Q4" for year in range(2018, 2023)]


def one(demo: DemoRun, code: str, unit: str = "T45", period: str = "2022-Q4", threshold: str = "null") -> float:
    """The value of an indicator."""
    ((value,),) = demo.query(
        f"select value from marts.mart_indicator where indicator_code = '{code}' and org_unit_code = '{unit}'"
        f" and period = '{period}' and threshold is not distinct from {threshold}"
    )
    return value


@pytest.mark.parametrize(
    ("code", "published"), [("unions_founded", 138), ("members_admitted", 11_975), ("survey_visits", 2_276)]
)
def test_quang_tri_over_the_term_as_published(demo: DemoRun, code: str, published: int) -> None:
    assert demo.query(
        f"select sum(value), min(completeness_pct) from marts.mart_indicator where {TERM} and indicator_code = '{code}'"
    ) == [(published, 100)]


@pytest.mark.parametrize(("sector", "published"), [("state", 90), ("non_state", 65)])
def test_quang_tri_unions_rated_good_or_better_as_published(demo: DemoRun, sector: str, published: int) -> None:
    rated = f"from marts.mart_indicator where {TERM} and indicator_code = 'unions_rated_good_{sector}_pct'"
    assert demo.query(f"select period, value {rated} and value is not null order by period") == [
        (period, published) for period in YEAR_ENDS
    ]
    # between two year ends the last rating stands
    assert demo.query(f"select value_to_date, actual_period {rated} and period = '2022-Q2'") == [(published, "2021-Q4")]


def test_all_upper_level_unions_of_quang_tri_are_rated_good_or_better_as_published(demo: DemoRun) -> None:
    assert demo.query(
        f"select period, value from marts.mart_indicator where {TERM} and value is not null"
        " and indicator_code = 'upper_unions_rated_good_pct' order by period"
    ) == [(period, 100) for period in YEAR_ENDS]


def test_quang_tri_reaches_121_percent_of_its_target_and_hands_all_of_it_down(demo: DemoRun) -> None:
    progress = (
        "from marts.mart_target_progress where indicator_code = 'members_admitted' and period = '2022-Q4'"
        " and target_set = 'KH-2022'"
    )
    ((percent, target, actual),) = demo.query(
        f"select round(pct_of_target), target_value, actual_value {progress} and org_unit_code = 'T45'"
    )
    assert percent == 121
    assert demo.query(f"select sum(target_value), sum(actual_value) {progress} and org_unit_code <> 'T45'") == [
        (target, actual)
    ]


def test_every_indicator_with_a_source_has_values_in_the_demo(demo: DemoRun) -> None:
    assert (
        demo.query(
            "select indicator_code from marts.dim_indicator left join marts.mart_indicator using (indicator_code)"
            " where origin in ('measure', 'derived') group by all having count(value) = 0"
        )
        == []
    )


def test_every_ratio_is_that_of_the_values_of_its_parts(demo: DemoRun) -> None:
    part = (
        "left join marts.mart_indicator as {0} on {0}.indicator_code = r.{0} and {0}.period = r.period"
        " and {0}.org_unit_code = r.org_unit_code and {0}.threshold is not distinct from r.threshold"
    )
    found = demo.query(
        "with ratios as (select * from marts.mart_indicator join marts.dim_indicator using (indicator_code)"
        " where origin = 'derived')"
        " select r.indicator_code, count(r.value), count(*) filter (r.value is distinct from"
        " case when denominator.value <> 0 then r.per * numerator.value / denominator.value end)"
        f" from ratios as r {part.format('numerator')} {part.format('denominator')} group by all"
    )
    assert {code for code, *_ in found} == {row["indicator_code"] for row in seed_rows() if row["origin"] == "derived"}
    assert [row for row in found if not row[1] or row[2]] == []


def test_a_province_has_the_ratio_of_its_sums_and_not_the_mean_of_its_districts(demo: DemoRun) -> None:
    ((ratio, mean),) = demo.query(
        "select 100 * sum(numerator_value) / sum(denominator_value), avg(value) from marts.mart_indicator"
        " where indicator_code = 'density_pct' and period = '2022-Q4' and unit_type = 'district'"
        " and org_unit_code between 'H461' and 'H471'"
    )
    assert one(demo, "density_pct") == pytest.approx(ratio)
    assert one(demo, "density_pct") != pytest.approx(mean, abs=0.01)


FACTS = {
    "new_officers_trained_pct": "select 100 * sum(officers_trained) / sum(officers_elected) from unions",
    "agreements_good_pct": """
        select 100 * count(*) filter (quality in ('a', 'b')) / count(*) from (
            select distinct org_unit_code, agreement_code, quality from in_force where quality <> 'not_graded')""",
    "shift_meal_mean": """
        select avg(shift_meal_vnd) from (
            select distinct org_unit_code, agreement_code, shift_meal_vnd from in_force)""",
    "shift_meal_min": "select min(shift_meal_vnd) from in_force",
    "agreements_expiring": """
        select count(distinct (org_unit_code, agreement_code)) from in_force where expires_on <= date '2023-06-30'""",
    "visits_per_enterprise": """
        select sum(survey_visits) / count(distinct tax_code) from marts.fct_enterprise
        where period between '2022-Q1' and '2022-Q4' and survey_visits > 0
            and org_unit_code between 'H461' and 'H471'""",
    "outreach_founded_pct": """
        select 100 * count(*) filter (outreach_status = 'union_founded') / count(*) from enterprises
        where outreach_status in ('approached', 'refused', 'union_founded')""",
    "density_ilo_pct": """
        select 100 * sum(members_total) / (
            sum(workers_total) filter (tax_code is null) + (select sum(workers_total) from enterprises))
        from unions where sector <> 'informal'""",
    "bargaining_coverage_enterprises_pct": """
        select 100 * (select sum(workers_covered) from in_force) / sum(workers_total) from enterprises""",
}


@pytest.mark.parametrize("code", FACTS)
def test_an_indicator_is_what_the_facts_say(demo: DemoRun, code: str) -> None:
    """In a period whose reports are complete and agree, written down again without the models."""
    place = "where period = '2022-Q4' and org_unit_code between 'H461' and 'H471'"
    ((expected,),) = demo.query(
        f"with unions as (select * from marts.fct_membership {place} and is_active),"
        f" enterprises as (select * from marts.fct_enterprise {place}),"
        f" in_force as (select * from marts.fct_agreement {place} and status = 'in_force') {FACTS[code]}"
    )
    assert one(demo, code) == pytest.approx(expected)


def seed_rows() -> list[dict[str, str]]:
    """The rows of the registry."""
    with SEED.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def row(**values: str) -> dict[str, str]:
    """A row of the registry that holds: the members, with other values."""
    (members,) = [row for row in seed_rows() if row["indicator_code"] == "members_total"]
    return {**members, "indicator_code": "new_one", **values}


def ratio_row(numerator: str, denominator: str, **values: str) -> dict[str, str]:
    """A row of the registry for a percentage."""
    over = dict.fromkeys(("kind", "aggregation_over_units", "aggregation_over_time"), "ratio")
    parts = {"numerator": numerator, "denominator": denominator, "per": "100"}
    return row(**over, **parts, origin="derived", measure="", unit="percent", **values)


@pytest.mark.slow
def test_adding_an_indicator_is_one_row_of_the_seed(demo: DemoRun, tmp_path: Path) -> None:
    project = shutil.copytree(DBT_PROJECT_DIR, tmp_path / "dbt_project")
    added = [
        row(
            indicator_code="size_unknown",
            measure="enterprises.workers_unknown",
            unit="enterprise",
            subject="enterprises",
        ),
        ratio_row("members_female", "members_total", indicator_code="women_pct", name_vi="Tỷ lệ nữ đoàn viên"),
    ]
    with (project / "seeds" / "indicators.csv").open("a", encoding="utf-8", newline="") as stream:
        csv.DictWriter(stream, added[0], lineterminator="\n").writerows(added)

    settings = Settings(data_dir=tmp_path)
    settings.build.mkdir()
    own = {"CONGDOAN_LAKE_DIR": demo.settings.lake.as_posix(), "DBT_PROFILES_DIR": project.as_posix()}
    built = subprocess.run(
        [executable(), "build", "--project-dir", project, "--exclude-resource-type", "unit_test"],
        env={**os.environ, **environment(settings), **own},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout[-5000:]

    def values(code: str) -> list[tuple[Any, ...]]:
        return query(
            settings.build_db,
            f"select period, org_unit_code, value, unit_vi from marts.mart_indicator where indicator_code = '{code}'"
            " and value is not null order by all",
        )

    women = demo.query(
        "select period, org_unit_code, 100.0 * members_female / members_total, '%' from marts.mart_membership"
        " where sector = 'all' and basis = 'as_reported' and scope = 'all' and members_total > 0 order by all"
    )
    unknown = demo.query(
        "select period, org_unit_code, workers_unknown, 'doanh nghiệp' from marts.mart_enterprise_coverage"
        " where threshold = 25 and workers_unknown is not null order by all"
    )
    assert women and values("women_pct") == women
    assert unknown and values("size_unknown") == unknown


WRONG = {
    "an unknown measure": ([row(measure="membership.members_totl")], "a measure that no detail model offers"),
    "no measure": ([row(measure="")], "columns that do not fit the origin"),
    "a part that does not exist": (
        [ratio_row("members_femal", "members_total")],
        "a part that is unknown, derived or without data",
    ),
    "a part that is a ratio": (
        [ratio_row("density_pct", "members_total")],
        "a part that is unknown, derived or without data",
    ),
    "a part without data": (
        [ratio_row("members_total", "workers_are_members")],
        "a part that is unknown, derived or without data",
    ),
    "a ratio of itself": ([ratio_row("new_one", "members_total")], "a part that is unknown, derived or without data"),
    "a cycle": (
        [
            ratio_row("other_one", "members_total"),
            ratio_row("new_one", "members_total", indicator_code="other_one"),
        ],
        "a part that is unknown, derived or without data",
    ),
    "parts of two forms": (
        [ratio_row("survey_visits", "members_total")],
        "a part of another subject, frequency or threshold",
    ),
    "a part by threshold": (
        [ratio_row("enterprises_with_union", "enterprises_reported", subject="enterprises")],
        "a part of another subject, frequency or threshold",
    ),
    "a stock that is summed": ([row(aggregation_over_time="sum")], "an aggregation that does not fit"),
    "a mean of ratios": (
        [{**ratio_row("members_female", "members_total"), "aggregation_over_units": "sum"}],
        "an aggregation that does not fit",
    ),
    "quarters without a report": (
        [row(measure="agreements.in_force", subject="agreements")],
        "asked for in quarters in which its form is not due",
    ),
}


@pytest.fixture(scope="module")
def calendar() -> pl.DataFrame:
    """When the forms are due, for one year."""
    due = {"grassroots_unions": (1, 2, 3, 4), "enterprises": (1, 2, 3, 4), "agreements": (2, 4)}
    return pl.DataFrame(
        [
            {"subject": form, "period": f"2021-Q{quarter}", "quarter": quarter, "is_due": int(quarter in quarters)}
            for form, quarters in due.items()
            for quarter in (1, 2, 3, 4)
        ]
    )


@pytest.mark.parametrize("wrong", WRONG)
def test_a_row_that_does_not_hold_is_found(wrong: str, compiled: CompiledProject, calendar: pl.DataFrame) -> None:
    rows, problem = WRONG[wrong]
    with compiled.open() as connection:
        compiled.run(connection, {"int_calendar_by_subject": calendar}, [])
        test = "assert_indicator_registry_holds"
        assert compiled.failures(connection, test) == []
        values = ", ".join(f"({', '.join(sql(value) for value in row.values())})" for row in rows)
        connection.execute(f"insert into warehouse.seeds.indicators values {values}")
        assert ("new_one", problem) in compiled.failures(connection, test)


def test_an_indicator_that_a_mart_shows_is_missed(compiled: CompiledProject, calendar: pl.DataFrame) -> None:
    with compiled.open() as connection:
        compiled.run(connection, {"int_calendar_by_subject": calendar}, [])
        connection.execute("delete from warehouse.seeds.indicators where indicator_code = 'enterprise_coverage'")
        assert compiled.failures(connection, "assert_indicator_registry_holds") == [
            ("enterprise_coverage", "shown in a mart and not in the registry")
        ]


def sql(value: str) -> str:
    """A cell of the seed as a literal."""
    return "'" + value.replace("'", "''") + "'" if value else "null"
