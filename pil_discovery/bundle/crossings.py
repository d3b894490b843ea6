"""The layers that the ground of a lead meets, one line for each zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.annex_tables import AnnexTable, listed, row_of, spaced
from pil_discovery.bundle.lineage import tables_behind
from pil_discovery.bundle.survey import place_words
from pil_discovery.text.areas import rounded_area
from pil_discovery.text.ground import HOWS, NOT_ASSESSED
from pil_discovery.text.periods import NOT_GIVEN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from pil_discovery.bundle.annex_tables import AnnexRow
    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.types import Crossing

_NOTE = (
    "重叠面积为CGCS2000椭球面积，区间为只计位置误差的百分之五至百分之九十五分位数。“参考”所列"
    "图层不是监督模型的依据，只说明该处还有哪些范围。不同图层之间可能互相重叠，面积不得相加。"
    "均待核查。"
)
_POINT = "位于范围内（点，没有面积）"
_MENDED = "图形已按要求修复"
_NOT_MENDED = "本线索所据的行没有图形修复的记录，面积均按原图形量算。"


def overlap_table(request: BundleRequest, evidence: Evidence) -> AnnexTable:
    """Return the overlaps that the models measured, then each zone that is met.

    Areas are decimal strings in m² with their interval; every line names its item.
    """
    rows = [
        *(row for fact in evidence.facts for row in _measured(request, evidence, fact)),
        *(_crossed(request, evidence, c) for c in request.crossings),
    ]
    return AnnexTable(
        kind="overlaps",
        title="与各图层范围的重叠",
        rows=tuple(rows),
        after=(*((_NOTE,) if rows else ()), *_repairs(request)),
    )


def _measured(
    request: BundleRequest, evidence: Evidence, fact: Mapping[str, Any]
) -> Iterator[AnnexRow]:
    model = request.models.get(fact["model"].partition("@")[0])
    for number, overlap in enumerate(fact["overlaps"], 1):
        names = tables_behind(model, overlap["step"]) if model else set()
        used = [v for v in fact["layers"] if v["dataset"] in names]
        titles = [_title(request, n) for n in sorted({v["dataset"] for v in used})]
        what = listed(titles) or "模型所用图层"
        files = [s["item"] for s in evidence.sources if _is_of(s, used)]
        chance = overlap["p_overlap"]
        area = _area_words(
            overlap["area_m2"], overlap["area_low_m2"], overlap["area_high_m2"]
        )
        if overlap["how"] == "within" and not overlap["area_m2"]:
            area = _POINT
        said = "" if chance is None else f"；关系成立的概率{chance}"
        several = f".{number}" if len(fact["overlaps"]) > 1 else ""
        yield row_of(
            f"{what}（模型量算，{HOWS[overlap['how']]}）",
            _editions(used) or NOT_GIVEN,
            area + said,
            "、".join([f"{fact['item']}{several}", *files]),
        )


def _is_of(source: Mapping[str, Any], used: list[dict[str, Any]]) -> bool:
    return any(v["file"] in source["files"] for v in used)


def _editions(used: list[dict[str, Any]]) -> str:
    lines = [
        _edition(v["obtained"], v["issuer"], (v["valid_from"], v["valid_to"]))
        for v in used
    ]
    return listed(lines, 3)


def _edition(
    obtained: object, issuer: object, term: tuple[dt.date | str | None, ...]
) -> str:
    first, last = term
    valid = f"{first or '？'}至{last or '今'}" if first or last else NOT_GIVEN
    return (
        f"取得日期{obtained or NOT_GIVEN}；有效期{valid}；提供单位{issuer or NOT_GIVEN}"
    )


def _crossed(
    request: BundleRequest, evidence: Evidence, crossing: Crossing
) -> AnnexRow:
    files = [s["item"] for s in evidence.sources if crossing.file in s["files"]]
    where = place_words(crossing.file, crossing.sheet, crossing.row)
    name = f"：{crossing.name}" if crossing.name else ""
    use = "" if crossing.used else "，参考"
    area = _area_words(crossing.area_m2, crossing.area_low_m2, crossing.area_high_m2)
    if crossing.how == "within":
        area = _POINT
    if crossing.p_overlap is not None:
        area += f"；关系成立的概率{crossing.p_overlap:.4f}"
    hashed = "" if files else f"；SHA-256 {spaced(crossing.sha256)}"
    return row_of(
        f"{_title(request, crossing.dataset)}{name}（{where}{use}）",
        _edition(
            crossing.obtained, crossing.issuer, (crossing.valid_from, crossing.valid_to)
        )
        + hashed,
        area,
        "、".join([crossing.item, *files]),
    )


def _area_words(area: Decimal | None, low: Decimal | None, high: Decimal | None) -> str:
    if area is None:
        return "没有面积"
    if low is None or high is None:
        return f"{rounded_area(area, 'm2')}平方米；区间{NOT_ASSESSED}"
    span = f"{rounded_area(low, 'm2')}至{rounded_area(high, 'm2')}"
    return f"{rounded_area(area, 'm2')}平方米；区间{span}平方米"


def _repairs(request: BundleRequest) -> list[str]:
    """Say of each geometry behind the lead that was repaired what it was before."""
    behind: set[tuple[str, str | None, int | None]]
    behind = {(r.source, r.sheet, r.row) for f in request.findings for r in f.records}
    placed = any(f.geometry for f in request.findings)
    mended = [
        f"{place_words(s.file, s.sheet, s.row)}：{s.reason or _MENDED}。"
        for s in request.set_aside
        if s.scope == "cell"
        and s.column == "geometry"
        and (s.file, s.sheet, s.row) in behind
    ]
    return mended or ([_NOT_MENDED] if placed else [])


def _title(request: BundleRequest, dataset: str) -> str:
    known = request.datasets.get(dataset)
    return known.title.zh if known else dataset
