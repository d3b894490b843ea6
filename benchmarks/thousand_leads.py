"""A district with many leads: contracts not paid, and outfalls in a source zone.

Names and codes are fictional. The zones and the pictures are those of the sample
district; every outfall gets a map over a picture.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pil_discovery.text.check_digits import (  # noqa: E402
    org_check_digit,
    uscc_check_digit,
)

SAMPLE = ROOT / "sample_data/workspace"
ZONES = "图层/饮用水水源保护区.gpkg"
PICTURE = "影像/20260905.tif"
MODELS = ("land/unpaid-price", "environment/outfall-in-source-zone")
CLOUDS = "影像/20260905_cloud.tif"


def make_district(folder: Path, contracts: int, outfalls: int) -> Path:
    """Write a workspace with so many contracts and outfalls, each of them a lead."""
    for name in (ZONES, PICTURE, CLOUDS):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SAMPLE / name, folder / name)
    rng = np.random.default_rng(7)
    tables = {
        "合同台账.csv": contract_table(contracts),
        "分期约定.csv": instalment_table(contracts),
        "缴库明细.csv": payment_table(contracts),
        "排污口.csv": outfall_table(outfalls, gpd.read_file(folder / ZONES), rng),
    }
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, encoding="utf-8-sig")
    known = yaml.safe_load((SAMPLE / "pil.yaml").read_text("utf-8"))
    datasets = ("land_contract", "land_instalment", "land_payment", "outfall")
    records = [
        {"dataset": d, "file": f, "obtained": "2026-09-29"}
        for d, f in zip(datasets, tables, strict=True)
    ]
    records[-1] |= {"crs": "EPSG:4490", "sigma_m": 5.0}
    place = {k: known[k] for k in ("name", "as_of", "jurisdiction", "office")} | {
        "records": records,
        "layers": [entry for entry in known["layers"] if entry["file"] == ZONES],
        "images": [entry for entry in known["images"] if entry["file"] == PICTURE],
    }
    text = yaml.safe_dump(place, allow_unicode=True, sort_keys=False)
    (folder / "pil.yaml").write_text(text, encoding="utf-8")
    return folder


def code_of(number: int) -> str:
    """Return a fictional credit code with right check digits."""
    org = f"MA{number:06d}"
    body = f"91990302{org}{org_check_digit(org)}"
    return body + uscc_check_digit(body)


def contract_table(count: int) -> pd.DataFrame:
    n = np.arange(count)
    return pd.DataFrame(
        {
            "合同编号": [f"示土合2019-{i:05d}" for i in n],
            "受让人": [f"示例第{i}置业有限公司" for i in n],
            "统一社会信用代码": [code_of(i) for i in n],
            "出让价款(元)": 2_000_000 + 1000 * n,
            "签订日期": "2019-01-02",
            "交地日期": "2019-03-01",
            "违约金比例": 0.001,
        }
    )


def instalment_table(count: int) -> pd.DataFrame:
    n = np.arange(count)
    return pd.DataFrame(
        {
            "合同编号": [f"示土合2019-{i:05d}" for i in n],
            "期次": 1,
            "约定缴款日期": "2019-07-02",
            "应缴金额(元)": 2_000_000 + 1000 * n,
        }
    )


def payment_table(count: int) -> pd.DataFrame:
    """Return half of each price, paid late."""
    n = np.arange(count)
    return pd.DataFrame(
        {
            "合同编号": [f"示土合2019-{i:05d}" for i in n],
            "期次": 1,
            "缴款日期": "2019-08-01",
            "实缴金额(元)": 1_000_000,
            "款项性质": "价款",
        }
    )


def outfall_table(count: int, zones: gpd.GeoDataFrame, rng) -> pd.DataFrame:
    """Return outfalls well within the inner zones."""
    inner = zones[zones["级别"].isin(["一级", "二级"])].to_crs(4549).union_all()
    inner = inner.buffer(-30)
    west, south, east, north = inner.bounds
    many = shapely.points(
        rng.uniform(west, east, 60 * count + 1000),
        rng.uniform(south, north, 60 * count + 1000),
    )
    placed = many[shapely.contains(inner, many)][:count]
    if len(placed) < count:
        sys.exit("too few places within the zones")
    places = gpd.GeoSeries(placed, crs=4549).to_crs(4490)
    n = np.arange(count)
    return pd.DataFrame(
        {
            "排污口编码": [f"FS99{i:08d}" for i in n],
            "排污口名称": [f"示例第{i}厂排口" for i in n],
            "排污口类型": "工业",
            "统一社会信用代码": [code_of(500_000 + i) for i in n],
            "是否审批": "否",
            "状态": "在用",
            "经度": places.x.round(7),
            "纬度": places.y.round(7),
        }
    )
