"""What a suggestion or a claim may say: its bases, its pairs, whose duties it names."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pil_discovery.errors import near_names
from pil_discovery.procedure.bases import in_force, is_binding

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.types import Fact, PrivateDuty

_CLAUSE = re.compile(r"[，。；;,\n]")


def basis_faults(
    ids: Sequence[str],
    span: tuple[dt.date, dt.date],
    facts: Mapping[str, Fact],
    *,
    rule: str,
) -> list[str]:
    """Return what is wrong with the bases of a duty (fact `ban-72`).

    Every one must be known and in force on a day of the fact; at least one must be
    binding.
    """
    faults = []
    binding = False
    for name in ids:
        fact = facts.get(name)
        if fact is None:
            near = near_names(name, facts)
            faults.append(f"没有编号为「{name}」的依据{f'，{near}' if near else ''}")
        elif not in_force(fact, *span):
            faults.append(f"依据 {name} 在 {span[0]} 至 {span[1]} 没有施行")
        else:
            binding = binding or is_binding(fact)
    return faults if binding else [*faults, rule]


def pair_faults(items: Sequence[str], claims: Sequence[str], *, rule: str) -> list[str]:
    """Return that items and claims do not stand one to one (fact `ban-75-3`)."""
    if len(items) == len(claims):
        return []
    return [f"{rule}（建议 {len(items)} 项，诉讼请求 {len(claims)} 项）"]


def dictated_duties(
    claim: str, words: PrivateDuty, names: Iterable[str] = ()
) -> list[str]:
    """Return the clauses of a claim that tell a private party what to do (`ban-83-2`).

    A clause that names a party and then a duty is one, unless it goes on to ask for
    the agency's own duty. `names` are further names of parties.
    """
    parties = [*words.parties, *(re.escape(n) for n in names if n)]
    party = "|".join(f"(?:{p})" for p in parties)
    duty = "|".join(map(re.escape, words.duties))
    own = "|".join(map(re.escape, words.own))
    told = re.compile(f"(?:{party}).*?(?:{duty})(?!.*(?:{own}))")
    return [c.strip() for c in _CLAUSE.split(claim) if told.search(c)]


def same_name(left: str, right: str) -> bool:
    """Whether two names are one, whatever their width and blanks."""
    return _plain(left) == _plain(right)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())
