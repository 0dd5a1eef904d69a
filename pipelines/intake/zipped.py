"""Reads the zipped Excel formats: .xlsx and .xlsm (macros ignored) and .xlsb: values by calamine, the rest beside."""

from __future__ import annotations

import io

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from pipelines.intake.limits import check_extent, check_sheets
from pipelines.intake.sheets import Rows, Sheet, UnreadableFileError
from pipelines.intake.texts import set_percents, set_texts, to_texts
from pipelines.intake.xlsb_details import XlsbDetails
from pipelines.intake.xlsx_details import SheetDetails, XlsxDetails


def read_excel(content: bytes, details: XlsxDetails | XlsbDetails | None) -> list[Sheet]:
    """The sheets of an Excel workbook; without ``details``, only what calamine gives.

    Raises:
        UnreadableFileError: broken, encrypted, or too large.
    """
    try:
        return _sheets(content, details)
    except PasswordError as error:
        raise UnreadableFileError("sổ tính có mật khẩu", "file_encrypted") from error
    except (CalamineError, OSError) as error:
        raise UnreadableFileError("sổ tính bị hỏng hoặc bị cắt cụt") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3's own, and no Exception: a bug that a broken file met
            raise
        raise UnreadableFileError("sổ tính bị hỏng hoặc bị cắt cụt") from error


def _sheets(content: bytes, details: XlsxDetails | XlsbDetails | None) -> list[Sheet]:
    sheets = []
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        check_sheets(len(book.sheets_metadata))
        for number, meta in enumerate(book.sheets_metadata):
            if meta.typ is not SheetTypeEnum.WorkSheet:
                continue
            detail = details.of_sheet(number, meta.name) if details else SheetDetails()
            sheet = book.get_sheet_by_index(number)
            check_extent(sheet.total_height, sheet.total_width, meta.name)
            rows, decoded_from = _rows(sheet, detail, details.rich_texts if details else {})
            sheets.append(
                Sheet(
                    name=meta.name,
                    rows=rows,
                    is_visible=meta.visible is SheetVisibleEnum.Visible,
                    merged=tuple(sheet.merged_cell_ranges or ()),
                    hidden_rows=detail.hidden_rows,
                    formulas=detail.formulas,
                    uncached=detail.uncached,
                    decoded_from=decoded_from,
                )
            )
    return sheets


def _rows(sheet: CalamineSheet, detail: SheetDetails, rich: dict[str, str]) -> tuple[Rows, str | None]:
    values = sheet.to_python(skip_empty_area=False)
    rows, decoded_from = to_texts(values, detail.fonts, rich)
    set_percents(rows, values, detail.percents)
    set_texts(rows, {**dict.fromkeys(detail.uncached), **detail.errors})
    return rows, decoded_from
