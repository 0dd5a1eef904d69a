"""What a submitted file may be at most, and the refusals that say so. All limits are here, with their reasons.

Checked before a parser sees the content, so that well-formed giants cost nothing; what slips through (a lying
zip directory, a parser that hangs) ends at the time and memory limits of the reading process (reading.py).
"""

from __future__ import annotations

import io
import zipfile
from typing import NoReturn

from pipelines.intake.sheets import UnreadableFileError, column_letter

MOST_BYTES = 30_000_000
"""Of a file. A return of a province with every enterprise is below 3 MB; mail servers stop at 25."""

MOST_UNPACKED_BYTES = 400_000_000
"""Of all members of a zip. 100,000 rows × 20 columns unpack to some 60 MB; ghost rows may double that."""

MOST_RATIO, RATIO_FROM_BYTES = 400, 50_000_000
"""Unpacked to packed size, looked at from 50 MB unpacked: spreadsheets reach 10 to 100, a bomb 1,000."""

MOST_MEMBERS = 5_000
"""Of a zip. A workbook has some 20 and one per picture."""

MOST_SHEETS = 256
"""Of a workbook. A year by weeks and districts stays below."""

MOST_ROWS = 200_000
"""Of a sheet, down to the last filled one. The largest form has a row per grassroots union: 15,000 in a province."""

MOST_COLUMNS = 1_000
"""Of a sheet, up to the last filled one. The widest form has 30."""

MOST_CELLS = 3_000_000
"""Rows × columns of a sheet, and of all sheets together: as text some 300 MB."""

MOST_CELL_CHARACTERS = 32_767
"""Of a cell: what Excel allows."""

MOST_SECONDS = 30.0
"""For reading one file; MOST_CELLS cells take 10 s on a slow machine."""

MOST_MEMORY_BYTES = 3_000_000_000
"""Address space of a reading process: MOST_CELLS cells of every kind stay below half of it."""


def refuse_large(reason: str) -> NoReturn:
    """Refuse a file for its size."""
    raise UnreadableFileError(reason, "file_too_large")


def check_size(size: int) -> None:
    """Refuse a file of too many bytes, and an empty one."""
    if size == 0:
        raise UnreadableFileError("tệp rỗng")
    if size > MOST_BYTES:
        refuse_large(f"tệp nặng {_number(size // 1_000_000)} MB, nhiều hơn {_number(MOST_BYTES // 1_000_000)} MB")


def open_zip(content: bytes) -> zipfile.ZipFile:
    """The archive, if its directory states acceptable sizes.

    Raises:
        UnreadableFileError: broken, encrypted or too large when unpacked.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise UnreadableFileError("sổ tính bị hỏng hoặc bị cắt cụt") from error
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS:
        refuse_large(f"tệp nén chứa {_number(len(members))} thành phần, nhiều hơn {_number(MOST_MEMBERS)}")
    if unpacked > MOST_UNPACKED_BYTES or (unpacked > RATIO_FROM_BYTES and unpacked > MOST_RATIO * len(content)):
        refuse_large(f"giải nén ra {_number(unpacked // 1_000_000)} MB từ một tệp {_number(len(content) // 1_000)} KB")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableFileError("tệp nén có mật khẩu", "file_encrypted")
    return archive


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """One member of an archive; empty if it is not there.

    Raises:
        UnreadableFileError: its bytes are broken.
    """
    try:
        return archive.read(name)  # never more than the directory states
    except KeyError:
        return b""
    except Exception as error:  # zlib, lzma, struct, RuntimeError …: zipfile lets through what its parts raise
        raise UnreadableFileError(f"tệp bị hỏng: không giải nén được “{name[:60]}”") from error


def check_sheets(count: int) -> None:
    """Refuse a workbook of too many sheets."""
    if count > MOST_SHEETS:
        refuse_large(f"có {_number(count)} trang tính, nhiều hơn {_number(MOST_SHEETS)}")


def check_extent(rows: int, columns: int, sheet: str) -> None:
    """Refuse a sheet whose last filled row or column is too far out."""
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        corner = f"{column_letter(max(columns, 1) - 1)}{rows}"
        refuse_large(
            f"trang tính “{sheet[:60]}” có dữ liệu tới ô {corner}; được nhận nhiều nhất {_number(MOST_ROWS)} dòng, "
            f"{_number(MOST_COLUMNS)} cột, {_number(MOST_CELLS)} ô"
        )


def check_cells(count: int) -> None:
    """Refuse a workbook, or a sheet while it is read, of too many cells."""
    if count > MOST_CELLS:
        refuse_large(f"có hơn {_number(MOST_CELLS)} ô")


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")
