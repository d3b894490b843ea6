"""`models/datasets/` → data sets and units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.catalog.domains import domain_mistakes, load_domains
from pil_discovery.catalog.files import models_folder, once, read_all, read_parts
from pil_discovery.catalog.nouns import Document, to_noun
from pil_discovery.errors import CatalogError, Problem, near_names
from pil_discovery.types import Dataset

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pil_discovery.types.datasets import Field, Relation

_UNITS = "datasets/units.yaml"


def load_datasets(
    root: Path | None = None, extra: Sequence[Path] = ()
) -> dict[str, Dataset]:
    """Load every data set, sorted by id; `datasets/` of a local folder adds to them.

    Raises
    ------
    CatalogError
        With all mistakes of all data set files.
    """
    return dict(_datasets(root or models_folder(), tuple(extra)))


def load_units(root: Path | None = None) -> dict[str, str]:
    """Load the known units: symbol → Chinese name. Raises CatalogError."""
    return dict(_units(root or models_folder()))


@once
def _units(root: Path) -> dict[str, str]:
    documents, problems = read_all(root, [root / _UNITS])
    if problems:
        raise CatalogError(problems)
    value = documents[0].value
    units = value.get("units") if isinstance(value, dict) else None
    if not isinstance(units, dict) or not all(
        isinstance(zh, str) for zh in units.values()
    ):
        raise CatalogError(documents[0].problem((), "应当是「units: {单位: 中文名}」"))
    return units


@once
def _datasets(root: Path, extra: tuple[Path, ...]) -> dict[str, Dataset]:
    units, domains = _units(root), load_domains(root, extra)
    documents, problems = read_parts((root, *extra), "datasets")
    found: dict[str, Dataset] = {}
    for document in documents:
        if document.name == f"{root.name}/{_UNITS}":
            continue
        try:
            dataset = to_noun(Dataset, document)
        except CatalogError as error:
            problems.extend(error.problems)
            continue
        problems.extend(_mistakes(dataset, document, units))
        problems.extend(domain_mistakes(document, dataset.domain, domains))
        if dataset.id in found:
            problems.append(document.problem(("id",), f"编号「{dataset.id}」重复"))
        found[dataset.id] = dataset
    if problems:
        raise CatalogError(problems)
    return dict(sorted(found.items()))


def _mistakes(
    dataset: Dataset, document: Document, units: dict[str, str]
) -> list[Problem]:
    found: list[Problem] = []
    stem = document.name.rsplit("/", 1)[-1].removesuffix(".yaml")
    if dataset.id != stem:
        found.append(document.problem(("id",), f"应当与文件名一致：{stem}"))
    found += [
        document.problem(("key",), f"没有「{k}」这一列", near_names(k, dataset.columns))
        for k in dataset.key
        if dataset.field(k) is None
    ]
    for number, field in enumerate(dataset.fields):
        if field.unit is not None and field.unit not in units:
            near = near_names(field.unit, units)
            where = ("fields", number, "unit")
            found.append(document.problem(where, f"不认识的单位「{field.unit}」", near))
        if dataset.columns.index(field.name) != number:
            where = ("fields", number, "name")
            found.append(document.problem(where, f"列「{field.name}」重复"))
        found.extend(_usual_mistakes(field, document, number))
    found.extend(_party_mistakes(dataset, document))
    for number, relation in enumerate(dataset.relations):
        found.extend(_relation_mistakes(dataset, document, relation, number))
    return found


def _party_mistakes(dataset: Dataset, document: Document) -> list[Problem]:
    """Demand that parties name columns of the data set."""
    found = []
    for role, party in dataset.parties.items():
        for part in type(party).model_fields:
            name = getattr(party, part)
            if name is not None and dataset.field(name) is None:
                near = near_names(name, dataset.columns)
                where = ("parties", role, part)
                found.append(document.problem(where, f"没有「{name}」这一列", near))
    clash = {f.name for f in dataset.identities} & {*dataset.columns}
    found += [
        document.problem(("parties",), f"列名「{name}」由主体关联使用", "请换一个名称")
        for name in sorted(clash)
    ]
    return found


def _usual_mistakes(field: Field, document: Document, number: int) -> list[Problem]:
    """Demand that a usual range is one of a quantity, and not empty."""
    if field.usual is None:
        return []
    found = []
    where = ("fields", number, "usual")
    if field.unit is None:
        found.append(document.problem(where, "只有带单位的列才能写通常范围"))
    if not 0 < field.usual.low < field.usual.high:
        found.append(document.problem(where, "应当 0 < low < high"))
    return found


def _relation_mistakes(
    dataset: Dataset, document: Document, relation: Relation, number: int
) -> list[Problem]:
    """Demand that a relation names quantities, each once, and a band."""
    where = ("relations", number)
    found = []
    for name in relation.columns:
        field = dataset.field(name)
        if field is None:
            near = near_names(name, dataset.columns)
            found.append(document.problem(where, f"没有「{name}」这一列", near))
        elif field.type not in {"number", "integer"} or field.unit is None:
            found.append(document.problem(where, f"「{name}」不是带单位的数"))
    if len(set(relation.columns)) < len(relation.columns):
        found.append(document.problem(where, "同一列写了两次"))
    if not 0 < relation.low < relation.high:
        found.append(document.problem(where, "应当 0 < low < high"))
    return found
