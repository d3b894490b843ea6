"""Workspaces with broken files, a broken `pil.yaml`, or names that are no text."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from pil_discovery.errors import PilError
from pil_discovery.pipeline.checking import check_workspace
from tests.zoo.cases import HAN
from tests.zoo.seeds import generator, mutated

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "workspace"


def demand_sentences(problems):
    for problem in problems:
        assert HAN.search(problem.what), problem
        assert problem.file, problem
        assert "读取时发生意外" not in problem.what, problem
        str(problem).encode()


def demand_sound(check):
    """Every problem is a sentence with its file, every row is accounted for."""
    demand_sentences(check.problems)
    for reading in check.readings:
        used = reading["rows_used"] + reading["rows_quarantined"]
        assert reading["rows_read"] == used
    json.dumps(check.as_dict(), ensure_ascii=False, allow_nan=False).encode()


def break_files(folder, rng, *, entries):
    """Break every data file of a workspace, or its `pil.yaml` alone."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if (path.name == "pil.yaml") == entries:
            path.write_bytes(mutated(path.read_bytes(), b"PK\x03\x04", rng))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("way", ["files", "files without entries"])
def test_no_broken_files_crash_the_check_of_a_workspace(tmp_path, way, seed):
    folder = tmp_path / "收件"
    shutil.copytree(SAMPLE, folder)
    break_files(folder, generator(way, seed), entries=False)
    if way == "files without entries":
        (folder / "pil.yaml").unlink()
    check = check_workspace(folder)
    demand_sound(check)
    assert check.problems
    assert check.readings


def test_no_broken_entries_crash_the_check_of_a_workspace(tmp_path):
    folder = tmp_path / "收件"
    folder.mkdir()
    sound = (SAMPLE / "pil.yaml").read_bytes()
    refused = 0
    for seed in range(150):
        (folder / "pil.yaml").write_bytes(sound)
        break_files(folder, generator("pil.yaml", seed), entries=True)
        try:
            demand_sound(check_workspace(folder))
        except PilError as error:
            demand_sentences(error.problems)
            refused += 1
    assert refused > 100


@pytest.mark.skipif(sys.platform != "linux", reason="names of bytes are a Linux matter")
def test_a_name_that_is_no_text_is_told_and_not_read(tmp_path):
    names = (
        "催缴".encode("gb18030"),
        b"\xff\xfe",
        b"a\nb",
        b"#{x: y}",
        b"\x1b[2J",
        b"'\"",
    )
    source = (SAMPLE / "数据" / "催缴通知.csv").read_bytes()
    for name in names:
        (tmp_path / os.fsdecode(name + b".csv")).write_bytes(source)
    for _ in range(2):  # the second check reads the pil.yaml that the first proposed
        check = check_workspace(tmp_path)
        demand_sound(check)
        assert len(check.files) == len(names)
