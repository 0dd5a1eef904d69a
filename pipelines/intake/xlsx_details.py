"""What calamine leaves out of an .xlsx: error values, per cent formats, formulas, hidden rows, old fonts.

Read from the XML of a sheet by searching for just these cells, since walking through every element would cost
more than all other reading. Only cell addresses, style numbers and error texts are taken, nothing is evaluated.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import unescape
from posixpath import basename, dirname, join, normpath

from pipelines.intake.legacy_text import decode_by_font, font_encoding
from pipelines.intake.limits import check_extent, read_member
from pipelines.intake.sheets import UnreadableFileError, column_index, column_letter
from pipelines.intake.xml_stream import parse_xml

Cell = tuple[int, int]

_ATTRIBUTE = re.compile(rb"""([\w:]{1,64})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PREFIX = re.compile(rb"<(?:(\w+):)?(?:worksheet|styleSheet|workbook|sst)\b")
_BROKEN_INDEX = re.compile(rb""" t="s"[^<>]*><(?:\w+:)?v>(?![0-9]+<)""")  # calamine would take the first shared text
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_LEGACY_FONT = re.compile(rb"""["'](?:\.vn|vni)""", re.IGNORECASE)
PERCENT_FORMATS = {9, 10}
_ADDRESS = re.compile(r"\$?([A-Za-z]{0,3})\$?([0-9]{1,7})")


@dataclass(frozen=True)
class SheetDetails:
    """Of one sheet; cells are 0-based (row, column).

    Attributes:
        fonts: cell → name of its font, where that is one of an old encoding.
    """

    hidden_rows: frozenset[int] = frozenset()
    formulas: frozenset[Cell] = frozenset()
    uncached: frozenset[Cell] = frozenset()
    errors: dict[Cell, str] = field(default_factory=dict)
    percents: frozenset[Cell] = frozenset()
    fonts: dict[Cell, str] = field(default_factory=dict)


class XlsxDetails:
    """The parts of one .xlsx archive that describe its cells."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}

    def _read(self, name: str) -> bytes:
        stored = self._names.get(name.lower())
        if not stored:
            return b""
        xml = read_member(self._archive, stored)
        parse_xml(xml, {})  # calamine reads on past what it cannot make out, and cells would be lost
        return _as_utf8(xml)

    @cached_property
    def _workbook_path(self) -> str:
        return next((name for name in self._names if basename(name) == "workbook.xml"), "xl/workbook.xml")

    @cached_property
    def _workbook(self) -> bytes:
        return self._read(self._workbook_path)

    @cached_property
    def _targets(self) -> dict[str, str]:
        folder = dirname(self._workbook_path)
        return relation_targets(self._read(f"{folder}/_rels/workbook.xml.rels"), folder)

    @cached_property
    def _sheet_paths(self) -> list[str]:
        """Member of each sheet, in the order of the workbook."""
        tags = re.findall(rb"<(?:\w{1,20}:)?sheet\b([^<>]*)>", self._workbook)
        ids = (next((v for key, v in _attributes(tag).items() if key.endswith(":id")), "") for tag in tags)
        return [self._targets.get(relation, "") for relation in ids]

    @cached_property
    def _is_to_be_calculated(self) -> bool:
        """Whether the writer left calculation to the reader: its stored zeros are placeholders."""
        return re.search(rb"""fullCalcOnLoad\s*=\s*["'](?:1|true)""", self._workbook) is not None

    @cached_property
    def _styles(self) -> tuple[frozenset[bytes], dict[bytes, str]]:
        """Style numbers shown as per cent; style number → font, where it is one of an old encoding."""
        return _read_styles(self._read(f"{dirname(self._workbook_path)}/styles.xml"))

    @cached_property
    def rich_texts(self) -> dict[str, str]:
        """Shared text with runs in old fonts → the same text as it is shown."""
        shared = self._read(f"{dirname(self._workbook_path)}/sharedStrings.xml")
        if not _LEGACY_FONT.search(shared):
            return {}
        texts = {}
        for item in _items(shared, b"si"):
            if _LEGACY_FONT.search(item):
                runs = [_run(run) for run in _items(item, b"r")]
                texts["".join(text for text, _ in runs)] = "".join(decode_by_font(*run) for run in runs)
        return texts

    def of_sheet(self, position: int, name: str) -> SheetDetails:
        """What the XML of a sheet says.

        Raises:
            UnreadableFileError: the sheet reaches too far out.
        """
        if position >= len(self._sheet_paths):
            return SheetDetails()
        xml = self._read(self._sheet_paths[position])
        found = _PREFIX.search(xml[:5_000])
        prefix = (found[1] or b"") if found else b""
        patterns = _patterns(prefix + b":" if prefix else b"")
        if not patterns.is_regular(xml):
            xml = patterns.regular(xml)
        if _BROKEN_INDEX.search(xml):
            raise UnreadableFileError("sổ tính bị hỏng: một ô trỏ tới văn bản không có")
        _check_extent(xml, patterns, name)
        percent_styles, font_styles = self._styles
        formulas, uncached = [], []
        for column, row, tag, value in patterns.formulas(xml):
            cell = int(row) - 1, _column(column)
            formulas.append(cell)
            # an empty text is a result, too
            if (not value and b't="str"' not in tag) or (value == b"0" and self._is_to_be_calculated):
                uncached.append(cell)
        errors = {
            (int(row) - 1, _column(column)): _text(value)[:40]
            for column, row, value in (patterns.error.findall(xml) if b't="e"' in xml else ())
        }
        percents, fonts = [], {}
        if styled := patterns.styled(frozenset({*percent_styles, *font_styles})):
            for column, row, style in styled.findall(xml):
                cell = int(row) - 1, _column(column)
                if style in percent_styles:
                    percents.append(cell)
                if style in font_styles:
                    fonts[cell] = font_styles[style]
        hidden = patterns.hidden_row.findall(xml) if b"hidden" in xml else ()
        return SheetDetails(
            hidden_rows=frozenset(int(row) - 1 for row in hidden),
            formulas=frozenset(formulas),
            uncached=frozenset(uncached),
            errors=errors,
            percents=frozenset(percents),
            fonts=fonts,
        )


