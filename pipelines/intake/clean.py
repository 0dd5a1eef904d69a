"""From text cells to typed rows and findings: the format of every cell, and nothing about its content.

What belongs here: which reading goes with which field type, and how a reading becomes a finding. Whether a
value is required or within its bounds is judged by Great Expectations.
"""

from __future__ import annotations

from collections import defaultdict
from string import Formatter

import polars as pl

from pipelines.contracts import CatalogueRule, Choice, Contracts, FieldType, Form, FormField
from pipelines.contracts.frames import DTYPES, ISSUES, ROW_KEYS, row_schema, with_letters
from pipelines.intake.cells import NOTHING, first_rule, is_error, is_placeholder, reading
from pipelines.intake.codes import nearest_entries, parse_boolean, parse_choice, parse_code
from pipelines.intake.dates import parse_date
from pipelines.intake.numbers import parse_number
from pipelines.intake.personal import without_identity_numbers_expr, without_personal_numbers_expr
from pipelines.intake.tax_codes import parse_tax_code
from pipelines.intake.text import collapse_expr

Kind = tuple[FieldType, tuple[Choice, ...]]
"""What the reading of a cell depends on: the type of its field and the code list."""

LONGEST_SHOWN = 80
"""Characters of a value that a message shows."""

MOST_SUGGESTED = 50
"""Different unknown entries of a list for which the nearest one is looked up."""

_MAY_BE_PLACEHOLDER = (FieldType.DATE, FieldType.CHOICE, FieldType.CODE, FieldType.TAX_CODE)


