"""Registers through all cases: tips with their reward, appraisals, preservations."""

import pytest

from tests.procedure.ledger.desk import Desk, investigated

DUE = {"verified": "yes", "adopted": "yes", "reward": "due", "reward_rule": "奖励办法"}
DUE |= {"amount_cny": "2000", "approved_by": "王五"}


@pytest.fixture
def desk(quick_path):
    desk = Desk(quick_path / "案件.ledger")
    desk.open()
    return desk


def register(desk, name, as_of="2026-12-31"):
    return desk.run("register", desk.ledger, name, "--as-of", as_of)


def test_a_reward_wants_a_tip_that_proved_true_and_was_used(desk):
    told = {"identity": "举报人甲", "contact": "13800000000"}
    seq = desk.record("tip.register", "2026-03-03", **told)["seq"]
    pending = {"verified": "pending", "adopted": "pending", "reward": "none"}
    desk.record("tip.assess", "2026-03-04", seq=seq, **pending)
    for key, value in (("verified", "pending"), ("adopted", "no")):
        wrong = DUE | {key: value}
        desk.refused("tip.assess", "2026-03-05", "才给奖励", seq=seq, **wrong)
    for key in ("reward_rule", "amount_cny", "approved_by"):
        less = {k: v for k, v in DUE.items() if k != key}
        desk.refused("tip.assess", "2026-03-05", f"缺少 {key}", seq=seq, **less)
    for wrong in ("0", "-5", "两千", "1e9", "NaN", "2000.001"):
        given = DUE | {"amount_cny": wrong}
        desk.refused("tip.assess", "2026-03-05", "amount_cny=", seq=seq, **given)
    desk.refused("tip.assess", "2026-03-05", "没有登记这一条", seq=1, **DUE)
    paid = DUE | {"reward": "paid"}
    desk.refused("tip.assess", "2026-03-05", "先批准、后发放", seq=seq, **paid)
    desk.record("tip.assess", "2026-03-05", seq=seq, **DUE)
    desk.record("tip.assess", "2026-03-06", seq=seq, **paid)
    desk.refused("tip.assess", "2026-03-07", "已经发放", "seed-3-2-d", seq=seq, **paid)
    (row,) = register(desk, "tips")["rows"]
    assert row["followed"] == [seq + 1, seq + 2, seq + 3]
    assert (row["verified"], row["reward"], row["amount_cny"]) == (
        "yes",
        "paid",
        "2000",
    )
    assert register(desk, "tips", "2026-03-05")["rows"][0]["reward"] == "due"


def test_the_register_of_tips_holds_no_identity_and_each_tip_its_own_state(desk):
    told = {"identity": "举报人甲", "contact": "13800000000", "content": "欠缴"}
    first = desk.record("tip.register", "2026-03-03", **told)["seq"]
    second = desk.record("tip.register", "2026-03-03", identity="举报人乙")["seq"]
    none = {"verified": "no", "adopted": "no", "reward": "none"}
    desk.record("tip.assess", "2026-03-04", seq=second, **none)
    found = register(desk, "tips")
    assert [(r["seq"], r["verified"]) for r in found["rows"]] == [
        (first, ""),
        (second, "no"),
    ]
    for secret in ("举报人甲", "13800000000", "举报人乙"):
        assert secret not in str(found)


def test_a_tip_and_its_reward_stay_in_the_office(desk, tmp_path):
    seq = desk.record("tip.register", "2026-03-03", identity="举报人甲")["seq"]
    none = {"verified": "no", "adopted": "no", "reward": "none"}
    desk.record("tip.assess", "2026-03-04", seq=seq, **none)
    file = tmp_path / "包.json"
    told = desk.run("export", desk.ledger, desk.case, "-o", file)
    assert told["withheld"] == 2
    assert "tip." not in file.read_text("utf-8")
    desk.refused("tip.open", "2026-03-05", "没有登记这一条", seq=99, reason="x")


def test_the_cost_of_an_appraisal_brings_a_claim(desk):
    investigated(desk)
    told = {"institution": "示例鉴定中心", "fee_status": "deferred"}
    desk.record("appraisal.start", "2026-03-21", **told)
    (row,) = register(desk, "appraisals")["rows"]
    assert "ban-98-3" in row["adds"]
    assert row["followed"] == []
    desk.refused("appraisal.end", "2026-03-30", "fee_cny", report="x", fee_cny="若干")
    done = {"report": "意见", "fee_status": "paid", "fee_cny": "8000"}
    desk.record("appraisal.end", "2026-03-30", **done)
    desk.record("appraisal.start", "2026-04-01", **(told | {"institution": "乙所"}))
    first, second = register(desk, "appraisals")["rows"]
    assert (first["fee_status"], first["fee_cny"]) == ("paid", "8000")
    assert "ban-98-3" in first["adds"]
    assert (second["institution"], second["fee_status"]) == ("乙所", "deferred")
    assert register(desk, "appraisals", "2026-03-01")["rows"] == []


def test_registers_that_nobody_keeps_name_those_that_are_kept(desk):
    desk.run("register", desk.ledger, "tipps", "--as-of", "2026-12-31", code=2)
    assert "tips" in desk.said


def test_a_register_is_printed_as_a_table(desk):
    from click.testing import CliRunner

    from pil_discovery.cli.root import pil

    investigated(desk)
    told = {"institution": "示例鉴定中心", "fee_status": "deferred"}
    desk.record("appraisal.start", "2026-03-21", **told)
    words = [
        "case",
        "register",
        str(desk.ledger),
        "appraisals",
        "--as-of",
        "2026-12-31",
    ]
    run = CliRunner().invoke(pil, words)
    assert run.exit_code == 0
    assert run.stdout.startswith("鉴定登记（2026-12-31，1 条）\n")
    assert "示例鉴定中心" in run.stdout
    assert "诉讼请求列入" in run.stdout
