"""The words of a case for readers outside the office: no person, no tip-giver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.case_words import load_case_wording
from pil_discovery.bundle.redacting import acting
from pil_discovery.bundle.redaction import Redactor, squeezed
from pil_discovery.pipeline.minors import redacted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pil_discovery.procedure.ledger import Case


def for_outside(
    values: Mapping[str, Any],
    keys: Iterable[str],
    case: Case,
    *,
    profile: str,
    subjects: Iterable[str],
    templates: Path,
) -> dict[str, Any]:
    """Return values with the persons in their words replaced by labels.

    Parameters
    ----------
    keys
        Values that hold words written by people.
    profile
        `agency` still reads the names of those whom it must act on, `public` none.
    subjects
        Whom the lead and its findings are about.
    templates
        Folder with the wording of cases: which fields of a record hold names.
    """
    concerned = {*subjects, case.party} - {""}
    shown = map(squeezed, concerned) if profile == "agency" else ()
    wording = load_case_wording(templates)
    redactor = Redactor(profile, shown=frozenset(shown))
    for name in (*sorted(concerned), *acting(case.entries, wording)):
        redactor.learn(name, "name")
    return redacted(values, keys, redactor)
