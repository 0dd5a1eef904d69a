"""What a province says of its units: from the template through judgement to the mart that explains the difference."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from pipelines.codegen.sheet_plan import FIRST_DATA_ROW, plan_sheet
from pipelines.contracts import load_contracts
from tests.conftest import congdoan

pytestmark = pytest.mark.slow

FORM = load_contracts().form("province_summary")
PERIOD = "2023-Q4"


def test_a_template_is_filled_in_and_accepted(tmp_path: Path) -> None:
    path = tmp_path / "tong-hop.xlsx"
    congdoan("template", "province_summary", "--unit", "T06", "--period", PERIOD, "-o", path)
    book = openpyxl.load_workbook(path)
    plan = plan_sheet(FORM, PERIOD, 1)
    for row, code in enumerate(("H058", "H004")):
        for name, value in {"unit_code": code, "unions": 3, "members_total": 120, "enterprises": 9}.items():
            book[plan.sheet][plan.cell(name, FIRST_DATA_ROW + row)].value = value
    book.save(path)
    (file,) = json.loads(congdoan("check", path, "--json", expect=1))["files"]
    (submission,) = file["submissions"]
    assert (submission["form"], submission["org_unit_code"], submission["rows"]["returned"]) == (FORM.form, "T06", 2)
    (issue,) = submission["issues"]
    assert (issue["rule_code"], issue["cell"]) == ("CD-E150", plan.cell("unit_code", FIRST_DATA_ROW + 1))
    assert issue["message_vi"].startswith("Mã “H004” không phải mã một đơn vị trực thuộc trực tiếp đơn vị báo cáo T06")

    book[plan.sheet][plan.cell("unit_code", FIRST_DATA_ROW + 1)].value = "H060"
    book.save(path)
    (file,) = json.loads(congdoan("check", path, "--json"))["files"]
    assert [(s["verdict"], s["issues"]) for s in file["submissions"]] == [("accepted", [])]
