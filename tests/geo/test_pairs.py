"""Pairs in order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.geo.pairs import in_order

positions = st.tuples(st.integers(0, 40), st.integers(-1, 2_000))


@given(st.lists(positions))
def test_pairs_are_ordered_by_left_then_right(pairs):
    left, right = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    assert in_order(left, right).tolist() == np.lexsort((right, left)).tolist()
