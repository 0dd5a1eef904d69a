"""A made-up panel of honest reports over eight quarters, and the slips that people make in them.

Assumptions, written down before the rules were measured; two parameters of the rules (``smallest_change`` of swapped
columns, ``chance`` of copied reports) were then set on panels with other seeds than the test's:

* 70 reporting units with 4 to about 150 unions (log-normal, median 25); unions have 5 members and more (log-normal,
  median 24, with a tail beyond 3,000), larger in FDI and state enterprises.
* Most rows do not change from quarter to quarter, because nothing happened or because nobody counted again: a unit
  is busy or quiet (beta distribution around 40 % of rows that change), schools and offices half as much as others.
* Where something happens, admissions and departures are Poisson with a rate of 1 to 6 % of the members by sector.
* 1 row in 100 changes much and honestly: a factory hires, lays off or splits (log-normal factor, sigma 0.6).
* Workers follow the members, but are brought up to date less often, and one union in five rounds them to tens.
* Women are a share of the union's own (beta distribution); their count is redrawn only when the total changes.
* Members move between unions: in 1 row of 10 that change, the flows do not explain the new stock; 1 union in 12 never
  fills in flows, 1 in 40 never counts women.
* Unions are founded (1 % a quarter, with 5 to 40 members) and end (0.5 %); 3 % of reports are missing.
* Enterprises: half of them are counted anew in a quarter by a busy unit, fewer by a quiet one; 3 % of sizes unknown;
  visits to those without a union.

Slips are made one at a time, in cells that hold a number:

* ``times_ten``: a zero typed too many. ``dropped_digit``: any one digit of a number of two or more digits is lost.
* ``swapped``: the values of two neighbouring columns of the same group or subject stand in each other's place; a pair
  that differs by less than a tenth is no slip worth asking for.
* ``copied``: a whole report of ten rows or more repeats that of the quarter before, under the new date; a report that
  would have been the same anyway is no slip. (A report of five rows that all stay the same is no rare thing: with
  reports of any size, one in eight of which has fewer than ten rows, 86 to 95 of 100 copies are found.)
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.contracts import Form, load_contracts
from pipelines.contracts.frames import row_schema

PERIODS = tuple(f"{year}-Q{quarter}" for year in (2022, 2023) for quarter in (1, 2, 3, 4))
UNITS = 70
SECTORS = ("public_administration", "public_school", "public_service", "state_enterprise", "private_enterprise")
SECTORS += ("fdi_enterprise", "cooperative")
SHARES = (0.16, 0.26, 0.08, 0.05, 0.34, 0.06, 0.05)
SIZES = (0.8, 1.2, 1.1, 2.5, 1.0, 8.0, 0.6)
TURNOVER = (0.01, 0.015, 0.02, 0.03, 0.05, 0.06, 0.03)
STATE = 3  # the first sectors change half as often

SWAPS = {
    "grassroots_unions": (
        ("workers_total", "workers_female"),
        ("members_total", "members_female"),
        ("workers_total", "members_total"),
        ("workers_female", "members_female"),
    ),
    "enterprises": (("workers_total", "workers_female"),),
}
WATCHED = {
    "grassroots_unions": ("workers_total", "workers_female", "members_total", "members_female"),
    "enterprises": ("workers_total", "workers_female"),
}


def panel(seed: int) -> dict[str, pl.DataFrame]:
    """Form → honest rows of every unit and quarter, each report a submission of its own."""
    rng = np.random.default_rng(seed)
    counts = np.clip(rng.lognormal(np.log(25), 0.8, UNITS), 4, 150).astype(int)
    busy = rng.beta(4, 6, UNITS)
    unions, enterprises = _unions(rng, counts, busy), _enterprises(rng, counts, busy)
    contracts = load_contracts()
    frames = {}
    for name, frame in (("grassroots_unions", unions), ("enterprises", enterprises)):
        sent = frame.select("org_unit_code", "period").unique(maintain_order=True)
        sent = sent.filter(pl.Series(rng.random(sent.height) >= 0.03))
        frames[name] = _as_rows(contracts.form(name), frame.join(sent, on=["org_unit_code", "period"], how="semi"))
    return frames


def _unions(rng: np.random.Generator, counts: np.ndarray, busy: np.ndarray) -> pl.DataFrame:
    unit = np.repeat(np.arange(UNITS), counts)
    n = unit.size
    sector = rng.choice(len(SECTORS), n, p=SHARES)
    members = 5 + rng.lognormal(np.log(19), 1.0, n) * np.array(SIZES)[sector]
    members = np.minimum(members, 9000).astype(int)
    density = np.clip(rng.beta(9, 1, n), 0.2, 1)
    workers = np.maximum(members, (members / density).astype(int))
    women = rng.beta(5, 4, n)
    members_female, workers_female = (rng.binomial(size, women) for size in (members, workers))
    rounds = rng.random(n) < 0.2
    no_flows, no_women = rng.random(n) < 1 / 12, rng.random(n) < 1 / 40
    since = np.zeros(n, dtype=int)
    late = rng.random(n) < 0.01 * len(PERIODS)
    since[late] = rng.integers(1, len(PERIODS), late.sum())
    members[late] = rng.integers(5, 41, late.sum())
    until = np.full(n, len(PERIODS))
    ends = rng.random(n) < 0.005 * len(PERIODS)
    until[ends] = rng.integers(1, len(PERIODS), ends.sum())
    chance = busy[unit] * np.where(sector < STATE, 0.5, 1.1)
    parts = []
    for at, period in enumerate(PERIODS):
        moves = (rng.random(n) < chance) & (at > 0)
        admitted = np.where(moves, rng.poisson(members * np.array(TURNOVER)[sector] + 0.3), 0)
        left = np.minimum(np.where(moves, rng.poisson(members * np.array(TURNOVER)[sector] + 0.2), 0), members - 1)
        shock = (rng.random(n) < 0.01) & (at > 0)
        after = np.maximum(3, (members * rng.lognormal(0, 0.6, n)).astype(int))
        admitted = np.where(shock, admitted + np.maximum(after - members, 0), admitted)
        left = np.where(shock, np.minimum(left + np.maximum(members - after, 0), members - 1), left)
        moved_in = np.where(moves & (rng.random(n) < 0.1), rng.integers(-3, 9, n), 0)
        new = np.maximum(3, members + admitted - left + moved_in)
        women_anew = np.clip(
            members_female + rng.binomial(np.abs(new - members), women) * np.sign(new - members), 0, new
        )
        members_female = np.where(new != members, women_anew, members_female)
        recount = shock | (moves & (rng.random(n) < 0.6))
        fresh = np.maximum(new, (new / density + rng.normal(0, 0.5, n) * np.sqrt(new)).astype(int))
        fresh = np.where(rounds, np.maximum(np.round(fresh, -1), new), fresh)
        counted = np.where(recount, fresh, np.maximum(workers, new))
        more = counted - workers
        workers_female = np.clip(
            workers_female + rng.binomial(np.abs(more), women) * np.sign(more), members_female, counted
        )
        members, workers = new, counted
        here = (since <= at) & (at <= until)
        parts.append(
            pl.DataFrame(
                {
                    "period": period,
                    "unit": unit,
                    "number": np.arange(n),
                    "sector": np.array(SECTORS)[sector],
                    "members_total": members,
                    "members_female": members_female,
                    "workers_total": workers,
                    "workers_female": workers_female,
                    "members_admitted": admitted,
                    "members_left": left,
                    "is_ended": until == at,
                    "no_flows": no_flows,
                    "no_women": no_women,
                }
            ).filter(pl.Series(here))
        )
    blank = pl.lit(None, pl.Int64)
    return pl.concat(parts).with_columns(
        pl.when("no_flows").then(blank).otherwise(pl.col("members_admitted", "members_left")).name.keep(),
        pl.when("no_women").then(blank).otherwise(pl.col("members_female", "workers_female")).name.keep(),
        org_unit_code=pl.format("H{}", (pl.col("unit") + 101)),
        union_code=pl.format("CS-{}", "number"),
        ended_on=pl.when("is_ended").then(pl.lit("2022-01-15").str.to_date()),
    )


def _enterprises(rng: np.random.Generator, counts: np.ndarray, busy: np.ndarray) -> pl.DataFrame:
    unit = np.repeat(np.arange(UNITS), counts)
    n = unit.size
    workers = np.minimum(3 + rng.lognormal(np.log(25), 1.2, n), 12000).astype(int)
    women = rng.beta(4, 4, n)
    workers_female = rng.binomial(workers, women)
    unknown = rng.random(n) < 0.03
    has_union = rng.random(n) < 0.4
    parts = []
    for at, period in enumerate(PERIODS):
        recount = (rng.random(n) < 0.5 * busy[unit] / 0.4) & (at > 0)
        shock = (rng.random(n) < 0.01) & (at > 0)
        grown = rng.poisson(np.maximum(workers * np.exp(rng.normal(0, 0.05, n)), 1))
        new = np.where(recount, np.maximum(1, np.round(workers + (grown - workers) * 0.5)).astype(int), workers)
        new = np.where(shock, np.maximum(1, (workers * rng.lognormal(0, 0.6, n)).astype(int)), new)
        more = new - workers
        workers_female = np.clip(workers_female + rng.binomial(np.abs(more), women) * np.sign(more), 0, new)
        workers = new
        visits = np.where(has_union, 0, rng.poisson(0.3 * busy[unit]))
        parts.append(
            pl.DataFrame(
                {
                    "period": period,
                    "unit": unit,
                    "number": np.arange(n),
                    "workers_total": workers,
                    "workers_female": workers_female,
                    "survey_visits": visits,
                    "unknown": unknown,
                    "has_union": has_union,
                }
            )
        )
    blank = pl.lit(None, pl.Int64)
    return pl.concat(parts).with_columns(
        pl.when("unknown").then(blank).otherwise(pl.col("workers_total", "workers_female")).name.keep(),
        org_unit_code=pl.format("H{}", (pl.col("unit") + 101)),
        tax_code=(pl.col("number") + 1_000_000_000).cast(pl.String).str.zfill(10),
        ownership=pl.lit("private_enterprise"),
    )


def _as_rows(form: Form, frame: pl.DataFrame) -> pl.DataFrame:
    schema = row_schema(form)
    frame = frame.sort("org_unit_code", "period", "number").with_columns(
        submission_id=pl.concat_str("org_unit_code", "period", pl.lit(form.form), separator="."),
        source_sheet=pl.lit("T"),
        source_row=10 + pl.int_range(1, pl.len() + 1).over("org_unit_code", "period"),
    )
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns]
    return frame.with_columns(absent).select(pl.col(name).cast(dtype) for name, dtype in schema.items())


# --- slips


def with_slips(form: str, rows: pl.DataFrame, kind: str, share: float, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows with slips of one kind in a share of the cells of the last quarter, and where they are.

    Returns:
        the rows, and the slips: submission_id, source_row (null for a copied report).
    """
    rng = np.random.default_rng(seed)
    if kind == "copied":
        return _copied(form, rows, share, rng)
    frame = rows.with_row_index("_at")
    last = frame.filter(pl.col("period") == PERIODS[-1])
    fields = [(name,) for name in WATCHED[form]] if kind != "swapped" else SWAPS[form]
    chosen = last.filter(pl.Series(rng.random(last.height) < share))
    turn = rng.integers(0, len(fields), chosen.height)
    changes: dict[str, dict[int, int]] = {name: {} for name in WATCHED[form]}
    slips = []
    for row, at in zip(chosen.iter_rows(named=True), turn, strict=True):
        values = [row[name] for name in fields[at]]
        if None in values:
            continue
        if kind == "times_ten":
            new = [values[0] * 10]
        elif kind == "dropped_digit":
            text = str(values[0])
            gone = rng.integers(0, len(text))
            new = [int(text[:gone] + text[gone + 1 :])] if len(text) > 1 else values
        else:
            one, other = values
            new = [other, one] if abs(one - other) > max(one, other) / 10 else values
        if new != values:
            slips.append((row["submission_id"], row["source_row"]))
            for name, value in zip(fields[at], new, strict=True):
                changes[name][row["_at"]] = value
    slipped = frame.with_columns(
        pl.coalesce(pl.col("_at").replace_strict(new, default=None, return_dtype=pl.Int64), name).alias(name)
        for name, new in changes.items()
        if new
    )
    return slipped.drop("_at"), pl.DataFrame(
        slips, schema={"submission_id": pl.String, "source_row": pl.Int64}, orient="row"
    )


