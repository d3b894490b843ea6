"""A certificate authority, an office and a time-stamp authority of one test run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "示例口令".encode()
DAY = dt.timedelta(days=1)
TSA = """[tsa]
default_tsa = here
[here]
dir = {folder}
serial = $dir/serial
crypto_device = builtin
signer_cert = $dir/tsa.pem
certs = $dir/ca.pem
signer_key = $dir/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
"""


@dataclass(frozen=True)
class Authority:
    """Files of an office: what it signs with, and what a stranger trusts."""

    ca: Path
    p12: Path
    key: Path
    cert: Path
    tsa: Path


def found(folder, *, kind="ec", days=3650):
    """Write a CA, a key of the office with certificate, and a time-stamp authority."""
    folder.mkdir(parents=True)
    root, root_key = issue("示例根", None, kind, ca=True, days=days)
    own, key = issue("示例区人民检察院", (root, root_key), kind, days=days)
    stamper, stamp_key = issue("示例时间戳", (root, root_key), kind, stamps=True)
    for name, cert in (("ca", root), ("tsa", stamper)):
        (folder / f"{name}.pem").write_bytes(pem(cert))
    (folder / "ca.key").write_bytes(private(root_key, None))
    (folder / "office.pem").write_bytes(pem(own) + pem(root))
    (folder / "office.key").write_bytes(private(key, PASSWORD))
    (folder / "tsa.key").write_bytes(private(stamp_key, None))
    (folder / "office.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"office",
            key,
            own,
            [root],
            serialization.BestAvailableEncryption(PASSWORD),
        )
    )
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(TSA.format(folder=folder.resolve()), "utf-8")
    names = ("ca.pem", "office.p12", "office.key", "office.pem", "tsa.cnf")
    return Authority(*(folder / n for n in names))


def read(cert, key):
    """Return a certificate and its key, for one that they sign."""
    with_key = serialization.load_pem_private_key(key.read_bytes(), None)
    return x509.load_pem_x509_certificate(cert.read_bytes()), with_key


def pem(cert):
    return cert.public_bytes(serialization.Encoding.PEM)


def private(key, password):
    lock = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock
    )


def issue(name, by, kind, *, ca=False, stamps=False, days=3650, first_day=-2):
    """Return a certificate and its key, signed by another pair or by itself."""
    key = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ec"
        else rsa.generate_private_key(65537, 2048)
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, sign_key = (by[0].subject, by[1]) if by else (subject, key)
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + first_day * DAY)
        .not_valid_after(now + days * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if stamps:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(sign_key, hashes.SHA256()), key
