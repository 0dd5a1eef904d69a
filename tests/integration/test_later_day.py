"""What arrives when the demo is over, all on one day: a correction, a file sent before, an explanation, a summary."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from pipelines.codegen.template import write_template
from pipelines.contracts import load_contracts
from pipelines.intake.register import read_ledger
from pipelines.settings import Settings
from pipelines.synthetic.demo import expected_verdicts
from pipelines.synthetic.parcels import unit_labels
from tests.conftest import DemoRun, query, run_json

pytestmark = pytest.mark.slow

CORRECTED, AGAIN, EXPLAINED, SUMMED = "sua-lai.xlsx", "x.xlsx", "giai-trinh.xlsx", "tong-hop.xlsx"
QUERIED = next(case for case in expected_verdicts() if any(f.rule_code == "CD-Q020" for f in case.findings))
"""What the demo expects of the file that is asked the question which is explained here."""
PERIOD = "2023-Q4"
SUMMARY = load_contracts().form("province_summary")
OWN_FIGURES = f"""
    select m.org_unit_code, m.unions, m.members_total, m.members_female, m.workers_total,
        count(distinct e.tax_code), count(distinct e.tax_code) filter (e.has_union), any_value(a.in_force)
    from marts.mart_membership m
    join marts.dim_org_unit u on u.org_unit_code = m.org_unit_code and u.valid_from = m.org_unit_valid_from
    join marts.fct_enterprise e on e.org_unit_code = m.org_unit_code and e.period = m.period
    join marts.mart_agreement_coverage a on a.org_unit_code = m.org_unit_code and a.period = m.period
    where u.parent_code = 'T06' and m.period = '{PERIOD}' and m.sector = 'all'
        and m.basis = 'as_reported' and m.scope = 'all'
    group by all order by 1
"""
FIGURES = [field.name for field in SUMMARY.fields if field.name not in ("unit_name", "note")]


@dataclass(frozen=True)
class LaterDay:
    """The published file after that day, and what the run said of the day's submissions."""

    warehouse: Path
    summary: dict[str, Any]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query on the published file."""
        return query(self.warehouse, sql)

    def submissions(self, file_name: str) -> Sequence[dict[str, Any]]:
        """What became of the submissions in one of the files."""
        return [one for one in self.summary["submissions"] if one["file"].endswith(f"/{file_name}")]


@pytest.fixture(scope="module")
def own_figures(demo: DemoRun) -> pl.DataFrame:
    """What the units of a province counted themselves, as the province would sum it up."""
    own = pl.DataFrame(demo.query(OWN_FIGURES), schema=FIGURES, orient="row")
    assert own.height == 8 and own.null_count().sum_horizontal().item() == 0
    return own


@pytest.fixture(scope="module")
def later_day(demo: DemoRun, own_figures: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> LaterDay:
    """A copy of the demo's data after one more run."""
    data = Settings(data_dir=tmp_path_factory.mktemp("later") / "data")
    shutil.copytree(demo.settings.root, data.root)
    _correct(data)
    _send_again(data)
    _explain(data)
    _sum_up(data, own_figures)
    return LaterDay(data.published / "warehouse.duckdb", run_json(data.root))


def _correct(data: Settings) -> None:
    """One member fewer in the first union of H164."""
    receipt = next(r for r in read_ledger(data) if "H164" in r.file_name and "III-2023" in r.file_name)
    book = openpyxl.load_workbook(data.raw / receipt.raw_path)
    sheet: Any = book["Công đoàn cơ sở và đoàn viên"]
    (header,) = [cell for cell in sheet[8] if cell.value == "Số đoàn viên"]
    sheet.cell(row=11, column=header.column).value -= 1
    _save(book, data.inbox / "2023-10-20" / "H164" / CORRECTED)


def _send_again(data: Settings) -> None:
    receipt = next(r for r in read_ledger(data) if "H004" in r.file_name and r.copy_of is None)
    (data.inbox / "again").mkdir(parents=True)
    shutil.copy(data.raw / receipt.raw_path, data.inbox / "again" / AGAIN)


def _explain(data: Settings) -> None:
    """The answer that asked, with a word written beside the question."""
    (answer,) = (data.returned / str(QUERIED.period) / str(QUERIED.org_unit_code)).glob("*.xlsx")
    book = openpyxl.load_workbook(answer)
    sheet: Any = book["LỖI"]
    (heading,) = [cell for row in sheet.iter_rows(max_row=5) for cell in row if cell.value == "Giải trình của đơn vị"]
    sheet.cell(heading.row + 1, heading.column).value = "Đã đối chiếu giấy đăng ký doanh nghiệp"
    _save(book, data.inbox / "2023-10-25" / str(QUERIED.org_unit_code) / EXPLAINED)


def _sum_up(data: Settings, own_figures: pl.DataFrame) -> None:
    """The province counts two units otherwise than they did themselves, and leaves one out."""
    off = pl.col("unit_code").replace_strict({"H061": 100, "H063": -30}, default=0, return_dtype=pl.Int64)
    told = own_figures.with_columns(pl.col("members_total") + off).filter(pl.col("unit_code") != "H066")
    path = data.inbox / "2024-03-20" / "T06" / SUMMED
    write_template(path, [SUMMARY], unit_labels(PERIOD)["T06"], PERIOD, {SUMMARY.form: told})


def _save(book: openpyxl.Workbook, path: Path) -> None:
    path.parent.mkdir(parents=True)
    book.save(path)


