"""The commands that keep the only copy safe: ``congdoan backup``, ``restore`` and ``doctor``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console

from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.safekeeping.compare import Comparison
    from pipelines.safekeeping.manifest import BackupManifest

safekeeping = typer.Typer(add_completion=False)
_messages = Console(stderr=True)
_SHOWN = 10

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Thư mục dữ liệu (mặc định: data/ hoặc CONGDOAN_DATA_DIR).")
]


@safekeeping.command()
def backup(
    output: Annotated[Path, typer.Option("-o", "--output", help="Tệp .tar sẽ ghi; phải chưa có.")],
    data_dir: DataDir = None,
) -> None:
    """Sao lưu những gì không dựng lại được (tệp đã nhận, sổ tiếp nhận) vào một tệp. Mã thoát: 0; 1 không được."""
    from pipelines.data_lock import DataRootBusyError, hold_data_root
    from pipelines.progress import StageProgress
    from pipelines.safekeeping.backup import BackupError, write_backup

    settings = _settings(data_dir)
    try:
        with (
            hold_data_root(settings, "sao lưu"),
            StageProgress(_messages) as progress,
            progress.stage("Sao lưu") as ticker,
        ):
            written = write_backup(settings, output, ticker.report)
    except (BackupError, DataRootBusyError) as error:
        _fail(str(error))
    manifest = written.manifest
    print(f"{written.sha256}  {written.path}")
    _tell(f"{_count(manifest.receipts)} lượt nhận tệp, {_count(written.size_bytes // 1_000_000)} MB.")
    if manifest.unsettled_batches:
        _tell(
            f"Lưu ý: {_count(len(manifest.unsettled_batches))} đợt chưa được kiểm tra xong, nên bản công bố chưa gồm "
            "các đợt ấy; chạy congdoan run trước khi sao lưu thì mới đối chiếu được trọn vẹn."
        )
    if written.left_out:
        _tell(
            f"Lưu ý: {_count(written.left_out)} tệp trong inbox hoặc đang nhận dở chưa vào sổ, nên không có trong bản "
            "sao lưu; chạy congdoan run rồi sao lưu lại."
        )
    if output.resolve().is_relative_to(settings.root):
        _tell("Lưu ý: bản sao lưu nằm ngay trong thư mục dữ liệu; chép nó sang máy khác.")


@safekeeping.command()
def restore(
    file: Annotated[Path, typer.Argument(help="Tệp do congdoan backup ghi.", exists=True, dir_okay=False)],
    verify: Annotated[
        bool, typer.Option("--verify", help="Dựng lại kho ngay và so từng bảng với lúc sao lưu.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Khôi phục bản sao lưu vào thư mục dữ liệu trống. Mã thoát: 0; 1 không khôi phục được, hoặc số liệu khác."""
    from pipelines.data_lock import DataRootBusyError, hold_data_root
    from pipelines.progress import StageProgress
    from pipelines.safekeeping.manifest import differing_from_installed
    from pipelines.safekeeping.restore import RestoreError, restore_backup

    settings = _settings(data_dir)
    if verify and any(path.is_file() for path in settings.inbox.rglob("*")):
        _fail(f"{settings.inbox} còn tệp: lượt chạy đối chiếu sẽ nhận cả các tệp ấy. Chuyển chúng đi nơi khác trước.")
    try:
        with (
            hold_data_root(settings, "khôi phục"),
            StageProgress(_messages) as progress,
            progress.stage("Khôi phục") as ticker,
        ):
            restored = restore_backup(settings, file, ticker.report)
    except (RestoreError, DataRootBusyError) as error:
        _fail(str(error))
    manifest = restored.manifest
    newest = f", mới nhất nhận lúc {manifest.last_received_at}" if manifest.last_received_at else ""
    print(f"Đã khôi phục {_count(manifest.receipts)} lượt nhận tệp vào {settings.raw}{newest}.")
    if differing := differing_from_installed(manifest):
        _tell(
            f"Lưu ý: {_count(len(differing))} tệp biểu mẫu, quy tắc hoặc danh mục đang cài khác với lúc sao lưu, nên "
            "số liệu dựng lại có thể khác. Bản lúc sao lưu nằm trong thư mục project/ của tệp sao lưu."
        )
        _list(differing)
    if not verify:
        print("Bước tiếp theo: chạy congdoan run để dựng lại kho, bản công bố và các tệp trả lời.")
        return
    comparison = _rebuild_and_compare(settings, restored.published)
    _tell_comparison(comparison, manifest)
    raise typer.Exit(0 if comparison.is_equal else 1)


