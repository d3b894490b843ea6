"""What a killed process left behind goes; what a living one uses stays."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pil_discovery.findings.spills import new_spill

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no file locks of this kind")
HOLD = """
import sys
from pil_discovery.findings.spills import new_spill
spill = new_spill()
(spill.folder / "block.tmp").write_bytes(b"x" * 99)
print(spill.folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def holder(place):
    """Start a process with a folder of its own; return both."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"TMPDIR": str(place), "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    return process, Path(process.stdout.readline().decode().strip())


def test_the_folder_of_a_killed_process_is_swept_and_that_of_a_living_one_is_not(place):
    alive, used = holder(place)
    killed, left = holder(place)
    with alive, killed:
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert (left / "block.tmp").exists()
        ours = new_spill()
        assert not left.exists()
        assert (used / "block.tmp").exists()
        assert set(place.iterdir()) == {used, ours.folder}
        ours.remove()
        alive.kill()


def test_two_folders_of_one_process_do_not_sweep_each_other(place):
    spills = [new_spill(), new_spill()]
    assert {s.folder for s in spills} == set(place.iterdir())
    for spill in spills:
        spill.remove()
    assert list(place.iterdir()) == []


def test_what_is_no_folder_of_ours_stays(place):
    other = place / "other"
    other.mkdir()
    (other / "paper").touch()
    (place / "pil-spill-link").symlink_to(other)
    (place / "pil-spill-file").touch()
    new_spill().remove()
    assert {p.name for p in place.iterdir()} == {
        "other",
        "pil-spill-link",
        "pil-spill-file",
    }
    assert (other / "paper").exists()
