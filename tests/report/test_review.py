import base64
import hashlib
import json
import re
import zlib

from pil_discovery.report.review import MOST_LEADS, page_data, review_page
from pil_discovery.report.workbook import Contents
from tests.report.builders import HOSTILE, RUN, make_finding, make_lead, write


def page_of(tmp_path, **changes):
    return (write(tmp_path / "out", **changes) / "review.html").read_text("utf-8")


def data_of(page):
    node = re.search(r'<script type="application/json"([^>]*)>([^<]*)</script>', page)
    text = node.group(2)
    if "data-deflated" in node.group(1):
        text = zlib.decompress(base64.b64decode(text))
    return json.loads(text)


def sha256_of(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_style_and_script_are_admitted_by_hash_only(tmp_path):
    page = page_of(tmp_path)
    policy = re.search(r'Security-Policy" content="([^"]*)"', page).group(1)
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    [script] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert f"style-src 'sha256-{sha256_of(style)}'" in policy
    assert f"script-src 'sha256-{sha256_of(script)}'" in policy


def test_the_page_asks_nobody_and_trusts_nothing(tmp_path):
    page = page_of(tmp_path, leads=[make_lead(title_zh=HOSTILE, reasons=(HOSTILE,))])
    assert not re.search(r"https?://|src=\"|innerHTML|insertAdjacentHTML|eval\(", page)
    assert not re.search(r"<[^>]*\s(style|on\w+)=", page)
    assert "<img" not in page
    assert data_of(page)["leads"][0]["title_zh"] == HOSTILE


def test_hooks_for_other_programs(tmp_path):
    page = page_of(tmp_path)
    assert page.count('type="search"') == 1
    assert '"data-lead-id"' in page
    assert 'dataset.ready = "1"' in page
    assert re.search(r"<button[^>]*>[^<]*导出", page)


def test_data_refer_to_the_run_and_to_the_findings(tmp_path):
    data = data_of(page_of(tmp_path))
    run = (tmp_path / "out" / "run.json").read_bytes()
    assert data["scan"] == hashlib.sha256(run).hexdigest()
    [lead] = data["leads"]
    assert lead["score"] == "17.68"
    assert data["findings"][lead["findings"][0]]["records"][0]["row"] == 2


def test_large_data_are_deflated():
    leads = [{**_record(i), "reasons": ["长" * 1000]} for i in range(1, 700)]
    page = review_page(Contents(RUN, [], leads, []), "0")
    assert len(page) < 300_000
    assert len(data_of(page)["leads"]) == 699


def test_above_the_limit_classes_stay_and_the_total_is_told():
    leads = [_record(i) for i in range(1, MOST_LEADS + 10)]
    leads.append({**_record(MOST_LEADS + 10), "kind": "class"})
    data = page_data(Contents(RUN, [], leads, []), "0")
    assert data["total"] == MOST_LEADS + 10
    assert len(data["leads"]) == MOST_LEADS
    assert data["leads"][-1]["kind"] == "class"
    assert [lead["rank"] for lead in data["leads"][:3]] == [1, 2, 3]


def test_findings_without_a_lead_stay_out(tmp_path):
    findings = [make_finding(1), make_finding(2, state="unknown")]
    data = data_of(page_of(tmp_path, findings=findings))
    assert list(data["findings"]) == [findings[0].finding_id]


def _record(number):
    return make_lead(number).model_dump()


def test_sources_say_who_gave_them_out(tmp_path):
    [source] = data_of(page_of(tmp_path))["run"]["sources"]
    words = "提供单位未提供，取得日期未提供，数据时段未提供（无日期）"
    assert source["origin"] == words


def test_the_page_tells_how_far_a_model_can_be_trusted(tmp_path):
    quality = {"share": "0.2500", "checked": 4, "confirmed": 1, "precision": "0.2500"}
    model = {
        **RUN["models"][0],
        "quality": quality,
        "local": True,
        "file": "本地/a.yaml",
    }
    page = page_of(tmp_path, run={**RUN, "models": [model]})
    (shown,) = data_of(page)["run"]["models"]
    assert shown["quality"] == quality
    assert (shown["local"], shown["file"]) == (True, "本地/a.yaml")


def test_leads_that_are_not_listed_are_not_on_the_page(tmp_path):
    hidden = make_lead(2, lead_id="b" * 24, listed=False)
    data = data_of(page_of(tmp_path, leads=[make_lead(1), hidden]))
    assert [lead["lead_id"] for lead in data["leads"]] == [make_lead(1).lead_id]
    assert data["total"] == 1


def test_what_is_drawn_by_lot_is_on_the_page_wherever_it_ranks():
    later = [
        {**_record(n), "lead_id": f"{n:024}", "band": "later"}
        for n in range(1, MOST_LEADS + 10)
    ]
    drawn = {**_record(MOST_LEADS + 10), "lead_id": "d" * 24, "band": "drawn"}
    data = page_data(Contents(RUN, [], [*later, drawn], []), "0")
    assert len(data["leads"]) == MOST_LEADS
    assert data["leads"][-1]["lead_id"] == "d" * 24
    assert [lead["rank"] for lead in data["leads"][:3]] == [1, 2, 3]
