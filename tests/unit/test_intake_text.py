"""Vietnamese text: keys, marks, collapsing; and that function and expression agree."""

import unicodedata

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.intake.text import (
    EDGES,
    collapse,
    collapse_expr,
    fold,
    fold_expr,
    strip_marks,
    strip_marks_expr,
)

VIETNAMESE = (
    "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
    "AÀÁẢÃẠĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXYÝ0123456789 .,:;-()\u00a0\u200b\n\t\u0300\u0301\u0323\u0302"
)
vietnamese_text = st.text(alphabet=VIETNAMESE, max_size=40)
any_text = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cn"]), max_size=40)

SAME = [
    ("hoà", "hòa"),
    ("Hoà Bình", "hòa  bình"),
    ("khoẻ", "khỏe"),
    ("thuý", "thúy"),
    ("Thuỷ", "THỦY"),
    ("Thỏa ước", "Thoả ước"),
    ("uỷ viên", "Ủy viên"),
    ("Quý II", "Qúy II"),
    ("loại", "lọai"),
    (unicodedata.normalize("NFD", "Nghiệp đoàn cơ sở"), "nghiệp đoàn cơ sở"),
    ("Tổng\u00a0số:", "tổng số"),
    ("Tổng\r\nsố", "Tổng số"),
    ("Mã số\u200b thuế (*)", "MÃ SỐ THUẾ"),
    ("“Trong đó”: nữ", "trong đó”: nữ"),
    ("\ufeffĐơn vị", "đơn vị…"),
]
DIFFERENT = [
    ("má", "mà"),
    ("ma", "má"),
    ("đa", "da"),
    ("tổ", "tô"),
    (">", ">="),
    ("trên", "tren"),
    ("hòa", "hóa"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_the_same_words_have_one_key(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_words_have_different_keys(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_signs_survive_folding_and_punctuation_alone_leaves_nothing() -> None:
    assert [fold(text) for text in ("≥", ">=", "<", "=", "x")] == ["≥", ">=", "<", "=", "x"]
    assert [fold(text) for text in ("-", "…", "(*)", " . ", "")] == [""] * 5


@settings(deadline=None)
@given(st.one_of(vietnamese_text, any_text))
@example("òáỳ")
@example("(\u0301a")
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(vietnamese_text)
def test_fold_and_collapse_do_not_see_normal_forms(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)
        assert collapse(unicodedata.normalize(form, text)) == collapse(text)


@settings(deadline=None)
@given(st.lists(st.one_of(vietnamese_text, any_text), max_size=20))
def test_expressions_give_what_the_functions_give(texts: list[str]) -> None:
    text = pl.col("text")
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(
        fold=fold_expr(text), bare=strip_marks_expr(text), collapsed=collapse_expr(text)
    )
    assert frame["fold"].to_list() == [fold(each) for each in texts]
    assert frame["bare"].to_list() == [strip_marks(each) for each in texts]
    assert frame["collapsed"].to_list() == [collapse(each) or None for each in texts]


def test_expressions_agree_with_the_functions_on_every_letter_of_the_basic_plane() -> None:
    letters = [
        f"({chr(code)}à{chr(code)}" for code in range(0x10000) if unicodedata.category(chr(code)) not in ("Cs", "Cn")
    ]
    frame = pl.DataFrame({"text": letters}).select(
        fold=fold_expr(pl.col("text")), bare=strip_marks_expr(pl.col("text"))
    )
    assert [letter for letter, key in zip(letters, frame["fold"], strict=True) if fold(letter) != key] == []
    assert frame["bare"].to_list() == [strip_marks(letter) for letter in letters]


def test_stripping_marks_leaves_bare_letters() -> None:
    assert strip_marks("Đoàn viên ưu tú, Nguyễn Huệ") == "Doan vien uu tu, Nguyen Hue"
    assert strip_marks("đ\u0323") == "d"


def test_collapsing_keeps_case_words_and_the_place_of_the_tone() -> None:
    assert collapse("  CĐCS\u00a0 Trường\nTiểu học\u200b Hòa Bình ") == "CĐCS Trường Tiểu học Hòa Bình"
    assert collapse(unicodedata.normalize("NFD", "Thỏa ước")) == "Thỏa ước"


def test_edges_hold_no_letter_digit_or_mathematical_sign() -> None:
    assert {unicodedata.category(each)[0] for each in EDGES} <= {"P", "Z"}
