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
    UnitLabel,
    plan_sheet,
    sheet_name,
)
from pipelines.codegen.template import BLANK_ROWS, PAPER_A3, PAPER_A4, prefill, write_template
from pipelines.contracts import Choice, FieldType, Form, load_contracts
from pipelines.contracts.frames import row_schema
from pipelines.contracts.workbook import GUIDE_SHEET, STAMP_COLUMNS, STAMP_SHEET

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
        if field.listed_in:
            assert rule.type is None  # too long a list for a cell: the guide holds it
        elif field.type in (FieldType.CHOICE, FieldType.BOOLEAN):
            labels = [choice.label_vi for choice in field.choices] or ["Có", "Chưa"]
            assert (rule.type, rule.formula1) == ("list", f'"{",".join(labels)}"')
        elif field.type is FieldType.COUNT:
            assert rule.type == "whole"
            assert float(rule.formula1) == field.minimum
        elif field.type is FieldType.DATE:
            assert rule.type == "date"


def test_the_print_setup_is_landscape_one_page_wide_with_repeated_header(blank: Path):
    sheet = openpyxl.load_workbook(blank)[sheet_name(UNIONS)]
    narrow = openpyxl.load_workbook(blank)[sheet_name(ENTERPRISES)]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", PAPER_A3)
    assert (narrow.page_setup.orientation, narrow.page_setup.paperSize) == ("landscape", PAPER_A4)
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


def test_edits_are_typed_over_what_was_written_and_keep_its_format(tmp_path: Path, filled: Path):
    plan = plan_sheet(UNIONS, "2021-Q2", ROWS.height)
    total = plan.cell("members_total", FIRST_DATA_ROW + ROWS.height)
    cell, empty = plan.cell("members_total", FIRST_DATA_ROW), plan.cell("workers_female", FIRST_DATA_ROW)
    edits = {"grassroots_unions": {total: 1, cell: 13.5, empty: "chưa có", "AA40": "bên ngoài bảng"}}
    path = tmp_path / "x.xlsx"
    write_template(path, [UNIONS], UNIT, "2021-Q2", {"grassroots_unions": ROWS}, banner="X", edits=edits)
    before, after = openpyxl.load_workbook(filled)[plan.sheet], openpyxl.load_workbook(path)[plan.sheet]
    assert [after[address].value for address in edits["grassroots_unions"]] == [1, 13.5, "chưa có", "bên ngoài bảng"]
    for address in (total, cell, empty):
        for look in ("font", "border", "fill", "number_format", "protection"):
            assert repr(getattr(after[address], look)) == repr(getattr(before[address], look))
    assert after[total].font.b and not after[cell].protection.locked


def test_prefilled_rows_can_be_followed_by_empty_ones(tmp_path: Path):
    rows = {"grassroots_unions": ROWS.select("union_code", "union_name")}
    path = tmp_path / "x.xlsx"
    plan = write_template(path, [UNIONS], UNIT, "2021-Q2", rows, blank_rows=5)["grassroots_unions"]
    cells = _cells(path, plan.sheet)
    assert plan.last_row == FIRST_DATA_ROW + 6
    assert cells[FIRST_DATA_ROW][:2] == [2, "CS-H004-002"]
    assert set(cells[FIRST_DATA_ROW + 1]) == {""}


def test_stable_columns_of_the_last_period_are_prefilled(tmp_path: Path):
    last = pl.DataFrame([dict.fromkeys(row_schema(UNIONS)) | ROWS.row(0, named=True)], schema=row_schema(UNIONS))
    rows = prefill(UNIONS, last, "2021-Q3")
    stable = [field.name for field in UNIONS.fields if field.stable]
    assert rows.columns == stable
    path = tmp_path / "x.xlsx"
    plan = write_template(path, [UNIONS], UNIT, "2021-Q3", {"grassroots_unions": rows}, blank_rows=3)[UNIONS.form]
    first = _cells(path, plan.sheet)[FIRST_DATA_ROW - 1]
    assert (first[plan.column("union_code")], first[plan.column("sector")]) == ("CS-H004-001", "Trường học công lập")
    assert {first[plan.column(field.name)] for field in plan.fields if not field.stable} == {""}


def test_a_column_that_the_next_layout_lacks_is_not_prefilled():
    fields = tuple(
        field.model_copy(update={"until_layout": 1}) if field.name == "tax_code" else field for field in UNIONS.fields
    )
    layouts = (*UNIONS.layouts, UNIONS.layouts[0].model_copy(update={"version": 2, "valid_from": "2022-Q1"}))
    form = UNIONS.model_copy(update={"fields": fields, "layouts": layouts})
    last = pl.DataFrame(schema=row_schema(form))
    assert "tax_code" in prefill(form, last, "2021-Q4").columns
    assert "tax_code" not in prefill(form, last, "2022-Q1").columns


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