class _Patterns:
    """Searches for the elements of a sheet, whose names may have a prefix (``x:c``).

    None looks further than the next "<" at a time, so that broken XML cannot make them slow.
    """

    def __init__(self, prefix: bytes) -> None:
        p = re.escape(prefix)
        cell = rb'<%bc r="([A-Z]{1,3}+)([0-9]{1,7}+)"' % p
        formula = rb"<%bf(?:\s[^<>]*)?(?:/>|>[^<]*+</%bf>)\s*+" % (p, p)
        value = rb"<%bv(?:\s[^<>]*)?>([^<]*+)" % p
        self._formula_start = re.compile(rb"<%bf[\s/>]" % p)
        self._formula = re.compile(rb"%b([^<>]*+)>\s*+%b(?:%b)?" % (cell, formula, value))
        self.error = re.compile(rb'%b[^<>]*\st="e"[^<>]*+>\s*+(?:%b)?%b' % (cell, formula, value))
        self.hidden_row = re.compile(rb"""<%brow r="([0-9]{1,9})"[^<>]*\shidden=["'](?:1|true)["']""" % p)
        self.filled = re.compile(rb"%b[^<>]*+(?<!/)>(?!\s*+</)" % cell)
        self._styled = rb'%b(?: (?!s=)\w++="[^"<>]*+")*+ s="(%%b)"[^<>]*+(?<!/)>' % cell
        self._tag = re.compile(rb"<(%brow|%bc)(?=[\s/>])([^<>]*?)(/?)>" % (p, p))
        self._first_tags = [re.compile(rb"<%b%b(?=[\s/>])( r=\")?" % (p, name)) for name in (b"row", b"c")]
        self._cell, self._addressed_cell = b"<%bc " % prefix, b'<%bc r="' % prefix
        self.far = re.compile(rb'<%bc r="(?:[A-Z]{3}|[A-Z]{1,2}[0-9]{4})' % p)  # beyond 702 columns or 999 rows

    @lru_cache(maxsize=64)  # noqa: B019 - there are as many instances as prefixes, and _patterns keeps them anyway
    def styled(self, styles: frozenset[bytes]) -> re.Pattern[bytes] | None:
        """Filled cells of one of these styles."""
        return re.compile(self._styled % b"|".join(sorted(styles))) if styles else None

    def formulas(self, xml: bytes) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
        """Column, row, opening tag and value of each cell with a formula; most cells have none."""
        for start in self._formula_start.finditer(xml):
            match = self._formula.match(xml, max(0, xml.rfind(self._addressed_cell, 0, start.start())))
            if match:
                yield match[1], match[2], match[3], match[4] or b""

    def is_regular(self, xml: bytes) -> bool:
        """Whether rows and cells begin with their address, as nearly every program writes them."""
        firsts = [pattern.search(xml) for pattern in self._first_tags]
        return all(first is None or first[1] for first in firsts) and (
            xml.count(self._cell) == xml.count(self._addressed_cell)
        )

    def regular(self, xml: bytes) -> bytes:
        """The sheet with an address at the start of every row and cell; where left out, it is the next one."""
        row = column = -1

        def rewrite(match: re.Match[bytes]) -> bytes:
            nonlocal row, column
            element, attributes, end = match.groups()
            stated = _attributes(attributes)
            address = _ADDRESS.fullmatch(stated.pop("r", ""))
            if element.endswith(b"row"):
                row, column = (int(address[2]) - 1 if address and not address[1] else row + 1), -1
                name = str(row + 1)
            else:
                column = column_index(address[1]) if address and address[1] else column + 1
                name = f"{column_letter(column)}{address[2] if address else row + 1}"
            rest = "".join(f' {key}="{value}"' for key, value in stated.items() if key in ("s", "t", "hidden"))
            return b'<%b r="%b"%b%b>' % (element, name.encode(), rest.encode(), end)

        return self._tag.sub(rewrite, xml)


