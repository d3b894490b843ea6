"""Scans to look at: two dozen leads with all a page can show, and many plain ones."""

import datetime as dt
import io
from decimal import Decimal

import geopandas as gpd
import numpy as np
import shapely
from PIL import Image as Picture

from pil_discovery.report import lines
from pil_discovery.types import (
    Album,
    Backdrop,
    BaseLayer,
    Gate,
    IndexCurve,
    LayerVersion,
    NameLink,
    Overlap,
    PictureQuality,
    RecordRef,
    Shot,
    Words,
)
from tests.report.builders import HOSTILE, RUN, make_finding, make_lead

WHO = ("示例甲食品有限公司", "示例乙染整厂", "示例丙置业有限公司", "示例丁养殖场")
DOMAINS = ("food_drug", "environment", "land_transfer", "state_assets")
AGENCIES = ("示例区市场监督管理局", "示例区生态环境局", None)
TOWNS = ("示例镇东一号", "示例街道二号", None)
COUNT = 24
LETTERS = list("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥鑫源达盛华丰")


def square(x, y, side=0.001):
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def lead_id(number):
    return f"{number:024x}"


def shot(day, colour):
    pixels = np.full((24, 24, 3), colour, np.uint8)
    pixels[8:16, 8:16] = 250 - np.array(colour, np.uint8)
    file = io.BytesIO()
    Picture.fromarray(pixels).save(file, "WEBP", quality=60)
    return Shot(day, "示例卫星", f"影像/{day:%Y%m%d}.tif", file.getvalue())


def backdrop():
    places = [square(119.5 + 0.01 * i, 30.12, 0.008) for i in range(4)]
    frame = gpd.GeoDataFrame(
        {"name": [f"示例水库{i}级区" for i in range(4)]},
        geometry=[shapely.geometry.shape(p) for p in places],
        crs="EPSG:4490",
    )
    days = (dt.date(2025, 7, 20), dt.date(2026, 7, 12), dt.date(2026, 9, 5))
    colours = ((40, 90, 40), (160, 150, 130), (150, 140, 120))
    shots = tuple(shot(d, c) for d, c in zip(days, colours, strict=True))
    ring = ((333, 333), (666, 333), (666, 666), (333, 666))
    layer = BaseLayer("water_zone", Words(zh="水源保护区", en="Water zone"), frame)
    album = Album(shots, 240.0, (ring,), (curve(days),))
    return Backdrop((layer,), {lead_id(2): album})


def curve(days):
    return IndexCurve(
        Words(zh="植被指数（NDVI）", en="NDVI"),
        (*days, dt.date(2026, 9, 20)),
        (Decimal("0.7000"), Decimal("0.2000"), Decimal("0.1500"), None),
        (True, True, False, False),
        (dt.date(2025, 7, 21), dt.date(2026, 7, 12)),
    )


def findings():
    overlap = Overlap(
        step="cut",
        how="intersection",
        area_m2=Decimal("4800.00"),
        share=Decimal("1.0000"),
        area_low_m2=Decimal("4700.00"),
        area_high_m2=Decimal("4900.00"),
        p_overlap=Decimal("0.9000"),
    )
    quality = PictureQuality(
        verdict="flag", gates={"season": Gate(verdict="flag", reason="年内相差60日")}
    )
    layer = LayerVersion(dataset="water_zone", file="图层/区.gpkg", sha256="0" * 64)
    link = NameLink(
        name="示例丙置业",
        other="示例丙置业有限公司",
        decision="same",
        probability=Decimal("0.9900"),
        reason="字号相同",
    )
    told = {
        2: {
            "overlaps": (overlap,),
            "quality": quality,
            "layers": (layer,),
            "links": (link,),
        },
        3: {"sentence_zh": HOSTILE, "subject_name": HOSTILE},
    }
    return [
        make_finding(
            n,
            records=(
                RecordRef(
                    dataset="land_contract", source="数据/合同.xlsx", sheet="表1", row=n
                ),
            ),
            **told.get(n, {}),
        )
        for n in range(1, COUNT + 1)
    ]


def leads():
    single = [
        make_lead(
            n,
            score=Decimal(f"{60 - 2 * n}.50"),
            domain=DOMAINS[n % 4],
            agency=AGENCIES[n % 3],
            place=TOWNS[n % 3],
            subject_name=WHO[n % 4],
            title_zh=f"标题：{HOSTILE}"
            if n == 3
            else f"欠缴价款：{WHO[n % 4]}{n}（待核查）",
            reasons=(HOSTILE,) if n == 3 else ("得分 17.68",),
            title_en=f"Unpaid price: {WHO[n % 4]}{n} (to be verified)",
            fact_date=dt.date(2026, 1, n),
            basis=("law-1",),
            lanes=("涉未成年人",) if n == 1 else (),
            geometry=square(119.5 + 0.002 * n, 30.12 + 0.001 * (n % 5)),
        )
        for n in range(1, COUNT + 1)
    ]
    members = tuple(lead.lead_id for lead in single[4:8])
    group = make_lead(
        COUNT + 1,
        kind="class",
        members=members,
        title_zh="类案：欠缴价款（4件线索，待核查）",
        geometry=None,
    )
    return [*single, group]


