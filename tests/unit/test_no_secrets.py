"""No key or password is tracked. The pattern is that of the pre-commit hook, so that both find the same."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from pipelines.settings import PROJECT_DIR

HOOKS = yaml.safe_load((PROJECT_DIR / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
(SECRET,) = (re.compile(hook["entry"]) for hook in HOOKS if hook["id"] == "no-secrets")


def tracked_files() -> list[Path]:
    """What git tracks; in a copy without git everything but what it would ignore."""
    if shutil.which("git") and (PROJECT_DIR / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT_DIR, capture_output=True, text=True, check=True)
        paths = [PROJECT_DIR / name for name in listed.stdout.split("\0") if name]
    else:
        ignored = {".venv", ".git", "data", "target", "logs", "__pycache__"}
        paths = [p for p in PROJECT_DIR.rglob("*") if not ignored & set(p.relative_to(PROJECT_DIR).parts)]
    return [path for path in paths if path.is_file()]


def test_no_key_or_password_is_tracked() -> None:
    files = tracked_files()
    assert len(files) > 500
    contents = ((path, path.read_text(encoding="utf-8", errors="replace")) for path in files if path != Path(__file__))
    found = [
        f"{path.relative_to(PROJECT_DIR)}:{content.count(chr(10), 0, match.start()) + 1}"
        for path, content in contents
        for match in SECRET.finditer(content)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
        "key = AKIA" + "ABCDEFGHIJKLMNOP",
        "ghp_" + "a1B2" * 9,
        "slack: xoxb-" + "1234567890-abc",
        'PASSWORD = "' + 'correct-horse"',
        "api_key: '" + "0123456789abcdef'",
        "postgresql://dagster:" + "hunter22@db/dagster",
    ],
)
def test_what_looks_like_one_is_found(line: str) -> None:
    assert SECRET.search(line)


@pytest.mark.parametrize(
    "line",
    [
        'password = os.environ["PASSWORD"]',
        "cookie_secret: ${COOKIE_SECRET}",
        "https://example.org:8080/a@b",
        "token='x'",
    ],
)
def test_names_of_secrets_are_none(line: str) -> None:
    assert not SECRET.search(line)
