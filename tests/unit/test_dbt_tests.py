"""What a data test says to a person, and which rows it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.settings import Settings
from pipelines.warehouse.dbt_tests import Failure, describe, explain, failing_rows

MODEL = {
    "name": "fct_membership",
    "columns": {"sector": {"description": "Loại hình cơ sở. (Sector.)"}, "note": {"description": ""}},
}


def generic(kind: str, severity: str = "ERROR", **arguments: Any) -> dict[str, Any]:
    return {"name": kind, "config": {"severity": severity}, "test_metadata": {"name": kind, "kwargs": arguments}}


@pytest.mark.parametrize(
    ("test", "says"),
    [
        (
            generic("not_null", column_name="sector"),
            "Mọi dòng của fct_membership đều có cột sector (loại hình cơ sở).",
        ),
        (
            generic("unique_grain", columns=["period", "union_code"]),
            "Trong fct_membership, mỗi tổ hợp period, union_code chỉ có một dòng.",
        ),
        (
            generic("relationships", column_name="sector", to="ref('dim_sector')", field="code"),
            "Mọi giá trị ở cột sector (loại hình cơ sở) của fct_membership đều có ở cột code của dim_sector.",
        ),
        (
            generic("accepted_values", column_name="note", values=["a", "b"]),
            "Cột note của fct_membership chỉ nhận: a, b.",
        ),
    ],
)
def test_generic_tests_are_sentences(test: dict[str, Any], says: str) -> None:
    assert describe(test, MODEL) == f"{says} Sai thì dừng: không công bố bản mới."


def test_a_warning_says_that_it_stops_nothing() -> None:
    said = describe(generic("not_null", "warn", column_name="sector"), MODEL)
    assert said.endswith("Sai thì cảnh báo, bản mới vẫn được công bố.")


def test_a_test_without_words_is_an_error_that_names_the_place() -> None:
    with pytest.raises(KeyError, match=r"assert_x needs a description in dbt_project/tests/_tests\.yml"):
        describe({"name": "assert_x", "config": {}}, None)


def test_only_what_stops_the_run_is_explained_with_its_remedy() -> None:
    stopped = Failure("unique_x", "marts/fct_x", "Mỗi dòng một lần.", 3, blocks=True)
    warned = Failure("warned_y", "marts/fct_y", "Có thể thiếu.", 1, blocks=False)
    said = explain([stopped, warned])
    assert "marts/fct_x: unique_x: 3 dòng vi phạm. Mỗi dòng một lần." in said
    assert "warned_y" not in said and "data/lake" in said


def test_failing_rows_are_the_first_of_the_compiled_query(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    settings.build.mkdir()
    with duckdb.connect(settings.build_db) as connection:
        connection.execute("create table doubled as select range as n from range(30)")
    test = {"package_name": "congdoan", "original_file_path": "models/_x.yml", "path": "unique_x.sql"}
    sql = settings.dbt_target / "compiled" / "congdoan" / "models" / "_x.yml" / "unique_x.sql"
    sql.parent.mkdir(parents=True)
    sql.write_text("select n from doubled -- a comment at the end", encoding="utf-8")
    assert failing_rows(settings, test)["n"].to_list() == list(range(20))
