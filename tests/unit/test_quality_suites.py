"""The suite of a form is its contract: nothing less, nothing more, the same in every run."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from pipelines.contracts.loader import load_contracts
from pipelines.contracts.model import Form
from pipelines.contracts.vietnamese import placeholders
from pipelines.quality.comparisons import comparison_checks
from pipelines.quality.suites import Check, cross_form_checks, form_checks, suite, total_checks

CONTRACTS = load_contracts()
FORMS = pytest.mark.parametrize("form", CONTRACTS.forms, ids=lambda form: form.form)


def checks_of(form: Form) -> list[Check]:
    return form_checks(CONTRACTS, form, form.layouts[-1])


def every_check() -> list[Check]:
    of_forms = [check for form in CONTRACTS.forms for check in checks_of(form)]
    across = [
        check
        for form in CONTRACTS.forms
        for check in cross_form_checks(form, [rule for rule in CONTRACTS.cross_form if rule.form == form.form])
    ]
    compared = [check for form in CONTRACTS.forms for check in comparison_checks(CONTRACTS, form)]
    return [*of_forms, *across, *compared, *total_checks(CONTRACTS, [form.form for form in CONTRACTS.forms])]


@FORMS
def test_a_form_is_asked_as_much_as_its_contract_says(form: Form) -> None:
    asked = [(check.rule.code, check.fields[0]) for check in checks_of(form)]
    required = [("CD-E040", field.name) for field in form.fields if field.required]
    lower = [("CD-E042", field.name) for field in form.fields if field.minimum is not None]
    upper = [("CD-E043", field.name) for field in form.fields if field.maximum is not None]
    rules = [(rule.code, rule.fields[0]) for rule in form.rules]
    assert sorted(asked) == sorted([*required, *lower, *upper, ("CD-E041", form.key[0]), *rules])


@FORMS
def test_great_expectations_takes_every_check_as_it_is(form: Form) -> None:
    checks = checks_of(form)
    built = suite(form.form, checks)
    assert [expectation.id for expectation in built.expectations] == [check.id for check in checks]
    assert [expectation.expectation_type for expectation in built.expectations] == [
        check.expectation for check in checks
    ]
    assert all(expectation.meta["rule_code"] in expectation.description for expectation in built.expectations)


def test_severities_are_those_of_great_expectations() -> None:
    severity = {check.rule.severity.value: check.configuration()["severity"] for check in every_check()}
    assert severity == {"error": "critical", "query": "warning", "note": "info"}


def test_ids_are_unique_and_the_same_in_every_process() -> None:
    ids = [check.id for check in every_check()]
    assert len(set(ids)) == len(ids)
    script = (
        "from pipelines.contracts.loader import load_contracts as load; import json\n"
        "from pipelines.quality.suites import form_checks\n"
        "c = load(); print(json.dumps([x.id for f in c.forms for x in form_checks(c, f, f.layouts[-1])]))"
    )
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert json.loads(other) == [check.id for form in CONTRACTS.forms for check in checks_of(form)]


def test_every_message_can_be_filled_in() -> None:
    missing = {
        (check.rule.code, name)
        for check in every_check()
        for name in placeholders(check.rule.message_vi) - set(check.words)
    }
    assert missing == set()


def test_a_field_that_the_layout_lacks_is_not_asked_for() -> None:
    form = CONTRACTS.form("grassroots_unions")
    later = [
        field.model_copy(update={"since_layout": 2}) if field.name == "members_total" else field
        for field in form.fields
    ]
    form = form.model_copy(update={"fields": tuple(later)})
    checks = form_checks(CONTRACTS, form, form.layouts[0])
    assert checks
    assert not [check for check in checks if "members_total" in check.fields]


def test_a_condition_on_a_field_that_the_layout_lacks_silences_the_rule() -> None:
    form = CONTRACTS.form("enterprises")
    fields = [
        field.model_copy(update={"since_layout": 2}) if field.name == "has_union" else field for field in form.fields
    ]
    form = form.model_copy(update={"fields": tuple(fields)})
    codes = {check.rule.code for check in form_checks(CONTRACTS, form, form.layouts[0])}
    assert "CD-E120" in codes
    assert "CD-Q120" not in codes


def test_an_expectation_that_great_expectations_refuses_is_not_lost_in_silence() -> None:
    good, other = checks_of(CONTRACTS.form("enterprises"))[:2]
    bad = replace(other, expectation="expect_what_great_expectations_does_not_know")
    with pytest.raises(ValueError, match=f"suite 'enterprises'.*refused.*{other.rule.code}"):
        suite("enterprises", [good, bad])


def test_great_expectations_is_not_imported_until_something_is_validated() -> None:
    script = "import sys; import pipelines.quality.validate; print('great_expectations' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False"
