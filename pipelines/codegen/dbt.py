"""Contracts → the generated part of the dbt project: sources, staging models, their documentation, seeds.

What belongs here: pure functions that render text. What does not: writing files (the command
``congdoan codegen`` does), and anything that decides about numbers (dbt models written by hand).

Descriptions of the columns that every form shares (keys, the record of a submission) are doc blocks in
``dbt_project/models/_columns.md``, written by hand; those of form fields come from the contracts, as doc
blocks named ``<form>__<field>`` that hand-written models use too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
import yaml

from pipelines.codegen.form_calendar import calendar_years, form_calendar
from pipelines.contracts.frames import CHANGES, COLUMN_PLACES, ROW_KEYS, SETTLED_ISSUES, SUBMISSIONS, row_schema
from pipelines.contracts.loader import load_contracts
from pipelines.contracts.model import Contracts, FieldType, Form, FormField
from pipelines.contracts.vietnamese import UNITS_VI

HEADER = "Generated from expectations/ by `congdoan codegen`. Do not edit: change the contract, run it."
STAGING = "dbt_project/models/staging"
HISTORY = "dbt_project/models/marts/history"
SEEDS = "dbt_project/seeds/generated"
LAKE_TABLE = (
    "read_parquet('{{ env_var('CONGDOAN_LAKE_DIR') | replace(\"'\", \"''\") }}/{name}/**/*.parquet', "
    "union_by_name=true, hive_partitioning=false)"
)
"""Where dbt-duckdb finds a source: ``{name}`` is the table; older files may lack a newer column."""

SQL_TYPES: dict[pl.DataType, str] = {
    pl.String(): "string",
    pl.Int64(): "bigint",
    pl.Float64(): "double",
    pl.Date(): "date",
    pl.Boolean(): "boolean",
    pl.Datetime("us"): "timestamp",
}
"""SQL type by dtype of the lake, in names that DuckDB and Spark both know."""

LAKE_TABLES = {
    "submissions": "Sổ tiếp nhận: mỗi dòng là một báo cáo đã được kiểm tra. (One row per judged submission.)",
    "submission_issues": "Lỗi và lưu ý: mỗi dòng là một phát hiện trong một báo cáo. (One row per finding.)",
    "submission_changes": (
        "Khác biệt giữa hai lần gửi liền nhau đã được nhận: mỗi dòng là một dòng thêm, bớt hoặc một giá trị đổi. "
        "(One row per difference between accepted versions.)"
    ),
    "column_places": (
        "Vị trí các cột trong tệp đã nhận: mỗi dòng là một cột của một bảng trong một trang tính. "
        "(Where each field stands in a file.)"
    ),
}
LAKE_SCHEMAS = {
    "submissions": SUBMISSIONS,
    "submission_issues": SETTLED_ISSUES,
    "submission_changes": CHANGES,
    "column_places": COLUMN_PLACES,
}
NOT_PUBLISHED = ("note",)
"""Free text of senders may hold personal data: it stays in staging and is not published."""


def render_dbt(contracts: Contracts | None = None) -> dict[str, str]:
    """Every generated file of the dbt project, as text by path relative to the project root.

    Args:
        contracts: the contracts to render; by default those of the project.
    """
    contracts = contracts or load_contracts()
    files = {
        f"{STAGING}/_sources.yml": _sources_yaml(contracts),
        f"{STAGING}/_fields.md": _field_docs(contracts),
        f"{STAGING}/stg_submissions.sql": _staging_sql("submissions", SUBMISSIONS),
        f"{STAGING}/_stg_submissions.yml": _staging_yaml("submissions", _submission_columns()),
        f"{STAGING}/stg_submission_issues.sql": _staging_sql("submission_issues", SETTLED_ISSUES),
        f"{STAGING}/_stg_submission_issues.yml": _staging_yaml("submission_issues", _issue_columns()),
        f"{STAGING}/stg_submission_changes.sql": _staging_sql("submission_changes", CHANGES),
        f"{STAGING}/_stg_submission_changes.yml": _staging_yaml("submission_changes", _change_columns()),
        f"{STAGING}/stg_column_places.sql": _staging_sql("column_places", COLUMN_PLACES),
        f"{STAGING}/_stg_column_places.yml": _staging_yaml("column_places", _place_columns()),
        f"{SEEDS}/code_lists.csv": _code_lists_csv(contracts),
        f"{SEEDS}/form_senders.csv": _form_senders_csv(contracts),
        f"{SEEDS}/form_calendar.csv": _csv(("form", "period", "due_on"), form_calendar(contracts, calendar_years())),
        f"{SEEDS}/units_of_measure.csv": _csv(("unit", "name_vi"), UNITS_VI.items()),
        f"{SEEDS}/_generated_seeds.yml": _seeds_yaml(),
    }
    for form in contracts.forms:
        files[f"{STAGING}/stg_{form.form}.sql"] = _staging_sql(form.form, row_schema(form))
        files[f"{STAGING}/_stg_{form.form}.yml"] = _staging_yaml(
            form.form, _form_columns(form), _form_description(form)
        )
        files[f"{HISTORY}/history_{form.form}.sql"] = _history_sql(form)
        files[f"{HISTORY}/_history_{form.form}.yml"] = _history_yaml(form)
    return dict(sorted(files.items()))


def _yaml(document: Mapping[str, Any]) -> str:
    body = yaml.safe_dump(dict(document), allow_unicode=True, sort_keys=False, width=100)
    return f"# {HEADER}\n{body}"


def _csv(columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    """A dbt seed. CSV knows no comments; its header of "do not edit" stands in the YAML beside it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def _form_description(form: Form) -> str:
    return f"{form.title_vi.capitalize()}: {form.row_is_vi}. ({form.title_en}: {form.row_is_en}.)"


