"""What goes wrong around the inbox: files still being written, wrong names and clocks, a ledger that is damaged."""

import datetime as dt
import os
import shutil
import sys
from pathlib import Path

import pytest

from pipelines.intake import register
from pipelines.intake.register import (
    ClockError,
    LedgerError,
    left_files,
    read_ledger,
    register_inbox,
    waiting_files,
)
from pipelines.settings import Settings

NOW = dt.datetime(2024, 4, 2, 9, 30)
linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell who has a file open")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def drop(settings: Settings, name: str, content: bytes = b"content") -> Path:
    path = settings.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@linux
def test_a_file_that_somebody_writes_to_is_left_until_it_is_closed(settings: Settings) -> None:
    path = drop(settings, "H004/a.xlsx", b"")
    drop(settings, "b.xlsx", b"2")
    with path.open("ab") as stream:
        stream.write(b"half")
        stream.flush()
        assert [receipt.file_name for receipt in register_inbox(settings, NOW)] == ["b.xlsx"]
        assert left_files(settings) == ["H004/a.xlsx"]
        stream.write(b" and half")
    (receipt,) = register_inbox(settings, NOW)
    assert (settings.raw / receipt.raw_path).read_bytes() == b"half and half"


@linux
def test_a_file_that_is_opened_while_it_is_claimed_goes_back(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at again in the claim; meanwhile another file of its name has come."""
    path = drop(settings, "a.xlsx", b"old")
    move, streams = register._move, []

    def opened(source: Path, target: Path, scratch: Path) -> None:
        streams.append(source.open("ab"))
        move(source, target, scratch)
        source.write_bytes(b"another")

    with monkeypatch.context() as patch:
        patch.setattr(register, "_move", opened)
        assert register_inbox(settings, NOW) == []
    streams[0].write(b" and new")
    streams[0].close()
    assert left_files(settings) == ["a (2).xlsx", "a.xlsx"]
    register_inbox(settings, NOW)
    kept = {(settings.raw / receipt.raw_path).read_bytes() for receipt in read_ledger(settings)}
    assert kept == {b"old and new", b"another"} and not path.exists()


def test_what_was_just_put_there_waits_until_it_has_settled(settings: Settings) -> None:
    path = drop(settings, "a.xlsx")
    os.utime(path, (0, 0))  # a copy brings its old time along; that it is new here tells the change of its entry
    assert waiting_files(settings) == [path]
    assert waiting_files(settings, settled_for_seconds=60) == []
    assert register_inbox(settings, NOW, settled_for_seconds=60) == []
    assert path.exists()


def test_files_of_the_future_are_no_reason_to_wait_for_ever(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock was put back by a day since the file came."""
    path = drop(settings, "a.xlsx")
    yesterday = path.stat().st_mtime - 86400
    monkeypatch.setattr(register.time, "time", lambda: yesterday)
    assert waiting_files(settings, settled_for_seconds=60) == [path]


def test_a_file_that_vanishes_while_it_is_claimed_stops_nobody(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.xlsx", "sub/b.xlsx"):
        drop(settings, name, name.encode())
    waiting = waiting_files(settings)
    monkeypatch.setattr(register, "waiting_files", lambda *_: [settings.inbox / "0.xlsx", *waiting])
    assert [receipt.file_name for receipt in register_inbox(settings, NOW)] == ["a.xlsx", "sub/b.xlsx"]


def test_names_that_are_no_utf8_are_taken_in(settings: Settings) -> None:
    """As they come out of old archives; and one with a character that some take for the end of a line."""
    settings.inbox.mkdir(parents=True)
    try:
        (Path(os.fsdecode(os.fsencode(settings.inbox) + b"/b\xe1o c\xe1o.csv"))).write_bytes(b"1")
    except OSError:
        pytest.skip("this file system has no such names")
    drop(settings, "a\u2028b.csv", b"2")
    assert {receipt.file_name for receipt in register_inbox(settings, NOW)} == {"b\ufffdo c\ufffdo.csv", "a\u2028b.csv"}
    assert len(read_ledger(settings)) == 2


def test_a_clock_put_back_does_not_turn_the_order_of_arrival(settings: Settings) -> None:
    drop(settings, "2030-01-01/old mail.xlsx", b"0")  # states its own date
    drop(settings, "a.xlsx", b"1")
    register_inbox(settings, NOW)
    drop(settings, "b.xlsx", b"2")
    (receipt,) = register_inbox(settings, NOW - dt.timedelta(hours=7))
    assert receipt.received_at == NOW


def test_a_clock_that_is_days_behind_stops_the_intake_until_it_is_put_right(settings: Settings) -> None:
    drop(settings, "a.xlsx", b"1")
    register_inbox(settings, NOW)
    path = drop(settings, "b.xlsx", b"2")
    with pytest.raises(ClockError, match="Đồng hồ"):
        register_inbox(settings, dt.datetime(1970, 1, 1))
    assert path.exists()
    assert [receipt.received_at for receipt in register_inbox(settings, NOW)] == [NOW]


def test_a_claim_that_was_left_keeps_its_moment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(settings, "a.xlsx")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(register, "_keep", killed)
        with pytest.raises(KeyboardInterrupt):
            register_inbox(settings, NOW)
    (receipt,) = register_inbox(settings, NOW + dt.timedelta(days=2))
    assert receipt.received_at == NOW


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) - 20],
        lambda text: text.replace("sha256", "sha"),
        lambda text: "".join(text.splitlines(keepends=True)[1:]),
        lambda text: text + "\x00\x00\n",
    ],
    ids=["torn", "a field", "a line is gone", "zeros at the end"],
)
def test_a_damaged_ledger_is_named_and_nothing_is_touched(settings: Settings, damage) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        drop(settings, name, name.encode())
    register_inbox(settings, NOW)
    ledger = settings.raw / "ledger" / "00000001.jsonl"
    ledger.write_text(damage(ledger.read_text(encoding="utf-8")), encoding="utf-8")
    path = drop(settings, "c.xlsx")
    with pytest.raises(LedgerError, match=r"00000001\.jsonl, dòng \d"):
        register_inbox(settings, NOW)
    assert path.exists()


def test_an_inbox_on_another_file_system_is_drained_without_counting_twice(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the copy and the removal of the original, which is then there twice."""
    drop(settings, "a.xlsx", b"1")
    drop(settings, "sub/b.xlsx", b"2")
    monkeypatch.setattr(register, "_is_elsewhere", lambda _: True)

    def copied_only(source: Path, target: Path, _: Path) -> None:
        shutil.copy2(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(register, "_move", copied_only)
        patch.setattr(register, "_keep", lambda *_: [][0])
        with pytest.raises(IndexError):
            register_inbox(settings, NOW)
    register_inbox(settings, NOW)
    assert [(receipt.file_name, receipt.copy_of) for receipt in read_ledger(settings)] == [
        ("a.xlsx", None),
        ("sub/b.xlsx", None),
    ]
    assert list(settings.inbox.iterdir()) == []
