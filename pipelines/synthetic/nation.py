"""One quarter of the whole country at its real size, for benchmarks.

The sizes are those of the Confederation (about 127,000 grassroots unions and 11 million members in 34 provinces) and of
the reform of 2025 (3,321 communes); every row is made up. In the seeds few communes report yet: ``org_units`` gives the
rows that a copy of the project needs beside them.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

import polars as pl

from pipelines import periods
from pipelines.codegen.sheet_plan import FIRST_DATA_ROW, UnitLabel, plan_sheet
from pipelines.contracts import Contracts
from pipelines.settings import PROJECT_DIR
from pipelines.synthetic.compose import compose
from pipelines.synthetic.numbers import noise
from pipelines.synthetic.parcels import Parcel, file_name, parcel_path
from pipelines.synthetic.scenario import ENTERPRISE_SECTORS, Scenario
from pipelines.synthetic.summaries import Summary, summary_parcel

PERIOD = "2025-Q4"
ADMIN_UNITS_CSV = PROJECT_DIR / "dbt_project" / "seeds" / "places" / "admin_units.csv"
REFORM = "2025-07-01"

UNIONS = {
    "public_administration": 10_000,
    "public_school": 40_000,
    "public_service": 8_000,
    "state_enterprise": 2_000,
    "private_enterprise": 56_000,
    "fdi_enterprise": 8_000,
    "cooperative": 2_000,
    "informal": 1_000,
}
ENTERPRISES, AGREEMENTS_IN_FORCE = 100_000, 30_500  # with those before and after them 40,000 rows
MEMBERS, WORKERS = 11_300_000, 12_600_000
WOMEN_SHARE = 0.48
FAULTY_ONE_IN = 100
"""One workbook in so many has more women than members in one row."""


def communes() -> pl.DataFrame:
    """The communes of today, one row each, with the columns of the seed ``admin_units``."""
    units = pl.read_csv(ADMIN_UNITS_CSV, infer_schema=False)
    today = (pl.col("valid_from") <= REFORM) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > REFORM))
    return units.filter(today, pl.col("level") == "commune").sort("code")


def org_units(known: pl.DataFrame) -> pl.DataFrame:
    """Rows for ``org_units.csv``: a reporting union unit for every commune that has none.

    Args:
        known: the seed as it is, all columns text.
    """
    names = known.filter(pl.col("unit_type") == "province", pl.col("valid_to").is_null())
    names = names.select(parent_code="org_unit_code", province_name="province_name")
    made = communes().select(
        org_unit_code=pl.format("X{}", "code"),
        valid_from=pl.lit(REFORM),
        valid_to=pl.lit(None, dtype=pl.String),
        name_vi=pl.format("Công đoàn {} {}", "kind", pl.col("name_vi").str.replace(r"^(Xã|Phường|Đặc khu) ", "")),
        unit_type=pl.lit("commune"),
        parent_code=pl.format("T{}", "parent_code"),
        admin_code="code",
        reports=pl.lit("true"),
        source=pl.lit("bộ số liệu đo hiệu năng"),
    )
    made = made.join(known, on="org_unit_code", how="anti").join(names, on="parent_code", how="left")
    return made.select(known.columns)


def nation_parcels(units: pl.DataFrame, contracts: Contracts) -> list[Parcel]:
    """A workbook of each commune with three forms, and a summary of each province.

    Args:
        units: the seed ``org_units`` with a unit for every commune.
        contracts: of the forms.
    """
    labels = _labels(units)
    regular = {place: parcel for province in _scenarios(units) for place, parcel in _parcels(province, labels).items()}
    provinces = units.filter(pl.col("unit_type") == "province", pl.col("valid_to").is_null())["org_unit_code"]
    summaries = [summary_parcel(Summary(code, PERIOD, 20, {}), regular, labels) for code in sorted(provinces)]
    faulty = [
        _with_fault(parcel, contracts) if number % FAULTY_ONE_IN == 0 else parcel
        for number, parcel in enumerate(regular.values())
    ]
    return [*faulty, *summaries]


def _labels(units: pl.DataFrame) -> Mapping[str, UnitLabel]:
    today = units.filter(pl.col("valid_to").is_null())
    names = dict(today.select("org_unit_code", "name_vi").iter_rows())
    rows = today.select("org_unit_code", "name_vi", "parent_code").iter_rows()
    return {code: UnitLabel(code, name, names.get(parent)) for code, name, parent in rows}


def _scenarios(units: pl.DataFrame) -> list[Scenario]:
    """One for each province, of which each has its own tax codes; the country shared out by communes, exactly."""
    codes = units.filter(pl.col("unit_type") == "commune", pl.col("valid_to").is_null())
    parts = codes.sort("org_unit_code").partition_by("parent_code", as_dict=True, maintain_order=True)
    total, done, scenarios = codes.height, 0, []
    for (province,), part in sorted(parts.items()):
        before, done = done, done + part.height
        scenarios.append(_scenario(str(province), part["org_unit_code"].to_list(), before / total, done / total))
    return scenarios


def _scenario(province: str, codes: list[str], first: float, last: float) -> Scenario:
    def share(whole: int) -> int:
        return round(whole * last) - round(whole * first)

    with_union = sum(share(UNIONS[sector]) for sector in ENTERPRISE_SECTORS)
    members, workers = share(MEMBERS), share(WORKERS)
    return Scenario(
        name=f"nation {province}",
        units=dict(zip(codes, 0.5 + noise(len(codes), "nation", province), strict=True)),
        first_period=PERIOD,
        last_period=PERIOD,
        tax_prefix=province[1:3],
        unions={sector: share(count) for sector, count in UNIONS.items()},
        members=members,
        members_female=int(members * WOMEN_SHARE),
        workers=workers,
        workers_female=int(workers * WOMEN_SHARE),
        members_admitted=members // 40,
        members_left=members // 60,
        unions_with_groups=share(20_000),
        union_groups=share(60_000),
        unions_with_sub_unions=share(400),
        enterprises_without_union=share(ENTERPRISES) - with_union,
        survey_visits=share(3_000),
        agreements_in_force=share(AGREEMENTS_IN_FORCE),
    )


def _parcels(scenario: Scenario, labels: Mapping[str, UnitLabel]) -> dict[tuple[str, str], Parcel]:
    forms: dict[str, dict[str, pl.DataFrame]] = {}
    for form, frame in compose(scenario).items():
        for (code, _), rows in frame.partition_by("org_unit_code", "period", as_dict=True, include_key=False).items():
            forms.setdefault(str(code), {})[form] = rows
    days = noise(len(forms), scenario.name, "received")
    return {
        (code, PERIOD): Parcel(
            path=parcel_path(periods.ends_on(PERIOD) + dt.timedelta(days=3 + int(delay * 12)), code, file_name(PERIOD)),
            unit=labels[code],
            period=PERIOD,
            rows=rows,
        )
        for (code, rows), delay in zip(sorted(forms.items()), days, strict=True)
    }


def _with_fault(parcel: Parcel, contracts: Contracts) -> Parcel:
    """The same workbook with more women than members typed over in its first union."""
    unions = parcel.rows["grassroots_unions"]
    plan = plan_sheet(contracts.form("grassroots_unions"), parcel.period, unions.height)
    address = plan.cell("members_female", FIRST_DATA_ROW)
    wrong = {"grassroots_unions": {address: unions["members_total"][0] + 1}}
    return dataclasses.replace(parcel, edits=wrong)
