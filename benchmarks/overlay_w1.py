"""Overlay of parcels × protection zones (W1) against what else can do it.

    python benchmarks/overlay_w1.py                                # 100,000 parcels
    python benchmarks/overlay_w1.py --peers /path/to/peers/bin/python --rounds 5
    python benchmarks/overlay_w1.py --parcels 1000000 --sides floor pil-1 files

Every side runs once a round in a process of its own, the order turned from round to
round. CPU seconds are those of the process and of its children, from layers in memory
to areas of all pairs (engines of SQL: from files, loading told apart); ratios are taken
inside a round, then their median. Peak memory is that of the whole process, and of its
largest child. The first round of every side is compared with geopandas.overlay pair by
pair: equal areas come before equal times. `--peers` names an interpreter that has
duckdb, duckdb-extensions, duckdb-extension-spatial (all 1.5.5) and sedonadb.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rounds import ratio_lines, ratios, spread, timed

SIDES = ("geopandas", "floor", "pil-1", "pil-2", "official-1", "official-2")
PEERS = ("duckdb", "sedonadb")
BARS = {
    "geopandas": ("pil-1", "cpu_s", 5.0),
    "geopandas, wall": ("pil-2", "wall_s", 9.0),
    "duckdb": ("pil-1", "cpu_s", 3.0),
    "sedonadb": ("pil-1", "cpu_s", 3.0),
    "floor": ("pil-1", "cpu_s", 1 / 4),
}
"""How many times ours must be under a side; the floor may be a quarter of ours."""


def main() -> None:
    """Make the layers, run the sides in turns, print JSON and a table."""
    options = _options()
    if options.side == "make":
        _make(options.dir, options.parcels)
        return
    if options.side:
        _run_side(options)
        return
    with tempfile.TemporaryDirectory(dir=options.dir) as place:
        folder = Path(place)
        make = [sys.executable, __file__, "--side", "make", "--dir", place]
        # elsewhere, so that this process stays small: children inherit its peak
        subprocess.run([*make, "--parcels", str(options.parcels)], check=True)
        runs = _measure(folder, options)
        found = {
            "parcels": options.parcels,
            "load": os.getloadavg(),
            "runs": runs,
            "ratios": ratios(runs, BARS),
            "rows": _compare_all(folder, list(runs)),
        }
    print(json.dumps(found, ensure_ascii=False, indent=1))
    print(_table(found), file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--parcels", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sides", nargs="+", default=SIDES)
    parser.add_argument("--peers", type=Path, help="interpreter with the SQL engines")
    parser.add_argument("--dir", type=Path, help="where the layers are written")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--save", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _make(folder: Path, count: int) -> None:
    from parcels_and_zones import parcels, zones

    parcels(count).to_parquet(folder / "parcels.parquet")
    zones().to_parquet(folder / "zones.parquet")


def _measure(folder: Path, options: argparse.Namespace) -> dict[str, list[dict]]:
    sides = [*options.sides, *(PEERS if options.peers else ())]
    runs: dict[str, list[dict]] = {side: [] for side in sides}
    for number in range(options.rounds):
        turn = number % len(sides)
        for side in (*sides[turn:], *sides[:turn]):
            python = options.peers if side in PEERS else sys.executable
            command = [python, __file__, "--side", side, "--dir", folder]
            if number == 0:
                command += ["--save", folder / f"{side}.rows.parquet"]
            runs[side].append(_run([str(c) for c in command], side))
    return runs


def _run(command: list[str], side: str) -> dict[str, float]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{side}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _compare_all(folder: Path, sides: list[str]) -> dict[str, dict]:
    import pandas as pd

    rows = {
        side: pd.read_parquet(folder / f"{side}.rows.parquet")
        for side in sides
        if side != "floor"
    }
    base = rows.get("geopandas", rows[next(iter(rows))])
    return {side: _compare(base, frame) for side, frame in rows.items()}


def _compare(base, frame) -> dict[str, float]:
    """Compare pairs and areas; pairs that only touch have no area anywhere."""
    base, frame = base[base.area > 0], frame[frame.area > 0]
    both = base.merge(frame, on=["parcel", "zone"], how="outer", indicator=True)
    common = both[both["_merge"] == "both"]
    apart = (common.area_y / common.area_x - 1).abs()
    return {
        "pairs": len(frame),
        "hectares": round(float(frame.area.sum()) / 1e4, 4),
        "only_base": int((both["_merge"] == "left_only").sum()),
        "only_here": int((both["_merge"] == "right_only").sum()),
        "worst_relative": float(apart.max()),
    }


def _table(found: dict) -> str:
    loads = [run["load"] for runs in found["runs"].values() for run in runs]
    lines = [f"{found['parcels']:,} parcels, load {min(loads)}–{max(loads)}"]
    head = ("side", "n", "CPU s", "wall s", "MiB", "child", "pairs", "worst relative")
    lines.append("{:12}{:>3}{:>22}{:>22}{:>7}{:>7}{:>9}  {}".format(*head))
    for side, runs in found["runs"].items():
        rows = found["rows"].get(side, {})
        cells = (spread(runs, "cpu_s"), spread(runs, "wall_s"))
        peaks = [max(run[key] for run in runs) for key in ("peak_mib", "child_mib")]
        pairs, worst = rows.get("pairs", ""), rows.get("worst_relative", "")
        lines.append(
            f"{side:12}{len(runs):>3}{cells[0]:>22}{cells[1]:>22}"
            f"{peaks[0]:>7}{peaks[1]:>7}{pairs:>9}  {worst}"
        )
    lines += ratio_lines(found["ratios"])
    return "\n".join(lines)


def _run_side(options: argparse.Namespace) -> None:
    """Run one side and print its figures; imports are not timed."""
    folder = options.dir
    prepare = {"duckdb": _duckdb, "sedonadb": _sedonadb, "files": _files}
    work = prepare.get(options.side, _in_memory)(options.side, folder)
    rows, figures = timed(work)
    if options.save and rows is not None:
        import pandas as pd

        names = ("parcel", "zone", "area")
        frame = pd.DataFrame(dict(zip(names, rows, strict=True)))
        frame.to_parquet(options.save)
    print(json.dumps(figures))


def _in_memory(side: str, folder: Path):
    import geopandas as gpd

    left = gpd.read_parquet(folder / "parcels.parquet")
    right = gpd.read_parquet(folder / "zones.parquet")
    if side == "floor":
        return lambda: _ask(left.geometry.to_numpy(), right.geometry.to_numpy())
    if side == "geopandas":
        return lambda: _columns(gpd.overlay(left, right, how="intersection"))
    return _ours(side, left, right)


def _ask(parcels, zones) -> None:
    """Only find the pairs that meet."""
    import shapely

    shapely.STRtree(parcels).query(zones, predicate="intersects")


def _columns(pieces):
    area = pieces.area.to_numpy()
    return pieces.parcel_id.to_numpy(), pieces.zone_id.to_numpy(), area


def _ours(side: str, left, right):
    from pil_discovery.geo.overlay import overlay

    kind, _, workers = side.partition("-")
    area = "official" if kind == "official" else "planar"

    def work():
        rows = overlay(left, right, how="intersection", area=area, workers=int(workers))
        return rows.left_id, rows.right_id, rows.area_m2

    return work


def _files(side: str, folder: Path):
    """Ours, from file to file: the left layer is never whole in memory."""
    del side
    from pil_discovery.pipeline.overlaying import overlay_files

    out = folder / "files.out.parquet"
    paths = folder / "parcels.parquet", folder / "zones.parquet", out

    def work():
        overlay_files(*paths, how="intersection", area="planar")
        return _read_rows(out)

    return work


def _read_rows(path: Path):
    import pyarrow.parquet as pq

    names = ["left_id", "right_id", "area_m2"]
    return [column.to_numpy() for column in pq.read_table(path, columns=names).columns]


def _duckdb(side: str, folder: Path):
    del side
    import duckdb
    from duckdb_extensions import import_extension

    engine = duckdb.connect()
    import_extension("spatial")
    engine.load_extension("spatial")
    engine.sql("SET threads = 2")

    def work():
        for table, name in (("p", "parcels"), ("z", "zones")):
            source = folder / f"{name}.parquet"
            engine.sql(f"CREATE TABLE {table} AS SELECT * FROM '{source}'")  # noqa: S608
        found = engine.sql(
            "SELECT parcel_id, zone_id,"
            " ST_Area(ST_Intersection(p.geometry, z.geometry)) AS area"
            " FROM p JOIN z ON ST_Intersects(p.geometry, z.geometry)"
        ).fetchnumpy()
        return found["parcel_id"], found["zone_id"], found["area"]

    return work


def _sedonadb(side: str, folder: Path):
    del side
    import sedonadb

    engine = sedonadb.connect()

    def work():
        for table, name in (("p", "parcels"), ("z", "zones")):
            source = str(folder / f"{name}.parquet")
            engine.read_parquet(source).to_memtable().to_view(table)
        found = engine.sql(
            "SELECT p.parcel_id, z.zone_id,"
            " ST_Area(ST_Intersection(p.geometry, z.geometry)) AS area"
            " FROM p JOIN z ON ST_Intersects(p.geometry, z.geometry)"
        ).to_pandas()
        return found["parcel_id"], found["zone_id"], found["area"]

    return work


if __name__ == "__main__":
    main()