def _sources_yaml(contracts: Contracts) -> str:
    tables = {name: (LAKE_TABLES[name], schema) for name, schema in LAKE_SCHEMAS.items()}
    tables |= {form.form: (_form_description(form), row_schema(form)) for form in contracts.forms}
    source = {
        "name": "lake",
        "description": "Kho tệp Parquet: báo cáo đã được nhận và kiểm tra. (Parquet lake of accepted rows.)",
        "config": {"meta": {"external_location": LAKE_TABLE}},
        "tables": [
            {
                "name": name,
                "description": text,
                "columns": [{"name": column, "data_type": SQL_TYPES[dtype]} for column, dtype in schema.items()],
            }
            for name, (text, schema) in tables.items()
        ],
    }
    return _yaml({"sources": [source]})


def _staging_sql(table: str, schema: Mapping[str, pl.DataType]) -> str:
    columns = ",\n".join(f"        cast({name} as {SQL_TYPES[dtype]}) as {name}" for name, dtype in schema.items())
    return f"""-- {HEADER}
with source as (
    select * from {{{{ source('lake', '{table}') }}}}
),

final as (
    select
{columns}
    from source
)

select * from final
"""


def _column(name: str, doc: str, *tests: Any) -> dict[str, Any]:
    column: dict[str, Any] = {"name": name, "description": f"{{{{ doc('{doc}') }}}}"}
    return {**column, "data_tests": list(tests)} if tests else column


def _belongs_to_submission() -> dict[str, Any]:
    return {"relationships": {"arguments": {"to": "ref('stg_submissions')", "field": "submission_id"}}}


def _submission_columns() -> list[dict[str, Any]]:
    tests = {"submission_id": ["not_null", "unique"], "verdict": ["not_null"], "is_current": ["not_null"]}
    return [_column(name, name, *tests.get(name, [])) for name in SUBMISSIONS]


def _issue_columns() -> list[dict[str, Any]]:
    tests: dict[str, list[Any]] = {
        "submission_id": ["not_null", _belongs_to_submission()],
        "rule_code": ["not_null"],
    }
    return [_column(name, name, *tests.get(name, [])) for name in SETTLED_ISSUES]


def _change_columns() -> list[dict[str, Any]]:
    tests: dict[str, list[Any]] = {name: ["not_null"] for name in ("submission_id", "row_key", "change")}
    return [_column(name, name, *tests.get(name, [])) for name in CHANGES]


def _place_columns() -> list[dict[str, Any]]:
    tests: dict[str, list[Any]] = {name: ["not_null"] for name in ("submission_id", "field", "column_letter")}
    return [_column(name, name, *tests.get(name, [])) for name in COLUMN_PLACES]


def _history_columns(form: Form) -> dict[str, pl.DataType]:
    """Every column of a form but free text, between its keys and the days on which the version was the valid one."""
    not_published = {*NOT_PUBLISHED, *(field.name for field in form.fields if field.beside)}
    columns = {name: dtype for name, dtype in row_schema(form).items() if name not in not_published}
    return columns | {name: SUBMISSIONS[name] for name in ("version", "known_from", "known_to")}


def _history_sql(form: Form) -> str:
    of_submission = ("version", "known_from", "known_to")
    columns = ",\n".join(
        f"        {'submissions' if name in of_submission else 'form_rows'}.{name}" for name in _history_columns(form)
    )
    return f"""-- {HEADER}
with form_rows as (
    select * from {{{{ ref('stg_{form.form}') }}}}
),

submissions as (
    select * from {{{{ ref('stg_submissions') }}}}
    where known_from is not null
),

final as (
    select
{columns}
    from form_rows
    inner join submissions on form_rows.submission_id = submissions.submission_id
)

select * from final
"""


