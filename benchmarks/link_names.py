"""200,000 company names with duplicates: `pil.link` against rapidfuzz and splink.

    python benchmarks/link_names.py                          # 200,000 names, 3 rounds
    python benchmarks/link_names.py --peers /path/to/peers/bin/python
    python benchmarks/link_names.py --firms 15000 --rounds 1 --mix families

150,000 firms of which 50,000 are written twice, in the shapes of `company_names` and
with the half of its vocabulary that the pair model has never met; half of all names
have no counterpart. Each side runs once a round in a process of its own, the order
turned from round to round, from names in memory to pairs in memory:

- `pil`: `pil.link(frame, name=...)`; `f1` counts probabilities from 0.5, `same_…` the
  pairs taken without a person;
- `exact`: equal after `normalise_name`;
- `rapidfuzz`: ratio in blocks of the three rarest pairs of characters; the best of a
  few thresholds, chosen on the truth, as its users cannot;
- `splink` (an interpreter that has it, named by `--peers`): two comparisons of names,
  three blocking rules, trained by expectation maximisation; the best threshold as well.
  One column and no tuning: no verdict on splink, which is made for many columns.

Prints JSON: precision, recall and F1, CPU seconds, the peak memory of the process, and
how many times each side's CPU seconds are ours.
"""

from __future__ import annotations

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from rounds import ratio_lines, ratios, spread, timed

SIDES = ("pil", "exact", "rapidfuzz")
GOALS = {"f1": 0.94, "same_precision": 0.995, "same_recall": 0.86}
MOST_MIB, MOST_WALL_S = 1024, 60
BARS = {"rapidfuzz": ("pil", "cpu_s", 1.0), "splink": ("pil", "cpu_s", 1.0)}
CROWD = 60
"""Names that a block of rapidfuzz holds at most."""


def main():
    options = parsed()
    if options.side:
        print(json.dumps(run_side(options)))
        return
    with tempfile.TemporaryDirectory() as place:
        options.data = Path(place) / "names.pickle"
        make(options)
        runs = measured(options)
    found = {"mix": options.mix, "firms": options.firms, "runs": runs}
    found["ratios"] = ratios(runs, {k: v for k, v in BARS.items() if k in runs})
    found["goals"] = goals(runs["pil"])
    print(json.dumps(found, ensure_ascii=False, indent=1))
    for side, rounds in runs.items():
        line = f"{side}: F1 {rounds[0]['f1']:.4f}, CPU {spread(rounds, 'cpu_s')} s"
        print(line + f", {max(r['peak_mib'] for r in rounds)} MiB", file=sys.stderr)
    print("\n".join(ratio_lines(found["ratios"])), file=sys.stderr)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=150_000)
    parser.add_argument("--mix", default="guide")
    parser.add_argument("--seed", type=int, default=2_026)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path, help="interpreter with splink")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def make(options):
    import company_names

    words = company_names.vocabulary("held_out")
    mix = company_names.MIXES[options.mix]
    size = {"firms": options.firms, "second": round(options.firms * mix.share)}
    names, owners = company_names.make(mix, words, **size, seed=options.seed)
    options.data.write_bytes(pickle.dumps((names, owners.tolist())))


def measured(options):
    sides = [*SIDES, *(["splink"] if options.peers else [])]
    runs = {side: [] for side in sides}
    for number in range(options.rounds):
        for side in [*sides[number % len(sides) :], *sides[: number % len(sides)]]:
            python = options.peers if side == "splink" else sys.executable
            call = [str(python), __file__, "--side", side, "--data", str(options.data)]
            done = subprocess.run(call, check=True, capture_output=True, text=True)
            runs[side].append(json.loads(done.stdout.splitlines()[-1]))
    return runs


def goals(runs):
    worst = {name: min(run[name] for run in runs) for name in GOALS}
    met = {name: worst[name] >= goal for name, goal in GOALS.items()}
    met["peak_mib"] = max(run["peak_mib"] for run in runs) <= MOST_MIB
    met["wall_s"] = min(run["wall_s"] for run in runs) <= MOST_WALL_S
    return met


def run_side(options):
    names, owners = pickle.loads(options.data.read_bytes())  # noqa: S301 - written above
    work = {"pil": by_pil, "exact": exact, "rapidfuzz": blocked, "splink": by_splink}
    pairs, figures = timed(lambda: work[options.side](names))
    least = [0.5] if options.side == "pil" else [0.01, 0.05, 0.5, 0.8, 0.85, 0.9, 0.95]
    return {**figures, **judged(pairs, owners, least)}


