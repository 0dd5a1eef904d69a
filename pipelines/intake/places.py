"""Administrative places, as far as recognising senders needs them: today's communes, and where they were before.

The lists are dbt seeds (`dbt_project/seeds/places/`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

_UNITS = {"code": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "level": pl.String, "parent_code": pl.String}
_CHANGES = {"from_level": pl.String, "from_code": pl.String, "changed_on": pl.Date, "to_code": pl.String}


@dataclass(frozen=True)
class Place:
    """A commune, ward or special zone."""

    code: str
    name_vi: str
    parent_code: str
    valid_from: dt.date


@dataclass(frozen=True, eq=False)
class Places:
    """Places and their changes; without arguments there are none.

    Attributes:
        units: columns of `admin_units.csv`.
        changes: columns of `admin_unit_changes.csv`.
    """

    units: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={**_UNITS, "name_vi": pl.String}))
    changes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_CHANGES))

    @classmethod
    def load(cls, folder: Path) -> Places:
        """The places of the seeds."""
        units = pl.read_csv(folder / "admin_units.csv", schema_overrides=_UNITS)
        return cls(units, pl.read_csv(folder / "admin_unit_changes.csv", schema_overrides=_CHANGES))

    @cached_property
    def communes(self) -> tuple[Place, ...]:
        """The communes that exist and whose parent is the province: those since the district level ended."""
        found = self.units.filter(pl.col("level") == "commune", pl.col("valid_to").is_null())
        return tuple(Place(*row) for row in found.select("code", "name_vi", "parent_code", "valid_from").iter_rows())

    def former_districts(self, commune: str, day: dt.date) -> set[str]:
        """Codes of the districts to which the parts of a commune belonged on a day before it was made."""
        went = self.changes.filter(pl.col("to_code") == commune, pl.col("changed_on") > day)
        parts = went.join(
            self.units, left_on=["from_level", "from_code", "changed_on"], right_on=["level", "code", "valid_to"]
        )
        is_district = pl.col("from_level") == "district"
        return set(parts.select(pl.when(is_district).then("from_code").otherwise("parent_code")).to_series())
