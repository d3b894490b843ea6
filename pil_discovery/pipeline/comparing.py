"""What changes between two versions of a model on one workspace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery.catalog import read_apart
from pil_discovery.errors import ArgumentError, Problem
from pil_discovery.findings import screen, text_key
from pil_discovery.pipeline.guarded import run_model
from pil_discovery.pipeline.single import inputs_for, open_place
from pil_discovery.report.privacy import mask_sentence

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from pil_discovery.findings import Inputs
    from pil_discovery.types import Finding, Model, ModelRun

    Ran = tuple[ModelRun | None, dict[str, Finding]]

_MARKS = {"appears": "+", "vanishes": "-", "changes": "~"}


@dataclass(frozen=True)
class Difference:
    """One row that the two versions see differently.

    Attributes
    ----------
    kind
        `appears` (clear or absent before), `vanishes`, or `changes`.
    notes
        For a change: each field with its value before and after.
    """

    model: str
    kind: str
    key: str
    state: str
    sentence: str
    notes: tuple[str, ...] = ()

    def line(self) -> str:
        """Return the difference as one line."""
        notes = "；".join(self.notes)
        what = f"{self.state}  {notes or self.sentence}"
        return mask_sentence(f"{_MARKS[self.kind]} {self.model}  {self.key}  {what}")


@dataclass(frozen=True)
class Comparison:
    """How the versions of one model ran, and what they see differently."""

    model: str
    old: ModelRun | None
    new: ModelRun | None
    differences: tuple[Difference, ...]


def compare_models(
    old: str | Path,
    new: str | Path,
    workspace: str | Path,
    *,
    as_of: dt.date | None = None,
) -> list[Comparison]:
    """Run two versions of models on a workspace and compare their findings row by row.

    Parameters
    ----------
    old, new
        Model files, which are compared whatever they are called, or folders, whose
        models are paired by id.

    Raises
    ------
    PilError
        If a file or the workspace cannot be used.
    """
    place = open_place(Path(workspace))
    before = _read(Path(old), place.catalog.known)
    after = _read(Path(new), place.catalog.known)
    inputs = inputs_for(place, [*before.values(), *after.values()])
    day = as_of or place.workspace.as_of
    return [
        _compared(name, _run(first, inputs, day), _run(second, inputs, day))
        for name, first, second in _pairs(before, after)
    ]


def _read(path: Path, known: Any) -> dict[str, Model]:  # noqa: ANN401 -- of catalog
    if not path.exists():
        raise ArgumentError(Problem(str(path), "", "没有这个文件或文件夹"))
    return read_apart(path, known)


def _pairs(
    before: dict[str, Model], after: dict[str, Model]
) -> list[tuple[str, Model | None, Model | None]]:
    if len(before) == len(after) == 1:
        (first,), (second,) = before.values(), after.values()
        return [(second.id, first, second)]
    names = sorted({*before, *after})
    return [(name, before.get(name), after.get(name)) for name in names]


def _compared(name: str, old: Ran, new: Ran) -> Comparison:
    (first, before), (second, after) = old, new
    keys = sorted({*before, *after})
    found = (_difference(name, key, before.get(key), after.get(key)) for key in keys)
    return Comparison(name, first, second, tuple(d for d in found if d is not None))


def _run(model: Model | None, inputs: Inputs, day: dt.date) -> Ran:
    if model is None:
        return None, {}
    run, findings = run_model(_screened, (model, inputs, day))
    return run, {text_key(f.key.values()): f for f in findings}


def _screened(job: tuple[Model, Inputs, dt.date]) -> tuple[ModelRun, list[Finding]]:
    model, inputs, day = job
    return screen(model, inputs, as_of=day, personal=True)


def _difference(
    model: str, key: str, old: Finding | None, new: Finding | None
) -> Difference | None:
    if old is None and new is not None:
        return Difference(model, "appears", key, new.state, new.sentence_zh)
    if new is None and old is not None:
        return Difference(model, "vanishes", key, old.state, old.sentence_zh)
    if old is None or new is None:
        return None
    notes = tuple(_changes(old, new))
    if not notes:
        return None
    return Difference(model, "changes", key, new.state, new.sentence_zh, notes)


def _changes(old: Finding, new: Finding) -> Iterator[str]:
    """Yield what a reader would notice: state, amounts, exclusions, subject, dates."""
    if old.state != new.state:
        yield f"状态 {old.state} → {new.state}"
    names = dict.fromkeys((*old.measures, *new.measures))
    values: list[tuple[str, object, object]] = [
        *((n, old.measures.get(n), new.measures.get(n)) for n in names),
        ("所用标准", _rates(old), _rates(new)),
        ("排除", _words(old), _words(new)),
        ("主体", old.subject_name, new.subject_name),
        ("事实日期", old.fact_date, new.fact_date),
        ("缺失", "、".join(old.missing), "、".join(new.missing)),
    ]
    for zh, before, after in values:
        if before != after:
            yield f"{zh} {_shown(before)} → {_shown(after)}"


def _rates(finding: Finding) -> str:
    return "、".join(rate.words() for rate in finding.rates)


def _words(finding: Finding) -> str:
    return "、".join(x.zh for x in finding.exclusions)


def _shown(value: object) -> str:
    return "（无）" if value in (None, "") else str(value)
