"""Taking in, settling and publishing, stopped at every single change of a file, and on a disk that fills up there.

Without reading workbooks, Great Expectations and dbt, so that every place can be tried: a file's text says its period
and its numbers. ``test_kills.py`` kills whole runs.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.contracts.frames import CANDIDATES, COLUMN_PLACES, EXPLANATIONS, ISSUES, ROW_ACCOUNT, TOTALS, row_schema
from pipelines.intake.batch import Batch
from pipelines.intake.register import LedgerError, RawFileError, Receipt, read_ledger, register_inbox, require_intact
from pipelines.intake.units import load_org_units
from pipelines.quality.validate import Validation, validate_across
from pipelines.settings import Settings
from pipelines.warehouse import settlement
from pipelines.warehouse.lake import SUBMISSIONS_TABLE, Lake
from pipelines.warehouse.mending import mend
from pipelines.warehouse.publish import publish
from tests.failpoints import Killed, disk_full, stopped_at
from tests.whole_runs import assert_published_is_whole

CONTRACTS, UNITS = load_contracts(), load_org_units()
FORM = "grassroots_unions"
NOW = dt.datetime(2022, 1, 20, 9)
FILES = {
    "2021-10-01/a.csv": "2021-Q3 70 30",
    "2021-10-02/b.csv": "2021-Q2 55 30",
    "2021-10-03/c.csv": "2021-Q4",
    "d.csv": "2021-Q3 70 30",
    "e.csv": "2021-Q4 9",
}
"""A new report, a second version, one without rows, the first one again, another one."""


@pytest.fixture(autouse=True)
def no_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations is not what is disturbed here."""
    nothing = validate_across(CONTRACTS, {}, pl.DataFrame(schema=COLUMN_PLACES), None).results.clear()
    for name in ("validate_across", "validate_between"):
        monkeypatch.setattr(settlement, name, lambda *_, **__: Validation(pl.DataFrame(schema=ISSUES), nothing))