def _history_yaml(form: Form) -> str:
    """A public model with an enforced contract: every accepted version, to be read as it stood on any day."""
    fields = {field.name for field in form.fields}
    columns = [
        {
            **_column(name, f"{form.form}__{name}" if name in fields else name),
            "data_type": SQL_TYPES[dtype],
        }
        for name, dtype in _history_columns(form).items()
    ]
    description = (
        f"Mọi phiên bản đã được nhận, để đọc số liệu như đã biết vào một ngày bất kỳ: known_from <= ngày và "
        f"(known_to is null or known_to > ngày). {form.title_vi.capitalize()}: {form.row_is_vi}. "
        f"(Every accepted version, as known on any day: {form.row_is_en}.)"
    )
    return _yaml({"models": [{"name": f"history_{form.form}", "description": description, "columns": columns}]})


def _form_columns(form: Form) -> list[dict[str, Any]]:
    """Keys with their tests, then the fields. A CSV file has no sheet."""
    tests: dict[str, list[Any]] = {name: ["not_null"] for name in ROW_KEYS if name != "source_sheet"}
    tests["submission_id"].append(_belongs_to_submission())
    required = {field.name for field in form.fields if field.required}
    keys = [_column(name, name, *tests.get(name, [])) for name in ROW_KEYS]
    fields = [
        _column(
            field.name,
            f"{form.form}__{field.name}",
            *(["not_null"] if field.name in form.key and field.name in required else []),
        )
        for field in form.fields
    ]
    return keys + fields


def _staging_yaml(table: str, columns: list[dict[str, Any]], description: str | None = None) -> str:
    model = {
        "name": f"stg_{table}",
        "description": description or LAKE_TABLES[table],
        "columns": columns,
    }
    return _yaml({"models": [model]})


def _field_docs(contracts: Contracts) -> str:
    """One doc block per field of every form, for the generated and the hand-written models alike."""
    blocks = [
        f"{{% docs {form.form}__{field.name} %}}\n{_field_description(field)}\n{{% enddocs %}}\n"
        for form in contracts.forms
        for field in form.fields
    ]
    return "\n".join([f"<!-- {HEADER} -->\n", *blocks])


def _field_description(field: FormField) -> str:
    codes = ", ".join(f"{choice.code} = {choice.label_vi}" for choice in field.choices)
    parts = [
        f"{field.heading_vi.rstrip('.')}.",
        field.help_vi,
        f"Mã: {codes}." if field.type is FieldType.CHOICE and not field.listed_in else "",
        f"({field.label_en}{f', {field.unit}' if field.unit else ''}.)",
    ]
    return " ".join(part for part in parts if part)


def _code_lists_csv(contracts: Contracts) -> str:
    rows = (
        (form.form, field.name, choice.code, choice.label_vi)
        for form in contracts.forms
        for field in form.fields
        if not field.listed_in
        for choice in field.choices
    )
    return _csv(("form", "field", "code", "label_vi"), rows)


def _form_senders_csv(contracts: Contracts) -> str:
    rows = ((form.form, unit_type) for form in contracts.forms for unit_type in form.sent_by)
    return _csv(("form", "unit_type"), rows)


def _seeds_yaml() -> str:
    def seed(name: str, description: str, columns: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
        return {
            "name": name,
            "description": description,
            "config": {"column_types": {column: dtype for column, (dtype, _) in columns.items()}},
            "columns": [{"name": column, "description": text} for column, (_, text) in columns.items()],
        }

    form = ("string", "Mã biểu mẫu. (Form id.)")
    seeds = [
        seed(
            "code_lists",
            "Danh mục mã của các biểu mẫu. (Code lists of the forms.)",
            {
                "form": form,
                "field": ("string", "Tên cột của biểu mẫu. (Field of the form.)"),
                "code": ("string", "Mã được lưu. (Stored code.)"),
                "label_vi": ("string", "Cách gọi trong biểu mẫu. (Vietnamese label.)"),
            },
        ),
        seed(
            "form_senders",
            "Loại đơn vị phải gửi từng biểu mẫu. (Unit types that send a form.)",
            {"form": form, "unit_type": ("string", "Loại đơn vị công đoàn. (Type of the union unit.)")},
        ),
        seed(
            "form_calendar",
            "Lịch gửi biểu mẫu: hạn gửi của từng biểu mẫu trong từng kỳ phải gửi, đã dời khỏi ngày nghỉ. (Due days.)",
            {
                "form": form,
                "period": ("string", "Kỳ báo cáo phải gửi biểu mẫu. (Period for which the form is due.)"),
                "due_on": (
                    "date",
                    "Hạn gửi; nếu rơi vào ngày nghỉ cuối tuần, ngày lễ, Tết thì là ngày làm việc tiếp theo. "
                    "(Due day, moved to the next working day.)",
                ),
            },
        ),
        seed(
            "units_of_measure",
            "Đơn vị tính. (Units of measure of fields and indicators.)",
            {
                "unit": ("string", "Mã đơn vị tính. (Code of the unit of measure.)"),
                "name_vi": ("string", "Cách viết. (Vietnamese name.)"),
            },
        ),
    ]
    return _yaml({"seeds": seeds})
