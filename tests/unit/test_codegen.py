"""What is derived from the contracts: it is as committed, and a new column reaches every derived thing."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import jsonschema
import openpyxl
import polars as pl
import pytest
import yaml

from pipelines.codegen import GENERATED_DIRS, drift, render_all, write_all
from pipelines.codegen.dictionary import SENDERS_VI, render_dictionary
from pipelines.codegen.json_schema import FORM_SCHEMA, render_json_schema
from pipelines.codegen.template import HEADER_ROW, UnitLabel, write_template
from pipelines.codegen.wording import TYPES_VI
from pipelines.contracts import Contracts, FieldType, load_contracts
from pipelines.contracts.frames import row_schema, text_schema
from pipelines.contracts.vietnamese import UNITS_VI
from pipelines.intake.batch import build_batch, recognise_files
from pipelines.intake.register import Receipt
from pipelines.intake.units import load_org_units
from pipelines.quality.suites import form_checks
from pipelines.settings import PROJECT_DIR

PERIOD = "2021-Q2"
NEW_COLUMN = """\
  - name: members_retired
    type: count
    label_vi: Đoàn viên nghỉ hưu
    label_en: Members retired
    unit: person
    minimum: 0
    maximum: 1500
    total: true
    help_vi: Số đoàn viên nghỉ hưu trong kỳ.
    example: "1"
"""


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Contracts:
    """The project's contracts after one edit of one YAML file: an optional column before the note."""
    directory = tmp_path_factory.mktemp("edited") / "expectations"
    shutil.copytree(PROJECT_DIR / "expectations", directory)
    path = directory / "forms" / "grassroots_unions.yaml"
    before, note, after = path.read_text(encoding="utf-8").partition("  - name: note\n")
    path.write_text(before + NEW_COLUMN + note + after, encoding="utf-8")
    return load_contracts(directory)


def test_committed_files_are_what_the_contracts_give() -> None:
    assert [str(path) for path in drift()] == [], "run `make codegen` and commit what it writes"


def test_drift_names_what_is_missing_changed_or_left_over(tmp_path: Path) -> None:
    written = write_all(tmp_path)
    assert written == [tmp_path / path for path in render_all()]
    assert drift(tmp_path) == []

    missing, changed = written[:2]
    missing.unlink()
    changed.write_text("-- by hand\n", encoding="utf-8")
    left_over = tmp_path / GENERATED_DIRS[0] / "stg_a_form_that_is_gone.sql"
    left_over.write_text("select 1\n", encoding="utf-8")
    assert drift(tmp_path) == sorted([missing, changed, left_over])

    assert write_all(tmp_path) == sorted([missing, changed, left_over])
    assert not left_over.exists()
    assert drift(tmp_path) == []


def test_an_edit_of_a_contract_is_drift_until_the_generator_has_run(tmp_path: Path, extended: Contracts) -> None:
    write_all(tmp_path)
    changed = {path.name for path in drift(tmp_path, extended)}
    assert {"stg_grassroots_unions.sql", "grassroots_unions.md"} <= changed
    assert "stg_enterprises.sql" not in changed
    write_all(tmp_path, extended)
    assert drift(tmp_path, extended) == []


def test_generated_text_files_say_that_they_are_generated() -> None:
    texts = {path: text for path, text in render_all().items() if path.suffix != ".csv"}
    assert [path for path, text in texts.items() if "Generated from" not in text[:400]] == []


