"""Commands that learn from checks: fit, backtest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import as_json
from pil_discovery.cli.printing import (
    PROBLEMS,
    columns,
    guarded,
    leave,
    list_problems,
    print_json,
    tell,
)

if TYPE_CHECKING:
    from pil_discovery.leads.scorers.backtesting import Backtest
    from pil_discovery.pipeline.scoring import History

_FILE = click.Path(dir_okay=False, path_type=Path)
_history = click.argument("history", type=_FILE, metavar="核查登记")
_spec = click.option(
    "--spec", type=_FILE, required=True, help="评分说明（YAML）：哪一列作什么用"
)
_some_spec = click.option(
    "--spec", type=_FILE, default=None, help="评分说明（YAML）；核查结果.jsonl 不需要"
)
JOURNAL = ".jsonl"
_MOST = 20


@click.command()
@_history
@_some_spec
@click.option("-o", "--output", type=_FILE, required=True, help="写到哪个 JSON 文件")
@as_json
@guarded
def fit(history: Path, spec: Path | None, output: Path, *, as_json: bool) -> None:
    """从核查结果学习评分：写出模型（JSON）和模型卡（同名 .md）。

    结果只取决于登记的内容，与行的先后无关；模型是一张数表，可以手算复核。
    给工作区的 核查结果.jsonl 而不写 --spec，学的是线索的“确定性”：写到同一文件夹的
    确定性.json，以后的筛查就会用上；比不上原来的就不写，退出码 1。
    """
    from pil_discovery.pipeline.scoring import fit_file

    if spec is None and history.suffix == JOURNAL:
        _fit_certainty(history, output, as_json=as_json)
        return
    if spec is None:
        raise click.UsageError("缺少 --spec：评分说明（YAML）")
    scorer, register = fit_file(history, spec, output)
    _told(register)
    if as_json:
        print_json({"rung": scorer.rung, "sha256": scorer.sha256, **scorer.facts})
        return
    click.echo(scorer.card)
    card = output.with_suffix(".md")
    tell(say(f"已写出 {output} 和 {card}", f"Written: {output}, {card}"))


def _fit_certainty(journal: Path, output: Path, *, as_json: bool) -> None:
    from pil_discovery.leads import Refused
    from pil_discovery.pipeline.verdicts import learn_certainty

    found = learn_certainty(journal, output)
    if isinstance(found, Refused):
        tell(f"· {found.zh}")
        leave(PROBLEMS)
    if as_json:
        print_json(found)
    else:
        click.echo(
            f"对数几率 = {found.start} + {found.certainty} × 原对数几率"
            f" + {found.verifiability} × 可查性（行政）+ {found.inaction} × 不作为"
        )
    tell(say(f"已写出 {output}", f"Written: {output}"))


@click.command()
@_history
@_spec
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="写到哪个文件夹",
)
@click.option(
    "--folds",
    type=click.IntRange(min=1),
    default=8,
    show_default=True,
    metavar="个数",
    help="评判最近几个时段",
)
@click.option(
    "--previous", type=_FILE, default=None, help="旧模型（pil fit 写出的 JSON），作对照"
)
@as_json
@guarded
def backtest(
    history: Path,
    spec: Path,
    output: Path,
    folds: int,
    previous: Path | None,
    *,
    as_json: bool,
) -> None:
    """回测评分：每个时段只用此前的核查学习，看排得准不准。

    写出网页、图和 JSON。有疑似泄漏的列，或者最近一个时段有漂移警报，退出码 1。
    """
    from pil_discovery.pipeline.scoring import backtest_file

    found, register = backtest_file(
        history, spec, output, folds=folds, previous=previous
    )
    _told(register)
    if as_json:
        print_json(found.as_dict())
    else:
        _summary(found)
        tell(say(f"已写出 {output}", f"Written: {output}"))
    if found.leaks or bool(found.drift["alarm"].iloc[-1]):
        leave(PROBLEMS)


def _told(register: History) -> None:
    """Account for the rows of the register."""
    left = register.read - register.used
    tell(
        say(
            f"{register.name}：读入 {register.read} 行，"
            f"使用 {register.used} 行，隔离 {left} 行",
            f"{register.name}: {register.read} rows, {register.used} used",
        )
    )
    list_problems(register.problems[:_MOST])


def _summary(found: Backtest) -> None:
    from pil_discovery.report.backtests import summary

    heading = ("时段", "核查", "属实", "AUC", "列出", "预期", "实际", "警报")
    rows: list[tuple[object, ...]] = [heading]
    alarms = found.drift["alarm"].tolist()
    told = found.as_dict()
    for fold, alarm in zip(told["folds"], alarms, strict=True):
        auc = "—" if fold["auc"] is None else f"{fold['auc']:.3f}"
        yields = (f"{fold['expected']:.0f}", f"{fold['found']:.0f}")
        head = (fold["period"], fold["checks"], fold["confirmed"], auc)
        rows.append((*head, fold["listed"], *yields, "有" if alarm else ""))
    click.echo(columns(rows))
    click.echo(summary(told))
    for leak in found.leaks:
        tell(f"× {leak.zh}")


COMMANDS = (fit, backtest)
