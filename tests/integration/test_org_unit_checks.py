"""The checks of the unit tree pass on the seeds, and each finds the mistake that it is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import duckdb
import polars as pl
import pytest

from tests.dbt_models import CompiledProject

SEEDS = ("org_units", "org_unit_successions", "org_unit_areas")
CHECKS = {
    "validities": "assert_org_unit_validities_hold",
    "successions": "assert_org_unit_successions_hold",
    "tree": "assert_org_unit_tree_holds",
    "areas": "assert_org_unit_areas_hold",
}
TABLES = ("dim_org_unit", "dim_org_unit_succession", "dim_org_unit_area")

Seeds = dict[str, list[dict[str, object]]]
Change = Callable[[Seeds], object]


@pytest.fixture(scope="module")
def seeds(compiled: CompiledProject) -> Mapping[str, pl.DataFrame]:
    """The seeds as they stand in the project."""
    with compiled.open() as connection:
        return {name: connection.sql(f"from warehouse.seeds.{name}").pl() for name in SEEDS}


@pytest.fixture(scope="module")
def connection(compiled: CompiledProject) -> duckdb.DuckDBPyConnection:
    """A database with the seeds, in which tests replace the units."""
    return compiled.open()


def problems(
    compiled: CompiledProject, connection: duckdb.DuckDBPyConnection, seeds: Mapping[str, pl.DataFrame]
) -> dict[str, set[str]]:
    """What the checks find: the sentences of their last column, by check."""
    compiled.run(connection, seeds, TABLES)
    found = {name: compiled.failures(connection, test) for name, test in CHECKS.items()}
    return {name: {str(row[-1]) for row in rows} for name, rows in found.items() if rows}


def unit(seeds: Seeds, code: str, valid_from: str = "2018-01-01") -> dict[str, object]:
    """A row of org_units."""
    (row,) = (
        row for row in seeds["org_units"] if row["org_unit_code"] == code and str(row["valid_from"]) == valid_from
    )
    return row


def succession(seeds: Seeds, code: str, to_code: str | None) -> dict[str, object]:
    """A row of org_unit_successions."""
    rows = seeds["org_unit_successions"]
    return next(row for row in rows if (row["from_code"], row["to_code"]) == (code, to_code))


def area(seeds: Seeds, code: str, admin_code: str) -> dict[str, object]:
    """A row of org_unit_areas."""
    rows = seeds["org_unit_areas"]
    return next(row for row in rows if (row["org_unit_code"], row["admin_code"]) == (code, admin_code))


def day(text: str) -> object:
    """A date of a changed row."""
    return pl.Series([text]).str.to_date().item()


MISTAKES: list[tuple[str, str, Change]] = [
    (
        "validities",
        "two validities at a time",
        lambda s: unit(s, "T44", "2025-07-01").update(valid_from=day("2025-06-30")),
    ),
    ("validities", "ends before it begins", lambda s: unit(s, "H004").update(valid_to=day("2018-01-01"))),
    (
        "validities",
        "ends without a successor or a reason",
        lambda s: s["org_unit_successions"].remove(succession(s, "H004", "T01")),
    ),
    (
        "validities",
        "begins again after a gap although it had passed to itself",
        lambda s: unit(s, "T19-KCN", "2025-07-01").update(valid_from=day("2025-07-02")),
    ),
    ("successions", "no validity ends on that day", lambda s: unit(s, "H004").update(valid_to=day("2025-06-30"))),
    (
        "successions",
        "successor is not valid on that day",
        lambda s: succession(s, "H004", "T01").update(to_code="X00145"),
    ),
    (
        "successions",
        "several kinds",
        lambda s: s["org_unit_successions"].append(succession(s, "H004", "T01") | {"kind": "split", "to_code": "T04"}),
    ),
    (
        "successions",
        "number of successors does not fit the kind",
        lambda s: succession(s, "H004", "T01").update(kind="ended"),
    ),
    (
        "successions",
        "number of successors does not fit the kind",
        lambda s: succession(s, "H004", "T01").update(kind="split"),
    ),
    (
        "successions",
        "number of successors does not fit the kind",
        lambda s: succession(s, "T45-GD", None).update(kind="whole"),
    ),
    ("successions", "no reason", lambda s: succession(s, "T45-GD", None).update(reason=" ")),
    ("tree", "stands above itself", lambda s: unit(s, "T01").update(parent_code="H004")),
    ("tree", "lives longer than its parent", lambda s: unit(s, "H004").update(parent_code="X00145")),
    ("tree", "lives longer than its parent", lambda s: unit(s, "X00145", "2025-07-15").update(parent_code="T02")),
    ("tree", "second root", lambda s: unit(s, "T01").update(parent_code=None)),
    ("areas", "covered twice on a day", lambda s: area(s, "X00145", "00145").update(admin_code="00118")),
    ("areas", "ends before it begins", lambda s: area(s, "X00145", "00145").update(valid_to=day("2025-07-15"))),
    (
        "areas",
        "covered by a unit that is not valid",
        lambda s: area(s, "X00145", "00145").update(valid_from=day("2025-07-14")),
    ),
    (
        "areas",
        "covered by a unit that is not valid",
        lambda s: unit(s, "X00145", "2025-07-15").update(valid_to=day("2026-01-01")),
    ),
]


def test_the_seeds_have_none_of_the_problems(
    compiled: CompiledProject, connection: duckdb.DuckDBPyConnection, seeds: Mapping[str, pl.DataFrame]
) -> None:
    assert problems(compiled, connection, seeds) == {}


@pytest.mark.parametrize(("check", "problem", "change"), MISTAKES, ids=[f"{m[0]}-{m[1]}" for m in MISTAKES])
def test_each_check_finds_its_mistake(
    compiled: CompiledProject,
    connection: duckdb.DuckDBPyConnection,
    seeds: Mapping[str, pl.DataFrame],
    check: str,
    problem: str,
    change: Change,
) -> None:
    rows: Seeds = {name: frame.to_dicts() for name, frame in seeds.items()}
    change(rows)
    broken = {name: pl.DataFrame(rows[name], schema=seeds[name].schema) for name in SEEDS}
    assert problem in problems(compiled, connection, broken).get(check, set())


def test_a_code_that_is_given_anew_after_its_unit_went_elsewhere_is_no_gap(
    compiled: CompiledProject, connection: duckdb.DuckDBPyConnection, seeds: Mapping[str, pl.DataFrame]
) -> None:
    rows: Seeds = {name: frame.to_dicts() for name, frame in seeds.items()}
    rows["org_units"].append(
        unit(rows, "T01", "2025-07-01") | {"org_unit_code": "T02", "valid_from": day("2025-10-01")}
    )
    renewed = {name: pl.DataFrame(rows[name], schema=seeds[name].schema) for name in SEEDS}
    assert problems(compiled, connection, renewed) == {}
