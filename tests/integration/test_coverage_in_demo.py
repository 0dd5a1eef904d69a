"""Every programme of docs/coverage.md can be seen in the demo: its queries run, and no indicator of it is empty."""

from __future__ import annotations

import re

import duckdb
import polars as pl
import pytest

from pipelines.contracts.registry import read_seed
from pipelines.settings import PROJECT_DIR
from tests.conftest import DemoRun
from tests.unit.test_coverage import names_in, rows_of, sections

PAGE = PROJECT_DIR / "docs" / "coverage_in_demo.md"
FACTS = {
    "grassroots_unions": "fct_membership",
    "enterprises": "fct_enterprise",
    "agreements": "fct_agreement",
    "activities": "fct_activity",
    "targets": "fct_target",
}
"""Form → the table that shows its rows."""
INDICATORS = {row["indicator_code"]: row for row in read_seed("indicators")}
PROGRAMMES = {
    name.partition("]")[0].lstrip("["): names_in(followed_by)
    for name, _, followed_by in rows_of(sections()["The programmes"])
}
"""Programme → the indicators, tables and columns that it is followed by."""


def queries() -> dict[str, list[str]]:
    """Programme → its queries; the name as in the table of programmes."""
    parts = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    blocks = zip(parts[1::2], parts[2::2], strict=True)
    return {
        heading[0].lower() + heading[1:] if heading not in PROGRAMMES else heading: re.findall(
            r"^```sql\n(.*?)^```", body, re.MULTILINE | re.DOTALL
        )
        for heading, body in blocks
    }


def shown_by(demo: DemoRun, sql: str) -> pl.DataFrame:
    """What a query of the page shows."""
    with duckdb.connect(demo.warehouse, read_only=True) as connection:
        return connection.sql(sql).pl()


def test_every_programme_has_its_queries_and_the_link_to_them() -> None:
    assert list(queries()) == list(PROGRAMMES)
    assert all(queries().values())
    for name, *_ in rows_of(sections()["The programmes"]):
        assert re.fullmatch(r"\[.+\]\(coverage_in_demo\.md#\S+\)", name), name


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_a_programme_is_seen_in_the_demo(demo: DemoRun, programme: str) -> None:
    of_programme = queries()[programme]
    seen: set[str] = set()
    for sql in of_programme:
        found = shown_by(demo, sql)
        assert not found.is_empty(), sql
        empty = [name for name in found.columns if found[name].null_count() == found.height]
        assert set(empty) <= {"valid_to"}, (empty, sql)  # what is in force has no end
        if {"indicator_code", "value"} <= set(found.columns):
            seen |= set(found.filter(pl.col("value").is_not_null())["indicator_code"])
    followed_by = PROGRAMMES[programme]
    assert sorted((followed_by & INDICATORS.keys()) - seen) == []
    for name in followed_by - INDICATORS.keys():
        table, _, column = name.partition(".")
        shown = [sql for sql in of_programme if f"marts.{FACTS[table] if column else table}\n" in sql]
        assert any(re.search(rf"\b{column}\b", sql) for sql in shown), name


def test_every_indicator_with_data_belongs_to_a_programme_unless_it_is_only_a_part_of_a_ratio() -> None:
    followed = set().union(*PROGRAMMES.values())
    parts = {row[part] for row in INDICATORS.values() for part in ("numerator", "denominator")}
    with_data = {code for code, row in INDICATORS.items() if row["origin"] != "none"}
    assert sorted(with_data - parts - followed) == []
