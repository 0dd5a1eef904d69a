"""Dates as Vietnamese offices write them: day first, always.

A date that is impossible day first ("02/13/2023") is an error and never turned round. Times are dropped; a
time with a zone is refused, since it may be another day in Vietnam ("2021-11-01T17:00:00Z").

Two-digit years: 00–28 are 2000–2028, since the union was founded on 28 July 1929 and nothing in a form is
older; 50–99 are 1950–1999; 29–49 may be either century and are unreadable.

Excel serial numbers are read with five digits only (18 May 1927 on): "2021" in a date column is a year and
"24" a day.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipelines.intake.cells import first_rule, reading, tidy

EARLIEST = dt.date(1900, 1, 1)
LATEST = dt.date(2100, 12, 31)
"""Dates outside are taken for typing errors."""

_EXCEL_DAY_ZERO = dt.date(1899, 12, 30)  # right from 1 March 1900 on, after the leap day that Excel invented
_SEPARATOR = r"\s*[-–./]\s*"
_TIME = r"(?:(?:T|\s+)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:\s*(?:AM|PM|SA|CH))?)?"
_DAY = "(?:ng[àa]y\\s*)?(?P<day>[0-9]{1,2})"
_IN_FIGURES = rf"(?i)^{_DAY}{_SEPARATOR}(?P<month>[0-9]{{1,2}}){_SEPARATOR}(?P<year>[0-9]{{4}}|[0-9]{{2}}){_TIME}$"
_YEAR_FIRST = rf"(?i)^(?P<year>[0-9]{{4}})([-./])(?P<month>[0-9]{{1,2}})[-./](?P<day>[0-9]{{1,2}}){_TIME}$"
_IN_WORDS = rf"(?i)^{_DAY}\s*th[áa]ng\s*(?P<month>[0-9]{{1,2}})\s*,?\s*(?:n[ăa]m\s*)?(?P<year>[0-9]{{4}})$"
_NO_YEAR = rf"(?i)^{_DAY}(?:{_SEPARATOR}|\s*th[áa]ng\s*)(?P<month>[0-9]{{1,2}})(?P<year>)$"
_SERIAL = r"^([1-9][0-9]{4})(?:,[0-9]+)?$"


def parse_date(text: pl.Expr) -> pl.Expr:
    """Read a column as dates.

    Args:
        text: the cells as text; null stays null without a finding.

    Returns:
        A :func:`~pipelines.intake.cells.reading`; values are Dates from 1900 to 2100. Rules:
        ``date_unreadable``, ``date_without_year``.
    """
    cell = tidy(text)
    serial = pl.lit(_EXCEL_DAY_ZERO) + pl.duration(days=cell.str.extract(_SERIAL).cast(pl.Int32, strict=False))
    found = pl.coalesce(_date(cell, _YEAR_FIRST), _date(cell, _IN_FIGURES), _date(cell, _IN_WORDS), serial)
    value, in_some_year = pl.field("value"), pl.field("in_some_year")
    rule = first_rule(
        ("date_without_year", in_some_year.is_not_null()),
        ("date_unreadable", pl.field("text").is_not_null() & value.is_null()),
    )
    return (
        pl.struct(text=text, found=found, in_some_year=_date(cell, _NO_YEAR))
        .struct.with_fields(value=pl.when(pl.field("found").is_between(EARLIEST, LATEST)).then(pl.field("found")))
        .struct.with_fields(reading=reading(value=value, rule=rule, shown=pl.field("text")))
        .struct.field("reading")
    )


def _date(cell: pl.Expr, form: str) -> pl.Expr:
    """The date in a cell of that form, null where the cell has another form or no such day exists."""
    year = pl.field("year").str.replace("^([01][0-9]|2[0-8])$", "20${1}").str.replace("^([5-9][0-9])$", "19${1}")
    # a date without year is tried in 2000, which has a 29 February
    iso = year.replace("", "2000") + "-" + pl.field("month").str.zfill(2) + "-" + pl.field("day").str.zfill(2)
    date = pl.when(iso.str.len_chars() == 10).then(iso).str.to_date("%Y-%m-%d", strict=False)
    return cell.str.extract_groups(form).struct.with_fields(date=date).struct.field("date")
