"""RFC 3161 time stamps: the request, the authority's reply, and whether they fit."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery.bundle import der
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

if os.name == "posix":  # Windows has no file locks of this kind
    import fcntl

_SHA256 = der.tagged(der.SEQUENCE, der.oid("2.16.840.1.101.3.4.2.1"), der.NULL)
_TIME_STAMP_INFO = der.oid("1.2.840.113549.1.9.16.1.4")
_LARGEST = 1 << 20
_WAIT_S = 30


def stamp(data: bytes, authority: str) -> bytes:
    """Return the whole reply of an authority to a request for a stamp over data.

    Parameters
    ----------
    data
        What is stamped; only its SHA-256 is sent.
    authority
        Configuration of `openssl ts` for a local authority, or an address beginning
        with http: or https:. The network is used in the second case only.

    Raises
    ------
    BundleError
        When no reply comes, or it is not a stamp for this request: a bundle that is to
        be stamped is not finished without.
    """
    digest, nonce = hashlib.sha256(data).digest(), secrets.randbits(63)
    query = _query(digest, nonce)
    remote = authority.startswith(("http://", "https://"))
    reply = _ask(authority, query) if remote else _issue(Path(authority), query)
    if fault := reply_fault(reply, digest, nonce):
        raise BundleError(Problem("--tsa", "", f"时间戳不能用：{fault}"))
    return reply


def _query(digest: bytes, nonce: int) -> bytes:
    imprint = der.tagged(der.SEQUENCE, _SHA256, der.tagged(der.OCTETS, digest))
    parts = (der.integer(1), imprint, der.integer(nonce), der.TRUE)
    return der.tagged(der.SEQUENCE, *parts)


def reply_fault(reply: bytes, digest: bytes, nonce: int | None = None) -> str:
    """Return why a reply is no stamp over a SHA-256, or nothing.

    Whose stamp it is, is not asked here: the verifier asks it of `openssl ts`.
    """
    try:
        return _fault(reply, digest, nonce)
    except (ValueError, IndexError):
        return "不是 RFC 3161 的完整应答"


def _fault(reply: bytes, digest: bytes, nonce: int | None) -> str:
    whole = der.read(reply)
    status, *token = der.members(whole.content)
    if whole.tag != der.SEQUENCE or whole.end != len(reply):
        return "应答不是 DER，或者后面还有别的内容"
    granted = int.from_bytes(der.members(status.content)[0].content, "big")
    if granted > 1 or not token:
        return f"时间戳机构没有同意（状态 {granted}）"
    info = _info(token[0].content)
    imprint = der.members(info[2].content)
    if imprint[1].content != digest:
        return "时间戳是别的内容的"
    told = [int.from_bytes(v.content, "big") for v in info[5:] if v.tag == der.INTEGER]
    return "" if nonce is None or nonce in told else "应答不是对这次申请的"


def _info(token: bytes) -> list[der.Value]:
    """Return the members of the TSTInfo inside a token (RFC 3161, 2.4.2)."""
    signed = der.members(der.members(der.members(token)[1].content)[0].content)
    kind, content = der.members(signed[2].content)
    if der.tagged(der.OID, kind.content) != _TIME_STAMP_INFO:
        raise ValueError("not a time stamp")
    return der.members(der.read(der.read(content.content).content).content)


def _issue(config: Path, query: bytes) -> bytes:
    """Let the local authority answer; its paths are those of its configuration."""
    if not config.is_file():
        what = "没有这个时间戳配置文件"
        raise BundleError(Problem(str(config), "--tsa", what, "或者给出 https:// 地址"))
    program = shutil.which("openssl")
    if program is None:
        what = "本地时间戳要用 openssl 命令，这台电脑上没有"
        raise BundleError(Problem("--tsa", "", what))
    with tempfile.TemporaryDirectory(prefix="pil-") as folder:
        asked, answer = Path(folder) / "request.tsq", Path(folder) / "reply.tsr"
        asked.write_bytes(query)
        with _in_turn(config):
            done = subprocess.run(  # noqa: S603 -- fixed arguments, no shell
                [
                    *(program, "ts", "-reply", "-queryfile", str(asked)),
                    *("-config", str(config.resolve()), "-out", str(answer)),
                ],
                cwd=config.resolve().parent,
                capture_output=True,
                check=False,
                timeout=_WAIT_S,
            )
        if done.returncode != 0 or not answer.is_file():
            words = done.stderr.decode("utf-8", "replace").strip().splitlines()
            what = f"本地时间戳机构没有应答：{words[-1] if words else '原因不明'}"
            raise BundleError(Problem(config.name, "--tsa", what))
        return answer.read_bytes()


@contextmanager
def _in_turn(config: Path) -> Iterator[None]:
    """Let one process ask at a time: the authority counts its stamps in one file."""
    if os.name != "posix":
        yield
        return
    with config.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _ask(address: str, query: bytes) -> bytes:
    """Ask an authority on the network; the user gave its address."""
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    kind = {"Content-Type": "application/timestamp-query"}
    request = Request(address, data=query, headers=kind)  # noqa: S310 -- http(s) only
    try:
        with urlopen(request, timeout=_WAIT_S) as answer:  # noqa: S310
            return bytes(answer.read(_LARGEST))
    except (URLError, OSError) as error:
        what = f"时间戳机构没有应答：{error}"
        raise BundleError(Problem("--tsa", "", what, "核对地址和网络")) from error
