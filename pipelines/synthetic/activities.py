"""Made-up activities of a unit in a period, in proportion to what its other forms say of it.

Nothing was published of activities but that every upper-level union of Quảng Trị was rated good or better; all else
is invented: so many per union, member or enterprise, and wages from which fee and dues follow by the rates in force.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.contracts import Contracts
from pipelines.contracts.vietnamese import UNITS_VI
from pipelines.synthetic.numbers import noise
from pipelines.synthetic.scenario import ENTERPRISE_SECTORS

FORM = "activities"
MONTHLY_WAGE_VND = 6_800_000
"""Wage per head on which social insurance is paid."""

RATES: Mapping[str, Mapping[str, float]] = {
    "enterprises": {
        **{"dialogues_held": 0.5, "enterprises_with_dialogue": 0.7, "enterprises_with_workers_conference": 0.6},
        **{"enterprises_with_democracy_rules": 0.8, "unions_consulted_on_pay": 0.4, "cultured_workplaces": 0.4},
        **{"enterprises_with_shift_meals": 0.5, "shift_meals_improved": 0.06},
    },
    "unions": {
        **{"agencies_with_staff_conference": 0.4, "propaganda_sessions": 0.5, "charter_inspections": 0.12},
        **{"finance_inspections": 0.1, "unions_with_higher_dues": 0.04, "women_committees": 0.3},
        **{"women_activities": 0.2, "culture_sport_events": 0.2, "emulation_movements": 0.15},
        **{"models_replicated": 0.03, "collectives_commended": 0.15, "unions_using_software": 0.6},
        **{"congresses_held": 0.1, "forums_held": 0.02, "fee_employers": 0.9},
    },
    "members": {
        **{"propaganda_participants": 0.35, "law_education_participants": 0.2, "legal_consultations": 0.012},
        **{"culture_sport_participants": 0.15, "welfare_beneficiaries": 0.08, "hardship_supported": 0.015},
        **{"children_supported": 0.03, "officer_training_attendances": 0.01, "party_introduced": 0.004},
        **{"initiatives": 0.006, "individuals_commended": 0.02, "workers_skills_trained": 0.02},
        **{"resolution_02_participants": 0.25, "women_officers": 0.02, "core_workers": 0.01},
        **{"housing_supported": 0.0006, "workers_unrepresented": 0.08, "public_welfare_vnd": 20_000},
    },
    "one": {
        **{"authority_dialogues": 1.2, "petitions_made": 4, "collective_disputes": 0.4, "strikes": 0.15},
        **{"labour_law_inspections": 1.5, "covid_support_inspections": 0.8, "social_criticism_opinions": 2},
        **{"court_representations": 0.2, "fee_violations_referred": 0.5, "fee_employers_suspended": 0.6},
        **{"welfare_agreements": 3, "cooperation_programmes": 5, "cooperation_meetings": 1.5},
        **{"security_meetings": 0.8, "employer_sessions": 3, "officer_courses": 1.5, "officers_rotated": 0.5},
        **{"full_time_posts": 6, "officers_planned": 8, "advice_centres": 0.8, "institutions_in_use": 0.6},
        **{"enterprises_with_core_workers": 1.2, "party_classes": 0.7, "party_organisations_founded": 0.2},
        **{"resolution_02_plans": 1.5, "resolution_02_reviews": 0.6, "pilot_models": 0.2, "studies_completed": 0.3},
        **{"mai_am_houses_built": 0.8, "mai_am_houses_repaired": 0.7, "institution_projects": 0.2},
        **{"vocational_schools": 0.1, "union_businesses": 0.1},
    },
}
"""Base → indicator → about so many in a period (of a stock: at its end) for each of the base."""

SEASONS: Mapping[int, Mapping[str, tuple[str, float]]] = {
    1: {"tet_sum_vay_events": ("one", 3), "tet_sum_vay_beneficiaries": ("members", 0.3)},
    2: {"workers_month_activities": ("unions", 0.3), "workers_month_beneficiaries": ("members", 0.2)},
}
"""Quarter → what happens in it; 0 in the others."""

SHARES: Mapping[str, tuple[str, float]] = {
    **{"petitions_resolved": ("petitions_made", 0.8), "strikes_settled_with_union": ("strikes", 1)},
    **{"strike_participants": ("strikes", 85), "party_admitted": ("party_introduced", 0.6)},
    **{"party_admitted_workers": ("party_introduced", 0.25), "core_workers_trained": ("core_workers", 0.5)},
    **{"accountants_rotated": ("officers_rotated", 0.3), "full_time_officers": ("full_time_posts", 0.9)},
    **{"fee_employers_paid": ("fee_employers", 0.92), "workers_gathered_count": ("workers_unrepresented", 0.4)},
    **{"tet_sum_vay_vnd": ("tet_sum_vay_beneficiaries", 500_000), "mai_am_vnd": ("mai_am_houses_built", 50_000_000)},
    **{"workers_month_vnd": ("workers_month_beneficiaries", 300_000)},
    **{"hardship_vnd": ("hardship_supported", 1_000_000), "institution_progress_pct": ("institution_projects", 45)},
    **{"welfare_vnd": ("welfare_beneficiaries", 200_000), "initiatives_vnd": ("initiatives", 12_000_000)},
    **{"fee_suspended_vnd": ("fee_employers_suspended", 4_000_000)},
    **{"union_business_contribution_vnd": ("union_businesses", 120_000_000)},
}
"""Indicator → the one that it is a share or a multiple of; what is left after the whole is dropped."""

ZERO = (
    *("finance_violations_handled", "fee_employers_suspended_too_long"),
    *("worker_organisations", "worker_organisation_members"),
)
RATED = ("upper_unions_rated", "upper_unions_rated_good")
"""Published: every upper-level union was rated good or better; each but the province itself says 1 of itself."""

PLANNED = (
    *("dialogues_held", "enterprises_with_workers_conference", "enterprises_with_dialogue", "propaganda_sessions"),
    *("tet_sum_vay_beneficiaries", "workers_month_beneficiaries", "mai_am_houses_built", "legal_consultations"),
    *("charter_inspections", "finance_inspections", "party_introduced", "officer_training_attendances"),
)
"""Indicators with a plan; the others have none."""

KEYS = ("org_unit_code", "period")


def activity_rows(unions: pl.DataFrame, contracts: Contracts, *seed: str | int) -> pl.DataFrame:
    """The rows of the form ``activities`` of every unit and period that reports unions.

    Args:
        unions: rows of the form ``grassroots_unions`` with org_unit_code and period.
        contracts: the indicators and the rates in force.
        seed: of the noise.

    Returns:
        org_unit_code, period and the fields of the form; one row per indicator that the period asks for. Of what is
        not made up here the row is there and its value empty.
    """
    sizes = _sizes(unions)
    asked = _asked(sizes["period"].unique().sort().to_list(), contracts)
    grid = sizes.join(asked, on="period").sort(*KEYS, "place")
    grid = grid.with_columns(luck=noise(grid.height, *seed, "luck"), over=noise(grid.height, *seed, "plan"))
    # What a unit has at an end hardly changes: its luck is that of the first period.
    lasting = pl.when(pl.col("lasts")).then(pl.col("luck").first().over("org_unit_code", "indicator_code"))
    grid = grid.with_columns(luck=lasting.otherwise("luck"))
    drawn = grid.with_columns(value=_drawn()).with_columns(value=_with_shares(), **_wages(contracts, sizes))
    drawn = drawn.with_columns(value=pl.coalesce(_money(), _not_falling("value", pl.col("is_cumulative"))))
    is_planned = pl.col("indicator_code").is_in(PLANNED) & (pl.col("value") > 0)
    planned = (pl.col("value") * (0.85 + 0.3 * pl.col("over"))).ceil()
    drawn = drawn.with_columns(planned=pl.when(is_planned).then(planned))
    return drawn.select(
        *KEYS,
        *("indicator_code", "indicator_name", "unit"),
        plan_value=_not_falling("planned", pl.col("is_cumulative")),
        actual_value="value",
        note=pl.lit(None, dtype=pl.String),
    )


def _sizes(unions: pl.DataFrame) -> pl.DataFrame:
    """One row per unit and period: how large its bases are at the end of the period."""
    return (
        unions.filter(pl.col("ended_on").is_null())
        .group_by(*KEYS)
        .agg(
            one=pl.lit(1.0),
            unions=pl.len().cast(pl.Float64),
            members=pl.col("members_total").sum().cast(pl.Float64),
            enterprises=pl.col("sector").is_in(ENTERPRISE_SECTORS).sum().cast(pl.Float64),
            enterprise_workers=pl.col("workers_total").filter(pl.col("sector").is_in(ENTERPRISE_SECTORS)).sum(),
        )
        .sort(*KEYS)
    )


def _asked(periods: list[str], contracts: Contracts) -> pl.DataFrame:
    """One row per period and indicator that it asks for, with the base it goes by and its rate."""
    bases = {code: (base, rate) for base, rates in RATES.items() for code, rate in rates.items()}
    listed = contracts.form(FORM).field("indicator_code").choices
    rows = []
    for period in periods:
        of_season = {code: (base, 0.0) for season in SEASONS.values() for code, (base, _) in season.items()}
        known = {**bases, **of_season, **SEASONS.get(int(period[-1]), {})}
        for place, choice in enumerate(listed):
            if choice.is_asked_in(period):
                base, rate = known.get(choice.code, (None, None))
                unit = UNITS_VI.get(choice.unit or "", choice.unit)
                lasts = choice.quarters != (1, 2, 3, 4) or choice.code == "fee_employers"
                words = (choice.code, choice.label_vi, unit, base)
                rows.append((period, place, *words, rate, lasts, choice.is_cumulative))
    texts = dict.fromkeys(("indicator_code", "indicator_name", "unit", "base"), pl.String())
    marks = {"rate": pl.Float64(), "lasts": pl.Boolean(), "is_cumulative": pl.Boolean()}
    return pl.DataFrame(rows, schema={"period": pl.String(), "place": pl.Int64(), **texts, **marks}, orient="row")


def _drawn() -> pl.Expr:
    """Whole numbers around base × rate; of one that counts since January, the part of the year that has passed.

    An employer does not cease to owe the fee when its union ends.
    """
    size = pl.lit(None, dtype=pl.Float64)
    for base in RATES:
        size = pl.when(pl.col("base") == base).then(base).otherwise(size)
    about = size * pl.col("rate")
    code = pl.col("indicator_code")
    so_far = about * pl.col("period").str.slice(6).cast(pl.Float64) / 4
    varied = (about * (0.7 + 0.5 * pl.col("luck")) + pl.col("luck")).floor()
    value = (
        pl.when(code.is_in(RATED) & ~pl.col("org_unit_code").str.starts_with("T"))
        .then(1.0)
        .when(code.is_in(ZERO))
        .then(0.0)
        .when("is_cumulative")
        .then(so_far.floor())
        .otherwise(varied)
    )
    return _not_falling(value, code == "fee_employers")


def _not_falling(value: pl.Expr | str, of: pl.Expr) -> pl.Expr:
    """Of the rows that ``of`` selects, the largest value of the unit and indicator so far in the year."""
    value = pl.col(value) if isinstance(value, str) else value
    highest = value.cum_max().over("org_unit_code", "indicator_code", pl.col("period").str.head(4))
    return pl.when(of & value.is_not_null()).then(highest).otherwise(value)


def _with_shares() -> pl.Expr:
    """Adds the indicators that follow from another one of the same unit and period."""
    value = pl.col("value")
    for code, (whole, share) in SHARES.items():
        of_whole = pl.col("value").filter(pl.col("indicator_code") == whole).first().over(*KEYS)
        value = pl.when(pl.col("indicator_code") == code).then((of_whole * share).floor()).otherwise(value)
    # Without a project there is no progress, not one of 0 %.
    return pl.when((pl.col("indicator_code") != "institution_progress_pct") | (value > 0)).then(value)


def _wages(contracts: Contracts, sizes: pl.DataFrame) -> dict[str, pl.Expr]:
    """Columns of the wages of a quarter that fee and dues are paid on, and the rates in force."""
    rates = {
        name: {period: contracts.parameter(name, period) for period in sizes["period"].unique()}
        for name in ("fee_rate_pct", "dues_rate_pct")
    }
    of_period = {
        name: pl.col("period").replace_strict(values, return_dtype=pl.Float64) for name, values in rates.items()
    }
    quarter = 3 * MONTHLY_WAGE_VND
    return {
        "fee_wages": pl.col("enterprise_workers") * quarter,
        "dues_wages": (pl.col("members") * quarter).cast(pl.Int64),
        **of_period,
    }


def _money() -> pl.Expr:
    """Wages, what is collected of what the rates ask (from nine tenths up), and what is owed of a few quarters."""
    value = pl.lit(None, dtype=pl.Float64)
    for kind in ("fee", "dues"):
        asked = pl.col(f"{kind}_wages") * pl.col(f"{kind}_rate_pct") / 100
        amounts = {
            f"{kind}_wage_fund_vnd": pl.col(f"{kind}_wages").cast(pl.Float64),
            f"{kind}_collected_vnd": (asked * (0.9 + 0.09 * pl.col("luck"))).floor(),
            f"{kind}_arrears_vnd": (asked * 0.2 * pl.col("luck")).floor(),
        }
        for code, amount in amounts.items():
            value = pl.when(pl.col("indicator_code") == code).then(amount).otherwise(value)
    return value
