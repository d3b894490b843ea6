"""`pil.yaml` → Workspace; nothing outside its folder is ever named."""

from __future__ import annotations

import codecs
from contextlib import suppress
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, TypeVar

from pil_discovery.catalog.datasets import load_datasets
from pil_discovery.catalog.limits import (
    UNANSWERED,
    column_limits,
    place_limits,
    same_path,
    source_limits,
    source_name,
    workspace_limits,
)
from pil_discovery.catalog.nouns import Document, part_to_noun, read_document
from pil_discovery.errors import CatalogError, Problem, WorkspaceError, near_names
from pil_discovery.text.units import conversion, unit_fault
from pil_discovery.types import ImageSource, LayerSource, Noun, RecordSource, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pil_discovery.catalog.strict import Yaml
    from pil_discovery.types import Dataset

    Loc = tuple[int | str, ...]

N = TypeVar("N", bound=Noun)

FILE = "pil.yaml"
BUILTIN = "builtin"


_BLANK = "还是问号，没有填写"


def read_workspace(
    path: Path, datasets: Mapping[str, Dataset] | None = None
) -> Workspace:
    """Read the `pil.yaml` of a folder.

    Parameters
    ----------
    path
        The folder, or the file `pil.yaml` in it.
    datasets
        Known data sets; default: the built-in ones.

    Returns
    -------
    Workspace
        With `root` the absolute folder and every path relative to it.

    Raises
    ------
    WorkspaceError
        With every mistake at once: missing or unreadable file, wrong type, unknown
        field, data set, column, unit or band, paths that are absolute, climb out of the
        folder, pass through a link or do not exist, and databases or queries that
        cannot be used.
    """
    file = path if path.name == FILE else path / FILE
    root = file.parent.absolute()
    if not file.is_file():
        raise WorkspaceError(
            Problem(str(file), "", "没有这个文件", "请先用 pil check 生成")
        )
    try:
        document = read_document(file, name=FILE)
    except CatalogError as error:
        raise WorkspaceError(error.problems) from error
    known = datasets if datasets is not None else load_datasets()
    problems: list[Problem] = []
    workspace = _read(document, root, problems)
    problems.extend(_mistakes(document, root, known))
    if workspace is None or problems:
        raise WorkspaceError(problems)
    return workspace


def named_folders(path: Path) -> tuple[Path, ...]:
    """Return the local folders of models that a workspace names and that are there.

    They are wanted before the workspace can be checked, because they may describe the
    data sets of its sources; what is wrong with the others `read_workspace` tells.
    """
    file = path if path.name == FILE else path / FILE
    root = file.parent.absolute()
    try:
        document = read_document(file, name=FILE)
    except CatalogError:
        return ()
    names = [str(n) for n in _items(document, "models") if n != BUILTIN]
    fit = [n for n in names if not path_fault(root, n) and (root / n).is_dir()]
    return tuple(root / name for name in fit)


def _read(document: Document, root: Path, problems: list[Problem]) -> Workspace | None:
    value = document.value
    if not isinstance(value, dict):
        problems.append(document.problem((), "应当是一组「名称: 值」"))
        return None
    if "root" in value:
        problems.append(document.problem(("root",), "不认识的字段「root」", "请删去"))
    whole = {**value, "root": str(root)}
    try:
        workspace = part_to_noun(Workspace, document, whole, only="root")
    except CatalogError as error:
        problems.extend(error.problems)
        return None
    problems.extend(workspace_limits(document, workspace))
    return workspace


def _mistakes(
    document: Document, root: Path, datasets: Mapping[str, Dataset]
) -> Iterator[Problem]:
    """Check whatever can be read, so that a wrong type hides no other mistake."""
    for loc, name in _paths(document):
        fault = path_fault(root, name)
        if not fault and loc[0] == "models" and not (root / name).is_dir():
            fault = "不是文件夹，应当写放模型文件的文件夹"
        if fault:
            yield document.problem(loc, f"「{name}」{fault}")
    records = _readable(document, "records", RecordSource)
    layers = _readable(document, "layers", LayerSource)
    sources: list[tuple[Loc, RecordSource | LayerSource]] = [*records, *layers]
    for at, source in sources:
        yield from _source_mistakes(document, at, source, datasets=datasets)
    for at, layer in layers:
        if layer.valid_from and layer.valid_to and layer.valid_to < layer.valid_from:
            where = (*at, "valid_to")
            yield document.problem(where, "早于 valid_from", "请核对")
    for at, image in _readable(document, "images", ImageSource):
        yield from source_limits(document, at, image)
        yield from _image_mistakes(document, at, image, bands=_bands(datasets))
    yield from _twice(document, [(at, s, s.sheet) for at, s in records])
    yield from _twice(document, [(at, s, s.layer) for at, s in layers])


def _items(document: Document, part: str) -> list[Yaml]:
    value = document.value
    items = value.get(part) if isinstance(value, dict) else None
    return items if isinstance(items, list) else []


def _readable(document: Document, part: str, noun: type[N]) -> list[tuple[Loc, N]]:
    found: list[tuple[Loc, N]] = []
    for number, item in enumerate(_items(document, part)):
        with suppress(CatalogError):
            found.append(((part, number), part_to_noun(noun, document, item)))
    return found


