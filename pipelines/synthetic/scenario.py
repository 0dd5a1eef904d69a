"""What a scenario of made-up reports says. Only its shape: the numbers are in ``places``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from pipelines import periods
from pipelines.synthetic.reform import Reform

STATE_SECTORS = ("public_administration", "public_school", "public_service", "state_enterprise")
ENTERPRISE_SECTORS = ("state_enterprise", "private_enterprise", "fdi_enterprise", "cooperative")


@dataclass(frozen=True)
class Scenario:
    """The units of one area over some periods, and what their reports add up to.

    Attributes:
        name: seeds the noise; another name or ``seed`` gives other rows with the same sums.
        units: reporting unit → its weight when unions and enterprises are shared out.
        first_period: the first period reported.
        last_period: the last period reported; stocks below are meant at its end.
        tax_prefix: first two digits of the tax codes.
        unions: sector → unions that exist from the start.
        members: members at the end.
        members_female: women among them.
        workers: workers at the end where there is a union, occupational unions (``informal``) left out.
        workers_female: women among them.
        members_admitted: over all periods, founding members included.
        members_left: over all periods.
        founded: period → unions founded in it, of ``founded_sectors`` in turn.
        founding_members: members at the end of the unions founded.
        unions_with_groups: unions with at least one union group, the largest ones.
        union_groups: union groups of all unions.
        unions_with_sub_unions: unions with sub-unions, the largest ones.
        enterprises_without_union: enterprises besides those with a union or with one to come.
        enterprise_sizes: workers of enterprises without union, in turn; None is "not known".
        survey_visits: over all periods.
        agreements_in_force: enterprises with an agreement in force at the end.
        agreements_expired: enterprises whose agreement expired shortly before the end.
        shared_agreement: of those in force, how many enterprises share one agreement.
        agreement_quarters: quarters in which agreements are reported.
        good_share_state: share of rated state-sector unions rated good or better at each year end.
        good_share_other: the same of all other unions.
        received_after_days: days from period end to receipt, lowest and highest.
        late_every: one in so many workbooks comes late; None for none.
        not_sent: (unit, period) pairs that are missing.
        first_number: of unions and tax codes, so that two scenarios in one area do not share any.
        reform: what the reform of 2025 did to the units, if the scenario reaches that far.
        seed: see ``name``.
    """

    name: str
    units: Mapping[str, float]
    first_period: str
    last_period: str
    tax_prefix: str
    unions: Mapping[str, int]
    members: int
    members_female: int
    workers: int
    workers_female: int
    members_admitted: int
    members_left: int
    unions_with_groups: int
    union_groups: int
    unions_with_sub_unions: int
    enterprises_without_union: int
    survey_visits: int
    agreements_in_force: int
    agreements_expired: int = 0
    shared_agreement: int = 0
    founded: Mapping[str, int] = field(default_factory=dict)
    founding_members: int = 0
    founded_sectors: tuple[str, ...] = (
        *("private_enterprise",) * 3,
        "fdi_enterprise",
        *("private_enterprise",) * 3,
        "cooperative",
    )
    enterprise_sizes: tuple[int | None, ...] = (7, 11, 14, 15, 19, 24, 25, 33, None, 48)
    agreement_quarters: tuple[int, ...] = (2, 4)
    good_share_state: float = 0.90
    good_share_other: float = 0.65
    received_after_days: tuple[int, int] = (3, 14)
    late_every: int | None = 29
    not_sent: frozenset[tuple[str, str]] = frozenset()
    first_number: int = 1
    reform: Reform | None = None
    seed: int = 2021

    def calendar(self) -> pl.DataFrame:
        """The periods in order: period, quarter, starts_on, ends_on, at (its place, from 0)."""
        keys = [self.first_period]
        while keys[-1] < self.last_period:
            keys.append(periods.following(keys[-1]))
        return pl.DataFrame(
            {
                "period": keys,
                "quarter": [int(key[-1]) for key in keys],
                "starts_on": [periods.starts_on(key) for key in keys],
                "ends_on": [periods.ends_on(key) for key in keys],
                "at": range(len(keys)),
            }
        )
