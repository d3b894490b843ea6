"""leads.qgz: a QGIS project that opens what a scan found, styled and grouped."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from pyproj import CRS

from pil_discovery.report.style import (
    NUMBER,
    labels,
    renderer,
    single_renderer,
    symbol_kind,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

FILE, INSIDE = "leads.gpkg", "leads.qgs"
GEOMETRIES = {"Point": "点", "LineString": "线", "Polygon": "面"}
"""Kinds in the order in which they lie on each other, the first on top."""
VERSION = "3.22.16"
NAMES = '<alias index="{i}" field={field} name={name}/>'


@dataclass(frozen=True)
class Raster:
    """A picture in the project.

    Attributes
    ----------
    name, source
        As the list shows it, and the path from the project's folder.
    wkt
        Its CRS as WKT 2; QGIS takes a bare number for no system at all.
    bands
        Numbers of the bands shown as red, green and blue.
    limits
        Darkest and brightest value of each of them.
    """

    name: str
    source: str
    wkt: str
    bands: tuple[int, int, int]
    limits: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class _Entry:
    key: str
    name: str
    xml: str
    shown: bool = True


Group = tuple[str, "list[_Entry]"]


def write_project(
    leads: gpd.GeoDataFrame,
    further: Mapping[str, tuple[str, gpd.GeoDataFrame]],
    *,
    titles: Mapping[str, str],
    aliases: Mapping[str, str],
) -> bytes:
    """Return the project as a zip whose bytes depend on its content alone.

    Parameters
    ----------
    leads
        As `lead_frame` lays them out; they are grouped by field of litigation, each
        kind of geometry a layer of its own, as QGIS draws one kind a layer.
    further
        Layer of leads.gpkg → its name in the list, and its features.
    titles
        Field of litigation → Chinese name.
    aliases
        Column → the name that QGIS shows.
    """
    fields = [
        (str(domain), leads.loc[leads["domain"] == domain])
        for domain in sorted(leads["domain"].unique())
    ]
    groups: list[Group] = [
        (f"线索（待核查）：{titles.get(domain, domain)}", entries)
        for domain, part in fields
        if (entries := _lead_entries(domain, part, aliases))
    ]
    base = [e for name, told in further.items() for e in _plain_entries(name, told)]
    if base:
        groups.append(("工作区图层和叠加范围", base))
    return _zipped(_project(groups, _extent(leads)))


def with_pictures(project: bytes, pictures: Mapping[str, Sequence[Raster]]) -> bytes:
    """Return a project of ours with these groups of pictures, in place of earlier ones.

    Parameters
    ----------
    project
        As `write_project` made it; other groups stay as they are.
    pictures
        Name of a group (before, after) → its pictures, the first on top. They lie
        below everything else.
    """
    groups: list[Group] = [
        (
            name,
            [_raster_entry(f"picture_layer_{g}_{n}", r) for n, r in enumerate(rasters)],
        )
        for g, (name, rasters) in enumerate(pictures.items())
    ]
    with zipfile.ZipFile(io.BytesIO(project)) as archive:
        text = archive.read(INSIDE).decode()
    tree = "".join(map(_group, groups))
    entries = "".join(e.xml for _, of in groups for e in of)
    for mark, inside in (("tree", tree), ("layers", entries)):
        head, _, rest = text.partition(f"<!--{mark}-->")
        _, _, tail = rest.partition(f"<!--/{mark}-->")
        text = f"{head}<!--{mark}-->{inside}<!--/{mark}-->{tail}"
    return _zipped(text)


def _kinds(frame: gpd.GeoDataFrame) -> list[str]:
    there = {str(k).removeprefix("Multi") for k in frame.geom_type.dropna()}
    return [k for k in GEOMETRIES if k in there]


def _lead_entries(
    domain: str, part: gpd.GeoDataFrame, aliases: Mapping[str, str]
) -> list[_Entry]:
    return [
        _vector_entry(
            f"leads_{domain}_{kind}",
            f"线索（{GEOMETRIES[kind]}）",
            (f"|layername=leads|geometrytype={kind}", f"\"domain\" = '{domain}'"),
            (kind, renderer(symbol_kind(kind)) + labels(NUMBER), aliases),
        )
        for kind in _kinds(part)
    ]


def _plain_entries(name: str, told: tuple[str, gpd.GeoDataFrame]) -> list[_Entry]:
    title, frame = told
    kinds = _kinds(frame)
    return [
        _vector_entry(
            f"layer_{name}_{kind}",  # an id of ten letters or fewer is not kept
            title if len(kinds) == 1 else f"{title}（{GEOMETRIES[kind]}）",
            (f"|layername={name}|geometrytype={kind}", ""),
            (kind, single_renderer(symbol_kind(kind), name), {"name": "名称"}),
        )
        for kind in kinds
    ]


def _vector_entry(
    key: str,
    name: str,
    source: tuple[str, str],
    look: tuple[str, str, Mapping[str, str]],
) -> _Entry:
    (layer, subset), (kind, drawn, aliases) = source, look
    only = f"|subset={subset}" if subset else ""
    names = "".join(
        NAMES.format(i=i, field=quoteattr(field), name=quoteattr(alias))
        for i, (field, alias) in enumerate(aliases.items())
    )
    shape = {"LineString": "Line"}.get(kind, kind)
    return _Entry(
        key,
        name,
        f'<maplayer type="vector" geometry="{shape}" simplifyDrawingHints="1"'
        f' labelsEnabled="{int("<labeling" in drawn)}">'
        f"<id>{escape(key)}</id><datasource>{escape(f'./{FILE}{layer}{only}')}"
        f"</datasource><layername>{escape(name)}</layername>{_srs('srs')}"
        f'<provider encoding="UTF-8">ogr</provider>{drawn}'
        f"<aliases>{names}</aliases></maplayer>",
    )


def _raster_entry(key: str, raster: Raster) -> _Entry:
    colours = "".join(
        f"<{colour}ContrastEnhancement><minValue>{low:.6g}</minValue>"
        f"<maxValue>{high:.6g}</maxValue>"
        "<algorithm>StretchToMinimumMaximum</algorithm>"
        f"</{colour}ContrastEnhancement>"
        for colour, (low, high) in zip(
            ("red", "green", "blue"), raster.limits, strict=True
        )
    )
    red, green, blue = raster.bands
    return _Entry(
        key,
        raster.name,
        f'<maplayer type="raster"><id>{escape(key)}</id>'
        f"<datasource>{escape(raster.source)}</datasource>"
        f"<layername>{escape(raster.name)}</layername><srs><spatialrefsys>"
        f"<wkt>{escape(raster.wkt)}</wkt></spatialrefsys></srs><provider>gdal</provider>"
        '<pipe><rasterrenderer type="multibandcolor" opacity="1" alphaBand="-1"'
        f' redBand="{red}" greenBand="{green}" blueBand="{blue}">{colours}'
        "</rasterrenderer></pipe></maplayer>",
        shown=False,
    )


def _srs(name: str) -> str:
    return f"<{name}>{_reference()}</{name}>"


def _reference() -> str:
    return (
        f"<spatialrefsys><wkt>{escape(CRS(4490).to_wkt())}</wkt>"
        "<authid>EPSG:4490</authid><srid>4490</srid>"
        "<description>China Geodetic Coordinate System 2000</description>"
        "<geographicflag>true</geographicflag></spatialrefsys>"
    )


def _extent(leads: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    if leads.geometry.isna().all():
        return (73.0, 18.0, 135.0, 54.0)
    left, bottom, right, top = (float(v) for v in leads.total_bounds)
    pad = 0.05 * max(right - left, top - bottom, 0.01)
    return (left - pad, bottom - pad, right + pad, top + pad)


def _project(groups: Sequence[Group], extent: tuple[float, float, float, float]) -> str:
    left, bottom, right, top = extent
    entries = [entry for _, of in groups for entry in of]
    tree = "".join(map(_group, groups))
    order = "".join(f"<item>{escape(e.key)}</item>" for e in entries)
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="{VERSION}" projectname="公益诉讼线索（待核查）">'
        f"<title>公益诉讼线索（待核查）</title>{_srs('projectCrs')}"
        f"<layer-tree-group>{tree}<!--tree--><!--/tree-->"
        f'<custom-order enabled="0">{order}</custom-order></layer-tree-group>'
        f'<mapcanvas name="theMapCanvas"><units>degrees</units><extent>'
        f"<xmin>{left:.7f}</xmin><ymin>{bottom:.7f}</ymin><xmax>{right:.7f}</xmax>"
        f"<ymax>{top:.7f}</ymax></extent>{_srs('destinationsrs')}</mapcanvas>"
        f"<projectlayers>{''.join(e.xml for e in entries)}"
        "<!--layers--><!--/layers--></projectlayers>"
        '<properties><Paths><Absolute type="bool">false</Absolute></Paths>'
        '<SpatialRefSys><ProjectionsEnabled type="int">1</ProjectionsEnabled>'
        "</SpatialRefSys>"
        '</properties><ProjectViewSettings UseProjectScales="0"><Scales/>'
        f'<DefaultViewExtent xmin="{left:.7f}" ymin="{bottom:.7f}" xmax="{right:.7f}"'
        f' ymax="{top:.7f}">{_reference()}</DefaultViewExtent></ProjectViewSettings>'
        "</qgis>"
    )


def _group(group: Group) -> str:
    name, entries = group
    return (
        f'<layer-tree-group name={quoteattr(name)} checked="Qt::Checked"'
        f' expanded="1">{_tree(entries)}</layer-tree-group>'
    )


def _tree(entries: Iterable[_Entry]) -> str:
    return "".join(
        f"<layer-tree-layer id={quoteattr(e.key)} name={quoteattr(e.name)}"
        f' checked="{"Qt::Checked" if e.shown else "Qt::Unchecked"}" expanded="0"/>'
        for e in entries
    )


def _zipped(text: str) -> bytes:
    file = io.BytesIO()
    entry = zipfile.ZipInfo(INSIDE, (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry, text.encode())
    return file.getvalue()
