"""The verdict before sending, and the explanation that comes back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl

from pipelines.intake.register import read_ledger
from pipelines.settings import Settings
from pipelines.synthetic.cases import ExpectedVerdict
from pipelines.synthetic.demo import expected_verdicts
from tests.conftest import DemoRun, congdoan, query, run_json


def case_of(rule_code: str) -> ExpectedVerdict:
    return next(case for case in expected_verdicts() if any(f.rule_code == rule_code for f in case.findings))


def file_of(demo: DemoRun, case: ExpectedVerdict, folder: Path) -> Path:
    """A copy of the demo's file under its own name."""
    receipt = next(receipt for receipt in read_ledger(demo.settings) if receipt.file_name == case.file)
    return Path(shutil.copy(demo.settings.raw / receipt.raw_path, folder / receipt.name_parts[-1]))


def test_a_returned_file_is_checked_with_its_cell_and_an_annotated_copy(demo: DemoRun, tmp_path: Path) -> None:
    case = case_of("CD-E110")
    path = file_of(demo, case, tmp_path)
    said = json.loads(congdoan("check", path, "-o", tmp_path / "answers", "--json", expect=1))
    (file,) = said["files"]
    by_form = {submission["form"]: submission for submission in file["submissions"]}
    submission = by_form[case.form]
    assert (submission["verdict"], submission["org_unit_code"], submission["period"]) == (
        "returned",
        case.org_unit_code,
        case.period,
    )
    rows = submission["rows"]
    assert rows["found"] == sum(count for name, count in rows.items() if name != "found")
    (finding,) = case.findings
    assert [(i["rule_code"], i["severity"], i["sheet"], i["cell"]) for i in submission["issues"]] == [
        ("CD-E110", "error", finding.sheet, finding.cell)
    ]
    (answer,) = (tmp_path / "answers").glob("*.xlsx")
    assert "CD-E110" in openpyxl.load_workbook(answer)[str(finding.sheet)][str(finding.cell)].comment.text


def test_exit_codes_tell_accepted_from_unreadable(demo: DemoRun, tmp_path: Path) -> None:
    good = next(case for case in expected_verdicts() if case.verdict == "accepted" and not case.findings)
    path = file_of(demo, good, tmp_path)
    assert "ĐÃ TIẾP NHẬN" in congdoan("check", path)
    path.write_bytes(b"not a workbook")
    assert "CD-E001" in congdoan("check", path, expect=2)


def test_an_explanation_written_into_the_answer_closes_the_query(demo: DemoRun, tmp_path: Path) -> None:
    shutil.copytree(demo.settings.root, tmp_path / "data")
    data = Settings(data_dir=tmp_path / "data")
    case = case_of("CD-Q020")
    (answer,) = (data.returned / str(case.period) / str(case.org_unit_code)).glob("*.xlsx")
    book = openpyxl.load_workbook(answer)
    sheet = book["LỖI"]
    (heading,) = [cell for row in sheet.iter_rows(max_row=5) for cell in row if cell.value == "Giải trình của đơn vị"]
    sheet.cell(heading.row + 1, heading.column).value = "Đã đối chiếu giấy đăng ký doanh nghiệp"
    inbox = data.inbox / "2023-10-25" / str(case.org_unit_code)
    inbox.mkdir(parents=True)
    book.save(inbox / "giai-trinh.xlsx")

    said = run_json(data.root)
    by_form = {submission["form"]: submission for submission in said["submissions"]}
    assert by_form[case.form]["verdict"] == "accepted" and by_form[case.form]["version"] == 2
    published = data.published / "warehouse.duckdb"
    ours = by_form[case.form]["submission_id"]
    issues = f"select rule_code, is_explained from marts.fct_submission_issue where submission_id = '{ours}'"
    assert query(published, issues) == [("CD-Q020", True)]
    assert query(published, f"from marts.fct_submission_change where submission_id = '{ours}'") == []
