"""The bag around the payload (BagIt 1.0, RFC 8493): manifests and tag files."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery.bundle import seal_checks, staging, verifier
from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.words import date_zh

if TYPE_CHECKING:
    from pil_discovery.bundle.requests import BundleRequest

Digests = Mapping[str, str]
_FUTURE = "from __future__ import annotations\n"
_GUARD = """import sys

if __name__ == "__main__" and not getattr(sys.flags, "safe_path", sys.flags.isolated):
    del sys.path[0]  # a file laid beside this one must not stand in for a module
"""

# The lines of commands stay whole: a reader copies them.
_README = """证据包 {name}
{title}（待核查）
{office}　{date}

本文件教您自己核验这个证据包：包里的内容与{office}装包时一字不差，没有多，也没有少。
核验不需要联网，也不需要本系统的软件。全部命令在本文件夹内运行。

一、先取得两样东西（不要从本包里取）

1．根校验值，或者根证书 ca.pem：向{office}另行索取。整包连同清单被改写时，只有它们
   能发现。
2．最好另行取得一份 verify.py；包内的那一份也可能被人改动。

二、看得最全的办法：verify.py（只需 Python 3.8 以上）

Windows（用 PowerShell：在本文件夹里按住 Shift 点右键，选“在此处打开 PowerShell 窗口”。
不要用命令提示符，它会先运行文件夹里的同名程序。Python 在应用商店里免费安装）：

    py -I verify.py . --root 根校验值
    py -I verify.py . --trust ca.pem

麒麟、统信等 Linux，以及 macOS（“终端”）：

    python3 -I verify.py . --root 根校验值
    python3 -I verify.py . --trust ca.pem

最后一行写“完整”，就是没有改动；写“不一致”，上面逐行说明哪个文件被改动、缺失、多出、
改名或者换序。已签名的，最后一行还写出签名人和证书指纹，请看清是不是{office}，
并与其公布的指纹比较：同一家根证书也会发给别的单位。--trust 只用于已签名的包，并且要有
openssl 命令（Linux 和 macOS 自带，Windows 另行安装）；没有 openssl 时不加 --trust，
仍然核对全部文件。

ca.pem 请放在本文件夹之外，把命令里的 ca.pem 写成它的位置。电脑浏览文件夹时可能留下
.DS_Store、Thumbs.db、desktop.ini，报为多出的文件，删去后再核验。

三、不用 Python 的办法：四行命令

本包未签名时，只适用前两行；没有输出、返回值为 0 即为一致：

    sha256sum --strict --quiet -c manifest-sha256.txt
    sha256sum --strict --quiet -c tagmanifest-sha256.txt

文件夹里有 signature.p7s（签名）和 timestamp.tsr（时间戳）时，才另外适用后两行：

    openssl cms -verify -binary -content tagmanifest-sha256.txt -in signature.p7s -inform DER -CAfile ca.pem -purpose any -out /dev/null
    openssl ts -verify -data signature.p7s -in timestamp.tsr -CAfile ca.pem

macOS 没有 sha256sum 时，前两行改为：

    shasum -a 256 --strict --quiet -c manifest-sha256.txt
    shasum -a 256 --strict --quiet -c tagmanifest-sha256.txt

Windows 没有 sha256sum，在 PowerShell 里运行下面两行；列出的文件就是被改动的文件，
什么都不列出即为一致（openssl 的两行把 /dev/null 改为 NUL）：

    gc manifest-sha256.txt -Encoding UTF8 | % {{ $h,$p = $_ -split '  ',2; if ((Get-FileHash -LiteralPath $p).Hash -ne $h) {{ $p }} }}
    gc tagmanifest-sha256.txt -Encoding UTF8 | % {{ $h,$p = $_ -split '  ',2; if ((Get-FileHash -LiteralPath $p).Hash -ne $h) {{ $p }} }}

根校验值是 tagmanifest-sha256.txt 的 SHA-256，用 sha256sum tagmanifest-sha256.txt
（Windows：certutil -hashfile tagmanifest-sha256.txt SHA256）算出，与另行取得的比较。

