"""Breaks injected into a real Sentinel-2 series: how many are found, when, how fast.

Half of the pixels of the stack in $PIL_SHARED_DATA/s2_slovenia lose a known amount of
NDVI on a known day; the others lose nothing. Injected drops are simpler than real
felling. «dip» is the share of hits whose run began before the drop, with a natural dip
that joined it; «holds» is how often the interval holds the true day in the others;
«second» is how often the second opinion agrees.
Run: `python benchmarks/breaks_slovenia.py`.
"""

import datetime as dt
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from pil_discovery.imagery.series import find_breaks

DATA = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data")) / "s2_slovenia"
CASES = (
    ("2016-10-01", "2016-10-15"),
    ("2016-12-01", "2017-02-10"),
    ("2016-12-01", "2017-06-15"),
    ("2017-01-01", "2017-04-01"),
    ("2017-03-01", "2017-03-01"),
    ("2017-03-01", "2017-08-15"),
    ("2017-06-01", "2017-07-01"),
)
"""First day watched, day of the drop."""
DROPS = (0.35, 0.25, 0.20, 0.10)


def stack():
    """Return NDVI (series, dates), where the ground shows, and the days."""
    ndvi = np.load(DATA / "NDVI.npy")[..., 0].reshape(68, -1).T.astype(float)
    clear = np.load(DATA / "IS_VALID.npy")[..., 0].reshape(68, -1).T
    clear &= np.load(DATA / "CLM.npy")[..., 0].reshape(68, -1).T == 0
    stamps = json.loads((DATA / "timestamps.json").read_text())
    return ndvi, clear, np.array(stamps, dtype="datetime64[D]")


def judge(frame, felled, day):
    """Return the figures of one case as a dict."""
    broken = (frame["state"] == "broken").to_numpy()
    hits = broken & felled
    early, late = (frame[c].to_numpy() for c in ("earliest", "latest"))
    prompt = hits & (
        late >= day
    )  # no natural dip just before, which would join the run
    holds = early < day
    lag = (late - day).astype("timedelta64[D]").astype(float)
    second = frame["second_agrees"].to_numpy(dtype=float, na_value=np.nan)
    return {
        "precision": hits.sum() / max(broken.sum(), 1),
        "recall": hits.sum() / felled.sum(),
        "f1": 2 * hits.sum() / (broken.sum() + felled.sum()),
        "false": (broken & ~felled).sum() / (~felled).sum(),
        "dip": 1 - prompt.sum() / max(hits.sum(), 1),
        "holds": holds[prompt].mean(),
        "lag_d": np.median(lag[prompt]),
        "agree": np.nanmean(second[hits]),
    }


def main():
    """Print a table of cases, then the cost of many series."""
    if not DATA.exists():
        sys.exit(f"no real data in {DATA}")
    ndvi, clear, days = stack()
    felled = np.random.default_rng(0).random(len(ndvi)) < 0.5
    print(
        "drop watched     dropped     P      R      F1     FPR    dip    holds "
        " lag second"
    )
    for drop in DROPS:
        for start, on in CASES:
            day = np.datetime64(on)
            values = ndvi.copy()
            values[np.ix_(felled, days >= day)] -= drop
            first = dt.date.fromisoformat(start)
            found = judge(
                find_breaks(values, days, clear, start=first).frame, felled, day
            )
            shown = "  ".join(f"{found[k]:.3f}" for k in list(found)[:6])
            print(
                f"{drop:.2f} {start}  {on}  {shown}  "
                f"{found['lag_d']:3.0f}  {found['agree']:.3f}"
            )
    many = np.resize(np.arange(len(ndvi)), 100_000)
    values, seen = ndvi[many], clear[many]
    begin, wall = time.process_time(), time.perf_counter()
    find_breaks(values, days, seen, start=dt.date(2017, 1, 1))
    print(
        f"{len(many):,} series × {len(days)} dates: "
        f"{time.process_time() - begin:.1f} s CPU, {time.perf_counter() - wall:.1f} s"
    )


if __name__ == "__main__":
    main()
