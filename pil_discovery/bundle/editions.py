"""Which version of the law was applied, why, and which came after it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.annex_tables import AnnexTable, row_of
from pil_discovery.bundle.words import citation, date_zh, validity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.types import Basis

_CHINESE, _LATIN = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z]")
_UNREAD = "secondary"
"""Rules whose text nobody read: no document may print them."""
_ROLES = {
    "applies": "事实发生时有效",
    "if_milder": "事实发生后施行，处罚较轻时适用",
    "transition": "新旧衔接规则",
    "gap": "没有载入该日期的版本",
}
_NOTE = (
    "依据按事实发生日期取用，不按制作文书的日期取用；持续的事实适用期间内有效的各个版本。"
    "版本起止以载入的法律数据为准，引用前须与公布的正式文本核对。"
)


def edition_tables(
    request: BundleRequest,
    cited: Sequence[Basis],
    uses: Mapping[str, str],
) -> tuple[AnnexTable, ...]:
    """Return the versions of what is cited, and what is known but not printed.

    Parameters
    ----------
    cited
        The bases that the document prints.
    uses
        Why the document lists a rule, rule → words.
    """
    told = [edition(request, b) for b in cited]
    versions = AnnexTable(
        kind="editions",
        title="所用版本的说明",
        before=(_fact_words(request), _NOTE),
        rows=tuple(
            row_of(
                t["citation"],
                "；".join(w for w in (uses.get(t["id"]), t["in_force"], t["why"]) if w),
                t["then"],
            )
            for t in told
        ),
    )
    return tuple(s for s in (versions, absent_table(request)) if s.rows)


def edition(request: BundleRequest, basis: Basis) -> dict[str, str]:
    """Return why a version applies and what follows it, in words."""
    return {
        "id": basis.id,
        "citation": citation(basis),
        "in_force": validity(basis),
        "why": _why(request, basis),
        "then": "；".join(_then(request, basis)),
    }


def _fact_words(request: BundleRequest) -> str:
    first, last = _span(request)
    if first is None:
        day = date_zh(request.as_of)
        return f"事实发生日期未知，依据按筛查基准日{day}取用，须先查明日期。"
    until = f"至{date_zh(last)}" if last is not None and last != first else ""
    return f"事实发生日期：{date_zh(first)}{until}（待核查）。"


def _span(request: BundleRequest) -> tuple[Any, Any]:
    told = [(f.fact_date, f.fact_last_date) for f in request.findings]
    told.append((request.lead.fact_date, request.lead.fact_last_date))
    days = [d for pair in told for d in pair if d is not None]
    return (min(days), max(days)) if days else (None, None)


def _why(request: BundleRequest, basis: Basis) -> str:
    first, last = _span(request)
    on_matter = {i for f in request.findings for i in f.basis}
    on_matter |= {*request.lead.basis}
    if basis.id not in on_matter:
        return "办案程序的依据，不按事实发生日期取用"
    if basis.role != "applies" or first is None:
        return _ROLES[basis.role]
    start, end = basis.effective_from, basis.effective_to
    if start is not None and start > first:
        return f"事实持续期间内自{date_zh(start)}起有效"
    if end is not None and end < last:
        return f"事实持续期间内至{date_zh(end)}有效"
    return f"{date_zh(first)}在其有效期内"


def _then(request: BundleRequest, basis: Basis) -> Iterator[str]:
    if basis.effective_to is not None and basis.successor_zh:
        yield f"{date_zh(basis.effective_to)}后见{basis.successor_zh}"
    elif basis.effective_to is not None:
        yield f"{date_zh(basis.effective_to)}后失效，没有载入其后的版本"
    for later in _later(request, basis):
        role = _ROLES.get(str(later.get("role")), "")
        yield f"{later['citation_zh']}（{later['effective_from']}起，{role}）"
    if _is_chinese(basis.note):
        yield basis.note


def _is_chinese(note: str) -> bool:
    # a document is in one language: an English note may hold a Chinese term
    return len(_CHINESE.findall(note)) > len(_LATIN.findall(note))


def _later(request: BundleRequest, basis: Basis) -> list[Mapping[str, Any]]:
    told = (request.run.get("basis") or {}).get(basis.id) or {}
    return list(told.get("later") or ())


def absent_table(request: BundleRequest) -> AnnexTable:
    """Return what is known of the law and may not be printed, with the reason."""
    unique = {b.id: b for b in request.bases}
    rows = [
        row_of(_name(b), reason).model_copy(update={"in_print": b.verified != _UNREAD})
        for b in unique.values()
        if (reason := _reason(b))
    ]
    unread = sum(not row.in_print for row in rows)
    note = f"另有{unread}项依据没有核对原文，文书不得印出，见未载入的依据.csv。"
    return AnnexTable(
        kind="absent",
        title="没有载入文本、文书不引用的依据",
        rows=tuple(rows),
        after=(note,) if unread else (),
    )


def _name(basis: Basis) -> str:
    return citation(basis) if basis.law else basis.id


def _reason(basis: Basis) -> str:
    if basis.role == "gap":
        return basis.note or _ROLES["gap"]
    if basis.verified == _UNREAD:
        return "只见于二手资料，没有核对原文"
    if basis.kind == "reference":
        return "仅供参考，不作为履行职责的依据"
    return ""
