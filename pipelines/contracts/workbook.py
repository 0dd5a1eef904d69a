"""Names of sheets that we add to workbooks, and what the stamp says: writers and readers agree on them here.

The template carries the stamp and the guide; an answer to a sender carries the two sheets in front. None of them
is a sheet of the sender's, however often the workbook goes back and forth.
"""

from __future__ import annotations

STAMP_SHEET = "_congdoan"
"""The template's hidden sheet, by which a returned workbook is recognised."""

STAMP_COLUMNS = ("sheet", "form", "layout_version", "org_unit_code", "period")
"""Heading of the stamp; below it one row per form of the workbook, all text."""

GUIDE_SHEET = "HƯỚNG DẪN"
"""The template's instructions: columns, code lists, rules."""

RESULT_SHEET, FINDINGS_SHEET = "KẾT QUẢ", "LỖI"
"""The sheets in front of an answer: what became of the submission, and every finding."""

FINDINGS_COLUMNS = {
    "sheet": "Trang tính",
    "cell": "Ô",
    "rule_code": "Mã",
    "explanation": "Giải trình của đơn vị",
}
"""Headings by which an explanation that comes back is read: the place of the finding, and the sender's words."""
