"""The whole way on the sample district: scan, best lead, bundle, verification."""

import importlib.util
import json
import re
import shutil
import time
from pathlib import Path

import pytest
import yaml
from PIL import Image

import pil_discovery as pil
from pil_discovery.errors import BundleError, PilError
from pil_discovery.pipeline.drawing import draw_pictures, draw_scan
from pil_discovery.pipeline.results import explain_lead, find_lead, read_leads

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "workspace"

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def demo(sample_demo):
    return sample_demo


def test_it_ends_with_ten_leads_and_a_verified_bundle(demo):
    folder, done = demo
    assert done["verified"]
    assert len(done["leads"]) == 10
    assert [lead.rank for lead in done["leads"]] == list(range(1, 11))
    assert done["bundle"].startswith(str(folder / "bundle" / "PIL-2026-"))


def test_the_run_report_accounts_for_every_model_and_row(demo):
    folder, _ = demo
    run = json.loads((folder / "out" / "run.json").read_text("utf-8"))
    lacking = [m["code"] for m in run["models"] if m["state"] == "not_computable"]
    assert sorted(c for g in run["gaps"] for c in g["models"]) == sorted(lacking)
    assert all(m["units"].keys() <= m["labels"].keys() for m in run["models"])
    assert {u for m in run["models"] for u in m["units"].values()} <= set(run["units"])
    hope = run["leads"]["expected"]
    assert float(hope["low"]) < float(hope["true"]) < float(hope["high"])
    assert hope["leads"] == run["leads"]["single"] - run["leads"]["not_listed"]
    page = (folder / "out" / "run.html").read_text("utf-8")
    for code in lacking:
        assert code in page
    for source in run["sources"]:
        assert source["file"] in page


def test_a_second_bundle_is_the_same_one(demo):
    folder, done = demo
    again = pil.build_bundle(folder / "out", "1", "suggestion", folder / "bundle")
    assert again.existed
    assert again.root_sha256 == done["root_sha256"]


def test_registers_that_were_searched_in_vain_travel_along(demo):
    """«Nothing paid» and «no penalty» can be checked with the register alone."""
    folder, _ = demo
    lead = next(e for e in read_leads(folder / "out") if e.code == "FOOD-04")
    done = pil.build_bundle(
        folder / "out", lead.lead_id, "suggestion", folder / "searched"
    )
    kept = [p.name[13:] for p in (done.path / "data/02_原始材料").iterdir()]
    entries = yaml.safe_load((folder / "workspace" / "pil.yaml").read_text("utf-8"))
    registers = [
        Path(e["file"]).name
        for e in entries["records"]
        if e["dataset"] in {"sampling", "penalty"}
    ]
    assert sorted(kept) == sorted(registers)
    letter = json.loads((done.path / "data/03_分析/letter.json").read_text("utf-8"))
    items = _lines(done.path / "data/03_分析/items.jsonl")
    names = {e["number"]: e["item"] for e in letter["exhibits"]}
    facts = {i["item"]: i for i in items if i["kind"] == "finding"}
    told = [p for s in letter["sections"] for p in s["paragraphs"] if p["items"]]
    for paragraph in told:
        mine = [facts[i] for i in paragraph["items"] if i in facts]
        seen, held = _cited(paragraph["text"])
        assert {names[n] for n in seen} == {"ROWS", *_all(mine, "sources")}
        assert {names[n] for n in held} == _all(mine, "searched")
        assert held


def _lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _all(facts, part):
    return {item for fact in facts for item in fact[part]}


def _cited(text):
    """The numbers of the exhibits that show a fact, and of those it was held to."""
    shown, _, held = text.partition("；另比对证据")
    return _unfolded(shown.rpartition("见证据")[2]), _unfolded(held)


def _unfolded(text):
    spans = re.findall(r"(\d+)(?:至(\d+))?", text)
    return [str(n) for a, b in spans for n in range(int(a), int(b or a) + 1)]


def test_the_urgent_period_can_be_chosen(demo):
    folder, done = demo
    bundle = pil.build_bundle(
        folder / "out", "1", "suggestion", folder / "urgent", urgent="yes"
    )
    letter = json.loads((bundle.path / "data/03_分析/letter.json").read_text("utf-8"))
    cited = {row["id"] for row in letter["laws"]}
    assert {"int-21-2b"} == cited & {"int-21-2a", "int-21-2b"}
    assert done["root_sha256"] != bundle.root_sha256


def test_another_scan_elsewhere_gives_the_same_bundle(demo, sample_elsewhere, tmp_path):
    """Two processes, another folder: the same bytes down to the root hash."""
    _, done = demo
    built = pil.build_bundle(sample_elsewhere / "结果", "1", "suggestion", tmp_path)
    assert built.root_sha256 == done["root_sha256"]


def test_any_change_is_found(demo, tmp_path):
    _, done = demo
    copy = tmp_path / "copy"
    shutil.copytree(done["bundle"], copy)
    assert pil.verify_bundle(copy, root=done["root_sha256"]).ok
    letter = copy / "data" / "03_分析" / "items.jsonl"
    letter.write_bytes(letter.read_bytes().replace(b"0", b"1", 1))
    verdict = pil.verify_bundle(copy)
    assert not verdict.ok
    assert [p.file for p in verdict.problems] == ["data/03_分析/items.jsonl"]


