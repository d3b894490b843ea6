"""Who gave a source out, when, and in which archive: from the file to the findings."""

import datetime as dt
import hashlib
import io
import zipfile

import geopandas as gpd
import pytest
import shapely

from pil_discovery.catalog import load_catalog
from pil_discovery.pipeline.checking import check_workspace
from pil_discovery.pipeline.flow import scan
from pil_discovery.pipeline.reading import gather, open_workspace
from pil_discovery.pipeline.results import explain_lead, read_leads

CONTRACTS = """合同编号,受让人,统一社会信用代码,成交价(元),签订日期,交地日期,违约金比例
HT-1,示例甲公司,,30000000,2019-03-05,2019-09-01,0.001
HT-2,示例乙公司,,20000000,2020-06-01,2020-09-01,0.001
"""
PAYMENTS = """合同编号,期次,入库日期,实缴金额(元),款项性质
HT-1,1,2019-04-01,10000000,价款
HT-2,1,2020-07-01,20000000,价款
"""
INSTALMENTS = """合同编号,期次,约定缴款日期,应缴金额(元)
HT-1,1,2019-06-05,30000000
HT-2,1,2020-09-01,20000000
"""
PIL = """\
name: 试
as_of: 2026-09-30
jurisdiction: "990302"
office: {name: 示例区人民检察院, short: 示检}
records:
  - dataset: land_contract
    file: 解压/土地/合同.csv
    issuer: 示例局
    obtained: "2026-09-01"
  - {dataset: land_payment, file: 解压/土地/缴库.csv}
  - {dataset: land_instalment, file: 解压/土地/分期.csv}
layers:
  - dataset: pbf
    file: 基本农田.gpkg
    issuer: 示例局
    obtained: "2026-09-02"
    valid_from: "2021-11-01"
"""


@pytest.fixture
def folder(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        files = {"合同": CONTRACTS, "缴库": PAYMENTS, "分期": INSTALMENTS}
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text.encode("gbk"))
    (tmp_path / "土地.zip").write_bytes(stream.getvalue())
    (tmp_path / "pil.yaml").write_text(PIL, encoding="utf-8")
    square = shapely.box(119.5, 30.0, 119.51, 30.01)
    frame = gpd.GeoDataFrame({"TBBH": ["1"]}, geometry=[square], crs="EPSG:4490")
    frame.to_file(tmp_path / "基本农田.gpkg", layer="YJJBNTTB")
    return tmp_path


def test_check_unpacks_first_and_reads_what_came_out(folder):
    found = check_workspace(folder)
    assert [u.archive.file for u in found.unpacked] == ["土地.zip"]
    assert found.as_dict()["archives"][0]["files"] == (
        "分期.csv",
        "合同.csv",
        "缴库.csv",
    )
    digest = hashlib.sha256((folder / "土地.zip").read_bytes()).hexdigest()
    assert found.sources[-1]["archive"] == {"file": "土地.zip", "sha256": digest}
    assert len(found.sources) == 4


def test_a_folder_without_pil_yaml_is_recognised_from_its_archive(folder):
    (folder / "pil.yaml").unlink()
    check_workspace(folder)
    assert "解压/土地/合同.csv" in (folder / "pil.yaml").read_text("utf-8")


def test_sources_know_who_gave_them_out_and_what_they_cover(folder):
    check_workspace(folder)
    place = open_workspace(folder)
    materials, problems = gather(place, load_catalog())
    assert not problems
    known = {s.file: s for s in materials.sources}
    contracts = known["解压/土地/合同.csv"]
    assert (contracts.issuer, contracts.obtained) == ("示例局", "2026-09-01")
    assert contracts.period == ("2019-03-05", "2020-06-01")
    layer = known["基本农田.gpkg"]
    assert (layer.kind, layer.valid_from, layer.obtained, layer.archive) == (
        "layer",
        "2021-11-01",
        "2026-09-02",
        None,
    )


def test_they_travel_to_the_run_and_to_the_lead(folder, tmp_path):
    check_workspace(folder)
    found = scan(folder, models="LAND-01")
    out = found.write(tmp_path / "out")
    run = {s["file"]: s for s in found.run["sources"]}
    assert run["解压/土地/合同.csv"]["period"] == ["2019-03-05", "2020-06-01"]
    assert run["解压/土地/合同.csv"]["archive"]["file"] == "土地.zip"
    told = explain_lead(out, read_leads(out)[0].lead_id)
    assert told.as_of == dt.date(2026, 9, 30)
    (line,) = [t for t in told.lines() if "解压/土地/合同.csv：" in t]
    assert "提供单位 示例局；取得日期 2026-09-01" in line
    assert "数据时段 2019-03-05至2020-06-01（止于基准日前" in line
    assert "压缩包 土地.zip" in line
    (line,) = [t for t in told.lines() if "解压/土地/缴库.csv：" in t]
    assert "提供单位 未提供；取得日期 未提供" in line


def test_a_shapefile_in_an_archive_is_read_as_a_layer(folder):
    (folder / "pil.yaml").unlink()
    made = folder / "made"
    made.mkdir()
    square = shapely.box(119.5, 30.0, 119.51, 30.01)
    frame = gpd.GeoDataFrame({"TBBH": ["1"]}, geometry=[square], crs="EPSG:4490")
    frame.to_file(made / "永久基本农田.shp", encoding="gbk")
    with zipfile.ZipFile(folder / "图层.zip", "w") as archive:
        for part in sorted(made.iterdir()):
            archive.write(part, f"图层/{part.name}")
            part.unlink()
    found = check_workspace(folder)
    (layer,) = [s for s in found.sources if s["file"].endswith(".shp")]
    assert layer["file"] == "解压/图层/图层/永久基本农田.shp"
    assert layer["archive"]["file"] == "图层.zip"
    assert (layer["rows_used"], len(layer["parts"])) == (1, 4)
