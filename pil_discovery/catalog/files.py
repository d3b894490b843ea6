"""Where the files below `models/` are, in a wheel and in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pil_discovery.catalog.nouns import Document, read_document, whole
from pil_discovery.errors import CatalogError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pil_discovery.catalog.strict import Yaml

PACKAGE = Path(__file__).resolve().parents[1]


_FORGET: list[Callable[[], None]] = []

L = TypeVar("L", bound="Callable[..., Any]")


def once(load: L) -> L:
    """Let a loader run once per process for the same arguments; `forget` ends that."""
    kept = cache(load)
    _FORGET.append(kept.cache_clear)
    return cast("L", kept)


def forget() -> None:
    """Forget all files read, so that those that have changed are read anew."""
    for clear in _FORGET:
        clear()


def models_folder(package: Path = PACKAGE) -> Path:
    """Return the folder of models that belongs to a package folder.

    A wheel carries it as `pil_discovery/_models`; in a checkout it lies beside the
    package as `models/`.

    Raises
    ------
    CatalogError
        If neither exists.
    """
    for folder in (package / "_models", package.parent / "models"):
        if (folder / "datasets").is_dir():
            return folder
    raise CatalogError(
        Problem(str(package), "", "找不到随软件安装的 models 文件夹", "请重新安装")
    )


LOCAL_PARTS = ("agencies", "datasets", "law", "procedure", "vocabulary")
"""Folders of a local folder that hold no models but what its models name."""


def yaml_files(folder: Path) -> list[Path]:
    """Return every YAML file below a folder, in the order of their names."""
    found = (p for p in folder.rglob("*.yaml") if p.is_file())
    return sorted(found, key=lambda p: p.relative_to(folder).as_posix())


def read_all(
    root: Path, files: Iterable[Path], part: Callable[[str], str] = whole
) -> tuple[list[Document], list[Problem]]:
    """Read files below a root, of each a part; names in messages are relative to it."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in files:
        name = f"{root.name}/{path.relative_to(root).as_posix()}"
        try:
            documents.append(read_document(path, name=name, part=part))
        except CatalogError as error:
            problems.extend(error.problems)
    return documents, problems


def read_each(
    places: Iterable[tuple[Path, Path]],
) -> tuple[list[Document], list[Problem]]:
    """Read single files, each of a folder, of those that are there."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for folder, file in places:
        if file.is_file():
            read, wrong = read_all(folder, [file])
            documents += read
            problems += wrong
    return documents, problems


def read_parts(
    folders: Iterable[Path], part: str
) -> tuple[list[Document], list[Problem]]:
    """Read the YAML files below a part (`datasets`, `law`) of several folders."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for folder in folders:
        read, wrong = read_all(folder, yaml_files(folder / part))
        documents += read
        problems += wrong
    return documents, problems


def entries(
    document: Document, key: str, others: Sequence[str] = ()
) -> tuple[list[tuple[int, dict[str, Yaml]]], dict[str, Yaml]]:
    """Return the numbered entries of a list below a key, and the head of the file.

    Raises
    ------
    CatalogError
        If the file is not `key: [ … ]` with at most the other keys named.
    """
    value = document.value
    if not isinstance(value, dict) or not isinstance(value.get(key), list):
        raise CatalogError(document.problem((), f"应当有列表「{key}」"))
    loose = [k for k in value if k != key and k not in others]
    if loose:
        raise CatalogError(
            [document.problem((k,), f"不认识的字段「{k}」") for k in loose]
        )
    wrong = [i for i, e in enumerate(value[key]) if not isinstance(e, dict)]
    if wrong:
        raise CatalogError(
            [document.problem((key, i), "应当是一组「名称: 值」") for i in wrong]
        )
    head = {k: v for k, v in value.items() if k != key}
    return list(enumerate(value[key])), head
