"""The report for leadership of a data root's newest period: site, workbook and paper."""

from __future__ import annotations

from pathlib import Path


def main(data_dir: str) -> dict[str, int]:
    """Write it; say how many pages and how many megabytes it has."""
    from pipelines.reports.leadership import build_report
    from pipelines.settings import Settings

    built = build_report(Settings(data_dir=Path(data_dir)))
    size = sum(path.stat().st_size for path in built.index.parent.rglob("*") if path.is_file())
    return {"pages": built.pages, "megabytes": size >> 20}
