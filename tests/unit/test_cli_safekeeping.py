"""What the commands backup, restore and doctor say, and how they exit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.safekeeping import manifest
from pipelines.safekeeping.compare import Comparison, TableDifference
from pipelines.settings import Settings
from tests.data_roots import make_data_root


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(data_dir=tmp_path_factory.mktemp("whole") / "data")
    make_data_root(settings)
    return settings.root


@pytest.fixture
def settings(whole: Path, tmp_path: Path) -> Settings:
    """A copy that may be changed."""
    return Settings(data_dir=shutil.copytree(whole, tmp_path / "data"))


def said(*words: str | Path, expect: int = 0) -> Result:
    result = CliRunner().invoke(app, [*map(str, words)])
    assert result.exit_code == expect, result.output
    return result


def test_a_backup_prints_its_hash_and_what_is_not_in_it(settings: Settings, tmp_path: Path) -> None:
    (settings.inbox / "new.xlsx").write_bytes(b"new")
    (settings.lake / "batches" / "00000002").unlink()
    target = settings.root / "backup.tar"
    result = said("backup", "-o", target, "--data-dir", settings.root)
    assert result.stdout == f"{manifest.sha256_of(target)}  {target}\n"
    for words in ("3 lượt nhận tệp", "1 đợt chưa được kiểm tra xong", "1 tệp trong inbox", "chép nó sang máy khác"):
        assert words in result.stderr
    assert "đã có" in said("backup", "-o", target, "--data-dir", settings.root, expect=1).stderr


def test_a_restore_says_what_to_do_next(settings: Settings, tmp_path: Path) -> None:
    said("backup", "-o", tmp_path / "b.tar", "--data-dir", settings.root)
    result = said("restore", tmp_path / "b.tar", "--data-dir", tmp_path / "again")
    assert "Đã khôi phục 3 lượt nhận tệp" in result.stdout and "congdoan run" in result.stdout
    assert "khác với lúc sao lưu" not in result.stderr
    again = said("restore", tmp_path / "b.tar", "--data-dir", tmp_path / "again", expect=1)
    assert "đã có tệp" in again.stderr


def test_a_restore_names_seeds_that_are_not_as_they_were(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said("backup", "-o", tmp_path / "b.tar", "--data-dir", settings.root)
    installed = manifest.files_in_force()
    changed = tmp_path / "targets.csv"
    changed.write_text("other", encoding="utf-8")
    monkeypatch.setattr(manifest, "files_in_force", lambda: installed | {"dbt_project/seeds/targets.csv": changed})
    result = said("restore", tmp_path / "b.tar", "--data-dir", tmp_path / "again")
    assert "1 tệp biểu mẫu, quy tắc hoặc danh mục" in result.stderr
    assert "dbt_project/seeds/targets.csv" in result.stderr


def test_a_comparison_is_not_made_while_files_wait(settings: Settings, tmp_path: Path) -> None:
    said("backup", "-o", tmp_path / "b.tar", "--data-dir", settings.root)
    waiting = Settings(data_dir=tmp_path / "again")
    waiting.inbox.mkdir(parents=True)
    (waiting.inbox / "new.xlsx").write_bytes(b"new")
    assert "còn tệp" in said("restore", tmp_path / "b.tar", "--verify", "--data-dir", waiting.root, expect=1).stderr
    assert not waiting.raw.exists()


@pytest.mark.parametrize(
    ("comparison", "code", "words"),
    [
        (Comparison("a", "a", [], 9, []), 0, ["Trùng khớp: bản dựng lại a"]),
        (Comparison("a", "b", ["dbt_project"], 9, []), 0, ["trùng khớp ở cả 9 bảng"]),
        (
            Comparison("a", "b", ["rules"], 9, [TableDifference("mart_x", 1234, None)]),
            1,
            ["1 trên 9 bảng", "mart_x: 1.234 → không có dòng", "mô hình đã khác (rules)"],
        ),
        (
            Comparison("a", "b", [], 9, [TableDifference("mart_x", 1, 2)]),
            1,
            ["mart_x: 1 → 2 dòng", "theo quy tắc trước đó"],
        ),
        (Comparison(None, "b", [], 9, [TableDifference("mart_x", None, 2)]), 1, ["chưa có bản công bố để so"]),
    ],
)
def test_what_is_rebuilt_is_compared(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    comparison: Comparison,
    code: int,
    words: list[str],
) -> None:
    said("backup", "-o", tmp_path / "b.tar", "--data-dir", settings.root)
    monkeypatch.setattr("pipelines.cli_safekeeping._rebuild_and_compare", lambda *_: comparison)
    result = said("restore", tmp_path / "b.tar", "--verify", "--data-dir", tmp_path / "again", expect=code)
    for text in words:
        assert text in result.stdout


def test_the_doctor_says_what_to_do_in_one_line_each(settings: Settings, tmp_path: Path) -> None:
    assert "không có việc gì cần xử lý" in said("doctor", "--data-dir", settings.root).stdout
    next((settings.raw / "files").rglob("*.xlsx")).unlink()
    lines = said("doctor", "--data-dir", settings.root, expect=1).stdout.splitlines()
    assert lines[0].startswith("CẦN XỬ LÝ raw/files/") and "bản sao lưu" in lines[0]
    assert lines[1].startswith("LƯU Ý returned/") and lines[-1].endswith("có việc cần xử lý.")
    document = json.loads(said("doctor", "--json", "--quick", "--data-dir", settings.root, expect=1).stdout)
    assert not document["sound"] and document["findings"][0]["check"] == "raw_file_missing"
    assert "Không có thư mục" in said("doctor", "--data-dir", tmp_path / "nowhere", expect=1).stderr
