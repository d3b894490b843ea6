"""What a score may rest on: the columns of a register and the part each plays."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pil_discovery.types.base import Noun


def _listed(value: Any) -> Any:  # noqa: ANN401 -- whatever the caller wrote
    return (value,) if isinstance(value, str) else value


Columns = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class ScorerSpec(Noun):
    """Columns of a register of checks, one row a check, and the part each plays.

    Attributes
    ----------
    target
        Outcome of the check: truth values or counts, above zero is confirmed; a
        missing value is a check without an outcome (or none yet).
    time
        Day of the check.
    entity
        Who was checked: a licence or credit code.
    place
        Where: town, postcode, water function zone. Recent rates of each are features.
    category
        What kind: trade, risk class. Their recent rates are features.
    numeric
        Numbers and truth values known before the check, used as they are.
    outcomes
        Further numbers that the check itself brings out (serious faults, fines). They
        are not known before it, so only their values at earlier checks are used.
    monotone
        Numeric column → 1 or −1, where more can only raise or only lower the score.
    process
        Who inspected, who reported, through which channel. Never used for ranking,
        only for the baseline that tells how much such a column alone would explain.
    """

    target: str
    time: str
    entity: str
    place: Columns = ()
    category: Columns = ()
    numeric: Columns = ()
    outcomes: Columns = ()
    monotone: dict[str, Literal[-1, 1]] = Field(default_factory=dict)
    process: Columns = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """Columns whose past rates are features."""
        return (*self.place, *self.category)

    @property
    def ranking(self) -> tuple[str, ...]:
        """Columns that the ranking reads, the outcome and the day apart."""
        return (self.entity, *self.groups, *self.numeric, *self.outcomes)
