"""Random histories of union units, with the reports that they sent: seeds of the dbt project, made up by hypothesis.

A history begins with a country of provinces and districts and goes on with reforms, each on a day of its own: units
merge, split, end, move to another superior, get another name or are founded. Whatever the order, the seeds are those
that the data team would write, so that the checks of the seeds hold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from hypothesis import strategies as st

from pipelines import periods
from pipelines.contracts import load_contracts
from pipelines.contracts.frames import SUBMISSIONS, row_schema
from tests.national import FORM, submission

BEGINNING = dt.date(2018, 1, 1)
PERIODS = [f"{year}-Q{quarter}" for year in range(2024, 2027) for quarter in range(1, 5)]
SECTORS = ("public_administration", "public_school", "private_enterprise")

ORG_UNITS = {
    "org_unit_code": pl.String(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
    "name_vi": pl.String(),
    "unit_type": pl.String(),
    "parent_code": pl.String(),
    "admin_code": pl.String(),
    "province_name": pl.String(),
    "reports": pl.Boolean(),
    "source": pl.String(),
}
SUCCESSIONS = {
    "from_code": pl.String(),
    "changed_on": pl.Date(),
    "kind": pl.String(),
    "to_code": pl.String(),
    "reason": pl.String(),
}
AREAS = {"org_unit_code": pl.String(), "admin_code": pl.String(), "valid_from": pl.Date(), "valid_to": pl.Date()}

Unit = dict[str, Any]


@dataclass
class History:
    """Units as they are on the day reached so far, and the seeds about what was before."""

    living: dict[str, Unit] = field(default_factory=dict)
    ended: list[Unit] = field(default_factory=list)
    successions: list[dict[str, Any]] = field(default_factory=list)
    codes: int = 0

    def found(self, day: dt.date, parent: str | None, code: str | None = None, name: str = "Đơn vị") -> str:
        """A unit begins; its code."""
        self.codes += 1
        code = code or f"U{self.codes}"
        is_province = parent is not None and self.living[parent]["parent_code"] is None
        self.living[code] = {
            **dict.fromkeys(ORG_UNITS),
            "org_unit_code": code,
            "valid_from": day,
            "name_vi": f"{name} {self.codes}",
            "unit_type": "province" if is_province else "district",
            "parent_code": parent,
            "reports": parent is not None,
        }
        return code

    def end(self, day: dt.date, code: str, kind: str, successors: list[str] | None = None) -> Unit:
        """The validity of a unit ends, passing to the successors; the unit as it was."""
        unit = self.living.pop(code)
        self.ended.append(unit | {"valid_to": day})
        self.successions += [
            {"from_code": code, "changed_on": day, "kind": kind, "to_code": successor, "reason": "cải tổ"}
            for successor in successors or [None]
        ]
        return unit

    def below(self, code: str) -> list[str]:
        """The units right below a unit."""
        return [unit["org_unit_code"] for unit in self.living.values() if unit["parent_code"] == code]

    def is_below(self, code: str | None, other: str) -> bool:
        """Whether a unit is the other, or stands somewhere below it."""
        while code is not None and code != other:
            code = self.living[code]["parent_code"]
        return code == other

    def move(self, day: dt.date, code: str, parent: str) -> None:
        """A unit comes under another one; what is below it comes along."""
        self.end(day, code, "moved", [code])
        self.found(day, parent, code)

    def rename(self, day: dt.date, code: str) -> None:
        """A unit gets another name."""
        unit = self.end(day, code, "renamed", [code])
        self.found(day, unit["parent_code"], code, "Tên mới")

    def merge(self, day: dt.date, code: str, other: str, *, under_new_code: bool) -> None:
        """Two units become one, which has the code of the first or a new one."""
        parent = self.living[code]["parent_code"]
        new = f"U{self.codes + 1}" if under_new_code else code
        for old in (code, other):
            self.end(day, old, "whole", [new])
        self.found(day, parent, new, "Sáp nhập")
        for child in self.below(other) + (self.below(code) if under_new_code else []):
            self.move(day, child, new)

    def split(self, day: dt.date, code: str) -> None:
        """A unit is divided in two, and so are the units below it."""
        parent = self.living[code]["parent_code"]
        parts = [f"U{self.codes + 1}", f"U{self.codes + 2}"]
        self.end(day, code, "split", parts)
        for part in parts:
            self.found(day, parent, part, "Chia tách")
        for number, child in enumerate(self.below(code)):
            self.move(day, child, parts[number % 2])

    def close(self, day: dt.date, code: str) -> None:
        """A unit ends without a successor; what is below it comes under the next unit above."""
        unit = self.end(day, code, "ended")
        for child in self.below(code):
            self.move(day, child, unit["parent_code"])

    @property
    def units(self) -> list[Unit]:
        """Every unit in every validity."""
        return [*self.ended, *self.living.values()]

    def valid_in(self, period: str) -> list[str]:
        """Codes of the units that are valid on the last day of a period, without the country."""
        day = periods.ends_on(period)
        return sorted(
            unit["org_unit_code"]
            for unit in self.units
            if unit["parent_code"] and unit["valid_from"] <= day and (not unit["valid_to"] or unit["valid_to"] > day)
        )


def reform(history: History, day: dt.date, kind: str, first: int, second: int) -> None:
    """One reform of a kind, at units that two numbers choose; none where there is no such unit."""
    codes = sorted(code for code, unit in history.living.items() if unit["parent_code"])
    if kind == "found" or not codes:
        parents = sorted(history.living)
        history.found(day, parents[first % len(parents)])
        return
    code, other = codes[first % len(codes)], codes[second % len(codes)]
    if kind == "merge" and not history.is_below(code, other) and not history.is_below(other, code):
        history.merge(day, code, other, under_new_code=first % 2 == 0)
    elif kind == "split":
        history.split(day, code)
    elif kind == "end":
        history.close(day, code)
    elif kind == "move":
        parents = [parent for parent in sorted(history.living) if not history.is_below(parent, code)]
        history.move(day, code, parents[second % len(parents)])
    elif kind == "rename":
        history.rename(day, code)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A country, and two to eight reforms of it between January 2024 and June 2026."""
    history = History()
    history.found(BEGINNING, None, "VN")
    for districts in draw(st.lists(st.integers(0, 3), min_size=1, max_size=3)):
        province = history.found(BEGINNING, "VN")
        for _ in range(districts):
            history.found(BEGINNING, province)
    kinds = st.sampled_from(("merge", "split", "end", "move", "rename", "found"))
    numbers = st.integers(0, 20)
    for day in sorted(draw(st.sets(st.integers(0, 900), min_size=2, max_size=8))):
        reform(history, dt.date(2024, 1, 1) + dt.timedelta(day), draw(kinds), draw(numbers), draw(numbers))
    return history


