"""Every document kind: where it is allowed, where it is refused, and what it says."""

import datetime as dt
import itertools
import json
import re
import shutil
import subprocess
from dataclasses import replace

import docx
import pypdf
import pytest
import yaml

from pil_discovery.bundle import build, kinds, load_kind
from pil_discovery.catalog import load_law
from pil_discovery.errors import BundleError, GateError
from pil_discovery.pipeline.case_files import told_case, with_case
from pil_discovery.types import LeadSnapshot as Snapshot
from tests.bundle import factory, stories
from tests.bundle.test_documents import HEADINGS, PAGE, bare, docx_text, pdf_text

AS_OF = stories.SCANNED
KINDS = kinds(factory.TEMPLATES)
PLAYED = sorted(stories.SAMPLES)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """A ledger with every story, played once."""
    place = tmp_path_factory.mktemp("账本") / "案件.ledger"
    return place, stories.play(place)


def asked(folder, **more):
    """A request that rests on a scan from before the stories."""
    request = factory.request(folder, **more)
    return replace(request, run={**request.run, "as_of": AS_OF.isoformat()})


def written(folder, kind, named, fields, **more):
    told = told_case(kind, named, fields, AS_OF)
    request = asked(folder, kind=kind, fields=fields, **more)
    return build(with_case(request, told))


@pytest.fixture(scope="module")
def bundles(ledger, tmp_path_factory):
    """Kind → its finished bundle, from the story that allows it."""
    place, names = ledger
    folder, done = tmp_path_factory.mktemp("文书"), {}

    def of(kind):
        if kind not in done:
            story, fields = stories.SAMPLES[kind]
            named = None if story is None else (place, names[story])
            done[kind] = written(folder / kind, kind, named, fields)
        return done[kind].path

    return of


def documents(path):
    (folder,) = path.glob("data/00_*")
    return sorted(folder.glob("*.docx"))


HEADS = re.compile(
    "|".join(map(re.escape, ("序号证据名称证明内容来源和日期（页码）", *HEADINGS)))
)
"""Headings of tables; the PDF repeats them on every page."""


def printed(word):
    """Text of the PDF without the mark of the copy at the head of each page."""
    mark = re.search(r"（(正本|副本\d*)）", word.stem)
    return pdf_text(
        word.with_suffix(".pdf").read_bytes(), mark.group(1) if mark else ""
    )


def text_of(path, stem):
    (file,) = path.glob(f"data/00_*/{stem}.docx")
    return docx_text(file.read_bytes())


def test_every_kind_is_played():
    own = {k for k in KINDS if "sections" in yaml.safe_load(template(k))}
    assert own <= {*PLAYED}
    assert len(PLAYED) >= 21


def template(kind):
    return (factory.TEMPLATES / f"{kind}.yaml").read_text("utf-8")


@pytest.mark.parametrize("kind", PLAYED)
def test_docx_and_pdf_say_the_same_and_nothing_is_left_open(kind, bundles):
    for word in documents(bundles(kind)):
        text = docx_text(word.read_bytes())
        assert HEADS.sub("", text) == HEADS.sub("", printed(word)), word.name
        assert not re.search(r"\{\{|\{%|%\}|\}\}|None|nan|\[\]|，，|。。|（）", text)
        assert "待核查" in text or "证据目录" in text or "磋商函" in text


@pytest.mark.parametrize("kind", PLAYED)
def test_no_heading_ends_a_page_and_no_signature_stands_alone(kind, bundles):
    for word in documents(bundles(kind)):
        for sheet in pypdf.PdfReader(word.with_suffix(".pdf")).pages:
            lines = [
                x
                for x in sheet.extract_text().splitlines()
                if x.strip() and not PAGE.search(x) and bare(x) != "草稿"
            ]
            assert not re.match("[一二三四五六七]、.{0,20}$", lines[-1].strip())
            assert bare(lines[0]) not in {"附件：1．证据清单", "示例区人民检察院2026"}


