"""Contracts → one Vietnamese page per rule, and their index: why it is asked, how to mend it, a bad and a good example.

What belongs here: pure functions that render Markdown. Where the examples come from: ``examples``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipelines.codegen.dictionary import FORMS
from pipelines.codegen.examples import Example, Pair, examples
from pipelines.codegen.markdown import page, table
from pipelines.codegen.sheet_plan import TOTAL_LABEL
from pipelines.codegen.wording import (
    EFFECTS_VI,
    TYPES_VI,
    applies_vi,
    by_weight,
    demand_vi,
    listed,
    lower_first,
    quoted,
    rows_vi,
    with_ellipses,
    with_headings,
)
from pipelines.contracts import (
    CatalogueRule,
    Comparison,
    Contracts,
    CrossFormRule,
    FieldType,
    Form,
    FormField,
    FormRule,
    Rule,
    load_contracts,
)
from pipelines.contracts.comparisons import RunningTotal, SumOfUnits
from pipelines.contracts.vietnamese import EMPTY
from pipelines.periods import title_vi

INDEX = "docs/rules.md"
PAGES = "docs/rules"
BAD, GOOD = "Sai", "Đúng"


def render_rule_pages(contracts: Contracts | None = None) -> dict[str, str]:
    """The index and every page, as text by path relative to the project root.

    Args:
        contracts: the rules to describe; by default those of the project.
    """
    contracts = contracts or load_contracts()
    pages = {f"{PAGES}/{rule.code}.md": _rule_page(rule, contracts) for rule in contracts.rules()}
    return {INDEX: _index(contracts), **pages}


def _index(contracts: Contracts) -> str:
    return page(
        "# Quy tắc kiểm tra",
        "\n".join(f"- **{severity.label_vi}**: {effect}." for severity, effect in EFFECTS_VI.items()),
        "## Quy tắc chung của mọi biểu mẫu",
        _rules(contracts.catalogue),
        "## Quy tắc giữa các kỳ và các cấp",
        _rules(contracts.comparisons),
        *(
            block
            for form in contracts.forms
            if (own := [rule for rule in contracts.rules() if _form_of(rule, contracts) == form])
            for block in (f"## {_form_link(form, 'forms')}", _rules(own))
        ),
    )


def _rules(rules: Iterable[Rule]) -> str:
    rows = (
        (f"[{rule.code}](rules/{rule.code}.md)", rule.severity.label_vi, rule.title_vi)
        for rule in sorted(rules, key=by_weight)
    )
    return table(("Mã", "Mức độ", "Quy tắc"), rows)


def _rule_page(rule: Rule, contracts: Contracts) -> str:
    form = _form_of(rule, contracts)
    message = _message(rule, form) if form else with_ellipses(rule.message_vi)
    note = "Dấu “…” là chỗ ghi tên cột, giá trị và các chi tiết khác." if "…" in message else ""
    return page(
        f"# {rule.code}: {rule.title_vi}",
        f"**{rule.severity.label_vi}** – {EFFECTS_VI[rule.severity]}.",
        "\n".join(f"- {label}: {text}" for label, text in _scope(rule, form, contracts)),
        "## Vì sao",
        f"{rule.why_vi}" if rule.why_vi else "",
        f"Căn cứ: {rule.source}." if rule.source else "",
        "## Thông báo",
        f"> {message}",
        note,
        "## Cách xử lý",
        rule.remedy_vi,
        *_examples(rule, contracts),
        "[Mọi quy tắc](../rules.md)",
    )


def _message(rule: Rule, form: Form) -> str:
    marked = f"{{{rule.field}}}" if isinstance(rule, CrossFormRule) else "{value}"
    return with_headings(rule.message_vi.replace("{value}", marked), form)


def _form_of(rule: Rule, contracts: Contracts) -> Form | None:
    if isinstance(rule, CrossFormRule):
        return contracts.form(rule.form)
    return next((form for form in contracts.forms if rule in form.rules), None)


def _form_link(form: Form, folder: str) -> str:
    return f"[{form.title_vi.capitalize()}]({folder}/{form.form}.md)"


def _scope(rule: Rule, form: Form | None, contracts: Contracts) -> Iterable[tuple[str, str]]:
    """Where the rule applies, as labelled lines."""
    if isinstance(rule, Comparison):
        for name in dict(rule.places):
            own = contracts.form(name)
            yield "Biểu mẫu", f"{_form_link(own, '../forms')}: {applies_vi(rule, own)}"
        yield "Đối chiếu với", _compared_with(rule, contracts)
        return
    if form is None:
        yield "Biểu mẫu", "mọi biểu mẫu"
        if isinstance(rule, CatalogueRule) and rule.applies_to:
            kinds = [TYPES_VI[kind] for kind in rule.applies_to]
            yield "Cột", "mọi cột" if set(rule.applies_to) == set(FieldType) else f"cột kiểu {listed(kinds, 'hoặc')}"
        return
    yield "Biểu mẫu", _form_link(form, f"../{FORMS.rpartition('/')[2]}")
    if isinstance(rule, CrossFormRule):
        other = contracts.form(rule.exists_in.form)
        yield "Cột", quoted(form.field(rule.field))
        found_in = f"{_form_link(other, '../forms')}, cột {quoted(other.field(rule.exists_in.field))}"
        yield "Đối chiếu với", f"{found_in}, cùng đơn vị và cùng kỳ; chỉ khi biểu mẫu ấy đã được nhận"
        yield "Áp dụng", rows_vi(rule, form)
        return
    own = _as_form_rule(rule, form)
    yield "Áp dụng", rows_vi(own, form)
    yield "Yêu cầu", demand_vi(own, form)


def _compared_with(rule: Comparison, contracts: Contracts) -> str:
    if isinstance(rule, SumOfUnits):
        names = dict.fromkeys(measure.form for measure in rule.measures)
        forms = listed([_form_link(contracts.form(name), "../forms") for name in names], "và")
        return f"{forms} của các đơn vị trực thuộc, cùng kỳ; chỉ những đơn vị đã có báo cáo được nhận"
    if isinstance(rule, RunningTotal):
        return "số gần nhất mà cùng đơn vị đã báo cáo trước đó trong cùng năm; chỉ những chỉ tiêu lũy kế từ đầu năm"
    return "báo cáo đã được nhận của kỳ trước; chỉ khi có báo cáo ấy"


def _as_form_rule(rule: Rule, form: Form) -> FormRule:
    return next(own for own in form.rules if own.code == rule.code)


def _examples(rule: Rule, contracts: Contracts) -> Iterable[str]:
    if pair := examples(rule, contracts):
        yield "## Ví dụ"
        yield _table_of(pair)
        for label, example in ((BAD, pair.bad), (GOOD, pair.good)):
            if example.other:
                form, row = example.other
                cells = (f"{quoted(form.field(name))} là {text}" for name, text in row.items())
                yield f"{label} khi {_form_link(form, '../forms')} chỉ có một dòng, với {listed(list(cells), 'và')}."
    elif isinstance(rule, CatalogueRule | Comparison) and rule.bad:
        yield "## Ví dụ"
        if isinstance(rule, CatalogueRule) and (field := next(fields_of(rule, contracts), None)):
            good = rule.good or (field.choices[0].label_vi,)
            rows = [(BAD, text or EMPTY) for text in rule.bad] + [(GOOD, text or EMPTY) for text in good]
            yield table(("", field.heading_vi), rows)
        else:
            yield "\n".join(
                f"- {label}: {text}" for label, texts in ((BAD, rule.bad), (GOOD, rule.good)) for text in texts
            )


def fields_of(rule: CatalogueRule, contracts: Contracts) -> Iterator[FormField]:
    """The fields that a rule about cells looks at, in the order of forms and columns; lists of a seed come last."""
    found = (field for form in contracts.forms for field in form.fields if field.type in rule.applies_to)
    return iter(sorted(found, key=lambda field: field.listed_in is not None))


def _table_of(pair: Pair) -> str:
    names = list(dict.fromkeys(name for example in (pair.bad, pair.good) for row in example.rows for name in row))
    header = ["", *(pair.bad.form.field(name).heading_vi for name in names)]
    return table(header, [*_lines(BAD, pair.bad, names), *_lines(GOOD, pair.good, names)])


def _lines(label: str, example: Example, names: list[str]) -> Iterable[list[str]]:
    if example.period:
        label = f"{label}, kỳ báo cáo {lower_first(title_vi(example.period))}"
    for number, row in enumerate(example.rows):
        yield ["" if number else label, *(row.get(name) or EMPTY for name in names)]
    if example.total:
        yield [TOTAL_LABEL.lower(), *(example.total.get(name, "") for name in names)]
