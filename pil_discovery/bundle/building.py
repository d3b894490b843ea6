"""Building a bundle: gate, payload, bag, check, name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.bundle import bags, seal_checks, sealing, staging, verifier
from pil_discovery.bundle.annexes import COMMITMENTS, build_annex, commitment_lines
from pil_discovery.bundle.dates import date_faults
from pil_discovery.bundle.kinds import Kind, check_fields, load_kind
from pil_discovery.bundle.leaks import demand_no_leak
from pil_discovery.bundle.payloads import Payload, compose_payload
from pil_discovery.bundle.redacting import redact
from pil_discovery.bundle.redaction import PROFILES
from pil_discovery.errors import BundleError, Problem
from pil_discovery.types import Bundle

if TYPE_CHECKING:
    from pathlib import Path

    from pil_discovery.bundle.redacting import Redacted
    from pil_discovery.bundle.requests import BundleRequest


def build(request: BundleRequest) -> Bundle:
    """Build the evidence folder of one lead for one document kind.

    The folder is BagIt 1.0 in a closed world, written beside its place, verified, and
    renamed; equal input gives equal bytes and an equal root hash (SHA-256 of
    `tagmanifest-sha256.txt`). A finished bundle with the same root is returned as it
    is (`existed`).

    Raises
    ------
    GateError
        When the law asks for an element that the lead does not have, or a source is
        classified and the profile leaves the office.
    BundleError
        When fields, sources, fonts or templates are at fault, or a different finished
        bundle stands in the way (it is never overwritten).
    """
    kind = load_kind(request.templates, request.kind)
    problems = [*check_fields(kind, request.fields), *_check_request(request)]
    if not problems:
        problems = date_faults(kind, request)
    if problems:
        raise BundleError(problems)
    redacted = None if request.profile == "internal" else redact(request)
    shown = request if redacted is None else redacted.request
    payload = compose_payload(kind, shown, _commitments(redacted))
    if redacted is not None:
        demand_no_leak(payload.files, redacted.secrets, request.name)
    try:
        with staging.staged(request.out, request.name) as folder:
            root = _write(folder, payload, (kind, shown))
            return _settle(folder, (request, root), redacted)
    except OSError as error:
        what = f"不能写入证据包：{error.strerror or error}"
        remedy = "检查磁盘空间和权限后重新生成，未完成的内容已清除"
        raise BundleError(Problem(request.name, "", what, remedy)) from error


def _commitments(redacted: Redacted | None) -> dict[str, bytes]:
    return {} if redacted is None else {COMMITMENTS: commitment_lines(redacted)}


def _check_request(request: BundleRequest) -> list[Problem]:
    problems = []
    if request.profile not in PROFILES:
        what = f"没有脱敏级别“{request.profile}”，已有：{'、'.join(PROFILES)}"
        problems.append(Problem("--profile", "", what))
    for finding in request.findings:
        if finding.model not in request.models:
            what = f"没有监督模型 {finding.model}"
            problems.append(Problem("发现", finding.finding_id[:12], what))
    if not request.office.name.strip():
        problems.append(Problem("pil.yaml", "office.name", "没有写明检察院名称"))
    return [*problems, *_check_sources(request)]


def _check_sources(request: BundleRequest) -> list[Problem]:
    from pil_discovery.bundle.exhibits import used_sources

    return [
        Problem(s.file, "", "找不到来源文件", "用 --workspace 指出工作区")
        for s in used_sources(request)
        if s.file not in request.source_paths
        or not request.source_paths[s.file].exists()
    ]


def _write(folder: Path, payload: Payload, context: tuple[Kind, BundleRequest]) -> str:
    kind, request = context
    digests = {p: staging.write(folder, p, d) for p, d in payload.files.items()}
    sizes = {path: len(data) for path, data in payload.files.items()}
    for path, (source, wanted) in payload.copies.items():
        digests[path], sizes[path] = staging.copy(folder, path, source)
        if wanted is not None and digests[path] != wanted:
            what = "文件内容与筛查时的校验值不符"
            raise BundleError(Problem(source.name, "", what, "用当时的文件重新筛查"))
    return bags.write_tags(
        folder,
        digests,
        info=bags.bag_info(request, sizes),
        readme=bags.readme(request, title=kind.title, folder=kind.folder),
    )


def _settle(
    folder: Path, identity: tuple[BundleRequest, str], redacted: Redacted | None
) -> Bundle:
    request, root = identity
    final = request.out / request.name
    existed = final.exists() or final.is_symlink()
    if request.seal is not None and not existed:
        sealing.seal(folder, request.name, request.seal)
    report = verifier.inspect(str(final if existed else folder), None, root)
    if existed and report.problems:
        _refuse(final, report)
    if report.problems:
        raise BundleError(Problem(request.name, f, w) for _, f, w in report.problems)
    if redacted is not None and request.seal is not None:
        build_annex(request, redacted, root, request.seal)
    if not existed:
        staging.publish(folder, final)
    return Bundle(
        path=final,
        kind=request.kind,
        lead_id=request.lead.lead_id,
        root_sha256=root,
        existed=existed,
    )


def _refuse(final: Path, report: seal_checks.Report) -> None:
    same = verifier.inspect(str(final))
    what = (
        "已有同名证据包，内容不同" if not same.problems else "已有同名证据包，但已损坏"
    )
    detail = f"（现有根校验值 {report.root or '无'}）"
    remedy = "不会覆盖：移走原包，或者换一个输出文件夹"
    raise BundleError(Problem(final.name, "", what + detail, remedy))
