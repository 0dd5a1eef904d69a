"""Reads the reporting period out of what people write: title blocks, sheet names, folders and file names.

A year has four digits: "Quý 2/21" and "năm 21" state no period, because 21 may be anything. A month ("tháng 6 năm
2021") is no quarter; the last day of a quarter is, where a title says that the figures are those of that day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipelines.intake.text import plain

_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_QUARTERS |= {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4}
_QUARTER = r"(?P<quarter>iv|i{1,3}|[1-4]|mot|hai|ba|bon|tu)"
_YEAR = r"(?P<year>20\d\d)"
_GAP = r"[\s/.,:;()_–-]*"
_PATTERNS = (
    re.compile(rf"(?<![a-z])qu[yi]{_GAP}{_QUARTER}(?![a-z]){_GAP}(?:nam)?{_GAP}{_YEAR}(?!\d)"),
    re.compile(rf"(?<!\d){_YEAR}{_GAP}qu[yi]{_GAP}{_QUARTER}(?![a-z0-9])(?!{_GAP}(?:nam)?{_GAP}20\d\d)"),
    re.compile(rf"(?<!\d){_YEAR}{_GAP}q{_QUARTER}(?![a-z0-9])"),
    re.compile(rf"(?<![a-z0-9])q{_GAP}{_QUARTER}{_GAP}(?:nam)?{_GAP}{_YEAR}(?!\d)"),
)
_CUMULATIVE = (
    (re.compile(rf"(?<!\d)(?:0?3|ba) thang dau nam{_GAP}{_YEAR}(?!\d)"), 1),
    (re.compile(rf"(?<!\d)(?:0?6|sau) thang dau nam{_GAP}{_YEAR}(?!\d)"), 2),
    (re.compile(rf"(?<!\d)(?:0?9|chin) thang(?: dau nam)?{_GAP}{_YEAR}(?!\d)"), 3),
)
_COMPARED = re.compile(r"(?:\bso|cung ky|truoc)(?: voi)?(?: cung ky)?\W*$")
_PERIOD_LINE = re.compile(r"\bky bao cao\b")
_LAST_DAYS = {"31/3": 1, "30/6": 2, "30/9": 3, "31/12": 4}
_CUT_OFF = re.compile(
    r"\b(?:den|thoi diem)(?: het)?(?: ngay)? (?P<day>\d{1,2})(?: thang |[/.-])0?(?P<month>\d{1,2})"
    rf"(?: nam |[/.-]){_YEAR}(?!\d)"
)
_MONTH = re.compile(rf"(?<![a-z0-9])thang{_GAP}(?P<month>1[0-2]|0?[1-9]){_GAP}(?:nam)?{_GAP}{_YEAR}(?!\d)")
_DAY = re.compile(r"\bngay\b[\s.…\d]*$")


def periods_in(texts: Iterable[str]) -> list[str]:
    """The distinct periods that some texts state, in the order found.

    "Quý II năm 2021", "QUÝ 2/2021", "quý hai năm 2021", "Q2-2021", "2021-Q2", "Năm 2021, quý II" and "6 tháng đầu
    năm 2021" all say "2021-Q2". A period that is only compared with ("so với quý I năm 2021") is not stated.
    """
    found: dict[str, None] = {}
    for text in texts:
        key = plain(text)
        if "20" not in key:
            continue
        for pattern in _PATTERNS:
            for match in pattern.finditer(key):
                if not _COMPARED.search(key[: match.start()]):
                    found[f"{match['year']}-Q{_QUARTERS[match['quarter']]}"] = None
        for pattern, quarter in _CUMULATIVE:
            for match in pattern.finditer(key):
                found[f"{match['year']}-Q{quarter}"] = None
    return list(found)


def periods_of_title(lines: Sequence[str]) -> list[str]:
    """The periods that a title block states: on its line "Kỳ báo cáo", else on any, else over several lines.

    As a last resort the cut-off date counts ("số liệu tính đến ngày 30/6/2021"), if it is the last day of a quarter.
    """
    labelled = periods_in(line for line in lines if _PERIOD_LINE.search(plain(line)))
    return labelled or periods_in(lines) or periods_in([" ".join(lines)]) or _cut_offs(lines)


def _cut_offs(lines: Iterable[str]) -> list[str]:
    dates = (match for line in lines for match in _CUT_OFF.finditer(plain(line)))
    quarters = ((match["year"], _LAST_DAYS.get(f"{match['day']}/{match['month']}")) for match in dates)
    return list(dict.fromkeys(f"{year}-Q{quarter}" for year, quarter in quarters if quarter))


def months_in(lines: Iterable[str]) -> list[str]:
    """The months that a title says it is about, as "tháng 6 năm 2021"; those of a date are not meant."""
    found: dict[str, None] = {}
    for line in lines:
        key = plain(line)
        for match in _MONTH.finditer(key):
            if not _DAY.search(key[: match.start()]):
                found[f"tháng {int(match['month'])} năm {match['year']}"] = None
    return list(found)
