"""A layer whose place cannot be told, with what its numbers look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.errors import CrsError
from pil_discovery.geo.axes import likely_systems, propose_crs
from pil_discovery.types.sources import Suggestion

if TYPE_CHECKING:
    from pil_discovery.geo.references import Points
    from pil_discovery.types import Dataset


class UnplacedError(CrsError):
    """A layer without a usable system; its data set is known all the same."""

    def __init__(
        self, error: CrsError, dataset: Dataset | None, points: Points
    ) -> None:
        super().__init__(error.problems)
        self.dataset = dataset
        self.suggestions = (suggest_crs(points),)


def suggest_crs(points: Points) -> Suggestion:
    """Say which systems coordinates (n, 2) could be in; the user decides."""
    systems = " 或 ".join(likely_systems(points)) or "?"
    return Suggestion(key="crs", value=systems, why=propose_crs(points), asks=True)
