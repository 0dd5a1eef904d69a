"""Which figures of persons are withheld, on made-up marts: small ones, those beside them, what is made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest
from joblib import Memory

from pipelines.contracts.reader_views import ReaderView, WithheldColumns
from pipelines.warehouse import persons
from pipelines.warehouse.emptied import without_small_figures
from pipelines.warehouse.persons import Withheld, withheld_figures
from pipelines.warehouse.small_cells import withhold

PERSONS = ("person", "person_time")
FORGETS = Memory(None)
PERIODS = ("2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1")
UNITS = {"VN": None, "T1": "VN", "H1": "T1", "H2": "T1", "H3": "T1"}
COUNTS = (
    "workers_total",
    "workers_female",
    "members_total",
    "members_female",
    "members_admitted",
    "members_left",
    "officers_elected",
    "officers_trained",
    "density_members",
    "density_workers",
)
INDICATORS = [
    ("members_total", "person", "measure", None, None, "last"),
    ("members_left", "person", "measure", None, None, "sum"),
    ("density_members", "person", "measure", None, None, "last"),
    ("density_workers", "person", "measure", None, None, "last"),
    ("density_pct", "percent", "derived", "density_members", "density_workers", "ratio"),
    ("party_admitted", "person", "activity", None, None, "sum"),
    ("legal_aid", "person_time", "activity", None, None, "sum"),
    ("meetings", "meeting", "activity", None, None, "sum"),
]
INDICATOR_COLUMNS = ["indicator_code", "unit", "origin", "numerator", "denominator", "aggregation_over_time"]
ANCESTORS = pl.DataFrame(
    [
        (period, unit, above, distance)
        for period in PERIODS
        for unit in UNITS
        for distance, above in enumerate([unit, UNITS[unit], UNITS.get(UNITS[unit] or "")])
        if above
    ],
    schema=["period", "org_unit_code", "ancestor_code", "distance"],
    orient="row",
)
Counts = Mapping[tuple[str, str], Mapping[str, int]]


def marts(counts: Mapping[str, Counts], activities: list[tuple] | None = None) -> dict[str, pl.DataFrame]:
    """Marts in which the districts report ``counts`` (period → (unit, sector) → column → figure), 50 unless given."""
    rows = []
    for period, given in counts.items():
        figures = {(unit, sector): {name: 50 for name in COUNTS} | dict(of) for (unit, sector), of in given.items()}
        for unit in {unit for unit, _ in given}:
            parts = [of for (one, _), of in figures.items() if one == unit]
            figures[unit, "all"] = {name: sum(of[name] for of in parts) for name in COUNTS}
        for above, below in (("T1", "H"), ("VN", "T")):
            for sector in {sector for unit, sector in figures if unit.startswith(below)}:
                parts = [of for (unit, one), of in figures.items() if unit.startswith(below) and one == sector]
                figures[above, sector] = {name: sum(of[name] for of in parts) for name in COUNTS}
        rows += [
            {"period": period, "org_unit_code": unit, "sector": sector, "basis": basis, "scope": scope} | of
            for (unit, sector), of in figures.items()
            for basis in ("as_reported", "current_structure")
            for scope in ("all", "comparable")
        ]
    values = [
        {
            "period": row["period"],
            "org_unit_code": row["org_unit_code"],
            "indicator_code": name,
            "value": float(row[name]),
        }
        for row in rows
        if (row["sector"], row["basis"], row["scope"]) == ("all", "as_reported", "all")
        for name in ("members_total", "members_left", "density_members", "density_workers")
    ]
    names = ["period", "org_unit_code", "indicator_code", "value"]
    values += [dict(zip(names, one, strict=True)) for one in activities or []]
    indicator = pl.DataFrame(values).with_columns(actual_period="period", threshold=pl.lit(None, pl.Int64))
    return {
        "mart_membership": pl.DataFrame(rows),
        "mart_indicator": indicator,
        "mart_activity": indicator.clear().select(*names[:3], plan_value="value", actual_value="value"),
        "dim_indicator": pl.DataFrame(INDICATORS, schema=INDICATOR_COLUMNS, orient="row"),
        "dim_org_unit": pl.DataFrame(
            [(unit, above, "province" if unit == "T1" else "district", unit) for unit, above in UNITS.items()],
            schema=["org_unit_code", "parent_code", "unit_type", "current_org_unit_code"],
            orient="row",
        ).with_columns(valid_from=dt.date(2018, 1, 1), valid_to=pl.lit(None, pl.Date)),
        "dim_period": pl.DataFrame({"period": PERIODS}).with_columns(ends_on=dt.date(2025, 1, 1)),
    }


def withheld(frames: Mapping[str, pl.DataFrame]) -> set[tuple[str, str, str, str, bool]]:
    """(indicator, period, unit, sector, to date) of every figure that is withheld, whether all at once or by period."""
    at_once = _withheld([_block(frames, PERIODS)])
    one_by_one = _withheld([_block(frames, [period]) for period in PERIODS])
    assert at_once == one_by_one
    return at_once


def _withheld(blocks: list[dict[str, pl.DataFrame]], memory: Memory = FORGETS) -> set[tuple[str, str, str, str, bool]]:
    found = pl.concat([withheld.figures for _, withheld in withheld_figures(blocks, PERSONS, memory)])
    return set(found.select("indicator_code", "period", "org_unit_code", "sector", "to_date").rows())


def _block(frames: Mapping[str, pl.DataFrame], periods: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The rows of some periods; dimensions whole."""
    rows = {"ancestors": ANCESTORS, **frames}
    return {
        name: frame if name.startswith("dim_") else frame.filter(pl.col("period").is_in(periods))
        for name, frame in rows.items()
    }


