"""Where a ledger lies: a table of entries and one of heads, both only added to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pil_discovery.procedure.ledger.chain import Head, Row

    Added = tuple[Sequence[Row], Head | None]


class Store(Protocol):
    """A place that keeps rows in order and takes each batch whole or not at all."""

    def read(self) -> tuple[list[Row], list[Head]]:
        """Return all rows in order, and every head that is known.

        Raises
        ------
        LedgerError
            If the place is no ledger or damaged.
        """

    def add(self, make: Callable[[list[Row], list[Head]], Added]) -> None:
        """Add rows and a head, alone among all writers.

        `make` gets what is there and returns what to add (no head: nothing); whatever
        it raises leaves everything as it was. When this returns, the rows are on the
        disk.
        """
