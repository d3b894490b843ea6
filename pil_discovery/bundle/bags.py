"""The bag around the payload (BagIt 1.0, RFC 8493): manifests and tag files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery.bundle import seal_checks, staging, verifier
from pil_discovery.bundle.words import date_zh

if TYPE_CHECKING:
    from pil_discovery.bundle.requests import BundleRequest

Digests = Mapping[str, str]
_FUTURE = "from __future__ import annotations\n"

# The lines of commands stay whole: a reader copies them.
_README = """证据包 {name}
{title}（待核查）
{office}　{date}

一、核验（在本文件夹内运行）

本包未签名时，只适用下面两行；没有输出、返回值为 0 即为一致：

    sha256sum --strict --quiet -c manifest-sha256.txt
    sha256sum --strict --quiet -c tagmanifest-sha256.txt

文件夹里有 signature.p7s（签名）和 timestamp.tsr（时间戳）时，才另外适用下面两行，
ca.pem 是另行取得的根证书：

    openssl cms -verify -binary -content tagmanifest-sha256.txt -in signature.p7s -inform DER -CAfile ca.pem -purpose any -out /dev/null
    openssl ts -verify -data signature.p7s -in timestamp.tsr -CAfile ca.pem

sha256sum 看不见多出来的文件。下面的程序（只需 Python）看得见增加、改名、链接、
空文件夹和清单换序：

    python verify.py . --root 根校验值
    python verify.py . --trust ca.pem        （已签名的包）

根校验值是 tagmanifest-sha256.txt 的 SHA-256，装包时显示，应当另行保存。整包连同清单
被改写的未签名包，只有用另行保存的根校验值才能发现。包内的 verify.py 也可能被人改动，
请优先使用另行取得的一份。

二、内容

    data/{folder}      文书（Word 稿可以编辑，另存到包外再改；PDF 为存档稿）
    data/01_证据清单    全部文件及校验值
    data/02_原始材料    来源文件的只读副本
    data/03_分析        证据项、来源行、图件、文书中每个数字的出处
    data/04_方法        监督模型、参数、法律版本、局限说明

本包所列情况由数据筛查形成，均待核查，不是对任何单位或者个人是否违法的认定。
"""  # noqa: E501 — a command line stays whole


def write_tags(
    folder: Path, digests: Digests, *, info: Mapping[str, str], readme: bytes
) -> str:
    """Write the tag files around a payload; return the root hash of the bag."""
    lines = (f"{k}: {' '.join(str(v).split())}\n" for k, v in info.items())
    tags = {
        "bagit.txt": verifier.DECLARATION,
        "bag-info.txt": "".join(lines).encode("utf-8", errors="replace"),
        "README.txt": readme,
        "verify.py": verify_script(),
        seal_checks.MANIFEST: manifest(digests),
    }
    written = {p: staging.write(folder, p, d) for p, d in tags.items()}
    return staging.write(folder, seal_checks.TAGMANIFEST, manifest(written))


def bag_info(request: BundleRequest, files: Mapping[str, int]) -> dict[str, str]:
    """Return what `bag-info.txt` says; the bagging date is the date of the scan."""
    return {
        "Source-Organization": request.office.name,
        "External-Identifier": request.name,
        "Bagging-Date": request.as_of.isoformat(),
        "Payload-Oxum": f"{sum(files.values())}.{len(files)}",
        "Document-Kind": request.kind,
        "Lead-Identifier": request.lead.lead_id,
        "Profile": request.profile,
        **(request.seal.declaration() if request.seal else {}),
    }


def readme(request: BundleRequest, *, title: str, folder: str) -> bytes:
    """Return `README.txt` with the lines by which a stranger verifies the bundle."""
    text = _README.format(
        name=request.name,
        title=title,
        folder=folder,
        office=" ".join(request.office.name.split()),
        date=date_zh(request.as_of),
    )
    return text.encode("utf-8", errors="replace")


def verify_script() -> bytes:
    """Return the program that travels in the bundle: the verifier itself, in one file.

    The checks of the seal stand where the verifier imports them.
    """
    main = Path(verifier.__file__).read_text(encoding="utf-8")
    seal = Path(seal_checks.__file__).read_text(encoding="utf-8")
    checks = seal.partition(_FUTURE)[2]
    own = re.sub(r"from pil_discovery[\w.]* import \([^)]*\)\n", "", main)
    head, future, body = own.partition(_FUTURE)
    return f"{head}{future}{checks}{body}".encode()


def manifest(digests: Digests) -> bytes:
    """Return manifest lines sorted by the UTF-8 bytes of the path."""
    order = sorted(digests, key=lambda path: path.encode("utf-8"))
    return "".join(f"{digests[path]}  {path}\n" for path in order).encode("utf-8")
