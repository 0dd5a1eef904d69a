"""Codes, code lists, yes and no, tax codes; and that no identity number gets through."""

import re
import unicodedata

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.vn import mst

from pipelines.contracts import Choice, load_contracts
from pipelines.intake.codes import parse_boolean, parse_choice, parse_code
from pipelines.intake.tax_codes import parse_tax_code

SECTORS = load_contracts().form("grassroots_unions").field("sector").choices
OPERATORS = load_contracts().form("targets").field("operator").choices
any_text = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


def read(parsed: pl.Expr, texts: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(reading=parsed).unnest("reading")


def read_one(parsed: pl.Expr, text: str | None) -> tuple[object, str | None]:
    return read(parsed, [text]).select("value", "rule").row(0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CS-H004-001", "CS-H004-001"),
        (" CS - H004\u00a0-001\u200b", "CS-H004-001"),
        ("CS–H004—001", "CS-H004-001"),
        ("'001", "001"),
        ("members_admitted", "members_admitted"),
        ("KH-2022", "KH-2022"),
        (unicodedata.normalize("NFD", "CĐ-01"), "CĐ-01"),
        (" ", None),
        (None, None),
    ],
)
def test_codes_lose_blanks_and_nothing_else(text: str | None, code: str | None) -> None:
    assert read_one(parse_code(pl.col("text")), text) == (code, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Trường học công lập", "public_school"),
        ("TRƯỜNG HỌC  CÔNG LẬP.", "public_school"),
        (unicodedata.normalize("NFD", "trường công lập"), "public_school"),
        ("public_school", "public_school"),
        ("Truong hoc cong lap", "public_school"),
        ("dnnn", "state_enterprise"),
        ("Hợp tac xã", "cooperative"),
    ],
)
def test_choices_by_label_code_or_alias(text: str, code: str) -> None:
    assert read_one(parse_choice(pl.col("text"), SECTORS), text) == (code, None)


@pytest.mark.parametrize("text", ["Trường", "Doanh nghiệp", "-", "0", "x", "", "Hợp tác xã và FDI"])
def test_what_is_not_in_the_list_is_an_error(text: str) -> None:
    assert read_one(parse_choice(pl.col("text"), SECTORS), text) == (None, "choice_unknown")


def test_operators_are_told_apart_by_their_signs() -> None:
    texts: list[str | None] = ["≥", ">=", ">", "=", "<=", "≤", "<", "Trên", "Từ", "Không quá"]
    expected = ["gte", "gte", "gt", "eq", "lte", "lte", "lt", "gt", "gte", "lte"]
    assert read(parse_choice(pl.col("text"), OPERATORS), texts)["value"].to_list() == expected


def test_words_with_two_meanings_mean_none() -> None:
    choices = [
        Choice(code="table", label_vi="Bàn", aliases=("Đồ gỗ",)),
        Choice(code="friend", label_vi="Bạn"),
        Choice(code="chair", label_vi="Ghế", aliases=("đồ gỗ",)),
    ]
    read_back = read(parse_choice(pl.col("text"), choices), ["bàn", "bạn", "ban", "ghe", "Đồ gỗ"])
    assert read_back["value"].to_list() == ["table", "friend", None, "chair", None]
    assert read_back["rule"].to_list() == [None, None, "choice_unknown", None, "choice_unknown"]


@pytest.mark.parametrize("form", load_contracts().forms, ids=lambda form: form.form)
def test_every_label_code_and_alias_of_every_list_leads_to_its_code(form) -> None:
    for field in (field for field in form.fields if field.choices):
        pairs = [(words, each.code) for each in field.choices for words in (each.label_vi, each.code, *each.aliases)]
        read_back = read(parse_choice(pl.col("text"), field.choices), [words for words, _ in pairs])
        assert read_back["value"].to_list() == [code for _, code in pairs], field.name


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (["Có", "CÓ", "có.", "x", "X", "TRUE", "1", "yes", "Đã có", "co", "✓"], True),
        (["Không", "Chưa", "chưa", "FALSE", "0", "no", "Chưa có", "khong", "chua"], False),
    ],
)
def test_yes_and_no(texts: list[str | None], value: bool) -> None:
    assert set(read(parse_boolean(pl.col("text")), texts).select("value", "rule").rows()) == {(value, None)}


