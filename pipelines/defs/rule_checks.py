"""The rules that Great Expectations judges, as checks: what each asks, how many rows it found, and whose they are.

A finding is the sender's to mend. It stops nobody else: no rule blocks, and none says more than a warning. What breaks
the warehouse itself is stopped elsewhere, by the tests of dbt and by the account of rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
from dagster import AssetCheckResult, AssetCheckSeverity, AssetCheckSpec, AssetKey, MetadataValue

from pipelines.contracts import Contracts, Form, Rule, Severity
from pipelines.defs.metadata import number_vi, preview, rule_page
from pipelines.intake.units import OrgUnits, load_org_units
from pipelines.quality.suites import form_checks
from pipelines.settings import Settings

EXAMPLES = 10
SENDERS = 20

_EFFECT = {
    Severity.ERROR: "Báo cáo có lỗi này được trả lại cho đơn vị gửi; báo cáo của các đơn vị khác vẫn được nhận.",
    Severity.QUERY: "Báo cáo vẫn được nhận; đơn vị gửi phải sửa hoặc giải trình.",
    Severity.NOTE: "Chỉ để biết: báo cáo vẫn được nhận, phép kiểm tra luôn đạt.",
}


def check_name(form: str, rule_code: str) -> str:
    """Name of the check of a rule on the rows of a form."""
    return f"{form}__{rule_code.replace('-', '_').lower()}"


def form_check_specs(contracts: Contracts, asset: AssetKey) -> list[AssetCheckSpec]:
    """Everything that is asked of the rows of one form, one check per form and rule."""
    return [_spec(form, rule, asset) for form in contracts.forms for rule in _rules_of(form, contracts).values()]


def across_check_specs(contracts: Contracts, lake: str) -> list[AssetCheckSpec]:
    """Rules between forms, periods and levels, on the rows of the form that each of them judges."""
    judged: list[tuple[Rule, str]] = [(rule, rule.form) for rule in contracts.cross_form]
    judged += [(rule, form) for rule in contracts.comparisons for form in dict(rule.places)]
    return [_spec(contracts.form(form), rule, AssetKey([lake, form])) for rule, form in judged]


def _rules_of(form: Form, contracts: Contracts) -> dict[str, Rule]:
    return {check.rule.code: check.rule for check in form_checks(contracts, form, form.layouts[-1])}


def _spec(form: Form, rule: Rule, asset: AssetKey) -> AssetCheckSpec:
    return AssetCheckSpec(
        check_name(form.form, rule.code),
        asset=asset,
        description=(
            f"{rule.code} · {rule.severity.label_vi} · {form.title_vi}: {rule.title_vi}. {rule.remedy_vi} "
            f"{_EFFECT[rule.severity]}"
        ),
        metadata={"form": form.form, "rule_code": rule.code, "severity": rule.severity.value},
    )


def check_results(
    specs: Sequence[AssetCheckSpec],
    results: pl.DataFrame,
    issues: pl.DataFrame,
    submissions: pl.DataFrame,
    settings: Settings,
) -> Iterator[AssetCheckResult]:
    """One result per spec: what GX counted over all periods of this run, whose rows it found, and examples.

    Args:
        specs: checks of rules, made by this module.
        results: RESULTS of the run.
        issues: ISSUES of the run.
        submissions: has submission_id, form, org_unit_code and period of what was judged.
        settings: where Data Docs and the pages of rules are.
    """
    counted = results.group_by("form", "rule_code").agg(pl.col("evaluated").sum(), pl.col("unexpected").sum())
    by_check = {(form, code): (evaluated, unexpected) for form, code, evaluated, unexpected in counted.iter_rows()}
    placed = issues.join(submissions.select("submission_id", "form", "org_unit_code", "period"), on="submission_id")
    units = load_org_units()
    found = placed.partition_by("form", "rule_code", as_dict=True)
    for spec in specs:
        key = (str(spec.metadata["form"]), str(spec.metadata["rule_code"]))
        evaluated, unexpected = by_check.get(key, (0, 0))
        metadata: dict[str, Any] = {"rows_evaluated": evaluated, "rows_unexpected": unexpected}
        if unexpected:
            of_rule = results.filter(form=key[0], rule_code=key[1])
            metadata |= _findings(found.get(key, placed.clear()), of_rule, units)
        yield AssetCheckResult(
            check_name=spec.name,
            asset_key=spec.asset_key,
            # A note asks nothing of anybody.
            passed=unexpected == 0 or spec.metadata["severity"] == Severity.NOTE.value,
            severity=AssetCheckSeverity.WARN,
            description=_said(evaluated, unexpected),
            metadata={
                **metadata,
                "rule_page": rule_page(settings, key[1]),
                "data_docs": MetadataValue.path(str(settings.data_docs / "data_docs" / "index.html")),
            },
        )


def _said(evaluated: int, unexpected: int) -> str:
    if not evaluated and not unexpected:
        return "Lần chạy này không có dòng nào để kiểm tra."
    return f"{number_vi(unexpected)} dòng không đạt trong {number_vi(evaluated)} dòng được kiểm tra."


def _findings(issues: pl.DataFrame, results: pl.DataFrame, units: OrgUnits) -> dict[str, Any]:
    """Whose findings they are, most of them first, in which columns, and the first ones of the unit that has most.

    Findings are fewer than rows where an error of intake already says what is wrong with a cell.
    """
    senders = (
        issues.group_by("org_unit_code", "period")
        .agg(findings=pl.len(), submissions=pl.col("submission_id").n_unique())
        .sort(["findings", "org_unit_code", "period"], descending=[True, False, False])
    )
    most = senders.head(SENDERS)
    names = [_unit_name(units, code, period) for code, period in most.select("org_unit_code", "period").iter_rows()]
    named = most.with_columns(unit=pl.Series(names, dtype=pl.String))
    worst = senders.with_row_index("rank").select("rank", "org_unit_code", "period")
    examples = issues.join(worst, on=["org_unit_code", "period"], nulls_equal=True).sort(
        "rank", "submission_id", "sheet", "source_row", nulls_last=True
    )
    return {
        "findings": issues.height,
        "submissions_concerned": issues["submission_id"].n_unique(),
        "senders": preview(named.select("org_unit_code", "unit", "period", "findings", "submissions"), SENDERS),
        "columns": preview(
            results.filter(pl.col("unexpected") > 0)
            .group_by("field", "description")
            .agg(pl.col("evaluated").sum(), pl.col("unexpected").sum())
            .sort(["unexpected", "description"], descending=[True, False])
        ),
        "examples": preview(
            examples.select("org_unit_code", "period", "sheet", "cell", "value", "message_vi", "submission_id"),
            EXAMPLES,
        ),
    }


def _unit_name(units: OrgUnits, code: str | None, period: str | None) -> str | None:
    unit = units.find(code, period) if code and period else None
    return unit.name_vi if unit else None
