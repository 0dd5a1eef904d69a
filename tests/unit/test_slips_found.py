"""How many slips the rules between periods find, and how often they ask in vain: measured, beside another method.

The data is the panel of ``tests/panel.py``, whose docstring says how honest reports and slips are made; the seed is
fixed. A slip counts as found when its row (a copied report: the submission) gets
one of the four queries; a false alarm is a row of the untouched panel that gets one, or that stands in a report that
gets one. Beside it, on the same data, the z-score of DHIS2: a value is an outlier when it lies three standard
deviations (of the population) or more from the mean of the union's own values before; where these never differed, DHIS2
says nothing.
"""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.contracts.frames import COLUMN_PLACES, row_schema
from pipelines.intake.units import OrgUnit, OrgUnits, load_org_units
from pipelines.quality.between import validate_between
from pipelines.synthetic.activities import activity_rows
from pipelines.synthetic.parcels import reported
from pipelines.synthetic.places import SCENARIOS
from tests import panel

CONTRACTS = load_contracts()
ASKED = ("sudden_change", "slipped_digit", "swapped_columns", "copied_period")
CODES = [rule.code for rule in CONTRACTS.comparisons if rule.check in ASKED]
KINDS = ("times_ten", "dropped_digit", "swapped", "copied")
FORMS = tuple(panel.WATCHED)
SEED = 20260
SHARE = {"copied": 0.15}
"""So many of the cells, rows or reports of the last quarter slip; 4 in 100 of the others."""


def units_of(rows: dict[str, pl.DataFrame]) -> OrgUnits:
    """Units that stand for as long as they report."""
    codes = pl.concat(frame["org_unit_code"] for frame in rows.values()).unique().sort()
    since = pl.Series(["2018-01-01"]).str.to_date()[0]
    return OrgUnits(OrgUnit(code, code, "district", None, None, since, None) for code in codes)


def asked_of(rows: dict[str, pl.DataFrame], judged: tuple[str, ...]) -> pl.DataFrame:
    """Queries of the four rules on the rows of some quarters, the others being history."""
    is_judged = pl.col("period").is_in(judged)
    now = {form: frame.filter(is_judged) for form, frame in rows.items()}
    history = {form: frame.filter(~is_judged) for form, frame in rows.items()}
    places = pl.DataFrame(schema=COLUMN_PLACES)
    found = validate_between(CONTRACTS, now, history, places, units_of(rows))
    return found.issues.filter(pl.col("rule_code").is_in(CODES))


def outliers(form: str, rows: pl.DataFrame) -> pl.DataFrame:
    """submission_id and source_row of rows with a value three standard deviations from the mean of those before."""
    key = ["org_unit_code", *CONTRACTS.form(form).key]
    frame = rows.sort("period")
    flags = []
    for name in panel.WATCHED[form]:
        value = pl.col(name).cast(pl.Float64)
        count, total, squares = value.is_not_null().cum_sum(), value.cum_sum(), value.pow(2).cum_sum()
        n, mean = count.shift(1), total.forward_fill().shift(1) / count.shift(1)
        deviation = (squares.forward_fill().shift(1) / n - mean.pow(2)).clip(lower_bound=0).sqrt()
        is_far = (deviation > 1e-6) & ((value - mean).abs() >= 3 * deviation) & (n >= 2)
        flags.append(is_far.over(key, order_by="period").fill_null(False))
    return frame.filter(pl.any_horizontal(flags)).select("submission_id", "source_row")


@cache
def clean() -> dict[str, pl.DataFrame]:
    return panel.panel(SEED)


def compared(rows: pl.DataFrame, form: str) -> pl.DataFrame:
    """The rows that have one before them, in the quarter before."""
    key = ["org_unit_code", *CONTRACTS.form(form).key]
    steps = pl.DataFrame(list(zip(panel.PERIODS[1:], panel.PERIODS, strict=False)), ["period", "_before"], orient="row")
    before = rows.select(*key, _before="period")
    return rows.join(steps, on="period").join(before, on=[*key, "_before"], how="semi")


