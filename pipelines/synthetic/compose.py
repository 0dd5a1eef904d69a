"""The engine: turns a scenario into the rows of the forms, so that they add up to what the scenario says.

Every frame returned has ``org_unit_code``, ``period`` and the fields of its form, in the contract's types.
Nothing is written here.
"""

from __future__ import annotations

import datetime as dt
import math

import polars as pl

from pipelines.synthetic.numbers import noise, pick, split, tax_codes
from pipelines.synthetic.scenario import ENTERPRISE_SECTORS, STATE_SECTORS, Scenario

SMALLEST_UNION = 12
SMALLEST_FOUNDED = 10

SIZE = {"public_administration": 0.8, "public_service": 1.1, "state_enterprise": 2.0, "fdi_enterprise": 3.0}
"""Members of a union relative to one of any other sector."""

WOMEN = {"public_school": 1.35, "fdi_enterprise": 1.2, "public_administration": 0.85, "informal": 0.6}
"""Share of women relative to any other sector."""

NAMES = {
    "public_administration": ("Phòng chuyên môn mẫu", "Ủy ban nhân dân mẫu", "Hạt kiểm lâm mẫu"),
    "public_school": ("Trường Mầm non mẫu", "Trường Tiểu học mẫu", "Trường Trung học cơ sở mẫu"),
    "public_service": ("Trung tâm Y tế mẫu", "Trung tâm Văn hóa mẫu", "Ban quản lý dự án mẫu"),
    "state_enterprise": ("Công ty TNHH MTV Nhà nước mẫu", "Công ty Thủy nông mẫu"),
    "private_enterprise": ("Công ty TNHH mẫu", "Công ty Cổ phần mẫu", "Doanh nghiệp tư nhân mẫu"),
    "fdi_enterprise": ("Công ty TNHH FDI mẫu", "Công ty Điện tử FDI mẫu"),
    "cooperative": ("Hợp tác xã Nông nghiệp mẫu", "Hợp tác xã Vận tải mẫu"),
    "informal": ("vận tải mẫu", "xe ôm mẫu"),
    "household": ("Hộ kinh doanh mẫu",),
}
OTHER_OWNERSHIPS = ("private_enterprise",) * 5 + ("cooperative", "household", "fdi_enterprise")


def compose(scenario: Scenario) -> dict[str, pl.DataFrame]:
    """The rows of grassroots_unions, enterprises and agreements of all units and periods of a scenario."""
    calendar = scenario.calendar()
    unions = _unions(scenario, calendar)
    union_rows = _union_rows(scenario, calendar, unions)
    enterprise_rows = _enterprise_rows(scenario, calendar, unions, union_rows)
    return {
        "grassroots_unions": union_rows,
        "enterprises": enterprise_rows,
        "agreements": _agreement_rows(scenario, calendar, unions, enterprise_rows),
    }


def _with_noise(frame: pl.DataFrame, scenario: Scenario, *names: str) -> pl.DataFrame:
    """Add columns of noise, each named and seeded by what it is for."""
    return frame.with_columns(
        noise(frame.height, scenario.seed, scenario.name, name).alias(f"noise_{name}") for name in names
    )


def _share_out(frame: pl.DataFrame, scenario: Scenario, *groups: str) -> pl.DataFrame:
    """Add ``org_unit_code``: the rows of each group shared among the units by weight, in random order."""
    units = pl.DataFrame({"org_unit_code": list(scenario.units), "weight": list(scenario.units.values())})
    bounds = units.select("org_unit_code", upper=pl.col("weight").cum_sum() / pl.col("weight").sum())
    drawn = _with_noise(frame.with_row_index("_row"), scenario, f"unit_{'_'.join(groups)}")
    place = pl.col(drawn.columns[-1]).rank("ordinal")
    drawn = drawn.with_columns(upper=((place - 0.5) / pl.len()).over(*groups)).sort("upper")
    return drawn.join_asof(bounds, on="upper", strategy="forward").sort("_row").drop("_row", "upper")


