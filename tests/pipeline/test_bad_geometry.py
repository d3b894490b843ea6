"""Bad geometry from file to finding: quarantined with its reason, never measured."""

import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
import yaml

from pil_discovery.errors import ReadError
from pil_discovery.geo.area import area_m2
from pil_discovery.geo.crs import safe_transform
from pil_discovery.pipeline.flow import scan

DATA = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data"))
TROUBLE = DATA / "badinputs/geos-xmltester/tests/xmltester/tests"
EAST, NORTH = 500_000.0, 3_100_000.0
SOUND = shapely.box(0, 0, 100, 100)
ZONE = shapely.box(-50_000, -50_000, 50_000, 50_000)
MODEL = {
    "id": "environment/patch-in-zone",
    "code": "LOCAL-02",
    "version": "1.0.0",
    "status": "trial",
    "title": {"zh": "示例占用", "en": "Example"},
    "domain": "environment",
    "why": "示例",
    "data": {"pbf": ["patch_no", "geometry"], "water_zone": ["zone_name", "geometry"]},
    "steps": [
        {
            "table": "cut",
            "overlay": {"left": "pbf", "right": "water_zone", "how": "intersection"},
        }
    ],
    "population": {
        "key": ["patch_no"],
        "sql": "SELECT p.patch_no, p.geometry, o.overlap, o.area_m2 > 0 AS hit "
        "FROM pbf p LEFT JOIN cut o ON o.left_id = p._id",
    },
    "agency": {"power": "land.transfer.collect"},
    "explain": {"zh": "图斑{patch_no}。"},
}


def place(folder, shapes, *, crs="EPSG:4549", shift=True, told=None):
    """A workspace with patches drawn in metres, and one zone over all of them."""
    east, north = (EAST, NORTH) if shift else (0.0, 0.0)
    moved = [
        None if s is None else shapely.transform(s, lambda xy: xy + (east, north))  # noqa: RUF005
        for s in shapes
    ]
    names = [f"甲{n}" for n in range(1, len(shapes) + 1)]
    patches = gpd.GeoDataFrame({"图斑编号": names}, geometry=moved, crs=crs)
    pyogrio.write_dataframe(patches, folder / "图斑.gpkg")
    zone = shapely.transform(ZONE, lambda xy: xy + (EAST, NORTH))  # noqa: RUF005
    zones = gpd.GeoDataFrame(
        {"名称": ["示例水库"], "级别": ["一级"]}, geometry=[zone], crs=4549
    )
    pyogrio.write_dataframe(zones, folder / "保护区.gpkg")
    layer = {"dataset": "pbf", "file": "图斑.gpkg", **({"crs": told} if told else {})}
    settings = {
        "name": "示例",
        "as_of": "2026-09-30",
        "jurisdiction": "990302",
        "office": {"name": "示例区人民检察院"},
        "records": [],
        "layers": [layer, {"dataset": "water_zone", "file": "保护区.gpkg"}],
        "models": ["本地"],
    }
    model = folder / "本地" / "environment" / "patch-in-zone.yaml"
    model.parent.mkdir(parents=True)
    for path, value in ((folder / "pil.yaml", settings), (model, MODEL)):
        path.write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")
    return folder


def outcome(found):
    """Row → reason class of what was quarantined; key → finding."""
    rows = found.quarantine
    rows = rows[(rows["source"] == "图斑.gpkg") & (rows["scope"] == "row")]
    reasons = dict(zip(rows["row"].astype(int), rows["reason_class"], strict=True))
    return reasons, {f.key["patch_no"]: f for f in found.findings}


def demand_true_areas(found, shapes):
    """Every finding's overlap is the official area of the shape that was drawn."""
    _, findings = outcome(found)
    for name, finding in findings.items():
        drawn = shapes[int(name.removeprefix("甲")) - 1]
        moved = shapely.transform(drawn, lambda xy: xy + (EAST, NORTH))  # noqa: RUF005
        (degrees,) = safe_transform(np.array([moved], dtype=object), 4549, 4490)
        (overlap,) = finding.overlaps
        assert float(overlap.area_m2) == pytest.approx(
            area_m2([degrees])[0], rel=1e-9, abs=0.006
        )


def nan_square():
    wkb = bytearray(shapely.to_wkb(SOUND))
    wkb[13 + 16 : 13 + 24] = np.array([np.nan], dtype="<f8").tobytes()
    with np.errstate(invalid="ignore"):
        return shapely.from_wkb(bytes(wkb))


