"""What a lawyer for the other side would try: each must be seen, or not be possible."""

import datetime as dt
import os
import shutil
import stat
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pil_discovery.bundle import bags, build, der, verify
from pil_discovery.bundle.annexes import open_annex
from pil_discovery.bundle.seal_checks import (
    LOG_HEAD,
    MANIFEST,
    SIGNATURE,
    TAGMANIFEST,
    TIMESTAMP,
)
from pil_discovery.bundle.sealing import Seal, Sealed, log_head
from pil_discovery.bundle.signing import load_signer
from pil_discovery.errors import BundleError
from tests.bundle import authority, factory, mutations

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="no openssl command"
)


@pytest.fixture(scope="module")
def original(office, signer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sealed")
    seal = Seal(signer, str(office.tsa), lambda _: {"count": 7, "hash": "ab" * 32})
    return build(factory.request(folder, plate=False, seal=seal)).path


@pytest.fixture
def bundle(original, tmp_path):
    """A copy that a test may spoil."""
    return Path(shutil.copytree(original, tmp_path / original.name))


def rewrite(bundle, changes):
    """Change files and write every manifest anew, as somebody with the tools would."""
    listed = _hashes(bundle / MANIFEST)
    tags = _hashes(bundle / TAGMANIFEST)
    for name, data in changes.items():
        path = bundle / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(data)
        known = listed if name.startswith("data/") else tags
        known[name] = mutations.sha256(data).hexdigest()
    manifest = bags.manifest(listed)
    (bundle / MANIFEST).write_bytes(manifest)
    tags[MANIFEST] = mutations.sha256(manifest).hexdigest()
    (bundle / TAGMANIFEST).write_bytes(bags.manifest(tags))


def _hashes(path):
    lines = path.read_text("utf-8").splitlines()
    return dict(reversed(line.split("  ", 1)) for line in lines)


def sign_again(bundle, signer):
    """Sign and head a bundle once more; the stamp stays what it was."""
    manifest = (bundle / TAGMANIFEST).read_bytes()
    signature = signer.sign_cms(manifest)
    (bundle / SIGNATURE).write_bytes(signature)
    hashes = [mutations.sha256(d).hexdigest() for d in (manifest, signature)]
    stamp = bundle / TIMESTAMP
    told = mutations.sha256(stamp.read_bytes()).hexdigest() if stamp.exists() else None
    head = log_head(Sealed(bundle.name, *hashes, told), {}, signer)
    (bundle / LOG_HEAD).write_bytes(head)


def kinds(answer):
    return {(p.kind, p.file) for p in answer.problems}


@pytest.mark.parametrize(
    "twins",
    [("data/x/é.txt", "data/x/é.txt"), ("data/x/A.txt", "data/x/a.TXT")],
    ids=["unicode", "case"],
)
def test_names_that_fall_together_on_another_disk_are_refused(bundle, twins):
    first, second = (
        unicodedata.normalize(f, n) for f, n in zip(("NFC", "NFD"), twins, strict=True)
    )
    rewrite(bundle, {first: b"1", second: b"2"})
    assert "forbidden" in {p.kind for p in verify(bundle).problems}


def test_a_link_to_a_bundle_is_refused_with_and_without_a_slash(original, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(original)
    for shown in (str(link), f"{link}/"):
        assert not verify(shown).ok
        command = [sys.executable, "-I", "-S", original / "verify.py", shown]
        assert subprocess.run(command, capture_output=True, check=False).returncode


def test_a_round_trip_through_a_zip_changes_nothing(original, tmp_path, office):
    """Modes and times are lost on the way; neither is content."""
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", original)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path / "out")
    for path in (tmp_path / "out").rglob("*"):
        os.utime(path, (0, 0))
    assert verify(tmp_path / "out", trust=office.ca).ok


def test_what_a_computer_leaves_when_a_folder_is_looked_at_is_told(bundle):
    (bundle / "data/.DS_Store").write_bytes(b"x")
    (problem,) = verify(bundle).problems
    assert (problem.kind, problem.file) == ("added", "data/.DS_Store")
    assert "删去它再核验" in problem.what


@pytest.mark.parametrize("name", ["README.txt", "verify.py", "bag-info.txt"])
def test_other_instructions_in_the_bundle_are_seen(bundle, office, name):
    with mutations.replaced(bundle / name, b"print('ok')\n"):
        assert ("changed", name) in kinds(verify(bundle, trust=office.ca))
    rewrite(bundle, {name: b"print('ok')\n"})
    assert ("changed", SIGNATURE) in kinds(verify(bundle, trust=office.ca))


SHADOWS = ("__future__", "hashlib", "json", "base64", "stat", "unicodedata", "typing")


@pytest.mark.parametrize("flag", [(), ("-I",), ("-S",)], ids=["plain", "-I", "-S"])
def test_modules_laid_beside_the_program_are_not_run(bundle, flag):
    """The hash of verify.py is right: only what it imports would be another's."""
    for name in SHADOWS:
        (bundle / f"{name}.py").write_text("import os; os._exit(0)\n")
    command = [sys.executable, *flag, "verify.py", "."]
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=bundle, env=env, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert "json.py" in done.stdout.decode("utf-8")


def test_an_openssl_laid_into_the_bundle_is_not_run(bundle, office, monkeypatch):
    forged = bundle / "openssl"
    forged.write_text("#!/bin/sh\nexit 0\n")
    forged.chmod(stat.S_IRWXU)
    monkeypatch.chdir(bundle)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", os.environ["PATH"]]))
    with mutations.replaced(bundle / SIGNATURE, b"x"):
        assert ("changed", SIGNATURE) in kinds(verify(bundle, trust=office.ca))
    monkeypatch.setenv("PATH", ".")
    assert "没有 openssl" in verify(bundle).seal


def test_an_office_that_signs_for_another_is_named(bundle, office, tmp_path):
    """The same authority gave both certificates: the answer says whose it is."""
    ca = office.ca.parent
    root = authority.read(ca / "ca.pem", ca / "ca.key")
    own, key = authority.issue("别处人民检察院", root, "ec")
    (tmp_path / "cert.pem").write_bytes(authority.pem(own))
    (tmp_path / "key.pem").write_bytes(authority.private(key, None))
    stranger = load_signer(key=tmp_path / "key.pem", cert=tmp_path / "cert.pem")
    info = (bundle / "bag-info.txt").read_text("utf-8")
    mark = mutations.sha256(stranger.certificate).hexdigest()
    mine = f"Signer-Certificate-SHA256: {mark}"
    lines = [mine if x.startswith("Signer-") else x for x in info.splitlines()]
    lines = [x.replace(f" {TIMESTAMP}", "") for x in lines]
    (bundle / TIMESTAMP).unlink()
    changed = {"bag-info.txt": "".join(f"{x}\n" for x in lines).encode()}
    rewrite(bundle, {**changed, "data/04_方法/limits.md": b"0\n"})
    sign_again(bundle, stranger)
    answer = verify(bundle, trust=office.ca)
    assert "已签名：别处人民检察院" in answer.seal
    assert "与本包写明的单位“示例区人民检察院”名称不同" in answer.seal


def test_the_signer_is_named_with_the_mark_of_the_certificate(original, office, signer):
    mark = mutations.sha256(signer.certificate).hexdigest()[:16]
    assert verify(original, trust=office.ca).seal == (
        f"已签名：示例区人民检察院（证书 {mark}…）"
    )
    assert "自称示例区人民检察院" in verify(original).seal


@pytest.mark.parametrize("first_day", [-400, 400], ids=["expired", "not yet valid"])
def test_a_certificate_outside_its_days_signs_nothing(
    bundle, office, tmp_path, first_day
):
    """And words in the unsigned part of the stamp cannot name a day inside them."""
    ca = office.ca.parent
    root = authority.read(ca / "ca.pem", ca / "ca.key")
    own, key = authority.issue(
        "示例区人民检察院", root, "ec", first_day=first_day, days=first_day + 30
    )
    (tmp_path / "cert.pem").write_bytes(authority.pem(own))
    (tmp_path / "key.pem").write_bytes(authority.private(key, None))
    late = load_signer(key=tmp_path / "key.pem", cert=tmp_path / "cert.pem")
    request = factory.request(tmp_path, plate=False, seal=Seal(late, str(office.tsa)))
    forged = build(request).path
    assert ("changed", SIGNATURE) in kinds(verify(forged, trust=office.ca))
    day = dt.datetime.now(dt.UTC) + dt.timedelta(days=first_day + 15)
    words = f"Time stamp: {day:%b %d %H:%M:%S %Y} GMT".encode()
    (forged / TIMESTAMP).write_bytes(with_words(forged / TIMESTAMP, words))
    manifest, signature = ((forged / n).read_bytes() for n in (TAGMANIFEST, SIGNATURE))
    hashes = [mutations.sha256(d).hexdigest() for d in (manifest, signature)]
    stamp = mutations.sha256((forged / TIMESTAMP).read_bytes()).hexdigest()
    (forged / LOG_HEAD).write_bytes(
        log_head(Sealed(forged.name, *hashes, stamp), {}, late)
    )
    assert verify(forged).ok
    assert ("changed", SIGNATURE) in kinds(verify(forged, trust=office.ca))


def with_words(path, words):
    """A stamp whose status says something, as its unsigned part may."""
    _, token = der.members(der.read(path.read_bytes()).content)
    told = der.tagged(der.SEQUENCE, der.tagged(0x0C, words))
    return der.tagged(
        der.SEQUENCE,
        der.tagged(der.SEQUENCE, der.integer(0), told),
        der.tagged(der.SEQUENCE, token.content),
    )


def test_the_stamp_and_head_of_another_bundle_are_seen(
    bundle, office, signer, tmp_path
):
    seal = Seal(signer, str(office.tsa))
    request = factory.request(tmp_path, plate=False, fields={"number": "9"})
    other = build(replace(request, seal=seal)).path
    for names in ((TIMESTAMP,), (LOG_HEAD,), (TIMESTAMP, LOG_HEAD)):
        kept = [(bundle / n, (bundle / n).read_bytes()) for n in names]
        for name in names:
            shutil.copyfile(other / name, bundle / name)
        assert not verify(bundle).ok, names
        assert not verify(bundle, trust=office.ca).ok, names
        for path, data in kept:
            path.write_bytes(data)
    assert verify(bundle, trust=office.ca).ok


@pytest.fixture
def redacted(signer, tmp_path):
    """A public bundle with its annex; names are hidden in it."""
    found = factory.finding(1, sentence_zh="联系人王小明，电话13800001234。")
    request = factory.request(
        tmp_path, plate=False, findings=[found], profile="public", seal=Seal(signer)
    )
    path = build(request).path
    return path, path.with_name(f"{path.name}.sealed")


def test_files_added_to_the_annex_are_seen(redacted):
    _, annex = redacted
    assert verify(annex).ok
    (annex / "data/x.txt").write_bytes(b"x")
    assert kinds(verify(annex)) == {("added", "data/x.txt")}


def test_an_annex_is_not_proven_by_another_bundle(redacted, signer):
    """Commitments of a bundle that was rewritten to fit prove nothing."""
    path, annex = redacted
    name = "data/03_分析/commitments.jsonl"
    label = "电话1"
    note = ("张三", dt.date(2026, 10, 8))
    (opened,) = open_annex(annex, [label], signer, note)
    assert opened.proven
    rewrite(path, {name: (path / name).read_bytes() + b"\n"})
    with pytest.raises(BundleError, match="不是这个附件所属的那一个"):
        open_annex(annex, [label], signer, note)
    shutil.rmtree(path)
    (opened,) = open_annex(annex, [label], signer, note)
    assert not opened.proven


def test_the_program_runs_on_older_and_newer_pythons(original, office):
    named = (shutil.which(f"python3.{minor}") for minor in range(8, 16))
    programs = [p for p in named if p is not None and _runs(p)]
    if not programs:
        pytest.skip("no other Python")
    for program in programs:
        command = [program, "-I", "verify.py", ".", "--trust", office.ca]
        done = subprocess.run(command, cwd=original, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b""), program
        assert "完整，已签名：示例区人民检察院" in done.stdout.decode("utf-8")


def _runs(program):
    done = subprocess.run([program, "-c", ""], capture_output=True, check=False)
    return done.returncode == 0
