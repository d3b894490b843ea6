"""What the page shows behind the leads, and the project with the pictures in it."""

import io
import json
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from PIL import Image as Picture

import pil_discovery as pil
from pil_discovery.catalog import load_catalog
from pil_discovery.errors import PilError
from pil_discovery.geo.crs import safe_transform
from pil_discovery.geo.geojson import geojson_of
from pil_discovery.pipeline.backdrops import MOST_SHOTS, SIDE_PX, backdrop_of
from pil_discovery.pipeline.projects import add_pictures
from pil_discovery.pipeline.reading import Materials
from pil_discovery.types import RecordRef
from tests.report.builders import RUN, make_finding, make_lead, write

E0, N0 = 500000.0, 3100000.0
DAYS = tuple(f"2026-0{month}-10" for month in range(1, 9))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A workspace of eight pictures in which a bare square appears."""
    root = tmp_path_factory.mktemp("workspace")
    entries = []
    for number, day in enumerate(DAYS):
        values = np.full((3, 40, 40), 100, dtype="uint16")
        values += np.arange(40, dtype="uint16")
        if number > 3:
            values[:, 15:25, 15:25] = 900
        profile = {"driver": "GTiff", "height": 40, "width": 40, "dtype": "uint16"}
        transform = rasterio.transform.from_origin(E0, N0, 10, 10)
        with rasterio.open(
            root / f"{day}.tif",
            "w",
            count=3,
            crs="EPSG:4549",
            transform=transform,
            **profile,
        ) as out:
            out.write(values)
        taken = f"acquired: '{day}T10:40:00+08:00', sensor: 合成"
        bands = "bands: {red: 3, green: 2, blue: 1}"
        entries.append(f"- {{file: {day}.tif, {taken}, {bands}}}")
    head = "name: 示例\nas_of: '2026-09-30'\njurisdiction: '990302'\n"
    office = "office: {name: 示例区人民检察院, short: 示检}\nrecords: []\nimages:\n"
    lines = "\n".join(entries)
    (root / "pil.yaml").write_text(f"{head}{office}{lines}\n", "utf-8")
    return root


@pytest.fixture(scope="module")
def pictures(folder):
    return tuple(
        pil.read_image(
            folder / f"{day}.tif",
            acquired=f"{day}T10:40:00+08:00",
            sensor="合成",
            bands={"red": 3, "green": 2, "blue": 1},
        )
        for day in DAYS
    )


def found(number, pictures):
    square = shapely.box(E0 + 150, N0 - 250, E0 + 250, N0 - 150)
    placed = safe_transform(np.array([square]), "EPSG:4549", "EPSG:4490")[0]
    refs = tuple(
        RecordRef(dataset="image", source=i.provenance.file, sheet=None, row=1)
        for i in pictures
    )
    return make_finding(number, records=refs, geometry=geojson_of(placed))


def behind(leads, findings, images=(), frames=None):
    materials = Materials(frames or {}, images, (), None)
    return backdrop_of(leads, findings, materials, load_catalog())


def test_the_cuts_show_the_same_ground_on_every_date(pictures):
    told = behind([make_lead(1)], [found(1, pictures)], pictures)
    [album] = told.albums.values()
    days = [shot.day.isoformat() for shot in album.shots]
    assert len(days) == MOST_SHOTS
    assert (days[0], days[-1]) == (DAYS[0], DAYS[-1])
    assert album.side_m == 240
    [ring] = album.outline
    assert np.ptp(ring, axis=0).tolist() == pytest.approx([417, 417], abs=2)
    first, last = (
        np.asarray(Picture.open(io.BytesIO(album.shots[i].webp)).convert("L")).astype(
            int
        )
        for i in (0, -1)
    )
    assert first.shape == (SIDE_PX, SIDE_PX)
    middle, edge = slice(40, 80), slice(0, 20)
    assert (last - first)[middle, middle].mean() > 100
    assert abs((last - first)[edge, edge].mean()) < 10
    assert told == behind([make_lead(1)], [found(1, pictures)], pictures)


def test_one_picture_a_class_or_an_unlisted_lead_have_no_album(pictures):
    one = found(1, pictures[:1])
    assert behind([make_lead(1)], [one], pictures).albums == {}
    for lead in (make_lead(1, kind="class"), make_lead(1, listed=False)):
        assert behind([lead], [found(1, pictures)], pictures).albums == {}


def test_lines_and_areas_lie_under_the_leads_and_points_do_not():
    frame = gpd.GeoDataFrame(
        {"zone_name": ["示例水库", "示例井"], "level": ["一级", "一级"]},
        geometry=[shapely.box(119, 30, 119.1, 30.1), shapely.Point(119, 30)],
        crs="EPSG:4490",
    )
    points = gpd.GeoDataFrame(geometry=[shapely.Point(119, 30)], crs="EPSG:4490")
    told = behind([], [], frames={"water_zone": frame, "outfall": points})
    [layer] = told.layers
    assert layer.dataset == "water_zone"
    assert len(layer.frame) == 1
    assert layer.frame["name"][0].startswith("示例水库")


@pytest.fixture
def out(folder, pictures, tmp_path):
    sources = [
        {**RUN["sources"][0], "file": f"{day}.tif", "dataset": "image"}
        | {"sha256": picture.provenance.sha256}
        for day, picture in zip(DAYS, pictures, strict=True)
    ]
    place = write(
        tmp_path / "out",
        run={**RUN, "sources": sources},
        findings=[found(1, pictures), found(2, pictures[4:])],
        leads=[make_lead(1), make_lead(2)],
    )
    (place / "timing.json").write_text(json.dumps({"workspace": str(folder)}), "utf-8")
    return place


def test_the_project_gets_the_pictures_before_and_after(out):
    path = add_pictures(out)
    with zipfile.ZipFile(path) as archive:
        text = archive.read("leads.qgs").decode()
    before, after = text.index("前时相影像"), text.index("后时相影像")
    tree = text[: text.index("<projectlayers>")]
    assert after < before
    assert tree.count("picture_layer_1_") == 2  # each of two findings has its first
    assert tree.count("picture_layer_0_") == len(DAYS) - 2
    assert text.count('redBand="3" greenBand="2" blueBand="1"') == len(DAYS)
    assert add_pictures(out).read_bytes() == path.read_bytes()


def test_a_picture_that_has_changed_is_refused(out, folder, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    with rasterio.open(copy / f"{DAYS[2]}.tif", "r+") as file:
        file.write(np.zeros((3, 40, 40), dtype="uint16"))
    with pytest.raises(PilError) as raised:
        add_pictures(out, workspace=copy)
    assert [p.file for p in raised.value.problems] == [f"{DAYS[2]}.tif"]
    with pytest.raises(PilError, match="--workspace"):
        add_pictures(out, workspace=tmp_path / "nowhere")
