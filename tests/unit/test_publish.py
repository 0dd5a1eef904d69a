"""Publishing: whole versions, changed only by content, with the comments of the build."""

import json
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import Settings
from pipelines.warehouse import versions
from pipelines.warehouse.publish import publish, read_manifest
from pipelines.warehouse.versions import is_whole


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


def versions_of(settings: Settings) -> list[str]:
    return json.loads((settings.published / "versions.json").read_text())["versions"]


def test_the_last_versions_are_kept_whole_and_older_ones_go(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, keep_versions=2)
    made = []
    for value in (1, 2, 3):
        build(settings, value)
        made.append(publish(settings).version)
    assert versions_of(settings) == [made[2], made[1]]
    folders = {path.name: path for path in (settings.published / "versions").iterdir()}
    assert set(folders) == set(made[1:])
    with duckdb.connect(folders[made[1]] / "warehouse.duckdb", read_only=True) as connection:
        assert connection.execute("select so_luong from marts.mart_a").fetchall() == [(2,)]
    assert all(is_whole(folder) for folder in (*folders.values(), settings.published))


def test_a_version_that_comes_back_is_the_newest_again(settings: Settings) -> None:
    made = []
    for value in (1, 2, 1):
        build(settings, value)
        made.append(publish(settings).version)
    assert made[0] == made[2] and versions_of(settings) == [made[0], made[1]]
    assert published(settings, "select so_luong from marts.mart_a") == [(1,)]


def test_a_reader_of_a_version_that_is_removed_keeps_reading(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, keep_versions=1)
    build(settings, 1)
    folder = settings.published / "versions" / publish(settings).version
    with duckdb.connect(folder / "warehouse.duckdb", read_only=True) as reader:
        build(settings, 2)
        publish(settings)
        assert not folder.exists()
        assert reader.execute("select so_luong from marts.mart_a").fetchall() == [(1,)]


def test_the_old_version_is_there_until_the_new_one_is_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed right before the manifest is replaced: the old version stays whole, and the next run makes up for it."""
    settings = Settings(data_dir=tmp_path, keep_versions=1)
    build(settings, 1)
    first = publish(settings).version
    put = versions._put

    def killed(source: Path, target: Path) -> None:
        if target.name == "manifest.json":
            raise KeyboardInterrupt
        put(source, target)

    build(settings, 2)
    monkeypatch.setattr(versions, "_put", killed)
    with pytest.raises(KeyboardInterrupt):
        publish(settings)
    assert is_whole(settings.published / "versions" / first)
    assert read_manifest(settings)["version"] == first
    monkeypatch.undo()
    second = publish(settings)
    assert second.is_new and versions_of(settings) == [second.version] and is_whole(settings.published)


def test_what_was_damaged_since_is_published_again(settings: Settings) -> None:
    build(settings, 1)
    first = publish(settings)
    (settings.published / "parquet" / "mart_a.parquet").unlink()
    assert not is_whole(settings.published)
    again = publish(settings)
    assert again.is_new and again.version == first.version and is_whole(settings.published)


def test_the_same_build_gives_the_same_bytes_anywhere(tmp_path: Path) -> None:
    """Parquet and manifest, whatever was published before."""
    contents = []
    for name, values in (("a", [[1, 2, 3]]), ("b", [[7], [3, 2, 1]])):
        settings = Settings(data_dir=tmp_path / name)
        for rows in values:
            build(settings, *rows)
            publish(settings)
        files = [settings.published / "manifest.json", *sorted((settings.published / "parquet").iterdir())]
        contents.append([(path.name, path.read_bytes()) for path in files])
    assert contents[0] == contents[1]


def test_other_comments_or_rules_are_another_version(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    build(settings, 1)
    first = publish(settings).version
    monkeypatch.setattr("pipelines.warehouse.publish.project_hash", lambda: "another")
    assert publish(settings).version != first


def test_a_view_over_figures_of_persons_is_not_made_without_what_tells_the_small_ones(settings: Settings) -> None:
    """A build without the tree and the indicators: nothing rather than everything."""
    build(settings, 1)
    with duckdb.connect(settings.build_db) as connection:
        connection.execute("create table marts.dim_period as select '2021-Q2' as period")
        connection.execute("create table marts.mart_membership (period varchar, members_total bigint)")
        connection.execute("insert into marts.mart_membership values ('2021-Q2', 3)")
    publish(settings)
    assert published(settings, "select view_name from duckdb_views() where not internal") == [("ky_bao_cao",)]