class TestNewColumn:
    """One edit of one YAML file, and everything that is derived follows."""

    def test_frames(self, extended: Contracts) -> None:
        form = extended.form("grassroots_unions")
        assert text_schema(form)["members_retired"] == pl.String()
        assert row_schema(form)["members_retired"] == pl.Int64()
        assert list(row_schema(form))[-2:] == ["members_retired", "note"]

    def test_template(self, extended: Contracts, tmp_path: Path) -> None:
        form = extended.form("grassroots_unions")
        path = tmp_path / "blank.xlsx"
        plan = write_template(path, [form], UnitLabel("H004", "LĐLĐ quận Long Biên"), PERIOD)[form.form]
        sheet = openpyxl.load_workbook(path)[plan.sheet]
        assert "Đoàn viên nghỉ hưu" in [cell.value for cell in sheet[HEADER_ROW]]

    def test_parsing(self, extended: Contracts, tmp_path: Path) -> None:
        form = extended.form("grassroots_unions")
        path = tmp_path / "filled.xlsx"
        values = {
            "union_code": "CS-H004-001",
            "union_name": "CĐCS Trường Tiểu học mẫu",
            "sector": "public_school",
            "workers_total": 45,
            "members_total": 44,
            "members_retired": 3,
        }
        write_template(
            path,
            [form],
            UnitLabel("H004", "LĐLĐ quận Long Biên"),
            PERIOD,
            {form.form: pl.DataFrame([values])},
        )
        receipt = Receipt(
            receipt_id="0" * 16,
            sequence=1,
            batch="first",
            sha256="0" * 64,
            file_name=path.name,
            received_at=dt.datetime(2021, 7, 10),
            size_bytes=path.stat().st_size,
            copy_of=None,
            raw_path=path.name,
        )
        files = recognise_files([(receipt, path)], extended, load_org_units())
        batch = build_batch(files, extended)
        assert batch.rows[form.form]["members_retired"].to_list() == [3]
        assert batch.totals.filter(field="members_retired")["stated"].to_list() == [3]

    def test_validation(self, extended: Contracts) -> None:
        form = extended.form("grassroots_unions")
        checks = form_checks(extended, form, form.layout_for(PERIOD))
        rules = {check.rule.code for check in checks if check.fields == ("members_retired",)}
        assert rules == {extended.named(name).code for name in ("below_minimum", "above_maximum")}

    def test_staging(self, extended: Contracts) -> None:
        files = render_all(extended)
        staging = Path("dbt_project/models/staging")
        assert "cast(members_retired as bigint) as members_retired" in files[staging / "stg_grassroots_unions.sql"]
        model = yaml.safe_load(files[staging / "_stg_grassroots_unions.yml"])["models"][0]
        assert "members_retired" in [column["name"] for column in model["columns"]]

    def test_dictionary(self, extended: Contracts) -> None:
        page = render_dictionary(extended)["docs/forms/grassroots_unions.md"]
        row = next(line for line in page.splitlines() if "`members_retired`" in line)
        assert row.split(" | ")[1:] == [
            "Đoàn viên nghỉ hưu",
            "`members_retired`",
            "số nguyên; cộng ở dòng tổng",
            "",
            "người",
            "từ 0 đến 1.500",
            "",
            "Số đoàn viên nghỉ hưu trong kỳ.",
            "1 |",
        ]


class TestDictionary:
    """Pages that people read."""

    def test_every_rule_of_a_form_is_linked_from_its_page(self) -> None:
        contracts = load_contracts()
        for form in contracts.forms:
            page = render_dictionary()[f"docs/forms/{form.form}.md"]
            own = [*form.rules, *(rule for rule in contracts.cross_form if rule.form == form.form)]
            own += [rule for rule in contracts.comparisons if form.form in dict(rule.places)]
            linked = re.findall(r"^\| \[(\S+)\]\(\.\./rules/(\S+)\.md\) \|", page, flags=re.MULTILINE)
            assert sorted(linked) == sorted((rule.code, rule.code) for rule in own)

    def test_every_field_and_choice_is_on_the_page_of_its_form(self) -> None:
        pages = render_dictionary()
        for form in load_contracts().forms:
            page = pages[f"docs/forms/{form.form}.md"]
            for field in form.fields:
                assert f"| {field.heading_vi} | `{field.name}` |" in page
                told = () if field.listed_in else field.choices
                assert all(f"{choice.label_vi} (`{choice.code}`)" in page for choice in told)
                assert ("[danh mục chỉ tiêu]" in page) >= (field.listed_in is not None)

    def test_no_placeholder_is_left_for_readers(self) -> None:
        assert [path for path, page in render_dictionary().items() if re.search(r"[{}]", page)] == []

    def test_every_type_unit_and_sender_has_a_vietnamese_word(self) -> None:
        forms = load_contracts().forms
        assert set(TYPES_VI) == set(FieldType)
        assert {field.unit for form in forms for field in form.fields if field.unit} <= set(UNITS_VI)
        assert {unit_type for form in forms for unit_type in form.sent_by} <= set(SENDERS_VI)

    def test_bounds_read_as_people_write_them(self) -> None:
        pages = render_dictionary()
        assert "| từ 2018 đến 2050 |" in pages["docs/forms/targets.md"]
        assert "| từ 0 đến 1.000.000 |" in pages["docs/forms/agreements.md"]
        assert "| từ 28/07/1929 trở đi |" in pages["docs/forms/grassroots_unions.md"]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    """The schema that editors use."""
    schema = json.loads(render_json_schema()[FORM_SCHEMA])
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


class TestJsonSchema:
    """What an editor knows of a contract."""

    @pytest.mark.parametrize("path", sorted((PROJECT_DIR / "expectations/forms").glob("*.yaml")), ids=lambda p: p.stem)
    def test_accepts_the_contracts_and_is_named_in_them(
        self, validator: jsonschema.Draft202012Validator, path: Path
    ) -> None:
        text = path.read_text(encoding="utf-8")
        # Editors read dates of YAML as text, as JSON has none.
        contract = json.loads(json.dumps(yaml.safe_load(text), default=str))
        assert [error.message for error in validator.iter_errors(contract)] == []
        assert text.startswith(f"# yaml-language-server: $schema={Path(FORM_SCHEMA).name}\n")

    def test_refuses_a_misspelt_key(self, validator: jsonschema.Draft202012Validator) -> None:
        contract = json.loads(load_contracts().form("targets").model_dump_json())
        assert validator.is_valid(contract)
        contract["fields"][0]["lable_vi"] = "Mã đơn vị"
        assert not validator.is_valid(contract)
