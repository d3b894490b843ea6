"""`models/screening/` and local folders → models, checked against the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.catalog.domains import domain_mistakes
from pil_discovery.catalog.files import (
    LOCAL_PARTS,
    models_folder,
    once,
    read_all,
    yaml_files,
)
from pil_discovery.catalog.late_examples import LateExamples, before_examples
from pil_discovery.catalog.nouns import Document, in_place, whole, with_origin
from pil_discovery.catalog.remedies import LOCAL_FILE as REMEDIES
from pil_discovery.errors import CatalogError, Problem, near_names
from pil_discovery.types import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.types import Dataset, Domain, Fact, RateTable

    Read = tuple[Model, Document]

_IMAGE = "image"


@dataclass(frozen=True)
class Known:
    """What a model may name."""

    datasets: Mapping[str, Dataset]
    facts: Mapping[str, Fact]
    powers: frozenset[str]
    units: Mapping[str, str]
    domains: Mapping[str, Domain]
    remedies: Mapping[str, str]
    tables: Mapping[str, RateTable]


def load_models(
    extra: Sequence[Path] = (), *, root: Path | None = None
) -> dict[str, Model]:
    """Load the built-in models and those of local folders, sorted by id.

    The files are checked by themselves only; `load_catalog` also checks what they
    name. Ids of local models are relative to their folder, whose `LOCAL_PARTS` are not
    read here; a local model of a built-in id replaces the built-in one.

    Raises
    ------
    CatalogError
        With all mistakes of all files; also if an id or a code is used twice.
    """
    home = root or models_folder()
    found, problems = read_models(home, tuple(extra), late=root is None)
    if problems:
        raise CatalogError(problems)
    return {model.id: model for model, _ in found}


def read_apart(path: Path, known: Known) -> dict[str, Model]:
    """Read the models of one file or folder by themselves, whatever others there are.

    Parameters
    ----------
    path
        A model file under any name, or a folder of them.

    Raises
    ------
    CatalogError
        With all mistakes of all its files.
    """
    problems: list[Problem] = []
    if path.is_dir():
        found = _read_folder(path, problems, local=True)
    else:
        documents, wrong = read_all(path.parent, [path])
        problems.extend(wrong)
        found = _read_models(documents, problems, local=True)
    problems += [
        p for model, document in found for p in _mistakes(model, document, known)
    ]
    if problems:
        raise CatalogError(problems)
    return {model.id: model for model, _ in found}


def check_models(found: Iterable[Read], known: Known) -> list[Problem]:
    """Return everything that models name and the catalogue does not know."""
    return [p for model, document in found for p in _mistakes(model, document, known)]


@once
def read_models(
    root: Path, extra: tuple[Path, ...], *, late: bool
) -> tuple[tuple[Read, ...], tuple[Problem, ...]]:
    """Read every model that can be read, in order of id, and all mistakes.

    A local model of a built-in id stands in the place of the built-in one.

    Parameters
    ----------
    late
        Whether the examples of built-in models are read, and their mistakes told, when
        first looked at; those of local models are read at once in any case.
    """
    problems: list[Problem] = []
    part = before_examples if late else whole
    shipped = _read_folder(root / "screening", problems, local=False, part=part)
    if late:
        shipped = [_with_late(model, document) for model, document in shipped]
    local = [p for folder in extra for p in _read_folder(folder, problems, local=True)]
    problems.extend(_repeated(local, "id"))
    found = _replaced(shipped, local, problems)
    problems.extend(_repeated(found, "code"))
    return tuple(sorted(found, key=lambda pair: pair[0].id)), tuple(problems)


def _replaced(
    shipped: Sequence[Read], local: Sequence[Read], problems: list[Problem]
) -> list[Read]:
    """Put local models in the place of built-in ones of the same id."""
    codes = {model.id: model.code for model, _ in shipped}
    instead: list[Read] = []
    for model, document in local:
        code = codes.get(model.id)
        if code not in {None, model.code}:
            what = f"替换内置模型 {model.id} 须沿用其代码 {code}"
            problems.append(document.problem(("code",), what))
        instead.append((model if code is None else in_place(model), document))
    taken = {model.id for model, _ in local}
    return [*(pair for pair in shipped if pair[0].id not in taken), *instead]


def _with_late(model: Model, document: Document) -> Read:
    if model.examples:  # they stood in the part that was read
        return model, document
    late = LateExamples(document)
    return model.model_copy(update={"examples": late}), document


def _read_folder(
    folder: Path,
    problems: list[Problem],
    *,
    local: bool,
    part: Callable[[str], str] = whole,
) -> list[Read]:
    if not folder.is_dir():
        problems.append(Problem(str(folder), "", "没有这个模型文件夹"))
        return []
    problems.extend(_strangers(folder) if local else ())
    files = [
        p
        for p in yaml_files(folder)
        if p.relative_to(folder).parts[0] not in LOCAL_PARTS
        and not (local and p.is_symlink())
    ]
    documents, wrong = read_all(folder, files, part)
    problems.extend(wrong)
    found = _read_models(documents, problems, local=local)
    for model, document in found:
        expected = document.name.split("/", 1)[1].removesuffix(".yaml")
        if model.id != expected:
            problems.append(document.problem(("id",), f"应当与路径一致：{expected}"))
    return found


def _strangers(folder: Path) -> Iterator[Problem]:
    """Yield links, which may lead anywhere, and files that nobody would read."""
    for path in sorted(folder.rglob("*")):
        name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        if path.is_symlink():
            what, remedy = "是链接，只能用文件夹内的真实文件", "请换成文件本身"
            yield Problem(name, "", what, remedy)
        elif path.suffix.lower() in _MEANT and path.suffix != ".yaml":
            yield Problem(name, "", "扩展名不是 .yaml，没有读取", "请改名为 .yaml")


_MEANT = (".yml", ".yaml")


def _read_models(
    documents: Iterable[Document], problems: list[Problem], *, local: bool
) -> list[Read]:
    found: list[Read] = []
    for document in documents:
        try:
            found.append((with_origin(Model, document, local=local), document))
        except CatalogError as error:
            problems.extend(error.problems)
    return found


def _repeated(found: Iterable[Read], name: str) -> list[Problem]:
    seen: dict[str, str] = {}
    problems: list[Problem] = []
    for model, document in found:
        value = getattr(model, name)
        if value in seen:
            what = f"「{value}」已由 {seen[value]} 使用"
            problems.append(document.problem((name,), what, "请换一个"))
        seen.setdefault(value, document.name)
    return problems


def _mistakes(model: Model, document: Document, known: Known) -> list[Problem]:
    return [
        *domain_mistakes(document, model.domain, known.domains),
        *_data_mistakes(model, document, known),
        *_table_mistakes(model, document, known),
        *_law_mistakes(model, document, known),
        *_unit_mistakes(model, document, known),
        *_remedy_mistakes(model, document, known),
        *_plain_mistakes(model, document),
    ]


_CODE = re.compile(r"[\w-]{1,24}")


def _plain_mistakes(model: Model, document: Document) -> Iterator[Problem]:
    """Yield a code that nobody could cite, and anchors between which nothing lies."""
    if not _CODE.fullmatch(model.code):
        what = f"代码「{model.code}」只能有字母、数字和短横线，不超过 24 个"
        yield document.problem(("code",), what, "写成 SAFE-01 这样")
    for number, harm in enumerate(model.harm):
        if not 0 < harm.floor < harm.cap:
            what = f"下限 {harm.floor:g} 应当大于零并小于上限 {harm.cap:g}"
            yield document.problem(("harm", number), what, "请核对 floor 和 cap")


def _data_mistakes(model: Model, document: Document, known: Known) -> list[Problem]:
    found: list[Problem] = []
    for part in ("data", "clears"):
        for name, columns in getattr(model, part).items():
            dataset = known.datasets.get(name)
            if dataset is None:
                near = near_names(name, known.datasets)
                what = f"没有数据集「{name}」"
                found.append(document.problem((part, name), what, near))
                continue
            allowed = columns_of(dataset)
            found.extend(
                document.problem(
                    (part, name, i),
                    f"数据集「{name}」没有「{column}」这一列",
                    near_names(column, allowed) or f"有：{'、'.join(allowed)}",
                )
                for i, column in enumerate(columns)
                if column not in allowed
            )
    return found


def _table_mistakes(model: Model, document: Document, known: Known) -> list[Problem]:
    return [
        document.problem(
            ("tables", i), f"没有标准表「{name}」", near_names(name, known.tables)
        )
        for i, name in enumerate(model.tables)
        if name not in known.tables
    ]


def columns_of(dataset: Dataset) -> tuple[str, ...]:
    """Return what a model may ask of a data set: columns, of `image` its bands."""
    bands = dataset.field("bands") if dataset.id == _IMAGE else None
    return bands.values if bands is not None else dataset.offered


def _law_mistakes(model: Model, document: Document, known: Known) -> list[Problem]:
    found: list[Problem] = []
    for part in ("basis", "basis_unverified"):
        for number, fact in enumerate(getattr(model, part)):
            what, near = _law_mistake(part, fact, known)
            if what:
                found.append(document.problem((part, number), what, near))
    for name, parameter in model.parameters.items():
        for fact in parameter.basis:
            if fact not in known.facts:
                where = ("parameters", name, "basis")
                near = near_names(fact, known.facts)
                found.append(document.problem(where, f"没有法条「{fact}」", near))
    if model.agency.power not in known.powers:
        near = near_names(model.agency.power, known.powers)
        what = f"没有「{model.agency.power}」这项职权"
        found.append(document.problem(("agency", "power"), what, near))
    return found


def _law_mistake(part: str, name: str, known: Known) -> tuple[str, str]:
    fact = known.facts.get(name)
    if fact is None:
        return f"没有编号为「{name}」的法条", near_names(name, known.facts)
    if part == "basis" and fact.verified == "secondary":
        return f"「{name}」的条文未经核实", "请移到 basis_unverified"
    return "", ""


def _remedy_mistakes(model: Model, document: Document, known: Known) -> list[Problem]:
    return [
        document.problem(
            ("remedy", number),
            f"没有「{code}」这项处理措施",
            near_names(code, known.remedies) or f"写入本地模型文件夹的 {REMEDIES}",
        )
        for number, code in enumerate(model.remedy)
        if code not in known.remedies
    ]


def _unit_mistakes(model: Model, document: Document, known: Known) -> list[Problem]:
    places: dict[tuple[str, ...], str] = {
        ("measures", name): unit for name, unit in model.measures.items()
    }
    for name, parameter in model.parameters.items():
        places["parameters", name, "unit"] = parameter.unit
    return [
        document.problem(
            where, f"不认识的单位「{unit}」", near_names(unit, known.units)
        )
        for where, unit in places.items()
        if unit not in known.units
    ]
