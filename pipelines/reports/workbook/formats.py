"""How numbers and cells of the workbook look; what a number shows never says something else than the site does."""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from pipelines.reports.site.figures import Figure
from pipelines.reports.site.numbers import COMPLETENESS, PERCENT, YEAR, Lang, written

FONT = "Times New Roman"
BASE = {"font_name": FONT, "font_size": 11, "font_scheme": "none"}
"""Of every cell; a font that belongs to the scheme would give way to that of the theme."""
LOCALE = {"vi": "[$-42A]", "en": "[$-409]"}
"""Number formats are stored with a comma for thousands. LibreOffice follows the locale in front of them; Excel follows
the settings of the computer, so that a Vietnamese one shows ``1.234,5``."""
HEADING_FILL, GROUP_FILL, TOTAL_FILL = "#DDEBF7", "#EDEDED", "#F2F2F2"
_MOST_DIGITS = 9


def number_format(figure: Figure, lang: Lang, sign: str = "", *, is_change: bool = False) -> str:
    """The format of a known number or day.

    Percentages keep the unit of the marts (92.3 is 92,3 %), so that a cell equals its mart; the heading has the sign.
    A number shows the fewest digits after the comma with which the site would write the same: 99.96 % of a plan is
    not shown as 100,0.

    Args:
        figure: a figure with a number or a day.
        lang: the language.
        sign: what stands before the number, as ``"> "``.
        is_change: whether more is shown with a plus.
    """
    if isinstance(figure.value, dt.date):
        return LOCALE[lang] + ("dd/mm/yyyy" if lang == "vi" else "d mmmm yyyy")
    if figure.unit == YEAR:
        return "0"
    digits = _digits(figure, lang)
    shown = f"#,##0.{'0' * digits}" if digits else "#,##0"
    if is_change:
        return f"{LOCALE[lang]}+{shown};{LOCALE[lang]}−{shown};{LOCALE[lang]}0"
    return LOCALE[lang] + (f'"{sign}"' if sign else "") + shown


def _digits(figure: Figure, lang: Lang) -> int:
    value, is_share = figure.amount, figure.unit in (PERCENT, COMPLETENESS)

    def says(number: float, unit: str = figure.unit) -> str:
        return written(number, unit, lang, figure.target)

    least = 1 if is_share else 0
    if is_share and abs(float(says(value).rstrip("% ").translate(_BARE[lang])) - round(value, 1)) < 0.01:
        return least
    return next((n for n in range(least + is_share, _MOST_DIGITS) if says(round(value, n)) == says(value)), 2)


_BARE = {"vi": str.maketrans(",", ".", "."), "en": str.maketrans("", "", ",")}


class Formats:
    """Formats of one workbook, made once each, all in one font."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        """The format with these properties of XlsxWriter, beside those that all cells share."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(BASE | {"valign": "vcenter"} | properties)
        return self._made[key]
