"""CPU time of `pil check` on 100 files against plain library reads of the same files.

    python benchmarks/check_folder.py                     # 1 GB, three rounds
    python benchmarks/check_folder.py --megabytes 40 --rounds 1
    python benchmarks/check_folder.py --megabytes 40 --profile

Both sides run in fresh processes, in turns, and are charged with all CPU time of the
process and its children (start and imports included). The plain side reads every byte
into a frame and looks at nothing: pandas.read_csv and pandas.read_excel (its fastest
engine, calamine) as text, pyogrio.read_dataframe, all bands by rasterio. The ratio is
that of the medians; it should stay below 1.5. A third side reads the same without
frames of workbooks: calamine alone, the cells of every sheet.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL = 1.5
SIDES = ("pil check", "plain reads", "bare cells")
OURS = ("检查结果.xlsx", "pil.proposed.yaml")


def main() -> None:
    """Make the folder, measure both sides in turns, print JSON and a table."""
    options = _options()
    if options.plain:
        read_plainly(*options.plain, bare=options.bare)
        return
    with tempfile.TemporaryDirectory(dir=options.dir) as place:
        folder, plan = Path(place) / "folder", Path(place) / "plan.json"
        facts = _make(folder, plan, options)
        if options.profile:
            _profile(folder)
            return
        rounds = _measure(folder, plan, options.rounds)
    found = _summary(facts, rounds)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    print(_table(found), file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--megabytes", type=float, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dir", type=Path, help="where the folder is made")
    parser.add_argument("--profile", action="store_true", help="profile our side")
    parser.add_argument("--plain", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _make(folder: Path, plan: Path, options: argparse.Namespace) -> dict[str, object]:
    from exports import make_folder

    start = time.process_time()
    files = make_folder(folder, options.megabytes, options.seed)
    plan.write_text(json.dumps(files, ensure_ascii=False), encoding="utf-8")
    bytes_by_kind: dict[str, int] = {}
    for entry in files:
        path = folder / entry["file"]
        parts = path.parent.glob(f"{path.stem}.*") if path.suffix == ".shp" else [path]
        size = sum(p.stat().st_size for p in parts)
        bytes_by_kind[entry["kind"]] = bytes_by_kind.get(entry["kind"], 0) + size
    return {
        "files": len(files),
        "bytes": bytes_by_kind,
        "making_cpu_s": round(time.process_time() - start, 1),
    }


def _measure(folder: Path, plan: Path, rounds: int) -> dict[str, list[dict]]:
    runs: dict[str, list[dict]] = {side: [] for side in SIDES}
    commands = {
        "pil check": ["-m", "pil_discovery", "check", str(folder), "--json"],
        "plain reads": [__file__, "--plain", str(folder), str(plan)],
        "bare cells": [__file__, "--plain", str(folder), str(plan), "--bare"],
    }
    first = (folder / "pil.yaml").read_bytes()
    for number in range(rounds):
        turn = number % len(SIDES)
        for side in (*SIDES[turn:], *SIDES[:turn]):
            runs[side].append(_run([sys.executable, *commands[side]], side))
            (folder / "pil.yaml").write_bytes(first)
            for name in OURS:
                (folder / name).unlink(missing_ok=True)
    return runs


def _run(command: list[str], side: str) -> dict[str, object]:
    """Run one side; all CPU time of the process and of what it started is counted."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"{side}: {done.stderr[-2000:]}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    run = {"cpu_s": round(used, 2), "wall_s": round(time.perf_counter() - start, 2)}
    if side == "pil check":
        run |= _said(done.stdout)
    return run


def _said(text: str) -> dict[str, int]:
    """Return what the check understood, so that nobody is fast by reading nothing."""
    found = json.loads(text)
    return {
        "sources": len(found["sources"]),
        "rows_used": sum(s["rows_used"] for s in found["sources"]),
        "problems": len(found["problems"]),
    }


def read_plainly(folder: Path, plan: Path, *, bare: bool) -> None:
    """Read every file of the plan with the library that is made for it.

    `bare` leaves the cells of workbooks as lists.
    """
    import pandas as pd
    import pyogrio
    import rasterio
    from python_calamine import CalamineWorkbook

    for entry in json.loads(plan.read_text(encoding="utf-8")):
        path, encoding = folder / entry["file"], entry["encoding"]
        if entry["kind"] == "csv":
            pd.read_csv(path, dtype=str, encoding=encoding)
        elif entry["kind"] == "xlsx" and not bare:
            pd.read_excel(path, sheet_name=None, dtype=str, engine="calamine")
        elif entry["kind"] == "xlsx":
            with CalamineWorkbook.from_path(str(path)) as book:
                for name in book.sheet_names:
                    book.get_sheet_by_name(name).to_python()
        elif entry["kind"] == "tif":
            with rasterio.open(path) as picture:
                picture.read()
        else:
            pyogrio.read_dataframe(path, encoding=encoding)


def _profile(folder: Path) -> None:
    from pil_discovery.pipeline.checking import check_workspace

    with cProfile.Profile() as profile:
        check_workspace(folder)
    pstats.Stats(profile).sort_stats("cumulative").print_stats("pil_discovery", 60)
    pstats.Stats(profile).sort_stats("tottime").print_stats(40)


def _summary(facts: dict, rounds: dict[str, list[dict]]) -> dict[str, object]:
    medians = {
        side: round(statistics.median(run["cpu_s"] for run in runs), 2)
        for side, runs in rounds.items()
    }
    ratio = medians["pil check"] / medians["plain reads"]
    return {
        **facts,
        "rounds": rounds,
        "median_cpu_s": medians,
        "ratio": round(ratio, 2),
        "ratio_to_bare_cells": round(medians["pil check"] / medians["bare cells"], 2),
        "goal": GOAL,
        "met": ratio <= GOAL,
    }


def _table(found: dict) -> str:
    megabytes = sum(found["bytes"].values()) / 1e6
    lines = [f"{found['files']} files, {megabytes:.0f} MB"]
    for side, runs in found["rounds"].items():
        cpu = "  ".join(f"{run['cpu_s']:8.2f}" for run in runs)
        lines.append(f"{side:12} CPU s {cpu}   median {found['median_cpu_s'][side]}")
    verdict = "met" if found["met"] else "missed"
    lines.append(f"ratio {found['ratio']} (goal {found['goal']}: {verdict})")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
