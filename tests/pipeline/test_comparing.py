"""Two versions of a model on one workspace: what appears, vanishes or changes."""

import json

import pytest

from pil_discovery.errors import PilError
from pil_discovery.pipeline.comparing import compare_models
from pil_discovery.pipeline.explaining import explain_row
from tests.cli.test_commands import pil, workspace

MODEL = """\
id: relics/late
code: X-01
version: 1.0.0
status: trial
title: {zh: 逾期未缴}
domain: state_assets
why: 试
data: {land_instalment: [contract_no, due_date, amount_due_cny]}
parameters: {floor: {value: 100, unit: CNY, why: 试}}
population:
  key: [contract_no]
  sql: >
    SELECT contract_no, due_date AS fact_date, amount_due_cny AS owed_cny,
           due_date <= $as_of AND owed_cny > $floor AS hit FROM land_instalment
measures: {owed_cny: CNY}
agency: {power: land.transfer.collect}
basis_gap: 试
explain: {zh: "合同{contract_no}欠{owed_cny:yuan}元。"}
"""
CSV = """\
合同编号,期次,约定缴款日期,应缴金额(元)
A,1,2026-01-01,300
B,1,2026-01-01,150
C,1,2026-01-01,50
"""


def changed(path, *pairs):
    text = MODEL
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def place(tmp_path):
    text = "records:\n  - {dataset: land_instalment, file: a.csv}\n"
    return workspace(tmp_path / "ws", text, a__csv=CSV.encode())


def test_rows_appear_vanish_and_change(tmp_path, place):
    old = changed(tmp_path / "old.yaml")
    new = changed(
        tmp_path / "new.yaml",
        ("amount_due_cny AS", "amount_due_cny + 60 AS"),
        ("owed_cny > $floor", "owed_cny > $floor AND contract_no <> 'B'"),
    )
    (one,) = compare_models(old, new, place)
    assert [(d.kind, d.key, d.notes) for d in one.differences] == [
        ("changes", "A", ("owed_cny 300.00 → 360.00",)),
        ("vanishes", "B", ()),
        ("appears", "C", ()),
    ]
    assert one.old.counts.hit == one.new.counts.hit == 2
    (same,) = compare_models(old, old, place)
    assert same.differences == ()


def test_folders_are_paired_by_id_and_what_is_new_appears(tmp_path, place):
    for folder, names in (("v1", ["late"]), ("v2", ["late", "more"])):
        for name in names:
            path = tmp_path / folder / "relics" / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            changed(path, ("relics/late", f"relics/{name}"))
    found = compare_models(tmp_path / "v1", tmp_path / "v2", place)
    assert [(c.model, len(c.differences)) for c in found] == [
        ("relics/late", 0),
        ("relics/more", 2),
    ]


def test_a_version_that_is_no_model_is_told_with_its_line(tmp_path, place):
    old = changed(tmp_path / "old.yaml")
    new = changed(tmp_path / "new.yaml", (", amount_due_cny]", ", amount_cny]"))
    with pytest.raises(
        PilError, match=r"land_instalment\[2\]（第 8 行）.*amount_due_cny"
    ):
        compare_models(old, new, place)
    with pytest.raises(PilError, match="没有这个文件"):
        compare_models(old, tmp_path / "none.yaml", place)


def test_a_row_of_a_workspace_is_explained_in_words(tmp_path, place):
    local = tmp_path / "local" / "relics" / "late.yaml"
    local.parent.mkdir(parents=True)
    changed(local)
    told = explain_row("X-01", "C", place, local_models=[tmp_path / "local"])
    text = "\n".join(told.lines())
    assert "结论：未发现" in text
    assert "真  due_date <= $as_of" in text
    assert "假  owed_cny > $floor" in text
    assert "floor = 100 CNY（试）" in text
    assert "来源=a.csv第4行" in text
    assert told.as_dict()["readings"][0]["columns"]["owed_cny"] == "50.00"


def test_the_commands_print_what_the_calls_find(tmp_path, place):
    old, new = changed(tmp_path / "o.yaml"), tmp_path / "n.yaml"
    changed(new, ("value: 100", "value: 200"))
    run = pil("models", "diff", old, new, "--workspace", place)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("- relics/late  B  hit")
    assert "1 个模型，1 处不同" in run.stderr
    run = pil("models", "diff", old, new, "--workspace", place, "--json")
    assert json.loads(run.stdout)[0]["differences"][0]["key"] == "B"
    run = pil("models", "explain", "LAND-01", "x|1", "--workspace", place)
    assert run.returncode == 2
    assert "不可计算，缺少" in run.stderr


def test_a_model_about_persons_wants_its_ground(place):
    run = pil("models", "explain", "STATE-01", "x", "--workspace", place)
    assert run.returncode == 3
    assert "personal: {basis: 文号}" in run.stderr
