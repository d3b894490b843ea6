import importlib.util
import io
import json
import os
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import docx
import pypdf
import pytest
import typst

from pil_discovery.bundle import build, load_kind
from pil_discovery.bundle.annex_tables import COLUMNS
from pil_discovery.bundle.documents import Letter
from pil_discovery.bundle.docx_files import render_docx
from pil_discovery.bundle.fonts import cast_roles, check_glyphs, choose_faces
from pil_discovery.bundle.pdfs import render_pdf
from pil_discovery.bundle.templates import draw_letter
from pil_discovery.errors import BundleError
from pil_discovery.findings.rates import rates_note as note
from pil_discovery.types import UsedRate
from tests.bundle import factory

PAGE = re.compile(r"—\s*\d+\s*—")


def bare(text):
    return re.sub(r"[\s\u3000]", "", text)


def pdf_text(data, mark=""):
    """Text of all pages without running headers and page numbers.

    `mark` says which copy it is.
    """
    pages = [
        PAGE.sub("", p.extract_text()) for p in pypdf.PdfReader(io.BytesIO(data)).pages
    ]
    heads = [bare(p).replace("草稿", "", 1) for p in pages]
    return bare("".join(p.replace(mark, "", 1) for p in heads))


def docx_text(data):
    document = docx.Document(io.BytesIO(data))
    return bare(
        "".join(
            t.text or "" for t in document.element.body.iter(docx.oxml.ns.qn("w:t"))
        )
    )


HEADINGS = (
    "序号证据名称来源取得时间SHA-256（节选）",
    "序号法律依据版本起止内容概要（非原文）",
    "点号圈X（北）/mY（东）/m经度纬度边长/m",
    "量算方法平方米亩公顷与椭球面积之差",
    *("".join(column.title for column in columns) for columns in COLUMNS.values()),
)


def without_headings(text):
    """Tables that go on on the next page repeat their headings there, in PDF alone."""
    for heading in HEADINGS:
        text = text.replace(heading, "")
    return text


def say_the_same(bundle):
    word, page = map(without_headings, texts(bundle))
    return word == page


def letter_of(bundle):
    return Letter.model_validate_json(
        (bundle.path / "data/03_分析/letter.json").read_bytes()
    )


def texts(bundle):
    folder = bundle.path / "data/00_建议书"
    return docx_text((folder / "建议书.docx").read_bytes()), pdf_text(
        (folder / "建议书.pdf").read_bytes()
    )


@pytest.fixture(scope="module")
def letter(built):
    return letter_of(built)


@pytest.fixture(scope="module")
def words(built):
    return texts(built)


def renamed(letter, name):
    """The same letter about somebody else."""
    text = letter.model_dump_json().replace("示例置业有限公司", json.dumps(name)[1:-1])
    return Letter.model_validate_json(text)


def render(letter):
    plate, folder = factory.png(700, 500), factory.TEMPLATES
    word = render_docx(letter, folder / "letter.docx", plate=plate)
    page = folder / "letter.typ"
    return word, render_pdf(letter, page, faces=choose_faces(), plate=plate)


def test_docx_and_pdf_say_the_same(words):
    assert without_headings(words[0]) == without_headings(words[1])
    assert all(heading in words[0] for heading in HEADINGS[:4])


def test_eight_elements_are_there(words):
    for element in (
        "示例区自然资源和规划局：",
        "案件来源",
        "可能受到侵害的事实",
        "可能未依法履行职责的事实和理由",
        "《中华人民共和国城市房地产管理法》第十六条",
        "1．依法催缴尚欠的土地出让价款；2．依照合同约定追究逾期缴款的违约责任。",
        "自收到本检察建议书之日起两个月内",
        "七、其他",
    ):
        assert element in words[0]


def test_number_draft_mark_and_date(letter, words):
    assert letter.number == "示检行公建〔2026〕　　号"
    assert (letter.mark, letter.date) == ("草稿", "2026年9月30日")
    assert "2026年9月30日附件1证据清单" in words[0]


def test_a_given_number_and_approval_are_printed(tmp_path):
    fields = {
        "number": "17",
        "approved_by": "示例检察长",
        "rectify_by": "2026-12-31",
        "contact": "示例检察官",
    }
    done = build(factory.request(tmp_path, fields=fields))
    letter = letter_of(done)
    assert (letter.number, letter.mark) == ("示检行公建〔2026〕17号", "")
    assert "于2026年12月31日前整改完毕" in texts(done)[0]
    assert "联系人：示例检察官。" in texts(done)[1]


def test_the_period_comes_from_the_course(tmp_path):
    urgent = {"urgent": "yes", "urgency_ground": "险情正在扩大"}
    text = texts(build(factory.request(tmp_path, fields=urgent)))[0]
    assert "之日起十五日内" in text
    assert "两个月内依法履行职责，并将" not in text


