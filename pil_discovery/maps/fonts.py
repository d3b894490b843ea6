"""Fonts that can write Chinese, and the gate against blanks in names."""

from __future__ import annotations

import importlib.util
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import ImageFont

from pil_discovery.errors import PilError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.ImageFont import FreeTypeFont

PROBE = "检察公益诉讼"
REGULAR = 400
_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
_PREFERRED = (
    "notosanscjk-regular.ttc",
    "notosanscjksc-regular.otf",
    "notosanssc-regular.otf",
    "sourcehansanssc-regular.otf",
    "msyh.ttc",
    "simhei.ttf",
    "fandolhei-regular.otf",
    "wqy-microhei.ttc",
    "notoserifcjk-regular.ttc",
    "simsun.ttc",
    "simsun.ttf",
    "fandolsong-regular.otf",
    "notosanscjk-vf.otf.ttc",
)
_FOLDERS = (
    "~/.local/share/fonts",
    "~/.fonts",
    "/usr/local/share/fonts",
    "/usr/share/fonts",
    "/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol",
    "~/AppData/Local/Microsoft/Windows/Fonts",
    "C:/Windows/Fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
)
_PACKAGE = "manimgx_fonts_cjk"


class FontError(PilError):
    """No font can write a text that has to be written."""


def find_fonts() -> tuple[Path, ...]:
    """Return font files that can write Chinese, the preferred one first.

    Looked for in the folder that the environment variable PIL_FONTS names, then in the
    usual font folders of the system, then in the installed font package.

    Raises
    ------
    FontError
        None was found.
    """
    found = _search(os.environ.get("PIL_FONTS", ""))
    if not found:
        raise FontError(
            "没有找到中文字体，不能绘图；请安装 Noto Sans CJK（fonts-noto-cjk）"
            "或思源黑体，或执行 pip install pil_discovery[fonts]，"
            "或用环境变量 PIL_FONTS 指定字体文件夹"
        )
    return found


@cache
def load_font(path: Path, size: int) -> FreeTypeFont:
    """Load the Simplified Chinese face of a font file, regular weight.

    Parameters
    ----------
    path
        A TrueType or OpenType file or collection.
    size
        Height of the em square in pixels.
    """
    font = ImageFont.truetype(str(path), size, index=_face(path))
    try:
        axes = font.get_variation_axes()
    except (OSError, NotImplementedError):
        return font
    # A variable font opens in its thinnest weight.
    values = [_axis_value(axis) for axis in axes]
    font.set_variation_by_axes(values)
    return font


@cache
def covers(path: Path, letter: str) -> bool:
    """Tell whether a font has a glyph of its own for a letter."""
    if letter.isspace():
        return True
    font = load_font(path, 32)
    return _picture(font, letter) != _picture(font, "\U0010ffff")


def missing_glyphs(text: str, fonts: Path | tuple[Path, ...] | None = None) -> str:
    """Return the letters of a text that no font can write, each once, in order.

    Parameters
    ----------
    text
        Any text.
    fonts
        Font files; None takes those of `find_fonts`.

    Raises
    ------
    FontError
        No font was found.
    """
    paths = find_fonts() if fonts is None else fonts
    chain = (paths,) if isinstance(paths, Path) else paths
    letters = dict.fromkeys(text)
    return "".join(c for c in letters if not any(covers(p, c) for p in chain))


def demand_glyphs(text: str) -> None:
    """Refuse a text that would be drawn with blanks.

    Raises
    ------
    FontError
        Naming every letter that no font can write.
    """
    missing = missing_glyphs(text)
    if missing:
        codes = "、".join(f"{c}（U+{ord(c):04X}）" for c in missing)
        fix = "请安装含这些字的字体（如 Noto Sans CJK）"
        raise FontError(f"现有字体缺少以下字，图中会出现空白：{codes}；{fix}")


def split_runs(text: str) -> Iterator[tuple[Path, str]]:
    """Cut a text into runs, each with the first font that can write it."""
    fonts = find_fonts()
    run, current = "", fonts[0]
    for letter in text:
        path = next((p for p in fonts if covers(p, letter)), fonts[0])
        if path != current and run:
            yield current, run
            run = ""
        current, run = path, run + letter
    if run:
        yield current, run


@cache
def _search(folder: str) -> tuple[Path, ...]:
    own = sorted(_fonts_below(Path(folder))) if folder else []
    candidates = [*own, *_system_fonts(), *_packaged_fonts()]
    usable = [path for path in dict.fromkeys(candidates) if _is_chinese(path)]
    return tuple(usable)


def _system_fonts() -> list[Path]:
    by_name: dict[str, Path] = {}
    for folder in _FOLDERS:
        for path in sorted(_fonts_below(Path(folder).expanduser())):
            by_name.setdefault(path.name.lower(), path)
    return [by_name[name] for name in _PREFERRED if name in by_name]


def _packaged_fonts() -> list[Path]:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None:
        return []
    folders = [Path(p) for p in spec.submodule_search_locations or ()]
    return [path for folder in folders for path in sorted(_fonts_below(folder))]


def _fonts_below(folder: Path) -> Iterator[Path]:
    if sys.platform != "win32" and folder.drive:
        return
    if folder.is_dir():
        yield from (p for p in folder.rglob("*") if p.suffix.lower() in _ENDINGS)


def _is_chinese(path: Path) -> bool:
    try:
        return all(covers(path, letter) for letter in PROBE)
    except OSError:
        return False


@cache
def _face(path: Path) -> int:
    """Return the index of the Simplified Chinese face of a collection, else 0."""
    if path.suffix.lower() not in {".ttc", ".otc"}:
        return 0
    for index in range(32):
        try:
            family = ImageFont.truetype(str(path), 16, index=index).getname()[0] or ""
        except OSError:
            return 0
        if (
            family.split(" Mono", maxsplit=1)[0].endswith(" SC")
            and "Mono" not in family
        ):
            return index
    return 0


def _axis_value(axis: object) -> float:
    values = dict(axis) if isinstance(axis, dict) else {}
    low, high = float(values["minimum"]), float(values["maximum"])
    name = values.get("name")
    weight = b"eight" in name if isinstance(name, bytes) else "eight" in str(name)
    return min(max(REGULAR, low), high) if weight else float(values["default"])


def _picture(font: FreeTypeFont, letter: str) -> tuple[object, bytes]:
    mask = font.getmask(letter, mode="L")
    return (mask.size, font.getlength(letter)), bytes(mask)
