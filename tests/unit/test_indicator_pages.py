"""The pages of indicators: one for each row of the registry, with its formula and what it is used for."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.codegen.indicator_pages import INDEX, INDICATORS, render_indicator_pages
from pipelines.contracts.registry import SEEDS_DIR, read_seed

PAGES = render_indicator_pages()
CODES = [row["indicator_code"] for row in read_seed("indicators")]


def changed(folder: Path, code: str, **values: str) -> Path:
    """The seeds with other values in one row of the registry, in a folder of their own."""
    rows = [{**row, **values} if row["indicator_code"] == code else dict(row) for row in read_seed("indicators")]
    with (folder / "indicators.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    subjects = "combined_subjects.csv"
    (folder / subjects).write_bytes((SEEDS_DIR / subjects).read_bytes())
    return folder


def test_every_indicator_has_a_page_that_the_index_links_to() -> None:
    assert set(PAGES) == {INDEX, *(f"{INDICATORS}/{code}.md" for code in CODES)}
    assert all(PAGES[INDEX].count(f"(indicators/{code}.md)") == 1 for code in CODES)


def test_a_ratio_shows_its_formula_and_its_parts_what_they_are_for() -> None:
    page = PAGES[f"{INDICATORS}/agreement_coverage_pct.md"]
    assert (
        "100 × [Số CĐCS có thỏa ước còn hiệu lực](unions_with_agreement.md) ÷ "
        "[Số CĐCS thuộc loại hình được ký thỏa ước](unions_may_sign.md)"
    ) in page
    assert "select period, org_unit_name_vi, value, numerator_value, denominator_value, completeness_pct" in page
    used = (
        "## Dùng để tính\n\n- [Tỷ lệ đơn vị có công đoàn đã ký thỏa ước lao động tập thể](agreement_coverage_pct.md)\n"
    )
    assert used in PAGES[f"{INDICATORS}/unions_may_sign.md"]


def test_a_mean_is_not_multiplied_and_a_value_has_no_formula() -> None:
    formula = "## Công thức\n\n[Tổng giá trị một bữa ăn ca của các thỏa ước](shift_meal_sum.md) ÷ "
    assert formula in PAGES[f"{INDICATORS}/shift_meal_mean.md"]
    assert "## Công thức" not in PAGES[f"{INDICATORS}/members_total.md"]


def test_a_page_names_the_forms_behind_a_figure_and_the_mart_that_shows_it() -> None:
    page = PAGES[f"{INDICATORS}/unions_with_agreement.md"]
    assert "](../forms/grassroots_unions.md) và [" in page and "](../forms/agreements.md)" in page
    assert "Cũng là cột `with_agreement` của bảng `mart_agreement_coverage`." in page


def test_an_indicator_without_data_says_so() -> None:
    page = PAGES[f"{INDICATORS}/workers_are_members.md"]
    assert "Chưa có số liệu" in page and "mart_indicator" not in page
    assert "| Biểu mẫu cung cấp số liệu | chưa có |" in page


def test_the_last_day_of_an_indicator_is_said(tmp_path: Path) -> None:
    seeds = changed(tmp_path, "members_left", valid_from="2021-07-01", valid_to="2025-07-01")
    page = render_indicator_pages(seeds=seeds)[f"{INDICATORS}/members_left.md"]
    assert "| Áp dụng | từ ngày 01/07/2021 đến hết ngày 30/06/2025 |" in page


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("density_pct", {"numerator": "density_membres"}),
        ("members_total", {"unit": "persn"}),
        ("members_total", {"subject": "grassroots_union"}),
    ],
)
def test_a_name_that_does_not_exist_is_an_error(tmp_path: Path, code: str, values: dict[str, str]) -> None:
    with pytest.raises(KeyError, match=next(iter(values.values()))):
        render_indicator_pages(seeds=changed(tmp_path, code, **values))
