"""The command line: ``congdoan``. Each command parses its words, calls one function, and prints what came of it."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from pipelines.cli_safekeeping import safekeeping
from pipelines.settings import PROJECT_DIR, Settings

if TYPE_CHECKING:
    from pipelines.check import Checked
    from pipelines.run import RunSummary

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="Kho báo cáo Công đoàn: tiếp nhận, kiểm tra, trả lời và công bố số liệu.",
)
app.add_typer(safekeeping)
_messages = Console(stderr=True)

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Thư mục dữ liệu (mặc định: data/ hoặc CONGDOAN_DATA_DIR).")
]
AsJson = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON.")]


def _fail(message: str, code: int = 2) -> NoReturn:
    """Say why a command cannot do what it was asked for, and stop; 2 means that its words are wrong."""
    _messages.print(message, style="red", markup=False)
    raise typer.Exit(code)


def _check_period(period: str) -> None:
    if not re.fullmatch(r"\d{4}-Q[1-4]", period):
        _fail(f"Kỳ báo cáo phải có dạng 2025-Q2, không phải “{period}”.")


def _settings(data_dir: Path | None) -> Settings:
    return Settings(data_dir=data_dir) if data_dir else Settings()


@app.command()
def run(
    data_dir: DataDir = None,
    as_json: AsJson = False,
    wait: Annotated[
        float, typer.Option(min=0, help="Số giây chờ nếu tiến trình khác đang ghi vào thư mục dữ liệu.")
    ] = 0,
) -> None:
    """Tiếp nhận tệp mới trong inbox, kiểm tra, dựng kho, công bố và trả lời đơn vị gửi."""
    from pipelines.data_lock import DataRootBusyError
    from pipelines.progress import StageProgress
    from pipelines.run import RunFailedError, run_everything

    settings = _settings(data_dir)
    try:
        with StageProgress(_messages) as progress:
            summary = run_everything(settings, progress, wait)
    except DataRootBusyError as error:
        _fail(str(error), code=1)
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
def check(
    files: Annotated[list[Path], typer.Argument(help="Các tệp báo cáo cần kiểm tra.", exists=True, dir_okay=False)],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Thư mục ghi bản sao có đánh dấu của từng tệp.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra tệp trước khi gửi; không tiếp nhận. Mã thoát: 0 nhận được, 1 trả lại, 2 không nhận diện được."""
    from pipelines.check import check_files
    from pipelines.contracts import load_contracts
    from pipelines.intake.units import load_org_units
    from pipelines.reports.feedback import write_answer

    contracts, units = load_contracts(), load_org_units()
    checked = check_files(files, contracts, units)
    if output is not None:
        for receipt in checked.receipts:
            mine = checked.submissions.filter(receipt_id=receipt.receipt_id)
            issues = checked.issues.join(mine, on="submission_id", how="semi", maintain_order="left")
            path = checked.paths[receipt.receipt_id]
            write_answer(output, receipt, path, mine, issues, contracts, units, Settings().rule_pages_url)
    if as_json:
        print(json.dumps(checked.as_json(), ensure_ascii=False, indent=2))
    else:
        _print_checked(checked)
    raise typer.Exit(checked.exit_code)