def districts(**special: Mapping[str, int]) -> Counts:
    """Three districts with two sectors; ``H1_school={...}`` sets figures of one of them."""
    return {
        (unit, sector): special.get(f"{unit}_{sector}", {})
        for unit in ("H1", "H2", "H3")
        for sector in ("school", "fdi")
    }


def test_nothing_small_nothing_withheld() -> None:
    assert withheld(marts({"2025-Q1": districts()})) == set()


def test_a_small_figure_takes_a_rectangle_with_it_and_no_total() -> None:
    found = withheld(marts({"2025-Q1": districts(H1_school={"officers_trained": 2})}))
    (units, sectors) = ({unit for _, _, unit, _, _ in found}, {sector for _, _, _, sector, _ in found})
    assert {name for name, *_ in found} == {"officers_trained"} and len(found) == 4
    assert len(units) == 2 and "H1" in units and sectors == {"school", "fdi"}


@pytest.mark.parametrize("women", [2, 48])
def test_few_men_are_withheld_like_few_women(women: int) -> None:
    found = withheld(marts({"2025-Q1": districts(H1_school={"members_female": women})}))
    assert ("members_female", "2025-Q1", "H1", "school", False) in found
    assert "members_total" not in {name for name, *_ in found}


def test_those_who_joined_go_with_those_who_left_and_with_the_members_of_either_end() -> None:
    few = districts(H1_school={"members_left": 2})
    found = withheld(marts({"2025-Q1": few}))
    assert {name for name, *_ in found} == {"members_left", "members_admitted"}
    few = districts(H1_school={"members_total": 4, "members_female": 0, "density_members": 4})
    found = withheld(marts({"2025-Q1": few, "2025-Q2": districts()}))
    at = {(name, period) for name, period, unit, sector, _ in found if (unit, sector) == ("H1", "school")}
    assert {("members_left", "2025-Q1"), ("members_left", "2025-Q2"), ("members_total", "2025-Q1")} <= at
    assert ("members_total", "2025-Q2") not in at


def test_subsets_and_ratios_go_with_any_sector_of_their_unit() -> None:
    few = districts(H1_school={"members_total": 4, "members_female": 0})
    found = withheld(marts({"2025-Q1": few}))
    assert ("density_pct", "2025-Q1", "H1", "all", False) in found
    assert ("density_pct", "2025-Q1", "H1", "fdi", False) in found
    assert ("members_total", "2025-Q1", "H1", "all", False) not in found
    assert ("density_pct", "2025-Q1", "VN", "all", False) not in found


def test_a_sum_since_january_goes_for_the_rest_of_the_year() -> None:
    few = {("H1", "school"): {"members_left": 2}, ("H2", "school"): {}, ("H3", "school"): {}}
    found = withheld(marts({"2025-Q2": few}))
    to_date = {
        period
        for name, period, unit, _, is_to_date in found
        if (name, unit, is_to_date) == ("members_left", "H1", True)
    }
    assert to_date == {"2025-Q2", "2025-Q3", "2025-Q4"}


def test_activities_count_when_they_count_persons() -> None:
    values = [
        ("2025-Q1", unit, name, value)
        for name in ("party_admitted", "legal_aid", "meetings")
        for unit, value in {"H1": 3.0, "H2": 20.0, "H3": 30.0, "T1": 53.0, "VN": 53.0}.items()
    ]
    found = withheld(marts({"2025-Q1": districts()}, values))
    assert {(name, unit) for name, _, unit, _, is_to_date in found if not is_to_date} == {
        (name, unit) for name in ("party_admitted", "legal_aid") for unit in ("H1", "H2")
    }


