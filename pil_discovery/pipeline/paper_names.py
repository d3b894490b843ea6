"""The names under which papers print codes of a ledger; shares and citations."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from pil_discovery import procedure
from pil_discovery.catalog import models_folder
from pil_discovery.text.towns import town_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.procedure.ledger import Case, Rulebook
    from pil_discovery.types import Entry

UNKNOWN = "—"
_PENALTY = ".penalty"
_PERCENT = Decimal("0.1")


@dataclass(frozen=True)
class Names:
    """Names of topics, fields, outcomes, tracks; see `wording/names.yaml`."""

    told: Mapping[str, Any]

    def topic(self, name: str) -> str:
        """Return the Chinese name of a topic of law; a local one as it is."""
        return str(self.told["topics"].get(name.removesuffix(_PENALTY), name))

    def field(self, topic: str) -> str:
        """Return the field to which a topic belongs."""
        fields = self.told["fields"].items()
        return next(str(zh) for start, zh in fields if topic.startswith(start))

    def outcome(self, name: str) -> str:
        """Return the Chinese name of what a check found."""
        return str(self.told["outcomes"].get(name, name or UNKNOWN))

    def track(self, name: str) -> str:
        """Return the Chinese name of a track."""
        return str(self.told["tracks"].get(name, name))

    def agency(self, case: Case) -> str:
        """Return the agency of a case, or that it has none."""
        return case.agency or str(self.told["no_agency"])

    def town(self, case: Case) -> str:
        """Return the town that the records of a case name, or that none is named."""
        lead = case.lead
        words = [case.told("town"), case.title, case.party]
        words += [] if lead is None else [lead.title_zh, lead.subject]
        towns = (town_of(text) for text in words)
        return next((t for t in towns if t), str(self.told["unknown_town"]))


def papers_folder() -> Path:
    """Return where the wording of papers lies."""
    return models_folder() / "procedure" / "documents" / "papers"


def load_names() -> Names:
    """Read the names that papers print."""
    return _names(papers_folder() / "wording" / "names.yaml")


@lru_cache(maxsize=4)
def _names(path: Path) -> Names:
    return Names(yaml.safe_load(path.read_text(encoding="utf-8")))


def cited(book: Rulebook, ids: Iterable[str]) -> str:
    """Return rules as a document cites them, without the ids of this program."""
    known = [book.facts[i] for i in dict.fromkeys(ids) if i in book.facts]
    return "、".join(procedure.citation_zh(fact) for fact in known)


def tools_of(book: Rulebook, day: dt.date) -> list[dict[str, str]]:
    """Return by which means a standing committee supervises, each with its rules."""
    return [
        {"to": rung.to, "basis": cited(book, rung.basis)} for rung in book.on(day).tools
    ]


def percent(part: Decimal, whole: Decimal) -> str:
    """Return a share as documents print it, — where there is nothing to share."""
    if not whole:
        return UNKNOWN
    share = (100 * part / whole).quantize(_PERCENT, ROUND_HALF_UP)
    return f"{share}%"


def record_numbers(records: Sequence[Entry]) -> str:
    """Return the numbers of records in the ledger, each once: 3 7至9 12."""
    runs: list[list[int]] = []
    for seq in sorted({entry.seq for entry in records}):
        if runs and seq == runs[-1][-1] + 1:
            runs[-1].append(seq)
        else:
            runs.append([seq])
    # Blanks, for lines break between numbers there and nowhere else.
    words = [
        f"{run[0]}至{run[-1]}" if len(run) > 2 else " ".join(map(str, run))
        for run in runs
    ]
    return " ".join(words) or UNKNOWN
