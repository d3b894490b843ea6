"""The elements of a KML file: placemarks with their cells and raw geometries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from xml.parsers import expat

_ROOTS = (
    "",
    "http://www.opengis.net/kml/2.2",
    "http://www.opengis.net/kml/2.3",
    "http://earth.google.com/kml/2.0",
    "http://earth.google.com/kml/2.1",
    "http://earth.google.com/kml/2.2",
)
_GOOGLE = "http://www.google.com/kml/ext/2.2"
MOST_DEPTH = 200
"""Deepest nesting of elements; a sound file has some twenty."""
_SHAPES = frozenset({"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"})
_OTHER_SHAPES = frozenset({"Model", "Track", "MultiTrack"})
_LEFT_OUT = frozenset(
    {"NetworkLink", "GroundOverlay", "PhotoOverlay", "ScreenOverlay", "Tour"}
)
_CELLS = frozenset(
    {"name", "description", "address", "phoneNumber", "when", "begin", "end"}
)
_SEPARATOR = "\n"


class KmlFault(ValueError):  # noqa: N818 -- it is told to the user as a fault of the file
    """The file is no KML, or one that is not opened; the text is Chinese."""


@dataclass
class Node:
    """An element below a placemark that holds geometry."""

    kind: str
    text: list[str] = field(default_factory=list)
    parts: list[Node] = field(default_factory=list)


@dataclass
class Placemark:
    """A feature: its cells, and its geometry as written (None where there is none)."""

    cells: dict[str, str] = field(default_factory=dict)
    geometry: Node | None = None


@dataclass
class Document:
    """What a file holds.

    Attributes
    ----------
    name
        Name of the document.
    placemarks
        In file order.
    links
        Addresses that it points to; none is opened.
    left_out
        Kind of content that is no placemark → how often.
    """

    name: str = ""
    placemarks: list[Placemark] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def parse_document(data: bytes, encoding: str | None = None) -> Document:
    """Parse the bytes of a KML file.

    Parameters
    ----------
    data
        The whole file.
    encoding
        Encoding of the bytes, wins over the one they declare.

    Raises
    ------
    KmlFault
        No XML, no KML, a document type, an entity, or nested without end.
    """
    parser = expat.ParserCreate(encoding, _SEPARATOR)
    parser.buffer_text = True
    reader = _Reader()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        words = f"第 {error.lineno} 行：{expat.ErrorString(error.code)}"
        raise KmlFault(f"不是完整的 XML（{words}）") from error
    except (LookupError, ValueError) as error:
        if isinstance(error, KmlFault):
            raise
        raise KmlFault(f"文字编码无法识别（{error}）") from error
    return reader.document


def _refuse(*_declared: object) -> int:
    raise KmlFault("文件声明了 DOCTYPE 或实体（可借此读取其他文件），拒绝打开")


@dataclass
class _Open:
    """An element that is not closed yet."""

    name: str
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)


class _Reader:
    """Follows the elements of a file from start to end."""

    def __init__(self) -> None:
        self.document = Document()
        self._open: list[_Open] = []
        self._folders: list[str] = []
        self._mark: Placemark | None = None
        self._shapes: list[Node] = []
        self._key = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(_SEPARATOR)
        if not self._open and (name != "kml" or namespace not in _ROOTS):
            raise KmlFault(f"最外层是 {name[:40]}，不是 KML")
        if len(self._open) >= MOST_DEPTH:
            raise KmlFault(f"元素嵌套超过 {MOST_DEPTH} 层")
        known = namespace in _ROOTS or namespace == _GOOGLE
        self._open.append(_Open(name if known else "", attributes))
        if name == "Placemark":
            self._mark = Placemark()
        elif name == "Folder":
            self._folders.append("")
        elif name in _LEFT_OUT:
            self.document.left_out[name] += 1
        elif name in ("Data", "SimpleData"):
            self._key = attributes.get("name", "")
        elif self._mark is not None:
            self._start_shape(name)

    def characters(self, text: str) -> None:
        if self._open:
            self._open[-1].text.append(text)

    def end(self, _tag: str) -> None:
        element = self._open.pop()
        text = "".join(element.text).strip()
        parent = self._open[-1].name if self._open else ""
        if element.name == "Folder":
            self._folders.pop()
        elif element.name == "Placemark":
            self._finish_mark()
        elif element.name in ("href", "httpQuery") and text:
            self._link(parent, text)
        elif self._mark is None:
            self._name(element.name, parent, text)
        elif element.name in _SHAPES | _OTHER_SHAPES:
            self._shapes.pop()
        elif self._shapes:
            self._coordinates(element.name, text)
        else:
            self._cell(element.name, parent, text)

    def _start_shape(self, name: str) -> None:
        if name not in _SHAPES | _OTHER_SHAPES or self._mark is None:
            return
        node = Node(name)
        if self._shapes:
            self._shapes[-1].parts.append(node)
        elif self._mark.geometry is None:
            self._mark.geometry = node
        else:  # two geometries side by side are not allowed, and none may be lost
            first = self._mark.geometry
            self._mark.geometry = Node("MultiGeometry", parts=[first, node])
        self._shapes.append(node)

    def _coordinates(self, name: str, text: str) -> None:
        if name == "coordinates":
            self._shapes[-1].text.append(text)
        elif name in ("outerBoundaryIs", "innerBoundaryIs"):
            rings = [p for p in self._shapes[-1].parts if p.kind == "LinearRing"]
            for ring in rings:
                ring.kind = name

    def _finish_mark(self) -> None:
        if self._mark is None:
            return
        path = "/".join(f for f in self._folders if f)
        if path:
            self._mark.cells.setdefault("Folder", path)
        self.document.placemarks.append(self._mark)
        self._mark = None

    def _name(self, name: str, parent: str, text: str) -> None:
        if name != "name":
            return
        if parent == "Folder":
            self._folders[-1] = text
        elif parent == "Document" and not self.document.name:
            self.document.name = text

    def _link(self, parent: str, text: str) -> None:
        if parent in ("Link", "Url"):
            self.document.links.append(text)

    def _cell(self, name: str, parent: str, text: str) -> None:
        if self._mark is None:
            return
        if (parent == "Data" and name == "value") or name == "SimpleData":
            self._put(self._key, text)
        elif name in _CELLS and parent in ("Placemark", "TimeStamp", "TimeSpan"):
            self._mark.cells.setdefault(name, text)

    def _put(self, key: str, text: str) -> None:
        """Keep an extended value; one that is called like an element gets a mark."""
        if self._mark is None or not text:
            return
        name = f"{key}（扩展）" if key in _CELLS or key == "Folder" else key
        if name in self._mark.cells and self._mark.cells[name] != text:
            text = f"{self._mark.cells[name]}；{text}"
        self._mark.cells[name] = text