def _unions(scenario: Scenario, calendar: pl.DataFrame) -> pl.DataFrame:
    """One row per union with what does not change, and its members at the end."""
    sectors = [sector for sector, count in scenario.unions.items() for _ in range(count)]
    founded = [period for period, count in scenario.founded.items() for _ in range(count)]
    turns = [scenario.founded_sectors[i % len(scenario.founded_sectors)] for i in range(len(founded))]
    frame = pl.DataFrame(
        {"sector": sectors + turns, "period": [None] * len(sectors) + founded},
        schema={"sector": pl.String, "period": pl.String},
    )
    frame = frame.join(
        calendar.select("period", "starts_on", founded_at="at"),
        on="period",
        how="left",
        maintain_order="left",
    )
    frame = frame.with_columns(is_new=pl.col("founded_at").is_not_null()).sort("founded_at", maintain_order=True)
    frame = _share_out(frame, scenario, "sector", "is_new")
    frame = _with_noise(frame, scenario, "age", "size", "extra", "flow", "loss", "elected", "trained")
    number = scenario.first_number - 1 + pl.int_range(1, pl.len() + 1).over("org_unit_code")
    frame = (
        frame.with_columns(number=number)
        .with_columns(
            union_code=pl.format("CS-{}-{}", "org_unit_code", pl.col("number").cast(pl.String).str.zfill(3)),
            is_enterprise=pl.col("sector").is_in(ENTERPRISE_SECTORS),
            is_informal=pl.col("sector") == "informal",
            name_number=pl.int_range(1, pl.len() + 1),  # over all units, which a reform may join
        )
        .with_columns(short_name=_name("sector"))
    )
    frame = _with_tax_codes(frame, scenario)
    before = (400 + pl.col("noise_age") * 7000).cast(pl.Int64)
    within = (pl.col("noise_age") * 75).cast(pl.Int64)
    start = pl.lit(calendar["starts_on"][0])
    return (
        _with_final_counts(frame, scenario)
        .with_columns(
            union_name=pl.when("is_informal")
            .then(pl.format("Nghiệp đoàn {}", "short_name"))
            .otherwise(pl.format("CĐCS {}", "short_name")),
            union_type=pl.when("is_informal").then(pl.lit("occupational_union")).otherwise(pl.lit("grassroots_union")),
            established_on=pl.when("is_new")
            .then(pl.col("starts_on") + pl.duration(days=within))
            .otherwise(start - pl.duration(days=before)),
            founded_at=pl.col("founded_at").fill_null(0),
            officers_elected=3 + (pl.col("noise_elected") * 5).cast(pl.Int64),
        )
        .with_columns(
            officers_trained=(pl.col("officers_elected") * (0.5 + pl.col("noise_trained")).clip(0, 1)).cast(pl.Int64)
        )
    )


def _name(kind: str) -> pl.Expr:
    """A made-up name by sector or ownership, with its number."""
    words = pl.lit(None, dtype=pl.String)
    for code, names in NAMES.items():
        turn = (pl.col("name_number") % len(names)).cast(pl.Int64)
        word = turn.replace_strict(dict(enumerate(names)), default=names[0], return_dtype=pl.String)
        words = pl.when(pl.col(kind) == code).then(word).otherwise(words)
    return pl.format("{} số {}", words, "name_number")


def _with_tax_codes(frame: pl.DataFrame, scenario: Scenario) -> pl.DataFrame:
    codes = tax_codes(scenario.tax_prefix, scenario.first_number - 1 + int(frame["is_enterprise"].sum()))
    codes = codes.slice(scenario.first_number - 1)
    place = pl.col("is_enterprise").cum_sum().cast(pl.Int64) - 1
    numbered = pl.DataFrame({"_place": range(codes.len()), "tax_code": codes}, schema_overrides={"_place": pl.Int64})
    placed = frame.with_columns(_place=pl.when("is_enterprise").then(place))
    return placed.join(numbered, on="_place", how="left", maintain_order="left").drop("_place")


