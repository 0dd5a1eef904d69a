"""Everything that is derived and committed: dbt models, seeds, dictionary, rule and indicator pages, schema.

Template workbooks are derived too, but on demand and for one unit and period: see ``template``.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.codegen.dbt import SEEDS, STAGING, render_dbt
from pipelines.codegen.dictionary import FORMS, render_dictionary
from pipelines.codegen.indicator_pages import INDICATORS, render_indicator_pages
from pipelines.codegen.json_schema import render_json_schema
from pipelines.codegen.rule_pages import PAGES, render_rule_pages
from pipelines.contracts import Contracts, load_contracts
from pipelines.settings import PROJECT_DIR

__all__ = ["drift", "render_all", "write_all"]

GENERATED_DIRS = (STAGING, SEEDS, FORMS, PAGES, INDICATORS)
"""Directories with generated files only: a file here that is not rendered belongs to a form that is gone."""


def render_all(contracts: Contracts | None = None) -> dict[Path, str]:
    """Every generated file, as text by path relative to the project root.

    Args:
        contracts: the contracts to derive from; by default those of the project.
    """
    contracts = contracts or load_contracts()
    texts = {
        **render_dbt(contracts),
        **render_dictionary(contracts),
        **render_rule_pages(contracts),
        **render_indicator_pages(contracts),
        **render_json_schema(),
    }
    return dict(sorted((Path(path), text) for path, text in texts.items()))


def drift(project_dir: Path = PROJECT_DIR, contracts: Contracts | None = None) -> list[Path]:
    """Generated files that are missing, differ from what the contracts say, or are left over.

    Returns:
        their paths below ``project_dir``, sorted; empty when all is as generated.
    """
    rendered = _rendered_into(project_dir, contracts)
    differing = [path for path, text in rendered.items() if _read(path) != text]
    return sorted([*differing, *_left_over(project_dir, rendered)])


def write_all(project_dir: Path = PROJECT_DIR, contracts: Contracts | None = None) -> list[Path]:
    """Write every generated file that has drifted and delete those left over.

    Returns:
        the paths that changed, as in :func:`drift`; empty when there was nothing to do.
    """
    rendered = _rendered_into(project_dir, contracts)
    changed = drift(project_dir, contracts)
    for path in changed:
        if path in rendered:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(rendered[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return changed


def _rendered_into(project_dir: Path, contracts: Contracts | None) -> dict[Path, str]:
    return {project_dir / path: text for path, text in render_all(contracts).items()}


def _read(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8") if path.is_file() else None


def _left_over(project_dir: Path, rendered: dict[Path, str]) -> list[Path]:
    found = [path for name in GENERATED_DIRS for path in (project_dir / name).rglob("*") if path.is_file()]
    return [path for path in found if path not in rendered]
