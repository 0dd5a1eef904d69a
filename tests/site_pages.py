"""Takes a page of the report site apart: its figures, what comes from a csv, its links, and all other words."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl

VOID = {"meta", "link", "br", "hr", "img", "input"}
Cell = tuple[str, str, tuple[tuple[str, str], ...]]
"""Table, column and key."""


@dataclass
class Shown:
    """A figure as it is shown."""

    cells: list[Cell]
    formula: str
    kind: str
    text: str = ""
    href: str | None = None


@dataclass
class Listed:
    """A value of the csv beside the page."""

    where: str
    text: str = ""


@dataclass
class Page(HTMLParser):
    """A page, parsed."""

    path: Path
    figures: list[Shown] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    lang: str | None = None

    def __post_init__(self) -> None:
        super().__init__()
        self._stack: list[tuple[str, Shown | Listed | str | None]] = []
        # The space before a percent sign keeps the two together; it reads like any other.
        self.feed(self.path.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " "))
        self.close()
        assert self._stack == [], f"{self.path}: not closed: {self._stack}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "href" in given:
            self.links.append(given["href"])
        if "id" in given:
            self.ids.add(given["id"])
        if tag == "html":
            self.lang = given["lang"]
        if given.get("aria-roledescription") == "point":
            self.points.append(given["aria-label"])
        if tag in VOID:
            return
        holder: Shown | Listed | str | None = None
        if "data-figure" in given:
            cells = [_cell(address) for address in given["data-figure"].split()]
            holder = Shown(cells, given.get("data-formula", "value"), given["class"], href=given.get("href"))
            self.figures.append(holder)
        elif "data-csv" in given:
            holder = Listed(given["data-csv"])
            self.listed.append(holder)
        elif given.get("class") == "label":
            holder = "label"
        elif tag in ("svg", "style", "title"):
            holder = tag
        self._stack.append((tag, holder))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._stack.pop()
        assert opened == tag, f"{self.path}: {opened} is closed by {tag}"

    def handle_data(self, data: str) -> None:
        holder = next((holder for _, holder in reversed(self._stack) if holder is not None), None)
        if isinstance(holder, Shown | Listed):
            holder.text += data
        elif holder == "label":
            self.labels.append(data)
        elif holder is None and data.strip():
            self.words.append(data.strip())


def _cell(address: str) -> Cell:
    place, _, key = address.partition("?")
    table, _, column = place.partition(".")
    return table, column, tuple(parse_qsl(key))


def number_of(text: str, lang: str) -> float:
    """A number as it is written on a page."""
    bare = text.removesuffix("%").strip().replace("−", "-").removeprefix("+")
    return float(bare.replace(".", "").replace(",", ".") if lang == "vi" else bare.replace(",", ""))
