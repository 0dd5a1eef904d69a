"""Taking files out of the inbox: nothing lost, nothing counted twice, wherever the run is interrupted."""

import datetime as dt
from pathlib import Path

import pytest

from pipelines.intake import register
from pipelines.intake.register import read_ledger, register_inbox
from pipelines.settings import Settings

NOW = dt.datetime(2024, 4, 2, 9, 30)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def drop(settings: Settings, name: str, content: bytes = b"content") -> Path:
    path = settings.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_file_leaves_the_inbox_and_its_bytes_are_kept_by_their_hash(settings: Settings) -> None:
    path = drop(settings, "H004/bao cao.xlsx", b"abc")
    (receipt,) = register_inbox(settings, NOW)
    assert not path.exists()
    assert list(settings.inbox.iterdir()) == []
    assert (settings.raw / receipt.raw_path).read_bytes() == b"abc"
    assert receipt.file_name == "H004/bao cao.xlsx"
    assert receipt.sha256.startswith("ba7816bf") and receipt.receipt_id == receipt.sha256[:16]
    assert receipt.received_at == NOW
    assert read_ledger(settings) == [receipt]


def test_a_folder_named_by_a_date_states_when_its_files_arrived(settings: Settings) -> None:
    drop(settings, "2021-07-09/H004/a.xlsx", b"1")
    drop(settings, "2021-13-45/b.xlsx", b"2")
    received = {receipt.file_name: receipt.received_at for receipt in register_inbox(settings, NOW)}
    assert received == {"2021-07-09/H004/a.xlsx": dt.datetime(2021, 7, 9), "2021-13-45/b.xlsx": NOW}


def test_the_same_bytes_again_are_a_copy_of_their_first_arrival(settings: Settings) -> None:
    drop(settings, "a.xlsx")
    (first,) = register_inbox(settings, NOW)
    drop(settings, "b.xlsx")
    drop(settings, "c.csv")
    second, third = register_inbox(settings, NOW)
    assert [second.copy_of, third.copy_of] == [first.receipt_id] * 2
    assert [second.receipt_id, third.receipt_id] == [f"{first.receipt_id}-2", f"{first.receipt_id}-3"]
    assert second.raw_path == third.raw_path == first.raw_path
    assert [receipt.sequence for receipt in read_ledger(settings)] == [1, 2, 3]


def test_unfinished_downloads_lock_files_and_links_stay_where_they_are(settings: Settings, tmp_path: Path) -> None:
    outside = tmp_path / "outside.xlsx"
    outside.write_bytes(b"secret")
    for name in ("~$bao cao.xlsx", "bao cao.xlsx.part", ".hidden", ".git/config"):
        drop(settings, name)
    (settings.inbox / "link.xlsx").symlink_to(outside)
    assert register_inbox(settings, NOW) == []
    assert outside.exists() and (settings.inbox / "link.xlsx").is_symlink()


def test_an_empty_inbox_registers_nothing(settings: Settings) -> None:
    assert register_inbox(settings, NOW) == []
    assert read_ledger(settings) == []


def test_batches_are_numbered_in_the_order_they_came(settings: Settings) -> None:
    for content in (b"1", b"2", b"3"):
        drop(settings, "a.xlsx", content)
        register_inbox(settings, NOW)
    assert [receipt.batch for receipt in read_ledger(settings)] == ["00000001", "00000002", "00000003"]


@pytest.mark.parametrize("broken_step", ["_copied", "write_whole", "shutil.rmtree"])
def test_an_interrupted_run_is_finished_by_the_next_with_the_same_ledger(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken_step: str
) -> None:
    undisturbed = Settings(data_dir=tmp_path / "undisturbed")
    for place in (settings, undisturbed):
        drop(place, "a.xlsx", b"1")
        drop(place, "sub/b.xlsx", b"2")
        drop(place, "sub/c.xlsx", b"1")
    expected = register_inbox(undisturbed, NOW)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        target = register.shutil if broken_step == "shutil.rmtree" else register
        patch.setattr(target, broken_step.removeprefix("shutil."), killed)
        with pytest.raises(KeyboardInterrupt):
            register_inbox(settings, NOW)
    register_inbox(settings, NOW)
    assert read_ledger(settings) == expected
    assert register_inbox(settings, NOW) == []
    assert not any((settings.raw / "incoming").iterdir())
