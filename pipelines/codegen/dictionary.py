"""Contracts → the data dictionary that people read: one page per form and one of the rules, in Vietnamese.

What belongs here: pure functions that render Markdown. Every rule has a heading of its own, its code, so that
``docs/forms/grassroots_unions.md#cd-e110`` is the address of a rule's explanation.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from pipelines.codegen.dbt import HEADER
from pipelines.codegen.template import MEASURES_VI
from pipelines.contracts import (
    Condition,
    Contracts,
    CrossFormRule,
    FieldType,
    Form,
    FormField,
    FormRule,
    Rule,
    Severity,
    load_contracts,
)
from pipelines.contracts.vietnamese import NO, YES
from pipelines.periods import title_vi

FORMS = "docs/forms"
RULES = "docs/rules.md"

TYPES_VI = {
    FieldType.TEXT: "chữ",
    FieldType.CODE: "mã",
    FieldType.COUNT: "số nguyên",
    FieldType.AMOUNT: "số tiền (số nguyên)",
    FieldType.NUMBER: "số",
    FieldType.DATE: "ngày/tháng/năm",
    FieldType.BOOLEAN: f"{YES} hoặc {NO}",
    FieldType.CHOICE: "chọn trong danh mục",
    FieldType.TAX_CODE: "mã số thuế",
}
UNITS_VI = {**MEASURES_VI, "term": "điều khoản", "year": "năm"}
"""Units of measure as people write them; a unit that is not listed is shown as the contract has it."""
SENDERS_VI = {
    "national": "Tổng Liên đoàn Lao động Việt Nam",
    "province": "liên đoàn lao động tỉnh, thành phố",
    "central_sector": "công đoàn ngành trung ương",
    "district": "liên đoàn lao động cấp huyện",
    "local_sector": "công đoàn ngành địa phương",
    "industrial_zone": "công đoàn các khu công nghiệp",
    "commune": "công đoàn xã, phường, đặc khu",
    "cluster": "công đoàn cụm",
}
EFFECTS_VI = {
    Severity.ERROR: "báo cáo bị trả lại, không số liệu nào của báo cáo được tổng hợp",
    Severity.QUERY: "báo cáo được nhận; đơn vị phải sửa hoặc giải thích ở cột “Ghi chú”",
    Severity.NOTE: "báo cáo được nhận",
}


def render_dictionary(contracts: Contracts | None = None) -> dict[str, str]:
    """Every page of the dictionary, as text by path relative to the project root.

    Args:
        contracts: the contracts to describe; by default those of the project.
    """
    contracts = contracts or load_contracts()
    pages = {f"{FORMS}/{form.form}.md": _form_page(form, contracts) for form in contracts.forms}
    return {**pages, RULES: _rules_page(contracts)}


def _form_page(form: Form, contracts: Contracts) -> str:
    cross_form = [rule for rule in contracts.cross_form if rule.form == form.form]
    facts = [
        ("Mã biểu mẫu", f"`{form.form}`"),
        ("Mỗi dòng là", form.row_is_vi),
        ("Khóa (không được trùng)", _listed([_quoted(form.field(name)) for name in form.key], "và")),
        (
            "Kỳ báo cáo",
            "quý " + _listed([("I", "II", "III", "IV")[quarter - 1] for quarter in form.due_quarters], "và"),
        ),
        ("Hạn gửi", f"chậm nhất {form.due_days_after_period_end} ngày sau ngày cuối kỳ"),
        ("Đơn vị gửi", "; ".join(SENDERS_VI.get(unit_type, unit_type) for unit_type in form.sent_by)),
        (
            "Mẫu",
            "; ".join(
                f"số {layout.version}, dùng từ {_lower_first(title_vi(layout.valid_from))}" for layout in form.layouts
            ),
        ),
    ]
    return _page(
        f"# {form.title_vi}",
        form.description_vi,
        _table(("", ""), facts),
        "## Các cột",
        _table(
            (
                "TT",
                "Tiêu đề cột",
                "Tên trong kho dữ liệu",
                "Kiểu",
                "Bắt buộc",
                "Đơn vị tính",
                "Giới hạn",
                "Danh mục",
                "Hướng dẫn",
                "Ví dụ",
            ),
            [(str(number), *_field_row(field)) for number, field in enumerate(form.fields, start=1)],
        ),
        "## Quy tắc kiểm tra",
        "\n".join(f"- **{severity.label_vi}**: {effect}." for severity, effect in EFFECTS_VI.items()),
        "Ngoài các quy tắc riêng dưới đây, mọi biểu mẫu còn theo các [quy tắc chung](../rules.md).",
        *(_form_rule(rule, form) for rule in sorted(form.rules, key=_by_weight)),
        *(_cross_form_rule(rule, form, contracts) for rule in sorted(cross_form, key=_by_weight)),
    )


def _rules_page(contracts: Contracts) -> str:
    places = {rule.code: form for form in contracts.forms for rule in form.rules}
    places |= {rule.code: contracts.form(rule.form) for rule in contracts.cross_form}

    def row(rule: Rule) -> tuple[str, ...]:
        form = places.get(rule.code)
        page = f"forms/{form.form}.md" if form else ""
        where = f"[{form.title_vi}]({page})" if form else "mọi biểu mẫu"
        return (f"[{rule.code}]({page}#{rule.code.lower()})", rule.severity.label_vi, rule.title_vi, where)

    return _page(
        "# Quy tắc kiểm tra",
        "\n".join(f"- **{severity.label_vi}**: {effect}." for severity, effect in EFFECTS_VI.items()),
        _table(("Mã", "Mức", "Quy tắc", "Biểu mẫu"), [row(rule) for rule in contracts.rules()]),
        "## Quy tắc chung của mọi biểu mẫu",
        "Trong các thông báo dưới đây, dấu “…” là chỗ ghi tên cột, giá trị và các chi tiết khác.",
        *(_rule(rule, _with_ellipses(rule.message_vi)) for rule in sorted(contracts.catalogue, key=_by_weight)),
    )


def _field_row(field: FormField) -> tuple[str, ...]:
    layouts = [f"Từ mẫu số {field.since_layout}."] if field.since_layout > 1 else []
    layouts += [f"Đến mẫu số {field.until_layout}."] if field.until_layout is not None else []
    return (
        field.heading_vi,
        f"`{field.name}`",
        TYPES_VI[field.type] + ("; cộng ở dòng tổng" if field.total else ""),
        "Có" if field.required else "",
        UNITS_VI.get(field.unit, field.unit) if field.unit else "",
        _bounds(field),
        "<br>".join(f"{choice.label_vi} (`{choice.code}`)" for choice in field.choices),
        " ".join([field.help_vi, *layouts]),
        field.example or "",
    )


def _bounds(field: FormField) -> str:
    lower, upper = (_value(bound, field.unit) for bound in (field.minimum, field.maximum))
    if lower and upper:
        return f"từ {lower} đến {upper}"
    if lower:
        return f"từ {lower} trở đi" if field.type is FieldType.DATE else f"từ {lower} trở lên"
    return f"đến {upper}" if upper else ""


def _value(bound: float | dt.date | None, unit: str | None) -> str:
    """A bound as people write it: 1.234,5 or 28/07/1929; a year has no separator."""
    if bound is None:
        return ""
    if isinstance(bound, dt.date):
        return f"{bound:%d/%m/%Y}"
    text = f"{bound:.10g}" if unit == "year" else f"{bound:,.10g}"
    return text.translate(str.maketrans(",.", ".,"))


def _form_rule(rule: FormRule, form: Form) -> str:
    return _rule(rule, _with_headings(rule.message_vi, form), _applies(rule.when, form))


def _cross_form_rule(rule: CrossFormRule, form: Form, contracts: Contracts) -> str:
    other = contracts.form(rule.exists_in.form)
    found_in = f"[{other.title_vi}]({other.form}.md), cột {_quoted(other.field(rule.exists_in.field))}"
    return _rule(
        rule,
        _with_headings(rule.message_vi.replace("{value}", f"{{{rule.field}}}"), form),
        _applies(rule.when, form),
        f"- Đối chiếu cột {_quoted(form.field(rule.field))} với: {found_in}, cùng đơn vị và cùng kỳ",
    )


def _rule(rule: Rule, message: str, *lines: str) -> str:
    return "\n".join(
        [
            f"### {rule.code}",
            "",
            f"**{rule.severity.label_vi}** – {rule.title_vi}",
            "",
            *(line for line in lines if line),
            f"- Thông báo: {message}",
            f"- Cách xử lý: {rule.remedy_vi}",
            *([f"- Căn cứ: {rule.source}"] if rule.source else []),
        ]
    )


def _applies(condition: Condition | None, form: Form) -> str:
    if condition is None:
        return ""
    field = form.field(condition.field)
    if condition.is_filled:
        return f"- Áp dụng: dòng có ghi {_quoted(field)}"
    labels: dict[str | bool, str] = {choice.code: choice.label_vi for choice in field.choices}
    labels |= {True: YES, False: NO}
    values = [labels.get(value, str(value)) for value in condition.is_in]
    return f"- Áp dụng: dòng có {_quoted(field)} là {_listed(values, 'hoặc')}"


def _with_headings(message: str, form: Form) -> str:
    headings = {field.name: field.heading_vi for field in form.fields}
    return re.sub(r"\{(\w+)\}", lambda found: f"[{headings.get(found[1], '…')}]", message)


def _with_ellipses(message: str) -> str:
    return re.sub(r"\{\w+\}", "…", message).replace("….", "…")


def _by_weight(rule: Rule) -> tuple[int, str]:
    """Errors first, then queries, then notes."""
    return (list(Severity).index(rule.severity), rule.code)


def _quoted(field: FormField) -> str:
    return f"“{field.heading_vi}”"


def _listed(words: Sequence[str], conjunction: str) -> str:
    return f" {conjunction} ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _page(*blocks: str) -> str:
    return "\n\n".join([f"<!-- {HEADER} -->", *blocks]) + "\n"