@lru_cache(maxsize=16)
def _patterns(prefix: bytes) -> _Patterns:
    return _Patterns(prefix)


def _as_utf8(xml: bytes) -> bytes:
    """XML may come as UTF-16; the searches are for ASCII bytes."""
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return xml.decode("utf-16", "replace").encode()
    return xml


def _attributes(tag: bytes) -> dict[str, str]:
    found = _ATTRIBUTE.findall(tag)
    return {key.decode(): unescape((first or second).decode("utf-8", "replace")) for key, first, second in found}


@lru_cache(maxsize=2_000)
def _column(letters: bytes) -> int:
    return column_index(letters.decode())


def _check_extent(xml: bytes, patterns: _Patterns, name: str) -> None:
    """Refuse a sheet whose filled cells reach too far; formatted empty rows and columns do not count."""
    if not patterns.far.search(xml):
        return
    cells = patterns.filled.findall(xml)
    rows = max((int(row) for _, row in cells), default=0)
    columns = max((_column(column) for column in {column for column, _ in cells}), default=-1) + 1
    check_extent(rows, columns, name)


def relation_targets(xml: bytes, folder: str) -> dict[str, str]:
    """Relation id → member of the archive, from the relations of a workbook in that folder."""
    targets = {}
    for tag in re.findall(rb"<(?:\w{1,20}:)?Relationship\b([^<>]*)>", _as_utf8(xml)):
        attributes = _attributes(tag)
        target = attributes.get("Target", "").replace("\\", "/")
        path = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
        targets[attributes.get("Id", "")] = path
    return targets


def shows_percent(number_format: str) -> bool:
    """Whether a number format multiplies by a hundred: a per cent sign that is no quoted text."""
    return "%" in _QUOTED.sub("", number_format)


@lru_cache(maxsize=16)  # the files of one template have the same styles
def _read_styles(xml: bytes) -> tuple[frozenset[bytes], dict[bytes, str]]:
    percents = set(PERCENT_FORMATS)
    for tag in re.findall(rb"<(?:\w{1,20}:)?numFmt\s([^<>]*)>", xml):
        attributes = _attributes(tag)
        if shows_percent(attributes.get("formatCode", "")) and attributes.get("numFmtId", "").isdecimal():
            percents.add(int(attributes["numFmtId"]))
    fonts = {}
    if _LEGACY_FONT.search(xml):
        for number, item in enumerate(_items(_block(xml, b"fonts"), b"font")):
            font = _font(item, b"name")
            if font_encoding(font):
                fonts[str(number)] = font
    percent_styles, font_styles = set(), {}
    for number, item in enumerate(_items(_block(xml, b"cellXfs"), b"xf")):
        attributes = _attributes(item.partition(b">")[0])
        style = str(number).encode()
        if attributes.get("numFmtId", "").isdecimal() and int(attributes["numFmtId"]) in percents:
            percent_styles.add(style)
        if font := fonts.get(attributes.get("fontId", "")):
            font_styles[style] = font
    return frozenset(percent_styles), font_styles


def _block(xml: bytes, name: bytes) -> bytes:
    """What an element that occurs once holds."""
    start = re.search(rb"<(?:\w{1,20}:)?%b\b[^<>]*>" % name, xml)
    end = re.compile(rb"</(?:\w{1,20}:)?%b>" % name).search(xml, start.end()) if start else None
    return xml[start.end() : end.start()] if start and end else b""


def _items(xml: bytes, name: bytes) -> list[bytes]:
    """Each element of that name, from its attributes to the next one."""
    return re.split(rb"<(?:\w{1,20}:)?%b(?=[\s/>])" % name, xml)[1:]


def _font(xml: bytes, element: bytes) -> str:
    """The ``val`` of a font's name element."""
    name = re.search(rb"<(?:\w{1,20}:)?%b\s([^<>]*)>" % element, xml)
    return _attributes(name[1]).get("val", "") if name else ""


def _run(run: bytes) -> tuple[str, str]:
    """Text and font of a rich text run."""
    return _text(b"".join(re.findall(rb"<(?:\w{1,20}:)?t(?:\s[^<>]*)?>([^<]*)</", run))), _font(run, b"rFont")


def _text(xml: bytes) -> str:
    return unescape(xml.decode("utf-8", "replace"))
