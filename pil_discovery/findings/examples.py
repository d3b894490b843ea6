"""Examples: the tests that live in a model file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pil_discovery.findings.example_pictures import Gallery
from pil_discovery.findings.givens import Givens
from pil_discovery.findings.inputs import Inputs, rows_of
from pil_discovery.findings.rates import example_tables
from pil_discovery.findings.screening import screen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.findings.name_links import Linker
    from pil_discovery.types import Dataset, Example, Finding, Model, ModelRun

STATES = ("hit", "review", "dropped", "unknown", "clear")
_WEAKER = "downgrade"
_TOLERANCE = 0.01


@dataclass(frozen=True)
class ExampleResult:
    """One example run: what was expected and did not come, in words."""

    model: str
    name: str
    run: ModelRun
    findings: tuple[Finding, ...]
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.differences


def run_example(
    model: Model,
    example: Example,
    datasets: Mapping[str, Dataset],
    gallery: Gallery | None = None,
    *,
    givens: Givens | None = None,
    linker: Linker | None = None,
) -> ExampleResult:
    """Run one example of a model.

    Parameters
    ----------
    gallery
        Draws the pictures, for other examples too; default: one for this example.
    givens
        Types and links the tables, for all examples of the model (and for the model
        with changes elsewhere); default: for this example.
    linker
        Links names, for models that ask for subjects or have a `match` step.

    Raises
    ------
    ModelError
        If the example gives data that the data sets do not know or cannot hold.
    """
    if gallery is None:
        with Gallery() as own:
            return run_example(
                model, example, datasets, own, givens=givens, linker=linker
            )
    own_givens = givens or Givens(model, (example,), datasets, linker)
    told = own_givens.told_of(example)
    inputs = Inputs(
        rows_of(told.frames, datasets),
        gallery.images_of(example),
        datasets,
        tables=example_tables(model, example),
        jurisdiction=example.jurisdiction,
        linker=linker,
        spellings=told.spellings,
    )
    run, findings = screen(
        model,
        inputs,
        as_of=example.as_of,
        parameters=example.parameters,
        personal=True,
    )
    differences = _differences(example, run, findings)
    return ExampleResult(model.id, example.name, run, tuple(findings), differences)


def _differences(
    example: Example, run: ModelRun, findings: Sequence[Finding]
) -> tuple[str, ...]:
    if run.state != "computed":
        return (f"模型没有计算：{run.state}，缺少 {'、'.join(run.missing)}",)
    found = {text_key(f.key.values()): f for f in findings}
    notes: list[str] = []
    for state in STATES:
        wanted = getattr(example.expect, state)
        if wanted is not None:
            notes += _state_differences(state, wanted, found, run)
    notes += _downgrade_differences(example, findings)
    for key, measures in example.expect.measures.items():
        notes += _measure_differences(key, measures, found.get(key))
    for key, rules in example.expect.basis.items():
        notes += _basis_differences(key, rules, found.get(key))
    return tuple(notes)


def text_key(values: Iterable[Any]) -> str:
    """Write a key as a reader types it: its values with `|` between them."""
    return "|".join("" if v is None else str(v) for v in values)


def _state_differences(
    state: str,
    wanted: Sequence[Sequence[Any]],
    found: Mapping[str, Finding],
    run: ModelRun,
) -> list[str]:
    keys = {text_key(k) for k in wanted}
    if state == "clear":
        stray = sorted(keys & set(found))
        notes = [f"应为 clear，却是 {found[k].state}：{k}" for k in stray]
        if len(keys) != run.counts.clear:
            notes.append(f"clear 应有 {len(keys)} 个，实有 {run.counts.clear} 个")
        return notes
    have = {k for k, f in found.items() if f.state == state}
    lost = [f"应为 {state}，却没有：{k}" for k in sorted(keys - have)]
    return lost + [f"不应为 {state}：{k}" for k in sorted(have - keys)]


def _downgrade_differences(example: Example, findings: Sequence[Finding]) -> list[str]:
    if example.expect.downgraded is None:
        return []
    keys = {text_key(k) for k in example.expect.downgraded}
    have = {
        text_key(f.key.values())
        for f in findings
        if f.state in ("hit", "review") and any(x.then == _WEAKER for x in f.exclusions)
    }
    lost = [f"应降低确定性，却没有：{k}" for k in sorted(keys - have)]
    return lost + [f"不应降低确定性：{k}" for k in sorted(have - keys)]


def _basis_differences(
    key: str, rules: Sequence[str], finding: Finding | None
) -> list[str]:
    if finding is None:
        return [f"没有发现 {key}，无从核对依据"]
    if sorted(finding.basis) == sorted(rules):
        return []
    told = "、".join(finding.basis)
    return [f"{key} 的依据应为 {'、'.join(rules)}，实为 {told}"]


def _measure_differences(
    key: str, measures: Mapping[str, float], finding: Finding | None
) -> list[str]:
    if finding is None:
        return [f"没有发现 {key}，无从核对数值"]
    notes = []
    for name, wanted in measures.items():
        value = finding.measures.get(name)
        if value is None or abs(float(value) - wanted) > _TOLERANCE:
            notes.append(f"{key} 的 {name} 应为 {wanted}，实为 {value}")
    return notes
