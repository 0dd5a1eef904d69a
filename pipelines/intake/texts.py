"""From cell values to cell texts, a whole sheet at a time: old encodings first, then one spelling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from pipelines.intake.legacy_text import decode_by_font, font_encoding, unicode_texts
from pipelines.intake.limits import MOST_CELL_CHARACTERS, check_extent, refuse_large
from pipelines.intake.sheets import Rows, render, render_percent

Cell = tuple[int, int]


def to_texts(
    values: Sequence[Sequence[object]], fonts: Mapping[Cell, str] | None = None, rich: Mapping[str, str] | None = None
) -> tuple[Rows, str | None]:
    """Render the values of a sheet as Unicode text.

    Args:
        values: rows of cell values.
        fonts: cell → name of its font, for fonts of an old encoding.
        rich: text → the same text decoded, for texts of which only parts are in such a font.

    Returns:
        Rows of texts, and the old encoding that was found (None for Unicode).

    Raises:
        UnreadableFileError: a text is too long for a cell.
    """
    decoded_cells, found = _by_font(values, fonts or {})
    flat = list(chain.from_iterable(values))
    distinct = dict.fromkeys(flat)
    strings = [cell for cell in distinct if isinstance(cell, str)]
    _check_lengths(strings)
    undecided = _without(values, decoded_cells) if decoded_cells else strings
    changed, detected = unicode_texts([text for text in undecided if not text.isascii()], known=rich or {})
    texts = _Texts((text, render(changed.get(text, text))) for text in strings)
    rows: Rows = [list(map(texts.__getitem__, cells)) for cells in values]
    if bool in set(map(type, flat)):  # True is 1 to a dictionary
        set_texts(rows, {cell: render(value) for cell, value in _booleans(values)})
    for (row, column), text in decoded_cells.items():
        rows[row][column] = render(text)
    return rows, found or detected


def set_percents(rows: Rows, values: Sequence[Sequence[object]], cells: Iterable[Cell]) -> None:
    """Render the numbers of these cells as per cent; cells that are no number, or not there, stay."""
    for row, column in cells:
        if row < len(rows) and column < len(rows[row]) and not isinstance(values[row][column], str):
            rows[row][column] = _percent(values[row][column])


def set_texts(rows: Rows, texts: Mapping[Cell, str | None]) -> None:
    """Set cells, which may lie beyond the last one."""
    height = max((row for row, _ in texts), default=-1) + 1
    check_extent(height, max((column for _, column in texts), default=-1) + 1, "")
    rows += [[] for _ in range(height - len(rows))]
    for (row, column), text in texts.items():
        if text is not None or column < len(rows[row]):
            rows[row] += [None] * (column + 1 - len(rows[row]))
            rows[row][column] = text


def _by_font(values: Sequence[Sequence[object]], fonts: Mapping[Cell, str]) -> tuple[dict[Cell, str], str | None]:
    decoded, found = {}, None
    for (row, column), font in fonts.items():
        cell = values[row][column] if row < len(values) and column < len(values[row]) else None
        if isinstance(cell, str) and (text := decode_by_font(cell, font)) != cell:
            decoded[row, column] = text
            found = found or font_encoding(font)
    return decoded, found[0] if found else None


def _without(values: Sequence[Sequence[object]], decoded: Mapping[Cell, str]) -> dict[str, None]:
    """The distinct texts of all cells but these."""
    return dict.fromkeys(
        cell
        for row, cells in enumerate(values)
        for column, cell in enumerate(cells)
        if isinstance(cell, str) and (row, column) not in decoded
    )


def _check_lengths(texts: Iterable[str]) -> None:
    if max(map(len, texts), default=0) > MOST_CELL_CHARACTERS:
        refuse_large(f"có ô dài hơn {MOST_CELL_CHARACTERS} ký tự")


class _Texts(dict[Any, str | None]):
    """Cell value → its text; what is no text is rendered when it is first met."""

    def __missing__(self, value: object) -> str | None:
        text = self[value] = _rendered(value)
        return text


def _booleans(values: Sequence[Sequence[object]]) -> Iterator[tuple[Cell, bool]]:
    for row, cells in enumerate(values):
        for column, cell in enumerate(cells):
            if isinstance(cell, bool):
                yield (row, column), cell


# Small numbers and dates come back in every file, and rendering is most of the work of reading.
_rendered = lru_cache(maxsize=100_000, typed=True)(render)
_percent = lru_cache(maxsize=10_000)(render_percent)
