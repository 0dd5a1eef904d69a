"""Sentences, numbers and figures of the report site: what is not known, met exactly, or just not met."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from pipelines.reports.site import charts
from pipelines.reports.site.figures import TEXT, Cell, Figure, Table, difference, total, unit_of
from pipelines.reports.site.numbers import COMPLETENESS, PERCENT, YEAR, Lang, Target, signed, written
from pipelines.reports.site.render import Renderer
from pipelines.reports.site.sentences import (
    Label,
    Progress,
    Sentence,
    of_agreements,
    of_enterprises,
    of_members,
    of_missing,
    of_progress,
    of_reporting,
    of_targets,
    period_label,
    text,
)

CELL = (Cell("mart_indicator", "value", (("period", "2025-Q2"),)),)


def figure(value: object, unit: str = "") -> Figure:
    return Figure(value, CELL, unit)  # type: ignore[arg-type]


def read(sentence: Sentence | str | Label | Figure, lang: Lang = "vi") -> str:
    """The sentence as a reader sees it."""
    match sentence:
        case Figure():
            if not sentence.is_known:
                return text("unknown", lang)
            return written(sentence.value, sentence.unit, lang, sentence.target)
        case Label():
            return sentence.text
        case str():
            return sentence
        case _:
            return "".join(read(part, lang) for part in sentence)


@pytest.mark.parametrize(
    ("value", "unit", "vi", "en"),
    [
        (55_799, "person", "55.799", "55,799"),
        (0, "person", "0", "0"),
        (1_234.5, "", "1.234,5", "1,234.5"),
        (92.3, PERCENT, "92,3 %", "92.3%"),
        (99.96, PERCENT, "99,9 %", "99.9%"),
        (100.0, PERCENT, "100,0 %", "100.0%"),
        (100.04, PERCENT, "100,0 %", "100.0%"),
        (0.01, PERCENT, "0,1 %", "0.1%"),
        (0.0, PERCENT, "0,0 %", "0.0%"),
        (1_250.0, PERCENT, "1.250,0 %", "1,250.0%"),
        (6.78, PERCENT, "6,8 %", "6.8%"),
        (6.78, COMPLETENESS, "6,7 %", "6.7%"),
        (2025, YEAR, "2025", "2025"),
        ("hầu hết", TEXT, "hầu hết", "hầu hết"),
        (dt.date(2025, 7, 1), TEXT, "01/07/2025", "1 July 2025"),
    ],
)
def test_values_are_written_as_readers_of_the_language_write_them(value: object, unit: str, vi: str, en: str) -> None:
    assert written(value, unit, "vi") == vi  # type: ignore[arg-type]
    assert written(value, unit, "en") == en  # type: ignore[arg-type]


def test_a_value_that_is_not_known_has_no_text() -> None:
    with pytest.raises(ValueError, match="not known"):
        written(None, "person", "vi")


def test_a_change_shows_its_sign_and_none_where_nothing_changed() -> None:
    assert signed(1_771, "person", "vi") == "+1.771"
    assert signed(-1_771, "person", "vi") == "−1.771"
    assert signed(0, "person", "vi") == "0"


def test_a_row_that_is_not_there_is_unknown_and_not_zero() -> None:
    table = Table("t", pl.DataFrame({"org_unit_code": ["A", "B"], "n": [0, None]}), ["org_unit_code"])
    assert table.figure("n", org_unit_code="A").value == 0
    assert table.figure("n", org_unit_code="A").is_known
    assert not table.figure("n", org_unit_code="B").is_known
    assert not table.figure("n", org_unit_code="C").is_known


def test_rows_with_the_same_key_are_refused() -> None:
    with pytest.raises(ValueError, match="is no key"):
        Table("t", pl.DataFrame({"org_unit_code": ["A", "A"]}), ["org_unit_code"])


def test_differences_and_sums_of_the_unknown() -> None:
    assert difference(figure(5), figure(2)).value == 3
    assert difference(figure(5), figure(None)).value is None
    assert total([figure(5), figure(None)]).value == 5
    assert total([figure(None)]).value is None
    assert total([]).value is None
    assert total([figure(0), figure(0)]).value == 0


def test_what_is_withheld_makes_what_is_computed_from_it_withheld() -> None:
    table = Table("t", pl.DataFrame({"org_unit_code": ["A"], "n": [None], "withheld": [["n"]]}), ["org_unit_code"])
    hidden = table.figure("n", org_unit_code="A")
    assert hidden.is_withheld
    assert not hidden.is_known
    assert difference(figure(5), hidden).is_withheld
    assert total([figure(5), hidden]).is_withheld
    assert total([figure(5), hidden]).value is None, "the others would tell"
    assert not table.figure("n", org_unit_code="B").is_withheld, "missing is not withheld"


def test_columns_say_their_unit() -> None:
    assert unit_of("on_time_pct") == PERCENT
    assert unit_of("completeness_to_date_pct") == COMPLETENESS
    assert unit_of("members_total") == ""


def test_who_reported_in_part_is_said_with_what_it_means() -> None:
    said = of_reporting(figure(47), figure(696), figure(6.7528, COMPLETENESS), (Label("cả nước"),), "vi")
    assert [read(sentence) for sentence in said] == [
        "47/696 đơn vị đã gửi báo cáo đoàn viên được chấp nhận, đạt 6,7 %.",
        "Vì vậy các số dưới đây là của những đơn vị đã báo cáo, chưa phải của toàn bộ cả nước.",
    ]


def test_complete_reports_need_no_warning() -> None:
    said = of_reporting(figure(12), figure(12), figure(100.0, COMPLETENESS), ("x",), "vi")
    assert [read(sentence) for sentence in said] == [
        "12/12 đơn vị đã gửi báo cáo đoàn viên được chấp nhận, đạt 100,0 %."
    ]


@pytest.mark.parametrize("reported", [0, None])
def test_no_report_at_all(reported: int | None) -> None:
    (said,) = of_reporting(figure(reported), figure(696), figure(0.0, COMPLETENESS), ("x",), "vi")
    assert read(said) == "Chưa có báo cáo đoàn viên nào của kỳ này được chấp nhận."


def test_members_known_unknown_and_zero() -> None:
    assert [read(s) for s in of_members(figure(37_253), figure(442), figure(0), "vi")] == [
        "Có 37.253 đoàn viên ở 442 công đoàn cơ sở.",
        "Từ đầu năm kết nạp 0 đoàn viên.",
    ]
    assert [read(s) for s in of_members(figure(None), figure(None), figure(None), "vi")] == [
        "Số đoàn viên: chưa có số liệu."
    ]


def test_enterprises_and_agreements_that_are_not_known_are_not_spoken_of() -> None:
    coverage = figure(85.77, PERCENT)
    assert [read(s) for s in of_enterprises(figure(422), figure(492), coverage, figure(25), "vi")] == [
        "422/492 doanh nghiệp có từ 25 lao động trở lên đã có công đoàn, bằng 85,8 %."
    ]
    assert of_enterprises(figure(None), figure(None), figure(None), figure(25), "vi") == []
    assert of_agreements(figure(None), figure(None), figure(None), None, "vi") == []
    assert len(of_agreements(figure(2), figure(50.0, PERCENT), figure(0), None, "vi")) == 1, "none expires"


def test_figures_of_an_earlier_quarter_say_so() -> None:
    """Agreements are reported every half-year: a report of a third quarter has those of the second."""
    earlier = period_label("2025-Q2", "vi")
    assert [read(s) for s in of_agreements(figure(341), figure(59.6, PERCENT), figure(44), earlier, "vi")] == [
        "Theo báo cáo Quý II năm 2025: 341 thỏa ước lao động tập thể còn hiệu lực; 59,6 % đơn vị "
        "thuộc loại hình được ký đã có thỏa ước. 44 thỏa ước hết hạn trong hai quý tiếp theo."
    ]
    assert of_agreements(figure(None), figure(None), figure(None), earlier, "vi") == []


def test_targets_are_counted_without_those_that_do_not_occur() -> None:
    counts = {"met": figure(0), "on_track": figure(1), "behind": figure(5), "no_data": figure(None)}
    (said,) = of_targets(figure(6), counts, "vi")
    assert read(said) == "Trong 6 chỉ tiêu được giao: 1 đúng tiến độ, 5 chậm."
    (none,) = of_targets(figure(0), counts, "vi")
    assert read(none) == "Chưa được giao chỉ tiêu nào."
    assert of_targets(figure(None), counts, "vi") == []


def test_reports_that_are_missing() -> None:
    assert [read(s) for s in of_missing(figure(2_596), figure(2_784), "vi")] == [
        "Còn 2.596/2.784 báo cáo đã quá hạn chưa gửi hoặc chưa được chấp nhận."
    ]
    assert [read(s) for s in of_missing(figure(0), figure(32), "vi")] == ["Không còn báo cáo quá hạn nào chưa gửi."]
    assert of_missing(figure(None), figure(None), "vi") == []


def progress(status: str, actual: float | None, target: float | None = 23_000, **given: object) -> Progress:
    unit = str(given.get("unit", "person"))
    pct = None if actual is None or not target else 100 * actual / target
    judged_by = Target(str(given.get("operator", ">=")), target) if target else None
    return Progress(
        status=status,
        operator=str(given.get("operator", ">=")),
        target=figure(target, unit),
        actual=replace(figure(actual, unit), target=judged_by),
        pct=figure(pct, PERCENT),
        word=figure(given.get("word"), TEXT),
        sentence_vi=figure(given.get("sentence_vi"), TEXT),
        inherited_from=given.get("inherited_from"),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (progress("behind", 21_229), "21,229, 92.3% of the target of 23,000"),
        (progress("met", 23_000), "23,000, meets the target of 23,000"),
        (progress("behind", 22_999.0), "22,999, 99.9% of the target of 23,000"),
        (progress("on_track", 0), "0, 0.0% of the target of 23,000"),
        (progress("behind", 79.99, 80.0, unit=PERCENT), "79.9% against a target of 80.0%"),
        (progress("behind", 80.0, 80.0, unit=PERCENT, operator=">"), "80.0% against a target of > 80.0%"),
        (progress("met", 80.01, 80.0, unit=PERCENT, operator=">"), "80.1%, meets the target of > 80.0%"),
        (progress("met", 80.04, 80.0, unit=PERCENT), "80.0%, meets the target of 80.0%"),
        (progress("behind", 99.96, 100.0, unit=PERCENT), "99.9% against a target of 100.0%"),
        (progress("met", 3, 5, operator="<="), "3, meets the target of ≤ 5"),
        (progress("behind", 7, 5, operator="<="), "7 against a target of ≤ 5"),
        (progress("no_data", None), "not enough data to judge"),
        (progress("no_data", 55_799, 13_500_000), "not enough data to judge"),
        (progress("qualitative", 85.8, None, word="hầu hết"), "a target in words: hầu hết"),
        (progress("no_target", 5, None), "no target given"),
        (
            progress("met", 23_000, inherited_from="LĐLĐ tỉnh Bắc Kạn"),
            "23,000, meets the target of 23,000 (target of LĐLĐ tỉnh Bắc Kạn, not handed down)",
        ),
    ],
)
def test_progress_in_english_follows_the_status_of_the_mart(target: Progress, said: str) -> None:
    assert read(of_progress(target, "en"), "en") == said


def test_progress_in_vietnamese_is_the_sentence_of_the_mart() -> None:
    sentence = "đạt 92,3 % kế hoạch năm 2025, còn thiếu 1.771 đoàn viên"
    assert of_progress(progress("behind", 21_229, sentence_vi=sentence), "vi") == (figure(sentence, TEXT),)


def test_every_figure_says_in_its_markup_where_it_stands_and_words_are_escaped() -> None:
    renderer = Renderer("vi", {"as_of": ("",), "period": Label("")})
    shown = renderer._show((Label("A & B"), " ", figure(1_234).leading_to("figures/VN/x.html")), "../")
    assert shown == (
        '<span class="label">A &amp; B</span> '
        '<a class="fig" data-figure="mart_indicator.value?period=2025-Q2" href="../figures/VN/x.html">1.234</a>'
    )
    assert renderer._show(figure(None), "") == (
        '<span class="none" data-figure="mart_indicator.value?period=2025-Q2">chưa có số liệu</span>'
    )


def test_a_withheld_value_says_so_in_sentences() -> None:
    hidden = Figure(None, CELL, is_withheld=True)
    (said,) = of_members(hidden, figure(3), hidden, "vi")
    assert Renderer("vi", {})._show(said, "").striptags() == "Số đoàn viên: số nhỏ, không công bố."
    target = replace(progress("met", None), actual=hidden, sentence_vi=hidden)
    assert of_progress(target, "vi") == of_progress(target, "en") == (hidden,)


def test_a_trend_breaks_where_nothing_is_known_and_marks_the_reform() -> None:
    points = pl.DataFrame(
        {
            "period": ["2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3"],
            "series": ["as_reported"] * 4,
            "members": [100, None, 80, 60],
            "is_complete": [True, None, True, False],
        }
    )
    drawn = charts.trend(points, "vi").to_dict()
    (values,) = [rows for rows in drawn["datasets"].values() if len(rows) == 4]
    assert [row["members"] for row in values] == [100, None, 80, 60], "a gap stays a gap"
    assert [row["is_complete"] for row in values] == [True, False, True, False]
    assert any(rows[0].get("year") == charts.REFORM_AT for rows in drawn["datasets"].values())
    svg = charts.svg(charts.trend(points, "vi"), "vi")
    assert svg == charts.svg(charts.trend(points, "vi"), "vi")
    assert "Sắp xếp năm 2025" in svg
