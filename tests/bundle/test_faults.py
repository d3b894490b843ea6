"""A bundle is there whole, or it is not there: whatever fails, and whenever."""

import errno
import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from pil_discovery.bundle import build, verify
from pil_discovery.bundle.staging import copy, publish, receive, staged, write
from pil_discovery.errors import BundleError
from tests.bundle import factory

ROOT = Path(__file__).parents[2]
CALLS = ("open", "fsync", "rename", "replace", "mkdir", "chmod")


class Tripwire:
    """Counts calls of the system, and lets the n-th fail."""

    def __init__(self, monkeypatch, code):
        self.count, self.stop, self.code = 0, None, code
        for name in CALLS:
            monkeypatch.setattr(os, name, self.wrapped(getattr(os, name)))
        monkeypatch.setattr("io.open", self.wrapped(open))

    def wrapped(self, real):
        def call(*arguments, **named):
            if self.stop is not None:
                self.count += 1
                if self.count == self.stop:
                    raise OSError(self.code, os.strerror(self.code))
            return real(*arguments, **named)

        return call


def assemble(out, source):
    """All that the writing of a bundle does, without what is written."""
    with staged(out, "PIL") as folder:
        write(folder, "data/a/b.txt", b"one")
        copy(folder, "data/raw.csv", source)
        receive(folder, "data/many", [b"1", b"2"])
        write(folder, "top.txt", b"two")
        publish(folder, out / "PIL")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES])
def test_a_fault_at_every_call_leaves_no_half_bundle(tmp_path, monkeypatch, code):
    source = tmp_path / "raw.csv"
    source.write_text("x")
    wire = Tripwire(monkeypatch, code)
    for number in range(1, 200):
        out = tmp_path / f"{code}-{number}"
        wire.count, wire.stop = 0, number
        try:
            assemble(out, source)
        except (OSError, BundleError):
            failed = True
        else:
            failed = False
        finally:
            reached = wire.count >= number
            wire.stop = None
        finished = out / "PIL"
        if finished.exists():
            there = {
                p.relative_to(finished).as_posix()
                for p in finished.rglob("*")
                if p.is_file()
            }
            assert there == {"data/a/b.txt", "data/raw.csv", "data/many", "top.txt"}
        if not reached:
            assert not failed
            break
    assert number > 25, "the calls were counted"


def test_a_fault_while_a_bundle_is_written_is_told(tmp_path, monkeypatch):
    wanted = build(factory.request(tmp_path / "clean", plate=False)).root_sha256
    request = factory.request(tmp_path, plate=False)
    wire = Tripwire(monkeypatch, errno.ENOSPC)
    rng = random.Random(11)
    for number in sorted(rng.sample(range(20, 140), 8)):
        shutil.rmtree(tmp_path / "bundle", ignore_errors=True)
        wire.count, wire.stop = 0, number
        with suppress(BundleError, OSError):
            build(request)
        wire.stop = None
        for left in (tmp_path / "bundle").glob("PIL-*"):
            assert verify(left, root=wanted).ok
    done = build(request)
    assert verify(done.path, root=wanted).ok
    assert [p.name for p in done.path.parent.iterdir()] == [done.path.name]


@pytest.mark.parametrize("finder", ["importlib.metadata", "importlib_metadata"])
def test_a_version_that_cannot_be_read_is_told_and_nothing_is_written(
    tmp_path, monkeypatch, finder
):
    """Dask brings a finder along that answers in the place of Python's own."""
    pytest.importorskip(finder)
    real = open

    def unreadable(path, *arguments, **named):
        if "typst" in str(path) and str(path).endswith("METADATA"):
            raise PermissionError(errno.EACCES, "denied")
        return real(path, *arguments, **named)

    request = factory.request(tmp_path, plate=False)
    monkeypatch.setattr("io.open", unreadable)
    with pytest.raises(BundleError, match="typst：读不到这个程序库的版本"):
        build(request)
    assert not list((tmp_path / "bundle").glob("*"))


def test_a_full_disk_is_told(tmp_path):
    """The limit of file sizes stands for the disk: the same error, no root needed."""
    script = (
        "import resource, signal, sys; sys.path.insert(0, sys.argv[2]);"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "from pathlib import Path; from tests.bundle import factory;"
        "from pil_discovery.bundle import build; from pil_discovery.errors import *;"
        "request = factory.request(Path(sys.argv[1]), plate=False);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));\n"
        "try: build(request)\n"
        "except BundleError as error: print(error); sys.exit(9)"
    )
    command = [sys.executable, "-c", script, tmp_path, ROOT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr
    assert "不能写入证据包" in done.stdout
    assert not list((tmp_path / "bundle").glob("*"))


LOOP = (
    "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path;"
    "from dataclasses import replace;"
    "from tests.bundle import factory; from pil_discovery.bundle import build;"
    "folder = Path(sys.argv[1]);"
    "[build(replace(factory.request(folder, plate=False),"
    " fields={'number': str(n)}, out=folder / str(n)))"
    " or print(n, flush=True) for n in map(int, sys.argv[3:])]"
)


def test_killed_at_any_moment_no_invalid_bundle_is_left(tmp_path):
    rng = random.Random(5)
    numbers = [str(n) for n in range(1, 13)]
    for _ in range(3):
        command = [sys.executable, "-c", LOOP, tmp_path, ROOT, *numbers]
        job = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        job.stdout.readline()  # the first one is there: from now on it is writing
        time.sleep(rng.random() * 0.6)
        job.kill()
        job.wait()
        job.stdout.close()
        for left in tmp_path.glob("*/PIL-*"):
            assert verify(left).ok
    for number in numbers[:3]:
        request = factory.request(tmp_path, plate=False, fields={"number": number})
        done = build(replace(request, out=tmp_path / number))
        clean = build(replace(request, out=tmp_path / "clean" / number))
        assert done.root_sha256 == clean.root_sha256
        assert [p.name for p in done.path.parent.iterdir()] == [done.path.name]