def _copied(form: str, rows: pl.DataFrame, share: float, rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    contract = load_contracts().form(form)
    counts = [field.name for field in contract.fields if field.type.value == "count"]
    now, before = (rows.filter(pl.col("period") == period) for period in (PERIODS[-1], PERIODS[-2]))
    large = before.filter(pl.len().over("org_unit_code") >= 10)
    units = now.join(large, on="org_unit_code", how="semi")["org_unit_code"].unique().sort()
    chosen = units.filter(pl.Series(rng.random(units.len()) < share))
    ids = now.select("org_unit_code", submission_id="submission_id").unique()
    copies = before.filter(pl.col("org_unit_code").is_in(chosen.implode())).drop("submission_id")
    copies = copies.with_columns(period=pl.lit(PERIODS[-1])).join(ids, on="org_unit_code").select(rows.columns)
    key = ["submission_id", *contract.key, *counts]
    anyway = (
        copies.group_by("submission_id")
        .len("n")
        .join(
            copies.join(now, on=key, how="semi", nulls_equal=True).group_by("submission_id").len("same"),
            on="submission_id",
            how="left",
        )
        .filter(pl.col("n") == pl.col("same"))
    )
    slips = copies.select("submission_id").unique().join(anyway, on="submission_id", how="anti")
    kept = rows.join(copies, on="submission_id", how="anti")
    return pl.concat([kept, copies]), slips.with_columns(source_row=pl.lit(None, pl.Int64)).sort("submission_id")
