"""The QGIS project: what it names is there, it is the same each time, QGIS draws it."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pyogrio
import pytest
import rasterio
from PIL import Image
from pyproj import CRS
from rasterio.transform import from_origin

from pil_discovery.report import Raster, with_pictures, write_scan
from pil_discovery.report.style import NUMBER
from tests.report import pages
from tests.report.builders import make_quarantine

QGIS = "/usr/bin/python3"
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.environ.get("PIL_QGIS", ""),
    "QT_QPA_PLATFORM": "offscreen",
    "LC_ALL": "C.UTF-8",
}
"""PIL_QGIS names the folder of QGIS for Python where it is not installed for all."""
LOOK = Path(__file__).with_name("qgis_look.py")


def scan(out):
    return write_scan(
        out,
        run=pages.run(),
        findings=pages.findings(),
        leads=pages.leads(),
        quarantine=make_quarantine(),
        timing={},
        backdrop=pages.backdrop(),
    )


def tree_of(project):
    with zipfile.ZipFile(project) as archive:
        [name] = archive.namelist()
        return ET.fromstring(archive.read(name))  # noqa: S314 - our own


def groups_of(project):
    root = tree_of(project).find("layer-tree-group")
    return [group.get("name") for group in root.findall("layer-tree-group")]


def picture(folder):
    path = folder / "前.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=20, height=20, count=3, dtype="uint16",
        crs="EPSG:4490", transform=from_origin(119.5, 30.14, 0.003, 0.001),
    ) as file:  # fmt: skip
        file.write(np.arange(1200, dtype="uint16").reshape(3, 20, 20))
    limits = ((0.0, 400.0), (400.0, 800.0), (800.0, 1200.0))
    wkt = CRS("EPSG:4490").to_wkt()
    return Raster("2025-07-20", f"../{path.name}", wkt, (1, 2, 3), limits)


def test_every_layer_it_names_is_in_the_package(tmp_path):
    out = scan(tmp_path / "out")
    there = set(pyogrio.list_layers(out / "leads.gpkg")[:, 0])
    sources = [e.text for e in tree_of(out / "leads.qgz").iter("datasource")]
    assert {s.split("|")[1].removeprefix("layername=") for s in sources} <= there
    assert {"leads", "overlaps", "base_water_zone"} <= there
    assert all(s.startswith("./leads.gpkg|") for s in sources)
    assert groups_of(out / "leads.qgz") == [
        *(f"线索（待核查）：领域{n}" for n in (1, 0, 2, 3)),
        "工作区图层和叠加范围",
    ]


def test_two_projects_are_equal_byte_for_byte(tmp_path):
    first, second = scan(tmp_path / "a"), scan(tmp_path / "b")
    for name in ("leads.qgz", "leads.gpkg", "review.html", "leads.xlsx"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_pictures_replace_those_put_in_before(tmp_path):
    project = (scan(tmp_path / "out") / "leads.qgz").read_bytes()
    raster = picture(tmp_path)
    once = with_pictures(project, {"前时相影像": [raster]})
    again = with_pictures(once, {"前时相影像": [raster], "后时相影像": [raster]})
    (tmp_path / "p.qgz").write_bytes(again)
    assert groups_of(tmp_path / "p.qgz")[-2:] == ["前时相影像", "后时相影像"]
    rasters = [
        e
        for e in tree_of(tmp_path / "p.qgz").iter("maplayer")
        if e.get("type") == "raster"
    ]
    assert len(rasters) == 2
    assert with_pictures(again, {}) == with_pictures(project, {})


def test_layers_tell_what_they_are_and_have_a_style(tmp_path):
    out = scan(tmp_path / "out")
    styles = pyogrio.read_dataframe(out / "leads.gpkg", layer="layer_styles")
    told = dict(zip(styles["f_table_name"], styles["styleQML"], strict=True))
    assert "graduatedSymbol" in told["leads"]
    assert 'name="线索标题"' in told["leads"]
    assert "singleSymbol" in told["base_water_zone"]
    contents = pyogrio.read_dataframe(
        out / "leads.gpkg", sql="SELECT * FROM gpkg_contents", sql_dialect="SQLITE"
    )
    words = dict(zip(contents["table_name"], contents["description"], strict=True))
    assert words["base_water_zone"].startswith("水源保护区；基准日 2026-09-30")
    assert "待核查" in words["leads"]


def no_qgis():
    if not shutil.which(QGIS):
        return "no system Python"
    asked = [QGIS, "-c", "import qgis.core"]
    found = subprocess.run(asked, check=False, capture_output=True, env=ENVIRONMENT)
    return "" if found.returncode == 0 else "QGIS is not installed (python3-qgis)"


def test_qgis_opens_styles_and_draws_it(tmp_path):
    if why := no_qgis():
        pytest.skip(why)
    out = scan(tmp_path / "out")
    project = out / "leads.qgz"
    project.write_bytes(
        with_pictures(project.read_bytes(), {"前时相影像": [picture(tmp_path)]})
    )
    drawn = tmp_path / "drawn.png"
    done = subprocess.run(
        [QGIS, LOOK, project, out / "leads.gpkg", drawn],
        check=True,
        capture_output=True,
        timeout=120,
        env={**ENVIRONMENT, "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert b"partially supported" not in done.stderr
    told = json.loads(done.stdout.decode().splitlines()[-1])
    assert told["read"]
    assert all(layer["valid"] for layer in told["layers"])
    kinds = {layer["renderer"] for layer in told["layers"]}
    assert kinds == {"graduatedSymbol", "singleSymbol", "multibandcolor"}
    leads = [x for x in told["layers"] if x["renderer"] == "graduatedSymbol"]
    assert sum(layer["features"] for layer in leads) == pages.COUNT
    assert leads[0]["aliases"]["title_zh"] == "线索标题"
    assert {x["labels"] for x in leads} == {told["labels"]} == {NUMBER}
    assert told["default"] == ["graduatedSymbol", "线索编号"]
    colours = Image.open(drawn).convert("RGB").getcolors(1 << 20)
    assert len(colours) > 100
    assert max(colours)[0] < 900 * 600 * 0.9
