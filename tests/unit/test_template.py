"""The workbook that ``write_template`` writes, read back by openpyxl and calamine."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from pipelines.codegen.sheet_plan import (
    FIRST_DATA_ROW,
    HEADER_ROW,
    STAMP_COLUMNS,
    STAMP_SHEET,
    UnitLabel,
    plan_sheet,
    sheet_name,
)
from pipelines.codegen.template import BLANK_ROWS, write_template
from pipelines.contracts import FieldType, Form, load_contracts

CONTRACTS = load_contracts()
UNIONS = CONTRACTS.form("grassroots_unions")
ENTERPRISES = CONTRACTS.form("enterprises")
UNIT = UnitLabel("H004", "LĐLĐ quận Long Biên", "LĐLĐ thành phố Hà Nội")
ROWS = pl.DataFrame(
    {
        "union_code": ["CS-H004-001", "CS-H004-002"],
        "union_name": ["CĐCS Trường mẫu", "=CĐCS mẫu"],
        "sector": ["public_school", "private_enterprise"],
        "tax_code": [None, "0100109106"],
        "established_on": [dt.date(2010, 9, 15), None],
        "workers_total": [45, None],
        "members_total": [44, 13734],
    }
)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "blank.xlsx"
    write_template(path, CONTRACTS.forms, UNIT, "2021-Q2")
    return path


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "filled.xlsx"
    write_template(path, [UNIONS], UNIT, "2021-Q2", {"grassroots_unions": ROWS}, banner="DỮ LIỆU MÔ PHỎNG")
    return path


def _cells(path: Path, sheet: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def test_sheets_are_named_after_the_titles_of_their_forms(blank: Path):
    names = CalamineWorkbook.from_path(blank).sheet_names
    assert names == [sheet_name(form) for form in CONTRACTS.forms] + [STAMP_SHEET]
    assert sheet_name(UNIONS) == "Công đoàn cơ sở và đoàn viên"


def test_a_sheet_name_is_cut_at_a_word_and_has_no_forbidden_character():
    title = "BÁO CÁO TÌNH HÌNH [MỚI]: HOẠT ĐỘNG/PHONG TRÀO CỦA CÁC CÔNG ĐOÀN CƠ SỞ"
    name = sheet_name(UNIONS.model_copy(update={"title_vi": title}))
    assert name == "Tình hình mới hoạt động phong"
    assert len(sheet_name(UNIONS.model_copy(update={"title_vi": "X" * 40}))) == 31


def test_the_stamp_is_hidden_and_names_every_sheet_as_text(blank: Path):
    stamp = openpyxl.load_workbook(blank)[STAMP_SHEET]
    assert stamp.sheet_state == "hidden"
    rows = [tuple(cell.value for cell in row) for row in stamp.iter_rows()]
    assert rows[0] == STAMP_COLUMNS
    assert rows[1:] == [(sheet_name(form), form.form, "1", "H004", "2021-Q2") for form in CONTRACTS.forms]


def test_the_title_block_names_unit_period_and_measure(filled: Path):
    cells = _cells(filled, sheet_name(UNIONS))
    texts = [{str(cell) for cell in row if cell} for row in cells[:7]]
    assert texts == [
        {"LĐLĐ THÀNH PHỐ HÀ NỘI", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"},
        {"LĐLĐ QUẬN LONG BIÊN", "Độc lập - Tự do - Hạnh phúc"},
        {"DỮ LIỆU MÔ PHỎNG"},
        {"BÁO CÁO CÔNG ĐOÀN CƠ SỞ VÀ ĐOÀN VIÊN"},
        {"Kỳ báo cáo: Quý II năm 2021"},
        {"Đơn vị: LĐLĐ quận Long Biên (mã H004)"},
        {"Đơn vị tính: người, tổ, công đoàn bộ phận"},
    ]
    properties = openpyxl.load_workbook(filled).properties
    assert properties.description == "DỮ LIỆU MÔ PHỎNG"
    assert properties.title == (
        "DỮ LIỆU MÔ PHỎNG – Công đoàn cơ sở và đoàn viên – LĐLĐ quận Long Biên – Quý II năm 2021"
    )


@pytest.mark.parametrize("form", CONTRACTS.forms, ids=lambda form: form.form)
def test_every_header_cell_is_a_label_or_group_of_the_contract(blank: Path, form: Form):
    sheet = openpyxl.load_workbook(blank)[sheet_name(form)]
    merged = {str(area) for area in sheet.merged_cells.ranges}
    plan = plan_sheet(form, "2021-Q2", BLANK_ROWS)
    assert sheet.cell(HEADER_ROW, 1).value == "TT"
    group = None
    for number, field in enumerate(plan.fields, start=2):
        top, bottom = sheet.cell(HEADER_ROW, number), sheet.cell(HEADER_ROW + 1, number)
        if field.group_vi:
            assert bottom.value == field.label_vi
            assert top.value == (field.group_vi if field.group_vi != group else None)
        else:
            assert top.value == field.label_vi
            assert f"{top.coordinate}:{bottom.coordinate}" in merged
        assert sheet.cell(HEADER_ROW + 2, number).value == f"({number})"
        group = field.group_vi


def test_values_come_back_in_their_types(filled: Path):
    plan = plan_sheet(UNIONS, "2021-Q2", ROWS.height)
    first, second = _cells(filled, plan.sheet)[FIRST_DATA_ROW - 1 : FIRST_DATA_ROW + 1]
    at = {name: plan.column(name) for name in ROWS.columns}
    assert (first[0], second[0]) == (1, 2)
    assert (first[at["sector"]], second[at["sector"]]) == (
        "Trường học công lập",
        "Doanh nghiệp ngoài nhà nước",
    )
    assert (first[at["tax_code"]], second[at["tax_code"]]) == ("", "0100109106")
    assert (first[at["established_on"]], second[at["established_on"]]) == (dt.date(2010, 9, 15), "")
    assert (first[at["workers_total"]], second[at["workers_total"]]) == (45, "")
    assert second[at["members_total"]] == 13734
    assert second[at["union_name"]] == "=CĐCS mẫu"
    sheet = openpyxl.load_workbook(filled)[plan.sheet]
    assert sheet[plan.cell("established_on", FIRST_DATA_ROW)].number_format == "dd/mm/yyyy"
    assert sheet[plan.cell("tax_code", FIRST_DATA_ROW)].number_format == "@"
    assert sheet[plan.cell("union_name", FIRST_DATA_ROW + 1)].data_type == "s"


def test_totals_are_formulas_with_their_values(filled: Path):
    plan = plan_sheet(UNIONS, "2021-Q2", ROWS.height)
    assert plan.total_row == FIRST_DATA_ROW + 2
    address = plan.cell("members_total", plan.total_row)
    assert address == "K13"
    assert openpyxl.load_workbook(filled)[plan.sheet][address].value == "=SUM(K11:K12)"
    values = openpyxl.load_workbook(filled, data_only=True)[plan.sheet]
    assert values[address].value == 44 + 13734
    assert values[plan.cell("workers_total", plan.total_row)].value == 45
    assert values.cell(plan.total_row, 1).value == "Tổng cộng"


def test_empty_rows_of_a_blank_template_hold_nothing_and_the_total_is_0(blank: Path):
    plan = plan_sheet(UNIONS, "2021-Q2", BLANK_ROWS)
    cells = _cells(blank, plan.sheet)
    assert plan.total_row == FIRST_DATA_ROW + BLANK_ROWS
    assert all(cell == "" for row in cells[FIRST_DATA_ROW - 1 : plan.last_row] for cell in row)
    total = cells[plan.total_row - 1]
    assert total[0] == "Tổng cộng"
    assert total[plan.column("members_total")] == 0


def test_a_form_without_totals_has_no_total_row(blank: Path):
    targets = CONTRACTS.form("targets")
    assert plan_sheet(targets, "2021-Q1", 3).total_row is None
    assert not any("Tổng cộng" in row for row in _cells(blank, sheet_name(targets)))


def test_every_prepared_cell_is_unlocked_and_every_other_locked(blank: Path):
    sheet = openpyxl.load_workbook(blank)[sheet_name(UNIONS)]
    assert sheet.protection.sheet and sheet.protection.password is None
    assert not sheet.cell(FIRST_DATA_ROW, 2).protection.locked
    assert not sheet.cell(FIRST_DATA_ROW + BLANK_ROWS - 1, 20).protection.locked
    for row in (HEADER_ROW, HEADER_ROW + 1, FIRST_DATA_ROW + BLANK_ROWS):
        assert sheet.cell(row, 11).protection.locked


@pytest.mark.parametrize("form", CONTRACTS.forms, ids=lambda form: form.form)
def test_every_column_is_validated_by_its_contract(blank: Path, form: Form):
    plan = plan_sheet(form, "2021-Q2", BLANK_ROWS)
    sheet = openpyxl.load_workbook(blank)[plan.sheet]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    for field in plan.fields:
        area = f"{plan.cell(field.name, FIRST_DATA_ROW)}:{plan.cell(field.name, plan.last_row)}"
        rule = rules[area]
        assert field.help_vi[:40] in rule.prompt
        assert rule.prompt.startswith("Bắt buộc.") == field.required
        if field.type in (FieldType.CHOICE, FieldType.BOOLEAN):
            labels = [choice.label_vi for choice in field.choices] or ["Có", "Chưa"]
            assert (rule.type, rule.formula1) == ("list", f'"{",".join(labels)}"')
        elif field.type is FieldType.COUNT:
            assert rule.type == "whole"
            assert float(rule.formula1) == field.minimum
        elif field.type is FieldType.DATE:
            assert rule.type == "date"


def test_the_print_setup_is_a4_landscape_one_page_wide_with_repeated_header(blank: Path):
    sheet = openpyxl.load_workbook(blank)[sheet_name(UNIONS)]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0  # as many pages down as it takes; one across is the default
    assert sheet.print_title_rows == "$8:$10"
    assert sheet.freeze_panes == "D11"
    assert sheet.column_dimensions["C"].width == pytest.approx(UNIONS.field("union_name").width, abs=1)


def test_a_new_optional_column_of_the_contract_is_a_new_column_of_the_sheet(tmp_path: Path):
    new = UNIONS.field("sub_unions").model_copy(update={"name": "clubs", "label_vi": "Số câu lạc bộ"})
    form = UNIONS.model_copy(update={"fields": (*UNIONS.fields, new)})
    plan = write_template(tmp_path / "x.xlsx", [form], UNIT, "2021-Q2")["grassroots_unions"]
    cells = _cells(tmp_path / "x.xlsx", plan.sheet)
    assert cells[HEADER_ROW - 1][plan.column("clubs")] == "Số câu lạc bộ"
    assert cells[plan.last_row][plan.column("clubs")] == 0


def test_columns_follow_the_layout_of_the_period(tmp_path: Path):
    layouts = (*UNIONS.layouts, UNIONS.layouts[0].model_copy(update={"version": 2, "valid_from": "2022-Q1"}))
    late = UNIONS.field("sub_unions").model_copy(update={"name": "clubs", "since_layout": 2})
    form = UNIONS.model_copy(update={"fields": (*UNIONS.fields, late), "layouts": layouts})
    assert "clubs" not in [field.name for field in plan_sheet(form, "2021-Q4", 1).fields]
    assert "clubs" in [field.name for field in plan_sheet(form, "2022-Q1", 1).fields]
    write_template(tmp_path / "x.xlsx", [form], UNIT, "2022-Q1")
    assert _cells(tmp_path / "x.xlsx", STAMP_SHEET)[1][2] == "2"


def test_edits_are_typed_over_what_was_written(tmp_path: Path):
    plan = plan_sheet(UNIONS, "2021-Q2", ROWS.height)
    address = plan.cell("members_total", FIRST_DATA_ROW + ROWS.height)
    edits = {"grassroots_unions": {address: 1}}
    write_template(tmp_path / "x.xlsx", [UNIONS], UNIT, "2021-Q2", {"grassroots_unions": ROWS}, edits=edits)
    assert openpyxl.load_workbook(tmp_path / "x.xlsx")[plan.sheet][address].value == 1


def test_prefilled_rows_can_be_followed_by_empty_ones(tmp_path: Path):
    rows = {"grassroots_unions": ROWS.select("union_code", "union_name")}
    path = tmp_path / "x.xlsx"
    plan = write_template(path, [UNIONS], UNIT, "2021-Q2", rows, blank_rows=5)["grassroots_unions"]
    cells = _cells(path, plan.sheet)
    assert plan.last_row == FIRST_DATA_ROW + 6
    assert cells[FIRST_DATA_ROW][:2] == [2, "CS-H004-002"]
    assert set(cells[FIRST_DATA_ROW + 1]) == {""}


def test_the_same_creation_time_gives_the_same_bytes(tmp_path: Path):
    paths = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    for path in paths:
        write_template(path, [UNIONS], UNIT, "2021-Q2", created=dt.datetime(2021, 7, 9))
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_what_does_not_belong_in_the_workbook_is_an_error(tmp_path: Path):
    path = tmp_path / "x.xlsx"
    with pytest.raises(ValueError, match="not in the workbook: enterprises"):
        write_template(path, [UNIONS], UNIT, "2021-Q2", {"enterprises": ROWS})
    with pytest.raises(ValueError, match="has no columns sector, union_name"):
        write_template(path, [ENTERPRISES], UNIT, "2021-Q2", {"enterprises": ROWS.select("union_name", "sector")})


def test_a_code_list_that_fits_no_drop_down_is_an_error(tmp_path: Path):
    sector = UNIONS.field("sector")
    choices = (sector.choices[0].model_copy(update={"label_vi": "Khu công nghiệp, khu chế xuất"}),)
    form = UNIONS.model_copy(update={"fields": (sector.model_copy(update={"choices": choices}),)})
    with pytest.raises(ValueError, match="field 'sector': the labels of its choices fit no drop-down"):
        write_template(tmp_path / "x.xlsx", [form], UNIT, "2021-Q2")
