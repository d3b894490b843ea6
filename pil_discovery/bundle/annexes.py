"""The sealed annex: what a profile took out, encrypted for the office's certificate.

It is a bag of its own beside the bundle, with one encrypted file; whoever has the key
opens single fields of it, and each opened value is held against its commitment.
"""

from __future__ import annotations

import hmac
import io
import json
import tempfile
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from pil_discovery.bundle import bags, sealing, staging, verifier
from pil_discovery.bundle.canonical import json_lines
from pil_discovery.bundle.envelopes import enveloped, open_envelope
from pil_discovery.bundle.exhibits import stored_name, used_sources
from pil_discovery.bundle.redaction import Secret, commitment, field_salt
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from pil_discovery.bundle.redacting import Redacted
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.bundle.sealing import Seal
    from pil_discovery.bundle.signing import KeySigner

PAYLOAD = "data/sealed.p7m"
COMMITMENTS = "data/03_分析/commitments.jsonl"
_FIELDS = "fields.jsonl"
_ROOT = "Bundle-Root-SHA256"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_README = """密封附件 {name}

data/sealed.p7m 是加密文件（CMS，AES-256），只有检察院的证书能打开。里面是证据包
{bundle} 中被替换的内容、各自的盐值，以及来源文件。打开其中一项：

    pil verify {name} --open 姓名1 --by 打开人 --on 日期 --p12 证书文件

也可以用 openssl 解开整个文件（得到 zip）：

    openssl cms -decrypt -binary -inform DER -in data/sealed.p7m -inkey 私钥.pem -recip 证书.pem -out sealed.zip
"""  # noqa: E501 — a command line stays whole


@dataclass(frozen=True)
class Opened:
    """A field of the annex; `proven` says that the bundle is bound to this value."""

    label: str
    kind: str
    value: str
    salt: str
    proven: bool


def commitment_lines(redacted: Redacted) -> bytes:
    """Return a line for each label: its kind, and the commitment to its value."""
    return json_lines(
        {
            "label": s.label,
            "kind": s.kind,
            "commitment": commitment(s, field_salt(redacted.salt, s)),
        }
        for s in redacted.secrets
    )


def build_annex(
    request: BundleRequest, redacted: Redacted, root: str, seal: Seal
) -> Path:
    """Write the sealed annex of a bundle beside it; one that is there already stays.

    Raises
    ------
    BundleError
        When an annex of another bundle stands there, or this one is damaged.
    """
    name = f"{request.name}.sealed"
    final = request.out / name
    if final.exists() or final.is_symlink():
        _demand_ours(final, root)
        return final
    with staging.staged(request.out, name) as folder, tempfile.TemporaryFile() as plain:
        _pack(plain, request, redacted)
        size = plain.tell()
        plain.seek(0)
        pieces = enveloped(plain, size, seal.signer.certificate)
        digest, length = staging.receive(folder, PAYLOAD, pieces)
        info = {
            "Source-Organization": request.office.name,
            "External-Identifier": name,
            "Bagging-Date": request.as_of.isoformat(),
            "Payload-Oxum": f"{length}.1",
            "Document-Kind": "sealed-annex",
            _ROOT: root,
            **seal.declaration(),
        }
        text = _README.format(name=name, bundle=request.name)
        bags.write_tags(folder, {PAYLOAD: digest}, info=info, readme=text.encode())
        sealing.seal(folder, name, seal)
        if report := verifier.inspect(str(folder)).problems:
            raise BundleError(Problem(name, f, w) for _, f, w in report)
        staging.publish(folder, final)
    return final


def open_annex(
    annex: Path, labels: Sequence[str], signer: KeySigner, note: tuple[str, dt.date]
) -> list[Opened]:
    """Open single fields of an annex, and write down who did so and when.

    Parameters
    ----------
    labels
        Labels, with or without their brackets («姓名1»).
    signer
        The office's key.
    note
        Who opens, and on which day; it is added to `<annex>.log.jsonl` beside it.

    Raises
    ------
    BundleError
        When the annex is damaged, not for this key, or knows no such label, or the
        bundle beside it is another or was changed.
    """
    if problems := verifier.inspect(str(annex)).problems:
        raise BundleError(Problem(annex.name, f, w) for _, f, w in problems)
    data = open_envelope((annex / PAYLOAD).read_bytes(), signer.certificate, signer.key)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        lines = packed.read(_FIELDS).decode().splitlines()
    known = {line["label"]: line for line in map(json.loads, lines)}
    wanted = [f"【{label.strip('【】')}】" for label in labels]
    if unknown := [w for w in wanted if w not in known]:
        what = f"没有这一项：{'、'.join(unknown)}"
        raise BundleError(Problem(annex.name, "--open", what))
    bound = _commitments(annex)
    _log(annex, wanted, note)
    return [_opened(known[w], bound.get(w, "")) for w in wanted]


def _opened(line: dict[str, str], bound: str) -> Opened:
    secret = Secret(line["label"], line["kind"], line["value"])
    found = commitment(secret, bytes.fromhex(line["salt"]))
    proven = hmac.compare_digest(found, bound)
    return Opened(secret.label, secret.kind, secret.value, line["salt"], proven)


def _commitments(annex: Path) -> dict[str, str]:
    """Return the commitments of the bundle beside an annex, if it is the one meant."""
    bundle = annex.with_name(annex.name.removesuffix(".sealed"))
    path = bundle / COMMITMENTS
    if not path.is_file():
        return {}
    info = (annex / "bag-info.txt").read_text("utf-8").splitlines()
    root = next((x.partition(": ")[2] for x in info if x.startswith(_ROOT)), "")
    if verifier.inspect(str(bundle), root=root).problems:
        what = "旁边的证据包不是这个附件所属的那一个，或者有改动，不能用来核对"
        raise BundleError(Problem(bundle.name, "", what, "放上原来的证据包再打开"))
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    return {line["label"]: line["commitment"] for line in lines}


def _log(annex: Path, labels: list[str], note: tuple[str, dt.date]) -> None:
    by, on = note
    line = {"opened": labels, "by": by, "on": on.isoformat()}
    with annex.with_name(f"{annex.name}.log.jsonl").open("ab") as file:
        file.write(json_lines([line]))


def _pack(target: BinaryIO, request: BundleRequest, redacted: Redacted) -> None:
    lines = (
        {
            "label": s.label,
            "kind": s.kind,
            "value": s.value,
            "salt": field_salt(redacted.salt, s).hex(),
        }
        for s in redacted.secrets
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(_entry(_FIELDS), json_lines(lines))
        for source in used_sources(request):
            path = request.source_paths.get(source.file)
            dataset = request.datasets.get(source.dataset or "")
            tips = dataset is not None and dataset.tips
            if path is not None and path.is_file() and not tips:
                name = f"sources/{stored_name(source.sha256, source.file)}"
                if name not in packed.namelist():
                    _add(packed, name, path)


def _add(packed: zipfile.ZipFile, name: str, path: Path) -> None:
    with (
        packed.open(_entry(name), "w", force_zip64=True) as new,
        path.open("rb") as old,
    ):
        for block in iter(lambda: old.read(1 << 20), b""):
            new.write(block)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _demand_ours(final: Path, root: str) -> None:
    report = verifier.inspect(str(final))
    info = (final / "bag-info.txt").read_text("utf-8") if not report.problems else ""
    if f"{_ROOT}: {root}\n" not in info:
        what = "已有同名密封附件，属于另一个证据包，或者已损坏"
        remedy = "不会覆盖：移走原附件，或者换一个输出文件夹"
        raise BundleError(Problem(final.name, "", what, remedy))
