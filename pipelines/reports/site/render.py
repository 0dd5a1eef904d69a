"""From figures and sentences to HTML; every figure says in its markup which cell of which table it shows."""

from __future__ import annotations

from functools import cache
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from pipelines.reports.site.figures import TEXT, Cell, Figure
from pipelines.reports.site.numbers import Lang, number, signed, written
from pipelines.reports.site.sentences import Label, Part, Sentence, text


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("pipelines.reports.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def stylesheet() -> str:
    """The one stylesheet, which every page holds."""
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, "style.css")[0]


class Renderer:
    """Makes pages of one language; the links of a page are relative to it, so that a site opens from any folder."""

    def __init__(self, lang: Lang, opening: dict[str, Any]):
        """Prepare what all pages share: the words, the stylesheet and what stands above them."""
        self._lang: Lang = lang
        self._shared = {"lang": lang, "opening": opening, "css": Markup(stylesheet())}

    def page(self, template: str, page: str, context: dict[str, Any]) -> str:
        """The HTML of a page.

        Args:
            template: its template.
            page: where it will stand, from the root of the site.
            context: what the template needs.
        """
        up = "../" * (len(PurePosixPath(page).parts) - 1)

        def show(part: Part | Sentence | None) -> Markup:
            return self._show(part, up)

        helpers = {
            "t": lambda key: text(key, self._lang),
            "show": show,
            "change": lambda figure: self._change(figure, up),
            "listed": lambda value, where: self._listed(value, where),
            "link": lambda target: up + target,
            "svg": Markup,
        }
        rendered = _environment().get_template(template).render(**self._shared, **helpers, **context)
        return rendered.replace(" %", "\N{NO-BREAK SPACE}%") + "\n"  # a sign does not begin a line

    def _show(self, part: Part | Sentence | None, up: str) -> Markup:
        match part:
            case None:
                return Markup("–")
            case Figure():
                return self._figure(part, up)
            case Label():
                label = Markup('<span class="label">{}</span>').format(part.text)
                return Markup('<a href="{}">{}</a>').format(up + part.page, label) if part.page else label
            case str():
                return escape(part)
            case _:
                return Markup("").join(self._show(each, up) for each in part)

    def _figure(self, figure: Figure, up: str) -> Markup:
        if figure.value is None:
            words = text("withheld" if figure.is_withheld else "unknown", self._lang)
            return Markup('<span class="none" data-figure="{}">{}</span>').format(_address(figure), words)
        kind = "text" if figure.unit == TEXT else "fig"
        shown = written(figure.value, figure.unit, self._lang, figure.target)
        return self._marked(figure, shown, kind, up)

    def _change(self, figure: Figure, up: str) -> Markup:
        """A difference, with its sign."""
        if not figure.is_known:
            return Markup("–")
        return self._marked(figure, signed(figure.amount, figure.unit, self._lang), "fig", up)

    def _marked(self, figure: Figure, shown: str, kind: str, up: str) -> Markup:
        # Markup.format() would take longer than all the rest of a page.
        formula = "" if figure.formula == "value" else f' data-formula="{escape(figure.formula)}"'
        attributes = f'class="{kind}" data-figure="{escape(_address(figure))}"{formula}'
        if figure.page:
            return Markup(f'<a {attributes} href="{escape(up + figure.page)}">{escape(shown)}</a>')
        return Markup(f"<span {attributes}>{escape(shown)}</span>")

    def _listed(self, value: Any, where: str) -> Markup:
        """A value of the csv beside the page; ``where`` names its column, or says what it adds up."""
        shown = "" if value is None else value if isinstance(value, str) else number(value, self._lang)
        return Markup(f'<span data-csv="{where}">{escape(shown)}</span>')


def _address(figure: Figure) -> str:
    """The cells as ``table.column?key=value&…``, with spaces between them."""
    return " ".join(_of_cell(cell) for cell in figure.cells)


def _of_cell(cell: Cell) -> str:
    return f"{cell.table}.{cell.column}?{urlencode(cell.key)}"
