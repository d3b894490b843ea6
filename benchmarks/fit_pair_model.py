"""Fit the pair model of `pil.link` on generated names and write it with its card.

    python benchmarks/fit_pair_model.py [models/scoring/company_names.json]

Fitted on random mixes of `company_names` with one half of the vocabulary, as whole
tables and as tables of a few hundred rows; the probability from which pairs are taken
without a person is the least that keeps the precision on further random mixes. Judged,
in the card, on the named mixes with the other half of the vocabulary: neither their
habits nor their words served before. scikit-learn serves here only; what is written is
one weight a feature for each kind of parting. One thread, fixed seeds: the same file
every time.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import company_names
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from pil_discovery.subjects.core_features import PARTINGS
from pil_discovery.subjects.judging import judge_pairs
from pil_discovery.subjects.pairs import FEATURES, compared_pairs
from pil_discovery.subjects.parties import read_parties
from pil_discovery.types.linking import PairModel

LARGE, SMALL, TUNED = 14, 6, 8
"""How many random mixes give large tables, many short ones, and serve to choose."""
REVIEW_FROM = 0.1
CANDIDATES = [round(0.8 + 0.01 * step, 2) for step in range(19)]
WANTED = 0.996
"""Precision on the mixes that serve to choose; above the goal of 0.995, because words
that were never met lower it."""
DIGITS = 4


def examples(names, owners):
    """Return parties, pairs, whether they mean one firm, and the count of all true."""
    parties = read_parties([pd.DataFrame({"name": names})])
    pairs = compared_pairs(parties)
    same = owners[pairs.first] == owners[pairs.second]
    sizes = np.unique(owners, return_counts=True)[1]
    return parties, pairs, same, int((sizes * (sizes - 1) // 2).sum())


def made(mix, words, firms: int, seed: int):
    size = {"firms": firms, "second": max(round(firms * mix.share), 1), "seed": seed}
    return examples(*company_names.make(mix, words, **size))


def training_sets(firms: int):
    words = company_names.vocabulary("fit")
    for number in range(LARGE):
        size = firms // (1, 2, 5)[number % 3]
        yield made(company_names.random_mix(number), words, size, number)
    for number in range(LARGE, LARGE + SMALL):
        mix = company_names.random_mix(number)
        for seed in range(20):  # short tables: what agencies send most
            yield made(mix, words, 300, 1000 + 50 * number + seed)
        for seed in range(60):
            yield made(mix, words, 20, 9000 + 100 * number + seed)


def fit(firms: int):
    """Return the weights of each kind of parting, and on how many pairs they rest."""
    tables, partings, sames = [], [], []
    for parties, pairs, same, _ in training_sets(firms):
        kept = parties.branch[pairs.first] == parties.branch[pairs.second]
        tables.append(pairs.table[kept])
        partings.append(pairs.parting[kept])
        sames.append(same[kept])
    table, parting, same = map(np.concatenate, (tables, partings, sames))
    weights = {
        kind: fitted(table[parting == number], same[parting == number])
        for number, kind in enumerate(PARTINGS)
    }
    return weights, len(same)


def fitted(table, same) -> tuple[float, ...]:
    """Return the weights of a ridge logistic on features of one scale."""
    spread = table.std(axis=0)
    scale = np.where(spread > 1e-6, spread, 1)
    model = LogisticRegression(C=1.0, fit_intercept=False, solver="newton-cholesky")
    weights = model.fit((table / scale).astype(float), same).coef_[0] / scale
    return tuple(round(float(w), DIGITS) for w in weights)


def judged(model: PairModel, made_of):
    """Return the probability of each pair as `pil.link` gives it, and the truth."""
    parties, pairs, same, total = made_of
    links = judge_pairs(parties, pairs, model)
    size = len(parties)
    rows = pd.Series(same, index=pairs.first * size + pairs.second)
    told = rows.loc[links["first"] * size + links["second"]]
    return links["probability"].to_numpy(), told.to_numpy(), total


def chosen(model: PairModel, firms: int) -> float:
    """Return the least probability that keeps the precision wanted on every mix."""
    words = company_names.vocabulary("fit")
    found = []
    for number in range(100, 100 + TUNED):
        mix = company_names.random_mix(number)
        found.append(judged(model, made(mix, words, firms, number)))
    for least in CANDIDATES:
        sure = [(likely >= least, same) for likely, same, _ in found]
        hits = sum(int((taken & same).sum()) for taken, same in sure)
        if hits >= WANTED * sum(int(taken.sum()) for taken, _ in sure):
            return least
    return CANDIDATES[-1]


def judge(model: PairModel, firms: int):
    """Return precision, recall and F1 on each named mix with words never met."""
    words = company_names.vocabulary("held_out")
    for number, name in enumerate(company_names.MIXES):
        mix = company_names.MIXES[name]
        result = judged(model, made(mix, words, firms, 500 + number))
        yield name, scores(*result, model.same_from)


def scores(likely, same, total: int, same_from: float):
    half, sure = likely >= 0.5, likely >= same_from
    return {
        "f1": 2 * (half & same).sum() / (half.sum() + total),
        "same_precision": (sure & same).sum() / max(sure.sum(), 1),
        "same_recall": (sure & same).sum() / total,
        "expected_calibration_error": calibration_error(likely, same),
    }


def calibration_error(likely, same) -> float:
    """Return the mean gap of ten bins, over pairs that are not plainly different."""
    open_pairs = likely >= 0.01
    likely, same = likely[open_pairs], same[open_pairs]
    bins = np.minimum((likely * 10).astype(int), 9)
    gaps = [abs((likely - same)[bins == b].sum()) for b in range(10)]
    return sum(gaps) / max(len(likely), 1)


def card(judged, rows: int) -> dict[str, str]:
    def line(result):
        return "，".join(f"{k} {v:.4f}" for k, v in result.items())

    return {
        "用途": "判断两个单位名称是否指同一主体；只供并案和核对，不作认定",
        "训练": f"合成名称 {rows} 对，混合方式随机抽取 {LARGE + SMALL} 种，种子固定",
        "局限": "只用合成名称拟合和检验，没有真实名称的标注；自然人姓名不适用",
        **{
            f"检验 {name}（混合方式和词汇都未见过）": line(result)
            for name, result in judged
        },
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", nargs="?", default="models/scoring/company_names.json")
    parser.add_argument("--firms", type=int, default=30_000)
    options = parser.parse_args()
    with threadpool_limits(1):
        write(Path(options.out), options.firms)


def write(out: Path, firms: int):
    weights, rows = fit(firms)
    model = PairModel(
        id="company_names",
        version="2.0.0",
        features=FEATURES,
        weights=weights,
        same_from=CANDIDATES[0],
        review_from=REVIEW_FROM,
        card={},
    )
    model = model.model_copy(update={"same_from": chosen(model, firms // 2)})
    print("same from", model.same_from)
    found = list(judge(model, firms))
    for name, result in found:
        print(name, {k: round(float(v), 4) for k, v in result.items()})
    model = model.model_copy(update={"card": card(found, rows)})
    text = json.dumps(model.model_dump(), ensure_ascii=False, indent=1, sort_keys=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
