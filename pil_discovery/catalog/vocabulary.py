"""`models/vocabulary/` and local folders → tables of dated local values."""

from __future__ import annotations

import datetime as dt
import math
import re
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from pil_discovery.catalog.datasets import load_units
from pil_discovery.catalog.divisions import load_divisions
from pil_discovery.catalog.files import models_folder, once, read_all, yaml_files
from pil_discovery.catalog.nouns import Document, in_place, with_origin
from pil_discovery.errors import CatalogError, Problem, near_names
from pil_discovery.text.codes import division_stem
from pil_discovery.types import FICTIONAL_DIVISION, RateTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.catalog.models import Known
    from pil_discovery.types import Fact, RateRow

    Read = tuple[RateTable, Document]

FOLDER = "vocabulary"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DIVISION = re.compile(r"([0-9]{2}){0,3}")
_ENDLESS = dt.date.max


def load_tables(
    extra: Sequence[Path] = (), *, root: Path | None = None
) -> dict[str, RateTable]:
    """Load the built-in rate tables and those of local folders, sorted by id.

    Each gets the Chinese name of its unit.

    A local table (in `vocabulary/` of a local folder) of a built-in id replaces the
    built-in one whole: values of two sources are never mixed.

    Raises
    ------
    CatalogError
        With all mistakes that the files hold by themselves.
    """
    home = root or models_folder()
    units = load_units(home)
    return {
        t.id: t.model_copy(update={"unit_zh": units.get(t.unit, "")})
        for t, _ in _tables(home, tuple(extra))
    }


def check_tables(known: Known, extra: Sequence[Path], *, root: Path) -> list[Problem]:
    """Return everything that tables name and the catalogue does not know.

    Divisions of local tables are sought in the lists of all years and in `divisions/`
    of local folders.
    """
    found = _tables(root, tuple(extra))
    problems = [p for table, doc in found for p in _unknown(table, doc, known)]
    placed = [pair for pair in found if _is_local(pair[0]) and _placed(pair[0])]
    codes = sorted(load_divisions(extra, root=root).by_code) if placed else []
    if codes:
        problems += (p for pair in placed for p in _nowhere(*pair, codes))
    return problems


@once
def _tables(root: Path, extra: tuple[Path, ...]) -> tuple[Read, ...]:
    problems: list[Problem] = []
    found: dict[str, Read] = {}
    for folder, local in ((root, False), *((f, True) for f in extra)):
        for table, document in _read_folder(folder, problems, local=local):
            before = found.get(table.id)
            if before is not None and _is_local(before[0]):
                what = f"「{table.id}」已由 {before[1].name} 使用"
                problems.append(document.problem(("id",), what, "请只留一份"))
            elif before is not None:
                problems += _unlike(before[0], table, document)
            found[table.id] = (table if before is None else in_place(table), document)
    if problems:
        raise CatalogError(problems)
    return tuple(found[name] for name in sorted(found))


def _unlike(shipped: RateTable, table: RateTable, document: Document) -> list[Problem]:
    """Refuse a replacement that models would read in another unit or by other kinds."""
    problems = []
    if table.unit != shipped.unit:
        what = f"与内置的标准表单位不同：模型按「{shipped.unit}」计算"
        problems.append(document.problem(("unit",), what, "请换算后填写"))
    if ("category" in table.columns) != ("category" in shipped.columns):
        what = "与内置的标准表不同：" + (
            "那里各行分类别（category）"
            if "category" in shipped.columns
            else "那里不分类别（category）"
        )
        problems.append(document.problem(("columns",), what, "请照内置的表填写"))
    return problems


def _read_folder(root: Path, problems: list[Problem], *, local: bool) -> list[Read]:
    documents, wrong = read_all(root, yaml_files(root / FOLDER))
    problems.extend(wrong)
    found: list[Read] = []
    for document in documents:
        name = document.name if local else document.name.split("/", 1)[1]
        try:
            table = with_origin(
                RateTable,
                Document(name, document.text, document.value, document.sha256),
                local=local,
            )
        except CatalogError as error:
            problems.extend(error.problems)
            continue
        problems.extend(_mistakes(table, document))
        found.append((table, document))
    return found


