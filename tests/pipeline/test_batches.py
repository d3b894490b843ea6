"""Many leads in one go: the same bundles as one by one, whatever happens meanwhile."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

import pil_discovery as pil
from pil_discovery.bundle import staging
from pil_discovery.cli.root import pil as command
from pil_discovery.errors import BundleError, PilError
from pil_discovery.pipeline.batch_work import Packer
from tests.bundle import authority

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_data" / "workspace"
MODELS = ["land/unpaid-price", "land/registered-before-paid"]
INDEX = "证据包索引-suggestion"

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """A scan with two leads of each of two models, of which one is for no agency."""
    folder = tmp_path_factory.mktemp("scanned")
    shutil.copytree(SAMPLE, folder / "workspace")
    out = pil.scan(folder / "workspace", models=MODELS).write(folder / "out")
    leads = out / "leads.jsonl"
    lines = [json.loads(line) for line in leads.read_text("utf-8").splitlines()]
    kept = [[x for x in lines if x["model"] == m][:2] for m in MODELS]
    kept[0][0] |= {"agency": None, "route": "none"}
    kept = [lead | {"rank": n} for n, lead in enumerate([*kept[0], *kept[1]], 1)]
    leads.write_text("".join(json.dumps(lead) + "\n" for lead in kept), "utf-8")
    return out


@pytest.fixture(scope="module")
def batch(scanned, tmp_path_factory):
    return pil.build_bundles(
        *(scanned, None, "suggestion", tmp_path_factory.mktemp("batch"))
    )


def contents(folder):
    """Every file of a folder, and its bytes."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def run(*words):
    return CliRunner().invoke(command, [str(w) for w in words])


def test_a_refused_lead_is_listed_and_stops_no_other(batch):
    first, *others = batch.entries
    assert [e.state for e in others] == ["packed"] * len(others)
    assert (first.state, first.bundle) == ("gate", None)
    assert "行政机关的名称" in first.reasons[0]
    folder = batch.index.parent
    there = {p.name for p in folder.iterdir()}
    assert there == {e.bundle for e in others} | {f"{INDEX}.xlsx", f"{INDEX}.jsonl"}
    for entry in others:
        assert pil.verify_bundle(folder / entry.bundle, root=entry.root_sha256).ok


def test_the_index_lists_bundles_and_refusals(batch):
    book = CalamineWorkbook.from_path(str(batch.index))
    head, *lines = book.get_sheet_by_index(0).to_python()
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert [r["序号"] for r in rows] == [e.rank for e in batch.entries]
    for row, entry in zip(rows, batch.entries, strict=True):
        assert row["线索编号"] == entry.lead_id
        assert (row["证据包"] or None) == entry.bundle
        assert (row["根散列"] or None) == entry.root_sha256
        assert row["状态"] == {"packed": "已装", "gate": "关卡未过"}[entry.state]
        assert (row["未装原因"] or "") == "；".join(entry.reasons)


def test_one_by_one_gives_the_same_bytes(batch, scanned, tmp_path):
    entry = batch.entries[2]
    alone = pil.build_bundle(scanned, entry.lead_id, "suggestion", tmp_path)
    assert contents(alone.path) == contents(batch.index.parent / entry.bundle)


def test_two_processes_give_the_same_bytes(batch, scanned, tmp_path):
    done = run("bundle", scanned, "--all", "-o", tmp_path, "--workers", "2")
    assert done.exit_code == 4, done.output
    assert len(done.stdout.splitlines()) == len(batch.entries) - 1
    assert "× 1." in done.stderr
    assert contents(tmp_path) == contents(batch.index.parent)


def children(pid):
    """The processes that a process started, and those that they started."""
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                if path.read_text().rpartition(")")[2].split()[1] == str(parent):
                    waiting.append(int(path.parent.name))
                    found.append(waiting[-1])
    return found


def runs(pid):
    with suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


