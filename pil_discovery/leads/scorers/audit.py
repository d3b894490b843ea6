"""Whom a list looks at: share listed, precision and misses by place and by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pil_discovery.leads.scorers.intervals import wilson
from pil_discovery.leads.scorers.register import texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.leads.scorers.lessons import Floats
    from pil_discovery.leads.scorers.register import Register
    from pil_discovery.leads.scorers.spec import ScorerSpec

LEAST_CONFIRMED = 30
"""Confirmed checks below which a group says nothing: small groups look fair."""
ENOUGH, TOO_FEW = "可供参考", "证据不足"


def audit_table(
    periods: Sequence[tuple[Register, Floats]], spec: ScorerSpec, capacity: float
) -> pd.DataFrame:
    """Count by each value of each place and kind, over all periods.

    Parameters
    ----------
    periods
        Rows of each period and their scores; in each the highest `capacity` share is
        taken as listed.

    Returns
    -------
    DataFrame
        `column`, `value`, `n`, `confirmed`, `rate`, `listed`, `listed_share`,
        `precision` of the listed and `missed` (share of the confirmed that is not
        listed), the last three with `_low` and `_high` (Wilson, 95 %), `verdict`
        (证据不足 below 30 confirmed). The largest groups of a column first.
    """
    listed = np.concatenate([_listed(score, capacity) for _, score in periods])
    truth = np.concatenate([rows.outcome for rows, _ in periods])
    tables = []
    for column in spec.groups:
        values = pd.concat([rows.names[column] for rows, _ in periods])
        frame = pd.DataFrame(
            {
                "value": texts_of(values).fillna("（缺失）").to_numpy(),
                "listed": listed,
                "truth": truth > 0,
            }
        )
        rows_of = [_row(column, v, g) for v, g in frame.groupby("value", sort=True)]
        tables += sorted(rows_of, key=lambda row: -row["n"])
    return pd.DataFrame(tables)


def _listed(score: Floats, capacity: float) -> np.ndarray[Any, np.dtype[np.bool_]]:
    order = np.argsort(-score, kind="stable")
    chosen = np.zeros(len(score), dtype=bool)
    chosen[order[: round(capacity * len(score))]] = True
    return chosen


def _row(column: str, value: Any, group: pd.DataFrame) -> dict[str, Any]:  # noqa: ANN401
    listed, truth = group["listed"].to_numpy(), group["truth"].to_numpy()
    n, confirmed, chosen = len(group), int(truth.sum()), int(listed.sum())
    found = int((listed & truth).sum())
    row: dict[str, Any] = {
        "column": column,
        "value": str(value),
        "n": n,
        "confirmed": confirmed,
        "rate": confirmed / n,
        "listed": chosen,
    }
    for name, hits, of in (
        ("listed_share", chosen, n),
        ("precision", found, chosen),
        ("missed", confirmed - found, confirmed),
    ):
        share = wilson(hits, of)
        row |= {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}
    return row | {"verdict": ENOUGH if confirmed >= LEAST_CONFIRMED else TOO_FEW}
