import datetime as dt
import io
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.bundle import build, verify
from pil_discovery.bundle.annexes import COMMITMENTS, PAYLOAD, open_annex
from pil_discovery.bundle.envelopes import enveloped, open_envelope
from pil_discovery.bundle.leaks import demand_no_leak
from pil_discovery.bundle.redacting import bare_png
from pil_discovery.bundle.redaction import Redactor, Secret, commitment, field_salt
from pil_discovery.bundle.sealing import Seal
from pil_discovery.bundle.signing import load_signer
from pil_discovery.errors import BundleError, GateError
from tests.bundle import authority, factory, planted

ROOT = Path(__file__).parents[2]
NOTE = ("张三", dt.date(2026, 10, 8))


@pytest.fixture(scope="module")
def sealed(signer, tmp_path_factory):
    """A public bundle about a natural person, with its annex."""
    folder = tmp_path_factory.mktemp("sealed")
    request = factory.request(
        folder, name="王小明", profile="public", plate=False, seal=Seal(signer)
    )
    return build(request).path


def annex_of(bundle):
    return bundle.with_name(f"{bundle.name}.sealed")


@pytest.mark.parametrize("profile", ["agency", "court", "public"])
def test_nothing_planted_is_left_anywhere(tmp_path, profile):
    rng = random.Random(f"plant{profile}")
    request, secrets = planted.planted(tmp_path, rng, 150, profile=profile)
    built = build(request)
    assert len(secrets) >= 150
    assert planted.leaks(built.path, secrets) == []
    assert verify(built.path).ok
    assert not (built.path / "data/02_原始材料").exists()


def test_the_search_for_leaks_can_find_one(tmp_path):
    """The same search over the internal bundle, which holds names and raw files."""
    request, secrets = planted.planted(tmp_path, random.Random(3), 60)
    assert len(planted.leaks(build(request).path, secrets)) > 30


def test_who_is_shown_to_whom(tmp_path):
    words = {}
    for profile in ("internal", "agency", "court", "public"):
        request = factory.request(
            tmp_path,
            name="王小明",
            profile=profile,
            fields={"contact": "赵六", "phone": "0577-88880000"},
        )
        path = build(request).path
        words[profile] = (path / "data/03_分析/letter.json").read_text("utf-8")
    assert all("王小明" in words[p] for p in ("internal", "agency", "court"))
    assert all("0577-88880000" in words[p] for p in ("internal", "agency", "court"))
    assert "王小明" not in words["public"]
    assert "0577" not in words["public"]
    assert "【姓名1】" in words["public"]
    assert "示例区自然资源和规划局" in words["public"]


def test_firms_and_amounts_stay_readable(tmp_path):
    path = build(factory.request(tmp_path, profile="public", plate=False)).path
    text = (path / "data/03_分析/letter.json").read_text("utf-8")
    assert "示例置业有限公司（合同HT-1）第1期价款逾期578日，尚欠1234.57万元" in text
    assert "示例区示范街道12号地块" in text


def test_two_builds_are_the_same_without_any_secret_kept(tmp_path):
    roots = {
        build(factory.request(tmp_path / n, profile="public", plate=False)).root_sha256
        for n in ("a", "b")
    }
    assert len(roots) == 1


def test_finding_ids_are_not_those_that_could_be_tried_out(tmp_path):
    request = factory.request(tmp_path, profile="agency", plate=False)
    text = "".join(planted.texts_of(build(request).path))
    assert not any(f.finding_id in text for f in request.findings)


def test_an_annex_opens_field_by_field(sealed, signer, tmp_path):
    lines = (sealed / COMMITMENTS).read_text("utf-8").splitlines()
    bound = {x["label"]: x for x in map(json.loads, lines)}
    assert set(bound) == {"【姓名1】", "【电话1】"}
    opened = open_annex(annex_of(sealed), ["姓名1", "【电话1】"], signer, NOTE)
    assert [(o.value, o.proven) for o in opened] == [
        ("王小明", True),
        ("13800001234", True),
    ]
    log = annex_of(sealed).with_name(f"{annex_of(sealed).name}.log.jsonl")
    told = json.loads(log.read_text("utf-8").splitlines()[-1])
    assert told == {
        "by": "张三",
        "on": "2026-10-08",
        "opened": ["【姓名1】", "【电话1】"],
    }
    with pytest.raises(BundleError, match="没有这一项"):
        open_annex(annex_of(sealed), ["姓名9"], signer, NOTE)


