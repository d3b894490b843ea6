"""What Python and what the C libraries below it open while they read hostile files."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.zoo.hostile import canaries, hostile_files

HERE = Path(__file__).resolve().parents[2]
HOOK = """
import os, sys
_log = os.open(os.environ["PIL_AUDIT"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
_WATCHED = ("open", "socket.", "subprocess.", "os.exec", "os.system",
            "os.posix_spawn", "ctypes.dlopen", "urllib.")
def _note(event, args):
    if event.startswith(_WATCHED):
        os.write(_log, f"{event}\\t{args!r}\\n".encode("utf-8", "replace"))
sys.addaudithook(_note)
"""
"""A `sitecustomize` module, so that every Python process below is watched as well."""
SYSTEM = ("/usr", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev", "/opt")


@pytest.fixture
def places(tmp_path):
    """A workspace with hostile files, canaries outside it, and a folder for scratch."""
    workspace, scratch, hook = (tmp_path / n for n in ("收件", "scratch", "hook"))
    for folder in (workspace, scratch, hook):
        folder.mkdir()
    (hook / "sitecustomize.py").write_text(HOOK)
    outside = canaries(tmp_path / "outside")
    return workspace, outside, hostile_files(workspace, outside)


def run(places, *, prefix=(), job=None):
    workspace, _, jobs = places
    top = workspace.parent
    environment = {
        **os.environ,
        "PYTHONPATH": f"{top / 'hook'}{os.pathsep}{HERE}",
        "PIL_AUDIT": str(top / "audit.log"),
        "TMPDIR": str(top / "scratch"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [*prefix, sys.executable, *(job or ["-m", "tests.zoo.watched"])],
        input=json.dumps(jobs).encode(),
        capture_output=True,
        check=False,
        cwd=HERE,
        env=environment,
        timeout=300,
    )
    assert done.returncode in {0, 1}, done.stderr.decode()[-3000:]
    assert b"Traceback" not in done.stderr
    return done.stdout.decode(), (top / "audit.log").read_text("utf-8")


def faults(log, workspace):
    """Return the events of a log that must not be."""
    own = (str(HERE), sys.prefix, sys.base_prefix)
    beside = [str(workspace.parent / name) for name in ("scratch", "hook")]
    allowed = (str(workspace), *beside, *own, *SYSTEM)
    return [line for line in log.splitlines() if _forbidden(line, allowed)]


def _forbidden(line, allowed):
    event, _, args = line.partition("\t")
    if event == "open":
        path = re.match(r"\(b?'(/[^']*)'", args)
        return path is not None and not path[1].startswith(allowed)
    if event in {"socket.connect", "socket.getaddrinfo", "urllib.Request"}:
        return not re.search(r", '/", args)  # a local socket: one's own worker
    if event == "subprocess.Popen":
        return Path(sys.executable).name not in args
    return event in {"os.system", "os.exec"} or "load_extension" in line


def test_no_hostile_file_makes_python_open_or_fetch_anything_else(places):
    workspace, outside, jobs = places
    said, log = run(places)
    assert len(said.splitlines()) == len(jobs)
    assert "import" not in said
    assert str(workspace) in log
    assert faults(log, workspace) == []
    assert not [
        n for n in log.splitlines() if n.startswith("open") and str(outside) in n
    ]


def test_a_check_of_hostile_files_stays_in_its_folder(places):
    workspace, outside, _ = places
    before = sorted(
        p for p in workspace.parent.rglob("*") if workspace not in p.parents
    )
    _, log = run(places, job=["-m", "pil_discovery", "check", str(workspace)])
    assert faults(log, workspace) == []
    assert not [
        n for n in log.splitlines() if n.startswith("open") and str(outside) in n
    ]
    after = sorted(p for p in workspace.parent.rglob("*") if workspace not in p.parents)
    scratch = workspace.parent / "scratch"
    new = {p for p in after if scratch not in p.parents} - set(before)
    assert {p.name for p in new} == {"audit.log"}


def test_the_hook_would_have_seen_a_canary_opened(places):
    _, outside, _ = places
    _, log = run(places, job=["-c", f"open({str(outside / 'secret.csv')!r})"])
    assert str(outside / "secret.csv") in log
    assert faults(log, places[0])


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_libraries_open_no_canary_and_no_connection(places):
    top = places[0].parent
    trace = top / "trace.log"
    events = "trace=open,openat,connect"
    run(places, prefix=("strace", "-f", "-qq", "-e", events, "-o", str(trace)))
    lines = trace.read_text("utf-8", "replace").splitlines()
    assert any("openat" in line for line in lines)
    assert not [n for n in lines if "outside/secret" in n]
    assert not [n for n in lines if "connect(" in n and "AF_INET" in n]