def test_a_fact_is_marked_once_and_models_accuse_nobody(tmp_path):
    found = factory.finding(1, sentence_zh="示例置业有限公司疑似欠缴。（待核查）")
    text = texts(build(factory.request(tmp_path, findings=[found])))[0]
    assert "1．示例置业有限公司疑似欠缴（待核查，见证据" in text
    assert "上述情况如经查证属实，涉及以下问题：国有土地收入未足额征收" in text


def test_an_interpretation_founds_no_duty(tmp_path):
    ruling = factory.BASES[0].model_copy(
        update={"id": "r-1", "law": "最高人民法院关于某类案件的规定", "article": "3"}
    )
    bases = [*factory.BASES, ruling]
    text = texts(build(factory.request(tmp_path, bases=bases)))[0]
    duty, rulings = text.split("相关司法解释：")
    assert "最高人民法院关于某类案件的规定" not in duty
    assert rulings.startswith("《最高人民法院关于某类案件的规定》第三条。")


def test_the_rule_of_the_other_period_is_not_listed(tmp_path):
    course = factory.COURSE
    urgent = course.steps[2].model_copy(update={"basis": ("int-21-urgent",)})
    other = factory.BASES[3].model_copy(
        update={"id": "int-21-urgent", "summary_zh": "紧急情形"}
    )
    request = factory.request(
        tmp_path,
        course=course.model_copy(update={"steps": (*course.steps[:2], urgent)}),
        bases=[*factory.BASES, other],
    )
    assert "int-21-urgent" not in {row.id for row in letter_of(build(request)).laws}


def test_a_source_without_provider_says_so(letter):
    assert {e.origin for e in letter.exhibits} == {"未提供", "示例区人民检察院"}


def test_the_evidence_list_prints_what_each_source_covers(letter):
    covers = [e.covers for e in letter.exhibits]
    assert covers[:2] == ["数据时段未提供（无日期）"] * 2
    assert set(covers[2:]) == {""}


def test_no_period_article_or_agency_is_typed_into_templates():
    files = [f for f in factory.TEMPLATES.rglob("*.*") if f.is_file()]
    assert {f.suffix for f in files} == {".yaml", ".typ", ".docx"}
    for file in files:
        data = file.read_bytes()
        if file.suffix == ".docx":
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                data = packed.read("word/document.xml")
        lines = [
            x
            for x in data.decode("utf-8").splitlines()
            if not x.lstrip().startswith(("#", "//"))
        ]
        assert not re.search(
            "个月|[十五]日内|第[一二三四五六七八九十百]+条|《", "\n".join(lines)
        ), file.name


def test_nothing_accuses_and_every_fact_is_to_be_verified(letter):
    facts = letter.sections[1].paragraphs
    assert all("待核查" in p.text for p in facts)
    assert "政府尚未交地" in facts[2].text


def test_printed_numbers_name_their_items(letter):
    for paragraph in (
        *letter.sections[1].paragraphs[1:],
        *letter.sections[2].paragraphs[2:],
    ):
        assert any(item.startswith("F") for item in paragraph.items)


def test_requests_map_one_to_one_to_claims(letter):
    requests = [p.text for p in letter.sections[4].paragraphs[1:]]
    assert len(requests) == len(letter.claims) == 2
    for text, claim in zip(requests, letter.claims, strict=True):
        assert claim.request in text
        assert claim.request in claim.claim


def test_remedy_codes_are_never_printed(tmp_path):
    request = factory.request(tmp_path, remedies={})
    lead = request.lead.model_copy(update={"remedy": ("collect_price", "unheard_of")})
    done = build(replace(request, lead=lead))
    text = texts(done)[0]
    assert (
        "1．依法催缴尚欠的土地出让价款；2．依法对上述情况全面履行监督管理职责。" in text
    )
    assert "unheard_of" not in text
    limits = (done.path / "data/04_方法/limits.md").read_text("utf-8")
    assert "- unheard_of" in limits


def test_secondary_law_is_not_printed(words):
    assert "闲置土地处置办法" not in words[0] + words[1]


def test_without_a_map_the_annexes_move_up(tmp_path):
    letter = letter_of(build(factory.request(tmp_path, plate=False)))
    assert [a.label + a.title for a in letter.annexes] == [
        "附件1证据清单",
        "附件2面积核对和界址点坐标",
        "附件3法律依据及版本",
        "附件4数字来源",
    ]
    nowhere = factory.request(
        tmp_path / "b", plate=False, findings=[factory.finding(1)]
    )
    assert [a.label + a.title for a in letter_of(build(nowhere)).annexes][:2] == [
        "附件1证据清单",
        "附件2法律依据及版本",
    ]
    assert "见附件3" in letter.sections[3].paragraphs[0].text


