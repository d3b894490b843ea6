"""Commands on results: leads, show, review."""

from __future__ import annotations

from pathlib import Path

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import as_json, as_svg
from pil_discovery.cli.printing import (
    columns,
    guarded,
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
@click.option(
    "--pictures",
    type=_FOLDER,
    default=None,
    metavar="文件夹",
    help="把线索分布图和机关一览表画到这个文件夹",
)
@as_svg
@as_json
@guarded
def leads(
    out: Path,
    top: int,
    domain: str | None,
    kind: str | None,
    pictures: Path | None,
    *,
    every: bool,
    svg: bool,
    as_json: bool,
) -> None:
    """列出线索，按得分排列。"""
    from pil_discovery.cli.tables import lead_rows
    from pil_discovery.pipeline.results import read_leads

    if pictures is not None:
        from pil_discovery.pipeline.drawing import draw_scan

        _tell_drawn(draw_scan(out, pictures, form="svg" if svg else "png"))
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
    help="把位置图、前后对比图、影像时间序列图和得分构成图画到这个文件夹",
)
@as_svg
@as_json
@guarded
def show(
    out: Path,
    lead: str,
    workspace: Path | None,
    pictures: Path | None,
    *,
    svg: bool,
    as_json: bool,
) -> None:
    """细看一条线索：依据、评分、来源行、下一步。线索写序号，或编号的开头。"""
    from pil_discovery.pipeline.results import explain_lead

    told = explain_lead(out, lead, workspace=workspace)
    if pictures is not None:
        _draw(out, lead, pictures, workspace, svg=svg)
    if as_json:
        print_json(told.as_dict())
    else:
        click.echo("\n".join(map(one_line, told.lines())))
        tell(say(f"打包：pil bundle {out} {lead} --kind suggestion -o 证据包", ""))


def _draw(
    out: Path, lead: str, pictures: Path, workspace: Path | None, *, svg: bool
) -> None:
    from pil_discovery.pipeline.drawing import draw_pictures

    _tell_drawn(
        draw_pictures(
            out, lead, pictures, workspace=workspace, form="svg" if svg else "png"
        )
    )


def _tell_drawn(drawn: list[Path]) -> None:
    for path in drawn:
        tell(say(f"图：{path}", f"drawn: {path}"))


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
@click.option(
    "--project",
    is_flag=True,
    help="把筛查所用的前、后时相影像加进 QGIS 工程 leads.qgz（按原件所在位置打开）",
)
@guarded
def review(
    out: Path, file: Path | None, workspace: Path | None, *, project: bool
) -> None:
    """审核线索：指出审核页；用 --import 读回处理意见。

    \b
    例：pil review 结果
        pil review 结果 --import 结果/leads.xlsx
    读回的意见决定模型的属实率：核查满 20 件而属实不足 20% 的模型，线索不再自动列出。
    """
    from pil_discovery.pipeline.results import read_leads
    from pil_discovery.pipeline.verdicts import conflicting, import_decisions

    if project:
        from pil_discovery.pipeline.projects import add_pictures

        click.echo(str(add_pictures(out, workspace=workspace)))
        return
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


COMMANDS = (leads, show, review)
