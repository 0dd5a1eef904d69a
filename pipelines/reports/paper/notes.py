"""The notes on sources: from the figures of a paragraph or a table to tables, keys and pages of the report site."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.reports.paper.blocks import Note, Source, words
from pipelines.reports.site.figures import Cell, Figure
from pipelines.reports.site.model import Site
from pipelines.reports.site.numbers import COMPLETENESS, Value
from pipelines.reports.site.sentences import Sentence, joined

LISTED = 6
"""So many keys of a table are written out; more are those of its rows."""
LISTED_PAGES = 16
_ALWAYS_LISTED = {"indicator_code", "form"}
"""Keys whose codes stand nowhere in a table."""
_COMPLETENESS = {
    ("mart_indicator", "value"): "completeness_pct",
    ("mart_indicator", "value_to_date"): "completeness_to_date_pct",
    ("mart_target_progress", "progress_vi"): "completeness_pct",
}


def note(site: Site, number: int, place: Sentence, figures: Iterable[Figure], *, with_completeness: bool) -> Note:
    """The note of a paragraph or a table.

    Args:
        site: the site whose figures they are.
        number: by which the text refers to it.
        place: what it belongs to.
        figures: all figures there.
        with_completeness: whether it is to say how complete they are, because the place does not.
    """
    figures = list(figures)
    pages = tuple(dict.fromkeys(figure.page for figure in figures if figure.page))
    return Note(
        number,
        place,
        _completeness(site, figures) if with_completeness else (),
        sources(cell for figure in figures for cell in figure.cells),
        pages if len(pages) <= LISTED_PAGES else (words("pages_of_units"),),
    )


def _completeness(site: Site, figures: list[Figure]) -> Sentence:
    """Names of the figures with the share of reports that they rest on."""
    said: dict[tuple[str, Value], Sentence] = {}
    for cell in (cell for figure in figures for cell in figure.cells):
        column, key = _COMPLETENESS.get((cell.table, cell.column)), dict(cell.key)
        if column is None or "indicator_code" not in key:
            continue
        table = site.tables[cell.table]
        for row in table.by_unit.get(key["org_unit_code"], []):
            if all(str(row[name]) == value for name, value in cell.key):
                found = table.of_row(row, column, COMPLETENESS)
                name = site.indicator_name(key["indicator_code"])
                said.setdefault((name.text, found.value), (name, " ", found))
    return joined(said.values(), "; ")


def sources(cells: Iterable[Cell]) -> tuple[Source, ...]:
    """Cells by table; columns with the same keys stand together."""
    rows: dict[tuple[str, str, tuple[str, ...]], list[tuple[str, ...]]] = {}
    for cell in dict.fromkeys(cells):
        names = tuple(name for name, _ in cell.key)
        rows.setdefault((cell.table, cell.column, names), []).append(tuple(value for _, value in cell.key))
    columns: dict[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], list[str]] = {}
    for (table, column, names), keys in rows.items():
        columns.setdefault((table, names, tuple(sorted(keys))), []).append(column)
    return tuple(Source(table, tuple(found), _key(names, keys)) for (table, names, keys), found in columns.items())


def _key(names: tuple[str, ...], keys: tuple[tuple[str, ...], ...]) -> str:
    said = []
    for name, values in zip(names, zip(*keys, strict=True), strict=True):
        distinct = list(dict.fromkeys(values))
        listed = name in _ALWAYS_LISTED or len(distinct) <= LISTED
        said.append(f"{name}={'|'.join(distinct) if listed else words('each')}")
    return " ".join(said)
