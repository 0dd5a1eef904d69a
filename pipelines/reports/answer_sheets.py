"""The two sheets in front of an answer: ``KẾT QUẢ`` (what became of it) and ``LỖI`` (every finding, linked).

What belongs here: rows, look and print setup of these sheets, and the frame of findings that they and the
marked cells share. The sentences: ``wording``; the sender's own sheets: ``marked_copy``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import polars as pl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.contracts import Contracts, Severity
from pipelines.contracts.workbook import FINDINGS_COLUMNS, FINDINGS_SHEET, RESULT_SHEET
from pipelines.quality import settle
from pipelines.reports import wording
from pipelines.reports.wording import Kind, Outcome

RESULT_TITLE = "KẾT QUẢ KIỂM TRA BÁO CÁO"
FINDINGS_TITLE = "DANH SÁCH LỖI, NỘI DUNG CẦN GIẢI TRÌNH VÀ LƯU Ý"
HEADER_ROW = 3
MOST_LISTED = 100
"""How many findings of one rule are listed; the rest is counted."""

FILLS = {
    Severity.ERROR: PatternFill("solid", fgColor="FFF4A6A6"),
    Severity.QUERY: PatternFill("solid", fgColor="FFFFE08A"),
    Severity.NOTE: PatternFill("solid", fgColor="FF9DC3E6"),
}
"""Red, amber, blue; the word of the severity always stands beside the colour."""

_VERDICT_FILLS = {
    settle.ACCEPTED: PatternFill("solid", fgColor="FFC6E0B4"),
    settle.WITH_QUERIES: FILLS[Severity.QUERY],
    settle.RETURNED: FILLS[Severity.ERROR],
    settle.UNRECOGNISED: FILLS[Severity.ERROR],
    settle.DUPLICATE: FILLS[Severity.NOTE],
}
_HEADER_FILL = PatternFill("solid", fgColor="FF1F3864")
_COLUMNS = {
    "TT": 5,
    FINDINGS_COLUMNS["sheet"]: 16,
    FINDINGS_COLUMNS["cell"]: 8,
    FINDINGS_COLUMNS["rule_code"]: 10,
    "Mức độ": 12,
    "Cột": 18,
    "Giá trị đã ghi": 16,
    "Nội dung": 38,
    "Cách sửa": 36,
    FINDINGS_COLUMNS["explanation"]: 26,
}
_LABEL_WIDTH, _TEXT_WIDTH = 22, 84
_LINE_HEIGHT, _MOST_HEIGHT = 15, 400  # points; Excel allows 409
_LINE = Side(style="thin", color="FFA6A6A6")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_TOP = Alignment(vertical="top", horizontal="left", wrap_text=True)
_PLAIN, _BOLD = Font(name="Arial", size=11), Font(name="Arial", size=11, bold=True)
_TITLE = Font(name="Arial", size=14, bold=True)
_LINK = Font(name="Arial", size=11, underline="single", color="FF0563C1")
_ON_DARK = Font(name="Arial", size=11, bold=True, color="FFFFFFFF")


def findings_frame(issues: pl.DataFrame, submissions: pl.DataFrame, contracts: Contracts) -> pl.DataFrame:
    """ISSUES with what people read of them, worst first, then in the order of sheets, rows and columns.

    Adds severity_vi, title_vi and remedy_vi (of the rule) and column_vi (heading of the field, else null).
    """
    rules = pl.DataFrame(
        [(rule.code, rule.title_vi, rule.remedy_vi) for rule in contracts.rules()],
        schema={"rule_code": pl.String(), "title_vi": pl.String(), "remedy_vi": pl.String()},
        orient="row",
    )
    headings = pl.DataFrame(
        [(form.form, field.name, field.heading_vi) for form in contracts.forms for field in form.fields],
        schema={"form": pl.String(), "field": pl.String(), "column_vi": pl.String()},
        orient="row",
    )
    severities = {severity.value: severity.label_vi for severity in Severity}
    ranks = {severity.value: rank for rank, severity in enumerate(Severity)}
    letters = pl.col("cell").str.extract(r"^([A-Z]+)")
    return (
        issues.join(submissions.select("submission_id", "form"), on="submission_id", maintain_order="left")
        .join(rules, on="rule_code", how="left", maintain_order="left")
        .join(headings, on=["form", "field"], how="left", maintain_order="left")
        .with_columns(severity_vi=pl.col("severity").replace_strict(severities, return_dtype=pl.String))
        .sort(
            pl.col("severity").replace_strict(ranks, return_dtype=pl.Int64),
            "sheet",
            pl.coalesce("source_row", pl.col("cell").str.extract(r"(\d+)$").cast(pl.Int64)),
            letters.str.len_chars(),
            letters,
            "rule_code",
            maintain_order=True,
        )
        .select(*issues.columns, "severity_vi", "title_vi", "remedy_vi", "column_vi")
    )


def kinds(findings: pl.DataFrame) -> tuple[Kind, ...]:
    """How often each rule was broken; errors first, then queries and notes, the most frequent first."""
    counts = findings.group_by("severity", "rule_code", "title_vi", maintain_order=True).len("count")
    ranks = {severity.value: rank for rank, severity in enumerate(Severity)}
    rank = pl.col("severity").replace_strict(ranks, return_dtype=pl.Int64)
    ordered = counts.sort(rank, "count", "rule_code", descending=[False, True, False])
    return tuple(
        Kind(row["rule_code"], Severity(row["severity"]), row["title_vi"], row["count"])
        for row in ordered.iter_rows(named=True)
    )


def put_text(sheet: Worksheet, row: int, column: int, text: str | None) -> Cell:
    """Write a text as a text: one that begins with ``=``, ``+``, ``-`` or ``@`` never becomes a formula.

    Row and column are 1-based; the cell must not lie within a merged range.
    """
    cell = cast(Cell, sheet.cell(row, column))
    if text:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
        cell.data_type = "s"
        cell.quotePrefix = text[0] in "=+-@\t\r"
    return cell


def add_result_sheet(
    book: Workbook, receipt_id: str, outcomes: Sequence[tuple[Outcome, Mapping[str, int]]], caveat: str | None
) -> None:
    """Add ``KẾT QUẢ`` in front.

    Args:
        book: the workbook.
        receipt_id: by which the office finds the file again.
        outcomes: of every submission of the file, each with its row account (``rows_…`` of SUBMISSIONS).
        caveat: what is to be said of the copy that follows, if anything.
    """
    has_copy = bool(book.sheetnames)
    sheet = book.create_sheet(RESULT_SHEET, 0)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = _LABEL_WIDTH, _TEXT_WIDTH
    first = outcomes[0][0]
    put_text(sheet, 1, 1, RESULT_TITLE).font = _TITLE
    lines: list[tuple[str, str | None]] = [
        ("Tệp", first.file_name),
        ("Nhận lúc", wording.received_vi(first.received_at)),
        ("Số tiếp nhận", receipt_id),
    ]
    if caveat:
        lines.append(("Về bản sao này", caveat))
    if has_copy and any(outcome.kinds for outcome, _ in outcomes):
        lines.append(("Cách xem", wording.HOW_TO_READ))
    for label, text in lines:
        _add_line(sheet, label, text)
    for number, (outcome, counts) in enumerate(outcomes, start=1):
        label = f"Báo cáo {number}/{len(outcomes)}" if len(outcomes) > 1 else "Báo cáo"
        _add_outcome(sheet, label, outcome, counts)
    _set_up_print(sheet)


def _add_outcome(sheet: Worksheet, label: str, outcome: Outcome, counts: Mapping[str, int]) -> None:
    title = _add_line(sheet, label, outcome.form_title or f"Biểu mẫu {wording.UNKNOWN}", gap=1)
    for cell in sheet[title.row]:
        cell.font, cell.fill = _ON_DARK, _HEADER_FILL
    verdict = _add_line(sheet, "Kết quả", wording.verdict_vi(outcome.verdict))
    verdict.font, verdict.fill = _BOLD, _VERDICT_FILLS[outcome.verdict]
    _add_line(sheet, "Việc cần làm", wording.todo_vi(outcome)).font = _BOLD
    _add_line(sheet, "Đơn vị", wording.unit_vi(outcome))
    _add_line(sheet, "Kỳ báo cáo", wording.period_vi(outcome.period))
    _add_line(sheet, "Hạn gửi", wording.due_vi(outcome))
    for severity in Severity:
        count = outcome.count(severity)
        cell = _add_line(sheet, severity.label_vi, wording.count_vi(count))
        if count:
            cell.fill = FILLS[severity]
    _add_line(sheet, "Số dòng", wording.rows_vi(counts))
    _add_line(sheet, "Văn bản gửi đơn vị", wording.paragraph_vi(outcome))


def _add_line(sheet: Worksheet, label: str, text: str | None, gap: int = 0) -> Cell:
    """Write label and text below what is there, ``gap`` rows further down; returns the cell of the text."""
    row = sheet.max_row + 1 + gap
    left, right = put_text(sheet, row, 1, label), put_text(sheet, row, 2, text)
    for cell, font in ((left, _BOLD), (right, _PLAIN)):
        cell.font, cell.alignment, cell.border = font, _TOP, _BORDER
    _fit_height(sheet, row, [(_LABEL_WIDTH, label), (_TEXT_WIDTH, text)])
    return right


def add_findings_sheet(
    book: Workbook, findings: pl.DataFrame, sheets: Mapping[str, Worksheet], rule_pages_url: str | None = None
) -> None:
    """Add ``LỖI`` as the second sheet.

    Args:
        book: the workbook, with ``KẾT QUẢ`` in front.
        findings: of all submissions of the file (``findings_frame``).
        sheets: sheet as findings name it → sheet of the book, for the links.
        rule_pages_url: address of a rule's page, with ``{code}`` where its code stands; each code links to it.
    """
    sheet = book.create_sheet(FINDINGS_SHEET, 1)
    put_text(sheet, 1, 1, FINDINGS_TITLE).font = _TITLE
    if findings.is_empty():
        put_text(sheet, 2, 1, "Không có lỗi, nội dung cần giải trình hay lưu ý nào.").font = _PLAIN
        _set_up_print(sheet)
        return
    if Severity.QUERY.value in findings["severity"]:
        hint = f"Lời giải trình ghi vào cột “{wording.EXPLANATION}”, rồi gửi lại tệp này."
        put_text(sheet, 2, 1, hint).font = _PLAIN
    for column, (heading, width) in enumerate(_COLUMNS.items(), start=1):
        cell = put_text(sheet, HEADER_ROW, column, heading)
        cell.font, cell.fill, cell.border = _ON_DARK, _HEADER_FILL, _BORDER
        cell.alignment = Alignment(vertical="center", horizontal="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    listed = findings.filter(pl.int_range(pl.len()).over("rule_code") < MOST_LISTED)
    for number, finding in enumerate(listed.iter_rows(named=True), start=1):
        _add_finding(sheet, number, finding, sheets.get(finding["sheet"]), rule_pages_url)
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(_COLUMNS))}{sheet.max_row}"
    _add_rest(sheet, (kind for kind in kinds(findings) if kind.count > MOST_LISTED))
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    _set_up_print(sheet)


def _add_finding(
    sheet: Worksheet, number: int, finding: Mapping[str, Any], target: Worksheet | None, rule_pages_url: str | None
) -> None:
    severity = Severity(finding["severity"])
    row = HEADER_ROW + number
    texts = (
        target.title if target else finding["sheet"],
        finding["cell"],
        finding["rule_code"],
        finding["severity_vi"],
        finding["column_vi"],
        finding["value"],
        finding["message_vi"],
        finding["remedy_vi"],
    )
    for column, text in enumerate(texts, start=2):
        put_text(sheet, row, column, text)
    _fit_height(sheet, row, zip(list(_COLUMNS.values())[1:], texts, strict=False))
    cast(Cell, sheet.cell(row, 1)).value = number
    for column in range(1, len(_COLUMNS) + 1):
        cell = sheet.cell(row, column)
        cell.font, cell.alignment, cell.border = _PLAIN, _TOP, _BORDER
    sheet.cell(row, 5).fill = FILLS[severity]
    if severity is Severity.QUERY:
        sheet.cell(row, len(_COLUMNS)).fill = FILLS[severity]
    if target and finding["cell"]:
        link = sheet.cell(row, 3)
        place = f"{quote_sheetname(target.title)}!{finding['cell']}"
        link.hyperlink = Hyperlink(ref=link.coordinate, location=place, tooltip="Đến ô này")
        link.font = _LINK
    if rule_pages_url:
        code = sheet.cell(row, 4)
        page = rule_pages_url.replace("{code}", finding["rule_code"])
        code.hyperlink = Hyperlink(ref=code.coordinate, target=page, tooltip="Giải thích quy tắc")
        code.font = _LINK


def _add_rest(sheet: Worksheet, rest: Iterable[Kind]) -> None:
    for kind in rest:
        more = wording.count_vi(kind.count - MOST_LISTED)
        text = f"{kind.rule_code} ({kind.title_vi}): còn {more} chỗ nữa, không liệt kê ở đây."
        put_text(sheet, sheet.max_row + 1, 1, text).font = _BOLD


def _fit_height(sheet: Worksheet, row: int, texts: Iterable[tuple[int, str | None]]) -> None:
    """Make a row as high as its texts need in columns of these widths; not every program does it itself."""
    lines = max(len(textwrap.wrap(text or "", round(width * 1.05))) for width, text in texts)
    sheet.row_dimensions[row].height = min(max(lines, 1) * _LINE_HEIGHT + 2, _MOST_HEIGHT)


def _set_up_print(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top = sheet.page_margins.bottom = 0.6
    sheet.sheet_view.showGridLines = False
