"""Comments of the views for readers: without English, with the words that the column shows."""

from __future__ import annotations

import pytest

from pipelines.warehouse.reader_comments import reader_comment

WORDS = {"province": "Liên đoàn Lao động cấp tỉnh", "commune": "Công đoàn xã, phường", "all": "Tất cả", "none": "Kém"}
NAMES = {"dim_org_unit": "don_vi", "note_vi": "“Ghi chú”"}


@pytest.mark.parametrize(
    ("comment", "words", "wanted"),
    [
        ("Số đoàn viên. (Members.)", {}, "Số đoàn viên."),
        ("Hết hạn (ngày cuối kỳ). (Expires, or not.)", {}, "Hết hạn (ngày cuối kỳ)."),
        ("Kỳ (Quý I đến IV).", {}, "Kỳ (Quý I đến IV)."),
        (
            "Cấp: province (cấp tỉnh), commune (xã). (Type.)",
            WORDS,
            "Cấp: “Liên đoàn Lao động cấp tỉnh”, “Công đoàn xã, phường”.",
        ),
        ("Cấp: commune (xã, thị trấn).", WORDS, "Cấp: “Công đoàn xã, phường” (xã, thị trấn)."),
        ("Xếp loại. Mã: all = Tất cả, none = Kém. (Rating.)", WORDS, "Xếp loại. Gồm: “Tất cả”, “Kém”."),
        ("all là cả nước, overall thì không", WORDS, "“Tất cả” là cả nước, overall thì không"),
        (
            "Khóa của dim_org_unit; lý do ở note_vi, xem other_name.",
            {},
            "Khóa của don_vi; lý do ở “Ghi chú”, xem other_name.",
        ),
        ("Mã: tự do.", {}, "Mã: tự do."),
    ],
)
def test_what_a_comment_says_to_readers(comment: str, words: dict[str, str], wanted: str) -> None:
    assert reader_comment(comment, words, NAMES) == wanted
