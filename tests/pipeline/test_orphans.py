"""Processes that work for a killed one end, whether they wait or work."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no signals of this kind")
PARENT = """
import sys
from pil_discovery.catalog import load_catalog
from pil_discovery.pipeline.spreading import spread
from pil_discovery.types import Origin
from tests.pipeline.test_orphans import busy

model = load_catalog().models["assets/airdefence-fee-unpaid"]
if sys.argv[1] == "local":
    told = Origin(file="a.yaml", sha256="", local=True)
    model = model.model_copy(update={"origin": told})
# the second process of a pool soon has nothing to do
for _ in spread(busy, [(model, 600), (model, 0.01)], workers=2):
    pass
"""


def busy(job):
    os.write(1, f"{os.getpid()}\n".encode())
    time.sleep(job[1])


def lives(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(("kind", "workers"), [("pool", 2), ("local", 1)])
def test_a_killed_scan_leaves_no_process_behind(tmp_path, kind, workers):
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, str(script), kind],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    ) as parent:
        told = [int(parent.stdout.readline()) for _ in range(workers)]
        assert all(map(lives, set(told)))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    try:
        end = time.monotonic() + 30
        while any(map(lives, told)) and time.monotonic() < end:
            time.sleep(0.1)
        assert not [p for p in told if lives(p)]
    finally:
        for process in filter(lives, told):
            os.kill(process, signal.SIGKILL)
