"""`models/divisions/` and own tables → the index of divisions by year."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery.catalog.files import models_folder, once
from pil_discovery.errors import CatalogError, Problem
from pil_discovery.text.divisions import Division, index_divisions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pil_discovery.text.divisions import Divisions

    Row = dict[str, str]

FOLDER = "divisions"
_CODE = re.compile(r"\d{6}(\d{3})?")
_CODES = re.compile(r"(\d{6}( \d{6})*)?")
_YEAR = re.compile(r"(\d{4})?")
_SHAPES = {
    "first_year": (_YEAR, "四位年份，或者留空"),
    "last_year": (_YEAR, "四位年份，仍在册的留空"),
    "successors": (_CODES, "六位代码，几个的用空格分开"),
    "carved_from": (_CODES, "六位代码，几个的用空格分开"),
}


def load_divisions(
    extra: Sequence[str | Path] = (), *, root: Path | None = None
) -> Divisions:
    """Load the built-in divisions and towns, and those of own tables.

    Parameters
    ----------
    extra
        CSV files in UTF-8, or folders that hold such files in `divisions/`. Columns
        `code` and `name`, where wanted `first_year`, `last_year`, `successors` and
        `carved_from`; six digits are a division, nine a town. A row of the same code,
        name and first year as a built-in one replaces it.

    Raises
    ------
    CatalogError
        With all mistakes of all files.
    """
    home = root or models_folder()
    return _load(tuple(_files([home, *map(Path, extra)])))


def _files(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        found = sorted((place / FOLDER).glob("*.csv")) if place.is_dir() else [place]
        yield from found


@once
def _load(files: tuple[Path, ...]) -> Divisions:
    problems: list[Problem] = []
    divisions: dict[tuple[str, str, int], Division] = {}
    towns: dict[str, str] = {}
    for file in files:
        for number, row in _rows(file, problems):
            wrong = list(_mistakes(row))
            problems += (Problem(file.name, f"第{number}行", what) for what in wrong)
            if wrong:
                continue
            if len(row["code"]) == 9:
                towns[row["code"]] = row["name"]
            else:
                division = _division(row)
                key = (division.code, division.name, division.first_year)
                divisions[key] = division
    if problems:
        raise CatalogError(problems)
    return index_divisions(divisions.values(), sorted(towns.items()))


def _rows(file: Path, problems: list[Problem]) -> Iterator[tuple[int, Row]]:
    """Yield the lines of a table with their numbers, headers counted."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        what = "区划表读不出来，应当是 UTF-8 编码的 CSV 文件"
        problems.append(Problem(str(file), "", what, "请核对路径和编码"))
        return
    reader = csv.DictReader(text.splitlines(), restval="")
    missing = {"code", "name"} - {*(reader.fieldnames or ())}
    if missing:
        what = f"区划表缺少列：{'、'.join(sorted(missing))}"
        problems.append(Problem(str(file), "第1行", what, "首行写 code,name"))
        return
    for row in reader:
        yield reader.line_num, {k: v.strip() for k, v in row.items() if k and v}


def _mistakes(row: Row) -> Iterator[str]:
    if not _CODE.fullmatch(row.get("code", "")):
        yield f"code「{row.get('code', '')}」应为六位区划代码或者九位乡镇代码"
    if len(row.get("name", "")) < 2:
        yield "name 应为区划全称"
    for column, (shape, wanted) in _SHAPES.items():
        if not shape.fullmatch(row.get(column, "")):
            yield f"{column}「{row[column]}」应为{wanted}"


def _division(row: Row) -> Division:
    last = row.get("last_year", "")
    return Division(
        code=row["code"],
        name=row["name"],
        first_year=int(row.get("first_year") or 0),
        last_year=int(last) if last else None,
        successors=tuple(row.get("successors", "").split()),
        carved_from=tuple(row.get("carved_from", "").split()),
    )