def _with_final_counts(frame: pl.DataFrame, scenario: Scenario) -> pl.DataFrame:
    """Members, women, workers, groups at the end, and all that is admitted and leaves until then."""
    new, old = pl.col("is_new").cast(pl.Int64), (~pl.col("is_new")).cast(pl.Int64)
    formal = (~pl.col("is_informal")).cast(pl.Int64)
    news = int(frame["is_new"].sum())
    skew = (-(1 - pl.col("noise_size")).log()).pow(1.3) * pl.col("sector").replace_strict(SIZE, default=1.0)
    older = scenario.members - scenario.founding_members - SMALLEST_UNION * (frame.height - news)
    frame = frame.with_columns(
        final_members=old * SMALLEST_UNION
        + split(older, skew * old)
        + new * SMALLEST_FOUNDED
        + split(scenario.founding_members - SMALLEST_FOUNDED * news, skew * new)
    )
    members = pl.col("final_members")
    size_rank = members.rank("ordinal", descending=True)
    has_groups = (size_rank <= scenario.unions_with_groups).cast(pl.Int64)
    frame = frame.with_columns(
        final_women=split(scenario.members_female, members * pl.col("sector").replace_strict(WOMEN, default=1.0)),
        union_groups=has_groups + split(scenario.union_groups - scenario.unions_with_groups, members * has_groups),
        sub_unions=2 * (size_rank <= scenario.unions_with_sub_unions).cast(pl.Int64),
        admitted=pl.when("is_new")
        .then(members)
        .otherwise(
            split(
                scenario.members_admitted - scenario.founding_members,
                members * (0.5 + pl.col("noise_flow")) * old,
            )
        ),
        left=split(scenario.members_left, members * (0.5 + pl.col("noise_loss")) * old),
    )
    known = frame.filter(~pl.col("is_informal")).select(pl.col("final_members", "final_women").sum()).row(0)
    frame = frame.with_columns(not_members=split(scenario.workers - known[0], members * pl.col("noise_extra") * formal))
    return frame.with_columns(not_members_women=split(scenario.workers_female - known[1], pl.col("not_members")))


def _union_rows(scenario: Scenario, calendar: pl.DataFrame, unions: pl.DataFrame) -> pl.DataFrame:
    """Unions × periods since their founding; stocks follow from the final ones and the flows."""
    grid = unions.drop("period", "starts_on").join(calendar, how="cross")
    grid = grid.filter(pl.col("at") >= pl.col("founded_at")).sort("union_code", "at")
    grid = _with_noise(grid, scenario, "admitted", "left", "rating", "grade")
    founding = pl.col("is_new") & (pl.col("at") == pl.col("founded_at"))
    at_founding = SMALLEST_FOUNDED * founding.cast(pl.Int64)
    later = pl.col("admitted") - SMALLEST_FOUNDED * pl.col("is_new").cast(pl.Int64)
    weight = pl.when(founding).then(8.0).otherwise(pl.col("noise_admitted"))
    grid = grid.with_columns(
        members_admitted=at_founding + split(later, weight).over("union_code"),
        members_left=split(pl.col("left"), pl.col("noise_left")).over("union_code"),
    )
    net = pl.col("members_admitted") - pl.col("members_left")
    to_come = (net.sum() - net.cum_sum()).over("union_code")
    grid = grid.with_columns(members_total=pl.col("final_members") - to_come)
    women = pl.col("members_total") * pl.col("final_women") / pl.col("final_members")
    grid = grid.with_columns(members_female=(women + 0.5).floor().cast(pl.Int64))
    grid = grid.with_columns(
        workers_total=pl.when(~pl.col("is_informal")).then(pl.col("members_total") + pl.col("not_members")),
        workers_female=pl.when(~pl.col("is_informal")).then(pl.col("members_female") + pl.col("not_members_women")),
        rating=_rating(scenario),
    )
    return grid.select(
        *("org_unit_code", "period", "union_code", "union_name", "union_type", "sector", "tax_code"),
        *("established_on", "workers_total", "workers_female", "members_total", "members_female"),
        *("members_admitted", "members_left", "union_groups", "sub_unions", "officers_elected"),
        *("officers_trained", "rating"),
        ended_on=pl.lit(None, dtype=pl.Date),
        note=pl.lit(None, dtype=pl.String),
    )


def _rating(scenario: Scenario) -> pl.Expr:
    """Yearly rating of unions older than 12 months at the end of a fourth quarter.

    The shares of the scenario are exact where the counts allow.
    """
    is_rated = (pl.col("quarter") == 4) & (pl.col("established_on") <= pl.col("ends_on").dt.offset_by("-1y"))
    is_state = pl.col("sector").is_in(STATE_SECTORS)
    share = pl.when(is_state).then(scenario.good_share_state).otherwise(scenario.good_share_other)
    place = pl.when(is_rated).then(pl.col("noise_rating")).rank("ordinal").over("period", is_state)
    is_good = place <= (share * is_rated.sum().over("period", is_state)).round()
    good = pick(("excellent", "good", "good"), pl.col("noise_grade"))
    other = pick(("completed", "completed", "completed", "not_completed"), pl.col("noise_grade"))
    return pl.when(is_rated & is_good).then(good).when(is_rated).then(other)


