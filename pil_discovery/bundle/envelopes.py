"""CMS envelopes (RFC 5652, RFC 5753): encrypted for one certificate, EC or RSA.

The content is AES-256-CBC; for a key on a curve the content key travels by ephemeral
ECDH (X9.63 with SHA-256) and AES key wrap, for an RSA key by key transport,
so that `openssl cms -decrypt -inform DER` opens what is written here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

from pil_discovery.bundle import der
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.x509 import Certificate

_ENVELOPED = der.oid("1.2.840.113549.1.7.3")
_DATA = der.oid("1.2.840.113549.1.7.1")
_CBC = der.oid("2.16.840.1.101.3.4.1.42")
_WRAP = der.tagged(der.SEQUENCE, der.oid("2.16.840.1.101.3.4.1.45"))
_ECDH = der.tagged(der.SEQUENCE, der.oid("1.3.132.1.11.1"), _WRAP)
_EC_KEY = der.tagged(der.SEQUENCE, der.oid("1.2.840.10045.2.1"))
_RSA = der.tagged(der.SEQUENCE, der.oid("1.2.840.113549.1.1.1"), der.NULL)
_BLOCK, _PIECE = 16, 1 << 20


def enveloped(source: BinaryIO, size: int, certificate: bytes) -> Iterator[bytes]:
    """Yield the envelope (DER) of a file for a certificate, piece by piece.

    Parameters
    ----------
    source
        What is encrypted, of `size` bytes.
    certificate
        Certificate (DER) of the one who may open it.
    """
    from cryptography import x509

    key, vector = os.urandom(32), os.urandom(16)
    recipient = _recipient(x509.load_der_x509_certificate(certificate), key)
    cipher = der.tagged(der.SEQUENCE, _CBC, der.tagged(der.OCTETS, vector))
    padded = (size // _BLOCK + 1) * _BLOCK
    inner = _DATA + cipher
    content = len(inner) + len(der.header(0x80, padded)) + padded
    before = der.integer(2) + der.tagged(der.SET, recipient)
    whole = len(before) + len(der.header(der.SEQUENCE, content)) + content
    data = len(der.header(der.SEQUENCE, whole)) + whole
    yield der.header(der.SEQUENCE, len(_ENVELOPED) + len(der.header(0xA0, data)) + data)
    yield _ENVELOPED + der.header(0xA0, data) + der.header(der.SEQUENCE, whole)
    yield before + der.header(der.SEQUENCE, content) + inner + der.header(0x80, padded)
    yield from _encrypted(source, key, vector)


def open_envelope(
    data: bytes, certificate: bytes, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> bytes:
    """Return what an envelope of this module holds.

    Raises
    ------
    BundleError
        When it was made for another certificate, or is damaged.
    """
    try:
        return _opened(data, certificate, key)
    except (ValueError, IndexError, TypeError) as error:
        what = "打不开：不是为这份证书加密的，或者内容已损坏"
        raise BundleError(Problem("密封附件", "", what)) from error


def _encrypted(source: BinaryIO, key: bytes, vector: bytes) -> Iterator[bytes]:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    pad = PKCS7(8 * _BLOCK).padder()
    cipher = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    for piece in iter(lambda: source.read(_PIECE), b""):
        yield cipher.update(pad.update(piece))
    yield cipher.update(pad.finalize()) + cipher.finalize()


def _recipient(certificate: Certificate, key: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public, whose = certificate.public_key(), _whose(certificate)
    if isinstance(public, rsa.RSAPublicKey):
        locked = public.encrypt(key, padding.PKCS1v15())
        parts = (der.integer(0), whose, _RSA, der.tagged(der.OCTETS, locked))
        return der.tagged(der.SEQUENCE, *parts)
    if not isinstance(public, ec.EllipticCurvePublicKey):
        what = "证书的公钥不是 ECDSA 或者 RSA，不能为它加密附件"
        raise BundleError(Problem("--cert", "", what))
    own = ec.generate_private_key(public.curve)
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    locked = _wrapped(own.exchange(ec.ECDH(), public), key)
    origin = der.tagged(0xA1, _EC_KEY, der.tagged(der.BITS, b"\0", point))
    entry = der.tagged(der.SEQUENCE, whose, der.tagged(der.OCTETS, locked))
    parts = (
        *(der.integer(3), der.tagged(0xA0, origin), _ECDH),
        der.tagged(der.SEQUENCE, entry),
    )
    return der.tagged(0xA1, *parts)


def _whose(certificate: Certificate) -> bytes:
    serial = der.integer(certificate.serial_number)
    return der.tagged(der.SEQUENCE, certificate.issuer.public_bytes(), serial)


def _key_of(shared: bytes) -> bytes:
    """Return the wrapping key of a shared secret (RFC 5753, 7.2)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

    bits = der.tagged(0xA2, der.tagged(der.OCTETS, (256).to_bytes(4, "big")))
    info = der.tagged(der.SEQUENCE, _WRAP, bits)
    return X963KDF(SHA256(), 32, info).derive(shared)


def _wrapped(shared: bytes, key: bytes) -> bytes:
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap

    return aes_key_wrap(_key_of(shared), key)


def _opened(
    data: bytes, certificate: bytes, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    whose = _whose(x509.load_der_x509_certificate(certificate))
    outer = der.members(der.read(data).content)
    _, recipients, content = der.members(der.read(outer[1].content).content)
    _, cipher, locked = der.members(content.content)
    vector = der.members(cipher.content)[1].content
    secret = _content_key(der.read(recipients.content), whose, key)
    plain = Cipher(algorithms.AES(secret), modes.CBC(vector)).decryptor()
    pad = PKCS7(8 * _BLOCK).unpadder()
    return pad.update(plain.update(locked.content) + plain.finalize()) + pad.finalize()


def _content_key(
    recipient: der.Value,
    whose: bytes,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

    parts = der.members(recipient.content)
    if recipient.tag == der.SEQUENCE and not isinstance(
        key, ec.EllipticCurvePrivateKey
    ):
        _demand(fits=der.tagged(der.SEQUENCE, parts[1].content) == whose)
        return key.decrypt(parts[3].content, padding.PKCS1v15())
    if recipient.tag != 0xA1 or not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("another kind of key")
    point = der.members(der.members(parts[1].content)[0].content)[1].content[1:]
    entry = der.members(der.members(parts[3].content)[0].content)
    _demand(fits=der.tagged(der.SEQUENCE, entry[0].content) == whose)
    other = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, point)
    return aes_key_unwrap(_key_of(key.exchange(ec.ECDH(), other)), entry[1].content)


def _demand(*, fits: bool) -> None:
    if not fits:
        raise ValueError("another certificate")