def test_a_corrected_workbook_replaces_the_numbers_of_its_unit_and_nothing_else(
    later_day: LaterDay, demo: DemoRun
) -> None:
    assert later_day.summary["received"] == 4
    assert later_day.summary["published_version"] != demo.summary["published_version"]
    sent = later_day.submissions(CORRECTED)
    assert {(submission["verdict"], submission["version"]) for submission in sent} == {("accepted", 2)}

    key = "org_unit_code = 'H164' and period = '2023-Q3' and (sector, basis, scope) = ('all', 'as_reported', 'all')"
    members = f"select members_total from marts.mart_membership where {key}"
    assert later_day.query(members)[0][0] == demo.query(members)[0][0] - 1
    elsewhere = (
        "select * from marts.mart_membership where not (period = '2023-Q3' and org_unit_code in ('H164', 'T19', 'VN'))"
        " order by all"
    )
    assert later_day.query(elsewhere) == demo.query(elsewhere)
    versions = (
        "select version, is_current from marts.fct_submission where org_unit_code = 'H164' and period = '2023-Q3'"
        " and form = 'grassroots_unions' order by version"
    )
    assert later_day.query(versions) == [(1, False), (2, True)]

    changes = "select change, field, cast(old_value as int) - cast(new_value as int) from marts.fct_submission_change"
    of_this = f"{changes} where submission_id in ({', '.join(repr(one['submission_id']) for one in sent)})"
    assert later_day.query(of_this) == [("changed", "members_total", 1)]
    known = (
        "select sum(members_total) from marts.history_grassroots_unions where org_unit_code = 'H164'"
        " and period = '2023-Q3' and known_from <= {0} and (known_to is null or known_to > {0})"
    )
    assert later_day.query(known.format("date '2023-10-19'")) == demo.query(members)
    assert later_day.query(known.format("date '2023-10-20'")) == later_day.query(members)


def test_the_same_file_again_is_a_duplicate_and_no_row_of_it_counts(later_day: LaterDay, demo: DemoRun) -> None:
    again = later_day.submissions(AGAIN)
    assert {submission["verdict"] for submission in again} == {"duplicate"}
    assert later_day.summary["duplicate"] == len(again) > 0
    corrected = "(org_unit_code = 'H164' and period = '2023-Q3')"
    explained = f"(org_unit_code = '{QUERIED.org_unit_code}' and period = '{QUERIED.period}')"
    others = f"select * from marts.fct_membership where not ({corrected} or {explained}) order by all"
    assert later_day.query(others) == demo.query(others)
    # The same rows came again with the explanation: only where they stand is another.
    sent_again = (
        f"select * exclude (submission_id, source_sheet, source_row) from marts.fct_membership where {explained}"
        " order by all"
    )
    assert later_day.query(sent_again) == demo.query(sent_again)


def test_an_explanation_written_into_the_answer_closes_the_query(later_day: LaterDay) -> None:
    by_form = {submission["form"]: submission for submission in later_day.submissions(EXPLAINED)}
    ours = by_form[QUERIED.form]
    assert (ours["verdict"], ours["version"]) == ("accepted", 2)
    of_ours = f"where submission_id = '{ours['submission_id']}'"
    issues = f"select rule_code, is_explained from marts.fct_submission_issue {of_ours}"
    assert later_day.query(issues) == [("CD-Q020", True)]
    assert later_day.query(f"from marts.fct_submission_change {of_ours}") == []


def test_the_units_that_explain_a_difference_are_asked_about_and_shown(
    later_day: LaterDay, own_figures: pl.DataFrame
) -> None:
    (submission,) = later_day.submissions(SUMMED)
    assert submission["verdict"] == "accepted_with_queries"
    missing = own_figures.row(by_predicate=pl.col("unit_code") == "H066", named=True)
    by_field = {issue["field"]: issue for issue in submission["issues"]}
    assert {issue["rule_code"] for issue in by_field.values()} == {"CD-Q310"}
    assert set(by_field) == {name for name, value in missing.items() if name != "unit_code" and value}
    members = by_field["members_total"]
    assert "H061" in members["message_vi"] and "H063" in members["message_vi"]
    assert f"H066 (bảng của tỉnh không ghi, đơn vị gửi {missing['members_total']:,}".replace(",", ".") in (
        members["message_vi"].replace(",", ".")
    )
    assert "H061" not in by_field["unions"]["message_vi"]

    rows = later_day.query(
        "select org_unit_code, state, difference, contribution, is_total from marts.mart_reconciliation"
        f" where province_code = 'T06' and period = '{PERIOD}' and measure = 'members_total' order by 1"
    )
    states = {code: (state, difference) for code, state, difference, _, is_total in rows if not is_total}
    assert states.pop("H061") == ("differs", 100)
    assert states.pop("H063") == ("differs", -30)
    assert states.pop("H066") == ("province_missing", None)
    assert len(states) == 5 and set(states.values()) == {("equal", 0)}
    ((_, state, difference, contribution, _),) = [row for row in rows if row[-1]]
    assert (state, difference) == ("differs", contribution)
    assert contribution == 70 - missing["members_total"] == sum(row[3] for row in rows if not row[-1])
    assert later_day.query(
        "select distinct measure from marts.mart_reconciliation where not is_total and state = 'equal'"
        f" and province_code = 'T06' and period = '{PERIOD}' order by 1"
    ) == [(name,) for name in sorted(FIGURES) if name != "unit_code"]
