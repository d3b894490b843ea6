"""The smallest data set with a place, and files that hold it."""

import json
import os
import warnings
from pathlib import Path

import geopandas as gpd
import pyogrio
import shapely

from pil_discovery.types import Dataset, Field, Words

SHARED = Path(
    os.environ.get(
        "PIL_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared/data"
    )
)


def field(name, *aliases, kind="text", **more):
    return Field(name=name, aliases=aliases, type=kind, **more)


def dataset(name, title, *fields, key=("no",)):
    return Dataset(
        id=name,
        title=Words(zh=title),
        domain="environment",
        holder="示例区自然资源和规划局",
        kind="vector",
        key=key,
        fields=fields,
    )


PLACE = field("geometry", kind="geometry", geom="polygon")
PATCH = dataset(
    "patch",
    "图斑",
    field("no", "图斑编号"),
    field("area_m2", "面积", kind="number", unit="m2"),
    field("found", "发现日期", kind="date"),
    PLACE,
)
ZONE = dataset(
    "zone",
    "保护区",
    field("no", "保护区编号"),
    field("level", "级别"),
    field("town", "所在乡镇"),
    PLACE,
)
DATASETS = {"patch": PATCH, "zone": ZONE}


def square(x=120.0, y=28.0, size=0.001):
    return shapely.box(x, y, x + size, y + size)


def metres(x=500_000, y=3_100_000, size=100):
    return shapely.box(x, y, x + size, y + size)


BOW_TIE = shapely.Polygon([(120, 28), (120.1, 28.1), (120.1, 28), (120, 28.1)])


def features(geometries, crs=4490, **columns):
    """Return features numbered 甲1, 甲2, …; columns replace or add."""
    numbers = [f"甲{i}" for i in range(1, len(geometries) + 1)]
    data = {"图斑编号": numbers, **columns}
    return gpd.GeoDataFrame(data, geometry=list(geometries), crs=crs)


def write(path, frame, **options):
    pyogrio.write_dataframe(frame, path, **options)
    return path


def shapefile(path, frame, encoding, cpg=None):
    """Write a shapefile in an encoding, with the `.cpg` given or none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL cuts 图斑编号 inside its last character
        write(path, frame, encoding=encoding)
    side = path.with_suffix(".cpg")
    side.unlink(missing_ok=True)
    if cpg is not None:
        side.write_text(cpg)
    return path


def geojson(path, *shapes, **members):
    """Write a feature collection; shapes are GeoJSON geometries or None."""
    rows = [
        {"type": "Feature", "properties": {"图斑编号": f"甲{i}"}, "geometry": shape}
        for i, shape in enumerate(shapes, 1)
    ]
    content = {"type": "FeatureCollection", **members, "features": rows}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


RING = [[120, 28], [120.1, 28], [120.1, 28.1], [120, 28]]


def polygon(*ring):
    return {"type": "Polygon", "coordinates": [list(ring or RING)]}


def reasons(found):
    """Return the reason classes of a quarantine in its order."""
    return found.quarantine["reason_class"].tolist()


def balanced(found):
    report = found.report
    rows = (found.quarantine["scope"] == "row").sum()
    assert report.rows_read == report.rows_used + report.rows_quarantined
    assert report.rows_used == len(found.frame)
    assert report.rows_quarantined == rows
    return found
