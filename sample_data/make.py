"""Write the synthetic district 示例区: a workspace to scan, and the truth about it.

Everything is fictional: names, codes (division 990302), papers and pictures. The same
call writes the same bytes; no clock and no unseeded chance are involved.

    python sample_data/make.py [OUT]      # default: the folder of this file
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import scenes
import yaml
from district import STATES, District
from drainage import build_drainage
from drinking import build_drinking
from farmland_tax import build_farmland_tax, planted_penalties
from fees import build_fees
from followups import build_followups
from food import build_food
from land import build_land
from mines import build_mines
from nature import build_nature
from offices import with_office
from penalties import build_penalties
from plots import build_plots
from pollution import build_pollution
from schools import build_schools
from springs import build_springs
from water import build_water
from writing import write_file, write_layer, write_raster

if TYPE_CHECKING:
    from terrain import Nature

HERE = Path(__file__).resolve().parent


def main(out: Path) -> None:
    """Write `workspace/` and `truth.yaml` below a folder."""
    district = District()
    build_fees(district)
    land = build_land(district)
    build_food(district)
    build_schools(district)
    build_drinking(district)
    nature = build_nature(district, land)
    for build in (build_mines, build_springs, build_plots, build_followups):
        build(nature)
    build_water(district)
    build_pollution(district)
    build_drainage(nature)
    build_penalties(nature, planted_penalties())
    build_farmland_tax(nature)
    # no parcel has a shop on it, nor a building registered for another use
    district.join("land/use-changed", len(land.deals))
    root = out / "workspace"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    for file in district.files:
        write_file(root, file)
    for _, path, frame in nature.layers:
        write_layer(root / path, frame)
    images = _write_pictures(root, nature)
    (root / "pil.yaml").write_text(_workspace(district, images), encoding="utf-8")
    (out / "truth.yaml").write_text(_truth(district), encoding="utf-8")


def _write_pictures(root: Path, nature: Nature) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = []
    corner = (scenes.WEST, scenes.NORTH)
    for date, (bands, mask) in scenes.paint(nature.events, nature.clouds).items():
        picture, cloud = f"影像/{date}.tif", f"影像/{date}_cloud.tif"
        write_raster(root / picture, bands, corner, scenes.PIXEL_M)
        write_raster(root / cloud, mask, corner, scenes.PIXEL_M)
        entries.append(
            {
                "file": picture,
                "acquired": scenes.TIMES[date],
                "sensor": "示例多光谱卫星（合成影像）",
                "bands": dict(scenes.BANDS),
                "cloud_mask": cloud,
                "issuer": "示例省遥感应用中心",
                "obtained": "2026-09-14",
                "sigma_m": 5.0,
            }
        )
    return entries


def _workspace(district: District, images: list[dict[str, object]]) -> str:
    content = {
        "name": "示例区2026年第三季度筛查",
        "as_of": "2026-09-30",
        "jurisdiction": "990302",
        "office": {"name": "示例区人民检察院", "short": "示检"},
        "records": [with_office(entry) for entry in district.records],
        "layers": [with_office(entry) for entry in district.layers],
        "images": images,
        "models": ["builtin"],
    }
    note = "# 合成示例：地名、单位、代码、文号、影像均为虚构。\n"
    return note + _yaml(content)


def _truth(district: District) -> str:
    models: dict[str, object] = {}
    besides: dict[str, object] = {}
    for model in sorted(district.clear):
        planted = district.planted.get(model, {state: [] for state in STATES})
        truth = besides if model in district.beside else models
        truth[model] = {
            "clear": district.clear[model],
            **{
                state: [{"key": key, "why": why} for key, why in planted[state]]
                for state in STATES
            },
        }
    note = "# 每个模型应有的结果，由 make.py 按埋设的事实写出，不取自筛查结果。\n"
    note += "# besides：没有专门埋设、但为其他模型埋设的事实也会触及的模型。\n"
    content = {"models": models, "besides": besides, "quarantine": district.dirty}
    return note + _yaml(content)


def _yaml(content: object) -> str:
    return yaml.safe_dump(
        content,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=120,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
