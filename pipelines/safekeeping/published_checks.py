"""Do readers get whole versions? ``data/published``; the next run publishes anew what is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.safekeeping.findings import RUN_VI, Finding
from pipelines.settings import Settings
from pipelines.warehouse import versions
from pipelines.warehouse.published import UnreadableFileError, rows_by_table

_AGAIN_VI = "Xóa thư mục published rồi chạy congdoan run: bản công bố được dựng lại."
_SHOWN = 3


def check_published(settings: Settings) -> Iterator[Finding]:
    """The newest version is as it was sealed and opens; the earlier ones kept are there and whole."""
    published = settings.published
    if not (published / versions.MANIFEST).exists():
        yield Finding("nothing_published", False, "published", "chưa có bản công bố nào.", RUN_VI)
        return
    manifest, history = versions.read_manifest(published), versions.history(published)
    if not manifest or not history:
        message = "manifest.json hoặc versions.json không đọc được."
        yield Finding("published_manifest_unreadable", True, "published", message, _AGAIN_VI)
        return
    yield from _check_sums(published, "published", RUN_VI)
    yield from _check_file(settings, manifest)
    yield from _check_versions(published, manifest, history)


def _check_sums(folder: Path, place: str, remedy: str) -> Iterator[Finding]:
    if not (folder / versions.SUMS).exists():
        yield Finding("published_unsealed", True, place, f"thiếu tệp {versions.SUMS}.", remedy)
        return
    if damaged := versions.damaged_files(folder):
        more = f" và {len(damaged) - _SHOWN} tệp khác" if len(damaged) > _SHOWN else ""
        message = f"bị thiếu hoặc bị hỏng: {', '.join(damaged[:_SHOWN])}{more}."
        yield Finding("published_damaged", True, place, message, remedy)


def _check_file(settings: Settings, manifest: dict[str, object]) -> Iterator[Finding]:
    place = "published/warehouse.duckdb"
    if not (settings.root / place).exists():
        return  # among the damaged files
    try:
        rows = rows_by_table(settings)
    except UnreadableFileError:
        yield Finding("published_file_unreadable", True, place, "DuckDB không mở được tệp.", RUN_VI)
        return
    tables = manifest.get("tables")
    stated = {name: table["rows"] for name, table in tables.items()} if isinstance(tables, dict) else {}
    if different := sorted(name for name in rows.keys() | stated.keys() if rows.get(name) != stated.get(name)):
        message = f"số dòng khác với manifest.json ở bảng {', '.join(different[:_SHOWN])}."
        yield Finding("published_rows_differ", True, place, message, RUN_VI)


def _check_versions(published: Path, manifest: dict[str, object], history: list[str]) -> Iterator[Finding]:
    home = published / versions.VERSIONS
    if manifest.get("version") not in history[:1]:
        message = f"bản mới nhất là {manifest.get('version')}, versions.json ghi {', '.join(history[:1]) or 'trống'}."
        yield Finding("published_half_replaced", True, "published/versions.json", message, RUN_VI)
    folders = {path.name for path in home.iterdir()} if home.exists() else set()
    for version in history:
        place = f"published/versions/{version}"
        is_newest = version == manifest.get("version")
        remedy = RUN_VI if is_newest else "Bản cũ không dựng lại được; xóa thư mục này, hoặc lấy lại từ bản sao."
        if version not in folders:
            message = "không còn bản công bố này."
            yield Finding("version_missing", is_newest, place, message, remedy if is_newest else "Không phải làm gì.")
        else:
            yield from _check_sums(home / version, place, remedy)
    for version in sorted(folders - set(history)):
        message = "versions.json không liệt kê bản này."
        remedy = "Lần công bố bản mới kế tiếp sẽ xóa."
        yield Finding("version_unlisted", False, f"published/versions/{version}", message, remedy)
