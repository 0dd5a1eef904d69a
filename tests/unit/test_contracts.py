"""Loading contracts: what is wrong is named by file and place, and nothing loads by halves."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from pipelines.contracts import ContractError, Contracts, FieldType, Form, Layout, Severity, load_contracts
from pipelines.contracts.frames import DTYPES, ROW_KEYS, row_schema, text_schema
from pipelines.settings import PROJECT_DIR

Edit = Callable[[str, Callable[[Any], None]], Path]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Copies ``expectations/``, changes one YAML file of the copy, returns the copy."""
    directory = tmp_path / "expectations"
    shutil.copytree(PROJECT_DIR / "expectations", directory)

    def apply(file: str, change: Callable[[Any], None]) -> Path:
        path = directory / file
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(document)
        path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return directory

    return apply


def _form(**changes: Any) -> Form:
    """A small form with two layouts: a column that came with the second and one that went."""
    field = {"type": "count", "label_en": "A count", "help_vi": "Một số."}
    document = {
        "form": "small",
        "title_vi": "BIỂU NHỎ",
        "title_en": "Small form",
        "description_vi": "Biểu nhỏ để thử.",
        "description_en": "A small form for tests.",
        "row_is_vi": "một dòng",
        "row_is_en": "a row",
        "key": ["code"],
        "due_days_after_period_end": 15,
        "sent_by": ["district"],
        "layouts": [{"version": 1, "valid_from": "2018-Q1"}, {"version": 2, "valid_from": "2025-Q3"}],
        "fields": [
            {**field, "name": "code", "type": "code", "label_vi": "Mã"},
            {**field, "name": "went", "label_vi": "Cũ", "until_layout": 1},
            {**field, "name": "came", "label_vi": "Mới", "since_layout": 2},
        ],
    }
    return Form.model_validate({**document, **changes})


class TestProjectContracts:
    """The contracts of the project itself."""

    def test_forms_of_the_first_release(self) -> None:
        names = {form.form for form in load_contracts().forms}
        assert {"grassroots_unions", "enterprises", "agreements", "targets"} <= names

    def test_every_field_type_has_a_dtype(self) -> None:
        assert set(DTYPES) == set(FieldType)

    def test_frames_are_keys_then_fields_in_contract_order(self) -> None:
        for form in load_contracts().forms:
            expected = [*ROW_KEYS, *(field.name for field in form.fields)]
            assert list(row_schema(form)) == list(text_schema(form)) == expected

    def test_rules_come_in_the_order_of_their_codes_and_once(self) -> None:
        codes = [rule.code for rule in load_contracts().rules()]
        assert codes == sorted(set(codes))

    def test_a_rule_or_form_that_does_not_exist_is_named(self) -> None:
        contracts = load_contracts()
        with pytest.raises(KeyError, match="no form 'members'; there are: activities"):
            contracts.form("members")
        with pytest.raises(KeyError, match="form 'targets' has no field 'tax_code'"):
            contracts.form("targets").field("tax_code")
        with pytest.raises(KeyError, match="no rule named 'required_valu'"):
            contracts.named("required_valu")


