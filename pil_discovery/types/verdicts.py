"""What checking a lead showed, and how far a model can be trusted after that."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from pydantic import Field as _Field

from pil_discovery.types.base import Noun
from pil_discovery.types.results import Parts

REFINEMENT = "确定性.json"
"""File of a workspace: how checks refine certainty; only there if somebody asked."""
VERDICTS = "核查结果.jsonl"
"""File of a workspace: one verdict a line, appended and never changed."""


REASONS = {
    "fact_absent": "事实不存在",
    "lawfully_handled": "已依法处理",
    "data_error": "数据错误",
    "same_lead": "重复线索",
    "not_our_jurisdiction": "不属本院管辖",
    "trivial": "情节轻微",
    "time_barred": "已过时效",
    "wrong_subject_or_agency": "主体或机关有误",
    "policy_exemption": "政策豁免",
}
"""Codes of the reasons for a «no»; they feed the exclusions of a model."""
STAGES = {
    "screened": "已筛查，尚未核查",
    "desk": "书面核查",
    "field": "实地核查",
    "filed": "立案",
    "settled": "磋商结案或制发检察建议",
    "replied": "行政机关回复",
    "look_back": "回头看",
    "restored": "回头看：已整改到位",
    "partial": "回头看：部分整改",
    "sham": "回头看：虚假整改或者反弹",
    "suit": "起诉",
    "judgment": "裁判",
}
"""How far a lead had come when its facts were found so: the higher, the surer."""
Stage = Literal[
    "screened",
    "desk",
    "field",
    "filed",
    "settled",
    "replied",
    "look_back",
    "restored",
    "partial",
    "sham",
    "suit",
    "judgment",
]
_LADDER: tuple[tuple[Stage, ...], ...] = (
    ("screened",),
    ("desk",),
    ("field",),
    ("filed",),
    ("settled",),
    ("replied",),
    ("look_back", "restored", "partial", "sham"),
    ("suit",),
    ("judgment",),
)
RUNGS: dict[Stage, int] = {
    stage: height for height, stages in enumerate(_LADDER) for stage in stages
}
"""Height on the ladder; the outcomes of a look-back stand at one height."""


OUTCOMES = {"confirmed": "属实", "refuted": "不属实", "unclear": "不能判断"}


class Verdict(Noun):
    """The outcome of checking one single lead.

    `confirmed`: the facts are as the model said; `refuted`: they are not, or were
    lawfully dealt with; `unclear` says nothing about the model. `reason` is one of the
    codes for a «no». `on` is the day of the check: it counts in scans of that day or
    later. For a lead the highest `stage` counts, there the last line; lines that
    contradict each other are listed (`Conflict`), never overwritten. `parts` are those
    of the lead in the scan that was decided on: certainty is learned from them;
    `inclusion_probability` was its chance to be checked, by which evaluations weigh.
    """

    lead_id: str
    model: str
    model_version: str
    outcome: Literal["confirmed", "refuted", "unclear"]
    on: dt.date
    stage: Stage = "desk"
    reason: str = ""
    by: str = ""
    note: str = ""
    parts: Parts | None = None
    inclusion_probability: Decimal | None = None


class Refinement(Noun):
    """What many checks taught about certainty.

    Logit = start + certainty · logit of the points card + verifiability · V (of the
    administrative route) + inaction · I; no slope is negative, four decimals each.

    Attributes
    ----------
    checked, confirmed, until
        What it was learned from: leads, those found true, day of the latest check.
    gain
        By how much the log loss is smaller on the latest fifth, with the 95 % interval.
    verdicts_sha256
        Hash of the file of verdicts.
    """

    start: Decimal
    certainty: Decimal = _Field(gt=0)
    verifiability: Decimal = _Field(ge=0)
    inaction: Decimal = _Field(ge=0)
    checked: int
    confirmed: int
    until: dt.date
    gain: tuple[Decimal, Decimal, Decimal]
    verdicts_sha256: str


class Conflict(Noun):
    """Lines on one lead, at one height of the ladder, that contradict each other.

    `verdicts` in file order; the last one counts until somebody settles the matter.
    """

    lead_id: str
    verdicts: tuple[Verdict, ...]

    def words(self) -> str:
        """Say who found what, and when."""
        told = "；".join(
            f"{v.on} {v.by or '（未署名）'} {STAGES[v.stage]}：{OUTCOMES[v.outcome]}"
            for v in self.verdicts
        )
        return f"线索 {self.lead_id[:12]} 的核查结果不一致：{told}；暂以最后一条计"


class Quality(Noun):
    """How much a model flags, and how much of that was confirmed.

    Attributes
    ----------
    flagged
        Hits and reviews.
    share
        Flagged / population, four decimals; None without a population.
    checked, confirmed
        Leads of this version (patches aside) that were found true or false, and true.
    precision
        Confirmed / checked, four decimals; None before the first check.
    noisy
        Whether its leads are no longer listed unasked.
    rejections
        Reason for a «no» → leads that were turned down for it, the most first.
    alarms
        What its reader has to know first, in Chinese.
    """

    flagged: int = 0
    share: Decimal | None = None
    checked: int = 0
    confirmed: int = 0
    precision: Decimal | None = None
    noisy: bool = False
    rejections: dict[str, int] = _Field(default_factory=dict)
    alarms: tuple[str, ...] = ()


class Share(Noun):
    """A share with its Wilson interval (95 %), four decimals; None where n is 0.

    `enough` is false below 30: then the share says nothing (证据不足).
    """

    n: int
    hits: int
    share: Decimal | None
    low: Decimal | None
    high: Decimal | None
    enough: bool

    def words(self) -> str:
        """Write counts, share and interval."""
        if self.share is None or self.low is None or self.high is None:
            return "0 件"
        told = f"{self.hits}/{self.n}，{100 * self.share:.1f}%"
        interval = f"（{100 * self.low:.1f}%～{100 * self.high:.1f}%）"
        return f"{told}{interval}" + ("" if self.enough else "，证据不足")


class Attention(Noun):
    """How one group of enterprises is looked at.

    Attributes
    ----------
    by
        `town` or `size` (of the enterprise).
    value
        Name of the group; empty where the registers do not tell.
    flagged
        Enterprises with a listed single lead among those in the registers.
    precision
        Leads found true among those that were checked.
    """

    by: Literal["town", "size"]
    value: str
    flagged: Share
    precision: Share
