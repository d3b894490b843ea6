"""One paper, four files: equal texts, equal bytes, nothing that runs."""

import base64
import datetime as dt
import hashlib
import html
import io
import re
import zipfile
from pathlib import Path

import pypdf
import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from pil_discovery.bundle.papers import lay_out, printed_texts, write_papers
from pil_discovery.bundle.papers.nouns import (
    Bar,
    Blank,
    Chart,
    Column,
    Form,
    Heading,
    Paper,
    Part,
    Picture,
    Sentence,
    Slots,
    Table,
)
from pil_discovery.errors import BundleError
from tests import browser
from tests.bundle import factory

TEMPLATES = Path(__file__).parents[3] / "models" / "procedure" / "documents"
PICTURES = {"F1": factory.png(), "unused": b""}
CODE = "330302199001011234567890"


def table(**changes):
    columns = (
        Column(name="机关", width_mm=60),
        Column(name="件数", kind="number", width_mm=30),
        Column(name="比率", kind="share", width_mm=30),
        Column(name="代码", kind="id", width_mm=36),
    )
    rows = (
        ("示例区财政局", "12", "66.7%＊", CODE),
        ("=1+1", "1,234.50", "—", "007"),
        ("少了", "−1,234", "", "+86"),
    )
    told = {"caption": "表1　按机关统计", "sheet": "按机关", "note": "注：待核查。"}
    return Table(**{**told, "columns": columns, "rows": rows, **changes})


def paper(*blocks, **changes):
    told = {
        "kind": "sample",
        "stem": "示例报告",
        "mark": "草稿·待核查",
        "office": "示例区人民检察院",
        "title": "年度分析报告",
        "subtitle": "（2026年）",
        "as_of": dt.date(2026, 12, 31),
        "parts": (Part(blocks=blocks),),
    }
    return Paper(**{**told, **changes})


def whole():
    """A paper with every kind of block, the second part on a turned sheet."""
    bars = (Bar(label="示例区财政局", length=66.7, words="66.7%", faint=True),)
    first = (
        Heading(text="一、总体情况"),
        Sentence(text="“截至”2026年12月31日——共3件，×、°、… <b>&amp;</b> {{ x }}。"),
        table(),
        Chart(caption="图1　各机关回复率", bars=bars, longest=100),
        Picture(item="F1", caption="图2　位置图", width_mm=80),
        Heading(text="二、意见", level=2),
        Form(blanks=(Blank(label="结论", value="□属实　□不属实", lines=2),)),
        Sentence(text="以上由各方签名。", keeps=True),
        Slots(names=("承办人（签名）", "检察长（签名）")),
    )
    second = (table(sheet="宽表", caption="表2　宽表", tall=True),)
    hidden = table(sheet="明细", caption="不印的明细", printed=False)
    return paper(parts=(Part(blocks=first), Part(blocks=(*second, hidden), wide=True)))


@pytest.fixture(scope="module")
def files():
    return lay_out(whole(), templates=TEMPLATES, pictures=PICTURES)


def squeezed(text):
    return re.sub(r"\s", "", text)


def sheet(data, name):
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return book.get_sheet_by_name(name).to_python()


