"""Which figures of the marts count so few persons that they must not leave the data team.

A figure is addressed by what is counted, period, unit and sector. All readings of an address (basis, scope, men beside
women) are withheld together, so that none of them tells of another; what is computed from figures (ratios, sums since
January, subsets of the members) is withheld when one of its parts is. Decision 0021 says why that is enough.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, cast

import polars as pl
from joblib import Memory

from pipelines.warehouse.person_sums import (
    ADDRESS,
    OWN,
    PLACE,
    Frames,
    as_texts,
    compact,
    own_parts,
    places_of_own,
    sums_of,
    trees_of,
)
from pipelines.warehouse.small_cells import SMALLEST_PUBLISHED, withhold

_TOGETHER: Final = {
    "workers_total": "workers",
    "workers_female": "women workers",
    "workers_male": "women workers",
    "members_total": "members",
    "members_female": "women members",
    "members_male": "women members",
    # Two stocks and one of these give the other away.
    "members_admitted": "changes",
    "members_left": "changes",
    "officers_elected": "officers elected",
    "officers_trained": "officers trained",
    "density_members": "subsets",
    "density_workers": "subsets",
}
"""Column of ``mart_membership`` → its group: what is withheld together. Indicators that count some of the members or
employees belong to "subsets", too; those of activities are groups of their own."""
_SUBSETS: Final = "subsets"
_CHANGES: Final = "changes"

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "mart_membership": (
        *PLACE,
        *("basis", "scope"),
        *(column for column in _TOGETHER if not column.endswith("_male")),
    ),
    "mart_indicator": ("period", "org_unit_code", "indicator_code", "threshold", "value"),
    "mart_activity": ("period", "org_unit_code", "indicator_code", "plan_value"),
    "dim_indicator": ("indicator_code", "unit", "origin", "numerator", "denominator"),
    "dim_org_unit": (
        *("org_unit_code", "parent_code", "current_org_unit_code", "unit_type"),
        *("valid_from", "valid_to"),
    ),
    "dim_period": ("period", "ends_on"),
}
"""What decides which figures are withheld: columns of public tables."""
_JUDGED_BY: Final = ("persons.py", "person_sums.py", "small_cells.py")
"""The modules that decide."""


@dataclass(frozen=True)
class Withheld:
    """The figures of persons that are not to be published.

    Attributes:
        figures: those of the periods in question, since the start of the year (``to_date``, bool) or of the period
            alone; ratios among them.
        parts: those of the period alone, of earlier periods, too: what sums over several periods are made of.

    Columns of both: ``indicator_code``, ``period``, ``org_unit_code``, ``sector``; one row per figure.
    """

    figures: pl.DataFrame
    parts: pl.DataFrame


def withheld_figures(
    blocks: Iterable[Frames], units_of_persons: tuple[str, ...], memory: Memory
) -> Iterator[tuple[Frames, Withheld]]:
    """Every block with what is withheld of it: no sum of these figures reaches over two periods.

    Args:
        blocks: of periods in the order of time: their rows of ``TABLES`` and their trees, ``ancestors`` (``period``,
            ``org_unit_code``, ``ancestor_code``, ``distance``); dimensions are whole.
        units_of_persons: units of measure whose indicators count persons.
        memory: keeps what was found of a block until one of its figures, the block before or the code changes.
    """
    # joblib's own type has every way in which it can be called
    found = cast(
        "Callable[..., tuple[pl.DataFrame, pl.DataFrame]]",
        memory.cache(_withheld_in, ignore=["marts", "members_before"]),
    )
    code = _code_hash()
    parts: list[pl.DataFrame] = []
    members = pl.DataFrame(schema=dict.fromkeys(ADDRESS, pl.String))
    for marts in blocks:
        read = {name: marts[name].select(columns) for name, columns in TABLES.items()}
        read["ancestors"] = marts["ancestors"]
        addresses, figures = found(read, units_of_persons, members, _made_of(code, read | {"before": members}))
        members = addresses.filter(group="members")
        parts.append(figures)
        until_now = pl.concat(parts, rechunk=False)
        to_date = _to_date(until_now, marts).with_columns(to_date=True)
        yield marts, Withheld(pl.concat([figures.with_columns(to_date=False), to_date]).unique(), until_now)


def _code_hash() -> str:
    code = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _JUDGED_BY]
    return hashlib.sha256("\n".join([*code, version("polars"), version("scipy")]).encode()).hexdigest()


def _made_of(code: str, frames: Frames) -> str:
    """A hash over the code and the rows, in whatever order: how a frame lies in memory would show in its bytes."""
    digest = hashlib.sha256(code.encode())
    for name, frame in sorted(frames.items()):
        digest.update(f"{name} {frame.schema}".encode())
        digest.update(frame.hash_rows().sort().to_numpy().tobytes())
    return digest.hexdigest()


def _withheld_in(
    marts: Frames, units_of_persons: tuple[str, ...], members_before: pl.DataFrame, made_of: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The addresses of a block that are withheld, own parts among them, and the figures that have them.

    Args:
        marts: of the block: the columns of ``TABLES``, and ``ancestors``.
        units_of_persons: see ``withheld_figures``.
        members_before: the addresses of members that are withheld in the block before.
        made_of: a hash over the frames and the code: by it and the units, what was found is remembered.
    """
    coded = {name: compact(frame) for name, frame in marts.items()}
    figures = pl.concat([_of_membership(coded), _of_indicators(coded, units_of_persons)])
    trees = trees_of(coded)
    own = own_parts(figures, trees)
    figures = pl.concat([figures, own])
    trees = pl.concat([trees, places_of_own(own)])
    small = _small(figures)
    later = pl.col("group").is_in([_SUBSETS, _CHANGES])
    first = _closed(figures.filter(~later), small, trees, coded)
    follow = pl.concat([small, *_following(first, compact(members_before), figures, coded["dim_period"])])
    withheld = pl.concat([first, _closed(figures.filter(later), follow, trees, coded)])
    published = withheld.filter(~pl.col("org_unit_code").str.ends_with(OWN))
    of_period = figures.select("indicator_code", "group").unique().join(published, on="group").drop("group")
    return as_texts(withheld), _with_ratios(as_texts(of_period), marts["dim_indicator"])


