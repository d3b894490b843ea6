"""Who links names in a scan: the rules of `pil.link`, and what people decided."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pil_discovery.findings.name_links import Identified
    from pil_discovery.types import Dataset
    from pil_discovery.types.linking import Review
    from pil_discovery.types.steps import Match


@cache
def places() -> frozenset[str]:
    """Return the names of all divisions, full and short."""
    from pil_discovery.catalog.divisions import load_divisions
    from pil_discovery.text.divisions import region_words

    return region_words(load_divisions())


@dataclass(frozen=True)
class NameLinker:
    """Links names by the rules of `pil.link`, with what people decided before.

    Attributes
    ----------
    reviews
        Decisions about pairs, oldest first.
    """

    reviews: tuple[Review, ...] = ()

    def identify(
        self, frames: Mapping[str, pd.DataFrame], datasets: Mapping[str, Dataset]
    ) -> Identified:
        """Add to the rows of all registers who their parties are."""
        from pil_discovery.pipeline.identities import identified

        return identified(frames, datasets, places=places(), reviews=self.reviews)

    def match(
        self, left: pd.DataFrame, right: pd.DataFrame, spec: Match
    ) -> pd.DataFrame:
        """Return what `pil.link` links or leaves open, and `is_exact`."""
        from pil_discovery.pipeline.linking import link_compatible

        columns = {n: getattr(spec, n) for n in ("name", "code", "region", "address")}
        found = link_compatible(left, right, columns, places=places())
        return found.assign(is_exact=_is_exact(found, (left, right), spec))


def _is_exact(
    found: pd.DataFrame, tables: tuple[pd.DataFrame, pd.DataFrame], spec: Match
) -> list[bool]:
    """Tell which links rest on a code or on the same full name."""
    from pil_discovery.subjects.judging import CODE_SAME
    from pil_discovery.text.names import normalise_name

    names = [
        table[column].reindex(found[side]).astype("string").fillna("")
        for table, column, side in zip(
            tables, spec.name, ("left", "right"), strict=True
        )
    ]
    return [
        chance >= CODE_SAME
        or (decision == "same" and normalise_name(a) == normalise_name(b))
        for chance, decision, a, b in zip(
            found["probability"], found["decision"], *names, strict=True
        )
    ]