@pytest.mark.parametrize("profile", ["internal", "agency", "court", "public"])
def test_how_the_case_is_weighed_is_not_told_outside(tmp_path, profile):
    done = build(replace(factory.request(tmp_path), profile=profile))
    inside = profile in {"internal", "court"}
    names = {p.name for p in done.path.rglob("*") if p.is_file()}
    for name in ("核查附录.pdf", "核查附录.docx", "抗辩核对.csv"):
        assert (name in names) == inside
    assert "电子数据提取固定清单.csv" in names
    assert bool(letter_of(done).claims) == inside


def test_many_findings_are_summed_up(tmp_path):
    found = [factory.finding(n) for n in range(1, 41)]
    done = build(factory.request(tmp_path, findings=found))
    assert "其余20项同类情况" in texts(done)[0]
    assert say_the_same(done)


def test_rare_names_and_signs_survive(letter):
    name = "喆祎堃珺玥翀镕赟䶮㛃㎡“引号”×°—……《》【】示例公司&<b>"
    for text in map(
        lambda f, d: f(d), (docx_text, pdf_text), render(renamed(letter, name))
    ):
        assert name in text


@pytest.mark.parametrize(
    "name",
    [
        "{{ 7*7 }}",
        "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
        '#read("/etc/passwd")',
        "#{1+1}",
        "*粗*_斜_`码`$x^2$@参见<标>//注/*注*/",
        "{{ letter.number }}",
        "<w:p/> & <b>",
        "{%p endfor %}",
        "\\u{41}",
        "]]></w:t>",
        "&#65;&lt;",
    ],
)
def test_template_injection_stays_text(letter, name):
    word, page = render(renamed(letter, name))
    assert bare(name) in docx_text(word)
    assert bare(name) in pdf_text(page)


def test_templates_of_the_office_run_in_a_sandbox(letter, tmp_path):
    document = docx.Document(factory.TEMPLATES / "letter.docx")
    document.add_paragraph("{{ letter.__class__.__mro__ }}")
    document.save(tmp_path / "evil.docx")
    with pytest.raises(BundleError, match="模板不能填写"):
        render_docx(letter, tmp_path / "evil.docx")
    page = tmp_path / "evil.typ"
    page.write_text('#read("/etc/passwd")')
    with pytest.raises(BundleError, match="不能排版"):
        render_pdf(letter, page, faces=choose_faces())


def test_a_missing_field_is_an_error_not_a_blank(letter, tmp_path):
    document = docx.Document(factory.TEMPLATES / "letter.docx")
    document.add_paragraph("{{ letter.nonsense }}")
    document.save(tmp_path / "wrong.docx")
    with pytest.raises(BundleError, match="nonsense"):
        render_docx(letter, tmp_path / "wrong.docx")


def test_missing_glyphs_are_named(letter):
    with pytest.raises(BundleError, match=r"U\+1F980"):
        render(renamed(letter, "示例🦀公司"))
    check_glyphs(["示例"], choose_faces())


def test_the_font_package_alone_is_enough(letter):
    package = importlib.util.find_spec("manimgx_fonts_cjk")
    if package is None:
        pytest.skip("the fonts extra is not installed")
    only = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(Path(package.origin).parent)],
    )
    faces = cast_roles(only)
    assert set(faces.roles["fang"]) == {"Noto Sans CJK SC"}
    page = render_pdf(
        renamed(letter, "喆祎堃䶮㛃"),
        factory.TEMPLATES / "letter.typ",
        faces=faces,
        plate=factory.png(700, 500),
    )
    assert "喆祎堃䶮㛃（合同HT-1）" in pdf_text(page)


def test_no_font_at_all_is_told_with_its_remedy():
    none = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    with pytest.raises(BundleError, match=r"没有可用的中文字体.*pip install"):
        cast_roles(none)


def test_naughty_strings_survive_or_are_refused_by_name(letter):
    base = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data"))
    source = base / "badinputs/blns/blns.json"
    if not source.is_file():
        pytest.skip("no shared data")
    from pil_discovery.bundle.canonical import printable

    faces, good, refused = choose_faces(), [], []
    strings = json.loads(source.read_text("utf-8"))
    for text in map(printable, strings):
        try:
            check_glyphs([text], faces)
        except BundleError as error:
            refused.append(str(error))
        else:
            good.append(text)
    assert all("U+" in text for text in refused)
    assert len(good) > len(strings) * 0.7
    section = letter.sections[0]
    many = tuple(
        section.paragraphs[0].model_copy(update={"text": text}) for text in good
    )
    longer = section.model_copy(update={"paragraphs": many})
    word, page = render(letter.model_copy(update={"sections": (longer,)}))
    assert without_headings(docx_text(word)) == without_headings(pdf_text(page))


