"""A layer whose place cannot be told, with what its numbers look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.errors import CrsError
from pil_discovery.geo.axes import likely_systems, propose_crs
from pil_discovery.geo.references import is_known
from pil_discovery.types.sources import Suggestion

if TYPE_CHECKING:
    from pil_discovery.geo.references import Points
    from pil_discovery.types import Dataset


class UnplacedError(CrsError):
    """A layer without a usable system; its data set is known all the same.

    `named` is the system that the workspace or the file states, where it does.
    """

    def __init__(
        self,
        error: CrsError,
        dataset: Dataset | None,
        points: Points,
        named: str | None,
    ) -> None:
        super().__init__(error.problems)
        self.dataset = dataset
        refused = named is not None and is_known(named)
        self.suggestions = (_ask(error) if refused else suggest_crs(points),)


def _ask(error: CrsError) -> Suggestion:
    """Ask for the right system of a layer whose own one is refused.

    A guess from the numbers would overrule Xi'an 1980 by CGCS2000, some 100 m off.
    """
    why = "；".join(p.what for p in error.problems)
    return Suggestion(key="crs", value="?", why=why, asks=True)


def suggest_crs(points: Points) -> Suggestion:
    """Say which systems coordinates (n, 2) could be in; the user decides."""
    systems = " 或 ".join(likely_systems(points)) or "?"
    return Suggestion(key="crs", value=systems, why=propose_crs(points), asks=True)
