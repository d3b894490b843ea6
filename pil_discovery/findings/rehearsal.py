"""A model run on empty tables: whether all that it names exists and is used."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import ModelError, PilError, near_names
from pil_discovery.findings.faults import Fault
from pil_discovery.findings.inputs import Inputs
from pil_discovery.findings.overlays import PERIOD
from pil_discovery.findings.plans import Plans
from pil_discovery.findings.population import (
    TRUTHS,
    column_faults,
    conditions,
    load_declared,
)
from pil_discovery.findings.relations import Relations
from pil_discovery.findings.rooms import Room
from pil_discovery.findings.sentences import names_in, template_faults
from pil_discovery.findings.step_facts import column_names, index_of, table_names
from pil_discovery.findings.steps import run_step
from pil_discovery.types.steps import OverlayStep, SqlStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pil_discovery.findings.faults import Loc
    from pil_discovery.types import Dataset, Model, Step

_DAY = dt.date(2026, 1, 1)
"""Any day: there are no rows that could depend on it."""
_POPULATION = "_population"


@dataclass
class Rehearsal:
    """What a run on empty tables showed.

    Attributes
    ----------
    faults
        What would stop a scan.
    read
        Table → columns that a step, the population or the links to records read.
    columns
        Columns of the population: name → DuckDB type; empty where it does not run.
    hidden
        Names that a SELECT gives and that mean a column in the rest of it.
    timeless
        Overlays that would count zones by their terms, which did not come with them.
    """

    faults: list[Fault] = field(default_factory=list)
    read: dict[str, set[str]] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    hidden: list[Fault] = field(default_factory=list)
    timeless: list[Fault] = field(default_factory=list)

    def note(self, table: str, columns: set[str]) -> None:
        """Remember that these columns of a table are read."""
        self.read.setdefault(table, set()).update(columns)


def rehearse(model: Model, datasets: Mapping[str, Dataset]) -> Rehearsal:
    """Run the steps, the population and all conditions of a model on empty tables.

    A step that builds on a broken one is left out, so that each mistake is told once.

    Parameters
    ----------
    datasets
        Data set descriptions by id, all those that the model names among them.
    """
    values = {n: p.value for n, p in model.parameters.items()} | {"as_of": _DAY}
    with (
        Relations(model.id, values, file=model.place) as relations,
        Plans(values) as plans,
    ):
        stage = _Stage(model, relations, plans)
        stage.load(datasets)
        for number, step in enumerate(model.steps):
            stage.step(step, ("steps", number))
        stage.population()
        return stage.found


class _Stage:
    """The empty tables of one rehearsal as they fill with steps."""

    def __init__(self, model: Model, relations: Relations, plans: Plans) -> None:
        self._model, self._relations, self._plans = model, relations, plans
        values = {n: p.value for n, p in model.parameters.items()}
        self._room = Room(
            file=model.place,
            relations=relations,
            images=(),
            as_of=_DAY,
            parameters=values,
        )
        self._broken: set[str] = set()
        self._timeless: set[str] = set()
        self.found = Rehearsal()

    def load(self, datasets: Mapping[str, Dataset]) -> None:
        load_declared(self._model, Inputs({}, (), datasets), self._room, late=False)
        for name in self._relations.tables():
            self._plans.declare(name, self._relations.columns(name))

    def step(self, step: Step, loc: Loc) -> None:
        if isinstance(step, SqlStep):
            self._select(step.table, step.sql, (*loc, "sql"))
            return
        faults = list(self._step_faults(step, loc))
        if not faults:
            faults = self._tried(lambda: run_step(step, self._room), loc)
        self.found.faults += faults
        self.found.timeless += self._timeless_faults(step, loc)
        for table in table_names(step):
            self.found.note(table, {"geometry", *column_names(step).get(table, ())})
        self._keep(step.table, broken=bool(faults))

    def _step_faults(self, step: Step, loc: Loc) -> Iterator[Fault]:
        """Yield tables, columns and indices of a typed step that are not there."""
        known = self._relations.tables()
        for table in table_names(step):
            if table not in known and table not in self._broken:
                yield Fault(loc, f"没有表「{table}」", near_names(table, known))
        for table, columns in column_names(step).items():
            have = self._relations.columns(table) if table in known else {}
            for column in columns:
                if have and column not in have:
                    near = near_names(column, have)
                    yield Fault(loc, f"表「{table}」没有列「{column}」", near)
        index = index_of(step)
        if index is not None:
            yield from self._index_faults(index, loc)

    def _timeless_faults(self, step: Step, loc: Loc) -> Iterator[Fault]:
        if not isinstance(step, OverlayStep) or not step.overlay.dated:
            return
        right = step.overlay.right
        if right in self._timeless:
            what = (
                f"表「{right}」的图形来自有有效期的图层，"
                "有效期却没有带过来，已失效的也会计入"
            )
            take = "请在该表里选出 _valid_from、_valid_to"
            ever = "不看有效期的，写明 in_force_on: ever"
            yield Fault((*loc, "overlay"), what, f"{take}；{ever}")

    def _index_faults(self, index: str, loc: Loc) -> Iterator[Fault]:
        from pil_discovery.imagery.indices import INDICES

        if index.lower() not in INDICES:
            yield Fault(loc, f"没有指数「{index}」", f"可用：{'、'.join(INDICES)}")

    def population(self) -> None:
        sql = self._model.population.sql
        if not self._select(_POPULATION, sql, ("population", "sql")):
            return
        have = self._relations.columns(_POPULATION)
        self.found.columns = have
        self.found.faults += column_faults(self._model, have)
        self.found.faults += self._condition_faults()
        self.found.faults += self._sentence_faults(have)
        self.found.faults += self._record_faults(have)

    def _select(self, table: str, sql: str, loc: Loc) -> bool:
        """Keep an empty result under a name; return whether that worked."""
        faults = self._tried(lambda: self._relations.create(table, sql, ""), loc)
        blamed = any(f"「{name}」" in f.what for f in faults for name in self._broken)
        self.found.faults += [] if blamed else faults
        if not faults:
            reads = self._plans.reads(sql)
            for read, columns in reads.items():
                self.found.note(read, columns)
            if self._loses_terms(table, reads):
                self._timeless.add(table)
            self.found.hidden += [_hidden(n, loc) for n in self._plans.hidden(sql)]
        self._keep(table, broken=bool(faults))
        return not faults

    def _loses_terms(self, table: str, reads: Mapping[str, set[str]]) -> bool:
        """Tell whether shapes come without the terms that nobody has looked at."""
        have = self._relations.columns(table)
        if "geometry" not in have or have.keys() >= set(PERIOD):
            return False
        return any(
            source in self._timeless
            or (
                self._relations.columns(source).keys() >= set(PERIOD)
                and columns.isdisjoint(PERIOD)
            )
            for source, columns in reads.items()
            if "geometry" in columns
        )

    def _keep(self, table: str, *, broken: bool) -> None:
        if broken:
            self._broken.add(table)
        else:
            self._plans.declare(table, self._relations.columns(table))

    def _tried(self, work: Any, loc: Loc) -> list[Fault]:  # noqa: ANN401 -- a callable
        try:
            work()
        except ModelError as error:
            return [Fault(loc, p.what, p.remedy) for p in error.problems]
        except (PilError, KeyError, ValueError) as error:
            return [Fault(loc, f"不能运行：{error}")]
        return []

    def _condition_faults(self) -> Iterator[Fault]:
        for number, (loc, when) in enumerate(conditions(self._model).values()):
            table = f"_condition{number}"
            sql = f"SELECT ({when}) AS x FROM {_POPULATION}"
            faults = self._tried(lambda t=table, s=sql: self._try(t, s), loc)
            yield from faults
            if not faults and self._relations.columns(table)["x"] not in TRUTHS:
                yield Fault(loc, "条件必须是布尔值")

    def _try(self, table: str, sql: str) -> None:
        self._relations.create(table, sql, "")

    def _sentence_faults(self, have: Mapping[str, str]) -> Iterator[Fault]:
        for lang in ("zh", "en"):
            loc = ("explain", lang)
            try:
                template = getattr(self._model.explain, lang)
                names = names_in(template)
                yield from (Fault(loc, w) for w in template_faults(template, have))
            except ValueError as error:
                yield Fault(loc, f"花括号没有写完或写错：{error}")
                continue
            for name in dict.fromkeys(names):
                if name not in have:
                    yield Fault(loc, f"总体没有列「{name}」", near_names(name, have))

    def _record_faults(self, have: Mapping[str, str]) -> Iterator[Fault]:
        known = self._relations.tables()
        for dataset, pairs in self._model.records.items():
            loc: Loc = ("records", dataset)
            if dataset not in known:
                yield Fault(loc, f"模型没有用数据集或标准表「{dataset}」")
                continue
            theirs = self._relations.columns(dataset)
            for column, ours in pairs.items():
                if column not in theirs:
                    near = near_names(column, theirs)
                    yield Fault(loc, f"「{dataset}」没有列「{column}」", near)
                if ours not in have:
                    near = near_names(ours, have)
                    yield Fault(loc, f"总体没有列「{ours}」", near)
            self.found.note(dataset, set(pairs))


def _hidden(name: str, loc: Loc) -> Fault:
    what = f"新列「{name}」与所查表的列同名，同一 SELECT 的其他地方取的是原来的列"
    return Fault(loc, what, f"请给新列换一个名称，或在用原来的列处写「表名.{name}」")
