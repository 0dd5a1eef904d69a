"""Whether what was rebuilt from a backup is what was published when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MADE_WITH = ("rules", "contracts", "dbt_project")


@dataclass(frozen=True)
class TableDifference:
    """A public table or view of which the content differs; rows are None where there is no such table."""

    name: str
    rows_then: int | None
    rows_now: int | None


@dataclass(frozen=True)
class Comparison:
    """Two manifests of published versions.

    Attributes:
        version_then: in the backup; None if nothing was published.
        version_now: rebuilt.
        made_with: what the figures were made with and that differs: ``rules``, ``contracts``, ``dbt_project``.
        tables_compared: how many tables and views there are, in one or both.
        differences: those of which the hashes differ.
    """

    version_then: str | None
    version_now: str | None
    made_with: list[str]
    tables_compared: int
    differences: list[TableDifference]

    @property
    def is_equal(self) -> bool:
        """Whether every table and view has the same content; models and comments may differ."""
        return self.version_then is not None and not self.differences


def compare(then: Mapping[str, Any], now: Mapping[str, Any]) -> Comparison:
    """Compare the manifests of two published versions by the hashes of every table and view."""
    tables_then, tables_now = _tables(then), _tables(now)
    names = sorted(tables_then.keys() | tables_now.keys())
    return Comparison(
        version_then=then.get("version"),
        version_now=now.get("version"),
        made_with=[name for name in _MADE_WITH if then.get(name) != now.get(name)],
        tables_compared=len(names),
        differences=[
            TableDifference(name, tables_then.get(name, {}).get("rows"), tables_now.get(name, {}).get("rows"))
            for name in names
            if tables_then.get(name, {}).get("sha256") != tables_now.get(name, {}).get("sha256")
        ],
    )


def _tables(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {**manifest.get("tables", {}), **manifest.get("views", {})}
