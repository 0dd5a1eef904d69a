"""Views for readers of Vietnamese: the model of ``expectations/reader_views.yaml`` and how labels are found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from pipelines.contracts.loader import EXPECTATIONS_DIR, parse, read_yaml
from pipelines.contracts.model import Contracts
from pipelines.contracts.rules import Identifier, Strict


class WithheldColumns(Strict):
    """Columns that are emptied where a figure of persons is withheld (decision 0021).

    Attributes:
        columns: what is emptied: the figure and all that tells of it (ratios, differences).
        indicator: the indicator that the figure belongs to.
        indicator_in: or the column of the table that names it.
        to_date: the figure is that since the start of the year, not that of the period.
        since: the column with the first year of the sum, where it may begin before the year of the period.
        below: emptied also where the figure of any unit below is withheld.
    """

    columns: tuple[Identifier, ...]
    indicator: Identifier | None = None
    indicator_in: Identifier | None = None
    to_date: bool = False
    since: Identifier | None = None
    below: bool = False

    @model_validator(mode="after")
    def _one_indicator(self) -> Self:
        if (self.indicator is None) == (self.indicator_in is None):
            raise ValueError(f"{', '.join(self.columns)}: give either indicator or indicator_in")
        return self


class ReaderView(Strict):
    """One view: a public table under Vietnamese names."""

    table: Identifier
    title: str
    form: Identifier | None = None
    labels: Mapping[Identifier, str] = {}
    codes: Mapping[Identifier, Mapping[str, str]] = {}
    hidden: tuple[Identifier, ...] = ()
    withheld: tuple[WithheldColumns, ...] = ()
    plain: tuple[Identifier, ...] = ()


class ReaderViews(Strict):
    """Everything in the file: shared labels and codes, the views, and the tables that have none."""

    columns: Mapping[Identifier, str]
    codes: Mapping[Identifier, Mapping[str, str]]
    units_of_persons: tuple[Identifier, ...] = Field(min_length=1)
    views: Mapping[Identifier, ReaderView]
    left_out: Mapping[Identifier, str]

    def label(self, view: ReaderView, column: str, contracts: Contracts) -> str | None:
        """The Vietnamese name of a column: the view's own, the shared one, that of its form; None if it has none."""
        of_form = {field.name: field.label_vi for field in contracts.form(view.form).fields} if view.form else {}
        return view.labels.get(column) or self.columns.get(column) or of_form.get(column)

    def words(self, view: ReaderView, column: str, contracts: Contracts) -> dict[str, str]:
        """Code → word of a column with codes; empty for any other."""
        if column in view.codes:
            return dict(view.codes[column])
        if column == "form":
            return {form.form: form.title_vi.capitalize() for form in contracts.forms}
        fields = contracts.form(view.form).fields if view.form else ()
        choices = next((field.choices for field in fields if field.name == column), ())
        return {**self.codes.get(column, {}), **{choice.code: choice.label_vi for choice in choices}}


@cache
def load_reader_views(path: Path = EXPECTATIONS_DIR / "reader_views.yaml") -> ReaderViews:
    """Load the views for readers.

    Raises:
        ContractError: the file is missing or inconsistent; every problem is listed.
    """
    return parse(ReaderViews, path, read_yaml(path))
