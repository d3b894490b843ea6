"""The review page as a reader has it: in Chromium, from a file, without WebGL."""

import io
import json
import sys
import unicodedata

import pytest

from pil_discovery.report import read_decisions, write_scan
from pil_discovery.report.page_data import MOST_LEADS
from pil_discovery.report.review import review_page
from pil_discovery.report.workbook import Contents
from tests.browser import Opened, until
from tests.report import pages
from tests.report.builders import RUN, make_quarantine

pytestmark = pytest.mark.xdist_group("browser")
SIZES = ((1366, 768), (1920, 1080), (1024, 768), (390, 844))
READY_MS, HEAP_MB, WEIGHT_MB = 1500, 100, 3.0


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return write_scan(
        tmp_path_factory.mktemp("page") / "out",
        run=pages.run(),
        findings=pages.findings(),
        leads=pages.leads(),
        quarantine=make_quarantine(),
        timing={},
        backdrop=pages.backdrop(),
    )


@pytest.fixture(scope="session")
def path(folder):
    return folder / "review.html"


RESET = """() => {
  for (const e of document.querySelectorAll('.tools input, .tools select')) {
    e.value = '';
    e.dispatchEvent(new Event(e.tagName === 'INPUT' ? 'input' : 'change'));
  }
  const head = document.querySelector('th[data-sort=rank]');
  for (let i = 0; i < 2 && head.getAttribute('aria-sort') !== 'ascending'; i += 1)
    head.firstElementChild.click();
}"""


def watched(chromium, path):
    """Give a page, which must not have complained or asked anybody in the end."""
    one = Opened(chromium, path)
    yield one
    try:
        assert one.complaints == []
        assert one.asked == []
        assert one.violations == []
    finally:
        one.close()


@pytest.fixture
def opened(chromium, path):
    yield from watched(chromium, path)


@pytest.fixture
def page(opened):
    return opened.page


@pytest.fixture(scope="module")
def lying_open(chromium, path):
    yield from watched(chromium, path)


@pytest.fixture
def reader(lying_open):
    """A page that several tests read in: no filter set, sorted by rank."""
    page = lying_open.page
    page.evaluate(RESET)
    rows = "document.querySelectorAll('#rows tr[data-lead-id]').length"
    until(page, f"{rows} === {pages.COUNT + 1}")
    return page


def row(number):
    return f'tr[data-lead-id="{pages.lead_id(number)}"]'


def ranks(page):
    cells = page.locator("#rows tr[data-lead-id] td:first-child").all_inner_texts()
    return [int(text.split()[0]) for text in cells]


def choose(page, number):
    page.click(row(number))
    until(page, f"document.documentElement.dataset.lead === '{pages.lead_id(number)}'")


def exported(page, tmp_path):
    with page.expect_download() as download:
        page.click("#export")
    target = tmp_path / download.value.suggested_filename
    download.value.save_as(target)
    return target


def test_the_hooks_are_there(reader):
    assert reader.locator("tr[data-lead-id]").count() == pages.COUNT + 1
    assert reader.locator("input[type=search]").count() == 1
    assert "导出" in reader.inner_text("#export")
    assert reader.inner_text("#count") == f"{pages.COUNT + 1} / {pages.COUNT + 1} 件"


def test_hostile_records_are_shown_as_they_are_written(reader):
    choose(reader, 3)
    assert "</script><img src=x onerror=alert(1)>" in reader.inner_text("#detail")
    assert reader.locator("img[src=x]").count() == 0


@pytest.mark.parametrize(
    "words", ["示例乙染整厂", "slyrzc", "SLYRZC 欠缴", pages.lead_id(1)]
)
def test_search_takes_chinese_initials_and_ids(reader, words):
    page = reader
    page.fill("#search", words)
    until(page, "document.querySelectorAll('#rows tr[data-lead-id]').length < 20")
    assert 1 in ranks(page)
    assert 4 not in ranks(page)


@pytest.mark.parametrize(
    ("box", "value", "some"),
    [
        ("domain", "environment", {1, 5, 9}),
        ("agency", "示例区生态环境局", {1, 4, 7}),
        ("town", "示例街道", {1, 4, 7}),
        ("town", "-", {2, 5, 8}),
        ("least", "50", {1, 2, 3, 4, 5}),
    ],
)
def test_filters_narrow_the_list(reader, box, value, some):
    page = reader
    page.select_option(f"#{box}", value)
    assert some <= set(ranks(page))
    assert len(ranks(page)) < pages.COUNT


def test_the_list_is_sorted_both_ways(reader):
    head = reader.locator("th[data-sort=fact_date]")
    head.locator("button").click()
    assert ranks(reader)[:4] == [1, pages.COUNT + 1, 2, 3]
    assert head.get_attribute("aria-sort") == "ascending"
    head.locator("button").click()
    assert ranks(reader)[:2] == [24, 23]


