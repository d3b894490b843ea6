"""A new model, with the field of litigation and the power that it needs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery.catalog import forget, load_catalog, model_schema
from pil_discovery.errors import ArgumentError, Problem, near_names
from pil_discovery.pipeline.model_templates import Draft, model_text, shared_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pil_discovery.catalog import Catalog
    from pil_discovery.types import Dataset

__all__ = ["Draft", "new_model"]

SCHEMA = "model.schema.json"
_ID = re.compile(r"[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)+")
_CODE = re.compile(r"[A-Za-z0-9-]+")
_NAME = re.compile(r"[a-z][a-z0-9_.-]*")


def known_names(folder: str | Path) -> Catalog:
    """Return the catalogue that a folder of local models makes, there or not yet."""
    place = Path(folder)
    return load_catalog((place,) if place.is_dir() else ())


def new_model(
    folder: str | Path, draft: Draft, *, domain_title: str = "", agency: str = ""
) -> list[Path]:
    """Write a commented model file that already passes its check and its examples.

    A field of litigation or a power that is not known yet is entered in
    `procedure/` of the folder; the schema for editors is written anew.

    Parameters
    ----------
    domain_title
        Chinese name of a new field of litigation.
    agency
        Who holds a new power.

    Returns
    -------
    list
        Files written or added to, the model first.

    Raises
    ------
    ArgumentError
        With everything that does not fit; then nothing is written.
    """
    place = Path(folder)
    catalog = known_names(place)
    problems = list(_mistakes(place, draft, catalog))
    if draft.domain not in catalog.domains and not domain_title:
        problems.append(_unknown("domain", "领域", draft.domain, catalog.domains))
    powers = {power.id for power in catalog.powers}
    if draft.power not in powers and not agency:
        problems.append(_unknown("power", "职权", draft.power, powers))
    if problems:
        raise ArgumentError(problems)
    clears = catalog.datasets[draft.clears] if draft.clears else None
    text = model_text(draft, catalog.datasets[draft.dataset], clears)
    path = place / f"{draft.id}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    written = [path]
    if draft.domain not in catalog.domains:
        row = f"{{id: {draft.domain}, title: {{zh: {_quoted(domain_title)}}}}}"
        written.append(_add(place / "procedure" / "domains.yaml", "domains", row))
    if draft.power not in powers:
        title = f"title: {{zh: {_quoted(draft.title + '的监督管理')}}}"
        row = f"{{id: {draft.power}, {title}, agency: {_quoted(agency)}}}"
        written.append(_add(place / "procedure" / "powers.yaml", "powers", row))
    forget()
    return [*written, _write_schema(place)]


def _mistakes(place: Path, draft: Draft, catalog: Catalog) -> Iterator[Problem]:
    for what, value, pattern, example in (
        ("编号", draft.id, _ID, "safety/permit-expired"),
        ("代码", draft.code, _CODE, "SAFE-01"),
        ("领域", draft.domain, _NAME, "work_safety"),
        ("职权", draft.power, _NAME, "safety.permit.enforce"),
    ):
        if not pattern.fullmatch(value):
            yield Problem("", what, f"「{value}」写法不对", f"请写成 {example} 这样")
    if (place / f"{draft.id}.yaml").exists() or draft.id in catalog.models:
        yield Problem("", "编号", f"已经有模型 {draft.id}", "请换一个")
    if draft.code in {model.code for model in catalog.models.values()}:
        yield Problem("", "代码", f"「{draft.code}」已经有模型使用", "请换一个")
    dataset = catalog.datasets.get(draft.dataset)
    if dataset is None:
        yield _no_dataset(draft.dataset, catalog)
        return
    yield from _column_mistakes(draft, dataset)
    yield from _clearing_mistakes(draft, catalog)


def _column_mistakes(draft: Draft, dataset: Dataset) -> Iterator[Problem]:
    for name in (*draft.key, draft.column, *filter(None, [draft.subject])):
        if dataset.field(name) is None:
            what = f"《{dataset.title.zh}》没有这一列"
            near = near_names(name, dataset.columns)
            yield Problem("", name, what, near or _listed(dataset))
    if draft.column in draft.key:
        yield Problem("", draft.column, "判断的列不能也是主键", "请换一列")


def _clearing_mistakes(draft: Draft, catalog: Catalog) -> Iterator[Problem]:
    if not draft.clears:
        return
    clears = catalog.datasets.get(draft.clears)
    if clears is None:
        yield _no_dataset(draft.clears, catalog)
    elif draft.clears == draft.dataset or not shared_key(draft, clears):
        what = f"《{clears.title.zh}》没有可以对照的主键列"
        yield Problem("", draft.clears, what, f"主键：{'、'.join(draft.key)}")


def _no_dataset(name: str, catalog: Catalog) -> Problem:
    near = near_names(name, catalog.datasets)
    remedy = f"{near}新的数据集先写成本地模型文件夹里的 datasets/{name}.yaml"
    return Problem("", "数据集", f"没有数据集「{name}」", remedy)


def _listed(dataset: Dataset) -> str:
    return f"有：{'、'.join(dataset.words(name) for name in dataset.columns)}"


def _unknown(option: str, zh: str, name: str, known: Iterable[str]) -> Problem:
    ask = {"domain": "--domain-title 写明领域的名称", "power": "--agency 写明由谁行使"}
    near = near_names(name, known)
    return Problem("", zh, f"没有{zh}「{name}」", f"{near}新的{zh}用 {ask[option]}")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _add(path: Path, key: str, row: str) -> Path:
    """Add an entry to a list of a file, which begins with it if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text(encoding="utf-8") if path.is_file() else f"{key}:\n"
    end = "" if text.endswith("\n") else "\n"
    path.write_text(f"{text}{end}  - {row}\n", encoding="utf-8", newline="\n")
    return path


def _write_schema(place: Path) -> Path:
    """Write the schema that the first line of the model file names."""
    path = place / SCHEMA
    schema = model_schema(known_names(place))
    text = json.dumps(schema, ensure_ascii=False, indent=1)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return path
