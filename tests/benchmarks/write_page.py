"""Writes what ``make bench`` measured into ``docs/performance.md``: tables between two marks, and a plot beside it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import polars as pl

from pipelines.settings import PROJECT_DIR

RESULTS = PROJECT_DIR / "data" / "bench" / "results"
PAGE, PLOT = PROJECT_DIR / "docs" / "performance.md", PROJECT_DIR / "docs" / "performance.svg"
FROM, TO = "<!-- measured: written by make bench -->", "<!-- end of what was measured -->"
YEARS = (1, 2, 5, 10)
YEARS_MEASURED = {"rebuilt": "rebuilt", "one workbook sent again": "again"}
# The stages are named for the person at the terminal, in Vietnamese.
STAGES = {
    "Khởi động": "start: imports, definitions",
    "Tiếp nhận tệp": "register",
    "Đọc và nhận diện": "read and recognise",
    "Làm sạch": "clean",
    "Kiểm tra (Great Expectations)": "validate",
    "Kết luận và ghi kho dữ liệu": "settle, write the lake",
    "Data Docs": "Data Docs",
    "Trả lời đơn vị gửi": "answers to senders",
    "Dựng kho (dbt)": "dbt",
    "Công bố": "publish",
}


def main() -> None:
    """Read the results, write the page and the plot."""
    before, rest = PAGE.read_text(encoding="utf-8").split(FROM)
    _, after = rest.split(TO)
    measured = "\n\n".join([_where(), *_nation(), *_years(), *_findings()])
    PAGE.write_text(f"{before}{FROM}\n\n{measured}\n\n{TO}{after}", encoding="utf-8")


def _read(name: str) -> Any:
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _where() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    return (
        f"Measured on {os.cpu_count()} cores, {memory} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}. Times are those of one run; read the ratios."
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _nation() -> Iterable[str]:
    if (nation := _read("nation")) is None:
        return
    floor, whole = nation["floor_s"], nation["whole_s"]
    stages, report = nation["stages"], nation["report"]
    named = [(f"– {STAGES[name]}", seconds, None) for name, seconds in stages.items()]
    lines = [
        ("floor: calamine and DuckDB, no validation", floor, nation["floor_mb"]),
        ("the whole job", whole, nation["whole_mb"]),
        *named,
        ("– Dagster's events, and the rest", whole - sum(stages.values()), None),
        ("the first run on a new data root, with an empty inbox", nation["first_s"], nation["first_mb"]),
        ("pandas, openpyxl, one GX run a sheet (from a sample)", nation["usual_s"], None),
        (f"the report for leadership: {report['pages']:,} pages", nation["report_s"], nation["report_mb"]),
    ]
    rows, verdicts = nation["rows"], nation["verdicts"]
    yield "### The nation's quarter, inbox to published"
    yield (
        f"{nation['files']:,} workbooks; {rows['unions']:,} unions, {rows['enterprises']:,} enterprises, "
        f"{rows['agreements']:,} agreements; verdicts {json.dumps(verdicts)}. The report for leadership, "
        f"a page for each unit and for each figure, has {report['megabytes']:,} MB. At commit {nation['commit']}."
    )
    yield _table(
        ["", "seconds", "× floor", "MB"],
        [(name, f"{seconds:.1f}", f"{seconds / floor:.2f}", str(peak or "")) for name, seconds, peak in lines],
    )


def _years() -> Iterable[str]:
    kept = {years: found for years in YEARS if (found := _read(f"years_{years}"))}
    if not kept:
        return
    yield "### Years in the lake: everything built and published anew, and one workbook sent again"
    yield _table(
        ["years", "what", "seconds", "of which dbt", "of which publishing", "MB", "commit"],
        [
            (
                str(years),
                said,
                f"{found[what]['seconds']:.1f}",
                f"{found[what]['said']['seconds']['Dựng kho (dbt)']:.1f}",
                f"{found[what]['said']['seconds']['Công bố']:.1f}",
                str(found[what]["peak_mb"]),
                found["commit"],
            )
            for said, what in YEARS_MEASURED.items()
            for years, found in kept.items()
        ],
    )
    if len(kept) == 1:
        return
    points = pl.DataFrame(
        [
            {"years": years, "what": said, "seconds": found[what]["seconds"], "GB": found[what]["peak_mb"] / 1024}
            for said, what in YEARS_MEASURED.items()
            for years, found in kept.items()
        ]
    )
    lines = alt.Chart(points).mark_line(point=True).encode(x="years:Q", color="what:N")
    chart = lines.encode(y="seconds:Q").properties(width=300) | lines.encode(y="GB:Q").properties(width=300)
    chart.save(str(PLOT))
    yield f"![Seconds and memory by years in the lake]({PLOT.name})"


def _findings() -> Iterable[str]:
    if (found := _read("findings")) is None:
        return
    ours = next(iter(found["seconds"].values()))
    yield "### The same rules by other libraries"
    yield (
        f"{found['rows']:,} rows, {found['rules']} rules that all can express; the findings are the same set. "
        f"At commit {found['commit']}."
    )
    yield _table(
        ["", "seconds", "× ours"],
        [(name, f"{seconds:.2f}", f"{seconds / ours:.2f}") for name, seconds in found["seconds"].items()],
    )


if __name__ == "__main__":
    main()
