"""Memory while cells pile up by the million."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_cycle_search() -> Iterator[None]:
    """Pause Python's search for reference cycles, as a context or a decorator.

    Lists of texts form none, and going through all of them again and again costs a tenth of intake's time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
