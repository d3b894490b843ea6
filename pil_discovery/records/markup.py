"""XML of foreign files as events, with everything refused that could reach out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Callable

    Attributes = dict[str, str]


def walk_xml(
    content: bytes | str,
    *,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call back for every element and text of an XML document.

    Names come without prefix and in the case of the file; attributes have their full
    name as well, since two may differ by the prefix alone. A document type, and with it
    every entity, is refused: no table needs one, and entities can fetch files or fill
    the memory.

    Raises
    ------
    ValueError
        When the document is no well-formed XML or declares a document type.
    """
    parser = _strict_parser()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, found: start(_bare(name), _bared(found))
    if end is not None:
        close = end
        parser.EndElementHandler = lambda name: close(_bare(name))
    if text is not None:
        parser.CharacterDataHandler = text
    _parse(parser, content)


def demand_xml(content: bytes | str) -> None:
    """Look at a document for nothing but whether `walk_xml` would accept it.

    Raises
    ------
    ValueError
        When the document is no well-formed XML or declares a document type.
    """
    _parse(_strict_parser(), content)


def _strict_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    return parser


def _parse(parser: expat.XMLParserType, content: bytes | str) -> None:
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise ValueError(f"XML 有误：{error}") from None


def _refuse(*_: object) -> NoReturn:
    raise ValueError("XML 声明了文档类型或实体")


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _bared(attributes: Attributes) -> Attributes:
    return {**{_bare(name): value for name, value in attributes.items()}, **attributes}
