"""The form of an administrative paper by Nghị định 30/2020/NĐ-CP, Phụ lục I: page, fonts, styles, letterhead.

Sizes are points, lengths millimetres. Where the decree leaves a range, one value of it is used throughout.
"""

from __future__ import annotations

from typing import Any

from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

FONT = "Times New Roman"
LANGUAGE = "vi-VN"
PAGE = (210, 297)
TOP, BOTTOM, LEFT, RIGHT = 20, 20, 30, 15
BODY_SIZE, TABLE_SIZE, PAGE_NUMBER_SIZE = 14, 12, 13
_INDENT = 12.7
_CENTER, _JUSTIFY = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY

BODY, NOTE = "Body Text", "Note"
TABLE_CELL, TABLE_HEAD, CAPTION, MEASURED_IN = "Table Cell", "Table Head", "Caption", "Unit of Measure"
STATE, MOTTO, UPPER_BODY, ISSUING_BODY = "State", "Motto", "Upper Body", "Issuing Body"
NUMBER, PLACE_AND_DATE, DRAFT = "Number", "Place and Date", "Draft Mark"
KIND, SUBJECT, LINE = "Title", "Subtitle", "Line Below"
RECIPIENTS_HEAD, RECIPIENTS, AUTHORITY, NOT_SIGNED = "Recipients Head", "Recipients", "Authority", "Not Signed"
ANNEX, ANNEX_TITLE, ANNEX_OF = "Annex", "Annex Title", "Annex Of"

# Name: size, bold, italic, alignment, space before, space after; None: as in the text of the body.
_STYLES: dict[str, tuple[float, bool, bool, WD_ALIGN_PARAGRAPH, float, float]] = {
    BODY: (BODY_SIZE, False, False, _JUSTIFY, 0, 6),
    "Heading 1": (BODY_SIZE, True, False, _JUSTIFY, 12, 6),
    "Heading 2": (BODY_SIZE, True, False, _JUSTIFY, 6, 6),
    NOTE: (12, False, False, WD_ALIGN_PARAGRAPH.LEFT, 0, 6),
    TABLE_CELL: (TABLE_SIZE, False, False, WD_ALIGN_PARAGRAPH.LEFT, 1, 1),
    TABLE_HEAD: (TABLE_SIZE, True, False, _CENTER, 1, 1),
    CAPTION: (13, True, False, _CENTER, 6, 6),
    MEASURED_IN: (TABLE_SIZE, False, True, WD_ALIGN_PARAGRAPH.RIGHT, 0, 3),
    "Header": (PAGE_NUMBER_SIZE, False, False, _CENTER, 0, 0),
    STATE: (12, True, False, _CENTER, 0, 0),
    MOTTO: (13, True, False, _CENTER, 0, 0),
    UPPER_BODY: (12, False, False, _CENTER, 0, 0),
    ISSUING_BODY: (12, True, False, _CENTER, 0, 0),
    NUMBER: (13, False, False, _CENTER, 6, 6),
    PLACE_AND_DATE: (13, False, True, _CENTER, 6, 6),
    DRAFT: (13, True, False, _CENTER, 0, 0),
    KIND: (14, True, False, _CENTER, 18, 0),
    SUBJECT: (14, True, False, _CENTER, 0, 0),
    LINE: (1, False, False, _CENTER, 3, 0),
    RECIPIENTS_HEAD: (12, True, True, WD_ALIGN_PARAGRAPH.LEFT, 0, 0),
    RECIPIENTS: (11, False, False, WD_ALIGN_PARAGRAPH.LEFT, 0, 0),
    AUTHORITY: (14, True, False, _CENTER, 0, 0),
    NOT_SIGNED: (13, False, True, _CENTER, 0, 0),
    ANNEX: (14, True, False, _CENTER, 0, 0),
    ANNEX_TITLE: (14, True, False, _CENTER, 0, 0),
    ANNEX_OF: (14, False, True, _CENTER, 0, 0),
}
_WITH_INDENT = {BODY, "Heading 1", "Heading 2"}
_WITH_NEXT = {"Heading 1", "Heading 2", CAPTION, MEASURED_IN, ANNEX, ANNEX_TITLE}


def set_styles(document: Document) -> None:
    """Every style that the paper uses: Times New Roman, black, in Vietnamese."""
    defaults = document.styles.element.find(qn("w:docDefaults"))
    for language in defaults.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
        language.set(qn("w:eastAsia"), LANGUAGE)
    _set_font(defaults.find(f"{qn('w:rPrDefault')}/{qn('w:rPr')}"))
    _set_font(document.styles["Normal"].element.get_or_add_rPr())
    for name, (size, bold, italic, alignment, before, after) in _STYLES.items():
        style = _paragraph_style(document, name)
        style.hidden = style.unhide_when_used = False
        _set_font(style.element.get_or_add_rPr())
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, italic
        style.font.color.rgb = RGBColor(0, 0, 0)
        layout = style.paragraph_format
        layout.alignment, layout.space_before, layout.space_after = alignment, Pt(before), Pt(after)
        layout.line_spacing_rule = WD_LINE_SPACING.SINGLE
        layout.first_line_indent = Mm(_INDENT if name in _WITH_INDENT else 0)
        layout.keep_with_next = name in _WITH_NEXT
        for border in style.element.iter(qn("w:pBdr")):
            border.getparent().remove(border)
    body = _paragraph_style(document, BODY).paragraph_format
    body.line_spacing, body.widow_control = 1.15, True
    line = _paragraph_style(document, LINE).paragraph_format
    line.line_spacing_rule, line.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(3)


def _paragraph_style(document: Document, name: str) -> ParagraphStyle:
    if name not in document.styles:
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    found = document.styles[name]
    assert isinstance(found, ParagraphStyle)
    return found


def _set_font(properties: Any) -> None:
    """The font for every script; what a theme would choose instead is taken away."""
    for element in properties.findall(qn("w:rFonts")):
        properties.remove(element)
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)
    properties.insert(0, fonts)
    for name in ("w:spacing", "w:kern"):  # of the template's title
        for element in properties.findall(qn(name)):
            properties.remove(element)


def set_page(section: Section, *, is_landscape: bool = False, restart: bool = False) -> None:
    """A4 with the margins of the decree; the number of a page above its text, but not on the first one.

    Args:
        section: the section.
        is_landscape: whether its long side lies across.
        restart: whether its pages are numbered from 1.
    """
    width, height = reversed(PAGE) if is_landscape else PAGE
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    properties = section._sectPr
    for inherited in properties.findall(qn("w:pgNumType")):
        properties.remove(inherited)
    if restart:
        numbering = OxmlElement("w:pgNumType")
        numbering.set(qn("w:start"), "1")
        # After the margins, where the schema wants it.
        properties.find(qn("w:pgMar")).addnext(numbering)


def add_page_number(section: Section) -> None:
    """The number of the page, which the word processor counts."""
    paragraph = section.header.paragraphs[0]
    paragraph.style = "Header"
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    run = OxmlElement("w:r")
    field.append(run)
    text = OxmlElement("w:t")
    text.text = "2"
    run.append(text)
