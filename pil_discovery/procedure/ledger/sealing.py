"""Who gave a tip: sealed with a key that is kept apart from the ledger.

AES-256-GCM (NIST SP 800-38D); case and field are bound in, so that a sealed value
cannot be moved to another record.
"""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

from pil_discovery.errors import ArgumentError, LedgerError, Problem

if TYPE_CHECKING:
    from pathlib import Path

_KEY_BYTES = 32
_NONCE_BYTES = 12
_OWNER_ONLY = 0o600


def new_key(path: Path) -> bytes:
    """Write a new key that only its owner may read, and return it."""
    key = os.urandom(_KEY_BYTES)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, _OWNER_ONLY), "w", encoding="ascii") as file:
        file.write(f"{base64.b64encode(key).decode()}\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def read_key(path: Path) -> bytes:
    """Return the key of a file; ArgumentError if it holds none."""
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except (OSError, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        what = "不是举报人信息的密钥文件"
        raise ArgumentError(Problem(str(path), "", what, "请用登记时生成的密钥文件"))
    return key


def seal(value: str, key: bytes, *, context: str) -> str:
    """Return a text that only the key opens; `context` must be given again then."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, value.encode(), context.encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, key: bytes, *, context: str) -> str:
    """Return what was sealed; LedgerError with another key, context or text."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        raw = base64.b64decode(sealed, validate=True)
        opened = AESGCM(key).decrypt(
            raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()
        )
    except (ValueError, InvalidTag) as error:
        what = "打不开密封的举报人信息：密钥不对，或者内容被改动"
        raise LedgerError(what) from error
    return opened.decode()
