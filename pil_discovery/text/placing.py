"""Which division an address means in a year, from the names and the town it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pil_discovery.text.codes import division_stem
from pil_discovery.text.divisions import (
    MUNICIPALITIES,
    parents,
    short_name,
    town_stem,
)
from pil_discovery.text.mentions import town_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pil_discovery.text.divisions import Divisions
    from pil_discovery.text.mentions import Mentions, Places

_LISTED = 5
_Text = str | None
_Base = tuple[_Text, _Text, _Text, _Text, _Text, _Text, _Text]
"""All of `Placed` but the town."""


class Placed(NamedTuple):
    """The divisions of an address; None where it does not say or is in doubt.

    Attributes
    ----------
    province, city, district, division_code
        In force in the year asked; the code is that of the deepest.
    current_code
        The code that governs the place in the newest table, if it is just one.
    written
        The division named, where the answer is another one.
    reason
        In Chinese: why a part is missing, or by what it was decided.
    town_code
        Nine digits, of the newest table.
    """

    province: str | None
    city: str | None
    district: str | None
    division_code: str | None
    current_code: str | None
    written: str | None
    reason: str | None
    town_code: str | None


class _Verdict(NamedTuple):
    """The divisions that are possible, one when decided, and the words to it."""

    places: Places
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Placing:
    """Decides for one year and one hint; remembers its decisions.

    Attributes
    ----------
    divisions
        The index.
    year
        Year for which divisions are asked; None asks for the newest table.
    within
        Code of the area that a list is about; decides between divisions and towns of
        one name, and never fills in what an address does not say.
    """

    divisions: Divisions
    year: int | None = None
    within: str = ""
    _named: dict[Places, Places] = field(default_factory=dict)
    _stems: dict[Places, tuple[str, ...]] = field(default_factory=dict)
    _governing: dict[Places, frozenset[int]] = field(default_factory=dict)
    _bases: dict[tuple[_Verdict, Places], _Base] = field(default_factory=dict)
    _plainly: dict[Places, tuple[_Base | None, Mapping[str, str]]] = field(
        default_factory=dict
    )
    _placed: dict[tuple[Places, str | None, str], Placed] = field(default_factory=dict)

    def town_stems(self, said: Mentions) -> tuple[str, ...]:
        """Return beginnings of codes in which a town behind these names may lie."""
        places = said.places
        if places not in self._stems:
            self._stems[places] = self._found_stems(self._nearest(places))
        return self._stems[places]

    def place(self, said: Mentions, town: str) -> Placed:
        """Return the divisions that these names and the town behind them mean."""
        base, towns = self._plain(said.places)
        if base is not None and not said.foreign and town in towns:
            return Placed(*base, towns[town])
        key = (said.places, said.foreign, town)
        if key not in self._placed:
            self._placed[key] = self._found(said, town)
        return self._placed[key]

    def _plain(self, places: Places) -> tuple[_Base | None, Mapping[str, str]]:
        """Return what holds whatever town of the one county follows, and its towns.

        Most addresses of a list are settled by this alone.
        """
        if places not in self._plainly:
            self._plainly[places] = self._found_plain(places)
        return self._plainly[places]

    def _found_plain(self, places: Places) -> tuple[_Base | None, Mapping[str, str]]:
        named = self._nearest(places)
        answers = self._answers_to(named)
        codes = {c for a in answers for c in self.divisions.today[a]}
        if self.year is not None or len(answers) != 1 or len(codes) != 1:
            return None, {}
        towns = self.divisions.towns.get(codes.pop(), {})
        verdict = _Verdict(tuple(answers), self._changed(named, answers))
        return self._base_of(verdict, named), towns

    # ---- the names ----

    def _nearest(self, places: Places) -> Places:
        """Leave out what hint and year exclude and what lies in another one."""
        if places not in self._named:
            self._named[places] = self._found_nearest(places)
        return self._named[places]

    def _found_nearest(self, places: Places) -> Places:
        known, stem = self.divisions, division_stem(self.within)
        near = [p for p in places if any(c.startswith(stem) for c in known.codes[p])]
        kept = near or list(places)
        kept = [p for p in kept if self._in_force(p)] or kept
        outer = [p for p in kept if all(known.lies_in(q, p) for q in kept)]
        return tuple(outer[:1] or kept)

    def _in_force(self, place: int) -> bool:
        row = self.divisions.rows[place]
        return row.last_year is None if self.year is None else row.in_force(self.year)

    def _found_stems(self, named: Places) -> tuple[str, ...]:
        known = self.divisions
        today = {c for p in named for c in known.today[p]}
        carved = {x for c in today for x in known.carved.get(c, ())}
        written = {known.rows[p].code for p in named}
        stems = {division_stem(c) for c in today | carved | written}
        return tuple(sorted(stems)) or self._hint()

    def _hint(self) -> tuple[str, ...]:
        return (division_stem(self.within),) if self.within else ()

    # ---- the decision ----

    def _found(self, said: Mentions, town: str) -> Placed:
        named = self._nearest(said.places)
        verdict = self._by_names(named, town)
        if said.foreign:
            names = {self.divisions.rows[p].name for p in named}
            outer = "、".join(sorted(names))
            verdict = verdict._replace(reason=f"“{said.foreign}”不在{outer}")
        elif town and self._level(verdict.places) < 3:
            verdict = self._by_town(verdict, town)
        placed = self._told(verdict, named, town)
        if self.year is None:
            return placed
        newest = Placing(self.divisions, within=self.within).place(said, town)
        return placed._replace(current_code=newest.current_code)

    def _level(self, places: Places) -> int:
        return max((self.divisions.rows[p].level for p in places), default=0)

    def _answers(self, place: int) -> set[int]:
        """Return the rows that govern the area of a row in the year."""
        if self.year is not None:
            return {*self.divisions.in_year(place, self.year)}
        return {self.divisions.by_code[c][-1] for c in self.divisions.today[place]}

    def _answers_to(self, named: Places) -> frozenset[int]:
        if named not in self._governing:
            answers = (a for p in named for a in self._answers(p))
            self._governing[named] = frozenset(answers)
        return self._governing[named]

    def _by_names(self, named: Places, town: str) -> _Verdict:
        answers = self._answers_to(named)
        if not answers:
            return _Verdict((), "当年没有对应的区划" if named else "没有写明省、市、县")
        holding = frozenset(a for a in answers if self._holds(a, town))
        holding = holding or self._carved_out(named, town)
        if len(holding) == 1:
            why = "" if holding == answers else f"按乡镇街道“{town}”确定"
            return _Verdict(tuple(holding), self._changed(named, holding) or why)
        places = tuple(sorted(answers))
        if len(answers) == 1:
            return _Verdict(places, self._changed(named, answers))
        return _Verdict(places, self._doubt(named, places))

    def _holds(self, place: int, town: str) -> bool:
        codes = self.divisions.today[place]
        return bool(town) and any(self._listed_name(town, c) for c in codes)

    def _listed_name(self, town: str, county: str) -> str | None:
        """Return the town as the table has it: as written, or since 撤镇设街道."""
        if town in self.divisions.towns.get(county, ()):
            return town
        stems = self.divisions.towns_by_stem.get(county, {})
        same = stems.get(town_stem(town), ())
        return same[0] if len(same) == 1 else None

    def _carved_out(self, named: Places, town: str) -> frozenset[int]:
        """Return the newer divisions, cut out of those named, that hold the town.

        Or that the town was made (龙港镇 → 龙港市).
        """
        if not town or self.year is not None:
            return frozenset()
        known = self.divisions
        olds = {c for p in named for c in (known.rows[p].code, *known.today[p])}
        codes = {c for old in olds for c in known.carved.get(old, ())}
        split = {known.by_code[c][-1] for c in codes}
        stem = town_stem(town)
        raised = frozenset(a for a in split if short_name(known.rows[a].name) == stem)
        return raised or frozenset(a for a in split if self._holds(a, town))

    def _by_town(self, verdict: _Verdict, town: str) -> _Verdict:
        """Find the county by a town of which the province or city has only one."""
        known = self.divisions
        stems = tuple(division_stem(known.rows[p].code) for p in verdict.places)
        _, homes = town_at(town, 0, known, stems or self._hint())
        stem = division_stem(self.within)
        homes = tuple(h for h in homes if h.startswith(stem)) or homes
        found = {a for h in homes for a in self._answers(known.by_code[h][-1])}
        if not found or found == {*verdict.places}:
            return verdict
        if len(found) == 1:
            return _Verdict(tuple(found), f"按乡镇街道“{town}”确定")
        names = self._list(tuple(sorted(found)))
        return verdict._replace(reason=f"“{town}”同名：{names}，地址不足以确定")

    # ---- the words ----

    def _changed(self, named: Places, answer: frozenset[int]) -> str:
        rows = self.divisions.rows
        old = {rows[p].name for p in named if p not in answer}
        new = {rows[a].name for a in answer}
        if len(old) != 1 or old == new:
            return ""
        return f"“{old.pop()}”对应{'、'.join(sorted(new))}"

    def _doubt(self, named: Places, answers: Places) -> str:
        listed = self._list(answers)
        if len(named) > 1:
            return f"同名区划：{listed}，地址不足以确定"
        name = self.divisions.rows[named[0]].name
        return f"“{name}”的区域分属{listed}，地址不足以确定"

    def _list(self, places: Places) -> str:
        listed = "、".join(self._full_name(p) for p in places[:_LISTED])
        return listed + (f"等{len(places)}个" if len(places) > _LISTED else "")

    def _full_name(self, place: int) -> str:
        row = self.divisions.rows[place]
        over = (self.divisions.name(c) for c in reversed(parents(row.code)))
        return "".join([*(name for name in over if name), row.name])

    # ---- the answer ----

    def _told(self, verdict: _Verdict, named: Places, town: str) -> Placed:
        base = self._base_of(verdict, named)
        return Placed(*base, self._town_code(verdict.places, town))

    def _base_of(self, verdict: _Verdict, named: Places) -> _Base:
        key = (verdict, named)
        if key not in self._bases:
            codes = self._shared_codes(verdict.places)
            self._bases[key] = (
                *self._names(codes),
                codes[0] if codes else None,
                codes[0] if len(verdict.places) == 1 else None,
                self._written(named, verdict.places),
                verdict.reason or None,
            )
        return self._bases[key]

    def _shared_codes(self, places: Places) -> tuple[str, ...]:
        """Return the code and those over it; of several places, those they share."""
        rows = (self.divisions.rows[p] for p in places)
        chains = [(row.code, *parents(row.code)) for row in rows]
        first = chains[0] if chains else ()
        return tuple(c for c in first if all(c in chain for chain in chains))

    def _names(
        self, codes: tuple[str, ...]
    ) -> tuple[str | None, str | None, str | None]:
        names: list[str | None] = [None, None, None]
        for code in codes:
            rows = [
                self.divisions.rows[p] for p in self.divisions.by_code.get(code, ())
            ]
            then = [r for r in rows if self.year is None or r.in_force(self.year)]
            for row in (then or rows)[-1:]:
                names[row.level - 1] = row.name
        if codes and codes[0][:2] in MUNICIPALITIES:
            names[1] = names[0]
        return names[0], names[1], names[2]

    def _town_code(self, places: Places, town: str) -> str | None:
        if len(places) != 1 or not town:
            return None
        towns = self.divisions.towns
        counties = self.divisions.today[places[0]]
        names = ((c, self._listed_name(town, c)) for c in counties)
        found = {towns[county][name] for county, name in names if name}
        return found.pop() if len(found) == 1 else None

    def _written(self, named: Places, answer: Places) -> str | None:
        """Return the name of the division named, if it is of the same level or gone."""
        rows = self.divisions.rows
        names = {rows[p].name for p in named}
        told = {rows[p].name for p in answer}
        levels = {rows[p].level for p in named}
        if len(names) != 1 or names <= told or levels != {self._level(answer)}:
            return None
        return names.pop()