def test_what_a_unit_counts_beside_those_below_is_a_figure_too() -> None:
    """53 of the province less 20 and 30 of its districts are 3 of its own, which one subtraction would show."""
    values = [
        ("2025-Q1", unit, "party_admitted", value) for unit, value in {"H1": 20.0, "H2": 30.0, "T1": 53.0}.items()
    ]
    found = withheld(marts({"2025-Q1": districts()}, values))
    assert ("party_admitted", "2025-Q1", "H1", "all", False) in found


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A number for every time that figures are judged: twice a block."""
    times: list[int] = []

    def counting(is_small: pl.Series, sums: pl.DataFrame) -> pl.Series:
        times.append(is_small.len())
        return withhold(is_small, sums)

    monkeypatch.setattr(persons, "withhold", counting)
    return times


def _quarters(first: int = 2, second: int = 2) -> list[dict[str, pl.DataFrame]]:
    """Two blocks, each with a figure to set: those who left a sector of H1 in one quarter, and in the next."""
    counts = {
        period: districts(H1_school={"members_left": left})
        for period, left in (("2025-Q1", first), ("2025-Q2", second))
    }
    return [_block(marts(counts), [period]) for period in counts]


def test_a_quarter_is_judged_again_only_when_its_figures_change(tmp_path: Path, judged: list[int]) -> None:
    memory = Memory(tmp_path, verbose=0)
    found = _withheld(_quarters(), memory)
    assert len(judged) == 4
    assert _withheld(_quarters(), memory) == found and len(judged) == 4
    otherwise_stored = [
        {name: pl.concat([frame.tail(3), frame.head(-3)], rechunk=False) for name, frame in block.items()}
        for block in _quarters()
    ]
    assert _withheld(otherwise_stored, memory) == found and len(judged) == 4
    changed = _withheld(_quarters(second=30), memory)
    assert len(judged) == 6 and changed == _withheld(_quarters(second=30)) != found


def test_a_quarter_is_judged_again_when_members_of_the_one_before_are_withheld(
    tmp_path: Path, judged: list[int]
) -> None:
    memory = Memory(tmp_path, verbose=0)
    first, second = _quarters()
    _withheld([first, second], memory)
    few = districts(H1_school={"members_total": 4, "members_female": 0, "members_left": 2})
    first = _block(marts({"2025-Q1": few}), ["2025-Q1"])
    assert _withheld([first, second], memory) == _withheld([first, second])
    assert len(judged) == 4 + 4 + 4


def test_what_other_code_found_is_not_remembered(
    tmp_path: Path, judged: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory(tmp_path, verbose=0)
    _withheld(_quarters(), memory)
    monkeypatch.setattr(persons, "_JUDGED_BY", ("persons.py",))
    _withheld(_quarters(), memory)
    assert len(judged) == 8


def test_what_is_damaged_on_the_disk_is_found_again(tmp_path: Path, judged: list[int]) -> None:
    memory = Memory(tmp_path, verbose=0)
    found = _withheld(_quarters(), memory)
    kept = sorted(tmp_path.rglob("output.pkl"))
    assert len(kept) == 2
    for path in kept:
        path.write_bytes(path.read_bytes()[:100])
    assert _withheld(_quarters(), memory) == found
    assert len(judged) == 8


VIEW = ReaderView(
    table="mart_x",
    title="X",
    withheld=(
        WithheldColumns(columns=("value", "share"), indicator_in="code"),
        WithheldColumns(columns=("so_far",), indicator_in="code", to_date=True, since="first_year"),
    ),
)
TABLE = pl.DataFrame(
    {
        "period": ["2025-Q1", "2025-Q2", "2026-Q1", "2026-Q1"],
        "org_unit_code": ["H1", "H1", "H1", "T1"],
        "code": ["a", "a", "a", "a"],
        "value": [3, None, 7, 70],
        "share": [0.1, None, 0.2, 0.3],
        "so_far": [3.0, 3.0, 10.0, 99.0],
        "first_year": [None, None, 2024, 2024],
    }
)
FIGURES = pl.DataFrame(
    [("a", "2025-Q1", "H1", "all", False), ("a", "2025-Q1", "H1", "all", True), ("a", "2025-Q2", "H1", "all", True)],
    schema=["indicator_code", "period", "org_unit_code", "sector", "to_date"],
    orient="row",
)
WITHHELD = Withheld(FIGURES, FIGURES.filter(~pl.col("to_date")).drop("to_date"))
LABELS = {"value": "Số", "share": "Tỷ lệ", "so_far": "Từ đầu năm"}


def test_a_table_loses_the_figures_and_says_which_but_not_where_nothing_was() -> None:
    emptied = without_small_figures(TABLE, VIEW, LABELS, WITHHELD, ANCESTORS)
    assert emptied["value"].to_list() == [None, None, 7, 70]
    assert emptied["share"].to_list() == [None, None, 0.2, 0.3]
    assert emptied["note_vi"].to_list() == [
        "Số nhỏ, không công bố: Số; Tỷ lệ; Từ đầu năm",
        "Số nhỏ, không công bố: Từ đầu năm",
        "Số nhỏ, không công bố: Từ đầu năm",
        None,
    ]


def test_a_sum_over_years_goes_with_a_quarter_of_any_of_them() -> None:
    emptied = without_small_figures(TABLE, VIEW, LABELS, WITHHELD, ANCESTORS)
    assert emptied["so_far"].to_list() == [None, None, None, 99.0]


def test_what_tells_of_the_units_below_goes_with_any_of_them() -> None:
    view = VIEW.model_copy(update={"withheld": (WithheldColumns(columns=("value",), indicator="a", below=True),)})
    table = TABLE.with_columns(period=pl.lit("2025-Q1"))
    assert without_small_figures(table, view, LABELS, WITHHELD, ANCESTORS)["value"].to_list() == [None] * 4
