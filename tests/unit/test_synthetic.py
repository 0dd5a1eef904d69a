"""Made-up submissions: exact splits, published sums, rules of the contracts, and bad files as promised."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineError, CalamineWorkbook
from stdnum.vn import mst

from pipelines import periods
from pipelines.codegen.sheet_plan import FIRST_DATA_ROW
from pipelines.contracts import AtMost, DaysBetween, Range, RequiredWhen, load_contracts
from pipelines.contracts.frames import ROW_KEYS, row_schema
from pipelines.contracts.workbook import STAMP_SHEET
from pipelines.synthetic import DemoSummary, ExpectedVerdict, make_demo
from pipelines.synthetic.cases import CASES, Case, apply_case
from pipelines.synthetic.compose import compose, targets
from pipelines.synthetic.demo import plan_demo
from pipelines.synthetic.numbers import noise, split, tax_codes
from pipelines.synthetic.parcels import BANNER, Parcel, regular_parcels, reported, write_parcel
from pipelines.synthetic.places import (
    BAC_KAN,
    HA_TINH_ENDED,
    HA_TINH_GOING_ON,
    NEW_THAI_NGUYEN,
    QUANG_TRI,
    SCENARIOS,
    THAI_NGUYEN,
    VINH_LONG,
)
from pipelines.synthetic.scenario import ENTERPRISE_SECTORS, STATE_SECTORS, Scenario

CONTRACTS = load_contracts()
COMPOSED = {scenario.name: compose(scenario) for scenario in SCENARIOS}
FRAMES = {scenario.name: reported(scenario) for scenario in SCENARIOS}
FORMS = ("grassroots_unions", "enterprises", "agreements")

weights = st.lists(st.integers(0, 5000), min_size=1, max_size=60).filter(any)


def _split(total: int, parts: list[int] | list[float]) -> list[int]:
    return pl.DataFrame({"w": parts}).select(split(total, pl.col("w"))).to_series().to_list()


# --- numbers


@given(st.integers(0, 10**7), weights)
def test_a_split_is_exact_whole_and_in_proportion(total: int, parts: list[int]):
    result = _split(total, parts)
    assert sum(result) == total
    assert all(
        part >= 0 and abs(part - total * weight / sum(parts)) <= 1 + 1e-6
        for part, weight in zip(result, parts, strict=True)
    )


@given(weights, st.data())
def test_a_split_never_exceeds_weights_that_hold_the_total(parts: list[int], data: st.DataObject):
    total = data.draw(st.integers(0, sum(parts)))
    assert all(part <= weight for part, weight in zip(_split(total, parts), parts, strict=True))


@given(st.integers(0, 1000), st.lists(st.floats(0.001, 1e6), min_size=1, max_size=40))
def test_a_split_by_fractions_is_exact(total: int, parts: list[float]):
    result = _split(total, parts)
    assert sum(result) == total
    assert min(result) >= 0


def test_a_split_works_within_groups():
    frame = pl.DataFrame({"group": ["a", "b", "a", "b"], "total": [3, 10, 3, 10], "weight": [1, 1, 2, 3]})
    parts = frame.select(split(pl.col("total"), pl.col("weight")).over("group")).to_series()
    assert parts.to_list() == [1, 3, 2, 7]


def test_nothing_can_be_split_over_no_weight_but_nothing():
    assert _split(0, [0, 0]) == [0, 0]
    with pytest.raises(pl.exceptions.InvalidOperationError):
        _split(1, [0, 0])


def test_noise_is_repeatable_and_differs_by_seed():
    assert noise(3, 1, "a").to_list() == noise(3, 1, "a").to_list()
    assert noise(3, 1, "a").to_list() != noise(3, 2, "a").to_list()
    assert noise(1, 2021, "x").item() == pytest.approx(0.7379522767823307)
    assert noise(500, "x").is_between(0, 1, closed="left").all()


def test_tax_codes_are_valid_different_and_of_their_province():
    codes = tax_codes("01", 5000)
    assert codes.len() == codes.n_unique() == 5000
    assert all(mst.is_valid(code) and code.startswith("0199") for code in codes)


# --- published sums


def _at_end(scenario: Scenario) -> pl.DataFrame:
    unions = COMPOSED[scenario.name]["grassroots_unions"]
    return unions.filter(pl.col("period") == scenario.last_period)


def test_long_bien_adds_up_to_what_was_published():
    unions = FRAMES["Long Biên"]["grassroots_unions"]
    assert unions["period"].unique().to_list() == ["2021-Q2"]
    assert unions["org_unit_code"].unique().to_list() == ["H004"]
    assert unions.height == unions["union_code"].n_unique() == 335
    by_sector = dict(unions.group_by("sector").len().iter_rows())
    assert by_sector.pop("public_administration") == 25
    assert by_sector.pop("public_school") == 80
    assert sum(by_sector.values()) == 230
    assert by_sector.keys() == {"private_enterprise", "fdi_enterprise", "cooperative"}
    sums = unions.select(pl.col("members_total", "members_female", "workers_total", "workers_female").sum())
    assert sums.row(0) == (13_734, 8_072, 14_327, 8_538)
    assert (unions["union_groups"] > 0).sum() == 265
    assert unions["union_groups"].sum() == 835
    assert (unions["sub_unions"] > 0).sum() == 2


def test_quang_tri_adds_up_to_what_was_published():
    unions, enterprises = FRAMES["Quảng Trị"]["grassroots_unions"], FRAMES["Quảng Trị"]["enterprises"]
    assert unions["period"].n_unique() == 22
    assert unions["org_unit_code"].n_unique() == 10
    assert unions["members_admitted"].sum() == 11_975
    assert enterprises["survey_visits"].sum() == 2_276
    since_2018 = unions.filter(pl.col("established_on") >= periods.starts_on("2018-Q1"))
    assert since_2018["union_code"].n_unique() == 138
    first_rows = since_2018.group_by("union_code").agg(pl.col("period").min(), pl.col("established_on").first())
    bounds = [(periods.starts_on(p), day, periods.ends_on(p)) for _, p, day in first_rows.iter_rows()]
    assert all(start <= day <= end for start, day, end in bounds)
    assert 45_000 < _at_end(QUANG_TRI)["members_total"].sum() < 50_000


@pytest.mark.parametrize("year", range(2018, 2023))
def test_quang_tri_ratings_have_the_published_shares_at_each_year_end(year: int):
    unions = FRAMES["Quảng Trị"]["grassroots_unions"]
    rated = unions.filter(pl.col("period") == f"{year}-Q4", pl.col("rating").is_not_null())
    is_state, is_good = pl.col("sector").is_in(STATE_SECTORS), pl.col("rating").is_in(["excellent", "good"])
    shares = dict(rated.group_by(is_state.alias("state")).agg(is_good.mean()).iter_rows())
    assert shares == {True: 0.90, False: 0.65}
    assert unions.filter(~pl.col("period").str.ends_with("Q4"))["rating"].null_count() == (
        unions.filter(~pl.col("period").str.ends_with("Q4")).height
    )
    young = pl.col("established_on") > periods.ends_on(f"{year - 1}-Q4")
    assert rated.filter(young).is_empty()


def test_bac_kan_has_80_of_its_100_enterprise_unions_under_an_agreement_in_force():
    unions = _at_end(BAC_KAN).filter(pl.col("sector").is_in(ENTERPRISE_SECTORS))
    end = periods.ends_on("2023-Q4")
    agreements = FRAMES["Bắc Kạn"]["agreements"].filter(pl.col("period") == "2023-Q4")
    in_force = agreements.filter((pl.col("expires_on") >= end) & (pl.col("effective_on") <= end))
    assert unions.height == 100
    assert in_force["union_code"].n_unique() == in_force["tax_code"].n_unique() == 80
    assert unions.join(in_force, on=["org_unit_code", "union_code"], how="semi").height == 80
    assert agreements.height > in_force.height
    shared = in_force.filter(pl.col("scope") == "multi_enterprise")
    assert (shared.height, shared["agreement_code"].n_unique()) == (3, 1)
    assert 21_000 < _at_end(BAC_KAN)["members_total"].sum() < 22_500


def test_bac_kan_has_enterprises_on_both_sides_of_both_thresholds():
    enterprises = FRAMES["Bắc Kạn"]["enterprises"].filter(~pl.col("has_union"))
    assert {14, 15, 16, 24, 25, 26} <= set(enterprises["workers_total"].unique())


def test_one_unit_of_bac_kan_did_not_send_one_quarter():
    parcels = regular_parcels(BAC_KAN)
    assert ("H065", "2023-Q2") not in parcels
    assert len(parcels) == 8 * 5 - 1


# --- consistency


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_members_follow_from_members_before_admitted_and_left(scenario: Scenario):
    unions = FRAMES[scenario.name]["grassroots_unions"].sort("union_code", "period")
    before = pl.col("members_total").shift(1).over("union_code")
    is_new = pl.col("established_on") >= periods.starts_on(scenario.first_period)
    expected = before.fill_null(0) + pl.col("members_admitted") - pl.col("members_left")
    comparable = unions.filter(before.is_not_null() | is_new)
    wrong = unions.filter((before.is_not_null() | is_new) & (pl.col("members_total") != expected))
    assert wrong.is_empty()
    if scenario.first_period != scenario.last_period:
        assert comparable.height >= unions.height / 2


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_sums_of_the_last_period_are_those_of_the_scenario(scenario: Scenario):
    end = _at_end(scenario)
    assert end["members_total"].sum() == scenario.members
    assert end["members_female"].sum() == scenario.members_female
    assert end["workers_total"].sum() == scenario.workers
    assert end["workers_female"].sum() == scenario.workers_female
    unions = COMPOSED[scenario.name]["grassroots_unions"]
    assert unions["members_left"].sum() == scenario.members_left
    assert unions["members_total"].min() >= 10


def _broken(frame: pl.DataFrame, rule: object) -> pl.DataFrame:
    match rule:
        case AtMost():
            bad = pl.col(rule.smaller) > pl.col(rule.larger)
        case RequiredWhen():
            bad = pl.col(rule.field).is_null()
        case Range():
            bad = ~pl.col(rule.field).is_between(
                pl.lit(rule.minimum if rule.minimum is not None else float("-inf")),
                pl.lit(rule.maximum if rule.maximum is not None else float("inf")),
            )
            if rule.in_period:
                day = pl.col(rule.in_period.field)
                quarter = pl.format("{}-Q{}", day.dt.year(), day.dt.quarter())
                bad &= (quarter == pl.col("period")).fill_null(False) == rule.in_period.is_within
        case DaysBetween():
            days = (pl.col(rule.end) - pl.col(rule.start)).dt.total_days()
            bad = ~days.is_between(rule.minimum, rule.maximum)
        case _:
            raise AssertionError(f"the test does not know rules like {rule}")
    if rule.when is None:
        return frame.filter(bad)
    if rule.when.is_filled:
        return frame.filter(bad & pl.col(rule.when.field).is_not_null())
    return frame.filter(bad & pl.col(rule.when.field).is_in(rule.when.is_in))


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_row_keeps_every_rule_of_its_contract(scenario: Scenario, form_id: str):
    form, frame = CONTRACTS.form(form_id), FRAMES[scenario.name][form_id]
    assert frame.height > 0 or scenario is HA_TINH_ENDED  # which has no enterprises
    for rule in form.rules:
        assert _broken(frame, rule).is_empty(), rule.code
    for field in form.fields:
        values = frame[field.name]
        if field.required:
            assert values.null_count() == 0, field.name
        if field.choices:
            assert set(values.drop_nulls()) <= {choice.code for choice in field.choices}
        if field.minimum is not None:
            assert values.drop_nulls().is_empty() or values.min() >= field.minimum
        if field.maximum is not None:
            assert values.drop_nulls().is_empty() or values.max() <= field.maximum
    assert not frame.select("org_unit_code", "period", *form.key).is_duplicated().any()
    expected = {name: dtype for name, dtype in row_schema(form).items() if name not in ROW_KEYS}
    assert {name: frame.schema[name] for name in expected} == expected
    assert set(frame.columns) == {*expected, "org_unit_code", "period"}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_forms_of_a_unit_and_period_agree_with_each_other(scenario: Scenario):
    for rule in CONTRACTS.cross_form:
        frame, other = FRAMES[scenario.name][rule.form], FRAMES[scenario.name][rule.exists_in.form]
        keys = ["org_unit_code", "period"]
        chosen = frame.filter(pl.col(rule.field).is_not_null())
        if rule.when:
            chosen = chosen.filter(pl.col(rule.when.field).is_in(rule.when.is_in))
        missing = chosen.join(other, left_on=[*keys, rule.field], right_on=[*keys, rule.exists_in.field], how="anti")
        assert chosen.height > 0 or scenario is HA_TINH_ENDED
        assert missing.is_empty(), rule.code


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_name_says_that_it_is_made_up(scenario: Scenario):
    for form_id, name in (("grassroots_unions", "union_name"), ("enterprises", "enterprise_name")):
        names = FRAMES[scenario.name][form_id]
        assert names[name].str.to_lowercase().str.contains("mẫu").all()
        assert not names.select("org_unit_code", "period", name).is_duplicated().any()


def test_unknown_is_empty_and_not_0():
    occupational = FRAMES["Quảng Trị"]["grassroots_unions"].filter(pl.col("sector") == "informal")
    assert occupational.height > 0
    assert occupational["workers_total"].null_count() == occupational.height
    assert FRAMES["Quảng Trị"]["enterprises"]["workers_total"].null_count() > 0


def test_another_seed_gives_other_rows_with_the_same_sums():
    other = compose(dataclasses.replace(THAI_NGUYEN, seed=7))["grassroots_unions"]
    same = FRAMES["Thái Nguyên"]["grassroots_unions"]
    assert other["members_admitted"].sum() == same["members_admitted"].sum()
    assert not other["members_total"].equals(same["members_total"])


def test_targets_add_up():
    units = pl.DataFrame({"org_unit_code": ["H461", "H462"], "weight": [2, 1]})
    rows = targets(units, 2022, 100, "KH-2022", "Kế hoạch mẫu")
    assert rows["value"].to_list() == [67.0, 33.0]
    form = CONTRACTS.form("targets")
    assert rows.schema == {field.name: row_schema(form)[field.name] for field in form.fields}


# --- across the reform of 2025


def _joined(form: str, *scenarios: Scenario) -> pl.DataFrame:
    return pl.concat(FRAMES[scenario.name][form] for scenario in scenarios)


def test_ha_tinh_adds_up_to_what_was_published():
    unions = _joined("grassroots_unions", HA_TINH_ENDED, HA_TINH_GOING_ON)
    by_period = unions.group_by("period").agg(pl.len(), pl.col("members_total").sum()).sort("period").rows()
    assert by_period == [("2025-Q1", 1_473, 72_059), ("2025-Q2", 1_473, 72_059), ("2025-Q3", 442, 37_253)]
    ended = unions.filter(pl.col("ended_on").is_not_null())
    assert (ended["period"].unique().to_list(), ended.height, ended["members_total"].sum()) == (
        ["2025-Q2"],
        1_031,
        34_806,
    )
    assert unions.filter(pl.col("period") == "2025-Q3")["org_unit_code"].unique().to_list() == ["T42"]


def test_vinh_long_adds_up_to_what_was_published():
    unions = FRAMES[VINH_LONG.name]["grassroots_unions"]
    assert (unions.height, unions["members_total"].sum(), unions["workers_total"].sum()) == (578, 161_636, 181_469)


def test_after_the_reform_only_units_that_exist_report_and_what_goes_on_keeps_its_code():
    unions = FRAMES[NEW_THAI_NGUYEN.name]["grassroots_unions"]
    senders = {
        period: set(frame["org_unit_code"].unique())
        for (period,), frame in unions.partition_by("period", as_dict=True).items()
    }
    assert senders["2025-Q1"] == senders["2025-Q2"] == set(NEW_THAI_NGUYEN.units)
    assert senders["2025-Q3"] == {"T19", "X01843", "X02020", "X05443", "X05518", "X05860"}
    before, after = (unions.filter(pl.col("period") == period) for period in ("2025-Q2", "2025-Q3"))
    going = before.filter(pl.col("ended_on").is_null())
    assert set(going["union_code"]) <= set(after["union_code"])
    assert set(before.filter(pl.col("ended_on").is_not_null())["sector"]) == {"public_administration", "public_school"}
    moved = set(after.filter(pl.col("org_unit_code") == "X01843")["union_code"].str.slice(3, 4))
    assert moved == {"H058"}


def test_an_enterprise_its_union_and_its_agreement_move_as_one():
    frames = FRAMES[NEW_THAI_NGUYEN.name]
    keys = ["period", "tax_code", "org_unit_code"]
    enterprises = frames["enterprises"].select(keys)
    for form in ("grassroots_unions", "agreements"):
        rows = frames[form].filter(pl.col("tax_code").is_not_null())
        assert rows.height > 0
        assert rows.join(enterprises, on=keys, how="anti").is_empty()


# --- the demo as files


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    return make_demo(tmp_path_factory.mktemp("inbox"))


@pytest.fixture(scope="module")
def parcels() -> dict[str, Parcel]:
    return {parcel.path: parcel for parcel in plan_demo()[0]}


@pytest.fixture(scope="module")
def activities() -> pl.DataFrame:
    """The rows of activities of every regular workbook, with unit and period."""
    return pl.concat(
        parcel.rows["activities"].with_columns(org_unit_code=pl.lit(unit), period=pl.lit(period))
        for (unit, period), parcel in regular_parcels(*SCENARIOS).items()
    )


def _wide(activities: pl.DataFrame) -> pl.DataFrame:
    return activities.pivot("indicator_code", index=["org_unit_code", "period"], values="actual_value")


def test_every_unit_says_something_of_every_indicator_that_its_quarter_asks_for(activities: pl.DataFrame):
    choices = CONTRACTS.form("activities").field("indicator_code").choices
    for period in ("2018-Q1", "2021-Q2", "2022-Q4", "2025-Q4"):
        asked = [choice.code for choice in choices if choice.is_asked_in(period)]
        for (unit,), rows in activities.filter(period=period).group_by("org_unit_code"):
            assert rows["indicator_code"].to_list() == asked, (unit, period)
    said = activities.filter(pl.col("actual_value").is_not_null())["indicator_code"].unique().to_list()
    assert set(said) == {choice.code for choice in choices}
    assert activities["actual_value"].min() == 0


def test_every_upper_level_union_of_quang_tri_was_rated_good_or_better(activities: pl.DataFrame):
    ours = _wide(activities.filter(pl.col("org_unit_code").is_in(list(QUANG_TRI.units))))
    ends = ours.filter(
        pl.col("period").is_between(pl.lit("2018-Q1"), pl.lit("2023-Q2")) & pl.col("period").str.ends_with("Q4")
    )
    assert ends.height == 10 * 5
    assert ends["upper_unions_rated_good"].to_list() == ends["upper_unions_rated"].to_list() == [1] * 50


def test_money_follows_the_rates_of_its_period(activities: pl.DataFrame):
    wide = _wide(activities)
    dues = wide.with_columns(share=pl.col("dues_collected_vnd") / pl.col("dues_wage_fund_vnd"))
    for half, rate in ((pl.col("period") <= "2025-Q2", 0.01), (pl.col("period") > "2025-Q2", 0.005)):
        shares = dues.filter(half)["share"]
        assert shares.len() and shares.is_between(0.89 * rate, rate).all()
    fee = wide.filter(pl.col("fee_wage_fund_vnd") > 0)
    assert (fee["fee_collected_vnd"] / fee["fee_wage_fund_vnd"]).is_between(0.89 * 0.02, 0.02).all()


def test_what_counts_from_january_on_does_not_fall_within_a_year(activities: pl.DataFrame):
    choices = CONTRACTS.form("activities").field("indicator_code").choices
    cumulative = [choice.code for choice in choices if choice.is_cumulative]
    growing = activities.filter(pl.col("indicator_code").is_in(cumulative)).sort("period")
    of_year = ["org_unit_code", "indicator_code", pl.col("period").str.head(4)]
    for field in ("actual_value", "plan_value"):
        steps = growing.filter(pl.col(field).is_not_null()).select(pl.col(field).diff().over(of_year)).to_series()
        assert steps.min() == 0 and steps.max() > 0, field


def test_every_file_is_written_and_told_to_the_progress_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    some = plan_demo()[0][:5]
    monkeypatch.setattr("pipelines.synthetic.demo.plan_demo", lambda: (some, ()))
    seen: list[tuple[int, int]] = []
    summary = make_demo(tmp_path, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert summary.files == sum(path.is_file() for path in tmp_path.rglob("*")) == 5


def test_the_same_plan_is_made_every_time(parcels: dict[str, Parcel]):
    again, _ = plan_demo()
    assert [parcel.path for parcel in again] == sorted(parcels)
    for parcel in again:
        before = parcels[parcel.path]
        assert parcel.rows.keys() == before.rows.keys()
        assert all(frame.equals(before.rows[form]) for form, frame in parcel.rows.items())


def test_the_same_parcel_gives_the_same_bytes(demo: DemoSummary, parcels: dict[str, Parcel], tmp_path: Path):
    unusual = [parcel for parcel in parcels.values() if parcel.kind not in ("template", "copy") or parcel.edits]
    assert {parcel.kind for parcel in unusual} == {"template", "csv", "plain_workbook", "garbage"}
    for parcel in [*unusual, *list(parcels.values())[::40]]:
        written = write_parcel(parcel, tmp_path, CONTRACTS)
        assert written.read_bytes() == (demo.inbox / parcel.path).read_bytes()


def test_what_is_sent_in_the_end_adds_up_to_the_published_sums(demo: DemoSummary, parcels: dict[str, Parcel]):
    expected = {(verdict.file, verdict.form): verdict for verdict in demo.expected}
    sent = []
    for path, parcel in parcels.items():
        for form, rows in parcel.rows.items():
            verdict = expected.get((path, form)) or expected.get((path, None))
            if form == "grassroots_unions" and (verdict is None or verdict.is_current):
                sent.append(
                    rows.select("members_total", "members_admitted").with_columns(
                        unit=pl.lit(parcel.unit.code), period=pl.lit(parcel.period)
                    )
                )
    unions = pl.concat(sent).filter(pl.col("period") < "2025-Q1")
    quang_tri = unions.filter(pl.col("unit").is_in(list(QUANG_TRI.units)))
    assert quang_tri["members_admitted"].sum() == 11_975
    long_bien = unions.filter(pl.col("unit") == "H004")
    assert (long_bien["members_total"].sum(), long_bien["period"].unique().to_list()) == (13_734, ["2021-Q2"])


def test_files_lie_by_day_of_receipt_and_unit_most_of_them_on_time(parcels: dict[str, Parcel]):
    assert "2021-07-09/H004/bao-cao-quy-II-2021.xlsx" in parcels
    days = {
        path: (parcel.received_on - periods.ends_on(parcel.period)).days
        for path, parcel in parcels.items()
        if set(parcel.rows) != {"targets"} and parcel.kind != "copy"
    }
    late = [path for path, day in days.items() if day > 15]
    assert 3 <= len(late) <= len(days) / 20
    assert all(1 <= day <= 45 for day in days.values())
    elsewhere = [path for path, parcel in parcels.items() if path.split("/")[1] != parcel.unit.code]
    assert elsewhere == ["2025-08-13/T19/bao-cao-quy-II-2025.xlsx"]  # a district's last report, sent by the province


def test_every_file_says_that_it_is_made_up(demo: DemoSummary, parcels: dict[str, Parcel]):
    for path in (
        "2021-07-09/H004/bao-cao-quy-II-2021.xlsx",
        "2024-01-06/H169/bao-cao-quy-IV-2023-doan-vien.xlsx",
    ):
        workbook = openpyxl.load_workbook(demo.inbox / path)
        assert workbook.properties.description == BANNER
        for sheet in workbook:
            if sheet.title != STAMP_SHEET:
                assert BANNER in [cell.value for row in sheet.iter_rows(max_row=4) for cell in row]
    for path, parcel in parcels.items():
        if parcel.kind in ("csv", "garbage"):
            assert BANNER.encode() in (demo.inbox / path).read_bytes()


def test_long_bien_sends_four_forms_in_one_workbook(demo: DemoSummary):
    workbook = CalamineWorkbook.from_path(demo.inbox / "2021-07-09/H004/bao-cao-quy-II-2021.xlsx")
    assert workbook.sheet_names == [
        "Hoạt động công đoàn",
        "Thỏa ước lao động tập thể",
        "Doanh nghiệp trên địa bàn",
        "Công đoàn cơ sở và đoàn viên",
        STAMP_SHEET,
    ]


def _expected(demo: DemoSummary, rule_code: str | None, verdict: str) -> list[ExpectedVerdict]:
    codes = {rule_code} if rule_code else set()
    return [v for v in demo.expected if {f.rule_code for f in v.findings} == codes and v.verdict == verdict]


def _cell(demo: DemoSummary, verdict: ExpectedVerdict) -> object:
    (finding,) = verdict.findings
    workbook = openpyxl.load_workbook(demo.inbox / verdict.file, data_only=True)
    return workbook[str(finding.sheet)][str(finding.cell)].value


def test_members_exceed_workers_where_promised(demo: DemoSummary):
    (verdict,) = _expected(demo, "CD-E110", "returned")
    (finding,) = verdict.findings
    sheet = openpyxl.load_workbook(demo.inbox / verdict.file)[str(finding.sheet)]
    row = sheet[str(finding.cell)].row
    assert sheet.cell(row, 11).value == sheet.cell(row, 9).value + 7
    assert sheet.cell(row, 5).value == "Doanh nghiệp ngoài nhà nước"


def test_tax_codes_are_wrong_where_promised(demo: DemoSummary):
    (malformed,) = _expected(demo, "CD-E026", "returned")
    assert _cell(demo, malformed) == "46-99A0012"
    (mistyped,) = _expected(demo, "CD-Q020", "accepted_with_queries")
    code = str(_cell(demo, mistyped))
    assert len(code) == 10 and code.isdigit()
    assert not mst.is_valid(code)


def test_a_count_is_a_fraction_where_promised(demo: DemoSummary):
    (verdict,) = _expected(demo, "CD-E021", "returned")
    assert (verdict.org_unit_code, verdict.period) == ("H004", "2021-Q3")
    assert _cell(demo, verdict) == 13.734


def test_a_total_is_typed_one_too_high_where_promised(demo: DemoSummary):
    (verdict,) = _expected(demo, "CD-E044", "returned")
    (finding,) = verdict.findings
    sheet = openpyxl.load_workbook(demo.inbox / verdict.file)[str(finding.sheet)]
    total = sheet[str(finding.cell)]
    parts = [sheet.cell(row, total.column).value for row in range(FIRST_DATA_ROW, total.row)]
    assert total.value == sum(parts) + 1
    assert sheet.cell(total.row, 1).value == "Tổng cộng"


def test_the_unknown_unit_stands_in_stamp_and_title(demo: DemoSummary):
    (verdict,) = _expected(demo, "CD-E004", "unrecognised")
    workbook = CalamineWorkbook.from_path(demo.inbox / verdict.file)
    assert workbook.get_sheet_by_name(STAMP_SHEET).to_python()[1][3] == "H999"
    title = workbook.get_sheet_by_index(0).to_python(nrows=6)
    assert any("(mã H999)" in str(cell) for row in title for cell in row)


def test_one_file_is_no_workbook(demo: DemoSummary):
    (verdict,) = _expected(demo, "CD-E015", "unrecognised")
    with pytest.raises(CalamineError):
        CalamineWorkbook.from_path(demo.inbox / verdict.file)


def test_one_file_comes_twice_under_another_name(demo: DemoSummary, parcels: dict[str, Parcel]):
    (verdict,) = _expected(demo, "CD-N003", "duplicate")
    original = parcels[verdict.file].copy_of
    assert original and Path(original).name != Path(verdict.file).name and original < verdict.file
    assert (demo.inbox / verdict.file).read_bytes() == (demo.inbox / original).read_bytes()


def test_the_explained_query_has_its_note(demo: DemoSummary):
    (verdict,) = _expected(demo, "CD-Q110", "accepted")
    (finding,) = verdict.findings
    sheet = openpyxl.load_workbook(demo.inbox / verdict.file)[str(finding.sheet)]
    row = sheet[str(finding.cell)].row
    assert sheet.cell(row, 11).value == sheet.cell(row, 9).value + 1
    assert "biệt phái" in sheet.cell(row, 20).value


def test_a_version_that_was_replaced_differs_in_one_row_only(demo: DemoSummary, parcels: dict[str, Parcel]):
    (verdict, *_) = [v for v in _expected(demo, None, "accepted") if not v.is_current]
    first = parcels[verdict.file]
    (later,) = [
        parcel
        for path, parcel in parcels.items()
        if parcel.unit.code == "H462" and parcel.period == first.period and path > verdict.file
    ]
    old, new = first.rows["grassroots_unions"], later.rows["grassroots_unions"]
    assert old["members_total"].sum() == new["members_total"].sum() + 2
    assert old.join(new, on=old.columns, how="anti", nulls_equal=True).height == 1
    assert first.rows["enterprises"].equals(later.rows["enterprises"])
    assert first.rows["activities"].equals(later.rows["activities"])


def test_the_csv_has_a_mark_semicolons_titles_and_dotted_numbers(demo: DemoSummary, parcels: dict[str, Parcel]):
    (path,) = [path for path, parcel in parcels.items() if parcel.kind == "csv"]
    raw = (demo.inbox / path).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
    frame = parcels[path].rows["grassroots_unions"]
    assert ["Kỳ báo cáo: Quý IV năm 2023"] in lines
    assert ["Đơn vị: LĐLĐ huyện Phú Lương (mã H168)"] in lines
    header = next(number for number, line in enumerate(lines) if line[:2] == ["TT", "Mã CĐCS"])
    assert "Tổng số đoàn viên" in lines[header] and "Tổng số" not in lines[header]
    assert len(lines) == header + 1 + frame.height + 1
    total = dict(zip(lines[header], lines[-1], strict=True))
    assert int(total["Tổng số đoàn viên"].replace(".", "")) == frame["members_total"].sum()


def test_one_file_has_no_stamp_and_names_its_unit_without_code(demo: DemoSummary, parcels: dict[str, Parcel]):
    (path,) = [path for path, parcel in parcels.items() if parcel.kind == "plain_workbook"]
    workbook = CalamineWorkbook.from_path(demo.inbox / path)
    assert workbook.sheet_names == ["Sheet1"]
    cells = workbook.get_sheet_by_index(0).to_python()
    assert "Đơn vị: LĐLĐ huyện Đồng Hỷ" in [row[0] for row in cells]
    assert not any("H169" in str(cell) and "CS-H169" not in str(cell) for row in cells for cell in row)


def test_a_form_that_is_sent_otherwise_is_not_in_the_regular_workbook(parcels: dict[str, Parcel]):
    sent = [
        (parcel.unit.code, parcel.period, form)
        for parcel in parcels.values()
        for form in parcel.rows
        if parcel.unit.code in ("H168", "H169") and parcel.period == "2023-Q4"
    ]
    assert len(sent) == len(set(sent)) == 8


def test_a_case_that_finds_no_row_to_change_is_an_error():
    regular = regular_parcels(THAI_NGUYEN)["H164", "2023-Q2"]
    case = Case("H164", "2023-Q2", 2, "returned", ("enterprises",), where=pl.col("workers_total") < 0)
    with pytest.raises(ValueError, match="H164 2023-Q2: no row of enterprises to change"):
        apply_case(case, regular, CONTRACTS)


def test_no_case_touches_long_bien_in_its_published_quarter():
    assert all(case.states_period for case in CASES if case.unit == "H004")
