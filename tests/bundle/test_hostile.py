"""Names, files and values that want to be more than text stay the text they are."""

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace

import pytest
from python_calamine import CalamineWorkbook

from pil_discovery.bundle import bags, build, verify
from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.exhibits import stored_name
from pil_discovery.errors import BundleError
from tests.bundle import factory
from tests.bundle.test_documents import (
    bare,
    docx_text,
    letter_of,
    pdf_text,
    renamed,
    render,
    texts,
    without_headings,
)

WORDS = {
    "template": "{{ 7*7 }}{% for x in y %}{{ x }}{% endfor %}{# x #}{%p if 1 %}",
    "template code": "{{ ''.__class__.__mro__[1].__subclasses__() }}${7*7}<%=7 %>#{7}",
    "typst": '#read("/etc/passwd") #eval("1") $x$ @a <b> *c* _d_ `e` //f /*g*/ \\u{41}',
    "xml": '<w:p><w:r/></w:p>&lt;&amp;&#x41;<!-- x --> ]]> <?xml version="1.0"?>',
    "entity": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>&b;',
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>javascript:x",
    "sql": "'; DROP TABLE leads; -- \" OR 1=1",
    "formula": '=cmd|\'/C calc\'!A0 @SUM(1) +1 -1 =HYPERLINK("http://x","y")',
    "shell": "$(id) `id` ; rm -rf / | cat & %PATH% ${HOME} \\\\host\\share",
    "path": "../../../etc/passwd C:\\windows\\x ..\\..\\x /dev/null NUL CON.txt",
    "right to left": "示例\u202egnp.exe\u202c\u2066公司\u2069\u200f",
    "invisible": "示\u200b例\u200c公\u200d司\u2060\ufeff\u00ad",
    "control": "示例\x00\x07\x08\x1b[31m\x7f\x85公司\r\n\t第二行",
    "surrogate": "示例\ud800公司\udfff",
    "not a character": "示例\ufffe\uffff\U000e0001公司",
    "combining": "示例e\u0301 A\u030a 公司",
    "number": "1e309 NaN Infinity 0x1F 1/0 -0 ０１２ null None undefined true",
    "quotes": "“‘\"'`´«»„’”『』﹁﹂",
    "blank": "　 \u2003\u00a0示例\u3000公司 ",
    "one long word": "W" * 300,
    "long": "示例公司" * 2500,
    "long, no Chinese": "unbroken" * 1250,
    "link": "https://example.org/" + "a/" * 60 + "?q=%00&x=" + "b" * 120,
}


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS.keys())
def test_a_name_stays_the_text_it_is(built, words):
    """In Word and PDF, whatever it says; what cannot be drawn is refused by name."""
    name = printable(words)
    word, page = render(renamed(letter_of(built), name))
    folder = built.path.parent
    for data, kind in ((word, "docx"), (page, "pdf")):
        (folder / f"x.{kind}").write_bytes(data)
    try:
        assert bare(name) in docx_text(word)
        assert bare(name) in pdf_text(page)
        assert_inside(folder / "x.pdf")
    finally:
        for kind in ("docx", "pdf"):
            (folder / f"x.{kind}").unlink()


def assert_inside(path):
    """No word of a PDF runs beyond the margins of its page."""
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext")
    command = ["pdftotext", "-bbox", str(path), "-"]
    told = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    for page in told.split("<page ")[1:]:
        width, height = map(float, re.findall(r'(?:width|height)="([\d.]+)"', page)[:2])
        boxes = re.findall(
            r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"', page
        )
        for left, top, right, bottom in (map(float, box) for box in boxes):
            assert left > 70, box_words(page)
            assert right < width - 60  # on the sheet, nothing cut off
            assert top > 20
            assert bottom < height - 40


def box_words(page):
    return re.sub("<[^>]*>", " ", page)[:200]


def everywhere(folder, words, **more):
    """A request in which somebody wrote the same words wherever one can write."""
    plain = factory.request(folder, plate=False)
    found = [
        f.model_copy(update={"place": words, "sentence_zh": f"{words}逾期578日。"})
        for f in plain.findings
    ]
    rows = [{**r, "cells": dict.fromkeys(r["cells"], words)} for r in plain.rows]
    sources = [
        s.model_copy(update={"issuer": words, "obtained": words}) for s in plain.sources
    ]
    lead = plain.lead.model_copy(
        update={"title_zh": words, "subject_name": words, "missing": (words,)}
    )
    return replace(
        *(plain,), findings=found, rows=rows, sources=sources, lead=lead, **more
    )


CHOSEN = (
    *("template", "xml", "script", "formula", "path", "right to left", "control"),
    *("surrogate", "one long word"),
)


