"""Thousands of broken files: each is read with every row told, or refused in words."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pil_discovery as pil
from pil_discovery.errors import PilError
from tests.zoo.cases import HAN, accounted
from tests.zoo.seeds import SEEDS, generator, mutated

HERE = Path(__file__).resolve().parents[2]
COUNT = int(os.environ.get("PIL_MUTATIONS", "2000"))
EACH = -(-COUNT // len(SEEDS))
MOST_SECONDS = 30
READERS = {
    "records": pil.read_records,
    "layer": pil.read_layer,
    "image": pil.read_image,
}
FOREIGN = ("csv", "xls", "gpkg", "tif")
"""Formats whose files are mixed into others."""
CHECKED = {".csv", ".txt", ".xlsx", ".xls", ".ods"}
CHECKED |= {".shp", ".gpkg", ".geojson", ".fgb", ".tif"}


def sound_parts(path):
    """Return the bytes of a file and of the files beside it that belong to it."""
    return {p: p.read_bytes() for p in sorted(path.parent.glob(f"{path.stem}.*"))}


def foreign_files(folder):
    for name in FOREIGN:
        (folder / name).mkdir()
        yield SEEDS[name].make(folder / name).read_bytes()


def fate(path, seed):
    """Read a file; return `read` or `refused`, and raise for anything else."""
    reader, options = seed.read
    try:
        found = READERS[reader](path, **options)
        if reader == "image":
            found.read()
            return "read"
    except PilError as error:
        demand_words(error)
        return "refused"
    accounted(found)
    return "read"


def demand_words(error):
    """A refusal is a sentence in Chinese, and of something that was foreseen."""
    str(error).encode()
    assert error.problems
    assert all(HAN.search(p.what) for p in error.problems)
    assert "读取时发生意外" not in str(error), str(error)


def fault_of(path, seed, fates):
    """Return what must not happen to a file, or nothing."""
    started = time.perf_counter()
    try:
        fates[fate(path, seed)] += 1
    except Exception as error:  # noqa: BLE001 -- exactly what must never happen
        return f"{type(error).__name__}: {error}"
    took = time.perf_counter() - started
    return f"{took:.0f} s" if took > MOST_SECONDS else ""


def keep(victim, name):
    """Leave a file that broke a reader where the environment says."""
    if place := os.environ.get("PIL_MUTANTS"):
        (Path(place) / f"{name}{victim.suffix}").write_bytes(victim.read_bytes())


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_a_good_file(tmp_path, name):
    seed = SEEDS[name]
    # an archive is unpacked by the check of its folder, never read as a table
    assert fate(seed.make(tmp_path), seed) == ("refused" if name == "zip" else "read")


@pytest.mark.parametrize("name", SEEDS)
def test_no_broken_file_is_misread_or_crashes(tmp_path, name):
    seed, rng = SEEDS[name], generator(name)
    path = seed.make(tmp_path)
    sound, others = sound_parts(path), list(foreign_files(tmp_path))
    fates = {"read": 0, "refused": 0}
    faults = {}
    for number in range(EACH):
        victim = path.with_suffix(seed.parts[number % len(seed.parts)] or path.suffix)
        other = others[number % len(others)]
        victim.write_bytes(mutated(sound[victim], other, rng))
        if fault := fault_of(path, seed, fates):
            faults[f"{name}-{number}"] = fault
            keep(victim, f"{name}-{number}")
        victim.write_bytes(sound[victim])
    assert not faults
    assert fates["refused"] > 0


def test_a_check_of_a_folder_of_broken_files_names_each(tmp_path):
    names = set()
    for number in range(300):
        name = list(SEEDS)[number % len(SEEDS)]
        seed, rng = SEEDS[name], generator(name, number + 1)
        folder = tmp_path / f"{number:03}"
        folder.mkdir()
        path = seed.make(folder)
        victim = path.with_suffix(seed.parts[number % len(seed.parts)] or path.suffix)
        victim.write_bytes(mutated(victim.read_bytes(), b"PK\x03\x04", rng))
        if path.suffix in CHECKED:
            names.add(path.relative_to(tmp_path).as_posix())
    run = subprocess.run(
        [sys.executable, "-m", "pil_discovery", "check", str(tmp_path), "--json"],
        capture_output=True,
        check=False,
        cwd=HERE,
        timeout=300,
    )
    assert run.returncode in {0, 1}, run.stderr.decode()[-2000:]
    assert b"Traceback" not in run.stderr + run.stdout
    answer = json.loads(run.stdout)
    named = {p["file"] for p in answer["problems"]}
    named |= {s["file"] for s in answer["sources"]}
    assert names <= named
    assert (tmp_path / "检查结果.xlsx").is_file()
