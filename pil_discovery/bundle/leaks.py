"""The last look: no artefact may hold what the profile took out."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from pil_discovery.bundle.redaction import is_telling, squeezed
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pil_discovery.bundle.redaction import Secret

_HEX = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[a-f])[0-9a-f]{12,64}(?![0-9A-Za-z])")
_PICTURES = (".png", ".pdf")
"""Pictures hold no text, and a PDF is set from `letter.json`, which is looked at."""


def demand_no_leak(
    files: Mapping[str, bytes], secrets: Iterable[Secret], name: str
) -> None:
    """Refuse a payload in which a replaced value is still found in any spelling.

    File names, texts, and every part of a DOCX or XLSX (its properties, too) are
    looked through.

    Raises
    ------
    BundleError
        With every file in which something was found; the value is not repeated.
    """
    sought = {squeezed(s.value): s.label for s in secrets if _is_sought(s)}
    if not sought:
        return
    words = re.compile("|".join(map(re.escape, sorted(sought, key=len, reverse=True))))
    problems = [
        Problem(
            path, "", f"还含有应当隐去的内容（{sought[found]}）", "不要发出，请报告"
        )
        for path, data in files.items()
        for found in sorted(_found(path, data, words))
    ]
    if problems:
        raise BundleError([Problem(name, "", "脱敏后的检查没有通过"), *problems])


def _is_sought(secret: Secret) -> bool:
    return is_telling(squeezed(secret.value), secret.kind)


def _found(path: str, data: bytes, words: re.Pattern[str]) -> set[str]:
    return {m for text in (path, *_texts(path, data)) for m in _meet(text, words)}


def _meet(text: str, words: re.Pattern[str]) -> list[str]:
    return words.findall(squeezed(_HEX.sub("#", text)))


def _texts(path: str, data: bytes) -> Iterator[str]:
    if path.endswith(_PICTURES):
        return
    if not path.endswith((".docx", ".xlsx")):
        yield data.decode("utf-8", "replace")
        return
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            yield name
            if name.endswith((".xml", ".rels")):
                marked = packed.read(name).decode("utf-8", "replace")
                yield re.sub(r"<[^>]*>", "", marked)
