"""A proposed `pil.yaml`: what is certain as entries, what is not as comments.

Nothing in a comment is in force. A line is put into force by taking away its «# »; the
lines then stand where they belong.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING

import yaml

from pil_discovery.imagery.sensors import band_name, usual_bands
from pil_discovery.text.layout import wrap
from pil_discovery.types import Image, ImageSource, LayerSource, RecordSource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from pil_discovery.pipeline.scenes import Draft
    from pil_discovery.pipeline.surveys import Survey
    from pil_discovery.types import Suggestion

NO_JURISDICTION = "000000"
NO_OFFICE = "请填写人民检察院全称"
_PARTS = {"table": "records", "layer": "layers", "picture": "images"}
_MAPPED = ("columns", "units", "century")
_PRINTED = re.compile(
    "[ -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*"
)
_WIDTH = 96
_FOUR = {"blue": 1, "green": 2, "red": 3, "nir": 4}
_ROWS = (RecordSource, LayerSource)
_MOST_REASONS = 12


def workspace_text(name: str, as_of: dt.date | None, surveys: Sequence[Survey]) -> str:
    """Write a `pil.yaml` with comments that say what still has to be filled in."""
    day = as_of.isoformat() if as_of else ""
    lines = [
        "# 由 pil check 生成。行首带 # 的是建议，没有生效；采用时去掉行首的“# ”即可。",
        f"name: {_quoted(name)}",
        f'as_of: "{day}"                 # 基准日：结果只取决于它，请核对',
        f'jurisdiction: "{NO_JURISDICTION}"           # 行政区划代码，请改为本地代码',
        f"office: {{name: {NO_OFFICE}, short: 检}}",
        *_part("records", surveys),
        *_part("layers", surveys),
        *_part("images", surveys),
        "models: [builtin]",
    ]
    return "\n".join(lines) + "\n"


def filled_in(text: str, surveys: Sequence[Survey]) -> str | None:
    """Put proposed entries into a `pil.yaml` that names no source yet.

    Everything else the user wrote stays as it is. None when the file has no empty
    list, as `pil init` writes it, for what was found.
    """
    for part in _PARTS.values():
        empty = f"\n{part}: []\n"
        lines = _part(part, surveys)
        if len(lines) > 1 and empty not in text:
            return None
        text = text.replace(empty, "\n" + "\n".join(lines) + "\n", 1)
    return text


def has_entries(surveys: Iterable[Survey]) -> bool:
    """Return whether anything found could stand in a `pil.yaml`."""
    return any(s.entry or s.suggestions or s.draft for s in surveys)


def _part(part: str, surveys: Sequence[Survey]) -> list[str]:
    """Return one list of `pil.yaml`: entries first, then what has to be decided."""
    mine = [s for s in surveys if _PARTS.get(s.kind) == part]
    certain = [line for s in mine if s.entry is not None for line in _entry(s)]
    doubtful = [line for s in mine if s.entry is None for line in _doubt(s)]
    if not certain:
        hint = ["  # 采用下面的条目时，请同时删去上一行的 []"] if doubtful else []
        return [f"{part}: []", *hint, *doubtful]
    return [f"{part}:", *certain, *doubtful]


# ---- certain entries ----


def _entry(survey: Survey) -> Iterator[str]:
    entry = survey.entry
    assert entry is not None  # noqa: S101 - only such surveys come here
    if isinstance(entry, ImageSource):
        yield from _picture(entry, survey)
        return
    yield from _recognised(survey)
    encoding = "" if entry.encoding is None else f", encoding: {entry.encoding}"
    advice = list(_advice(survey.suggestions, "    "))
    if not advice:
        file = _quoted(survey.file)
        yield f"  - {{dataset: {entry.dataset}, file: {file}{encoding}}}"
        return
    yield f"  - dataset: {entry.dataset}"
    yield f"    file: {_quoted(survey.file)}"
    if entry.encoding is not None:
        yield f"    encoding: {entry.encoding}"
    yield from advice


def _recognised(survey: Survey) -> Iterator[str]:
    """Say what a file was recognised as and why, in one line."""
    found = survey.rows
    if found is None or found.dataset is None:
        return
    reasons = "，".join(_short(r) for r in survey.reasons) or "列名相符"
    told = f"《{found.dataset.title.zh}》：{reasons}"
    if isinstance(survey.entry, _ROWS) and survey.entry.encoding is not None:
        told += "；文件没有写明编码，按全文推定"
    yield from _comment(told, "  ")


def _short(reason: str) -> str:
    """Return a reason without its list of columns, unless they speak against it."""
    head = reason.partition("：")[0]
    return reason if "不符" in head else head


def _advice(suggestions: Sequence[Suggestion], indent: str) -> Iterator[str]:
    """Write suggestions as lines that would be in force without their «# »."""
    for key in _MAPPED:
        mine = [s for s in suggestions if s.key == key]
        if mine:
            pairs = [f"{_key(s.name)}: {_value(s.value)}" for s in _settleable(mine)]
            yield f"{indent}# {key}: {{{', '.join(pairs)}}}"
            yield from _reasons(mine, indent)
    for suggestion in suggestions:
        if suggestion.key in {"crs", "encoding"}:
            yield f"{indent}# {suggestion.key}: {_quoted(suggestion.value)}"
            yield from _reasons([suggestion], indent)


