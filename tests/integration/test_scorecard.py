"""The scorecards of the demo, recomputed from what the other marts say, without the models between."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable

import polars as pl
import pytest

from pipelines.warehouse.dbt import DBT_PROJECT_DIR
from tests.conftest import DemoRun

SEEDS = DBT_PROJECT_DIR / "seeds"
JUDGED_FROM, LEAST_PEERS = 80, 5
STATUSES = ("met", "on_track", "behind", "qualitative", "no_data")


def frame(demo: DemoRun, sql: str, columns: str) -> pl.DataFrame:
    """The answer to a query as a frame."""
    return pl.DataFrame(demo.query(sql), schema=columns.split(), orient="row", infer_schema_length=None)


def best_first(values: Iterable[float], value: float, direction: str) -> int:
    """The rank of a value: one more than there are better ones."""
    return 1 + sum(other < value if direction == "down" else other > value for other in values)


def size_class(unit_type: str, members: int) -> str:
    """The class that the seed gives so many members."""
    with (SEEDS / "peer_size_classes.csv").open(encoding="utf-8", newline="") as stream:
        begins = {
            int(row["members_from"]): row["size_class"]
            for row in csv.DictReader(stream)
            if row["unit_type"] == unit_type
        }
    return begins[max(begin for begin in begins if begin <= members)]


@pytest.mark.parametrize("period", ["2022-Q4", "2023-Q2", "2025-Q2"])
def test_every_rank_is_one_more_than_the_complete_peers_that_do_better(demo: DemoRun, period: str) -> None:
    """In a period in which all districts that ever reported did so, so that their size is that of the period."""
    members = dict(
        demo.query(
            "select org_unit_code, members_total from marts.mart_membership where unit_type = 'district'"
            f" and sector = 'all' and basis = 'as_reported' and scope = 'all' and period = '{period}'"
            " and members_total is not null"
        )
    )
    classes = {unit: size_class("district", count) for unit, count in members.items()}
    grown = [name for name in set(classes.values()) if list(classes.values()).count(name) >= LEAST_PEERS]
    assert grown, "no class is large enough to be compared"
    values = demo.query(
        "select indicator_code, direction, org_unit_code, value, completeness_pct from marts.mart_indicator"
        " join marts.dim_indicator as i using (indicator_code)"
        f" where unit_type = 'district' and period = '{period}' and value is not null and coalesce(threshold, 25) = 25"
        " and direction <> 'none' and (i.kind = 'ratio' or i.unit = 'percent')"
    )
    expected = {}
    for code, direction, unit, value, completeness in values:
        if classes.get(unit) in grown and completeness >= JUDGED_FROM:
            peers = [
                other
                for other_code, _, peer, other, other_completeness in values
                if other_code == code and classes.get(peer) == classes[unit] and other_completeness >= JUDGED_FROM
            ]
            if len(peers) > 1:
                expected[code, unit] = (best_first(peers, value, direction), len(peers))
    found = demo.query(
        "select indicator_code, org_unit_code, rank, peers from marts.mart_indicator_rank where rank is not null"
        f" and unit_type = 'district' and period = '{period}' and peer_group like 'district %'"
    )
    assert len({code for code, _ in expected}) > 10
    assert {(code, unit): (rank, peers) for code, unit, rank, peers in found} == expected


def test_the_rank_of_a_unit_is_that_of_its_mean_over_the_indicators(demo: DemoRun) -> None:
    means = frame(
        demo,
        "select r.period, peer_group, org_unit_code, round(avg(percentile), 6), count(*), s.rank, s.peers,"
        " s.indicators_ranked from marts.mart_indicator_rank as r"
        " join marts.mart_unit_scorecard as s using (period, org_unit_code, peer_group)"
        " where s.rank is not null and s.peer_basis = 'kind_and_size' and r.rank is not null group by all",
        "period peer_group unit mean indicators rank peers indicators_ranked",
    )
    again = means.with_columns(pl.col("mean").rank("min", descending=True).over("period", "peer_group").alias("again"))
    assert means.height > 100 and (means["indicators"] == means["indicators_ranked"]).all()
    assert (again["again"] == again["rank"]).all()
    assert again.filter(pl.col("peers") != pl.len().over("period", "peer_group")).is_empty()


def test_a_scorecard_counts_what_the_other_marts_say(demo: DemoRun) -> None:
    counted = demo.query(
        "select count(*) from marts.mart_unit_scorecard as s where indicators_improving is distinct from"
        " (select case when count(*) filter (trend <> 'unknown') > 0 then count(*) filter (trend = 'improving') end"
        " from marts.mart_indicator_rank as r where r.period = s.period and r.org_unit_code = s.org_unit_code)"
    )
    assert counted == [(0,)]
    due = demo.query(
        "with due as (select period, org_unit_code, count(*) as expected,"
        " count(*) filter (state = 'on_time') as on_time, count(*) filter (state <> 'missing') as came"
        " from marts.fct_report_due where is_past_due group by all)"
        " select count(*), count(*) filter (s.reports_expected <> expected"
        " or s.completeness_pct <> 100.0 * came / expected or s.on_time_pct <> 100.0 * on_time / expected)"
        " from marts.mart_unit_scorecard as s"
        " join due using (period, org_unit_code) where unit_type in ('district', 'commune')"
    )
    assert due[0][0] > 20_000 and due[0][1] == 0
    wrong = [f"s.targets_{status} <> count(*) filter (t.status = '{status}')" for status in STATUSES]
    targets = demo.query(
        f"select s.period, s.org_unit_code, count(*), bool_or(false) or {' or '.join(wrong)} as is_wrong"
        " from marts.mart_unit_scorecard as s join marts.mart_target_progress as t using (period, org_unit_code)"
        f" where t.is_unit_valid group by s.period, s.org_unit_code, {', '.join('s.targets_' + s for s in STATUSES)}"
    )
    assert len(targets) > 50 and [row for row in targets if row[3]] == []


def test_the_province_and_the_unit_that_it_misquotes_agree_less_than_the_others(demo: DemoRun) -> None:
    """Bắc Kạn's summary of 2023-Q1 has two digits of one district the other way round."""
    cards = frame(
        demo,
        "select org_unit_code, figures_compared, figures_equal_pct, largest_difference_pct, external_grade"
        " from marts.mart_unit_scorecard where period = '2023-Q1'"
        " and (org_unit_code = 'T06' or org_unit_code like 'H06%') and figures_compared > 0",
        "unit figures equal largest grade",
    )
    figures = frame(
        demo,
        "select org_unit_code, difference, units_value, province_value from marts.mart_reconciliation"
        " where period = '2023-Q1' and province_code = 'T06' and not is_total and difference is not null",
        "unit difference units province",
    )
    off = figures.filter(pl.col("difference") != 0)
    assert off.height == 1
    (row,) = off.iter_rows(named=True)
    largest = pytest.approx(100 * abs(row["difference"]) / max(row["units"], row["province"]))
    misquoted = cards.row(by_predicate=pl.col("unit") == row["unit"], named=True)
    province = cards.row(by_predicate=pl.col("unit") == "T06", named=True)
    assert (misquoted["largest"], province["largest"]) == (largest, largest)
    assert province["figures"] == figures.height
    assert province["equal"] == pytest.approx(100 * (figures.height - 1) / figures.height)
    assert misquoted["grade"] == "fair"
    assert set(cards.filter(pl.col("equal") == 100)["grade"]) == {"good"}