@safekeeping.command()
def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Không đọc nội dung từng tệp; chỉ xem kích thước.")] = False,
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON.")] = False,
) -> None:
    """Khám thư mục dữ liệu và nói phải làm gì; không sửa gì. Mã thoát: 0 lành lặn, 1 có việc cần xử lý."""
    from pipelines.contracts import load_contracts
    from pipelines.progress import StageProgress
    from pipelines.safekeeping.doctor import examine

    settings = _settings(data_dir)
    if not settings.root.is_dir():
        _fail(f"Không có thư mục dữ liệu {settings.root}.")
    with StageProgress(_messages) as progress:
        diagnosis = examine(settings, load_contracts(), progress, quick=quick)
    if as_json:
        print(json.dumps(diagnosis.as_json(), ensure_ascii=False, indent=2))
    else:
        for finding in diagnosis.findings:
            print(finding.line_vi)
        state = "không có việc gì cần xử lý" if diagnosis.is_sound else "có việc cần xử lý"
        print(f"{settings.root}: {_count(diagnosis.receipts)} lượt nhận tệp, {state}.")
    raise typer.Exit(0 if diagnosis.is_sound else 1)


def _rebuild_and_compare(settings: Settings, published: dict[str, Any]) -> Comparison:
    from pipelines.progress import StageProgress
    from pipelines.run import RunFailedError, run_everything
    from pipelines.safekeeping.compare import compare
    from pipelines.warehouse.publish import read_manifest

    try:
        with StageProgress(_messages) as progress:
            run_everything(settings, progress)
    except RunFailedError as error:
        _fail(f"Đã khôi phục, nhưng dựng lại kho không thành công: {error}")
    return compare(published, read_manifest(settings))


def _tell_comparison(comparison: Comparison, manifest: BackupManifest) -> None:
    if comparison.version_then is None:
        print(f"Dựng lại được bản {comparison.version_now}; lúc sao lưu chưa có bản công bố để so.")
        return
    if comparison.version_then == comparison.version_now:
        print(f"Trùng khớp: bản dựng lại {comparison.version_now} đúng là bản lúc sao lưu.")
        return
    total, different = comparison.tables_compared, len(comparison.differences)
    if comparison.is_equal:
        print(f"Số liệu trùng khớp ở cả {_count(total)} bảng; chỉ quy tắc hoặc mô hình đã khác, nên tên bản khác.")
        return
    print(f"Khác lúc sao lưu ở {_count(different)} trên {_count(total)} bảng:")
    for table in comparison.differences:
        print(f"  {table.name}: {_rows(table.rows_then)} → {_rows(table.rows_now)} dòng")
    for reason in _reasons(comparison, manifest):
        print(f"Có thể do: {reason}.")


def _reasons(comparison: Comparison, manifest: BackupManifest) -> list[str]:
    from importlib.metadata import version

    reasons = []
    if comparison.made_with:
        reasons.append(f"biểu mẫu, quy tắc, danh mục hoặc mô hình đã khác ({', '.join(comparison.made_with)})")
    if manifest.software.get("duckdb") != version("duckdb"):
        reasons.append(f"DuckDB {manifest.software.get('duckdb')} → {version('duckdb')} ghi các byte khác")
    if manifest.unsettled_batches:
        reasons.append("lúc sao lưu, bản công bố chưa gồm hết các tệp đã nhận")
    return reasons or ["kho cũ có báo cáo được kiểm tra theo quy tắc trước đó; dựng lại thì theo quy tắc hiện nay"]


def _settings(data_dir: Path | None) -> Settings:
    return Settings(data_dir=data_dir) if data_dir else Settings()


def _count(value: int) -> str:
    from pipelines.reports.wording import count_vi

    return count_vi(value)


def _rows(value: int | None) -> str:
    return "không có" if value is None else _count(value)


def _list(names: list[str]) -> None:
    for name in names[:_SHOWN]:
        _tell(f"  {name}")
    if len(names) > _SHOWN:
        _tell(f"  … và {_count(len(names) - _SHOWN)} tệp khác")


def _tell(message: str) -> None:
    _messages.print(message, markup=False, highlight=False, soft_wrap=True)


def _fail(message: str) -> NoReturn:
    _messages.print(message, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)
