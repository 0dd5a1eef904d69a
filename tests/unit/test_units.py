"""The dated tree of union units: who is above whom, who follows whom, who stands in for whom."""

import datetime as dt

import polars as pl
import pytest

from pipelines.intake.places import Places
from pipelines.intake.units import Area, OrgUnit, OrgUnits, Succession, load_org_units

UNITS = load_org_units()
BEGAN, SPLIT, MERGED = dt.date(2018, 1, 1), dt.date(2020, 1, 1), dt.date(2022, 1, 1)


def unit(code: str, name: str, parent: str | None, since: dt.date, until: dt.date | None = None) -> OrgUnit:
    return OrgUnit(code, name, "district", parent, None, since, until)


OLD = unit("T01", "Cũ", "VN", BEGAN, SPLIT)
NORTH, SOUTH = unit("T02", "Bắc", "VN", SPLIT, MERGED), unit("T03", "Nam", "VN", SPLIT, MERGED)
NEW = unit("T01", "Mới", "VN", MERGED)  # the code of the first one again, for another unit
WARD = unit("X10", "Phường", "T01", MERGED)
MOVED_FROM, MOVED_TO = unit("H10", "Huyện", "T02", SPLIT, MERGED), unit("H10", "Huyện đổi tên", "T01", MERGED)
GONE = unit("H11", "Huyện cũ", "T03", SPLIT, MERGED)
MADE_UP = OrgUnits(
    [unit("VN", "Tổng", None, BEGAN), OLD, NORTH, SOUTH, NEW, WARD, MOVED_FROM, MOVED_TO, GONE],
    [
        Succession("T01", SPLIT, "split", "T02"),
        Succession("T01", SPLIT, "split", "T03"),
        Succession("T02", MERGED, "whole", "T01"),
        Succession("T03", MERGED, "whole", "T01"),
        Succession("H10", MERGED, "renamed", "H10"),
        Succession("H11", MERGED, "ended", None),
    ],
)
LATE = dt.date(2023, 1, 1)


def test_heirs_and_forebears_are_followed_through_every_change() -> None:
    assert MADE_UP.heirs(OLD, dt.date(2021, 1, 1)) == [NORTH, SOUTH]
    assert MADE_UP.heirs(OLD, LATE) == [NEW]
    assert MADE_UP.heirs(GONE, LATE) == []
    assert MADE_UP.forebears(NEW, dt.date(2021, 1, 1)) == [NORTH, SOUTH]
    assert MADE_UP.forebears(NEW, dt.date(2019, 1, 1)) == [OLD]
    assert MADE_UP.heirs(NEW, LATE) == [NEW]


def test_a_unit_that_was_renamed_is_the_same_and_one_that_took_over_a_code_is_not() -> None:
    assert MADE_UP.as_of(MOVED_FROM, LATE) is MOVED_TO
    assert MADE_UP.as_of(MOVED_TO, dt.date(2021, 1, 1)) is MOVED_FROM
    assert MADE_UP.as_of(OLD, LATE) is None
    assert MADE_UP.as_of(NEW, dt.date(2019, 1, 1)) is None


def test_the_tree_is_that_of_the_day() -> None:
    assert MADE_UP.is_above("T02", "H10", dt.date(2021, 1, 1))
    assert not MADE_UP.is_above("T02", "H10", LATE)
    assert MADE_UP.above("H10", LATE) == {"T01", "VN"}
    assert MADE_UP.above("H10") == {"T01", "T02", "VN"}


@pytest.mark.parametrize(
    ("sender", "sent_for", "day", "may"),
    [
        ("T01", NORTH, LATE, True),
        ("X10", SOUTH, LATE, True),  # stands below the heir
        ("H10", SOUTH, LATE, True),
        ("T01", OLD, LATE, True),  # through two changes, under the same code
        ("VN", NORTH, LATE, False),  # above the heir
        ("T02", NORTH, dt.date(2021, 1, 1), False),  # it sends itself
        ("X10", NORTH, dt.date(2021, 1, 1), False),  # is not founded yet
        ("T03", NORTH, LATE, False),  # has ended, too
        ("T01", GONE, LATE, False),  # nobody took over
        ("T01", MOVED_FROM, LATE, False),  # lives on under another name
        ("T01", NORTH, None, False),
    ],
)
def test_who_may_send_for_whom(sender: str, sent_for: OrgUnit, day: dt.date | None, may: bool) -> None:
    assert MADE_UP.may_send_for(sender, sent_for, day) is may


