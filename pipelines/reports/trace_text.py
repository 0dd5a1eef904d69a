"""A figure and its cells, as ``congdoan trace`` prints them."""

from __future__ import annotations

from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from pipelines.reports.wording import count_vi, number_vi

SHOWN = 20
"""Rows that are printed; the whole list goes into a csv."""
_PARTS_VI = {"value": "Số liệu", "numerator": "Tử số", "denominator": "Mẫu số"}


def figure_as_json(value: Any, rows: pl.DataFrame) -> dict[str, Any]:
    """The document that programs rely on.

    Returns:
        ``value``; ``rows`` with submission_id, file_name, sha256, sheet, cell, field, value (what the row brings) and
        what else ``SOURCE_ROWS`` and ``as_sent`` tell.
    """
    return {"value": value, "rows": rows.to_dicts()}


def print_figure(value: Any, rows: pl.DataFrame, console: Console) -> None:
    """Print the figure, each of its parts as a sum, and the rows that bring most."""
    text = "chưa có số liệu" if value is None else number_vi(value) if isinstance(value, int | float) else str(value)
    console.print(f"Giá trị công bố: {text}", highlight=False)
    for (part,), brought in rows.group_by("part", maintain_order=True):
        title = f"{_PARTS_VI[str(part)]}: {number_vi(brought['value'].sum())} từ {count_vi(brought.height)} dòng"
        console.print(_table(title, brought.head(SHOWN)))
        if brought.height > SHOWN:
            console.print(f"… và {count_vi(brought.height - SHOWN)} dòng nữa; ghi tất cả ra tệp bằng -o nguon.csv")


def _table(title: str, rows: pl.DataFrame) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("Tệp", "Trang tính", "Ô", "Như trong tệp"):
        table.add_column(heading, overflow="fold")
    table.add_column("Phần đóng góp", justify="right")
    for row in rows.iter_rows(named=True):
        table.add_row(
            row["file_name"],
            row["sheet"],
            row["cell"] or f"dòng {row['row']}",
            row["as_sent"] or "",
            "" if row["value"] is None else number_vi(row["value"]),
        )
    return table
