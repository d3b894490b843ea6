"""No file in the world may crash a check: hostile corpora and broken good files.

Every read happens in another process, so that a crash of a C library counts as a
failure of that file and not of the test run. The corpora are sampled evenly; all of
their files are read with `PIL_BAD_INPUTS=all`.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PIL_SHARED_DATA", HERE / ".." / "shared" / "data"))
CORPORA = SHARED / "badinputs"
SAMPLE = HERE / "sample_data" / "workspace"
EVERY = os.environ.get("PIL_BAD_INPUTS") == "all"
KINDS = {
    ".csv": "table",
    ".txt": "table",
    ".xlsx": "table",
    ".xls": "table",
    ".gpkg": "vector",
    ".shp": "vector",
    ".geojson": "vector",
    ".tif": "raster",
}


def probe(jobs):
    """Return the bad outcomes of jobs and how each went, read by two workers."""
    with ThreadPoolExecutor(2) as workers:
        (bad, ways), (more, others) = workers.map(in_turn, (jobs[::2], jobs[1::2]))
    return bad + more, ways + others


def in_turn(jobs):
    """Run jobs one by one; a worker that dies is started anew behind its last job."""
    bad, ways, left = [], [], list(jobs)
    while left:
        answers, died = _run(left)
        for job, found in zip(left, answers, strict=False):
            ways.append(found["way"])
            if found["way"] == "raised" or found["faults"]:
                bad.append((job, found["way"], found["faults"]))
        left = left[len(answers) :]
        if left:
            ways.append("died")
            bad.append((left.pop(0), "died", died))
    return bad, ways


def _run(jobs):
    lines = "".join(f"{json.dumps(j)}\n" for j in jobs)
    done = subprocess.run(
        [sys.executable, "-m", "tests.pipeline.probe"],
        input=lines,
        capture_output=True,
        text=True,
        cwd=HERE,
        check=False,
        errors="replace",
    )
    answers = [json.loads(a) for a in done.stdout.splitlines() if a.endswith("}")]
    return answers, [done.returncode, done.stderr[-1500:]]


def corpus_files():
    files = sorted(p for p in CORPORA.rglob("*") if p.is_file())
    return files if EVERY else files[::4]


def spread(folder):
    """Copy every corpus file under its own name and under each known extension."""
    jobs = []
    for number, source in enumerate(corpus_files()):
        content = source.read_bytes()
        names = {source.name, *(f"{source.stem}{number}{e}" for e in KINDS)}
        for name in sorted(names):
            path = folder / f"{number:03}" / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            if path.suffix.lower() == ".shp":
                for part in (".shx", ".dbf"):
                    path.with_suffix(part).write_bytes(content)
            jobs += jobs_for(path, folder)
    return jobs


def check_of(folder):
    return {"kind": "check", "path": str(folder), "root": str(folder)}


def jobs_for(path, root, told=None):
    kind = KINDS.get(path.suffix.lower())
    kinds = [kind] if kind else ["table", "vector", "raster"]
    base = {"path": str(path), "root": str(root)}
    return [{"kind": k, **base, **(told or {})} for k in kinds]


def mutate(content, rng):
    """Break a file in one of the ways in which files break."""
    data = bytearray(content or b"\0")
    at = (
        rng.randrange(len(data))
        if rng.random() < 0.5
        else rng.randrange(min(len(data), 600))
    )
    size = rng.choice((1, 1, 2, 4, 8, 64, 512))
    way = rng.randrange(7)
    if way == 0:
        data[at : at + size] = rng.randbytes(size)
    elif way == 1:
        del data[at:]
    elif way == 2:
        del data[at : at + size]
    elif way == 3:
        data[at:at] = data[at : at + size * 8]
    elif way == 4:
        data[at : at + size] = rng.choice((b"\0", b"\xff", b"\x80")) * size
    elif way == 5:
        data[at] ^= 1 << rng.randrange(8)
    else:
        data[at:at] = rng.choice(
            ("\ufeff", '"', "\u202e", "𠀀", "\x85", "1e999", "=1+1", "\r", "NaN")
        ).encode(rng.choice(("utf-8", "gb18030")))
    return bytes(data)


def mutate_inside(content, rng):
    """Break one member of a workbook, so that the archive stays sound."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        members = {m: archive.read(m) for m in archive.namelist()}
    victim = rng.choice(sorted(members))
    members[victim] = mutate(members[victim], rng)
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return stream.getvalue()


def broken(path, seed):
    rng = random.Random(f"{path.name} {seed}")
    content = path.read_bytes()
    inside = path.suffix == ".xlsx" and rng.random() < 0.7
    result = mutate_inside(content, rng) if inside else mutate(content, rng)
    return result if rng.random() < 0.7 else mutate(result, rng)


def test_no_file_of_the_corpora_crashes_a_reader(tmp_path):
    if not CORPORA.is_dir():
        pytest.skip("no corpora of bad files")
    jobs = spread(tmp_path)
    bad, ways = probe(jobs)
    assert bad == []
    assert len(ways) == len(jobs)
    # The second check reads the pil.yaml that the first proposed.
    assert in_turn([check_of(tmp_path)] * 2) == ([], ["read", "read"])


def entries():
    named = yaml.safe_load((SAMPLE / "pil.yaml").read_text("utf-8"))
    options = ("sheet", "layer", "crs", "columns", "units", "encoding", "sigma_m")
    for entry in named["records"]:
        told = {o: entry[o] for o in ("columns", "units") if o in entry}
        yield entry["file"], {"wanted": entry["dataset"], "told": told}
    for entry in named["layers"]:
        told = {o: entry[o] for o in options if o in entry}
        yield entry["file"], {"wanted": entry["dataset"], "told": told}
    for entry in named["images"]:
        yield entry["cloud_mask"], {}


def mutations(folder, times):
    jobs = []
    for number, (file, told) in enumerate(entries()):
        source = SAMPLE / file
        for seed in range(times):
            path = folder / f"{number:02}_{seed:04}" / source.name
            path.parent.mkdir()
            for part in source.parent.glob(f"{source.stem}.*"):
                shutil.copyfile(part, path.with_name(part.name))
            victims = sorted(path.parent.glob(f"{source.stem}.*"))
            victim = victims[seed % len(victims)]
            victim.write_bytes(broken(SAMPLE / Path(file).parent / victim.name, seed))
            guess = told if seed % 4 else {}
            jobs += jobs_for(path, folder, guess)
    return jobs


def test_no_broken_copy_of_a_good_file_crashes_a_reader(tmp_path):
    jobs = mutations(tmp_path, 400 if EVERY else 30)
    assert len(jobs) >= 1000
    bad, ways = probe(jobs)
    assert bad == []
    assert {"read", "refused"} <= set(ways)


def test_no_broken_workspace_crashes_a_check(tmp_path):
    jobs = []
    for seed in range(150 if EVERY else 12):
        folder = tmp_path / f"{seed:03}"
        shutil.copytree(SAMPLE, folder)
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            # Every third time pil.yaml is broken too, and then hides the rest.
            if path.name != "pil.yaml" or seed % 3 == 1:
                path.write_bytes(broken(path, seed))
        if seed % 3 == 2:
            (folder / "pil.yaml").unlink()
        jobs.append(check_of(folder))
    bad, ways = probe(jobs)
    assert bad == []
    assert "read" in ways


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
    assert in_turn([check_of(tmp_path)] * 2) == ([], ["read", "read"])
