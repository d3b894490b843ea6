"""The run report: what it says, and how a browser has it."""

import base64
import hashlib
import re

import pytest

from pil_discovery.report.lines import lead_record, quarantine_records
from pil_discovery.report.run_page import run_page
from pil_discovery.report.workbook import Contents
from tests.browser import until
from tests.report import pages
from tests.report.builders import HOSTILE, RUN, make_lead, make_quarantine

pytestmark = pytest.mark.xdist_group("browser")
NEED = {
    "dataset": "drain_permit",
    "title_zh": "排水许可证",
    "title_en": "Drainage permit",
    "holder": "城管局",
    "placed": False,
    "columns": [],
}
EXPECTED = {"leads": 24, "true": "12.0", "low": "8.0", "high": "16.0"}


def told(**changes):
    quality = {
        "share": "0.5000",
        "checked": 4,
        "confirmed": 3,
        "alarms": ["标出过多，请先核对"],
    }
    known = {"mean": "0.7500", "low": "0.4000", "high": "0.9000"}
    models = [{**RUN["models"][0], "quality": quality, "precision": known}]
    return {
        **pages.run(),
        "models": [*models, RUN["models"][1]],
        "gaps": [{"needs": [NEED], "models": ["ENV-18"]}],
        "leads": {"single": 24, "class": 1, "expected": EXPECTED},
        **changes,
    }


def page_of(run=None, leads=(), **quarantine):
    aside = quarantine_records(make_quarantine(**quarantine))
    contents = Contents(run or told(), [], [lead_record(x) for x in leads], aside)
    return run_page(contents, "0" * 64)


def words_of(page):
    """Return the Chinese words of a page without its markup."""
    body = page.partition("<body>")[2]
    body = re.sub(r'<span class="en" lang="en">[^<]*</span>', "", body)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_it_needs_no_script_and_admits_its_style_by_hash():
    page = page_of()
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert "<script" not in page
    assert not re.search(r"https?://|\sstyle=|\son\w+=|url\(", page)


def test_it_says_what_came_in_and_what_was_set_aside():
    words = words_of(page_of())
    assert "数据/合同.xlsx" in words
    assert re.search(r"日期 0 1 1 数据/合同.xlsx［表1］ 第 7 行", words)
    assert "=1+1" in words
    assert "改为 2024-03-01 的写法" in words


def test_it_says_what_each_model_saw_and_what_may_prove_true():
    leads = [make_lead(1), make_lead(2, listed=False)]
    words = words_of(page_of(leads=leads))
    assert "标出过多，请先核对" in words
    assert re.search(r"LAND-01 land/unpaid 2 1 0 — — 1 50.0% 1 0.5 4 / 3", words)
    assert "75.0%（40.0%–90.0%）" in words
    assert "ENV-18 environment/drain" not in words
    assert "24 件线索 ，另有类案 1 件 ，预计属实 12.0 （九成区间 8.0–16.0 ）" in words


def test_it_says_which_table_would_make_a_model_computable():
    words = words_of(page_of())
    assert "再提供 〈排水许可证〉 一表 （ 掌握单位： 城管局）" in words
    assert "，可多算 1 个模型： ENV-18" in words
    assert "所有启用的模型都已计算" in words_of(page_of(told(gaps=[])))


def test_a_share_of_few_is_not_told():
    words = words_of(page_of())
    assert "示例镇 44 21 47.7%（33.8%–62.1%）" in words
    assert "（未写明） 3 1 家数太少" in words
    assert "登记数据没有可用的企业规模" in words


def test_hostile_records_stay_text():
    page = page_of(told(name=HOSTILE), value=HOSTILE, reason=HOSTILE)
    assert "<img" not in page
    assert page.count("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;") == 3


def test_a_run_that_tells_little_has_a_report():
    words = words_of(run_page(Contents(RUN, [], [], []), "0"))
    assert "没有行或值被隔离" in words


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_a_browser_shows_it_in_both_languages(chromium, tmp_path, size):
    from axe_playwright_python.sync_playwright import Axe

    path = tmp_path / "run.html"
    path.write_text(page_of(leads=[make_lead()]), encoding="utf-8")
    width, height = size
    context = chromium.new_context(viewport={"width": width, "height": height})
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert page.inner_text("h1") == "筛查运行报告"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('h1').innerText === 'How the scan went'")
    assert "What came in" in page.inner_text("#in")
    assert "读入" not in page.inner_text("#in thead")
    page.click("label[for=zh]")
    found = Axe().run(page).response["violations"]
    grave = [v["id"] for v in found if v["impact"] in {"serious", "critical"}]
    assert (grave, said, asked) == ([], [], [path.as_uri()])
    context.close()