def test_the_pane_tells_the_chain_from_sentence_to_row_and_law(reader):
    choose(reader, 2)
    told = reader.inner_text("#detail")
    for words in (
        "第2期价款逾期",
        "数据/合同.xlsx［表1］ 第 2 行",
        "提供单位未提供",
        "4800.00 平方米",
        "年内相差60日",
        "“示例丙置业”与“示例丙置业有限公司”：按名称认定为同一主体",
        "《示例法》第一条",
        "应当缴清价款",
        "此后见：示例法典第九条",
        "此后的处罚规定，较轻的适用：《示例法》第二条",
        "重叠关系成立的概率最低 0.9000",
        "制发检察建议",
    ):
        assert words in told
    assert reader.locator(".part").count() == 6
    assert reader.locator(".verdict.flag").count() >= 2


def test_related_leads_and_members_lead_to_each_other(reader):
    choose(reader, pages.COUNT + 1)
    members = reader.locator("#detail .links").first.locator(".link")
    assert members.count() == 4
    members.first.click()
    until(reader, f"document.documentElement.dataset.lead === '{pages.lead_id(5)}'")
    assert "所属类案" in reader.inner_text("#detail")
    assert reader.locator(row(5)).get_attribute("aria-selected") == "true"


def test_pictures_are_compared_by_slider_and_strip(reader):
    choose(reader, 2)
    over = reader.locator(".swipe img.over")
    before = over.evaluate("e => e.style.clipPath")
    reader.focus("#swipe")
    for _ in range(5):
        reader.keyboard.press("ArrowLeft")
    assert over.evaluate("e => e.style.clipPath") != before
    under = reader.locator(".swipe img.under")
    last = under.get_attribute("src")
    reader.locator(".strip button").nth(1).click()
    assert under.get_attribute("src") != last
    assert under.evaluate("e => e.naturalWidth") == 24
    assert reader.locator(".swipe polygon").count() == 2


def test_the_curve_shows_the_days_the_interval_and_what_was_hidden(reader):
    choose(reader, 2)
    curve = reader.locator(".curve")
    assert "植被指数（NDVI）" in curve.inner_text()
    assert "发现所述期间 2025-07-21 – 2026-07-12" in curve.inner_text()
    dots = curve.locator("circle")
    assert dots.count() == 3  # nothing was seen on the fourth day
    assert curve.locator("circle.hollow title").text_content() == (
        "2026-09-05　0.1500（遮挡）"
    )
    at = [float(dots.nth(i).get_attribute("cx")) for i in range(3)]
    band = curve.locator("rect.interval")
    left = float(band.get_attribute("x"))
    right = left + float(band.get_attribute("width"))
    assert at[0] < left + 3 < at[1] < at[2]
    assert abs(right - at[1]) < 3
    days = curve.locator("svg > text").all_text_contents()
    assert {"2025-07-20", "2026-09-20"} <= set(days)
    choose(reader, 1)
    assert reader.locator(".curve").count() == 0


def test_an_amount_has_its_unit(reader):
    choose(reader, 1)
    told = reader.locator("#detail dl").inner_text()
    assert "欠缴金额\n100,000.00 元" in told


def test_a_lead_is_chosen_with_the_keyboard_alone(page, tmp_path):
    page.keyboard.press("/")
    page.keyboard.type("slyrzc")
    until(page, "document.querySelectorAll('#rows tr[data-lead-id]').length < 20")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    until(page, f"document.documentElement.dataset.lead === '{pages.lead_id(5)}'")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'detail'")
    page.keyboard.press("3")
    assert page.evaluate("document.activeElement.name") == "reason"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    until(page, "document.activeElement.dataset.leadId")
    page.keyboard.press("n")
    page.keyboard.type("=1+1 重复")
    page.keyboard.press("Tab")
    [decision] = read_decisions(exported(page, tmp_path))
    assert decision["decision"] == "reject"
    assert decision["reason"] == "fact_absent"
    assert decision["note"] == "=1+1 重复"


def decide(page, number, code, **fields):
    choose(page, number)
    page.click(f'#decide [data-decision="{code}"]')
    for name, value in fields.items():
        node = page.locator(f"#decide [name={name}]")
        if name in {"reason", "stage"}:
            node.select_option(value)
        else:
            node.fill(value)
            node.dispatch_event("change")


