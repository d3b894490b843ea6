import json
import random
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.bundle import bags, build, der, verify
from pil_discovery.bundle.seal_checks import LOG_HEAD, SIGNATURE, TIMESTAMP
from pil_discovery.bundle.sealing import Seal, read_head
from pil_discovery.bundle.signing import load_signer
from pil_discovery.bundle.timestamps import reply_fault
from pil_discovery.errors import BundleError
from tests.bundle import authority, factory, mutations

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="no openssl command"
)


@pytest.fixture(scope="module")
def sealed(office, signer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sealed")
    seal = Seal(signer, str(office.tsa), lambda _: {"count": 7, "hash": "ab" * 32})
    return build(factory.request(folder, plate=False, seal=seal))


@pytest.fixture(scope="module")
def other(office, signer, tmp_path_factory):
    """Another bundle of the same office."""
    folder = tmp_path_factory.mktemp("other")
    request = factory.request(folder, plate=False, fields={"number": "9"})
    return build(replace(request, seal=Seal(signer, str(office.tsa)))).path


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """A copy of the program, obtained apart from the bundle."""
    path = tmp_path_factory.mktemp("script") / "verify.py"
    path.write_bytes(bags.verify_script())
    return path


def run(script, folder, *arguments):
    command = [sys.executable, "-I", "-S", str(script), str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=False)


def test_a_sealed_bundle_is_signed_and_trusted(sealed, office):
    plain = verify(sealed.path)
    assert (plain.ok, plain.signed, plain.trusted) == (True, True, False)
    assert "签名人未核对" in plain.seal
    known = verify(sealed.path, trust=office.ca, root=sealed.root_sha256)
    assert (known.ok, known.signed, known.trusted) == (True, True, True)


def test_the_head_binds_bundle_stamp_and_ledger(sealed):
    head = read_head(sealed.path)
    assert (head["count"], head["hash"]) == (7, "ab" * 32)
    assert head["root_sha256"] == sealed.root_sha256
    assert head["bundle"] == sealed.path.name
    data = (sealed.path / TIMESTAMP).read_bytes()
    assert head["timestamp_sha256"] == mutations.sha256(data).hexdigest()


def test_the_shell_lines_never_alarm_and_see_changes(sealed, office):
    text = (sealed.path / "README.txt").read_text("utf-8")
    lines = [x.strip() for x in text.splitlines() if x.startswith("    ")]
    known = ("sha256sum --", "openssl ", "shasum ", "python3 -I verify.py")
    lines = [x for x in lines if x.startswith(known)]
    assert len(lines) == 8
    for shown in lines:
        line = shown.replace("ca.pem", shlex.quote(str(office.ca)))
        words = shlex.split(line.replace("根校验值", sealed.root_sha256))
        if words[0] == "python3":
            words = [sys.executable, *words[1:]]
        if shutil.which(words[0]) is None:
            continue
        done = subprocess.run(words, cwd=sealed.path, capture_output=True, check=False)
        assert done.returncode == 0, (line, done.stderr)
        with mutations.replaced(sealed.path / "tagmanifest-sha256.txt", b"x\n"):
            changed = subprocess.run(
                words, cwd=sealed.path, capture_output=True, check=False
            )
        looks = "ts -verify" not in line and " manifest-sha256" not in line
        assert (changed.returncode != 0) == looks, line


@pytest.mark.parametrize("operator", mutations.OPERATORS, ids=lambda o: o.__name__)
def test_every_change_to_a_sealed_bundle_is_seen(sealed, office, operator):
    rng = random.Random(f"sealed{operator.__name__}")
    for _ in range(5):
        with operator(sealed.path, rng):
            assert not verify(sealed.path, trust=office.ca).ok
    assert verify(sealed.path, trust=office.ca).ok


@pytest.mark.parametrize("operator", mutations.SEAL_OPERATORS, ids=lambda o: o.__name__)
@pytest.mark.parametrize("trusted", [True, False])
def test_every_change_to_the_seal_is_seen(sealed, office, operator, trusted):
    rng = random.Random(f"{operator.__name__}{trusted}")
    for round_ in range(30):
        with operator(sealed.path, rng):
            answer = verify(sealed.path, trust=office.ca if trusted else None)
            assert not answer.ok, round_


def test_the_seal_of_another_bundle_is_seen(sealed, other, office):
    rng = random.Random(4)
    assert verify(other, trust=office.ca).ok
    for _ in range(10):
        with mutations.swap_seal(other)(sealed.path, rng):
            assert not verify(sealed.path, trust=office.ca).ok
            assert not verify(sealed.path).ok


@settings(max_examples=25)
@given(data=st.data())
def test_program_and_library_always_agree(sealed, office, script, other, data):
    operators = [
        *(*mutations.OPERATORS, *mutations.SEAL_OPERATORS, mutations.swap_seal(other)),
    ]
    operator = data.draw(st.sampled_from(operators))
    rng = random.Random(data.draw(st.integers(0, 10**6)))
    trust = data.draw(st.sampled_from([None, str(office.ca)]))
    with operator(sealed.path, rng):
        answer = verify(sealed.path, trust=trust)
        given_ = () if trust is None else ("--trust", trust)
        done = run(script, sealed.path, *given_)
    assert (done.returncode == 0) == answer.ok
    told = done.stdout.decode("utf-8")
    assert all(p.what in told and p.kind in told for p in answer.problems)
    assert answer.seal in told


def test_a_stranger_cannot_seal_for_the_office(sealed, tmp_path):
    """Rewritten and signed again by somebody else: the certificate tells."""
    thief = authority.found(tmp_path / "ca")
    answer = verify(sealed.path, trust=thief.ca)
    assert {p.file for p in answer.problems} == {SIGNATURE, TIMESTAMP}
    key = load_signer(key=thief.key, cert=thief.cert, password=authority.PASSWORD)
    manifest = (sealed.path / "tagmanifest-sha256.txt").read_bytes()
    with mutations.replaced(sealed.path / SIGNATURE, key.sign_cms(manifest)):
        told = {p.what for p in verify(sealed.path).problems}
    assert "签名证书不是 bag-info.txt 写明的那一份" in told


def test_an_expired_certificate_holds_with_a_stamp(tmp_path):
    """What was signed in time stays signed: the stamp tells when."""
    office = authority.found(tmp_path / "ca")
    key = load_signer(p12=office.p12, password=authority.PASSWORD)
    done = build(
        factory.request(tmp_path, plate=False, seal=Seal(key, str(office.tsa)))
    )
    later = ["faketime", "+20 years"] if shutil.which("faketime") else None
    if later is None:
        text = (done.path / "README.txt").read_text("utf-8")
        assert "-no_check_time" in text
        return
    command = [*later, sys.executable, "verify.py", ".", "--trust", str(office.ca)]
    assert subprocess.run(command, cwd=done.path, check=False).returncode == 0


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_keys_of_both_kinds_in_both_files(tmp_path, kind):
    office = authority.found(tmp_path / "ca", kind=kind)
    signers = [
        load_signer(p12=office.p12, password=authority.PASSWORD),
        load_signer(key=office.key, cert=office.cert, password=authority.PASSWORD),
    ]
    assert signers[0].certificate == signers[1].certificate
    done = build(factory.request(tmp_path, plate=False, seal=Seal(signers[1])))
    answer = verify(done.path, trust=office.ca)
    assert (answer.ok, answer.trusted) == (True, True)
    assert not (done.path / TIMESTAMP).exists()


def test_the_seal_is_outside_the_root_hash(sealed, office, signer, tmp_path):
    """Signed twice, at other times: the same root, other signatures."""
    seal = Seal(signer, str(office.tsa))
    again = build(factory.request(tmp_path, plate=False, seal=seal))
    assert again.root_sha256 == sealed.root_sha256
    first, second = ((b.path / SIGNATURE).read_bytes() for b in (sealed, again))
    assert first != second
    kept = (again.path / LOG_HEAD).read_bytes()
    third = build(factory.request(tmp_path, plate=False, seal=seal))
    assert third.existed
    assert (again.path / LOG_HEAD).read_bytes() == kept


def test_a_wrong_password_or_pair_is_told(office, tmp_path):
    with pytest.raises(BundleError, match="口令不对"):
        load_signer(p12=office.p12, password=b"wrong")
    with pytest.raises(BundleError, match="口令不对"):
        load_signer(key=office.key, cert=office.cert)
    thief = authority.found(tmp_path / "ca")
    with pytest.raises(BundleError, match="不是一对"):
        load_signer(key=office.key, cert=thief.cert, password=authority.PASSWORD)
    with pytest.raises(BundleError, match="--p12"):
        load_signer(key=office.key)
    with pytest.raises(BundleError, match="不是证书"):
        load_signer(key=office.key, cert=office.tsa, password=authority.PASSWORD)


def test_no_stamp_no_bundle(office, signer, tmp_path):
    for authority_ in (tmp_path / "none.cnf", tmp_path / "broken.cnf"):
        (tmp_path / "broken.cnf").write_text("[tsa]\n")
        request = factory.request(
            tmp_path, plate=False, seal=Seal(signer, str(authority_))
        )
        with pytest.raises(BundleError, match="时间戳"):
            build(request)
    assert list((tmp_path / "bundle").iterdir()) == []


def test_replies_that_are_no_stamp_are_told(sealed):
    reply = (sealed.path / TIMESTAMP).read_bytes()
    digest = mutations.sha256((sealed.path / SIGNATURE).read_bytes()).digest()
    assert reply_fault(reply, digest) == ""
    assert "别的内容" in reply_fault(reply, b"\0" * 32)
    assert "不是对这次申请" in reply_fault(reply, digest, 1)
    assert "后面还有" in reply_fault(reply + b"\0", digest)
    refused = der.tagged(der.SEQUENCE, der.tagged(der.SEQUENCE, der.integer(2)))
    assert "没有同意" in reply_fault(refused, digest)
    for stop in range(0, len(reply), 97):
        assert reply_fault(reply[:stop], digest)


@given(st.binary(max_size=200))
def test_no_bytes_upset_the_reader(data):
    assert reply_fault(data, b"\0" * 32)


@given(st.integers(0, 2**200), st.integers(0, 70_000))
def test_der_reads_what_it_writes(number, size):
    value = der.read(der.integer(number))
    assert int.from_bytes(value.content, "big") == number
    text = der.tagged(der.OCTETS, b"x" * size)
    assert der.read(text).end == len(text)
    assert der.members(text + text) == [
        der.read(text),
        der.read(text + text, len(text)),
    ]


def test_bag_info_names_the_seal(sealed, signer):
    info = (sealed.path / "bag-info.txt").read_text("utf-8")
    assert f"Seal: {SIGNATURE} {TIMESTAMP} {LOG_HEAD}\n" in info
    assert mutations.sha256(signer.certificate).hexdigest() in info
    assert json.loads((sealed.path / LOG_HEAD).read_bytes())["proof"]
