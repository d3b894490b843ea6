"""review.html: one page that works offline, under a strict content policy."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from importlib.resources import files
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, Any

from pil_discovery.report.page_data import MOST_LEADS, page_data
from pil_discovery.types import Backdrop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pil_discovery.report.workbook import Contents

__all__ = ["MOST_LEADS", "review_page"]

MOST_BYTES = 3_000_000
FEWEST_LEADS = 100
"""Shown however long they are."""
PLAIN_BYTES = 1_000_000
"""Data above this size are deflated; below it they can be read in the source."""
SCRIPTS = (
    *("words.js", "data.js", "decisions.js", "table.js", "map.js", "pictures.js"),
    *("curves.js", "detail.js", "overview.js", "main.js"),
)
"""The parts of the page's own script; they share one scope."""
LEAFLET = "leaflet/leaflet"
LEAFLET_SHA256 = {
    ".js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
    ".css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
}
"""Leaflet 1.9.4 as published (BSD-2-Clause, licence beside it)."""


def review_page(contents: Contents, scan: str, backdrop: Backdrop | None = None) -> str:
    """Build the page.

    Parameters
    ----------
    contents
        Plain records as they are written to the files.
    scan
        SHA-256 of run.json, which a decision file refers to.
    backdrop
        Layers and pictures behind the leads.

    Returns
    -------
    str
        HTML that asks no other address for anything; styles and scripts are admitted
        by hash, data are JSON in which no `<` occurs, so that no record can become
        markup.
    """
    styles = [_leaflet_style(), _part("review.css")]
    scripts = [_leaflet_script(), _own_script()]
    policy = (
        "default-src 'none'; img-src data: blob:; "
        f"style-src {_hashes(styles)}; script-src {_hashes(scripts)}; "
        "base-uri 'none'; form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    page = _part("review.html").replace("<!--POLICY-->", meta)
    page = page.replace("<!--STYLE-->", "".join(f"<style>{s}</style>" for s in styles))
    scripted = "".join(f"<script>{s}</script>" for s in scripts)
    page = page.replace("<!--SCRIPT-->", scripted)
    room = MOST_BYTES - len(page.encode())
    filled = _filled(contents, scan, backdrop or Backdrop(), room)
    return page.replace("<!--DATA-->", filled)


def _filled(contents: Contents, scan: str, backdrop: Backdrop, room: int) -> str:
    """Write the data in as many bytes as there are: fewer leads if they are too long.

    Pictures take what the words leave, the best leads first.
    """
    most = MOST_LEADS
    while True:
        data = page_data(contents, scan, backdrop, most)
        named = {"data": data.index}
        named |= {f"details-{n}": chunk for n, chunk in enumerate(data.details)}
        words = _elements(named)
        left = room - sum(map(_size, words))
        shown = len(data.index["leads"])
        if left >= 0 or shown <= FEWEST_LEADS:
            break
        most = max(FEWEST_LEADS, int(0.95 * shown * room / (room - left)))
    albums = [
        _element(f"album-{n}", _json(album)) for n, album in enumerate(data.albums, 1)
    ]
    fitting = takewhile(lambda size: size <= left, accumulate(map(_size, albums)))
    return "".join(words + albums[: len(list(fitting))])


def _size(text: str) -> int:
    return len(text.encode())


def _own_script() -> str:
    body = "\n".join(_part(name) for name in SCRIPTS)
    return f'"use strict";\n(async () => {{\n{body}\n}})().catch(window.pilFailed);\n'


def _leaflet_script() -> str:
    # the map of its source would be asked for
    script = _part(f"{LEAFLET}.js")
    return script.replace("//# sourceMappingURL=leaflet.js.map", "")


def _leaflet_style() -> str:
    """Leave out what names a picture file: layer button, markers, an old browser."""
    lines = _part(f"{LEAFLET}.css").splitlines()
    return "\n".join(line for line in lines if "url(" not in line)


def _elements(named: Mapping[str, Any]) -> list[str]:
    texts = {name: _json(value) for name, value in named.items()}
    if sum(map(_size, texts.values())) <= PLAIN_BYTES:
        return [_element(name, text) for name, text in texts.items()]
    return [_packed(name, text) for name, text in texts.items()]


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _element(name: str, text: str) -> str:
    return f'<script type="application/json" id="{name}">{_inert(text)}</script>'


def _packed(name: str, text: str) -> str:
    deflated = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
    kind = f'type="application/json" id="{name}" data-deflated="1"'
    return f"<script {kind}>{deflated}</script>"


def _inert(text: str) -> str:
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _part(name: str) -> str:
    return files("pil_discovery.report").joinpath("page", name).read_text("utf-8")


def _hashes(texts: list[str]) -> str:
    return " ".join(f"'{_hash(text)}'" for text in texts)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
