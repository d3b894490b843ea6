"""Who does exactly what the page says gets a working model in a new field."""

import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pil_discovery.catalog import forget
from pil_discovery.cli.root import pil

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "add-a-model.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MODEL = "工作区/本地模型/safety/permit-expired.yaml"
OLD = "旧版.yaml"

pytestmark = pytest.mark.xdist_group("newcomer")


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Walk through the page; return the folder and what each command printed."""
    folder = tmp_path_factory.mktemp("newcomer")
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield folder, _walked(folder)
    finally:
        os.chdir(before)


def _walked(folder):
    printed = {}
    for kind, file, text in BLOCK.findall(PAGE):
        if file:
            if file == MODEL:  # the version that a later command compares with
                shutil.copy(folder / MODEL, folder / OLD)
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            continue
        assert kind == "bash", f"a block that nobody runs: {text}"
        for line in text.splitlines():
            printed.setdefault(line, []).append(_run(line))
    return printed


def _run(line):
    program, *words = shlex.split(line)
    assert program == "pil"
    forget()  # as a new process would
    run = CliRunner().invoke(pil, words)
    assert run.exit_code == 0, f"{line}\n{run.output}"
    return run.output


def said(done, start):
    return [
        out for line, outs in done[1].items() if line.startswith(start) for out in outs
    ]


def test_the_new_file_and_the_finished_one_pass_check_and_examples(done):
    assert all("1 个模型，没有问题" in out for out in said(done, "pil models check"))
    assert len(said(done, "pil models check")) == 2
    assert all("6 个示例，0 个不符" in out for out in said(done, "pil models test"))
    assert all("100.00%" in out for out in said(done, "pil models mutate"))


def test_the_scan_finds_the_lead_with_field_route_and_agency(done):
    folder, _ = done
    lines = (folder / "结果" / "leads.jsonl").read_text("utf-8").splitlines()
    (lead,) = map(json.loads, lines)
    assert lead["domain"] == "work_safety"
    assert lead["agency"] == "公安机关"
    assert lead["route"] == "admin"
    assert lead["measures"] == {"late_kg": 120}
    run = json.loads((folder / "结果" / "run.json").read_text("utf-8"))
    assert run["domains"] == {"work_safety": "安全生产"}
    assert [m["id"] for m in run["models"]] == ["safety/permit-expired"]
    (shown,) = said(done, "pil show")
    assert "示例爆破甲公司（许可示许-001）有效期至2026年3月31日" in shown
    assert "SAFE-01 示许-001" in shown


def test_hit_and_clear_are_explained(done):
    first, second = said(done, "pil models explain")
    assert "结论：命中" in first
    assert "来源=数据/爆炸物品领用.csv第3行" in first
    assert "结论：未发现" in second


def test_the_two_versions_differ_as_told(done):
    (told,) = said(done, "pil models diff")
    assert "1 个模型，1 处不同" in told
    assert "~ safety/permit-expired  示许-001" in told


def test_the_page_of_the_model_is_there(done):
    page = done[0] / "模型说明" / "safety" / "permit-expired.md"
    assert "# 爆破许可届满后仍领用爆炸物品" in page.read_text("utf-8")
