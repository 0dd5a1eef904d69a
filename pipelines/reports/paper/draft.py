"""The paper as it is written: blocks one after another, with the numbers of headings, tables and notes."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.reports.paper import notes
from pipelines.reports.paper.blocks import (
    Block,
    Column,
    Grid,
    Heading,
    Note,
    Paragraph,
    Text,
    figures,
    phrase,
    words,
)
from pipelines.reports.site.model import Site
from pipelines.reports.site.sentences import Label, Sentence

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
NARROW = 10
"""Width of the column of ordinals."""


class Draft:
    """Blocks one after another, with the numbers of headings, tables and notes."""

    def __init__(self, site: Site):
        self.site = site
        self.blocks: list[Block] = []
        self.notes: list[Note] = []
        self._sections = self._subsections = self._grids = 0

    def section(self, title: str) -> None:
        """A heading of the first level."""
        self._sections, self._subsections = self._sections + 1, 0
        self.blocks.append(Heading(1, (Label(f"{ROMAN[self._sections - 1]}. "), title.upper())))

    def subsection(self, title: Sentence) -> None:
        """A heading of the second level."""
        self._subsections += 1
        self.blocks.append(Heading(2, (Label(f"{self._subsections}. "), title)))

    def say(self, said: Sentence | str) -> None:
        """A paragraph, with a note if it has figures."""
        said = (said,) if isinstance(said, str) else said
        self.blocks.append(Paragraph(said, self._note(self._place(), [said], with_completeness=True)))

    def grid(
        self,
        title: Sentence,
        columns: Iterable[Column],
        rows: Iterable[tuple[Text, ...]],
        measured_in: Sentence | str | None = None,
        *,
        has_total: bool = False,
    ) -> None:
        """A table with its note; none where there is no row."""
        first = 0 if has_total else 1
        numbered: list[tuple[Text, ...]] = [
            ((Label(str(number)) if number else "",), *row) for number, row in enumerate(rows, start=first)
        ]
        if not numbered:
            return
        self._grids += 1
        name = phrase("table", number=Label(str(self._grids)))
        note = self._note(name, [cell for row in numbered for cell in row], with_completeness=False)
        caption = phrase("table_caption", table=name, title=title)
        unit = phrase("measured_in", unit=measured_in) if measured_in else None
        self.blocks.append(
            Grid(caption, unit, (Column(words("order"), NARROW, "center"), *columns), tuple(numbered), note, has_total)
        )

    def _place(self) -> Sentence:
        return phrase("section", number=Label(ROMAN[self._sections - 1])) if self._sections else ()

    def _note(self, place: Sentence, texts: Iterable[Text], *, with_completeness: bool) -> int | None:
        found = [figure for each in texts for figure in figures(each)]
        if not found:
            return None
        number = len(self.notes) + 1
        self.notes.append(notes.note(self.site, number, place, found, with_completeness=with_completeness))
        return number
