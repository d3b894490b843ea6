"""The fence lets a reader read its folder, and nothing else."""

import subprocess
import sys

import pytest

FENCED = """
import sys
from pathlib import Path
from pil_discovery.pipeline.sandbox.limits import Fence, limit_memory
fence = Fence()
fence.roots = (sys.argv[1],)
if sys.argv[2] == "fenced":
    fence.stand()
exec(sys.argv[3])
"""
OUTSIDE = {
    "read outside": "open(sys.argv[1] + '/../secret.csv').read()",
    "read through a link": "open(sys.argv[1] + '/link.csv').read()",
    "write inside": "open(sys.argv[1] + '/new.csv', 'w').write('x')",
    "append inside": "open(sys.argv[1] + '/data.csv', 'a').write('x')",
    "remove": "Path(sys.argv[1] + '/data.csv').unlink()",
    "rename": "Path(sys.argv[1] + '/data.csv').rename(sys.argv[1] + '/b.csv')",
    "run a program": "import subprocess; subprocess.run([sys.executable, '-V'])",
    "run a shell": "import os; os.system('true')",
    "open a socket": "import socket; socket.socket().close()",
    "ask for a name": "import socket; socket.gethostbyname('localhost')",
}


def run(folder, fenced, code):
    return subprocess.run(
        [sys.executable, "-c", FENCED, str(folder), fenced, code],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path_factory):
    # outside the system's folder for temporary files, which readers may use
    base = tmp_path_factory.mktemp("case")
    inside = base / "inside"
    inside.mkdir()
    (inside / "data.csv").write_text("a,b\n")
    (base / "secret.csv").write_text("secret\n")
    (inside / "link.csv").symlink_to(base / "secret.csv")
    return inside


@pytest.mark.parametrize("code", OUTSIDE.values(), ids=OUTSIDE)
def test_what_is_not_reading_is_denied(folder, code, monkeypatch):
    other = folder.parent / "temporary"
    other.mkdir()
    monkeypatch.setenv("TMPDIR", str(other))
    assert (
        run(folder, "fenced", code)
        .stderr.rstrip()
        .splitlines()[-1]
        .startswith("PermissionError: a reader of files may not")
    )
    assert run(folder, "free", code).returncode == 0


@pytest.mark.parametrize(
    "code",
    [
        "open(sys.argv[1] + '/data.csv').read()",
        "import json, zoneinfo, decimal; zoneinfo.ZoneInfo('Asia/Shanghai')",
        "import tempfile; tempfile.TemporaryFile().write(b'x')",
        "import pandas, pyarrow, pyogrio, rasterio",
        "import numpy; numpy.random.default_rng()",
    ],
)
def test_reading_is_not_hindered(folder, code):
    done = run(folder, "fenced", code)
    assert done.returncode == 0, done.stderr


def test_memory_is_limited():
    code = "assert limit_memory() >= 6 * 2**30; bytearray(2**60)"
    assert "MemoryError" in run("/", "free", code).stderr


def test_only_the_target_of_a_request_may_be_changed(folder):
    target = folder / "解压"
    code = f"""
import shutil
fence.targets = ({str(target)!r},)
fence._writable = ()
place = Path({str(target)!r})
place.mkdir()
(place / "a").mkdir()
(place / "a" / "b.csv").write_text("x")
(place / "a").rename(place / "c")
shutil.rmtree(place / "c")
print("changed")
(place.parent / "d").mkdir()
"""
    done = run(folder, "fenced", code)
    assert done.stdout == "changed\n"
    assert "a reader of files may not open" in done.stderr
    assert not (folder / "d").exists()
