"""The list of union units, for recognising who sends: codes and names, by the period that is reported.

The list itself is the dbt seed ``org_units.csv``, which the data team edits.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from pipelines import periods
from pipelines.intake.text import fold, strip_marks
from pipelines.settings import PROJECT_DIR

ORG_UNITS_CSV = PROJECT_DIR / "dbt_project" / "seeds" / "org_units.csv"
_CODE = re.compile(r"(?<![0-9A-Z-])(?:VN|[A-Z]\d{2,5}(?:-[A-Z0-9]+)*)(?![0-9A-Z-])")
_LABELLED_CODE = re.compile(r"\bma(?: so)?(?: don vi)?\b\s*:?\s*(vn|[a-z]\d{2,5}(?:-[a-z0-9]+)*)\b")
_FEDERATION = re.compile(r"\blien doan lao dong\b")


@dataclass(frozen=True)
class OrgUnit:
    """A union unit in one validity; the key is (code, valid_from). ``valid_to`` is exclusive."""

    code: str
    name_vi: str
    unit_type: str
    parent_code: str | None
    province_name: str | None
    valid_from: dt.date
    valid_to: dt.date | None

    def is_valid_in(self, period: str) -> bool:
        """Whether the unit exists on the last day of the period or ended within it."""
        ends_early = self.valid_to is not None and self.valid_to <= periods.ends_on(period)
        return self.valid_from <= periods.ends_on(period) and not ends_early


class OrgUnits:
    """The dated list of units, with look-ups by code and by what a title block says."""

    def __init__(self, units: Iterable[OrgUnit]) -> None:
        """Index the units by code."""
        self._by_code: dict[str, list[OrgUnit]] = {}
        for unit in units:
            self._by_code.setdefault(unit.code, []).append(unit)

    def find(self, code: str, period: str) -> OrgUnit | None:
        """The unit that has the code in that period."""
        return next((unit for unit in self._by_code.get(code, ()) if unit.is_valid_in(period)), None)

    @cached_property
    def _by_name(self) -> dict[str, set[str]]:
        names: dict[str, set[str]] = {}
        for code, units in self._by_code.items():
            for unit in units:
                names.setdefault(_name_key(unit.name_vi), set()).add(code)
        return names

    def code_in(self, text: str) -> str | None:
        """The unit code that a text states ("… (mã H004)", "Mã đơn vị: H004"), known or not."""
        if labelled := _LABELLED_CODE.search(_name_key(text)):
            return labelled.group(1).upper()
        codes = [code for code in _CODE.findall(text.upper()) if code in self._by_code]
        return codes[0] if len(set(codes)) == 1 else None

    def named_in(self, lines: Iterable[str], period: str) -> str | None:
        """The code of the unit of that period that the lines name; None when none, or several, could be meant.

        A title block names the parent above the unit, so of several units the one below wins.
        """
        found: set[str] = set()
        for line in lines:
            key = _name_key(line)
            matches = [name for name in self._by_name if re.search(rf"\b{re.escape(name)}\b", key)]
            longest = [m for m in matches if not any(m != other and m in other for other in matches)]
            for name in longest:
                found |= {code for code in self._by_name[name] if self.find(code, period)}
        parents = {unit.parent_code for code in found for unit in self._by_code[code]}
        lowest = found - {code for code in parents if code}
        return lowest.pop() if len(lowest) == 1 else None


def _name_key(text: str) -> str:
    """Folded, without marks of tone and letter, and with the usual abbreviation of "Liên đoàn Lao động"."""
    return _FEDERATION.sub("ldld", strip_marks(fold(text)))


@cache
def load_org_units(path: Path = ORG_UNITS_CSV) -> OrgUnits:
    """The units of the seed."""
    with path.open(encoding="utf-8", newline="") as stream:
        return OrgUnits(
            OrgUnit(
                code=row["org_unit_code"],
                name_vi=row["name_vi"],
                unit_type=row["unit_type"],
                parent_code=row["parent_code"] or None,
                province_name=row["province_name"] or None,
                valid_from=dt.date.fromisoformat(row["valid_from"]),
                valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            )
            for row in csv.DictReader(stream)
        )
