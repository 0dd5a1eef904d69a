"""Programs of others that read what is published, each in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def installed(folder: Path, package: str) -> Path:
    """The folder of programs of a new environment with one package; skips the test where it cannot be installed."""
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = str(programs / "python")
    if uv := shutil.which("uv"):
        commands = [
            [uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
            [uv, "pip", "install", "--quiet", "--python", python, package],
        ]
    else:
        commands = [
            [sys.executable, "-m", "venv", str(folder)],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package],
        ]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            pytest.skip(f"{package} cannot be installed here: {done.stderr.strip()[-300:]}")
    return programs
