"""Says what a single row below a heading is: data, a total, a section, the signature block, a note.

What belongs here: the words of rows, and which cells are evidence of data. What a row is in the company of the
others (is the section followed by rows of its own?) is settled in :mod:`pipelines.intake.tables`.

The rule behind the rules: words never make a row disappear that has a key or figures of its own. "Tổng công ty B" with
a tax code is an enterprise, and "Cộng …" without key is a total, which is compared with its parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from pipelines.contracts import FieldType, FormField
from pipelines.intake.headings import Heading
from pipelines.intake.labels import words
from pipelines.intake.read import Sheet
from pipelines.intake.text import fold, plain


class Kind(Enum):
    """What a row looks like on its own."""

    DATA = auto()
    WEAK = auto()
    """Texts in columns of the form, without key or figure: data above the signature block."""
    WHOLE = auto()
    """Total of everything."""
    PART = auto()
    """Total of what came before it ("Cộng")."""
    WITHIN = auto()
    """Figures "Trong đó: …" of the row above, without parts of their own."""
    SECTION = auto()
    """A numbered row without key, with figures: the total of a section, or data without its key."""
    HEADING = auto()
    LOOSE = auto()
    """A text of no kind: the name of a section, a line of the next title."""
    SIGNATURE = auto()
    DATED = auto()
    """Place and date, above a signature or in a letterhead."""
    NOTE = auto()
    GHOST = auto()
    """A running number, or formulas that yield 0, and nothing else."""


@dataclass(frozen=True)
class Row:
    """A row (0-based), its kind and the level of its number: the smaller, the further up; None without number."""

    number: int
    kind: Kind
    level: int | None = None


def _folding(pattern: str) -> re.Pattern[str]:
    """A pattern whose words are spelt as keys are."""
    return re.compile(fold(f"|{pattern}|")[1:-1])


# Folded words. "Công đoàn …" is no "Cộng", "Tổng công ty …" is the name of an enterprise, "Cộng Hòa" that of a ward.
_WHOLE = _folding(
    r"(?:tổng (?:cộng|số|chung)|cộng chung|toàn (?:tỉnh|thành phố|quận|huyện|thị xã|ngành|xã|phường|đơn vị))\b.*"
    r"|tổng|tc|tong (?:cong|so)"
)
_PART = _folding(
    r"(?:cộng|tổng (?:khối|các|mục|phần|nhóm|trang|toàn)|(?:trang trước|cộng)? ?(?:mang|chuyển) sang)\b"
    r"(?! (?:đồng|hòa|tác|sự|hưởng|sinh|sản|lực)\b).*|tổng(?: [a-hivx\d]{1,4})+|cong"
)
_WITHIN = _folding(r"(?:trong đó|chia ra|bao gồm|gồm)\b.*")
# Folded, without marks.
_SIGNATURE = re.compile(
    r"(?:noi nhan|nguoi (?:lap|bao cao|tong hop|kiem tra|phu trach)|lap bieu|can bo (?:lap|tong hop)|t/?\.?m\b"
    r"|k/?\.?t\b|t/?\.?l\b|tuq\b|(?:pho )?chu tich\b|thu truong|ke toan|xac nhan|dai dien"
    r"|(?:pho )?(?:giam doc|truong ban)\b|ban (?:thuong vu|chap hanh)\b|ky(?:,| (?:ten|ghi|va|dong|boi))"
    r"|da ky|dien thoai|email|luu:)"
)
_DATED = re.compile(r".*\bngay\b.*\bthang\b.*\bnam\b")
_NOTE = re.compile(r"(?:ghi chu|chu thich|luu y|giai thich|nguon so lieu|nguon:|thuyet minh)\b")
_MARKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"[A-HK]",
        r"[IVX]{1,5}",
        r"\d{1,3}",
        r"(?:\d{1,3}|[IVX]{1,4})\.\d{1,3}",
        r"\d{1,3}(?:\.\d{1,3}){2,}",
        r"[a-zđ]",
        r"[-+*•]",
    )
)
_SECTION_LEVELS = 2  # the first levels need no deeper number below them
_NUMBERED_TEXT = re.compile(r"([A-H]|[IVX]{1,5})[.)/:-]\s*\S")
_CODE = re.compile(r"(?=.*\d)[\w./&-]{3,30}|(?=.*\d)[A-Z0-9Đ][A-Z0-9Đ./-]*(?: [A-Z0-9Đ][A-Z0-9Đ./-]*){1,2}")
_FIGURE = re.compile(r"[-+(]?\d")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}")
_PLACEHOLDER = re.compile(r"[xX]|[-‐‑‒–—―−.…\s]+")
_YES_NO = frozenset(fold(word) for word in ("có", "chưa", "không", "rồi"))
_FIGURES = (FieldType.COUNT, FieldType.AMOUNT, FieldType.NUMBER)
_CODES = (FieldType.CODE, FieldType.TAX_CODE)


@lru_cache(maxsize=50_000)
def _total_kind(text: str) -> Kind | None:
    key = words(text)
    if _WHOLE.fullmatch(key):
        return Kind.WHOLE
    if _PART.fullmatch(key):
        return Kind.PART
    return Kind.WITHIN if _WITHIN.fullmatch(key) else None


@lru_cache(maxsize=50_000)
def _closing_kind(text: str) -> Kind | None:
    key = plain(text)
    if _SIGNATURE.match(key):
        return Kind.SIGNATURE
    if _DATED.match(key):
        return Kind.DATED
    return Kind.NOTE if _NOTE.match(key) else None


@lru_cache(maxsize=10_000)
def number_level(text: str) -> int | None:
    """The level of a running number: A, I, 1, 1.1, 1.1.1, a, "-"; None if it is none."""
    bare = text.strip(" .):(/")
    return next((level for level, pattern in enumerate(_MARKS) if pattern.fullmatch(bare or text)), None)


@dataclass(frozen=True)
class _Evidence:
    """What says that a row is data: number of figures, a value that can be nothing else, any value but a figure."""

    figures: int
    is_certain: bool
    values: bool


class RowReader:
    """Reads the rows below one heading."""

    def __init__(self, sheet: Sheet, heading: Heading) -> None:
        """Prepare what all rows share: which column holds what, and the cells of the heading."""
        self._sheet = sheet
        self._fields = [(heading.form.field(name), column) for name, column in heading.columns.items()]
        self._fields += [(heading.form.field(name), c) for name, columns in heading.ambiguous.items() for c in columns]
        mapped = {column for _, column in self._fields}
        self._key = [column for field, column in self._fields if field.name in heading.form.key]
        self._choices = {
            field.name: frozenset(
                fold(text) for choice in field.choices for text in (choice.label_vi, choice.code, *choice.aliases)
            )
            for field, _ in self._fields
            if field.choices
        }
        self._number = heading.running_number
        if self._number is None and 0 not in mapped and 0 not in heading.unknown:
            self._number = 0  # a running number without heading
        self._uncached: dict[int, set[int]] = {}
        for row, column in sheet.uncached:
            self._uncached.setdefault(row, set()).add(column)
        self._heading = {
            (column, words(text)) for row in heading.rows for column, text in enumerate(sheet.rows[row]) if text
        }

    def read(self, number: int) -> Row:
        """The row of that number on its own."""
        cells = self._sheet.rows[number]
        width = len(cells)
        level = None
        if self._number is not None and self._number < width and (text := cells[self._number]):
            level = number_level(text)
        for column in self._key:
            if column < width and (text := cells[column]) and _is_code(text):
                if (column, words(text)) not in self._heading:
                    return Row(number, Kind.DATA, level)
                is_heading = all(text is None or (i, words(text)) in self._heading for i, text in enumerate(cells))
                return Row(number, Kind.HEADING if is_heading else Kind.DATA)
        return self._without_code(number, cells, level)

    def _without_code(self, number: int, cells: list[str | None], level: int | None) -> Row:
        texts = [(column, text) for column, text in enumerate(cells) if text is not None]
        if all((column, words(text)) in self._heading for column, text in texts) and (
            len(texts) > 1 or any(not text.isdecimal() for _, text in texts)
        ):
            return Row(number, Kind.HEADING)
        names = [
            t for _, t in texts if not (t[0].isdigit() or number_level(t) is not None or _PLACEHOLDER.fullmatch(t))
        ]
        lead = names[0] if names else ""
        mapped = self._mapped(number, cells)
        found = self._evidence(number, mapped)
        if not found.values:
            total = _total_kind(lead) if lead else None
            if total and (total is not Kind.WITHIN or found.figures):
                return Row(number, total, level)
            if level is None and (match := _NUMBERED_TEXT.match(lead)):
                level = number_level(match[1])
            if found.figures and level is not None:
                return Row(number, Kind.SECTION, level)
        if found.figures or found.is_certain:
            return Row(number, Kind.DATA, level)
        closing = [kind for text in names if (kind := _closing_kind(text)) and (kind is not Kind.NOTE or text is lead)]
        if closing:
            return Row(number, Kind.SIGNATURE if Kind.SIGNATURE in closing else closing[0])
        if found.values:
            return Row(number, Kind.DATA, level)
        filled = sum(text in names for _, text in mapped)
        if filled > 1 or (filled and level is not None and level >= _SECTION_LEVELS):
            return Row(number, Kind.WEAK, level)
        return Row(number, Kind.LOOSE if names else Kind.GHOST, level)

    def _mapped(self, number: int, cells: list[str | None]) -> list[tuple[FormField, str]]:
        """The filled cells in columns of the form; none if all of them are formulas with nothing to work on."""
        filled = [(f, c, text) for f, c in self._fields if c < len(cells) and (text := cells[c]) is not None]
        if all((number, c) in self._sheet.formulas and text in ("0", "-") for _, c, text in filled):
            return []
        return [(f, text) for f, _, text in filled]

    def _evidence(self, number: int, mapped: list[tuple[FormField, str]]) -> _Evidence:
        figures = certain = dates = 0
        for field, text in mapped:
            if field.type in _FIGURES:
                figures += _FIGURE.match(text) is not None
            elif field.type is FieldType.DATE:
                dates += _DATE.match(text) is not None
            else:
                certain += self._fits(field, text)
        if uncached := self._uncached.get(number):
            certain += any(column in uncached for column in self._key)
            figures += bool(mapped) and any(column in uncached for _, column in self._fields)
        return _Evidence(figures, bool(certain), bool(certain or dates))

    def _fits(self, field: FormField, text: str) -> bool:
        """Whether a text can only be a value of its column, not a word that happens to stand there."""
        match field.type:
            case FieldType.CHOICE:
                return fold(text) in self._choices[field.name]
            case FieldType.BOOLEAN:
                return fold(text) in _YES_NO
            case FieldType.CODE | FieldType.TAX_CODE:
                return _is_code(text)
            case _:
                return False


@lru_cache(maxsize=50_000)
def _is_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None
