"""检查结果.xlsx: files, questions, conclusions, models, one sheet per problem class."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import xlsxwriter

from pil_discovery.report import wording
from pil_discovery.text.layout import width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    Record = Mapping[str, Any]
    Rows = Sequence[Sequence[object]]

MOST_ROWS = 1_048_575
"""Rows of a sheet below its heading, as Excel allows."""
LONGEST_CELL = 32_767
_CUT = "……（过长，已截断）"
_ROW_COLUMNS = {
    "source": "文件",
    "sheet": "工作表",
    "row": "行",
    "column": "列",
    "value": "值",
    "scope": "范围",
    "reason": "原因",
    "remedy": "处理办法",
}
MODEL_STATES = {"computed": "可计算", "not_computable": "不可计算", "off": "未启用"}
FILE_STATES = {
    "used": "已读取",
    "asked": "待确认",
    "unlisted": "未登记",
    "unreadable": "未能读取",
    "picture": "影像待登记",
    "part": "附属文件",
    "archive": "压缩包",
    "foreign": "不是数据文件",
}
_SCOPES = {"row": "整行", "cell": "单格"}
_YES = {True: "是", False: ""}
_SAFE = {
    "in_memory": True,  # no copy of the rows in a temporary folder
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_A4 = 9
_NARROWEST, _WIDEST, _LOOKED_AT = 8, 40, 200


def write_check(
    path: Path, check: Record, quarantine: pd.DataFrame, as_of: dt.date
) -> None:
    """Write the answer of a check as a workbook; equal answers give equal bytes.

    Parameters
    ----------
    check
        `files`, `sources`, `problems`, `questions`, `models`, `unlocks`, `readings`,
        `overviews` as plain values.
    quarantine
        Rows and cells not used, columns `QUARANTINE_COLUMNS`.
    """
    with xlsxwriter.Workbook(path, _SAFE) as book:
        book.set_properties({"created": dt.datetime.combine(as_of, dt.time())})
        sheets = _Sheets(book)
        sheets.add("来源", _FILE_HEADS, list(_files(check)))
        sheets.add("问题汇总", ("文件", "位置", "问题", "处理办法"), _problems(check))
        sheets.add("待答问题", _QUESTION_HEADS, list(_questions(check)))
        sheets.add("数据概况", _OVERVIEW_HEADS, list(_overviews(check)))
        sheets.add("缺失比例", _MISSING_HEADS, list(_missing(check)))
        sheets.add("推断", ("文件", "内容", "结论", "理由"), list(_inferred(check)))
        sheets.add("跳过的行", ("文件", "工作表", "行", "原因"), list(_skipped(check)))
        sheets.add("模型", _MODEL_HEADS, list(_models(check)))
        sheets.add("补数据可算", _UNLOCK_HEADS, list(_unlocks(check)))
        for name, rows in quarantine.groupby("reason_class", sort=True):
            sheets.add(
                wording.CLASSES[str(name)], _ROW_COLUMNS.values(), _entries(rows)
            )


_FILE_HEADS = (
    *("文件", "状态", "数据集", "编号", "读入行数", "使用行数", "隔离行数"),
    *("编码", "坐标系", "说明", "提供单位", "取得日期", "数据起止", "压缩包"),
    *("识别依据", "SHA-256"),
)


def _files(check: Record) -> Iterator[Sequence[object]]:
    hashes = {s["file"]: s["sha256"] for s in check["sources"]}
    kept = ("rows_read", "rows_used", "rows_quarantined", "encoding", "crs", "note")
    for f in check["files"]:
        state = FILE_STATES[f["state"]]
        told = [f[name] for name in kept]
        if f["state"] != "used":
            told[:3] = [None] * 3
        named = (f["file"], state, f["title_zh"], f["dataset"])
        period = "～".join(f["period"] or ())
        origin = (f["issuer"], f["obtained"], period, f["archive"])
        reasons = "；".join(f["reasons"])
        yield *named, *told, *origin, reasons, hashes.get(f["file"])


def _problems(check: Record) -> Rows:
    return [(p["file"], p["where"], p["what"], p["remedy"]) for p in check["problems"]]


_QUESTION_HEADS = ("文件", "pil.yaml 的字段", "列", "建议写", "理由", "不答不能用")


def _questions(check: Record) -> Iterator[Sequence[object]]:
    for q in check["questions"]:
        asks = _YES[bool(q["asks"])]
        yield q["file"], q["key"], q["name"], q["value"], q["why"], asks


_OVERVIEW_HEADS = (
    *("数据集", "行数", "起止日期", "最近日期", "距基准日天数"),
    *("完全重复（已去）", "主键冲突（已去）", "近似重复（已留）", "内容相同（已留）"),
)


def _overviews(check: Record) -> Iterator[Sequence[object]]:
    for o in check["overviews"]:
        words, same = o["words"], o["duplicates"]
        period = "；".join(f"{words[c]} {a}～{b}" for c, (a, b) in o["period"].items())
        counts = [same[name] for name in ("exact", "conflicts", "near", "twins")]
        title = f"{o['title_zh']}（{o['dataset']}）"
        yield title, o["rows"], period, o["latest"], o["age_day"], *counts


_MISSING_HEADS = ("数据集", "必需列", "缺失比例", "行数")


def _missing(check: Record) -> Iterator[Sequence[object]]:
    for o in check["overviews"]:
        for column, share in o["missing"].items():
            yield o["title_zh"], o["words"][column], f"{float(share):.2%}", o["rows"]


def _inferred(check: Record) -> Iterator[Sequence[object]]:
    for reading in check["readings"]:
        for i in reading["inferences"]:
            yield reading["file"], i["what"], i["value"], i["why"]


def _skipped(check: Record) -> Iterator[Sequence[object]]:
    for reading in check["readings"]:
        for s in reading["rows_skipped"]:
            yield reading["file"], s["sheet"], s["row"], s["reason"]


_MODEL_HEADS = (
    "代码",
    "模型",
    "状态",
    "原因",
    "没有也能算、但可排除误报的数据",
    "编号",
)


def _models(check: Record) -> Iterator[Sequence[object]]:
    for m in check["models"]:
        state, why = MODEL_STATES[m["state"]], "；".join(m["why"])
        clears = "；".join(m["clears"])
        yield m["code"], m["title_zh"], state, why, clears, m["id"]


_UNLOCK_HEADS = ("补上数据", "补上列", "就可计算的模型")


def _unlocks(check: Record) -> Iterator[Sequence[object]]:
    for u in check["unlocks"]:
        yield u["title_zh"], "、".join(u["columns"]), "、".join(u["models"])


def _entries(rows: pd.DataFrame) -> Rows:
    listed = rows.astype(object).to_dict("records")
    told = [{**row, "scope": _SCOPES[row["scope"]]} for row in listed]
    return [[row[name] for name in _ROW_COLUMNS] for row in told]


class _Sheets:
    """The sheets of a workbook; long ones go on in a second sheet."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "bg_color": "#DDE6F0"})
        self._body = book.add_format({"text_wrap": True, "valign": "top"})

    def add(self, title: str, heading: Iterable[str], rows: Rows) -> None:
        """Write rows below a heading, over as many sheets as they need."""
        heads = list(heading)
        parts = [rows[a : a + MOST_ROWS] for a in range(0, len(rows), MOST_ROWS)]
        for number, part in enumerate(parts or [()]):
            name = title if number == 0 else f"{title}（续{number}）"
            self._sheet(name, heads, part)

    def _sheet(self, title: str, heads: Sequence[str], rows: Rows) -> None:
        sheet = self._book.add_worksheet(title)
        sheet.write_row(0, 0, heads, self._head)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for column, width in enumerate(_widths(heads, rows)):
            sheet.set_column(column, column, width, self._body)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write(sheet, (number, column), value, self._body)
        sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)


def _widths(heads: Sequence[str], rows: Rows) -> list[float]:
    """Return the width of each column for its heading and its first rows."""
    looked = [heads, *rows[:_LOOKED_AT]]
    return [
        min(max([_NARROWEST, *(_width(row[at]) + 2 for row in looked)]), _WIDEST)
        for at in range(len(heads))
    ]


def _width(value: object) -> int:
    return 0 if value is None else width_of(str(value)[:_WIDEST])


def _write(
    sheet: Any,  # noqa: ANN401 -- untyped library
    place: tuple[int, int],
    value: object,
    style: object,
) -> None:
    if isinstance(value, int) and not isinstance(value, bool):
        sheet.write_number(*place, value, style)
    elif value is not None and value == value:  # noqa: PLR0124 -- NaN is not itself
        sheet.write_string(*place, _cut(str(value)), style)


def _cut(text: str) -> str:
    """Return text that fits into a cell, and says so where it was cut."""
    if len(text) <= LONGEST_CELL:
        return text
    return text[: LONGEST_CELL - len(_CUT)] + _CUT
