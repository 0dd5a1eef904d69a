"""What the paper consists of: paragraphs, tables, notes; their texts are sentences of figures, labels and words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from pipelines.reports.site.figures import Figure
from pipelines.reports.site.numbers import signed, written
from pipelines.reports.site.sentences import Label, Part, Sentence, filled
from pipelines.reports.site.sentences import text as words_of_site

LANG = "vi"


@dataclass(frozen=True)
class Signed:
    """A difference, shown with its sign."""

    figure: Figure


Piece = Part | Signed
Text = tuple["Piece | Text", ...]
"""What stands in a paragraph or a cell, nested as sentences are."""


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is numbered in Roman, level 2 in Arabic numerals."""

    level: Literal[1, 2]
    text: Text


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body, with the number of the note on the source of its figures."""

    text: Text
    note: int | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its width in millimetres, and how its cells stand."""

    head: str
    width: float
    align: Literal["left", "center", "right"] = "right"


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        caption: its number and title.
        measured_in: the unit of measure, None where a column says it.
        columns: from left to right.
        rows: one text per column.
        note: the number of the note on its source.
        has_total: the first row is that of the whole, above its parts.
    """

    caption: Text
    measured_in: Text | None
    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]
    note: int | None = None
    has_total: bool = False


@dataclass(frozen=True)
class Source:
    """Columns of a public table with the same keys, as ``congdoan trace`` takes them."""

    table: str
    columns: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Note:
    """Where the figures of a paragraph or a table come from.

    Attributes:
        number: by which the text refers to it.
        place: what it belongs to.
        completeness: how complete the reports behind the figures are, empty where the place says it.
        sources: the cells.
        pages: pages of the report site with the files and cells, from the folder that the paper stands in.
    """

    number: int
    place: Sentence
    completeness: Sentence
    sources: tuple[Source, ...]
    pages: tuple[str, ...]


Block = Heading | Paragraph | Grid | Note


@dataclass(frozen=True)
class Annex:
    """An annex: starts a page, and has page numbers of its own."""

    number: str
    title: str
    blocks: tuple[Block, ...]
    is_landscape: bool = False


@dataclass(frozen=True)
class Paper:
    """The paper.

    Attributes:
        upper_body: the body above the issuing one, None for the highest.
        body: the issuing body.
        subject: what the report is about.
        blocks: from the first paragraph to the closing one.
        annexes: in their order.
        recipients: whom it goes to, as far as that is known.
        authority: on whose behalf it is to be signed.
        title: of the file, for its properties.
        received_on: the day of the last report that it rests on.
    """

    upper_body: str | None
    body: str
    subject: Text
    blocks: tuple[Block, ...]
    annexes: tuple[Annex, ...]
    recipients: tuple[str, ...]
    authority: str
    title: str
    received_on: dt.date


@cache
def _words() -> dict[str, str]:
    return yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))


def words(key: str) -> str:
    """Fixed words of the paper, or else of the site; ``KeyError`` if there are none."""
    return _words()[key] if key in _words() else words_of_site(key, LANG)


def phrase(key: str, **parts: Part | Sentence) -> Sentence:
    """A pattern of the words with its places filled."""
    return filled(words(key), **parts)


def shown(piece: Piece) -> str:
    """A piece as it is read."""
    match piece:
        case Signed(figure):
            return signed(figure.amount, figure.unit, LANG) if figure.is_known else _unknown(figure)
        case Figure():
            return written(piece.value, piece.unit, LANG, piece.target) if piece.is_known else _unknown(piece)
        case Label():
            return piece.text
        case _:
            return piece


def _unknown(figure: Figure) -> str:
    return words_of_site("withheld" if figure.is_withheld else "unknown", LANG)


def pieces(text: Text) -> Iterator[Piece]:
    """The pieces of a text in their order."""
    for part in text:
        if isinstance(part, str | Label | Figure | Signed):
            yield part
        else:
            yield from pieces(part)


def figures(text: Text) -> Iterator[Figure]:
    """The figures of a text."""
    for piece in pieces(text):
        if isinstance(piece, Figure | Signed):
            yield piece.figure if isinstance(piece, Signed) else piece


def as_string(text: Text) -> str:
    """A text as it is read; a number and its sign stay on one line."""
    return "".join(shown(piece) for piece in pieces(text)).replace(" %", "\N{NO-BREAK SPACE}%")
