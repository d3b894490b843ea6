"""Three whole cases, from the scan to the end, through the command line."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely.geometry import box

from pil_discovery import scan
from tests.procedure.ledger.desk import SUGGESTION, TWO, Desk, investigated

HEAD = "name: 示例\nas_of: '{as_of}'\njurisdiction: '990302'\n"
LAND = """office: {name: 示例区人民检察院, short: 示检}
records:
- {dataset: land_contract, file: 合同.csv}
- {dataset: land_instalment, file: 分期.csv}
- {dataset: land_payment, file: 缴库.csv}
"""
CONTRACTS = (
    "contract_no,grantee,uscc,late_rate_per_day,handover_date,sign_date\n"
    "示让2025-1,示例甲置业有限公司,,0.001,2025-02-01,2025-01-10\n"
    "示让2025-2,示例乙置业有限公司,,0.001,2025-02-01,2025-01-10\n"
)
INSTALMENTS = (
    "contract_no,instalment_no,due_date,amount_due_cny\n"
    "示让2025-1,1,2025-06-30,8000000\n"
    "示让2025-2,1,2025-06-30,1000000\n"
)
PAID = "contract_no,instalment_no,paid_date,amount_cny,payment_kind\n"
PAID += "示让2025-2,1,2025-06-20,1000000,价款\n"


@pytest.fixture
def desk(quick_path):
    return Desk(quick_path / "案件.ledger")


def land_scan(folder, name, *, as_of, payments="", instalments=INSTALMENTS):
    place = folder / name
    place.mkdir()
    files = {
        "pil.yaml": HEAD.format(as_of=as_of) + LAND,
        "合同.csv": CONTRACTS,
        "分期.csv": instalments,
        "缴库.csv": PAID + payments,
    }
    for file, text in files.items():
        (place / file).write_text(text, encoding="utf-8")
    scan(place, models=["LAND-01"], workers=1).write(folder / f"{name}-结果")
    return folder / f"{name}-结果"


def test_a_land_price_stays_unpaid_after_a_sham_reply_until_the_suit_is_ready(
    desk, tmp_path
):
    first = land_scan(tmp_path, "立案", as_of="2026-02-28")
    desk.open("--scan", first, "--lead", "1", title="示例甲置业欠缴出让金")
    desk.refused("suggestion.decide", "2026-03-03", "先调查终结", **SUGGESTION)
    investigated(desk)
    desk.refused(
        "suggestion.serve", "2026-03-23", "决定提出检察建议以后", received_by="x"
    )
    dictated = {"claim": "责令示例甲置业有限公司限期缴纳价款"}
    desk.refused(
        "suggestion.decide", "2026-03-24", "ban-83-2", **(SUGGESTION | dictated)
    )
    desk.record("suggestion.decide", "2026-03-24", **SUGGESTION)
    assert desk.due("2026-03-28", code=3)["suggestion-service"]["overdue"] is True
    desk.record("suggestion.serve", "2026-03-25", received_by="赵六")
    reply = desk.due("2026-05-25")["suggestion-reply"]
    assert (reply["date"], reply["overdue"]) == ("2026-05-25", False)
    assert desk.due("2026-05-26", code=3)["suggestion-reply"]["overdue"] is True

    desk.record("agency.reply", "2026-05-20", measure=["已发催缴函", "价款已全部缴清"])
    fresh = land_scan(tmp_path, "回复后", as_of="2026-05-31")
    found = desk.run(
        "followup", desk.ledger, desk.case, "--scan", fresh, "--as-of", "2026-06-01"
    )
    assert found["outcome"] == "not"
    states = {i["id"]: i["state"] for i in found["indicators"]}
    assert states == {
        "ban-82-1": "not_indicated",
        "ban-82-2": "indicated",
        "ban-82-3": "indicated",
        "ban-82-4": "not_indicated",
        "ban-82-5": "not_indicated",
        "ban-82-6": "human",
        "ban-82-7": "human",
    }
    assert all(i["evidence"] for i in found["indicators"])
    assert [m["state"] for m in found["measures"]] == ["not_shown", "not_shown"]

    part = "示让2025-1,1,2026-06-05,3000000,价款\n"
    partly = land_scan(tmp_path, "部分", as_of="2026-06-10", payments=part)
    found = desk.run(
        "followup", desk.ledger, desk.case, "--scan", partly, "--as-of", "2026-06-10"
    )
    assert found["outcome"] == "partial"
    assert "unpaid_cny 8000000.00 → 5000000.00" in "".join(found["evidence"])

    desk.record("followup.check", "2026-06-11", outcome="partial", collector=TWO)
    end = {"report": "审查终结报告", "proposal": "sue", "approved_by": "王五"}
    assert desk.record("review.end", "2026-06-20", **end)["state"] == "reviewed"
    ready = {s["event"]: s["missing"] for s in desk.status()["next"]}["suit.file"]
    assert [m.split("：")[0] for m in ready] == [
        "缺少 court",
        "缺少 claim",
        "缺少 approved_by",
    ]
    told = {"court": "示例区人民法院", "approved_by": "王五"}
    claims = ["确认怠于催缴违法", "判令被告继续履行催缴职责"]
    assert (
        desk.record("suit.file", "2026-06-22", claim=claims, **told)["state"]
        == "in_court"
    )
    assert desk.run("verify", desk.ledger)["ok"] is True


def test_a_price_that_was_paid_is_gone_and_one_that_nobody_can_compute_is_unknown(
    desk, tmp_path
):
    first = land_scan(tmp_path, "立案", as_of="2026-02-28")
    desk.open("--scan", first, "--lead", "1")
    words = ("followup", desk.ledger, desk.case, "--as-of", "2026-06-30", "--scan")
    whole = (
        "示让2025-1,1,2026-03-05,8000000,价款\n示让2025-1,1,2026-03-05,2500000,违约金\n"
    )
    paid = land_scan(tmp_path, "缴清", as_of="2026-06-30", payments=whole)
    assert desk.run(*words, paid)["outcome"] == "restored"
    without = "contract_no,instalment_no,due_date\n示让2025-1,1,2025-06-30\n"
    blind = land_scan(tmp_path, "缺列", as_of="2026-06-30", instalments=without)
    assert desk.run(*words, blind)["outcome"] == "unknown"
    older = land_scan(tmp_path, "更早", as_of="2026-01-31", payments=whole)
    assert desk.run(*words, older)["outcome"] == "unknown"
    investigated(desk)
    desk.record("suggestion.decide", "2026-03-24", **SUGGESTION)
    desk.record("suggestion.serve", "2026-03-25", received_by="赵六")
    desk.record("followup.check", "2026-04-10", outcome="restored", collector=TWO)
    again = land_scan(tmp_path, "又欠", as_of="2026-06-30")
    found = desk.run(*words, again)
    assert found["outcome"] == "relapsed"
    states = {i["id"]: i["state"] for i in found["indicators"]}
    assert states["ban-82-1"] == "indicated"  # no reply, and nothing was done
    assert states["ban-82-3"] == "not_indicated"


def test_data_that_are_older_than_the_reply_say_nothing_about_it(desk, tmp_path):
    first = land_scan(tmp_path, "立案", as_of="2026-02-28")
    desk.open("--scan", first, "--lead", "1")
    investigated(desk)
    desk.record("suggestion.decide", "2026-03-24", **SUGGESTION)
    desk.record("suggestion.serve", "2026-03-25", received_by="赵六")
    desk.record("agency.reply", "2026-05-20", measure="价款已全部缴清")
    stale = land_scan(tmp_path, "较早", as_of="2026-05-19")
    words = ("followup", desk.ledger, desk.case, "--as-of", "2026-06-01", "--scan")
    found = desk.run(*words, stale)
    assert found["outcome"] == "not"  # on that day it was so
    assert [m["state"] for m in found["measures"]] == ["unknown"]
    assert "早于 2026-05-20" in found["measures"][0]["evidence"][0]
    states = {i["id"]: i["state"] for i in found["indicators"]}
    assert (states["ban-82-2"], states["ban-82-3"]) == ("unknown", "unknown")
    fresh = land_scan(tmp_path, "当日", as_of="2026-05-20")
    found = desk.run(*words, fresh)
    assert [m["state"] for m in found["measures"]] == ["not_shown"]


def test_without_a_lead_nothing_is_known(desk, tmp_path):
    desk.open()
    out = land_scan(tmp_path, "任意", as_of="2026-06-30")
    found = desk.run(
        "followup", desk.ledger, desk.case, "--scan", out, "--as-of", "2026-06-30"
    )
    assert found["outcome"] == "unknown"
    assert "没有关联筛查线索" in found["evidence"][0]


MEADOW = (0.05, 0.08, 0.06, 0.4, 0.2)
WATER = (0.06, 0.07, 0.05, 0.03, 0.02)
SOIL = (0.12, 0.16, 0.22, 0.28, 0.38)
LAKE, FILL = (slice(2, 12), slice(2, 12)), (slice(4, 9), slice(4, 9))
WETLAND = """office: {name: 示例区人民检察院, short: 示检}
layers:
- dataset: wetland
  file: 湿地.gpkg
  issuer: 示例区林业局
  valid_from: 2020-01-01
  scale: 2000
