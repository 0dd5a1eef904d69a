"""Backup and restore: everything that cannot be rebuilt, whole or not at all, and nothing beside its place."""

from __future__ import annotations

import io
import json
import shutil
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.intake.register import read_ledger, register_inbox
from pipelines.safekeeping import backup as backup_module
from pipelines.safekeeping import restore as restore_module
from pipelines.safekeeping.backup import BackupError, write_backup
from pipelines.safekeeping.compare import TableDifference, compare
from pipelines.safekeeping.manifest import MANIFEST, BackupManifest, differing_from_installed, files_in_force
from pipelines.safekeeping.restore import RestoreError, restore_backup
from pipelines.settings import Settings
from pipelines.warehouse.publish import read_manifest
from tests.data_roots import make_data_root, publish_table


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(data_dir=tmp_path_factory.mktemp("whole") / "data")
    make_data_root(settings)
    return settings.root


@pytest.fixture
def settings(whole: Path, tmp_path: Path) -> Settings:
    """A copy that may be changed."""
    return Settings(data_dir=shutil.copytree(whole, tmp_path / "data"))


@pytest.fixture
def backup(settings: Settings, tmp_path: Path) -> Path:
    return write_backup(settings, tmp_path / "backup.tar").path


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "empty")


def raw_files(settings: Settings) -> dict[str, bytes]:
    return {
        path.relative_to(settings.raw).as_posix(): path.read_bytes()
        for path in settings.raw.rglob("*")
        if path.is_file()
    }


def rewritten(backup: Path, change: Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes] | None]) -> Path:
    """The backup with each member put through a function; None leaves it out."""
    target = backup.with_name("rewritten.tar")
    with tarfile.open(backup) as source, tarfile.open(target, "w") as archive:
        for member in source:
            stream = source.extractfile(member)
            assert stream is not None
            if (changed := change(member, stream.read())) is not None:
                member, content = changed
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return target


def test_what_is_restored_is_what_was_backed_up_byte_for_byte(
    settings: Settings, backup: Path, empty: Settings
) -> None:
    restored = restore_backup(empty, backup)
    assert raw_files(empty) == raw_files(settings) and len(raw_files(empty)) == 5
    assert read_ledger(empty) == read_ledger(settings)
    assert restored.published == read_manifest(settings)
    assert restored.manifest.published_version == read_manifest(settings)["version"]
    assert [path.name for path in empty.root.iterdir()] == ["raw"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (empty.raw, *empty.raw.rglob("*.jsonl"))} == {0o700, 0o600}


def test_the_same_content_gives_the_same_bytes_wherever_it_lies(
    settings: Settings, backup: Path, tmp_path: Path
) -> None:
    shutil.copytree(settings.root, tmp_path / "elsewhere")
    again = write_backup(Settings(data_dir=tmp_path / "elsewhere"), tmp_path / "again.tar")
    assert again.path.read_bytes() == backup.read_bytes()


def test_a_backup_is_a_plain_archive_with_the_rules_in_force_and_its_owner_alone_reads_it(backup: Path) -> None:
    with tarfile.open(backup) as archive:
        names = archive.getnames()
        indicators = archive.extractfile("project/dbt_project/seeds/indicators.csv")
        assert indicators is not None
        assert indicators.read() == files_in_force()["dbt_project/seeds/indicators.csv"].read_bytes()
    assert names[0] == MANIFEST
    assert {"project/expectations/forms/enterprises.yaml", "project/expectations/rules/intake.yaml"} <= set(names)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_rules_that_differ_from_the_installed_ones_are_named(backup: Path, empty: Settings) -> None:
    manifest = restore_backup(empty, backup).manifest
    assert differing_from_installed(manifest) == []
    files = [file for file in manifest.files if not file.path.endswith("targets.csv")]
    files = [
        file.model_copy(update={"sha256": "0" * 64}) if file.path.endswith("intake.yaml") else file for file in files
    ]
    changed = manifest.model_copy(update={"files": files})
    assert differing_from_installed(changed) == ["dbt_project/seeds/targets.csv", "expectations/rules/intake.yaml"]