def _enterprise_rows(
    scenario: Scenario, calendar: pl.DataFrame, unions: pl.DataFrame, union_rows: pl.DataFrame
) -> pl.DataFrame:
    """Enterprises × periods: those with a union (before its founding without), and others."""
    with_union = unions.filter("is_enterprise").select(
        *("org_unit_code", "tax_code", "founded_at", "is_new"),
        own_code="union_code",
        enterprise_name="short_name",
        ownership="sector",
        workers=pl.lit(None, dtype=pl.Int64),
    )
    others = _other_enterprises(scenario, first_code=scenario.first_number - 1 + with_union.height)
    everyone = pl.concat([with_union, others], how="diagonal").with_columns(
        industrial_zone=pl.when(pl.col("ownership") == "fdi_enterprise").then(pl.lit("KCN mẫu"))
    )
    counts = union_rows.select("period", own_code="union_code", n="workers_total", women="workers_female")
    grid = everyone.join(calendar, how="cross").join(counts, on=["own_code", "period"], how="left")
    grid = _with_noise(grid.sort("org_unit_code", "tax_code", "at"), scenario, "visits", "outreach")
    has_union = pl.col("own_code").is_not_null() & (pl.col("at") >= pl.col("founded_at"))
    grid = grid.with_columns(
        has_union=has_union.fill_null(False),
        # Before the founding an enterprise has the workers it will have then.
        workers_total=pl.col("n").backward_fill().over("tax_code").fill_null(pl.col("workers")),
        workers_female=pl.col("women").backward_fill().over("tax_code").fill_null(pl.col("workers") // 2),
    )
    weight = pl.col("noise_visits").pow(2) * (~pl.col("has_union")).cast(pl.Int64)
    grid = grid.with_columns(survey_visits=split(scenario.survey_visits, weight))
    visited = pl.col("survey_visits").cum_sum().over("tax_code") > 0
    steps = pick(("surveyed", "surveyed", "approached", "approached", "refused"), pl.col("noise_outreach"))
    return grid.select(
        *("org_unit_code", "period", "tax_code", "enterprise_name", "ownership", "industrial_zone"),
        *("workers_total", "workers_female", "has_union", "survey_visits"),
        union_code=pl.when("has_union").then("own_code"),
        outreach_status=pl.when("has_union")
        .then(pl.when("is_new").then(pl.lit("union_founded")))
        .when(visited)
        .then(steps)
        .otherwise(pl.lit("not_contacted")),
        note=pl.lit(None, dtype=pl.String),
    )


def _other_enterprises(scenario: Scenario, first_code: int) -> pl.DataFrame:
    """Enterprises without union and without one to come; sizes and ownerships in turn."""
    count = scenario.enterprises_without_union
    sizes = scenario.enterprise_sizes
    frame = pl.DataFrame(
        {
            "tax_code": tax_codes(scenario.tax_prefix, first_code + count).slice(first_code),
            "ownership": [OTHER_OWNERSHIPS[i % len(OTHER_OWNERSHIPS)] for i in range(count)],
            "workers": pl.Series([sizes[i % len(sizes)] for i in range(count)], dtype=pl.Int64),
            "kind": ["other"] * count,
        }
    )
    # Numbers from 5001 on, so that no two enterprises of a unit have one name.
    shared = _share_out(frame, scenario, "kind").with_columns(name_number=5000 + pl.int_range(1, pl.len() + 1))
    return shared.select("org_unit_code", "tax_code", "ownership", "workers", enterprise_name=_name("ownership"))


def _agreement_rows(
    scenario: Scenario, calendar: pl.DataFrame, unions: pl.DataFrame, enterprise_rows: pl.DataFrame
) -> pl.DataFrame:
    """Agreements kept at the end of the periods in which they are reported, with their predecessors.

    Terms are three years; a new agreement follows the day after the old one. Those that ended before
    the year of the period are no longer kept.
    """
    end: dt.date = calendar["ends_on"][-1]
    holders = _with_noise(unions.filter("is_enterprise"), scenario, "holder", "signed", "lag", "sent", "terms")
    is_young = pl.col("established_on") > pl.lit(end).dt.offset_by("-1y")
    expired = scenario.agreements_expired
    is_oldest = pl.col("established_on").rank("ordinal") <= expired
    holders = holders.sort(~is_oldest, is_young, "is_new", "noise_holder").with_row_index("place")
    holders = holders.head(expired + scenario.agreements_in_force)
    holders = holders.with_columns(in_force=pl.col("place") >= expired)
    in_first_unit = pl.col("org_unit_code") == pl.col("org_unit_code").get(expired, null_on_oob=True)
    is_first = pl.col("in_force").cum_sum().over("org_unit_code") <= scenario.shared_agreement
    holders = holders.with_columns(is_shared=pl.col("in_force") & in_first_unit & is_first)
    # The enterprises of a shared agreement take everything from the first of them.
    holders = holders.with_columns(agreement=pl.when("is_shared").then(expired).otherwise("place").cast(pl.Int64))
    noises = [name for name in holders.columns if name.startswith("noise_")]
    holders = holders.with_columns(pl.col(*noises).first().over("agreement"))
    lag = 3 + (pl.col("noise_lag") * 10).cast(pl.Int64)
    age = pl.when("in_force").then(30 + (pl.col("noise_signed") * 960).cast(pl.Int64)).otherwise(1125)
    earliest = pl.col("established_on") + pl.duration(days=45)
    newest = holders.with_columns(
        signed=pl.max_horizontal(pl.lit(end) - pl.duration(days=age), earliest).max().over("agreement"),
        lag=pl.duration(days=lag),
    )
    terms = math.ceil(calendar.height / 12) + 1
    generations = pl.concat(
        newest.with_columns(signed_on=pl.col("signed").dt.offset_by(f"-{3 * back}y"), generation=pl.lit(-back)).filter(
            pl.col("signed_on") >= earliest
        )
        for back in range(terms)
    )
    generations = generations.with_columns(effective_on=pl.col("signed_on") + pl.col("lag")).sort(
        "org_unit_code", "agreement", "generation"
    )
    number = (pl.col("agreement") * 100 + pl.col("generation")).rank("dense").over("org_unit_code")
    kept = generations.with_columns(
        agreement_code=pl.format("TU-{}-{}", "org_unit_code", number.cast(pl.String).str.zfill(3)),
        expires_on=pl.col("effective_on").dt.offset_by("3y") - pl.duration(days=1),
        sent_on=pl.col("signed_on") + pl.duration(days=1 + (pl.col("noise_sent") * 8).cast(pl.Int64)),
    )
    reported = calendar.filter(pl.col("quarter").is_in(scenario.agreement_quarters))
    is_kept = (pl.col("signed_on") <= pl.col("ends_on")) & (pl.col("expires_on") >= pl.col("ends_on").dt.truncate("1y"))
    workers = enterprise_rows.filter("has_union").select("period", "tax_code", workers_covered="workers_total")
    rows = kept.drop("period", "starts_on").join(reported, how="cross").filter(is_kept)
    rows = rows.join(workers, on=["period", "tax_code"]).sort("agreement_code", "tax_code", "at")
    amended = pl.col("signed_on") + pl.duration(days=500)
    is_amended = (pl.col("noise_sent") < 0.2) & (amended <= pl.col("ends_on"))
    return rows.select(
        *("org_unit_code", "period", "agreement_code", "tax_code", "union_code", "signed_on"),
        *("effective_on", "expires_on", "sent_on", "workers_covered"),
        scope=pl.when("is_shared").then(pl.lit("multi_enterprise")).otherwise(pl.lit("enterprise")),
        employer_name="short_name",
        quality=pick(("a", "b", "b", "c", "d", "not_graded"), pl.col("noise_terms")),
        better_terms=1 + (pl.col("noise_terms") * 9).cast(pl.Int64),
        shift_meal_vnd=15_000 + 1_000 * (pl.col("noise_terms") * 20).cast(pl.Int64),
        amended_on=pl.when(is_amended).then(amended),
        note=pl.lit(None, dtype=pl.String),
    )


def targets(
    units: pl.DataFrame, year: int, total: int, target_set: str, decided_by: str, first_year: int | None = None
) -> pl.DataFrame:
    """Rows of the form ``targets``: members to admit, a total shared among units.

    Args:
        units: org_unit_code and weight, one row per unit.
        year: the target year.
        total: of all units.
        target_set: the set that the target is of.
        decided_by: the document.
        first_year: where the members are counted from, if over several years.
    """
    return units.sort("org_unit_code").select(
        unit_code="org_unit_code",
        indicator_code=pl.lit("members_admitted"),
        target_set=pl.lit(target_set),
        target_year=pl.lit(year, dtype=pl.Int64),
        first_year=pl.lit(first_year, dtype=pl.Int64),
        operator=pl.lit("gte"),
        value=split(total, pl.col("weight")).cast(pl.Float64),
        threshold=pl.lit(None, dtype=pl.Int64),
        decided_by=pl.lit(decided_by),
        note=pl.lit(None, dtype=pl.String),
    )
