"""The files of the demo that are not as they should be, and what has to be found in each.

A case is data: whose report it is made from, what is wrong with it, and the verdict it must get.
No case changes a published sum: it is returned, followed by the right version, or what is wrong is no count.
Every submission that has no case is accepted, with neither error nor query.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from pipelines import periods
from pipelines.codegen.sheet_plan import FIRST_DATA_ROW, UnitLabel, plan_sheet
from pipelines.contracts import Contracts
from pipelines.synthetic.parcels import Kind, Parcel, file_name, parcel_path

UNKNOWN_UNIT = UnitLabel("H999", "LĐLĐ huyện Mẫu", "LĐLĐ tỉnh Mẫu")


@dataclass(frozen=True)
class ExpectedFinding:
    """A finding: its rule and its place; ``cell`` is None where a finding has none."""

    rule_code: str
    sheet: str | None = None
    cell: str | None = None


@dataclass(frozen=True)
class ExpectedVerdict:
    """What one file of the demo must end as.

    Attributes:
        file: path below the inbox.
        form: the form judged; None stands for whatever the file is taken for.
        org_unit_code: None where the unit cannot be recognised.
        period: None where the period cannot be recognised.
        verdict: the verdict of that form's submission.
        is_current: whether its rows are in the facts in the end.
        findings: every error and query about it; notes only where nothing else is found.
    """

    file: str
    form: str | None
    org_unit_code: str | None
    period: str | None
    verdict: str
    is_current: bool
    findings: tuple[ExpectedFinding, ...] = ()


@dataclass(frozen=True)
class Case:
    """A file made from the report of a unit and period.

    Attributes:
        unit: whose report it is made from.
        period: of which period.
        forms: the forms it carries; none means all of the report.
        days: days from period end to receipt.
        verdict: of the form that has the finding, or of every form if there is none.
        rule_code: the finding.
        form: the form of the finding, the first of ``forms`` by default.
        marked: the field of the finding; its row is the one that was changed, or the total row.
        where: the first row that it selects is changed.
        values: field → what stands there instead.
        typed_total: the total of ``marked`` is typed over, one too high.
        kind: kind of file.
        more: what makes the file's name differ from that of the report.
        instead: the forms are sent in this file only, not in the regular one.
        is_current: see :class:`ExpectedVerdict`.
        states_unit: the unit that the file says it is from, if not ``unit``.
        states_period: the period that the file says it is for, if not ``period``.
        sent_by: the unit whose folder it arrives in, if another one sends it.
    """

    unit: str
    period: str
    days: int
    verdict: str
    forms: tuple[str, ...] = ()
    rule_code: str | None = None
    form: str | None = None
    marked: str | None = None
    where: pl.Expr = field(default_factory=lambda: pl.lit(True))
    values: Mapping[str, pl.Expr] = field(default_factory=dict)
    typed_total: bool = False
    kind: Kind = "template"
    more: str = ""
    instead: bool = False
    is_current: bool = False
    states_unit: UnitLabel | None = None
    states_period: str | None = None
    sent_by: str | None = None


_last_digit = pl.col("tax_code").str.slice(-1).cast(pl.Int64)
_members = pl.col("members_total")

CASES = (
    # Returned, and put right in the regular workbook a few days later.
    Case(
        *("H164", "2023-Q2", 2, "returned", ("grassroots_unions",)),
        rule_code="CD-E110",
        marked="members_total",
        where=pl.col("sector") == "private_enterprise",
        values={"members_total": pl.col("workers_total") + 7},
    ),
    Case(
        *("H167", "2023-Q3", 2, "returned", ("enterprises",)),
        rule_code="CD-E026",
        marked="tax_code",
        where=~pl.col("has_union"),
        values={"tax_code": pl.lit("46-99A0012")},
    ),
    Case(
        *("H063", "2023-Q1", 2, "returned", ("grassroots_unions",)),
        rule_code="CD-E044",
        marked="members_total",
        typed_total=True,
    ),
    # Returned, and the unit sent nothing else for the period.
    Case(
        *("H004", "2021-Q2", 8, "returned", ("grassroots_unions",)),
        rule_code="CD-E021",
        marked="members_total",
        where=pl.col("sector") == "private_enterprise",
        values={"members_total": pl.lit(13.734)},
        states_period="2021-Q3",
    ),
    # Not recognised.
    Case(
        *("H170", "2023-Q2", 6, "unrecognised", ("grassroots_unions",)),
        rule_code="CD-E004",
        states_unit=UNKNOWN_UNIT,
    ),
    Case("H171", "2023-Q3", 2, "unrecognised", rule_code="CD-E015", kind="garbage", more="-ban-chinh"),
    # A commune union that was founded in July reports for the quarter before.
    Case(
        *("X01843", "2025-Q3", 21, "unrecognised", ("grassroots_unions",)),
        rule_code="CD-E019",
        states_period="2025-Q2",
    ),
    # The district is no more; the province sends its last report.
    Case(
        *("H066", "2025-Q2", 44, "accepted"),
        rule_code="CD-N010",
        sent_by="T19",
        instead=True,
        is_current=True,
    ),
    # Accepted, with a query that is open and one that the note column explains.
    Case(
        *("H173", "2023-Q3", 7, "accepted_with_queries"),
        form="enterprises",
        rule_code="CD-Q020",
        marked="tax_code",
        where=~pl.col("has_union"),
        values={"tax_code": pl.col("tax_code").str.head(9) + ((_last_digit + 1) % 10).cast(pl.String)},
        instead=True,
        is_current=True,
    ),
    Case(
        *("H060", "2023-Q3", 9, "accepted"),  # the note explains the query
        form="grassroots_unions",
        rule_code="CD-Q110",
        marked="members_total",
        where=pl.col("sector") == "public_school",
        values={
            "workers_total": _members - 1,
            "workers_female": pl.min_horizontal("workers_female", _members - 1),
            "note": pl.lit("Có 01 đoàn viên biệt phái, hưởng lương ở đơn vị khác."),
        },
        instead=True,
        is_current=True,
    ),
    Case(
        *("H467", "2022-Q2", 2, "returned", ("activities",)),
        rule_code="CD-E161",
        marked="actual_value",
        where=pl.col("indicator_code") == "propaganda_participants",
        values={"actual_value": pl.lit(1.274)},
    ),
    Case(
        *("H470", "2021-Q3", 9, "accepted_with_queries"),
        form="activities",
        rule_code="CD-Q161",
        marked="actual_value",
        where=pl.col("indicator_code") == "dues_collected_vnd",
        values={"actual_value": pl.col("actual_value") * 3},
        instead=True,
        is_current=True,
    ),
    # The enterprises of the quarter alone, where those since January are asked for.
    Case(
        *("H469", "2022-Q3", 8, "accepted_with_queries"),
        form="activities",
        rule_code="CD-Q313",
        marked="actual_value",
        where=pl.col("indicator_code") == "enterprises_with_dialogue",
        values={"actual_value": pl.col("actual_value") // 3},
        instead=True,
        is_current=True,
    ),
    # Accepted: a first version that the regular workbook replaces, and files that are not of the template.
    Case(
        *("H462", "2019-Q3", 2, "accepted"),
        form="grassroots_unions",
        values={name: pl.col(name) + 2 for name in ("members_admitted", "members_total", "workers_total")},
    ),
    Case(
        *("H168", "2023-Q4", 5, "accepted", ("grassroots_unions",)),
        kind="csv",
        instead=True,
        is_current=True,
    ),
    Case(
        *("H169", "2023-Q4", 6, "accepted", ("grassroots_unions",)),
        kind="plain_workbook",
        more="-doan-vien",
        instead=True,
        is_current=True,
    ),
    # The regular workbook once more, under another name.
    Case("H461", "2018-Q2", 20, "duplicate", rule_code="CD-N003", kind="copy", more="-gui-lai"),
)


def apply_case(
    case: Case, regular: Parcel, contracts: Contracts
) -> tuple[Parcel, Parcel | None, tuple[ExpectedVerdict, ...]]:
    """The file of a case, what is left of the regular one, and the verdicts expected.

    Raises:
        ValueError: no row of the report is such as the case wants to change.
    """
    carried = case.forms or tuple(regular.rows)
    rows = {form: regular.rows[form] for form in carried}
    form_id = case.form or carried[0]
    frame = rows[form_id].with_row_index("_row")
    changed = frame.filter(case.where)
    if changed.is_empty():
        raise ValueError(f"case {case.unit} {case.period}: no row of {form_id} to change")
    row = changed["_row"][0]
    rows[form_id] = frame.with_columns(
        pl.when(pl.col("_row") == row).then(value).otherwise(name).alias(name) for name, value in case.values.items()
    ).drop("_row")
    period = case.states_period or case.period
    unit = case.states_unit or regular.unit
    plan = plan_sheet(contracts.form(form_id), period, frame.height)
    edits: dict[str, dict[str, int]] = {}
    at_row = FIRST_DATA_ROW + row
    if case.typed_total and case.marked and plan.total_row:
        at_row = plan.total_row
        edits = {form_id: {plan.cell(case.marked, at_row): rows[form_id].select(pl.col(case.marked).sum()).item() + 1}}
    received_on = periods.ends_on(period) + dt.timedelta(days=case.days)
    name = file_name(period, ".csv" if case.kind == "csv" else ".xlsx", case.more)
    parcel = Parcel(
        path=parcel_path(received_on, case.sent_by or unit.code, name),
        unit=unit,
        period=period,
        rows=rows,
        kind=case.kind,
        edits=edits,
        copy_of=regular.path if case.kind == "copy" else None,
    )
    cell = plan.cell(case.marked, at_row) if case.marked else None
    finding = ExpectedFinding(case.rule_code, plan.sheet, cell) if case.rule_code else None
    if finding and case.sent_by:  # said of every form in the file
        plans = {form: plan_sheet(contracts.form(form), period, frame.height) for form, frame in rows.items()}
        found = {form: dataclasses.replace(finding, sheet=plan.sheet) for form, plan in plans.items()}
    else:
        found = {form_id: finding} if finding else {}
    expected = _expected(case, parcel, found)
    return parcel, _rest(regular, carried) if case.instead else regular, expected


def _expected(case: Case, parcel: Parcel, found: Mapping[str, ExpectedFinding]) -> tuple[ExpectedVerdict, ...]:
    if case.kind in ("garbage", "copy"):
        bare = ExpectedFinding(str(case.rule_code))
        return (ExpectedVerdict(parcel.path, None, None, None, case.verdict, False, (bare,)),)
    verdicts = []
    for form in parcel.rows:
        verdicts.append(
            ExpectedVerdict(
                file=parcel.path,
                form=form,
                org_unit_code=parcel.unit.code,
                period=parcel.period,
                verdict=case.verdict if form in found or not found else "accepted",
                is_current=case.is_current,
                findings=(found[form],) if form in found else (),
            )
        )
    return tuple(verdicts)


def _rest(regular: Parcel, carried: tuple[str, ...]) -> Parcel | None:
    """The regular workbook without the forms that are sent otherwise; None when nothing is left."""
    left = {form: frame for form, frame in regular.rows.items() if form not in carried}
    return dataclasses.replace(regular, rows=left) if left else None
