"""检查结果.xlsx: sources, conclusions, models, and one sheet per problem class."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

_SOURCE_COLUMNS = {
    "file": "文件",
    "dataset": "数据集",
    "rows_read": "读入行数",
    "rows_used": "使用行数",
    "rows_quarantined": "隔离行数",
    "encoding": "编码",
    "crs": "坐标系",
    "sha256": "SHA-256",
}
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
CLASSES = {
    "encoding": "编码",
    "header": "表头",
    "type": "类型",
    "unit": "单位",
    "date": "日期",
    "key_missing": "缺主键",
    "key_conflict": "主键冲突",
    "duplicate": "重复",
    "checksum": "校验位",
    "range": "取值范围",
    "geometry_invalid": "图形无效",
    "geometry_empty": "图形为空",
    "crs": "坐标系",
    "outside_area": "区域之外",
    "truncated": "截断",
    "empty": "空文件",
    "unsupported": "不支持",
    "forbidden_path": "禁止路径",
    "forbidden_driver": "禁止格式",
    "too_large": "过大",
    "fields": "字段数",
}
_OVERVIEW = ("数据集", "行数", "起止日期", "最近日期", "距基准日天数", "必需列缺失比例")
_SAFE = {
    "in_memory": True,  # no copy of the rows in a temporary folder
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDTH = 22


def write_check(
    path: Path, check: Mapping[str, Any], quarantine: pd.DataFrame, as_of: dt.date
) -> None:
    """Write the answer of a check as a workbook; equal answers give equal bytes.

    Parameters
    ----------
    check
        `sources`, `problems`, `models`, `readings`, `overviews` as plain values.
    quarantine
        Rows and cells not used, columns `QUARANTINE_COLUMNS`.
    """
    with xlsxwriter.Workbook(path, _SAFE) as book:
        book.set_properties({"created": dt.datetime.combine(as_of, dt.time())})
        sheet = _Sheets(book)
        sources = _picked(check["sources"], _SOURCE_COLUMNS)
        sheet.add("来源", _SOURCE_COLUMNS.values(), sources)
        problems = [
            (p["file"], p["where"], p["what"], p["remedy"]) for p in check["problems"]
        ]
        sheet.add("问题汇总", ("文件", "位置", "问题", "处理办法"), problems)
        sheet.add("数据概况", _OVERVIEW, list(_overviews(check)))
        sheet.add("推断", ("文件", "内容", "结论", "理由"), list(_inferred(check)))
        sheet.add("跳过的行", ("文件", "工作表", "行", "原因"), list(_skipped(check)))
        models = [
            (
                m["code"],
                m["id"],
                m["state"],
                "、".join(m["missing"]),
                "、".join(m["missing_clears"]),
            )
            for m in check["models"]
        ]
        sheet.add("模型", ("代码", "模型", "状态", "缺少", "缺少的排除数据"), models)
        for name, rows in quarantine.groupby("reason_class", sort=True):
            body = _picked(rows.to_dict("records"), _ROW_COLUMNS)
            sheet.add(CLASSES[str(name)], _ROW_COLUMNS.values(), body)


def _overviews(check: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    for o in check["overviews"]:
        period = "；".join(f"{c} {a}～{b}" for c, (a, b) in o["period"].items())
        gaps = "；".join(f"{c} {m}" for c, m in o["missing"].items() if float(m))
        title = f"{o['title_zh']}（{o['dataset']}）"
        yield title, o["rows"], period, o["latest"], o["age_day"], gaps


def _inferred(check: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    for reading in check["readings"]:
        for i in reading["inferences"]:
            yield reading["file"], i["what"], i["value"], i["why"]


def _skipped(check: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    for reading in check["readings"]:
        for s in reading["rows_skipped"]:
            yield reading["file"], s["sheet"], s["row"], s["reason"]


class _Sheets:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "bg_color": "#DDE6F0"})

    def add(
        self, title: str, heading: Iterable[str], rows: Sequence[Sequence[object]]
    ) -> None:
        sheet = self._book.add_worksheet(title)
        heads = list(heading)
        sheet.write_row(0, 0, heads, self._head)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(heads) - 1, _WIDTH)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write(sheet, number, column, value)
        sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)


def _write(sheet: Any, row: int, column: int, value: object) -> None:  # noqa: ANN401 -- untyped library
    if isinstance(value, int) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif value is not None and value == value:  # noqa: PLR0124 -- NaN is not itself
        sheet.write_string(row, column, str(value))


def _picked(
    rows: Iterable[Mapping[Any, Any]], columns: Mapping[str, str]
) -> list[list[object]]:
    return [[row[name] for name in columns] for row in rows]
