"""A mistake of a model: where in its file, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import dataclass

Loc = tuple[int | str, ...]
"""The way to a field of a file: ("steps", 0, "sql")."""


@dataclass(frozen=True)
class Fault:
    """One mistake; the file is named by whoever read it."""

    loc: Loc
    what: str
    remedy: str = ""

    @property
    def field(self) -> str:
        """The place as one word: `steps.0.sql`."""
        return ".".join(map(str, self.loc))
