"""`models/procedure/` → powers with their agencies, clocks and routes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from pil_discovery.catalog.files import entries, models_folder, read_all, yaml_files
from pil_discovery.catalog.nouns import Document, part_to_noun, to_noun
from pil_discovery.errors import CatalogError, Problem, near_names
from pil_discovery.types import Clock, Power, Regime, Route

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

N = TypeVar("N", bound=BaseModel)

_FOLDER = "regime_"


@dataclass(frozen=True)
class Procedure:
    """Powers, and per regime its clocks and routes.

    Attributes
    ----------
    powers
        First the default of every power (no jurisdiction), then local rows.
    clocks
        Regime → clock id → Clock.
    routes
        Regime → route id → Route.
    """

    powers: tuple[Power, ...]
    regimes: dict[str, Regime] = field(default_factory=dict)
    clocks: dict[str, dict[str, Clock]] = field(default_factory=dict)
    routes: dict[str, dict[str, Route]] = field(default_factory=dict)


def load_procedure(
    facts: Collection[str], extra: Sequence[Path] = (), *, root: Path | None = None
) -> Procedure:
    """Load powers, agencies, clocks and routes.

    Parameters
    ----------
    facts
        Known fact ids; a file that cites another one is refused.
    extra
        Folders whose `agencies/` hold further agency tables.

    Raises
    ------
    CatalogError
        With all mistakes of all files.
    """
    return _procedure(root or models_folder(), tuple(extra), frozenset(facts))


@cache
def _procedure(root: Path, extra: tuple[Path, ...], facts: frozenset[str]) -> Procedure:
    folder = root / "procedure"
    problems: list[Problem] = []
    defaults = _read_powers(root, facts, problems)
    local = _read_agencies(root, folder / "agencies", defaults, problems)
    for place in extra:
        local += _read_agencies(place, place / "agencies", defaults, problems)
    regimes = [
        _read_regime(root, home, facts, problems)
        for home in sorted(folder.glob(f"{_FOLDER}*"))
    ]
    if problems:
        raise CatalogError(problems)
    return Procedure(
        powers=(*defaults.values(), *local),
        regimes={r.id: r for r, _, _ in regimes if r is not None},
        clocks={r.id: clocks for r, clocks, _ in regimes if r is not None},
        routes={r.id: routes for r, _, routes in regimes if r is not None},
    )


def _read_powers(
    root: Path, facts: frozenset[str], problems: list[Problem]
) -> dict[str, Power]:
    file = root / "procedure" / "powers.yaml"
    powers = _read_list(root, file, "powers", Power, problems)
    for document, number, power in powers:
        at = ("powers", number, "basis")
        problems.extend(_unknown(document, at, power.basis, facts))
    return _by_id(powers, problems)


def _read_agencies(
    root: Path, folder: Path, powers: Mapping[str, Power], problems: list[Problem]
) -> list[Power]:
    """Read local agency tables: rows without title, which is that of the power."""
    documents, wrong = read_all(root, yaml_files(folder))
    problems.extend(wrong)
    found: list[Power] = []
    for document in documents:
        try:
            found.extend(_read_table(document, powers))
        except CatalogError as error:
            problems.extend(error.problems)
    return found


def _read_table(document: Document, powers: Mapping[str, Power]) -> list[Power]:
    rows, head = entries(document, "agencies", ("jurisdiction", "name"))
    if not isinstance(head.get("jurisdiction"), str):
        raise CatalogError(
            document.problem(("jurisdiction",), "应当是加引号的行政区划代码")
        )
    found: list[Power] = []
    problems: list[Problem] = []
    for number, row in rows:
        at = ("agencies", number)
        name = str(row.get("power"))
        if name not in powers:
            near = near_names(name, powers)
            problems.append(document.problem(at, f"没有「{name}」这项职权", near))
            continue
        merged = {k: v for k, v in row.items() if k != "power"} | {
            "id": name,
            "title": powers[name].title.model_dump(),
            "basis": list(powers[name].basis),
            "jurisdiction": head["jurisdiction"],
        }
        try:
            found.append(
                part_to_noun(Power, document, merged, at=at, only="id title basis")
            )
        except CatalogError as error:
            problems.extend(error.problems)
    if problems:
        raise CatalogError(problems)
    return found


def _read_regime(
    root: Path, home: Path, facts: frozenset[str], problems: list[Problem]
) -> tuple[Regime | None, dict[str, Clock], dict[str, Route]]:
    regime = _read_head(root, home, problems)
    clocks = _read_list(root, home / "clocks.yaml", "clocks", Clock, problems)
    for document, number, clock in clocks:
        at = ("clocks", number, "basis")
        problems.extend(_unknown(document, at, clock.basis, facts))
    table = _by_id(clocks, problems)
    routes = _read_list(root, home / "routes.yaml", "routes", Route, problems)
    for document, number, route in routes:
        problems.extend(_route_mistakes(document, number, route, (facts, table)))
    return regime, table, _by_id(routes, problems)


def _read_head(root: Path, home: Path, problems: list[Problem]) -> Regime | None:
    documents, wrong = read_all(root, [home / "regime.yaml"])
    problems.extend(wrong)
    for document in documents:
        try:
            regime = to_noun(Regime, document)
        except CatalogError as error:
            problems.extend(error.problems)
            continue
        if regime.id != home.name.removeprefix(_FOLDER):
            problems.append(document.problem(("id",), "应当与文件夹名一致"))
        return regime
    return None


def _route_mistakes(
    document: Document,
    number: int,
    route: Route,
    known: tuple[frozenset[str], Mapping[str, Clock]],
) -> list[Problem]:
    facts, clocks = known
    found: list[Problem] = []
    for place, step in enumerate(route.steps):
        at = ("routes", number, "steps", place)
        found.extend(_unknown(document, (*at, "basis"), step.basis, facts))
        if step.clock is not None and step.clock not in clocks:
            near = near_names(step.clock, clocks)
            what = f"没有「{step.clock}」这个期限"
            found.append(document.problem((*at, "clock"), what, near))
    return found


def _read_list(
    root: Path, file: Path, key: str, noun: type[N], problems: list[Problem]
) -> list[tuple[Document, int, N]]:
    documents, wrong = read_all(root, [file])
    problems.extend(wrong)
    found: list[tuple[Document, int, N]] = []
    for document in documents:
        try:
            rows, _ = entries(document, key)
        except CatalogError as error:
            problems.extend(error.problems)
            continue
        for number, row in rows:
            try:
                made = part_to_noun(noun, document, row, at=(key, number))
            except CatalogError as error:
                problems.extend(error.problems)
                continue
            found.append((document, number, made))
    return found


def _by_id(
    found: Iterable[tuple[Document, int, N]], problems: list[Problem]
) -> dict[str, N]:
    table: dict[str, N] = {}
    for document, _, noun in found:
        name = str(getattr(noun, "id"))  # noqa: B009 — the nouns share only the field
        if name in table:
            problems.append(document.problem((), f"编号「{name}」重复"))
        table[name] = noun
    return table


def _unknown(
    document: Document,
    at: tuple[int | str, ...],
    ids: Iterable[str],
    facts: Collection[str],
) -> list[Problem]:
    return [
        document.problem(at, f"没有编号为「{i}」的法条", near_names(i, facts))
        for i in ids
        if i not in facts
    ]