def test_a_stranger_checks_an_opened_field_with_the_line_of_the_readme(sealed, signer):
    (one,) = open_annex(annex_of(sealed), ["姓名1"], signer, NOTE)
    text = (sealed / "README.txt").read_text("utf-8")
    (line,) = [x for x in text.splitlines() if x.strip().startswith("python3 -c")]
    code = line.split('"')[1]
    command = [sys.executable, "-c", code, one.salt, one.label, one.value]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() in (sealed / COMMITMENTS).read_text("utf-8")


def test_only_the_office_opens_the_annex(sealed, tmp_path):
    thief = authority.found(tmp_path / "ca")
    key = load_signer(p12=thief.p12, password=authority.PASSWORD)
    with pytest.raises(BundleError, match="打不开"):
        open_annex(annex_of(sealed), ["姓名1"], key, NOTE)
    data = (annex_of(sealed) / PAYLOAD).read_bytes()
    assert "王小明".encode() not in data
    assert b"13800001234" not in data


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl command")
def test_openssl_opens_the_annex_and_finds_the_raw_files(sealed, signer, tmp_path):
    (tmp_path / "key.pem").write_bytes(authority.private(signer.key, None))
    (tmp_path / "cert.pem").write_bytes(authority.pem(signer.own))
    text = (annex_of(sealed) / "README.txt").read_text("utf-8")
    (line,) = [x.strip() for x in text.splitlines() if "openssl cms" in x]
    line = line.replace("私钥.pem", str(tmp_path / "key.pem"))
    line = line.replace("证书.pem", str(tmp_path / "cert.pem"))
    line = line.replace("sealed.zip", str(tmp_path / "sealed.zip"))
    subprocess.run(line.split(), cwd=annex_of(sealed), check=True)
    with zipfile.ZipFile(tmp_path / "sealed.zip") as packed:
        names = packed.namelist()
        fields = [json.loads(x) for x in packed.read("fields.jsonl").splitlines()]
    assert sum(n.startswith("sources/") for n in names) == 2
    assert {f["value"] for f in fields} == {"王小明", "13800001234"}


def test_an_annex_is_a_bundle_and_stays(sealed, signer, tmp_path):
    assert verify(annex_of(sealed)).ok
    before = (annex_of(sealed) / PAYLOAD).read_bytes()
    request = factory.request(
        sealed.parents[1],
        name="王小明",
        profile="public",
        plate=False,
        seal=Seal(signer),
    )
    assert build(request).existed
    assert (annex_of(sealed) / PAYLOAD).read_bytes() == before
    other = tmp_path / "bundle"
    shutil.copytree(annex_of(sealed), other / annex_of(sealed).name)
    changed = replace(request, out=other, fields={"number": "3"})
    with pytest.raises(BundleError, match="已有同名密封附件"):
        build(changed)
    assert [p.name for p in other.iterdir()] == [annex_of(sealed).name]


def test_a_classified_source_leaves_in_no_bundle(tmp_path):
    request = factory.request(
        tmp_path, plate=False, classified={"图层/甲.gpkg": "秘密"}
    )
    assert build(request).path.is_dir()  # inside the office it may be used
    for profile in ("agency", "court", "public"):
        with pytest.raises(GateError, match="定为“秘密”，不得随对外的证据包"):
            build(replace(request, profile=profile))
    assert GateError.exit_code == 3


