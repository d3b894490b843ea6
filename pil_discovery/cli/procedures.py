"""`pil law` on procedure: due, clocks, avenues, jurisdiction, plaintiffs."""

from __future__ import annotations

from pathlib import Path

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import Day, as_json, local_option, span_of
from pil_discovery.cli.printing import (
    PARTIAL,
    PROBLEMS,
    USAGE,
    columns,
    guarded,
    leave,
    print_json,
    tell,
)

_ON = click.option("--on", "day", type=Day(), required=True, help="日期（YYYY-MM-DD）")
_TAGS = click.option(
    "--tag",
    "tags",
    multiple=True,
    metavar="标记",
    help="案件的特别情形，可重复：marine、criminal、government、cross-region、…",
)


@click.command()
@click.argument("step", metavar="期限")
@click.argument("start", type=Day(), metavar="起算日")
@click.option(
    "--regime", default=None, metavar="规则", help="办案规则的编号（默认：起算日的）"
)
@click.option(
    "--suspend",
    "suspensions",
    multiple=True,
    metavar="首日..末日",
    help="扣除的期间（鉴定等），可重复",
)
@click.option(
    "--extend",
    "extensions",
    multiple=True,
    metavar="批准人:月数",
    help="延长：chief:1 或 superior:月数，可重复",
)
@click.option(
    "--ics",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    metavar="文件",
    help="写成日历文件",
)
@click.option("--case", default="", metavar="案件", help="日历文件里的案件名")
@local_option
@as_json
@guarded
def due(
    step: str,
    start: str,
    regime: str | None,
    suspensions: tuple[str, ...],
    extensions: tuple[str, ...],
    ics: Path | None,
    case: str,
    folders: tuple[Path, ...],
    *,
    as_json: bool,
) -> None:
    """推算一个期限的末日，逐步写出算法。期限写编号，如 suggestion-reply。"""
    from pil_discovery.pipeline import law

    deadline = law.due(
        step,
        start,
        regime=regime or law.regime_for(start, folders),
        suspensions=[_pair(text) for text in suspensions],
        extensions=[_extension(text) for text in extensions],
        local_models=folders,
    )
    if ics is not None:
        law.write_calendar({case or step: [deadline]}, ics, as_of=start)
        tell(say(f"日历已写入 {ics}", f"Calendar written to {ics}"))
    if as_json:
        print_json(deadline)
        return
    mark = say("（暂定）", " (provisional)") if deadline.provisional else ""
    click.echo(f"{deadline.title_zh}：{deadline.date}{mark}")
    for line in deadline.reckoning:
        click.echo(f"  · {line}")
    click.echo(f"  · 依据：{'、'.join(deadline.basis)}")


def _pair(text: str) -> tuple[str, str]:
    found = span_of(text)
    return (found, found) if isinstance(found, str) else found


def _extension(text: str) -> dict[str, object]:
    by, _, months = text.partition(":")
    if not months.isdecimal():
        message = say(f"延长「{text}」应写作 chief:1", "write chief:1")
        raise click.BadParameter(message)
    return {"by": by, "months": int(months)}


@click.command()
@click.option("--regime", default="2021", metavar="规则", help="办案规则的编号")
@as_json
@guarded
def clocks(regime: str, *, as_json: bool) -> None:
    """列出全部期限：长度、起算、主体、依据。"""
    from pil_discovery.pipeline.law import list_clocks

    rows = list_clocks(regime)
    if as_json:
        print_json(rows)
        return
    heading = ("编号", "期限", "起算", "主体", "依据", "内容")
    body = [
        (c.id, period, c.starts_from, c.who, "、".join(c.basis), c.title_zh)
        for c, period in rows
    ]
    click.echo(columns([heading, *body]))