@pytest.mark.parametrize("text", ["-", "2", "có thể", "không rõ", "n/a", "", "cỏ", "CĐCS", "01"])
def test_what_is_neither_yes_nor_no_is_an_error(text: str) -> None:
    assert read_one(parse_boolean(pl.col("text")), text) == (None, "boolean_unreadable")


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("0100109106", "0100109106", None),
        ("0100109106-001", "0100109106-001", None),
        ("0100109106 - 001", "0100109106-001", None),
        ("0100109106–001", "0100109106-001", None),
        ("0100109106001", "0100109106-001", None),
        ("01 00 109 106", "0100109106", None),
        ("01.00.109.106", "0100109106", None),
        ("'0100109106", "0100109106", None),
        ("0100109106\u200b", "0100109106", None),
        ("100109106", "0100109106", None),
        ("0100109107", "0100109107", "tax_code_check_digit"),
        ("100109107", "0100109107", "tax_code_check_digit"),
        ("0100109107-001", "0100109107-001", "tax_code_check_digit"),
        ("1,23456789", None, "tax_code_malformed"),
        ("100109106.0", None, "tax_code_malformed"),
        ("12345678", None, "tax_code_malformed"),
        ("0", None, "tax_code_malformed"),
        ("01-00109106", None, "tax_code_malformed"),
        ("0100109106-01", None, "tax_code_is_personal"),
        ("MST 0100109106", None, "tax_code_malformed"),
        ("０１００１０９１０６", None, "tax_code_malformed"),
        ("0100109106-0011", None, "tax_code_malformed"),
        ("", None, "tax_code_malformed"),
        (None, None, None),
    ],
)
def test_tax_codes(text: str | None, value: str | None, rule: str | None) -> None:
    assert read_one(parse_tax_code(pl.col("text")), text) == (value, rule)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("001085012345", "********2345"),
        ("001 085 012 345", "********2 345"),
        ("001.085.012.345", "********2.345"),
        ("001085012345.", "********2345."),
        ("CCCD: 001085012345 cấp 2021", "CCCD: ********2345 cấp 2021"),
        ("00-1085012-345", "********2-345"),
        ("00108501234\u200b5", "********234\u200b5"),
        ("００１０８５０１２３４５", "********２３４５"),
    ],
)
def test_an_identity_number_is_an_error_and_masked(text: str, shown: str) -> None:
    row = read(parse_tax_code(pl.col("text")), [text]).row(0, named=True)
    assert (row["value"], row["rule"], row["shown"]) == (None, "tax_code_is_personal", shown)


def test_a_number_of_eleven_digits_may_be_an_identity_number_without_its_zero_and_is_masked() -> None:
    row = read(parse_tax_code(pl.col("text")), ["79085012345"]).row(0, named=True)
    assert (row["value"], row["rule"], row["shown"]) == (None, "tax_code_malformed", "********2345")


@settings(deadline=None)
@given(st.integers(0, 10**12 - 1), st.text(" .-/\u00a0", max_size=3), st.integers(1, 6))
def test_no_writing_of_twelve_digits_gets_through(number: int, separator: str, size: int) -> None:
    digits = f"{number:012}"
    text = separator.join(digits[start : start + size] for start in range(0, 12, size))
    row = read(parse_tax_code(pl.col("text")), [text]).row(0, named=True)
    assert (row["value"], row["rule"]) == (None, "tax_code_is_personal")
    assert re.sub("[^0-9]", "", row["shown"]) == digits[-4:]


@settings(deadline=None)
@given(st.lists(st.integers(1, 10**9 - 1), min_size=1, max_size=20), st.sampled_from(["", "-001", " - 012"]))
def test_the_check_digit_decides_between_accepted_and_queried(sequences: list[int], branch: str) -> None:
    codes = [f"{sequence:09}{last}" for sequence in sequences for last in range(10)]
    read_back = read(parse_tax_code(pl.col("text")), [code + branch for code in codes])
    assert read_back["value"].to_list() == [code + branch.replace(" ", "") for code in codes]
    assert [rule is None for rule in read_back["rule"]] == [mst.calc_check_digit(code[:9]) == code[9] for code in codes]


@settings(deadline=None)
@given(st.lists(any_text, max_size=20))
def test_no_text_crashes_and_each_has_a_value_or_a_rule(texts: list[str]) -> None:
    cells: list[str | None] = [*texts]
    parsed = [
        parse_tax_code(pl.col("text")),
        parse_boolean(pl.col("text")),
        parse_choice(pl.col("text"), SECTORS),
    ]
    for expression in parsed:
        read_back = read(expression, cells)
        assert (read_back["value"].is_null() <= read_back["rule"].is_not_null()).all()
    assert all(code is None or not re.search(r"\s", code) for code in read(parse_code(pl.col("text")), cells)["value"])
