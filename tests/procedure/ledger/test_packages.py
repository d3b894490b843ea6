"""Packages between offices: whole, signed, one after another, never bounced."""

import datetime as dt
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.errors import LedgerError
from pil_discovery.procedure.ledger import Package, unpack
from pil_discovery.procedure.ledger.chain import body_of, hash_of
from pil_discovery.procedure.ledger.packages import digest_of
from pil_discovery.text.canonical import dump_json
from pil_discovery.types import Entry
from tests.procedure.ledger.desk import Desk, served

PASSWORD = "口令"  # noqa: S105


@pytest.fixture
def desks(quick_path):
    return [Desk(quick_path / f"{name}.ledger") for name in ("甲院", "乙院", "丙院")]


def keys(folder, private, *, password=None, certificate=False):
    encryption = (
        serialization.NoEncryption()
        if password is None
        else serialization.BestAvailableEncryption(password.encode())
    )
    form = serialization.PrivateFormat.PKCS8
    key = folder / "私钥.pem"
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, form, encryption))
    public = folder / "公钥.pem"
    if certificate:
        public.write_bytes(issued(private))
    else:
        public.write_bytes(
            private.public_key().public_bytes(
                serialization.Encoding.PEM,
                serialization.PublicFormat.SubjectPublicKeyInfo,
            )
        )
    return key, public


