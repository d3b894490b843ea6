"""`models/procedure/` → powers with their agencies, clocks and routes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from pil_discovery.catalog.avenues import BookReading
from pil_discovery.catalog.domains import load_domains
from pil_discovery.catalog.files import (
    entries,
    models_folder,
    once,
    read_all,
    yaml_files,
)
from pil_discovery.catalog.nouns import Document, part_to_noun, to_noun
from pil_discovery.errors import CatalogError, Problem, near_names
from pil_discovery.types import (
    CalendarYear,
    Clock,
    Domain,
    Power,
    Regime,
    Route,
    RuleBook,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    Loc = tuple[int | str, ...]

N = TypeVar("N", bound=BaseModel)

_FOLDER = "regime_"
_POWERS = "procedure/powers.yaml"


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
    books
        Regime → its fields, ways, venues and plaintiffs.
    calendar
        Rest days of years that the built-in calendar does not know.
    """

    powers: tuple[Power, ...]
    regimes: dict[str, Regime] = field(default_factory=dict)
    clocks: dict[str, dict[str, Clock]] = field(default_factory=dict)
    routes: dict[str, dict[str, Route]] = field(default_factory=dict)
    books: dict[str, RuleBook] = field(default_factory=dict)
    calendar: tuple[CalendarYear, ...] = ()


def load_procedure(
    facts: Collection[str], extra: Sequence[Path] = (), *, root: Path | None = None
) -> Procedure:
    """Load powers, agencies, clocks and routes.

    Parameters
    ----------
    facts
        Known fact ids; a file that cites another one is refused.
    extra
        Local folders: `procedure/powers.yaml` adds powers, `agencies/` tables of
        agencies, `procedure/regime_*/` bodies of rules; a year of `procedure/calendar/`
        replaces the built-in one, and a field of `procedure/domains.yaml` opens routes
        for itself.

    Raises
    ------
    CatalogError
        With all mistakes of all files.
    """
    return _procedure(root or models_folder(), tuple(extra), frozenset(facts))


@once
def _procedure(root: Path, extra: tuple[Path, ...], facts: frozenset[str]) -> Procedure:
    reading = _Reading(root, facts)
    powers = reading.powers(extra)
    local = reading.agencies(root, powers, below="procedure/agencies")
    for folder in extra:
        local += reading.agencies(folder, powers, below="agencies")
    rules = reading.regimes((root, *extra), load_domains(root, extra).values())
    calendar = reading.calendar((root, *extra))
    if reading.problems:
        raise CatalogError(reading.problems)
    return Procedure(
        powers=(*powers.values(), *local),
        regimes={name: one.regime for name, one in rules.items()},
        clocks={name: one.clocks for name, one in rules.items()},
        routes={name: one.routes for name, one in rules.items()},
        books={name: one.book for name, one in rules.items()},
        calendar=tuple(calendar),
    )


@dataclass(frozen=True)
class _Rules:
    """One regime as its folder tells it."""

    regime: Regime
    clocks: dict[str, Clock]
    routes: dict[str, Route]
    book: RuleBook

    def over(self, base: _Rules) -> _Rules:
        """Take from the regime that this one extends what this one does not say."""
        own = {k: v for k, v in self.book if v}
        return _Rules(
            self.regime,
            base.clocks | self.clocks,
            base.routes | self.routes,
            base.book.model_copy(update=own),
        )


def _opened(routes: dict[str, Route], domains: Iterable[Domain]) -> dict[str, Route]:
    """Add to each route the mandates that fields of litigation bring along."""
    brought = {
        name: {
            d.id: topics
            for d in domains
            for r, topics in d.mandates.items()
            if r == name
        }
        for name in routes
    }
    return {
        name: route.model_copy(update={"mandates": route.mandates | brought[name]})
        for name, route in routes.items()
    }