def drop(settings: Settings, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = settings.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def batch_of(receipts: list[Receipt], settings: Settings) -> Batch:
    """What the files say."""
    candidates, lines = [], []
    for receipt in receipts:
        period, *members = (settings.raw / receipt.raw_path).read_text(encoding="utf-8").split()
        submission = {"submission_id": f"{receipt.receipt_id}.{FORM}", "org_unit_code": "H461", "period": period}
        account = {**dict.fromkeys(ROW_ACCOUNT, 0), "rows_found": len(members), "rows_data": len(members)}
        form = {"receipt_id": receipt.receipt_id, "form": FORM, "layout_version": 1, "is_recognised": True}
        candidates.append({**submission, **form, **account})
        for row, count in enumerate(members, start=11):
            union = {"union_code": f"U{row}", "sector": "private_enterprise", "members_total": int(count)}
            lines.append({**submission, "source_sheet": "T", "source_row": row, **union})
    rows = {form.form: pl.DataFrame(schema=row_schema(form)) for form in CONTRACTS.forms}
    rows[FORM] = pl.DataFrame(lines, schema=row_schema(CONTRACTS.form(FORM)))
    empty = {"totals": TOTALS, "places": COLUMN_PLACES, "issues": ISSUES, "explanations": EXPLANATIONS}
    return Batch(
        candidates=pl.DataFrame(candidates, schema=CANDIDATES),
        rows=rows,
        **{name: pl.DataFrame(schema=schema) for name, schema in empty.items()},
    )


def run(settings: Settings) -> None:
    """From the inbox to the published file, in the order of the job."""
    register_inbox(settings, NOW)
    lake, ledger = Lake(settings.lake, CONTRACTS), read_ledger(settings)
    mend(lake, ledger, CONTRACTS)
    new = settlement.pending(ledger, lake)
    originals = [receipt for receipt in new if receipt.copy_of is None]
    require_intact(originals, settings)
    batch = batch_of(originals, settings)
    lake.prepare()
    settlement.settle_batch(batch, pl.DataFrame(schema=ISSUES), new, ledger, lake, CONTRACTS, UNITS, {})
    build(settings, lake)
    publish(settings)


def build(settings: Settings, lake: Lake) -> None:
    """Stands in for dbt: the rows that count, and every submission."""
    settings.build.mkdir(parents=True, exist_ok=True)
    settings.build_db.unlink(missing_ok=True)
    submissions = lake.read(SUBMISSIONS_TABLE).select("submission_id", "period", "version", "verdict", "is_current")
    rows = lake.read(FORM).select("submission_id", "union_code", "members_total")
    with duckdb.connect(settings.build_db) as connection:
        connection.execute("create schema marts")
        connection.register("s", submissions.to_arrow())
        connection.register("r", rows.to_arrow())
        connection.execute("create table marts.submissions as select * from s")
        connection.execute("create table marts.members as select r.* from r semi join s using (submission_id)")


def content(settings: Settings) -> list[object]:
    lake = Lake(settings.lake, CONTRACTS)
    with duckdb.connect(settings.published / "warehouse.duckdb", read_only=True) as connection:
        published = [
            connection.execute(f"from marts.{name} order by all").fetchall() for name in ("submissions", "members")
        ]
    return [
        [(r.receipt_id, r.sequence, r.file_name, r.received_at, r.copy_of) for r in read_ledger(settings)],
        sorted(path.name for path in settings.inbox.rglob("*")),
        sorted(lake.read(SUBMISSIONS_TABLE).rows(), key=str),
        sorted(lake.read(FORM).rows(), key=str),
        published,
        sorted(path.name for path in (settings.published / "versions").iterdir()),
        list((settings.raw / "incoming").glob("0*")),
    ]


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A data root with a version published and files waiting."""
    settings = Settings(data_dir=tmp_path / "before")
    drop(settings, {"2021-07-01/b.csv": "2021-Q2 50 30"})
    run(settings)
    drop(settings, FILES)
    return settings.root


@pytest.mark.slow
@pytest.mark.parametrize(("error", "every"), [(Killed, 1), (disk_full, 4)], ids=["killed", "disk full"])
def test_stopped_at_any_change_it_leaves_a_whole_publication_and_the_next_run_makes_up_for_it(
    before: Path, tmp_path: Path, error: Callable[[], BaseException], every: int
) -> None:
    whole = Settings(data_dir=tmp_path / "undisturbed")
    shutil.copytree(before, whole.root)
    with stopped_at(whole.root, None) as counted:
        run(whole)
        changes = counted.count
    expected = content(whole)
    assert changes > 60
    settings = Settings(data_dir=tmp_path / "data")
    for change in range(1, changes + 1, every):
        shutil.rmtree(settings.root, ignore_errors=True)
        shutil.copytree(before, settings.root)
        raised = error()
        with stopped_at(settings.root, change, raised), pytest.raises(type(raised)):
            run(settings)
        assert_published_is_whole(settings)
        run(settings)
        assert_published_is_whole(settings)
        assert content(settings) == expected, f"stopped at change {change} of {changes}"


def damaged(settings: Settings, pattern: str, how: Callable[[Path], object]) -> str:
    (path,) = settings.lake.glob(pattern)
    how(path)
    return path.relative_to(settings.lake).as_posix()


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("how", [torn, Path.unlink, lambda path: path.write_bytes(b"")], ids=["torn", "gone", "empty"])
@pytest.mark.parametrize(
    ("pattern", "again"),
    [
        (f"{FORM}/period=2021-Q3/00000002.parquet", ["00000002"]),
        ("submissions/period=2021-Q2/data.parquet", ["00000001", "00000002"]),
        ("submission_issues/period=2021-Q4/data.parquet", ["00000001", "00000002"]),
    ],
    ids=["rows", "submissions", "findings"],
)
def test_a_damaged_lake_is_made_again_from_what_came(
    before: Path, pattern: str, again: list[str], how: Callable[[Path], object]
) -> None:
    settings = Settings(data_dir=before)
    run(settings)
    expected = content(settings)
    damaged(settings, pattern, how)
    found = mend(Lake(settings.lake, CONTRACTS), read_ledger(settings), CONTRACTS)
    assert found.batches == again and len(found.files) == 1
    run(settings)
    assert content(settings) == expected
    assert mend(Lake(settings.lake, CONTRACTS), read_ledger(settings), CONTRACTS).files == []


def test_a_lake_without_its_ledger_is_not_given_up(before: Path) -> None:
    settings = Settings(data_dir=before)
    run(settings)
    (settings.raw / "ledger" / "00000002.jsonl").unlink()
    with pytest.raises(LedgerError, match="00000002"):
        run(settings)
    assert Lake(settings.lake, CONTRACTS).batches() == {"00000001", "00000002"}


def test_a_file_that_we_damaged_is_not_returned_to_its_sender(before: Path) -> None:
    settings = Settings(data_dir=before)
    run(settings)
    receipt = read_ledger(settings)[1]
    (settings.raw / receipt.raw_path).write_bytes(b"bit rot")
    shutil.rmtree(settings.lake)
    with pytest.raises(RawFileError, match=receipt.sha256):
        run(settings)
    drop(settings, {"again.csv": FILES["2021-10-01/a.csv"]})
    run(settings)  # the same bytes, sent again, take its place
    assert (settings.raw / receipt.raw_path).read_text(encoding="utf-8") == FILES["2021-10-01/a.csv"]
