"""Commands on results: leads, show, bundle, verify."""

from __future__ import annotations

from pathlib import Path

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import as_json
from pil_discovery.cli.printing import (
    PROBLEMS,
    columns,
    guarded,
    leave,
    one_line,
    print_json,
    tell,
)

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("out", type=_FOLDER, metavar="结果")
@click.option(
    "-n",
    "--top",
    type=click.IntRange(min=1),
    default=20,
    metavar="条数",
    help="显示前几条",
)
@click.option("--domain", default=None, metavar="领域", help="只看一个领域")
@click.option(
    "--kind",
    type=click.Choice(["single", "class"]),
    default=None,
    help="只看单件（single）或类案（class）",
)
@click.option(
    "--all", "every", is_flag=True, help="连同核查属实率过低、未自动列出的模型的线索"
)
@as_json
@guarded
def leads(
    out: Path,
    top: int,
    domain: str | None,
    kind: str | None,
    *,
    every: bool,
    as_json: bool,
) -> None:
    """列出线索，按得分排列。"""
    from pil_discovery.cli.tables import lead_rows
    from pil_discovery.pipeline.results import read_leads

    there = [
        lead
        for lead in read_leads(out)
        if domain in (None, lead.domain) and kind in (None, lead.kind)
    ]
    found = [lead for lead in there if every or lead.listed]
    if as_json:
        print_json(found[:top])
        return
    click.echo(columns(lead_rows(found[:top])))
    tell(say(f"共 {len(found)} 条；细看：pil show {out} 序号", f"{len(found)} leads"))
    hidden = len(there) - len(found)
    if hidden:
        tell(
            say(
                f"另有 {hidden} 条出自核查属实率过低的模型，没有列出（--all 查看）。",
                f"{hidden} leads of noisy models are not listed (--all).",
            )
        )


@click.command()
@click.argument("out", type=_FOLDER, metavar="结果")
@click.argument("lead", metavar="线索")
@click.option(
    "--workspace",
    type=_FOLDER,
    default=None,
    help="工作区，其中有本地模型（默认：筛查时的位置）",
)
@click.option(
    "--pictures",
    type=_FOLDER,
    default=None,
    metavar="文件夹",
    help="把位置图（前后对比图）和影像时间序列图画到这个文件夹",
)
@as_json
@guarded
def show(
    out: Path,
    lead: str,
    workspace: Path | None,
    pictures: Path | None,
    *,
    as_json: bool,
) -> None:
    """细看一条线索：依据、评分、来源行、下一步。线索写序号，或编号的开头。"""
    from pil_discovery.pipeline.results import explain_lead

    told = explain_lead(out, lead, workspace=workspace)
    if pictures is not None:
        _draw(out, lead, pictures, workspace)
    if as_json:
        print_json(told.as_dict())
    else:
        click.echo("\n".join(map(one_line, told.lines())))
        tell(say(f"打包：pil bundle {out} {lead} --kind suggestion -o 证据包", ""))


def _draw(out: Path, lead: str, pictures: Path, workspace: Path | None) -> None:
    from pil_discovery.pipeline.drawing import draw_pictures

    drawn = draw_pictures(out, lead, pictures, workspace=workspace)
    for path in drawn:
        tell(say(f"图：{path}", f"drawn: {path}"))
    if not drawn:
        tell(say("这条线索没有位置，无图可画", "the lead has no place to draw"))


@click.command()
@click.argument("out", type=_FOLDER, metavar="结果")
@click.argument("lead", nargs=-1, required=True, metavar="线索...")
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
@as_json
@guarded
def bundle(
    out: Path,
    lead: tuple[str, ...],
    kind: str,
    output: Path,
    workspace: Path | None,
    fields: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """为线索建证据包并验证。"""
    from pil_discovery.pipeline.packing import build_bundle, verify_bundle

    built = [
        build_bundle(out, one, kind, output, workspace=workspace, **_pairs(fields))
        for one in lead
    ]
    checked = [verify_bundle(b.path) for b in built]
    if as_json:
        print_json(built)
    for one, verdict in zip(built, checked, strict=True):
        click.echo(str(one.path)) if not as_json else None
        tell(
            say(f"未签名；根散列 {verdict.root_sha256}", f"root {verdict.root_sha256}")
        )
    if not all(v.ok for v in checked):
        leave(PROBLEMS)


_OWN = frozenset({"scan_dir", "lead_id", "kind", "out", "workspace"})
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


@click.command()
@click.argument(
    "bundle",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="证据包...",
)
@click.option(
    "--trust",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="受信任的 CA 证书",
)
@click.option("--root", default=None, metavar="散列", help="应有的根散列（SHA-256）")
@as_json
@guarded
def verify(
    bundle: tuple[Path, ...], trust: Path | None, root: str | None, *, as_json: bool
) -> None:
    """验证证据包：任何改动、缺失、多出都会指出文件。"""
    from pil_discovery.pipeline.packing import verify_bundle

    verdicts = {str(b): verify_bundle(b, trust=trust, root=root) for b in bundle}
    if as_json:
        print_json(verdicts)
    for path, verdict in verdicts.items():
        signed = (
            say("已签名", "signed") if verdict.signed else say("未签名", "unsigned")
        )
        mark = "√" if verdict.ok else "×"
        tell(f"{mark} {path}  {signed}  {verdict.root_sha256 or ''}")
        for problem in verdict.problems:
            tell(f"  × {problem.file or path}：{problem.what}")
    if not all(v.ok for v in verdicts.values()):
        leave(PROBLEMS)


@click.command()
@click.argument("out", type=_FOLDER, metavar="结果")
@click.option(
    "--import",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="读回填好的 leads.xlsx 或审核页导出的 JSON，记入工作区的核查结果",
)
@click.option(
    "--workspace", type=_FOLDER, default=None, help="工作区（默认：筛查时的位置）"
)
@guarded
def review(out: Path, file: Path | None, workspace: Path | None) -> None:
    """审核线索：指出审核页；用 --import 读回处理意见。

    \b
    例：pil review 结果
        pil review 结果 --import 结果/leads.xlsx
    读回的意见决定模型的属实率：核查满 20 件而属实不足 20% 的模型，线索不再自动列出。
    """
    from pil_discovery.pipeline.results import read_leads
    from pil_discovery.pipeline.verdicts import conflicting, import_decisions

    if file is None:
        count = len(read_leads(out))
        click.echo(str(out / "review.html"))
        tell(
            say(f"{count} 条线索，用浏览器打开。", f"{count} leads; open in a browser.")
        )
        return
    path, added = import_decisions(out, file, workspace=workspace)
    tell(say(f"{path}：新记入 {added} 条核查结果", f"{path}: {added} new verdicts"))
    for line in conflicting(path):
        tell(f"· {line}")


COMMANDS = (leads, show, review, bundle, verify)