class _Reading:
    """The files of the procedure as they come in, and their problems."""

    def __init__(self, root: Path, facts: frozenset[str]) -> None:
        self._root = root
        self._facts = facts
        self.problems: list[Problem] = []

    def powers(self, extra: Iterable[Path]) -> dict[str, Power]:
        found = self._list(self._root / _POWERS, "powers", Power)
        for folder in extra:
            if (folder / _POWERS).is_file():
                found += self._list(folder / _POWERS, "powers", Power, home=folder)
        table = self._by_id(found)
        for document, number, power in found:
            self._cite(document, ("powers", number, "basis"), power.basis)
            self.problems.extend(
                document.problem(
                    ("powers", number, "beside"),
                    f"没有「{name}」这项职权",
                    near_names(name, table),
                )
                for name in power.beside
                if name not in table
            )
        return table

    def agencies(
        self, root: Path, powers: Mapping[str, Power], *, below: str
    ) -> list[Power]:
        """Read local tables; a row takes title and basis from its power."""
        documents, wrong = read_all(root, yaml_files(root / below))
        self.problems.extend(wrong)
        found: list[Power] = []
        for document in documents:
            try:
                found.extend(_read_table(document, powers))
            except CatalogError as error:
                self.problems.extend(error.problems)
        return found

    def regimes(
        self, folders: Iterable[Path], domains: Collection[Domain]
    ) -> dict[str, _Rules]:
        """Read the regimes of several folders; one may extend an earlier one."""
        found: dict[str, _Rules] = {}
        for folder in folders:
            for home in sorted((folder / "procedure").glob(f"{_FOLDER}*")):
                regime = self.head(folder, home)
                if regime is None:
                    continue
                base = found.get(regime.extends or "")
                if regime.id in found or (regime.extends and base is None):
                    what = f"「{regime.id}」重复，或者所承接的「{regime.extends}」不在"
                    self.problems.append(Problem(home.name, "id", what, "请核对"))
                    continue
                rules = self._rules(folder, home, regime, base)
                found[regime.id] = rules if base is None else rules.over(base)
        routes = {name: _opened(one.routes, domains) for name, one in found.items()}
        return {n: replace(one, routes=routes[n]) for n, one in found.items()}

    def _rules(
        self, folder: Path, home: Path, regime: Regime, base: _Rules | None
    ) -> _Rules:
        clocks = self.clocks(folder, home, base)
        known = clocks if base is None else base.clocks | clocks
        book = BookReading(folder, home, self._facts)
        rules = _Rules(
            regime, clocks, self.routes(folder, home, known, base), book.book()
        )
        self.problems.extend(book.problems)
        return rules

    def head(self, folder: Path, home: Path) -> Regime | None:
        documents, wrong = read_all(folder, [home / "regime.yaml"])
        self.problems.extend(wrong)
        for document in documents:
            try:
                regime = to_noun(Regime, document)
            except CatalogError as error:
                self.problems.extend(error.problems)
                continue
            if regime.id != home.name.removeprefix(_FOLDER):
                what = "应当与文件夹名一致"
                self.problems.append(document.problem(("id",), what))
            return regime
        return None

    def clocks(self, folder: Path, home: Path, base: _Rules | None) -> dict[str, Clock]:
        file = home / "clocks.yaml"
        if base is not None and not file.is_file():
            return {}
        found = self._list(file, "clocks", Clock, home=folder)
        for document, number, clock in found:
            self._cite(document, ("clocks", number, "basis"), clock.basis)
        return self._by_id(found)

    def routes(
        self,
        folder: Path,
        home: Path,
        clocks: Mapping[str, Clock],
        base: _Rules | None,
    ) -> dict[str, Route]:
        file = home / "routes.yaml"
        if base is not None and not file.is_file():
            return {}
        found = self._list(file, "routes", Route, home=folder)
        for document, number, route in found:
            for place, step in enumerate(route.steps):
                at = ("routes", number, "steps", place)
                self._cite(document, (*at, "basis"), step.basis)
                if step.clock is not None and step.clock not in clocks:
                    near = near_names(step.clock, clocks)
                    what = f"没有「{step.clock}」这个期限"
                    self.problems.append(document.problem((*at, "clock"), what, near))
        return self._by_id(found)

    def calendar(self, folders: Iterable[Path]) -> list[CalendarYear]:
        """Read the years; that of a later folder replaces an earlier one."""
        found: dict[int, CalendarYear] = {}
        for folder in folders:
            files = yaml_files(folder / "procedure" / "calendar")
            documents, wrong = read_all(folder, files)
            self.problems.extend(wrong)
            for document in documents:
                try:
                    year = to_noun(CalendarYear, document)
                except CatalogError as error:
                    self.problems.extend(error.problems)
                    continue
                if any(day.year != year.year for day in (*year.rest, *year.work)):
                    what = f"有的日期不在 {year.year} 年内"
                    self.problems.append(document.problem(("year",), what))
                found[year.year] = year
        return list(found.values())

    def _list(
        self, file: Path, key: str, noun: type[N], *, home: Path | None = None
    ) -> list[tuple[Document, int, N]]:
        documents, wrong = read_all(home or self._root, [file])
        self.problems.extend(wrong)
        found: list[tuple[Document, int, N]] = []
        for document in documents:
            try:
                rows, _ = entries(document, key)
            except CatalogError as error:
                self.problems.extend(error.problems)
                continue
            for number, row in rows:
                try:
                    made = part_to_noun(noun, document, row, at=(key, number))
                except CatalogError as error:
                    self.problems.extend(error.problems)
                    continue
                found.append((document, number, made))
        return found

    def _by_id(self, found: Iterable[tuple[Document, int, N]]) -> dict[str, N]:
        table: dict[str, N] = {}
        for document, _, noun in found:
            name = str(noun.id)  # type: ignore[attr-defined] # each noun here has one
            if name in table:
                self.problems.append(document.problem((), f"编号「{name}」重复"))
            table[name] = noun
        return table

    def _cite(self, document: Document, at: Loc, ids: Iterable[str]) -> None:
        self.problems.extend(
            document.problem(at, f"没有编号为「{i}」的法条", near_names(i, self._facts))
            for i in ids
            if i not in self._facts
        )


def _read_table(document: Document, powers: Mapping[str, Power]) -> list[Power]:
    rows, head = entries(document, "agencies", ("jurisdiction", "name"))
    if not isinstance(head.get("jurisdiction"), str):
        what = "应当是加引号的行政区划代码"
        raise CatalogError(document.problem(("jurisdiction",), what))
    found: list[Power] = []
    problems: list[Problem] = []
    for number, row in rows:
        power = powers.get(str(row.get("power")))
        if power is None:
            near = near_names(str(row.get("power")), powers)
            what = f"没有「{row.get('power')}」这项职权"
            problems.append(document.problem(("agencies", number), what, near))
            continue
        try:
            found.append(_local(document, number, power))
        except CatalogError as error:
            problems.extend(error.problems)
    if problems:
        raise CatalogError(problems)
    return found


def _local(document: Document, number: int, power: Power) -> Power:
    row = document.value["agencies"][number]
    merged = {k: v for k, v in row.items() if k != "power"} | {
        "id": power.id,
        "title": power.title.model_dump(),
        "basis": list(power.basis),
        "tags": list(power.tags) + list(row.get("tags") or []),
        "beside": list(power.beside),
        "jurisdiction": document.value["jurisdiction"],
    }
    at = ("agencies", number)
    only = "id title basis beside jurisdiction"
    return part_to_noun(Power, document, merged, at=at, only=only)