def _of_membership(marts: Frames) -> pl.DataFrame:
    """Figures of ``mart_membership``: the address, ``indicator_code``, ``basis``, ``scope``, ``value``."""
    rows = marts["mart_membership"].with_columns(
        workers_male=pl.col("workers_total") - pl.col("workers_female"),
        members_male=pl.col("members_total") - pl.col("members_female"),
    )
    # Column by column: what unpivot() makes of a nation's quarter would stand in memory three times.
    figures = (
        rows.filter(pl.col(column).is_not_null()).select(
            *PLACE,
            "basis",
            "scope",
            pl.lit(column, pl.Categorical).alias("indicator_code"),
            pl.col(column).cast(pl.Float64).alias("value"),
            pl.lit(group, pl.Categorical).alias("group"),
        )
        for column, group in _TOGETHER.items()
    )
    return pl.concat(figures)


def _of_indicators(marts: Frames, units_of_persons: tuple[str, ...]) -> pl.DataFrame:
    """Figures of indicators that count persons and are no column of ``mart_membership``; same columns."""
    counting = marts["dim_indicator"].filter(pl.col("unit").is_in(units_of_persons)).unique("indicator_code")
    of_their_own = counting.filter(~pl.col("indicator_code").is_in(list(_TOGETHER))).select(
        "indicator_code",
        group=pl.when(pl.col("origin") == "measure")
        .then(pl.lit(_SUBSETS))
        .otherwise(pl.col("indicator_code").cast(pl.String)),
    )
    place = ["period", "org_unit_code", "indicator_code"]
    threshold = pl.concat_str("threshold", pl.lit(" workers"))
    values = pl.concat(
        [
            marts["mart_indicator"].select(*place, "value", scope=threshold.fill_null("all")),
            marts["mart_activity"].select(*place, value="plan_value", scope=pl.lit("plan")),
        ]
    )
    known = values.join(of_their_own, on="indicator_code").drop_nulls("value")
    known = known.with_columns(sector=pl.lit("all"), basis=pl.lit("as_reported"))
    return compact(known.select(*PLACE, "basis", "scope", "indicator_code", "value", "group"))


def _is_small(value: pl.Expr) -> pl.Expr:
    return (value > 0) & (value < SMALLEST_PUBLISHED)


