"""What the sheets of leads.xlsx show: headers, widths and where values come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pil_discovery.report import wording
from pil_discovery.text.periods import NOT_GIVEN, archive_words, coverage_words
from pil_discovery.types import Source, UsedRate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Record = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """One column of a sheet: header, width in characters, and where it comes from."""

    title: str
    width: float
    value: Callable[[Record], object]
    style: str = "text"


def _field(name: str) -> Callable[[Record], object]:
    return lambda record: record.get(name)


def _word(name: str, words: Mapping[str, str]) -> Callable[[Record], object]:
    return lambda record: words.get(str(record.get(name)), record.get(name))


def _list(name: str) -> Callable[[Record], object]:
    return lambda record: "\n".join(str(v) for v in record.get(name) or ())


def _part(name: str) -> Callable[[Record], object]:
    return lambda record: record["parts"][name]


def _count(name: str) -> Callable[[Record], object]:
    # a model that was not computed has no counts: a zero would read as «no hits»
    return lambda record: (
        (record.get("counts") or {}).get(name)
        if record.get("state") == "computed"
        else None
    )


def _text(name: str) -> Callable[[Record], object]:
    return lambda record: None if record.get(name) is None else str(record[name])


def _given(name: str) -> Callable[[Record], object]:
    return lambda record: record.get(name) or NOT_GIVEN


def _covers(record: Record) -> str:
    return coverage_words(Source.model_validate(record))


def _archive(record: Record) -> str:
    return archive_words(Source.model_validate(record).archive)


def _pairs(name: str) -> Callable[[Record], object]:
    return lambda record: "\n".join(
        f"{title}：{words}" for title, words in (record.get(name) or {}).items()
    )


def _rows(record: Record) -> str:
    return "\n".join(_place(r) for r in record["records"])


def _place(ref: Record) -> str:
    sheet = f"［{ref['sheet']}］" if ref.get("sheet") else ""
    return f"{ref['source']}{sheet}第{ref['row']}行"


def _rates(record: Record) -> str:
    used = (UsedRate.model_validate(r) for r in record.get("rates") or ())
    return "\n".join(rate.words() for rate in used)


def _exclusions(record: Record) -> str:
    return "\n".join(e["zh"] for e in record["exclusions"])


def _quality(name: str) -> Callable[[Record], object]:
    return lambda record: (
        (record.get("quality") or {}).get(name)
        if record.get("state") == "computed"
        else None
    )


def _titled(record: Record) -> str:
    return f"{record.get('title_zh') or ''}\n{record['id']}".strip()


FLAGGED = "标出比例"
KEY_COLUMNS = (
    Column("序号", 6, _field("rank"), "integer"),
    Column("线索编号", 27, _field("lead_id")),
    Column("线索标题", 46, _field("title_zh"), "wrap"),
    Column("得分", 10, _field("score"), "score"),
    Column("处理意见", 10, lambda _: None, "input"),
    Column("理由代码", 14, lambda _: None, "input"),
    Column("核查阶段", 12, lambda _: None, "input"),
    Column("备注", 24, lambda _: None, "input"),
    Column("办理人", 9, lambda _: None, "input"),
    Column("办理日期", 11, lambda _: None, "input"),
    Column("行政机关", 24, _field("agency"), "wrap"),
    Column("事实日期", 11, _text("fact_date")),
)
"""What is decided on, and printed: as wide as one sheet of paper."""
LEAD_COLUMNS = (
    *KEY_COLUMNS,
    Column("涉及主体", 24, _field("subject_name"), "wrap"),
    Column("主体代码", 21, _text("subject_code")),
    Column("地点", 22, _field("place"), "wrap"),
    Column("类别", 6, _word("kind", wording.KINDS)),
    Column("核查批次", 10, _word("band", wording.BANDS)),
    Column("优先核查", 20, _list("lanes"), "wrap"),
    Column("所属类案", 27, _field("class_id")),
    Column("领域", 18, _field("domain")),
    Column("模型编号", 10, _field("code")),
    Column("路线", 13, _word("route", wording.ROUTES)),
    *(Column(zh, 9, _part(name), "share") for name, zh in wording.PARTS.items()),
    Column("度量", 26, _pairs("measures"), "wrap"),
    Column("评分理由", 60, _list("reasons"), "wrap"),
    Column("待补充", 46, _list("missing"), "wrap"),
    Column("核实要点", 36, _list("verify"), "wrap"),
    Column("法律依据（按事实发生日）", 46, _list("basis"), "wrap"),
)
DOMAIN_COLUMNS = (
    *KEY_COLUMNS,
    Column("涉及主体", 24, _field("subject_name"), "wrap"),
    Column("主体代码", 21, _text("subject_code")),
    Column("地点", 22, _field("place"), "wrap"),
    Column("模型编号", 10, _field("code")),
    Column("度量", 26, _pairs("measures"), "wrap"),
)
"""Of a sheet of one field: what its own prosecutors need to share the work."""
FINDINGS = (
    Column("结果编号", 27, _field("finding_id")),
    Column("模型编号", 10, _field("code")),
    Column("状态", 12, _word("state", wording.STATES)),
    Column("涉及主体", 24, _field("subject_name"), "wrap"),
    Column("主体代码", 21, _text("subject_code")),
    Column("事实日期", 11, _text("fact_date")),
    Column("情况", 60, _field("sentence_zh"), "wrap"),
    Column("度量", 26, _pairs("measures"), "wrap"),
    Column("排除或复核情形", 36, _exclusions, "wrap"),
    Column("缺失", 30, _list("missing"), "wrap"),
    Column("所用标准", 40, _rates, "wrap"),
    Column("来源行", 44, _rows, "wrap"),
)
MODELS = (
    Column("模型编号", 10, _field("code")),
    Column("模型", 36, _titled, "wrap"),
    Column("版本", 8, _text("version")),
    Column("状态", 10, _word("state", wording.STATES)),
    Column("缺少的数据或列", 40, _list("lacking"), "wrap"),
    Column("总数", 9, _count("population"), "integer"),
    *(
        Column(wording.STATES[s], 9, _count(s), "integer")
        for s in ("hit", "review", "dropped", "unknown", "clear")
    ),
    Column(FLAGGED, 10, _quality("share"), "share"),
    Column("已核查", 8, _quality("checked"), "integer"),
    Column("属实", 8, _quality("confirmed"), "integer"),
    Column("属实率", 9, _quality("precision"), "share"),
    Column("提示", 50, _list("notes"), "wrap"),
    Column("模型文件", 40, _field("file"), "wrap"),
    Column("本地", 6, _word("local", {"True": "本地", "False": ""})),
)
MEMBERS = (
    Column("类案编号", 27, _field("class_id")),
    Column("类案标题", 36, _field("class_title"), "wrap"),
    Column("成员序号", 9, _field("rank"), "integer"),
    Column("成员编号", 27, _field("lead_id")),
    Column("成员标题", 46, _field("title_zh"), "wrap"),
    Column("得分", 9, _field("score"), "score"),
    Column("涉及主体", 24, _field("subject_name"), "wrap"),
    Column("主体代码", 21, _text("subject_code")),
    Column("事实日期", 11, _text("fact_date")),
    Column("地点", 22, _field("place"), "wrap"),
    Column("度量", 26, _pairs("measures"), "wrap"),
)
SOURCES = (
    Column("数据集", 30, _field("dataset"), "wrap"),
    Column("文件", 40, _field("file"), "wrap"),
    Column("提供单位", 26, _given("issuer"), "wrap"),
    Column("取得日期", 12, _given("obtained")),
    Column("时段或有效期", 30, _covers, "wrap"),
    Column("读入行数", 10, _field("rows_read"), "integer"),
    Column("使用行数", 10, _field("rows_used"), "integer"),
    Column("隔离行数", 10, _field("rows_quarantined"), "integer"),
    Column("编码", 12, _field("encoding")),
    Column("坐标系", 18, _field("crs")),
    Column("字节数", 12, _field("bytes"), "integer"),
    Column("SHA-256", 68, _field("sha256")),
    Column("出自压缩包", 40, _archive, "wrap"),
)
QUARANTINE = (
    Column("来源", 36, _field("source"), "wrap"),
    Column("工作表", 14, _field("sheet")),
    Column("行号", 8, _field("row"), "integer"),
    Column("列", 18, _field("column")),
    Column("值", 24, _field("value"), "wrap"),
    Column("范围", 8, _word("scope", wording.SCOPES)),
    Column("类别", 14, _word("reason_class", wording.CLASSES)),
    Column("原因", 46, _field("reason"), "wrap"),
    Column("处理办法", 40, _field("remedy"), "wrap"),
)
GAPS = (
    Column("需要的数据", 60, _list("needs"), "wrap"),
    Column("掌握单位", 40, _list("holders"), "wrap"),
    Column("可多算的模型数", 15, _field("count"), "integer"),
    Column("模型", 40, _list("models"), "wrap"),
)
"""What would make models computable."""
NOTES = (
    Column("项目", 18, _field("item")),
    Column("说明", 110, _field("words"), "wrap"),
)
