"""How unusual a change is among its peers, and how likely it is that nothing changed: learnt from accepted rows.

Median and MAD bear up to half the peers being wrong. Most rows do not change from one quarter to the next, and then the
MAD of all of them is 0: the scale is that of the rows that did change. What a group has too few peers for is taken from
the next wider group, and in the end from the scale that the rule states.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.contracts.slips import CopiedPeriod, Peers
from pipelines.quality.previous import before

NORMAL = 1.4826
"""The MAD of a normal distribution times this is its standard deviation."""

_AT, _QUARTER = "_at", "_quarter"


def quarter_number(period: pl.Expr) -> pl.Expr:
    """Quarters counted through, so that neighbours differ by 1."""
    return period.str.slice(0, 4).cast(pl.Int32) * 4 + period.str.slice(6, 1).cast(pl.Int32)


def change_scores(
    frame: pl.DataFrame, fields: Sequence[str], sector: str | None, peers: Peers, judged: Sequence[str]
) -> pl.DataFrame:
    """How many scales the change of each field lies from the median change of its peers, one column per field.

    Args:
        frame: rows of one form with their values before (``with_previous``), of the judged periods and those before.
        fields: the counts to follow.
        sector: the field that groups rows which change alike.
        peers: which rows are peers, and the least scales.
        judged: the periods that are judged; rows of others serve as peers only.

    Returns:
        a frame as high as ``frame`` with the columns ``fields``; null where there is nothing to compare.
    """
    numbered = frame.with_row_index(_AT).with_columns(
        quarter_number(pl.col("period")).alias(_QUARTER),
        (pl.col(sector) if sector else pl.lit("")).alias("_sector"),
    )
    now_and_then = pl.concat(
        numbered.select(
            _AT, _QUARTER, "period", "_sector", field=pl.lit(name), now=pl.col(name), then=pl.col(before(name))
        )
        for name in fields
    ).drop_nulls(["now", "then"])
    changes = now_and_then.with_columns(
        change=(pl.col("now") + peers.offset).log() - (pl.col("then") + peers.offset).log(),
        size=pl.sum_horizontal((pl.col("then") >= bound).cast(pl.Int32) for bound in peers.sizes),
        noise=peers.noise / (pl.col("then") + peers.offset).sqrt(),
    )
    asked = changes.filter(pl.col("period").is_in(list(judged)))
    scored = asked.with_columns(centre=pl.lit(None, pl.Float64), scale=pl.lit(None, pl.Float64))
    window = _spread(changes, peers.quarters).join(asked.select(_QUARTER).unique(), on=_QUARTER, how="semi")
    for group in (["field", "size", "_sector"], ["field", "size"], ["field"]):
        usual = _usual(window, [_QUARTER, *group], peers.least)
        scored = scored.join(usual, on=[_QUARTER, *group], how="left").with_columns(
            centre=pl.coalesce("centre", "group_centre"), scale=pl.coalesce("scale", "group_scale")
        )
        scored = scored.drop("group_centre", "group_scale")
    stated = (peers.default_scale**2 + pl.col("noise").pow(2)).sqrt()
    scale = pl.max_horizontal(pl.col("scale").fill_null(stated), "noise", peers.smallest_scale)
    scored = scored.with_columns(score=(pl.col("change") - pl.col("centre").fill_null(0.0)) / scale)
    wide = numbered.select(_AT)
    for name in fields:
        of_field = scored.filter(pl.col("field") == name).select(_AT, pl.col("score").alias(name))
        wide = wide.join(of_field, on=_AT, how="left", maintain_order="left")
    return wide.drop(_AT)


def _spread(changes: pl.DataFrame, quarters: int) -> pl.DataFrame:
    """Every change as a peer of its own quarter and of the following ones."""
    return pl.concat(changes.with_columns(pl.col(_QUARTER) + later) for later in range(quarters + 1))


def _usual(window: pl.DataFrame, group: list[str], least: int) -> pl.DataFrame:
    """``group_centre`` and ``group_scale`` of every group in which enough rows changed."""
    has_changed = pl.col("change") != 0
    centred = window.with_columns(group_centre=pl.col("change").median().over(group)).filter(has_changed)
    spread = (pl.col("change") - pl.col("group_centre")).abs().median() * NORMAL
    return (
        centred.group_by(group)
        .agg(pl.col("group_centre").first(), group_scale=spread, _n=pl.len())
        .filter(pl.col("_n") >= least)
        .drop("_n")
    )


def copies(frame: pl.DataFrame, rule: CopiedPeriod) -> pl.DataFrame:
    """How likely each submission is to repeat the period before in every row by chance.

    Rows stay the same as often as in the other submissions around: those of all units, or, where that is more, those of
    the units under the same parent, who count and report alike.

    Args:
        frame: rows of one form with their values before (``with_previous``), of several periods, and ``parent_code``.
        rule: how far back other submissions are looked at, and which submissions are too small to judge.

    Returns:
        submission_id, rows, others_share (share of rows that stayed the same in the other submissions; null if there
        are none) and chance: 1 where a row changed, else what the others' share comes to over all its rows; null for a
        submission of few rows or without others.
    """
    by_submission = frame.group_by("submission_id", "period", "parent_code").agg(
        rows=pl.len().cast(pl.Int64),
        known=pl.col("is_known").sum().cast(pl.Int64),
        same=pl.col("is_unchanged").sum().cast(pl.Int64),
    )
    by_submission = by_submission.with_columns(quarter_number(pl.col("period")).alias(_QUARTER))
    around = _spread(by_submission.filter(pl.col("known") > 0), rule.quarters)
    shares = by_submission
    for name, group in (("of_all", [_QUARTER]), ("of_siblings", [_QUARTER, "parent_code"])):
        sums = around.group_by(group).agg(all_known=pl.sum("known"), all_same=pl.sum("same"), submissions=pl.len())
        others = pl.col("all_known") - pl.col("known")
        is_enough = (others > 0) & (pl.col("submissions") > (rule.siblings if name == "of_siblings" else 1))
        share = pl.when(is_enough).then((pl.col("all_same") - pl.col("same")) / others)
        joined = shares.join(sums, on=group, how="left", nulls_equal=True)
        shares = joined.with_columns(share.alias(name)).drop("all_known", "all_same", "submissions")
    share = pl.max_horizontal("of_all", "of_siblings")
    is_copy = pl.col("same") == pl.col("rows")
    is_judged = (pl.col("rows") >= rule.rows) & (pl.col("known") > 0)
    return shares.select(
        "submission_id",
        "rows",
        others_share=share,
        chance=pl.when(is_judged).then(pl.when(is_copy).then(share.pow(pl.col("rows"))).otherwise(1.0)),
    )
