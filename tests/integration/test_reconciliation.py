"""What a province says of its units: from the template through judgement to the mart that explains the difference."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import polars as pl

from pipelines.codegen.sheet_plan import FIRST_DATA_ROW, plan_sheet
from pipelines.codegen.template import write_template
from pipelines.contracts import load_contracts
from pipelines.settings import Settings
from pipelines.synthetic.parcels import unit_labels
from tests.conftest import DemoRun, congdoan, query, run_json

FORM = load_contracts().form("province_summary")
PERIOD = "2023-Q4"
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
FIELDS = [field.name for field in FORM.fields if field.name not in ("unit_name", "note")]


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


def test_the_units_that_explain_a_difference_are_asked_about_and_shown(demo: DemoRun, tmp_path: Path) -> None:
    shutil.copytree(demo.settings.root, tmp_path / "data")
    data = Settings(data_dir=tmp_path / "data")
    own = pl.DataFrame(demo.query(OWN_FIGURES), schema=FIELDS, orient="row")
    assert own.height == 8 and own.null_count().sum_horizontal().item() == 0
    off = pl.col("unit_code").replace_strict({"H061": 100, "H063": -30}, default=0, return_dtype=pl.Int64)
    told = own.with_columns(pl.col("members_total") + off).filter(pl.col("unit_code") != "H066")
    unit = unit_labels(PERIOD)["T06"]
    write_template(data.inbox / "2024-03-20" / "T06" / "tong-hop.xlsx", [FORM], unit, PERIOD, {FORM.form: told})

    (submission,) = run_json(data.root)["submissions"]
    assert submission["verdict"] == "accepted_with_queries"
    missing = own.row(by_predicate=pl.col("unit_code") == "H066", named=True)
    by_field = {issue["field"]: issue for issue in submission["issues"]}
    assert {issue["rule_code"] for issue in by_field.values()} == {"CD-Q310"}
    assert set(by_field) == {name for name, value in missing.items() if name != "unit_code" and value}
    members = by_field["members_total"]
    assert "H061" in members["message_vi"] and "H063" in members["message_vi"]
    assert f"H066 (bảng của tỉnh không ghi, đơn vị gửi {missing['members_total']:,}".replace(",", ".") in (
        members["message_vi"].replace(",", ".")
    )
    assert "H061" not in by_field["unions"]["message_vi"]

    rows = query(
        data.published / "warehouse.duckdb",
        "select org_unit_code, state, difference, contribution, is_total from marts.mart_reconciliation"
        f" where province_code = 'T06' and period = '{PERIOD}' and measure = 'members_total' order by 1",
    )
    states = {code: (state, difference) for code, state, difference, _, is_total in rows if not is_total}
    assert states.pop("H061") == ("differs", 100)
    assert states.pop("H063") == ("differs", -30)
    assert states.pop("H066") == ("province_missing", None)
    assert len(states) == 5 and set(states.values()) == {("equal", 0)}
    ((_, state, difference, contribution, _),) = [row for row in rows if row[-1]]
    assert (state, difference) == ("differs", contribution)
    assert contribution == 70 - missing["members_total"] == sum(row[3] for row in rows if not row[-1])
    assert query(
        data.published / "warehouse.duckdb",
        "select distinct measure from marts.mart_reconciliation where not is_total and state = 'equal'"
        f" and province_code = 'T06' and period = '{PERIOD}' order by 1",
    ) == [(name,) for name in sorted(FIELDS) if name != "unit_code"]