def test_what_came_after_the_ledger_was_read_is_left_for_the_next_backup(
    settings: Settings, tmp_path: Path, empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files may arrive while the backup is written: it holds what its ledger names, no more and no less."""
    write_members = backup_module._write_members

    def while_a_file_arrives(*arguments: object) -> None:
        (settings.inbox / "late.xlsx").write_bytes(b"late")
        register_inbox(settings)
        write_members(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(backup_module, "_write_members", while_a_file_arrives)
    written = write_backup(settings, tmp_path / "b.tar")
    restore_backup(empty, written.path)
    assert [receipt.file_name for receipt in read_ledger(empty)] == ["a.xlsx", "b.xlsx", "c.csv"]


def test_files_that_no_ledger_names_and_batches_that_are_not_settled_are_told(
    settings: Settings, tmp_path: Path
) -> None:
    (settings.inbox / "new.xlsx").write_bytes(b"new")
    (settings.lake / "batches" / "00000002").unlink()
    written = write_backup(settings, tmp_path / "b.tar")
    assert (written.left_out, written.manifest.unsettled_batches) == (1, ["00000002"])


def test_an_existing_file_is_not_written_over(settings: Settings, backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(BackupError, match="đã có"):
        write_backup(settings, backup)
    assert backup.read_bytes() == before


def test_nothing_received_is_nothing_to_back_up(empty: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="Không có gì để sao lưu"):
        write_backup(empty, tmp_path / "b.tar")


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"torn"), lambda path: flip(path)])
def test_a_damaged_raw_file_is_named_and_no_backup_is_left(
    settings: Settings, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    receipt = read_ledger(settings)[1]
    damage(settings.raw / receipt.raw_path)
    with pytest.raises(BackupError, match=receipt.sha256):
        write_backup(settings, tmp_path / "b.tar")
    assert not list(tmp_path.glob("*.tar*")) and not list(tmp_path.glob(".*"))


def flip(path: Path) -> None:
    """Change one bit of a file: the size stays."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def test_a_full_disk_is_told_before_anything_is_written(
    settings: Settings, tmp_path: Path, backup: Path, empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(BackupError, match="Không đủ chỗ"):
        write_backup(settings, tmp_path / "b.tar")
    with pytest.raises(RestoreError, match="Không đủ chỗ"):
        restore_backup(empty, backup)
    assert not list(empty.root.iterdir())


def truncated(backup: Path) -> Path:
    backup.write_bytes(backup.read_bytes()[:-20_000])
    return backup


def without_a_file(backup: Path) -> Path:
    return rewritten(backup, lambda member, content: None if member.name.endswith("1.jsonl") else (member, content))


def other_content(backup: Path) -> Path:
    return rewritten(
        backup, lambda member, content: (member, content[::-1] if member.name.endswith(".csv") else content)
    )


def another_file(backup: Path) -> Path:
    with tarfile.open(backup, "a") as archive:
        archive.addfile(tarfile.TarInfo("raw/files/more.xlsx"))
    return backup


def a_link(backup: Path) -> Path:
    def change(member: tarfile.TarInfo, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
        if member.name.startswith("raw/files/"):
            member.type, member.linkname, content = tarfile.SYMTYPE, "/etc/passwd", b""
        return member, content

    return rewritten(backup, change)


def a_path_that_climbs(backup: Path) -> Path:
    return rewritten(backup, climbing(".."))


def an_absolute_path(backup: Path) -> Path:
    return rewritten(backup, climbing("/tmp"))


def climbing(to: str) -> Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes]]:
    """Change the ledger's place in the manifest and in the archive alike, so that both agree."""

    def change(member: tarfile.TarInfo, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
        inside, outside = "raw/ledger/00000001.jsonl", f"{to}/00000001.jsonl"
        if member.name == MANIFEST:
            content = content.replace(inside.encode(), outside.encode())
        elif member.name == inside:
            member.name = outside
        return member, content

    return change


def a_climb_behind_a_good_beginning(backup: Path) -> Path:
    return rewritten(backup, climbing("raw/../.."))


def another_format(backup: Path) -> Path:
    def change(member: tarfile.TarInfo, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
        return member, content.replace(b"congdoan-backup/1", b"congdoan-backup/2")

    return rewritten(backup, change)


def no_archive(backup: Path) -> Path:
    backup.write_bytes(b"PK\x03\x04 no archive of ours")
    return backup


@pytest.mark.parametrize(
    "damage",
    [
        truncated,
        without_a_file,
        other_content,
        another_file,
        a_link,
        a_path_that_climbs,
        an_absolute_path,
        a_climb_behind_a_good_beginning,
        another_format,
        no_archive,
    ],
)
def test_a_backup_that_is_damaged_or_made_up_is_refused_and_leaves_nothing(
    backup: Path, empty: Settings, damage: Callable[[Path], Path]
) -> None:
    beside = {path.name for path in empty.root.parent.iterdir()} | {"rewritten.tar", "empty"}
    with pytest.raises(RestoreError, match=r"\.tar"):
        restore_backup(empty, damage(backup))
    assert not list(empty.root.iterdir())
    assert {path.name for path in empty.root.parent.iterdir()} <= beside


def test_a_restore_that_is_killed_leaves_no_half_of_it(
    backup: Path, empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpack_one, unpacked = restore_module._unpack_one, []

    def killed(*arguments: object) -> None:
        unpacked.append(arguments)
        if len(unpacked) == 30:
            raise KeyboardInterrupt
        unpack_one(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(restore_module, "_unpack_one", killed)
    with pytest.raises(KeyboardInterrupt):
        restore_backup(empty, backup)
    monkeypatch.undo()
    restore_backup(empty, backup)
    assert len(raw_files(empty)) == 5


def test_a_data_root_that_has_something_is_not_touched(settings: Settings, backup: Path) -> None:
    before = raw_files(settings)
    with pytest.raises(RestoreError, match="đã có tệp"):
        restore_backup(settings, backup)
    assert raw_files(settings) == before
    shutil.rmtree(settings.raw)
    with pytest.raises(RestoreError, match="kho cũ"):
        restore_backup(settings, backup)
    assert not settings.raw.exists()


def test_a_manifest_lists_no_file_twice(backup: Path) -> None:
    with tarfile.open(backup) as archive:
        stream = archive.extractfile(MANIFEST)
        assert stream is not None
        said = json.loads(stream.read())
    said["files"].append(said["files"][-1])
    with pytest.raises(ValueError, match="twice"):
        BackupManifest.model_validate(said)


def test_versions_are_compared_table_by_table(settings: Settings) -> None:
    then = read_manifest(settings)
    same = compare(then, then)
    assert same.is_equal and same.differences == [] and same.tables_compared == 1
    other_models = compare(then, {**then, "version": "x", "dbt_project": "x"})
    assert other_models.is_equal and other_models.made_with == ["dbt_project"]
    publish_table(settings, 1, 2, 3)
    other_rows = compare(then, read_manifest(settings))
    assert not other_rows.is_equal and other_rows.differences == [TableDifference("mart_a", 2, 3)]
    gone = compare(then, {**then, "version": "x", "tables": {}})
    assert gone.differences == [TableDifference("mart_a", 2, None)]
    assert not compare({}, then).is_equal
