import datetime as dt

import pytest

from pil_discovery.text.received import cells_of


@pytest.mark.parametrize(
    ("kind", "text", "cell"),
    [
        ("int8", "123456789012345678", "123456789012345678"),
        ("numeric", "1.50", "1.50"),
        ("bool", "t", True),
        ("bool", "f", False),
        ("date", "2024-02-29", "2024-02-29"),
        ("date", "infinity", "长期"),
        ("timestamp", "infinity", "长期"),
        (
            "timestamptz",
            "2024-01-01 16:00:00+00",
            dt.datetime.fromisoformat("2024-01-02"),
        ),
        (
            "timestamptz",
            "1900-01-01 00:00:00+08:05:43",
            dt.datetime.fromisoformat("1899-12-31T23:54:17"),
        ),
        ("timestamptz", "0044-03-15 00:00:00+00 BC", "0044-03-15 00:00:00+00 BC"),
        ("timestamptz", "infinity", "长期"),
        ("date", "-infinity", "-infinity"),
        ("_text", "{a,b}", "{a,b}"),
        ("jsonb", '{"a": 1.10}', '{"a": 1.10}'),
        ("枚举", "甲", "甲"),
    ],
)
def test_cells_keep_what_the_server_sent(kind, text, cell):
    found = cells_of([text, None], kind)
    assert found[1] is None
    assert found[0] == cell
    assert type(found[0]) is type(cell)
