"""Registry of indicators → one Vietnamese page per indicator, and their index: definition, formula, where to see it.

What belongs here: pure functions that render Markdown from the seed that the data team edits. The figures
themselves are the business of dbt.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pipelines.codegen.markdown import page, table
from pipelines.codegen.wording import listed
from pipelines.contracts import Contracts, load_contracts
from pipelines.contracts.registry import SEEDS_DIR, Row, is_cumulative, read_seed
from pipelines.contracts.vietnamese import UNITS_VI

INDEX = "docs/indicators.md"
INDICATORS = "docs/indicators"
HEADER = "Generated from dbt_project/seeds/indicators.csv by `congdoan codegen`. Do not edit: change the seed, run it."

KINDS_VI = {"stock": "số tại thời điểm", "flow": "số trong kỳ", "ratio": "tỷ lệ, bình quân"}
SINCE_JANUARY_VI = "số lũy kế từ đầu năm"
DIRECTIONS_VI = {"up": "càng cao càng tốt", "down": "càng thấp càng tốt", "none": "không xét"}
FREQUENCIES_VI = {"quarter": "mỗi quý", "half_year": "quý II và quý IV", "year": "quý IV hằng năm"}
OVER_UNITS_VI = {
    "sum": "cộng các đơn vị trực thuộc",
    "ratio": "tổng tử số chia tổng mẫu số của các đơn vị trực thuộc, không lấy bình quân các tỷ lệ",
    "none": "tính lại từ các dòng báo cáo ở từng cấp, không cộng các đơn vị trực thuộc",
}
OVER_TIME_VI = {
    "sum": "cộng dồn từ đầu năm",
    "last": "lấy số mới nhất",
    "ratio": "tính từ tử số và mẫu số, mỗi bên cộng dồn hoặc lấy số mới nhất theo cách của mình",
}
MARTS = {
    "membership": "mart_membership",
    "enterprises": "mart_enterprise_coverage",
    "agreements": "mart_agreement_coverage",
}
"""Marts that show the columns of a relation that measures are taken from, under the same names."""


def render_indicator_pages(contracts: Contracts | None = None, seeds: Path = SEEDS_DIR) -> dict[str, str]:
    """The index and every page, as text by path relative to the project root.

    Args:
        contracts: the forms that the pages link to; by default those of the project.
        seeds: the folder with ``indicators.csv`` and ``combined_subjects.csv``.

    Raises:
        KeyError: an indicator names a part, a unit or a form that does not exist.
    """
    contracts = contracts or load_contracts()
    indicators = {row["indicator_code"]: row for row in read_seed("indicators", seeds)}
    titles = {form.form: form.title_vi.capitalize() for form in contracts.forms}
    forms: dict[str, tuple[str, ...]] = {form: (form,) for form in titles}
    for row in read_seed("combined_subjects", seeds):
        forms[row["subject"]] = (*forms.get(row["subject"], ()), row["form"])
    pages = {
        f"{INDICATORS}/{code}.md": _indicator_page(row, indicators, forms, titles) for code, row in indicators.items()
    }
    return {INDEX: _index(indicators.values(), forms, titles), **pages}


def _index(indicators: Iterable[Row], forms: Mapping[str, Sequence[str]], titles: Mapping[str, str]) -> str:
    by_subject: dict[str, list[Row]] = {}
    for row in indicators:
        by_subject.setdefault(row["subject"], []).append(row)
    blocks = []
    for subject, rows in by_subject.items():
        names = [titles[form] for form in forms[subject]] if subject else ["Chưa có biểu mẫu"]
        blocks += [f"## {listed(names, 'và')}", table(("Chỉ tiêu", "Mã", "Đơn vị tính", "Loại"), map(_index_row, rows))]
    return page(
        "# Chỉ tiêu",
        "Mỗi chỉ tiêu là một dòng của danh mục `dbt_project/seeds/indicators.csv`; giá trị của mọi chỉ tiêu nằm trong "
        "bảng `mart_indicator`, định nghĩa nằm trong bảng `dim_indicator`.",
        *blocks,
        header=HEADER,
    )


def _index_row(row: Row) -> tuple[str, ...]:
    link = f"[{row['name_vi']}](indicators/{row['indicator_code']}.md)"
    return (link, f"`{row['indicator_code']}`", UNITS_VI[row["unit"]], _kind_vi(row))


def _indicator_page(
    row: Row,
    indicators: Mapping[str, Row],
    forms: Mapping[str, Sequence[str]],
    titles: Mapping[str, str],
) -> str:
    links = [f"[{titles[form]}](../forms/{form}.md)" for form in forms[row["subject"]]] if row["subject"] else []
    facts = [
        ("Mã", f"`{row['indicator_code']}`"),
        ("Tên tiếng Anh", row["name_en"]),
        ("Đơn vị tính", UNITS_VI[row["unit"]]),
        ("Loại số liệu", _kind_vi(row)),
        ("Chiều mong muốn", DIRECTIONS_VI[row["direction"]]),
        ("Biểu mẫu cung cấp số liệu", listed(links, "và") if links else "chưa có"),
        ("Kỳ số liệu", FREQUENCIES_VI[row["frequency"]]),
        ("Lên cấp trên", OVER_UNITS_VI[row["aggregation_over_units"]]),
        ("So với chỉ tiêu năm", OVER_TIME_VI[row["aggregation_over_time"]]),
        ("Ngưỡng lao động", "mỗi ngưỡng một giá trị" if row["uses_threshold"] == "true" else "không dùng"),
        ("Chỉ tiêu chính", "có" if row["is_headline"] == "true" else "không"),
        ("Áp dụng", _validity(row)),
        ("Căn cứ", row["source"]),
    ]
    uses = [_link(other) for other in indicators.values() if row["indicator_code"] in _parts(other)]
    return page(
        f"# {row['name_vi']}",
        row["definition"],
        table(("", ""), facts),
        *_formula(row, indicators),
        *(("## Dùng để tính", "\n".join(f"- {link}" for link in uses)) if uses else ()),
        "## Xem ở đâu",
        *_places(row),
        "[Mọi chỉ tiêu](../indicators.md)",
        header=HEADER,
    )


def _kind_vi(row: Row) -> str:
    return SINCE_JANUARY_VI if is_cumulative(row) else KINDS_VI[row["kind"]]


def _parts(row: Row) -> tuple[str, ...]:
    return (row["numerator"], row["denominator"]) if row["origin"] == "derived" else ()


def _link(row: Row) -> str:
    return f"[{row['name_vi']}]({row['indicator_code']}.md)"


def _formula(row: Row, indicators: Mapping[str, Row]) -> Iterable[str]:
    """The formula of a derived indicator, with links to its parts."""
    if parts := _parts(row):
        numerator, denominator = (_link(indicators[code]) for code in parts)
        yield "## Công thức"
        yield f"{'' if row['per'] == '1' else row['per'] + ' × '}{numerator} ÷ {denominator}"
        yield "Trống khi chưa có tử số hoặc mẫu số, hoặc khi mẫu số bằng 0."


def _validity(row: Row) -> str:
    start, end = (dt.date.fromisoformat(row[name]) if row[name] else None for name in ("valid_from", "valid_to"))
    since = f"từ ngày {start:%d/%m/%Y}" if start else "từ khi có số liệu"
    return f"{since} đến hết ngày {end - dt.timedelta(days=1):%d/%m/%Y}" if end else since


def _places(row: Row) -> Iterable[str]:
    """Where the figure stands in what is published."""
    if row["origin"] == "none":
        yield "Chưa có số liệu: chỉ tiêu đứng trong bảng `mart_target_progress` bằng lời văn của văn bản giao."
        return
    columns = ["period", "org_unit_name_vi", "value", "completeness_pct"]
    columns[2:2] = ["threshold"] if row["uses_threshold"] == "true" else []
    columns[-1:-1] = ["numerator_value", "denominator_value"] if row["origin"] == "derived" else []
    yield (
        f"```sql\nselect {', '.join(columns)}\nfrom marts.mart_indicator\n"
        f"where indicator_code = '{row['indicator_code']}'\norder by period, org_unit_name_vi;\n```"
    )
    relation, _, column = row["measure"].partition(".")
    if mart := MARTS.get(relation):
        yield f"Cũng là cột `{column}` của bảng `{mart}`."
    yield "Khi được giao chỉ tiêu, tiến độ nằm trong bảng `mart_target_progress`."
