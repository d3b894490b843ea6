"""Papers on paper: their Word files and PDF under the ruler of the letters."""

import datetime as dt
import io
import re
import shutil
from itertools import pairwise

import docx
import pypdf
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from pil_discovery.bundle.papers import lay_out
from pil_discovery.bundle.papers.nouns import (
    Blank,
    Column,
    Form,
    Heading,
    Paper,
    Part,
    Sentence,
    Slots,
    Table,
)
from pil_discovery.pipeline.case_papers import case_papers
from pil_discovery.pipeline.paper_names import papers_folder
from pil_discovery.pipeline.year_papers import year_papers
from tests.bundle import layout
from tests.bundle.test_layout import assert_full, opened_as
from tests.pipeline.years import two_years

TEMPLATES = papers_folder().parent
UPRIGHT, TURNED = (layout.margins_of("paper.typ", n) for n in ("upright", "turned"))
SOFFICE = shutil.which("soffice")
OF_YEARS = ("annual-report", "scorecard", "npc-briefing")
OF_CASES = (
    "meeting-pack",
    "hearing-pack",
    "evaluation-form",
    "npc-report",
    "case-digest",
)


def paper(*blocks, **more):
    told = {
        "kind": "sample",
        "stem": "示例",
        "mark": "草稿·待核查",
        "office": "示例区人民检察院",
        "title": "示例报告",
        "as_of": dt.date(2026, 12, 31),
        "formats": ("docx", "pdf"),
        "parts": (Part(blocks=blocks),),
    }
    return Paper(**told | more)


def laid(told):
    return lay_out(told, templates=TEMPLATES)


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """Name → Word file and PDF of every paper there is."""
    books = two_years(tmp_path_factory.mktemp("账本") / "a.ledger")
    told = [
        *(p for k in OF_YEARS for p in year_papers(books.ledger, 2026, k, office="院")),
        *(p for k in OF_CASES for p in case_papers(books.ledger, books.cases[1], k)),
    ]
    shown = [p.model_copy(update={"formats": ("docx", "pdf")}) for p in told]
    return {f"{p.kind}-{p.stem}": laid(p) for p in shown}


def test_both_writers_have_the_margins_of_the_standard():
    assert UPRIGHT == layout.MARGINS_MM


def test_every_paper_follows_the_standard(papers):
    assert len(papers) > 12
    for name, files in papers.items():
        assert layout.faults_of(files["docx"], TURNED) == [], name
        assert layout.strays_of(files["pdf"], UPRIGHT, TURNED) == [], name


def margin(document):
    document.sections[0].left_margin = Mm(25)


def turned_margin(document):
    document.sections[-1].top_margin = Mm(37)


def pitch(document):
    document.styles["公文正文"].paragraph_format.line_spacing = Pt(28)


def typeface(document):
    document.styles["表格文字"].font.name = "宋体"


def own_size(document):
    document.paragraphs[4].runs[0].font.size = Pt(15)


def heading(document):
    document.styles["公文层次"].paragraph_format.keep_with_next = False


def wide_table(document):
    document.tables[0].columns[1].width = Mm(120)


def torn_row(document):
    marks = document.tables[0].rows[1]._tr.trPr
    marks.remove(marks.find(qn("w:cantSplit")))


def lost_header(document):
    marks = document.tables[0].rows[0]._tr.trPr
    marks.remove(marks.find(qn("w:tblHeader")))


def page_number(document):
    document.sections[0].footer.paragraphs[0].alignment = 1


@pytest.mark.parametrize(
    "spoil",
    [
        margin,
        turned_margin,
        pitch,
        typeface,
        own_size,
        heading,
        wide_table,
        torn_row,
        lost_header,
        page_number,
    ],
    ids=lambda f: f.__name__,
)
def test_the_ruler_sees_each_fault_of_a_paper(papers, spoil):
    document = docx.Document(
        io.BytesIO(papers["annual-report-行政检察年度分析报告"]["docx"])
    )
    spoil(document)
    spoiled = io.BytesIO()
    document.save(spoiled)
    assert layout.faults_of(spoiled.getvalue(), TURNED)


def columns():
    return (
        Column(name="机关", width_mm=60),
        Column(name="件数", kind="number", width_mm=30),
        Column(name="代码", kind="id", width_mm=36),
    )


LONG = ("A" * 400, "https://example.org/" + "x" * 300, "甲" * 10_000, "W" * 10_000)


@pytest.fixture(scope="module")
def hostile():
    """A paper of values without a blank to break at, and of a row beyond a page."""
    rows = tuple((text, "1,234,567,890,123.45", text[:60]) for text in LONG)
    table = Table(caption="表1　表", sheet="表", columns=columns(), rows=rows)
    form = Form(blanks=(Blank(label="案件", value=LONG[2]),))
    blocks = (Heading(text="H" * 120), Sentence(text="S" * 500), table, form)
    wide = Part(blocks=(table.model_copy(update={"sheet": "宽"}),), wide=True)
    parts = (Part(blocks=(*blocks, Slots(names=("名" * 40,)))), wide)
    return laid(paper(title="T" * 100, parts=parts))


