"""From the plan of a paper to a Word file; the same plan gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from pipelines.reports.paper import form
from pipelines.reports.paper.blocks import (
    Annex,
    Column,
    Grid,
    Heading,
    Note,
    Paper,
    Paragraph,
    Text,
    as_string,
    phrase,
    words,
)
from pipelines.reports.site.sentences import Label

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_LETTERHEAD = (65, 100)
_SIGNATURE = (80, 85)


def to_bytes(paper: Paper) -> bytes:
    """The file."""
    document = docx.Document()
    form.set_styles(document)
    form.set_page(document.sections[0])
    form.add_page_number(document.sections[0])
    _set_properties(document, paper)
    _write_letterhead(document, paper)
    writer = _Writer(document)
    writer.write(paper.blocks)
    _write_signature(document, paper)
    for annex in paper.annexes:
        writer.write_annex(annex, paper.body)
    return _packed(document)


class _Writer:
    """Writes blocks at the end of a document."""

    def __init__(self, document: Document):
        self._document = document
        self._bookmarks = 0

    def write(self, blocks: Iterable[object]) -> None:
        """Blocks in their order."""
        for block in blocks:
            match block:
                case Heading():
                    self._document.add_paragraph(as_string(block.text), f"Heading {block.level}")
                case Paragraph():
                    paragraph = self._document.add_paragraph(as_string(block.text), form.BODY)
                    self._refer(paragraph, block.note)
                case Grid():
                    self._grid(block)
                case Note():
                    self._note(block)
                case _:
                    raise TypeError(f"no block of a paper: {block!r}")

    def write_annex(self, annex: Annex, body: str) -> None:
        """An annex on pages of its own."""
        section = self._document.add_section(WD_SECTION.NEW_PAGE)
        form.set_page(section, is_landscape=annex.is_landscape, restart=True)
        self._document.add_paragraph(annex.number, form.ANNEX)
        self._document.add_paragraph(annex.title.upper(), form.ANNEX_TITLE)
        self._document.add_paragraph(as_string(phrase("annex_of", unit=Label(body))), form.ANNEX_OF)
        width = form.PAGE[annex.is_landscape] - form.LEFT - form.RIGHT
        _add_line(self._document.add_paragraph(style=form.LINE), width, 40).paragraph_format.space_after = Pt(12)
        self.write(annex.blocks)

    def _refer(self, paragraph: WordParagraph, note: int | None) -> None:
        """The number of the note, raised, with a link to it."""
        if note is None:
            return
        paragraph.add_run("\N{NO-BREAK SPACE}")
        link = _link_within(_note_name(note))
        run = _run(f"[{note}]")
        properties = run.get_or_add_rPr()
        properties.superscript = True
        link.append(run)
        self._mark(paragraph, link, _reference_name(note))

    def _mark(self, paragraph: WordParagraph, element: Any, name: str) -> None:
        """Append an element with a bookmark around it."""
        self._bookmarks += 1
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for part in (start, end):
            part.set(qn("w:id"), str(self._bookmarks))
        start.set(qn("w:name"), name)
        for part in (start, element, end):
            paragraph._p.append(part)

    def _grid(self, grid: Grid) -> None:
        caption = self._document.add_paragraph(as_string(grid.caption), form.CAPTION)
        self._refer(caption, grid.note)
        if grid.measured_in:
            self._document.add_paragraph(as_string(grid.measured_in), form.MEASURED_IN)
        table = _table(self._document, [column.width for column in grid.columns], style="Table Grid")
        _set_margins(table, 1.2)
        _describe(table, as_string(grid.caption))
        _add_row(table, [(column.head,) for column in grid.columns], grid.columns, is_head=True)
        for number, row in enumerate(grid.rows):
            _add_row(table, row, grid.columns, is_total=grid.has_total and number == 0)
        self._document.add_paragraph(style=form.LINE).paragraph_format.space_after = Pt(6)

    def _note(self, note: Note) -> None:
        paragraph = self._document.add_paragraph(style=form.NOTE)
        link = _link_within(_reference_name(note.number))
        link.append(_run(f"[{note.number}]"))
        self._mark(paragraph, link, _note_name(note.number))
        paragraph.add_run(" ")
        if note.place:
            paragraph.add_run(f"{as_string(note.place)}. ").bold = True
        if note.completeness:
            paragraph.add_run(as_string(phrase("source_completeness", list=note.completeness)))
        for source in note.sources:
            paragraph.add_run().add_break()
            paragraph.add_run(f"{source.table} {', '.join(source.columns)} {source.key}")
        for number, page in enumerate(note.pages):
            if number == 0:
                paragraph.add_run().add_break()
            paragraph.add_run("; " if number else words("source_pages"))
            paragraph._p.append(_link_out(paragraph, page))


def _note_name(number: int) -> str:
    return f"nguon_{number}"


def _reference_name(number: int) -> str:
    return f"dan_{number}"


def _run(text: str) -> Any:
    run = OxmlElement("w:r")
    run.text = text
    return run


def _link_within(bookmark: str) -> Any:
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), bookmark)
    return link


def _link_out(paragraph: WordParagraph, page: str) -> Any:
    """A link to a file, from the folder that the paper stands in; no link where the address is a pattern."""
    if "<" in page:
        return _run(page)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(page, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    link.append(_run(page))
    return link


def _table(document: Document, widths: Iterable[float], style: str | None = None) -> Table:
    """A table without rows, of columns of fixed widths in millimetres."""
    widths = list(widths)
    table = document.add_table(rows=0, cols=len(widths), style=style)
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    return table


def _set_margins(table: Table, width: float) -> None:
    """The space left and right of the text of cells, in millimetres."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(Mm(width).twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _describe(table: Table, caption: str) -> None:
    """What the table is, for those who do not see it."""
    element = OxmlElement("w:tblCaption")
    element.set(qn("w:val"), caption)
    table._tbl.tblPr.append(element)


