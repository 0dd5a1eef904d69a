"""The Parquet lake: whole files, columns that come later, batches that are taken in once."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.warehouse.lake import SUBMISSIONS_TABLE, Lake, write_parquet


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path, load_contracts())
    lake.prepare()
    return lake


def rows(lake: Lake, **values: object) -> pl.DataFrame:
    schema = lake.schemas["enterprises"]
    return pl.DataFrame([dict.fromkeys(schema) | values], schema=schema)


def test_a_new_lake_has_every_table_with_its_columns_and_no_rows(lake: Lake) -> None:
    for table, schema in lake.schemas.items():
        assert lake.read(table).schema == pl.Schema(schema) and lake.read(table).is_empty()
        assert pl.read_parquet(lake.root / table / "_schema.parquet").schema == pl.Schema(schema)


def test_a_batch_written_again_replaces_itself(lake: Lake) -> None:
    for visits in (1, 2):
        lake.add_rows("enterprises", "2021-Q2", "00000001", rows(lake, survey_visits=visits))
    lake.add_rows("enterprises", "2021-Q3", "00000001", rows(lake, survey_visits=5))
    assert lake.read("enterprises", ["2021-Q2"])["survey_visits"].to_list() == [2]
    assert lake.read("enterprises")["survey_visits"].to_list() == [2, 5]


def test_files_written_before_a_field_was_added_read_as_null(lake: Lake) -> None:
    old = rows(lake, survey_visits=1).drop("outreach_status")
    write_parquet(old, lake.root / "enterprises" / "period=2020-Q1" / "00000001.parquet")
    lake.add_rows("enterprises", "2021-Q2", "00000002", rows(lake, outreach_status="surveyed"))
    assert lake.read("enterprises")["outreach_status"].to_list() == [None, "surveyed"]


def test_the_state_of_a_period_is_replaced_whole(lake: Lake) -> None:
    schema = lake.schemas[SUBMISSIONS_TABLE]
    for ids in (["a", "b"], ["c"]):
        state = pl.DataFrame([dict.fromkeys(schema) | {"submission_id": name} for name in ids], schema=schema)
        lake.replace_state(SUBMISSIONS_TABLE, "2021-Q2", state)
    assert lake.read(SUBMISSIONS_TABLE)["submission_id"].to_list() == ["c"]


def test_a_batch_is_in_the_lake_once_it_was_finished(lake: Lake) -> None:
    assert not lake.has_batch("00000001")
    lake.finish_batch("00000001")
    assert lake.has_batch("00000001") and not lake.has_batch("00000002")