@pytest.mark.parametrize("kind", PLAYED)
def test_the_page_follows_the_standard(kind, bundles):
    for word in documents(bundles(kind)):
        document = docx.Document(word)
        section = document.sections[0]
        margins = (
            section.top_margin,
            section.right_margin,
            section.bottom_margin,
            section.left_margin,
        )
        assert [round(m.mm) for m in margins] == [37, 26, 35, 28]
        used = {p.style.name for p in document.paragraphs if p.text.strip()}
        assert used <= STYLES
        for table in document.tables:
            widths = {sum(c.width.mm for c in row.cells) for row in table.rows}
            assert all(abs(width - 156) < 1 for width in widths)


STYLES = {"Normal", "公文标题", "公文正文", "公文层次", "附件号"} | {
    "表格文字",
    "表格表头",
    "表格校验值",
}

REFUSED = {
    "filing-approval": ("new", "ban-27"),
    "filing-decision": ("declined", "还没有决定立案"),
    "no-filing-decision": ("admin", "ban-30"),
    "consultation": ("new", "立案以后才与行政机关磋商"),
    "suggestion": ("new", "ban-75-2"),
    "followup-report": ("new", "ban-77"),
    "suspension": ("new", "ban-78"),
    "resumption": ("new", "ban-78"),
    "closure": ("admin", "ban-74"),
    "admin-suit": ("new", "ban-81"),
    "civil-notice": ("new-civil", "ban-89"),
    "civil-suit": ("support", "已有适格主体起诉"),
    "support-opinion": ("suit", "ban-100"),
    "urging-letter": ("support", "没有督促过，已有适格主体起诉"),
    "supervisory-opinion": ("new", "应当评估、立案"),
    "preservation": ("new", "还没有决定立案"),
    "escalation": ("suit", "ban-45"),
    "lead-transfer": ("admin", "不再按线索移送"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_the_wrong_state_is_refused_with_the_rule(kind, ledger):
    place, names = ledger
    story, words = REFUSED[kind]
    with pytest.raises(GateError) as refused:
        told_case(kind, (place, names[story]), {}, AS_OF)
    assert words in str(refused.value)
    assert re.search(r"第.+条.* [a-z]+-\d", str(refused.value))


@pytest.mark.parametrize("kind", sorted({*PLAYED} - {"lead-transfer", "suggestion"}))
def test_without_a_case_it_is_refused(kind):
    with pytest.raises(GateError, match="--case"):
        told_case(kind, None, {}, AS_OF)


def test_a_document_of_the_other_track_is_refused(ledger):
    place, names = ledger
    with pytest.raises(GateError, match="行政公益诉讼案件没有“公告”"):
        told_case("civil-notice", (place, names["admin"]), {}, AS_OF)


def test_later_records_do_not_count_for_an_earlier_date(ledger):
    named = (ledger[0], ledger[1]["admin"])
    with pytest.raises(GateError, match="ban-81"):
        told_case("admin-suit", named, {"date": "2026-06-12"}, AS_OF)
    told = told_case("consultation", named, {"date": "2026-03-08"}, AS_OF)
    assert told.file.records[-1].event == "consultation.hold"


def test_a_case_of_another_lead_is_refused(ledger, tmp_path):
    told = told_case("preliminary-report", (ledger[0], ledger[1]["admin"]), {}, AS_OF)
    kept = {
        "scan": "0",
        "as_of": AS_OF,
        "lead_id": "1" * 64,
        "title_zh": "另一条线索",
        "findings": (),
    }
    opened = told.case.opened.model_copy(update={"lead": Snapshot(**kept)})
    other = replace(told.case, entries=(opened, *told.case.entries[1:]))
    with pytest.raises(GateError, match="另一条线索"):
        with_case(asked(tmp_path), replace(told, case=other))


def test_the_fields_that_the_rules_ask_for_are_told_with_their_rule(ledger, tmp_path):
    named = (ledger[0], ledger[1]["declined"])
    told = told_case("no-filing-decision", named, {}, AS_OF)
    records = tuple(
        r.model_copy(update={"fields": {**r.fields, "reason": ()}})
        for r in told.file.records
    )
    file = told.file.model_copy(update={"records": records})
    request = asked(tmp_path, kind="no-filing-decision")
    with pytest.raises(GateError, match=r"不立案的理由.*ban-30"):
        build(with_case(request, replace(told, file=file)))


def test_a_draft_may_be_open_a_signed_document_may_not(ledger, tmp_path):
    named = (ledger[0], ledger[1]["admin"])
    path = written(tmp_path, "preservation", named, {"measure": "evidence"}).path
    text = text_of(path, "保全建议书")
    assert "证据保全建议书" in text
    assert "需要保全的理由＿＿＿＿。" in text
    with pytest.raises(GateError, match=r"(?s)保全的对象.*保全的理由"):
        written(tmp_path / "b", "preservation", named, {"approved_by": "王五"})


def test_two_different_people_collect_electronic_data(ledger, tmp_path):
    named = (ledger[0], ledger[1]["admin"])
    for names in ("张三", "张三、张三"):
        with pytest.raises(BundleError, match="两名以上"):
            written(tmp_path, "preliminary-report", named, {"collector": names})
    path = written(tmp_path, "preliminary-report", named, {}).path
    assert "由张三、李四提取、固定" in text_of(path, "初步调查报告")  # of the ledger


def test_a_suggestion_says_what_was_decided(bundles):
    path = bundles("suggestion")
    text = text_of(path, "建议书")
    assert "案件来源：经本院大数据筛查发现。" in text
    assert "收到本检察建议书之日起两个月内整改完毕" in text
    letter = json.loads((path / "data/03_分析/letter.json").read_text("utf-8"))
    assert letter["mark"] == ""  # approved in the ledger
    assert letter["date"] == "2026年3月24日"
    asked = stories.SUGGESTION
    assert [c["claim"] for c in letter["claims"]] == list(asked["claim"])
    assert [c["request"] for c in letter["claims"]] == list(asked["content"])


def test_a_suit_has_copies_proof_in_three_groups_and_pairs(bundles):
    path = bundles("admin-suit")
    stems = [f.stem for f in documents(path)]
    assert stems == [
        "行政公益诉讼起诉书（副本）",
        "行政公益诉讼起诉书（正本）",
        "证据目录",
    ]
    proof = text_of(path, "证据目录")
    places = [proof.index(f"第{n}组") for n in "一二三"]
    assert places == sorted(places)
    assert "书面回复" in proof[places[2] :]
    assert "检察建议书送达回证" in proof[places[1] : places[2]]
    for request, claim in zip(
        stories.SUGGESTION["content"], stories.SUGGESTION["claim"], strict=True
    ):
        assert f"{request}{claim}" in proof
    court = text_of(path, "行政公益诉讼起诉书（正本）")
    assert f"此致{stories.COURT}" in court
    assert "示检行公诉〔2026〕号" in court


def test_each_defendant_has_a_copy(ledger, tmp_path):
    fields = stories.SAMPLES["civil-suit"][1] | {"defendant": "甲公司、乙公司"}
    done = written(tmp_path, "civil-suit", (ledger[0], ledger[1]["suit"]), fields)
    assert [f.stem[8:] for f in documents(done.path)][:3] == [
        "书（副本1）",
        "书（副本2）",
        "书（正本）",
    ]
    assert "被告：甲公司。被告：乙公司。" in text_of(
        done.path, "民事公益诉讼起诉书（正本）"
    )


def test_a_claim_that_dictates_a_private_duty_is_refused(ledger, tmp_path):
    named = (ledger[0], ledger[1]["admin"])
    told = told_case("admin-suit", named, {}, AS_OF)
    wrong = ("责令示例置业有限公司缴清价款", "x")
    records = tuple(
        r.model_copy(update={"fields": {**r.fields, "claim": wrong}})
        if r.event == "suggestion.decide"
        else r
        for r in told.file.records
    )
    file = told.file.model_copy(update={"records": records})
    request = asked(tmp_path, kind="admin-suit")
    with pytest.raises(GateError, match="ban-83-2"):
        build(with_case(request, replace(told, file=file)))


def test_no_remedy_dictates_a_private_duty():
    from pil_discovery.bundle.kinds import load_remedies

    check = with_case_check()
    for words in load_remedies(factory.TEMPLATES).values():
        claim = load_kind(factory.TEMPLATES, "suggestion").claim
        text = claim.replace("{{ agency }}", "示例局").replace("{{ text }}", words)
        assert check(text) == [], words


def with_case_check():
    from pil_discovery.pipeline.case_files import claim_check
    from pil_discovery.pipeline.cases import rulebook

    return claim_check(rulebook(), AS_OF, ())


def test_a_signature_in_the_ledger_takes_the_draft_mark_away(ledger, tmp_path):
    from pil_discovery.pipeline.cases import open_ledger, record_event

    place = tmp_path / "案件.ledger"
    shutil.copytree(ledger[0].parent, tmp_path, dirs_exist_ok=True)
    case = ledger[1]["admin"]
    named = (place, case)
    assert not told_case("followup-report", named, {}, AS_OF).file.is_signed
    for opinion, day in (("不同意", "2026-06-21"), ("同意", "2026-06-22")):
        fields = {"organ": "检委会", "document": "followup-report", "opinion": opinion}
        record_event(
            open_ledger(place),
            case,
            "sign",
            on=dt.date.fromisoformat(day),
            by="张三",
            fields=fields.items(),
        )
        signed = told_case("followup-report", named, {}, AS_OF).file.is_signed
        assert signed is (opinion == "同意")


def test_an_application_for_preservation_says_what_the_ledger_says(bundles):
    text = text_of(bundles("preservation"), "保全建议书")
    assert "财产保全建议书示检民公保〔2026〕3号示例市中级人民法院：" in text
    assert "违法所得的银行账户" in text
    assert "第一百零三条" in text
    assert "2026年3月25日" in text


def test_hostile_words_of_a_case_stay_text(ledger, tmp_path):
    named = (ledger[0], ledger[1]["admin"])
    told = told_case("followup-report", named, {}, AS_OF)
    evil = '{{ 7*7 }}{% for x in y %}#read("/etc/passwd")<w:p/>&' + "长" * 3000
    records = tuple(
        r.model_copy(update={"fields": dict.fromkeys(r.fields, (evil,)), "by": evil})
        if r.event in {"agency.reply", "followup.check"}
        else r
        for r in told.file.records
    )
    file = told.file.model_copy(update={"records": records})
    request = asked(tmp_path, kind="followup-report")
    path = build(with_case(request, replace(told, file=file))).path
    (word,) = documents(path)
    text = docx_text(word.read_bytes())
    assert bare(evil) in text
    assert HEADS.sub("", text) == HEADS.sub("", printed(word))


def test_public_copies_name_no_person_of_the_case(ledger, tmp_path):
    named = (ledger[0], ledger[1]["admin"])
    for kind in ("followup-report", "admin-suit", "filing-decision"):
        fields = {k: v for k, v in stories.SAMPLES[kind][1].items() if k != "collector"}
        done = written(tmp_path / kind, kind, named, fields, profile="public")
        for file in done.path.rglob("*"):
            if file.suffix in {".json", ".jsonl", ".csv", ".md"}:
                text = file.read_text("utf-8")
                assert not re.search("张三|李四|王五|赵六", text), file
        for word in documents(done.path):
            assert not re.search("张三|李四|赵六", docx_text(word.read_bytes()))
        assert not (done.path / "data/03_分析/case.json").exists()
    fields = {"handler": "欧阳若兰", "collector": "钱一多、孙二宝"}
    told = written(
        tmp_path / "f", "preliminary-report", named, fields, profile="public"
    )
    text = text_of(told.path, "初步调查报告")
    assert "承办检察官：【姓名" in text
    assert not re.search("欧阳若兰|钱一多|孙二宝", text)


def test_the_records_behind_a_document_travel_with_it(bundles, ledger):
    case = json.loads(
        (bundles("admin-suit") / "data/03_分析/case.json").read_text("utf-8")
    )
    assert case["case"] == ledger[1]["admin"]
    assert all(record["hash"] for record in case["records"])
    assert {r["event"] for r in case["records"]}.isdisjoint({"note.add", "tip.open"})


def test_an_office_may_lay_out_one_kind_on_its_own(ledger, tmp_path):
    shutil.copytree(factory.TEMPLATES, tmp_path / "kinds")
    own = docx.Document(tmp_path / "kinds/letter.docx")
    own.add_paragraph("本院自定版式")
    own.save(tmp_path / "kinds/closure.docx")
    told = told_case("closure", (ledger[0], ledger[1]["closed"]), {}, AS_OF)
    request = asked(tmp_path, kind="closure", templates=tmp_path / "kinds")
    path = build(with_case(request, told)).path
    assert "本院自定版式" in text_of(path, "终结案件决定书")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_names_facts_and_fields_that_exist(kind):
    facts, _ = load_law()
    found = load_kind(factory.TEMPLATES, kind)
    named = {*found.facts, *(i for g in found.guards for i in g.basis)}
    assert named <= {*facts}
    assert found.basis
    assert all(need.basis for need in found.requires.values())
    assert all(guard.zh for guard in found.guards)
    assert all(guard.basis for guard in found.guards)


def test_an_unknown_shared_field_or_sentence_is_told(tmp_path):
    shutil.copytree(factory.TEMPLATES, tmp_path / "kinds")
    path = tmp_path / "kinds/closure.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("  approved_by:", "  aproved_by:"), "utf-8")
    with pytest.raises(BundleError, match="aproved_by"):
        load_kind(tmp_path / "kinds", "closure")
    path.write_text(text + "      - {use: nonsense}\n", "utf-8")
    with pytest.raises(BundleError, match=r"closure.yaml"):
        load_kind(tmp_path / "kinds", "closure")


def lines_of(page):
    """Yield height, size and text of each line of a page, from the top."""
    found = []

    def visit(text, cm, tm, _font, size):
        if text.strip():
            place = round(tm[5] * cm[3] + cm[5], 2)
            found.append((place, round(size * abs(tm[3] * cm[3]), 1), text.strip()))

    page.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("kind", PLAYED)
def test_lines_stand_on_the_grid_of_the_standard(kind, bundles):
    """22 lines of 28 characters: 28.95 points from line to line, page numbers outside.

    Source: GB/T 9704—2012.
    """
    measured = 0
    for word in documents(bundles(kind)):
        for page in pypdf.PdfReader(word.with_suffix(".pdf")).pages:
            lines = lines_of(page)
            assert all(99 < y < 737 for y, size, _ in lines if size != 14.0)
            assert [y < 72 for y, _, text in lines if PAGE.fullmatch(text)] == [True]
            if any(size < 14 for _, size, _ in lines):
                continue  # tables have their own pitch
            rows = sorted({y for y, size, _ in lines if size == 16.0}, reverse=True)
            assert len(rows) <= 22
            steps = [(a - b) / 28.95 for a, b in itertools.pairwise(rows)]
            assert all(abs(step - round(step)) < 0.01 for step in steps), steps
            # signs side by side are set closer, characters never
            assert all(len(HAN.findall(text)) <= 28 for _, _, text in lines)
            measured += len(rows)
    assert measured > 3 or kind == "filing-approval"


HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice")
def test_libreoffice_reads_every_document_as_it_was_written(bundles, tmp_path):
    wanted = {}
    for kind in PLAYED:
        for word in documents(bundles(kind)):
            copy = tmp_path / f"{kind}-{word.name}"
            shutil.copy(word, copy)
            wanted[copy.stem] = docx_text(word.read_bytes())
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "txt:Text (encoded):UTF8",
        "--outdir",
        tmp_path / "out",
        *sorted(tmp_path.glob("*.docx")),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    for stem, text in wanted.items():
        read = (tmp_path / "out" / f"{stem}.txt").read_text("utf-8-sig")
        assert bare(read) == text, stem


def test_a_document_is_not_older_than_its_data(ledger, tmp_path):
    """Neither by the day that is given nor by that of the record that dates it."""
    named = (ledger[0], ledger[1]["admin"])
    late = "2026-03-06"
    for kind, fields in (
        ("consultation", {"date": "2026-03-05"}),
        ("filing-decision", {}),
        ("suggestion", {"date": "2026-03-05"}),
    ):
        case = None if kind == "suggestion" else named
        told = told_case(kind, case, fields, AS_OF)
        request = asked(tmp_path, kind=kind, fields=fields)
        request = replace(request, run={**request.run, "as_of": late})
        with pytest.raises(
            BundleError, match="2026年3月5日早于数据截止日期2026年3月6日"
        ):
            build(with_case(request, told))
    assert not (tmp_path / "bundle").exists()


def test_a_day_that_is_set_does_not_lie_before_the_document(tmp_path):
    for day, is_fine in (("2026-09-29", False), ("2026-09-30", True)):
        fields = {"date": "2026-09-30", "rectify_by": day}
        request = factory.request(tmp_path, fields=fields)
        if is_fine:
            assert build(request).path.is_dir()
        else:
            with pytest.raises(BundleError, match="整改期限届满日2026-09-29早于"):
                build(request)


def test_a_document_does_not_tell_of_what_came_after_it(ledger):
    """Dated by a record, it knows the case as it stood on that day."""
    named = (ledger[0], ledger[1]["admin"])
    told = told_case("suspension", named, {}, AS_OF)
    assert told.file.day == dt.date(2026, 4, 20)
    assert told.file.records[-1].event == "review.suspend"
    assert {d.clock for d in told.file.dues if not d.done} >= {"suggestion-reply"}
    whole = told_case("crime-transfer", named, {}, AS_OF)
    assert whole.file.records[-1].event == "review.end"


def annex_of(path, name="letter"):
    letter = json.loads((path / f"data/03_分析/{name}.json").read_text("utf-8"))
    return letter, {law["id"]: law for law in letter["laws"]}


def test_the_list_of_law_holds_what_text_or_facts_rest_on(bundles):
    """Not every rule that a kind could cite; each with the reason why it is listed."""
    letter, laws = annex_of(bundles("lead-transfer"))
    text = "".join(p["text"] for s in letter["sections"] for p in s["paragraphs"])
    assert "ban-26-2" in laws  # reported upwards
    assert "ban-26-1" not in laws  # the other way was not taken
    assert "apl-25-4" not in laws  # nobody is asked anything yet
    (table,) = [
        t for a in letter["annexes"] for t in a["tables"] if t["kind"] == "editions"
    ]
    assert len(table["rows"]) == len(laws)
    for row in table["rows"]:
        cited = row["cells"][0].partition("》")[2]
        assert row["cells"][1].startswith("正文引用；"), row
        assert cited in text, cited
    assert not any("本文书不用" in str(a) for a in letter["annexes"])


def test_a_list_without_citation_says_that_the_facts_rest_on_it(bundles):
    letter, laws = annex_of(bundles("crime-transfer"))
    assert {"re-16", "ban-31", "ban-82-4"} <= {*laws}
    told = {
        row["cells"][0]: row["cells"][1].partition("；")[0]
        for a in letter["annexes"]
        for t in a["tables"]
        if t["kind"] == "editions"
        for row in t["rows"]
    }
    assert told[laws["re-16"]["citation"]] == "事实涉及，正文没有引用"
    assert told[laws["ban-31"]["citation"]] == "正文引用"


def test_the_list_of_a_suit_names_what_its_indictment_cites(bundles):
    (name,) = [
        p.stem
        for p in (bundles("admin-suit") / "data/03_分析").glob("letter_*.json")
        if "证据目录" in p.stem
    ]
    letter, laws = annex_of(bundles("admin-suit"), name)
    assert {"int-21-3", "ban-81", "int-22", "ban-75-3", "ban-83-2"} <= {*laws}
    told = "".join(str(a["tables"]) for a in letter["annexes"])
    assert "《行政公益诉讼起诉书》引用" in told


def test_annexes_are_numbered_and_one_alone_is_not(bundles):
    many = text_of(bundles("consultation"), "磋商函")
    assert "附件：1．证据清单2．位置图3．磋商事实确认书（另页）" in many
    alone = text_of(bundles("escalation"), "情况通报")
    assert "附件：证据清单示例区人民检察院" in alone
    assert "附件证据清单序号" in alone
    sued = text_of(bundles("admin-suit"), "行政公益诉讼起诉书（正本）")
    assert "附件：1．本起诉书副本1份2．证据目录及证据材料" in sued


def test_a_map_is_called_by_its_number_in_the_list_of_evidence(bundles):
    letter, _ = annex_of(bundles("suggestion"))
    (number,) = [e["number"] for e in letter["exhibits"] if e["item"] == "PLATE"]
    assert letter["plate_caption"] == f"本图即证据{number}"


def test_a_suggestion_says_until_when_to_object(bundles):
    text = text_of(bundles("suggestion"), "建议书")
    assert "有异议的，请在上述书面回复的期限内书面提出" in text
