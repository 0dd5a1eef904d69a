"""Every unit is found by its name in a period in which it exists, and by nothing that is not its name."""

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Callable

import pytest

from pipelines.intake.text import strip_marks
from pipelines.intake.unit_names import Reading, names_of
from pipelines.intake.units import OrgUnit, OrgUnits, Succession, load_org_units

UNITS = load_org_units()
NAMES = names_of(UNITS)
ALL_PERIODS = [f"{year}-Q{quarter}" for year in range(2018, 2027) for quarter in range(1, 5)]
SHARED = {
    "LĐLĐ huyện Châu Thành": 10,
    "LĐLĐ huyện An Lão": 2,
    "LĐLĐ huyện Bảo Lâm": 2,
    "LĐLĐ huyện Chợ Mới": 2,
    "LĐLĐ huyện Phú Tân": 2,
    "LĐLĐ huyện Tam Nông": 2,
    "LĐLĐ huyện Vĩnh Thạnh": 2,
}
WITHOUT_MARKS = {
    "LĐLĐ huyện Thanh Trì",
    "LĐLĐ huyện Thạnh Trị",
    "LĐLĐ huyện Tam Đường",
    "LĐLĐ huyện Tam Dương",
    "LĐLĐ huyện Phù Ninh",
    "LĐLĐ huyện Phú Ninh",
}


def lived(unit: OrgUnit) -> list[str]:
    """The first and the last period in which the unit exists in this validity."""
    of_it = [period for period in ALL_PERIODS if unit.is_valid_in(period)]
    return [of_it[0], of_it[-1]]


def parent_name(unit: OrgUnit, period: str) -> str:
    parent = UNITS.find(unit.parent_code, period) if unit.parent_code else None
    return parent.name_vi if parent else ""


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as in the list": str,
    "capitals": str.upper,
    "decomposed": lambda name: unicodedata.normalize("NFD", name),
    "written out": lambda name: name.replace("LĐLĐ", "Liên đoàn Lao động"),
    "another place of the tone": lambda name: name.replace("òa", "oà").replace("óa", "oá").replace("ủy", "uỷ"),
    "short": lambda name: name.replace("thành phố", "TP.").replace("huyện", "H.").replace("Công đoàn", "CĐ"),
    "no apostrophes": lambda name: name.replace("'", ""),
    "curly apostrophes": lambda name: name.replace("'", "’"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_unit_is_found_by_its_name_and_a_shared_name_by_its_parent(spelling: str) -> None:
    spell = SPELLINGS[spelling]
    alone: Counter[str] = Counter()
    with_parent = []
    count = 0
    for unit in UNITS:
        for period in lived(unit):
            found = NAMES.named_in([spell(unit.name_vi)], Reading(period))
            assert found in (unit.code, None), (unit.code, period, found)
            alone[unit.name_vi] += found is None
            lines = [spell(parent_name(unit, period)), spell(unit.name_vi)]
            with_parent += [unit.code] if NAMES.named_in(lines, Reading(period)) != unit.code else []
        count += 1
    assert count == 809
    assert with_parent == []
    assert {name: times // 2 for name, times in alone.items() if times} == SHARED


def test_without_marks_every_unit_is_found_too() -> None:
    missed = set()
    for unit in UNITS:
        period = lived(unit)[-1]
        name = strip_marks(unit.name_vi)
        found = NAMES.named_in([name], Reading(period))
        assert found in (unit.code, None), (unit.code, found)
        missed |= {unit.name_vi} if found is None else set()
        assert NAMES.named_in([strip_marks(parent_name(unit, period)), name], Reading(period)) == unit.code
    assert missed == {*SHARED, *WITHOUT_MARKS}


def test_a_name_means_the_unit_of_its_time() -> None:
    named = {period: NAMES.named_in(["LĐLĐ tỉnh Quảng Trị"], Reading(period)) for period in ("2025-Q2", "2025-Q3")}
    assert named == {"2025-Q2": "T45", "2025-Q3": "T44"}
    for code in ("T15", "T24", "T44", "T52", "T80", "T82", "T91"):
        before, after = UNITS.find(code, "2025-Q2"), UNITS.find(code, "2025-Q3")
        assert before and after and before.name_vi != after.name_vi
        assert NAMES.named_in([before.name_vi], Reading("2025-Q2")) == code
        assert NAMES.named_in([after.name_vi], Reading("2025-Q3")) == code


@pytest.mark.parametrize("period", ["2018-Q1", "2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2026-Q1"])
def test_a_unit_that_was_renamed_is_found_by_both_names_at_any_time(period: str) -> None:
    for name in ("LĐLĐ tỉnh Thừa Thiên Huế", "LĐLĐ thành phố Huế"):
        assert NAMES.named_in([name], Reading(period)) == "T46"


def test_the_old_name_of_a_parent_still_tells_which_of_two_units_is_meant() -> None:
    began, renamed = dt.date(2018, 1, 1), dt.date(2020, 1, 1)

    def unit(code: str, name: str, parent: str, since: dt.date = began, until: dt.date | None = None) -> OrgUnit:
        return OrgUnit(code, name, "district", parent, None, since, until)

    names = names_of(
        OrgUnits(
            [
                unit("T01", "LĐLĐ tỉnh Cũ", "VN", began, renamed),
                unit("T01", "LĐLĐ tỉnh Mới", "VN", renamed),
                unit("T02", "LĐLĐ tỉnh Khác", "VN"),
                unit("H01", "LĐLĐ huyện An Lão", "T01"),
                unit("H02", "LĐLĐ huyện An Lão", "T02"),
            ],
            [Succession("T01", renamed, "renamed", "T01")],
        )
    )
    for parent in ("LĐLĐ tỉnh Cũ", "LĐLĐ tỉnh Mới"):
        for period in ("2019-Q4", "2021-Q2"):
            assert names.named_in([parent, "LĐLĐ huyện An Lão"], Reading(period)) == "H01"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["LĐLĐ huyện Gio Linh"], "H466"),
        (["LĐLĐ tỉnh Quảng Trị", "LĐLĐ huyện Gio Linh"], "H466"),
        # what stands below the heir is meant itself: it names what it came out of
        (["Công đoàn phường Đông Hà", "(trước đây thuộc LĐLĐ thành phố Đông Hà)"], "X19333"),
        (["LĐLĐ tỉnh Quảng Trị", "Công đoàn xã Hướng Phùng"], "X19441"),  # was never founded
        (["LĐLĐ tỉnh Vĩnh Long", "LĐLĐ huyện Châu Thành"], None),  # there were two in what is Vĩnh Long now
    ],
)
def test_a_unit_that_does_not_exist_in_the_period_is_named_rather_than_the_one_above(
    lines: list[str], code: str | None
) -> None:
    assert NAMES.named_in(lines, Reading("2025-Q4")) == code


