"""Tables of the annexes: what stands in them, printed in part, whole as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pil_discovery.bundle.canonical import printable
from pil_discovery.types.base import Noun

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_ROWS = 40
"""Rows of a table that are printed."""


class Column(NamedTuple):
    """Heading of a column, and its width in print; the text is 156 mm wide."""

    title: str
    width_mm: int


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "overlaps": (
        Column("图层和范围", 50),
        Column("版本和提供单位", 40),
        Column("重叠面积和90%区间", 48),
        Column("证据项", 18),
    ),
    "searched": (
        Column("登记数据", 44),
        Column("取得日期和时段", 36),
        Column("比对的列和值", 44),
        Column("结果", 32),
    ),
    "events": (
        Column("日期", 26),
        Column("事项", 62),
        Column("所在文件和行", 50),
        Column("证据项", 18),
    ),
    "stages": (
        Column("环节", 28),
        Column("情况", 62),
        Column("由谁完成", 38),
        Column("日期", 28),
    ),
    "method": (Column("项目", 34), Column("内容", 122)),
    "editions": (
        Column("依据", 50),
        Column("所用版本和理由", 56),
        Column("其后的版本和衔接", 50),
    ),
    "absent": (Column("依据", 56), Column("没有印出的原因", 100)),
    "defences": (
        Column("核对事项", 50),
        Column("结果", 18),
        Column("核对所据", 46),
        Column("尚需人工核对", 42),
    ),
    "excluded": (
        Column("比对对象", 46),
        Column("状态", 24),
        Column("理由", 56),
        Column("所在行", 30),
    ),
    "set_aside": (
        Column("文件和行", 58),
        Column("范围", 30),
        Column("原因", 68),
    ),
    "extraction": (
        Column("证据项", 18),
        Column("文件名称和大小", 42),
        Column("完整性校验值（SHA-256）", 50),
        Column("提取方法和取得日期", 46),
    ),
    "signatures": (Column("事项", 44), Column("填写", 112)),
    "numbers": (
        Column("证据项", 18),
        Column("文书中的数字", 38),
        Column("含义", 52),
        Column("所在文件和行", 48),
    ),
}
"""Table → its columns; Word template, PDF and files have the same."""

FILES: Mapping[str, str] = {
    "overlaps": "data/03_分析/重叠情况.csv",
    "searched": "data/03_分析/检索情况.csv",
    "events": "data/03_分析/时间顺序.csv",
    "stages": "data/03_分析/办理环节.csv",
    "editions": "data/04_方法/法律版本.csv",
    "absent": "data/04_方法/未载入的依据.csv",
    "defences": "data/03_分析/抗辩核对.csv",
    "excluded": "data/03_分析/未列入的对象.csv",
    "set_aside": "data/03_分析/隔离的行.csv",
    "extraction": "data/01_证据清单/电子数据提取固定清单.csv",
    "numbers": "data/03_分析/数字来源.csv",
}
"""Table → the file that holds all of its rows."""


class AnnexRow(Noun):
    """A row; `anchor` is the evidence item or rule that links lead to.

    `in_print` is false for what may stand in files and not in a document.
    """

    cells: tuple[str, ...]
    anchor: str = ""
    in_print: bool = True


class AnnexTable(Noun):
    """A table of an annex with its title and what is said above and below it."""

    kind: str
    title: str
    before: tuple[str, ...] = ()
    rows: tuple[AnnexRow, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Headings and widths."""
        return COLUMNS[self.kind]


def row_of(*cells: str, anchor: str = "") -> AnnexRow:
    """Return a row whose cells can be printed; what is not known is «—»."""
    shown = tuple(printable(cell) or "—" for cell in cells)
    return AnnexRow(cells=shown, anchor=anchor)


def printed(table: AnnexTable) -> AnnexTable:
    """Return the table as it is printed: long ones are cut, and say where they go on.

    Rows that links of the text lead to stay.
    """
    rows = [r for r in table.rows if r.in_print]
    kept = [r for n, r in enumerate(rows) if n < MOST_ROWS or r.anchor]
    after = table.after
    if len(kept) < len(rows):
        name = FILES[table.kind].rpartition("/")[2]
        more = f"此处只列{len(kept)}行，其余{len(rows) - len(kept)}行见{name}。"
        after = (*after, more)
    return table.model_copy(update={"rows": tuple(kept), "after": after})


def lines_of(table: AnnexTable) -> list[tuple[str, ...]]:
    """Return all rows of a table as lines of a file."""
    return [row.cells for row in table.rows]


def headings(tables: Iterable[AnnexTable]) -> list[str]:
    """Return the headings that are printed, for the glyph gate."""
    return [c.title for table in tables for c in COLUMNS[table.kind]]


def listed(words: Sequence[str], most: int = 6) -> str:
    """Join words with 、; of many the first, and how many there are.

    >>> listed(["R1", "R2", "R3"], most=2)
    'R1、R2等3项'
    """
    once = list(dict.fromkeys(w for w in words if w))
    more = f"等{len(once)}项" if len(once) > most else ""
    return "、".join(once[:most]) + more


def spaced(digest: str) -> str:
    """Return a hash in groups of sixteen, so that it breaks within a cell."""
    return " ".join(digest[n : n + 16] for n in range(0, len(digest), 16))
