"""The reform of 2025 on composed rows: unions of state-paid units end, the others come under new units.

A scenario is composed as if nothing had happened; this then ends unions and moves rows. So the sums of the scenario
hold on both sides of the reform, and what changed is the reform alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from pipelines import periods
from pipelines.synthetic.numbers import noise


@dataclass(frozen=True)
class Reform:
    """What happened to the units of a scenario.

    Attributes:
        ended_sectors: sectors whose unions ended.
        heirs: old unit → new unit → its share of the unions that went on.
        until_founded: the unit that has them as long as a new unit is not founded: the province.
        ended_on: the last day of the unions that ended.
        first_period: the first period reported by the new units.
    """

    ended_sectors: tuple[str, ...]
    heirs: Mapping[str, Mapping[str, float]]
    until_founded: str
    ended_on: dt.date = dt.date(2025, 6, 15)
    first_period: str = "2025-Q3"

    def apply(
        self, rows: Mapping[str, pl.DataFrame], units: Mapping[str, Collection[str]], *seed: str | int
    ) -> dict[str, pl.DataFrame]:
        """The rows of a scenario as they were reported across the reform.

        Args:
            rows: form → rows with org_unit_code and period, as composed.
            units: period → codes of the units that exist in it.
            seed: of the shares.
        """
        is_after = pl.col("period") >= self.first_period
        unions = rows["grassroots_unions"]
        ended = unions.filter(pl.col("sector").is_in(self.ended_sectors)).select("union_code").unique()
        going = unions.join(ended.with_columns(has_ended=True), on="union_code", how="left", maintain_order="left")
        has_ended = pl.col("has_ended").fill_null(False)
        last = periods.containing(self.ended_on)
        going = going.filter(~(has_ended & is_after)).with_columns(
            ended_on=pl.when(has_ended & (pl.col("period") == last)).then(self.ended_on).otherwise("ended_on")
        )
        heirs = self._heirs(rows, *seed)
        moved = {**rows, "grassroots_unions": going.drop("has_ended")}
        return {form: self._moved(frame, heirs, units) for form, frame in moved.items()}

    def _heirs(self, rows: Mapping[str, pl.DataFrame], *seed: str | int) -> pl.DataFrame:
        """One row per old unit and subject (enterprise by tax code, else union): the unit it comes to."""
        subjects = (
            pl.concat(frame.select("org_unit_code", subject=_subject(frame)) for frame in rows.values())
            .unique()
            .sort("org_unit_code", "subject")
        )
        bounds = pl.DataFrame(
            [
                (old, new, sum(list(shares.values())[: place + 1]) / sum(shares.values()))
                for old, shares in self.heirs.items()
                for place, new in enumerate(shares)
            ],
            schema={"org_unit_code": pl.String, "heir": pl.String, "upper": pl.Float64},
            orient="row",
        )
        drawn = subjects.with_columns(upper=noise(subjects.height, *seed, "heir")).sort("upper")
        return drawn.join_asof(
            bounds.sort("upper"), on="upper", by="org_unit_code", strategy="forward", check_sortedness=False
        ).select("org_unit_code", "subject", "heir")

    def _moved(self, frame: pl.DataFrame, heirs: pl.DataFrame, units: Mapping[str, Collection[str]]) -> pl.DataFrame:
        founded = pl.DataFrame(
            [(period, code, True) for period, codes in units.items() for code in codes],
            schema={"period": pl.String, "heir": pl.String, "is_founded": pl.Boolean},
            orient="row",
        )
        placed = (
            frame.with_columns(subject=_subject(frame))
            .join(heirs, on=["org_unit_code", "subject"], how="left", maintain_order="left")
            .join(founded, on=["period", "heir"], how="left", maintain_order="left")
        )
        heir = pl.when(pl.col("is_founded")).then("heir").otherwise(pl.lit(self.until_founded))
        is_after = pl.col("period") >= self.first_period
        unit = pl.when(is_after).then(heir).otherwise("org_unit_code").alias("org_unit_code")
        return placed.with_columns(unit).select(frame.columns)


def _subject(frame: pl.DataFrame) -> pl.Expr:
    """What moves as one: an enterprise with its union and agreements."""
    return pl.coalesce("tax_code", "union_code") if "union_code" in frame.columns else pl.col("tax_code")