def test_what_rests_on_pictures_tells_how_far_they_bear_it(demo):
    folder, _ = demo
    lead = next(e for e in read_leads(folder / "out") if e.code == "ENV-01")
    told = explain_lead(folder / "out", lead.lead_id)
    assert all(f.quality is not None for f in told.findings)
    text = "\n".join(told.lines())
    assert "【影像质量】" in text
    assert "配准：通过，后时相相对前时相位移" in text
    register = next(e for e in read_leads(folder / "out") if e.code == "FOOD-04")
    assert "【影像质量】" not in "\n".join(
        explain_lead(folder / "out", register.lead_id).lines()
    )


def test_the_pictures_of_a_lead_can_be_drawn_without_a_bundle(demo, tmp_path):
    folder, _ = demo
    lead = next(e for e in read_leads(folder / "out") if e.code == "ENV-24")
    drawn = draw_pictures(folder / "out", lead.lead_id, tmp_path / "图")
    names = [path.name for path in drawn]
    head = lead.lead_id[:12]
    assert names[:2] == [f"{head}-位置图.png", f"{head}-前后对比图.png"]
    assert {f"{head}-时间序列F1.png", f"{head}-得分构成.png"} <= set(names)
    assert all(path.read_bytes()[1:4] == b"PNG" for path in drawn)
    with pytest.raises(PilError, match="没有线索"):
        draw_pictures(folder / "out", "ffffffff", tmp_path)


def test_a_scan_is_drawn_at_a_glance(demo, tmp_path):
    folder, _ = demo
    start = time.process_time()
    drawn = draw_scan(folder / "out", tmp_path / "图")
    spent = time.process_time() - start
    assert [path.name for path in drawn] == ["线索分布图.png", "机关一览表.png"]
    again = draw_scan(folder / "out", tmp_path / "又")
    assert [p.read_bytes() for p in drawn] == [p.read_bytes() for p in again]
    vector = draw_scan(folder / "out", tmp_path / "图", form="svg")
    words = [p.read_text("utf-8") for p in vector]
    agencies = {x.agency for x in read_leads(folder / "out") if x.kind == "single"}
    assert all(name in words[1] for name in agencies if name and len(name) < 12)
    assert "饮用水水源保护区" in words[0]
    assert spent < 4


def test_the_pictures_of_the_docs_are_those_of_today(demo, tmp_path):
    """Of the same size as drawn anew; fonts of another machine may change pixels."""
    folder, _ = demo
    docs = SAMPLE.parents[1] / "docs" / "pictures"
    spec = importlib.util.spec_from_file_location("draw", docs / "draw.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    drawn = script.sheets(folder / "out", tmp_path)
    sizes = {name: script.shrunk(path).size for name, path in drawn.items()}
    for name, size in sizes.items():
        with Image.open(docs / f"{name}.png") as there:
            assert there.size == size, "run: python docs/pictures/draw.py DEMO"


def test_a_changed_source_refuses_to_be_packed(demo, tmp_path):
    folder, _ = demo
    workspace = tmp_path / "workspace"
    shutil.copytree(folder / "workspace", workspace)
    lead = read_leads(folder / "out")[0]
    told = explain_lead(folder / "out", lead.lead_id)
    source = next(r.source for f in told.findings for r in f.records)
    with (workspace / source).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(BundleError, match="SHA-256"):
        pil.build_bundle(
            folder / "out", "1", "suggestion", tmp_path, workspace=workspace
        )
    assert not list(tmp_path.glob("PIL-*"))


def test_a_workspace_that_changed_since_refuses_to_be_packed(demo, tmp_path):
    """The same raw file read in another unit would contradict the finding."""
    folder, _ = demo
    workspace = tmp_path / "workspace"
    shutil.copytree(folder / "workspace", workspace)
    file = workspace / "pil.yaml"
    text = file.read_text(encoding="utf-8")

    def pack():
        return pil.build_bundle(
            folder / "out", "1", "suggestion", tmp_path, workspace=workspace
        )

    for old, new in (
        ("万元}", "元}"),
        ("short: 示检", "short: 示"),
        ("EPSG:4490", "GCJ-02"),
    ):
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(BundleError, match="在筛查之后有改动"):
            pack()
    assert not list(tmp_path.glob("PIL-*"))
    file.write_text(f"# 备注\n{text}", encoding="utf-8")
    assert pack().path.is_dir()


def test_every_number_of_a_lead_leads_to_a_row(demo):
    folder, _ = demo
    leads = read_leads(folder / "out")
    lines = (folder / "out" / "findings.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in lines.splitlines()]
    flagged = {f["finding_id"] for f in rows if f["state"] in ("hit", "review")}
    singles = [f for lead in leads if lead.kind == "single" for f in lead.findings]
    assert sorted(singles) == sorted(flagged), "each in exactly one single lead"
    assert all(f["records"] for f in rows if f["finding_id"] in flagged)


def test_a_lead_is_found_by_rank_or_beginning(demo):
    leads = read_leads(demo[0] / "out")
    assert find_lead(leads, "3").rank == 3
    assert find_lead(leads, leads[4].lead_id[:12]) is leads[4]
    with pytest.raises(pil.PilError, match="没有线索"):
        find_lead(leads, "zzzzzz")