这四行看不见多出来的文件，verify.py 看得见。签名证书在核验时已经过期的，第三、四行加上
-no_check_time；verify.py 自己按时间戳的时刻核对。

三个签名文件：signature.p7s 是对 tagmanifest-sha256.txt 的签名；timestamp.tsr 证明签名
在那一刻已经存在；log-head.json 是签名时案件账本的条数和最后一条的散列，并写有前两个文件的
散列，同样经过签名。

四、内容

    data/{folder}      文书（Word 稿可以编辑，另存到包外再改；PDF 为存档稿）
    data/01_证据清单    全部文件及校验值
{contents}
本包所列情况由数据筛查形成，均待核查，不是对任何单位或者个人是否违法的认定。
"""  # noqa: E501 — a command line stays whole
_WHOLE = """    data/02_原始材料    来源文件的只读副本
    data/03_分析        证据项、来源行、图件、文书中每个数字的出处
    data/04_方法        监督模型、参数、法律版本、局限说明
"""
_REDACTED = """    data/03_分析        证据项、脱敏后的来源行、图件、文书中每个数字的出处
    data/04_方法        监督模型、参数、法律版本、局限说明

本包经过脱敏：写作【姓名1】【证件号码2】的地方隐去了个人信息，同一代号始终是同一内容；
不带来源文件，只写明其校验值。隐去的内容由 data/03_分析/commitments.jsonl 里的承诺值
固定，检察院可以逐项出示原文和盐值，您用下面一行验证，算出的应与承诺值相同：

    python3 -c "import hmac,sys; s,l,v=sys.argv[1:]; print(hmac.new(bytes.fromhex(s),(l+chr(0)+v).encode(),'sha256').hexdigest())" 盐值 代号 原文

"""  # noqa: E501 — a command line stays whole


def write_tags(
    folder: Path, digests: Digests, *, info: Mapping[str, str], readme: bytes
) -> str:
    """Write the tag files around a payload; return the root hash of the bag."""
    lines = (f"{k}: {' '.join(printable(v).split())}\n" for k, v in info.items())
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
        office=" ".join(printable(request.office.name).split()),
        date=date_zh(request.as_of),
        contents=_REDACTED if request.is_redacted else _WHOLE,
    )
    return text.encode("utf-8", errors="replace")


@cache
def verify_script() -> bytes:
    """Return the program that travels in the bundle: the verifier itself, in one file.

    The checks of the seal stand where the verifier imports them. Before it imports
    anything it takes its own folder off the path of modules, and so it holds no
    `from __future__` (that is an import) and no annotations that would need it.
    """
    main = Path(verifier.__file__).read_text(encoding="utf-8")
    seal = Path(seal_checks.__file__).read_text(encoding="utf-8")
    checks = seal.partition(_FUTURE)[2]
    own = re.sub(r"from pil_discovery[\w.]* import \([^)]*\)\n", "", main)
    head, _, body = own.partition(_FUTURE)
    return _without_annotations(f"{head}{_GUARD}{checks}{body}".encode())


def _without_annotations(source: bytes) -> bytes:
    """Return a program without the annotations of its arguments, answers, names."""
    starts = [0, *accumulate(len(line) for line in source.splitlines(keepends=True))]

    def place(line: int | None, column: int | None) -> int:
        return starts[(line or 1) - 1] + (column or 0)

    cuts: list[tuple[int, int]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            last = place(node.annotation.end_lineno, node.annotation.end_col_offset)
            before = place(node.annotation.lineno, node.annotation.col_offset)
            cuts.append((source.rindex(b":", 0, before), last))
        elif isinstance(node, ast.FunctionDef) and node.returns is not None:
            last = place(node.returns.end_lineno, node.returns.end_col_offset)
            before = place(node.returns.lineno, node.returns.col_offset)
            cuts.append((source.rindex(b"->", 0, before) - 1, last))
    for first, last in sorted(cuts, reverse=True):
        source = source[:first] + source[last:]
    return source


def manifest(digests: Digests) -> bytes:
    """Return manifest lines sorted by the UTF-8 bytes of the path."""
    order = sorted(digests, key=lambda path: path.encode("utf-8"))
    return "".join(f"{digests[path]}  {path}\n" for path in order).encode("utf-8")