def issued(private):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "示例区人民检察院")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
        .sign(private, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def send(sender, receiver, folder, *flags, code=0, name="包.json"):
    path = folder / name
    path.unlink(missing_ok=True)
    sender.run("export", sender.ledger, sender.case, "-o", path, *flags)
    receiver.case = sender.case
    return receiver.run("import", receiver.ledger, path, code=code)


def test_a_case_goes_over_and_comes_back_with_what_the_other_office_added(
    desks, tmp_path
):
    ours, theirs, _ = desks
    ours.open()
    served(ours)
    got = send(ours, theirs, tmp_path, "--sender", "甲院")
    assert (got["state"], got["sender"], got["signed"]) == (
        "awaiting_reply",
        "甲院",
        False,
    )
    assert theirs.state() == "awaiting_reply"
    assert send(ours, theirs, tmp_path)["added"] == 0  # the same again changes nothing
    theirs.record("agency.reply", "2026-05-20", measure="已催缴")
    ours.record("tip.register", "2026-05-25", identity="甲")  # stays here
    got = send(theirs, ours, tmp_path, "--sender", "乙院")
    assert (got["state"], got["added"]) == ("replied", 1)
    assert ours.due("2026-05-26")["suggestion-reply"]["done"] is True
    ours.run("verify", ours.ledger)
    assert send(ours, theirs, tmp_path)["added"] == 0


def test_two_histories_of_one_case_are_left_to_a_person(desks, tmp_path):
    ours, theirs, _ = desks
    ours.open()
    send(ours, theirs, tmp_path)
    ours.record("note.add", "2026-03-03", text="甲院")
    theirs.record("note.add", "2026-03-03", text="乙院")
    send(ours, theirs, tmp_path, code=3)
    assert "各有不同的后续记录" in theirs.said


def test_a_lead_is_not_bounced_to_who_sent_it(desks, tmp_path):
    ours, theirs, _ = desks
    ours.open()
    send(ours, theirs, tmp_path, "--sender", "示例甲区人民检察院")
    told = {"document": "移送案件线索通知书"}
    theirs.refused(
        "lead.transfer", "2026-03-03", "ban-26-1", to="示例甲区人民检察院", **told
    )
    done = theirs.record("lead.transfer", "2026-03-03", to="示例丙区人民检察院", **told)
    assert done["state"] == "transferred"


def test_a_third_office_gets_the_same_case(desks, tmp_path):
    first, second, third = desks
    first.open()
    served(first)
    send(first, second, tmp_path)
    second.record("agency.reply", "2026-05-20", measure="x")
    assert send(second, third, tmp_path)["state"] == "replied"
    assert send(third, first, tmp_path)["added"] == 1


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("包")
    desk = Desk(folder / "a.ledger")
    desk.open()
    desk.run("export", desk.ledger, desk.case, "-o", folder / "包.json")
    return (folder / "包.json").read_bytes()


def test_the_same_case_gives_the_same_package(package):
    assert unpack(package).state == "lead"
    assert json.loads(package)["format"] == "pil-case-package"


@settings(max_examples=200)
@given(st.data())
def test_a_package_with_one_changed_byte_is_refused(package, data):
    place = data.draw(st.integers(0, len(package) - 1))
    held = bytearray(package)
    held[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(LedgerError, match="移送包不完整或者被改动"):
        unpack(bytes(held))


def test_a_package_cut_short_or_with_more_is_refused(package, desks, tmp_path):
    for held in (package[:-1], package + b"\n", b"", b"[]", b"{}"):
        path = tmp_path / "坏.json"
        path.write_bytes(held)
        desks[0].run("import", desks[0].ledger, path, code=1)


@pytest.mark.parametrize(
    "make",
    [
        ed25519.Ed25519PrivateKey.generate,
        lambda: ec.generate_private_key(ec.SECP256R1()),
        lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    ],
    ids=["ed25519", "ecdsa", "rsa"],
)
def test_a_signed_package_shows_who_sent_it(desks, tmp_path, make):
    ours, theirs, third = desks
    key, public = keys(tmp_path, make())
    other = tmp_path / "别人"
    other.mkdir()
    _, stranger = keys(other, make())
    ours.open()
    path = tmp_path / "包.json"
    out = ours.run("export", ours.ledger, ours.case, "-o", path, "--key", key)
    assert out["signed"] is True
    theirs.run("import", theirs.ledger, path, "--cert", stranger, code=1)
    assert "不是该证书持有人签名" in theirs.said
    got = theirs.run("import", theirs.ledger, path, "--cert", public)
    assert (got["signed"], got["signature_checked"]) == (True, True)
    plain = tmp_path / "未签名.json"
    ours.run("export", ours.ledger, ours.case, "-o", plain)
    third.run("import", third.ledger, plain, "--cert", public, code=1)


def test_a_signed_head_shows_that_the_office_wrote_the_last_record(
    desks, tmp_path, monkeypatch
):
    desk = desks[0]
    private = ec.generate_private_key(ec.SECP256R1())
    key, certificate = keys(tmp_path, private, password=PASSWORD, certificate=True)
    desk.open("--key", key, code=2)
    assert "口令" in desk.said
    monkeypatch.setenv("PIL_KEY_PASSWORD", PASSWORD)
    desk.open("--key", key)
    desk.run("verify", desk.ledger, "--cert", certificate)
    desk.record("note.add", "2026-03-03", text="没有签名")
    desk.run("verify", desk.ledger, "--cert", certificate, code=1)
    desk.record("note.add", "2026-03-03", "--key", key, text="签名")
    desk.run("verify", desk.ledger, "--cert", certificate)
    desk.run("verify", desk.ledger, "--cert", desk.ledger, code=2)


def test_an_export_replaces_only_an_earlier_package_of_its_case(desks, tmp_path):
    desk = desks[0]
    desk.open()
    path = tmp_path / "包.json"
    desk.run("export", desk.ledger, desk.case, "-o", path)
    desk.run("export", desk.ledger, desk.case, "-o", path)
    desk.record("note.add", "2026-03-03", text="新")
    desk.run("export", desk.ledger, desk.case, "-o", path)
    first = desk.case
    desk.open(matter="land.idle")
    desk.run("export", desk.ledger, desk.case, "-o", path, code=2)
    path.write_text("别的文件", encoding="utf-8")
    desk.run("export", desk.ledger, first, "-o", path, code=2)


def forged(path, change, *, sign=None):
    """Rewrite a package so that every hash in it fits again, as anybody can."""
    content = json.loads(path.read_text("utf-8"))
    change(content)
    before = "0" * 64
    for seq, entry in enumerate(content["entries"], 1):
        entry |= {"seq": seq, "prev": before}
        entry["hash"] = ""
        body = body_of(Entry.model_validate(entry))
        before = entry["hash"] = hash_of(body)
    content["sha256"] = digest_of(content)
    content["signature"] = ""
    if sign is not None:
        content["signature"] = sign(Package.model_validate(content).words)
    path.write_text(f"{dump_json(content)}\n", "utf-8")


def closed(content):
    last = content["entries"][-1]
    fields = {"ground": ["duty-performed"], "approved_by": ["某人"]}
    content["entries"].append({**last, "event": "case.close", "fields": fields})


def test_a_forged_package_does_not_close_a_case(desks, tmp_path):
    ours, theirs, _ = desks
    ours.open()
    served(ours)
    send(ours, theirs, tmp_path)
    path = tmp_path / "包.json"
    forged(path, closed)
    for desk in (ours, theirs):
        before = desk.status()["events"]
        desk.run("import", desk.ledger, path, code=3)
        assert "case.close" in desk.said
        assert "ban-74" in desk.said
        assert desk.status()["events"] == before
    desks[2].run("import", desks[2].ledger, path, code=3)  # nor as a case of its own


def test_what_a_sender_signed_is_its_own_responsibility(desks, tmp_path):
    ours, theirs, _ = desks
    private = ed25519.Ed25519PrivateKey.generate()
    _, public = keys(tmp_path, private)
    ours.open()
    path = tmp_path / "包.json"
    ours.run("export", ours.ledger, ours.case, "-o", path)
    forged(path, closed, sign=lambda words: private.sign(words).hex())
    got = theirs.run("import", theirs.ledger, path, "--cert", public)
    assert got["state"] == "closed"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fact_date": ["昨天"]}, "事实发生日读不出来"),
        ({"fact_date": ["2030-01-01"]}, "晚于登记日"),
        ({"track": ["other"]}, "行政或者民事"),
        ({"matter": ["nothing"]}, "主题不认识"),
        ({"title": []}, "没有案件名称"),
    ],
)
def test_a_package_that_would_spoil_a_ledger_for_good_is_refused(
    desks, tmp_path, change, words
):
    ours, theirs, _ = desks
    private = ed25519.Ed25519PrivateKey.generate()
    _, public = keys(tmp_path, private)
    ours.open()
    path = tmp_path / "包.json"
    ours.run("export", ours.ledger, ours.case, "-o", path)
    forged(
        path,
        lambda content: content["entries"][0]["fields"].update(change),
        sign=lambda w: private.sign(w).hex(),
    )
    theirs.run("import", theirs.ledger, path, "--cert", public, code=3)
    assert words in theirs.said
    assert not theirs.ledger.exists() or theirs.ledger.stat().st_size == 0


def test_events_that_nobody_knows_do_not_come_in(desks, tmp_path):
    ours, theirs, _ = desks
    ours.open()
    path = tmp_path / "包.json"
    ours.run("export", ours.ledger, ours.case, "-o", path)
    forged(path, lambda c: c["entries"].append({**c["entries"][0], "event": "x.y"}))
    theirs.run("import", theirs.ledger, path, code=3)
    assert "没有「x.y」这个事件" in theirs.said
