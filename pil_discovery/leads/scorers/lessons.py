"""What a scorer learns from: features as they stood before each check."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.leads.scorers.history import Usual, history_features, usual
from pil_discovery.leads.scorers.register import checks_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from pil_discovery.leads.scorers.register import Register
    from pil_discovery.leads.scorers.spec import ScorerSpec

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

WARM_DAY = 90
"""Days at the start of a register whose rows have too little history to learn from."""


@dataclass(frozen=True)
class Lessons:
    """Rows to learn from, in an order that does not depend on that of the register.

    Attributes
    ----------
    columns
        Feature → its values, NaN where missing.
    truth
        1 confirmed, 0 refuted.
    day
        Days since 1970-01-01, ascending.
    directions
        Feature → 1 or −1 where more can only raise or lower the score, else 0.
    """

    columns: dict[str, Floats]
    truth: Floats
    day: Ints
    directions: dict[str, int]

    @property
    def positives(self) -> int:
        """Number of confirmed rows."""
        return int(self.truth.sum())

    @property
    def matrix(self) -> Floats:
        """Features as columns, shape (rows, features)."""
        return np.column_stack(list(self.columns.values()))

    def sha256(self) -> str:
        """Return the hash of everything that is learned from."""
        digest = hashlib.sha256(",".join(self.columns).encode())
        for part in (self.day.astype(float), self.truth, *self.columns.values()):
            digest.update(np.nan_to_num(part, nan=-1e300).astype("<f8").tobytes())
        return digest.hexdigest()


def directions(spec: ScorerSpec) -> dict[str, int]:
    """Return feature → the way it may push: histories and rates only upwards."""
    from pil_discovery.leads.scorers.history import RECENT_DAY

    found = {"own_rate": 1, "own_checks": 0, "days_since": 0}
    found |= {f"own:{c}": 1 for c in (spec.target, *spec.outcomes)}
    spans = (*map(str, RECENT_DAY), "")
    found |= {f"rate{span}:{c}": 1 for c in spec.groups for span in spans}
    return found | {c: spec.monotone.get(c, 0) for c in spec.numeric}


def row_features(
    past: Register,
    asked: dict[str, pd.Series],
    numbers: dict[str, Floats],
    *,
    spec: ScorerSpec,
    as_of: Ints,
    norm: Usual,
) -> dict[str, Floats]:
    """Compute all features of rows on the days of their lists."""
    checks, wanted = checks_of(past, asked, spec, as_of)
    return history_features(checks, wanted, norm) | numbers


def norm_of(register: Register, spec: ScorerSpec) -> Usual:
    """Describe the feed of a training period.

    A target that counts (faults found) says more of an entity than whether there were
    any; one that is only true or false says nothing beyond its rate.
    """
    checks, _ = checks_of(register, register.names, spec, register.day)
    norm = usual(checks)
    if not (register.outcomes[spec.target] > math.log1p(1)).any():
        del norm.outcomes[spec.target]
    return norm


def lessons_of(register: Register, spec: ScorerSpec, norm: Usual) -> Lessons:
    """Compute the features of every check as they stood before its day.

    The first 90 days, which have next to no history, are left out when at least half
    of the rows and of the confirmed ones remain.
    """
    values = row_features(
        register,
        register.names,
        register.numbers,
        spec=spec,
        as_of=register.day,
        norm=norm,
    )
    warm = register.day >= register.day.min() + WARM_DAY
    truth = register.outcome
    if 2 * warm.sum() < len(warm) or 2 * truth[warm].sum() < truth.sum():
        warm = np.ones(len(warm), dtype=bool)
    keys = [*values.values(), truth, register.day]
    order = np.lexsort([key[warm] for key in keys])
    found = {name: column[warm][order] for name, column in values.items()}
    ways = directions(spec)
    return Lessons(
        found,
        truth[warm][order],
        register.day[warm][order],
        {name: ways[name] for name in found},
    )