def test_a_code_stands_for_the_unit_of_its_time() -> None:
    assert MADE_UP.nearest("T01", dt.date(2021, 1, 1)) is OLD  # in the gap
    assert MADE_UP.nearest("T01", dt.date(2017, 1, 1)) is OLD
    assert MADE_UP.nearest("T01", LATE) is NEW
    assert MADE_UP.nearest("T99", LATE) is None
    quang = [UNITS.find("T44", period) for period in ("2024-Q4", "2025-Q3")]
    assert [found and found.name_vi for found in quang] == ["LĐLĐ tỉnh Quảng Bình", "LĐLĐ tỉnh Quảng Trị"]


def test_every_unit_that_has_ended_has_heirs_or_has_ended_without() -> None:
    today = dt.date(2025, 12, 31)
    without = [unit.code for unit in UNITS if unit.valid_to and not UNITS.heirs(unit, today)]
    assert without == ["T45-GD"]
    provinces = {unit.code: UNITS.heirs(unit, today) for unit in UNITS if unit.unit_type == "district"}
    assert len(provinces) == 696 and all(
        len(heirs) == 1 and heirs[0].unit_type == "province" for heirs in provinces.values()
    )


def stand_ins(code: str, day: str) -> list[str]:
    on = dt.date.fromisoformat(day)
    unit = UNITS.nearest(code, on) or UNITS.unfounded[code]
    return [found.code for found in UNITS.stand_ins(unit, on)]


@pytest.mark.parametrize(
    ("code", "day", "instead"),
    [
        ("H466", "2025-09-30", ["T44"]),
        ("T06", "2025-12-31", ["T19"]),
        ("T45-GD", "2025-06-30", []),
        # a commune union before it was founded: the province, and before the reform the districts of its parts
        ("X19432", "2025-09-30", ["T44"]),
        ("X19432", "2025-06-30", ["H465"]),
        ("X02020", "2025-06-30", ["H064"]),
        # a commune without union: the union that covers it, and the province until that is founded
        ("X00136", "2025-09-30", ["X00127"]),
        ("X00136", "2025-08-31", ["T01"]),
        ("X00136", "2025-06-30", ["H004", "H018"]),
        ("X00004", "2025-12-31", ["T01"]),
        # an island district without communes became a special zone
        ("X19742", "2025-06-30", ["H471"]),
    ],
)
def test_who_reports_in_place_of_a_unit_that_does_not_exist(code: str, day: str, instead: list[str]) -> None:
    assert stand_ins(code, day) == instead


def test_an_area_is_that_of_a_unit_for_a_time() -> None:
    place = Places(
        pl.DataFrame(
            [("00001", "Xã Một", "commune", "01", BEGAN, None)],
            schema=["code", "name_vi", "level", "parent_code", "valid_from", "valid_to"],
            orient="row",
        )
    )
    near = OrgUnit("X00002", "Công đoàn xã Hai", "commune", "T01", None, BEGAN, None, "00002")
    far = OrgUnit("X00003", "Công đoàn xã Ba", "commune", "T01", None, BEGAN, None, "00003")
    areas = [Area("X00002", "00001", BEGAN, SPLIT), Area("X00003", "00001", SPLIT, None)]
    units = OrgUnits([near, far], areas=areas, load_places=lambda: place)
    (unfounded,) = units.unfounded.values()
    assert units.stand_ins(unfounded, dt.date(2019, 6, 30)) == [near]
    assert units.stand_ins(unfounded, SPLIT) == [far]


def test_a_commune_made_of_several_districts_names_all_of_them() -> None:
    several = [unit for unit in UNITS.unfounded.values() if len(stand_ins(unit.code, "2025-06-30")) > 1]
    assert several and all(unit.unit_type == "commune" for unit in several)


def test_a_commune_has_a_union_or_could_have_one() -> None:
    founded = {unit.code for unit in UNITS if unit.unit_type == "commune"}
    assert len(founded) + len(UNITS.unfounded) == 3321
    assert founded.isdisjoint(UNITS.unfounded)
    assert UNITS.unfounded["X00136"].name_vi == "Công đoàn phường Phúc Lợi"
    assert not any(unit.is_valid_on(dt.date(2026, 1, 1)) for unit in UNITS.unfounded.values())
