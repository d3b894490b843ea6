"""Small scenes of fields, with the same ground for every seed of the noise."""

import numpy as np

FIELD = np.array([0.05, 0.08, 0.06, 0.40, 0.20, 0.12])
BARE = np.array([0.12, 0.16, 0.22, 0.28, 0.38, 0.34])


def scene(seed, side=112):
    """Return fields of varying brightness, the same ground for every seed."""
    ground = np.random.default_rng(1).normal(0, 0.15, (side // 8, side // 8))
    ground = 1 + np.kron(ground, np.ones((8, 8)))
    noise = np.random.default_rng(seed).normal(0, 0.006, (6, side, side))
    return FIELD[:, None, None] * ground + noise


def stripped(values, rows, columns):
    changed = values.copy()
    changed[:, rows, columns] += (BARE - FIELD)[:, None, None]
    return changed