class TestErrors:
    """A contract that cannot be used says where and why."""

    def test_unknown_key_is_refused_with_file_and_place(self, edit: Edit) -> None:
        directory = edit("forms/targets.yaml", lambda form: form["fields"][3].update(lable_vi="Năm"))
        with pytest.raises(ContractError) as raised:
            load_contracts(directory)
        assert str(raised.value) == "targets.yaml: fields.3.lable_vi: Extra inputs are not permitted"

    def test_every_problem_of_a_file_is_listed(self, edit: Edit) -> None:
        def change(form: Any) -> None:
            del form["title_vi"]
            form["fields"][0]["type"] = "integer"

        with pytest.raises(ContractError) as raised:
            load_contracts(edit("forms/targets.yaml", change))
        lines = str(raised.value).splitlines()
        assert [line.split(": ")[:2] for line in lines] == [
            ["targets.yaml", "title_vi"],
            ["targets.yaml", "fields.0.type"],
        ]

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            (lambda form: form.update(key=["unit"]), "key: no such field: unit"),
            (lambda form: form["fields"].append(form["fields"][0]), "field names are not unique"),
            (lambda form: form["rules"][0].update(field="op"), "rule CD-E140: no such field: op"),
            (
                lambda form: form["rules"][0].update(when={"field": "valeu", "is_filled": True}),
                "rule CD-E140, when: no such field: valeu",
            ),
            (lambda form: form["rules"][0].update(code="CD-Q140"), "severity 'error' needs a code CD-E"),
            (
                lambda form: form["rules"][0].update(when={"field": "value"}),
                "one of 'is_in', 'is_filled: true'",
            ),
            (lambda form: form["rules"][0].update(check="needed"), "check"),
            (lambda form: form["fields"][0].update(total=True), "'unit_code': only a count or an amount"),
            (lambda form: form["fields"][5].pop("choices"), "'operator': 'choices' go with type 'choice'"),
            (lambda form: form.update(layouts=[]), "at least one layout"),
            (lambda form: form.update(due_quarters=[5]), "due_quarters"),
        ],
    )
    def test_inconsistent_form(self, edit: Edit, change: Callable[[Any], None], complaint: str) -> None:
        with pytest.raises(ContractError) as raised:
            load_contracts(edit("forms/targets.yaml", change))
        assert "targets.yaml" in str(raised.value)
        assert complaint in str(raised.value)

    def test_a_rule_code_used_twice_in_different_files(self, edit: Edit) -> None:
        directory = edit("forms/targets.yaml", lambda form: form["rules"][0].update(code="CD-E001"))
        with pytest.raises(ContractError, match="rule codes used twice: CD-E001"):
            load_contracts(directory)

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            (lambda rule: rule["exists_in"].update(form="firms"), "rule CD-Q301: no form 'firms'"),
            (
                lambda rule: rule["exists_in"].update(field="tax"),
                "rule CD-Q301: form 'enterprises' has no field 'tax'",
            ),
            (lambda rule: rule.update(field="tax"), "rule CD-Q301: form 'agreements' has no field 'tax'"),
            (
                lambda rule: rule.update(code="CD-E301", severity="error"),
                "a cross-form rule cannot be an error",
            ),
        ],
    )
    def test_cross_form_rule_points_at_fields_that_exist(
        self, edit: Edit, change: Callable[[Any], None], complaint: str
    ) -> None:
        with pytest.raises(ContractError) as raised:
            load_contracts(edit("rules/cross_form.yaml", lambda file: change(file["cross_form"][0])))
        assert complaint in str(raised.value)

    def test_file_name_and_form_id_agree(self, edit: Edit) -> None:
        directory = edit("forms/targets.yaml", lambda form: form.update(form="goals"))
        with pytest.raises(ContractError, match=r"targets\.yaml: form: says 'goals'"):
            load_contracts(directory)

    def test_file_that_is_no_yaml(self, edit: Edit) -> None:
        directory = edit("forms/targets.yaml", lambda form: None)
        (directory / "forms/targets.yaml").write_text("form: [", encoding="utf-8")
        with pytest.raises(ContractError, match=r"targets\.yaml: not valid YAML"):
            load_contracts(directory)

    def test_directory_without_contracts(self, tmp_path: Path) -> None:
        with pytest.raises(ContractError, match="no form contracts in"):
            load_contracts(tmp_path)


class TestModel:
    """What the objects answer."""

    def test_contracts_cannot_be_changed(self) -> None:
        contracts = load_contracts()
        with pytest.raises(ValidationError, match="frozen"):
            contracts.forms[0].form = "other"  # pyright: ignore[reportAttributeAccessIssue]
        assert isinstance(contracts.forms[0].fields, tuple)

    def test_contracts_are_loaded_once(self) -> None:
        assert load_contracts() is load_contracts()
        assert isinstance(load_contracts(), Contracts)

    @pytest.mark.parametrize(
        ("period", "version"),
        [("2017-Q4", 1), ("2018-Q1", 1), ("2025-Q2", 1), ("2025-Q3", 2), ("2030-Q1", 2)],
    )
    def test_layout_for_a_period(self, period: str, version: int) -> None:
        assert _form().layout_for(period).version == version

    def test_columns_of_a_layout(self) -> None:
        form = _form()
        old, new = (form.columns(layout) for layout in form.layouts)
        assert [field.name for field in old] == ["code", "went"]
        assert [field.name for field in new] == ["code", "came"]
        assert form.columns(Layout(version=3, valid_from="2026-Q1")) == new

    def test_heading_names_group_and_label(self) -> None:
        form = load_contracts().form("grassroots_unions")
        assert form.field("members_total").heading_vi == "Số đoàn viên – Tổng số"
        assert form.field("union_code").heading_vi == "Mã CĐCS"

    def test_severity_words(self) -> None:
        assert [severity.label_vi for severity in Severity] == ["LỖI", "CẦN GIẢI TRÌNH", "LƯU Ý"]