@dataclass(frozen=True)
class Reported:
    """A history with the unions that its units reported."""

    history: History
    unions: list[dict[str, Any]]

    def frames(self) -> Mapping[str, pl.DataFrame]:
        """Seeds and staging models, by name."""
        contract = next(form for form in load_contracts().forms if form.form == FORM)
        sent = {row["submission_id"]: row for row in self.unions}.values()
        submissions = [submission(row["submission_id"], FORM, row["org_unit_code"], row["period"], 1) for row in sent]
        return {
            "org_units": pl.DataFrame(self.history.units, schema=ORG_UNITS),
            "org_unit_successions": pl.DataFrame(self.history.successions, schema=SUCCESSIONS),
            "org_unit_areas": pl.DataFrame(schema=AREAS),
            "stg_grassroots_unions": pl.DataFrame(self.unions, schema=row_schema(contract)),
            "stg_submissions": pl.DataFrame(submissions, schema=SUBMISSIONS),
        }


@st.composite
def reported_histories(draw: st.DrawFn) -> Reported:
    """A history, and reports of its units in some periods. Codes of unions are few, so that units share them."""
    history = draw(histories())
    unions: list[dict[str, Any]] = []
    for period in sorted(draw(st.sets(st.sampled_from(PERIODS), min_size=2, max_size=5))):
        for code in history.valid_in(period):
            for union_code in sorted(draw(st.sets(st.sampled_from("abcde"), max_size=3))):
                unions.append(
                    {
                        "submission_id": f"{period}.{code}",
                        "org_unit_code": code,
                        "period": period,
                        "source_row": 1,
                        "union_code": union_code,
                        "sector": draw(st.sampled_from(SECTORS)),
                        "ended_on": draw(st.sampled_from((None, None, dt.date(2024, 3, 1), dt.date(2025, 6, 12)))),
                        "members_total": draw(st.none() | st.integers(0, 1_000)),
                        "members_admitted": draw(st.none() | st.integers(0, 50)),
                    }
                )
    return Reported(history, unions)
