"""Where a typed step works: tables, pictures, the day, the numbers of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.findings.settings import Setting
from pil_discovery.findings.tiles import in_turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.findings.name_links import Linker
    from pil_discovery.findings.relations import Relations
    from pil_discovery.findings.tiles import Solver
    from pil_discovery.types import Image


@dataclass(frozen=True, kw_only=True)
class Room(Setting):
    """A setting with the tables so far and the pictures.

    Attributes
    ----------
    solver
        Who solves the parts of a large overlay.
    linker
        Who links names.
    """

    relations: Relations
    images: Sequence[Image]
    solver: Solver = in_turn
    linker: Linker | None = None

    def setting(self) -> Setting:
        """Return what another process needs to solve a part of a step."""
        return Setting(
            file=self.file,
            as_of=self.as_of,
            parameters=self.parameters,
            doubtful=self.doubtful,
        )
