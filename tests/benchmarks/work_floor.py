"""The floor: the same cells read with calamine, the same numbers made in DuckDB; no validation, answers or trace.

What the templates of this benchmark look like is written into it: it could not read anything else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from python_calamine import CalamineWorkbook

HEADINGS = 10  # rows above the first row of data
# Form → its columns after "TT", and the key without which a row is no row.
UNIONS = (
    *("union_code", "union_name", "union_type", "sector", "tax_code", "established_on", "ended_on"),
    *("workers_total", "workers_female", "members_total", "members_female", "members_admitted", "members_left"),
    *("union_groups", "sub_unions", "officers_elected", "officers_trained", "rating", "note"),
)
ENTERPRISES = (
    *("tax_code", "enterprise_name", "ownership", "industrial_zone", "workers_total", "workers_female", "has_union"),
    *("union_code", "survey_visits", "outreach_status", "note"),
)
AGREEMENTS = (
    *("agreement_code", "scope", "tax_code", "employer_name", "union_code", "signed_on", "effective_on", "expires_on"),
    *("sent_on", "workers_covered", "quality", "better_terms", "shift_meal_vnd", "amended_on", "note"),
)
SUMMARY = (
    *("unit_code", "unit_name", "unions", "members_total", "members_female", "workers_total", "enterprises"),
    *("enterprises_with_union", "agreements_in_force", "note"),
)
SHEETS = {
    "Công đoàn cơ sở và đoàn viên": ("unions", UNIONS),
    "Doanh nghiệp trên địa bàn": ("enterprises", ENTERPRISES),
    "Thỏa ước lao động tập thể": ("agreements", AGREEMENTS),
    "Tổng hợp các đơn vị trực thuộc": ("summary", SUMMARY),
}
NUMBERS = {
    *("workers_total", "workers_female", "members_total", "members_female", "members_admitted", "members_left"),
    *("union_groups", "sub_unions", "officers_elected", "officers_trained", "survey_visits", "workers_covered"),
    *("unions", "enterprises", "enterprises_with_union", "agreements_in_force"),
}
MARTS = """
create table ends as select date '2025-12-31' as ends_on;
create table places as select distinct unit, province from units;
create table mart_membership as
select
    coalesce(unit, province, 'VN') as org_unit_code, coalesce(sector, 'all') as sector,
    count(*) as unions, sum(workers_total) as workers_total, sum(workers_female) as workers_female,
    sum(members_total) as members_total, sum(members_female) as members_female,
    sum(members_admitted) as members_admitted, sum(members_left) as members_left,
    sum(union_groups) as union_groups, sum(sub_unions) as sub_unions,
    sum(officers_elected) as officers_elected, sum(officers_trained) as officers_trained
from unions join places using (unit)
group by grouping sets
    ((unit, sector), (unit), (province, sector), (province), (sector), ());
create table mart_enterprise_coverage as
select
    coalesce(unit, province, 'VN') as org_unit_code,
    count(distinct tax_code) filter (where workers_total >= 25) as enterprises,
    count(distinct tax_code) filter (where workers_total >= 25 and has_union = 'Có') as with_union,
    sum(survey_visits) as survey_visits
from enterprises join places using (unit)
group by grouping sets ((unit), (province), ());
create table mart_agreement_coverage as
select
    coalesce(unit, province, 'VN') as org_unit_code,
    count(distinct agreement_code) filter (
        where coalesce(effective_on, signed_on)::date <= ends_on and expires_on::date >= ends_on
    ) as in_force
from agreements join places using (unit), ends
group by grouping sets ((unit), (province), ());
"""


def main(inbox: str, database: str, org_units: str) -> dict[str, Any]:
    """Read every workbook, load its rows, add them up by unit, province and country; say the rows of each form."""
    rows: dict[str, list[list[str | None]]] = {name: [] for name, _ in SHEETS.values()}
    for path in sorted(Path(inbox).rglob("*.xlsx")):
        unit = path.parent.name
        workbook = CalamineWorkbook.from_path(path)
        for sheet in set(workbook.sheet_names) & SHEETS.keys():
            name, columns = SHEETS[sheet]
            cells = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            rows[name] += [
                [unit, *(None if cell == "" else str(cell) for cell in row[1 : len(columns) + 1])]
                for row in cells[HEADINGS:]
                if isinstance(row[0], float)
            ]
    Path(database).unlink(missing_ok=True)
    with duckdb.connect(database) as connection:
        for name, columns in SHEETS.values():
            frame = pl.DataFrame(rows[name], schema=dict.fromkeys(("unit", *columns), pl.String), orient="row")
            numbers = [column for column in columns if column in NUMBERS]
            frame = frame.with_columns(pl.col(numbers).cast(pl.Float64).cast(pl.Int64))
            connection.execute(f"create table {name} as select * from frame")
        connection.execute(
            "create table units as select org_unit_code as unit, parent_code as province from read_csv(?)", [org_units]
        )
        connection.execute(MARTS)
    return {name: len(found) for name, found in rows.items()}
