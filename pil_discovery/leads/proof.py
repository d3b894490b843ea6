"""What can be proved from the file: the elements of verifiability (可查性)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pil_discovery.types import Basis, Finding, Model

ADMIN = {
    "agency": "行政机关",
    "place": "地点",
    "date": "日期",
    "harm": "损害量化",
    "evidence": "证据可调取",
    "basis": "法定要件",
}
CIVIL = {"offender": "行为人", "causation": "因果关系"}

REMEDIES = {
    "agency": "确定负有监督管理职责的行政机关",
    "place": "补充坐标、图斑或地址",
    "date": "查明事实发生日期",
    "harm": "量化损害（金额、面积、数量或人数）",
    "evidence": "调取能回到原始文件行号的证据",
    "basis": "补齐事实发生时有效且具有约束力的法律依据",
    "offender": "查明行为人",
    "causation": "取得因果关系的鉴定或检测意见",
}

CIVIL_WEIGHT = 2  # offender and causation count double in the civil route


@dataclass(frozen=True)
class Proof:
    """Which elements are on file.

    `civil_open` tells whether the law opens the civil route to the field of the lead.
    """

    elements: Mapping[str, bool]
    civil_open: bool

    def admin(self, *supposed: str) -> float:
        """Mean of the six elements of the administrative route.

        Elements that are `supposed` count as if they were on file.
        """
        return self._count(ADMIN, supposed) / len(ADMIN)

    def civil(self, *supposed: str) -> float:
        """Mean that adds offender and causation, each counted double."""
        gained = self._count(ADMIN, supposed)
        gained += CIVIL_WEIGHT * self._count(CIVIL, supposed)
        return gained / (len(ADMIN) + CIVIL_WEIGHT * len(CIVIL))

    def absent(self, names: Mapping[str, str]) -> list[str]:
        """List elements of a route that are not on file, in order."""
        return [name for name in names if not self.elements[name]]

    def _count(self, names: Iterable[str], supposed: Collection[str]) -> int:
        return sum(self.elements[name] or name in supposed for name in names)


def prove(
    findings: Sequence[Finding],
    model: Model,
    bases: Mapping[str, Basis],
    *,
    civil_open: bool,
) -> Proof:
    """Look up every element of proof of one lead.

    An element is on file when one finding has it, evidence only when all have it.
    Causation is never on file: no register holds it. The basis is complete when one
    binding rule was resolved for the date of the fact.
    """
    harm = [h.measure for h in model.harm]
    elements = {
        "agency": any(f.agency for f in findings),
        "place": any(f.geometry is not None or f.place for f in findings),
        "date": any(f.fact_date is not None for f in findings),
        "harm": any(f.measures.get(m) is not None for f in findings for m in harm),
        "evidence": all(f.records for f in findings),
        "basis": any(_binds(bases.get(b)) for f in findings for b in f.basis),
        "offender": any(f.subject_name or f.subject_code for f in findings),
        "causation": False,
    }
    return Proof(elements, civil_open)


def _binds(basis: Basis | None) -> bool:
    return basis is not None and basis.kind == "binding" and basis.role != "gap"
