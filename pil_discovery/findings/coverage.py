"""Whether the examples of a model try what the model says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.errors import ModelError, near_names
from pil_discovery.findings.example_pictures import Gallery
from pil_discovery.findings.examples import STATES, run_example
from pil_discovery.findings.faults import Fault
from pil_discovery.findings.givens import Givens
from pil_discovery.types import identity_prefix

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pil_discovery.findings.examples import ExampleResult
    from pil_discovery.findings.faults import Loc
    from pil_discovery.findings.name_links import Linker
    from pil_discovery.types import Dataset, Example, Model

FEWEST = 6
"""A model has at least this many examples."""

_SHOWN = {"hit": "命中", "clear": "未见", "unknown": "未知"}
_ENDS = {"drop": "dropped", "review": "review", "downgrade": "downgraded"}


def example_faults(
    model: Model, datasets: Mapping[str, Dataset], *, linker: Linker | None = None
) -> Iterator[Fault]:
    """Yield what the examples lack or contradict, running each of them once.

    A draft needs no examples, but it has to say what it waits for.
    """
    if model.status == "draft":
        if not (model.data_gap or model.basis_gap):
            what = "草稿（draft）没有写明还缺什么"
            yield Fault(("status",), what, "请写 data_gap 或 basis_gap")
        return
    yield from _too_few(model)
    for number, example in enumerate(model.examples):
        yield from _wrong_words(model, example, ("examples", number))
    results: list[ExampleResult] = []
    givens = Givens(model, model.examples, datasets, linker)
    with Gallery() as gallery:
        for number, example in enumerate(model.examples):
            loc = ("examples", number)
            try:
                result = run_example(
                    model, example, datasets, gallery, givens=givens, linker=linker
                )
            except ModelError as error:
                yield from (Fault(loc, p.what, p.remedy) for p in error.problems)
                continue
            results.append(result)
            for difference in result.differences:
                what = f"示例“{example.name}”不符：{difference}"
                yield Fault(loc, what, "请改正规则或示例")
    yield from _untried_exclusions(model, results)
    yield from _untried_rules(model)
    yield from _untried_clears(model, datasets)
    yield from _untried_rates(model)


def _too_few(model: Model) -> Iterator[Fault]:
    have = len(model.examples)
    if have < FEWEST:
        what = f"只有 {have} 个示例，至少要 {FEWEST} 个"
        yield Fault(("examples",), what, "请补上：命中、未见、未知、每个阈值两侧")
    shown = {s for e in model.examples for s in STATES if getattr(e.expect, s)}
    shown |= {"hit"} if "review" in shown else set()
    for state, zh in _SHOWN.items():
        if state not in shown:
            what = f"没有一个示例的结果是“{zh}”（expect.{state}）"
            yield Fault(("examples",), what, "请补上")


def _wrong_words(model: Model, example: Example, loc: Loc) -> Iterator[Fault]:
    """Yield names and keys of an example that can never come true."""
    if not example.expect.model_fields_set:
        yield Fault((*loc, "expect"), "没有写应当得到什么", "请写 hit、clear 等")
    yield from _wrong_keys(model, example, (*loc, "expect"))
    tables = {**model.data, **model.clears}
    for part, named, known, zh in (
        ("given", example.given, tables, "模型没有用数据集"),
        ("parameters", example.parameters, model.parameters, "没有参数"),
    ):
        for name in named:
            if name not in known:
                where = (*loc, part, name)
                yield Fault(where, f"{zh}「{name}」", near_names(name, known))


def _wrong_keys(model: Model, example: Example, loc: Loc) -> Iterator[Fault]:
    for state in (*STATES, "downgraded"):
        for number, key in enumerate(getattr(example.expect, state) or ()):
            if len(key) != len(model.population.key):
                names = "、".join(model.population.key)
                where = (*loc, state, number)
                yield Fault(where, "主键的值的个数不对", f"依次写：{names}")
    for key, measures in example.expect.measures.items():
        for name in measures:
            if name not in model.measures:
                near = near_names(name, model.measures)
                yield Fault((*loc, "measures", key), f"没有度量「{name}」", near)


def _untried_exclusions(
    model: Model, results: Sequence[ExampleResult]
) -> Iterator[Fault]:
    """Yield exclusions that apply in no example, or whose effect none expects."""
    applied = {
        (x.then, x.zh)
        for result in results
        for finding in result.findings
        if finding.state != "unknown"
        for x in finding.exclusions
    }
    expected = {t for t, s in _ENDS.items() if _expects(model, s)}
    for number, exclusion in enumerate(model.exclusions):
        loc = ("exclusions", number)
        if (exclusion.then, exclusion.zh) not in applied:
            what = f"没有一个示例用到这个排除：{exclusion.zh}"
            yield Fault(loc, what, "请补一个示例")
        elif exclusion.then not in expected:
            what = f"没有一个示例写明这个排除的结果：{exclusion.zh}"
            yield Fault(loc, what, f"请在 expect 里写 {_ENDS[exclusion.then]}")


def _untried_rules(model: Model) -> Iterator[Fault]:
    """Yield conditional rules of which no example says when they apply and when not."""
    told = [set(r) for e in model.examples for r in e.expect.basis.values()]
    for rule in model.basis_when:
        if {rule in rules for rules in told} != {True, False}:
            what = f"没有示例写明依据 {rule} 何时适用、何时不适用"
            remedy = "请在 expect.basis 里各写一个发现的依据"
            yield Fault(("basis_when", rule), what, remedy)


def _expects(model: Model, state: str) -> bool:
    return any(getattr(example.expect, state) for example in model.examples)


def _untried_clears(model: Model, datasets: Mapping[str, Dataset]) -> Iterator[Fault]:
    """Yield optional data that no example gives."""
    for dataset, columns in model.clears.items():
        if dataset == "image":
            if not any(example.images for example in model.examples):
                yield Fault(("clears", dataset), "没有一个示例给出影像", "请补一个示例")
            continue
        rows = [row for e in model.examples for row in e.given.get(dataset, ())]
        if not rows:
            what = f"没有一个示例给出数据集「{dataset}」"
            yield Fault(("clears", dataset), what, "请补一个示例")
            continue
        for number, column in enumerate(columns):
            given = _given_as(column, datasets[dataset])
            if all(row.get(name) is None for row in rows for name in given):
                what = f"没有一个示例给出「{dataset}」的「{column}」"
                yield Fault(("clears", dataset, number), what, "请补一个示例")


def _given_as(column: str, dataset: Dataset) -> tuple[str, ...]:
    """Return the columns that give a column: of a subject those of its party."""
    for role, party in dataset.parties.items():
        if column.startswith(f"{identity_prefix(role)}subject_"):
            return party.columns
    return (column,)


def _untried_rates(model: Model) -> Iterator[Fault]:
    """Yield rate tables of which no example gives a row."""
    for number, name in enumerate(model.tables):
        if not any(example.tables.get(name) for example in model.examples):
            what = f"没有一个示例给出标准表「{name}」的行"
            yield Fault(("tables", number), what, "请补一个示例")
