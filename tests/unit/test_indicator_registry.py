"""The rows of the registry read well by themselves: names, units, definitions, sources. Arithmetic is dbt's."""

from __future__ import annotations

import re
import unicodedata

import pytest

from pipelines.contracts.registry import QUARTERS, is_cumulative, read_seed
from pipelines.contracts.vietnamese import UNITS_VI

ROWS = {row["indicator_code"]: row for row in read_seed("indicators")}
COUNTED_IN = {
    "Số cuộc": ("cuộc",),
    "Số buổi": ("buổi",),
    "Số lượt": ("lượt", "lượt người"),
    "Số vụ": ("vụ",),
    "Số lớp": ("lớp",),
    "Số văn bản": ("văn bản",),
    "Số dự án": ("dự án",),
    "Số doanh nghiệp": ("doanh nghiệp", "đơn vị"),
    "Số CĐCS": ("CĐCS",),
    "Số thỏa ước": ("thỏa ước",),
    "Số đoàn viên": ("người",),
    "Số cán bộ": ("người",),
    "Số tiền": ("đồng",),
}
"""How a name begins → the units of measure that go with it."""


@pytest.mark.parametrize("code", ROWS)
def test_a_row_reads_well_by_itself(code: str) -> None:
    row = ROWS[code]
    texts = [row[name] for name in ("name_vi", "name_en", "definition", "source")]
    assert all(text and text == " ".join(text.split()) for text in texts)
    assert all(unicodedata.is_normalized("NFC", text) for text in texts)
    assert row["definition"].endswith(".") and not row["name_vi"].endswith(".")
    assert row["name_vi"][0].isupper() and row["name_en"][0].isupper()
    # A row of a mart stands alone: nothing before it says of what it is a part.
    assert not re.match(r"Trong đó|Of these", f"{row['name_vi']}|{row['name_en']}")
    assert not re.search(r"\b(ấy|đó)$", row["name_vi"])
    assert row["unit"] in UNITS_VI and row["frequency"] in QUARTERS


@pytest.mark.parametrize("column", ["indicator_code", "name_vi", "name_en"])
def test_no_two_indicators_have_the_same_name(column: str) -> None:
    names = [row[column].casefold() for row in ROWS.values()]
    assert [name for name in names if names.count(name) > 1] == []


def test_a_name_and_its_unit_of_measure_say_the_same() -> None:
    wrong = {
        row["name_vi"]: UNITS_VI[row["unit"]]
        for row in ROWS.values()
        for words, units in COUNTED_IN.items()
        if re.match(rf"{words}\b", row["name_vi"]) and UNITS_VI[row["unit"]] not in units
    }
    assert wrong == {}


def test_kind_and_unit_of_measure_fit() -> None:
    for code, row in ROWS.items():
        if row["kind"] == "ratio":
            assert row["name_vi"].startswith(("Tỷ lệ", "Mật độ", "Độ bao phủ")) == (row["unit"] == "percent"), code
        if row["kind"] == "stock":
            assert row["aggregation_over_time"] == "last", code
        if code.endswith("_vnd"):
            assert row["unit"] == "vnd", code
        if code.endswith("_pct"):
            assert row["unit"] == "percent", code
        assert row["direction"] in ("up", "down", "none"), code


def test_what_is_measured_since_january_says_so() -> None:
    for row in ROWS.values():
        assert is_cumulative(row) == ("từ đầu năm" in row["name_vi"]), row["indicator_code"]


def test_both_parts_of_a_ratio_hold_at_least_as_long_as_the_ratio() -> None:
    for row in ROWS.values():
        for part in (row["numerator"], row["denominator"]):
            if part:
                assert ROWS[part]["valid_from"] <= row["valid_from"], (row["indicator_code"], part)
                assert not ROWS[part]["valid_to"] or ROWS[part]["valid_to"] >= row["valid_to"] > "", part
