"""Queries that the sender has answered: in the note of the row, or in an answer that came back."""

from typing import Any

import polars as pl

from pipelines.contracts import load_contracts
from pipelines.contracts.frames import EXPLANATIONS, ISSUES, row_schema
from pipelines.intake.explanations import Explanation, explanations_in
from pipelines.intake.read import Sheet, Workbook
from pipelines.quality.settle import mark_explained

FORM = load_contracts().form("enterprises")


def findings_sheet(*rows: list[str | None], name: str = "LỖI") -> Workbook:
    heading: list[str | None] = ["TT", "Trang tính", "Ô", "Mã", "Nội dung", "Giải trình của đơn vị"]
    return Workbook((Sheet(name, [["Danh sách lỗi"], [None], heading, *rows]),))


def test_filled_explanations_are_read_with_the_place_of_their_finding() -> None:
    workbook = findings_sheet(
        ["1", "Biểu 1", "K17", "CD-Q110", "…", "Đoàn viên biệt phái"], ["2", "Biểu 1", "K18", "CD-Q110", "…", None]
    )
    assert explanations_in(workbook) == (Explanation("Biểu 1", "K17", "CD-Q110", "Đoàn viên biệt phái"),)


def test_other_sheets_and_short_rows_say_nothing() -> None:
    assert explanations_in(findings_sheet(["1", "Biểu 1"])) == ()
    assert explanations_in(findings_sheet(["1", "a", "A1", "CD-Q110", "…", "x"], name="Lỗi của tôi")) == ()
    assert explanations_in(Workbook((Sheet("LỖI", [["Không có lỗi nào."]]),))) == ()


def issue(row: int, severity: str = "query") -> dict[str, Any]:
    return {
        **dict.fromkeys(ISSUES),
        "submission_id": "s1",
        "rule_code": "CD-Q120",
        "severity": severity,
        "sheet": "Biểu 1",
        "source_row": row,
        "cell": f"H{row}",
        "message_vi": "…",
    }


def explained(issues: list[dict[str, Any]], notes: dict[int, str | None], answered: list[str]) -> list[bool]:
    keys = {"submission_id": "s1", "source_sheet": "Biểu 1"}
    rows = pl.DataFrame(
        [dict.fromkeys(row_schema(FORM)) | keys | {"source_row": row, "note": note} for row, note in notes.items()],
        schema=row_schema(FORM),
    )
    explanations = pl.DataFrame(
        [("s1", "Biểu 1", cell, "CD-Q120", "vì …") for cell in answered], schema=EXPLANATIONS, orient="row"
    )
    return mark_explained(pl.DataFrame(issues, schema=ISSUES), [rows], explanations)["is_explained"].to_list()


def test_the_note_of_its_row_explains_a_query() -> None:
    assert explained([issue(11), issue(12)], {11: "thuộc công đoàn ngành", 12: None}, []) == [True, False]


def test_an_answer_that_came_back_explains_the_query_at_its_cell() -> None:
    assert explained([issue(11), issue(12)], {}, ["H12"]) == [False, True]


def test_an_error_is_not_explained_away() -> None:
    assert explained([issue(11, "error")], {11: "đúng như vậy"}, ["H11"]) == [False]


def test_a_query_about_the_whole_report_is_explained_where_it_is_listed() -> None:
    (said,) = explanations_in(findings_sheet(["1", None, None, "CD-Q323", "Cả 24 dòng …", "Không có biến động"]))
    whole = dict.fromkeys(ISSUES) | {"submission_id": "s1", "rule_code": said.rule_code, "severity": "query"}
    issues = pl.DataFrame([whole, whole | {"rule_code": "CD-Q312"}], schema=ISSUES)
    explanations = pl.DataFrame(
        [("s1", said.sheet, said.cell, said.rule_code, said.text)], schema=EXPLANATIONS, orient="row"
    )
    rows = pl.DataFrame([dict.fromkeys(row_schema(FORM)) | {"submission_id": "s1"}], schema=row_schema(FORM))
    assert mark_explained(issues, [rows], explanations)["is_explained"].to_list() == [True, False]
