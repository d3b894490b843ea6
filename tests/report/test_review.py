import base64
import hashlib
import json
import random
import re
import zlib
from importlib.resources import files

from pil_discovery.report.page_data import MOST_LEADS, page_data
from pil_discovery.report.review import LEAFLET_SHA256, MOST_BYTES, review_page
from pil_discovery.report.workbook import Contents
from pil_discovery.types import Backdrop
from tests.report.builders import HOSTILE, RUN, make_finding, make_lead, write


def page_of(tmp_path, **changes):
    return (write(tmp_path / "out", **changes) / "review.html").read_text("utf-8")


def element(page, name):
    kind = rf'<script type="application/json" id="{name}"([^>]*)>([^<]*)</script>'
    marks, text = re.search(kind, page).groups()
    if "data-deflated" in marks:
        text = zlib.decompress(base64.b64decode(text))
    return json.loads(text)


def data_of(page):
    """Return what the page carries, leads as records with their details."""
    return told(element(page, "data"), lambda n: element(page, f"details-{n}"))


def told(index, chunk):
    leads = []
    for n, values in enumerate(index["leads"]):
        columns = chunk(n // index["chunk"])
        details = {k: v[n % index["chunk"]] for k, v in columns.items()}
        leads.append({**dict(zip(index["fields"], values, strict=True)), **details})
    return {**index, "leads": leads}


def shown(contents):
    data = page_data(contents, "0", Backdrop())
    return told(data.index, lambda n: data.details[n])


def sha256_of(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_style_and_script_are_admitted_by_hash_only(tmp_path):
    page = page_of(tmp_path)
    policy = re.search(r'Security-Policy" content="([^"]*)"', page).group(1)
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    for kind, texts in (("style", styles), ("script", scripts)):
        hashes = " ".join(f"'sha256-{sha256_of(text)}'" for text in texts)
        assert f"{kind}-src {hashes};" in policy


def test_the_page_asks_nobody_and_trusts_nothing(tmp_path):
    page = page_of(tmp_path, leads=[make_lead(title_zh=HOSTILE, reasons=(HOSTILE,))])
    *_, own = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    own = own.replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    assert not re.search(r"https?://|innerHTML|insertAdjacentHTML|eval\(", own)
    markup = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    assert not re.search(r"<[^>]*\s(style|src|href|on\w+)=", markup)
    assert "url(" not in "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    assert "<img" not in page
    assert data_of(page)["leads"][0]["title_zh"] == HOSTILE


def test_leaflet_is_the_published_one():
    home = files("pil_discovery.report").joinpath("page", "leaflet")
    for ending, sha256 in LEAFLET_SHA256.items():
        content = home.joinpath(f"leaflet{ending}").read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
    assert "BSD 2-Clause" in home.joinpath("LICENSE").read_text("utf-8")


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
    [[file, sheet, row, dataset]] = lead["f"][0]["r"]
    assert (data["shared"][file], sheet, row) == ("a.xlsx", "表1", 2)
    assert dataset == "land_contract"


def test_a_page_too_heavy_shows_fewer_leads_and_keeps_the_best():
    rng = random.Random(1)
    leads = [
        {**_record(i), "reasons": [f"{rng.getrandbits(8000):x}"]}
        for i in range(1, 2500)
    ]
    page = review_page(Contents(RUN, [], leads, []), "0")
    assert len(page.encode()) <= MOST_BYTES
    data = element(page, "data")
    assert data["total"] == 2499
    assert 500 < len(data["leads"]) < 2499
    assert [values[1] for values in data["leads"][:3]] == [1, 2, 3]


def test_above_the_limit_classes_stay_and_the_total_is_told():
    leads = [_record(i) for i in range(1, MOST_LEADS + 10)]
    leads.append({**_record(MOST_LEADS + 10), "kind": "class"})
    data = shown(Contents(RUN, [], leads, []))
    assert data["total"] == MOST_LEADS + 10
    assert len(data["leads"]) == MOST_LEADS
    assert data["leads"][-1]["kind"] == "class"
    assert [lead["rank"] for lead in data["leads"][:3]] == [1, 2, 3]


def test_findings_without_a_lead_stay_out(tmp_path):
    findings = [make_finding(1), make_finding(2, state="unknown")]
    [lead] = data_of(page_of(tmp_path, findings=findings))["leads"]
    assert [f["z"] for f in lead["f"]] == [findings[0].sentence_zh]


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
    data = shown(Contents(RUN, [], [*later, drawn], []))
    assert len(data["leads"]) == MOST_LEADS
    assert data["leads"][-1]["lead_id"] == "d" * 24
    assert [lead["rank"] for lead in data["leads"][:3]] == [1, 2, 3]