def test_what_is_decided_on_the_page_is_read_back_alike(page, folder, tmp_path):
    decide(page, 1, "adopt", by="张三", on="2026-10-08", stage="field")
    decide(page, 2, "reject", reason="data_error", note="重复，<b>见附件</b>")
    decide(page, 4, "check")
    file = exported(page, tmp_path)
    usual = {"by": "张三", "on": "2026-10-08"}
    assert read_decisions(file) == [
        dict(
            lead_id=pages.lead_id(1),
            decision="adopt",
            reason="",
            note="",
            stage="field",
            **usual,
        ),
        dict(
            lead_id=pages.lead_id(2),
            decision="reject",
            reason="data_error",
            note="重复，<b>见附件</b>",
            stage="desk",
            **usual,
        ),
        dict(
            lead_id=pages.lead_id(4),
            decision="check",
            reason="",
            note="",
            stage="screened",
            **usual,
        ),
    ]
    page.reload()
    until(page, "document.documentElement.dataset.ready === '1'")
    page.select_option("#state", "reject")
    assert ranks(page) == [2]


def test_decisions_of_another_computer_are_added_and_conflicts_named(
    page, folder, tmp_path
):
    decide(page, 1, "adopt", on="2026-10-08")
    scan = json.loads(exported(page, tmp_path).read_text("utf-8"))["scan"]
    theirs = [
        {"lead_id": pages.lead_id(1), "decision": "reject"},
        {"lead_id": pages.lead_id(2), "decision": "check", "note": "问"},
        {"lead_id": "f" * 24, "decision": "check"},
    ]
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps({"scan": scan, "decisions": theirs}), "utf-8")
    page.set_input_files("#file", file)
    until(page, "document.getElementById('message').textContent.includes('已载入 1')")
    said = page.inner_text("#message")
    assert "1 件与本页已有意见不同，未覆盖：#1" in said
    assert "1 件不在本页" in said
    assert "采纳" in page.inner_text(row(1))
    file.write_text(json.dumps({"scan": "0", "decisions": theirs}), "utf-8")
    page.set_input_files("#file", file)
    until(page, "document.getElementById('message').textContent.includes('另一次筛查')")


def test_a_decision_that_import_would_refuse_is_named_at_once(page, tmp_path):
    decide(page, 2, "reject")
    exported(page, tmp_path)
    said = page.inner_text("#message")
    assert "没有理由代码" in said
    assert "没有办理日期" in said


def test_without_storage_it_says_so_and_exports_all_the_same(chromium, path, tmp_path):
    off = (
        "Object.defineProperty(window, 'localStorage',"
        " {get() { throw new Error('off'); }});"
    )
    one = Opened(chromium, path, before=off)
    assert "不保存处理意见" in one.page.inner_text("#message")
    decide(one.page, 1, "adopt", on="2026-10-08")
    assert len(read_decisions(exported(one.page, tmp_path))) == 1
    assert one.complaints == []
    one.close()


def pixels(opened, selector="#map canvas"):
    from PIL import Image

    opened.settle()
    shot = opened.page.locator(selector).first.screenshot()
    return Image.open(io.BytesIO(shot)).convert("RGB").getcolors(1 << 20)


def test_the_map_shows_layers_under_the_leads_and_answers_a_click(opened):
    page = opened.page
    with_layers = pixels(opened, "#place")
    assert len(with_layers) > 50
    page.click("#layers summary")
    page.locator("#layers input").first.uncheck()
    page.click("#layers summary")
    assert pixels(opened, "#place") != with_layers
    choose(page, 9)
    page.click("#near")
    opened.settle()
    choose(page, 1)
    middle = page.locator("#map").bounding_box()
    choose(page, 9)
    page.click("#near")
    page.click(row(1), modifiers=["Shift"])
    page.click("#near")
    opened.settle()
    page.mouse.click(
        middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2
    )
    until(page, f"document.documentElement.dataset.lead === '{pages.lead_id(1)}'")


def test_everything_but_records_is_said_in_english_too(page):
    page.click("#language")
    until(page, "document.documentElement.lang === 'en'")
    choose(page, 1)
    told = page.inner_text("#detail")
    assert "Unpaid price" in told
    assert "Legal basis, as of the date of the fact" in told
    assert "《示例法》 Art. 1" in told
    assert "The price has to be paid" in told
    assert "unpaid\n100,000.00 CNY" in told
    assert "To verify" in told
    law = page.locator("#detail h3", has_text="Legal basis")
    assert "some of it has no English" in law.inner_text()
    assert page.locator("#detail h3", has_text="To verify").inner_text() == "To verify"
    page.click("#overview")
    page.click("#language")
    assert page.inner_text("#detail h2") == "运行概览"
    page.click("#language")
    assert "ENV-18：needs Drainage permit（" in page.inner_text("#detail")
    assert page.get_attribute("#search", "placeholder").startswith("Search")
    assert "导出" in page.inner_text("#export")


