"""XML read in one pass: nothing but handlers, and sheets from a document that passes by."""

from __future__ import annotations

from typing import Any, Protocol
from xml.parsers import expat

from pipelines.intake.sheets import Sheet, UnreadableFileError


class SheetReader(Protocol):
    """Collects sheets while a document passes by."""

    sheets: list[Sheet]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def characters(self, text: str) -> None:
        """Text of the element that is open."""


def read_sheets(content: bytes, reader: SheetReader) -> list[Sheet]:
    """The sheets that a reader finds in a document.

    Raises:
        UnreadableFileError: broken, too large, or without any sheet.
    """
    handlers = {
        "StartElementHandler": reader.start,
        "EndElementHandler": reader.end,
        "CharacterDataHandler": reader.characters,
    }
    parse_xml(content, handlers)
    if not reader.sheets:
        raise UnreadableFileError("tệp không có trang tính nào")
    return reader.sheets


def parse_xml(content: bytes, handlers: dict[str, Any]) -> None:
    """Run handlers over XML with namespaces ("uri name"). A document type is refused: it could define entities.

    Raises:
        UnreadableFileError: broken XML, or one with a document type.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    for handler, function in handlers.items():
        setattr(parser, handler, function)

    def refuse(*_: object) -> None:
        raise UnreadableFileError("tệp XML có khai báo DOCTYPE")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnreadableFileError("tệp XML bị hỏng hoặc bị cắt cụt") from error
    except (ValueError, LookupError) as error:  # an encoding that Python does not have
        raise UnreadableFileError("tệp XML có bảng mã lạ") from error