@pytest.mark.parametrize("name", CHOSEN)
def test_a_bundle_full_of_it_is_sound(tmp_path, name):
    words = WORDS[name]
    done = build(everywhere(tmp_path, words))
    assert verify(done.path, root=done.root_sha256).ok
    word, page = texts(done)
    if name == "one long word":  # a row over two pages is read half by half
        word, page = (sorted(without_headings(t)) for t in (word, page))
        assert word == page
    else:
        assert without_headings(word) == without_headings(page)
        assert bare(printable(words)) in word
    for pdf in done.path.glob("data/00_*/*.pdf"):
        assert_inside(pdf)
    there = [p.relative_to(done.path).as_posix() for p in done.path.rglob("*")]
    assert not any(".." in p or "\\" in p or "\u202e" in p for p in there)
    web = (done.path / "data/01_证据清单/index.html").read_text("utf-8")
    assert "<script" not in web
    assert "onerror" not in web.replace("onerror=alert(1)&gt;", "")
    cells = (done.path / "data/03_分析/来源行.csv").read_bytes().decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(cells, newline="")):
        assert not row["值"].startswith(("=", "+", "-", "@", "\t", "\r"))
    for line in (done.path / "data/03_分析/items.jsonl").read_bytes().splitlines():
        json.loads(line)
    for book in done.path.rglob("*.xlsx"):
        CalamineWorkbook.from_path(str(book))
        with zipfile.ZipFile(book) as packed:
            sheets = [n for n in packed.namelist() if n.startswith("xl/worksheets/")]
            assert not any(b"<f>" in packed.read(n) for n in sheets)


NAMES = (
    *("../../etc/passwd", "..", ".", "CON.csv", "a:b.csv", "x\x00.csv", "尾.csv. "),
    *("\u202egnp.csv", "示\u200b例.csv", "🦀" * 100 + ".csv", "示" * 300 + ".csv"),
    *("a\nb.csv", 'q"<>|*?.csv', "-rf.csv", "$(id).csv", "é.csv", "e\u0301.csv"),
    *(
        " .csv",
        "x" * 400,
        "文件." + "后" * 60,
        "\ud800.csv",
        "%s%n.csv",
        "~",
        "\\\\h\\s",
    ),
)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_file_name_is_made_safe_for_every_disk(name):
    stored = stored_name("ab" * 32, f"数据/{name}")
    assert stored.startswith("abababababab_")
    assert len(stored.encode("utf-8")) <= 240
    assert not re.search(r'[\x00-\x1f\x7f/\\:*?"<>|\u200b-\u200f\u202a-\u202e]', stored)
    assert stored == stored.strip(". ")


def test_a_raw_file_with_a_wild_name_travels(tmp_path):
    plain = factory.request(tmp_path, plate=False)
    old, wild = "数据/出让合同.csv", "数据/示\u202e例\u200b{{7*7}}" + "长" * 60 + ".csv"
    place = plain.source_paths[old]
    moved = place.rename(place.with_name(wild[3:]))
    found = [
        f.model_copy(
            update={
                "records": tuple(
                    r.model_copy(update={"source": wild}) if r.source == old else r
                    for r in f.records
                )
            }
        )
        for f in plain.findings
    ]
    paths = {(wild if k == old else k): v for k, v in plain.source_paths.items()}
    first = plain.sources[0].model_copy(update={"file": wild})
    done = build(
        replace(
            plain,
            findings=found,
            sources=[first, *plain.sources[1:]],
            source_paths={**paths, wild: moved},
            rows=[
                {**r, "source": wild if r["source"] == old else r["source"]}
                for r in plain.rows
            ],
        )
    )
    assert verify(done.path, root=done.root_sha256).ok
    word, page = map(without_headings, texts(done))
    assert word == page
    names = [p.name for p in (done.path / "data/02_原始材料").iterdir()]
    assert any(
        n.startswith(first.sha256[:12]) and "{{7_7}}" in n for n in names
    ) or any(n.startswith(first.sha256[:12]) for n in names)


def test_an_office_with_a_wild_name_writes_no_lines_of_its_own(tmp_path):
    """Nothing in `bag-info.txt` or the instructions can be put there by a name."""
    name = "示例\nSeal: none\r\nRoot: x\u202e{x}{0}%s院"
    plain = factory.request(tmp_path, plate=False)
    office = plain.office.model_copy(update={"name": name})
    done = build(replace(plain, office=office))
    info = (done.path / "bag-info.txt").read_text("utf-8")
    assert not re.search("^(Seal|Root): ", info, re.MULTILINE)
    shown = (done.path / "README.txt").read_text("utf-8")
    assert "\nSeal: none" not in shown
    assert "\u202e" not in shown
    assert verify(done.path).ok


def test_what_no_font_can_draw_is_refused_by_name(tmp_path):
    with pytest.raises(BundleError, match=r"U\+1F980"):
        build(factory.request(tmp_path, plate=False, name="示例🦀公司"))
    assert list((tmp_path / "bundle").glob("*")) == []


def test_the_program_in_the_bundle_holds_nothing_of_the_case(built):
    assert (built.path / "verify.py").read_bytes() == bags.verify_script()
