"""Whether the examples of a model notice when its rule is changed.

A model whose comparison can be flipped, whose exclusion can be dropped or whose
threshold can be moved without any example failing is not tested at that place. After
mutation testing of programs (DeMillo, Lipton, Sayward 1978).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.errors import PilError
from pil_discovery.findings.example_pictures import Gallery
from pil_discovery.findings.examples import run_example
from pil_discovery.findings.givens import Givens
from pil_discovery.types.steps import SqlStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pil_discovery.findings.name_links import Linker
    from pil_discovery.types import Dataset, Example, Model

_LITERALS = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL
)
_COMPARISON = re.compile(r"(?<![<>=!:\-|])(>=|<=|<>|!=|=|>|<)(?![<>=|])")
_FLIPPED = {
    ">=": ">",
    ">": ">=",
    "<=": "<",
    "<": "<=",
    "=": "<>",
    "<>": "=",
    "!=": "=",
}
_SHIFTS = (0.5, 1.5)


@dataclass(frozen=True)
class Mutant:
    """A model with one change; `where` and `change` say which."""

    where: str
    change: str
    model: Model


@dataclass(frozen=True)
class MutationScore:
    """How many mutants the examples of a model noticed.

    `survivors` are (where, change) of those that no example noticed. `failing` are the
    names of examples that fail on the model as it is: they would fail on every mutant,
    so nothing was changed.
    """

    model: str
    mutants: int
    survivors: tuple[tuple[str, str], ...]
    failing: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """Noticed mutants / all; 1 with nothing to change, None where examples fail."""
        if self.failing:
            return None
        found = self.mutants - len(self.survivors)
        return found / self.mutants if self.mutants else 1.0


def score(
    model: Model, datasets: Mapping[str, Dataset], *, linker: Linker | None = None
) -> MutationScore:
    """Run the examples against every mutant, each up to the first that fails.

    All examples must pass on the model itself before it is changed.
    """
    givens = Givens(model, model.examples, datasets, linker)
    with Gallery() as gallery:

        def fails(changed: Model, example: Example) -> bool:
            try:
                return not run_example(
                    changed, example, datasets, gallery, givens=givens, linker=linker
                ).passed
            except (PilError, ValueError, ArithmeticError):  # an absurd rule, too
                return True

        failing = tuple(e.name for e in model.examples if fails(model, e))
        if failing:
            return MutationScore(model.id, 0, (), failing)
        mutants = list(mutants_of(model))
        order = list(model.examples)
        survivors = tuple(
            (m.where, m.change) for m in mutants if not _noticed(m.model, order, fails)
        )
    return MutationScore(model.id, len(mutants), survivors)


def _noticed(
    model: Model, order: list[Example], fails: Callable[[Model, Example], bool]
) -> bool:
    """Tell whether an example fails, and put it first: the next change is near."""
    for place, example in enumerate(order):
        if fails(model, example):
            order.insert(0, order.pop(place))
            return True
    return False


def mutants_of(model: Model) -> Iterator[Mutant]:
    """Yield the model with each comparison flipped, exclusion dropped, number moved.

    A flip moves a limit onto its other side (`>=` becomes `>`) or negates an equality.
    Numbers move by half of their value in both directions, zero to one.
    """
    yield from _flips_in_steps(model)
    yield from _flips_in_population(model)
    yield from _exclusions(model)
    yield from _rules(model)
    yield from _parameters(model)


def _flips_in_steps(model: Model) -> Iterator[Mutant]:
    for number, step in enumerate(model.steps):
        if isinstance(step, SqlStep):
            for words, sql in flips(step.sql):
                changed = step.model_copy(update={"sql": sql})
                steps = (*model.steps[:number], changed, *model.steps[number + 1 :])
                whole = model.model_copy(update={"steps": steps})
                yield Mutant(f"steps.{step.table}", words, whole)


def _flips_in_population(model: Model) -> Iterator[Mutant]:
    for words, sql in flips(model.population.sql):
        population = model.population.model_copy(update={"sql": sql})
        whole = model.model_copy(update={"population": population})
        yield Mutant("population", words, whole)


def _exclusions(model: Model) -> Iterator[Mutant]:
    for number, exclusion in enumerate(model.exclusions):
        before, after = model.exclusions[:number], model.exclusions[number + 1 :]
        where = f"exclusions.{number}"
        whole = model.model_copy(update={"exclusions": (*before, *after)})
        yield Mutant(where, f"去掉：{exclusion.zh}", whole)
        for words, when in flips(exclusion.when):
            changed = exclusion.model_copy(update={"when": when})
            whole = model.model_copy(update={"exclusions": (*before, changed, *after)})
            yield Mutant(where, words, whole)


def _rules(model: Model) -> Iterator[Mutant]:
    """Yield the model with a rule cited always, or on the other side of its limit."""
    for rule, condition in model.basis_when.items():
        where = f"basis_when.{rule}"
        for words, when in (("总是适用", "TRUE"), *flips(condition)):
            changed = {**model.basis_when, rule: when}
            whole = model.model_copy(update={"basis_when": changed})
            yield Mutant(where, words, whole)


def _parameters(model: Model) -> Iterator[Mutant]:
    for name, parameter in model.parameters.items():
        value = parameter.value
        if isinstance(value, bool | str):
            continue
        moved = [value * s for s in _SHIFTS] if value else [1]
        for other in moved:
            kept = round(other) if isinstance(value, int) else other
            if kept == value:
                kept = value + 1
            changed = parameter.model_copy(update={"value": kept})
            parameters = {**model.parameters, name: changed}
            whole = model.model_copy(update={"parameters": parameters})
            yield Mutant(f"parameters.{name}", f"{value} → {kept}", whole)


def flips(sql: str) -> Iterator[tuple[str, str]]:
    """Yield (what was changed, SQL) for every comparison outside texts and comments."""
    hidden = _LITERALS.sub(lambda m: " " * len(m.group()), sql)
    for match in _COMPARISON.finditer(hidden):
        start, end = match.span()
        other = _FLIPPED[match.group()]
        around = " ".join(sql[max(start - 24, 0) : end + 24].split())
        words = f"…{around}…：{match.group()} → {other}"
        yield words, sql[:start] + other + sql[end:]