images:
"""


def picture(path, day, *, filled):
    """Write a picture of a lake in a meadow, with a square of it filled or not."""
    rng = np.random.default_rng(int(day.replace("-", "")))
    bands = np.empty((5, 30, 30), "float32")
    bands[:] = np.array(MEADOW)[:, None, None]
    bands[(slice(None), *LAKE)] = np.array(WATER)[:, None, None]
    if filled:
        bands[(slice(None), *FILL)] = np.array(SOIL)[:, None, None]
    bands += rng.normal(0, 0.004, bands.shape)
    profile = {
        "driver": "GTiff",
        "width": 30,
        "height": 30,
        "count": 5,
        "dtype": "float32",
        "crs": "EPSG:4549",
        "transform": rasterio.transform.from_origin(500000, 3100300, 10, 10),
    }
    with rasterio.open(path, "w", **profile) as file:
        file.write(bands.clip(0.001).astype("float32"))


def wetland_scan(folder, name, *, as_of, pictures):
    place = folder / name
    place.mkdir()
    lake = gpd.GeoDataFrame(
        {"wetland_name": ["示例湖"], "level": ["国家重要湿地"]},
        geometry=[box(500020, 3100180, 500120, 3100280)],
        crs="EPSG:4549",
    )
    lake.to_file(place / "湿地.gpkg", layer="wetland")
    text = HEAD.format(as_of=as_of) + WETLAND
    for day, filled in pictures.items():
        picture(place / f"{day}.tif", day, filled=filled)
        text += (
            f'- {{file: {day}.tif, acquired: "{day}T10:41:00+08:00", sensor: 示例, '
            "bands: {blue: 1, green: 2, red: 3, nir: 4, swir1: 5}}\n"
        )
    (place / "pil.yaml").write_text(text, encoding="utf-8")
    scan(place, models=["ENV-12"], workers=1).write(folder / f"{name}-结果")
    return folder / f"{name}-结果"


SEEN = {"2025-05-12": False, "2026-05-20": True, "2026-08-10": True}


def test_a_filled_wetland_is_restored_on_pictures_and_the_case_is_closed(
    desk, tmp_path
):
    first = wetland_scan(tmp_path, "立案", as_of="2026-08-20", pictures=SEEN)
    matter, agency = "env.wetland-fill.penalty", "示例区林业局"
    told = {"fact_date": "2026-05-20", "on": "2026-08-21", "agency": agency}
    desk.open("--scan", first, "--lead", "1", matter=matter, **told)
    to_the_suggestion(desk, agency)
    later = SEEN | {"2027-05-18": True, "2027-08-12": True}
    words = ("followup", desk.ledger, desk.case, "--as-of", "2027-08-31", "--scan")
    still = wetland_scan(tmp_path, "未恢复", as_of="2027-08-31", pictures=later)
    found = desk.run(*words, still)
    assert found["outcome"] == "not", found["evidence"]  # no longer listed, yet there
    assert "影像显示未恢复" in found["evidence"][0]
    later |= {"2027-05-18": False, "2027-08-12": False}
    back = wetland_scan(tmp_path, "已恢复", as_of="2027-08-31", pictures=later)
    found = desk.run(*words, back)
    assert found["outcome"] == "restored", found["evidence"]
    assert "影像显示已恢复（2027-" in found["evidence"][0]
    desk.record("followup.check", "2027-09-01", outcome="restored", collector=TWO)
    desk.refused(
        "case.close", "2027-09-02", "ban-79", ground="duty-performed", approved_by="x"
    )
    end = {"report": "审查终结报告", "proposal": "close", "approved_by": "王五"}
    desk.record("review.end", "2027-09-02", **end)
    done = {"ground": "duty-performed", "approved_by": "王五"}
    assert desk.record("case.close", "2027-09-03", **done)["state"] == "closed"


def to_the_suggestion(desk, agency):
    desk.record("lead.assess", "2026-08-21", truth="yes", checkable="yes")
    harm = {"harm": "湿地面积减少", "default": "未查处"}
    desk.record(
        "filing.decide", "2026-08-24", decision="file", approved_by="王五", **harm
    )
    desk.record("filing.serve", "2026-08-25", received_by="赵六")
    desk.record("consultation.hold", "2026-08-26", form="meeting", minutes="磋商记录")
    desk.record("investigation.plan", "2026-08-26", plan="方案")
    told = {"type": "勘验笔录", "source": "现场", "collector": TWO}
    desk.record("evidence.add", "2026-08-27", **told)
    desk.record("investigation.end", "2026-08-28", report="报告", proposal="suggest")
    words = {
        "agency": agency,
        "legal_basis": ["wet-52", "wet-54"],
        "content": ["依法查处填占湿地", "督促恢复湿地"],
        "claim": ["确认未履行查处职责违法", "判令继续履行监管职责"],
        "rectify_by": "2027-08-31",
    }
    desk.record("suggestion.decide", "2026-08-31", **(SUGGESTION | words))
    desk.record("suggestion.serve", "2026-09-01", received_by="赵六")
    desk.record("agency.reply", "2026-10-30", measure=["制定修复方案", "明年春季修复"])
    plan = {
        "plan": "修复方案",
        "obstacle": "汛期",
        "slack": "no",
        "approved_by": "王五",
    }
    desk.record("review.suspend", "2026-11-02", **plan)
    desk.record("review.resume", "2027-03-01", cause_ended="2027-03-01")


def test_after_a_notice_an_organisation_sues_and_is_supported(desk):
    desk.open(
        track="civil",
        matter="food.no-licence",
        agency="",
        party="示例食品有限公司",
        title="无证经营食品",
    )
    desk.refused(
        "suggestion.decide", "2026-03-03", "民事公益诉讼案件没有", **SUGGESTION
    )
    desk.refused("notice.publish", "2026-03-03", "案件处于「线索」", medium="检察日报")
    investigated(desk, proposal="notice", track="civil")
    told = {"institution": "示例检测中心", "fee_status": "deferred"}
    desk.record("appraisal.start", "2026-03-20", **told)
    notice = {"medium": "检察日报", "national": "yes", "harm": "x", "contact": "电话"}
    desk.record("notice.publish", "2026-03-23", **notice)
    rows = desk.due("2026-04-01")
    assert rows["civil-notice"]["date"] == "2026-04-22"
    assert (rows["civil-notice"]["done"], rows["civil-notice"]["overdue"]) == (
        False,
        False,
    )
    assert rows["review-civil"]["start"] == "2026-04-22"
    kind = {"kind": "opinion", "approved_by": "王五"}
    desk.refused("support.decide", "2026-04-02", "还没有适格主体起诉", **kind)
    sues = {"organisation": "示例省消费者权益保护委员会", "court": "示例市中级人民法院"}
    desk.record("plaintiff.sues", "2026-04-10", **sues)
    end = {"report": "x", "proposal": "sue", "approved_by": "王五"}
    desk.refused("review.end", "2026-04-23", "不再起诉，可以支持起诉", **end)
    assert desk.record("support.decide", "2026-04-24", **kind)["state"] == "supporting"
    desk.record("appraisal.end", "2026-05-08", report="检测报告")
    assert desk.due("2026-12-31")["review-civil"]["done"] is True
    assert (
        dt.date(2026, 4, 24).isoformat()
        == desk.due("2026-12-31")["review-civil"]["done_on"]
    )
    closed = {"ground": "法院判决支持", "approved_by": "王五"}
    assert desk.record("case.close", "2026-12-01", **closed)["state"] == "closed"