@click.command()
@click.argument("field", metavar="领域")
@click.option(
    "--on", "period", required=True, metavar="日期", help="事实发生日，或 首日..末日"
)
@click.option("--as-of", type=Day(), default=None, help="办理的日期（默认：事实末日）")
@_TAGS
@click.option(
    "--known",
    multiple=True,
    metavar="条件",
    help="已经具备的条件的编号，可重复：agency、filed、…",
)
@local_option
@as_json
@guarded
def avenues(
    field: str,
    period: str,
    as_of: str | None,
    tags: tuple[str, ...],
    known: tuple[str, ...],
    folders: tuple[Path, ...],
    *,
    as_json: bool,
) -> None:
    """列出一个领域可走的途径（诉讼、建议、支持、督促、监督意见、移送）和所缺条件。

    领域写编号：environment、food_drug、minors、heroes、education……没有一条途径可走
    （或者只能提出监督意见）时说明原因。
    """
    from pil_discovery.pipeline.avenues import avenue_line, avenue_row, find_avenues

    found = find_avenues(
        field,
        span_of(period),
        as_of=as_of,
        tags=tags,
        known=known,
        local_models=folders,
    )
    if as_json:
        print_json({"avenues": [avenue_row(a) for a in found]})
    for avenue in () if as_json else found:
        click.echo(avenue_line(avenue))
    if not any(a.refused is None for a in found):
        tell(say("没有一条途径可走", "No way is open"))
        leave(PROBLEMS)


@click.command()
@click.argument("track", type=click.Choice(["admin", "civil"]), metavar="admin|civil")
@_ON
@_TAGS
@click.option("--power", default=None, metavar="职权", help="职权编号，查主管机关")
@click.option(
    "--division",
    "divisions",
    multiple=True,
    metavar="区划代码",
    help="事实所在地，可重复；几个地方为跨区划",
)
@local_option
@as_json
@guarded
def jurisdiction(
    track: str,
    day: str,
    tags: tuple[str, ...],
    power: str | None,
    divisions: tuple[str, ...],
    folders: tuple[Path, ...],
    *,
    as_json: bool,
) -> None:
    """查主管机关、立案和起诉的检察院、管辖法院。"""
    from pil_discovery.pipeline.avenues import find_jurisdiction, venue_line

    found = find_jurisdiction(
        track,
        day,
        tags=tags,
        power=power,
        divisions=divisions,
        local_models=folders,
    )
    if as_json:
        told = {"agency": found.agency, "other_agencies": dict(found.others)}
        print_json({**told, "venues": found.venues})
    else:
        lines = [f"主管机关：{found.agency}"] if found.agency else []
        lines += [f"同一损害的其他机关：{a}（{p}）" for p, a in found.others.items()]
        click.echo("\n".join([*lines, *(venue_line(v) for v in found.venues)]))
    if not found.venues:
        tell(say("没有载入该日期的版本", "No version is loaded for that date"))
        leave(PROBLEMS)


@click.command()
@click.argument(
    "register", type=click.Path(dir_okay=False, path_type=Path), metavar="登记册"
)
@_ON
@as_json
@guarded
def plaintiffs(register: Path, day: str, *, as_json: bool) -> None:
    """逐个判断登记册里的机关、组织某日是否适格，说明每项条件。"""
    from pil_discovery.pipeline.avenues import judge_plaintiffs

    if not register.is_file():
        tell(say(f"找不到文件 {register}", f"No file {register}"))
        leave(USAGE)
    found = judge_plaintiffs(register, day)
    words = {"eligible": "适格", "not_eligible": "不适格", "unknown": "未知"}
    rows = [
        (s.org_name, words[s.state], "；".join(s.reasons), "、".join(s.basis))
        for s in found.standings
    ]
    if as_json:
        print_json({"standings": found.standings, "set_apart": found.set_apart})
    else:
        click.echo(columns([("名称", "结论（待核查）", "条件", "依据"), *rows]))
    for line in found.set_apart:
        tell(f"× {line}")
    if found.set_apart:
        leave(PARTIAL)


COMMANDS = (due, clocks, avenues, jurisdiction, plaintiffs)
