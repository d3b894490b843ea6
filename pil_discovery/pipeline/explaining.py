"""Why one row of a workspace is hit, clear or unknown, in lines for a reader."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery.findings import Explanation, explain
from pil_discovery.findings.both_readings import DATES, ZONES
from pil_discovery.findings.rates import rates_note
from pil_discovery.findings.sentences import fill
from pil_discovery.pipeline.flow import choose
from pil_discovery.pipeline.guarded import run_model
from pil_discovery.pipeline.single import inputs_for, open_place
from pil_discovery.procedure.deadlines import as_day
from pil_discovery.report.privacy import mask_sentence
from pil_discovery.report.wording import STATES
from pil_discovery.text.masking import mask_identifier
from pil_discovery.text.name_links import link_words, links_note
from pil_discovery.text.picture_quality import quality_line

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pil_discovery.findings import Inputs
    from pil_discovery.findings.explaining import Judged, Reading
    from pil_discovery.types import Dataset, Model

_TRUTH = {True: "真", False: "假", None: "空（缺值）"}
_ENDS = {"drop": "排除", "review": "转复核", "downgrade": "降低确定性"}
_PARTS = {
    "exclusions": "排除条件",
    "inaction": "不作为",
    "urgency": "紧迫",
    "scale": "规模",
    "always_show": "优先核查",
    "basis_when": "依据的条件",
    "remedy_when": "建议的条件",
}


_ASSUMED = {
    "": "不完整的日期按首日计，有效期只知一半的范围计入",
    DATES: "不完整的日期按末日计",
    ZONES: "有效期只知一半的范围不计入",
}


@dataclass(frozen=True)
class Told:
    """An explanation ready to be read; identifiers of persons are masked."""

    explanation: Explanation
    hidden: frozenset[str]

    def lines(self) -> list[str]:
        """Return the explanation as lines of Chinese text."""
        told = self.explanation
        model = told.model
        return [
            mask_sentence(line)
            for line in (
                f"{model.code} {model.title.zh}（{model.id} {model.version}）",
                f"基准日 {told.as_of}；行 {self._pairs(told.key)}",
                f"结论：{STATES[told.state]}",
                *self._readings(),
                *_section("参数", self._parameters()),
                *_section("没有提供的可排除数据", told.missing_clears),
            )
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        told = self.explanation
        return {
            "model": told.model.id,
            "code": told.model.code,
            "version": told.model.version,
            "as_of": told.as_of.isoformat(),
            "key": self._plain(told.key),
            "state": told.state,
            "parameters": dict(told.parameters),
            "readings": [self._reading(r) for r in told.readings],
            "missing_clears": list(told.missing_clears),
        }

    def _readings(self) -> Iterator[str]:
        several = len(self.explanation.readings) > 1
        for reading in self.explanation.readings:
            if several:
                yield f"—— {_ASSUMED[reading.why]}：{STATES[reading.state]} ——"
            yield from self._sentence(reading)
            yield from _section("判断 hit", map(_condition, reading.hit))
            for part, title in _PARTS.items():
                wanted = [c for c in reading.conditions if c.loc[0] == part]
                yield from _section(title, [self._named(c) for c in wanted])
            yield from _section("所用标准", [rate.words() for rate in reading.rates])
            yield from _section("名称关联", map(link_words, reading.links))
            if reading.quality is not None:
                yield from _section("影像质量", [quality_line(reading.quality)])
            columns = self._plain(reading.columns).items()
            yield from _section("总体中的这一行", [f"{n}：{v}" for n, v in columns])
            yield from self._tables(reading)

    def _sentence(self, reading: Reading) -> Iterator[str]:
        if reading.state != "clear":
            told = fill(
                self.explanation.model.explain.zh, self._masked(reading.columns)
            )
            yield told + links_note(reading.links) + rates_note(reading.rates)
        why = reading.columns.get("unknown_reason")
        if reading.state == "unknown" and why:
            yield f"不能判定：{why}"

    def _named(self, condition: Judged) -> str:
        model = self.explanation.model
        part, place = condition.loc[0], condition.loc[1]
        if part in {"basis_when", "remedy_when"}:
            return f"{_TRUTH[condition.value]}  {place}：{condition.sql}"
        entry = getattr(model, str(part))[place]
        then = f"（{_ENDS[entry.then]}）" if part == "exclusions" else ""
        return f"{_TRUTH[condition.value]}  {entry.zh}{then}：{condition.sql}"

    def _tables(self, reading: Reading) -> Iterator[str]:
        sizes = {run.table: run.rows_out for run in reading.steps}
        titles = {run.table: f"步骤 {run.table}（{run.kind}）" for run in reading.steps}
        for name, rows in reading.tables.items():
            total = f"，全表 {sizes[name]} 行" if name in sizes else ""
            title = titles.get(name, f"数据 {name}")
            yield f"【{title}：与这一行有关的 {len(rows)} 行{total}】"
            yield from (f"  · {self._pairs(row)}" for row in rows)

    def _parameters(self) -> Iterator[str]:
        for name, value in self.explanation.parameters.items():
            parameter = self.explanation.model.parameters[name]
            yield f"{name} = {value} {parameter.unit}（{parameter.why}）"

    def _pairs(self, row: Mapping[str, Any]) -> str:
        return "，".join(f"{n}={v}" for n, v in self._plain(row).items())

    def _plain(self, row: Mapping[str, Any]) -> dict[str, str]:
        masked = self._masked(row)
        return {n: _text(v) for n, v in masked.items() if not isinstance(v, bytes)}

    def _masked(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {n: _hide(v) if n in self.hidden else v for n, v in row.items()}

    def _reading(self, reading: Reading) -> dict[str, Any]:
        return {
            "state": reading.state,
            "hit": [_judged(c) for c in reading.hit],
            "conditions": [_judged(c) for c in reading.conditions],
            "links": [link.model_dump(mode="json") for link in reading.links],
            "columns": self._plain(reading.columns),
            "tables": {
                name: [self._plain(row) for row in rows]
                for name, rows in reading.tables.items()
            },
            "steps": [run.model_dump() for run in reading.steps],
            "rates": [rate.model_dump(mode="json") for rate in reading.rates],
            "quality": reading.quality and reading.quality.model_dump(mode="json"),
        }


def explain_row(
    name: str,
    row: str,
    workspace: str | Path = ".",
    *,
    as_of: dt.date | None = None,
    local_models: Sequence[Path] = (),
) -> Told:
    """Explain one row of a model over a workspace.

    Parameters
    ----------
    name
        Id or code of the model.
    row
        The key as findings carry it: values with `|` between them, JSON, or the id of
        the finding.

    Raises
    ------
    PilError
        If the workspace, the model or the row is not there, or a source cannot be read.
    """
    place = open_place(Path(workspace), local_models)
    (model,) = choose(place.catalog, [name])
    day = place.workspace.as_of if as_of is None else as_day(as_of)
    inputs = inputs_for(place, [model])
    return Told(
        run_model(_explained, (model, inputs, row, day)),
        _identifiers(model, place.catalog.datasets),
    )


def _explained(job: tuple[Model, Inputs, str, dt.date]) -> Explanation:
    model, inputs, row, day = job
    return explain(model, inputs, row, as_of=day)


def _identifiers(model: Model, datasets: Mapping[str, Dataset]) -> frozenset[str]:
    """Return the columns that hold identifiers of persons in the data of a model."""
    return frozenset(
        f.name
        for name in (*model.data, *model.clears)
        for f in datasets[name].fields
        if f.pii == "identifier"
    )


def _section(title: str, lines: Iterable[str]) -> list[str]:
    listed = [f"  · {line}" for line in lines]
    return [f"【{title}】", *listed] if listed else []


def _condition(condition: Judged) -> str:
    return f"{_TRUTH[condition.value]}  {condition.sql}"


def _judged(condition: Judged) -> dict[str, Any]:
    where = ".".join(map(str, condition.loc))
    return {"where": where, "sql": condition.sql, "value": condition.value}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return _TRUTH[value]
    if isinstance(value, (list, tuple)):
        return "、".join(map(_text, value)) or "（无）"
    if isinstance(value, (float, Decimal)):
        # whole: a rounded 0.9496 would seem to reach a limit of 0.95
        return f"{Decimal(repr(value) if isinstance(value, float) else value):f}"
    return "（缺）" if value is None else str(value)


def _hide(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return [_hide(v) for v in value]
    return value if value is None else mask_identifier(str(value))