def _paths(document: Document) -> Iterator[tuple[Loc, str]]:
    for part in ("records", "layers", "images"):
        for number, item in enumerate(_items(document, part)):
            for key in ("file", "cloud_mask"):
                name = item.get(key) if isinstance(item, dict) else None
                if isinstance(name, str):
                    yield (part, number, key), name
            yield from _band_paths((part, number, "files"), item)
    for number, name in enumerate(_items(document, "models")):
        if isinstance(name, str) and name != BUILTIN:
            yield ("models", number), name


def _band_paths(at: Loc, item: Yaml) -> Iterator[tuple[Loc, str]]:
    files = item.get("files") if isinstance(item, dict) else None
    for band, name in (files if isinstance(files, dict) else {}).items():
        if isinstance(name, str):
            yield (*at, str(band)), name


def path_fault(root: Path, name: str) -> str:
    """Say why a path of a workspace cannot be used; empty when it can.

    Both kinds of separators and drive letters count, so that a workspace means the same
    on every computer.
    """
    windows = PureWindowsPath(name)
    if PurePosixPath(name).is_absolute() or windows.drive or windows.root:
        return "是绝对路径，只能用工作区内的相对路径"
    if ".." in windows.parts or "\0" in name:
        return "指向工作区之外"
    if not name.strip():
        return "是空的"
    try:
        return _place_fault(root, PurePosixPath(name).parts)
    except OSError as error:  # such as a name that is too long
        return f"读不了（{error.strerror}）"


def _place_fault(root: Path, parts: Iterable[str]) -> str:
    place = root
    for part in parts:
        place /= part
        if place.is_symlink():
            return "经过链接，只能用工作区内的真实文件"
    return "" if place.exists() else "不存在"


def _source_mistakes(
    document: Document,
    at: Loc,
    source: RecordSource | LayerSource,
    *,
    datasets: Mapping[str, Dataset],
) -> Iterator[Problem]:
    yield from source_limits(document, at, source)
    yield from place_limits(document, at, source)
    if source.encoding is not None and not _known_encoding(source.encoding):
        what = f"不认识的编码「{source.encoding}」"
        yield document.problem((*at, "encoding"), what, "可用 utf-8、gb18030")
    dataset = datasets.get(source.dataset)
    if dataset is None:
        near = near_names(source.dataset, datasets)
        what = f"没有数据集「{source.dataset}」"
        yield document.problem((*at, "dataset"), what, near)
        return
    yield from column_limits(document, at, source, dataset)
    for header, column in source.columns.items():
        if dataset.field(column) is None:
            where = (*at, "columns", header)
            yield document.problem(where, *_no_column(dataset, column))
    if source.crs == UNANSWERED:
        yield document.problem((*at, "crs"), _BLANK, "请填写坐标系，如 EPSG:4490")
    for column, unit in source.units.items():
        fault = _unit_fault(dataset, column, unit)
        if fault is not None:
            yield document.problem((*at, "units", column), *fault)


def _unit_fault(dataset: Dataset, column: str, unit: str) -> tuple[str, str] | None:
    field = dataset.field(column)
    if field is None:
        return _no_column(dataset, column)
    if field.unit is None:
        return f"「{column}」这一列没有单位", "请删去"
    if conversion(unit, field.unit) is None:
        return unit_fault(unit, field.unit), ""
    return None


def _no_column(dataset: Dataset, column: str) -> tuple[str, str]:
    if column == UNANSWERED:
        listed = "、".join(dataset.words(name) for name in dataset.columns)
        return _BLANK, f"请改为对应的列名，不需要的就删去这一项；可写：{listed}"
    near = near_names(column, dataset.columns)
    what = f"数据集「{dataset.id}」没有「{column}」这一列"
    return what, near or f"有：{'、'.join(dataset.columns)}"


def _known_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True


def _bands(datasets: Mapping[str, Dataset]) -> tuple[str, ...]:
    image = datasets.get("image")
    field = image.field("bands") if image is not None else None
    return field.values if field is not None else ()


def _image_mistakes(
    document: Document, at: Loc, image: ImageSource, *, bands: tuple[str, ...]
) -> Iterator[Problem]:
    if image.acquired is not None and image.acquired.tzinfo is None:
        where = (*at, "acquired")
        yield document.problem(where, "没有时区", "北京时间请加 +08:00")
    named = [("bands", band) for band in image.bands]
    named += [("files", band) for band in image.files]
    for part, band in named:
        where = (*at, part, band)
        if bands and band not in bands:
            near = near_names(band, bands) or f"可用：{'、'.join(bands)}"
            yield document.problem(where, f"不认识的波段「{band}」", near)
        if image.bands.get(band, 1) < 1:
            yield document.problem(where, "波段号从 1 开始")


def _twice(
    document: Document,
    sources: Iterable[tuple[Loc, RecordSource | LayerSource, str | None]],
) -> Iterator[Problem]:
    """Find sources that are named twice: every row would count twice."""
    seen: set[tuple[str, ...]] = set()
    for at, source, part in sources:
        place = (
            (source.database or "", source.query or "")
            if source.file is None
            else (same_path(source.file),)
        )
        key = (source.dataset, part or "", *place)
        if key in seen and any(place):
            what = f"「{source_name(source)}」写了两次"
            yield document.problem(at, what, "请删去一处")
        seen.add(key)