def test_every_unit_that_has_or_owes_reports_has_a_card_and_nobody_else(demo: DemoRun) -> None:
    missing = demo.query(
        "select d.period, d.org_unit_code from (select period, org_unit_code from marts.fct_report_due"
        " union select period, org_unit_code from marts.fct_submission where version is not null) as d"
        " join (select distinct period from marts.mart_unit_scorecard) using (period)"
        " join marts.dim_period using (period)"
        " join marts.dim_org_unit as u on u.org_unit_code = d.org_unit_code and u.valid_from <= ends_on"
        " and coalesce(u.valid_to > ends_on, true)"
        " anti join marts.mart_unit_scorecard as s on s.period = d.period and s.org_unit_code = d.org_unit_code"
    )
    assert missing == []
    assert demo.query(
        "select count(*) from marts.mart_unit_scorecard where reports_expected is null and rows_judged is null"
        " and period < '2025-Q4'"
    ) == [(0,)]


def test_who_is_not_known_well_enough_is_not_ranked_and_told_so(demo: DemoRun) -> None:
    reasons = demo.query(
        "select unranked_reason, count(*), count(rank), count(mean_percentile), count(peers),"
        " count(*) filter (summary_vi like 'Xếp thứ%') from marts.mart_unit_scorecard group by all"
    )
    assert {reason for reason, *_ in reasons} >= {None, "no_data", "incomplete", "no_peers"}
    for reason, cards, *ranked in reasons:
        assert ranked == [cards if reason is None else 0] * 4, reason
    incomplete = demo.query(
        "select count(*), min(completeness_pct), count(rank), count(*) filter (trend <> 'unknown')"
        " from marts.mart_indicator_rank where unranked_reason = 'incomplete'"
    )
    assert incomplete[0][0] > 0 and incomplete[0][1] < JUDGED_FROM and incomplete[0][2:] == (0, 0)


def number(text: str) -> float:
    """A number as it stands in a summary."""
    return float(text.replace(".", "").replace(",", "."))


def test_the_sentence_says_what_the_columns_say(demo: DemoRun) -> None:
    shown = {
        "rank": r"^Xếp thứ ([\d.]+)/",
        "peers": r"^Xếp thứ [\d.]+/([\d.]+) ",
        "indicators_improving": r"; ([\d.]+) chỉ tiêu tốt lên",
        "indicators_worsening": r"tốt lên, ([\d.]+) giảm sút",
        "completeness_pct": r"; báo cáo đủ ([\d.,]+) %",
        "on_time_pct": r", đúng hạn ([\d.,]+) %",
        "targets_given": r"; được giao ([\d.]+) chỉ tiêu",
        "targets_met": r", ([\d.]+) đạt",
        "targets_qualitative": r", ([\d.]+) định tính",
        "targets_no_data": r", ([\d.]+) chưa có số liệu",
    }
    seen = dict.fromkeys(shown, 0)
    for summary, *values in demo.query(f"select summary_vi, {', '.join(shown)} from marts.mart_unit_scorecard"):
        for (column, pattern), value in zip(shown.items(), values, strict=True):
            match = re.search(pattern, summary)
            said = number(match[1]) if match else None
            is_silent_about_none = column.startswith(("targets_", "indicators_")) and value == 0
            assert said == (None if value is None else pytest.approx(value, abs=0.05)) or (
                said is None and is_silent_about_none
            ), f"{column} is {value}: {summary}"
            seen[column] += match is not None
    assert min(seen.values()) > 0
