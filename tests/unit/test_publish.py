"""Publishing: whole versions, changed only by content, with the comments of the build."""

import json
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import Settings
from pipelines.warehouse.publish import publish, read_manifest


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def build(settings: Settings, *values: int, table: str = "mart_a") -> None:
    settings.build.mkdir(parents=True, exist_ok=True)
    settings.build_db.unlink(missing_ok=True)
    with duckdb.connect(settings.build_db) as connection:
        connection.execute("create schema marts; create schema staging; create table staging.secret (x int)")
        connection.execute(f"create table marts.{table} (so_luong int)")
        connection.execute(f"comment on table marts.{table} is 'Bảng ''mẫu'''")
        connection.execute(f"comment on column marts.{table}.so_luong is 'Số lượng'")
        connection.executemany(f"insert into marts.{table} values (?)", [[value] for value in values])


def published(settings: Settings, query: str) -> list[tuple]:
    with duckdb.connect(settings.published / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_readers_get_the_marts_with_their_comments_and_nothing_else(settings: Settings) -> None:
    build(settings, 1, 2)
    publication = publish(settings)
    assert publication.is_new and publication.row_counts == {"mart_a": 2}
    assert published(settings, "select sum(so_luong) from marts.mart_a") == [(3,)]
    assert published(settings, "select schema_name, table_name, comment from duckdb_tables()") == [
        ("marts", "mart_a", "Bảng 'mẫu'")
    ]
    assert published(settings, "select comment from duckdb_columns() where table_name = 'mart_a'") == [("Số lượng",)]
    assert duckdb.sql(f"from '{settings.published}/parquet/mart_a.parquet'").fetchall() == [(1,), (2,)]


def test_the_order_of_rows_in_the_build_does_not_make_a_new_version(settings: Settings) -> None:
    build(settings, 1, 2, 3)
    first = publish(settings)
    before = (settings.published / "warehouse.duckdb").stat().st_mtime_ns
    build(settings, 3, 1, 2)
    second = publish(settings)
    assert (second.version, second.is_new) == (first.version, False)
    assert (settings.published / "warehouse.duckdb").stat().st_mtime_ns == before


def test_other_content_is_a_new_version_and_tables_that_are_gone_go(settings: Settings) -> None:
    build(settings, 1)
    first = publish(settings)
    build(settings, 1, table="mart_b")
    second = publish(settings)
    assert second.is_new and second.version != first.version
    assert [path.name for path in (settings.published / "parquet").iterdir()] == ["mart_b.parquet"]
    manifest = json.loads((settings.published / "manifest.json").read_text())
    assert manifest == read_manifest(settings)
    assert list(manifest["tables"]) == ["mart_b"] and manifest["tables"]["mart_b"]["rows"] == 1


def test_a_reader_keeps_its_version_while_a_new_one_is_published(settings: Settings) -> None:
    build(settings, 1)
    publish(settings)
    with duckdb.connect(settings.published / "warehouse.duckdb", read_only=True) as reader:
        build(settings, 2)
        publish(settings)
        assert reader.execute("select so_luong from marts.mart_a").fetchall() == [(1,)]
    assert published(settings, "select so_luong from marts.mart_a") == [(2,)]


def test_a_build_that_cannot_be_read_leaves_what_is_published(settings: Settings) -> None:
    build(settings, 1)
    publish(settings)
    settings.build_db.write_bytes(b"torn")
    with pytest.raises(duckdb.Error):
        publish(settings)
    assert published(settings, "select so_luong from marts.mart_a") == [(1,)]
    assert not (settings.published / ".staging").exists()