@app.command()
def read(
    file: Annotated[Path, typer.Argument(help="Tệp cần xem.", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Cho thấy hệ thống đọc được gì từ một tệp: ô, bảng mã, bảng số liệu, đơn vị, kỳ. Mã thoát 2 nếu không đọc được."""
    from pipelines.contracts import load_contracts
    from pipelines.intake.describe import describe
    from pipelines.intake.read import UnreadableFileError
    from pipelines.intake.reading import read_files
    from pipelines.intake.units import load_org_units

    (workbook,) = read_files([(file, file.name)])
    if isinstance(workbook, UnreadableFileError):
        _fail(f"Không đọc được {file.name}: {workbook.reason}")
    seen = describe(workbook, file.name, load_contracts(), load_org_units())
    if as_json:
        print(json.dumps(seen, ensure_ascii=False, indent=2))
        return
    print(f"{seen['file']}: đơn vị {seen['org_unit_code'] or '?'}, kỳ {seen['period'] or '?'}")
    for sheet in seen["sheets"]:
        encoding = f", bảng mã {sheet['encoding']}" if sheet["encoding"] else ""
        print(f"  {sheet['name']}: {len(sheet['cells'])} ô{encoding}")
        for table in sheet["tables"]:
            rows = f"dòng {table['first_row']}–{table['last_row']}" if table["first_row"] else "không có dòng số liệu"
            print(f"    {table['form']}: {rows}")


@app.command()
def template(
    forms: Annotated[list[str], typer.Argument(help="Mã biểu mẫu, ví dụ grassroots_unions enterprises.")],
    unit: Annotated[str, typer.Option(help="Mã đơn vị báo cáo, ví dụ H004.")],
    period: Annotated[str, typer.Option(help="Kỳ báo cáo, ví dụ 2025-Q2.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Tệp .xlsx sẽ ghi.")],
    data_dir: DataDir = None,
) -> None:
    """Ghi tệp biểu mẫu cho một đơn vị và một kỳ; các cột ít đổi được điền sẵn theo lần báo cáo trước."""
    from pipelines.codegen.template import BLANK_ROWS, UnitLabel, prefill, write_template
    from pipelines.contracts import load_contracts
    from pipelines.intake.units import load_org_units
    from pipelines.warehouse.lake import Lake
    from pipelines.warehouse.prefill import last_rows

    contracts = load_contracts()
    _check_period(period)
    units = load_org_units()
    known = units.find(unit, period)
    if known is None:
        _fail(f"Không có đơn vị {unit} trong kỳ {period}. Xem dbt_project/seeds/org_units.csv.")
    try:
        chosen = [contracts.form(name) for name in forms]
    except KeyError as error:
        _fail(str(error.args[0]))
    for form in chosen:
        if known.unit_type not in form.sent_by or int(period[-1]) not in form.due_quarters:
            _messages.print(f"[yellow]Lưu ý:[/] {unit} không phải gửi biểu mẫu {form.form} cho kỳ {period}.")
    settings = _settings(data_dir)
    lake = Lake(settings.lake, contracts)
    last = {form.form: prefill(form, last_rows(lake, form, unit, period, units), period) for form in chosen}
    parent = units.find(known.parent_code, period) if known.parent_code else None
    write_template(
        output,
        chosen,
        UnitLabel(known.code, known.name_vi, parent.name_vi if parent else None),
        period,
        {form: rows for form, rows in last.items() if rows.height},
        blank_rows=BLANK_ROWS,
        guide=contracts,
        rule_pages_url=settings.rule_pages_url,
    )
    print(output)


@app.command()
def status(
    period: Annotated[
        str | None, typer.Option(help="Kỳ báo cáo, ví dụ 2025-Q2; mặc định: kỳ đến hạn mới nhất.")
    ] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="Tính đến hết ngày này (mặc định: hôm nay)."),
    ] = None,
    remind: Annotated[bool, typer.Option("--remind", help="In lời nhắc gửi từng đơn vị còn thiếu báo cáo.")] = False,
    every_unit: Annotated[bool, typer.Option("--all", help="Liệt kê mọi đơn vị chưa gửi hoặc gửi muộn.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Ghi ra tệp CSV.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Đơn vị nào đã gửi báo cáo nào, đúng hạn hay muộn. Mã thoát: 0; 1 chưa có bản công bố; 2 không có kỳ ấy."""
    from pipelines.contracts import load_contracts
    from pipelines.intake.register import VIETNAM_TIME
    from pipelines.reports.reminders import reminders, reminders_frame
    from pipelines.reports.status import UnknownPeriodError, load_status
    from pipelines.reports.status_text import print_status
    from pipelines.warehouse.published import NotPublishedError

    if period is not None:
        _check_period(period)
    settings, day = _settings(data_dir), as_of or dt.datetime.now(VIETNAM_TIME)
    try:
        found = load_status(settings, period, day.date())
    except NotPublishedError as error:
        _fail(f"Chưa có bản công bố ({error}). Chạy congdoan run trước.", code=1)
    except UnknownPeriodError as error:
        if error.first is None:
            _fail("Chưa có báo cáo nào được tiếp nhận, nên chưa có kỳ nào để theo dõi.", code=1)
        _fail(f"Không có báo cáo nào phải gửi cho kỳ {period}; bản công bố có từ {error.first} đến {error.last}.")
    contracts = load_contracts()
    told = reminders(found, contracts) if remind else []
    if output is not None:
        (reminders_frame(told) if remind else found.rows).write_csv(output, include_bom=True)  # Excel needs the BOM
        _messages.print(f"Đã ghi {output}", markup=False)
    if as_json:
        document = [reminder.as_json() for reminder in told] if remind else found.as_json()
        print(json.dumps(document, ensure_ascii=False, indent=2))
    elif remind:
        print(
            "\n\n".join(f"{item.org_unit_code}\n{item.paragraph_vi}" for item in told) or "Không đơn vị nào phải nhắc."
        )
    elif output is None:
        print_status(found, contracts, Console(), every_unit=every_unit)


@app.command()
def withdraw(
    submissions: Annotated[
        list[str], typer.Argument(help="Mã báo cáo (submission_id), hoặc mã tệp (receipt_id) cho mọi báo cáo trong đó.")
    ],
    why: Annotated[str, typer.Option(help="Lý do, sẽ ghi trong tệp trả lời đơn vị gửi.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Tính lại báo cáo đã rút.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Rút báo cáo nhận nhầm khỏi số liệu; tệp gốc vẫn giữ, bản trước được tính. Mã thoát: 0; 1 không có gì để rút."""
    from pipelines.contracts import load_contracts
    from pipelines.data_lock import DataRootBusyError, hold_data_root
    from pipelines.intake.register import LedgerError
    from pipelines.reports.wording import period_vi
    from pipelines.warehouse.withdraw import NothingToDecideError
    from pipelines.warehouse.withdraw import withdraw as decide

    reason = why.strip().rstrip(".")
    if bool(reason) == undo:
        _fail("Ghi lý do bằng --why, hoặc dùng --undo để tính lại báo cáo đã rút.")
    settings, contracts = _settings(data_dir), load_contracts()
    try:
        with hold_data_root(settings, "rút báo cáo"):
            decided = decide(settings, contracts, submissions, None if undo else reason)
    except (NothingToDecideError, DataRootBusyError, LedgerError) as error:
        _fail(str(error), code=1)
    for row in decided.iter_rows(named=True):
        form, period = contracts.form(row["form"]).title_vi, period_vi(row["period"])
        print(f"{row['submission_id']}  {row['org_unit_code']}, {form}, {period}, phiên bản {row['version']}")
    counted = "được tính lại" if undo else "không còn được tính"
    print(f"Từ lượt chạy sau, {decided.height} báo cáo này {counted}. Bước tiếp theo: congdoan run.")


@app.command()
def trace(
    table: Annotated[str, typer.Argument(help="Bảng đã công bố, ví dụ mart_membership.")],
    measure: Annotated[str, typer.Argument(help="Cột có số liệu, ví dụ members_total.")],
    keys: Annotated[
        list[str] | None, typer.Argument(help="CỘT=GIÁ TRỊ chọn ra một dòng, ví dụ period=2021-Q2 org_unit_code=H004.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Ghi mọi dòng nguồn ra tệp CSV.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Dẫn một số liệu đã công bố về tệp, trang tính và ô đã gửi. Mã thoát: 0; 1 không có số liệu ấy."""
    from pipelines.reports.source_cells import with_text_as_sent
    from pipelines.reports.trace_text import figure_as_json, print_figure
    from pipelines.warehouse.lineage import NoSuchFigureError, trace_figure
    from pipelines.warehouse.published import NotPublishedError

    if unclear := [key for key in keys or [] if "=" not in key]:
        _fail(f"“{unclear[0]}” phải có dạng CỘT=GIÁ TRỊ, ví dụ period=2021-Q2.")
    settings = _settings(data_dir)
    try:
        value, rows = trace_figure(settings, table, measure, dict(key.split("=", 1) for key in keys or []))
    except NotPublishedError as error:
        _fail(f"Chưa có bản công bố ({error}). Chạy congdoan run trước.", code=1)
    except NoSuchFigureError as error:
        _fail(str(error), code=1)
    rows = with_text_as_sent(settings, rows)
    if output is not None:
        rows.write_csv(output, include_bom=True)  # Excel needs the BOM
        _messages.print(f"Đã ghi {output}", markup=False)
    if as_json:
        print(json.dumps(figure_as_json(value, rows), ensure_ascii=False, indent=2, default=str))
    else:
        print_figure(value, rows, Console())


@app.command()
def report(
    period: Annotated[
        str | None, typer.Option(help="Kỳ báo cáo, ví dụ 2025-Q2; mặc định: kỳ đến hạn mới nhất đã có báo cáo.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Ngôn ngữ: vi hoặc en.")] = "vi",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Thư mục sẽ ghi (mặc định: reports/<kỳ>)."),
    ] = None,
    paper_of: Annotated[
        list[str] | None,
        typer.Option(help="Thêm dự thảo báo cáo (Word) của đơn vị này, ví dụ T06; dùng được nhiều lần."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Ghi báo cáo lãnh đạo của một kỳ: trang mở từ đĩa, bảng Excel, dự thảo Word. Mã thoát: 0; 1 chưa công bố."""
    from pipelines.reports.leadership import NoPaperError, NotAReportError, build_report
    from pipelines.warehouse.published import NotPublishedError
    from pipelines.warehouse.report_tables import NoPeriodError

    if period is not None:
        _check_period(period)
    if lang not in ("vi", "en"):
        _fail(f"Ngôn ngữ là vi hoặc en, không phải “{lang}”.")
    if paper_of and lang != "vi":
        _fail("Dự thảo báo cáo chỉ có bản tiếng Việt; bỏ --lang hoặc --paper-of.")
    try:
        built = build_report(_settings(data_dir), period, lang, output, paper_of or ())
    except NotPublishedError as error:
        _fail(f"Chưa có bản công bố ({error}). Chạy congdoan run trước.", code=1)
    except NoPeriodError as error:
        if not str(error):
            _fail("Chưa có báo cáo nào được tiếp nhận, nên chưa có kỳ nào để báo cáo.", code=1)
        _fail(f"Không có báo cáo nào phải gửi cho kỳ {error}.")
    except NoPaperError as error:
        _fail(f"Đơn vị {error} không có số liệu của kỳ này, nên không có dự thảo báo cáo.")
    except NotAReportError as error:
        _fail(f"{error} không phải là trang báo cáo; chọn thư mục khác.")
    print(built.index, built.workbook, *built.papers, sep="\n")


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


def _print_checked(checked: Checked) -> None:
    from pipelines.contracts import Severity
    from pipelines.reports.wording import verdict_vi

    for receipt in checked.receipts:
        for row in checked.submissions.filter(receipt_id=receipt.receipt_id).iter_rows(named=True):
            placed = " · ".join(str(row[name]) for name in ("form", "org_unit_code", "period") if row[name])
            print(f"{receipt.file_name}: {verdict_vi(row['verdict'])}{f' ({placed})' if placed else ''}")
            for issue in checked.issues.filter(submission_id=row["submission_id"]).iter_rows(named=True):
                place = "!".join(text for text in (issue["sheet"], issue["cell"]) if text)
                severity = Severity(issue["severity"]).label_vi
                print(f"  {severity} {issue['rule_code']}{f' {place}' if place else ''}: {issue['message_vi']}")


def _print_summary(summary: RunSummary, settings: Settings) -> None:
    from pipelines.quality.settle import VERDICTS
    from pipelines.reports.wording import count_vi, verdict_vi

    if not (summary.received or summary.is_new_version or summary.left or summary.made_again):
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
    if summary.made_again:
        print(f"Tệp hỏng trong kho dữ liệu, đã dựng lại từ tệp gốc: {', '.join(summary.made_again)}")
    if summary.left:
        print(f"Còn trong {settings.inbox}, đang được ghi hoặc không đọc được: {', '.join(summary.left)}")


if __name__ == "__main__":
    app()
