"""Runs one piece of work in a process of its own, and measures its time and the most memory it held."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_WRAPPED = """
import json, resource, runpy, sys
sys.argv = sys.argv[1:]
said = runpy.run_path(sys.argv[0])["main"](*sys.argv[1:])
peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print("\\n" + json.dumps({"said": said, "peak_mb": peak // 1024}))
"""


@dataclass(frozen=True)
class Measured:
    """What a script said of itself, the seconds from start to end of its process, and its largest process in MB."""

    said: Any
    seconds: float
    peak_mb: int


def measure(script: Path, *words: str | Path, cwd: Path) -> Measured:
    """Run ``main(*words)`` of a script, imports included.

    Raises:
        AssertionError: it failed; the message is what it wrote.
    """
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _WRAPPED, str(script), *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd)},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    assert done.returncode == 0, done.stderr[-4000:]
    answer = json.loads(done.stdout.splitlines()[-1])
    return Measured(answer["said"], seconds, answer["peak_mb"])
