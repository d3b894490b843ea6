"""Signatures of the office: who wrote a head or a package, checked by its certificate.

Ed25519 (RFC 8032), ECDSA with SHA-256 (FIPS 186-5) or RSASSA-PSS with SHA-256
(RFC 8017), whichever the key is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.errors import ArgumentError, Problem

if TYPE_CHECKING:
    from pathlib import Path

_REMEDY = "请用 PEM 格式的 Ed25519、椭圆曲线或 RSA 密钥"


def sign(content: bytes, key_file: Path, password: str | None = None) -> str:
    """Return the signature of the content in hexadecimal.

    Raises
    ------
    ArgumentError
        If the file holds no private key that can sign, or the password is wrong.
    """
    from cryptography.hazmat.primitives import serialization

    secret = None if password is None else password.encode()
    try:
        key: Any = serialization.load_pem_private_key(key_file.read_bytes(), secret)
        made: bytes = key.sign(content, *_how(key))
    except (OSError, TypeError, ValueError, AttributeError) as error:
        what = "读不出签名用的私钥（文件、格式或者口令不对）"
        raise ArgumentError(Problem(str(key_file), "", what, _REMEDY)) from error
    return made.hex()


def is_signed(content: bytes, signature: str, certificate: Path) -> bool:
    """Whether the holder of a certificate (or public key) signed exactly this.

    Raises
    ------
    ArgumentError
        If the file holds neither.
    """
    from cryptography.exceptions import InvalidSignature

    key = _public_key(certificate)
    try:
        key.verify(bytes.fromhex(signature), content, *_how(key))
    except (ValueError, InvalidSignature):
        return False
    return True


def _public_key(path: Path) -> Any:  # noqa: ANN401 -- one class per algorithm
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    try:
        held = path.read_bytes()
        if b"BEGIN CERTIFICATE" in held:
            return x509.load_pem_x509_certificate(held).public_key()
        return serialization.load_pem_public_key(held)
    except (OSError, ValueError) as error:
        what = "读不出证书或者公钥"
        raise ArgumentError(Problem(str(path), "", what, _REMEDY)) from error


def _how(key: Any) -> tuple[Any, ...]:  # noqa: ANN401 -- one class per algorithm
    """Return what signing and checking take beside signature and content."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    digest = hashes.SHA256()
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        pss = padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH)
        return pss, digest
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        return (ec.ECDSA(digest),)
    return ()
