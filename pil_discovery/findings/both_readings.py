"""Partial dates are read twice, by first and by last day, and both must agree."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pil_discovery.findings.inputs import has_partial_dates
from pil_discovery.findings.population import Evaluation, evaluate
from pil_discovery.findings.relations import Relations, quoted
from pil_discovery.findings.steps import Room

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pil_discovery.findings.inputs import Inputs
    from pil_discovery.types import Image, Model

Key = tuple[Any, ...]

_EARLIER = "_earlier"


def evaluate_model(
    model: Model,
    inputs: Inputs,
    images: Sequence[Image],
    *,
    as_of: dt.date,
    parameters: Mapping[str, Any],
) -> Evaluation:
    """Run a model; make unknown what a partial date leaves open.

    Raises
    ------
    ModelError
        If the SQL, a step or the columns of the population are not as declared.
    """
    values = {**parameters, "as_of": as_of}

    def room(relations: Relations) -> Room:
        return Room(model.place, relations, images, as_of, values)

    with Relations(model.id, values, file=model.place) as relations:
        first = evaluate(model, inputs, room(relations), late=False)
        if not has_partial_dates(model, inputs):
            return first
        states = _states(model, relations)
    with Relations(model.id, values, file=model.place) as relations:
        last = evaluate(model, inputs, room(relations), late=True)
        relations.load(_EARLIER, states)
        pairs, both_clear = _compared(model, relations)
    return _reconciled(model, (first, last), pairs, both_clear)


def _states(model: Model, relations: Relations) -> pa.Table:
    """Return the key of every candidate and its state."""
    keys = ", ".join(quoted(k) for k in model.population.key)
    return relations.select(f"SELECT {keys}, _state FROM _judged")


def _compared(
    model: Model, relations: Relations
) -> tuple[dict[Key, tuple[str | None, str | None]], int]:
    """Return the first and last state by key, and how many neither reading reports.

    A state is None where only the other reading has the candidate.
    """
    names = [quoted(k) for k in model.population.key]
    keys = ", ".join(f"coalesce(l.{k}, e.{k}) AS {k}" for k in names)
    equal = " AND ".join(f"l.{k} IS NOT DISTINCT FROM e.{k}" for k in names)
    joined = f"FROM {_EARLIER} e FULL JOIN _judged l ON {equal}"
    clear = " AND ".join(f"coalesce({r}._state, 'clear') = 'clear'" for r in "el")
    rows = relations.select(
        f"SELECT {keys}, e._state AS _first, l._state AS _last {joined} "
        f"WHERE NOT ({clear})"
    )
    count = relations.select(f"SELECT count(*) AS n {joined} WHERE {clear}")
    *found, first, last = (column.to_pylist() for column in rows.columns)
    pairs = zip(first, last, strict=True)
    return dict(zip(zip(*found, strict=True), pairs, strict=True)), int(
        count["n"][0].as_py()
    )


def _reconciled(
    model: Model,
    readings: tuple[Evaluation, Evaluation],
    pairs: Mapping[Key, tuple[str | None, str | None]],
    both_clear: int,
) -> Evaluation:
    """Keep what both readings say, the rows of the first; the rest is unknown."""
    first, last = readings
    names = model.population.key
    rows = {
        tuple(row[n] for n in names): row
        for reading in (last, first)
        for row in reading.rows
    }
    reported = [
        {**rows[key], **_torn(pairs[key])} for key in sorted(pairs, key=_sortable)
    ]
    counts = Counter(row["_state"] for row in reported)
    counts["clear"] += both_clear
    return Evaluation(reported, counts, first.steps)


def _torn(states: tuple[str | None, str | None]) -> dict[str, Any]:
    """Return what a row takes on where the readings differ."""
    return {} if states[0] == states[1] else {"_state": "unknown", "_torn": True}


def _sortable(key: Key) -> tuple[tuple[bool, str, Any], ...]:
    return tuple((v is None, type(v).__name__, v if v is not None else 0) for v in key)
