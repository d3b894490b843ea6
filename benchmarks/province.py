"""Overlay of a province: county files × protection zones, alone and on a cluster.

    python benchmarks/province.py                   # 10 counties of 100,000 parcels
    python benchmarks/province.py --counties 1 10 100 --rounds 1

Every county is the district of `parcels_and_zones.py` with parcels of its own seed. A
hundred different ones take long to make: beyond `--different` of them, files come again
under other names (hard links), which changes neither the work nor the size of the rows.
All counties share one layer of zones, as each would have one of its own.

Sides run in turns, each in a process of its own: `alone` one process from file to file,
`local:N` a cluster of N worker processes, `dask` the same tile function handed to a
cluster of two by nothing but `Client.map`. Clocks run from the files to the written
result; the start of a cluster is told apart. CPU seconds are those of all processes.
Memory is the peak of this side's own process and of its largest worker. The bytes of
the results of all sides must be equal.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from rounds import cpu_s

SIDES = ("alone", "local:1", "local:2", "dask")


def main() -> None:
    """Make the counties, run the sides in turns, print JSON and a table."""
    options = _options()
    if options.side == "make":
        _make(options.dir, options.different, options.parcels)
    elif options.side:
        _run_side(options)
    else:
        with tempfile.TemporaryDirectory(dir=options.dir) as place:
            found = _measure(Path(place), options)
        print(json.dumps(found, ensure_ascii=False, indent=1))
        print(_table(found, options.parcels), file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--counties", type=int, nargs="+", default=[10])
    parser.add_argument("--parcels", type=int, default=100_000, help="in a county")
    parser.add_argument("--different", type=int, default=10, help="counties to make")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sides", nargs="+", default=SIDES)
    parser.add_argument("--dir", type=Path, help="where the layers are written")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    return parser.parse_args()


def _make(folder: Path, different: int, count: int) -> None:
    from parcels_and_zones import parcels, zones

    for seed in range(different):
        parcels(count, 42 + seed).to_parquet(folder / f"county-{seed}.parquet")
    zones().to_parquet(folder / "zones.parquet")


def _measure(folder: Path, options: argparse.Namespace) -> list[dict]:
    most = min(options.different, max(options.counties))
    given = ["--dir", folder, "--different", most, "--parcels", options.parcels]
    _call("make", given)
    runs: list[dict] = []
    for number in range(options.rounds):
        turn = number % len(options.sides)
        for side in (*options.sides[turn:], *options.sides[:turn]):
            for counties in options.counties:
                run = json.loads(_call(side, [*given, "--counties", counties]))
                runs.append({"side": side, "counties": counties, **run})
    for counties in options.counties:
        hashes = {run["sha256"] for run in runs if run["counties"] == counties}
        if len(hashes) != 1:
            sys.exit(f"the results of {counties} counties differ between sides")
    return runs


def _call(side: str, given: list[object]) -> str:
    # elsewhere, so that no side inherits the memory of another one
    command = [sys.executable, __file__, "--side", side, *map(str, given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{side}: {done.stderr[-2000:]}")
    return done.stdout


def _run_side(options: argparse.Namespace) -> None:
    """Run one side and print its figures; imports are not timed."""
    import pil_discovery.pipeline.overlaying  # noqa: F401 - not to be timed
    from pil_discovery.pipeline.cluster import joined

    out = options.dir / "out.parquet"
    files = _files(options)
    began = time.perf_counter()
    address = "local:2" if options.side == "dask" else options.side
    with nullcontext() if address == "alone" else joined(address, options.dir) as crew:
        start_s = time.perf_counter() - began
        work = _plain_map if options.side == "dask" else _ours
        before, began = cpu_s(), time.perf_counter()
        rows = work(files, options.dir / "zones.parquet", out, crew)
        wall_s = time.perf_counter() - began
    figures = {
        "start_s": round(start_s, 2),
        "wall_s": round(wall_s, 2),
        # the workers of a cluster are counted once they have ended, start included
        "cpu_s": round(cpu_s() - before, 2),
        "peak_mib": _peak(resource.RUSAGE_SELF),
        "worker_mib": _peak(resource.RUSAGE_CHILDREN),
        "rows": rows,
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figures))


def _files(options: argparse.Namespace) -> list[Path]:
    files = []
    for number in range(options.counties[0]):
        path = options.dir / f"county-{number}.parquet"
        if not path.exists():
            path.hardlink_to(
                options.dir / f"county-{number % options.different}.parquet"
            )
        files.append(path)
    return files


def _ours(files: list[Path], zones: Path, out: Path, crew) -> int:
    from pil_discovery.pipeline.overlaying import overlay_files

    return overlay_files(files, zones, out, cluster=crew, how="intersection")


def _plain_map(files: list[Path], zones: Path, out: Path, crew) -> int:
    """Do the same with Dask alone: its client maps the function over the tiles."""
    from itertools import chain

    from pil_discovery.pipeline.overlaying import (
        PART_ROWS,
        keep_piece,
        take_piece,
        tiles_of,
        write_tables,
    )

    tiles = tiles_of(files, zones, PART_ROWS, {"how": "intersection"})
    pieces = [crew.folder / f"{number}.parquet" for number in range(len(files))]
    jobs = list(zip(tiles, pieces, strict=True))
    client = crew._client  # noqa: SLF001 - started as our own are
    client.gather(client.map(keep_piece, jobs, pure=False))
    return write_tables(chain.from_iterable(map(take_piece, pieces)), out)


def _peak(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024


def _table(runs: list[dict], parcels: int) -> str:
    loads = [run["load"] for run in runs]
    lines = [f"counties of {parcels:,} parcels, load {min(loads)}–{max(loads)}"]
    head = (
        "side",
        "parcels",
        "n",
        "CPU s",
        "wall s",
        "start s",
        "MiB",
        "worker",
        "rows",
    )
    form = "{:9}{:>11}{:>3}{:>10}{:>10}{:>9}{:>7}{:>8}{:>11}"
    lines.append(form.format(*head))
    groups: dict[tuple[str, int], list[dict]] = {}
    for run in runs:
        groups.setdefault((run["side"], run["counties"]), []).append(run)
    for (side, counties), some in groups.items():
        middle = {
            name: round(statistics.median(run[name] for run in some), 1)
            for name in ("cpu_s", "wall_s", "start_s")
        }
        memory = [max(run[name] for run in some) for name in ("peak_mib", "worker_mib")]
        amount = f"{counties * parcels:,}"
        cells = (side, amount, len(some), *middle.values(), *memory, some[0]["rows"])
        lines.append(form.format(*cells))
    return "\n".join([*lines, *_scaling(groups)])


def _scaling(groups: dict[tuple[str, int], list[dict]]) -> list[str]:
    """Return the exponent of CPU seconds over parcels for each side."""
    lines = []
    for side in dict.fromkeys(side for side, _ in groups):
        sizes = sorted(counties for name, counties in groups if name == side)
        if len(sizes) < 2:
            continue
        cpu = [
            statistics.median(run["cpu_s"] for run in groups[side, size])
            for size in (sizes[0], sizes[-1])
        ]
        exponent = math.log(cpu[1] / cpu[0]) / math.log(sizes[-1] / sizes[0])
        lines.append(f"{side}: CPU seconds grow with parcels to the {exponent:.2f}")
    return lines


if __name__ == "__main__":
    main()