def word_text(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("word/document.xml").decode()
    return html.unescape("".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", xml)))


def pdf_text(data, mark="草稿·待核查"):
    pages = []
    for page in pypdf.PdfReader(io.BytesIO(data)).pages:
        text = squeezed(page.extract_text())
        pages.append(re.sub(r"—\d+—", "", text.replace(squeezed(mark), "", 1), count=1))
    return "".join(pages)


def page_text(data):
    body = data.decode().partition("<main>")[2]
    return html.unescape(re.sub(r"<[^>]*>", "", body))


def test_all_files_say_the_same(files):
    wanted = squeezed("".join(printed_texts(whole())))
    assert squeezed(word_text(files["docx"])) == wanted
    assert squeezed(page_text(files["html"])) == wanted
    assert pdf_text(files["pdf"]) == wanted


def test_the_workbook_says_the_same_on_its_sheets(files):
    words = {squeezed(str(c)) for row in sheet(files["xlsx"], "正文") for c in row}
    tables = list(whole().tables())
    for table in tables:
        told = sheet(files["xlsx"], table.sheet)
        assert told[0] == [c.name for c in table.columns]
        assert len(told) > len(table.rows)
        words |= {squeezed(table.note), *(c.name for c in table.columns)}
        words |= {squeezed(cell) for row in table.rows for cell in row}
    missing = [t for t in printed_texts(whole()) if squeezed(t) not in words]
    assert missing == []


def test_the_same_paper_gives_the_same_bytes(files):
    again = lay_out(whole(), templates=TEMPLATES, pictures=PICTURES)
    assert again == files


def test_the_pdf_is_made_for_keeping_and_turns_wide_parts(files):
    reader = pypdf.PdfReader(io.BytesIO(files["pdf"]))
    assert b"pdfaid" in files["pdf"]
    sizes = [(p.mediabox.width > p.mediabox.height) for p in reader.pages]
    assert sizes[0] is False
    assert sizes[-1] is True


def test_boxes_of_the_word_file_can_be_clicked_and_sections_turn(files):
    with zipfile.ZipFile(io.BytesIO(files["docx"])) as archive:
        xml = archive.read("word/document.xml").decode()
    assert xml.count("<w14:checkbox>") == 2
    assert xml.count("<w:tblHeader") == 2
    document = Document(io.BytesIO(files["docx"]))
    assert [s.orientation for s in document.sections] == [0, 1]
    assert document.core_properties.title == "示例区人民检察院年度分析报告"
    assert document.sections[0].header.paragraphs[0].text == "草稿·待核查"


def test_charts_and_pictures_keep_their_width(files):
    document = Document(io.BytesIO(files["docx"]))
    assert [round(s.width.mm) for s in document.inline_shapes] == [150, 80]
    assert files["html"].count(b"<img ") == 2


def test_a_paper_may_begin_on_a_turned_sheet():
    sheet = Part(blocks=(table(),), wide=True)
    turned = paper(parts=(sheet,), formats=("docx", "pdf"))
    found = lay_out(turned, templates=TEMPLATES)
    assert list(found) == ["docx", "pdf"]
    assert len(Document(io.BytesIO(found["docx"])).sections) == 1
    assert len(pypdf.PdfReader(io.BytesIO(found["pdf"])).pages) == 1


def test_a_workbook_has_no_formulas_and_keeps_codes(files):
    assert sheet(files["xlsx"], "按机关")[1:4] == [
        ["示例区财政局", 12.0, "66.7%＊", CODE],
        ["=1+1", 1234.5, "—", "007"],
        ["少了", -1234.0, "", "+86"],
    ]
    assert len(sheet(files["xlsx"], "明细")) > 2
    with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as archive:
        parts = [n for n in archive.namelist() if "worksheets/" in n]
        assert all(b"<f>" not in archive.read(n) for n in parts)
    assert len(parts) == 4


def test_a_workbook_loses_no_digit_and_says_what_it_cannot_hold():
    long, figure = "𠮷" * 20_000, "1,234,567,890,123.456"
    rows = ((long, figure, "", ""), ("=cmd|'/c calc'!A1", "-0.5", "@SUM(1)", "+1"))
    data = lay_out(paper(table(rows=rows), formats=("xlsx",)), templates=TEMPLATES)
    first, second = sheet(data["xlsx"], "按机关")[1:3]
    assert first[0] == "𠮷" * 16_000 + "……（过长，全文见 Word 文件）"
    assert first[1] == figure
    assert second == ["=cmd|'/c calc'!A1", -0.5, "@SUM(1)", "+1"]


def test_a_page_asks_nothing_and_runs_nothing(files):
    page = files["html"].decode()
    style = re.search(r"<style>(.*)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert " style=" not in page
    assert "url(" not in page
    assert "<b>&" not in page


class Still(browser.Opened):
    """A page without a script: it is ready when it is loaded."""

    def load(self, path):
        self.page.goto(path.as_uri())


def test_a_page_opens_in_a_browser_without_a_complaint(files, chromium, tmp_path):
    (tmp_path / "页.html").write_bytes(files["html"])
    opened = Still(chromium, tmp_path / "页.html")
    try:
        assert (opened.complaints, opened.asked) == ([], [])
        wide = "document.documentElement.scrollWidth <= window.innerWidth"
        assert opened.page.evaluate(wide)
        shown = "document.querySelector('img').naturalWidth > 1000"
        assert opened.page.evaluate(shown)
    finally:
        opened.close()


def test_a_letter_that_no_font_has_stops_everything(tmp_path):
    with pytest.raises(BundleError, match="没有这些字"):
        write_papers(
            [paper(Sentence(text="\U000e0041"))], tmp_path / "出", templates=TEMPLATES
        )
    assert not (tmp_path / "出").exists()
