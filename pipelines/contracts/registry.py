"""What a contract takes from the seeds of the warehouse: code lists of indicators, and parameters with their dates.

Seeds are edited by the data team. A new indicator is one row there and no change of a contract, so nothing that is
generated and committed may depend on which rows there are.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

SEEDS_DIR = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
QUARTERS = {"quarter": (1, 2, 3, 4), "half_year": (2, 4), "year": (4,)}
"""Quarters in which an indicator is asked for, by its frequency."""

Row = Mapping[str, str]


class SeedError(ValueError):
    """A seed cannot be used by the contracts; the message names the seed, the row and what is wrong."""


def read_seed(name: str, seeds: Path = SEEDS_DIR) -> list[dict[str, str]]:
    """The rows of a seed as text, in their order; an empty cell is an empty string.

    Raises:
        OSError: there is no such seed.
    """
    with (seeds / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def listed_choices(rows: Iterable[Row], origin: str | None) -> list[dict[str, Any]]:
    """The rows of the indicator seed, all or those with an origin, as entries of a code list (see ``Choice``).

    Raises:
        SeedError: a row has an unknown frequency or a date that is none.
    """
    return [_choice(row) for row in rows if origin in (None, row["origin"])]


def dated_parameters(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows of the seed of parameters, each a value in one validity (see ``Parameter``).

    Raises:
        SeedError: a row has a date that is none.
    """
    return [
        {"name": row["name"], "value": row["value"], **_validity(row, f"parameters.csv, {row['name']}")} for row in rows
    ]


def is_cumulative(row: Row) -> bool:
    """Whether the values of an indicator count since January.

    What happens within periods is added up over the year; if the last value stands for the year, it already has been.
    """
    return row["kind"] == "flow" and row["aggregation_over_time"] == "last"


def _choice(row: Row) -> dict[str, Any]:
    place = f"indicators.csv, {row['indicator_code']}"
    if row["frequency"] not in QUARTERS:
        raise SeedError(f"{place}: frequency '{row['frequency']}' is none of {', '.join(QUARTERS)}")
    return {
        "code": row["indicator_code"],
        "label_vi": row["name_vi"],
        "unit": row["unit"],
        "quarters": QUARTERS[row["frequency"]],
        "is_cumulative": is_cumulative(row),
        **_validity(row, place),
    }


def _validity(row: Row, place: str) -> dict[str, dt.date | None]:
    try:
        return {name: dt.date.fromisoformat(row[name]) if row[name] else None for name in ("valid_from", "valid_to")}
    except ValueError as error:
        raise SeedError(f"{place}: {error}") from error