def test_a_commune_union_that_never_was_says_nothing_before_there_were_communes() -> None:
    lines = ["LĐLĐ quận Long Biên", "Công đoàn phường Phúc Lợi"]
    assert NAMES.named_in(lines, Reading("2021-Q2")) == "H004"
    assert NAMES.named_in(lines[1:], Reading("2025-Q4")) == "X00136"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("T06", "T06"),
        ("T06.xlsx", "T06"),
        ("Bao cao (ma T06).xlsx", "T06"),
        # months, quarters, everyday words
        ("BC T06.xlsx", None),
        ("T12_2025.xlsx", None),
        ("Quy 1 nam 2021.xlsx", None),
        ("Q.3 2021.xlsx", None),
        ("Biểu 4.xlsx", None),
        ("Văn bản số 12.xlsx", None),
        ("Van ban bao cao.xlsx", None),
        ("Thống nhất báo cáo.xlsx", None),
        ("Đo lường.xlsx", None),
        # a place among other words may be anything
        ("Tập huấn tại Cam Lộ.xlsx", None),
        ("LĐLĐ huyện Văn Bàn.xlsx", "H089"),
        ("Gio Linh bao cao quy 2.xlsx", "H466"),
    ],
)
def test_what_the_name_of_a_file_tells(name: str, code: str | None) -> None:
    assert (NAMES.code_in(name) or NAMES.named_in([name], Reading("2021-Q2", is_label=True))) == code


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["Báo cáo Q.1 năm 2021"], None),
        (["LĐLĐ TP.HCM", "LĐLĐ Q.1"], "H760"),
        (["LĐLĐ quận 3, TPHCM"], "H770"),
        (["LĐLĐ thành phố Hồ Chí Minh", "LĐLĐ quận 12"], "H761"),
        (["LĐLĐ huyện Thạnh Trị"], "H949"),
        (["LĐLĐ huyện Thanh Trì"], "H020"),
        (["LDLD huyen Thanh Tri", "LDLD tinh Soc Trang"], "H949"),
    ],
)
def test_quarters_and_marks(lines: list[str], code: str | None) -> None:
    assert NAMES.named_in(lines, Reading("2021-Q2")) == code


def test_a_shared_name_tells_which_units_share_it() -> None:
    shared = NAMES.shared_by(["BÁO CÁO", "LĐLĐ huyện Châu Thành"], Reading("2021-Q2"))
    assert shared is not None
    assert (shared[0], len(shared[1])) == ("LĐLĐ huyện Châu Thành", 10)
    assert NAMES.shared_by(["LĐLĐ huyện Gio Linh", "LĐLĐ tỉnh Quảng Trị"], Reading("2021-Q2")) is None


def test_a_parent_that_has_taken_over_another_of_the_name_leaves_it_open() -> None:
    lines = ["LĐLĐ tỉnh Tây Ninh", "LĐLĐ huyện Châu Thành"]
    in_time, late = dt.date(2025, 6, 20), dt.date(2025, 7, 8)
    assert NAMES.named_in(lines, Reading("2025-Q1", in_time)) == "H708"
    assert NAMES.named_in(lines, Reading("2025-Q2", late)) is None
    shared = NAMES.shared_by(lines, Reading("2025-Q2", late), lines)
    assert shared and [unit.code for unit in shared[1]] == ["H708", "H808"]
    # Long An is nobody else's name
    assert NAMES.named_in(["LĐLĐ tỉnh Long An", lines[1]], Reading("2025-Q2", late)) == "H808"
