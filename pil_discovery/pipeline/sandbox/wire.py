"""How a request and its answer pass between two processes: JSON and Arrow, no pickle.

A message is a length (8 bytes, little-endian), a JSON head of that length, and as many
blocks as the head says under `blocks`, each a length and its bytes. What a worker sends
back is data only: whatever a hostile file did to the worker, nothing in an answer can
run in the process that reads it. Large blocks go through a file of the process that
receives them, so that it need not hold them.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, runtime_checkable

import numpy as np

from pil_discovery.text.mapped import mapped_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_LENGTH = struct.Struct("<Q")
_MOST_HEAD = 2**32
_STEP = 2**20


@dataclass(frozen=True)
class Message:
    """A JSON head and its blocks of bytes."""

    head: Mapping[str, Any]
    blocks: Sequence[Any] = ()


@runtime_checkable
class Writing(Protocol):
    """A block that is never whole in memory: it writes itself."""

    def __len__(self) -> int:
        """Return the number of its bytes."""

    def write(self, stream: BinaryIO) -> None:
        """Write exactly so many."""


def send(stream: BinaryIO, message: Message) -> None:
    """Write a message; blocks are anything with a buffer, or write themselves."""
    head = json.dumps({**message.head, "blocks": len(message.blocks)}).encode()
    stream.write(_LENGTH.pack(len(head)))
    stream.write(head)
    for block in message.blocks:
        if isinstance(block, Writing):
            stream.write(_LENGTH.pack(len(block)))
            block.write(stream)
        else:
            view = memoryview(block)
            view = view.cast("B") if view.nbytes else memoryview(b"")
            stream.write(_LENGTH.pack(len(view)))
            stream.write(view)
    stream.flush()


def receive(stream: BinaryIO) -> Message | None:
    """Read a message; None when the other side has gone.

    Raises
    ------
    ValueError
        When the head is absurdly long or no JSON object.
    ReadError
        When a large block finds no room in the folder for temporary files.
    """
    head = _part(stream)
    if head is None:
        return None
    told = json.loads(bytes(head))
    if not isinstance(told, dict):
        raise ValueError("message without a head")  # noqa: TRY004 - a malformed value
    blocks = []
    for _ in range(int(told.pop("blocks", 0))):
        block = _part(stream)
        if block is None:
            return None
        blocks.append(block)
    return Message(told, blocks)


def _part(stream: BinaryIO) -> memoryview | None:
    size = _filled(stream, _LENGTH.size)
    if size is None:
        return None
    (length,) = _LENGTH.unpack(size)
    if length > _MOST_HEAD:
        raise ValueError("message too long")
    return _filled(stream, length)


def _filled(stream: BinaryIO, length: int) -> memoryview | None:
    """Read exactly so many bytes; None when the stream ends before."""
    whole = mapped_bytes(_arriving(stream, length), length)
    return whole if len(whole) == length else None


def _arriving(stream: BinaryIO, length: int) -> Iterator[memoryview]:
    """Yield so many bytes as they come, fewer when the stream ends before."""
    step = np.empty(min(length, _STEP), dtype=np.uint8).data
    while length:
        count = stream.readinto(step[:length])  # type: ignore[attr-defined]
        if not count:
            return
        yield step[:count]
        length -= count
