"""`models/procedure/domains.yaml` and local ones → fields of litigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.catalog.files import entries, models_folder, once, read_each
from pil_discovery.catalog.nouns import part_to_noun
from pil_discovery.errors import CatalogError, Problem, near_names
from pil_discovery.types import Domain

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.catalog.nouns import Document

    Entered = tuple[Domain, Document, tuple[int | str, ...]]

FILE = "procedure/domains.yaml"


def load_domains(
    root: Path | None = None, extra: Sequence[Path] = ()
) -> dict[str, Domain]:
    """Load the fields of litigation, by id; a local folder may add to them.

    Raises
    ------
    CatalogError
        With all mistakes of all files.
    """
    entered = _domains(root or models_folder(), tuple(extra))
    return {name: domain for name, (domain, _, _) in entered.items()}


def check_mandates(
    topics: Collection[str], extra: Sequence[Path], *, root: Path
) -> list[Problem]:
    """Return every mandate that names no topic of law: it would open no route."""
    return [
        document.problem(
            (*at, "mandates", route, number),
            f"没有主题「{topic}」",
            near_names(topic, topics),
        )
        for domain, document, at in _domains(root, tuple(extra)).values()
        for route, names in domain.mandates.items()
        for number, topic in enumerate(names)
        if topic not in topics
    ]


@once
def _domains(root: Path, extra: tuple[Path, ...]) -> dict[str, Entered]:
    found: dict[str, Entered] = {}
    documents, problems = read_each((f, f / FILE) for f in (root, *extra))
    for document in documents:
        problems.extend(_read(document, found))
    if problems:
        raise CatalogError(problems)
    return found


def _read(document: Document, found: dict[str, Entered]) -> list[Problem]:
    """Add the fields of one file; return what is wrong with them."""
    try:
        rows, _ = entries(document, "domains")
    except CatalogError as error:
        return list(error.problems)
    problems: list[Problem] = []
    for number, row in rows:
        at = ("domains", number)
        try:
            domain = part_to_noun(Domain, document, row, at=at)
        except CatalogError as error:
            problems.extend(error.problems)
            continue
        if domain.id in found:
            problems.append(document.problem((*at, "id"), f"编号「{domain.id}」重复"))
        found[domain.id] = (domain, document, at)
    return problems


def domain_mistakes(
    document: Document, name: str, known: Mapping[str, Domain]
) -> list[Problem]:
    """Return the problem of a file whose `domain` is not a known field."""
    if name in known:
        return []
    near = near_names(name, known) or f"可用：{'、'.join(known)}"
    remedy = f"{near}；新的领域写入本地模型文件夹的 {FILE}"
    return [document.problem(("domain",), f"没有领域「{name}」", remedy)]
