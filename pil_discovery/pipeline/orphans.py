"""A process that works for another one ends with it: nobody would fetch its answer.

A process of a pool waits for its next order on a pipe of which it holds both ends, so
it would wait for ever where the first process was killed.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from multiprocessing.connection import wait


def end_with_parent() -> None:
    """End this process at once when the one that started it is gone."""
    threading.Thread(target=_end, daemon=True).start()


def _end() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
