"""What a new version says differently from the one before it."""

import datetime as dt
from typing import Any

import polars as pl

from pipelines.contracts import load_contracts
from pipelines.contracts.frames import CHANGES, SUBMISSIONS, row_schema
from pipelines.quality.changes import changes

FORM = load_contracts().form("enterprises")
DAY = dt.datetime(2021, 7, 5)


def version(number: int, **values: Any) -> dict[str, Any]:
    return dict.fromkeys(SUBMISSIONS) | {
        "submission_id": f"s{number}",
        "form": FORM.form,
        "org_unit_code": "H004",
        "period": "2021-Q2",
        "version": number,
        "known_from": DAY,
        **values,
    }


def row(number: int, tax_code: str, **values: Any) -> dict[str, Any]:
    keys = {"submission_id": f"s{number}", "org_unit_code": "H004", "period": "2021-Q2", "source_row": 11}
    return dict.fromkeys(row_schema(FORM)) | keys | {"tax_code": tax_code, "survey_visits": 1, **values}


def found(versions: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    listed = changes(FORM, pl.DataFrame(rows, schema=row_schema(FORM)), pl.DataFrame(versions, schema=SUBMISSIONS))
    assert listed.schema == pl.Schema(CHANGES)
    return listed.select(
        "submission_id", "previous_submission_id", "row_key", "change", "field", "old_value", "new_value"
    ).rows()


def test_rows_added_and_removed_and_values_changed_are_told_apart() -> None:
    rows = [
        row(1, "A"),
        row(1, "B", survey_visits=None),
        row(2, "B", survey_visits=0, has_union=True),
        row(2, "C"),
    ]
    assert sorted(found([version(1), version(2)], rows), key=lambda change: (change[2], change[4] or "")) == [
        ("s2", "s1", "A", "removed", None, None, None),
        ("s2", "s1", "B", "changed", "has_union", None, "true"),
        ("s2", "s1", "B", "changed", "survey_visits", None, "0"),
        ("s2", "s1", "C", "added", None, None, None),
    ]


def test_a_version_is_compared_with_the_accepted_one_before_it() -> None:
    rows = [row(1, "A", survey_visits=1), row(3, "A", survey_visits=3)]
    assert found([version(1), version(2, known_from=None), version(3)], rows) == [
        ("s3", "s1", "A", "changed", "survey_visits", "1", "3")
    ]


def test_other_units_and_first_versions_have_nothing_to_compare() -> None:
    assert found([version(1), version(2, org_unit_code="H461")], [row(1, "A"), row(2, "B")]) == []


def test_a_row_that_moved_to_another_line_did_not_change() -> None:
    assert found([version(1), version(2)], [row(1, "A"), row(2, "A", source_row=12)]) == []
