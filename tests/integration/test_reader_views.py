"""The views for readers of Vietnamese: complete, in words, and without any figure of few persons, however computed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb
import numpy as np
import polars as pl
import pytest
import yaml
from scipy.optimize import linprog
from scipy.sparse import csr_array

from pipelines.contracts import Contracts, load_contracts
from pipelines.contracts.reader_views import ReaderView, ReaderViews, load_reader_views
from pipelines.settings import PROJECT_DIR
from pipelines.warehouse.small_cells import SMALLEST_PUBLISHED
from tests.conftest import DemoRun

COLUMNS = "select table_name, column_name, data_type, comment from duckdb_columns() where schema_name = '{}'"
CODE = re.compile(r"[a-z]+(_[a-z]+)*")
# Words of Vietnamese that look like codes: they are what readers shall read.
WORDS = {"huyện", "phường", "quận", "xã"}
MEASURES = ("members_left", "members_admitted", "officers_elected", "officers_trained")


@pytest.fixture(scope="module")
def views() -> ReaderViews:
    return load_reader_views()


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return load_contracts()


def public_tables(demo: DemoRun) -> dict[str, dict[str, str]]:
    """Table → column → type, of the public tables."""
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind, _ in demo.query(COLUMNS.format("marts")):
        tables.setdefault(table, {})[column] = kind
    return tables


def test_every_public_table_and_column_is_shown_under_a_label_or_left_out_by_name(
    demo: DemoRun, views: ReaderViews, contracts: Contracts
) -> None:
    """Add what is missing to expectations/reader_views.yaml: see CONTRIBUTING.md."""
    tables = public_tables(demo)
    shown = {view.table: view for view in views.views.values()}
    assert sorted(tables) == sorted([*shown, *views.left_out])
    unnamed = [
        f"{table}.{column}"
        for table, view in shown.items()
        for column in tables[table]
        if column not in view.hidden and not views.label(view, column, contracts)
    ]
    assert unnamed == []
    for table, view in shown.items():
        # A column may be named before the branch that adds it is there: only what is shown counts.
        labels = [views.label(view, column, contracts) for column in tables[table] if column not in view.hidden]
        assert len(labels) == len(set(labels)), f"{table}: a label twice among {sorted(map(str, labels))}"


def test_of_views_with_figures_of_persons_every_number_is_withheld_or_plain(demo: DemoRun, views: ReaderViews) -> None:
    """Whoever adds a number, or a sentence, says which of both it is: nothing is open by oversight."""
    tables = public_tables(demo)
    unclear = []
    for view in (view for view in views.views.values() if view.withheld):
        known = {*view.plain, *view.hidden, *(column for entry in view.withheld for column in entry.columns)}
        told = [
            name for name, kind in tables[view.table].items() if kind in {"BIGINT", "DOUBLE"} or name.endswith("_vi")
        ]
        unclear += [f"{view.table}.{name}" for name in told if name not in known]
    assert unclear == []


def test_every_table_view_and_column_has_a_vietnamese_comment(demo: DemoRun) -> None:
    objects = demo.query(
        "select schema_name, table_name, comment from duckdb_tables()"
        " union all select schema_name, view_name, comment from duckdb_views() where not internal"
    )
    columns = [row for schema in ("marts", "protected", "bao_cao") for row in demo.query(COLUMNS.format(schema))]
    assert len(objects) > 50 and len(columns) > 600
    comments = [(name, comment) for _, name, comment in objects]
    comments += [(f"{table}.{column}", comment) for table, column, _, comment in columns]
    assert [name for name, comment in comments if not comment or not re.search(r"[^\x00-\x7f]", comment)] == []


def test_comments_for_readers_are_vietnamese_and_name_what_readers_see(demo: DemoRun) -> None:
    """No code that the column shows as a word, no name of a table or column of ``marts``, nothing in English."""
    shown = {(view, column): comment for view, column, _, comment in demo.query(COLUMNS.format("bao_cao"))}
    names = re.compile(rf"\b({'|'.join(view for view, _ in shown)})\b")
    odd = re.compile(r"[a-z0-9]_[a-z0-9]|\([A-Z][ -'*-~]*\.\)$")
    told = {key: names.sub("", comment) for key, comment in shown.items() if key[1] != "Mã tình trạng"}
    assert {key: comment for key, comment in told.items() if odd.search(comment)} == {}
    assert shown["doan_vien", "Phạm vi"].startswith("Phạm vi: “Toàn bộ” là tất cả CĐCS; “Phạm vi so sánh được” là bỏ")


def test_readers_see_words_and_no_codes(demo: DemoRun) -> None:
    """Text columns with few values: none of the values looks like a code."""
    codes = []
    for view, column, kind, _ in demo.query(COLUMNS.format("bao_cao")):
        if kind == "VARCHAR" and not column.startswith("Mã"):
            values = demo.query(f'select distinct "{column}" from bao_cao.{view} limit 40')
            codes += [f"{view}.{column}: {value}" for (value,) in values if value and is_code(value)]
    assert codes == []


def is_code(value: str) -> bool:
    return bool(CODE.fullmatch(value)) and value not in WORDS


def test_a_code_is_told_from_a_word() -> None:
    assert [value for value in ("as_reported", "all", "xã", "Đã nhận", "tỉnh") if is_code(value)] == [
        "as_reported",
        "all",
    ]


def test_the_file_to_hand_out_holds_the_same_and_nothing_else(demo: DemoRun) -> None:
    with duckdb.connect(demo.settings.published / "readers.duckdb", read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        assert {schema for schema, _ in tables} == {"bao_cao"}
        assert connection.execute("select count(*) from duckdb_views() where not internal").fetchone() == (0,)
        for _, table in tables:
            shown = demo.query(f"from bao_cao.{table} order by all")
            assert connection.execute(f"from bao_cao.{table} order by all").fetchall() == shown
            parquet = pl.read_parquet(demo.settings.published / "readers" / f"{table}.parquet")
            assert parquet.height == len(shown)
    manifest = json.loads((demo.settings.published / "manifest.json").read_text(encoding="utf-8"))
    assert {name: view["rows"] for name, view in manifest["views"].items()} == {
        table: demo.query(f"select count(*) from bao_cao.{table}")[0][0] for _, table in tables
    }


def test_the_manifest_says_what_the_version_is_made_of(demo: DemoRun) -> None:
    manifest = json.loads((demo.settings.published / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["newest_period"] == demo.query("select max(period) from marts.fct_membership")[0][0]
    assert all(re.fullmatch(r"[0-9a-f]{64}", manifest[name]) for name in ("rules", "contracts", "dbt_project"))
    assert manifest["version"] == demo.summary["published_version"]
    assert manifest["tables"]["fct_membership"]["rows"] == demo.query("select count(*) from marts.fct_membership")[0][0]


def test_exposures_list_what_is_published(demo: DemoRun, views: ReaderViews) -> None:
    document = yaml.safe_load((PROJECT_DIR / "dbt_project/models/marts/_exposures.yml").read_text(encoding="utf-8"))
    listed = {
        exposure["name"]: sorted(re.findall(r"ref\('(\w+)'\)", " ".join(exposure["depends_on"])))
        for exposure in document["exposures"]
    }
    assert listed["published_warehouse"] == sorted(public_tables(demo))
    assert listed["reader_views"] == sorted(view.table for view in views.views.values())


# --- figures of few persons


def persons_columns(view: ReaderView) -> Iterator[str]:
    """Columns of a view that count persons themselves, other than by indicator."""
    for entry in view.withheld:
        if entry.indicator and not entry.indicator.endswith("_pct"):
            yield from (column for column in entry.columns if not column.endswith("_pct"))


def test_no_small_figure_of_persons_is_shown(demo: DemoRun, views: ReaderViews) -> None:
    small = "between 1 and 4"
    for view in (view for view in views.views.values() if view.withheld):
        for column in persons_columns(view):
            assert demo.query(f"select * from protected.{view.table} where {column} {small}") == [], column
    for table, columns in {
        "mart_indicator": ("value", "value_to_date"),
        "mart_activity": ("plan_value", "actual_value"),
    }.items():
        for column in columns:
            found = f"select * from protected.{table} where unit in ('person', 'person_time') and {column} {small}"
            assert demo.query(found) == [], f"{table}.{column}"
            assert demo.query(found.replace("protected.", "marts.")), "the demo has none: the test proves nothing"
    parts = "select * from protected.mart_indicator as m join marts.dim_indicator as d using (indicator_code)"
    parts += " join marts.dim_indicator as p on p.indicator_code = d.{0} and p.unit in ('person', 'person_time')"
    for part in ("numerator", "denominator"):
        assert demo.query(parts.format(part) + f" where m.{part}_value {small} or m.{part}_to_date {small}") == []


def test_men_and_unions_out_of_the_comparable_scope_are_not_few_either(demo: DemoRun) -> None:
    both = "members_total - members_female between 1 and 4 or workers_total - workers_female between 1 and 4"
    assert demo.query(f"select * from protected.mart_membership where {both}") == []
    for column in ("members_total", "members_female", "workers_total", *MEASURES):
        assert (
            demo.query(
                f"select * from protected.mart_membership as a join protected.mart_membership as c"
                f" using (period, org_unit_code, sector, basis) where a.scope = 'all' and c.scope = 'comparable'"
                f" and a.{column} - c.{column} between 1 and 4"
            )
            == []
        ), column


def test_what_is_withheld_is_told_from_what_is_missing(demo: DemoRun) -> None:
    """The note names a column exactly where the full table has a value and the view has none."""
    for column, label in (
        ("members_left", "Đoàn viên giảm trong kỳ"),
        ("officers_elected", "Ủy viên ban chấp hành bầu lần đầu"),
    ):
        wrong = (
            "select count(*) from protected.mart_membership as p"
            " join marts.mart_membership as m using (period, org_unit_code, sector, basis, scope)"
            f" where (m.{column} is not null and p.{column} is null) <> coalesce(contains(p.note_vi, '{label}'), false)"
        )
        assert demo.query(wrong) == [(0,)]
        assert demo.query(f"select count(*) > 0 from protected.mart_membership where contains(note_vi, '{label}')") == [
            (True,)
        ]
    assert demo.query(
        "select count(*) > 0 from protected.mart_membership where members_left is null and note_vi is null"
    ) == [(True,)]


def test_totals_of_members_and_workers_stay(demo: DemoRun) -> None:
    lost = "select count(*) from protected.mart_membership as p join marts.mart_membership as m"
    lost += " using (period, org_unit_code, sector, basis, scope) where p.{0} is null and m.{0} is not null"
    for column in ("members_total", "members_female", "workers_total", "workers_female", "density_pct"):
        assert demo.query(lost.format(column)) == [(0,)], column
    assert demo.query(lost.format("members_left") + " and m.unit_type = 'national' and m.sector = 'all'") == [(0,)]


def test_a_year_so_far_gives_no_quarter_away(demo: DemoRun) -> None:
    """A sum since January and the one before are never both shown where the quarter between them is withheld."""
    gives_away = """
        select p.indicator_code, p.period, p.org_unit_code
        from protected.mart_indicator as p
        join marts.mart_indicator as m using (indicator_code, period, org_unit_code)
        join marts.dim_indicator as d using (indicator_code)
        where d.aggregation_over_time = 'sum' and m.value is not null and p.value is null
            and p.value_to_date is not null
    """
    assert demo.query(gives_away) == []


def test_the_same_figure_is_withheld_in_every_view(demo: DemoRun) -> None:
    """mart_indicator has the columns of mart_membership (all sectors) as indicators; progress has them as actuals."""
    for column in MEASURES:
        differs = (
            "select count(*) filter ((i.value is null) <> (m.{0} is null)), count(*)"
            " from protected.mart_membership as m"
            " join protected.mart_indicator as i using (period, org_unit_code)"
            " join marts.mart_indicator as f using (period, org_unit_code, indicator_code)"
            " where m.sector = 'all' and m.basis = 'as_reported' and m.scope = 'all'"
            " and i.indicator_code = '{0}' and f.value is not null"
        )
        ((number, compared),) = demo.query(differs.format(column))
        assert number == 0 and compared > 100
    progress = (
        "select count(*) from protected.mart_target_progress as t join protected.mart_indicator as i"
        " using (period, org_unit_code, indicator_code) where t.actual_value is not null and i.value_to_date is null"
        " and contains(i.note_vi, 'từ đầu năm')"
    )
    assert demo.query(progress) == [(0,)]


@dataclass
class Attack:
    """All sums over what is published of one measure in one period, with what is withheld as unknowns."""

    figures: dict[tuple[str, str, str, str], tuple[float | None, float]]
    unknown: dict[tuple[str, ...], int] = field(default_factory=dict)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    known: list[float] = field(default_factory=list)

    def add(
        self, total: tuple[str, str, str, str], parts: list[tuple[str, str, str, str]], rest: str | None = None
    ) -> None:
        """The total is the sum of its parts and, where ``rest`` names one, of something that is nowhere published."""
        row, known = len(self.known), 0.0
        for key, sign in [(total, -1.0), *((part, 1.0) for part in parts)]:
            shown = self.figures[key][0]
            if shown is None:
                self.entries.append((row, self.unknown.setdefault(key, len(self.unknown)), sign))
            else:
                known -= sign * shown
        if rest is not None:
            self.entries.append((row, self.unknown.setdefault((rest, *total), len(self.unknown)), 1.0))
        self.known.append(known)

    def range_of(self, key: tuple[str, ...]) -> tuple[float, float]:
        """The least and the largest value that agree with everything published."""
        rows, columns, signs = zip(*self.entries, strict=True)
        matrix = csr_array((signs, (rows, columns)), shape=(len(self.known), len(self.unknown)))
        goal = np.zeros(len(self.unknown))
        goal[self.unknown[key]] = 1
        least, largest = (
            linprog(sign * goal, A_eq=matrix, b_eq=self.known, bounds=(0, None), method="highs") for sign in (1, -1)
        )
        assert least.status == 0, least.message
        return least.fun, -largest.fun if largest.status == 0 else np.inf


def attack_on(demo: DemoRun, measure: str, period: str) -> Attack:
    """Every sum that the published figures of a period must obey, written down anew from the tables' definitions."""
    figures = {
        (unit, sector, basis, scope): (shown, full)
        for unit, sector, basis, scope, shown, full in demo.query(
            f"select m.org_unit_code, m.sector, m.basis, m.scope, p.{measure}, m.{measure}"
            " from marts.mart_membership as m join protected.mart_membership as p"
            " using (period, org_unit_code, sector, basis, scope)"
            f" where m.period = '{period}' and m.{measure} is not null"
        )
    }
    attack = Attack(figures)
    valid = f"join marts.dim_period as d on d.period = '{period}' and u.valid_from <= d.ends_on"
    valid += " and (u.valid_to is null or u.valid_to > d.ends_on)"
    trees = {
        "as_reported": dict(demo.query(f"select org_unit_code, parent_code from marts.dim_org_unit as u {valid}")),
        "current_structure": dict(
            demo.query("select org_unit_code, parent_code from marts.dim_org_unit where valid_to is null")
        ),
    }
    for basis, tree in trees.items():
        for scope in ("all", "comparable"):
            mine = [key for key in figures if key[2:] == (basis, scope)]
            for unit in {key[0] for key in mine}:
                parts = [key for key in mine if key[0] == unit and key[1] != "all"]
                if parts:
                    attack.add((unit, "all", basis, scope), parts)
            for parent, sector, _, _ in mine:
                parts = [key for key in mine if key[1] == sector and tree.get(key[0]) == parent]
                rest = figures[parent, sector, basis, scope][1] - sum(figures[key][1] for key in parts)
                if any(tree.get(unit) == parent for unit, *_ in mine):
                    # Whoever knows that a unit reports nothing itself knows that there is no rest.
                    attack.add((parent, sector, basis, scope), parts, "own" if rest > 0 else None)
    moved = demo.query(
        f"select org_unit_code, current_org_unit_code from marts.dim_org_unit as u {valid}"
        " where unit_type in ('national', 'province')"
    )
    for unit, sector, basis, scope in list(figures):
        if basis == "current_structure" and unit in {today for _, today in moved}:
            before = [(old, sector, "as_reported", scope) for old, today in moved if today == unit]
            attack.add((unit, sector, basis, scope), [key for key in before if key in figures])
    return attack


@pytest.mark.parametrize("measure", MEASURES)
def test_whoever_solves_all_sums_learns_of_no_small_figure_more_than_0_to_5(demo: DemoRun, measure: str) -> None:
    """Sectors, trees of both bases, both scopes and the moves of provinces at once, as a linear programme."""
    hidden = "from marts.mart_membership as m join protected.mart_membership as p"
    hidden += f" using (period, org_unit_code, sector, basis, scope) where m.{measure} between 1 and 4"
    periods = [period for (period,) in demo.query(f"select distinct period {hidden} order by 1")]
    random = np.random.default_rng(20)
    looked_at = 0
    for period in random.choice(periods, 3, replace=False):
        attack = attack_on(demo, measure, str(period))
        small = [key for key, (_, full) in attack.figures.items() if 0 < full < SMALLEST_PUBLISHED]
        for place in random.choice(len(small), min(12, len(small)), replace=False):
            least, largest = attack.range_of(small[place])
            looked_at += 1
            assert least <= 1e-6 and largest >= SMALLEST_PUBLISHED, (period, small[place], least, largest)
    assert looked_at > 10