def _add_row(
    table: Table, texts: Iterable[Text], columns: Iterable[Column], *, is_head: bool = False, is_total: bool = False
) -> None:
    """A row that stays on one page; the head is repeated on every page."""
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))
    for cell, text, column in zip(row._tr.tc_lst, texts, columns, strict=True):
        paragraph = _Cell(cell, table).paragraphs[0]
        paragraph.style = form.TABLE_HEAD if is_head else form.TABLE_CELL
        if not is_head:
            paragraph.alignment = _ALIGNMENTS[column.align]
        paragraph.add_run(as_string(text)).bold = True if is_head or is_total else None


def _add_line(paragraph: WordParagraph, width: float, length: float, sides: Iterable[str] = ("top",)) -> WordParagraph:
    """Borders of a paragraph of some length in the middle of a column of some width, by default a line above it."""
    indent = Mm((width - length) / 2)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = indent
    borders = OxmlElement("w:pBdr")
    for side in sides:
        border = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr")
    return paragraph


def _write_letterhead(document: Document, paper: Paper) -> None:
    table = _table(document, _LETTERHEAD)
    _set_margins(table, 0)
    left, right = (_Cell(cell, table) for cell in table.add_row()._tr.tc_lst)
    _fill(left, [(paper.upper_body.upper(), form.UPPER_BODY)] if paper.upper_body else [])
    _fill(left, [(paper.body.upper(), form.ISSUING_BODY)])
    _add_line(left.add_paragraph(style=form.LINE), _LETTERHEAD[0], 25)
    _fill(left, [(words("number"), form.NUMBER), (words("draft"), form.DRAFT)])
    _add_line(left.paragraphs[-1], _LETTERHEAD[0], 30, ("top", "left", "bottom", "right"))
    _fill(right, [(words("state"), form.STATE), (words("motto"), form.MOTTO)])
    _add_line(right.add_paragraph(style=form.LINE), _LETTERHEAD[1], 58)
    _fill(right, [(words("place_and_date"), form.PLACE_AND_DATE)])
    document.add_paragraph(words("kind"), form.KIND)
    document.add_paragraph(as_string(paper.subject), form.SUBJECT)
    width = form.PAGE[0] - form.LEFT - form.RIGHT
    _add_line(document.add_paragraph(style=form.LINE), width, 35).paragraph_format.space_after = Pt(12)


def _write_signature(document: Document, paper: Paper) -> None:
    closing, between = document.paragraphs[-1], document.add_paragraph(style=form.LINE)
    closing.paragraph_format.keep_with_next = between.paragraph_format.keep_with_next = True
    between.paragraph_format.space_after = Pt(12)
    table = _table(document, _SIGNATURE)
    _set_margins(table, 0)
    row = table.add_row()._tr
    row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    left, right = (_Cell(cell, table) for cell in row.tc_lst)
    recipients = [phrase("recipient", name=name) for name in paper.recipients]
    _fill(left, [(words("recipients"), form.RECIPIENTS_HEAD)])
    _fill(left, [(as_string(each), form.RECIPIENTS) for each in recipients])
    _fill(left, [(words(name), form.RECIPIENTS) for name in ("recipient_open", "recipient_filed")])
    _fill(right, [(paper.authority, form.AUTHORITY), (words("not_signed"), form.NOT_SIGNED)])


def _fill(cell: _Cell, lines: Iterable[tuple[str, str]]) -> None:
    """Paragraphs of a text and a style each; the cell begins with an empty one."""
    for text, style in lines:
        first = cell.paragraphs[0]
        paragraph = cell.add_paragraph() if first.text else first
        paragraph.add_run(text)
        paragraph.style = style


def _set_properties(document: Document, paper: Paper) -> None:
    """Title, language and days of the file; the day is that of the last report, as no clock may be read."""
    properties = document.core_properties
    day = dt.datetime.combine(paper.received_on, dt.time())
    properties.created = properties.modified = day
    properties.title, properties.author, properties.last_modified_by = paper.title, paper.body, paper.body
    properties.language, properties.comments, properties.revision = form.LANGUAGE, words("draft"), 1
    package = document.part.package
    assert package is not None
    for key in [key for key, rel in package.rels.items() if rel.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del package.rels[key]  # a picture of the template's first page


def _packed(document: Document) -> bytes:
    """The file without the time of writing, so that the same content gives the same bytes."""
    saved, result = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(result, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return result.getvalue()