def judged(pairs, owners, least):
    """Return precision, recall and F1 of (first, second, likeness, is same).

    Of several least likenesses the one with the best F1 is taken.
    """
    sizes = defaultdict(int)
    for owner in owners:
        sizes[owner] += 1
    total = sum(n * (n - 1) // 2 for n in sizes.values())
    right = [owners[a] == owners[b] for a, b, *_ in pairs]
    sure = [flag for (*_, flag) in pairs]
    tried = [scores([p >= q for _, _, p, _ in pairs], right, total) for q in least]
    found = {"pairs": len(pairs), **max(tried, key=lambda score: score["f1"])}
    same = scores(sure, right, total)
    return {**found, **{f"same_{k}": v for k, v in same.items() if k != "f1"}}


def scores(taken, right, total):
    hits = sum(t and r for t, r in zip(taken, right, strict=True))
    count = sum(taken)
    return {
        "precision": round(hits / max(count, 1), 4),
        "recall": round(hits / max(total, 1), 4),
        "f1": round(2 * hits / max(count + total, 1), 4),
    }


def by_pil(names):
    import pandas as pd

    import pil_discovery as pil

    links = pil.link(pd.DataFrame({"name": names}), name="name")
    columns = (links["left"], links["right"], links["probability"], links["decision"])
    return [(a, b, p, d == "same") for a, b, p, d in zip(*columns, strict=True)]


def exact(names):
    from pil_discovery.text.names import normalise_name

    groups = defaultdict(list)
    for number, name in enumerate(names):
        groups[normalise_name(name)].append(number)
    return [
        (a, b, 1.0, True)
        for group in groups.values()
        for at, a in enumerate(group)
        for b in group[at + 1 :]
    ]


def blocked(names):
    from rapidfuzz import fuzz, process

    blocks = defaultdict(list)
    for number, name in enumerate(names):
        for gram in {name[at : at + 2] for at in range(len(name) - 1)}:
            blocks[gram].append(number)
    pairs = set()
    for number, name in enumerate(names):
        grams = {name[at : at + 2] for at in range(len(name) - 1)}
        for gram in sorted(grams, key=lambda g: (len(blocks[g]), g))[:3]:
            if len(blocks[gram]) <= CROWD:
                pairs.update(
                    (min(number, n), max(number, n))
                    for n in blocks[gram]
                    if n != number
                )
    first, second = zip(*sorted(pairs), strict=True)
    alike = process.cpdist(
        [names[a] for a in first], [names[b] for b in second], scorer=fuzz.ratio
    )
    sure = (alike >= 95).tolist()
    return list(zip(first, second, (alike / 100).tolist(), sure, strict=True))


def by_splink(names):
    import pandas as pd
    import splink.comparison_library as compare
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    frame = pd.DataFrame({"unique_id": range(len(names)), "name": names})
    ending = "(有限责任公司|股份有限公司|集团有限公司|有限公司|公司)$"
    frame["core"] = frame["name"].str.replace(ending, "", regex=True)
    frame["front"], frame["middle"] = frame["core"].str[:4], frame["core"].str[2:5]
    frame["behind"] = frame["core"].str[-6:-2]
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on(part) for part in ("front", "middle", "behind")
        ],
        comparisons=[
            compare.JaroWinklerAtThresholds("name", [0.95, 0.9, 0.8]),
            compare.JaroWinklerAtThresholds("core", [0.95, 0.85]),
        ],
        retain_matching_columns=False,
    )
    database = DuckDBAPI()
    linker = Linker(database.register(frame, dataset_display_name="names"), settings)
    train = linker.training
    train.estimate_probability_two_random_records_match([block_on("name")], recall=0.1)
    train.estimate_u_using_random_sampling(1e6)
    train.estimate_parameters_using_expectation_maximisation(block_on("front"))
    found = linker.inference.predict(threshold_match_probability=0.01)
    rows = found.as_pandas_dataframe()
    chance = rows["match_probability"]
    columns = (rows["unique_id_l"], rows["unique_id_r"], chance, chance >= 0.95)
    return list(zip(*(c.tolist() for c in columns), strict=True))


if __name__ == "__main__":
    main()
