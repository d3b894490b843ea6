"""The list by which electronic data were taken and fixed (电子数据提取固定清单).

Content (integrity value, method, environment, persons) after the fact `cev-93` of the
law catalogue and the rules on electronic data of 2016.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.annex_tables import AnnexTable, row_of, spaced
from pil_discovery.bundle.kinds import several
from pil_discovery.bundle.provenance import software
from pil_discovery.bundle.survey import engine_words, tool_words
from pil_discovery.bundle.words import date_zh, numeral
from pil_discovery.text.periods import NOT_GIVEN, archive_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pil_discovery.bundle.annex_tables import AnnexRow
    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.requests import BundleRequest

_SLOTS = {
    "collector": ("提取人（一）", "提取人（二）"),
    "witness": ("见证人",),
    "extracted_on": ("提取日期",),
}
"""Field of the office → what stands in front of its slot."""
_BLANK, _NO_DAY = "　　　　　　　　　　（签名）", "　　　　年　　月　　日"
_HOW = (
    "提取方法：程序只读打开文件，先计算完整性校验值，再读取内容，不改动原文件；文件的修改时间没有"
    "记录，取得日期以工作区登记为准。清单校验值为各行“校验值、两个空格、证据项、换行”依次相接后的"
    "SHA-256，可据以发现清单被增删或者调换。"
)
_REDACTED = (
    "本证据包不附原始文件，文件名称中的个人信息已替换；校验值仍为原始文件的校验值。"
)


def extraction_tables(
    request: BundleRequest, evidence: Evidence
) -> tuple[AnnexTable, ...]:
    """Return the list of the files, and the slots for those who took them."""
    files = AnnexTable(
        kind="extraction",
        title="来源文件",
        before=(_HOW, *((_REDACTED,) if request.is_redacted else ())),
        rows=tuple(
            row_of(
                s["item"],
                f"{s['file'].rpartition('/')[2]}（{s['bytes']}字节）",
                spaced(s["sha256"]),
                f"{_method(s)}；取得日期{s['obtained'] or NOT_GIVEN}",
            )
            for s in evidence.sources
        ),
    )
    return files, _signatures(request, evidence)


def list_digest(evidence: Evidence) -> str:
    """Return the SHA-256 over all lines «hash, two blanks, item»."""
    text = "".join(f"{s['sha256']}  {s['item']}\n" for s in evidence.sources)
    return hashlib.sha256(text.encode()).hexdigest()


def _method(source: Mapping[str, Any]) -> str:
    told = [source["encoding"] and f"编码{source['encoding']}"]
    told += [source["crs"] and f"坐标系{source['crs']}"]
    told += [f"读入{source['rows_read']}行"] if source["rows_read"] else []
    archive = archive_words(source["archive"]) if source["archive"] else ""
    told += [archive and f"解自{archive}"]
    return "、".join(t for t in told if t) or "整份提取"


def _signatures(request: BundleRequest, evidence: Evidence) -> AnnexTable:
    engines = engine_words(request)
    writers = "、".join(f"{n} {v}" for n, v in software().items())
    return AnnexTable(
        kind="signatures",
        title="提取和固定",
        rows=(
            row_of("提取软件", tool_words(request)),
            row_of("读取和计算组件", engines),
            row_of("制作文书的组件", writers),
            row_of("筛查基准日", date_zh(request.as_of)),
            row_of("清单校验值", spaced(list_digest(evidence))),
            *_slot_rows(request),
        ),
    )


def _slot_rows(request: BundleRequest) -> Iterator[AnnexRow]:
    """Yield a line for each who signs, filled where the office told the names."""
    for field, titles in _SLOTS.items():
        given = request.fields.get(field, "")
        if field == "extracted_on":
            day = date_zh(dt.date.fromisoformat(given)) if given else _NO_DAY
            yield row_of(titles[0], day)
            continue
        names = several(given)
        blanks = [_BLANK] * (len(titles) - len(names))
        more = [f"提取人（{numeral(n)}）" for n in range(3, len(names) + 1)]
        for title, name in zip((*titles, *more), (*names, *blanks), strict=True):
            yield row_of(title, name)
