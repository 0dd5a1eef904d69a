"""The draft paper of the demo: every number equals the marts, and the form is that of Nghị định 30/2020/NĐ-CP."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import docx
import pytest
import yaml
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph as WordParagraph

from pipelines.contracts import load_contracts
from pipelines.reports.paper import write_paper
from pipelines.reports.paper.blocks import Block, Grid, Heading, Note, Paper, Paragraph, Signed, Text, pieces
from pipelines.reports.paper.plan import plan
from pipelines.reports.paper.write import to_bytes
from pipelines.reports.site.figures import Figure
from pipelines.reports.site.model import HEADLINES, Site
from pipelines.reports.site.numbers import Lang
from pipelines.reports.site.sentences import Label
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.warehouse.lineage import trace_figure
from pipelines.warehouse.report_tables import read_report_tables
from tests.conftest import DemoRun
from tests.marts import Marts, computed
from tests.site_pages import number_of

PAPERS = (("2023-Q4", "VN"), ("2023-Q4", "T06"), ("2023-Q4", "H066"), ("2021-Q3", "T45"), ("2025-Q3", "T19"))
UNKNOWN, WITHHELD = "chưa có số liệu", "số nhỏ, không công bố"
SOFFICE = shutil.which("soffice")


def site_of(settings: Settings, period: str, lang: Lang = "vi") -> Site:
    read = read_report_tables(settings, period, HEADLINES)
    return Site(read, read.sources, load_contracts(), 80.0, lang)


@dataclass(frozen=True)
class Made:
    """A paper: what was planned and what was written."""

    site: Site
    plan: Paper
    content: bytes

    @cached_property
    def document(self) -> Document:
        return docx.Document(io.BytesIO(self.content))


@pytest.fixture(scope="module")
def sites(demo: DemoRun) -> dict[str, Site]:
    return {period: site_of(demo.settings, period) for period in dict(PAPERS)}


@pytest.fixture(scope="module")
def papers(sites: dict[str, Site]) -> dict[tuple[str, str], Made]:
    made = {}
    for period, code in PAPERS:
        planned = plan(sites[period], code)
        made[(period, code)] = Made(sites[period], planned, to_bytes(planned))
    return made


@pytest.fixture(params=PAPERS, ids="-".join)
def paper(request: pytest.FixtureRequest, papers: dict[tuple[str, str], Made]) -> Made:
    return papers[request.param]


@pytest.fixture(scope="module")
def marts(published_warehouse: Path) -> Marts:
    """What a report may say."""
    return Marts(published_warehouse, safe=True)


@pytest.fixture(scope="module")
def whole(published_warehouse: Path) -> Marts:
    """What the data team knows."""
    return Marts(published_warehouse, safe=False)


def texts_of(blocks: tuple[Block, ...]) -> Iterator[tuple[Text, int | None]]:
    """What stands in the file for the blocks, paragraph by paragraph and cell by cell, with numbers of notes."""
    for block in blocks:
        match block:
            case Heading():
                yield block.text, None
            case Paragraph():
                yield block.text, block.note
            case Grid():
                yield block.caption, block.note
                if block.measured_in:
                    yield block.measured_in, None
                yield from (((column.head,), None) for column in block.columns)
                yield from ((cell, None) for row in block.rows for cell in row)
            case Note():
                break  # of another form, looked at below


def written_texts(document: Document) -> list[str]:
    """The paragraphs of the file in their order, those of cells among them, without empty ones."""
    found = []
    for element in document.element.body.iterchildren(qn("w:p"), qn("w:tbl")):
        part: list[WordParagraph] = []
        if element.tag == qn("w:p"):
            part = [WordParagraph(element, document)]
        else:
            part = [each for row in Table(element, document).rows for cell in row.cells for each in cell.paragraphs]
        found += [paragraph.text.replace("\N{NO-BREAK SPACE}", " ") for paragraph in part]
    return [text for text in found if text]


def shown_figures(made: Made) -> list[tuple[Figure, str]]:
    """Every figure with the words that the file has for it; fails where the file says anything that is not planned."""
    lines = iter(written_texts(made.document))
    found: list[tuple[Figure, str]] = []

    def next_with(text: Text, note: int | None) -> None:
        pattern, figures = "", []
        for piece in pieces(text):
            match piece:
                case Figure() | Signed():
                    figures.append(piece.figure if isinstance(piece, Signed) else piece)
                    pattern += "(.+?)"
                case Label():
                    pattern += re.escape(piece.text)
                case _:
                    pattern += re.escape(piece)
        pattern += re.escape(f" [{note}]") if note else ""
        if not pattern:
            return
        line = next(lines)
        fits = re.fullmatch(pattern.replace("\N{NO-BREAK SPACE}", " "), line)
        assert fits, f"{line!r} is not {pattern}"
        found.extend(zip(figures, fits.groups(), strict=True))

    for line in lines:  # the letterhead ends with the subject
        if line == "BÁO CÁO":
            break
    for text, note in [(made.plan.subject, None), *texts_of(made.plan.blocks)]:
        next_with(text, note)
    for annex in made.plan.annexes:
        for line in lines:
            if line.startswith("(Kèm theo"):
                break
        for text, note in texts_of(annex.blocks):
            next_with(text, note)
    return found


def is_shown(value: Any, text: str) -> bool:
    """Whether a text is the value: words as they are, numbers as far as they are written."""
    if isinstance(value, str):
        return text == value
    if value is None or text in (UNKNOWN, WITHHELD):
        return value is None and text in (UNKNOWN, WITHHELD)
    if isinstance(value, dt.date):
        return text == f"{value:%d/%m/%Y}"
    return abs(number_of(text, "vi") - value) < (0.1 if text.endswith("%") else 0.005 + 1e-9)


def addresses(figure: Figure) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
    return [(cell.table, cell.column, cell.key) for cell in figure.cells]


def test_every_figure_in_the_file_is_that_of_its_mart(paper: Made, marts: Marts) -> None:
    shown = shown_figures(paper)
    wrong = [
        f"{text!r} for {computed(addresses(figure), figure.formula, marts)!r} at {figure.cells}"
        for figure, text in shown
        if not is_shown(computed(addresses(figure), figure.formula, marts), text)
    ]
    assert wrong == []
    assert len(shown) > 60
    tables = {cell.table for figure, _ in shown for cell in figure.cells}
    assert tables >= {"mart_indicator", "mart_membership", "mart_reporting_rate", "mart_unit_scorecard"}


def test_no_number_stands_outside_a_figure_or_a_name(paper: Made) -> None:
    both = (PROJECT_DIR / "pipelines/reports/site/texts.yaml", PROJECT_DIR / "pipelines/reports/paper/words.yaml")
    site_words, own_words = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in both)
    fixed = {n for each in site_words.values() for n in re.findall(r"\d+", each["vi"])}
    fixed |= {n for each in own_words.values() for n in re.findall(r"\d+", each)}
    everything = [*paper.plan.blocks, *(block for annex in paper.plan.annexes for block in annex.blocks)]
    words = [p for text, _ in texts_of(tuple(everything)) for p in pieces(text) if isinstance(p, str)]
    assert [each for each in words if not set(re.findall(r"\d+", each)) <= fixed] == []


def test_what_is_withheld_is_not_shown_as_missing_nor_in_any_way_shown(
    papers: dict[tuple[str, str], Made], whole: Marts, demo: DemoRun
) -> None:
    units = dict(demo.query("select indicator_code, unit from marts.dim_indicator"))
    persons = {code for code, unit in units.items() if unit in ("person", "person_time")}
    shown = [each for made in papers.values() for each in shown_figures(made)]
    withheld = [figure for figure, text in shown if text == WITHHELD]
    missing = [figure for figure, text in shown if text == UNKNOWN and not figure.is_known]
    assert withheld
    assert missing
    assert [f.cells for f in withheld if any(whole.value(cell) is None for cell in addresses(f))] == []
    assert [f.cells for f in missing if any(whole.value(cell) is not None for cell in addresses(f))] == []
    counts = {"value", "value_to_date", "actual_value", "members_total"}
    small = [
        (text, cell)
        for figure, text in shown
        for cell in addresses(figure)
        if cell[1] in counts
        and dict(cell[2]).get("indicator_code", "members_total") in persons
        and 0 < (whole.value(cell) or 0) < 5
        and text != WITHHELD
    ]
    assert small == []


def test_progress_by_unit_stands_in_the_order_that_leaders_expect(papers: dict[tuple[str, str], Made]) -> None:
    annex = papers[("2023-Q4", "T06")].plan.annexes[0]
    grids = [block for block in annex.blocks if isinstance(block, Grid)]
    assert len(grids) > 1
    expected = ["TT", "Đơn vị", "Kế hoạch", "Thực hiện", "% KH", "Cùng kỳ", "So cùng kỳ", "Xếp hạng", "Ghi chú"]
    for grid in grids:
        heads = [column.head for column in grid.columns]
        assert [head for head in heads if head in expected] == expected
        assert len(grid.rows) == 9, "Bắc Kạn and its eight districts"
    signed = [piece for row in grids[0].rows for cell in row for piece in pieces(cell) if isinstance(piece, Signed)]
    assert len(signed) == 9


def links_of(document: Document) -> list[str]:
    return [
        each.get(qn("w:anchor")) for each in document.element.body.iter(qn("w:hyperlink")) if each.get(qn("w:anchor"))
    ]


def test_every_reference_leads_to_its_note_and_back(paper: Made) -> None:
    marks = [each.get(qn("w:name")) for each in paper.document.element.body.iter(qn("w:bookmarkStart"))]
    numbers = [each.get(qn("w:id")) for each in paper.document.element.body.iter(qn("w:bookmarkStart"))]
    assert len(set(numbers)) == len(numbers)
    notes = [block for block in paper.plan.annexes[-1].blocks if isinstance(block, Note)]
    assert [note.number for note in notes] == list(range(1, len(notes) + 1))
    assert sorted(marks) == sorted(f"{kind}_{note.number}" for note in notes for kind in ("dan", "nguon"))
    assert sorted(links_of(paper.document)) == sorted(marks)


def test_every_paragraph_and_table_with_figures_has_a_note_that_names_their_cells(paper: Made) -> None:
    everything = [*paper.plan.blocks, *(block for annex in paper.plan.annexes for block in annex.blocks)]
    notes = {block.number: block for block in everything if isinstance(block, Note)}
    for block in everything:
        if not isinstance(block, Paragraph | Grid):
            continue
        texts = [block.text] if isinstance(block, Paragraph) else [cell for row in block.rows for cell in row]
        found = [
            p.figure if isinstance(p, Signed) else p for t in texts for p in pieces(t) if not isinstance(p, str | Label)
        ]
        cells = {(cell.table, cell.column) for figure in found for cell in figure.cells}
        note = notes.get(block.note or 0)
        assert cells == {(s.table, column) for s in (note.sources if note else ()) for column in s.columns}


def test_links_to_pages_lead_to_pages_that_the_site_has(paper: Made) -> None:
    pages = {paper.site.trace_page(key) for key in paper.site.trace_keys}
    targets = [rel.target_ref for rel in paper.document.part.rels.values() if rel.is_external]
    assert targets
    assert set(targets) <= pages


def test_the_words_of_a_note_are_what_trace_takes(
    papers: dict[tuple[str, str], Made], demo: DemoRun, marts: Marts
) -> None:
    made = papers[("2023-Q4", "T06")]
    lines = [line for text in written_texts(made.document) if text.startswith("[") for line in text.split("\n")]
    asked = [
        found for line in lines if (found := re.fullmatch(r"mart_indicator (value|value_to_date) ([^|<>]+)", line))
    ]
    assert asked
    for found in asked:
        key = dict(word.split("=") for word in found[2].split())
        value, rows = trace_figure(demo.settings, "mart_indicator", found[1], key)
        assert value == marts.value(("mart_indicator", found[1], tuple(key.items())))
        assert rows.height


def test_the_page_is_that_of_the_decree(paper: Made) -> None:
    sections = list(paper.document.sections)
    assert len(sections) == 1 + len(paper.plan.annexes)
    for section, annex in zip(sections, [None, *paper.plan.annexes], strict=True):
        size = (section.page_width, section.page_height)
        assert [round(each.mm) for each in (size[::-1] if annex and annex.is_landscape else size)] == [210, 297]
        assert 20 <= round(section.top_margin.mm) <= 25
        assert 20 <= round(section.bottom_margin.mm) <= 25
        assert 30 <= round(section.left_margin.mm) <= 35
        assert 15 <= round(section.right_margin.mm) <= 20
        assert section.different_first_page_header_footer
        assert section.first_page_header.is_linked_to_previous, "a first page has no number"
        starts = section._sectPr.findall(qn("w:pgNumType"))
        assert [each.get(qn("w:start")) for each in starts] == (["1"] if annex else [])
    (number,) = sections[0].header.paragraphs
    (field,) = number._p.findall(qn("w:fldSimple"))
    assert field.get(qn("w:instr")) == "PAGE"
    assert number.style.paragraph_format.alignment == 1
    assert 13 <= number.style.font.size.pt <= 14
    assert round(sections[0].header_distance.mm) < 20, "in the margin"
    widths = [[column.width.mm for column in table.columns] for table in paper.document.tables]
    assert all(sum(each) <= 253 for each in widths)


def test_letters_are_black_times_new_roman_of_the_sizes_of_the_decree(paper: Made) -> None:
    used = {
        p.style.name: p.style
        for p in paper.document.element.body.iter(qn("w:p"))
        for p in [WordParagraph(p, paper.document)]
        if p.text
    }
    sizes = {name: style.font.size.pt for name, style in used.items()}
    wanted = {
        "State": (12, 13), "Motto": (13, 14), "Upper Body": (12, 13), "Issuing Body": (12, 13), "Number": (13, 13),
        "Place and Date": (13, 14), "Title": (13, 14), "Subtitle": (13, 14), "Body Text": (13, 14),
        "Heading 1": (13, 14), "Recipients Head": (12, 12), "Recipients": (11, 11), "Authority": (13, 14),
    }  # fmt: skip
    assert {
        name: sizes[name] for name, (low, high) in wanted.items() if name in used and not low <= sizes[name] <= high
    } == {}
    assert wanted.keys() - used.keys() <= {"Upper Body"}
    for name, style in used.items():
        fonts = style.element.rPr.find(qn("w:rFonts"))
        assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {
            "Times New Roman"
        }, name
        assert not [key for key in fonts.attrib if "Theme" in key], name
        assert str(style.font.color.rgb) == "000000", name
    for run in paper.document.element.body.iter(qn("w:rPr")):
        assert {child.tag for child in run} <= {qn("w:b"), qn("w:vertAlign")}, "nothing is set past the styles"
    body = used["Body Text"].paragraph_format
    assert body.alignment == 3
    assert 10 <= body.first_line_indent.mm <= 12.71
    assert body.space_after.pt >= 6
    assert 1 <= body.line_spacing <= 1.5
    bold = {name for name, style in used.items() if style.font.bold}
    assert bold >= {"State", "Motto", "Issuing Body", "Title", "Subtitle", "Heading 1", "Authority", "Recipients Head"}
    assert {name for name, style in used.items() if style.font.italic} >= {"Place and Date", "Recipients Head"}


def test_the_paper_is_a_draft_without_number_day_and_signature(paper: Made) -> None:
    lines = written_texts(paper.document)
    assert lines.index("DỰ THẢO") < lines.index("BÁO CÁO")
    assert {"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: …/BC-…"} <= set(lines)
    assert "…………, ngày … tháng … năm …" in lines
    after = lines[lines.index("Nơi nhận:") :]
    assert any(line.startswith("TM. ") for line in after)
    assert "(Dự thảo, chưa ký)" in after
    assert any(line.endswith("./.") for line in lines)


def test_tables_can_be_read_across_pages_and_without_seeing_them(paper: Made) -> None:
    grids = [block for block in paper.plan.blocks if isinstance(block, Grid)]
    grids += [block for annex in paper.plan.annexes for block in annex.blocks if isinstance(block, Grid)]
    tables = [table for table in paper.document.tables if table.style and table.style.name == "Table Grid"]
    assert len(tables) == len(grids)
    captions = ["".join(p.text if isinstance(p, Label) else str(p) for p in pieces(grid.caption)) for grid in grids]
    assert [caption.split(".")[0] for caption in captions] == [f"Bảng {n}" for n in range(1, len(grids) + 1)]
    for table in tables:
        rows = list(table._tbl.tr_lst)
        assert rows[0].trPr.find(qn("w:tblHeader")) is not None
        assert [row for row in rows[1:] if row.trPr.find(qn("w:tblHeader")) is not None] == []
        assert [row for row in rows if row.trPr.find(qn("w:cantSplit")) is None] == []
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None


def test_the_file_says_its_title_its_language_and_the_day_of_the_last_report(paper: Made, demo: DemoRun) -> None:
    properties = paper.document.core_properties
    assert properties.title.startswith("Báo cáo tình hình công đoàn quý")
    assert properties.title.endswith("(dự thảo)")
    assert properties.language == "vi-VN"
    ((received,),) = demo.query("select max(received_at)::date from marts.fct_submission where verdict <> 'duplicate'")
    assert properties.created == properties.modified
    assert properties.created.date() == received
    languages = {each.get(qn("w:val")) for each in paper.document.styles.element.iter(qn("w:lang"))}
    assert languages == {"vi-VN"}


def test_the_same_publication_gives_the_same_bytes_wherever_and_whenever(
    papers: dict[tuple[str, str], Made], demo: DemoRun, tmp_path: Path
) -> None:
    script = (
        "import sys; from pathlib import Path; from pipelines.settings import Settings;"
        "from tests.integration.test_report_paper import site_of; from pipelines.reports.paper import write_paper;"
        "write_paper(site_of(Settings(data_dir=Path(sys.argv[1])), '2023-Q4'), Path(sys.argv[2]), 'T06')"
    )
    path = tmp_path / "folder" / "bao-cao.docx"
    subprocess.run(
        [sys.executable, "-c", script, str(demo.settings.root), str(path)],
        cwd=PROJECT_DIR,
        env=os.environ | {"TZ": "Pacific/Honolulu", "PYTHONHASHSEED": "7", "LC_ALL": "C"},
        check=True,
    )
    assert path.read_bytes() == papers[("2023-Q4", "T06")].content
    assert [each.name for each in path.parent.iterdir()] == ["bao-cao.docx"]


def test_there_is_no_paper_in_english_and_none_of_a_unit_without_a_page(sites: dict[str, Site], tmp_path: Path) -> None:
    site = sites["2023-Q4"]
    english = Site(site.read, site.sources, site.contracts, site.complete_from_pct, "en")
    with pytest.raises(ValueError, match="Vietnamese"):
        write_paper(english, tmp_path / "a.docx")
    with pytest.raises(KeyError):
        write_paper(site, tmp_path / "a.docx", "T02")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.libreoffice
@pytest.mark.skipif(SOFFICE is None or shutil.which("pdftotext") is None, reason="soffice or pdftotext not installed")
def test_pages_are_numbered_from_the_second_on_and_tables_repeat_their_heads(
    papers: dict[tuple[str, str], Made], tmp_path: Path
) -> None:
    assert SOFFICE is not None
    path = tmp_path / "bao-cao.docx"
    path.write_bytes(papers[("2023-Q4", "T06")].content)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = [SOFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(convert, check=True, capture_output=True, timeout=300)
    read = ["pdftotext", "-layout", str(path.with_suffix(".pdf")), "-"]
    pages = subprocess.run(read, check=True, capture_output=True, text=True).stdout.split("\f")[:-1]
    firsts = [next(line.strip() for line in page.splitlines() if line.strip()) for page in pages]
    annexes = [number for number, first in enumerate(firsts) if first.startswith("Phụ lục")]
    assert len(annexes) == 2
    assert not firsts[0].isdigit()
    for start, end in zip([0, *annexes], [*annexes, len(pages)], strict=True):
        assert firsts[start + 1 : end] == [str(n) for n in range(2, end - start + 1)]
    heads = [page for page in pages[: annexes[0]] if re.search(r"^\s*TT\s+Chỉ tiêu", page, re.MULTILINE)]
    assert len(heads) > 1
