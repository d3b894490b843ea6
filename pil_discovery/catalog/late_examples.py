"""Examples that are read when somebody first looks at them.

They are three quarters of what ships below `models/screening/`, and a scan has no use
for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, overload

from pil_discovery.catalog.nouns import Document, part_to_noun
from pil_discovery.catalog.strict import parse_yaml
from pil_discovery.types import Example, Model

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAST_PART = re.compile(r"^examples:\n(?:(?:[ #].*|- .*|)\n)*\Z", re.MULTILINE)


def before_examples(text: str) -> str:
    """Return a model file without its examples; all of it if they are not at its end.

    Parameters
    ----------
    text
        YAML in block style. A quoted text over several lines, one of which reads
        `examples:` and nothing else, would be taken for them: files of unknown authors
        must be read as a whole.
    """
    found = _LAST_PART.search(text)
    return text if found is None else text[: found.start()]


class LateExamples(Sequence[Example]):
    """The examples of a model file.

    Parameters
    ----------
    document
        The file, whose value need not hold them.

    Raises
    ------
    CatalogError
        When first looked at, with every mistake of the file, examples or not.
    """

    def __init__(self, document: Document) -> None:
        self._name, self._text = document.name, document.text

    @cached_property
    def _read(self) -> tuple[Example, ...]:
        value = parse_yaml(self._text, name=self._name)
        document = Document(self._name, self._text, value)
        return tuple(part_to_noun(Model, document, value, only="origin").examples)

    def __len__(self) -> int:
        return len(self._read)

    @overload
    def __getitem__(self, place: int) -> Example: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Example]: ...
    def __getitem__(self, place: int | slice) -> Example | Sequence[Example]:
        return self._read[place]

    def __iter__(self) -> Iterator[Example]:
        return iter(self._read)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LateExamples):
            return self._name == other._name and self._text == other._text
        return self._read == other

    def __hash__(self) -> int:
        return hash((self._name, self._text))
