"""The QGIS style of the lead layer: graduated by score, five classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Mapping

SymbolKind = Literal["marker", "line", "fill"]

CLASSES = (
    (0, 10, "254,240,217"),
    (10, 20, "253,204,138"),
    (20, 35, "252,141,89"),
    (35, 50, "227,74,51"),
    (50, 100, "179,0,0"),
)
"""Lower and upper score, colour (ColorBrewer OrRd, red-green-blind safe)."""

_LAYERS: dict[SymbolKind, str] = {
    "marker": "SimpleMarker",
    "line": "SimpleLine",
    "fill": "SimpleFill",
}
_PROPERTIES: dict[SymbolKind, dict[str, str]] = {
    "marker": {
        "name": "circle",
        "color": "{colour},255",
        "outline_color": "60,60,60,255",
        "size": "3",
    },
    "line": {"line_color": "{colour},255", "line_width": "0.8"},
    "fill": {
        "color": "{colour},160",
        "style": "solid",
        "outline_color": "90,20,10,255",
        "outline_width": "0.4",
    },
}


NUMBER = "if(\"kind\" = 'single', \"rank\", '')"
"""What is printed beside a lead: a class lead would be named at each of its members."""
OUTLINES = ("61,111,165", "79,127,82", "122,92,153", "138,109,31", "47,127,134")
_OUTLINED: dict[SymbolKind, dict[str, str]] = {
    "marker": {"name": "square", "color": "{colour},120", "size": "1.6"},
    "line": {"line_color": "{colour},255", "line_width": "0.4", "line_style": "dash"},
    "fill": {
        "color": "{colour},25",
        "style": "solid",
        "outline_color": "{colour},255",
        "outline_width": "0.3",
        "outline_style": "dash",
    },
}


def symbol_kind(geometry_type: str) -> SymbolKind:
    """Choose the symbol for a geometry type; mixed layers are drawn as areas."""
    kinds: dict[str, SymbolKind] = {"Point": "marker", "LineString": "line"}
    return kinds.get(geometry_type.removeprefix("Multi"), "fill")


def qml(kind: SymbolKind, aliases: Mapping[str, str]) -> str:
    """Write the style as QML, with the names under which columns are shown."""
    return _style(renderer(kind) + labels(NUMBER), aliases, labelled=True)


def single_qml(kind: SymbolKind, name: str, aliases: Mapping[str, str]) -> str:
    """Write the style of a layer under the leads as QML."""
    return _style(single_renderer(kind, name), aliases)


def renderer(kind: SymbolKind) -> str:
    """Write how leads are drawn: graduated by score."""
    ranges = "".join(
        f'<range lower="{low}" upper="{high}" symbol="{i}" label="{low}–{high} 分"'
        ' render="true"/>'
        for i, (low, high, _) in enumerate(CLASSES)
    )
    symbols = "".join(
        _symbol(kind, i, colour) for i, (_, _, colour) in enumerate(CLASSES)
    )
    return (
        '<renderer-v2 type="graduatedSymbol" attr="score"'
        ' graduatedMethod="GraduatedColor">'
        f"<ranges>{ranges}</ranges><symbols>{symbols}</symbols></renderer-v2>"
    )


def labels(expression: str) -> str:
    """Write that an expression is printed beside each feature, in a white rim."""
    buffer = (
        '<text-buffer bufferDraw="1" bufferSize="1" bufferSizeUnits="MM"'
        ' bufferColor="255,255,255,255" bufferOpacity="1"/>'
    )
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(expression)} isExpression="1" fontSize="9"'
        ' fontSizeUnit="Point" textColor="26,26,26,255" textOpacity="1">'
        f'{buffer}</text-style><placement placement="0" dist="1" priority="5"/>'
        '<rendering drawLabels="1" obstacle="1"/></settings></labeling>'
    )


def single_renderer(kind: SymbolKind, name: str) -> str:
    """Write how a layer under the leads is drawn: an outline, in its own colour."""
    colour = OUTLINES[sum(name.encode()) % len(OUTLINES)]
    properties = "".join(
        f'<prop k="{k}" v="{v.format(colour=colour)}"/>'
        for k, v in _OUTLINED[kind].items()
    )
    return (
        '<renderer-v2 type="singleSymbol"><symbols>'
        f'<symbol type="{kind}" name="0" alpha="1"><layer class="{_LAYERS[kind]}"'
        f' enabled="1">{properties}</layer></symbol></symbols></renderer-v2>'
    )


def _style(drawn: str, aliases: Mapping[str, str], *, labelled: bool = False) -> str:
    names = "".join(
        f'<alias index="{i}" field="{field}" name="{name}"/>'
        for i, (field, name) in enumerate(aliases.items())
    )
    return (
        '<!DOCTYPE qgis><qgis version="3.28"'
        f' labelsEnabled="{int(labelled)}"'
        ' styleCategories="Symbology|Labeling|Fields">'
        f"{drawn}<aliases>{names}</aliases></qgis>"
    )


def _symbol(kind: SymbolKind, number: int, colour: str) -> str:
    properties = "".join(
        f'<prop k="{k}" v="{v.format(colour=colour)}"/>'
        for k, v in _PROPERTIES[kind].items()
    )
    return (
        f'<symbol type="{kind}" name="{number}" alpha="1">'
        f'<layer class="{_LAYERS[kind]}" enabled="1">{properties}</layer></symbol>'
    )
