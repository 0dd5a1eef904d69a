"""Reads text with comma, semicolon or tab between cells, in any encoding that offices use."""

from __future__ import annotations

import codecs
import csv
import io

from pipelines.intake.legacy_text import decode_single_bytes, detect
from pipelines.intake.limits import MOST_CELL_CHARACTERS, check_extent, refuse_large
from pipelines.intake.sheets import Sheet, UnreadableFileError, Workbook
from pipelines.intake.texts import to_texts

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAMPLE = 4_000
_CONTROL = {chr(code) for code in range(32)} - set("\t\r\n\f\x0b\x1a")


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file, and the encoding that it is in.

    Text in one byte per letter comes as Latin letters with encoding "cp1252": whether it is cp1258, TCVN3 or
    VNI is told from all words of a sheet.

    Raises:
        UnreadableFileError: no text, or text in an unknown encoding.
    """
    text, encoding = _decode(content)
    if not _CONTROL.isdisjoint(text):
        raise UnreadableFileError("tệp nhị phân không rõ loại", "file_kind_unsupported")
    return text, encoding


def _decode(content: bytes) -> tuple[str, str]:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _strict(content[len(mark) :], encoding), encoding
    sample = content[:_SAMPLE]
    for encoding, high, low in (("utf-16-le", sample[1::2], sample[::2]), ("utf-16-be", sample[::2], sample[1::2])):
        if high.count(0) > 0.4 * len(high) and low.count(0) < 0.1 * len(low):
            return _strict(content, encoding), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        text = decode_single_bytes(content)
        lines = text.splitlines()
        # Symbols alone ("m²", a no-break space) tell nothing and do no harm.
        if (
            _CONTROL.isdisjoint(text)
            and detect(lines) is None
            and sum(map(str.isalpha, filter(lambda letter: letter > "\x7f", text))) > 3
        ):
            raise UnreadableFileError(f"tệp văn bản không phải UTF-8 (byte {error.start})") from error
        return text, "cp1252"


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"tệp văn bản bị hỏng (byte {error.start})") from error


def read_delimited(text: str, encoding: str, name: str) -> Workbook:
    """One sheet of that name.

    Raises:
        UnreadableFileError: too many rows, columns, or characters in a cell.
    """
    delimiter = max(";,\t", key=lambda mark: _regular_cells(text, mark))
    values: list[list[str]] = []
    width = 0
    csv.field_size_limit(MOST_CELL_CHARACTERS)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            values.append(row)
            width = max(width, len(row))
            check_extent(len(values), width, name)
    except csv.Error as error:
        refuse_large(f"có ô dài hơn {MOST_CELL_CHARACTERS} ký tự ({type(error).__name__})")
    rows, decoded_from = to_texts(values)
    return Workbook((Sheet(name=name, rows=rows, decoded_from=decoded_from),), encoding=decoded_from or encoding)


def _regular_cells(text: str, delimiter: str) -> int:
    """How many lines share the most common number (over one) of cells, times that number."""
    lines = text[:200_000].splitlines()[:200]
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1]
    except csv.Error:
        return 0
    return max((widths.count(width) * width for width in set(widths)), default=0)
