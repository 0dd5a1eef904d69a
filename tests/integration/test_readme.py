"""What the READMEs show is what the demo gives: the query that they print, and its answer."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from pipelines.settings import PROJECT_DIR
from tests.conftest import DemoRun


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_query_gives_the_printed_answer(demo: DemoRun, name: str) -> None:
    page = (PROJECT_DIR / name).read_text(encoding="utf-8")
    shown = re.search(r"^```python\n(.*?)^```\n\n```\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert shown is not None
    code, answer = shown.groups()
    ran = subprocess.run(
        [sys.executable, "-c", code.replace('"data/', '"')],
        cwd=demo.settings.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == answer.strip()


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_number_of_files_is_that_of_the_demo(demo: DemoRun, name: str) -> None:
    page = (PROJECT_DIR / name).read_text(encoding="utf-8")
    told = re.search(r"^make demo +# (\d+) ", page, re.MULTILINE)
    assert told is not None and int(told[1]) == demo.summary["received"]
