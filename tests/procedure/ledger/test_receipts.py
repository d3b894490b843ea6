"""Packages for one office only, and the receipts that come back for them."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from tests.procedure.ledger.desk import Desk, served
from tests.procedure.ledger.test_packages import keys

OURS, THEIRS = "示例甲区人民检察院", "示例乙区人民检察院"


@pytest.fixture
def desks(quick_path):
    ours, theirs = (Desk(quick_path / f"{name}.ledger") for name in ("甲院", "乙院"))
    ours.open()
    theirs.case = ours.case
    return ours, theirs


def sent(ours, folder, *flags, on="2026-03-03"):
    path = folder / "包.json"
    words = ("--sender", OURS, "--to", THEIRS, "--on", on, "--by", "张三")
    told = ours.run("export", ours.ledger, ours.case, "-o", path, *words, *flags)
    assert told["recipient"] == THEIRS
    return path


def test_a_package_for_one_office_is_taken_by_no_other(desks, tmp_path):
    ours, theirs = desks
    path = sent(ours, tmp_path)
    theirs.run("import", theirs.ledger, path, code=3)
    assert f"移送包写给 {THEIRS}" in theirs.said
    theirs.run("import", theirs.ledger, path, "--as", "示例丙区人民检察院", code=3)
    assert "不是 示例丙区人民检察院" in theirs.said
    assert not theirs.ledger.exists()
    got = theirs.run("import", theirs.ledger, path, "--as", THEIRS)
    assert got["added"] == 1
    held = json.loads(path.read_text("utf-8"))
    path.write_text(path.read_text("utf-8").replace(THEIRS, OURS), "utf-8")
    assert held["recipient"] == THEIRS
    theirs.run("import", theirs.ledger, path, "--as", OURS, code=1)
    assert "被改动" in theirs.said


def test_what_is_sent_is_noted_with_day_and_name(desks, tmp_path):
    ours, _ = desks
    words = (
        "export",
        ours.ledger,
        ours.case,
        "-o",
        tmp_path / "包.json",
        "--to",
        THEIRS,
    )
    ours.run(*words, code=2)
    assert "--on 日期" in ours.said
    sent(ours, tmp_path)
    assert ours.status()["events"][-1]["event"] == "package.send"


def test_a_receipt_comes_back_and_is_noted_once(desks, tmp_path):
    ours, theirs = desks
    key, public = keys(tmp_path, ed25519.Ed25519PrivateKey.generate())
    path, receipt = sent(ours, tmp_path), tmp_path / "回执.json"
    words = ("--as", THEIRS, "--receipt", receipt, "--key", key)
    theirs.run("import", theirs.ledger, path, *words)
    note = ("confirm", ours.ledger, receipt, "--on", "2026-03-04", "--by", "张三")
    told = ours.run(*note, "--cert", public)
    assert (told["to"], told["state"], told["signed"]) == (THEIRS, "lead", "yes")
    assert ours.status()["events"][-1]["event"] == "package.confirm"
    ours.run(*note, code=3)
    assert "已经登记" in ours.said
    ours.run("verify", ours.ledger)


def test_a_receipt_for_what_was_not_sent_or_was_changed_is_refused(desks, tmp_path):
    ours, theirs = desks
    plain, receipt = tmp_path / "普通.json", tmp_path / "回执.json"
    ours.run("export", ours.ledger, ours.case, "-o", plain)  # nobody noted it as sent
    theirs.run("import", theirs.ledger, plain, "--receipt", receipt)
    note = ("confirm", ours.ledger, receipt, "--on", "2026-03-04", "--by", "张三")
    ours.run(*note, code=3)
    assert "没有送出过" in ours.said
    held = receipt.read_bytes()
    for other in (held[:-1], held.replace(b"lead", b"filed"), b"{}", b""):
        receipt.write_bytes(other)
        ours.run(*note, code=1)
    _, stranger = keys(tmp_path, ed25519.Ed25519PrivateKey.generate())
    receipt.write_bytes(held)
    ours.run(*note, "--cert", stranger, code=1)
    assert "没有签名" in ours.said


def test_the_same_package_twice_adds_nothing_and_has_a_receipt_each_time(
    desks, tmp_path
):
    ours, theirs = desks
    path = sent(ours, tmp_path)
    first = theirs.run("import", theirs.ledger, path, "--as", THEIRS)
    head = theirs.run("verify", theirs.ledger)["head"]
    receipt = tmp_path / "回执.json"
    words = ("--as", THEIRS, "--receipt", receipt)
    again = theirs.run("import", theirs.ledger, path, *words)
    assert (first["added"], again["added"]) == (1, 0)
    assert theirs.run("verify", theirs.ledger)["head"] == head
    assert json.loads(receipt.read_text("utf-8"))["entry"] == ""


def test_the_way_of_a_package_does_not_travel(desks, tmp_path):
    ours, theirs = desks
    sent(ours, tmp_path)
    served(ours)
    path = sent(ours, tmp_path, on="2026-03-26")
    theirs.run("import", theirs.ledger, path, "--as", THEIRS)
    events = {e["event"] for e in theirs.status()["events"]}
    assert "package.send" not in events
    theirs.record("agency.reply", "2026-05-20", measure="已催缴")
    back = tmp_path / "回.json"
    theirs.run("export", theirs.ledger, theirs.case, "-o", back)
    assert ours.run("import", ours.ledger, back)["added"] == 1
    assert ours.state() == "replied"
