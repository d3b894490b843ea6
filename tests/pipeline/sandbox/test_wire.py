"""Messages arrive as they were sent, and broken ones are noticed."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.pipeline.sandbox.wire import Message, receive, send

PLAIN = st.none() | st.booleans() | st.integers() | st.text()


def sent(message):
    stream = io.BytesIO()
    send(stream, message)
    return stream.getvalue()


@given(
    st.dictionaries(st.text().filter(lambda n: n != "blocks"), PLAIN),
    st.lists(st.binary()),
)
def test_a_message_arrives_as_it_was_sent(head, blocks):
    stream = io.BytesIO(sent(Message(head, blocks)) * 2)
    for _ in range(2):
        found = receive(stream)
        assert found.head == head
        assert [bytes(b) for b in found.blocks] == blocks
    assert receive(stream) is None


@given(st.data())
def test_a_message_that_ends_early_is_none(data):
    whole = sent(Message({"state": "done"}, [b"abc", b"defgh"]))
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert receive(io.BytesIO(whole[:cut])) is None


@pytest.mark.parametrize(
    "content",
    [b"\xff" * 16, sent(Message({}))[:8] + b"[1]  " * 9, b"\x02" + b"\0" * 7 + b"{]"],
)
def test_a_message_that_makes_no_sense_is_refused(content):
    with pytest.raises(ValueError, match=r"."):
        receive(io.BytesIO(content))
