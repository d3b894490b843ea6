"""What linking the registers of a county adds to a scan, and how often it is right.

    python benchmarks/link_registers.py [--firms 60000] [--meters 10000000]

A register of firms with credit codes; penalties of which a part has no code, half of
those under another spelling and half of firms that no register knows; readings of
meters with codes alone. Names are made up (`company_names`, the half of the words that
no model was fitted on), seeded. Prints JSON: wall and CPU seconds, peak memory, the
account of the linking, and how many rows without a code were given to the right firm.
The clock begins with the tables in memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import time

import company_names
import numpy as np
import pandas as pd

from pil_discovery.catalog import load_catalog
from pil_discovery.pipeline.identifying import NameLinker
from pil_discovery.text.check_digits import uscc_check_digit


def main():
    options = parsed()
    frames, truth = registers(options)
    datasets = load_catalog().datasets
    started, cpu = time.time(), time.process_time()
    found = NameLinker().identify(frames, datasets)
    told = {
        "wall_s": round(time.time() - started, 1),
        "cpu_s": round(time.process_time() - cpu, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "account": dict(found.account),
        **judged(found.frames["penalty"]["subject_id"], truth),
    }
    print(json.dumps(told, ensure_ascii=False, indent=1))


def parsed():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=60_000)
    parser.add_argument("--penalties", type=int, default=20_000)
    parser.add_argument("--without-code", type=float, default=0.2)
    parser.add_argument("--meters", type=int, default=10_000_000)
    parser.add_argument("--mix", default="guide")
    parser.add_argument("--seed", type=int, default=2_026)
    return parser.parse_args()


def code(number):
    body = f"91990302MA{number:07d}"
    return body + uscc_check_digit(body)


def registers(options):
    """Return the tables, and for each penalty without a code its firm or None."""
    rng = np.random.default_rng(options.seed)
    open_rows = int(options.penalties * options.without_code)
    known, strange = options.firms, open_rows // 2
    names, owners = company_names.make(
        company_names.MIXES[options.mix],
        company_names.vocabulary("held_out"),
        firms=known + strange,
        second=known // 3,
        seed=options.seed,
    )
    spelt = pd.DataFrame({"name": names, "owner": owners})
    first = spelt.drop_duplicates("owner")
    again = spelt[spelt["owner"].duplicated() & (spelt["owner"] < known)]
    registered = first[first["owner"] < known].sort_values("owner")
    unknown = first[(first["owner"] >= known) & (first["owner"] < known + strange)]
    bare = pd.concat([again.head(open_rows - strange), unknown])
    coded = registered.sample(options.penalties - len(bare), random_state=options.seed)
    codes = np.array([code(n) for n in range(known)], dtype=object)
    uscc = [*codes[coded["owner"]], *([None] * len(bare))]
    parties = [*coded["name"], *bare["name"]]
    penalty = pd.DataFrame({"party": parties, "uscc": uscc}).astype("string")
    meters = pd.Series(codes[rng.integers(0, known, options.meters)], dtype="string")
    firms = pd.DataFrame({"uscc": codes, "org_name": registered["name"].to_numpy()})
    frames = {
        "penalty": penalty,
        "registration": firms.astype("string"),
        "power_month": pd.DataFrame({"uscc": meters}),
    }
    truth = [codes[n] if n < known else None for n in bare["owner"]]
    return frames, [None] * len(coded) + truth


def judged(subjects, truth):
    given = [None if pd.isna(s) or len(s) != 18 else s for s in subjects]
    every = list(zip(given, truth, strict=True))
    open_rows = every[next(n for n, t in enumerate(truth) if t is not None) :]
    right = sum(g == t for g, t in open_rows if g is not None and t is not None)
    wrong = sum(g is not None and g != t for g, t in open_rows)
    wanted = sum(t is not None for _, t in open_rows)
    return {
        "rows_without_code": len(open_rows),
        "given_to_a_firm": right + wrong,
        "wrong": wrong,
        "precision": round(right / max(right + wrong, 1), 4),
        "recall": round(right / max(wanted, 1), 4),
    }


if __name__ == "__main__":
    main()
