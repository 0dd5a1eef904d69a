"""Decides which unit a table is from and for which period, by what stamp, title, sheet, folders and file say.

What belongs here: which source counts and what contradicts it, as values without words. The first source that
answers counts; every later one that says otherwise is a contradiction. A source that is silent is passed over.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.contracts.workbook import STAMP_SHEET
from pipelines.intake.read import Workbook
from pipelines.intake.text import plain, strip_marks
from pipelines.intake.title import months_in, periods_in, periods_of_title
from pipelines.intake.unit_names import Reading, UnitNames, names_of
from pipelines.intake.units import OrgUnits

STAMP, TITLE, SHEET, FOLDER, FILE = "tem biểu mẫu", "đầu trang", "tên trang tính", "thư mục", "tên tệp"
"""The sources as messages name them, in the order in which they are asked."""

_PERIOD = re.compile(r"\d{4}-Q[1-4]")
_UNIT_LABEL = re.compile(r"(?:ten )?don vi(?: lap| gui)?(?: bao cao)?(?: (?:lap|gui|thuc hien))?\s*(?:[:.…_]|$)")
_ADDRESSEE = re.compile(r"(?:kinh gui|noi nhan)\b")
_MOTTO = re.compile(r"cong hoa xa hoi\b|doc lap\b")  # the right half of a letterhead
_DOTS = " \t.…_:*-"


@dataclass(frozen=True)
class Stamp:
    """What the template's hidden sheet says of one of the workbook's sheets."""

    sheet: str = ""
    form: str | None = None
    layout_version: int | None = None
    org_unit_code: str | None = None
    period: str | None = None


@dataclass(frozen=True)
class Surroundings:
    """Everything around a table that may say who sends it.

    Attributes:
        stamp: of its sheet; empty without one.
        titles: title blocks as rows of texts: its own, and that at the top of its sheet.
        sheet: name of its sheet.
        folders: below the inbox, outermost first.
        file: name of the file.
        received_on: day of receipt; without it nobody is taken for the successor of a unit.
    """

    stamp: Stamp
    titles: Sequence[Sequence[Sequence[str]]]
    sheet: str
    folders: Sequence[str]
    file: str
    received_on: dt.date | None = None


@dataclass(frozen=True)
class Decision:
    """What was decided, and what speaks against it.

    Attributes:
        value: unit code or period; None where nothing, or too much, is said.
        source: who says so.
        against: source → what it says instead.
        is_silent: nothing at all is said, so that the rest of the workbook may be asked.
        unknown: what is written where the unit's name should stand, if it is the name of none.
        sent_by: code, on the day of receipt, of the successor that sends for a unit that no longer exists.
    """

    value: str | None = None
    source: str | None = None
    against: Mapping[str, str] | None = None
    is_silent: bool = False
    unknown: str | None = None
    sent_by: str | None = None


def read_stamps(workbook: Workbook) -> list[Stamp]:
    """The stamps of a workbook's template, one per sheet; none for other workbooks."""
    sheet = next((sheet for sheet in workbook.sheets if sheet.name == STAMP_SHEET), None)
    if sheet is None or not sheet.rows:
        return []
    names = [name or "" for name in sheet.rows[0]]
    entries = (dict(zip(names, row, strict=False)) for row in sheet.rows[1:])
    return [
        Stamp(
            sheet=name,
            form=entry.get("form"),
            layout_version=_as_number(entry.get("layout_version")),
            org_unit_code=entry.get("org_unit_code"),
            period=_as_period(entry.get("period")),
        )
        for entry in entries
        if (name := entry.get("sheet"))
    ]


def decide_period(around: Surroundings) -> Decision:
    """The period that a table is for."""
    title, month = _period_of_titles(around.titles)
    said = {
        STAMP: [around.stamp.period] if around.stamp.period else [],
        TITLE: title,
        SHEET: periods_in([around.sheet]),
        # "2021/Quý II": a folder may hold half of it
        FOLDER: periods_in(around.folders) or periods_in([" ".join(around.folders)]),
        FILE: periods_in([around.file]),
    }
    said = {source: values for source, values in said.items() if values}
    if not said:
        return Decision(is_silent=month is None)
    source, first = next(iter(said.items()))
    if len(first) > 1:
        agreed = [value for value in first if any(value in values for name, values in said.items() if name != source)]
        if len(agreed) != 1:
            return Decision()
        first = agreed
    period = first[0]
    against = {name: ", ".join(values) for name, values in said.items() if period not in values}
    if month and source in (FOLDER, FILE):
        # A monthly report within the folder of a quarter has other figures than the quarter's.
        against = {TITLE: month, **against}
    return Decision(period, source, against)


def _period_of_titles(titles: Sequence[Sequence[Sequence[str]]]) -> tuple[list[str], str | None]:
    """The periods of the first title that states any, else the first month that is stated."""
    for title in titles:
        lines = [text for row in title for text in row]
        if found := periods_of_title(lines):
            return found, None
        if months := months_in(lines):
            return [], months[0]
    return [], None


