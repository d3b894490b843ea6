"""What a database answered, before anything is interpreted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pil_discovery.types.sources import Inference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pil_discovery.types.sources import Part

    Received = tuple[str | None, ...]
    Line = bytes  # a field of the noun has this name


@dataclass(frozen=True)
class Answer:
    """The rows of one query, in an order that does not depend on the server.

    A query without ORDER BY has no order. The rows are therefore sorted by the bytes
    of their line in `lines`, and a row is numbered by its place in this order, from 1.

    Attributes
    ----------
    file
        The name of the query in reports; no password is in it.
    query
        The question as it was put.
    headers, kinds
        Name and PostgreSQL type of every column.
    rows
        One text per column, as the server sends it (time zone UTC, ISO dates); None is
        NULL.
    sha256, bytes
        Of `lines`.
    systems
        SRID of the geometries → EPSG code or WKT, as `spatial_ref_sys` has it.
    """

    file: str
    query: str
    headers: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: Sequence[Received]
    sha256: str
    bytes: int
    systems: Mapping[int, str] = field(default_factory=dict)

    driver: str = "PostgreSQL"
    parts: tuple[Part, ...] = ()

    @property
    def notes(self) -> list[Inference]:
        """What was asked, and how the rows are numbered."""
        order = "按每行内容的字节排序后编号，与查询返回的先后无关"
        return [
            Inference(what="查询", value=self.query, why="工作区写明"),
            Inference(what="行号", value=f"共 {len(self.rows)} 行", why=order),
        ]

    def lines(self) -> Iterator[Line]:
        """Yield the answer as JSON lines: the column names, then the rows."""
        yield line_of(self.headers)
        yield from map(line_of, self.rows)


def line_of(row: Sequence[str | None]) -> bytes:
    r"""Return one row as a line of UTF-8: a JSON array without blanks, and a line feed.

    >>> line_of(("甲1", None)).decode()
    '["甲1",null]\n'
    """
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n".encode()
