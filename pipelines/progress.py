"""Tells a person at a terminal how far a run is; silent in the Dagster UI, which shows steps itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


class StageProgress:
    """Named stages of a run, the seconds each took, and a bar for each if there is a console to draw on."""

    def __init__(self, console: Console | None = None) -> None:
        """Draw on the console; None keeps silent."""
        self.seconds: dict[str, float] = {}
        self._bars: Progress | None = None
        if console is not None:
            self._bars = Progress(
                SpinnerColumn(),
                TextColumn("{task.description:<34}"),
                BarColumn(bar_width=28),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=console,
            )

    def __enter__(self) -> StageProgress:
        """Start drawing."""
        if self._bars:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop drawing and leave the bars as they are."""
        if self._bars:
            self._bars.stop()

    @contextmanager
    def stage(self, title: str, total: int | None = None) -> Iterator[Ticker]:
        """A stage with a bar of ``total`` ticks (unknown when None)."""
        started = time.perf_counter()
        task = self._bars.add_task(title, total=total) if self._bars else None
        ticker = Ticker(self._bars, task)
        try:
            yield ticker
        finally:
            self.seconds[title] = self.seconds.get(title, 0.0) + time.perf_counter() - started
            if self._bars and task is not None:
                done = total if total is not None else max(ticker.ticks, 1)
                self._bars.update(task, total=done, completed=done)
                self._bars.stop_task(task)


class Ticker:
    """Counts what a stage has done."""

    def __init__(self, bars: Progress | None, task: object) -> None:
        """Bind the counter to its bar."""
        self._bars = bars
        self._task = task
        self.ticks = 0

    def tick(self) -> None:
        """One more is done."""
        self.ticks += 1
        if self._bars and self._task is not None:
            self._bars.advance(self._task)  # type: ignore[arg-type]

    def report(self, done: int, total: int) -> None:
        """So many of so many are done."""
        self.ticks = done
        if self._bars and self._task is not None:
            self._bars.update(self._task, completed=done, total=total)  # type: ignore[arg-type]
