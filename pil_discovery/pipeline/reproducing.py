"""The findings of a bundle computed again, from the inputs that it records."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pil_discovery import layers, report
from pil_discovery.bundle.canonical import plain
from pil_discovery.errors import BundleError, Problem
from pil_discovery.pipeline.flow import scan
from pil_discovery.pipeline.reading import open_workspace
from pil_discovery.types import BundleProblem, Finding, Reproduction, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

READING = "data/04_方法/reading.json"
_ITEMS = "data/03_分析/items.jsonl"
_COMPARED = (
    *("state", "key", "subject_name", "subject_code", "fact_date", "fact_last_date"),
    *("place", "basis", "records", "rates", "geometry", "overlaps", "layers"),
    *("quality", "exclusions", "undecided", "missing"),
)


def reproduce(
    bundle: str | Path, *, workspace: str | Path | None = None
) -> Reproduction:
    """Run the models of a bundle again and compare every finding with what it says.

    Parameters
    ----------
    bundle
        An `internal` bundle: the others hold no raw files and no plain findings.
    workspace
        Where the raw files are; None takes the copies in the bundle itself.

    Returns
    -------
    Reproduction
        What differs, file by file and finding by finding.

    Raises
    ------
    BundleError
        If the bundle does not hold what this takes.
    """
    folder = Path(bundle)
    items, told = _items(folder), _reading(folder)
    with tempfile.TemporaryDirectory(prefix="pil-") as place:
        where = _laid_out(folder, told, Path(place) / "workspace")
        if workspace is not None:
            where = open_workspace(workspace)
        changed = list(_changed_sources(items, where.root))
        found = _again(where, told, Path(place) / "out")
    known = [i for i in items if i["kind"] == "finding"]
    differences = [p for item in known for p in _differences(item, found)]
    return Reproduction(
        ok=not changed and not differences,
        findings=len(known),
        problems=(*changed, *differences),
    )


def _items(folder: Path) -> list[dict[str, Any]]:
    path = folder / _ITEMS
    if not path.is_file():
        raise BundleError(Problem(folder.name, "", f"没有 {_ITEMS}，不能重现"))
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _reading(folder: Path) -> dict[str, Any]:
    path = folder / READING
    if not path.is_file():
        what = "这个证据包没有原始材料，不能重现"
        remedy = "重现要用本院内部（internal）的证据包"
        raise BundleError(Problem(folder.name, "--reproduce", what, remedy))
    told = json.loads(path.read_text("utf-8"))
    return dict(told)


def _laid_out(folder: Path, told: Mapping[str, Any], root: Path) -> Workspace:
    """Put the copies where the workspace had them."""
    root.mkdir()
    for file, stored in told["files"].items():
        parts = PurePosixPath(file).parts
        if PurePosixPath(file).is_absolute() or ".." in parts:
            raise BundleError(Problem(READING, "files", f"不允许的路径 {file}"))
        target = root.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        if (folder / stored).is_file():
            shutil.copyfile(folder / stored, target)
    try:
        return Workspace.model_validate({**told["workspace"], "root": root})
    except ValidationError as error:
        what = f"读取方式不完整：{error.errors()[0]['loc']}"
        raise BundleError(Problem(READING, "workspace", what)) from error


def _changed_sources(
    items: list[dict[str, Any]], root: Path
) -> Iterator[BundleProblem]:
    for item in (i for i in items if i["kind"] == "source"):
        for file in item["files"]:
            path = root / file
            if path.is_dir():
                continue  # its files are parts, the reader compares them
            if not path.is_file():
                what = "没有这份原始文件，不能重现"
                yield BundleProblem(kind="missing", file=file, what=what)
            elif layers.sha256_of(path) != item["sha256"]:
                what = "原始文件与证据包记录的不同（SHA-256 不符）"
                yield BundleProblem(kind="changed", file=file, what=what)


def _again(where: Workspace, told: Mapping[str, Any], out: Path) -> dict[str, Finding]:
    done = scan(where, as_of=told["as_of"], models=told["models"])
    _, found, _ = report.read_scan(done.write(out))
    return {f.finding_id: f for f in found}


def _differences(
    item: dict[str, Any], found: Mapping[str, Finding]
) -> Iterator[BundleProblem]:
    name = f"{item['item']} {item['finding_id'][:12]}"
    now = found.get(item["finding_id"])
    if now is None:
        what = "重新计算没有得到这项发现"
        yield BundleProblem(kind="missing", file=name, what=what)
        return
    for part, before, after in _parts(item, now):
        if before != after:
            what = f"{part} 记录为 {_short(before)}，重新计算为 {_short(after)}"
            yield BundleProblem(kind="changed", file=name, what=what)


def _parts(item: dict[str, Any], now: Finding) -> Iterator[tuple[str, Any, Any]]:
    told: Any = json.loads(json.dumps(plain(now)))
    yield "model", item["model"], f"{now.model}@{now.model_version}"
    yield "statement", item["statement"], now.sentence_zh
    measures = {k: v["value"] for k, v in item["measures"].items()}
    yield "measures", measures, {k: _text(v) for k, v in told["measures"].items()}
    for part in _COMPARED:
        yield part, item[part], told[part]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"
