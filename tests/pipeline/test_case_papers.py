"""Papers of a case: filled from lead and ledger, without scores or identifiers."""

import datetime as dt
import html
import io
import re
import zipfile
from decimal import Decimal

import pypdf
import pytest

from pil_discovery.bundle.papers import lay_out, paper_kinds, printed_texts
from pil_discovery.catalog import load_law
from pil_discovery.errors import ArgumentError
from pil_discovery.pipeline.case_papers import (
    COMMITTEE,
    DIGEST,
    EVALUATION,
    HEARING,
    MEETING,
    Told,
    case_papers,
)
from pil_discovery.pipeline.case_reports import committee_report, committee_text
from pil_discovery.pipeline.paper_names import load_names, papers_folder
from tests.bundle import factory
from tests.pipeline.years import LAND, NAMES, PHONE, RESIDENT, Books, two_years

KINDS = (MEETING, HEARING, EVALUATION, COMMITTEE, DIGEST)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    return two_years(tmp_path_factory.mktemp("账本") / "a.ledger")


@pytest.fixture
def told():
    """A lead with a hit and a finding to be looked at, as a scan gives it."""
    place = "示例区示范街道12号"
    found = [
        factory.finding(1),
        factory.finding(2, state="review", place=place),
        factory.finding(3, state="unknown", sentence_zh="不明"),
    ]
    lead = factory.lead(found, "示例置业有限公司").model_copy(
        update={"score": Decimal("73.1906"), "reasons": ("损害：高于九成线索",)}
    )
    return Told(lead, found, dt.date(2026, 9, 30))


def texts(papers):
    return {p.stem: "".join(printed_texts(p)) for p in papers}


def table(papers, sheet):
    tables = [t for p in papers for t in p.tables() if t.sheet == sheet]
    return tables[0].rows


def test_every_kind_and_every_topic_has_its_words():
    assert set(KINDS) < set(paper_kinds(papers_folder()))
    _, topics = load_law()
    names = load_names()
    kinds = ("env.", "food.", "drug.", "asset.", "land.", "mandate.")
    matters = [t for t in topics if t.startswith(kinds)]
    assert len(matters) > 80
    assert [t for t in matters if names.topic(t) == t] == []
    assert {names.field(t) for t in matters} > {"生态环境和资源保护", "国有财产保护"}


def test_a_meeting_asks_each_fact_and_each_measure(books):
    papers = case_papers(books.ledger, books.cases[1], MEETING)
    assert [p.stem[:2] for p in papers] == ["01", "02", "03", "04"]
    ((n, fact, boxes, room),) = table(papers, "基本事实")
    assert (n, room) == ("1", "")
    assert fact.startswith("示例甲置业欠缴价款")
    assert boxes.count("□") == 3
    ((_, asked, _, _),) = table(papers, "整改事项")
    assert asked == "依法追缴欠缴的土地出让价款"
    told = texts(papers)
    assert "不等于承认违法" in told["02_事实确认书"]
    assert f"{LAND}：" in told["02_事实确认书"]


def test_what_the_office_knows_is_filled_in(books):
    given = {"time": "2026年9月1日上午9时", "place": "第一会议室"}
    papers = case_papers(books.ledger, books.cases[1], MEETING, fields=given)
    assert "第一会议室" in texts(papers)["01_会议议程"]
    with pytest.raises(ArgumentError, match="没有这个字段：nobody"):
        case_papers(books.ledger, books.cases[1], MEETING, fields={"nobody": "1"})


def test_the_announcement_of_a_hearing_names_no_party(books):
    papers = case_papers(books.ledger, books.cases[1], HEARING)
    told = texts(papers)
    for name in NAMES:
        assert name not in told["01_听证公告"]
    assert "欠缴土地出让价款" in told["01_听证公告"]
    assert "每名听证员填写一份" in told["03_听证员意见表"]


def test_an_evaluation_knows_nothing_of_scores(books, told):
    papers = case_papers(books.ledger, books.cases[1], EVALUATION, told=told)
    text = texts(papers)["第三方评估表"]
    assert str(told.lead.score) not in text
    for word in ("得分", "排名", "分值", *told.lead.reasons):
        assert word not in text
    assert "恢复（治理）的面积" in text
    assert "是否反弹" in text
    measures = table(papers, "措施落实")
    assert measures[0][1].startswith("示例甲置业已缴清")


def test_facts_come_from_the_lead_where_there_is_one(books, told):
    papers = case_papers(books.ledger, books.cases[1], MEETING, told=told)
    first, second = (row[1] for row in table(papers, "基本事实"))
    assert first.startswith("示例置业有限公司（合同HT-1）第1期价款逾期578日")
    assert not first.endswith("。")
    assert second.endswith("（示例区示范街道12号）")
    (duty,) = (row[1] for row in table(papers, "履职情况"))
    assert duty == "逾期超过六十日未解除合同"


@pytest.mark.parametrize("kind", KINDS)
def test_identifiers_of_persons_are_masked(books, kind):
    text = "".join(texts(case_papers(books.ledger, books.cases[1], kind)).values())
    assert PHONE not in text
    assert RESIDENT not in text


def test_a_digest_names_nobody_and_rounds_amounts(books):
    (paper,) = case_papers(books.ledger, books.cases[1], DIGEST)
    text = "".join(printed_texts(paper))
    for name in (*NAMES, books.cases[1], "8123456", "8,123,456"):
        assert name not in text
    assert "金额约810万元，面积约18亩" in text
    assert "apl-25-4" not in text
    assert "《中华人民共和国行政诉讼法》第二十五条" in text