def _settleable(suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Leave out headers whose column another header has: one column, one header."""
    taken: set[str] = set()
    kept = []
    for s in suggestions:
        if s.key != "columns" or s.value not in taken or s.value == "?":
            kept.append(s)
        taken.add(s.value)
    return kept


def _reasons(suggestions: Sequence[Suggestion], indent: str) -> Iterator[str]:
    for s in suggestions[:_MOST_REASONS]:
        name = f"{s.name} → {s.value}：" if s.name else f"{s.value}："
        yield from _comment(f"{name}{s.why}", f"{indent}", "#    ")
    if len(suggestions) > _MOST_REASONS:
        more = f"等 {len(suggestions)} 处，见 检查结果.xlsx"
        yield from _comment(more, indent, "#    ")


# ---- what has to be decided ----


def _doubt(survey: Survey) -> Iterator[str]:
    """Write a file of which the data set is not known, wholly as a comment."""
    if survey.draft is not None:
        yield from _picture_doubt(survey.draft, survey)
        return
    choices = [s for s in survey.suggestions if s.key == "dataset"]
    yield from _comment(f"{survey.file}：{_why_not(survey)}", "  ")
    for choice in choices:
        part = f"{choice.name}：" if choice.name else ""
        yield from _comment(f"{part}{choice.value}：{choice.why}", "  ", "#    ")
    parted = [c for c in choices if c.name]
    for choice in parted:
        yield from _commented(survey, choice.value, choice.name)
    if not parted and survey.found is not None:
        yield from _commented(survey, choices[0].value if choices else "?", "")


def _why_not(survey: Survey) -> str:
    return "；".join(p.what.split("：")[0] for p in survey.problems) or "未读取"


def _commented(survey: Survey, dataset: str, part: str) -> Iterator[str]:
    yield f"  # - dataset: {dataset}"
    yield f"  #   file: {_quoted(survey.file)}"
    if part:
        yield f"  #   {'sheet' if survey.kind == 'table' else 'layer'}: {_quoted(part)}"
    columns = [s for s in survey.suggestions if s.key == "columns"]
    if columns:
        pairs = [f"{_key(s.name)}: {_value(s.value)}" for s in _settleable(columns)]
        yield f"  #   columns: {{{', '.join(pairs)}}}"
        yield from _reasons([s for s in columns if s.value != "?"], "  ")


# ---- pictures ----


def _picture(entry: ImageSource, survey: Survey) -> Iterator[str]:
    """Write a picture that names and files describe wholly."""
    image = survey.found
    if isinstance(image, Image):
        bands = "、".join(image.bands)
        told = f"影像：{image.sensor}，{image.acquired_date} 成像，波段 {bands}"
        yield from _comment(f"{told}；按产品名或 STAC 条目", "  ")
    yield f"  - file: {_quoted(entry.file)}"
    yield from _files_of(entry, "    ")


def _files_of(entry: ImageSource, indent: str) -> Iterator[str]:
    if entry.files:
        pairs = [f"{band}: {_quoted(file)}" for band, file in entry.files.items()]
        yield f"{indent}files: {{{', '.join(pairs)}}}"
    if entry.cloud_mask is not None:
        yield f"{indent}cloud_mask: {_quoted(entry.cloud_mask)}"


def _picture_doubt(draft: Draft, survey: Survey) -> Iterator[str]:
    """Write a picture that lacks something, wholly as a comment."""
    entry = draft.entry
    yield from _comment(f"{entry.file}：{_why_not(survey)}", "  ")
    yield f"  # - file: {_quoted(entry.file)}"
    for line in (*_facts_of(draft), *_files_of(entry, "  ")):
        yield f"  # {line}"


def _facts_of(draft: Draft) -> Iterator[str]:
    """Write what has to be told of a picture, filled in as far as its name goes."""
    product = draft.product
    if draft.entry.file.lower().endswith(".json"):
        return
    if product is None or product.acquired is None:
        day = "年-月-日" if product is None or product.day is None else product.day
        yield f'  acquired: "{day}T时:分:秒+08:00"   # 成像时间，含时区'
    if product is None or product.sensor is None:
        yield '  sensor: "?"   # 卫星、传感器和产品级别'
    if product is None or band_name(product) is None:
        usual, why = usual_bands(product, len(_FOUR))
        shown = ", ".join(f"{band}: {n}" for band, n in (usual or _FOUR).items())
        yield f"  bands: {{{shown}}}   # {why or '波段号从 1 起'}"


# ---- text that cannot break out of its line ----


def _comment(text: str, indent: str, sign: str = "# ") -> Iterator[str]:
    """Write a comment in lines of readable width."""
    for line in wrap(_one_line(text), _WIDTH - len(indent) - len(sign)):
        yield f"{indent}{sign}{line}"


def _one_line(text: str) -> str:
    """Return text from a source without anything that would end a comment."""
    kept = (" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join("".join(kept).split())


def _quoted(text: str) -> str:
    """Return a text in double quotes; YAML would write pictographs as numbers."""
    if _PRINTED.fullmatch(text):
        return json.dumps(text, ensure_ascii=False)
    return yaml.safe_dump(
        text, allow_unicode=True, default_style='"', width=10**6
    ).strip()


def _key(name: str) -> str:
    """Return a canonical name as it is, a header in quotes."""
    return name if re.fullmatch(r"[a-z][a-z0-9_]*", name) else _quoted(name)


def _value(value: str) -> str:
    plain = re.fullmatch(r"[a-z0-9_]+|[\u4e00-\u9fff/]+", value)
    return value if plain else _quoted(value)
