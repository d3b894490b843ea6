"""The lead of a case against a fresh scan: what changed, what points to default.

Nothing here is a verdict. Indicators follow the situations of facts `ban-82-1`
to `ban-82-7`; the last two are left to a person.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pil_discovery.procedure.ledger.dues import dues
from pil_discovery.types import Followup, Indicator, ReplyMeasure

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from pil_discovery.procedure.ledger.cases import Case
    from pil_discovery.procedure.ledger.rulebook import Rulebook
    from pil_discovery.types import Due, IndicatorRule, LeadFinding
    from pil_discovery.types.case_rules import FieldOf, FollowupRule
    from pil_discovery.types.cases import Outcome

_GONE = ("clear", "dropped")
_RESTORED = "restored"


@dataclass(frozen=True)
class Fresh:
    """What a fresh scan says: its date, how its models ran, its findings.

    `models` gives per model id `state` and `population`; `findings` are made as those
    of the lead were; `ground` gives, for findings of the lead that rest on pictures and
    have newer ones, the state of the ground (`gone`, `less`, `same` or `unknown`) and
    why.
    """

    scan: str
    as_of: dt.date
    models: Mapping[str, tuple[str, int]]
    findings: Sequence[LeadFinding]
    ground: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class _Seen:
    """One finding of the lead, held against the fresh scan."""

    state: str  # gone, less, same or unknown
    words: str


def compare(case: Case, fresh: Fresh, book: Rulebook, *, as_of: dt.date) -> Followup:
    """Compare the lead of a case with a fresh scan.

    A finding is gone when its model computed and no longer lists it, less when a
    measure of its harm or an amount of money has fallen, unknown when its model could
    not be computed, saw no row at all, or the scan is older than the lead. Where newer
    pictures show the place, a finding that is no longer listed is judged by the ground
    itself: a change is listed once, between two pictures, and the damage may stay.

    Returns
    -------
    Followup
        `relapsed` when the case was once found restored and the finding is back;
        `unknown` without a lead, or when what is not gone is not known. Data that are
        older than the reply or the end of its period say nothing about either.
    """
    standing = case.until(as_of)
    seen = _look(standing, fresh)
    rules = book.on(standing.latest)
    once = _RESTORED in _values(standing, rules.followup.check)
    outcome = _outcome([s.state for s in seen], once_restored=once)
    evidence = tuple(s.words for s in seen)
    running = dues(standing, book, as_of=as_of)
    about = _About(
        standing, outcome, evidence, running, as_of, rules.followup, fresh.as_of
    )
    return Followup(
        case=case.id,
        as_of=as_of,
        outcome=outcome,
        evidence=evidence,
        indicators=tuple(_indicator(r, about, book) for r in rules.indicators),
        measures=_measures(about),
    )


def _look(case: Case, fresh: Fresh) -> list[_Seen]:
    lead = case.lead
    if lead is None or not lead.findings:
        return [_Seen("unknown", "登记案件时没有关联筛查线索，无从比对")]
    if fresh.as_of < lead.as_of:
        what = f"新的筛查基准日 {fresh.as_of} 早于立案线索的 {lead.as_of}"
        return [_Seen("unknown", what)]
    return [_compare(old, fresh) for old in lead.findings]


def _compare(old: LeadFinding, fresh: Fresh) -> _Seen:
    name = f"{old.code} {old.key}"
    state, population = fresh.models.get(old.model, ("absent", 0))
    if state != "computed":
        words = {"off": "未运行", "absent": "不在这次筛查里"}.get(state, "不可计算")
        return _Seen("unknown", f"{name}：模型{words}，情况未知")
    if population == 0:
        return _Seen("unknown", f"{name}：这次筛查没有任何对象，情况未知")
    new = _counterpart(old, fresh)
    if new is not None and new.state != "unknown":
        return _listed(name, old, new)
    if (ground := fresh.ground.get(old.finding_id)) is not None:
        return _Seen(ground[0], f"{name}：{ground[1]}")
    if new is None:
        what = f"{name}：{fresh.as_of} 的筛查（总体 {population}）已不再列出"
        return _Seen("gone", what)
    return _Seen("unknown", f"{name}：这次缺少数据，情况未知")


def _counterpart(old: LeadFinding, fresh: Fresh) -> LeadFinding | None:
    """Return the finding of the same key, or of the same ground where keys are new."""
    same = [f for f in fresh.findings if f.model == old.model]
    found = next((f for f in same if f.key == old.key), None)
    if found is not None or not old.geometry:
        return found
    near = [f for f in same if f.geometry and _meet(old.geometry, f.geometry)]
    order = {"hit": 0, "review": 1, "unknown": 2}
    return min(near, key=lambda f: order.get(f.state, 3), default=None)


def _meet(left: str, right: str) -> bool:
    from shapely.geometry import shape

    return bool(shape(json.loads(left)).intersects(shape(json.loads(right))))


def _listed(name: str, old: LeadFinding, new: LeadFinding) -> _Seen:
    if new.state in _GONE:
        return _Seen("gone", f"{name}：这次已被排除条件排除")
    pairs = {
        m: (Decimal(old.measures[m]), Decimal(new.measures[m]))
        for m in old.harm
        if m in old.measures and m in new.measures
    }
    told = "，".join(f"{m} {a} → {b}" for m, (a, b) in pairs.items())
    if any(b < a for a, b in pairs.values()):
        return _Seen("less", f"{name}：减少，但仍列出（{told}）")
    return _Seen("same", f"{name}：仍列出{f'（{told}）' if told else ''}")


def _outcome(states: Sequence[str], *, once_restored: bool) -> Outcome:
    present = [s for s in states if s in {"less", "same"}]
    if not present:
        return "restored" if set(states) == {"gone"} else "unknown"
    if once_restored:
        return "relapsed"
    return "partial" if set(states) & {"gone", "less"} else "not"


def _values(case: Case, told: FieldOf) -> list[str]:
    """Return the values of a field of all records of an event."""
    return [v for e in case.of(told.event) for v in e.fields.get(told.field, ())]


@dataclass(frozen=True)
class _About:
    """What the indicators look at."""

    case: Case
    outcome: Outcome
    evidence: tuple[str, ...]
    dues: Sequence[Due]
    as_of: dt.date
    rule: FollowupRule
    data_day: dt.date

    @property
    def reply(self) -> Due | None:
        """The period for the reply, if it runs."""
        return next((d for d in self.dues if d.clock in self.rule.clocks), None)

    @property
    def replied_on(self) -> dt.date | None:
        """The day of the first reply."""
        return next((e.on for e in self.case.of(self.rule.reply.event)), None)

    @property
    def is_open(self) -> bool:
        """Whether fresh data still show harm, in whole or in part."""
        return self.outcome in {"not", "partial", "relapsed"}


def _indicator(rule: IndicatorRule, about: _About, book: Rulebook) -> Indicator:
    fact = book.facts[rule.id]
    if rule.rule == "human":
        return Indicator(
            id=rule.id, zh=fact.summary_zh, state="human", evidence=("由承办人判断",)
        )
    applies, evidence = _RULES[rule.rule](rule, about)
    if not applies:
        state = "not_indicated"
    elif about.outcome == "unknown":
        state = "unknown"
    elif since := _older(rule, about):
        state = "unknown"
        evidence = (*evidence, since)
    else:
        holds = _holds(rule, about)
        state = "indicated" if holds else "not_indicated"
    return Indicator.model_validate(
        {
            "id": rule.id,
            "zh": fact.summary_zh,
            "state": state,
            "evidence": (*evidence, *(about.evidence if applies else ())),
        }
    )


def _older(rule: IndicatorRule, about: _About) -> str:
    """Return why fresh data are too old for an indicator; empty where they are not."""
    day = about.replied_on
    if rule.rule == "no_reply" and about.reply is not None:
        day = about.reply.date
    if rule.rule == "recorded" and rule.told is not None:
        day = next((e.on for e in about.case.of(rule.told.event)), None)
    return _stale(day, about)


def _stale(day: dt.date | None, about: _About) -> str:
    if day is None or day <= about.data_day:
        return ""
    return f"数据截至 {about.data_day}，早于 {day}，情况未知"


def _holds(rule: IndicatorRule, about: _About) -> bool:
    """Whether fresh data bear an indicator; the first two want no effect at all."""
    if rule.rule in {"no_reply", "plan_only"}:
        return about.outcome in {"not", "relapsed"}
    return about.is_open


def _no_reply(_: IndicatorRule, about: _About) -> tuple[bool, tuple[str, ...]]:
    reply, replied = about.reply, about.replied_on
    if reply is None:
        return False, ("检察建议书还没有送达",)
    if replied is not None and replied <= reply.date:
        return False, (f"{replied} 已回复（期限 {reply.date}）",)
    if replied is None and about.as_of <= reply.date:
        return False, (f"回复期限 {reply.date} 还没有届满",)
    when = f"{replied} 才回复" if replied else "没有回复"
    return True, (f"期限 {reply.date}，{when}",)


def _plan_only(_: IndicatorRule, about: _About) -> tuple[bool, tuple[str, ...]]:
    plans = [w for told in about.rule.plans for w in _words(about, told, "")]
    return bool(plans), tuple(plans) or ("没有记录整改措施或者方案",)


def _reply_unmet(_: IndicatorRule, about: _About) -> tuple[bool, tuple[str, ...]]:
    reply, replied = about.reply, about.replied_on
    if reply is None or replied is None or replied > reply.date:
        return False, ("没有按期回复",)
    return True, (f"{replied} 按期回复（期限 {reply.date}）",)


def _recorded(rule: IndicatorRule, about: _About) -> tuple[bool, tuple[str, ...]]:
    if rule.told is None:
        return False, ()
    found = [
        words
        for words in _words(about, rule.told, rule.zh)
        if not rule.words or any(word in words.lower() for word in rule.words)
    ]
    return bool(found), tuple(found) or ("没有这样的记录",)


def _words(about: _About, told: FieldOf, zh: str) -> list[str]:
    """Return each value of a field with number and day of its record."""
    return [
        f"第{e.seq}条 {e.on} {f'{zh}：' if zh else ''}{v}"
        for e in about.case.of(told.event)
        for v in e.fields.get(told.field, ())
        if v not in about.rule.none
    ]


_RULES: Mapping[
    str, Callable[[IndicatorRule, _About], tuple[bool, tuple[str, ...]]]
] = {
    "no_reply": _no_reply,
    "plan_only": _plan_only,
    "reply_unmet": _reply_unmet,
    "recorded": _recorded,
}


_SHOWN = {"restored": "shown", "partial": "partly_shown", "unknown": "unknown"}


def _measures(about: _About) -> tuple[ReplyMeasure, ...]:
    """Hold each measure that replies claim against what fresh data show."""
    told = about.rule.reply
    claimed: dict[str, dt.date] = {}
    for entry in about.case.of(told.event):
        for claim in entry.fields.get(told.field, ()):
            if claim not in about.rule.none:
                claimed.setdefault(claim, entry.on)
    return tuple(_measure(claim, day, about) for claim, day in claimed.items())


def _measure(claim: str, day: dt.date, about: _About) -> ReplyMeasure:
    stale = _stale(day, about)
    state = "unknown" if stale else _SHOWN.get(about.outcome, "not_shown")
    evidence = (stale, *about.evidence) if stale else about.evidence
    return ReplyMeasure.model_validate(
        {"measure": claim, "state": state, "evidence": evidence}
    )
