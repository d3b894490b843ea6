"""The editable letter: a Word template filled in a sandbox, packed canonically."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any, ClassVar

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pil_discovery.bundle.docx_links import marked_words, settle_links
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pil_discovery.bundle.documents import Letter

_FIRST = "[Content_Types].xml"
_MOST_TEXTS = 64
"""Texts of templates that are kept compiled: body, headers and footers of some."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


class _Sandbox(ImmutableSandboxedEnvironment):
    """A sandbox that compiles the text of a template once for all documents."""

    _known: ClassVar[dict[str, Any]] = {}

    def from_string(  # the further words are those of the base class
        self,
        source: Any,  # noqa: ANN401 -- a text or its tree
        globals: Any = None,  # noqa: A002, ANN401
        template_class: Any = None,  # noqa: ANN401, ARG002
    ) -> Template:
        """Return the template of a text, compiled before or now."""
        found = self._known.get(source)
        if found is None:
            if len(self._known) > _MOST_TEXTS:
                self._known.clear()
            found = self._known[source] = self.compile(source)
        return Template.from_code(self, found, self.make_globals(globals), None)


def render_docx(
    letter: Letter,
    template: Path,
    *,
    plate: bytes | None = None,
    strips: Mapping[str, bytes] | None = None,
) -> bytes:
    """Fill the Word template of a kind.

    The template runs in an immutable sandbox with strict names: it can neither reach
    code nor skip a missing field; values are escaped and never read as template.

    Raises
    ------
    BundleError
        When the template names a field that does not exist or does more than print.
    """
    document = DocxTemplate(str(template))
    env = _Sandbox(autoescape=True, undefined=StrictUndefined)
    words: dict[str, object] = {
        "letter": marked_words(letter),
        "plate": "" if plate is None else _picture(document, plate, 150),
        "strips": {
            mark.item: _picture(document, (strips or {})[mark.item], mark.width_mm)
            for mark in letter.strips
        },
    }
    try:
        document.render(words, env, autoescape=True)
    except TemplateError as error:
        raise BundleError(
            Problem(template.name, "", f"模板不能填写：{error}")
        ) from error
    settle_links(document.docx)
    _date(document, letter)
    raw = io.BytesIO()
    document.save(raw)
    return canonical_zip(raw.getvalue())


def _picture(document: DocxTemplate, png: bytes, width_mm: int) -> InlineImage:
    return InlineImage(document, io.BytesIO(png), width=Mm(width_mm))


def canonical_zip(data: bytes) -> bytes:
    """Pack a zip again so that equal content gives equal bytes.

    `[Content_Types].xml` first (as OPC readers like it), the rest sorted; fixed date,
    attributes, system and level.
    """
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for name in sorted(old.namelist(), key=lambda n: (n != _FIRST, n)):
            new.writestr(_entry(name), old.read(name))
    return packed.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


def _date(document: DocxTemplate, letter: Letter) -> None:
    core = document.docx.core_properties
    core.created = core.modified = dt.datetime.combine(letter.as_of, dt.time())
    core.title = f"{letter.office}{letter.title}"
    core.author = core.last_modified_by = letter.office
    core.comments = ""
    core.revision = 1
