"""How much memory the work on models may take: a part of the machine, never all of it.

Without a limit the system ends a process when nothing is left, and not always the one
that took it all. Within a limit the allocation fails, which a sentence can tell.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARE = 0.75
"""Part of the machine that all work on models may take together."""
LEAST_BYTES = 3 * 2**30
"""What work may take at least: Arrow reserves a gigabyte more than it uses."""
_GROUP_LIMITS = (
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
)


def share_of_memory(processes: int) -> int | None:
    """Return the bytes that each of so many processes may take.

    None where the system does not tell how much there is, as on Windows.
    """
    if not hasattr(os, "sysconf"):
        return None
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limits = [text for name in _GROUP_LIMITS if (text := _read(name)).isdecimal()]
    least = min([whole, *map(int, limits)])
    return max(LEAST_BYTES, int(least * SHARE / max(processes, 1)))


def _read(name: str) -> str:
    try:
        return Path(name).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def limit_data(most_bytes: int | None) -> None:
    """Limit the memory of this process; files that are only mapped do not count.

    Nothing happens on systems that know no such limit.
    """
    if most_bytes is None:
        return
    try:
        import resource
    except ImportError:
        return
    most_bytes = max(most_bytes, _held() + LEAST_BYTES)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        most_bytes = min(most_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, hard))


def _held() -> int:
    """Return what this process has already; 0 where the system does not tell."""
    pages = _read("/proc/self/statm").split()
    return int(pages[5]) * os.sysconf("SC_PAGE_SIZE") if len(pages) > 5 else 0


@contextmanager
def limited_data(most_bytes: int | None) -> Iterator[None]:
    """Limit the memory of this process for a while."""
    try:
        import resource
    except ImportError:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_DATA)
    limit_data(most_bytes)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
