"""Contracts → the data dictionary that people read: one page per form, in Vietnamese.

What belongs here: pure functions that render Markdown. What a rule is about stands on its own page: ``rule_pages``.
"""

from __future__ import annotations

from pipelines.codegen.markdown import page, table
from pipelines.codegen.wording import (
    EFFECTS_VI,
    TYPES_VI,
    applies_vi,
    bounds_vi,
    by_weight,
    form_rules,
    listed,
    lower_first,
    quoted,
    unit_vi,
)
from pipelines.contracts import Comparison, Contracts, CrossFormRule, Form, FormField, FormRule, load_contracts
from pipelines.periods import title_vi

FORMS = "docs/forms"
INDICATORS = "../../dbt_project/seeds/indicators.csv"
"""The seed of indicators, as a page of a form links to it."""
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


def render_dictionary(contracts: Contracts | None = None) -> dict[str, str]:
    """Every page of the dictionary, as text by path relative to the project root.

    Args:
        contracts: the contracts to describe; by default those of the project.
    """
    contracts = contracts or load_contracts()
    return {f"{FORMS}/{form.form}.md": _form_page(form, contracts) for form in contracts.forms}


def _form_page(form: Form, contracts: Contracts) -> str:
    facts = [
        ("Mã biểu mẫu", f"`{form.form}`"),
        ("Mỗi dòng là", form.row_is_vi),
        ("Khóa (không được trùng)", listed([quoted(form.field(name)) for name in form.key], "và")),
        (
            "Kỳ báo cáo",
            "quý " + listed([("I", "II", "III", "IV")[quarter - 1] for quarter in form.due_quarters], "và"),
        ),
        (
            "Hạn gửi",
            f"chậm nhất {form.due_days_after_period_end} ngày sau ngày cuối kỳ; "
            "nếu rơi vào ngày nghỉ thì ngày làm việc tiếp theo",
        ),
        ("Đơn vị gửi", "; ".join(SENDERS_VI.get(unit_type, unit_type) for unit_type in form.sent_by)),
        (
            "Mẫu",
            "; ".join(
                f"số {layout.version}, dùng từ {lower_first(title_vi(layout.valid_from))}" for layout in form.layouts
            ),
        ),
    ]
    return page(
        f"# {form.title_vi}",
        form.description_vi,
        table(("", ""), facts),
        "## Các cột",
        table(
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
        table(
            ("Mã", "Mức độ", "Quy tắc", "Áp dụng"),
            [_rule_row(rule, form) for rule in sorted(form_rules(form, contracts), key=by_weight)],
        ),
    )


def _rule_row(rule: FormRule | CrossFormRule | Comparison, form: Form) -> tuple[str, ...]:
    return (f"[{rule.code}](../rules/{rule.code}.md)", rule.severity.label_vi, rule.title_vi, applies_vi(rule, form))


def _field_row(field: FormField) -> tuple[str, ...]:
    layouts = [f"Từ mẫu số {field.since_layout}."] if field.since_layout > 1 else []
    layouts += [f"Đến mẫu số {field.until_layout}."] if field.until_layout is not None else []
    return (
        field.heading_vi,
        f"`{field.name}`",
        TYPES_VI[field.type] + ("; cộng ở dòng tổng" if field.total else ""),
        "Có" if field.required else "",
        unit_vi(field),
        bounds_vi(field),
        _choices(field),
        " ".join([field.help_vi, *layouts]),
        field.example or "",
    )


def _choices(field: FormField) -> str:
    if listed := field.listed_in:
        rows = f"các dòng có nguồn `{listed.origin}`" if listed.origin else "mọi dòng"
        return f"{rows} trong [danh mục chỉ tiêu]({INDICATORS})"
    return "<br>".join(f"{choice.label_vi} (`{choice.code}`)" for choice in field.choices)
