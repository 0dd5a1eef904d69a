"""What the examination of a data root finds: the thing, its place and the remedy, as one line for a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.reports.wording import count_vi

RUN_VI = "Chạy congdoan run."
REBUILD_LAKE_VI = "Xóa thư mục lake rồi chạy congdoan run: kho được dựng lại từ raw."
FROM_BACKUP_VI = "Lấy lại tệp này từ bản sao lưu gần nhất (tar -xf BẢN_SAO_LƯU {path})."
RESTORE_VI = "Khôi phục bản sao lưu gần nhất vào một thư mục trống (congdoan restore) rồi so sánh."


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        check: stable name of what is wrong, for programs.
        needs_action: whether somebody must do something; else it is harmless, or the next run mends it.
        place: path below the data root.
        message_vi: what is wrong.
        remedy_vi: what to do.
    """

    check: str
    needs_action: bool
    place: str
    message_vi: str
    remedy_vi: str

    def as_json(self) -> dict[str, Any]:
        """The finding as programs read it."""
        return asdict(self)

    @property
    def line_vi(self) -> str:
        """The finding as one line."""
        label = "CẦN XỬ LÝ" if self.needs_action else "LƯU Ý"
        return f"{label} {self.place}: {self.message_vi} → {self.remedy_vi}"


def no_room_vi(folder: Path, needed: int, free: int) -> str:
    """That a disk has not enough room, in MB of the bytes given."""
    needed_vi, free_vi = (count_vi(size // 1_000_000) for size in (needed, free))
    return f"Không đủ chỗ trong {folder}: cần {needed_vi} MB, còn {free_vi} MB."
