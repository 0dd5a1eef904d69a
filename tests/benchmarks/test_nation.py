"""The nation's quarter from inbox to published file, beside the floor and beside what a team would write instead.

Prints tables and keeps them in ``data/bench/results``; asserts that the numbers are right, and nothing about time, for
machines differ. Run: ``make bench``.
"""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import periods
from pipelines.contracts import load_contracts
from pipelines.synthetic.parcels import Parcel, parcel_path, unit_labels, write_parcel
from pipelines.warehouse.lake import Lake
from tests.benchmarks.conftest import KEPT, Nation
from tests.benchmarks.measured import Measured, measure

HERE = Path(__file__).parent
RUN, REPORT, FLOOR, USUAL, HISTORY = (
    HERE / f"work_{name}.py" for name in ("run", "report", "floor", "usual", "history")
)
QUARTER = KEPT / "quarter"
FEW, MORE = 5, 25
SAME_NUMBERS = """
with ours as (
    select
        m.org_unit_code, m.unions, m.members_total, m.members_female, m.workers_total, m.officers_trained,
        e.enterprises, e.with_union, a.in_force
    from published.marts.mart_membership as m
    join published.marts.mart_enterprise_coverage as e using (period, org_unit_code)
    join published.marts.mart_agreement_coverage as a using (period, org_unit_code)
    where (m.sector, m.basis, m.scope, e.threshold) = ('all', 'as_reported', 'all', 25)
        and m.unit_type = 'commune'
        and (m.reporters_reported, e.reporters_reported, a.reporters_reported) = (1, 1, 1)
),
floor as (
    select
        f.org_unit_code, f.unions, f.members_total, f.members_female, f.workers_total, f.officers_trained,
        g.enterprises, g.with_union, h.in_force
    from mart_membership as f
    join mart_enterprise_coverage as g using (org_unit_code)
    join mart_agreement_coverage as h using (org_unit_code)
    where f.sector = 'all'
)
select (select count(*) from ours), (select count(*) from (from ours except from floor))
"""


@pytest.fixture(scope="module")
def floor(nation: Nation) -> Measured:
    return measure(FLOOR, nation.inbox, KEPT / "floor.duckdb", nation.units, cwd=nation.project)


@pytest.fixture(scope="module")
def installed(nation: Nation) -> Measured:
    """The first run on a new data root, with nothing in its inbox: parses the dbt project, builds empty tables."""
    shutil.rmtree(QUARTER, ignore_errors=True)
    (QUARTER / "inbox").mkdir(parents=True)
    return measure(RUN, QUARTER, cwd=nation.project)


@pytest.fixture(scope="module")
def whole(nation: Nation, installed: Measured, floor: Measured) -> Measured:
    """The whole job, where the system is installed; right after the floor, so that the machine is the same."""
    assert installed.said["version"]
    shutil.copytree(nation.inbox, QUARTER / "inbox", dirs_exist_ok=True)
    return measure(RUN, QUARTER, cwd=nation.project)