def clean(
    form: Form, texts: pl.DataFrame, places: pl.DataFrame, contracts: Contracts
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Type the rows of one form, of any number of submissions, and say which cells could not be read.

    Args:
        form: the contract of the rows.
        texts: rows in ``text_schema(form)``; null is an empty cell.
        places: ``COLUMN_PLACES``, one row per submission, table and field.
        contracts: holds the catalogue rules that the findings refer to.

    Returns:
        The same rows in the same order in ``row_schema(form)``, and ``ISSUES``, at most one per cell, in the
        order of cells. A cell with an error is null in the rows. Where the field is required, validation
        finds it missing once more: drop ``required_value`` at cells that have an error here, and only there.

    Raises:
        polars.exceptions.ComputeError: ``places`` names a field of a table twice.
    """
    keys = texts.select(*ROW_KEYS)
    columns: list[pl.Series] = []
    findings: list[pl.DataFrame] = []
    vocabularies = _vocabularies(form, texts)
    for position, field in enumerate(form.fields):
        vocabulary = vocabularies[field.type, field.choices]
        read = texts.select(text=field.name).join(vocabulary, on="text", how="left", maintain_order="left")
        columns.append(read["value"].alias(field.name))
        found = read["rule"].is_not_null()
        cells = keys.filter(found).hstack(read.filter(found).drop("value"))
        for (name,), broken in cells.group_by("rule", maintain_order=True):
            findings.append(_findings(broken, contracts.named(str(name)), field, position))
    rows = keys.with_columns(columns).cast(row_schema(form))  # pyright: ignore[reportArgumentType]
    if not findings:
        return rows, pl.DataFrame(schema=ISSUES)
    return rows, _issues(pl.concat(findings), places)


def _vocabularies(form: Form, texts: pl.DataFrame) -> dict[Kind, pl.DataFrame]:
    """For each kind of field, columns text, value, rule, shown, likely: each distinct text is read once."""
    columns: defaultdict[Kind, list[pl.Series]] = defaultdict(list)
    for field in form.fields:
        columns[field.type, field.choices].append(texts[field.name].alias("text"))
    vocabularies = {}
    for (type_, choices), same in columns.items():
        distinct = pl.concat(same).drop_nulls().unique().to_frame().lazy()
        parts = _reading(type_, choices, pl.col("text"))
        vocabularies[type_, choices] = (
            distinct.select("text", parts=parts).unnest("parts").cast({"value": DTYPES[type_]}).collect()
        )
    return vocabularies


def _reading(type_: FieldType, choices: tuple[Choice, ...], text: pl.Expr) -> pl.Expr:
    """How cells are read: error values first, then cells without a value, then by type."""
    value, rule = pl.field("value"), pl.field("rule")
    broken, empty = is_error(text), pl.lit(value=False)
    if type_ in _MAY_BE_PLACEHOLDER:
        # "-" and "chưa có" can only mean that there is no value, unless the code list says otherwise.
        # A number differs: there "-" might be 0.
        empty = is_placeholder(text) & (value.is_null() | (type_ is FieldType.CODE))
    shown = pl.field("shown")
    return _reading_by_type(type_, choices, text).struct.with_fields(
        shown=shown if type_ is FieldType.TAX_CODE else without_personal_numbers_expr(shown),
        value=pl.when(~broken & ~empty).then(value),
        rule=first_rule(("cell_error", broken), ("number_not_available", empty)).fill_null(rule),
    )


def _reading_by_type(type_: FieldType, choices: tuple[Choice, ...], text: pl.Expr) -> pl.Expr:
    match type_:
        case FieldType.COUNT | FieldType.AMOUNT:
            return parse_number(text, whole=True)
        case FieldType.NUMBER:
            return parse_number(text, whole=False)
        case FieldType.DATE:
            return parse_date(text)
        case FieldType.BOOLEAN:
            return parse_boolean(text)
        case FieldType.CHOICE:
            return parse_choice(text, choices)
        case FieldType.TAX_CODE:
            return parse_tax_code(text)
        case FieldType.CODE:
            return parse_code(text)
        case FieldType.TEXT:
            return reading(value=without_identity_numbers_expr(collapse_expr(text)), rule=NOTHING, shown=text)


def _findings(cells: pl.DataFrame, rule: CatalogueRule, field: FormField, position: int) -> pl.DataFrame:
    """The cells of a field that break a rule, with what the rule says about them."""
    return cells.with_columns(
        field=pl.lit(field.name),
        position=pl.lit(position),
        rule_code=pl.lit(rule.code),
        severity=pl.lit(rule.severity.value),
        message_vi=_message(rule, field, cells),
    )


def _message(rule: CatalogueRule, field: FormField, cells: pl.DataFrame) -> pl.Expr:
    """The sentence of a rule with its placeholders filled in."""
    shown = collapse_expr(pl.col("shown")).fill_null("")
    too_long = shown.str.len_chars() > LONGEST_SHOWN
    fillings = {
        "column": pl.lit(field.heading_vi),
        "value": pl.when(too_long).then(shown.str.head(LONGEST_SHOWN - 1) + "…").otherwise(shown),
        "expected": _entries_vi(field, cells),
        "likely": pl.col("likely").fill_null(""),
    }
    parts: list[pl.Expr] = []
    for words, placeholder, _, _ in Formatter().parse(rule.message_vi):
        parts.append(pl.lit(words))
        if placeholder is not None:
            parts.append(fillings[placeholder])
    return pl.concat_str(parts)


def _entries_vi(field: FormField, cells: pl.DataFrame) -> pl.Expr:
    """The entries of a code list as a message names them; of a list in a seed, too long for one, the nearest code."""
    if not field.listed_in:
        return pl.lit(", ".join(choice.label_vi for choice in field.choices))
    others = "các mã ở trang “HƯỚNG DẪN” của biểu mẫu"
    unknown = cells["shown"].drop_nulls().unique(maintain_order=True).head(MOST_SUGGESTED)
    nearest = nearest_entries(unknown, field.choices)
    words = {text: f"{others}; gần giống nhất là “{code}”" for text, code in nearest.items()}
    return pl.col("shown").replace_strict(words, default=others, return_dtype=pl.String)


def _issues(cells: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The findings in the shape ``ISSUES``, each with the address of its cell, in the order of cells."""
    return (
        with_letters(cells, places, "source_sheet")
        .sort("submission_id", "source_sheet", "source_row", "position")
        .with_columns(
            pl.col("source_sheet").alias("sheet"),
            pl.concat_str("column_letter", "source_row").alias("cell"),
            pl.col("shown").alias("value"),
        )
        .select(*ISSUES)
        .cast(ISSUES)  # pyright: ignore[reportArgumentType]
    )
