"""How an overlay is cut into parts for several processes."""

import itertools

import numpy as np
import pytest
import shapely

from pil_discovery.geo.judging import Layers
from pil_discovery.geo.solving import Plan, Task
from pil_discovery.geo.space import Space
from pil_discovery.geo.workers import _spans


def task_of(left, right):
    sides = (np.full(size, shapely.Point(0, 0), dtype=object) for size in (left, right))
    layers = Layers(*sides, np.zeros(left), np.zeros(right), Space(None, "planar"))
    return Task(layers, Plan("intersection", "pair", 0.0, 0.0, None))


@pytest.mark.parametrize("sizes", [(100_000, 2_000), (20_000, 3), (7, 0)])
def test_every_feature_is_in_one_part_and_the_last_part_is_small(sizes):
    for side, spans in enumerate(zip(*_spans(task_of(*sizes), 8), strict=True)):
        assert spans[0][0] == 0
        assert spans[-1][1] == sizes[side]
        assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))
    lengths = [stop - start for (start, stop), _ in _spans(task_of(*sizes), 8)]
    assert lengths[-1] <= lengths[0]
