"""The documents as they stand on paper, in Word and in PDF."""

import re
import shutil
import subprocess
import zipfile
from collections import Counter
from itertools import pairwise

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from pil_discovery.bundle import build
from tests.bundle import factory, layout, stories
from tests.bundle.test_documents import PAGE, bare, letter_of, render
from tests.bundle.test_kinds import KINDS, documents, printed, written

SOFFICE = shutil.which("soffice")
TEMPLATES = sorted(factory.TEMPLATES.glob("*.docx"))


def word_of(bundle):
    (path,) = bundle.path.glob("data/00_*/建议书.docx")
    return path


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_templates_follow_the_standard(path):
    faults = layout.faults_of(path.read_bytes())
    # what is not printed, and the line that a picture takes, have no pitch
    assert [
        f
        for f in faults
        if "{%" not in f and "{{ plate" not in f and "{{ strips" not in f
    ] == []


def test_a_letter_follows_the_standard(built):
    assert layout.faults_of(word_of(built).read_bytes()) == []


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Kind → its finished bundle, from a case that allows it."""
    folder = tmp_path_factory.mktemp("文书")
    place = folder / "案件.ledger"
    names = stories.play(place)
    done = {}
    for kind, (story, fields) in stories.SAMPLES.items():
        named = None if story is None else (place, names[story])
        done[kind] = written(folder / kind, kind, named, fields)
    return done


def test_every_kind_follows_the_standard(played):
    assert {*played} <= {*KINDS}
    for kind, bundle in played.items():
        for path in documents(bundle.path):
            assert layout.faults_of(path.read_bytes()) == [], (kind, path.name)


def spoiled(path, spoil):
    document = docx.Document(path)
    spoil(document)
    document.save(path)
    return layout.faults_of(path.read_bytes())


def margin(document):
    document.sections[0].left_margin = Mm(25)


def pitch(document):
    document.styles["公文正文"].paragraph_format.line_spacing = Pt(28)


def own_font(document):
    document.paragraphs[5].runs[0].font.name = "宋体"


def heading(document):
    document.styles["公文层次"].paragraph_format.keep_with_next = False


def wide_table(document):
    document.tables[0].columns[1].width = Mm(90)


def typeface(document):
    document.styles["公文正文"].font.name = "宋体"


def title_aside(document):
    document.styles["公文标题"].paragraph_format.alignment = 0


def title_pitch(document):
    document.styles["公文标题"].paragraph_format.line_spacing = Pt(28)


def heading_typeface(document):
    document.styles["公文层次"].font.name = "宋体"


def heading_bold(document):
    document.styles["公文层次"].font.bold = True


def heading_renamed(document):
    document.styles["公文层次"].element.find(qn("w:name")).set(qn("w:val"), "标题一")


def first_line(document):
    style = document.styles["公文正文"].element
    style.pPr.remove(style.pPr.find(qn("w:ind")))


def tracking(document):
    style = document.styles["公文正文"].element
    style.rPr.remove(style.rPr.find(qn("w:spacing")))


def ragged(document):
    document.styles["公文正文"].paragraph_format.alignment = 0


def roomy(document):
    document.styles["公文正文"].paragraph_format.space_after = Pt(6)


def at_least(document):
    document.styles["公文正文"].paragraph_format.line_spacing_rule = 3


def own_pitch(document):
    document.paragraphs[6].paragraph_format.line_spacing = Pt(24)


def own_indent(document):
    document.paragraphs[6].paragraph_format.left_indent = Mm(10)


def own_side(document):
    document.paragraphs[6].paragraph_format.alignment = 1


def red_words(document):
    document.paragraphs[6].runs[0].font.color.rgb = RGBColor(255, 0, 0)


def cell_typeface(document):
    cell = document.tables[0].rows[1].cells[1]
    cell.paragraphs[0].runs[0].font.size = Pt(9)


def cell_style(document):
    table = document.styles["表格文字"]
    table.paragraph_format.line_spacing = Pt(14)


def split_row(document):
    properties = document.tables[0].rows[1]._tr.trPr
    properties.remove(properties.find(qn("w:cantSplit")))


def letter_size(document):
    document.sections[0].page_width = Mm(216)


def bottom(document):
    document.sections[0].bottom_margin = Mm(25)


def no_grid(document):
    section = document.sections[0]._sectPr
    section.remove(section.find(qn("w:docGrid")))


def number_inside(document):
    document.sections[0].footer.paragraphs[0].alignment = 1


def number_typeface(document):
    document.sections[0].footer.paragraphs[0].runs[0].font.size = Pt(9)


def same_sides(document):
    document.settings.odd_and_even_pages_header_footer = False


def mark_aside(document):
    document.sections[0].header.paragraphs[0].alignment = 0


def disorder(document):
    properties = document.styles["公文正文"].element.pPr
    properties.append(properties.find(qn("w:spacing")))


SPOILT = [
    *(margin, pitch, own_font, heading, wide_table, typeface, title_aside),
    *(title_pitch, heading_typeface, heading_bold, heading_renamed, first_line),
    *(tracking, ragged, roomy, at_least, own_pitch, own_indent, own_side, red_words),
    *(cell_typeface, cell_style, split_row, letter_size, bottom, no_grid),
    *(number_inside, number_typeface, same_sides, mark_aside, disorder),
]


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda f: f.__name__)
def test_the_ruler_sees_each_fault(built, tmp_path, spoil):
    path = tmp_path / "x.docx"
    shutil.copyfile(word_of(built), path)
    assert spoiled(path, spoil)


@pytest.fixture(scope="module")
def solid(built):
    """A letter of nothing but full lines, in Word and in PDF."""
    letter = letter_of(built)
    first = letter.sections[0]
    words = {"text": "示例区" * 900, "items": (), "parts": ()}
    text = first.paragraphs[0].model_copy(update=words)
    whole = first.model_copy(update={"heading": "", "paragraphs": (text,)})
    return render(letter.model_copy(update={"sections": (whole,)}))


def full_pages(data):
    """The lines in body type of the second and third page."""
    pages = layout.lines_of(data)[1:3]
    return [
        [
            (y, text)
            for y, size, text in page
            if set(text) <= set("示例区") and size > 15
        ]
        for page in pages
    ]


def assert_full(data):
    for lines in full_pages(data):
        assert len(lines) == 22
        assert {len(text) for _, text in lines} == {28}
        steps = [a - b for (a, _), (b, _) in pairwise(lines)]
        assert all(abs(s - layout.PITCH_PT) < 0.15 for s in steps), steps


def test_a_full_page_of_the_pdf_has_22_lines_of_28_characters(solid):
    assert_full(solid[1])


def test_body_lines_of_a_letter_stay_on_the_grid(built):
    (path,) = built.path.glob("data/00_*/建议书.pdf")
    for page in layout.lines_of(path.read_bytes())[1:3]:
        body = [y for y, size, _ in page if size == 16]
        for first, second in pairwise(body):
            steps = (first - second) / layout.PITCH_PT
            assert abs(steps - round(steps)) < 0.01


def test_page_numbers_stand_outside(built):
    (path,) = built.path.glob("data/00_*/建议书.pdf")
    reader = layout.pypdf.PdfReader(path)
    for number, page in enumerate(reader.pages, 1):
        found = []

        def take(text, cm, tm, _font, _size, found=found):
            if text.strip():
                found.append((tm[5] * cm[3] + cm[5], tm[4] * cm[0] + cm[4], text))

        page.extract_text(visitor_text=take)
        foot = sorted(f for f in found if f[0] < 90)
        middle = float(page.mediabox.width) / 2
        assert (foot[0][1] > middle) == (number % 2 == 1), number


def opened_as(kind, words, folder):
    """Open Word files in LibreOffice, all in one go; return what it makes of them."""
    for name, data in words.items():
        (folder / f"{name}.docx").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", kind, "--outdir"]
    files = [str(folder / f"{name}.docx") for name in words]
    subprocess.run(
        [*command, str(folder), *files], check=True, capture_output=True, timeout=300
    )
    suffix = kind.partition(":")[0]
    return {name: (folder / f"{name}.{suffix}").read_bytes() for name in words}


@pytest.fixture(scope="module")
def words(built, played, tmp_path_factory):
    """Word files of every kind, and some about somebody with a rare name."""
    folder = tmp_path_factory.mktemp("rare")
    rare = build(factory.request(folder, plate=False, name="喆祎堃&<b>{{ x }}"))
    several = {"letter": built, "rare": rare, **played}
    return {
        f"{name}-{path.stem}": path
        for name, bundle in several.items()
        for path in documents(bundle.path)
    }


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_words_of_the_pdf(words, tmp_path):
    given = {name: path.read_bytes() for name, path in words.items()}
    texts = opened_as("txt:Text (encoded):UTF8", given, tmp_path)
    for name, path in words.items():
        text = bare(texts[name].decode("utf-8-sig"))
        # the PDF repeats the headings of tables
        assert not Counter(text) - Counter(printed(path)), name


@pytest.fixture(scope="module")
def opened(built, solid, tmp_path_factory):
    """What LibreOffice prints."""
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed")
    given = {"letter": word_of(built).read_bytes(), "solid": solid[0]}
    return opened_as("pdf", given, tmp_path_factory.mktemp("soffice"))


def test_libreoffice_sets_22_lines_of_28_characters(opened):
    assert_full(opened["solid"])


def test_a_word_file_needs_no_repair(words):
    """Every part is listed once, is XML, and what it refers to is there."""
    for path in words.values():
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
            assert packed.testzip() is None
            assert len(names) == len(set(names))
            for name in names:
                if name.endswith((".xml", ".rels")):
                    docx.oxml.parse_xml(packed.read(name))
            links = packed.read("word/_rels/document.xml.rels").decode()
            used = set(
                re.findall(
                    r'r:(?:embed|id)="(\w+)"', packed.read("word/document.xml").decode()
                )
            )
            assert used <= set(re.findall(r'\bId="(\w+)"', links))
            inside = re.findall(r'Target="([^"]+)"', links)
            for target in inside:
                part = target.lstrip("/") if target[0] == "/" else f"word/{target}"
                assert part in names or target.startswith("../"), target


def test_no_heading_is_the_last_line_of_a_page(opened):
    for data in opened.values():
        for page in layout.lines_of(data):
            body = [t for y, _, t in page if y > 90 and not PAGE.search(t)]
            assert not body or not re.match("[一二三四五六七]、", body[-1])
