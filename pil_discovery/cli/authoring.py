"""`pil models`: what authors of models need besides: explain, diff, docs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import as_json, as_of_option
from pil_discovery.cli.printing import Progress, guarded, one_line, print_json, tell

if TYPE_CHECKING:
    import datetime as dt

_FOLDER = click.Path(file_okay=False, path_type=Path)
_WORKSPACE = click.option(
    "--workspace",
    type=_FOLDER,
    default=Path(),
    metavar="工作区",
    help="工作区文件夹（默认：当前文件夹）",
)

_LOCAL = click.option(
    "--models", "folders", multiple=True, type=_FOLDER, help="本地模型文件夹，可重复"
)


@click.command()
@click.argument("model", metavar="模型")
@click.argument("row", metavar="行")
@_WORKSPACE
@_LOCAL
@as_of_option
@as_json
@guarded
def explain(
    model: str,
    row: str,
    workspace: Path,
    folders: tuple[Path, ...],
    as_of: dt.date | None,
    *,
    as_json: bool,
) -> None:
    """说明工作区里的一行为什么命中、未见或未知：每个条件、步骤、参数、排除的值。

    行写主键的值，多个值之间用 | 隔开（如 "HT-1|2"）；也可以写 findings.jsonl 里的
    key 或 finding_id。
    """
    from pil_discovery.pipeline.explaining import explain_row

    told = explain_row(model, row, workspace, as_of=as_of, local_models=folders)
    if as_json:
        print_json(told.as_dict())
    else:
        click.echo("\n".join(map(one_line, told.lines())))


@click.command()
@click.argument("old", type=click.Path(path_type=Path), metavar="旧版")
@click.argument("new", type=click.Path(path_type=Path), metavar="新版")
@_WORKSPACE
@as_of_option
@as_json
@guarded
def diff(
    old: Path,
    new: Path,
    workspace: Path,
    as_of: dt.date | None,
    *,
    as_json: bool,
) -> None:
    """比较模型的两个版本在一个工作区上的结果：出现（+）、消失（-）、改变（~）。

    两个版本各是一个文件，或者一个文件夹（按模型编号配对）。
    """
    from pil_discovery.pipeline.comparing import compare_models

    found = compare_models(old, new, workspace, as_of=as_of)
    if as_json:
        print_json([asdict(c) for c in found])
    total = 0
    for one in found:
        total += len(one.differences)
        for state in dict.fromkeys(r.state for r in (one.old, one.new) if r):
            if state != "computed":
                tell(say(f"{one.model} 没有计算：{state}", f"{one.model}: {state}"))
        for difference in () if as_json else one.differences:
            click.echo(one_line(difference.line()))
    tell(say(f"{len(found)} 个模型，{total} 处不同。", f"{total} differences."))


@click.command()
@click.argument("names", nargs=-1, metavar="[模型]...")
@click.option(
    "--out",
    type=_FOLDER,
    default=Path("模型说明"),
    show_default=True,
    metavar="文件夹",
    help="页面写在哪里",
)
@_LOCAL
@guarded
def docs(names: tuple[str, ...], out: Path, folders: tuple[Path, ...]) -> None:
    """为每个模型写一页说明：方法、举例、依据、参数、排除等九个标题。"""
    from pil_discovery.pipeline.model_pages import write_model_pages

    with Progress() as progress:
        written = write_model_pages(out, names or None, folders, progress)
    click.echo(str(written[0]))
    tell(say(f"{len(written) - 1} 页说明和一页目录。", f"{len(written)} pages."))


COMMANDS = (explain, diff, docs)
