"""What README.txt tells a defence lawyer to do, done as far as this machine allows."""

import hashlib
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from pil_discovery.bundle import build
from pil_discovery.bundle.seal_checks import MANIFEST, TAGMANIFEST
from pil_discovery.bundle.sealing import Seal
from pil_discovery.bundle.signing import load_signer
from tests.bundle import authority, factory, mutations

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="no openssl command"
)


@pytest.fixture(scope="module")
def sealed(office, tmp_path_factory):
    key = load_signer(p12=office.p12, password=authority.PASSWORD)
    seal = Seal(key, str(office.tsa))
    folder = tmp_path_factory.mktemp("sealed")
    return build(factory.request(folder, plate=False, seal=seal))


@pytest.fixture(scope="module")
def steps(sealed):
    """The lines that a reader copies."""
    text = (sealed.path / "README.txt").read_text("utf-8")
    return [x.strip() for x in text.splitlines() if x.startswith("    ")]


def commands(steps, *starts):
    return [s for s in steps if s.startswith(starts)]


def run(line, sealed, office):
    known = line.replace("ca.pem", shlex.quote(str(office.ca)))
    words = shlex.split(known.replace("根校验值", sealed.root_sha256))
    if words[0] == "python3":
        words[0] = sys.executable
    return subprocess.run(words, cwd=sealed.path, capture_output=True, check=False)


def test_kylin_and_macos_lines_say_intact_and_see_a_change(steps, sealed, office):
    lines = commands(steps, "python3 -I verify.py")
    lines += commands(steps, "sha256sum -", "openssl ", "shasum ")
    assert len(lines) == 8
    for line in lines:
        if shutil.which(line.split()[0]) is None:
            pytest.skip(f"no {line.split()[0]}")
        assert run(line, sealed, office).returncode == 0, line
    with mutations.replaced(sealed.path / "data/provenance.json", b"{}"):
        seen = [line for line in lines if run(line, sealed, office).returncode]
    files = [line for line in lines if "verify.py" in line or " manifest-" in line]
    assert seen == files


def test_windows_runs_the_program_with_the_same_words(steps):
    windows = commands(steps, "py ")
    assert [line.replace("py ", "python3 ", 1) for line in windows] == commands(
        steps, "python3 -I verify.py"
    )


POWERSHELL = re.compile(
    r"gc (\S+) -Encoding UTF8 \| % \{ \$h,\$p = \$_ -split '  ',2; "
    r"if \(\(Get-FileHash -LiteralPath \$p\)\.Hash -ne \$h\) \{ \$p \} \}"
)


def powershell(line, folder):
    """What a line prints in PowerShell: the files whose hash is another one.

    `-ne` does not tell capitals from small letters, and a file that is not there has
    no hash.
    """
    name = POWERSHELL.fullmatch(line).group(1)
    told = []
    for listed in (folder / name).read_text("utf-8").splitlines():
        wanted, path = listed.split("  ", 1)
        there = folder / path
        found = hashlib.sha256(there.read_bytes()).hexdigest() if there.exists() else ""
        if found.upper() != wanted.upper():
            told.append(path)
    return told


def test_powershell_lines_print_the_changed_files(steps, sealed):
    lines = commands(steps, "gc ")
    assert [POWERSHELL.fullmatch(x).group(1) for x in lines] == [MANIFEST, TAGMANIFEST]
    assert [powershell(x, sealed.path) for x in lines] == [[], []]
    for data in (b"{}", None):
        with mutations.replaced(sealed.path / "data/provenance.json", data):
            assert powershell(lines[0], sealed.path) == ["data/provenance.json"]
    with mutations.replaced(sealed.path / "verify.py", b""):
        assert powershell(lines[1], sealed.path) == ["verify.py"]


def test_certutil_would_print_the_root(steps, sealed):
    text = (sealed.path / "README.txt").read_text("utf-8")
    (name,) = re.findall(r"certutil -hashfile (\S+) SHA256", text)
    data = (sealed.path / name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == sealed.root_sha256


def test_nothing_but_the_bundle_is_named(sealed, steps):
    """Every file that a line names is in the bundle, or is told how to be had."""
    text = (sealed.path / "README.txt").read_text("utf-8")
    named = set(re.findall(r"[\w-]+\.(?:txt|py|p7s|tsr|json|pem)", "\n".join(steps)))
    assert {n for n in named if not (sealed.path / n).is_file()} == {"ca.pem"}
    assert "根证书 ca.pem：向示例区人民检察院另行索取" in text
    assert "http" not in text
    assert "pip " not in text
    folders = re.findall(r"^    (data/\S+)", text, re.MULTILINE)
    assert len(folders) == 5
    assert all((sealed.path / f).is_dir() for f in folders)


def test_an_unsigned_bundle_tells_which_lines_fit(tmp_path):
    done = build(factory.request(tmp_path, plate=False))
    text = (done.path / "README.txt").read_text("utf-8")
    assert "本包未签名时，只适用前两行" in text
    for line in [x.strip() for x in text.splitlines()]:
        if line.startswith("sha256sum -"):
            command = line.split()
            ran = subprocess.run(
                command, cwd=done.path, capture_output=True, check=False
            )
            assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
