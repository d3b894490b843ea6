import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pil_discovery.bundle import verify
from pil_discovery.bundle.foreign import check_bag
from pil_discovery.bundle.seal_checks import MANIFEST, TAGMANIFEST
from tests.bundle.mutations import (
    OPERATORS,
    add,
    delete,
    empty_folder,
    flip,
    gone_after,
    rename,
    reorder,
    replaced,
    symlink,
)

SEED = 20260930


def seeded(seed):
    return random.Random(seed)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda o: o.__name__)
def test_every_mutation_is_seen(built, operator):
    rng = seeded(f"{SEED}{operator.__name__}")
    for round_ in range(int(os.environ.get("PIL_MUTATIONS", "100"))):
        with operator(built.path, rng):
            answer = verify(built.path, root=built.root_sha256)
            assert not answer.ok, f"{operator.__name__} {round_}"
    assert verify(built.path, root=built.root_sha256).ok


@pytest.mark.parametrize(
    ("kind", "operator"),
    [
        ("missing", delete),
        ("renamed", rename),
        ("reordered", reorder),
        ("forbidden", symlink),
        ("added", empty_folder),
    ],
)
def test_the_kind_of_difference_is_named(built, kind, operator):
    with operator(built.path, seeded(3)):
        assert kind in {p.kind for p in verify(built.path).problems}


def test_untouched_bundle_is_sound_and_unsigned(built):
    answer = verify(built.path)
    assert (answer.ok, answer.signed, answer.problems) == (True, False, ())
    assert answer.root_sha256 == built.root_sha256


def test_verify_script_agrees(built):
    def run(*arguments):
        command = [sys.executable, "-I", "-S", "verify.py", *arguments]
        return subprocess.run(command, cwd=built.path, capture_output=True, check=False)

    assert run(".").returncode == 0
    assert "未签名" in run(".", "--root", built.root_sha256).stdout.decode()
    assert run(".", "--root", "0" * 64).returncode == 1
    assert run().returncode == 2
    with add(built.path, seeded(1)):
        assert run(".").returncode == 1
    assert verify(built.path).ok  # running it left nothing behind


def test_shell_lines_of_the_readme_run(built):
    text = (built.path / "README.txt").read_text("utf-8")
    lines = [
        x.strip() for x in text.splitlines() if x.strip().startswith("sha256sum -")
    ]
    assert len(lines) == 2
    for line in lines:
        done = subprocess.run(
            line.split(), cwd=built.path, capture_output=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    with replaced(built.path / "data/03_分析/items.jsonl", b"{}\n"):
        done = subprocess.run(
            lines[0].split(), cwd=built.path, capture_output=True, check=False
        )
        assert done.returncode == 1


def test_a_signature_that_was_not_checked_is_not_trusted(built, tmp_path):
    with gone_after(built.path / "signature.p7s") as path:
        path.write_bytes(b"0")
        assert not verify(built.path).ok
        answer = verify(built.path, trust=tmp_path / "none.pem")
        assert not answer.ok
        assert not answer.signed


def test_a_cms_signature_is_accepted_with_its_root(built, tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("no openssl")
    key, cert = tmp_path / "key.pem", tmp_path / "ca.pem"
    new = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=test",
        "-days",
        "3650",
        "-keyout",
        key,
        "-out",
        cert,
    ]
    subprocess.run(new, check=True, capture_output=True)
    with gone_after(built.path / "signature.p7s") as path:
        sign = [
            "openssl",
            "cms",
            "-sign",
            "-binary",
            "-in",
            built.path / TAGMANIFEST,
            "-signer",
            cert,
            "-inkey",
            key,
            "-outform",
            "DER",
            "-out",
            path,
        ]
        subprocess.run(sign, check=True, capture_output=True)
        answer = verify(built.path, trust=cert, root=built.root_sha256)
        assert (answer.ok, answer.signed) == (True, True)
        with flip(built.path, seeded(5)):
            assert not verify(built.path, trust=cert).ok
    stripped = verify(built.path, trust=cert)
    assert [p.what for p in stripped.problems] == [
        "没有签名，无法用 --trust 的证书核验"
    ]


@pytest.mark.parametrize("path", ["", "/nonexistent", "/dev/null", "\0", "x" * 5000])
def test_hostile_paths_do_not_raise(path):
    assert not verify(path).ok


def test_hostile_content_does_not_raise(tmp_path):
    (tmp_path / TAGMANIFEST).write_bytes(b"\xff\xfe\n")
    (tmp_path / MANIFEST).mkdir()
    os.mkfifo(tmp_path / "bagit.txt")
    (tmp_path / os.fsdecode(b"\xff\n")).write_bytes(b"")
    (tmp_path / "loop").symlink_to(tmp_path)
    answer = verify(tmp_path)
    assert {"forbidden", "malformed"} <= {p.kind for p in answer.problems}
    assert not verify(tmp_path, root="zz").ok


def test_a_linked_bundle_folder_is_refused(built, tmp_path):
    link = tmp_path / "bundle"
    link.symlink_to(built.path)
    assert not verify(link).ok


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("valid", {"sound", "noted"}),
        ("warning", {"noted"}),
        ("invalid", {"refused"}),
        ("linux-only", {"refused"}),
        ("windows-only", {"refused"}),
    ],
)
def test_bags_of_others_are_judged_as_the_suite_has_it(kind, expected):
    base = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data"))
    suite = base / "badinputs/bagit-conformance-suite"
    if not suite.is_dir():
        pytest.skip("no shared data")
    bags_found = [p for p in sorted(suite.glob(f"v*/{kind}/*")) if p.is_dir()]
    assert bags_found
    for bag in bags_found:
        answer = check_bag(bag)
        judged = "noted" if answer.warnings else "sound"
        judged = "refused" if answer.errors else judged
        assert judged in expected, (bag.name, answer)


def test_our_own_bundles_are_bags_without_remarks(built):
    answer = check_bag(built.path)
    assert (answer.errors, answer.warnings) == ([], [])
    with replaced(built.path / "data/provenance.json", b"{}"):
        assert check_bag(built.path).errors
    with replaced(built.path / "bagit.txt", None):
        assert check_bag(built.path).errors == ["no bagit.txt"]


def test_conformance_suite_of_bagit():
    base = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data"))
    suite = base / "badinputs/bagit-conformance-suite"
    if not suite.is_dir():
        pytest.skip("no shared data")
    bags_found = [
        p.parent for p in sorted(suite.rglob("bagit.txt")) if "invalid" in str(p)
    ]
    assert bags_found
    assert not any(verify(bag).ok for bag in bags_found)
