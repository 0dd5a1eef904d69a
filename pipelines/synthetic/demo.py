"""The demo inbox: every scenario, the cases among them, summaries of provinces, and workbooks of targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.codegen.sheet_plan import FIRST_DATA_ROW, plan_sheet
from pipelines.contracts import load_contracts
from pipelines.synthetic.cases import CASES, ExpectedFinding, ExpectedVerdict, apply_case
from pipelines.synthetic.compose import targets
from pipelines.synthetic.parcels import Parcel, parcel_path, regular_parcels, unit_labels, write_parcel
from pipelines.synthetic.places import QUANG_TRI, SCENARIOS
from pipelines.synthetic.summaries import FORM, SUMMARIES, summary_parcel

TARGET_YEAR, TARGET_PERIOD, TARGET_SENDER = 2022, "2022-Q1", "T45"
TARGETS_RECEIVED_ON = dt.date(2022, 1, 20)
PERCENT_OF_TARGET = 121
"""Published for the term 2018–2023, without the target itself; the made-up targets keep to it."""

TERM_SET, TERM_YEARS, TERM_PERIOD = "ĐH-XII-QT", (2018, 2023), "2018-Q1"
TERM_RECEIVED_ON = dt.date(2018, 4, 20)
TERM_DECIDED_BY = (
    "Giả định cho bộ số liệu mẫu: báo chí nêu đạt 121 % chỉ tiêu nhiệm kỳ 2018-2023, không nêu chỉ tiêu bao nhiêu"
)

ADJUSTED_PERIOD, ADJUSTED_RECEIVED_ON = "2022-Q3", dt.date(2022, 10, 6)
ADJUSTED = {"H461": 12, "H470": -12}
"""What is moved from one district to another during the year; without it the second would not have met its target."""


@dataclass(frozen=True)
class DemoSummary:
    """What was put into the inbox: how many files, and what is to be found in the unusual ones."""

    inbox: Path
    files: int
    expected: tuple[ExpectedVerdict, ...]


def plan_demo() -> tuple[tuple[Parcel, ...], tuple[ExpectedVerdict, ...]]:
    """Every file in the order of receipt, and the verdicts of the unusual ones. Writes nothing."""
    contracts = load_contracts()
    regular = regular_parcels(*SCENARIOS)
    given = _targets_parcel(regular)
    unusual: list[Parcel] = [given, _adjusted_parcel(given), _term_parcel()]
    expected: list[ExpectedVerdict] = []
    for summary in SUMMARIES:
        parcel = summary_parcel(summary, regular)
        unusual.append(parcel)
        if summary.wrong:
            expected.append(_mismatch(parcel))
    for case in CASES:
        parcel, rest, verdicts = apply_case(case, regular[case.unit, case.period], contracts)
        unusual.append(parcel)
        expected += verdicts
        if rest is None:
            del regular[case.unit, case.period]
        else:
            regular[case.unit, case.period] = rest
    return tuple(sorted([*regular.values(), *unusual], key=lambda parcel: parcel.path)), tuple(expected)


def expected_verdicts() -> tuple[ExpectedVerdict, ...]:
    """What has to be found in the files of the demo that are not as they should be."""
    return plan_demo()[1]


def make_demo(inbox: Path, progress: Callable[[int, int], None] = lambda done, total: None) -> DemoSummary:
    """Write the demo into an inbox; the same bytes every time.

    Args:
        inbox: the folder; files go to ``<date of receipt>/<unit code>/<file>`` below it.
        progress: is told after each file how many of how many are done.
    """
    contracts = load_contracts()
    parcels, expected = plan_demo()
    for done, parcel in enumerate(parcels, start=1):
        write_parcel(parcel, inbox, contracts)
        progress(done, len(parcels))
    return DemoSummary(inbox=inbox, files=len(parcels), expected=expected)


def _mismatch(parcel: Parcel) -> ExpectedVerdict:
    """A summary that differs from what its units sent is accepted, and asked about at its first row that differs."""
    wrong = next(summary.wrong for summary in SUMMARIES if summary.wrong)
    row = FIRST_DATA_ROW + parcel.rows[FORM]["unit_code"].to_list().index(next(iter(wrong)))
    plan = plan_sheet(load_contracts().form(FORM), parcel.period, parcel.rows[FORM].height)
    finding = ExpectedFinding("CD-Q310", plan.sheet, plan.cell("members_total", row))
    return ExpectedVerdict(
        parcel.path, FORM, parcel.unit.code, parcel.period, "accepted_with_queries", True, (finding,)
    )


def _targets_parcel(regular: dict[tuple[str, str], Parcel]) -> Parcel:
    """The members that a province wants to admit in a year, and what it hands down to its districts of them."""
    admitted = sum(
        parcel.rows["grassroots_unions"]["members_admitted"].sum()
        for (unit, period), parcel in regular.items()
        if unit in QUANG_TRI.units and period.startswith(str(TARGET_YEAR))
    )
    total = round(admitted * 100 / PERCENT_OF_TARGET)
    plan = (f"KH-{TARGET_YEAR}", f"Kế hoạch mẫu 01/KH-LĐLĐ ngày 05/01/{TARGET_YEAR}")
    rows = pl.concat(
        targets(
            pl.DataFrame({"org_unit_code": list(weights), "weight": list(weights.values())}), TARGET_YEAR, total, *plan
        )
        for weights in ({TARGET_SENDER: 1.0}, QUANG_TRI.units)
    )
    return Parcel(
        path=parcel_path(TARGETS_RECEIVED_ON, TARGET_SENDER, f"giao-chi-tieu-{TARGET_YEAR}.xlsx"),
        unit=unit_labels(TARGET_PERIOD)[TARGET_SENDER],
        period=TARGET_PERIOD,
        rows={"targets": rows},
    )


def _adjusted_parcel(given: Parcel) -> Parcel:
    """The targets of the year sent again for two districts, one raised by what the other is lowered."""
    rows = given.rows["targets"].filter(pl.col("unit_code").is_in(ADJUSTED.keys()))
    moved = pl.col("unit_code").replace_strict(ADJUSTED, return_dtype=pl.Float64)
    decided_by = pl.lit(f"Kế hoạch mẫu 02/KH-LĐLĐ ngày 05/9/{TARGET_YEAR} điều chỉnh chỉ tiêu")
    return Parcel(
        path=parcel_path(ADJUSTED_RECEIVED_ON, TARGET_SENDER, f"dieu-chinh-chi-tieu-{TARGET_YEAR}.xlsx"),
        unit=unit_labels(ADJUSTED_PERIOD)[TARGET_SENDER],
        period=ADJUSTED_PERIOD,
        rows={"targets": rows.with_columns(value=pl.col("value") + moved, decided_by=decided_by)},
    )


def _term_parcel() -> Parcel:
    """The members that a province wants to admit over a congress term."""
    first, last = TERM_YEARS
    total = round(QUANG_TRI.members_admitted * 100 / PERCENT_OF_TARGET)
    unit = pl.DataFrame({"org_unit_code": [TARGET_SENDER], "weight": [1.0]})
    return Parcel(
        path=parcel_path(TERM_RECEIVED_ON, TARGET_SENDER, f"giao-chi-tieu-{first}-{last}.xlsx"),
        unit=unit_labels(TERM_PERIOD)[TARGET_SENDER],
        period=TERM_PERIOD,
        rows={"targets": targets(unit, last, total, TERM_SET, TERM_DECIDED_BY, first)},
    )
