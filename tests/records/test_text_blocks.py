import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.errors import ReadError
from pil_discovery.records.block_rows import Block
from pil_discovery.records.text_blocks import read_blocks, whole_lines


def by_the_csv_module(text):
    """Rows and first lines as the csv module alone reads them; None = refused."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=",", strict=True)
    rows, lines, start = [], [], 1
    try:
        for row in reader:
            rows.append(tuple(row))
            lines.append(start)
            start = reader.line_num + 1
    except csv.Error:
        return None
    return rows, lines


def by_blocks(text, size):
    content = text.encode()
    chunks = [content[at : at + size] for at in range(0, len(content), size)]
    try:
        rows, lines = read_blocks(chunks, ",", "f")
    except ReadError:
        return None
    return list(rows), list(lines)


MARKS = [",", ",,", "\n", "\r\n", "\r", '"', '""', '"a,b"', '"x\ny"', " ", "\ufeff"]
PIECES = st.sampled_from([*MARKS, "a", "合同", "a,b\n"])


@given(st.lists(PIECES, max_size=30).map("".join), st.integers(1, 40))
def test_blocks_read_what_the_csv_module_reads(text, size):
    assert by_blocks(text, size) == by_the_csv_module(text)


FIELD = st.sampled_from(["", "a", "合同", "a,b", 'say "so"', '"', " x ", "1"])
EVEN = st.lists(st.tuples(FIELD, FIELD, FIELD), min_size=1, max_size=12)


@given(
    EVEN,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(5, 60),
)
def test_even_rows_are_kept_in_columns(rows, newline, quoting, size):
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=newline, quoting=quoting).writerows(rows)
    content = out.getvalue().encode()
    chunks = [content[at : at + size] for at in range(0, len(content), size)]
    found, lines = read_blocks(chunks, ",", "f")
    assert list(found) == rows
    assert lines == range(1, len(rows) + 1)
    assert all(isinstance(block, Block) for block in found.blocks)


def test_a_record_over_two_blocks_keeps_its_line():
    text = 'a,b\n1,"x\ny"\n2,z\n'
    rows, lines = read_blocks([text[:9].encode(), text[9:].encode()], ",", "f")
    assert list(rows) == [("a", "b"), ("1", "x\ny"), ("2", "z")]
    assert list(lines) == [1, 2, 4]


def test_long_runs_between_odd_rows_are_kept_in_columns():
    lines = [f"{n},x" for n in range(200)]
    lines[50] = "50"
    rows, numbers = read_blocks(["\n".join([*lines, ""]).encode()], ",", "f")
    kinds = [isinstance(block, Block) for block in rows.blocks]
    assert kinds == [False, True]
    assert rows[50] == ("50",)
    assert rows[199] == ("199", "x")
    assert numbers[199] == 200


def test_the_line_of_an_unpaired_quote_in_a_later_block():
    chunks = [b"a,b\n1,2\n", b'3,"4\n5,6\n', b"7,8\n"]
    with pytest.raises(ReadError, match=r"第3行.*引号"):
        read_blocks(chunks, ",", "f")


def test_a_field_of_more_than_16_mib_is_refused():
    with pytest.raises(ReadError, match="第2行"):
        read_blocks([b"a,b\n", b"x" * (2**24 + 1) + b",1\n"], ",", "f")


@given(st.binary(max_size=60), st.integers(1, 20))
def test_whole_lines_lose_nothing(content, size):
    chunks = [content[at : at + size] for at in range(0, len(content), size)]
    blocks = list(whole_lines(chunks))
    assert b"".join(blocks) == content
    assert all(block.endswith((b"\n", b"\r")) for block in blocks[:-1])


def test_a_large_text_keeps_the_order_of_its_rows():
    """Rows of another width and rows over two lines stand among those in a file."""
    pieces = [f"{n},{'合同' * 40},x\n" for n in range(160_000)]
    for at in (3, 90_000, 150_000):
        pieces[at] = f'{at},"两行\n之间",x\n'
    pieces[120_000] = "120000,短\n"
    text = "".join(pieces)
    assert len(text.encode()) > 2**24
    found, lines = by_blocks(text, 2**20)
    assert [row[0] for row in found] == list(map(str, range(160_000)))
    assert (found, lines) == by_the_csv_module(text)
