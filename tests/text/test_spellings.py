import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.characters import squeeze
from pil_discovery.text.spellings import bare, squeezed

TEXTS = st.lists(
    st.none()
    | st.text("aAｂＢ１1 　-_—（）()·甲乙\u200b\u0130ß\x1f㎡", max_size=5)
    | st.text(max_size=5),
    max_size=12,
)


def without_marks(text):
    return re.sub(r"[^\w]+|_+", "", squeeze(text)) or squeeze(text)


@pytest.mark.parametrize(
    ("numbered", "spelt"), [(squeezed, squeeze), (bare, without_marks)]
)
@pytest.mark.parametrize("dtype", ["string", "object"])
@given(texts=TEXTS)
def test_numbers_are_equal_where_spellings_are(texts, dtype, numbered, spelt):
    cells = pd.Series(texts, dtype=dtype, index=range(5, 5 + len(texts)))
    numbers = numbered(cells)
    assert numbers.index.equals(cells.index)
    wanted = [None if text is None else spelt(text) for text in texts]
    for number, one in zip(numbers, wanted, strict=True):
        assert (number == -1) == (one is None)
        assert (numbers == number).tolist() == [one == other for other in wanted]