def test_the_overview_names_what_would_make_a_model_computable(reader):
    reader.click("#overview")
    told = reader.inner_text("#detail")
    assert "ENV-18：需要 排水许可证（drain_permit.permit_no）" in told
    assert "读入 3，使用 2，隔离 1" in told
    assert "线索甲先后两次结论不同" in told
    assert "21 / 44（47.7%，33.8–62.1%）" in told
    assert "（未写明）\t1 / 3" in told
    assert "null" not in told


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off(chromium, path, size, tmp_path):
    one = Opened(chromium, path, size=size)
    one.page.screenshot(path=tmp_path / f"{size[0]}.png")
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = one.page.evaluate(
        """() => [...document.querySelectorAll('#list th, header button, #decide > *')]
          .filter((e) => e.offsetWidth && (e.getBoundingClientRect().right > innerWidth
            || e.scrollWidth > e.clientWidth + 1)).map((e) => e.textContent)"""
    )
    assert cut == []
    wide, holds = one.page.evaluate(
        "[document.querySelector('#list table').offsetWidth,"
        " document.getElementById('scroll').clientWidth]"
    )
    assert wide <= holds
    one.close()


def test_a_lead_is_printed_for_the_hand(page, tmp_path):
    from pypdf import PdfReader

    choose(page, 2)
    file = tmp_path / "lead.pdf"
    page.pdf(path=file, prefer_css_page_size=True)
    read = PdfReader(file)
    # a PDF may write a character by the radical of the same shape
    text = unicodedata.normalize("NFKC", "".join(p.extract_text() for p in read.pages))
    assert len(read.pages) <= 4
    for words in ("待核查", "承办人意", "前 2025-07-20", "基准日 2026-09-30"):
        assert words in text
    assert "采纳" not in text
    wide, high = (float(v) / 72 * 2.54 for v in read.pages[0].mediabox[2:])
    assert (round(wide), round(high)) == (21, 30)
    drawn = page.evaluate(
        """() => { const c = document.querySelector('canvas.sheet');
          const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
          const seen = new Set(); for (let i = 0; i < d.length; i += 4)
            seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
          return [c.width, seen.size]; }"""
    )
    assert drawn[0] == 1360
    assert drawn[1] > 50
    page.emulate_media(media="print")
    widths = page.locator(".printpair .shot").evaluate_all(
        "es => es.map((e) => e.offsetWidth)"
    )
    assert all(0 < w <= 9 * 96 / 2.54 for w in widths)
    assert not page.locator(".swipe").is_visible()


def test_no_serious_fault_of_accessibility(opened):
    from axe_playwright_python.sync_playwright import Axe

    choose(opened.page, 2)
    opened.page.click("#layers summary")
    for ways in ("#detail", "#overview"):
        if ways == "#overview":
            opened.page.click(ways)
        found = Axe().run(opened.page).response["violations"]
        grave = [
            (v["id"], [n["target"] for n in v["nodes"]][:3])
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]
        assert grave == []


@pytest.fixture(scope="module")
def many():
    return pages.many(4 * MOST_LEADS)


@pytest.mark.parametrize("count", [MOST_LEADS, 4 * MOST_LEADS])
def test_weight_time_and_memory_keep_to_the_budget(
    chromium, tmp_path, count, many, capsys
):
    leads, findings = (some[:count] for some in many)
    path = tmp_path / "review.html"
    path.write_text(review_page(Contents(RUN, findings, leads, []), "0" * 64), "utf-8")
    weight = path.stat().st_size / 1e6
    times = []
    for _ in range(3):
        one = Opened(chromium, path)
        times.append(
            one.page.evaluate("performance.getEntriesByName('ready')[0].startTime")
        )
        heap = one.page.evaluate("gc(), performance.memory.usedJSHeapSize / 1e6")
        rows = one.page.locator("#rows tr[data-lead-id]").count()
        said = one.page.inner_text("#count")
        one.page.evaluate("document.getElementById('scroll').scrollTop = 1e9")
        until(
            one.page,
            f"!!document.querySelector('tr[aria-rowindex=\"{MOST_LEADS + 1}\"]')",
        )
        one.close()
        if min(times) <= READY_MS:
            break
    told = (
        f"{count} leads: {weight:.2f} MB, ready {min(times):.0f} ms, heap {heap:.0f} MB"
    )
    with capsys.disabled():
        sys.stdout.write(f"\n{told}\n")
    assert weight <= WEIGHT_MB
    assert min(times) <= READY_MS
    assert heap <= HEAP_MB
    assert rows < 120
    assert f"/ {count} 件" in said
    assert ("本页只列前" in said) == (count > MOST_LEADS)
