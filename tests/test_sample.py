"""The synthetic district gives exactly the planted facts, the same on any machine."""

import csv
import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from pil_discovery.catalog import load_catalog
from pil_discovery.geo.geojson import shape_of
from pil_discovery.leads import shortlist
from pil_discovery.pipeline.flow import Scan, scan
from pil_discovery.report import read_scan
from pil_discovery.types import Capacity

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_data"
WORKSPACE = SAMPLE / "workspace"
TRUTH = yaml.safe_load((SAMPLE / "truth.yaml").read_text(encoding="utf-8"))
STATES = ("hit", "review", "dropped", "unknown")
PLANTED, BESIDES = TRUTH["models"], TRUTH["besides"]

pytestmark = pytest.mark.xdist_group("sample")


@pytest.fixture(scope="module")
def found(sample_demo):
    out = sample_demo[0] / "out"
    run, findings, leads = read_scan(out)
    lines = (out / "quarantine.jsonl").read_text("utf-8").splitlines()
    aside = pd.DataFrame(map(json.loads, lines))
    return Scan(tuple(leads), tuple(findings), run, aside, {})


def plain(value):
    """A key value as text; numbers without trailing zeros."""
    try:
        return f"{float(value):.6f}" if not isinstance(value, str) else value
    except TypeError:
        return str(value)


def keys_by_state(findings, model):
    mine = [f for f in findings if f.model == model]
    return {
        state: sorted(
            tuple(plain(v) for v in f.key.values()) for f in mine if f.state == state
        )
        for state in STATES
    }


def runs(result):
    return {run["id"]: run for run in result.run["models"]}


def test_the_place_of_every_finding_is_a_valid_shape(found):
    placed = [f for f in found.findings if f.geometry is not None]
    assert placed
    assert not [f.finding_id for f in placed if not shape_of(f.geometry).is_valid]


