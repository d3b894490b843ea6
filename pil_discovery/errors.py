"""Errors that a prosecutor reads: what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in one place, with its remedy.

    Attributes
    ----------
    file
        File (or folder) that holds the mistake, relative where possible.
    where
        Place inside the file: field path, or sheet, row and column in words.
    what
        What is wrong and what was expected.
    remedy
        What the reader should do; may be empty.
    """

    file: str
    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}：{self.where}" if self.where else self.file
        fix = f"；{self.remedy}" if self.remedy else ""
        return f"{place}：{self.what}{fix}"


class PilError(Exception):
    """Root of all errors of this library; carries every problem found at once."""

    exit_code = 2

    def __init__(self, problems: str | Problem | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = [Problem("", "", problems)]
        elif isinstance(problems, Problem):
            problems = [problems]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(_sentence(p) for p in self.problems))


def _sentence(problem: Problem) -> str:
    if problem.file:
        return str(problem)
    fix = f"；{problem.remedy}" if problem.remedy else ""
    return f"{problem.what}{fix}"


class ArgumentError(PilError, ValueError):
    """An argument has a value that the function cannot use."""


class CatalogError(PilError):
    """A file below `models/` does not hold what its format asks for."""


class WorkspaceError(PilError):
    """`pil.yaml` or the folder around it cannot be used."""


class ReadError(PilError):
    """A source file cannot be read as what it claims to be."""


class CrsError(PilError):
    """A coordinate system is missing, unknown, or not transformable safely."""


class GeometryError(PilError):
    """A geometry cannot take part in a measurement."""


class ImageError(PilError):
    """A picture cannot be used as evidence."""


class ModelError(PilError):
    """A screening model cannot run as written."""


class StoppedError(ModelError):
    """A screening model was stopped: it took too much time, memory or rows."""


class ClusterError(PilError):
    """A cluster cannot be reached, or its processes would not give the same results."""


class LawError(PilError):
    """A legal basis or a deadline was asked for that the data do not know."""


class BundleError(PilError):
    """An evidence bundle cannot be built or is not what it claims to be."""


class LedgerError(PilError):
    """A ledger of cases, or a package, no longer holds what was recorded."""

    exit_code = 1


class GateError(PilError):
    """A precondition of the procedure is not met."""

    exit_code = 3


def near_names(name: str, known: Iterable[str]) -> str:
    """Return «是不是「…」？» for the known names nearest to a wrong one, or nothing."""
    import difflib

    found = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    return "是不是" + "、".join(f"「{n}」" for n in found) + "？" if found else ""