def group(value, n, hits):
    share = f"{hits / n:.4f}"
    flagged = {"n": n, "hits": hits, "share": share, "low": "0.3375", "high": "0.6206"}
    checked = {"n": 0, "hits": 0, "share": None, "low": None, "high": None}
    return {
        "value": value,
        "flagged": {**flagged, "enough": n > 10},
        "precision": {**checked, "enough": False},
    }


def run():
    rule = {
        "citation_zh": "《示例法》第一条",
        "citation_en": "《示例法》 Art. 1",
        "effective_from": "2020-01-01",
        "effective_to": "2026-03-31",
        "summary_zh": "应当缴清价款",
        "summary_en": "The price has to be paid",
        "successor_zh": "示例法典第九条",
        "note": "",
        "later": [
            {
                "id": "law-2",
                "citation_zh": "《示例法》第二条",
                "effective_from": "2026-04-01",
                "role": "if_milder",
            }
        ],
    }
    names = {d: f"领域{n}" for n, d in enumerate(DOMAINS)}
    return {
        **RUN,
        "basis": {"law-1": rule},
        "domains": names,
        "domains_en": {d: f"Domain {n}" for n, d in enumerate(DOMAINS)},
        "datasets": {"drain_permit": "排水许可证"},
        "datasets_en": {"drain_permit": "Drainage permit"},
        "conflicts": ["线索甲先后两次结论不同"],
        "attention": {"town": [group("示例镇", 44, 21), group("", 3, 1)], "size": []},
    }


def many(count):
    """Return records of plain leads and findings, each with an outline of its own."""
    lead = lines.lead_record(make_lead(1, title_en="Unpaid price"))
    finding = lines.finding_record(make_finding(1, sentence_en="Late."))
    rng = np.random.default_rng(7)
    ids = [f"{a:012x}{b:012x}" for a, b in rng.integers(0, 2**47, (2 * count, 2))]
    corners = rng.random((count, 2)) * 0.4
    spokes = 0.0002 + 0.0006 * rng.random((count, 8))
    turns = np.exp(1j * np.linspace(0, 2 * np.pi, 8, endpoint=False))
    found, shown = [], []
    for n in range(count):
        ring = corners[n, 0] + 119.5 + 1j * (corners[n, 1] + 30) + spokes[n] * turns
        outline = [[round(z.real, 7), round(z.imag, 7)] for z in (*ring, ring[0])]
        who = f"示例{''.join(rng.choice(LETTERS, 3))}有限公司"
        owed, code = f"{rng.random() * 9e6:.2f}", f"9199{rng.integers(10**13, 10**14)}"
        share = f"{rng.random():.4f}"
        found.append(
            {
                **finding,
                "finding_id": ids[count + n],
                "subject_name": who,
                "sentence_zh": f"{who}第{n}期价款{owed}元逾期{n % 900}日未缴，"
                "截至基准日仍有违约金未结清，合同约定的开工、竣工期限均已届满，待核查。",
                "sentence_en": f"{who} owes instalment {n} since {n % 900} days.",
                "records": [
                    {**finding["records"][0], "row": int(rng.integers(2, 9000))}
                    for i in range(4)
                ],
            }
        )
        shown.append(
            {
                **lead,
                "lead_id": ids[n],
                "rank": n + 1,
                "score": Decimal(f"{60 - 50 * n / count:.2f}"),
                "parts": {**lead["parts"], "harm": Decimal(share)},
                "title_zh": f"欠缴土地出让价款及违约金：{who}（待核查）",
                "subject_name": who,
                "subject_code": code,
                "measures": {"unpaid_cny": Decimal(owed), "days_late": n % 900},
                "findings": [ids[count + n]],
                "place": f"示例镇{n}号",
                "reasons": [
                    *(
                        f"{zh} 0.5000：两个来源的数据相互印证，权重按模型所列"
                        for zh in ("确定性", "可查性", "不作为", "紧迫性", "影响规模")
                    ),
                    f"损害 {share}：欠缴 {owed} 元，锚点 1～5000 万元，对数刻度",
                ],
                "geometry": {"type": "Polygon", "coordinates": [outline]},
            }
        )
    return shown, found
