"""From recognised files to frames: submissions, rows, places of columns, totals and the row account."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.contracts.frames import with_letters
from pipelines.intake.batch import Batch, build_batch, recognise_files
from pipelines.intake.read import Sheet, Workbook
from pipelines.intake.recognise import Recogniser
from pipelines.intake.register import Receipt
from pipelines.intake.units import load_org_units

CONTRACTS = load_contracts()
UNITS = load_org_units()
TITLE = [["LĐLĐ quận Long Biên"], ["Quý II năm 2021"]]
HEADING = ["TT", "Mã CĐCS", "Tên CĐCS", "Khu vực", "Lao động", "Đoàn viên"]
A = ["1", "CS-H004-001", "CĐCS A", "FDI", "10", "9"]
B = ["2", "CS-H004-002", "CĐCS B", "HTX", "30", "20"]
C = ["3", "CS-H004-003", "CĐCS C", "HTX", "31", "30"]
EMPTY: list[str] = []


def receipt(name: str = "a.xlsx") -> Receipt:
    return Receipt("r", 1, "00000001", "s", name, dt.datetime(2021, 7, 5), 1, None, "files/s")


def sheet(*rows: Sequence[str], name: str = "Sheet1", formulas: Sequence[tuple[int, int]] = ()) -> Sheet:
    width = max(len(row) for row in rows)
    filled = [[cell or None for cell in row] + [None] * (width - len(row)) for row in rows]
    return Sheet(name, filled, formulas=frozenset(formulas))


STAMP = sheet(
    ["sheet", "form", "layout_version", "org_unit_code", "period"],
    ["Sheet1", "grassroots_unions", "1", "H004", "2021-Q2"],
    name="_congdoan",
)


def batch(*sheets: Sheet, name: str = "a.xlsx") -> Batch:
    file = Recogniser(CONTRACTS, UNITS).recognise(receipt(name), Workbook(sheets))
    built = build_batch([file], CONTRACTS)
    account = built.candidates.select(
        pl.col("rows_found").sum(), pl.sum_horizontal(pl.col("^rows_(preamble|header|total|footer|data)$").sum())
    )
    assert account.row(0) == (sum(len(source.filled_rows()) for source in sheets),) * 2
    return built


def found(built: Batch) -> list[tuple[str, str | None, str | None]]:
    """Findings that are no notes, and totals that differ (as CD-E044): rule, cell, value."""
    said = built.issues.filter(pl.col("severity") != "note").select("rule_code", "cell", "value")
    differing = with_letters(built.totals.filter(pl.col("stated") != pl.col("computed")), built.places, "source_sheet")
    wrong = differing.select(
        rule_code=pl.lit("CD-E044"),
        cell=pl.concat_str("column_letter", "source_row"),
        value=pl.col("stated").cast(pl.String),
    )
    return pl.concat([said, wrong]).sort("rule_code", "cell").rows()


def total(label: str, workers: str, members: str) -> list[str]:
    return ["", "", label, "", workers, members]


def test_tables_of_one_form_on_a_sheet_with_other_columns_keep_their_cells() -> None:
    other = ["Đoàn viên", "Tên CĐCS", "Mã CĐCS", "Khu vực"]
    built = batch(sheet(*TITLE, HEADING, A, EMPTY, other, ["x", "CĐCS D", "CS-H004-004", "HTX"]))
    rows = built.rows["grassroots_unions"]
    assert built.candidates["submission_id"].to_list() == ["r.grassroots_unions"]
    assert rows.select("source_row", "union_code", "workers_total", "members_total").rows() == [
        (4, "CS-H004-001", 10, 9),
        (7, "CS-H004-004", None, None),
    ]
    assert found(built) == [("CD-E020", "A7", "x")]
    # the second table has no column of workers: no letter, and not that of the first table
    cells = rows.select("submission_id", "source_sheet", "source_row", field=pl.lit("workers_total"))
    assert with_letters(cells, built.places, "source_sheet")["column_letter"].to_list() == ["E", None]
    places = built.places.filter(pl.col("field") == "members_total")
    assert places.select("column_letter", "first_row", "last_row").rows() == [("F", 3, 4), ("A", 6, 7)]


def test_sheets_of_several_units_are_several_submissions() -> None:
    other = [["Đơn vị: LĐLĐ huyện Gio Linh"], ["Quý II năm 2021"]]
    built = batch(sheet(*TITLE, HEADING, A), sheet(*other, HEADING, B, name="B"), sheet(HEADING, C, name="Đông Hà"))
    assert built.candidates.select("submission_id", "org_unit_code", "rows_data").rows() == [
        ("r.grassroots_unions", "H004", 1),
        ("r.grassroots_unions.2", "H466", 1),
        ("r.grassroots_unions.3", "H461", 1),
    ]


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([A, B, total("Tổng cộng", "40", "29")], []),
        ([A, B, total("Tổng cộng", "41", "29")], ["E6"]),
        ([total("Tổng cộng", "40", "29"), A, B], []),
        ([total("Tổng cộng", "40", "28"), A, B], ["F4"]),
        # totals of totals: the sum of the rows, not of rows and subtotals
        ([A, total("Cộng", "10", "9"), B, C, total("Cộng", "61", "50"), total("Tổng cộng", "71", "59")], []),
        (
            [A, total("Cộng", "10", "9"), B, C, total("Cộng", "61", "50"), total("Tổng cộng", "142", "118")],
            ["E9", "F9"],
        ),
        ([A, total("Cộng", "10", "9"), B, C, total("Cộng", "62", "50"), total("Tổng cộng", "71", "59")], ["E8"]),
        # a grand total that only sums the last part is wrong
        ([A, total("Cộng", "10", "9"), B, C, total("Cộng", "61", "50"), total("Tổng cộng", "61", "50")], ["E9", "F9"]),
        # "Cộng" for everything below sections
        (
            [["I", "", "Khối", "", "10", "9"], A, ["II", "", "Khối", "", "61", "50"], B, C, total("Cộng", "71", "59")],
            [],
        ),
        ([["I", "", "Khối", "", "11", "9"], A, ["II", "", "Khối", "", "61", "50"], B, C], ["E4"]),
        # totals of two parts by name
        ([A, total("Tổng số khối I", "10", "9"), B, C, total("Tổng số khối II", "61", "50")], []),
        ([total("Cộng khối I", "10", "9"), A, total("Cộng khối II", "61", "50"), B, C], []),
        # repeated headings
        ([A, B, HEADING, C, total("Tổng cộng", "71", "59")], []),
        ([A, B, HEADING, C, total("Tổng cộng", "31", "30")], ["E8", "F8"]),
        # nothing to compare with
        ([A, B, total("Tổng cộng", "", "29"), total("Trong đó: nữ", "5", "5")], []),
    ],
)
def test_totals_against_their_parts(rows: list[list[str]], wrong: list[str]) -> None:
    assert [(code, cell) for code, cell, _ in found(batch(sheet(*TITLE, HEADING, *rows)))] == [
        ("CD-E044", cell) for cell in wrong
    ]


def test_two_tables_of_a_sheet_may_share_a_total() -> None:
    rows = [*TITLE, HEADING, A, ["Khối hai"], HEADING, B, total("Tổng cộng", "40", "29")]
    assert found(batch(sheet(*rows))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13,5", [("CD-Q001", "E5", "13,5")]),
        ("hơn 10", [("CD-Q001", "E5", "hơn 10")]),
        ("#REF!", [("CD-Q001", "E5", "#REF!")]),
        ("10 người", []),
        ("x", []),
        ("-", []),
        ("", []),
    ],
)
def test_a_total_that_is_no_number(text: str, expected: list) -> None:
    built = batch(sheet(*TITLE, HEADING, A, total("Tổng cộng", text, "9")))
    assert found(built) == expected
    if expected:
        assert built.issues["message_vi"].to_list() == [
            f"Cột “Số lao động – Tổng số”: dòng tổng ghi “{text}”, không đọc được thành số nguyên "
            "nên chưa đối chiếu được."
        ]


@pytest.mark.parametrize(
    ("label", "sheets", "formulas", "name", "expected"),
    [
        ("Tổng cộng", [STAMP], [(4, 5)], "a.xlsx", [("CD-Q002", "E5", "10")]),
        ("Tổng cộng", [STAMP], [], "a.xlsm", [("CD-Q002", "E5", "10"), ("CD-Q002", "F5", "9")]),
        ("Tổng cộng", [STAMP], [(4, 4), (4, 5)], "a.xlsx", []),
        ("Tổng cộng", [], [], "a.xlsx", []),  # no template
        ("Tổng cộng", [STAMP], [], "a.ods", []),  # does not tell
        ("Cộng khối", [STAMP], [], "a.xlsx", []),  # a row of the sender's own
    ],
)
def test_a_formula_of_the_template_that_was_typed_over(
    label: str, sheets: list[Sheet], formulas: list, name: str, expected: list
) -> None:
    rows = sheet(*TITLE, HEADING, A, total(label, "10", "9"), formulas=formulas)
    assert found(batch(rows, *sheets, name=name)) == expected


def test_a_typed_total_that_is_wrong_is_one_error() -> None:
    rows = sheet(*TITLE, HEADING, A, total("Tổng cộng", "11", "9"), formulas=[(4, 5)])
    assert found(batch(rows, STAMP)) == [("CD-E044", "E5", "11")]


def test_a_column_with_an_unreadable_cell_has_no_total_to_differ_from() -> None:
    broken = [*B[:4], "ba mươi", B[5]]
    assert found(batch(sheet(*TITLE, HEADING, A, broken, total("Tổng cộng", "40", "28")))) == [
        ("CD-E020", "E5", "ba mươi"),
        ("CD-E044", "F6", "28"),
    ]
    # nor is a formula's result of it worth a finding of its own
    assert found(batch(sheet(*TITLE, HEADING, A, [*B[:4], "13,734", B[5]], total("Tổng cộng", "23,734", "29")))) == [
        ("CD-E021", "E5", "13,734")
    ]


def test_sheets_with_personal_data_leave_no_value_behind() -> None:
    rows = [[*HEADING, "Số CCCD"], [*A, "001085012345"], [*total("Trong đó: nữ", "3", "3"), "001085012346"]]
    built = batch(sheet(*TITLE, *rows))
    assert built.rows["grassroots_unions"].is_empty() and built.totals.is_empty()
    assert "CD-E009" in built.issues["rule_code"].to_list()
    assert not any("0010850" in text for text in built.issues["message_vi"])
    assert built.issues["value"].null_count() == built.issues.height


def test_what_cannot_be_read_is_a_finding_with_its_own_rule(tmp_path: Path) -> None:
    empty = tmp_path / "a.xlsx"
    empty.write_bytes(b"")
    (file,) = recognise_files([(receipt(), empty)], CONTRACTS, UNITS)
    assert [finding.rule.name for finding in file.findings] == ["file_unreadable"]  # type: ignore[attr-defined]
    refused = Recogniser(CONTRACTS, UNITS).unreadable(receipt(), "lý do", "form_unrecognised")
    assert [finding.rule.code for finding in refused.findings] == ["CD-E002"]
