"""Which findings make one lead, and which leads make a class (类案)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pil_discovery.errors import ModelError, Problem
from pil_discovery.text.canonical import dump_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.types import Finding, Model

ID_LENGTH = 24


@dataclass(frozen=True)
class Group:
    """Findings of one model that one agency must answer for.

    Attributes
    ----------
    lead_id
        First 24 hex digits of the SHA-256 of what the lead is about; does not depend
        on the date of the scan or on any measure.
    findings
        Ordered by `finding_id`.
    members
        Single lead ids of a class, ordered; empty for a single lead.
    """

    lead_id: str
    kind: Literal["single", "class"]
    model: str
    agency: str | None
    findings: tuple[Finding, ...]
    members: tuple[str, ...] = ()


def merge(findings: Sequence[Finding], models: Mapping[str, Model]) -> list[Group]:
    """Group hits and reviews into single leads, then single leads into classes.

    Findings of the same model and agency with equal merge values are one single lead.
    A missing merge value equals nothing, itself included: such a finding is told apart
    by its key. Every hit is in exactly one single lead.

    Parameters
    ----------
    findings
        Findings in any state and order; only `hit` and `review` take part.
    models
        Model id → model, at least those of the findings.

    Returns
    -------
    list
        Single leads ordered by id, then classes ordered by id.

    Raises
    ------
    ModelError
        If a finding names a model that is not given.
    """
    flagged = [f for f in findings if f.state in {"hit", "review"}]
    _known_models(flagged, models)
    found: dict[str, list[Finding]] = {}
    for finding in sorted(flagged, key=lambda f: f.finding_id):
        found.setdefault(_lead_id(_matter(finding)), []).append(finding)
    singles = [_single(lead_id, tuple(found[lead_id])) for lead_id in sorted(found)]
    return [*singles, *classes(singles)]


def classes(singles: Iterable[Group]) -> list[Group]:
    """Gather single leads of one model and one known agency, two or more, as a class.

    Returns
    -------
    list
        Classes ordered by id; leads without an agency are in none, because nobody is
        there to address.
    """
    found: dict[tuple[str, str], list[Group]] = {}
    for single in singles:
        if single.agency is not None:
            found.setdefault((single.model, single.agency), []).append(single)
    several = [_class(groups) for groups in found.values() if len(groups) > 1]
    return sorted(several, key=lambda g: g.lead_id)


def _known_models(findings: Sequence[Finding], models: Mapping[str, Model]) -> None:
    unknown = sorted({f.model for f in findings} - set(models))
    if unknown:
        raise ModelError(
            Problem("findings", m, "筛查结果引用的模型不在目录中") for m in unknown
        )


def _single(lead_id: str, findings: tuple[Finding, ...]) -> Group:
    first = findings[0]
    return Group(lead_id, "single", first.model, first.agency, findings)


def _class(singles: Sequence[Group]) -> Group:
    model, agency = singles[0].model, singles[0].agency
    return Group(
        lead_id=_lead_id(["class", model, agency]),
        kind="class",
        model=model,
        agency=agency,
        findings=tuple(f for g in singles for f in g.findings),
        members=tuple(sorted(g.lead_id for g in singles)),
    )


def _matter(finding: Finding) -> dict[str, object]:
    matter: dict[str, object] = {
        "model": finding.model,
        "agency": finding.agency,
        "merge": list(finding.merge),
    }
    if not finding.merge or None in finding.merge:
        matter["key"] = list(finding.key.values())
    return matter


def _lead_id(matter: object) -> str:
    return hashlib.sha256(dump_json(matter).encode()).hexdigest()[:ID_LENGTH]