def test_long_words_and_rows_stay_on_the_sheet(hostile):
    assert layout.strays_of(hostile["pdf"], UPRIGHT, TURNED) == []
    assert layout.faults_of(hostile["docx"], TURNED) == []
    pages = pypdf.PdfReader(io.BytesIO(hostile["pdf"])).pages
    told = re.sub(r"\s", "", "".join(p.extract_text() for p in pages))
    assert told.count("甲") > 3 * 10_000
    assert told.count("W") == 2 * (10_000 + 60)


def test_the_ruler_sees_words_that_leave_the_sheet(monkeypatch, tmp_path):
    """Without the rule for long words the same paper is found faulty."""
    for name in ("paper.typ",):
        text = (TEMPLATES / name).read_text("utf-8")
        broken = re.sub(r"(?m)^\s*#?show run\(.*\n", "", text)
        assert broken != text
        (tmp_path / name).write_text(broken, "utf-8")
    told = paper(Sentence(text="S" * 500), formats=("pdf",))
    data = lay_out(told, templates=tmp_path)["pdf"]
    assert layout.strays_of(data, UPRIGHT, TURNED)


@pytest.mark.parametrize(
    ("text", "lines"),
    [("12,345,678.50", 1), ("1,234,567,890.00", 1), ("9,999,999,999,999.00", 2)],
)
def test_a_long_number_is_set_smaller_and_broken_at_a_comma_alone(text, lines):
    table = Table(
        sheet="表",
        columns=(
            Column(name="项目", width_mm=120),
            Column(name="金额", kind="number", width_mm=36),
        ),
        rows=(("甲", text),),
    )
    files = laid(paper(table))
    (page,) = layout.lines_of(files["pdf"])
    found = re.findall(r"[\d,.]{3,}", " ".join(line for _, _, line in page))
    assert len(found) == lines
    assert "".join(found) == text
    assert all(f.endswith((",", text[-3:])) for f in found), found
    assert layout.strays_of(files["pdf"], UPRIGHT) == []
    cell = docx.Document(io.BytesIO(files["docx"])).tables[0].rows[1].cells[1]
    small = cell.paragraphs[0].style.name == "表格校验值"
    assert small == (len(text) > 13)


def full():
    return paper(Sentence(text="示例区" * 900))


def test_a_full_page_of_a_paper_has_22_lines_of_28_characters():
    assert_full(laid(full())["pdf"])


def test_a_full_page_before_a_turned_sheet_leaves_no_empty_one():
    """Whatever the length of the text, no page is without words."""
    turned = Part(blocks=(Sentence(text="宽"),), wide=True)
    for lines in (16, 17, 18):
        first = Part(blocks=(Sentence(text="字" * 28 * lines),))
        files = laid(paper(parts=(first, turned)))
        assert len(pypdf.PdfReader(io.BytesIO(files["pdf"])).pages) == 2, lines


def test_a_short_table_stays_on_one_page():
    """However far down a page it begins; a header never stands alone."""
    rows = (("甲", "1", "007"), ("乙", "2", "008"))
    table = Table(caption="表1　表", sheet="表", columns=columns(), rows=rows)
    for lines in range(13, 19):
        data = laid(paper(Sentence(text="字" * 28 * lines), table))["pdf"]
        pages = [
            "".join(t.replace(" ", "") for *_, t in p) for p in layout.lines_of(data)
        ]
        (place,) = (n for n, page in enumerate(pages) if "机关" in page)
        assert all(word in pages[place] for word in ("表1", "007", "008")), lines


@pytest.fixture(scope="module")
def opened(papers, tmp_path_factory):
    """What LibreOffice prints of every paper."""
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed")
    turned = Part(blocks=(Sentence(text="宽"),), wide=True)
    full_pages = {
        f"full{n}": laid(
            paper(parts=(Part(blocks=(Sentence(text="字" * 28 * n),)), turned))
        )
        for n in (17, 18, 19)
    }
    given = {name: f["docx"] for name, f in {**papers, **full_pages}.items()}
    given["solid"] = laid(full())["docx"]
    return opened_as("pdf", given, tmp_path_factory.mktemp("soffice"))


def test_libreoffice_sets_a_paper_alike(opened):
    assert_full(opened["solid"])


def test_no_page_of_a_paper_is_empty_and_none_ends_with_a_heading(opened, papers):
    printed = {**opened, **{f"pdf-{n}": f["pdf"] for n, f in papers.items()}}
    for name, data in printed.items():
        for number, page in enumerate(layout.lines_of(data), 1):
            body = [t for y, _, t in page if y > 60]
            body = [t for t in body if t[-3:] != "待核查" or len(t) > 8]
            body = [t for t in body if not re.fullmatch(r"—\s*\d+\s*—", t)]
            assert body, (name, number)
            assert not re.match("[一二三四五六七]、|附表", body[-1]), (name, number)
            assert not re.match(r"表\d+　", body[-1]), (name, number)


def test_lines_of_a_paper_stay_on_the_grid():
    data = laid(paper(*(Sentence(text="示例区" * 20) for _ in range(12))))["pdf"]
    body = [y for y, size, _ in layout.lines_of(data)[1] if size == 16]
    steps = [(a - b) / layout.PITCH_PT for a, b in pairwise(body)]
    assert all(abs(s - round(s)) < 0.01 for s in steps)
