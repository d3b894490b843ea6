"""Screening: run a model, give every candidate a state, and say why."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from pil_discovery.errors import ModelError, Problem
from pil_discovery.findings.both_readings import DATES, ZONES, evaluate_model
from pil_discovery.findings.ground import (
    geometry_of,
    layers_of,
    overlaps_of,
    validity_note,
)
from pil_discovery.findings.inputs import (
    missing_clears,
    missing_data,
    usable_images,
)
from pil_discovery.findings.joined_names import links_behind
from pil_discovery.findings.picture_quality import quality_of
from pil_discovery.findings.rates import rates_note, used_rates
from pil_discovery.findings.sentences import fill
from pil_discovery.text.canonical import decimal_of, dump_json
from pil_discovery.text.columns import taken_chunks
from pil_discovery.text.name_links import links_note
from pil_discovery.types import (
    Applied,
    Counts,
    Finding,
    Fired,
    ModelRun,
    RecordRef,
)
from pil_discovery.types.sources import ORIGIN_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pil_discovery.findings.inputs import Inputs
    from pil_discovery.types import Image, Model
    from pil_discovery.types.examples import Scalar
    from pil_discovery.types.models import Signal

Origins = dict[str, dict[int, RecordRef]]
"""Data set → position of a row → where it stands."""

_ID_LENGTH = 24
_SCALAR_STATES = ("hit", "review", "dropped", "unknown")
PARTIAL_DATE = "日期只到月份或年份，按首日与末日判断的结果不同，不能判定"
HALF_KNOWN_TERM = (
    "有的范围只知道一半有效期（或者不知道事实发生日），计入与不计入的结果不同，不能判定"
)
_TORN = {DATES: PARTIAL_DATE, ZONES: HALF_KNOWN_TERM}
COPIES = "关联后同一主键出现多行，不能判定：请核对数据中的重复记录"


def screen(
    model: Model,
    inputs: Inputs,
    *,
    as_of: dt.date,
    parameters: Mapping[str, Scalar] | None = None,
    personal: bool = False,
) -> tuple[ModelRun, list[Finding]]:
    """Run one model over what was read.

    Parameters
    ----------
    model
        The model.
    inputs
        Tables and pictures.
    as_of
        The day results depend on.
    parameters
        Values that replace those of the model file.
    personal
        Whether models about private persons may run.

    Returns
    -------
    run, findings
        How it ran, and every candidate that is not clear, ordered by key.

    Raises
    ------
    ModelError
        If the model file does not work as written.
    """
    if model.status == "retired" or (model.personal and not personal):
        return not_run(model, "off"), []
    gone = missing_data(model, inputs)
    if gone:
        return not_run(model, "not_computable", gone), []
    images = usable_images(inputs.images, bands_of(model))
    values = {n: p.value for n, p in model.parameters.items()} | dict(parameters or {})
    judged = evaluate_model(model, inputs, images, as_of=as_of, parameters=values)
    origins = _origins(model, inputs, judged.rows)
    links = links_behind(model, inputs, [row["_behind"] for row in judged.rows])
    findings = [
        _finding(
            model,
            inputs,
            {**row, "_links": told},
            _records(origins, images, row["_behind"]),
        )
        for row, told in zip(judged.rows, links, strict=True)
    ]
    run = ModelRun(
        id=model.id,
        code=model.code,
        version=model.version,
        state="computed",
        missing_clears=tuple(missing_clears(model, inputs)),
        counts=_counts(judged.counts),
        steps=tuple(judged.steps),
    )
    return run, findings


def not_run(
    model: Model, state: str, missing: Sequence[str] = (), notes: Sequence[str] = ()
) -> ModelRun:
    """Return the account of a model that gave no result, and why."""
    return ModelRun.model_validate(
        {
            "id": model.id,
            "code": model.code,
            "version": model.version,
            "state": state,
            "missing": tuple(missing),
            "notes": tuple(notes),
        }
    )


def bands_of(model: Model) -> tuple[str, ...]:
    """Return the bands that a picture must have to take part in a model."""
    return {**model.clears, **model.data}.get("image", ())


def _counts(tally: Mapping[str, int]) -> Counts:
    return Counts(
        population=sum(tally.values()),
        **{s: tally.get(s, 0) for s in (*_SCALAR_STATES, "clear")},
    )


def _finding(
    model: Model,
    inputs: Inputs,
    row: dict[str, Any],
    records: tuple[RecordRef, ...],
) -> Finding:
    key = {name: scalar(row[name]) for name in model.population.key}
    rates = used_rates(inputs.tables, row["_behind"])
    overlaps = overlaps_of(row)
    return Finding(
        finding_id=finding_id(model.id, key),
        model=model.id,
        code=model.code,
        model_version=model.version,
        domain=model.domain,
        state=row["_state"],
        key=key,
        subject_name=row.get("subject_name"),
        subject_code=row.get("subject_code"),
        subject_id=row.get("subject_id"),
        fact_date=_day(row.get("fact_date")),
        fact_last_date=_day(row.get("fact_last_date")),
        place=row.get("place"),
        agency=row.get("agency"),
        basis=_basis(model, row),
        measures={m: decimal_of(row[m], unit) for m, unit in model.measures.items()},
        sentence_zh=_sentence(model, row, "zh")
        + links_note(row["_links"])
        + validity_note(overlaps)
        + rates_note(rates),
        sentence_en=_sentence(model, row, "en")
        + links_note(row["_links"], "en")
        + validity_note(overlaps, "en")
        + rates_note(rates, "en"),
        records=records,
        rates=rates,
        geometry=geometry_of(row.get("geometry")),
        overlaps=overlaps,
        layers=layers_of(records, inputs.sources),
        quality=quality_of(row),
        exclusions=tuple(
            Applied(then=x.then, zh=x.zh)
            for i, x in enumerate(model.exclusions)
            if row[f"_x{i}"]
        ),
        undecided=tuple(
            x.zh for i, x in enumerate(model.exclusions) if row[f"_x{i}"] is None
        ),
        missing=_missing(inputs, row),
        merge=tuple(scalar(row[m]) for m in model.merge_by or model.population.key),
        inaction=_fired(model.inaction, row, "inaction"),
        urgency=_fired(model.urgency, row, "urgency"),
        scale=_fired(model.scale, row, "scale"),
        lanes=tuple(
            lane.zh for i, lane in enumerate(model.always_show) if row[f"_l{i}"]
        ),
        not_asked=tuple(
            code for i, code in enumerate(model.remedy_when) if not row[f"_r{i}"]
        ),
        links=row["_links"],
    )


def _basis(model: Model, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the rules of a model that a row rests on, whatever its date."""
    loose = {rule for i, rule in enumerate(model.basis_when) if not row[f"_b{i}"]}
    return tuple(rule for rule in model.basis if rule not in loose)


