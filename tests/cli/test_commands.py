"""The command line: exit codes, Chinese words, JSON on stdout, never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pil_discovery.cli.printing import columns

ROOT = Path(__file__).resolve().parents[2]


def pil(*arguments, cwd=ROOT, **environment):
    return subprocess.run(
        [sys.executable, "-m", "pil_discovery", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **environment},
        check=False,
    )


def workspace(folder, text, **files):
    folder.mkdir(exist_ok=True)
    head = (
        'name: 试\nas_of: "2026-09-30"\njurisdiction: "990302"\n'
        "office: {name: 示例区人民检察院}\n"
    )
    (folder / "pil.yaml").write_text(head + text, encoding="utf-8")
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


@pytest.mark.parametrize("command", [(), ("scan",), ("models",), ("law",), ("bundle",)])
def test_help_is_chinese(command):
    run = pil(*command, "--help")
    assert run.returncode == 0
    assert "用法" in run.stdout
    for word in ("Usage", "Options", "Commands", "Show this", "OPTIONS", "Error"):
        assert word not in run.stdout


def test_english_is_one_option_away():
    assert "Usage" in pil("--lang", "en", "--help").stdout


def test_a_slip_of_the_pen_gets_a_suggestion():
    run = pil("scna")
    assert run.returncode == 2
    assert "是不是" in run.stderr


def test_a_folder_without_workspace_is_usage(tmp_path):
    run = pil("scan", tmp_path)
    assert run.returncode == 2
    assert "pil.yaml" in run.stderr
    assert "Traceback" not in run.stderr


BAD = {
    "missing file": (
        "records:\n  - {dataset: land_contract, file: 没有.csv}\n",
        {},
        "没有.csv",
    ),
    "unknown data set": (
        "records:\n  - {dataset: land_contrat, file: a.csv}\n",
        {"a__csv": b"x"},
        "land_contract",
    ),
    "unknown column": (
        "records: [{dataset: land_contract, file: a.csv, columns: {合同: contract}}]\n",
        {"a__csv": "合同\nHT-1\n".encode()},
        "contract",
    ),
    "unknown unit": (
        "records:\n  - {dataset: land_contract, file: a.csv, units: {area_m2: 亩亩}}\n",
        {"a__csv": "合同编号,出让面积\nHT-1,3\n".encode()},
        "亩亩",
    ),
    "unreadable encoding": (
        "records:\n  - {dataset: land_contract, file: a.csv}\n",
        {"a__csv": b"\x81\xff\xfe\x00\x80\xff,\xff\n\xff\xff\n"},
        "a.csv",
    ),
    "empty file": (
        "records:\n  - {dataset: land_contract, file: a.csv}\n",
        {"a__csv": b""},
        "a.csv",
    ),
    "raster as csv": (
        "records:\n  - {dataset: land_contract, file: a.csv}\n",
        {"a__csv": b"II*\x00\x08\x00\x00\x00" + b"\x00" * 64},
        "a.csv",
    ),
    "path outside": (
        "records:\n  - {dataset: land_contract, file: ../a.csv}\n",
        {},
        "a.csv",
    ),
    "no crs": (
        "layers:\n  - {dataset: pbf, file: a.geojson}\n",
        {"a__geojson": b"not json"},
        "a.geojson",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_sentence_and_nothing_is_written(case, tmp_path):
    text, files, named = BAD[case]
    place = workspace(tmp_path / "ws", text, **files)
    run = pil("scan", place, "-o", tmp_path / "out")
    assert run.returncode == 2, run.stderr
    assert named in run.stderr
    assert "Traceback" not in run.stderr
    assert "内部错误" not in run.stderr
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))


def test_all_mistakes_come_at_once(tmp_path):
    text = "records:\n  - {dataset: a, file: x.csv}\n  - {dataset: b, file: y.csv}\n"
    run = pil("scan", workspace(tmp_path / "ws", text))
    assert run.stderr.count("×") >= 4


def test_law_is_resolved_by_date_and_a_gap_is_said():
    run = pil(
        "law",
        "resolve",
        "env.outfall-in-source-zone",
        "--on",
        "2026-08-01..2026-09-01",
        "--json",
    )
    assert {b["id"] for b in json.loads(run.stdout)["basis"]} >= {"wpl-64", "eec-318"}
    gap = pil("law", "resolve", "gdb-25", "--on", "2026-09-30")
    assert gap.returncode == 1
    assert "没有载入该日期的版本" in gap.stderr


def test_a_date_must_be_a_date():
    run = pil("law", "resolve", "lal-55", "--on", "2026-13-01")
    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_models_are_listed_as_json():
    run = pil("models", "list", "--json")
    codes = {m["code"] for m in json.loads(run.stdout)}
    assert {"LAND-01", "STATE-08"} <= codes


def test_a_model_is_tested_from_the_command_line():
    run = pil("models", "test", "LAND-S1")
    assert run.returncode == 0, run.stderr
    assert "√" in run.stdout


def test_a_broken_local_model_names_file_and_field(tmp_path):
    (tmp_path / "x.yaml").write_text("id: x\ncode: 1\n", encoding="utf-8")
    run = pil("models", "check", tmp_path)
    assert run.returncode == 2
    assert "x.yaml" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_gbk_console_does_not_end_in_an_error():
    run = subprocess.run(
        [sys.executable, "-m", "pil_discovery", "models", "list"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "gbk"},
        check=False,
    )
    assert run.returncode == 0
    assert "欠缴" in run.stdout.decode("gbk")


def test_json_loses_no_character_on_any_console():
    wanted = json.loads(pil("models", "list", "--json").stdout)
    told = pil("models", "list", "--json", PYTHONIOENCODING="ascii").stdout
    assert told.isascii()
    assert json.loads(told) == wanted


FIELDS = ("bundle", "out", "1", "-o", "b", "--field", "number=1", "--field")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("init", "a.txt/b"), "路径中有一段是文件"),
        (("scan", "ws", "-o", "a.txt/out"), "路径中有一段是文件"),
        (("scan", "ws", "-o", "长" * 300), "文件名太长"),
        (("check", "odd"), "pil.yaml：这是文件夹，不是文件"),
        ((*FIELDS, "workspace=/"), "没有这个字段：workspace"),
        ((*FIELDS, "number=2"), "字段写了两次：number"),
        (("verify", "ws", "--trust", "nowhere.pem"), "nowhere.pem"),
        (("law", "resolve", "lal-55", "--on", "2026-01-01.."), "不是日期"),
    ],
)
def test_what_the_file_system_or_the_user_gets_wrong_is_usage(
    command, sentence, tmp_path
):
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    workspace(tmp_path / "ws", "records: []\n")
    (tmp_path / "odd" / "pil.yaml").mkdir(parents=True)
    (tmp_path / "odd" / "a.csv").write_text("合同编号,催缴日期\n", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    run = pil(*command, cwd=tmp_path)
    assert run.returncode == 2, run.stderr
    assert sentence in run.stderr.replace("\n", "")
    assert "内部错误" not in run.stderr
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a pipe that closes early")
def test_a_reader_that_leaves_early_is_no_defect():
    process = subprocess.Popen(
        [sys.executable, "-m", "pil_discovery", "models", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


def test_check_fills_in_what_init_left_empty_and_keeps_the_rest(tmp_path):
    place = workspace(tmp_path / "ws", "# 说明\nrecords: []\nlayers: []\n")
    head = (place / "pil.yaml").read_text("utf-8").split("records")[0]
    text = "合同编号,催缴日期\nHT-1,2025-01-01\n"
    (place / "催缴通知.csv").write_text(text, encoding="utf-8")
    assert pil("check", place).returncode == 0
    filled = (place / "pil.yaml").read_text("utf-8")
    assert filled.startswith(head)
    assert "dataset: land_collection_notice" in filled
    (place / "催缴通知2.csv").write_text(text, encoding="utf-8")
    pil("check", place)
    assert (place / "pil.yaml").read_text("utf-8") == filled
    assert (place / "pil.proposed.yaml").is_file()


def test_a_name_from_a_source_cannot_steer_the_terminal():
    text = columns([("1", "甲\x1b[31m\n乙\u202e　丙")])
    assert text == "1  甲 [31m 乙 　丙"


def test_a_model_that_can_be_read_but_is_not_sound_is_a_problem(tmp_path):
    text = (ROOT / "models/screening/land/agreed-start-passed.yaml").read_text("utf-8")
    changed = text.replace("land/agreed-start-passed", "x").replace("LAND-S1", "X-1")
    changed = changed.replace(
        "parameters:\n", "parameters:\n  spare: {value: 1, unit: day, why: 试}\n"
    )
    (tmp_path / "x.yaml").write_text(changed, encoding="utf-8")
    run = pil("models", "check", tmp_path, "--json")
    assert run.returncode == 1, run.stderr
    found = json.loads(run.stdout)
    assert found["malformed"] == []
    assert [f["where"] for f in found["faults"]] == ["parameters.spare（第 16 行）"]
    assert "没有一处用到参数「spare」" in run.stderr


def test_examples_that_fail_as_they_are_are_not_scored(tmp_path):
    text = (ROOT / "models/screening/land/agreed-start-passed.yaml").read_text("utf-8")
    changed = text.replace("land/agreed-start-passed", "x").replace("LAND-S1", "X-1")
    changed = changed.replace("      hit: []", "      hit: [[甲, 乙, 丙, 丁, 戊]]", 1)
    (tmp_path / "x.yaml").write_text(changed, encoding="utf-8")
    run = pil("models", "mutate", "X-1", "--models", tmp_path, "--json")
    assert run.returncode == 1, run.stderr
    (entry,) = json.loads(run.stdout)
    assert (entry["share"], entry["mutants"], len(entry["failing"])) == (None, 0, 1)
    assert f"示例不符，不能计分：{entry['failing'][0]}" in run.stderr
