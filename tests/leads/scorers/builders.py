"""Registers of checks with known causes."""

import numpy as np
import pandas as pd

from pil_discovery.leads.scorers.spec import ScorerSpec

SPEC = ScorerSpec(
    target="属实",
    time="检查日期",
    entity="许可证号",
    place=("乡镇",),
    category=("行业",),
    numeric=("经营年数", "投诉数"),
    monotone={"投诉数": 1},
)


def register(n=1200, *, seed=0, days=730, start="2024-01-01", base=-2.2, strength=1.0):
    """Checks of n / 3 firms; who was bad before tends to be bad again.

    `strength` scales everything that can be learned.
    """
    draw = np.random.default_rng(seed)
    firms = n // 3
    bad, town = draw.normal(0, 1, firms), draw.integers(0, 8, firms)
    trade = draw.integers(0, 4, firms)
    towns = np.linspace(-0.8, 0.8, 8)
    firm = draw.integers(0, firms, n)
    complaints = draw.poisson(1.0, n)
    years = draw.uniform(0, 20, n)
    logit = bad[firm] + towns[town[firm]] + 0.5 * complaints - 0.02 * years
    chance = 1 / (1 + np.exp(-(base + strength * logit)))
    day = pd.Timestamp(start) + pd.to_timedelta(draw.integers(0, days, n), unit="D")
    years[draw.random(n) < 0.05] = np.nan
    return pd.DataFrame(
        {
            "许可证号": [f"示许-{f:04}" for f in firm],
            "检查日期": day,
            "乡镇": [f"示例镇{t}" for t in town[firm]],
            "行业": [f"行业{t}" for t in trade[firm]],
            "经营年数": years,
            "投诉数": complaints,
            "属实": draw.random(n) < chance,
        }
    ).sort_values("检查日期", ignore_index=True)