def _sentence(model: Model, row: Mapping[str, Any], lang: str) -> str:
    try:
        return fill(getattr(model.explain, lang), row, lang=lang)
    except (KeyError, ValueError, ArithmeticError) as error:
        what, remedy = "句子填不上：列名、单位或花括号有误", "用 pil models check 查看"
        raise ModelError(
            Problem(model.place, f"explain.{lang}", what, remedy)
        ) from error


def finding_id(model: str, key: Mapping[str, Any]) -> str:
    """Return the content id of a finding: it depends on model and key alone.

    So the same candidate keeps its id from one scan to the next.
    """
    text = dump_json({"key": dict(key), "model": model})
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]


def scalar(value: object) -> str | int | Decimal | bool | None:
    """Return a value of a key as findings carry it: dates as ISO text."""
    if value is None or isinstance(value, (str, int, bool, Decimal)):
        return value
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return str(value)


def _day(value: object) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else None


def _fired(
    signals: Sequence[Signal], row: Mapping[str, Any], kind: str
) -> tuple[Fired, ...]:
    return tuple(
        Fired(weight=s.weight, zh=s.zh)
        for i, s in enumerate(signals)
        if row[f"_{kind}{i}"]
    )


def _origins(
    model: Model, inputs: Inputs, rows: Sequence[Mapping[str, Any]]
) -> Origins:
    """Return where the rows behind the findings stand: source, sheet, row."""
    names = [n for n in {**model.data, **model.clears} if n in inputs.rows]
    return {name: _places(inputs.rows[name], name, rows) for name in names}


def _places(
    table: pa.Table, name: str, findings: Sequence[Mapping[str, Any]]
) -> dict[int, RecordRef]:
    behind = (row["_behind"].get(name, ()) for row in findings)
    positions = sorted(set(chain.from_iterable(behind)))
    rows = np.array(positions, dtype=np.int64)
    columns = [taken_chunks(table[n], rows).to_pylist() for n in ORIGIN_COLUMNS]
    return {
        position: RecordRef(dataset=name, source=source, sheet=sheet, row=number)
        for position, source, sheet, number in zip(positions, *columns, strict=True)
    }


def _records(
    origins: Origins, images: Sequence[Image], behind: Mapping[str, Sequence[int]]
) -> tuple[RecordRef, ...]:
    refs: list[RecordRef] = []
    for dataset, positions in behind.items():
        if dataset == "image":
            refs += [_picture(images[i]) for i in positions]
        elif dataset in origins:
            refs += [origins[dataset][i] for i in positions]
    return tuple(refs)


def _picture(image: Image) -> RecordRef:
    return RecordRef(dataset="image", source=image.provenance.file, sheet=None, row=1)


def _missing(inputs: Inputs, row: Mapping[str, Any]) -> tuple[str, ...]:
    if row["_state"] != "unknown":
        return ()
    notes = []
    notes += [_TORN[why] for why in row.get("_torn", ())]
    if row["_copies"] > 1:
        notes.append(COPIES)
    if row.get("unknown_reason"):
        notes.append(str(row["unknown_reason"]))
    # a row that lacks a cell explains more than a table without a row
    cells = [name for name in row["_gaps"] if "." in name]
    notes += [_gap(inputs, name) for name in cells or row["_gaps"]]
    return tuple(notes or [_empty_columns(row)])


def _empty_columns(row: Mapping[str, Any]) -> str:
    empty = [n for n, v in row.items() if v is None and n != "hit" and n[0] != "_"]
    return f"计算所需的值缺失：{'、'.join(empty) or '条件无法判定'}"


def _gap(inputs: Inputs, name: str) -> str:
    table, _, column = name.partition(".")
    dataset = inputs.datasets[table]
    if not column:
        return f"《{dataset.title.zh}》中没有对应记录（{name}）"
    spec = dataset.offered_field(column)
    alias = spec.aliases[0] if spec and spec.aliases else column
    return f"《{dataset.title.zh}》缺少“{alias}”（{name}）"
