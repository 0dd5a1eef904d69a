"""Damaged files of every kind: a workbook or a refusal comes out, never anything else, and soon.

``CONGDOAN_FUZZ`` sets the number of files per kind (default 150).
"""

import io
import os
import random
import time
import zipfile
from pathlib import Path

import pytest

from pipelines.intake.read import UnreadableFileError, Workbook, read_workbook
from tests.sample_files import KINDS, archive

FILES = int(os.environ.get("CONGDOAN_FUZZ", "150"))
MOST_SECONDS = 5
TOKENS = [b"", b"\0", b"\xff" * 4, b"<", b"/>", b'"', b"1048576", b"XFD", b"-1", b"&amp;", b"&x;", b"1e999", b"9" * 30]


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The bytes with a few of them changed, removed, repeated or replaced."""
    data = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        if not data:
            break
        start = chance.randrange(len(data))
        length = chance.choice([1, 1, 4, 40])
        match chance.randrange(5):
            case 0:
                data[start] = chance.randrange(256)
            case 1:
                del data[start : start + length]
            case 2:
                data[start:start] = data[start : start + length] * chance.choice([1, 3])
            case 3:
                data[start : start + length] = chance.choice(TOKENS)
            case _:
                other = chance.randrange(len(data))
                data[start : start + length] = data[other : other + length]
    return bytes(data)


def damaged_member(content: bytes, chance: random.Random) -> bytes:
    """A sound archive of which one member is damaged: the parsers get to see it."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        members = {info.filename: old.read(info.filename) for info in old.infolist()}
    name = chance.choice([name for name in members if members[name]])
    return archive(members | {name: damaged(members[name], chance)})


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files(tmp_path: Path, kind: str) -> None:
    sound = KINDS[kind]()
    is_zip = sound.startswith(b"PK")
    path = tmp_path / "a"
    read = 0
    for seed in range(FILES):
        chance = random.Random(f"{kind} {seed}")
        content = damaged_member(sound, chance) if is_zip and seed % 4 else damaged(sound, chance)
        path.write_bytes(content)
        started = time.perf_counter()
        try:
            workbook = read_workbook(path)
        except UnreadableFileError as error:
            assert error.reason, seed
        else:
            assert isinstance(workbook, Workbook), seed
            assert all(cell is None or cell for sheet in workbook.sheets for row in sheet.rows for cell in row), seed
            read += 1
        assert time.perf_counter() - started < MOST_SECONDS, seed
    assert read  # some damage must go unnoticed, else the parsers were never reached
