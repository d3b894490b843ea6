"""What the benchmarks share: CPU and memory of a side, ratios within rounds."""

from __future__ import annotations

import os
import resource
import statistics
import time


def cpu_s() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    own, children = (
        resource.getrusage(who)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def timed(work):
    """Return what some work gives, and its CPU and wall seconds, peaks and load."""
    cpu, wall = cpu_s(), time.perf_counter()
    found = work()
    used = {"cpu_s": cpu_s() - cpu, "wall_s": time.perf_counter() - wall}
    figures = {name: round(value, 3) for name, value in used.items()}
    for name, who in (("peak_mib", "SELF"), ("child_mib", "CHILDREN")):
        usage = resource.getrusage(getattr(resource, f"RUSAGE_{who}"))
        figures[name] = usage.ru_maxrss // 1024
    figures["load"] = round(os.getloadavg()[0], 1)
    return found, figures


def ratios(runs: dict[str, list[dict]], bars: dict[str, tuple]) -> dict[str, dict]:
    """Return how many times ours is under each side, in each round.

    `bars` has, by the name of a side (with a remark behind a comma): our side, the
    clock, and how many times ours must be under it.
    """
    found = {}
    for name, (ours, clock, bar) in bars.items():
        side = name.partition(",")[0]
        if side not in runs or ours not in runs:
            continue
        pairs = zip(runs[side], runs[ours], strict=True)
        times = [round(theirs[clock] / mine[clock], 2) for theirs, mine in pairs]
        median = statistics.median(times)
        found[name] = {"of": ours, "clock": clock, "median": median, "rounds": times}
        found[name] |= {"bar": round(bar, 2), "met": median >= bar}
    return found


def ratio_lines(found: dict[str, dict]) -> list[str]:
    """Return `ratios` in words."""
    return [
        f"{ratio['of']} under {name} ({ratio['clock']}): {ratio['median']} times"
        f" (bar {ratio['bar']}: {'met' if ratio['met'] else 'missed'})"
        for name, ratio in found.items()
    ]


def spread(runs: list[dict], key: str) -> str:
    """Return the median of a figure with its least and greatest value."""
    values = [run[key] for run in runs]
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"
