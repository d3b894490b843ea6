"""Numbers in running text lead to the evidence whose record contains them."""

import io
import json
import re
import zipfile
from decimal import Decimal

import docx
import pypdf
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.bundle import build
from pil_discovery.bundle.docx_links import bookmark
from pil_discovery.bundle.links import anchors
from pil_discovery.bundle.numbers import mark, parts_of, unmarked
from pil_discovery.bundle.traces import NUMBER, trace_numbers
from pil_discovery.types import Fired
from tests.bundle import factory
from tests.bundle.test_documents import docx_text, letter_of, pdf_text, texts

FACTS = "二、"
ORDINAL = re.compile(r"^[0-9]+．")


def items_of(bundle):
    path = bundle.path / "data/03_分析/items.jsonl"
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    return {line["item"]: line for line in lines}


def files_of(bundle):
    folder = bundle.path / "data/00_建议书"
    return (folder / "建议书.docx").read_bytes(), (folder / "建议书.pdf").read_bytes()


@pytest.fixture(scope="module")
def noted(tmp_path_factory):
    """A bundle with footnotes; its sentences tell days, amounts and signals."""
    found = [
        factory.finding(
            1,
            sentence_zh="示例公司（合同HT-1）应于2025年3月1日缴款，尚欠1234.57万元、"
            "逾期578日（判定于2026-09-30）。",
            inaction=(Fired(weight=0.6, zh="逾期超过60日未解除合同"),),
        ),
        factory.finding(2, place="示例路12号", geometry=factory.SQUARE),
    ]
    folder = tmp_path_factory.mktemp("noted")
    return build(factory.request(folder, findings=found, footnotes=True))


def contains(record, text):
    """Whether the record of an item holds a number, as it is printed."""
    return text in {n["text"] for n in record.get("numbers", ())} or (
        text == record.get("evidence_no")
    )


def test_every_number_of_the_facts_is_linked_to_an_item_that_contains_it(noted):
    letter, items = letter_of(noted), items_of(noted)
    section = next(s for s in letter.sections if s.heading.startswith(FACTS))
    found = 0
    for paragraph in section.paragraphs:
        assert "".join(p.text for p in paragraph.parts) == paragraph.text
        loose = "".join(p.text for p in paragraph.parts if not p.item)
        assert not NUMBER.search(ORDINAL.sub("", loose))
        for part in paragraph.parts:
            if part.item:
                assert part.linked
                assert contains(items[part.item], part.text), part
                found += 1
    assert found >= 12


def test_signals_and_days_of_the_other_parts_are_linked_too(noted):
    letter, items = letter_of(noted), items_of(noted)
    linked = [p for s in letter.sections for o in s.paragraphs for p in o.parts]
    told = {p.text: p.item for p in linked if p.item}
    assert told["60"] == "F1"
    assert told["2026年9月30日"] == "L1"
    assert items["L1"]["numbers"] == [{"text": "2026年9月30日", "origin": "as_of"}]


def test_links_of_the_word_file_lead_to_places_that_exist(noted):
    document = docx.Document(io.BytesIO(files_of(noted)[0]))
    body = document.element.body
    links = [e.get(qn("w:anchor")) for e in body.iter(qn("w:hyperlink"))]
    places = [e.get(qn("w:name")) for e in body.iter(qn("w:bookmarkStart"))]
    ids = [e.get(qn("w:id")) for e in body.iter(qn("w:bookmarkStart"))]
    assert len(links) >= 12
    assert {*links} <= {*places}
    assert len(places) == len({*places}) == len({*ids})
    assert not list(body.iter(qn("w:rStyle")))  # a link has no look
    assert bookmark("F1") in links


def test_links_of_the_pdf_lead_to_a_page(noted):
    reader = pypdf.PdfReader(io.BytesIO(files_of(noted)[1]))
    links = [
        a.get_object()
        for page in reader.pages
        for a in page.get("/Annots", ())
        if a.get_object()["/Subtype"] == "/Link"
    ]
    assert len(links) >= 12
    assert all("/Dest" in a or a["/A"]["/S"] == "/GoTo" for a in links)
    assert all(a["/Border"][2] == 0 for a in links if "/Border" in a)