def test_killed_and_resumed_gives_the_same_bytes(batch, scanned, tmp_path):
    words = ("bundle", scanned, "--all", "-o", tmp_path)
    started = ("-m", "pil_discovery", *words, "--workers", "2")
    job = subprocess.Popen(
        [sys.executable, *map(str, started)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    until = time.monotonic() + 120
    while not list(tmp_path.glob("PIL-*")) and time.monotonic() < until:
        time.sleep(0.01)
    others = children(job.pid)
    assert others
    job.send_signal(signal.SIGKILL)
    job.wait()
    until = time.monotonic() + 60
    while any(map(runs, others)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(runs, others)), "a process outlived the one that started it"
    assert not (tmp_path / f"{INDEX}.xlsx").exists()
    for left in tmp_path.glob("PIL-*"):
        assert pil.verify_bundle(left).ok
    done = run(*words, "--resume")
    assert done.exit_code == 4, done.output
    assert contents(tmp_path) == contents(batch.index.parent)


@pytest.fixture
def again(batch, scanned, tmp_path):
    """The order of the batch in a copy of its folder, and what it may rely on."""
    folder = tmp_path / "again"
    shutil.copytree(batch.index.parent, folder)
    return scanned, folder


def resumed(again, **more):
    scanned, folder = again
    return pil.build_bundles(scanned, None, "suggestion", folder, resume=True, **more)


def test_finished_bundles_are_verified_and_not_built_again(again, monkeypatch):
    monkeypatch.setattr(Packer, "_built", lambda self, lead: pytest.fail("built"))
    with pytest.raises(pytest.fail.Exception):
        resumed((again[0], again[1].with_name("empty")))
    one = (
        again[1]
        / json.loads((again[1] / f"{INDEX}.jsonl").read_bytes().splitlines()[1])[
            "bundle"
        ]
    )
    (one / "data/provenance.json").write_text("{}")
    with pytest.raises(pytest.fail.Exception):
        resumed(again)


def test_a_damaged_bundle_is_refused_never_overwritten(again):
    entry = json.loads((again[1] / f"{INDEX}.jsonl").read_bytes().splitlines()[1])
    damaged = again[1] / entry["bundle"] / "data/provenance.json"
    damaged.write_text("{}")
    batch = resumed(again)
    told = {e.lead_id: e for e in batch.entries}[entry["lead_id"]]
    assert told.state == "fault"
    assert "已损坏" in told.reasons[0]
    assert damaged.read_text() == "{}"
    assert all(e.existed for e in batch.entries if e.state == "packed")


def test_another_order_does_not_rely_on_what_was_finished(again):
    batch = resumed(again, fields={"number": "17"})
    told = [e for e in batch.entries if e.state == "fault"]
    assert len(told) == len(batch.entries) - 1
    assert all("内容不同" in e.reasons[0] for e in told)


def test_what_every_lead_would_refuse_is_told_once(scanned, tmp_path):
    with pytest.raises(BundleError) as caught:
        pil.build_bundles(
            *(scanned, None, "suggestion", tmp_path / "b"),
            fields={"nonsense": "x"},
            profile="press",
        )
    assert len(caught.value.problems) == 2
    with pytest.raises(PilError) as caught:
        pil.build_bundles(scanned, ["1", "99", "98"], "suggestion", tmp_path / "b")
    assert len(caught.value.problems) == 2
    assert not (tmp_path / "b").exists()


def test_a_full_disk_ends_the_batch(scanned, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(staging, "publish", full)
    with pytest.raises(BundleError, match="No space"):
        pil.build_bundles(scanned, ["2", "3"], "suggestion", tmp_path / "b")
    assert not list((tmp_path / "b").glob("*.xlsx"))


def test_more_than_the_disk_can_hold_is_refused_before_the_work(
    scanned, tmp_path, monkeypatch
):
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(BundleError, match="磁盘空间不足"):
        pil.build_bundles(scanned, None, "suggestion", tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_failure_of_the_program_stops_no_other_lead(scanned, tmp_path, monkeypatch):
    real = Packer._built

    def failing(self, lead):
        if lead.rank == 2:
            raise ValueError("x")
        return real(self, lead)

    monkeypatch.setattr(Packer, "_built", failing)
    done = run("bundle", scanned, "2", "3", "-o", tmp_path)
    assert done.exit_code == 4
    assert "程序内部错误（ValueError：x）" in done.stderr
    done = run("bundle", scanned, "2", "-o", tmp_path, "--resume")
    assert done.exit_code == 70


def test_exit_codes_and_choices(scanned, tmp_path):
    assert run("bundle", scanned, "--top", "1", "-o", tmp_path).exit_code == 3
    assert run("bundle", scanned, "-o", tmp_path).exit_code == 2
    assert run("bundle", scanned, "2", "--all", "-o", tmp_path).exit_code == 2
    done = run("bundle", scanned, "2", "3", "2", "-o", tmp_path, "--json")
    assert done.exit_code == 0
    assert [e["rank"] for e in json.loads(done.stdout)] == [2, 3]


def test_a_second_batch_in_the_same_place_is_kept_out(scanned, tmp_path):
    journal = tmp_path / f".{INDEX}.partial"
    journal.touch()
    with staging.locked(journal, "x"), pytest.raises(BundleError, match="另一个进程"):
        pil.build_bundles(scanned, ["2"], "suggestion", tmp_path)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl command")
def test_two_processes_sign_redact_and_resume(scanned, tmp_path):
    office = authority.found(tmp_path / "ca")
    seal = pil.office_seal(
        p12=office.p12, password=authority.PASSWORD.decode(), tsa=str(office.tsa)
    )
    asked = {"seal": seal, "profile": "public", "workers": 2}
    where = (scanned, None, "suggestion", tmp_path / "b")
    batch = pil.build_bundles(*where, **asked)
    done = [e for e in batch.entries if e.state == "packed"]
    assert len(done) == len(batch.entries) - 1
    for entry in done:
        path = tmp_path / "b" / entry.bundle
        for one in (path, path.with_name(f"{path.name}.sealed")):
            verdict = pil.verify_bundle(one, trust=office.ca)
            assert (verdict.ok, verdict.trusted) == (True, True)
    text = batch.index.with_suffix(".jsonl").read_text("utf-8")
    assert not any(e.title_zh in text for e in batch.entries)
    before = contents(tmp_path / "b")
    again = pil.build_bundles(*where, **asked, resume=True)
    assert all(e.existed for e in again.entries if e.state == "packed")
    assert contents(tmp_path / "b") == before
