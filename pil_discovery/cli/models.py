"""`pil models`: list, check, test, mutate, schema."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import as_json, workers_option
from pil_discovery.cli.printing import (
    PROBLEMS,
    USAGE,
    Progress,
    columns,
    guarded,
    leave,
    list_problems,
    print_json,
    tell,
)

if TYPE_CHECKING:
    from pil_discovery.findings import MutationScore

_FOLDERS = click.argument(
    "folders",
    nargs=-1,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="[本地模型文件夹]...",
)


@click.group()
def models() -> None:
    """监督模型：列出、检查、测试。"""


@models.command("list")
@_FOLDERS
@as_json
@guarded
def list_(folders: tuple[Path, ...], *, as_json: bool) -> None:
    """列出全部模型。"""
    from pil_discovery.pipeline.library import list_models

    found = list_models(folders)
    if as_json:
        keys = (
            "id",
            "code",
            "version",
            "status",
            "title",
            "domain",
            "personal",
            "data",
        )
        print_json([m.model_dump(mode="json", include=set(keys)) for m in found])
        return
    heading = ("代码", "模型", "版本", "状态", "名称", "所需数据")
    rows = [
        (m.code, m.id, m.version, m.status, m.title.zh, "、".join(m.data))
        for m in found
    ]
    click.echo(columns([heading, *rows]))


@models.command()
@_FOLDERS
@workers_option
@as_json
@guarded
def check(folders: tuple[Path, ...], *, workers: int | None, as_json: bool) -> None:
    """检查模型文件：格式、名称、SQL、示例，所有错误一次列出。

    写了文件夹就检查其中的模型，没有写就检查内置模型。格式或名称有误，筛查时会被拒绝（退出码
    2）；其余问题（没有用到的列和参数、与原列同名而会取错的新列、示例没有用到的排除等）
    退出码 1。
    """
    from pil_discovery.pipeline.library import check_models
    from pil_discovery.pipeline.spreading import usable_cores

    processes = workers or usable_cores()
    with Progress() as progress:
        found = check_models(folders, workers=processes, progress=progress)
    problems = (*found.malformed, *found.faults)
    if as_json:
        print_json(
            {
                "models": list(found.models),
                "malformed": [asdict(p) for p in found.malformed],
                "faults": [asdict(p) for p in found.faults],
            }
        )
    list_problems(problems)
    if problems:
        leave(USAGE if found.malformed else PROBLEMS)
    number = len(found.models)
    tell(say(f"√ {number} 个模型，没有问题。", f"{number} models, no problems."))


@models.command()
@_FOLDERS
@guarded
def schema(folders: tuple[Path, ...]) -> None:
    """打印模型文件的 JSON Schema，供编辑器提示和核对。"""
    from pil_discovery.pipeline.library import schema_of_models

    print_json(schema_of_models(folders))


_NAMES = click.argument("names", nargs=-1, metavar="[模型]...")
_LOCAL = click.option(
    "--models",
    "folders",
    multiple=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="本地模型文件夹，可重复",
)


@models.command()
@_NAMES
@_LOCAL
@workers_option
@as_json
@guarded
def test(
    names: tuple[str, ...],
    folders: tuple[Path, ...],
    *,
    workers: int | None,
    as_json: bool,
) -> None:
    """运行写在模型文件里的示例；模型写编号或代码，缺省为全部。"""
    from pil_discovery.pipeline.library import run_examples
    from pil_discovery.pipeline.spreading import usable_cores

    failed = 0
    told = []
    processes = workers or usable_cores()
    for result in run_examples(names or None, folders, workers=processes):
        failed += not result.passed
        told.append(
            {
                "model": result.model,
                "example": result.name,
                "passed": result.passed,
                "differences": result.differences,
            }
        )
        if not as_json:
            click.echo(
                f"{'√' if result.passed else '×'} {result.model} · {result.name}"
            )
        for difference in result.differences:
            tell(f"    {difference}")
    if as_json:
        print_json(told)
    tell(
        say(
            f"{len(told)} 个示例，{failed} 个不符。",
            f"{len(told)} examples, {failed} failed.",
        )
    )
    if failed:
        leave(PROBLEMS)


@models.command()
@_NAMES
@_LOCAL
@workers_option
@as_json
@guarded
def mutate(
    names: tuple[str, ...],
    folders: tuple[Path, ...],
    *,
    workers: int | None,
    as_json: bool,
) -> None:
    """逐处改动模型（翻转比较、去掉排除、移动阈值），看示例能否发现。

    示例在原来的模型上就不符的，先列出不符的示例，不计分。
    """
    from pil_discovery.pipeline.library import score_examples
    from pil_discovery.pipeline.spreading import usable_cores

    told = []
    processes = workers or usable_cores()
    for found in score_examples(names or None, folders, workers=processes):
        told.append(_score_entry(found))
        if not as_json:
            share = "     ×" if found.share is None else f"{found.share:7.2%}"
            click.echo(f"{share} {found.mutants:5d}  {found.model}")
        for name in found.failing:
            tell(say(f"    示例不符，不能计分：{name}", f"    fails as it is: {name}"))
        for where, change in found.survivors:
            tell(say(f"    未发现 {where}：{change}", f"    missed {where}: {change}"))
    if as_json:
        print_json(told)
    if any(entry["survivors"] or entry["failing"] for entry in told):
        leave(PROBLEMS)


def _score_entry(found: MutationScore) -> dict[str, Any]:
    return {
        "model": found.model,
        "mutants": found.mutants,
        "share": None if found.share is None else f"{found.share:.4f}",
        "survivors": [list(s) for s in found.survivors],
        "failing": list(found.failing),
    }