def test_a_report_to_the_committee_tells_where_each_sentence_comes_from(books):
    (paper,) = case_papers(books.ledger, books.cases[1], COMMITTEE)
    entries = {e.seq: e for e in books.ledger.read()}
    told = table([paper], "事实和回复")
    outcomes = [row for row in told if row[0] == "跟进调查的情况"]
    assert [row[1] for row in outcomes] == ["部分恢复", "已恢复"]
    for _, _, day, seq in told:
        assert entries[int(seq)].on.isoformat() == day
    text = "".join(printed_texts(paper))
    assert "文号：〔　　〕　　号" in text.replace(" ", "")
    assert "seed-4-b" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_word_file_page_and_pdf_say_what_the_paper_says(books, kind):
    for told in case_papers(books.ledger, books.cases[1], kind):
        paper = told.model_copy(update={"formats": ("docx", "pdf", "html")})
        laid = lay_out(paper, templates=papers_folder().parent)
        wanted = re.sub(r"\s", "", "".join(printed_texts(paper)))
        with zipfile.ZipFile(io.BytesIO(laid["docx"])) as archive:
            xml = archive.read("word/document.xml").decode()
        words = html.unescape("".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)<", xml)))
        assert re.sub(r"\s", "", words) == wanted
        body = re.sub(r"<[^>]*>", "", laid["html"].decode().partition("<main>")[2])
        assert re.sub(r"\s", "", html.unescape(body)) == wanted
        pages = pypdf.PdfReader(io.BytesIO(laid["pdf"])).pages
        printed = re.sub(r"\s", "", "".join(p.extract_text() for p in pages))
        for text in printed_texts(paper):
            assert re.sub(r"\s", "", text) in printed, text


def test_a_case_of_minors_names_no_school_and_no_child(tmp_path):
    books = two_years(tmp_path / "a.ledger")
    books.open(
        "2026-09-01",
        matter="mandate.minors",
        title="示例区示例第七小学学生周小兰（11岁）受害案",
        tags=("minors",),
    )
    for kind in KINDS:
        text = "".join(texts(case_papers(books.ledger, books.case, kind)).values())
        for word in ("第七小学", "周小兰", "11岁"):
            assert word not in text, kind


PERSON, STAFF, GIVER = "周玉兰", ("张三丰", "王五一", "赵六顺"), "孙大有"


@pytest.fixture(scope="module")
def person(tmp_path_factory):
    """A case of a natural person, whose records name staff and a tip-giver."""
    books = Books(tmp_path_factory.mktemp("账本") / "a.ledger")
    title = f"{PERSON}占用耕地案（举报人{GIVER}，{RESIDENT}）"
    books.open("2026-01-02", title=title, matter="env.cropland-occupation")
    books.served("2026-01")
    words = f"{PERSON}已腾退，赵六顺到场，电话{PHONE}"
    books.record("agency.reply", "2026-02-20", measure=words)
    return books


@pytest.fixture
def about(told):
    findings = [factory.finding(n, name=PERSON, state="review") for n in (1, 2)]
    return Told(factory.lead(findings, PERSON), findings, told.as_of)


def everything(paper):
    """Every word of the files of a paper, their properties included."""
    words = []
    for ending, data in lay_out(paper, templates=papers_folder().parent).items():
        if ending == "pdf":
            reader = pypdf.PdfReader(io.BytesIO(data))
            words += [page.extract_text() for page in reader.pages]
            words += [str(reader.metadata), str(reader.xmp_metadata)]
        elif ending == "html":
            words.append(html.unescape(data.decode()))
        else:
            with zipfile.ZipFile(io.BytesIO(data)) as parts:
                held = [parts.read(name) for name in parts.namelist()]
                told = [data.decode("utf-8", "ignore") for data in held]
                words += [html.unescape(re.sub(r"<[^>]*>", "", t)) for t in told]
    return re.sub(r"\s", "", "".join(words))


@pytest.mark.parametrize("kind", sorted({*KINDS} - {MEETING}))
def test_nobody_is_named_outside_the_office(person, about, kind):
    for paper in case_papers(person.ledger, person.case, kind, told=about):
        text = everything(paper)
        for name in (PERSON, *STAFF, GIVER, PHONE, RESIDENT, RESIDENT[-6:]):
            assert name not in text, (paper.stem, name)


def test_the_agency_reads_on_whom_it_must_act_and_nobody_else(person, about):
    text = "".join(
        map(everything, case_papers(person.ledger, person.case, MEETING, told=about))
    )
    assert PERSON in text
    for name in (GIVER, PHONE, RESIDENT):
        assert name not in text


def test_a_report_in_markdown_names_nobody_either(person):
    told = committee_report(person.ledger, person.case)
    for text in (committee_text(told), str(told)):
        for name in (GIVER, PHONE, RESIDENT, "赵六顺"):
            assert name not in text


def test_a_telephone_that_the_office_announces_is_printed(books):
    given = {"contact": "李检察官", "phone": PHONE, "place": f"会议室，{PHONE}"}
    papers = case_papers(books.ledger, books.cases[1], HEARING, fields=given)
    announced = texts(papers)["01_听证公告"]
    assert f"李检察官　{PHONE}".replace("　", "") in announced.replace("　", "")
    assert announced.count(PHONE) == 1
