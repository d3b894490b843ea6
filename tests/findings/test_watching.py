"""The clock beside a database."""

import threading
import time

from pil_discovery.findings.watching import Watch


def test_only_what_runs_too_long_is_stopped():
    stopped = threading.Event()
    watch = Watch(stopped.set, 0.2)
    for _ in range(4):
        with watch:
            time.sleep(0.1)
    time.sleep(0.3)
    assert not stopped.is_set()
    with watch:
        assert stopped.wait(5)
    watch.close()


def test_nothing_is_stopped_after_the_end():
    stopped = threading.Event()
    watch = Watch(stopped.set, 0.1)
    watch.close()
    with watch:
        time.sleep(0.3)
    assert not stopped.is_set()