def test_the_nations_quarter(
    nation: Nation,
    installed: Measured,
    floor: Measured,
    whole: Measured,
    capsys: pytest.CaptureFixture[str],
    keep: Callable[[str, dict[str, Any]], None],
) -> None:
    few = measure(USUAL, nation.inbox, str(FEW), cwd=nation.project)
    more = measure(USUAL, nation.inbox, str(MORE), cwd=nation.project)
    files = sum(1 for _ in nation.inbox.rglob("*.xlsx"))
    usual = few.seconds + (more.seconds - few.seconds) / (MORE - FEW) * (files - FEW)
    leadership = measure(REPORT, QUARTER, cwd=nation.project)
    shutil.rmtree(QUARTER / "reports")  # the years begin with a copy of the quarter
    lines = [
        ("floor: calamine + DuckDB", floor.seconds, floor.peak_mb),
        ("the first run, with an empty inbox", installed.seconds, installed.peak_mb),
        ("the whole job", whole.seconds, whole.peak_mb),
        *((f"  {stage}", seconds, None) for stage, seconds in whole.said["seconds"].items()),
        (f"pandas + openpyxl + GX, from {MORE} files", usual, more.peak_mb),
        (f"the report for leadership, {leadership.said['pages']:,} pages", leadership.seconds, leadership.peak_mb),
    ]
    with capsys.disabled():
        print(f"\n{files:,} workbooks, {floor.said}, {whole.said['verdicts']}")
        for name, seconds, peak in lines:
            print(f"  {name:<40}{seconds:9.1f} s{seconds / floor.seconds:8.2f} ×{f'{peak} MB' if peak else '':>10}")
    keep(
        "nation",
        {
            "files": files,
            "rows": floor.said,
            "verdicts": whole.said["verdicts"],
            "stages": whole.said["seconds"],
            "first_s": installed.seconds,
            "first_mb": installed.peak_mb,
            "floor_s": floor.seconds,
            "floor_mb": floor.peak_mb,
            "whole_s": whole.seconds,
            "whole_mb": whole.peak_mb,
            "usual_s": usual,
            "report_s": leadership.seconds,
            "report_mb": leadership.peak_mb,
            "report": leadership.said,
        },
    )
    with duckdb.connect(KEPT / "floor.duckdb", read_only=True) as connection:
        connection.execute(f"attach '{KEPT / 'quarter' / 'published' / 'warehouse.duckdb'}' as published (read_only)")
        units, different = connection.execute(SAME_NUMBERS).fetchall()[0]
    assert units > 3000 and different == 0


@pytest.mark.parametrize("years", [1, 2, 5, 10])
def test_years_rebuilt_and_one_workbook_sent_again(
    nation: Nation,
    whole: Measured,
    years: int,
    capsys: pytest.CaptureFixture[str],
    keep: Callable[[str, dict[str, Any]], None],
) -> None:
    """Everything built and published anew, then a commune's workbook of the newest quarter once more, corrected."""
    assert whole.said["version"]
    root = KEPT / "years"
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "-a", str(QUARTER), str(root)], check=True)
    made = measure(HISTORY, root, str(4 * years), cwd=nation.project)
    rebuilt = measure(RUN, root, cwd=nation.project)
    _send_again(root, nation)
    again = measure(RUN, root, cwd=nation.project)
    with capsys.disabled():
        print(f"\n{years} years, {made.said}")
        for name, one in (("rebuilt", rebuilt), ("sent again", again)):
            print(f"  {name:<12}{one.seconds:8.1f} s{one.peak_mb:8} MB  {one.said['seconds']}")
    keep(f"years_{years}", {"rows": made.said, "rebuilt": asdict(rebuilt), "again": asdict(again)})
    assert again.said["version"] != rebuilt.said["version"] != whole.said["version"]
    assert sum(again.said["verdicts"].values()) >= 2  # unions and agreements; not every commune lists enterprises
    assert set(again.said["verdicts"]) <= {"accepted", "accepted_with_queries"}
    shutil.rmtree(root)


def _send_again(root: Path, nation: Nation) -> None:
    """A commune's workbook of the newest quarter, with its last union and its last agreement left out."""
    contracts = load_contracts()
    lake = Lake(root / "lake", contracts)
    period = max(path.name for path in (root / "lake" / "submissions").glob("period=2*")).removeprefix("period=")
    held = {form: lake.read(form, [period]) for form in ("grassroots_unions", "enterprises", "agreements")}
    unit = held["agreements"]["org_unit_code"].sort()[0]
    rows = {
        form: frame.filter(org_unit_code=unit).select(field.name for field in contracts.form(form).fields)
        for form, frame in held.items()
    }
    parcel = Parcel(
        parcel_path(periods.ends_on(period) + dt.timedelta(days=12), unit, "sua-lai.xlsx"),
        unit_labels(period, nation.units)[unit],
        period,
        {form: frame if form == "enterprises" else frame.head(-1) for form, frame in rows.items()},
    )
    write_parcel(parcel, root / "inbox", contracts)
