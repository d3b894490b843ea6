"""How far the results of a model can be trusted: flags, unknowns, checked leads."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from pil_discovery.leads.precision import Tally
from pil_discovery.types import Quality
from pil_discovery.types.verdicts import REASONS, RUNGS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from pil_discovery.types import Model, ModelRun, Verdict

LARGE_SHARE = Fraction(1, 5)
LEAST_POPULATION = 20
"""From how many candidates a large share says something."""
LOW_PRECISION = Fraction(1, 5)
ENOUGH_CHECKS = 20
ENOUGH_REJECTIONS = 3
"""From how many rejections for one reason, a third of all, an exclusion is proposed."""
_FOURTH = Decimal("0.0001")


def quality(
    run: ModelRun, verdicts: Iterable[Verdict] = (), *, as_of: dt.date | None = None
) -> Quality:
    """Judge one run of a model.

    Alarms: more than 20 % of a population of at least 20 is flagged; every candidate is
    unknown; after 20 checked leads fewer than 20 % were confirmed. With the last one
    the model is noisy.

    Parameters
    ----------
    run
        How the model ran.
    verdicts
        Outcomes of checks, in the order of their file; of all models.
    as_of
        Day of the scan: later checks do not count.
    """
    standing = _standing((run.id, run.version), verdicts, as_of)
    confirmed, checked = _tally(standing)
    rejections = Counter(v.reason for v in standing if v.reason)
    counts = run.counts
    flagged = counts.hit + counts.review
    noisy = checked >= ENOUGH_CHECKS and Fraction(confirmed, checked) < LOW_PRECISION
    return Quality(
        flagged=flagged,
        share=_share(flagged, counts.population),
        checked=checked,
        confirmed=confirmed,
        precision=_share(confirmed, checked),
        noisy=noisy,
        rejections=dict(sorted(rejections.items(), key=lambda x: (-x[1], x[0]))),
        alarms=(
            *_alarms(run, flagged, (confirmed, checked) if noisy else None),
            *_proposals(run, standing),
        ),
    )


def tallies(
    models: Iterable[Model], verdicts: Iterable[Verdict], *, as_of: dt.date
) -> list[Tally]:
    """Count the checked leads of every model, whether it ran or not.

    Parameters
    ----------
    models
        Of the catalogue: what is said of one must not depend on which of them ran.
    verdicts, as_of
        As in `quality`.
    """
    told = list(verdicts)
    return [
        Tally(
            m.id,
            m.domain,
            m.evidence,
            *_tally(_standing((m.id, m.version), told, as_of)),
        )
        for m in models
    ]


def latest(
    verdicts: Iterable[Verdict], as_of: dt.date | None = None
) -> dict[str, Verdict]:
    """Return for each lead the verdict that counts: the highest, there the last.

    Parameters
    ----------
    verdicts
        In file order.
    as_of
        Later verdicts do not count.
    """
    found: dict[str, Verdict] = {}
    for v in verdicts:
        known = found.get(v.lead_id)
        later = as_of is not None and v.on > as_of
        if not later and (known is None or RUNGS[v.stage] >= RUNGS[known.stage]):
            found[v.lead_id] = v
    return found


def _standing(
    model: tuple[str, str], verdicts: Iterable[Verdict], as_of: dt.date | None
) -> list[Verdict]:
    """Return for each lead of a model (id, version) the verdict that counts."""
    name, version = model
    own = (
        v
        for v in verdicts
        if v.model == name and _release(v.model_version) == _release(version)
    )
    return list(latest(own, as_of).values())


def _tally(standing: Iterable[Verdict]) -> tuple[int, int]:
    """Count confirmed and checked leads."""
    outcomes = [v.outcome for v in standing]
    confirmed = outcomes.count("confirmed")
    return confirmed, confirmed + outcomes.count("refuted")


def _release(version: str) -> str:
    """Return a version without its patch: another rule starts without a record."""
    return ".".join(version.split(".")[:2])


def _share(part: int, whole: int) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(_FOURTH, ROUND_HALF_UP)


def _alarms(run: ModelRun, flagged: int, low: tuple[int, int] | None) -> Iterable[str]:
    population = run.counts.population
    if population >= LEAST_POPULATION and Fraction(flagged, population) > LARGE_SHARE:
        yield (
            f"模型 {run.code} 标出 {population} 条中的 {flagged} 条"
            f"（{100 * flagged / population:.1f}%），超过 20%，可能误报较多；"
            "请先核对参数、数据口径和可排除命中的数据，再使用其线索"
        )
    if population and run.counts.unknown == population:
        yield (
            f"模型 {run.code} 的 {population} 条全部不能判定：没有命中不等于没有问题，"
            "请先补齐所缺的值"
        )
    if low is not None:
        yield (
            f"模型 {run.code} 已核查 {low[1]} 件线索，属实的只有 {low[0]} 件，"
            "不足 20%（只说明已核查的这些，没有按抽取的概率加权）："
            "其线索不再自动列出，请修改模型后再用"
        )


def _proposals(run: ModelRun, standing: Iterable[Verdict]) -> Iterator[str]:
    """Name the reasons that many rejections have in common, with what was noted."""
    rejected = [v for v in standing if v.reason]
    for reason, number in Counter(v.reason for v in rejected).most_common():
        if number < ENOUGH_REJECTIONS or 3 * number < len(rejected):
            continue
        notes = Counter(v.note.strip() for v in rejected if v.reason == reason)
        note, times = min(notes.items(), key=lambda x: (-x[1], x[0]))
        said = f"（其中 {times} 件注明“{note}”）" if note and times > 1 else ""
        yield (
            f"模型 {run.code} 被排除的 {len(rejected)} 件中有 {number} 件理由是"
            f"“{REASONS.get(reason, reason)}”{said}："
            "请看能否用数据判断，写成模型的排除情形"
        )