def decide_unit(around: Surroundings, units: OrgUnits, period: str | None) -> Decision:
    """The unit that a table is of: by code, else by name, in the tree of the period.

    The code may be that of a unit that does not exist in the period. Where a unit no longer exists on the day of
    receipt, its successor may send: then letterhead, sheet, folder or file may name that.
    """
    names = names_of(units)
    reading = Reading(period, around.received_on)
    in_title = next(
        (found for title in around.titles if (found := _unit_of_title(title, units, reading)) != Decision()), Decision()
    )
    said: dict[str, str | None] = {STAMP: around.stamp.org_unit_code, TITLE: in_title.value}
    weaker = {SHEET: [around.sheet], FOLDER: around.folders[::-1], FILE: [around.file]}
    label = replace(reading, is_label=True)
    context = [*around.folders, *(text for title in around.titles for text in _own_lines(title))]
    for source, texts in weaker.items():
        said[source] = _unit_of_names(texts, names, label, context)
    named = {source: code for source, code in said.items() if code}
    if not named:
        return Decision(is_silent=in_title.unknown is None, unknown=in_title.unknown)
    source, unit = next(iter(named.items()))
    senders = _senders(around, weaker, unit, names, reading) if names.has_ended(unit, reading) else {}
    against = {
        name: code for name, code in named.items() if name not in senders and not _fits(code, unit, units, reading)
    }
    against = {**(in_title.against or {}), **against} if source == TITLE else against
    return Decision(unit, source, against, sent_by=None if against else next(iter(senders.values()), None))


def _senders(
    around: Surroundings, weaker: Mapping[str, Sequence[str]], unit: str, names: UnitNames, reading: Reading
) -> dict[str, str]:
    """Source → the successor that it names of a unit that has ended since; empty where the unit itself sends."""
    titles = [text for title in around.titles for text in _own_lines(title)]
    found = {TITLE: names.sender_in(titles, unit, reading)}
    for source, texts in weaker.items():
        found[source] = names.sender_in(texts, unit, replace(reading, is_label=True))
    return {source: code for source, code in found.items() if code}


def _fits(code: str, unit: str, units: OrgUnits, reading: Reading) -> bool:
    """Whether the name of the one may stand beside the other: its own, one above it, or one that it came out of.

    A folder or a letterhead may be that of a unit above the sender. A commune union may go on using a folder of the
    district that it was part of; the heir of that district may not, for whom it is one of many.
    """
    day = reading.day
    of_then = units.on(unit, day) if day else None
    if day is None or of_then is None:
        absent = units.nearest(unit, day) if day else None
        instead = units.stand_ins(absent, day) if absent and day else []
        return code == unit or units.is_above(code, unit) or any(found.code == code for found in instead)
    if code == unit or units.is_above(code, unit, day) or units.may_send_for(code, of_then, reading.received_on):
        return True
    before = units.nearest(code, day)
    heirs = units.heirs(before, day) if before and before.valid_from <= day else []
    return any(units.is_above(heir.code, unit, day) for heir in heirs)


def _unit_of_title(title: Sequence[Sequence[str]], units: OrgUnits, reading: Reading) -> Decision:
    """What a title block says: a code, the name on its line "Đơn vị:", a name anywhere.

    A line "Đơn vị:" that was left blank, or that names no unit of the list, silences the letterhead: that names the
    office above, whose form it is, as often as the sender.
    """
    names = names_of(units)
    lines = _own_lines(title)
    codes = list(dict.fromkeys(code for line in lines if (code := names.code_in(line))))
    codes = [code for code in codes if reading.day and units.on(code, reading.day)] or codes
    codes = [code for code in codes if not any(units.is_above(code, other, reading.day) for other in codes)]
    labelled = next((text for row in title if (text := _labelled(row)) is not None), None)
    named = names.named_in(lines, reading)
    if codes:
        is_other = named is not None and not _fits(named, codes[0], units, reading)
        return Decision(codes[0], TITLE, {"tên đơn vị ở đầu trang": named} if is_other and named else {})
    if labelled is not None:
        label = replace(reading, is_label=True)
        # As a last resort the place of a unit of another time, which can be told about.
        code = names.named_in([labelled], label, lines) or names.named_in([labelled], replace(label, period=None))
        return Decision(code, TITLE, {}, unknown=None if code else labelled)
    return Decision(named, TITLE, {}) if named else Decision()


def _own_lines(title: Sequence[Sequence[str]]) -> list[str]:
    """The texts of a title block without the addressee."""
    return [text for row in title for text in row if not _ADDRESSEE.match(plain(text))]


def _labelled(row: Sequence[str]) -> str | None:
    """The text behind "Đơn vị:", in its cell or the next one; empty if it was left blank, None without the label."""
    for number, text in enumerate(row):
        if label := _UNIT_LABEL.match(strip_marks(text.lower())):
            behind = text[label.end() :].strip(_DOTS)
            following = row[number + 1].strip(_DOTS) if number + 1 < len(row) else ""
            return behind or ("" if _MOTTO.match(plain(following)) else following)
    return None


def _unit_of_names(texts: Iterable[str], names: UnitNames, reading: Reading, context: Sequence[str]) -> str | None:
    """The unit that the name of a sheet, folder or file tells; the first one that tells any."""
    for text in texts:
        if code := names.code_in(text) or names.named_in([text], reading, context):
            return code
    return None


def agreed(decisions: Iterable[Decision]) -> str | None:
    """What all tables of a file that know it say; None if they differ, or none does."""
    values = {decision.value for decision in decisions if decision.value}
    return values.pop() if len(values) == 1 else None


def _as_period(text: str | None) -> str | None:
    """The period a stamp states; None if that is no period, and the title block is asked."""
    return text if text and _PERIOD.fullmatch(text) else None


def _as_number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
