"""Rules between periods and levels: what is asked, in which words, and of what nothing is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from pipelines.contracts import ContractError, Contracts, load_contracts
from pipelines.contracts.frames import COLUMN_PLACES, row_schema
from pipelines.intake.lineage import lineage
from pipelines.intake.units import OrgUnit, OrgUnits, Succession, load_org_units
from pipelines.quality.between import validate_between
from pipelines.quality.comparisons import comparison_checks
from pipelines.quality.peers import change_scores
from pipelines.quality.suites import suite
from tests.unit.test_contracts import Edit, edit  # noqa: F401

CONTRACTS = load_contracts()
Q1, Q2, Q3, Q4 = "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"
JULY = dt.date(2025, 7, 1)
START = dt.date(2018, 1, 1)

UNITS = OrgUnits(
    [
        OrgUnit(
            "T1",
            "Tỉnh cũ",
            "province",
            None,
            "Cũ",
            START,
            JULY,
        ),
        OrgUnit("T1", "Tỉnh mới", "province", None, "Mới", JULY, None),
        OrgUnit("H1", "Huyện 1", "district", "T1", "Cũ", START, JULY),
        OrgUnit("H2", "Huyện 2", "district", "T1", "Cũ", START, JULY),
        OrgUnit("Z1", "KCN", "industrial_zone", "T1", "Mới", START, None),
        OrgUnit("C1", "Cụm", "cluster", "Z1", "Mới", START, None),
        OrgUnit("X1", "Xã 1", "commune", "T1", "Mới", dt.date(2025, 7, 15), None),
        OrgUnit("X2", "Xã 2", "commune", "T1", "Mới", dt.date(2025, 10, 5), None),
    ],
    [Succession(code, JULY, "whole", "T1") for code in ("T1", "H1", "H2")],
)
UNION = {
    "sector": "private_enterprise",
    "workers_total": 60,
    "workers_female": 30,
    "members_total": 50,
    "members_female": 20,
    "members_admitted": 0,
    "members_left": 0,
}


def rows(form: str, unit: str, period: str, *lines: Mapping[str, Any]) -> pl.DataFrame:
    """A submission, from row 11 of its sheet on."""
    keys = {"submission_id": f"{unit}/{period}", "org_unit_code": unit, "period": period, "source_sheet": "T"}
    numbered = [{**keys, "source_row": 11 + number, **line} for number, line in enumerate(lines)]
    return pl.DataFrame(numbered, schema=row_schema(CONTRACTS.form(form)))


def unions(unit: str, period: str, *lines: Mapping[str, Any]) -> pl.DataFrame:
    """Unions U1, U2, … unless the lines name them."""
    named = [{**UNION, "union_code": f"U{number}", **line} for number, line in enumerate(lines, start=1)]
    return rows("grassroots_unions", unit, period, *named)


def judge(
    now: Sequence[pl.DataFrame], earlier: Sequence[pl.DataFrame] = (), contracts: Contracts = CONTRACTS, **more: Any
) -> list[tuple[str, str, str | None, str | None, str]]:
    """(rule, submission, cell, field, sentence) of everything found; ``more`` are rows of other forms, all judged."""
    frames = {"grassroots_unions": pl.concat([unions("H1", Q1).clear(), *now]), **more}
    history = {"grassroots_unions": pl.concat([unions("H1", Q1).clear(), *earlier])}
    places = pl.concat(
        pl.DataFrame(
            {
                "submission_id": submission,
                "source_sheet": "T",
                "field": [field.name for field in contracts.form(form).fields],
                "column_letter": [chr(66 + number) for number in range(len(contracts.form(form).fields))],
                "first_row": 1,
                "last_row": 999,
            },
            schema=COLUMN_PLACES,
        )
        for form, frame in frames.items()
        for submission in frame["submission_id"].unique()
    )
    found = validate_between(contracts, frames, history, places, UNITS).issues
    return found.select("rule_code", "submission_id", "cell", "field", "message_vi").rows()


def codes(found: Sequence[tuple[str, str, str | None, str | None, str]]) -> list[str]:
    return sorted(finding[0] for finding in found)


def test_nothing_is_asked_where_there_is_nothing_to_compare_with() -> None:
    assert judge([unions("H1", Q2, {"members_total": 500})]) == []
    assert judge([unions("H1", Q4, {"members_total": 500})], [unions("H1", Q1, {})]) == []
    assert judge([unions("H1", Q2, {"union_code": "new"}, {})], [unions("H1", Q1, {"union_code": "U2"})]) == []


# --- stock and flow


def test_members_are_those_before_and_admitted_less_left() -> None:
    (found,) = judge(
        [unions("H1", Q2, {"members_total": 56, "members_admitted": 4, "members_left": 1})], [unions("H1", Q1, {})]
    )
    assert found == (
        "CD-Q311",
        "H1/2025-Q2",
        "K11",
        "members_total",
        "Số đoàn viên 56, nhưng quý I năm 2025 có 50, kết nạp 4, giảm 1, tức là còn 53.",
    )


@pytest.mark.parametrize(
    ("change", "is_asked"),
    [
        ({"members_total": 52}, False),  # two persons
        ({"members_total": 53}, True),
        ({"members_total": 53, "members_admitted": None}, False),  # not told is not 0
        ({"members_total": 60, "members_admitted": 12, "members_left": 2}, False),
    ],
)
def test_what_came_from_elsewhere_may_be_missing_in_the_flows(change: Mapping[str, Any], is_asked: bool) -> None:
    assert ("CD-Q311" in codes(judge([unions("H1", Q2, change)], [unions("H1", Q1, {})]))) == is_asked


def test_of_a_large_union_five_in_a_hundred_may_be_missing() -> None:
    large = {"members_total": 1000, "workers_total": 1200}
    assert judge([unions("H1", Q2, {**large, "members_total": 1050})], [unions("H1", Q1, large)]) == []
    found = judge([unions("H1", Q2, {**large, "members_total": 1051})], [unions("H1", Q1, large)])
    assert "CD-Q311" in codes(found)


# --- rows that are gone


def test_a_union_that_is_gone_without_an_end_is_asked_about_with_its_code() -> None:
    before = [unions("H1", Q1, *({} for _ in range(7)), {"union_code": "ended", "ended_on": dt.date(2025, 3, 1)})]
    (found,) = judge([unions("H1", Q2, {})], before)
    assert found[:4] == ("CD-Q312", "H1/2025-Q2", None, None)
    assert (
        found[4].startswith("6 công đoàn cơ sở có trong báo cáo quý I năm 2025") and "U2, U3, U4, U5, U6, …" in found[4]
    )


def test_a_union_that_another_unit_took_over_is_not_gone_and_is_compared_with_itself() -> None:
    before = [unions("H1", Q2, {}, {}), unions("H2", Q2, {"union_code": "V1"})]
    province = unions("T1", Q3, {"members_total": 500})
    commune = unions("X1", Q3, {"union_code": "U2"}, {"union_code": "V1", "workers_total": 600})
    found = judge([province, commune], before)
    assert [finding[:3] for finding in found] == [("CD-Q321", "T1/2025-Q3", "K11"), ("CD-Q321", "X1/2025-Q3", "I12")]


def test_what_a_reorganised_unit_lost_is_asked_of_its_successor_once_all_heirs_have_sent() -> None:
    before = [unions("H1", Q2, {}, {}, {})]
    province, commune = unions("T1", Q3, {}), unions("X1", Q3, {"union_code": "U2"})
    assert judge([province], before) == []
    (found,) = judge([province, commune], before)
    assert found[:2] == ("CD-Q312", "T1/2025-Q3") and "U3" in found[4]


def test_a_code_that_two_predecessors_used_is_compared_with_neither() -> None:
    before = [unions("H1", Q2, {}), unions("H2", Q2, {"members_total": 51})]
    assert judge([unions("T1", Q3, {"members_total": 500}), unions("X1", Q3, {"union_code": "x"})], before) == []


# --- slips


def test_a_zero_too_many_is_told_once() -> None:
    (found,) = judge([unions("H1", Q2, {"members_total": 500, "workers_total": 61})], [unions("H1", Q1, {})])
    assert found == (
        "CD-Q321",
        "H1/2025-Q2",
        "K11",
        "members_total",
        "“Số đoàn viên – Tổng số” là 500, trong khi quý I năm 2025 là 50: có thể gõ thừa hoặc thiếu chữ số.",
    )


@pytest.mark.parametrize(
    ("then", "now", "is_slip"),
    [
        (452, 4520, True),
        (452, 45, True),
        (452, 42, True),
        (452, 52, True),
        (112, 12, True),
        (12, 112, True),
        (452, 460, False),
        (452, 245, False),
        (1000, 1, True),
        (4, 5, False),
        (12, 120, True),
        (0, 10, False),
        (300, 3900, True),
        (300, 4000, False),
    ],
)
def test_digits_too_many_or_too_few(then: int, now: int, is_slip: bool) -> None:
    line = {"workers_total": 10_000}
    found = judge(
        [unions("H1", Q2, {**line, "workers_female": now})], [unions("H1", Q1, {**line, "workers_female": then})]
    )
    assert ("CD-Q321" in codes(found)) == is_slip


def test_swapped_columns_are_told_once_with_both_columns() -> None:
    (found,) = judge(
        [unions("H1", Q2, {"workers_total": 45, "members_total": 61})],
        [unions("H1", Q1, {"workers_total": 60, "members_total": 45})],
    )
    assert found[:4] == ("CD-Q322", "H1/2025-Q2", "I11", "workers_total")
    assert "là 45 và “Số đoàn viên – Tổng số” là 61, trong khi quý I năm 2025 là 60 và 45" in found[4]


@pytest.mark.parametrize(
    "line",
    [
        {"workers_total": 61, "members_total": 46},
        {"workers_total": 45, "members_total": 45},  # one of them fell to the other
        {"workers_total": 45, "members_total": None},
        {"workers_total": 50, "members_total": 55},  # half way is not crosswise
    ],
)
def test_columns_that_are_not_swapped(line: Mapping[str, Any]) -> None:
    before = unions("H1", Q1, {"workers_total": 60, "members_total": 45})
    assert "CD-Q322" not in codes(judge([unions("H1", Q2, line)], [before]))


def history(count: int, spread: Sequence[int], unit: str = "H2") -> list[pl.DataFrame]:
    """Two quarters of unions with 200 workers, of which each one in turn changes by one of the numbers."""
    lines = [{"workers_total": 200 + spread[number % len(spread)]} for number in range(count)]
    return [unions(unit, Q1, *({"workers_total": 200} for _ in range(count))), unions(unit, Q2, *lines)]


def test_what_is_usual_is_learnt_from_the_peers() -> None:
    before, now = unions("H1", Q1, {"workers_total": 200}), unions("H1", Q2, {"workers_total": 280})
    calm, lively = history(60, (-3, 0, 4)), history(60, (-60, 0, 80))
    assert "CD-Q320" in codes(judge([now, calm[1]], [before, calm[0]]))
    assert "CD-Q320" not in codes(judge([now, lively[1]], [before, lively[0]]))


def test_rows_that_do_not_change_say_nothing_of_how_much_others_do() -> None:
    mostly_still = history(400, (0,) * 7 + (-60, 50, 80))
    before, now = unions("H1", Q1, {"workers_total": 200}), unions("H1", Q2, {"workers_total": 265})
    assert judge([now, mostly_still[1]], [before, mostly_still[0]]) == []


def test_without_peers_the_stated_scale_counts() -> None:
    before = unions("H1", Q1, {"workers_total": 200}, {"workers_total": 200})
    (found,) = judge([unions("H1", Q2, {"workers_total": 280}, {"workers_total": 420})], [before])
    assert found[:4] == ("CD-Q320", "H1/2025-Q2", "I12", "workers_total")
    assert "là 420, trong khi quý I năm 2025 là 200" in found[4]


def test_small_counts_may_vary_more() -> None:
    rule = next(rule for rule in CONTRACTS.comparisons if rule.check == "sudden_change")
    frame = pl.DataFrame({"period": Q2, "n": [16, 1600], "previous_n": [8, 800]})
    small, large = change_scores(frame, ["n"], None, rule.peers, [Q2])["n"]
    assert 0 < small < large / 1.5


def test_a_change_that_its_flows_explain_is_not_asked_about() -> None:
    line = {"members_total": 150, "members_admitted": 100, "workers_total": 60}
    assert judge([unions("H1", Q2, line)], [unions("H1", Q1, {})]) == []
    line["members_admitted"] = 0
    assert codes(judge([unions("H1", Q2, line)], [unions("H1", Q1, {})])) == ["CD-Q321"]
    line["members_total"] = 140
    assert codes(judge([unions("H1", Q2, line)], [unions("H1", Q1, {})])) == ["CD-Q311", "CD-Q320"]


@pytest.mark.parametrize("left", [0, 50])
def test_of_a_union_that_ended_nobody_asks_where_its_people_went(left: int) -> None:
    line = {"members_total": 0, "workers_total": 6, "members_left": left, "ended_on": dt.date(2025, 6, 10)}
    assert judge([unions("H1", Q2, line)], [unions("H1", Q1, {})]) == []


# --- copied reports


def busy(unit: str, count: int) -> list[pl.DataFrame]:
    """Two quarters in which half of the unions change."""
    lines = [{"union_groups": number % 2} for number in range(count)]
    return [unions(unit, Q1, *({"union_groups": 0} for _ in range(count))), unions(unit, Q2, *lines)]


@pytest.mark.parametrize(("count", "is_asked"), [(4, False), (6, False), (7, True)])
def test_a_copied_report_is_told_where_chance_does_not_do_it(count: int, is_asked: bool) -> None:
    lines = [{"members_admitted": number, "members_left": number} for number in range(count)]
    others = busy("H2", 40)
    now, before = unions("H1", Q2, *lines), unions("H1", Q1, *lines)
    found = [finding for finding in judge([now, others[1]], [before, others[0]]) if finding[0] == "CD-Q323"]
    assert len(found) == is_asked
    for finding in found:
        assert finding[1:4] == ("H1/2025-Q2", None, None)
        assert "Cả 7 dòng" in finding[4] and "chỉ 50 % số dòng" in finding[4]


def test_a_report_with_one_change_is_no_copy_and_a_lonely_one_is_not_judged() -> None:
    lines: list[dict[str, Any]] = [{"members_admitted": number, "members_left": number} for number in range(20)]
    assert judge([unions("H1", Q2, *lines)], [unions("H1", Q1, *lines)]) == []
    others = busy("H2", 40)
    now = unions("H1", Q2, *lines[:-1], {**lines[-1], "union_groups": 1})
    assert "CD-Q323" not in codes(judge([now, others[1]], [unions("H1", Q1, *lines), others[0]]))


# --- a summary and the units below


def summary(*lines: Mapping[str, Any], unit: str = "T1", period: str = Q2) -> dict[str, pl.DataFrame]:
    return {"province_summary": rows("province_summary", unit, period, *lines)}


def test_a_summary_is_the_sum_of_the_units_that_have_sent() -> None:
    below = [
        unions("H1", Q2, {}, {"ended_on": dt.date(2025, 6, 30)}),
        unions("Z1", Q2, {"members_total": 7}),
        unions("C1", Q2, {"members_total": 5, "ended_on": dt.date(2025, 7, 1)}),
    ]
    right = summary(
        {"unit_code": "H1", "unions": 1, "members_total": 50, "members_female": 20, "workers_total": 60},
        {"unit_code": "Z1", "unions": 2, "members_total": 12},  # its cluster included; women not told
        {"unit_code": "H2", "unions": 9, "members_total": 900},  # has sent nothing
    )
    assert codes(judge(below, **right)) == ["CD-Q310", "CD-Q310"]
    women, workers = judge(below, **right)
    assert (women[3], workers[3]) == ("members_female", "workers_total")
    assert "cộng được 20, báo cáo của các đơn vị ấy cộng được 60 (chênh lệch -40)" in women[4]
    assert women[4].endswith("Đơn vị có chênh lệch: Z1 (bảng của tỉnh không ghi, đơn vị gửi 40).")


def test_a_summary_of_units_that_have_sent_nothing_is_compared_with_nothing() -> None:
    assert judge([], **summary({"unit_code": "H1", "unions": 3, "members_total": 90})) == []


def test_the_units_that_explain_a_difference_are_named_and_the_largest_is_marked() -> None:
    below = [unions("H1", Q2, {}), unions("H2", Q2, {}), unions("Z1", Q2, {})]
    wrong = summary(
        {"unit_code": "H1", "unions": 1, "members_total": 51},
        {"unit_code": "H2", "unions": 1, "members_total": 40},
    )
    by_field = {finding[3]: finding for finding in judge(below, **wrong)}
    assert set(by_field) == {"unions", "members_total"}
    assert by_field["unions"][2] == "D11" and "Z1 (bảng của tỉnh không ghi, đơn vị gửi 1)" in by_field["unions"][4]
    assert by_field["members_total"][2] == "E12"
    assert by_field["members_total"][4] == (
        "“Số đoàn viên – Tổng số”: bảng của tỉnh cộng được 91, báo cáo của các đơn vị ấy cộng được 150 (chênh lệch "
        "-59). Đơn vị có chênh lệch: Z1 (bảng của tỉnh không ghi, đơn vị gửi 50); H2 (bảng của tỉnh 40, đơn "
        "vị gửi 50); H1 (bảng của tỉnh 51, đơn vị gửi 50)."
    )


def test_agreements_and_enterprises_are_counted_as_at_the_end_of_the_period() -> None:
    agreement = {
        "agreement_code": "A",
        "tax_code": "1",
        "signed_on": dt.date(2025, 1, 1),
        "expires_on": dt.date(2025, 6, 30),
    }
    sent = {
        "agreements": rows(
            "agreements",
            "H1",
            Q2,
            agreement,
            {**agreement, "tax_code": "2"},
            {**agreement, "agreement_code": "over", "expires_on": dt.date(2025, 6, 29)},
            {**agreement, "agreement_code": "to come", "effective_on": dt.date(2025, 7, 1)},
        ),
        "enterprises": rows(
            "enterprises", "H1", Q2, {"tax_code": "1", "has_union": True}, {"tax_code": "2", "has_union": False}
        ),
    }
    line = {"unit_code": "H1", "agreements_in_force": 1, "enterprises": 2, "enterprises_with_union": 1}
    assert judge([], **summary(line), **sent) == []
    off = {name: value + 1 if isinstance(value, int) else value for name, value in line.items()}
    assert {finding[3] for finding in judge([], **summary(off), **sent)} == set(line) - {"unit_code"}


# --- units over time


def test_a_unit_carries_on_itself_its_predecessors_or_what_its_parent_did() -> None:
    found = lineage(UNITS, [(Q2, Q1), (Q3, Q2), (Q4, Q3)])
    by_unit: dict[tuple[str, str], list[str]] = {}
    for period, code, _, before, _ in found.rows():
        by_unit.setdefault((period, code), []).append(before)
    assert by_unit[Q2, "H1"] == ["H1"]
    assert by_unit[Q3, "T1"] == ["T1", "H1", "H2"]
    assert by_unit[Q3, "X1"] == ["T1", "H1", "H2"]
    assert by_unit[Q3, "Z1"] == ["Z1"]
    assert by_unit[Q4, "X2"] == ["T1"]
    assert not found.filter(org_unit_code="X2")["is_direct"].any()


def test_code_44_carries_on_both_provinces_and_all_their_districts() -> None:
    found = lineage(load_org_units(), [(Q3, Q2)]).filter(org_unit_code="T44")
    before = set(found["previous_org_unit_code"])
    assert {"T44", "T45", "H450", "H461"} <= before and "H458" in before
    assert "T46" not in before and "H474" not in before


# --- the rules as data


def test_great_expectations_takes_every_check_as_it_is() -> None:
    checks = {form.form: comparison_checks(CONTRACTS, form) for form in CONTRACTS.forms}
    ids = [check.id for of_form in checks.values() for check in of_form]
    assert len(set(ids)) == len(ids)
    for form, of_form in checks.items():
        assert len(suite(form, of_form).expectations) == len(of_form)
    places = sum(len(rule.places) for rule in CONTRACTS.comparisons)
    assert len(ids) == places


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"code": "CD-E310", "severity": "error"}, "a comparison with another submission cannot be an error"),
        ({"unit": "unit"}, "rule CD-Q310: form 'province_summary' has no field 'unit'"),
        ({"form": "summary"}, "rule CD-Q310: no form 'summary'"),
        ({"measures": [{"field": "unions", "form": "enterprises"}]}, "either 'sum' or 'count' names a field"),
        (
            {"measures": [{"field": "unions", "form": "enterprises", "count": "union"}]},
            "rule CD-Q310: form 'enterprises' has no field 'union'",
        ),
    ],
)
def test_a_rule_that_cannot_be_judged_does_not_load(edit: Edit, change: dict[str, Any], complaint: str) -> None:  # noqa: F811
    with pytest.raises(ContractError, match=complaint):
        load_contracts(edit("rules/between_periods.yaml", lambda file: file["comparisons"][0].update(change)))


def test_periods_look_back_as_far_as_their_peers_and_one_more() -> None:
    assert CONTRACTS.quarters_back == 5
    agreements = CONTRACTS.form("agreements")
    assert (agreements.due_before("2023-Q4"), agreements.due_before("2023-Q2")) == ("2023-Q2", "2022-Q4")
    assert agreements.longest_gap == 2 and CONTRACTS.form("targets").longest_gap == 4
