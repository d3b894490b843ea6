"""A clock beside a database: what runs too long is stopped."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_LOOK_S = 1.0


class Watch:
    """Stops statements that run too long; one thread looks after all of them.

    Parameters
    ----------
    stop
        Called when the statement that runs is late.
    longest_s
        Seconds that a statement may run; it is stopped at most a second later.
    """

    def __init__(self, stop: Callable[[], None], longest_s: float) -> None:
        self.longest_s = longest_s
        self._stop = stop
        self._lock = threading.Lock()
        self._started: float | None = None
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def __enter__(self) -> None:
        with self._lock:
            self._started = time.monotonic()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._started = None

    def close(self) -> None:
        """End the thread; nothing is stopped from here on."""
        self._closed.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._closed.wait(min(_LOOK_S, self.longest_s / 4)):
            # under the lock, so that no later statement is hit
            with self._lock:
                if self._is_late():
                    self._stop()

    def _is_late(self) -> bool:
        return (
            self._started is not None
            and time.monotonic() - self._started > self.longest_s
        )
