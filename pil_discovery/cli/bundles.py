"""The command that packs evidence bundles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pil_discovery.cli.keys import key_options, seal_of
from pil_discovery.cli.language import say
from pil_discovery.cli.options import as_json, workers_option
from pil_discovery.cli.printing import (
    INTERNAL,
    PARTIAL,
    PROBLEMS,
    REFUSED,
    USAGE,
    Progress,
    guarded,
    leave,
    print_json,
    tell,
)

if TYPE_CHECKING:
    from pil_discovery.bundle.sealing import Seal
    from pil_discovery.types import Batch, Bundle

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PASSWORD = "PIL_KEY_PASSWORD"  # noqa: S105 -- the name of a variable


@click.command()
@click.argument("out", type=_FOLDER, metavar="结果")
@click.argument("lead", nargs=-1, metavar="[线索...]")
@click.option(
    "--kind", default="suggestion", show_default=True, metavar="种类", help="文书种类"
)
@click.option(
    "-o", "--output", type=_FOLDER, required=True, help="证据包放在哪个文件夹里"
)
@click.option(
    "--workspace", type=_FOLDER, default=None, help="工作区（默认：筛查时的位置）"
)
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="KEY=VALUE",
    help="文书字段 KEY=VALUE，可重复",
)
@click.option(
    "--profile",
    type=click.Choice(["internal", "agency", "court", "public"]),
    default="internal",
    show_default=True,
    help="给谁看：本院、行政机关、法院、公众；后三种脱敏，不带原始材料",
)
@click.option(
    "--redaction",
    type=click.Choice(["usual", "strict"]),
    default="usual",
    show_default=True,
    help="strict：涉及未成年人，对外的版本从严遮盖；领域、案件、年龄已写明的自动从严",
)
@key_options
@click.option(
    "--tsa",
    default=None,
    metavar="配置或地址",
    help="时间戳：openssl ts 的配置文件（本地），或者 https:// 地址",
)
@click.option(
    "--case",
    nargs=2,
    default=None,
    metavar="账本 案件",
    help="文书依据的案件；签名时在案件里记一笔，账本头随包签名",
)
@click.option("--footnotes", is_flag=True, help="正文中的数字另印脚注，注明证据项编号")
@click.option("--all", "every", is_flag=True, help="全部线索，逐条装包，另写一份索引表")
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=None,
    metavar="条数",
    help="排在前面的若干条线索",
)
@click.option(
    "--resume",
    is_flag=True,
    help="接着上次中断的地方：已装好的只核验，不重新生成",
)
@workers_option
@as_json
@guarded
def bundle(
    out: Path,
    lead: tuple[str, ...],
    kind: str,
    output: Path,
    workspace: Path | None,
    fields: tuple[str, ...],
    profile: str,
    redaction: str,
    p12: Path | None,
    key: Path | None,
    cert: Path | None,
    tsa: str | None,
    case: tuple[str, str] | None,
    top: int | None,
    workers: int | None,
    *,
    footnotes: bool,
    every: bool,
    resume: bool,
    as_json: bool,
) -> None:
    """为线索建证据包并验证；给出证书就签名。几条线索一起装，另有索引表。"""
    wanted = _wanted(lead, every=every, top=top)
    pairs = _pairs(fields)
    seal = seal_of(p12, key, cert, tsa)
    if seal is None and tsa is not None:
        raise click.UsageError("--tsa 要和签名一起用：--p12，或者 --key --cert")
    if seal is not None and case is not None:
        seal = _noted(seal, case, out)
    asked: dict[str, Any] = {"scan_dir": out, "kind": kind, "out": output}
    asked |= {"workspace": workspace, "profile": profile, "seal": seal}
    asked |= {"redaction": redaction, "footnotes": footnotes}
    if wanted is not None and len(wanted) == 1 and not resume:
        asked |= {"lead_id": wanted[0], "case": case}
        _pack_one(asked | pairs, as_json=as_json)
        return
    if case is not None:
        raise click.UsageError("案件的文书一次装一条线索：--case 只和一条线索一起用")
    from pil_discovery.pipeline.batches import build_bundles

    asked |= {"leads": wanted, "top": top, "fields": pairs, "resume": resume}
    with Progress() as progress:
        batch = build_bundles(**asked, workers=workers or 1, progress=progress)
    if as_json:
        print_json(batch.entries)
    _tell_batch(batch, output, (seal is not None, as_json))


def _wanted(
    leads: tuple[str, ...], *, every: bool, top: int | None
) -> tuple[str, ...] | None:
    """Return the leads that were named, or None for those of the list."""
    if (bool(leads), every, top is not None).count(True) != 1:
        raise click.UsageError("写明线索，或者用 --all、--top 选取，三者用其一")
    return leads or None


def _pack_one(asked: dict[str, Any], *, as_json: bool) -> None:
    from pil_discovery.pipeline.packing import build_bundle, verify_bundle

    built = build_bundle(**asked)
    verdict = verify_bundle(built.path)
    if as_json:
        print_json([built])
    else:
        click.echo(str(built.path))
    seal_words = "已签名" if verdict.signed else "未签名"
    tell(
        say(
            f"{seal_words}；根散列 {verdict.root_sha256}",
            f"root {verdict.root_sha256}",
        )
    )
    _tell_annex(built, asked["profile"])
    if not verdict.ok:
        leave(PROBLEMS)


def _tell_batch(batch: Batch, output: Path, told: tuple[bool, bool]) -> None:
    """Print the folders, list what was not packed, and end with the fitting code."""
    signed, as_json = told
    done = [e for e in batch.entries if e.bundle is not None]
    for entry in done if not as_json else ():
        click.echo(str(output / str(entry.bundle)))
    for entry in batch.refused:
        tell(f"× {entry.rank}. {entry.title_zh}：{'；'.join(entry.reasons)}")
    before = sum(e.existed for e in done)
    seal_words = "已签名" if signed else "未签名"
    tell(
        say(
            f"共{len(batch.entries)}条线索：已装{len(done)}（其中{before}个早已装好），"
            f"未装{len(batch.refused)}；{seal_words}；索引 {batch.index}",
            f"{len(batch.entries)} leads: {len(done)} packed ({before} before), "
            f"{len(batch.refused)} not; index {batch.index}",
        )
    )
    if batch.refused:
        leave(PARTIAL if done else _refusal(batch))


def _refusal(batch: Batch) -> int:
    """Return the exit code of a batch without a single bundle."""
    states = {e.state for e in batch.refused}
    if "defect" in states:
        return INTERNAL
    return REFUSED if states == {"gate"} else USAGE


def _tell_annex(built: Bundle, profile: str) -> None:
    annex = built.path.with_name(f"{built.path.name}.sealed")
    if annex.is_dir():
        tell(say(f"密封附件：{annex}", f"sealed annex: {annex}"))
    elif profile != "internal":
        tell(
            say(
                "没有给出证书，未生成密封附件：被替换的内容以后不能打开核对。",
                "No certificate given: no sealed annex.",
            )
        )


def _noted(seal: Seal, case: tuple[str, str], out: Path) -> Seal:
    from pil_discovery.pipeline.packing import scan_day, with_ledger

    return with_ledger(seal, *case, scan_day(out))


_OWN = frozenset(
    {
        *("scan_dir", "lead_id", "kind", "out", "workspace", "profile", "seal"),
        *("case", "redaction"),
    }
)
"""Names that say where a bundle comes from; no document has a field of this name."""


def _pairs(fields: tuple[str, ...]) -> dict[str, str]:
    broken = [f for f in fields if "=" not in f]
    if broken:
        raise click.BadParameter(f"应写作 KEY=VALUE：{'、'.join(broken)}")
    pairs = [(key, value) for key, _, value in (f.partition("=") for f in fields)]
    keys = [key for key, _ in pairs]
    if taken := sorted(_OWN.intersection(keys)):
        raise click.BadParameter(f"没有这个字段：{'、'.join(taken)}")
    if twice := sorted({k for k in keys if keys.count(k) > 1}):
        raise click.BadParameter(f"字段写了两次：{'、'.join(twice)}")
    return dict(pairs)


COMMANDS = (bundle,)
