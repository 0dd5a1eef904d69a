"""What the documents point at exists: links, headings, commands with their options, make targets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from pipelines.cli import app
from pipelines.settings import PROJECT_DIR

DOCUMENTS = sorted([*PROJECT_DIR.glob("*.md"), *(PROJECT_DIR / "docs").rglob("*.md")])
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
IN_CODE = re.compile(r"^```[a-z]*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?)\s*$", re.MULTILINE)


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = HEADING.findall(FENCE.sub("", document.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(document: Path) -> list[str]:
    """Relative links of a document that lead nowhere."""
    links = LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8")))
    broken = []
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    return broken


def code_lines(document: Path) -> Iterator[str]:
    """Lines of code of a document, without comments."""
    for block, span in IN_CODE.findall(document.read_text(encoding="utf-8")):
        for line in (block or span).splitlines():
            yield line.split(" #")[0].strip()


def wrong_commands(document: Path) -> list[str]:
    """Lines ``congdoan X --option`` with a command or an option that does not exist."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    wrong = []
    for line in code_lines(document):
        if match := re.match(r"(?:\S*[/\\])?congdoan ([a-z]\S*)(.*)", line):
            command = group.commands.get(match[1])
            known = {option for parameter in command.params for option in parameter.opts} if command else set()
            if command is None or set(re.findall(r"(?<!\S)\[?(--?[a-z][a-z-]*)", match[2])) - known:
                wrong.append(line)
    return wrong


def wrong_targets(document: Path) -> list[str]:
    """Lines ``make X …`` with a target that the Makefile does not have."""
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT_DIR / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lines = [line for line in code_lines(document) if re.match(r"make [a-z]", line)]
    return [line for line in lines if {word for word in line.split()[1:] if word.islower()} - targets]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(PROJECT_DIR).as_posix())
def test_what_a_document_points_at_exists(document: Path) -> None:
    assert broken_links(document) == []
    assert wrong_commands(document) == []
    assert wrong_targets(document) == []


def test_a_document_that_points_at_nothing_is_found(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(
        "# A page: of its own\n\n[here](#a-page-of-its-own) [no](#nowhere) [none](none.md) [web](https://example.org)\n\n"
        "`congdoan run --json` `congdoan fly` `congdoan run [--fast]`\n\n```\nmake demo  # go\nmake coffee\n```\n",
        encoding="utf-8",
    )
    assert broken_links(document) == ["#nowhere", "none.md"]
    assert wrong_commands(document) == ["congdoan fly", "congdoan run [--fast]"]
    assert wrong_targets(document) == ["make coffee"]
