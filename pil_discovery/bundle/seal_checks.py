# ruff: noqa: PTH100, PTH113, PTH117, PTH118, PTH123, S603
"""The seal as a stranger checks it: signature, time stamp, head of the ledger.

Standard library only; `openssl` does the cryptography. This file travels inside
`verify.py`, before the rest of it.
"""

from __future__ import annotations

import base64
import calendar
import hashlib
import json
import os
import re
import stat
import subprocess
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
SIGNATURE, TIMESTAMP, LOG_HEAD = "signature.p7s", "timestamp.tsr", "log-head.json"
SEAL_FILES = (SIGNATURE, TIMESTAMP, LOG_HEAD)
"""Files outside the tag manifest: an exact list, each with a proof of its own."""
SEAL, SIGNER = "Seal", "Signer-Certificate-SHA256"
"""Labels in bag-info.txt: the files of the seal, and whose it is."""
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LIMIT = 64 << 20
"""No manifest is larger than this; a larger one is refused unread."""


class Report:
    """What was found: `problems` are (kind, file, words), `root` is the root hash."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str, str]] = []
        self.root: str | None = None
        self.signed = self.trusted = False
        self.seal = "未签名"

    def add(self, kind: str, file: str, words: str) -> None:
        """Note one difference."""
        self.problems.append((kind, file, words))


def _open(folder: str, name: str) -> int:
    # O_NOFOLLOW and O_NONBLOCK: a link or a pipe put there meanwhile cannot trap us.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.open(os.path.join(folder, name), flags | getattr(os, "O_BINARY", 0))


def digest(folder: str, name: str) -> str:
    """Return the SHA-256 of a file."""
    total = hashlib.sha256()
    with os.fdopen(_open(folder, name), "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            total.update(block)
    return total.hexdigest()


def content(folder: str, name: str) -> bytes:
    """Return the bytes of a file, no more than one above the limit."""
    with os.fdopen(_open(folder, name), "rb") as file:
        return file.read(LIMIT + 1)


def plain(folder: str, name: str) -> bool:
    """Whether a name is a plain file, no link."""
    return stat.S_ISREG(os.lstat(os.path.join(folder, name)).st_mode)


def check_seal(folder: str, trust: str | None, files: set[str], report: Report) -> None:
    """Check the files of the seal against `bag-info.txt`, each other, and a CA.

    Without a CA the signature is held against its own certificate: it then shows that
    nothing changed since, not who signed.
    """
    told = _declared(folder, files)
    there = {n for n in SEAL_FILES if n in files and plain(folder, n)}
    names = set(told.get(SEAL, "").split())
    for name in sorted((names & set(SEAL_FILES)) - files):
        report.add("missing", name, "bag-info.txt 写明应有的这个文件缺失")
    if SIGNATURE not in there:
        if trust is not None:  # nothing there to hold the certificate against
            report.add("missing", SIGNATURE, "没有签名，无法用 --trust 的证书核验")
    elif _program() is None:
        report.seal = "签名未核验（没有 openssl 命令）"
        if trust is not None or not names:
            report.add("malformed", SIGNATURE, "没有 openssl 命令，不能核验签名")
    else:
        _check_signature(folder, (trust, told), there, report)
    if trust is not None and report.trusted:
        names.add(SIGNATURE)  # one that was added later proves itself
    for name in sorted(there - names):
        report.add("added", name, "bag-info.txt 没有写明的签名文件")


def _declared(folder: str, files: set[str]) -> dict[str, str]:
    if "bag-info.txt" not in files or not plain(folder, "bag-info.txt"):
        return {}
    lines = content(folder, "bag-info.txt").decode("utf-8", "replace").split("\n")
    pairs = (line.partition(": ") for line in lines)
    return {label: text for label, mark, text in pairs if mark}


def _check_signature(
    folder: str,
    by: tuple[str | None, Mapping[str, str]],
    there: set[str],
    report: Report,
) -> None:
    trust, told = by
    wanted = told.get(SIGNER)
    stamp = _inside(folder, TIMESTAMP) if TIMESTAMP in there else None
    with tempfile.TemporaryDirectory(prefix="pil-") as place:
        signer = os.path.join(place, "signer.pem")
        # a certificate that has expired since signed rightly at the time of the stamp
        at: tuple[str, ...] = () if stamp is None else _stamped_at(stamp, place)
        if stamp is not None and trust is not None:
            given = ("-data", _inside(folder, SIGNATURE), "-in", stamp, *at)
            if not _openssl("ts", "-verify", *given, "-CAfile", os.path.abspath(trust)):
                report.add("changed", TIMESTAMP, "时间戳核验不通过")
        known: tuple[str, ...] = ("-noverify",)
        if trust is not None:
            known = ("-CAfile", os.path.abspath(trust), "-purpose", "any", *at)
        given = ("-binary", "-content", _inside(folder, TAGMANIFEST), "-inform", "DER")
        report.signed = _openssl(
            *("cms", "-verify", *given, "-in", _inside(folder, SIGNATURE), *known),
            *("-signer", signer, "-out", os.devnull),
        )
        report.trusted = report.signed and trust is not None
        if not report.signed:
            report.add("changed", SIGNATURE, "签名核验不通过")
            return
        if wanted is not None and wanted != _fingerprint(signer):
            report.add("changed", SIGNATURE, "签名证书不是 bag-info.txt 写明的那一份")
        if LOG_HEAD in there and not _headed(folder, there, place):
            report.add("changed", LOG_HEAD, "台账头与本包不符，或者其签名核验不通过")
        report.seal = _seal_words(signer, told.get("Source-Organization"), trust)


def _seal_words(signer: str, office: str | None, trust: str | None) -> str:
    """Say whose certificate it is: a CA may have given one to others too."""
    form = ("-noout", "-subject", "-nameopt", "multiline,utf8,-esc_msb")
    lines = _told("x509", "-in", signer, *form).decode("utf-8", "replace").split("\n")
    parts = [line.partition(" = ")[2].strip() for line in lines]
    name = "，".join("".join(c for c in p if c.isprintable()) for p in parts if p)
    mark = _fingerprint(signer)[:16]
    words = f"已签名：{name}（证书 {mark}…）"
    if trust is None:
        words = f"已签名（签名人未核对，自称{name}，用 --trust 给出根证书）"
    if office is not None and not any(office in part for part in parts):
        words += f"；注意：签名人与本包写明的单位“{office}”名称不同"
    return words


def _stamped_at(stamp: str, place: str) -> tuple[str, ...]:
    # Of the reply only the token is signed: words around it could name another day.
    token = os.path.join(place, "token")
    _told("ts", "-reply", "-in", stamp, "-token_out", "-out", token)
    text = _told("ts", "-reply", "-in", token, "-token_in", "-text")
    form = rb"^Time stamp: (\w{3}) +(\d+) ([\d:]{8})[.\d]* (\d{4}) GMT"
    found = re.search(form, text, re.MULTILINE)
    if found is None:
        return ()
    month, day, clock, year = (part.decode() for part in found.groups())
    number = "JanFebMarAprMayJunJulAugSepOctNovDec".find(month) // 3 + 1
    hour, minute, second = map(int, clock.split(":"))
    moment = (int(year), number, int(day), hour, minute, second)
    return ("-attime", str(calendar.timegm(moment)))


def _fingerprint(signer: str) -> str:
    with open(signer, encoding="ascii") as file:
        body = file.read().partition("-----BEGIN CERTIFICATE-----")[2]
    whole = base64.b64decode(body.partition("-----END")[0])
    return hashlib.sha256(whole).hexdigest()


def head_bytes(head: Mapping[str, object]) -> bytes:
    """Return the one way in which a head is written."""
    return json.dumps(head, sort_keys=True, indent=1).encode("ascii") + b"\n"


def _headed(folder: str, there: set[str], place: str) -> bool:
    data = content(folder, LOG_HEAD)
    head = json.loads(data)
    if not isinstance(head, dict) or head_bytes(head) != data:
        return False
    stamp = digest(folder, TIMESTAMP) if TIMESTAMP in there else None
    wanted = {
        "root_sha256": digest(folder, TAGMANIFEST),
        "signature_sha256": digest(folder, SIGNATURE),
        "timestamp_sha256": stamp,
    }
    proof = str(head.pop("proof", ""))
    raw = base64.b64decode(proof, validate=True)
    if any(head.get(k) != v for k, v in wanted.items()) or not _one_way(raw, proof):
        return False
    with open(os.path.join(place, "head"), "wb") as file:
        file.write(head_bytes(head))
    with open(os.path.join(place, "proof"), "wb") as file:
        file.write(raw)
    with open(os.path.join(place, "key.pem"), "wb") as file:
        file.write(_told("x509", "-in", os.path.join(place, "signer.pem"), "-pubkey"))
    key, proof = (os.path.join(place, n) for n in ("key.pem", "proof"))
    given = ("-sha256", "-verify", key, "-signature", proof)
    return _openssl("dgst", *given, os.path.join(place, "head"))


def _one_way(raw: bytes, written: str) -> bool:
    """Whether bytes and text are the only spelling: of two P-256 values the smaller."""
    if base64.b64encode(raw).decode() != written:
        return False
    if not 8 <= len(raw) <= 72 or raw[:1] != b"\x30":
        return True  # not ECDSA over a curve of 256 bits
    second = raw[4 + raw[3] :]
    return int.from_bytes(second[2:], "big") <= P256_ORDER // 2


def _inside(folder: str, name: str) -> str:
    return os.path.join(os.path.abspath(folder), name)


def _openssl(*arguments: str) -> bool:
    return _run(arguments)[0] == 0


def _told(*arguments: str) -> bytes:
    return _run(arguments)[1]


def _program() -> str | None:
    """Return where openssl is; one that lies in the folder at hand is never run."""
    name = "openssl.exe" if os.name == "nt" else "openssl"
    for place in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(place, name)
        if os.path.isabs(place) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def _run(arguments: tuple[str, ...]) -> tuple[int, bytes]:
    program = _program()
    if program is None:
        return 1, b""
    try:
        done = subprocess.run(
            [program, *arguments], capture_output=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return 1, b""
    return done.returncode, done.stdout