BAD = {
    "bow tie": shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)]),
    "not a number": nan_square(),
    "hole outside": shapely.Polygon(
        [(0, 0), (9, 0), (9, 9), (0, 9)], [[(20, 20), (30, 20), (30, 30), (20, 20)]]
    ),
    "spike": shapely.Polygon([(0, 0), (50, 0), (50, 50), (50, 0), (100, 0), (100, -9)]),
    "empty": shapely.Polygon(),
    "none": None,
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_each_kind_of_bad_shape_is_set_aside_and_the_sound_one_measured(tmp_path):
    shapes = [*BAD.values(), SOUND]
    found = scan(place(tmp_path, shapes))
    reasons, findings = outcome(found)
    assert set(reasons) == set(range(1, len(BAD) + 1))
    assert set(reasons.values()) <= {"geometry_invalid", "geometry_empty"}
    assert list(findings) == [f"甲{len(shapes)}"]
    assert findings[f"甲{len(shapes)}"].state == "hit"
    demand_true_areas(found, shapes)
    (source,) = (s for s in found.run["sources"] if s["file"] == "图斑.gpkg")
    counts = (source["rows_read"], source["rows_used"], source["rows_quarantined"])
    assert counts == (len(shapes), 1, len(BAD))
    (run,) = found.run["models"]
    assert any(f"有 {len(BAD)} 行被隔离" in note for note in run["notes"])
    said = found.quarantine["reason"].str.len().min()
    assert said > 3, "every entry says why"


def test_swapped_axes_are_refused_or_undone_never_measured_elsewhere(tmp_path):
    swapped = shapely.transform(
        shapely.transform(SOUND, lambda xy: xy + (EAST, NORTH)),  # noqa: RUF005
        lambda xy: xy[:, ::-1],
    )
    folder = place(tmp_path, [swapped], shift=False)
    try:
        found = scan(folder)
    except ReadError as error:
        assert re.search("坐标|crs", str(error))  # noqa: PT017
        return
    reasons, findings = outcome(found)
    if reasons:
        assert not findings
        assert set(reasons.values()) <= {"crs", "outside_area"}
        return
    assert any("轴" in i["why"] or "坐标" in i["what"] for i in _inferred(found))
    demand_true_areas(found, [SOUND])


def _inferred(found):
    return [i for report in found.run["reading"] for i in report["inferences"]]


@pytest.mark.parametrize(
    ("crs", "told"),
    [
        ("EPSG:4549", "EPSG:4490"),  # metres that are no degrees
        ("EPSG:2433", None),  # Beijing 1954: PROJ would move it by 0.00 m
    ],
)
def test_what_has_no_sure_place_is_refused(tmp_path, crs, told):
    with pytest.raises(ReadError, match=r"图斑\.gpkg.*坐标"):
        scan(place(tmp_path, [SOUND], crs=crs, told=told))


def test_eastings_without_the_number_of_their_zone_are_read_right_and_said(tmp_path):
    found = scan(place(tmp_path, [SOUND], told="EPSG:4528"))
    assert any("带号" in i["why"] + i["what"] + i["value"] for i in _inferred(found))
    assert len(outcome(found)[1]) == 1
    demand_true_areas(found, [SOUND])


def test_the_plane_of_web_maps_is_never_measured_as_metres(tmp_path):
    """Its numbers lie elsewhere on the globe: no overlap, so no area at all."""
    found = scan(place(tmp_path, [SOUND], crs="EPSG:3857"))
    assert [f.state for f in found.findings] == ["unknown"]
    assert [f.overlaps for f in found.findings] == [()]


def test_a_neighbouring_zone_is_a_place_elsewhere_not_an_area(tmp_path):
    """Eastings of zone 40 read as zone 39 lie three degrees away: no overlap at all."""
    folder = place(tmp_path, [SOUND], told="EPSG:4548")
    try:
        found = scan(folder)
    except ReadError:
        return
    assert not any(f.state == "hit" for f in found.findings)


def geometry_of(text):
    text = " ".join((text or "").split())
    keyed = re.fullmatch(r"[0-9A-Fa-f]+", text)
    read = shapely.from_wkb if keyed else shapely.from_wkt
    return read(text, on_invalid="ignore")


def troubled():
    """Polygons of the validity suite of GEOS with what the suite says of them."""
    for path in sorted((TROUBLE / "general").glob("*.xml")):
        try:
            found = list(ET.parse(path).iter("case"))  # noqa: S314
        except ET.ParseError:
            continue  # one of the files is cut short
        for case in found:
            shape = geometry_of(case.findtext("a"))
            said = [
                op.text.strip()
                for op in case.iter("op")
                if (op.get("name") or "").lower() == "isvalid"
            ]
            flat = shape is not None and shapely.get_type_id(shape) in (3, 6)
            if said and flat and not shapely.is_empty(shape):
                yield shape, said[0] == "true"


def reach(shape):
    xy = shapely.get_coordinates(shape)
    return np.abs(xy).max() if np.isfinite(xy).all() else 0.0


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.skipif(not TROUBLE.exists(), reason=f"no data at {TROUBLE}")
def test_the_validity_suite_of_geos_all_the_way(tmp_path):
    """What the suite calls invalid is set aside; what it calls valid is measured."""
    cases = [(s, ok) for s, ok in troubled() if reach(s) < 40_000]
    shapes = [s for s, _ in cases]
    found = scan(place(tmp_path, shapes))
    reasons, findings = outcome(found)
    invalid = {n for n, (_, ok) in enumerate(cases, 1) if not ok}
    assert len(invalid) > 30
    assert invalid <= set(reasons)
    assert {reasons[n] for n in invalid} <= {"geometry_invalid", "geometry_empty"}
    assert not any(f"甲{n}" in findings for n in invalid)
    assert len(findings) > 30
    demand_true_areas(found, shapes)
