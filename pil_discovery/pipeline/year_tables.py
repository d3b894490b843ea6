"""The tables of a year: numbers, rates and groups, each counted from named records."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pil_discovery.pipeline.paper_names import (
    UNKNOWN,
    Names,
    percent,
    record_numbers,
)
from pil_discovery.procedure.ledger.tallies import (
    DUE,
    ENDED,
    ON_TIME,
    OPEN,
    OUTCOME,
    REPLIED,
    UNANSWERED,
    UNREAD,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pil_discovery.procedure.ledger.tallies import Counted
    from pil_discovery.types import CaseRules

    Row = dict[str, Any]

SEVERAL = 2
"""From so many on, suggestions to one agency or cases of one topic are repeated."""
MOST_RECORDS = 60
"""Records of a number that are printed; the workbook lists all."""
_FEW_MARK, _SUM = "＊", "合计"
_CONCERNING = frozenset({"suggestions", "suits", DUE, UNANSWERED})


@dataclass(frozen=True)
class Year:
    """What is counted of a year and of the year before.

    Attributes
    ----------
    few
        Rates over fewer periods than this carry a caution.
    last
        The last day that counts: months behind it are not told.
    """

    now: Sequence[Counted]
    before: Sequence[Counted]
    rules: CaseRules
    names: Names
    few: int
    last: dt.date


def year_tables(year: Year) -> dict[str, Any]:
    """Return the rows of every table of a year.

    Returns
    -------
    dict
        `numbers`, `rates`, `outcomes`, `amounts` (this year, the year before, change);
        `domains`, `agencies`, `towns`, `months` (the same columns for each group, with
        their sum); `by_month` without it; `offices`: agencies that got a suggestion,
        owe a reply, were checked or sued; `agencies_due`: those with a period that
        ended; `gaps`, `repeated`, `silent`; `traces`: the records behind each number;
        `due`, `replied`, `on_time`, `open`, `ended`, `unanswered`, `older`: replies;
        `details`: one row for each thing counted, in both years; `unread`: amounts
        that are no numbers; `any_few`: whether a rate rests on few periods.
    """
    agencies = _groups(year, lambda c: year.names.agency(c.case))
    domains = _groups(year, lambda c: year.names.field(c.case.matter))
    towns = _groups(year, lambda c: year.names.town(c.case))
    months = _months(year)
    offices = [row for row in agencies if row["_concerned"]]
    rates = _rates(year)
    return {
        "numbers": _numbers(year),
        "rates": rates,
        "outcomes": _outcomes(year),
        "amounts": _amounts(year),
        "domains": _summed(domains, year),
        "agencies": _summed(agencies, year),
        "towns": _summed(towns, year),
        "months": _summed(months, year),
        "by_month": months,
        "offices": offices,
        "agencies_due": [row for row in agencies if row["_due"]],
        "gaps": _gaps(year),
        "repeated": _repeated(year),
        "silent": _silent(year),
        "traces": _traces(year),
        "details": details(year),
        "unread": _unread(year),
        **_replies(year),
        "any_few": any(row["few"] for row in (*rates, *agencies, *domains)),
    }


def _replies(year: Year) -> Row:
    """Return the replies in words: what was due is the sum of its parts."""
    measures = {"due": DUE, "replied": REPLIED, "on_time": ON_TIME}
    measures |= {"open": OPEN, "ended": ENDED, "unanswered": UNANSWERED}
    older = _sum(year.now, UNANSWERED) - _sum(year.now, OPEN)
    told = {name: _plain(_sum(year.now, m)) for name, m in measures.items()}
    return told | {"older": _plain(older)}


def _of(counted: Iterable[Counted], measure: str) -> list[Counted]:
    return [c for c in counted if c.measure == measure]


def _sum(counted: Iterable[Counted], measure: str) -> Decimal:
    return sum((c.value for c in _of(counted, measure)), Decimal(0))


def _change(now: Decimal, before: Decimal) -> str:
    step = now - before
    return f"{'+' if step > 0 else '−' if step < 0 else ''}{_plain(abs(step))}"


def _plain(value: Decimal) -> str:
    """Write an amount in full, thousands parted, without idle decimals."""
    text = f"{value:,.2f}"
    return text.removesuffix(".00")


def _numbers(year: Year) -> list[Row]:
    return [_compared(year, rule.id, rule.zh) for rule in year.rules.counts]


def _compared(year: Year, measure: str, zh: str) -> Row:
    now, before = _sum(year.now, measure), _sum(year.before, measure)
    return {
        "id": measure,
        "zh": zh,
        "now": _plain(now),
        "before": _plain(before),
        "change": _change(now, before),
        "size": float(now),
    }


def _amounts(year: Year) -> list[Row]:
    return [
        _compared(year, r.field, f"{r.zh}（{r.unit}）") for r in year.rules.recovered
    ]


def _outcomes(year: Year) -> list[Row]:
    found = dict.fromkeys(
        c.measure for c in (*year.now, *year.before) if c.measure.startswith(OUTCOME)
    )
    return [
        _compared(year, m, year.names.outcome(m.removeprefix(OUTCOME)))
        for m in sorted(found)
    ]


def _rates(year: Year) -> list[Row]:
    return [
        _rate(year, zh, measure)
        for zh, measure in (("回复率", REPLIED), ("按期回复率", ON_TIME))
    ]


def _rate(year: Year, zh: str, measure: str) -> Row:
    part, whole = _sum(year.now, measure), _sum(year.now, DUE)
    old_part, old_whole = _sum(year.before, measure), _sum(year.before, DUE)
    return {
        "zh": zh,
        "part": _plain(part),
        "whole": _plain(whole),
        "share": _marked(part, whole, year.few),
        "before": _marked(old_part, old_whole, year.few),
        "before_parts": f"{_plain(old_part)}/{_plain(old_whole)}",
        "few": 0 < whole < year.few or 0 < old_whole < year.few,
    }


def _marked(part: Decimal, whole: Decimal, few: int) -> str:
    return percent(part, whole) + (_FEW_MARK if 0 < whole < few else "")


def _groups(year: Year, by: Callable[[Counted], str]) -> list[Row]:
    """Return a row for each group, those with most suggestions and cases first."""
    grouped: dict[str, list[Counted]] = defaultdict(list)
    for counted in year.now:
        grouped[by(counted)].append(counted)
    rows = [_group(name, own, year) for name, own in grouped.items()]
    return sorted(rows, key=lambda r: (-r["_suggestions"], -r["_opened"], r["name"]))


def _summed(rows: Sequence[Row], year: Year) -> list[Row]:
    """Return the rows with their sum below, where there are several."""
    if len(rows) < SEVERAL:
        return list(rows)
    own = [one for row in rows for one in row["_own"]]
    return [*rows, _group(_SUM, own, year)]


def _group(name: str, own: Sequence[Counted], year: Year) -> Row:
    whole, replied = _sum(own, DUE), _sum(own, REPLIED)
    on_time = _sum(own, ON_TIME)
    row = {rule.id: _plain(_sum(own, rule.id)) for rule in year.rules.counts}
    row |= {r.field: _plain(_sum(own, r.field)) for r in year.rules.recovered}
    return row | {
        "name": name,
        "due": _plain(whole),
        "replied": _plain(replied),
        "on_time": _plain(on_time),
        "open": _plain(_sum(own, OPEN)),
        "ended": _plain(_sum(own, ENDED)),
        "unanswered": _plain(_sum(own, UNANSWERED)),
        "reply_share": _marked(replied, whole, year.few),
        "on_time_share": _marked(on_time, whole, year.few),
        "reply_percent": _length(replied, whole),
        "reply_words": f"{_marked(replied, whole, year.few)}（{replied}/{whole}）",
        "seen": _seen(own, year.names),
        "few": 0 < whole < year.few,
        "_suggestions": _sum(own, "suggestions"),
        "_opened": _sum(own, "opened"),
        "_due": whole,
        "_own": own,
        "_concerned": any(c.case.agency and _concerns(c.measure) for c in own),
    }


def _concerns(measure: str) -> bool:
    """Whether a measure tells what an agency was told, did or was sued for."""
    return measure.startswith(OUTCOME) or measure in _CONCERNING


def _length(part: Decimal, whole: Decimal) -> float | None:
    return float(100 * part / whole) if whole else None


def _seen(own: Sequence[Counted], names: Names) -> str:
    found = sorted({c.measure for c in own if c.measure.startswith(OUTCOME)})
    words = [
        f"{names.outcome(m.removeprefix(OUTCOME))} {_plain(_sum(own, m))}"
        for m in found
    ]
    return "、".join(words) or UNKNOWN


def _months(year: Year) -> list[Row]:
    rows = []
    for month in range(1, year.last.month + 1):
        own = [c for c in year.now if c.on.month == month and c.measure != UNANSWERED]
        row = _group(f"{month}月", own, year)
        rows.append(row | {"opened_size": float(row["_opened"])})
    return rows


def _gaps(year: Year) -> list[Row]:
    grouped: dict[str, list[Counted]] = defaultdict(list)
    for counted in _of(year.now, "opened"):
        grouped[counted.case.matter].append(counted)
    rows = [
        {
            "matter": year.names.topic(matter),
            "cases": str(len(own)),
            "agencies": _listed(c.case.agency for c in own),
            "towns": _listed(year.names.town(c.case) for c in own),
            "states": _states(own, year.rules),
            "records": record_numbers([e for c in own for e in c.records]),
        }
        for matter, own in grouped.items()
        if len(own) >= SEVERAL
    ]
    return sorted(rows, key=lambda r: (-int(r["cases"]), r["matter"]))


def _states(own: Sequence[Counted], rules: CaseRules) -> str:
    names = [rules.state(c.case.state).zh for c in own]
    return "、".join(f"{n} {names.count(n)}" for n in dict.fromkeys(names))


def _listed(names: Iterable[str]) -> str:
    return "、".join(sorted({n for n in names if n})) or UNKNOWN


def _repeated(year: Year) -> list[Row]:
    grouped: dict[str, list[Counted]] = defaultdict(list)
    for counted in _of(year.now, "suggestions"):
        grouped[counted.case.agency].append(counted)
    rows = [
        {
            "agency": agency,
            "suggestions": str(len(own)),
            "before": str(
                sum(c.case.agency == agency for c in _of(year.before, "suggestions"))
            ),
            "matters": _listed(year.names.topic(c.case.matter) for c in own),
            "records": record_numbers([e for c in own for e in c.records]),
        }
        for agency, own in grouped.items()
        if len(own) >= SEVERAL
    ]
    return sorted(rows, key=lambda r: (-int(r["suggestions"]), r["agency"]))


def _silent(year: Year) -> list[Row]:
    found = sorted(_of(year.now, UNANSWERED), key=lambda c: (c.on, c.case.id))
    return [
        {
            "agency": c.case.agency,
            "matter": year.names.topic(c.case.matter),
            "ended": c.on.isoformat(),
            "records": record_numbers(c.records),
        }
        for c in found
    ]


def _unread(year: Year) -> list[Row]:
    told = {r.zh: _of(year.now, f"{UNREAD}{r.field}") for r in year.rules.recovered}
    return [
        {"zh": zh, "records": record_numbers([e for c in own for e in c.records])}
        for zh, own in told.items()
        if own
    ]


def measure_labels(year: Year) -> Mapping[str, str]:
    """Return the Chinese names of all measures, in the order of the reports."""
    labels = {rule.id: rule.zh for rule in year.rules.counts}
    labels |= {
        DUE: "期限届满的检察建议",
        REPLIED: "其中已回复",
        ON_TIME: "其中按期回复",
        OPEN: "其中期满没有回复",
        ENDED: "其中期满没有回复、案件已终结",
        UNANSWERED: "累计未回复（含以前年度期满的）",
    }
    seen = sorted({c.measure for c in (*year.now, *year.before)})
    for measure in (m for m in seen if m.startswith(OUTCOME)):
        name = year.names.outcome(measure.removeprefix(OUTCOME))
        labels[measure] = f"最近一次跟进：{name}"
    labels |= {r.field: f"{r.zh}（{r.unit}）" for r in year.rules.recovered}
    return labels | {
        f"{UNREAD}{r.field}": f"{r.zh}（读不出数额）" for r in year.rules.recovered
    }


def _traces(year: Year) -> list[Row]:
    rows = []
    for measure, zh in measure_labels(year).items():
        own = _of(year.now, measure)
        if not own and measure.startswith(UNREAD):
            continue
        records = [e for c in own for e in c.records]
        shown = sorted({e.seq for e in records})[:MOST_RECORDS]
        words = record_numbers([e for e in records if e.seq in shown])
        more = len({e.seq for e in records}) - len(shown)
        rest = f" 等，另有{more}条见工作簿“计数明细”" if more else ""
        value = sum((c.value for c in own), Decimal(0))
        rows.append({"zh": zh, "now": _plain(value), "records": words + rest})
    return rows


def details(year: Year) -> list[Row]:
    """Return one row for each thing that was counted, in both years.

    Filtered by measure and group, the values of a year add up to its numbers.
    """
    labels = measure_labels(year)
    order = {measure: n for n, measure in enumerate(labels)}
    counted = sorted(
        (c for c in (*year.now, *year.before)),
        key=lambda c: (-c.on.year, order[c.measure], c.on, c.records[-1].seq),
    )
    now = {id(c) for c in year.now}
    return [
        {
            "year": "本年" if id(c) in now else "上年",
            "measure": labels[c.measure],
            "agency": year.names.agency(c.case),
            "domain": year.names.field(c.case.matter),
            "matter": year.names.topic(c.case.matter),
            "town": year.names.town(c.case),
            "month": f"{c.on.month}月",
            "day": c.on.isoformat(),
            "value": f"{c.value:f}",
            "case": c.case.id,
            "records": record_numbers(c.records),
        }
        for c in counted
    ]