def test_footnotes_name_the_items_and_only_when_asked(noted, built):
    word, page = files_of(noted)
    with zipfile.ZipFile(io.BytesIO(word)) as packed:
        notes = packed.read("word/footnotes.xml").decode()
        assert "/word/footnotes.xml" in packed.read("[Content_Types].xml").decode()
    document = docx.Document(io.BytesIO(word)).element.body
    marks = [e.get(qn("w:id")) for e in document.iter(qn("w:footnoteReference"))]
    assert marks == [str(n) for n in range(1, len(marks) + 1)]
    said = "1234.57：F1；578：F1"
    assert said in notes
    assert said in pdf_text(page)
    assert said not in docx_text(word)
    assert not [
        p.note for s in letter_of(built).sections for p in s.paragraphs if p.note
    ]
    with zipfile.ZipFile(io.BytesIO(files_of(built)[0])) as packed:
        assert "word/footnotes.xml" not in packed.namelist()


def test_links_change_no_word(noted, built):
    word, page = texts(built)
    body = word.split("附件1证据清单")[0]
    assert body == page.split("附件1证据清单")[0]
    assert not re.search("[\U0010fff0-\U0010fff2]", "".join(texts(noted)))


def test_the_places_are_those_of_the_annexes(built):
    found = anchors(letter_of(built))
    assert {"L1", "F1", "F2", "S1", "ROWS", "PLATE", "re-16"} <= found


def test_marks_in_values_are_nothing_but_text(tmp_path):
    name = "\U0010fff0F9\U0010fff1假\U0010fff2示例公司"
    done = build(factory.request(tmp_path, name=name))
    items = {
        p.item for s in letter_of(done).sections for o in s.paragraphs for p in o.parts
    }
    assert "F9" not in items


@pytest.mark.parametrize(
    ("sentence", "measures", "origins"),
    [
        ("第1期", {"days_late": 578}, {"1": "key:instalment_no"}),
        ("尚欠3万元", {"unpaid_cny": Decimal("30000.00")}, {"3": "measure:unpaid_cny"}),
        ("尚欠3万元", {"unpaid_cny": Decimal("30001.00")}, {"3": "sentence"}),
        ("面积2.00亩", {"area_m2": Decimal("1333.33")}, {"2.00": "measure:area_m2"}),
        ("2025年3月1日", {}, {"2025年3月1日": "date"}),
        ("2020年3月1日", {}, {"2020年3月1日": "sentence"}),
        ("990*************13", {}, {}),
        (
            "1,234,567.89元",
            {"a_cny": Decimal("1234567.89")},
            {"1,234,567.89": "measure:a_cny"},
        ),
    ],
)
def test_where_numbers_come_from(sentence, measures, origins):
    found = factory.finding(1, sentence_zh=sentence, measures=measures, inaction=())
    told = trace_numbers(found, None)
    assert {n["text"]: n["origin"] for n in told} == origins


@given(st.text(max_size=40), st.sampled_from(["F1", "S12", "STRIP-F1"]))
def test_marking_keeps_every_character(text, item):
    bare = re.sub("[\U0010fff0-\U0010fff2]", "", text)
    marked = mark(text, item)
    assert unmarked(marked) == bare
    assert "".join(p.text for p in parts_of(marked)) == bare
    assert [p.text for p in parts_of(marked) if p.item] == NUMBER.findall(bare)


def test_a_code_is_one_number_and_belongs_to_its_holder():
    code = "91990302MA9951298Y"
    found = factory.finding(
        1,
        subject_code=code,
        sentence_zh=f"示例公司（{code}）在91990302MA9951299A处欠款2笔。",
    )
    told = trace_numbers(found, None)
    assert [t["text"] for t in told][:2] == [code, "91990302MA9951299A"]
    assert [t["origin"] for t in told][:2] == ["subject", "sentence"]