def files_below(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_making_it_again_gives_the_same_bytes(tmp_path):
    command = [sys.executable, "-B", str(SAMPLE / "make.py"), str(tmp_path)]
    subprocess.run(command, check=True)
    again, here = files_below(tmp_path / "workspace"), files_below(WORKSPACE)
    assert sorted(again) == sorted(here)
    assert [name for name in here if again[name] != here[name]] == []
    truth = (tmp_path / "truth.yaml").read_bytes()
    assert truth == (SAMPLE / "truth.yaml").read_bytes()


def test_it_is_small_and_broad():
    files = files_below(WORKSPACE)
    assert sum(map(len, files.values())) < 5_000_000
    assert max(map(len, files.values())) < 2**20
    content = yaml.safe_load((WORKSPACE / "pil.yaml").read_text(encoding="utf-8"))
    datasets = {e["dataset"] for e in [*content["records"], *content["layers"]]}
    assert len(datasets) >= 25
    assert len(content["images"]) == 3


def test_every_model_that_runs_here_has_a_truth(found):
    states = {m: run["state"] for m, run in runs(found).items()}
    assert sorted(states) == sorted(load_catalog().models)
    computed = [m for m, state in states.items() if state == "computed"]
    assert sorted(computed) == sorted([*PLANTED, *BESIDES])
    for planted in PLANTED.values():
        assert len(planted["hit"]) >= 2
        assert planted["unknown"]
        assert planted["clear"] >= 3


def test_a_model_that_does_not_run_says_why(found):
    models = load_catalog().models
    for model, run in runs(found).items():
        if model not in PLANTED and model not in BESIDES:
            personal = models[model].personal
            assert run["state"] == ("off" if personal else "not_computable")
            assert personal or run["missing"]


@pytest.mark.parametrize("model", sorted([*PLANTED, *BESIDES]))
def test_a_model_finds_what_was_planted_and_nothing_else(found, model):
    planted = {**PLANTED, **BESIDES}[model]
    expected = {
        state: sorted(tuple(plain(v) for v in p["key"]) for p in planted[state])
        for state in STATES
    }
    assert keys_by_state(found.findings, model) == expected
    counts = runs(found)[model]["counts"]
    assert counts["clear"] == planted["clear"]
    assert counts["population"] == sum(counts[s] for s in (*STATES, "clear"))
    assert runs(found)[model]["state"] == "computed"
    # what was planted for other models need not hold all that clears a model beside
    assert model in BESIDES or runs(found)[model]["missing_clears"] == []


def test_every_hit_is_in_exactly_one_single_lead(found):
    singles = [lead for lead in found.leads if lead.kind == "single"]
    inside = [f for lead in singles for f in lead.findings]
    hits = {f.finding_id for f in found.findings if f.state == "hit"}
    assert len(inside) == len(set(inside))
    assert hits <= set(inside)
    assert any(lead.kind == "class" for lead in found.leads)
    assert all(lead.agency for lead in singles)


def test_no_row_is_lost(found):
    for source in found.run["sources"]:
        used, held = source["rows_used"], source["rows_quarantined"]
        assert source["rows_read"] == used + held, source["file"]


def test_the_dirty_rows_are_in_the_quarantine_and_no_others(found):
    expected = sorted(
        (d["file"], d["row"], d["reason_class"], d["column"] or "")
        for d in TRUTH["quarantine"]
    )
    listed = found.quarantine.astype(object)
    rows = [
        (row.source, int(row.row), row.reason_class, row)
        for row in listed.itertuples(index=False)
    ]
    assert sorted(r[:3] for r in rows) == [e[:3] for e in expected]
    for file, number, reason, column in expected:
        if column:
            assert any(
                (r.source, int(r.row), r.reason_class, r.column)
                == (file, number, reason, column)
                for *_, r in rows
            )
    assert listed["reason"].str.len().min() > 0
    assert listed["remedy"].str.len().min() > 0


def test_results_do_not_depend_on_place_workers_time_zone_or_hash_seed(
    sample_demo, sample_elsewhere
):
    here = files_below(sample_demo[0] / "out")
    there = files_below(sample_elsewhere / "结果")
    assert sorted(there) == sorted(here)
    differing = {n for n in here if here[n] != there[n]}
    assert differing <= {"timing.json"}


@pytest.fixture
def unpaid(tmp_path):
    """A copy of the workspace that names only what LAND-01 reads."""
    model = load_catalog().models["land/unpaid-price"]
    wanted = {*model.data, *model.clears}
    folder = tmp_path / "workspace"
    shutil.copytree(WORKSPACE / "数据", folder / "数据")
    content = yaml.safe_load((WORKSPACE / "pil.yaml").read_text(encoding="utf-8"))
    content["records"] = [e for e in content["records"] if e["dataset"] in wanted]
    content["layers"], content["images"] = [], []
    return folder, content


def rescan(folder, content):
    text = yaml.safe_dump(content, allow_unicode=True)
    (folder / "pil.yaml").write_text(text, encoding="utf-8")
    return scan(folder, models=["LAND-01"], workers=1)


def test_without_a_required_column_a_model_is_not_computable(unpaid):
    folder, content = unpaid
    file = folder / "数据" / "分期缴款约定.csv"
    rows = list(csv.reader(file.read_text(encoding="gbk").splitlines()))
    text = "\n".join(",".join(row[:3]) for row in rows)
    file.write_text(text, encoding="gbk")
    result = rescan(folder, content)
    run = runs(result)["land/unpaid-price"]
    assert run["state"] == "not_computable"
    assert run["missing"] == ["land_instalment.amount_due_cny"]
    assert run["counts"]["hit"] == 0
    assert result.findings == ()


def test_without_clearing_data_certainty_falls(found, unpaid):
    folder, content = unpaid
    kept = [e for e in content["records"] if e["dataset"] != "land_supplement"]
    result = rescan(folder, {**content, "records": kept})
    run = runs(result)["land/unpaid-price"]
    assert run["missing_clears"] == ["land_supplement"]
    moved = keys_by_state(result.findings, "land/unpaid-price")
    assert ("示让2025-46", plain(2)) in moved["hit"]  # the supplement had cleared it
    hit = "示让2022-43"
    assert certainty(result, hit) < certainty(found, hit)


def certainty(result, contract):
    own = {
        f.finding_id
        for f in result.findings
        if f.model == "land/unpaid-price" and f.key["contract_no"] == contract
    }
    return next(
        lead.parts.certainty
        for lead in result.leads
        if lead.kind == "single" and own & set(lead.findings)
    )


ACCUSING = (
    *("违法分子", "犯罪分子", "不法分子", "不法商", "罪犯", "嫌疑人", "惯犯", "老赖"),
    *("奸商", "黑心", "骗子", "违法者", "违法企业", "犯罪"),
)


def test_no_sentence_of_a_lead_accuses(found):
    """Registers may quote what a penalty found; our own words never judge."""
    for lead in found.leads:
        assert "待核查" in lead.title_zh
        told = (lead.title_zh, *lead.reasons, *lead.missing, *lead.verify, *lead.lanes)
        assert not [w for w in ACCUSING for text in told if w in text]
        assert not [w for w in ("疑似违法", "疑似非法") for text in told if w in text]
    sentences = [f.sentence_zh for f in found.findings]
    words = (*ACCUSING, "疑似违法", "疑似非法")
    assert not [text for w in words for text in sentences if w in text]
    assert all(re.search("待核?查", text) for text in sentences)


def test_a_relapse_is_for_the_agency_that_was_advised(found):
    file = WORKSPACE / "数据" / "检察建议台账.xlsx"
    letters = pd.read_excel(file, header=1, engine="calamine")
    advised = dict(zip(letters["检察建议书文号"], letters["被建议机关"], strict=True))
    relapsed = [x for x in found.findings if x.code == "ENV-24" and x.state == "hit"]
    assert len({x.agency for x in relapsed}) > 1
    assert all(x.agency == advised[x.key["doc_no"]] for x in relapsed)
    mine = {x.agency for x in found.leads if x.code == "ENV-24"}
    assert mine <= set(advised.values())


@pytest.mark.parametrize("code", ["FOOD-05", "ENV-02", "ENV-24"])
def test_what_a_person_must_always_see_comes_first_whatever_the_capacity(found, code):
    """Food of minors, level-1 water sources, relapse after a closed suggestion."""
    listed = shortlist(found.leads, Capacity(leads=1), as_of=dt.date(2026, 9, 30))
    singles = [x for x in listed if x.kind == "single"]
    sentences = {f.finding_id: f.sentence_zh for f in found.findings}
    mine = [
        x
        for x in singles
        if x.code == code
        and (code != "ENV-02" or any("一级保护区" in sentences[i] for i in x.findings))
    ]
    assert mine
    assert all(x.lanes and x.band == "must" for x in mine)
    others = [x.rank for x in singles if not x.lanes]
    assert max(x.rank for x in mine) < min(others)
