"""Change on a real Landsat pair: without labels, and with 50, 100 and 200 of them.

Labels are drawn from the expert's pixels in half of the blocks of 50 × 50 pixels; the
map is judged on the expert's pixels in the other blocks. «as found» draws labels at
random, «half and half» as many of each class. Needs $PIL_SHARED_DATA/landsat_taizhou.
Run: `python benchmarks/change_taizhou.py`.
"""

import os
import sys
import time
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely

import pil_discovery as pil

DATA = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data")) / "landsat_taizhou"
BANDS = ("blue", "green", "red", "nir", "swir1", "swir2")
SIDE = 50
SEEDS = range(5)


def pair():
    """Return both pictures and the expert's masks of changed and unchanged pixels."""
    bands = {name: number for number, name in enumerate(BANDS, 1)}
    images = [
        pil.read_image(DATA / name, acquired=day, sensor="Landsat-7 ETM+", bands=bands)
        for name, day in (
            ("2000TM", "2000-03-17T10:00+08:00"),
            ("2003TM", "2003-02-06T10:00+08:00"),
        )
    ]
    masks = []
    for name in ("change.bmp", "unchanged.bmp"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(DATA / name) as src:
                masks.append(src.read(1) > 127)
    return images, masks


def f1(mask, changed, unchanged):
    """Return F1 of a map on the expert's pixels."""
    hits, false = (mask & changed).sum(), (mask & unchanged).sum()
    return 2 * hits / (2 * hits + false + (~mask & changed).sum())


def training_blocks(shape, seed):
    """Return the pixels of half of the blocks."""
    rows, columns = (-(-size // SIDE) for size in shape)
    half = np.arange(rows * columns) % 2 == 0
    drawn = np.random.default_rng(seed).permutation(half).reshape(rows, columns)
    return np.kron(drawn, np.ones((SIDE, SIDE), dtype=bool))[: shape[0], : shape[1]]


def drawn_labels(image, masks, *, n, seed, even):
    """Return labelled points among the expert's pixels of given masks."""
    draw = np.random.default_rng(seed + 100)
    changed, unchanged = (np.flatnonzero(mask) for mask in masks)
    if even:
        sizes = n // 2, n - n // 2
        picked = [
            draw.choice(p, k, False)
            for p, k in zip((changed, unchanged), sizes, strict=True)
        ]
        at = np.concatenate(picked)
    else:
        at = draw.choice(np.concatenate([changed, unchanged]), n, replace=False)
    rows, columns = np.divmod(at, image.shape[1])
    x, y = image.transform @ (columns + 0.5, rows + 0.5)
    truth = masks[0].ravel()[at]
    points = shapely.points(x, y)
    return gpd.GeoDataFrame({"changed": truth}, geometry=points, crs=image.crs)


def main():
    """Print a table of F1 by number and draw of labels."""
    if not DATA.exists():
        sys.exit(f"no real data in {DATA}")
    (before, after), masks = pair()
    begin = time.process_time()
    plain = pil.detect_change(before, after)
    cost = time.process_time() - begin
    print(
        f"without labels, all pixels: F1 {f1(plain.mask, *masks):.4f}, {cost:.1f} s CPU"
    )
    print("labels  drawn          F1 mean  least   without  CV F1   s CPU  models")
    for n in (200, 100, 50):
        for even in (False, True):
            rows = []
            for seed in SEEDS:
                learned = training_blocks(before.shape, seed)
                labels = drawn_labels(
                    before, [m & learned for m in masks], n=n, seed=seed, even=even
                )
                begin = time.process_time()
                change = pil.detect_change(before, after, labels=labels, seed=seed)
                cost = time.process_time() - begin
                judged = [m & ~learned for m in masks]
                gate = change.quality["labels"]
                rows.append(
                    (
                        f1(change.mask, *judged),
                        f1(plain.mask, *judged),
                        gate["f1"],
                        cost,
                        gate["model"],
                    )
                )
            new, old, cv, spent = (
                np.array(c) for c in list(zip(*rows, strict=True))[:4]
            )
            models = ",".join(sorted({row[4] for row in rows}))
            print(
                f"{n:6}  {'half and half' if even else 'as found':13}  {new.mean():.4f}"
                f"   {new.min():.4f}  {old.mean():.4f}   {cv.mean():.4f}"
                f"  {spent.mean():5.1f}  {models}"
            )


if __name__ == "__main__":
    main()
