"""The office's signature: CMS over the tag manifest, and a plain one over a head."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from pil_discovery.bundle.seal_checks import P256_ORDER
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.x509 import Certificate

    PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Signer(Protocol):
    """What can sign: a key file here, a USB key or another algorithm elsewhere.

    A driver for a USB key or for SM2 implements these three and nothing else; the key
    itself never passes through this program.
    """

    @property
    def certificate(self) -> bytes:
        """The certificate (DER) of the key."""

    def sign_cms(self, data: bytes) -> bytes:
        """Return a detached CMS signature (DER) over data, with the certificates."""

    def sign_plain(self, data: bytes) -> bytes:
        """Return a plain signature over data with SHA-256 (ECDSA in DER, or RSA)."""


@dataclass(frozen=True)
class KeySigner:
    """A key in memory, ECDSA or RSA, with its certificate and those above it.

    It crosses to a process that this one started, through the pipe between the two; it
    is never written to a file.
    """

    key: PrivateKey
    own: Certificate
    chain: tuple[Certificate, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        """Take key and certificates apart, as bytes that another process reads."""
        from cryptography.hazmat.primitives import serialization as forms

        der = forms.Encoding.DER
        plain = forms.NoEncryption()
        private = self.key.private_bytes(der, forms.PrivateFormat.PKCS8, plain)
        certs = [c.public_bytes(der) for c in (self.own, *self.chain)]
        return _put_together, (private, *certs)

    @property
    def certificate(self) -> bytes:
        """The certificate (DER) of the key."""
        from cryptography.hazmat.primitives.serialization import Encoding

        return self.own.public_bytes(Encoding.DER)

    def sign_cms(self, data: bytes) -> bytes:
        """Return a detached CMS signature (DER, RFC 5652) with the signing time.

        The time of signing is the clock's: a signature is an act of its day, and is
        not among the bytes that two builds share.
        """
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

        builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
        builder = builder.add_signer(self.own, self.key, SHA256())
        for other in self.chain:
            builder = builder.add_certificate(other)
        options = pkcs7.PKCS7Options
        return builder.sign(
            Encoding.DER,
            [options.Binary, options.DetachedSignature, options.NoCapabilities],
        )

    def sign_plain(self, data: bytes) -> bytes:
        """Return a plain signature over data with SHA-256.

        Of the two values that an ECDSA signature may have the smaller is taken, so
        that no second signature can be made out of one.
        """
        from cryptography.hazmat.primitives.asymmetric import ec, padding
        from cryptography.hazmat.primitives.hashes import SHA256

        if not isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), SHA256())
        return _smaller(self.key.sign(data, ec.ECDSA(SHA256())), self.key.curve)


def _put_together(private: bytes, own: bytes, *chain: bytes) -> KeySigner:
    from cryptography.hazmat.primitives.serialization import load_der_private_key
    from cryptography.x509 import load_der_x509_certificate as read

    key = cast("PrivateKey", load_der_private_key(private, None))
    return KeySigner(key, read(own), tuple(map(read, chain)))


def _smaller(signature: bytes, curve: ec.EllipticCurve) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import utils

    if curve.name != "secp256r1":
        return signature
    r, s = utils.decode_dss_signature(signature)
    return utils.encode_dss_signature(r, min(s, P256_ORDER - s))


def fingerprint(signer: Signer) -> str:
    """Return the SHA-256 of a signer's certificate."""
    return hashlib.sha256(signer.certificate).hexdigest()


def load_signer(
    *,
    p12: Path | None = None,
    key: Path | None = None,
    cert: Path | None = None,
    password: bytes | None = None,
) -> KeySigner:
    """Read the office's key: a PKCS#12 file, or a key and a certificate (PEM or DER).

    Certificates that follow in the file of the certificate travel with the signature.

    Raises
    ------
    BundleError
        When a file cannot be read, the password is wrong, key and certificate do not
        belong together, or the key is of a kind that the signature does not know.
    """
    if p12 is not None:
        signer = _from_p12(p12, password)
    elif key is not None and cert is not None:
        signer = _from_files(key, cert, password)
    else:
        what = "签名要用 --p12，或者 --key 连同 --cert"
        raise BundleError(Problem("--key", "", what))
    _check_pair(signer, p12 or key)
    return signer


def _from_p12(path: Path, password: bytes | None) -> KeySigner:
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        key, own, chain = pkcs12.load_key_and_certificates(path.read_bytes(), password)
    except (ValueError, TypeError) as error:
        raise _unreadable(path, "PKCS#12 文件") from error
    if key is None or own is None:
        what = "文件里没有私钥和证书"
        raise BundleError(Problem(path.name, "", what, "重新导出，连同私钥"))
    return KeySigner(_known(key, path), own, tuple(chain))


def _from_files(key: Path, cert: Path, password: bytes | None) -> KeySigner:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    data = key.read_bytes()
    is_text = data.lstrip().startswith(b"-----BEGIN")
    encrypted = b"ENCRYPTED" in data if is_text else password is not None
    given = password if encrypted else None
    try:
        private: object = (
            serialization.load_pem_private_key(data, given)
            if is_text
            else serialization.load_der_private_key(data, given)
        )
    except (ValueError, TypeError) as error:
        raise _unreadable(key, "私钥文件") from error
    told = cert.read_bytes()
    try:
        own, *chain = (
            x509.load_pem_x509_certificates(told)
            if b"-----BEGIN" in told
            else [x509.load_der_x509_certificate(told)]
        )
    except ValueError as error:
        what = "不是证书（PEM 或者 DER）"
        raise BundleError(Problem(cert.name, "", what)) from error
    return KeySigner(_known(private, key), own, tuple(chain))


def _unreadable(path: Path, kind: str) -> BundleError:
    what = f"不能打开{kind}：口令不对，或者文件已损坏"
    remedy = "口令写在环境变量 PIL_KEY_PASSWORD 里，或者在提示时输入"
    return BundleError(Problem(path.name, "", what, remedy))


def _known(key: object, path: Path) -> PrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)):
        return key
    what = "私钥不是 ECDSA 或者 RSA"
    remedy = "国密 SM2 或者 USB 密钥要用另外的签名插件"
    raise BundleError(Problem(path.name, "", what, remedy))


def _check_pair(signer: KeySigner, path: Path | None) -> None:
    if signer.own.public_key() != signer.key.public_key():
        what = "私钥和证书不是一对"
        raise BundleError(Problem(path.name if path else "", "", what, "核对两个文件"))
