"""What a data test of the dbt project means for the person who sees it fail: its sentence, its rows, what to do.

The words of a generic test are made of its kind, model and column; those of a test with a file of its own stand in
``dbt_project/tests/_tests.yml``. Of both, whether a failure keeps a new version from being published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.settings import Settings

ROWS_SHOWN = 20

REMEDY_VI = (
    "Bản công bố trước vẫn nguyên vẹn. Xem các dòng vi phạm ở phép kiểm tra trong Dagster (congdoan ui). Nếu sai ở "
    "danh mục thì sửa tệp trong dbt_project/seeds; nếu hỏng ở kho (data/lake) thì xóa thư mục ấy; rồi chạy lại "
    "congdoan run: kho được dựng lại từ các tệp gốc trong data/raw."
)

_PATTERNS: dict[str, str] = {
    "not_null": "Mọi dòng của {model} đều có {column}.",
    "unique": "Trong {model} không có hai dòng cùng {column}.",
    "unique_grain": "Trong {model}, mỗi tổ hợp {columns} chỉ có một dòng.",
    "relationships": "Mọi giá trị ở {column} của {model} đều có ở cột {field} của {to}.",
    "accepted_values": "{column} của {model} chỉ nhận: {values}.",
    "is_between": "{column} của {model} nằm trong khoảng từ {minimum} đến {maximum}.",
}
_BLOCKS = "Sai thì dừng: không công bố bản mới."
_WARNS = "Sai thì cảnh báo, bản mới vẫn được công bố."


@dataclass(frozen=True)
class Failure:
    """A test that failed: its name, asset and sentence, how many rows it found, and whether it stops the run."""

    name: str
    model: str
    description: str
    rows: int
    blocks: bool


def blocks(test: Mapping[str, Any]) -> bool:
    """Whether a failure of a test (a node of the manifest) stops the run before anything is published."""
    return str(test["config"].get("severity") or "error").lower() == "error"


def describe(test: Mapping[str, Any], model: Mapping[str, Any] | None) -> str:
    """The sentence of a test, in Vietnamese, with what a failure does.

    Args:
        test: a node of the manifest of type ``test``.
        model: the node that the test is attached to, for the words of its column.

    Raises:
        KeyError: a kind of generic test that has no sentence yet, or a test of one's own without a description.
    """
    sentence = test.get("description") or _sentence(test, model)
    return f"{sentence} {_BLOCKS if blocks(test) else _WARNS}"


def _sentence(test: Mapping[str, Any], model: Mapping[str, Any] | None) -> str:
    metadata = test.get("test_metadata")
    if metadata is None or metadata["name"] not in _PATTERNS or model is None:
        place = "a description in dbt_project/tests/_tests.yml" if metadata is None else f"a sentence in {__name__}"
        raise KeyError(f"dbt test {test['name']} needs {place}")
    arguments = dict(metadata["kwargs"])
    words = {name: str(value) for name, value in arguments.items()}
    column = arguments.get("column_name")
    words["model"] = model["name"]
    words["column"] = _column_words(column, model) if column else ""
    words["columns"] = ", ".join(arguments.get("columns") or ())
    words["values"] = ", ".join(map(str, arguments.get("values") or ()))
    if target := re.search(r"['\"](\w+)['\"]\s*\)\s*$", words.get("to", "")):
        words["to"] = target[1]
    sentence = _PATTERNS[metadata["name"]].format(**words)
    return sentence[0].upper() + sentence[1:]


def _column_words(column: str, model: Mapping[str, Any]) -> str:
    """A column with the beginning of what its description says."""
    described = model["columns"].get(column, {}).get("description") or ""
    beginning = re.split(r"[.;:(]|, ", described, maxsplit=1)[0].strip()
    return f"cột {column} ({beginning[0].lower()}{beginning[1:]})" if beginning else f"cột {column}"


def compiled_sql(settings: Settings, test: Mapping[str, Any]) -> Path:
    """Where the last dbt run left the query of a test."""
    return (
        settings.dbt_target
        / "compiled"
        / test["package_name"]
        / test["original_file_path"].replace("\\", "/")
        / ("" if test["original_file_path"].endswith(".sql") else test["path"])
    )


def failing_rows(settings: Settings, test: Mapping[str, Any], limit: int = ROWS_SHOWN) -> pl.DataFrame:
    """The first rows that a test finds in the build file; to be asked when dbt has left it.

    Raises:
        duckdb.Error: the query does not run, e.g. because a model of it was not built.
    """
    sql = compiled_sql(settings, test).read_text(encoding="utf-8")
    with duckdb.connect(settings.build_db, read_only=True) as connection:
        return connection.sql(f"select * from ({sql}\n) as failing order by all limit {limit}").pl()


def explain(failures: Iterable[Failure]) -> str:
    """What a run that tests have stopped says: each test with its sentence and its count, then what to do."""
    said = [f"{one.model}: {one.name}: {one.rows} dòng vi phạm. {one.description}" for one in failures if one.blocks]
    return "\n".join([*said, REMEDY_VI])