def test_naughty_name_passes_the_whole_build(tmp_path):
    name = "=cmd|' /C calc'!A0\u202e\u200b\x07\r\n,\"<script>alert(1)</script>\ud800"
    done = build(factory.request(tmp_path, name=name))
    page = (done.path / "data/01_证据清单/index.html").read_text("utf-8")
    assert "<script" not in page
    assert say_the_same(done)


def test_no_unresolved_template_marks(words):
    assert not re.search(r"\{\{|\{%|%\}|\}\}|None|nan|\[\]", words[0])


def test_pdf_is_archival_dated_and_embeds_its_fonts(built):
    data = (built.path / "data/00_建议书/建议书.pdf").read_bytes()
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert b"pdfaid:part" in data
    assert reader.metadata.creation_date.date() == factory.AS_OF
    for page in reader.pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (210, 297)


def test_docx_is_packed_canonically(built):
    with zipfile.ZipFile(built.path / "data/00_建议书/建议书.docx") as packed:
        names = packed.namelist()
        assert names[0] == "[Content_Types].xml"
        assert names[1:] == sorted(names[1:])
        assert {i.date_time for i in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_letter_figures_follow_the_standard(built):
    document = docx.Document(built.path / "data/00_建议书/建议书.docx")
    section = document.sections[0]
    margins = (
        section.top_margin,
        section.right_margin,
        section.bottom_margin,
        section.left_margin,
    )
    assert [round(m.mm) for m in margins] == [37, 26, 35, 28]
    heading = next(p for p in document.paragraphs if p.text.startswith("四、"))
    assert heading.style.paragraph_format.keep_with_next
    body = document.styles["公文正文"]
    assert (body.font.size.pt, body.font.name) == (16, "仿宋_GB2312")
    assert body.paragraph_format.line_spacing.pt == pytest.approx(28.95)


def test_signature_is_never_alone_on_a_page(built):
    reader = pypdf.PdfReader(built.path / "data/00_建议书/建议书.pdf")
    page = next(
        p.extract_text() for p in reader.pages if "附件：" in bare(p.extract_text())
    )
    assert "请一并书面说明" in bare(page)
    for number, sheet in enumerate(reader.pages):
        lines = [
            x
            for x in sheet.extract_text().splitlines()
            if x.strip() and not PAGE.search(x)
        ]
        assert not re.match("[一二三四五六七]、", lines[-1].strip()), number


def test_shipped_template_is_the_drawn_one():
    new = zipfile.ZipFile(io.BytesIO(draw_letter()))
    old = zipfile.ZipFile(factory.TEMPLATES / "letter.docx")
    with new, old:
        for part in ("word/document.xml", "word/styles.xml", "word/header1.xml"):
            assert old.read(part) == new.read(part)


def test_kind_files_are_checked(tmp_path):
    shutil.copytree(factory.TEMPLATES, tmp_path / "kinds")
    path = tmp_path / "kinds/suggestion.yaml"
    path.write_text(
        path.read_text("utf-8").replace("title: 检察建议书", "titel: 检察建议书"),
        "utf-8",
    )
    with pytest.raises(BundleError, match="titel"):
        load_kind(tmp_path / "kinds", "suggestion")
    path.write_text("a: [", "utf-8")
    with pytest.raises(BundleError, match="YAML"):
        load_kind(tmp_path / "kinds", "suggestion")


def test_a_wrong_word_in_the_wording_is_told(tmp_path):
    shutil.copytree(factory.TEMPLATES, tmp_path / "kinds")
    path = tmp_path / "kinds/suggestion.yaml"
    path.write_text(
        path.read_text("utf-8").replace("{{ period }}", "{{ perid }}"), "utf-8"
    )
    request = replace(factory.request(tmp_path), templates=tmp_path / "kinds")
    with pytest.raises(BundleError, match="perid"):
        build(request)


def test_an_amount_on_a_made_up_rate_is_never_printed_as_the_law(tmp_path):
    rate = {
        "table": "fee_rate",
        "title": "收费标准",
        "file": "models/vocabulary/fee_rate.yaml",
        "row": 2,
        "division": "9903",
        "category": None,
        "valid_from": date(2023, 7, 1),
        "valid_to": None,
        "value": Decimal("0.001"),
        "unit": "1/d",
        "fictional": True,
    }
    used = UsedRate.model_validate(rate)
    plain = factory.finding(1)
    marked = plain.model_copy(
        update={"rates": (used,), "sentence_zh": plain.sentence_zh + note([used])}
    )
    done = build(factory.request(tmp_path, findings=[marked]))
    assert "《收费标准》为虚构的示例值，不是法定标准" in texts(done)[0]
    method = done.path / "data/04_方法"
    words = "《收费标准》9903，2023-07-01起：0.001 1/d（虚构的示例值，不是法定标准"
    for file in sorted(method.glob("*.md")):
        assert words in file.read_text("utf-8"), file.name
