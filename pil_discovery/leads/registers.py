"""Which office keeps a data set, and how readers call it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pil_discovery.types import Dataset


@dataclass(frozen=True)
class Registers:
    """The data sets by id; one that is not described stands for itself."""

    datasets: Mapping[str, Dataset] = field(default_factory=dict)

    def title(self, name: str) -> str:
        """Return «Chinese title（id）», or the id alone."""
        known = self.datasets.get(name)
        return name if known is None else f"{known.title.zh}（{name}）"

    def holders(self, names: Iterable[str]) -> set[str]:
        """Return the offices that keep these data sets.

        Two tables of one office are one witness: a contract and its payment plan come
        from the same hand.
        """
        return {
            name if (known := self.datasets.get(name)) is None else known.holder
            for name in names
        }
