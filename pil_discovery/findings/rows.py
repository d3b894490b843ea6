"""The row of a population that a reader means: by its key, or by its finding."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import ModelError, Problem
from pil_discovery.findings.examples import text_key
from pil_discovery.findings.relations import quoted
from pil_discovery.findings.screening import finding_id, scalar

if TYPE_CHECKING:
    from pil_discovery.findings.relations import Relations
    from pil_discovery.types import Model

NUMBERED = "_numbered"
"""The judged rows with their number `_n` in the order of the key."""

_FINDING_ID = re.compile(r"[0-9a-f]{24}")
_MOST_COMPARED = 10_000


def number_rows(model: Model, relations: Relations) -> None:
    """Keep the judged rows under `NUMBERED`."""
    keys = ", ".join(quoted(k) for k in model.population.key)
    sql = f"SELECT *, row_number() OVER (ORDER BY {keys}) AS _n FROM _judged"
    relations.create(NUMBERED, sql, "explain")


def find_row(model: Model, relations: Relations, row: str) -> int | None:
    """Return the number of the row of a key, or of the finding of an id."""
    names = model.population.key
    if _FINDING_ID.fullmatch(row):
        listed = ", ".join(quoted(k) for k in names)
        rows = relations.select(f"SELECT _n, {listed} FROM {NUMBERED}").to_pylist()
        ids = {finding_id(model.id, {k: scalar(r[k]) for k in names}): r for r in rows}
        if row in ids:
            return int(ids[row]["_n"])
    wanted = _key_of(model, row)
    kinds = relations.columns(NUMBERED)
    tests = " AND ".join(
        f"({quoted(k)} = TRY_CAST({_literal(v)} AS {kinds[k]})"
        + (f" OR {quoted(k)} IS NULL)" if v == "" else ")")
        for k, v in zip(names, wanted, strict=True)
    )
    rows = relations.select(f"SELECT min(_n) AS n FROM {NUMBERED} WHERE {tests}")
    number = rows["n"][0].as_py()
    return None if number is None else int(number)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _key_of(model: Model, row: str) -> list[str]:
    names = model.population.key
    if row.lstrip().startswith("{"):
        values = _json_key(row)
        if set(values) == set(names):
            return ["" if values[n] is None else str(values[n]) for n in names]
    parts = row.split("|")
    if len(parts) == len(names):
        return parts
    if len(names) == 1:
        return [row]
    what = f"主键有 {len(names)} 个值，写成：{'|'.join(names)}"
    raise ModelError(Problem("", "", what, f"给出的是：{row}"))


def _json_key(row: str) -> dict[str, Any]:
    try:
        value = json.loads(row)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def near_rows(model: Model, relations: Relations, row: str) -> list[str]:
    """Return up to three keys that are written much like one that is not there."""
    keys = ", ".join(quoted(k) for k in model.population.key)
    rows = relations.select(
        f"SELECT {keys} FROM {NUMBERED} ORDER BY _n LIMIT {_MOST_COMPARED}"
    )
    texts = [text_key(map(scalar, r.values())) for r in rows.to_pylist()]
    return difflib.get_close_matches(row, texts, n=3, cutoff=0.4)
