"""The same rules by pandera, pointblank and Frictionless: how long they take, and that they find the same.

The rules are those of one form that all of them can express of a row: required, at least, one number not above another.
Rules on other rows (a key that comes twice) and rules with a condition are said differently by each, and left out.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import pandera.polars as pa
import pointblank as pb
import polars as pl
import pytest
from frictionless import Check as FrictionlessCheck
from frictionless import Checklist, Resource, Schema, checks, system

from pipelines.contracts import load_contracts
from pipelines.contracts.frames import COLUMN_PLACES, TOTALS, row_schema
from pipelines.quality.suites import BETWEEN, NOT_NULL, PAIR_ORDERED, Check, form_checks
from pipelines.quality.validate import validate
from pipelines.synthetic.compose import compose
from pipelines.synthetic.numbers import noise
from pipelines.synthetic.places import LONG_BIEN

CONTRACTS = load_contracts()
FORM = CONTRACTS.form("grassroots_unions")
COPIES, FAULTY_SHARE = 40, 0.01
Finding = tuple[str, str, int]
FAULTS = {
    "sector": pl.lit(None, dtype=pl.String),
    "members_female": pl.col("members_total") + 1,
    "members_admitted": pl.lit(-3, dtype=pl.Int64),
    "officers_trained": pl.col("officers_elected") + 2,
    "ended_on": pl.col("established_on").dt.offset_by("-1d"),
    "members_total": pl.lit(None, dtype=pl.Int64),
}


def rules() -> list[Check]:
    """What is asked of every row, by itself."""
    every = form_checks(CONTRACTS, FORM, FORM.layouts[-1])
    return [c for c in every if c.when is None and c.expectation in (NOT_NULL, BETWEEN, PAIR_ORDERED)]


def faulty_rows() -> pl.DataFrame:
    """Rows of unions, in one of a hundred of which each kind of fault is made."""
    unions = compose(LONG_BIEN)[FORM.form].with_columns(submission_id=pl.lit("s"), source_sheet=pl.lit("1"))
    rows = pl.concat(
        unions.with_columns(union_code=pl.format(f"{{}}-{copy}", "union_code")) for copy in range(COPIES)
    ).with_columns(source_row=pl.int_range(1, pl.len() + 1))
    for name, fault in FAULTS.items():
        hit = pl.lit(noise(rows.height, "fault", name) < FAULTY_SHARE)
        rows = rows.with_columns(pl.when(hit).then(fault).otherwise(name).alias(name))
    return rows.select(*row_schema(FORM))


def found(check: Check, rows: Sequence[int]) -> set[Finding]:
    return {(check.rule.code, check.fields[0], row) for row in rows}


def bound(check: Check) -> tuple[str, object]:
    return check.arguments["column"], check.arguments["min_value"]


def pair(check: Check) -> tuple[str, str]:
    """The larger and the smaller column."""
    return check.arguments["column_A"], check.arguments["column_B"]


def by_great_expectations(rows: pl.DataFrame) -> set[Finding]:
    """This product: every rule of the form in one run, with messages and addresses of cells."""
    result = validate(CONTRACTS, {FORM.form: rows}, pl.DataFrame(schema=TOTALS), pl.DataFrame(schema=COLUMN_PLACES))
    places = {(check.rule.code, check.fields[0]) for check in rules()}
    findings = result.issues.select("rule_code", "field", "source_row").iter_rows()
    return {finding for finding in findings if finding[:2] in places}


def by_pandera(rows: pl.DataFrame) -> set[Finding]:
    def holds(check: Check) -> pa.Check:
        if check.expectation == PAIR_ORDERED:
            larger, smaller = pair(check)
            return pa.Check(lambda data: data.lazyframe.select(pl.col(larger) >= pl.col(smaller)), name=check.id)
        if check.expectation == BETWEEN:
            column, least = bound(check)
            return pa.Check(lambda data: data.lazyframe.select(pl.col(column) >= least), name=check.id)
        column = check.arguments["column"]
        return pa.Check(lambda data: data.lazyframe.select(pl.col(column).is_not_null()), name=check.id)

    by_id = {check.id: check for check in rules()}
    try:
        pa.DataFrameSchema(checks=[holds(check) for check in by_id.values()]).validate(rows, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.select("check", "index").unique()
        return {
            finding
            for (name,), part in cases.partition_by("check", as_dict=True).items()
            for finding in found(by_id[str(name)], rows["source_row"].gather(part["index"]).to_list())
        }
    return set()


def by_pointblank(rows: pl.DataFrame) -> set[Finding]:
    validation = pb.Validate(rows)
    asked = rules()
    for check in asked:
        if check.expectation == PAIR_ORDERED:
            larger, smaller = pair(check)
            validation = validation.col_vals_ge(columns=larger, value=pb.col(smaller), na_pass=True)
        elif check.expectation == BETWEEN:
            column, least = bound(check)
            validation = validation.col_vals_ge(columns=column, value=least, na_pass=True)
        else:
            validation = validation.col_vals_not_null(columns=check.arguments["column"])
    validation = validation.interrogate(get_first_n=rows.height)
    findings: set[Finding] = set()
    for number, check in enumerate(asked, start=1):
        extract = validation.get_data_extracts(i=number, frame=True)
        if extract is not None:
            findings |= found(check, extract["source_row"].to_list())
    return findings


def by_frictionless(rows: pl.DataFrame) -> set[Finding]:
    by_formula: dict[str, Check] = {}
    for check in rules():
        if check.expectation == PAIR_ORDERED:
            larger, smaller = pair(check)
            formula = f"{larger} == None or {smaller} == None or {larger} >= {smaller}"
        elif check.expectation == BETWEEN:
            column, least = bound(check)
            # It knows no dates in a formula; ISO dates are in the order of their text.
            formula = f"{column} == None or {column} >= {least if isinstance(least, float) else repr(str(least))}"
        else:
            formula = f"{check.arguments['column']} != None"
        by_formula[formula] = check
    words: list[FrictionlessCheck] = [checks.row_constraint(formula=formula) for formula in by_formula]
    plain = rows.with_columns(pl.col(pl.Date).cast(pl.String))
    kinds = {name: "integer" if kind == pl.Int64 else "string" for name, kind in plain.schema.items()}
    schema = Schema.from_descriptor({"fields": [{"name": name, "type": kind} for name, kind in kinds.items()]})
    with system.use_context(trusted=True):
        resource = Resource(plain.to_dicts(), schema=schema)
        report = resource.validate(Checklist(checks=words), limit_errors=rows.height * len(words))
    findings: set[Finding] = set()
    for number, note in report.flatten(["rowNumber", "note"]):
        formula = str(note).split('"')[1]
        findings |= found(by_formula[formula], [int(rows["source_row"][int(number) - 2])])
    return findings


WAYS: dict[str, Callable[[pl.DataFrame], set[Finding]]] = {
    "Great Expectations (ours)": by_great_expectations,
    "pandera": by_pandera,
    "pointblank": by_pointblank,
    "Frictionless": by_frictionless,
}


def test_the_same_rules_find_the_same(
    capsys: pytest.CaptureFixture[str], keep: Callable[[str, dict[str, Any]], None]
) -> None:
    warnings.simplefilter("ignore")
    rows = faulty_rows()
    seconds: dict[str, float] = {}
    findings: dict[str, set[Finding]] = {}
    for name, way in WAYS.items():
        way(rows.head(100))  # imports, caches
        started = time.perf_counter()
        findings[name] = way(rows)
        seconds[name] = time.perf_counter() - started
    first, *others = WAYS
    with capsys.disabled():
        print(f"\n{rows.height:,} rows, {len(rules())} rules, {len(findings[first]):,} findings")
        for name in WAYS:
            print(f"  {name:<28}{seconds[name]:8.2f} s{seconds[name] / seconds[first]:8.2f} ×")
    keep("findings", {"rows": rows.height, "rules": len(rules()), "seconds": seconds})
    assert len({code for code, _, _ in findings[first]}) > 4
    assert {name: findings[name] == findings[first] for name in others} == dict.fromkeys(others, True)
