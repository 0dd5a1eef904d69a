"""What a user of Great Expectations finds: suites, results and Data Docs, outside of the tracked tree."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

from pipelines.contracts.frames import COLUMN_PLACES, TOTALS, row_schema
from pipelines.contracts.loader import EXPECTATIONS_DIR, load_contracts
from pipelines.quality.context import build_data_docs
from pipelines.quality.suites import form_checks
from pipelines.quality.validate import validate, validate_across

CONTRACTS = load_contracts()
FORM = CONTRACTS.form("enterprises")
BROKEN = 300


@pytest.fixture(scope="module")
def gx_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory after two periods were validated, every row of one of them broken."""
    directory = tmp_path_factory.mktemp("gx")
    rows = [
        {
            "submission_id": "s1",
            "org_unit_code": "H004",
            "period": "2021-Q2" if i < BROKEN else "2021-Q3",
            "source_sheet": "Biểu",
            "source_row": i,
            "tax_code": f"{i:010d}",
            "enterprise_name": "Công ty Mẫu",
            "ownership": "private_enterprise",
            "workers_total": 10 if i < BROKEN else 100_000,
            "workers_female": 70_000 + i,
            "has_union": False,
        }
        for i in range(BROKEN + 3)
    ]
    places = pl.DataFrame(schema=COLUMN_PLACES)
    frame = pl.DataFrame(rows, schema=row_schema(FORM))
    validate(CONTRACTS, {FORM.form: frame}, pl.DataFrame(schema=TOTALS), places, directory)
    unions = pl.DataFrame(schema=row_schema(CONTRACTS.form("grassroots_unions")))
    validate_across(CONTRACTS, {FORM.form: frame, "grassroots_unions": unions}, places, directory)
    assert build_data_docs(directory) == directory / "data_docs" / "index.html"
    return directory


def test_suites_are_kept_with_the_ids_that_the_contract_gives(gx_dir: Path) -> None:
    kept = json.loads((gx_dir / "expectations" / "enterprises-layout-1.json").read_text(encoding="utf-8"))
    checks = form_checks(CONTRACTS, FORM, FORM.layouts[0])
    assert [expectation["id"] for expectation in kept["expectations"]] == [check.id for check in checks]


def test_a_result_is_kept_per_suite_and_span_of_periods(gx_dir: Path) -> None:
    runs = sorted(path.relative_to(gx_dir / "validations").parts[:2] for path in gx_dir.glob("validations/*/*"))
    assert runs == [
        ("enterprises-across-forms", "2021-Q2--2021-Q3"),
        ("enterprises-layout-1", "2021-Q2--2021-Q3"),
    ]


def test_what_is_kept_holds_samples_and_not_every_unexpected_value(gx_dir: Path) -> None:
    (path,) = gx_dir.glob("validations/enterprises-layout-1/2021-Q2--2021-Q3/*/*.json")
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    (broken,) = [result for result in results if result["expectation_config"]["meta"]["rule_code"] == "CD-E120"]
    assert broken["result"]["unexpected_count"] == BROKEN
    assert max(len(value) for value in broken["result"].values() if isinstance(value, list)) == 20
    (page,) = gx_dir.glob("data_docs/validations/enterprises-layout-1/2021-Q2--2021-Q3/*/*.html")
    # Whole numbers: the page is also full of ids, which may hold any digits.
    numbers = {int(number) for number in re.findall(r"(?<![\w.-])\d{5}(?![\w-])", page.read_text(encoding="utf-8"))}
    assert len(numbers & set(range(70_000, 70_000 + BROKEN))) == 20


def test_pages_speak_of_rules_in_vietnamese_and_the_index_leads_to_them(gx_dir: Path) -> None:
    index = (gx_dir / "data_docs" / "index.html").read_text(encoding="utf-8")
    pages = [path for path in gx_dir.rglob("data_docs/validations/**/*.html")]
    assert len(pages) == 2
    assert all(page.relative_to(gx_dir / "data_docs").as_posix() in index for page in pages)
    (page,) = gx_dir.glob("data_docs/validations/enterprises-layout-1/2021-Q2--2021-Q3/*/*.html")
    assert "CD-E120 · Số lao động nữ không vượt quá tổng số lao động" in page.read_text(encoding="utf-8")


def test_the_tracked_configuration_opens_as_a_file_context_and_stays_as_it_is(
    gx_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import great_expectations as gx

    tracked = EXPECTATIONS_DIR / "gx"
    before = {path: path.read_bytes() for path in tracked.rglob("*") if path.is_file()}
    monkeypatch.setenv("CONGDOAN_GX_DIR", str(gx_dir))
    context = gx.get_context(mode="file", context_root_dir=tracked)
    assert {suite.name for suite in context.suites.all()} == {
        "enterprises-layout-1",
        "enterprises-across-forms",
    }
    assert {path: path.read_bytes() for path in tracked.rglob("*") if path.is_file()} == before
