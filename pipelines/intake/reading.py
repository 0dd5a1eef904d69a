"""Reads files in processes of their own, so that none can stop a run or slow it without bound.

A parser can hang, exhaust memory or abort its process on a file that was made for it; only the end of a process
bounds all of that, on every platform. Each process reads one file after the other; one that takes too long or
too much is ended and its file refused, and the next file gets a new process. Two processes read side by side.
"""

from __future__ import annotations

import pickle
import queue
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import BinaryIO

from pipelines.intake.limits import MOST_MEMORY_BYTES, MOST_SECONDS
from pipelines.intake.memory import without_cycle_search
from pipelines.intake.read import UnreadableFileError, Workbook, read_workbook

File = tuple[Path, str]
"""Where the bytes are, and the file's own name."""

Outcome = Workbook | UnreadableFileError
_PROCESSES = 2
_MOST_ASKED = 8
"""Files that a process is asked for at once."""


def read_files(
    files: Iterable[File], seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY_BYTES
) -> Iterator[Outcome]:
    """Read each file; the outcomes come in the order of the files.

    Args:
        files: what to read.
        seconds: after which the reading of one file is given up.
        memory: bytes of address space a reading process may use (not limited on Windows).
    """
    waiting = list(files)
    size = max(1, min(_MOST_ASKED, len(waiting) // (2 * _PROCESSES)))
    portions = [waiting[start : start + size] for start in range(0, len(waiting), size)]
    idle: queue.SimpleQueue[_Reader] = queue.SimpleQueue()
    readers = [_Reader(seconds, memory) for _ in range(min(_PROCESSES, len(portions)))]
    for reader in readers:
        idle.put(reader)

    def read(portion: Sequence[File]) -> list[Outcome]:
        reader = idle.get()
        try:
            return reader.read(portion)
        finally:
            idle.put(reader)

    executor = ThreadPoolExecutor(max_workers=max(1, len(readers)))
    try:
        yield from chain.from_iterable(executor.map(read, portions))
    finally:
        executor.shutdown(cancel_futures=True)
        for reader in readers:
            reader.stop()


class _Reader:
    """One reading process; it is started with the first file, and again after one that ended it."""

    def __init__(self, seconds: float, memory: int) -> None:
        self._seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, files: Sequence[File]) -> list[Outcome]:
        """The outcome of each file."""
        outcomes: list[Outcome] = []
        while len(outcomes) < len(files):
            outcomes += self._read(files[len(outcomes) :])
        return outcomes

    def _read(self, files: Sequence[File]) -> list[Outcome]:
        """The outcomes of the files, up to one that ended the process.

        All are asked for at once: the process must not wait for us between two files.
        """
        process = self._process = self._process or self._start()
        assert process.stdin and process.stdout
        outcomes: list[Outcome] = []
        started = monotonic()
        try:
            pickle.dump(files, process.stdin)
            process.stdin.flush()
            for _ in files:
                started = monotonic()
                timer = Timer(self._seconds, process.kill)
                timer.start()
                try:
                    outcomes.append(pickle.load(process.stdout))
                finally:
                    timer.cancel()
        except (EOFError, OSError, pickle.UnpicklingError):
            outcomes.append(self._given_up(timed_out=monotonic() - started >= self._seconds))
        return outcomes

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", __name__, str(self._seconds), str(self._memory)]
        # What a parser prints may quote the file: it goes nowhere.
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=_ROOT
        )

    def _given_up(self, *, timed_out: bool) -> UnreadableFileError:
        self.stop()
        reason = "quá thời gian" if timed_out else "quá bộ nhớ hoặc làm dừng chương trình đọc"
        return UnreadableFileError(f"{reason} cho phép khi đọc một tệp", "file_too_heavy")

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


_ROOT = Path(__file__).resolve().parents[2]


def _serve(requests: BinaryIO, answers: BinaryIO, seconds: float) -> None:
    """Read what is asked for until no more is."""
    with suppress(EOFError):
        while True:
            for path, name in pickle.load(requests):
                _set_alarm(seconds + 5)
                outcome = _read(path, name)
                _set_alarm(0)
                pickle.dump(outcome, answers, protocol=pickle.HIGHEST_PROTOCOL)
                answers.flush()


def _read(path: Path, name: str) -> Outcome:
    try:
        with without_cycle_search():
            return read_workbook(path, name, isolated=True)
    except UnreadableFileError as error:
        return error
    except (MemoryError, RecursionError):
        return UnreadableFileError("quá bộ nhớ cho phép khi đọc một tệp", "file_too_heavy")


def _set_alarm(seconds: float) -> None:
    """End this process when time is up, should the one that started it be gone by then."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _limit_memory(size: int) -> None:
    with suppress(ImportError, ValueError, OSError):  # not on Windows; or a lower limit is set already
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))


if __name__ == "__main__":
    _limit_memory(int(sys.argv[2]))
    _serve(sys.stdin.buffer, sys.stdout.buffer, float(sys.argv[1]))
