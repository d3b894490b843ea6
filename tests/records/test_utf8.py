from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from pil_discovery.records.utf8 import Utf8Check

PIECES = st.lists(
    st.one_of(
        st.text(max_size=6).map(lambda text: text.encode("utf-8")),
        st.binary(max_size=4),
        st.sampled_from(
            [b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\xe6\xb1", b"\xf8"]
        ),
    ),
    max_size=6,
).map(b"".join)


def is_utf8(content):
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@given(PIECES, st.lists(st.integers(0, 30), max_size=5))
@example("汉字".encode(), [1, 2, 3, 4, 5])
@example("汉字".encode()[:-1], [4])
@example("汉".encode("gb18030"), [])
@example(b"", [])
def test_blocks_are_utf8_where_python_decodes_them(content, cuts):
    check = Utf8Check()
    cuts = sorted({0, *(c for c in cuts if c < len(content)), len(content)})
    for start, stop in pairwise(cuts):
        check.add(content[start:stop])
    assert check.is_sound == is_utf8(content)
