"""Which columns a column is made of, through CTEs, unions and subqueries."""

from __future__ import annotations

from pipelines.warehouse.column_lineage import sources_of

ROWS = ("staging", "stg_rows")
UNITS = ("seeds", "units")
TABLES = {ROWS: ["code", "members", "workers"], UNITS: ["code", "name"]}


def of(sql: str) -> dict[str, list[str]]:
    """Column → "table.column" of its sources."""
    found = sources_of(sql, TABLES)
    return {column: sorted(f"{table}.{name}" for (_, table), name in sources) for column, sources in found.items()}


def test_stars_joins_and_sums_lead_to_the_tables() -> None:
    sql = """
        with rows_ as (select * from "warehouse"."staging"."stg_rows"),
        named as (select rows_.*, units.name from rows_ left join warehouse.seeds.units on rows_.code = units.code),
        final as (select name, 100.0 * sum(members) / sum(workers) as density, count(*) as n from named group by name)
        select * from final
    """
    assert of(sql) == {"name": ["units.name"], "density": ["stg_rows.members", "stg_rows.workers"], "n": []}


def test_unions_go_by_the_place_of_the_column() -> None:
    sql = "select code, members as value from staging.stg_rows union all select code, workers from staging.stg_rows"
    assert of(sql) == {"code": ["stg_rows.code"], "value": ["stg_rows.members", "stg_rows.workers"]}


def test_a_value_of_a_subquery_is_followed() -> None:
    sql = "select code, (select max(units.name) from seeds.units) as last_name from staging.stg_rows"
    assert of(sql) == {"code": ["stg_rows.code"], "last_name": ["units.name"]}
