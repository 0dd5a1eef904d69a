"""Contracts in Vietnamese words: types, bounds, conditions, what a rule demands.

What belongs here: pure functions from parts of a contract to phrases, for the data dictionary, the rule pages and
the guide of a template alike. Where the phrases stand is the matter of those modules.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from pipelines.contracts import (
    AtMost,
    Comparison,
    Condition,
    Contracts,
    CrossFormRule,
    DaysBetween,
    FieldType,
    Form,
    FormField,
    FormRule,
    Matches,
    NamesSameEntry,
    Range,
    RequiredWhen,
    Rule,
    Severity,
    ShareOfRow,
    UnitBelow,
    ValidEntry,
    Whole,
)
from pipelines.contracts.vietnamese import NO, UNITS_VI, YES

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
EFFECTS_VI = {
    Severity.ERROR: "báo cáo bị trả lại, không số liệu nào của báo cáo được tổng hợp",
    Severity.QUERY: "báo cáo được nhận; đơn vị phải sửa hoặc giải thích ở cột “Ghi chú”",
    Severity.NOTE: "báo cáo được nhận",
}


def by_weight(rule: Rule) -> tuple[int, str]:
    """For sorting: errors first, then queries, then notes, each by code."""
    return (list(Severity).index(rule.severity), rule.code)


def form_rules(form: Form, contracts: Contracts) -> list[FormRule | CrossFormRule | Comparison]:
    """The rules that name this form, those between forms and between submissions included."""
    across = [rule for rule in contracts.cross_form if rule.form == form.form]
    compared = [rule for rule in contracts.comparisons if form.form in dict(rule.places)]
    return [*form.rules, *across, *compared]


def applies_vi(rule: FormRule | CrossFormRule | Comparison, form: Form) -> str:
    """What a rule looks at: rows, or those that a condition selects; of a comparison also the columns."""
    if isinstance(rule, Comparison):
        marked = {fields[0] for name, fields in rule.places if name == form.form and fields}
        columns = [quoted(field) for field in form.fields if field.name in marked]
        return f"cột {listed(columns, 'và')}" if columns else "cả báo cáo"
    return rows_vi(rule, form)


def rows_vi(rule: FormRule | CrossFormRule, form: Form) -> str:
    """Which rows a rule looks at: ``dòng có “Loại tổ chức” là Nghiệp đoàn và “Ngày thành lập” trong kỳ báo cáo``."""
    rows = condition_vi(rule.when, form) if rule.when else "mọi dòng"
    if not isinstance(rule, Range) or rule.in_period is None:
        return rows
    date, within = quoted(form.field(rule.in_period.field)), "" if rule.in_period.is_within else "không "
    return f"{rows} {'và' if rule.when else 'có'} {date} {within}trong kỳ báo cáo"


def quoted(field: FormField) -> str:
    """The heading of a field in quotation marks."""
    return f"“{field.heading_vi}”"


def listed(words: Sequence[str], conjunction: str) -> str:
    """``a, b và c``."""
    return f" {conjunction} ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def lower_first(text: str) -> str:
    """The text with a small first letter, for use within a sentence."""
    return text[:1].lower() + text[1:]


def unit_vi(field: FormField) -> str:
    """The unit of measure as people write it; one that has no word is shown as the contract has it."""
    return UNITS_VI.get(field.unit, field.unit) if field.unit else ""


def value_vi(bound: float | dt.date | None, unit: str | None) -> str:
    """A bound as people write it: 1.234,5 or 28/07/1929; a year has no separator; none is empty."""
    if bound is None:
        return ""
    if isinstance(bound, dt.date):
        return f"{bound:%d/%m/%Y}"
    text = f"{bound:.10g}" if unit == "year" else f"{bound:,.10g}"
    return text.translate(str.maketrans(",.", ".,"))


def between_vi(minimum: float | dt.date | None, maximum: float | dt.date | None, unit: str | None) -> str:
    """``từ 1 đến 5``, ``từ 1 trở lên``, ``đến 5``; empty without bounds."""
    lower, upper = (value_vi(bound, unit) for bound in (minimum, maximum))
    if lower and upper:
        return f"từ {lower} đến {upper}"
    if lower:
        return f"từ {lower} trở đi" if isinstance(minimum, dt.date) else f"từ {lower} trở lên"
    return f"đến {upper}" if upper else ""


def bounds_vi(field: FormField) -> str:
    """The bounds of a field."""
    return between_vi(field.minimum, field.maximum, field.unit)


def how_to_write(field: FormField) -> str:
    """What a cell of the field takes, in one or two sentences: type, unit, bounds (of numbers and dates), help."""
    if field.type not in (FieldType.COUNT, FieldType.AMOUNT, FieldType.NUMBER, FieldType.DATE):
        return field.help_vi
    unit = f" ({unit_vi(field)})" if field.unit else ""
    bounds = f", {bounds_vi(field)}" if bounds_vi(field) else ""
    kind = TYPES_VI[field.type]
    return f"{kind[0].upper()}{kind[1:]}{unit}{bounds}. {field.help_vi}"


def label_of(field: FormField, value: str | bool) -> str:
    """A stored value of a condition as people choose it."""
    if field.listed_in:
        return str(value)
    labels: dict[str | bool, str] = {choice.code: choice.label_vi for choice in field.choices}
    return (labels | {True: YES, False: NO}).get(value, str(value))


def condition_vi(condition: Condition, form: Form) -> str:
    """Which rows a condition selects: ``dòng có “Loại hình đơn vị” là Hợp tác xã``."""
    field = form.field(condition.field)
    if condition.is_filled:
        return f"dòng có ghi {quoted(field)}"
    if units := condition.has_unit or condition.has_other_unit:
        words = listed([UNITS_VI.get(unit, unit) for unit in units], "hoặc")
        return f"dòng có {quoted(field)} {'' if condition.has_unit else 'không '}tính bằng {words}"
    return f"dòng có {quoted(field)} là {listed([label_of(field, value) for value in condition.is_in], 'hoặc')}"


def demand_vi(rule: FormRule, form: Form) -> str:
    """What a rule on rows demands, as one sentence without full stop."""
    marked = quoted(form.field(rule.fields[0]))
    match rule:
        case AtMost(smaller=smaller, larger=larger):
            relation = "không sau" if form.field(smaller).type is FieldType.DATE else "không lớn hơn"
            return f"{marked} {relation} {quoted(form.field(larger))}"
        case RequiredWhen():
            return f"{marked} phải có giá trị"
        case Range(field=field):
            return f"{marked} {between_vi(rule.minimum, rule.maximum, form.field(field).unit)}"
        case DaysBetween(start=start):
            days = between_vi(rule.minimum, rule.maximum, None)
            return f"Số ngày kể từ {quoted(form.field(start))} đến {marked} là {days}"
        case UnitBelow():
            own = "" if rule.check == "directly_below" else "của chính đơn vị báo cáo hoặc "
            how = " trực tiếp" if rule.check == "directly_below" else ""
            return f"{marked} là mã {own}một đơn vị trực thuộc{how} đơn vị báo cáo trong kỳ"
        case Matches(pattern=pattern):
            return f"{marked} có dạng `{pattern}`"
        case Whole():
            return f"{marked} là số nguyên"
        case ValidEntry():
            return f"{marked} đang áp dụng trong kỳ báo cáo"
        case NamesSameEntry(code_field=code):
            return f"{marked} không phải là tên của mã khác với {quoted(form.field(code))}"
        case ShareOfRow():
            return _share_vi(rule, form)


def _share_vi(rule: ShareOfRow, form: Form) -> str:
    names = {choice.code: choice.label_vi for choice in form.field(rule.by).choices}
    expected = f"{quoted(form.field(rule.field))} của “{names[rule.of_row]}” cùng báo cáo"
    if rule.parameter:
        expected += f" nhân tỷ lệ đang có hiệu lực (`{rule.parameter}`)"
    between = between_vi(rule.minimum, rule.maximum, None)
    return f"{quoted(form.field(rule.field))} của “{names[rule.row]}” bằng {between} lần {expected}"


def with_headings(message: str, form: Form) -> str:
    """A message with the headings of the fields in place of their values."""
    headings = {field.name: field.heading_vi for field in form.fields}
    return re.sub(r"\{(\w+)\}", lambda found: f"[{headings.get(found[1], '…')}]", message)


def with_ellipses(message: str) -> str:
    """A message with ``…`` in place of what is filled in."""
    return re.sub(r"\{\w+\}", "…", message).replace("….", "…")