def test_who_reported_is_kept_nowhere(tmp_path, signer):
    tips = factory.DATASETS["land_contract"].model_copy(update={"tips": True})
    found = [
        factory.finding(1, sentence_zh="举报人李四丰反映示例置业有限公司逾期578日。")
    ]
    request = factory.request(tmp_path, findings=found, profile="agency", plate=False)
    request = replace(
        request,
        datasets={**factory.DATASETS, "land_contract": tips},
        seal=Seal(signer),
    )
    path = build(request).path
    assert planted.leaks(path, [("name", "李四丰"), ("phone", "13800001234")]) == []
    assert "【举报人信息】" in (path / "data/03_分析/letter.json").read_text("utf-8")
    sealed = (annex_of(path) / PAYLOAD).read_bytes()
    data = open_envelope(sealed, signer.certificate, signer.key)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        inside = b"".join(map(packed.read, packed.namelist())).decode()
        names = packed.namelist()
    assert "李四丰" not in inside
    assert not any("出让合同" in n for n in names)


def test_the_last_look_refuses_what_is_still_there():
    secret = Secret("【证件号码1】", "id", "990302199001011232")
    for data in (
        b"990302 1990-01011232",
        "９９０３０２１９９００１０１１２３２".encode(),
    ):
        with pytest.raises(BundleError) as caught:
            demand_no_leak({"data/x.csv": data}, [secret], "PIL")
        assert "990302" not in str(caught.value)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("docProps/core.xml", "<a>9903021990</a><b>01011232</b>")
    with pytest.raises(BundleError, match="证件号码1"):
        demand_no_leak({"data/x.docx": packed.getvalue()}, [secret], "PIL")
    demand_no_leak({"data/x.csv": b"9903021990"}, [secret], "PIL")


def test_pictures_lose_their_remarks():
    plain = factory.png(20, 500)
    text = b"tEXtAuthor\0" + "王小明".encode()
    size = (len(text) - 4).to_bytes(4, "big")
    noted = plain[:33] + size + text + b"\0\0\0\0" + plain[33:]
    assert "王小明".encode() in noted
    assert bare_png(noted) == plain


@given(st.binary(min_size=16, max_size=16), st.text(), st.text())
def test_a_commitment_binds_value_and_label(salt, value, other):
    one = Secret("【姓名1】", "name", value)
    assert (commitment(one, salt) == commitment(replace(one, value=other), salt)) == (
        value == other
    )
    assert commitment(one, salt) != commitment(replace(one, label="【姓名2】"), salt)
    assert field_salt(salt, one) != field_salt(salt, replace(one, label="【姓名2】"))


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing_more(text):
    redactor = Redactor("public")
    redactor.text(text)
    once = redactor.text(text)
    assert redactor.text(once) == once


@given(st.binary(max_size=300))
def test_envelopes_open_for_their_key_alone(signer, data):
    sealed = b"".join(enveloped(io.BytesIO(data), len(data), signer.certificate))
    assert open_envelope(sealed, signer.certificate, signer.key) == data
    broken = bytearray(sealed)
    broken[len(broken) // 2] ^= 1
    with suppress(BundleError):
        assert open_envelope(bytes(broken), signer.certificate, signer.key) != data


def test_redacted_bundles_are_the_same_everywhere(tmp_path):
    """Another zone, tongue, folder, user and order of hashes: the same bytes."""
    script = (
        "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path;"
        "from tests.bundle import factory; from pil_discovery.bundle import build;"
        "[print(build(factory.request(Path(sys.argv[1]) / p, profile=p,"
        " plate=False)).root_sha256) for p in ('agency', 'court', 'public')]"
    )
    answers = []
    for n, (zone, tongue, seed) in enumerate(
        [("UTC", "C", "1"), ("Asia/Shanghai", "zh_CN.UTF-8", "77")]
    ):
        folder = tmp_path / f"文件夹{n}"
        folder.mkdir()
        env = {**os.environ, "TZ": zone, "LC_ALL": tongue, "PYTHONHASHSEED": seed}
        env["USER"] = f"user{n}"
        done = subprocess.run(
            [sys.executable, "-c", script, folder, ROOT],
            env=env,
            cwd=folder,
            capture_output=True,
            check=True,
        )
        answers.append(done.stdout.split())
    assert answers[0] == answers[1]
    assert len(set(answers[0])) == 3
