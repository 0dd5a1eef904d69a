"""The place of every row below a heading, and which rows a total sums."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts import load_contracts
from pipelines.intake.headings import HeadingFinder
from pipelines.intake.read import Sheet
from pipelines.intake.rows import number_level
from pipelines.intake.tables import Table, split_sheet

FINDER = HeadingFinder(load_contracts().forms)
HEADING = ["TT", "Mã CĐCS", "Tên CĐCS", "Khu vực", "Tổng số đoàn viên", "Ghi chú"]
A = ["1", "CS-H004-001", "CĐCS A", "FDI", "10", ""]
B = ["2", "CS-H004-002", "CĐCS B", "HTX", "20", ""]
C = ["3", "CS-H004-003", "CĐCS C", "HTX", "30", ""]


def sheet(*rows: Sequence[str], **details: object) -> Sheet:
    width = max(len(row) for row in rows)
    filled = [[cell or None for cell in row] + [None] * (width - len(row)) for row in rows]
    return Sheet("Sheet1", filled, **details)  # type: ignore[arg-type]


def tables_of(source: Sheet) -> list[Table]:
    return split_sheet(source, FINDER.find_all(source))


def letters(table: Table) -> str:
    """One letter per row of the sheet: p(reamble), h(eader), d(ata), t(otal), f(ooter), "." for empty."""
    places = dict.fromkeys(range(len(table.sheet.rows)), ".")
    for letter, rows in (
        ("p", table.preamble),
        ("h", table.header),
        ("d", table.data),
        ("t", [total.row for total in table.totals]),
        ("f", table.footer),
    ):
        for row in rows:
            assert places[row] == "."
            places[row] = letter
    return "".join(places.values())


def body(*rows: Sequence[str], **details: object) -> str:
    """The letters of the rows below the heading."""
    (table,) = tables_of(sheet(HEADING, *rows, **details))
    return letters(table)[1:]


EMPTY = [""] * 6


@pytest.mark.parametrize(
    ("row", "place"),
    [
        # totals: words without key
        (["", "", "Tổng cộng", "", "30", ""], "t"),
        (["", "Cộng", "", "", "30", ""], "t"),
        (["Cộng", "", "", "", "30", ""], "t"),
        (["TỔNG SỐ:", "", "", "", "30", ""], "t"),
        (["", "Cộng khối hành chính", "", "", "30", ""], "t"),
        (["", "Toàn quận", "", "", "30", ""], "t"),
        (["", "x", "Tổng cộng", "x", "30", ""], "t"),
        (["I", "", "Tổng cộng", "", "30", ""], "t"),
        (["", "", "Cộng (I+II)", "", "30", ""], "t"),
        (["", "", "TONG CONG", "", "30", ""], "t"),
        (["", "", "Cộng trang", "", "30", ""], "t"),
        (["", "", "Trong đó: nữ", "", "3", ""], "t"),
        # names that begin like totals
        (["3", "CS-H004-009", "Tổng công ty B", "FDI", "30", ""], "d"),
        (["3", "", "Tổng công ty B", "FDI", "30", ""], "d"),
        (["3", "", "Tổng công ty B", "", "30", ""], "d"),
        (["3", "", "Công ty Cộng Hòa", "FDI", "30", ""], "d"),
        (["3", "", "Cộng đồng ASEAN", "", "30", ""], "d"),
        (["3", "", "Cộng Hoà", "", "30", ""], "d"),
        (["3", "CS-H004-009", "Cộng", "FDI", "30", ""], "d"),
        (["3", "", "Tổng cộng", "FDI", "30", ""], "d"),
        (["", "", "Công đoàn trường", "", "30", ""], "d"),
        # names that begin like a signature or a note
        (["3", "CS-H004-009", "Chủ tịch Hồ Chí Minh", "", "", ""], "d"),
        (["3", "", "Chủ tịch Hồ Chí Minh", "", "30", ""], "d"),
        (["3", "", "Kỷ Nguyên", "FDI", "", ""], "d"),
        (["3", "", "Kế toán Á Châu", "FDI", "", ""], "d"),
        (["", "", "Ghi chú", "FDI", "", ""], "d"),
        # data that lacks something
        (["3", "CS-H004-009", "", "", "", ""], "d"),
        (["3", "", "CĐCS D", "", "", ""], "d"),
        (["", "", "CĐCS D", "Ngoài nhà nước", "", ""], "d"),
        (["", "", "", "", "30", ""], "d"),
        (["", "", "", "", "-5", ""], "d"),
        (["", "", "", "", "25 người", ""], "d"),
        (["", "CS-H004-009", "", "", "", ""], "d"),
        (["III", "CS-H004-009", "CĐCS D", "HTX", "1", ""], "d"),
        (["a)", "CS-H004-009", "CĐCS D", "HTX", "1", ""], "d"),
        # neither figures nor key
        (["4", "", "", "", "", ""], "f"),
        (["", "Ghi chú: số liệu đến ngày 30/6", "", "", "", ""], "f"),
        (["", "", "", "", "Long Biên, ngày 5 tháng 7 năm 2021", ""], "f"),
        (["", "NGƯỜI LẬP BIỂU", "", "", "TM. BAN THƯỜNG VỤ", ""], "f"),
        (["", "", "", "", "", "KT. CHỦ TỊCH"], "f"),
        (["Nơi nhận:", "", "", "", "", ""], "f"),
        (["Mã", "", "", "", "", ""], "f"),
        (HEADING, "h"),
    ],
)
def test_a_row_below_the_data(row: list[str], place: str) -> None:
    assert body(A, B, row) == f"dd{place}"


def test_sections_with_and_without_figures() -> None:
    one, two = ["I", "", "Khối doanh nghiệp", "", "", ""], ["II", "KHỐI HÀNH CHÍNH", "", "", "", ""]
    assert body(one, A, B, two, C) == "hddhd"
    one[4], two[4] = "30", "30"
    assert body(one, A, B, two, C) == "tddtd"
    assert body(["I. Khối doanh nghiệp", "", "", "", "", ""], A, ["II. Khối khác", "", "", "", "20", ""], B) == "hdtd"


def test_a_section_without_rows_of_its_own_is_data() -> None:
    assert body(["I", "", "CĐCS A", "", "10", ""], ["II", "", "CĐCS B", "", "20", ""]) == "dd"
    assert body(["1", "", "CĐCS A", "", "10", ""], ["2", "", "CĐCS B", "", "20", ""]) == "dd"
    assert body(["I", "", "Khối", "", "10", ""], A, ["II", "", "CĐCS B", "", "20", ""]) == "tdd"


def test_hierarchies_of_numbers() -> None:
    rows = [
        ["A", "", "Thành phố", "", "60", ""],
        ["I", "", "Khối doanh nghiệp", "", "30", ""],
        ["1", "", "FDI", "", "10", ""],
        ["1.1", *A[1:]],
        ["2", "", "Hợp tác xã", "", "20", ""],
        ["2.1", *B[1:]],
        ["II", "", "Khối khác", "", "30", ""],
        ["a)", *C[1:]],
    ]
    rows[2][2], rows[4][2] = "Nhóm một", "Nhóm hai"
    (table,) = tables_of(sheet(HEADING, *rows))
    assert letters(table) == "htttdtdtd"
    assert [(total.row, total.parts[0]) for total in table.totals] == [
        (1, (4, 8)),
        (2, (4, 6)),
        (3, (4, 4)),
        (5, (6, 6)),
        (7, (8, 8)),
    ]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        *[
            ("A", 0),
            ("I", 1),
            ("IV.", 1),
            ("1", 2),
            ("12)", 2),
            ("1.1", 3),
            ("1.1.2", 4),
            ("a", 5),
            ("a)", 5),
            ("-", 6),
        ],
        *[("Cộng", None), ("CS-1", None), ("", None)],
    ],
)
def test_levels_of_numbers(text: str, level: int | None) -> None:
    assert number_level(text) == level


PART, ALL = ["", "", "Cộng", "", "1", ""], ["", "", "Tổng cộng", "", "1", ""]


def test_what_a_total_may_sum() -> None:
    (table,) = tables_of(sheet(HEADING, A, PART, B, C, PART, ALL))
    assert [(total.row, total.parts[0]) for total in table.totals] == [(2, (1, 1)), (5, (3, 4)), (6, (1, 4))]
    # "Cộng" may mean everything, "Tổng cộng" nothing less
    assert (1, 4) in table.totals[1].parts
    assert table.totals[2].parts == ((1, 4),)


def test_a_total_above_its_rows() -> None:
    (table,) = tables_of(sheet(HEADING, ["", "", "Toàn quận", "", "30", ""], A, B))
    assert letters(table) == "htdd" and table.totals[0].parts == ((2, 3),)
    (table,) = tables_of(sheet(HEADING, PART, A, B, PART, C))
    assert (2, 3) in table.totals[0].parts and (5, 5) in table.totals[1].parts


def test_figures_within_a_row_have_no_parts() -> None:
    (table,) = tables_of(sheet(HEADING, A, ALL, ["", "", "Trong đó: nữ", "", "3", ""]))
    assert [total.parts for total in table.totals] == [((1, 1),), ()]


def test_notes_blank_rows_ghosts_and_repeated_headings_between_rows() -> None:
    note = ["", "Các đơn vị mới thành lập", "", "", "", ""]
    numbers = ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"]
    assert body(A, EMPTY, note, B, ["4", "", "", "", "", ""], HEADING, numbers, C) == "d.hdfhhd"
    # below the first heading the row of numbers is known, and known again
    assert body(numbers, A, HEADING, numbers, B, ALL) == "hdhhdt"


def test_nothing_is_data_below_the_signatures_but_keys_and_figures() -> None:
    signature = ["", "NGƯỜI LẬP", "", "", "CHỦ TỊCH", ""]
    names = ["", "Nguyễn Văn A", "", "", "Trần Thị B", ""]
    assert body(A, signature, EMPTY, names) == "df.f"
    assert body(A, signature, names, B) == "dfdd"


def test_prepared_formulas_without_anything_to_work_on_are_ghosts() -> None:
    idle = ["3", "", "", "", "0", ""]
    assert body(A, idle) == "dd"
    assert body(A, idle, formulas=frozenset({(2, 4)})) == "df"
    assert body(A, ["3", "", "CĐCS C", "", "0", ""], formulas=frozenset({(2, 4)})) == "dd"


def test_formulas_without_stored_value() -> None:
    assert body(A, ["3", "", "", "", "", ""], uncached=frozenset({(2, 4)})) == "df"
    assert body(A, ["3", "", "CĐCS C", "", "", ""], uncached=frozenset({(2, 4)})) == "dd"
    # a row of nothing but such formulas is found by its key
    assert body(A, EMPTY, uncached=frozenset({(2, 1), (2, 4)})) == "dd"


def test_a_heading_repeated_after_a_page_break_continues_its_table() -> None:
    (table,) = tables_of(sheet(["BÁO CÁO"], HEADING, A, B, HEADING, C, ALL))
    assert letters(table) == "phddhdt"
    assert table.totals[0].parts == ((2, 5),)
    (table,) = tables_of(sheet(["BÁO CÁO"], HEADING, A, B, PART, HEADING, C, PART, ALL))
    assert [total.parts[0] for total in table.totals] == [(2, 3), (6, 6), (2, 6)]
    # a page with nothing but the total
    (table,) = tables_of(sheet(HEADING, A, B, HEADING, ALL))
    assert table.totals[0].parts == ((1, 2),)


def test_two_tables_with_titles_of_their_own() -> None:
    other = ["Tổng số đoàn viên", "Khu vực", "Tên CĐCS", "Mã CĐCS"]
    rows = sheet(
        ["Đơn vị: LĐLĐ quận Long Biên"],
        HEADING,
        A,
        ALL,
        ["", "NGƯỜI LẬP BIỂU"],
        EMPTY,
        ["LĐLĐ tỉnh Quảng Trị", "", "", "Đông Hà, ngày 5 tháng 7 năm 2021"],
        ["Đơn vị: LĐLĐ thành phố Đông Hà"],
        EMPTY,
        other,
        ["20", "HTX", "CĐCS B", "CS-H461-001"],
        ["20", "", "Tổng cộng", ""],
        ["", "Ghi chú: không"],
    )
    first, second = tables_of(rows)
    assert letters(first) == "phdtf........"
    assert letters(second) == "......pp.hdtf"
    assert (first.span, second.span) == ((1, 4), (9, 12))
    assert first.row_count + second.row_count == len(rows.filled_rows())


# --- every layout


@st.composite
def layouts(draw: st.DrawFn) -> tuple[list[list[str]], list[tuple[int, dict[str, str]]]]:
    """A sheet around known rows, and for each of them its row number and values."""
    columns = draw(st.permutations([name for name in ("note", "workers_total") if draw(st.booleans())] + REQUIRED))
    has_number = draw(st.booleans())
    labels = {name: draw(st.sampled_from(SPELLINGS[name])) for name in columns}
    width = len(columns) + has_number
    out: list[list[str]] = []
    expected: list[tuple[int, dict[str, str]]] = []

    def line(*cells: str) -> list[str]:
        return [*cells, *[""] * (width - len(cells))][:width]

    def put(values: dict[str, str], number: str = "") -> list[str]:
        return [*([number] if has_number else []), *(values.get(name, "") for name in columns)]

    for _ in range(draw(st.integers(0, 9))):
        out.append(line(draw(st.sampled_from(TITLES))))
    out.append([*(["TT"] if has_number else []), *(labels[name] for name in columns)])
    dress = draw(st.sampled_from(("", "({})", "{}", "[{}]")))
    if dress:
        out.append([dress.format(number + 1) for number in range(width)])
    blocks = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    use_sections, use_parts = draw(st.booleans()), draw(st.booleans())
    number = everything = 0
    for block, count in enumerate(blocks):
        figures = [draw(st.integers(0, 30_000)) for _ in range(count)]
        if use_sections and has_number:
            total = {"members_total": str(sum(figures))} if draw(st.booleans()) else {}
            out.append(put({"union_name": "Khối doanh nghiệp", **total}, ("I", "II", "III")[block]))
        for figure in figures:
            number += 1
            values = {
                "union_code": f"CS-H004-{number:03}",
                "union_name": draw(st.sampled_from(NAMES)),
                "sector": draw(st.sampled_from(("FDI", "HTX", "Trường công lập"))),
                "members_total": str(figure),
                "workers_total": str(figure),
                "note": draw(st.sampled_from(("", "Ghi chú", "Tổng cộng 2 tổ", "ngày 1 tháng 7 năm 2021"))),
            }
            values = {name: text for name, text in values.items() if name in columns and text}
            expected.append((len(out), values))
            out.append(put(values, str(number)))
            everything += figure
            if draw(st.integers(0, 5)) == 0:
                out.append(line())
        if use_parts:
            label = draw(st.sampled_from(("Cộng", "Cộng khối này")))
            out.append(put({"union_name": label, "members_total": str(sum(figures))}))
    if draw(st.booleans()):
        label = draw(st.sampled_from(("Tổng cộng", "TỔNG SỐ", "Toàn quận")))
        out.append(put({"union_name": label, "members_total": str(everything)}))
    for _ in range(draw(st.integers(0, 4))):
        out.append(line(*[""] * draw(st.integers(0, width - 1)), draw(st.sampled_from(CLOSINGS))))
    return out, expected


REQUIRED = ["union_code", "union_name", "sector", "members_total"]
SPELLINGS = {
    "union_code": ("Mã CĐCS", "MÃ SỐ CĐCS", "1. Mã CĐCS", "Mã công đoàn\ncơ sở"),
    "union_name": ("Tên CĐCS", "Tên công đoàn cơ sở", "Tên đơn vị"),
    "sector": ("Khu vực", "Loại hình đơn vị", "(4) Loại hình"),
    "members_total": ("Tổng số đoàn viên", "Đoàn viên (người)", "Số đoàn viên"),
    "workers_total": ("Lao động", "Tổng số lao động", "Số CNVCLĐ"),
    "note": ("Ghi chú", "GIẢI TRÌNH"),
}
TITLES = ("", "LĐLĐ QUẬN LONG BIÊN", "BÁO CÁO ĐOÀN VIÊN", "Quý II năm 2021", "Độc lập - Tự do - Hạnh phúc")
NAMES = ("CĐCS A", "Tổng công ty B", "Cộng Hòa", "Chủ tịch Tôn Đức Thắng", "Kỷ Nguyên", "Nơi nhận hàng", "Cộng", "I")
CLOSINGS = (
    "",
    "Ghi chú: không",
    "Long Biên, ngày 5 tháng 7 năm 2021",
    "NGƯỜI LẬP BIỂU",
    "TM. BAN THƯỜNG VỤ",
    "Nơi nhận:",
)


@settings(deadline=None, max_examples=400)
@given(layouts())
def test_exactly_the_known_rows_come_out_of_any_layout(
    layout: tuple[list[list[str]], list[tuple[int, dict[str, str]]]],
) -> None:
    rows, expected = layout
    (table,) = tables_of(sheet(*rows))
    read = [
        (row, {n: text for n, column in table.heading.columns.items() if (text := table.sheet.rows[row][column])})
        for row in table.data
    ]
    assert read == expected
    assert table.row_count == len(table.sheet.filled_rows())
    for total in table.totals:
        column = table.heading.columns["members_total"]
        stated = int(table.sheet.rows[total.row][column] or 0)
        sums = [sum(int(v["members_total"]) for r, v in expected if first <= r <= last) for first, last in total.parts]
        assert stated in sums


TEXTS = st.sampled_from(
    (
        *("", "", "", "1", "2", "I", "a", "CS-H004-001", "FDI", "Cộng", "Tổng cộng", "Ghi chú", "12", "0", "-"),
        *("Chủ tịch", "CĐCS A", "Khối", "x", "Trong đó", "ngày 1 tháng 7 năm 2021", *HEADING, "(1)", "(2)", "(3)"),
    )
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.lists(TEXTS, min_size=6, max_size=6), max_size=14), st.integers(0, 5))
def test_every_row_has_one_place_and_figures_are_data_or_totals(rows: list[list[str]], above: int) -> None:
    source = sheet(*rows[:above], HEADING, *rows[above:])
    tables = tables_of(source)
    places = [
        row for t in tables for row in (*t.preamble, *t.header, *t.data, *(total.row for total in t.totals), *t.footer)
    ]
    assert sorted(places) == source.filled_rows()
    for table in tables:
        column = table.heading.columns.get("members_total")
        if column is not None:
            cells = [table.sheet.rows[row][column] or "" for row in table.footer]
            assert not any(cell[:1].isdigit() for cell in cells)
