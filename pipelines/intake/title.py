"""Reads the reporting period out of what people write: title blocks, sheet names, folders and file names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.intake.text import fold, strip_marks

_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_QUARTER = r"(?P<quarter>iv|i{1,3}|[1-4])"
_YEAR = r"(?P<year>20\d\d)"
_GAP = r"[\s/.,_-]*"
_PATTERNS = (
    re.compile(rf"(?<![a-z])quy{_GAP}{_QUARTER}{_GAP}(?:nam)?{_GAP}{_YEAR}(?!\d)"),
    re.compile(rf"(?<!\d){_YEAR}{_GAP}q{_QUARTER}(?![a-z0-9])"),
    re.compile(rf"(?<![a-z0-9])q{_QUARTER}{_GAP}{_YEAR}(?!\d)"),
)
_CUMULATIVE = (
    (re.compile(rf"(?<!\d)6 thang dau nam{_GAP}{_YEAR}(?!\d)"), 2),
    (re.compile(rf"(?<!\d)9 thang(?: dau nam)?{_GAP}{_YEAR}(?!\d)"), 3),
)


def periods_in(texts: Iterable[str]) -> list[str]:
    """The distinct periods that some texts state, in the order found.

    "Quý II năm 2021", "QUÝ 2/2021", "Q2-2021", "2021-Q2" and "6 tháng đầu năm 2021" all say "2021-Q2".
    """
    found: dict[str, None] = {}
    for text in texts:
        key = strip_marks(fold(text))
        for pattern in _PATTERNS:
            for match in pattern.finditer(key):
                found[f"{match['year']}-Q{_QUARTERS[match['quarter']]}"] = None
        for pattern, quarter in _CUMULATIVE:
            for match in pattern.finditer(key):
                found[f"{match['year']}-Q{quarter}"] = None
    return list(found)
