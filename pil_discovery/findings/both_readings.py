"""What is only half known is read both ways, and a state must hold in all readings.

Partial dates are read by their first and by their last day; zones of which it is half
known whether they were in force are taken in and left out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from pil_discovery.findings.inputs import has_partial_dates
from pil_discovery.findings.population import Evaluation, evaluate
from pil_discovery.findings.relations import Relations, quoted
from pil_discovery.findings.rooms import Room

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa

    from pil_discovery.findings.inputs import Inputs
    from pil_discovery.types import Image, Model, StepRun

Key = tuple[Any, ...]

_SO_FAR = "_so_far"
DATES, ZONES = "dates", "zones"


@dataclass(frozen=True)
class Assumption:
    """One way to read what is only half known.

    Attributes
    ----------
    why
        What is read the other way than at first.
    late
        Whether a partial date stands for its last possible day (else its first).
    doubtful
        Whether zones count of which it is half known whether they were in force.
    """

    why: str = ""
    late: bool = False
    doubtful: bool = True


FIRST = Assumption()


def further_assumptions(
    model: Model, inputs: Inputs, steps: Iterable[StepRun]
) -> list[Assumption]:
    """Return how else to read a model whose first reading gave these steps."""
    found = []
    if has_partial_dates(model, inputs):
        found.append(Assumption(DATES, late=True))
    if any(step.doubtful for step in steps):
        found.append(Assumption(ZONES, doubtful=False))
    return found


def evaluate_model(
    model: Model,
    inputs: Inputs,
    images: Sequence[Image],
    *,
    as_of: dt.date,
    parameters: Mapping[str, Any],
) -> Evaluation:
    """Run a model; make unknown what partial dates or half-known terms leave open.

    Raises
    ------
    ModelError
        If the SQL, a step or the columns of the population are not as declared.
    """
    values = {**parameters, "as_of": as_of}

    def room(relations: Relations, assumed: Assumption) -> Room:
        return Room(
            file=model.place,
            relations=relations,
            images=images,
            as_of=as_of,
            parameters=values,
            doubtful=assumed.doubtful,
            solver=inputs.solver,
            linker=inputs.linker,
        )

    with Relations(model.id, values, file=model.place) as relations:
        first = evaluate(model, inputs, room(relations, FIRST), late=False)
        others = further_assumptions(model, inputs, first.steps)
        if not others:
            return first
        states = _states(model, relations)
    readings = [first]
    for assumed in others:
        with Relations(model.id, values, file=model.place) as relations:
            here = room(relations, assumed)
            readings.append(evaluate(model, inputs, here, late=assumed.late))
            relations.load(_SO_FAR, states)
            states = _compared(model, relations, assumed.why)
    return _reconciled(model, readings, states)


def _states(model: Model, relations: Relations) -> pa.Table:
    """Return the key of every candidate, its state, and why it is open."""
    keys = ", ".join(quoted(k) for k in model.population.key)
    return relations.select(f"SELECT {keys}, _state, '' AS _why FROM _judged")


def _compared(model: Model, relations: Relations, why: str) -> pa.Table:
    """Return the states so far, with those open on which this reading differs.

    A candidate that only one reading has was clear to the other one.
    """
    names = [quoted(k) for k in model.population.key]
    keys = ", ".join(f"coalesce(l.{k}, e.{k}) AS {k}" for k in names)
    equal = " AND ".join(f"l.{k} IS NOT DISTINCT FROM e.{k}" for k in names)
    earlier, later = (f"coalesce({r}._state, 'clear')" for r in "el")
    return relations.select(
        f"SELECT {keys}, {earlier} AS _state, coalesce(e._why, '') || "
        f"CASE WHEN {earlier} <> {later} THEN '{why} ' ELSE '' END AS _why "
        f"FROM {_SO_FAR} e FULL JOIN _judged l ON {equal}"
    )


def _reconciled(
    model: Model, readings: Sequence[Evaluation], states: pa.Table
) -> Evaluation:
    """Keep what all readings say, the rows of the first; the rest is unknown."""
    names = model.population.key
    rows = {
        tuple(row[n] for n in names): row
        for reading in reversed(readings)
        for row in reading.rows
    }
    loose = pc.or_(
        pc.not_equal(states["_state"], "clear"), pc.not_equal(states["_why"], "")
    )
    open_ones = states.filter(loose)
    keys = [open_ones[n].to_pylist() for n in names]
    why = open_ones["_why"].to_pylist()
    told = dict(zip(zip(*keys, strict=True), why, strict=True))
    reported = [
        {**rows[key], **_torn(told[key])} for key in sorted(told, key=_sortable)
    ]
    counts = Counter(row["_state"] for row in reported)
    counts["clear"] += len(states) - len(open_ones)
    return Evaluation(reported, counts, readings[0].steps)


def _torn(why: str) -> dict[str, Any]:
    """Return what a row takes on where the readings differ."""
    return {"_state": "unknown", "_torn": tuple(why.split())} if why else {}


def _sortable(key: Key) -> tuple[tuple[bool, str, Any], ...]:
    return tuple((v is None, type(v).__name__, v if v is not None else 0) for v in key)
