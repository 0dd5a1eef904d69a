"""A new indicator is one row of the seed: one that units report, and a ratio with its numerator and denominator."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from pipelines.codegen import render_all
from pipelines.codegen.indicator_pages import INDEX, INDICATORS, render_indicator_pages
from pipelines.codegen.template import listed_rows
from pipelines.contracts import load_contracts
from pipelines.contracts.registry import SEEDS_DIR, read_seed
from tests import made_up_reports
from tests.dbt_models import CompiledProject
from tests.made_up_reports import NOW, activities

REPORTED = {
    **{"indicator_code": "blood_donors", "name_vi": "Số lượt người hiến máu", "name_en": "Blood donors"},
    **{"unit": "person_time", "kind": "flow", "direction": "up", "origin": "activity", "frequency": "quarter"},
    **{"aggregation_over_units": "sum", "aggregation_over_time": "sum", "subject": "activities"},
    **{"uses_threshold": "false", "is_headline": "false", "definition": "Số lượt hiến máu.", "source": "Thử"},
}
DERIVED = {
    **{"indicator_code": "blood_donors_per_petition", "name_vi": "Số lượt hiến máu trên một kiến nghị"},
    **{"name_en": "Blood donors per petition", "unit": "person_time", "kind": "ratio", "direction": "none"},
    **{"origin": "derived", "numerator": "blood_donors", "denominator": "petitions_made", "per": "1"},
    **{"aggregation_over_units": "ratio", "aggregation_over_time": "ratio", "frequency": "quarter"},
    **{"subject": "activities", "uses_threshold": "false", "is_headline": "false"},
    **{"definition": "Chỉ để thử.", "source": "Thử"},
}
COLUMNS = list(read_seed("indicators")[0])


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seeds with the two rows more."""
    folder = tmp_path_factory.mktemp("seeds")
    for name in ("indicators.csv", "parameters.csv", "combined_subjects.csv"):
        shutil.copy(SEEDS_DIR / name, folder / name)
    with (folder / "indicators.csv").open("a", encoding="utf-8", newline="") as stream:
        csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n").writerows([REPORTED, DERIVED])
    return folder


def test_the_reported_one_is_asked_for_and_the_ratio_is_not(seeds: Path) -> None:
    form = load_contracts(seeds=seeds).form("activities")
    asked = listed_rows(form, NOW)
    assert asked is not None
    assert asked["indicator_code"].to_list().count("blood_donors") == 1
    assert "blood_donors_per_petition" not in asked["indicator_code"]


def test_each_gets_its_page_and_no_other_generated_file_changes_but_those_that_name_it(seeds: Path) -> None:
    contracts = load_contracts(seeds=seeds)
    pages, before = render_indicator_pages(contracts, seeds), render_indicator_pages()
    changed = {path for path, text in pages.items() if before.get(path) != text}
    assert changed == {
        INDEX,
        f"{INDICATORS}/blood_donors.md",
        f"{INDICATORS}/blood_donors_per_petition.md",
        f"{INDICATORS}/petitions_made.md",  # says what it is used for
    }
    formula = (
        "[Số lượt người hiến máu](blood_donors.md) ÷ "
        "[Số kiến nghị của đoàn viên, người lao động được công đoàn chuyển đến nơi giải quyết](petitions_made.md)"
    )
    assert formula in pages[f"{INDICATORS}/blood_donors_per_petition.md"]
    assert render_all(contracts) == render_all()


def test_both_have_values_at_every_level_without_a_change_of_a_model(compiled: CompiledProject) -> None:
    reports = dict(made_up_reports.REPORTS)
    for unit, donors in (("H060", 25), ("H061", 5)):
        key = ("activities", unit, NOW)
        reports[key] = [*reports[key], *activities(blood_donors=donors)]
    with compiled.open() as connection:
        for row in (REPORTED, DERIVED):
            values = [row.get(column) or None for column in COLUMNS]
            marks = ", ".join("?" for _ in COLUMNS)
            connection.execute(f"insert into warehouse.seeds.indicators values ({marks})", values)
        compiled.run(connection, made_up_reports.frames(reports), ["mart_indicator"])
        assert compiled.failures(connection, "assert_indicator_registry_holds") == []
        found = connection.execute(
            "select indicator_code, org_unit_code, value, unit_vi from warehouse.marts.mart_indicator"
            f" where indicator_code like 'blood_donors%' and period = '{NOW}' and value is not null"
            " and org_unit_code in ('H060', 'H061', 'T06') order by all"
        ).fetchall()
    assert found == [
        ("blood_donors", "H060", 25, "lượt người"),
        ("blood_donors", "H061", 5, "lượt người"),
        ("blood_donors", "T06", 30, "lượt người"),
        ("blood_donors_per_petition", "H060", 2.5, "lượt người"),
        ("blood_donors_per_petition", "H061", 1, "lượt người"),
        ("blood_donors_per_petition", "T06", 2, "lượt người"),
    ]
