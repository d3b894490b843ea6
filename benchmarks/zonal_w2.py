"""NDVI of parcels at two dates (W2) against exactextract and rasterstats.

    python benchmarks/zonal_w2.py                              # a whole tile, 5 rounds
    python benchmarks/zonal_w2.py --peers /path/to/peers/bin/python
    python benchmarks/zonal_w2.py --pixels 2745 --parcels 6000 --rounds 1

Two pictures of 10,980 × 10,980 pixels at 10 m, four bands of uint16 (tiles of 512,
deflate with predictor 2, bands interleaved by pixel), and 100,000 parcels as in W1 over
the whole tile. Every side computes pixel count, mean and standard deviation of the NDVI
of both dates per parcel, from files to rows in memory, once a round in a process of its
own, the order turned from round to round. CPU seconds are those of the process and its
children without imports and without reading the parcels; ratios are taken inside a
round. `exactextract` reads both NDVI rasters whole and is called as its manual shows;
`rasterstats` (an interpreter that has it, named by `--peers`) does 2,000 parcels, and
the part after reading is multiplied. The first round is compared with exactextract
row by row; rasterstats takes pixel centres and is not.
"""

from __future__ import annotations

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rounds import cpu_s, ratio_lines, ratios, spread, timed

SIDES = ("exactextract", "floor", "pil-1", "pil-2")
DATES = ("2024-07-05", "2025-07-10")
BARS = {
    "rasterstats": ("pil-1", "cpu_s", 5.0),
    "exactextract": ("pil-1", "cpu_s", 1.0),
    "exactextract, wall": ("pil-2", "wall_s", 1 / 0.6),
}
"""How many times ours must be under a side."""
MOST_MIB = 1024
SAMPLE = 2_000
CORNER = (440_000.0, 3_160_000.0)
"""Upper left corner of the tile, EPSG:4549."""


