"""A worker loads few drivers; without the list, GDAL reads other files."""

import json
import os
import subprocess
import sys

import pytest

from pil_discovery.pipeline.sandbox.drivers import ALLOWED, KNOWN, environment

OPENS = {
    "vector": "import pyogrio; print(pyogrio.read_dataframe(sys.argv[1]).to_csv())",
    "picture": "import rasterio; print(rasterio.open(sys.argv[1]).read().sum())",
}
LIST = (
    "from pil_discovery.pipeline.sandbox.drivers import unexpected; print(unexpected())"
)


def run(code, *args, env=None):
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}", *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(env or {})},
    )
    return done.returncode, done.stdout


def test_the_two_lists_have_nothing_in_common():
    assert not ALLOWED & KNOWN


def test_a_worker_loads_the_allowed_drivers_alone():
    code, said = run(LIST, env=environment())
    assert (code, said.strip()) == (0, "[]")
    assert "OGR_VRT" in run(LIST)[1]


def test_a_driver_of_a_newer_gdal_is_named():
    env = environment()
    some = {k: v.replace("GML,", "") for k, v in env.items()}
    assert run(LIST, env=some)[1].strip() == "['GML']"


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "outside" / "secret.csv"
    path.parent.mkdir()
    path.write_text("code,name\n1,canary\n")
    return path


def virtual_layer(folder, secret):
    path = folder / "图层.geojson"
    path.write_text(
        f"<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{secret}"
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    return path


def pipeline(folder, secret):
    path = folder / "管线.json"
    line = f"gdal vector pipeline ! read {secret}"
    path.write_text(json.dumps({"type": "gdal_streamed_alg", "command_line": line}))
    return path


def connection(folder, secret):
    return f"CSV:{secret}"


@pytest.mark.parametrize("attack", [virtual_layer, pipeline, connection])
def test_a_layer_that_reads_other_files_is_not_opened(tmp_path, secret, attack):
    path = attack(tmp_path, secret)
    assert "canary" in run(OPENS["vector"], path)[1]
    code, said = run(OPENS["vector"], path, env=environment())
    assert code != 0
    assert "canary" not in said


def test_a_picture_that_reads_other_files_is_not_opened(tmp_path):
    other = tmp_path / "other.bin"
    other.write_bytes(bytes([7] * 16))
    path = tmp_path / "影像.tif"
    path.write_text(
        '<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand dataType="Byte" '
        'band="1" subClass="VRTRawRasterBand"><SourceFilename relativeToVRT="0">'
        f"{other}</SourceFilename></VRTRasterBand></VRTDataset>"
    )
    assert run(OPENS["picture"], path)[1].strip() == str(7 * 16)
    code, said = run(OPENS["picture"], path, env=environment())
    assert (code != 0, said) == (True, "")
