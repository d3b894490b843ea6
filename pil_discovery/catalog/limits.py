"""Values of `pil.yaml` that have the right type and still cannot be meant."""

from __future__ import annotations

import os
import posixpath
import re
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from pil_discovery.errors import ReadError
from pil_discovery.text.databases import query_name, read_database
from pil_discovery.text.queries import query_fault
from pil_discovery.types import ImageSource, LayerSource, RecordSource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from pil_discovery.catalog.nouns import Document
    from pil_discovery.errors import Problem
    from pil_discovery.types import Capacity, Dataset, Workspace

    Loc = tuple[int | str, ...]

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""The years that dates in sources are read for; an as-of date lies among them."""

CENTURIES = (1900, 2000)
LEAST_DRAWN, MOST_DRAWN = Decimal("0.1"), Decimal("0.5")
"""Share of the places of a review that are drawn by lot from below the cut."""
_DIVISION = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}")


def workspace_limits(document: Document, workspace: Workspace) -> Iterator[Problem]:
    """Yield what the head of a workspace cannot mean."""
    if not date_in_range(workspace.as_of):
        what = f"基准日 {workspace.as_of} 不在 {FIRST_YEAR} 至 {LAST_YEAR} 年之内"
        yield document.problem(("as_of",), what, "请核对")
    if not _DIVISION.fullmatch(workspace.jurisdiction):
        what = f"「{workspace.jurisdiction}」不是行政区划代码"
        yield document.problem(("jurisdiction",), what, '请写六位数字，如 "990302"')
    if workspace.personal is not None and not workspace.personal.basis.strip():
        what = "没有写明文号，涉及自然人的模型不能运行"
        yield document.problem(
            ("personal", "basis"), what, "请写明文号，或删去 personal"
        )
    if workspace.capacity is not None:
        yield from _capacity_limits(document, workspace.capacity)

    for part in ("records", "layers", "images"):
        for number, source in enumerate(getattr(workspace, part)):
            if source.obtained is not None and source.obtained > workspace.as_of:
                what = f"取得日期 {source.obtained} 晚于基准日 {workspace.as_of}"
                remedy = "请核对；晚于基准日取得的数据，请把基准日改到取得日期或以后"
                yield document.problem((part, number, "obtained"), what, remedy)


def _capacity_limits(document: Document, capacity: Capacity) -> Iterator[Problem]:
    if capacity.leads < 1:
        what = "本期能核查的线索数应当大于零"
        yield document.problem(("capacity", "leads"), what, "写本期能核查的件数")
    if not LEAST_DRAWN <= capacity.random_share <= MOST_DRAWN:
        what = f"随机抽取的比例应当在 {LEAST_DRAWN} 至 {MOST_DRAWN} 之间"
        remedy = "不抽取分数线以下的线索，就不知道排序漏掉了什么；一般写 0.15"
        yield document.problem(("capacity", "random_share"), what, remedy)


def date_in_range(day: dt.date) -> bool:
    """Return whether results can depend on this day."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def source_limits(
    document: Document, at: Loc, source: RecordSource | LayerSource | ImageSource
) -> Iterator[Problem]:
    """Yield what one source cannot mean."""
    if source.sigma_m is not None and source.sigma_m < 0:
        yield document.problem((*at, "sigma_m"), "误差不能是负数", "请写以米计的中误差")
    scale = source.scale if isinstance(source, LayerSource) else None
    if scale is not None and scale < 1:
        what = "比例尺分母应当大于零"
        yield document.problem((*at, "scale"), what, "一比一万写 10000")


def place_limits(
    document: Document, at: Loc, source: RecordSource | LayerSource
) -> Iterator[Problem]:
    """Yield why a source has no place, or two, or a question that cannot be put."""
    if source.file is None and source.database is None:
        yield document.problem(at, "没有写 file，也没有写 database", "写其中一个")
    if source.file is not None and source.database is not None:
        yield document.problem((*at, "database"), "file 和 database 只能写一个")
    if source.database is not None:
        yield from _database_limits(document, at, source)
    elif source.query is not None:
        what = "query 只能与 database 同用"
        yield document.problem((*at, "query"), what, "请删去，或写明 database")


def _database_limits(
    document: Document, at: Loc, source: RecordSource | LayerSource
) -> Iterator[Problem]:
    try:
        read_database(source.database or "", os.environ)
    except ReadError as error:
        for fault in error.problems:
            yield document.problem((*at, "database"), fault.what, fault.remedy)
    if source.query is None:
        what = "有 database 而没有 query"
        yield document.problem(at, what, "写明要读的 SELECT 语句")
    elif query_fault(source.query):
        what = f"查询语句{query_fault(source.query)}"
        yield document.problem((*at, "query"), what)
    for name in ("sheet", "layer", "encoding"):
        if getattr(source, name, None) is not None:
            what = f"数据库来源不用 {name}"
            yield document.problem((*at, name), what, "请删去")


UNANSWERED = "?"
"""What a proposed `pil.yaml` writes where only the user can know."""


def column_limits(
    document: Document, at: Loc, source: RecordSource | LayerSource, dataset: Dataset
) -> Iterator[Problem]:
    """Yield columns that are given twice, and centuries that no date can have."""
    for column, count in Counter(source.columns.values()).items():
        if count > 1 and column != UNANSWERED:
            what = f"有 {count} 个表头对应「{column}」"
            yield document.problem((*at, "columns"), what, "一列只能对应一个表头")
    if isinstance(source, RecordSource):
        yield from _century_limits(document, (*at, "century"), source.century, dataset)


def _century_limits(
    document: Document, at: Loc, centuries: Mapping[str, int], dataset: Dataset
) -> Iterator[Problem]:
    for column, century in centuries.items():
        field = dataset.field(column)
        if field is None or field.type != "date":
            what = f"数据集「{dataset.id}」没有「{column}」这一日期列"
            yield document.problem((*at, column), what, "请核对列名")
        elif century not in CENTURIES:
            yield document.problem((*at, column), "世纪只能是 1900 或 2000")


def same_path(name: str) -> str:
    """Return one spelling for every way to write a path inside the workspace."""
    return posixpath.normpath(name.replace("\\", "/"))


def source_name(source: RecordSource | LayerSource | ImageSource) -> str:
    """Return what messages call a source: its file, or its query without password."""
    if isinstance(source, ImageSource):
        return source.file
    if source.file is not None:
        return source.file
    return query_name(source.database or "", source.query or "", os.environ)
