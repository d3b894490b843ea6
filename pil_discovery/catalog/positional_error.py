"""`models/positional_error.yaml` → how far the lines of a map may be off, by scale."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pil_discovery.catalog.files import models_folder, once, read_all
from pil_discovery.catalog.nouns import to_noun
from pil_discovery.errors import CatalogError
from pil_discovery.types.vocabulary import ScaleErrors

if TYPE_CHECKING:
    from pathlib import Path

FILE = "positional_error.yaml"


def load_scale_errors(root: Path | None = None) -> ScaleErrors:
    """Load the table.

    Raises
    ------
    CatalogError
        With all mistakes of the file.
    """
    return _scale_errors(root or models_folder())


def error_of_scale(
    scale: int | None, root: Path | None = None
) -> tuple[float, str] | None:
    """Return the one-axis standard deviation for a map scale, with its source.

    The figure of the next coarser scale of the table; None where there is none, which
    means «not known», never zero.

    Parameters
    ----------
    scale
        Denominator of the map scale.
    root
        Folder of models; None takes the installed one.
    """
    if scale is None:
        return None
    table = load_scale_errors(root)
    row = next((r for r in table.scales if scale <= r.scale), None)
    return None if row is None else (row.sigma_m, f"比例尺 1:{scale}，{table.source}")


@once
def _scale_errors(root: Path) -> ScaleErrors:
    documents, problems = read_all(root, [root / FILE])
    if problems:
        raise CatalogError(problems)
    (document,) = documents
    table = to_noun(ScaleErrors, document)
    if any(a.scale >= b.scale for a, b in pairwise(table.scales)):
        raise CatalogError(document.problem(("scales",), "比例尺应从大到小排列"))
    return table
