"""Imports go one way: contracts ← intake ← quality ← warehouse ← reports, with the wiring on top.

Read from the source, so that an import inside a function counts like one at the top of a module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.settings import PROJECT_DIR

PACKAGE = "pipelines"
BASE = {"settings", "periods", "due_days", "progress", "dagster_home", "data_lock", "permissions", "whole_files"}
"""Single modules that know of nothing but themselves (and each other)."""
FLOW = ("contracts", "intake", "quality", "warehouse", "reports")
BESIDE = ("codegen", "synthetic", "safekeeping")
WIRING = ("event_log", "defs", "definitions", "run", "check", "cli_safekeeping", "cli")
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    **{name: BASE for name in BASE},
    **{room: BASE | set(FLOW[:position]) for position, room in enumerate(FLOW)},
    "codegen": BASE | {"contracts"},
    "synthetic": BASE | {"contracts", "codegen"},
    "safekeeping": BASE | set(FLOW),
    **{room: BASE | {*FLOW, *BESIDE, *WIRING[:position]} for position, room in enumerate(WIRING)},
}
"""Room (package or module directly below ``pipelines``) → the other rooms that it may import."""
ONLY_IN = {
    "great_expectations": {"quality"},
    "duckdb": {"warehouse"},
    "holidays": {"codegen"},
    "dagster": set(WIRING),
    "dagster_dbt": set(WIRING),
    "dagster_webserver": set(WIRING),
}
"""Third-party package → the only rooms that may import it."""


def _room(module: str) -> str:
    """The part below the package: ``pipelines.intake.read`` → ``intake``; ``__init__`` for itself."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def _module(path: Path, root: Path) -> tuple[str, bool]:
    """Dotted name of a source file, and whether it is a package."""
    parts = list(path.relative_to(root).with_suffix("").parts)
    is_package = parts[-1] == "__init__"
    return ".".join(parts[:-1] if is_package else parts), is_package


def _imported(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that a file imports, wherever in the file.

    ``from pipelines import settings`` gives ``pipelines.settings``; relative imports are resolved; so is
    ``import_module("…")`` with a literal name.
    """
    module, is_package = _module(path, root)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(names=names, level=level):
                parents = module.split(".")[: None if is_package and level == 1 else -level + is_package]
                base = ".".join([*(parents if level else []), *([node.module] if node.module else [])])
                bare = base == PACKAGE
                yield from ((node.lineno, f"{base}.{alias.name}" if bare else base) for alias in names)
            case ast.Call(func=ast.Name(id="import_module" | "__import__"), args=[ast.Constant(value=str(name)), *_]):
                yield node.lineno, name
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
                yield node.lineno, name


def violations(root: Path) -> list[str]:
    """Every import below ``root/pipelines`` that goes against the direction, as ``file:line: what``."""
    found = []
    for path in sorted((root / PACKAGE).rglob("*.py")):
        room = _room(_module(path, root)[0])
        place = path.relative_to(root).as_posix()
        if room not in MAY_IMPORT:
            found.append(f"{place}: a room '{room}' that this test does not know: say what it may import")
            continue
        for line, name in _imported(path, root):
            top = name.split(".")[0]
            if top == PACKAGE and (other := _room(name)) not in MAY_IMPORT[room] | {room, "__init__"}:
                found.append(f"{place}:{line}: {room} imports {other}")
            elif top in ONLY_IN and room not in ONLY_IN[top]:
                found.append(f"{place}:{line}: {room} imports {top}")
    return found


def test_imports_go_one_way() -> None:
    assert violations(PROJECT_DIR) == []


def test_every_room_of_the_flow_is_looked_at() -> None:
    rooms = {_room(_module(path, PROJECT_DIR)[0]) for path in (PROJECT_DIR / PACKAGE).rglob("*.py")}
    assert rooms == set(MAY_IMPORT)


@pytest.mark.parametrize(
    ("file", "source", "violation"),
    [
        ("intake/read.py", "import pipelines.quality.suites", "intake imports quality"),
        ("intake/read.py", "from pipelines.reports import feedback", "intake imports reports"),
        ("intake/read.py", "from pipelines import warehouse", "intake imports warehouse"),
        ("intake/read.py", "from ..quality import suites", "intake imports quality"),
        ("intake/__init__.py", "from ..quality import suites", "intake imports quality"),
        ("intake/read.py", "from .. import quality", "intake imports quality"),
        ("contracts/model.py", "def f():\n    from pipelines.intake import read", "contracts imports intake"),
        ("codegen/template.py", "from pipelines.intake.text import fold", "codegen imports intake"),
        ("codegen/template.py", "from pipelines.synthetic import compose", "codegen imports synthetic"),
        ("settings.py", "from pipelines.contracts import Form", "settings imports contracts"),
        ("reports/feedback.py", "from pipelines.defs import intake", "reports imports defs"),
        ("defs/intake.py", "from pipelines.cli import app", "defs imports cli"),
        ("intake/read.py", "import duckdb", "intake imports duckdb"),
        ("quality/suites.py", "if True:\n    from dagster import asset", "quality imports dagster"),
        ("warehouse/lake.py", "import great_expectations.core as gx", "warehouse imports great_expectations"),
        ("intake/read.py", "import importlib\nimportlib.import_module('duckdb')", "intake imports duckdb"),
        ("safekeeping/doctor.py", "from pipelines.run import run_everything", "safekeeping imports run"),
        ("warehouse/lake.py", "from pipelines.safekeeping import backup", "warehouse imports safekeeping"),
        ("surprise/new.py", "import os", "a room 'surprise' that this test does not know"),
    ],
)
def test_an_import_against_the_direction_is_found(tmp_path: Path, file: str, source: str, violation: str) -> None:
    path = tmp_path / PACKAGE / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source + "\n", encoding="utf-8")
    (found,) = violations(tmp_path)
    assert found.startswith(f"{PACKAGE}/{file}")
    assert violation in found


@pytest.mark.parametrize(
    ("file", "source"),
    [
        (
            "reports/feedback.py",
            "from pipelines.warehouse.lake import Lake\nfrom pipelines.contracts import Form",
        ),
        (
            "intake/read.py",
            "from . import text\nfrom .text import fold\nfrom pipelines.settings import Settings",
        ),
        ("intake/__init__.py", "from .text import fold"),
        ("quality/suites.py", "def f():\n    import great_expectations"),
        ("warehouse/publish.py", "import duckdb"),
        ("synthetic/compose.py", "from pipelines.codegen.template import write_template"),
        ("cli.py", "from pipelines.definitions import defs\nfrom dagster import DagsterInstance"),
    ],
)
def test_an_import_with_the_flow_is_fine(tmp_path: Path, file: str, source: str) -> None:
    path = tmp_path / PACKAGE / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source + "\n", encoding="utf-8")
    assert violations(tmp_path) == []