def rows_asked(rows: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The rows with a query of their own, or of their whole report."""
    whole = asked.filter(pl.col("source_row").is_null())
    by_row = rows.join(asked, on=["submission_id", "source_row"], how="semi")
    return pl.concat([by_row, rows.join(whole, on="submission_id", how="semi")]).unique()


@cache
def false_alarms() -> dict[str, tuple[float, float]]:
    """Form → share of honest rows that are asked about, by the rules and by the z-score."""
    asked = asked_of(clean(), panel.PERIODS[1:])
    shares = {}
    for form in FORMS:
        rows = compared(clean()[form], form)
        far = rows.join(outliers(form, clean()[form]), on=["submission_id", "source_row"], how="semi")
        shares[form] = (rows_asked(rows, asked).height / rows.height, far.height / rows.height)
    return shares


@cache
def found() -> dict[tuple[str, str], tuple[int, int, int]]:
    """(kind, form) → slips, those that the rules find, those that the z-score finds."""
    result = {}
    for number, kind in enumerate(KINDS):
        slipped = {
            form: panel.with_slips(form, clean()[form], kind, SHARE.get(kind, 0.04), SEED + number) for form in FORMS
        }
        asked = asked_of({form: rows for form, (rows, _) in slipped.items()}, panel.PERIODS[-1:])
        for form, (rows, slips) in slipped.items():
            far = outliers(form, rows)
            if kind == "copied":
                on = ["submission_id"]
                asked_here = asked.filter(rule_code="CD-Q323")
            else:
                on = ["submission_id", "source_row"]
                asked_here = asked
                slips = slips.join(compared(rows, form), on=on, how="semi")
            by_rules, by_z = (slips.join(flagged, on=on, how="semi").height for flagged in (asked_here, far))
            result[kind, form] = (slips.height, by_rules, by_z)
    return result


@pytest.mark.slow
def test_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{'slips found':<32}{'slips':>7}{'rules':>9}{'z-score':>9}"]
    for (kind, form), (slips, rules, far) in found().items():
        lines.append(f"{kind + ', ' + form:<32}{slips:>7}{rules / slips:>9.1%}{far / slips:>9.1%}")
    slips, rules, far = (sum(row[place] for row in found().values()) for place in range(3))
    lines.append(f"{'all':<32}{slips:>7}{rules / slips:>9.1%}{far / slips:>9.1%}")
    for form, (by_rules, by_z) in false_alarms().items():
        lines.append(f"{'false alarms, ' + form:<39}{by_rules:>9.2%}{by_z:>9.2%}")
    with capsys.disabled():
        print("", *lines, sep="\n")
    assert rules / slips >= 0.9
    assert rules > far


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", FORMS)
def test_nine_of_ten_slips_of_every_kind_are_found(kind: str, form: str) -> None:
    slips, rules, _ = found()[kind, form]
    assert slips >= 8
    assert rules >= 0.9 * slips


@pytest.mark.parametrize("form", FORMS)
def test_fewer_than_two_of_a_hundred_honest_rows_are_asked_about(form: str) -> None:
    assert compared(clean()[form], form).height > 10_000
    assert false_alarms()[form][0] < 0.02


def test_the_honest_reports_of_the_demo_are_not_asked_about_across_the_reform() -> None:
    sent_of = {form: pl.concat(reported(scenario)[form] for scenario in SCENARIOS) for form in FORMS}
    sent_of["activities"] = activity_rows(sent_of["grassroots_unions"], CONTRACTS, "activities")
    together = {}
    for form, sent in sent_of.items():
        schema = row_schema(CONTRACTS.form(form))
        numbered = sent.with_columns(
            submission_id=pl.concat_str("org_unit_code", "period", pl.lit(form), separator="."),
            source_sheet=pl.lit("T"),
            source_row=pl.int_range(11, pl.len() + 11).over("org_unit_code", "period"),
        )
        together[form] = numbered.select(*schema)
    places = pl.DataFrame(schema=COLUMN_PLACES)
    found = validate_between(CONTRACTS, together, {}, places, load_org_units())
    assert found.issues.rows() == []
    evaluated = found.results.group_by("rule_code").agg(pl.sum("evaluated"))
    assert evaluated.height == len(CONTRACTS.comparisons) - 1 and evaluated["evaluated"].min() > 100