def test_a_code_list_that_fits_no_drop_down_is_offered_from_the_guide(tmp_path: Path):
    sector = UNIONS.field("sector")
    labels = [f"Loại hình thứ {number}, có dấu phẩy" for number in range(40)]
    choices = tuple(Choice(code=f"kind_{number}", label_vi=label) for number, label in enumerate(labels))
    form = UNIONS.model_copy(update={"fields": (sector.model_copy(update={"choices": choices}),), "rules": ()})
    path = tmp_path / "x.xlsx"
    plan = write_template(path, [form], UNIT, "2021-Q2", guide=CONTRACTS)[form.form]
    book = openpyxl.load_workbook(path)
    (rule,) = book[plan.sheet].data_validations.dataValidation
    sheet, _, cells = rule.formula1.partition("!")
    assert sheet.strip("'") == GUIDE_SHEET
    assert [cell.value for (cell,) in book[GUIDE_SHEET][cells.replace("$", "")]] == labels


@pytest.fixture(scope="module")
def guided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("guide") / "guided.xlsx"
    url = "https://example.org/rules/{code}.html"
    write_template(path, CONTRACTS.forms, UNIT, "2021-Q2", guide=CONTRACTS, rule_pages_url=url)
    return path


class TestGuide:
    """The sheet of instructions."""

    def test_stands_behind_the_forms_and_before_the_stamp(self, guided: Path, blank: Path):
        names = CalamineWorkbook.from_path(guided).sheet_names
        assert names == [*CalamineWorkbook.from_path(blank).sheet_names[:-1], GUIDE_SHEET, STAMP_SHEET]

    def test_explains_every_column_code_and_rule(self, guided: Path):
        rows = [[str(cell) for cell in row] for row in _cells(guided, GUIDE_SHEET)]
        letters = openpyxl.utils.get_column_letter
        assert [row[:3] for row in rows if row[1] and row[0].isascii() and 0 < len(row[0]) <= 2] == [
            [letters(number), field.heading_vi, "Bắt buộc" if field.required else ""]
            for form in CONTRACTS.forms
            for number, field in enumerate(form.fields, start=2)
        ]
        fields = [field for form in CONTRACTS.forms for field in form.fields]
        texts = [text for row in rows for text in row]
        assert all(any(field.help_vi in text for text in texts) for field in fields)
        choices = [choice for field in fields for choice in field.choices if choice.is_valid_in("2021-Q2")]
        assert {choice.label_vi for choice in choices} <= set(texts)
        codes = [row[0] for row in rows if row[0].startswith("CD-")]
        expected = [rule.code for form in CONTRACTS.forms for rule in form.rules]
        expected += [rule.code for rule in CONTRACTS.cross_form]
        expected += [rule.code for rule in CONTRACTS.comparisons for _ in dict(rule.places)]
        assert sorted(codes) == sorted(expected)

    def test_names_the_last_day_for_each_form_that_is_due(self, guided: Path, tmp_path: Path):
        lines = [str(row[0]) for row in _cells(guided, GUIDE_SHEET)]
        assert sum(line.endswith(" Hạn gửi: 15/07/2021.") for line in lines) == 4
        assert sum(line.endswith(" Quý II năm 2021 không phải gửi biểu mẫu này.") for line in lines) == 1

        write_template(tmp_path / "x.xlsx", [CONTRACTS.form("targets")], UNIT, "2021-Q1", guide=CONTRACTS)
        lines = [str(row[0]) for row in _cells(tmp_path / "x.xlsx", GUIDE_SHEET)]
        # 30 April and 1 May are holidays, and so is the Monday instead of that Saturday
        assert sum(line.endswith(" Hạn gửi: 04/05/2021.") for line in lines) == 1

    def test_links_rules_to_their_pages_where_they_have_an_address(self, guided: Path, tmp_path: Path):
        links = {cell.value: cell.hyperlink for cell in openpyxl.load_workbook(guided)[GUIDE_SHEET]["A"]}
        assert links["CD-E110"].target == "https://example.org/rules/CD-E110.html"
        write_template(tmp_path / "x.xlsx", [UNIONS], UNIT, "2021-Q2", guide=CONTRACTS)
        column = openpyxl.load_workbook(tmp_path / "x.xlsx")[GUIDE_SHEET]["A"]
        assert "CD-E110" in [cell.value for cell in column]
        assert not any(cell.hyperlink for cell in column)