def _small(figures: pl.DataFrame) -> pl.DataFrame:
    """Addresses whose figure is small, or all unions less the comparable ones is."""
    same = ["indicator_code", *ADDRESS, "basis"]
    scopes = figures.filter(scope="all").join(figures.filter(scope="comparable"), on=same, suffix="_comparable")
    return pl.concat(
        [
            figures.filter(_is_small(pl.col("value"))).select(ADDRESS),
            scopes.filter(_is_small(pl.col("value") - pl.col("value_comparable"))).select(ADDRESS),
        ]
    ).unique()


def _closed(figures: pl.DataFrame, seeds: pl.DataFrame, trees: pl.DataFrame, marts: Frames) -> pl.DataFrame:
    """The addresses to withhold among those of ``figures``, once those of ``seeds`` are."""
    touched = figures.join(seeds, on=["group", "period"], how="semi")
    cells = touched.select(ADDRESS).unique().sort(ADDRESS).with_row_index("cell")
    marked = cells.join(seeds.unique().with_columns(is_small=True), on=ADDRESS, how="left", maintain_order="left")
    touched = touched.join(cells, on=ADDRESS).select("cell", "indicator_code", "basis", "scope", "value")
    sums = sums_of(touched, cells, trees, marts).sort("sum", "cell", "reading")
    return cells.filter(withhold(marked["is_small"].fill_null(value=False), sums)).select(ADDRESS)


def _following(
    withheld: pl.DataFrame, members_before: pl.DataFrame, figures: pl.DataFrame, dim_period: pl.DataFrame
) -> list[pl.DataFrame]:
    """What must be withheld because of members and workers that are.

    Of members: those who joined and left in that period and the next one, which lead from one stock to another. Of
    both: every subset of them, in any sector, because subsets add up across sectors.
    """
    members = withheld.filter(group="members")
    order = dim_period.sort("period").select("period", next_period=pl.col("period").shift(-1))
    after = pl.concat([members_before, members]).join(order, on="period").with_columns(period="next_period")
    changes = pl.concat([members, after.select(ADDRESS)]).with_columns(group=pl.lit(_CHANGES, pl.Categorical))
    either = withheld.filter(pl.col("group").is_in(["members", "workers"])).select("period", "org_unit_code").unique()
    subsets = figures.filter(group=_SUBSETS).join(either, on=["period", "org_unit_code"], how="semi")
    return [changes, subsets.select(ADDRESS).unique()]


def _with_ratios(withheld: pl.DataFrame, dim_indicator: pl.DataFrame) -> pl.DataFrame:
    """The figures, and the ratios of which one is a part."""
    parts = dim_indicator.select("indicator_code", "numerator", "denominator").unpivot(
        ["numerator", "denominator"], index="indicator_code", value_name="part"
    )
    parts = parts.drop_nulls("part").select(pl.col("indicator_code").alias("ratio"), "part").unique()
    ratios = withheld.join(parts, left_on="indicator_code", right_on="part")
    return pl.concat([withheld, ratios.select(pl.col("ratio").alias("indicator_code"), *PLACE)]).unique()


def _to_date(parts: pl.DataFrame, marts: Frames) -> pl.DataFrame:
    """The figures of a block since the start of a year of which a part is withheld: same columns.

    A sum since January holds every quarter so far, anything else is the figure of its ``actual_period``.
    """
    place = ["indicator_code", "org_unit_code"]
    kinds = marts["dim_indicator"].select("indicator_code", "aggregation_over_time").unique("indicator_code")
    known = parts.filter(pl.col("sector") == "all").drop("sector").join(kinds, on="indicator_code")
    is_sum, year = pl.col("aggregation_over_time") == "sum", pl.col("period").str.head(4)
    of_block = marts["ancestors"].select(pl.col("period").unique()).with_columns(year=year).rename({"period": "to"})
    summed = known.filter(is_sum).with_columns(year=year).join(of_block, on="year")
    summed = summed.filter(pl.col("to") >= pl.col("period")).select(*place, period="to")
    stood = marts["mart_indicator"].join(
        known.filter(~is_sum).select(*place, actual_period="period"), on=[*place, "actual_period"], how="semi"
    )
    base = pl.concat([summed, stood.select(*place, "period")]).unique().with_columns(sector=pl.lit("all"))
    return _with_ratios(base.select("indicator_code", *PLACE), marts["dim_indicator"])