def main() -> None:
    """Make the pictures, run the sides in turns, print JSON and a table."""
    options = _options()
    if options.side:
        _run_side(options)
        return
    with tempfile.TemporaryDirectory(dir=options.dir) as place:
        folder = Path(place)
        make = [sys.executable, __file__, "--side", "make", "--dir", place]
        make += ["--pixels", str(options.pixels), "--parcels", str(options.parcels)]
        subprocess.run(make, check=True)
        runs = _measure(folder, options)
        found = {
            "pixels": options.pixels,
            "parcels": options.parcels,
            "runs": runs,
            "ratios": ratios(runs, BARS),
            "rows": {s: _compare(folder, s) for s in runs if s.startswith("pil")},
        }
    print(json.dumps(found, ensure_ascii=False, indent=1))
    print(_table(found), file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--pixels", type=int, default=10_980)
    parser.add_argument("--parcels", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", type=Path, help="interpreter with rasterstats")
    parser.add_argument("--dir", type=Path, help="where the pictures are written")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--save", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _make(folder: Path, options: argparse.Namespace) -> None:
    import numpy as np
    from parcels_and_zones import parcels

    from pil_discovery import read_image

    side_m = options.pixels * 10.0
    corner = np.array([CORNER[0], CORNER[1] - side_m])
    layer = parcels(options.parcels, 77, corner=corner, side_m=side_m)
    layer.to_parquet(folder / "parcels.parquet")
    images = []
    for number, date in enumerate(DATES):
        path = folder / f"{date}.tif"
        _write_picture(path, options.pixels, number)
        images.append(
            read_image(
                path,
                acquired=f"{date}T10:30:00+08:00",
                sensor="synthetic",
                bands={"blue": 1, "green": 2, "red": 3, "nir": 4},
            )
        )
    (folder / "images.pickle").write_bytes(pickle.dumps(images))


def _write_picture(path: Path, pixels: int, number: int) -> None:
    """Write fields of vegetation; the second date lost some of it."""
    import numpy as np
    import rasterio
    from affine import Affine
    from rasterio.windows import Window

    base = np.random.default_rng(1)
    plants = 0.6 * _field(base, pixels, 60) + 0.5 * _field(base, pixels, 700)
    if number:
        gone = _field(np.random.default_rng(99), pixels, 150) - 1.5
        plants -= 2 * np.maximum(gone, 0)
    noise = np.random.default_rng(11 + number)
    profile = {
        "driver": "GTiff",
        "width": pixels,
        "height": pixels,
        "count": 4,
        "dtype": "uint16",
        "crs": "EPSG:4549",
        "transform": Affine(10, 0, CORNER[0], 0, -10, CORNER[1]),
        "nodata": 0,
        "tiled": True,
        "blockxsize": 512,
        "blockysize": 512,
        "compress": "deflate",
        "predictor": 2,
        "zlevel": 6,
        "interleave": "pixel",
        "BIGTIFF": "YES",
    }
    with rasterio.open(path, "w", **profile) as out:
        for top in range(0, pixels, 512):
            part = plants[top : top + 512]
            cover = 1 / (1 + np.exp(-1.5 * part))
            bands = np.stack(
                [
                    start
                    + gain * (cover if gain > 0 else cover - 1)
                    + sd * noise.standard_normal(part.shape, dtype="f4")
                    for start, gain, sd in (
                        (600, -500, 25),
                        (700, -400, 25),
                        (500, -1700, 35),
                        (1500, 2800, 60),
                    )
                ]
            )
            window = Window(0, top, pixels, len(part))
            out.write(bands.clip(1, 10_000).astype("u2"), window=window)


def _field(rng, pixels: int, waves: int):
    """Return a smooth random surface."""
    from scipy.ndimage import zoom

    coarse = rng.normal(0, 1, (waves + 3, waves + 3)).astype("f4")
    return zoom(coarse, pixels / (waves + 1), order=1)[:pixels, :pixels]


def _measure(folder: Path, options: argparse.Namespace) -> dict[str, list[dict]]:
    sides = [*SIDES, *(["rasterstats"] if options.peers else [])]
    runs: dict[str, list[dict]] = {side: [] for side in sides}
    for number in range(options.rounds):
        turn = number % len(sides)
        for side in (*sides[turn:], *sides[:turn]):
            python = options.peers if side == "rasterstats" else sys.executable
            command = [python, __file__, "--side", side, "--dir", folder]
            if number == 0:
                command += ["--save", folder / f"{side}.rows.parquet"]
            done = subprocess.run(
                [str(c) for c in command], capture_output=True, text=True, check=False
            )
            if done.returncode:
                sys.exit(f"{side}: {done.stderr[-2000:]}")
            runs[side].append(json.loads(done.stdout.splitlines()[-1]))
    return runs


def _compare(folder: Path, side: str) -> dict[str, float]:
    import numpy as np
    import pandas as pd

    base, ours = (
        pd.read_parquet(folder / f"{name}.rows.parquet")
        for name in ("exactextract", side)
    )
    apart = np.abs(ours.to_numpy() - base[ours.columns].to_numpy())
    return {
        "parcels": len(ours),
        "empty": int((ours["count_0"] == 0).sum()),
        "worst_count": float(np.nanmax(apart[:, [0, 3]])),
        "worst_ndvi": float(np.nanmax(apart[:, [1, 2, 4, 5]])),
    }


def _table(found: dict) -> str:
    lines = [f"{found['parcels']:,} parcels, {found['pixels']:,}² pixels"]
    head = ("side", "n", "CPU s", "wall s", "MiB", "child", "load")
    lines.append("{:14}{:>3}{:>24}{:>24}{:>7}{:>7}{:>6}".format(*head))
    for side, runs in found["runs"].items():
        cells = (spread(runs, "cpu_s"), spread(runs, "wall_s"))
        peaks = [max(run[key] for run in runs) for key in ("peak_mib", "child_mib")]
        load = max(run["load"] for run in runs)
        lines.append(
            f"{side:14}{len(runs):>3}{cells[0]:>24}{cells[1]:>24}"
            f"{peaks[0]:>7}{peaks[1]:>7}{load:>6}"
        )
    for side, rows in found["rows"].items():
        lines.append(f"{side} against exactextract: {rows}")
    lines += ratio_lines(found["ratios"])
    peak = max(r[k] for r in found["runs"]["pil-2"] for k in ("peak_mib", "child_mib"))
    verdict = "met" if peak <= MOST_MIB else "missed"
    lines.append(f"largest process of pil-2: {peak} MiB (bar {MOST_MIB}: {verdict})")
    return "\n".join(lines)


def _run_side(options: argparse.Namespace) -> None:
    """Run one side and print its figures; imports and parcels are not timed."""
    folder = options.dir
    if options.side == "make":
        _make(folder, options)
        return
    prepare = {
        "floor": _floor,
        "exactextract": _plainly,
        "rasterstats": _rasterstats,
    }
    work = prepare.get(options.side, _ours)(options.side, folder)
    (rows, more), figures = timed(work)
    figures |= {name: round(figures[name] + value, 3) for name, value in more.items()}
    if options.save and rows is not None:
        rows.to_parquet(options.save)
    print(json.dumps(figures))


NOTHING = {"cpu_s": 0.0, "wall_s": 0.0}


def _ndvi(path: Path):
    import numpy as np
    import rasterio

    with rasterio.open(path) as src:
        red, nir = src.read([3, 4]).astype("f4")
        transform = src.transform
    with np.errstate(invalid="ignore"):
        return (nir - red) / (nir + red), transform


def _floor(side: str, folder: Path):
    del side

    def work():
        for date in DATES:
            _ndvi(folder / f"{date}.tif")
        return None, NOTHING

    return work


def _plainly(side: str, folder: Path):
    del side
    import geopandas as gpd
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    parcels = gpd.read_parquet(folder / "parcels.parquet")

    def work():
        sources = []
        for number, date in enumerate(DATES):
            values, affine = _ndvi(folder / f"{date}.tif")
            height, width = values.shape
            sources.append(
                NumPyRasterSource(
                    values,
                    xmin=affine.c,
                    xmax=affine.c + width * affine.a,
                    ymin=affine.f + height * affine.e,
                    ymax=affine.f,
                    name=str(number),
                    srs_wkt=parcels.crs.to_wkt(),
                )
            )
        asked = ["count", "mean", "stdev"]
        rows = exact_extract(sources, parcels, asked, output="pandas")
        columns = [f"{n}_{name}" for n in (0, 1) for name in asked]
        rows = rows[columns].astype(float)
        return rows.set_axis(_names(asked), axis=1), NOTHING

    return work


def _names(asked: list[str]) -> list[str]:
    return [f"{name}_{number}" for number in (0, 1) for name in asked]


def _ours(side: str, folder: Path):
    import geopandas as gpd
    import pandas as pd

    from pil_discovery.imagery.zonal import zonal_of_each

    parcels = gpd.read_parquet(folder / "parcels.parquet")
    images = pickle.loads((folder / "images.pickle").read_bytes())  # noqa: S301 - ours
    workers = int(side.partition("-")[2])

    def work():
        found = zonal_of_each(
            parcels, images, index="ndvi", stats=("mean", "stdev"), workers=workers
        )
        asked = ["count", "mean", "stdev"]
        rows = pd.concat([f[asked] for f in found], axis=1)
        return rows.set_axis(_names(asked), axis=1), NOTHING

    return work


def _rasterstats(side: str, folder: Path):
    del side
    import geopandas as gpd
    from rasterstats import zonal_stats

    parcels = gpd.read_parquet(folder / "parcels.parquet")
    some = parcels.iloc[:SAMPLE] if len(parcels) > SAMPLE else parcels

    def work():
        pictures = [_ndvi(folder / f"{date}.tif") for date in DATES]
        cpu, wall = cpu_s(), time.perf_counter()
        for values, affine in pictures:
            zonal_stats(
                some, values, affine=affine, nodata=-9, stats=["count", "mean", "std"]
            )
        times = len(parcels) / len(some) - 1
        more = {"cpu_s": cpu_s() - cpu, "wall_s": time.perf_counter() - wall}
        return None, {name: value * times for name, value in more.items()}

    return work


if __name__ == "__main__":
    main()
