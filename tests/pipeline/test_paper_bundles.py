"""Papers in a bundle: packed with the evidence of their lead, verified, redacted."""

import datetime as dt
import re
import zipfile
from dataclasses import replace

import pytest

from pil_discovery.bundle import build, load_kind, verify
from pil_discovery.bundle.papers import load_paper_kind, paper_kinds
from pil_discovery.catalog import load_law
from pil_discovery.errors import GateError
from pil_discovery.pipeline.case_files import told_case, with_case
from pil_discovery.pipeline.paper_bundles import with_papers
from pil_discovery.pipeline.paper_names import papers_folder
from tests.bundle import factory
from tests.pipeline.years import LAND, NAMES, PHONE, two_years

AS_OF = dt.date(2026, 9, 30)
ONLY_REPORTED = {"npc-briefing"}
"""Papers without a lead behind them."""
KINDS = sorted(set(paper_kinds(papers_folder())) - ONLY_REPORTED)
PERSON = "周玉兰"


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    return two_years(tmp_path_factory.mktemp("账本") / "a.ledger")


def asked(books, folder, kind, fields=None, **more):
    named, given = (books.path, books.cases[1]), fields or {}
    told = told_case(kind, named, given, AS_OF)
    request = factory.request(folder, kind=kind, fields=given, **more)
    return with_papers(with_case(request, told), named, given)


@pytest.fixture(scope="module")
def packed(books, tmp_path_factory):
    """Kind → its bundle, built once."""
    folder, done = tmp_path_factory.mktemp("包"), {}

    def of(kind):
        if kind not in done:
            fields = {"place": "第一会议室"} if kind == "meeting-pack" else {}
            done[kind] = build(asked(books, folder / kind, kind, fields)).path
        return done[kind]

    return of


def written(path):
    (folder,) = path.glob("data/00_*")
    return {f.name: f for f in folder.iterdir()}


def word(file):
    with zipfile.ZipFile(file) as archive:
        xml = archive.read("word/document.xml").decode()
    return "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)<", xml))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_packed_and_verified(packed, kind):
    path = packed(kind)
    assert verify(path).ok
    files = written(path)
    text = load_paper_kind(papers_folder(), kind)
    wanted = {f"{p.stem}.{e}" for p in text.papers for e in text.formats}
    assert set(files) == wanted
    assert "示例区人民检察院" in word(files[f"{text.papers[0].stem}.docx"])
    assert (path / "data/01_证据清单/index.csv").is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_and_its_papers_agree(kind):
    facts, _ = load_law()
    outer = load_kind(factory.TEMPLATES, kind)
    inner = load_paper_kind(papers_folder(), kind)
    assert set(inner.fields) <= set(outer.fields)
    assert {*outer.basis, *inner.basis} <= set(facts)
    assert inner.kind == outer.kind == kind
    assert not outer.sections


def test_the_evaluator_gets_no_score_in_the_whole_bundle(packed):
    path = packed("evaluation-form")
    for file in path.rglob("*"):
        if file.suffix in {".json", ".jsonl", ".md", ".csv", ".html", ".txt"}:
            assert not re.search(r'"score"|得分|"rank"', file.read_text("utf-8")), file


def test_the_evaluator_sees_where_it_is(packed):
    form = written(packed("evaluation-form"))["第三方评估表.docx"]
    with zipfile.ZipFile(form) as archive:
        assert [n for n in archive.namelist() if n.startswith("word/media/")]
    assert "位置图" in word(form)


def test_what_the_office_fills_in_is_printed(packed):
    files = written(packed("meeting-pack"))
    assert "第一会议室" in word(files["01_会议议程.docx"])
    facts = word(files["02_事实确认书.docx"])
    assert "示例置业有限公司（合同HT-1）第1期价款逾期578日" in facts
    assert f"{LAND}：" in facts


def test_the_year_of_a_report_may_be_named(books, tmp_path):
    now = asked(books, tmp_path, "annual-report").told
    before = asked(books, tmp_path, "scorecard", {"year": "2025"}).told
    assert (now["year"], before["year"]) == (2026, 2025)
    assert before["to_zh"] == "2025年12月31日"


def test_a_paper_of_a_case_wants_a_case_that_came_so_far(books, tmp_path):
    with pytest.raises(GateError, match="--case"):
        told_case("meeting-pack", None, {}, AS_OF)
    fresh = books.open("2026-12-01", matter="food.no-licence", agency="示例区甲局")
    with pytest.raises(GateError, match="没有评估的对象"):
        told_case("evaluation-form", (books.path, fresh), {}, AS_OF)


def test_persons_are_hidden_in_what_leaves_the_office(books, tmp_path):
    request = asked(books, tmp_path, "meeting-pack", name=PERSON)
    assert any(PERSON in row["text"] for row in request.told["facts"])
    files = written(build(replace(request, profile="public")).path)
    text = "".join(word(f) for n, f in files.items() if n.endswith(".docx"))
    assert "逾期578日" in text
    assert PERSON not in text
    assert PHONE not in text


def test_a_digest_stays_anonymous_in_its_bundle(books, packed):
    files = written(packed("case-digest"))
    text = word(files["案例摘要.docx"]) + files["案例摘要.html"].read_text("utf-8")
    for name in (*NAMES, "示例置业有限公司", books.cases[1]):
        assert name not in text
