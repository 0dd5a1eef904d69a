"""Markdown pages, as text: tables, pages with their notice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipelines.codegen.dbt import HEADER


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars within cells are escaped."""
    lines = [header, ["---"] * len(header), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(*blocks: str, header: str = HEADER) -> str:
    """A generated page of these blocks, with an empty line between them; empty ones are left out."""
    return "\n\n".join([f"<!-- {header} -->", *(block for block in blocks if block)]) + "\n"