def _mistakes(table: RateTable, document: Document) -> Iterator[Problem]:
    stem = document.name.rsplit("/", 1)[-1].removesuffix(".yaml")
    if table.id != stem:
        yield document.problem(("id",), f"应当与文件名一致：{stem}")
    if not _NAME.fullmatch(table.id):
        what = "标准表的编号只能用小写字母、数字和下划线"
        yield document.problem(("id",), what, "如 farmland_tax_rate")
    if table.unit_zh:
        yield document.problem(("unit_zh",), "不认识的字段「unit_zh」", "请删去")
    if "value" not in table.columns:
        yield document.problem(("columns",), "没有说明「value」是什么")
    for number, row in enumerate(table.rows):
        for field, what, remedy in _row_mistakes(table, row):
            yield document.problem(("rows", number, field), what, remedy)
    yield from _overlaps(table, document)


def _row_mistakes(table: RateTable, row: RateRow) -> Iterator[tuple[str, str, str]]:
    if not _DIVISION.fullmatch(row.division):
        what = f"「{row.division}」不是二、四或六位的行政区划代码"
        yield "division", what, "全国适用的留空"
    if not math.isfinite(row.value):
        yield "value", "不是有限的数", ""
    if row.value < 0:
        yield "value", "不能是负数", "请核对"
    if row.valid_to is not None and row.valid_to < row.valid_from:
        yield "valid_to", "早于 valid_from", "请核对"
    if (row.category is None) == ("category" in table.columns):
        what = "缺少" if row.category is None else "columns 里没有说明"
        yield "category", f"{what}「category」", "各行一律写，或者一律不写"
    grounded = bool(row.basis or row.document.strip())
    if row.fictional == grounded:
        what = "要么写 basis 或者 document（文件名称和文号），要么写 fictional: true"
        yield "fictional", what, "两样都写的，请核对是否真实标准"
    if row.fictional and not row.division.startswith(FICTIONAL_DIVISION):
        what = f"虚构的示例值只能用于 {FICTIONAL_DIVISION} 开头的虚构区划"
        yield "division", what, "真实地方请填当地标准和文号"


def _overlaps(table: RateTable, document: Document) -> Iterator[Problem]:
    """Refuse two values for one place, category and day."""
    groups: dict[tuple[str, str | None], list[tuple[int, RateRow]]] = {}
    for number, row in enumerate(table.rows):
        key = (division_stem(row.division), row.category)
        groups.setdefault(key, []).append((number, row))
    for rows in groups.values():
        ordered = sorted(rows, key=lambda pair: pair[1].valid_from)
        for (_, before), (number, row) in pairwise(ordered):
            if row.valid_from <= (before.valid_to or _ENDLESS):
                what = f"与 {before.valid_from} 起的一行时间重叠"
                remedy = "给先前一行写 valid_to（末日，含当日）"
                yield document.problem(("rows", number, "valid_from"), what, remedy)


def _unknown(table: RateTable, document: Document, known: Known) -> Iterator[Problem]:
    if table.id in known.datasets:
        what = f"「{table.id}」是数据集的名称"
        yield document.problem(("id",), what, "请换一个")
    if table.unit not in known.units:
        near = near_names(table.unit, known.units)
        yield document.problem(("unit",), f"不认识的单位「{table.unit}」", near)
    for number, row in enumerate(table.rows):
        yield from _uncited(document, number, row.basis, known.facts)


def _is_local(table: RateTable) -> bool:
    return table.origin is not None and table.origin.local


def _placed(table: RateTable) -> dict[int, str]:
    """Return the real divisions of a table by the number of their row."""
    stems = {n: division_stem(row.division) for n, row in enumerate(table.rows)}
    return {
        n: s for n, s in stems.items() if s and not s.startswith(FICTIONAL_DIVISION)
    }


def _nowhere(
    table: RateTable, document: Document, codes: Sequence[str]
) -> Iterator[Problem]:
    """Refuse divisions that no list of divisions has: their values would never hold."""
    for number, stem in _placed(table).items():
        at = bisect_left(codes, stem)
        if at == len(codes) or not codes[at].startswith(stem):
            what = f"没有代码为「{stem}」的行政区划"
            remedy = "请核对代码；新设的请写进本地文件夹的 divisions/"
            yield document.problem(("rows", number, "division"), what, remedy)


def _uncited(
    document: Document, number: int, basis: Iterable[str], facts: Mapping[str, Fact]
) -> Iterator[Problem]:
    for place, name in enumerate(basis):
        where = ("rows", number, "basis", place)
        if name not in facts:
            what = f"没有编号为「{name}」的法条"
            yield document.problem(where, what, near_names(name, facts))
        elif facts[name].verified == "secondary":
            what = f"「{name}」的条文未经核实，不能作为标准的依据"
            yield document.problem(where, what, "请写 document，或者先核实条文")
