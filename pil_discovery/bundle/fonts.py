"""Fonts of the PDF: which family plays which part, and whether it has every glyph.

Nothing is shipped. Order of preference: the user's folders, the system's official
faces, Fandol, Noto (and LXGW WenKai) CJK, the package `manimgx_fonts_cjk`. Further
families of the order stand behind the first as fallback for single rare characters.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import typst

from pil_discovery.bundle.glyphs import missing
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

_SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC")
_SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC")
_FALLBACK = (*_SERIF, *_SANS)
ROLES: dict[str, tuple[str, ...]] = {
    "fang": ("FangSong_GB2312", "FangSong", "仿宋", "FandolFang R", "FandolFang"),
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体"),
    "hei": ("SimHei", "黑体", "FandolHei", *_SANS),
    "song": ("SimSun", "宋体", "NSimSun", "FandolSong"),
}
"""Part in the document → families, best first (GB/T 9704—2012, 5.2.2 and 7.3)."""


@dataclass(frozen=True)
class Faces:
    """Families chosen per part, the fonts behind them, and their files.

    Attributes
    ----------
    roles
        Part → families present on this machine, first the wanted one.
    title_weight
        `bold` where no 小标宋 is present: a regular face looks thin at 22 pt.
    """

    fonts: typst.Fonts
    roles: dict[str, tuple[str, ...]]
    title_weight: str
    files: dict[str, tuple[Path, int]]


@lru_cache(maxsize=8)
def choose_faces(folders: tuple[Path, ...] = ()) -> Faces:
    """Choose a family for every part of a document.

    Raises
    ------
    BundleError
        When the machine has no font with Chinese characters at all.
    """
    fonts = typst.Fonts(
        include_system_fonts=True,
        include_embedded_fonts=False,
        font_paths=[*map(str, folders), *_package_folders()],
    )
    return cast_roles(fonts, _own_families(folders))


def cast_roles(fonts: typst.Fonts, own: tuple[str, ...] = ()) -> Faces:
    """Give every part of a document a family out of the fonts found.

    `own` names the user's families, which come first.
    """
    files = _files(fonts)
    roles = {role: _present(role, files, own) for role in ROLES}
    if not all(roles.values()):
        what = "这台电脑上没有可用的中文字体，不能生成 PDF"
        remedy = "安装仿宋、黑体等字体，或者运行 pip install 'pil_discovery[fonts]'"
        raise BundleError(Problem("字体", "", what, remedy))
    plain_title = roles["title"][0] in (*_FALLBACK, *ROLES["song"])
    return Faces(fonts, roles, "bold" if plain_title else "regular", files)


def check_glyphs(texts: Iterable[str], faces: Faces) -> None:
    """Refuse text with characters that no chosen font can draw: a name must not blank.

    Raises
    ------
    BundleError
        Naming every such character with its code point.
    """
    wanted = "".join(sorted({c for text in texts for c in text}))
    lost = {c for role in faces.roles for c in _lost(wanted, role, faces)}
    if lost:
        shown = "、".join(f"{c}（U+{ord(c):04X}）" for c in sorted(lost))
        what = f"所选字体（{'、'.join(faces.roles['fang'])}）没有这些字：{shown}"
        raise BundleError(
            Problem("字体", "", what, "安装含有这些字的字体，例如 Noto CJK")
        )


def _lost(wanted: str, role: str, faces: Faces) -> str:
    for family in faces.roles[role]:
        path, index = faces.files[family]
        wanted = missing(wanted, path, index)
        if not wanted:
            break
    return wanted


def _present(
    role: str, files: dict[str, tuple[Path, int]], own: tuple[str, ...]
) -> tuple[str, ...]:
    named = ROLES[role]
    first = [f for f in own if f in named] or [f for f in own if not _known(f)]
    order = dict.fromkeys([*first, *named, *_FALLBACK])
    return tuple(f for f in order if f in files)


def _known(family: str) -> bool:
    return any(family in names for names in (*ROLES.values(), _FALLBACK))


def _own_families(folders: tuple[Path, ...]) -> tuple[str, ...]:
    if not folders:
        return ()
    own = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(f) for f in folders],
    )
    return tuple(sorted(own.families()))


def _files(fonts: typst.Fonts) -> dict[str, tuple[Path, int]]:
    # The regular weight of each family; all weights of a family cover the same.
    found = sorted(
        (f for f in fonts.fonts() if f.path),
        key=lambda f: (f.family, abs(f.weight - 400), str(f.path)),
    )
    return {f.family: (Path(str(f.path)), f.index) for f in reversed(found)}


def _package_folders() -> list[str]:
    spec = importlib.util.find_spec("manimgx_fonts_cjk")
    return (
        [] if spec is None or spec.origin is None else [str(Path(spec.origin).parent)]
    )
