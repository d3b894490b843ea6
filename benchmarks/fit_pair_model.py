"""Fit the pair model of `pil.link` on generated names and write it with its card.

    python benchmarks/fit_pair_model.py [models/scoring/company_names.json]

Fitted on four mixes of `company_names` with one half of the vocabulary, as whole tables
and as tables of a few hundred rows. Judged, in the card, on all six mixes with the
other half: two of them were never seen. scikit-learn serves here only; what is written
is one weight a feature for each kind of parting.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import company_names
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from pil_discovery.subjects.core_features import PARTINGS
from pil_discovery.subjects.pairs import FEATURES, compared_pairs, probabilities
from pil_discovery.subjects.parties import read_parties
from pil_discovery.types.linking import PairModel

FITTED = ("guide", "typing", "agency", "families")
SAME_FROM, REVIEW_FROM = 0.95, 0.1
DIGITS = 4


def examples(names, owners):
    """Return pairs without branches, whether they mean one firm, and all true pairs."""
    parties = read_parties([pd.DataFrame({"name": names})])
    pairs = compared_pairs(parties)
    same = owners[pairs.first] == owners[pairs.second]
    branches = parties.branch[pairs.first] != parties.branch[pairs.second]
    sizes = np.unique(owners, return_counts=True)[1]
    return pairs, same, ~branches, int((sizes * (sizes - 1) // 2).sum())


def training_sets(firms: int):
    words = company_names.vocabulary("fit")
    large = {"firms": 3 * firms, "second": firms, "seed": 99}
    yield company_names.make(company_names.MIXES["guide"], words, **large)
    for number, name in enumerate(FITTED):
        mix = company_names.MIXES[name]
        size = {"firms": firms, "second": firms // 3}
        yield company_names.make(mix, words, **size, seed=number)
        for seed in range(20):  # short tables: what agencies send most
            size = {"firms": 300, "second": 100}
            yield company_names.make(mix, words, **size, seed=1000 + 50 * number + seed)
        for seed in range(150):
            size = {"firms": 20, "second": 8}
            yield company_names.make(
                mix, words, **size, seed=2000 + 200 * number + seed
            )


def fit(firms: int):
    """Return the weights of each kind of parting, and on how many pairs they rest."""
    tables, partings, sames = [], [], []
    for names in training_sets(firms):
        pairs, same, kept, _ = examples(*names)
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


def judge(model: PairModel, firms: int):
    """Return precision, recall and F1 on each mix with words never seen."""
    words = company_names.vocabulary("held_out")
    for number, name in enumerate(company_names.MIXES):
        size = {"firms": firms, "second": firms // 3, "seed": 500 + number}
        names = company_names.make(company_names.MIXES[name], words, **size)
        pairs, same, kept, total = examples(*names)
        likely = np.where(kept, probabilities(pairs, model), 0)
        yield name, scores(likely, same, total)


def scores(likely, same, total: int):
    half, sure = likely >= 0.5, likely >= SAME_FROM
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
        "训练": f"合成名称 {rows} 对，混合方式 {'、'.join(FITTED)}，随机种子固定",
        "局限": "只用合成名称拟合和检验，没有真实名称的标注；自然人姓名不适用",
        **{f"检验 {name}（词汇未见过）": line(result) for name, result in judged},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", nargs="?", default="models/scoring/company_names.json")
    parser.add_argument("--firms", type=int, default=30_000)
    options = parser.parse_args()
    weights, rows = fit(options.firms)
    model = PairModel(
        id="company_names",
        version="1.0.0",
        features=FEATURES,
        weights=weights,
        same_from=SAME_FROM,
        review_from=REVIEW_FROM,
        card={},
    )
    judged = list(judge(model, options.firms))
    for name, result in judged:
        print(name, {k: round(float(v), 4) for k, v in result.items()})
    model = model.model_copy(update={"card": card(judged, rows)})
    text = json.dumps(model.model_dump(), ensure_ascii=False, indent=1, sort_keys=True)
    out = Path(options.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
