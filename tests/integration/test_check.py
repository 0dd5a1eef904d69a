"""The verdict before sending."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl

from pipelines.intake.register import read_ledger
from pipelines.synthetic.cases import ExpectedVerdict
from pipelines.synthetic.demo import expected_verdicts
from tests.conftest import DemoRun, congdoan


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
