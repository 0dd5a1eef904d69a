"""The command line: ``congdoan``. Each command parses its words, calls one function, and prints what came of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipelines.settings import PROJECT_DIR, Settings

if TYPE_CHECKING:
    from pipelines.run import RunSummary

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="Kho báo cáo Công đoàn: tiếp nhận, kiểm tra, trả lời và công bố số liệu.",
)
_messages = Console(stderr=True)

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Thư mục dữ liệu (mặc định: data/ hoặc CONGDOAN_DATA_DIR).")
]
AsJson = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON.")]


def _settings(data_dir: Path | None) -> Settings:
    return Settings(data_dir=data_dir) if data_dir else Settings()


@app.command()
def run(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Tiếp nhận tệp mới trong inbox, kiểm tra, dựng kho, công bố và trả lời đơn vị gửi."""
    from pipelines.progress import StageProgress
    from pipelines.run import RunFailedError, run_everything

    settings = _settings(data_dir)
    try:
        with StageProgress(_messages) as progress:
            summary = run_everything(settings, progress)
    except RunFailedError as error:
        _messages.print("[bold red]Lượt chạy không thành công.[/] Bản đã công bố trước đó giữ nguyên.")
        _messages.print(str(error), markup=False)
        raise typer.Exit(1) from error
    if as_json:
        print(json.dumps(summary.as_json(), ensure_ascii=False, indent=2))
    else:
        _print_summary(summary, settings)


@app.command()
def demo(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Tạo báo cáo mô phỏng vào inbox rồi chạy toàn bộ dây chuyền."""
    from pipelines.progress import StageProgress
    from pipelines.synthetic import make_demo

    settings = _settings(data_dir)
    with StageProgress(_messages) as progress, progress.stage("Tạo báo cáo mô phỏng") as ticker:
        make_demo(settings.inbox, progress=ticker.report)
    run(settings.root, as_json)


@app.command()
def template(
    forms: Annotated[list[str], typer.Argument(help="Mã biểu mẫu, ví dụ grassroots_unions enterprises.")],
    unit: Annotated[str, typer.Option(help="Mã đơn vị báo cáo, ví dụ H004.")],
    period: Annotated[str, typer.Option(help="Kỳ báo cáo, ví dụ 2025-Q2.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Tệp .xlsx sẽ ghi.")],
) -> None:
    """Ghi tệp biểu mẫu trống cho một đơn vị và một kỳ."""
    from pipelines.codegen.template import UnitLabel, write_template
    from pipelines.contracts import load_contracts
    from pipelines.intake.units import load_org_units

    contracts = load_contracts()
    known = load_org_units().find(unit, period)
    if known is None:
        _messages.print(f"[red]Không có đơn vị {unit} trong kỳ {period}.[/] Xem dbt_project/seeds/org_units.csv.")
        raise typer.Exit(2)
    try:
        chosen = [contracts.form(name) for name in forms]
    except KeyError as error:
        _messages.print(f"[red]{error.args[0]}[/]")
        raise typer.Exit(2) from error
    write_template(output, chosen, UnitLabel(known.code, known.name_vi), period)
    print(output)


@app.command()
def ui(data_dir: DataDir = None, port: Annotated[int, typer.Option(help="Cổng trên máy này.")] = 3000) -> None:
    """Mở Dagster tại http://localhost:3000 (chỉ trên máy này)."""
    from pipelines.dagster_home import dagster_environment

    settings = _settings(data_dir)
    dagster = Path(sys.executable).with_name("dagster")
    command = [str(dagster), "dev", "-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", str(port)]
    ended = subprocess.run(command, cwd=PROJECT_DIR, env=dagster_environment(settings), check=False)
    raise typer.Exit(ended.returncode)


@app.command()
def codegen(
    check: Annotated[bool, typer.Option("--check", help="Chỉ so sánh, không ghi; mã thoát 1 nếu lệch.")] = False,
) -> None:
    """Ghi lại mọi tệp sinh từ hợp đồng biểu mẫu: staging dbt, từ điển dữ liệu, JSON Schema."""
    from pipelines.codegen import drift, write_all

    if not check:
        write_all()
    elif stale := drift():
        _messages.print("[red]Chạy lại `congdoan codegen`; các tệp không còn khớp với expectations/:[/]")
        for path in stale:
            _messages.print(f"  {path.relative_to(PROJECT_DIR)}")
        raise typer.Exit(1)


def _print_summary(summary: RunSummary, settings: Settings) -> None:
    from pipelines.quality.settle import VERDICTS
    from pipelines.reports.wording import count_vi, verdict_vi

    if not summary.received and not summary.is_new_version:
        print(f"Không có tệp mới trong {settings.inbox}. Bản công bố {summary.published_version} giữ nguyên.")
        return
    table = Table(title="Kết quả lượt chạy", show_header=False)
    table.add_row("Tệp đã nhận", count_vi(summary.received))
    for verdict in VERDICTS:
        table.add_row(f"Báo cáo: {verdict_vi(verdict)}", count_vi(summary.count(verdict)))
    table.add_row("Tệp trả lời đơn vị gửi", f"{count_vi(summary.answers)} trong {settings.returned}")
    state = "mới" if summary.is_new_version else "không đổi"
    table.add_row("Bản công bố", f"{summary.published_version} ({state}) tại {settings.published}")
    table.add_row("Thời gian", f"{count_vi(round(sum(summary.seconds.values())))} giây")
    Console().print(table)


if __name__ == "__main__":
    app()
