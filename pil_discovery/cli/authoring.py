"""`pil models`: what authors of models need besides: new, explain, diff, docs."""

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
    from collections.abc import Iterable, Mapping

    from pil_discovery.types import Domain, Power

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


def _ask_domain(known: Mapping[str, Domain], name: str, title: str) -> str:
    if name in known or title:
        return title
    listed = "、".join(f"{d.id}（{d.title.zh}）" for d in known.values())
    tell(say(f"已有的领域：{listed}", f"Known fields: {', '.join(known)}"))
    return str(click.prompt(f"“{name}”是新的领域，它的中文名称", err=True))


def _ask_agency(known: Iterable[Power], name: str, agency: str) -> str:
    if agency or name in {power.id for power in known}:
        return agency
    return str(click.prompt(f"“{name}”是新的职权，由什么机关行使", err=True))


@click.command()
@click.argument("folder", type=_FOLDER, metavar="本地模型文件夹")
@click.option(
    "--id",
    "id_",
    prompt="编号（文件夹/名称，小写英文）",
    help="编号，如 safety/permit-expired",
)
@click.option("--code", prompt="代码（如 SAFE-01）", help="代码，不与其他模型重复")
@click.option("--title", prompt="中文名称", help="中文名称")
@click.option("--domain", prompt="领域（英文代号）", help="领域的代号，可以是新的")
@click.option("--dataset", prompt="数据集（英文代号）", help="数据集的代号")
@click.option("--key", prompt="主键的列（多列用逗号隔开）", help="主键的列，逗号隔开")
@click.option("--column", prompt="判断的列（日期、数或文字）", help="判断的列")
@click.option(
    "--clears",
    default="",
    prompt="可以排除命中的数据集（没有就回车）",
    help="可以排除命中的数据集",
)
@click.option(
    "--subject", default="", prompt="单位名称的列（没有就回车）", help="单位名称的列"
)
@click.option("--power", prompt="职权（英文代号）", help="职权的代号，可以是新的")
@click.option("--domain-title", default="", help="新领域的中文名称")
@click.option("--agency", default="", help="新职权由什么机关行使")
@guarded
def new(
    folder: Path, id_: str, key: str, domain_title: str, agency: str, **answers: str
) -> None:
    """新建一个模型：逐项询问，写出带注释和示例、已能通过检查的文件。

    选项写全了就不询问。新的领域和职权记入文件夹的 procedure/。
    """
    from pil_discovery.pipeline.new_models import Draft, known_names, new_model

    known = known_names(folder)
    names = tuple(name.strip() for name in key.replace("，", ",").split(","))
    draft = Draft(id=id_, key=names, **answers)
    title = _ask_domain(known.domains, draft.domain, domain_title)
    holder = _ask_agency(known.powers, draft.power, agency)
    for path in new_model(folder, draft, domain_title=title, agency=holder):
        click.echo(str(path))
    tell(say(f"接下来：pil models check {folder}", f"Next: pil models check {folder}"))


COMMANDS = (new, explain, diff, docs)
