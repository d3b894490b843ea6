"""`pil case`: open, record, status, due, followup, verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import (
    FILE,
    Day,
    any_case_argument,
    as_json,
    by_option,
    case_argument,
    certificate_option,
    key_beside,
    key_option,
    ledger_argument,
    on_option,
    pairs_of,
    tip_key_option,
    until_option,
)
from pil_discovery.cli.printing import (
    REFUSED,
    columns,
    guarded,
    leave,
    one_line,
    print_json,
    tell,
)

if TYPE_CHECKING:
    import datetime as dt

    from pil_discovery.types import Due

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def case() -> None:
    """案件账本：只增不改，逐条相连，缺前置条件的不能记录。

    账本是一个 SQLite 文件，或者 postgresql+psycopg:// 开头的数据库地址。
    """


@case.command("open")
@ledger_argument
@click.option(
    "--track",
    type=click.Choice(["admin", "civil"]),
    required=True,
    help="行政（admin）或民事（civil）公益诉讼",
)
@click.option("--matter", required=True, metavar="主题", help="法律主题，如 land.idle")
@click.option("--agency", default="", metavar="机关", help="应当履职的行政机关")
@click.option("--party", default="", metavar="名称", help="民事案件的违法行为人")
@click.option("--title", required=True, metavar="案由", help="案件名称")
@click.option("--fact-date", type=Day(), required=True, help="事实发生日")
@on_option
@by_option
@click.option("--tag", "tags", multiple=True, metavar="标签", help="可重复，如 minors")
@click.option("--scan", type=_FOLDER, default=None, help="筛查结果文件夹")
@click.option("--lead", default=None, metavar="线索", help="线索序号或编号")
@key_option
@as_json
@guarded
def open_(
    ledger: str,
    key: Path | None,
    *,
    as_json: bool,
    **told: Any,  # noqa: ANN401 -- the options, handed on by name
) -> None:
    """登记一条线索，开始一件案件；账本不存在的，先建账本。"""
    from pil_discovery.pipeline.cases import open_case, open_ledger

    opened = open_case(open_ledger(ledger, key=key), **told)
    if as_json:
        print_json({"case": opened.id, "state": opened.state})
        return
    click.echo(opened.id)
    tell(say(f"已登记：{opened.title}", f"opened: {opened.title}"))


@case.command()
@ledger_argument
@case_argument
@click.argument("event", metavar="事件")
@on_option
@by_option
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="KEY=VALUE",
    help="字段，可重复；同一字段写几次即为几项",
)
@click.option("--file", "files", type=FILE, multiple=True, help="附件，记下散列")
@tip_key_option
@key_option
@as_json
@guarded
def record(
    ledger: str,
    case: str,
    event: str,
    on: dt.date,
    by: str,
    fields: tuple[str, ...],
    files: tuple[Path, ...],
    tip_key: Path | None,
    key: Path | None,
    *,
    as_json: bool,
) -> None:
    """记录一件事；缺前置条件的不记录，逐项说明依据（退出码 3）。"""
    from pil_discovery.pipeline.cases import open_ledger, record_event

    found = record_event(
        open_ledger(ledger, key=key),
        case,
        event,
        on=on,
        by=by,
        fields=pairs_of(fields),
        files=files,
        tip_key=tip_key or key_beside(ledger),
    )
    last = found.entries[-1]
    if as_json:
        told = {"case": found.id, "seq": last.seq, "event": last.event}
        print_json(told | {"state": found.state, "hash": last.hash})
        return
    click.echo(last.hash)
    tell(say(f"已记录，案件处于 {found.state}", f"recorded; state {found.state}"))


@case.command()
@ledger_argument
@any_case_argument
@as_json
@guarded
def status(ledger: str, case: str | None, *, as_json: bool) -> None:
    """看案件到了哪一步，下一步可以做什么、还缺什么。"""
    from pil_discovery.pipeline.cases import case_status, open_ledger

    found = case_status(open_ledger(ledger), case)
    if as_json:
        print_json(found if case is None else found[0])
        return
    for one in found:
        click.echo(f"{one['case']}  {one['state_zh']}  {one_line(one['title'])}")
        if case is not None:
            _print_steps(one)


def _print_steps(one: dict[str, Any]) -> None:
    rows = [(e["seq"], e["on"], e["event"], e["by"]) for e in one["events"]]
    click.echo(columns(rows))
    for step in one["next"]:
        click.echo(f"→ {step['event']}  {step['title_zh']}")
        for missing in step["missing"]:
            click.echo(f"    · {one_line(missing)}")
        for check in step["checks"]:
            click.echo(f"    {'√' if check['ok'] else '□'} {one_line(check['zh'])}")


@case.command()
@ledger_argument
@any_case_argument
@until_option
@click.option("--ics", type=FILE, default=None, help="另写成日历文件")
@as_json
@guarded
def due(
    ledger: str, case: str | None, as_of: dt.date, ics: Path | None, *, as_json: bool
) -> None:
    """列出各项期限；有逾期未办的，退出码 3。"""
    from pil_discovery.pipeline.cases import case_calendar, case_dues, open_ledger

    opened = open_ledger(ledger)
    found = case_dues(opened, case, as_of=as_of)
    if ics is not None:
        text = case_calendar(opened, found, as_of=as_of)
        ics.write_text(text, encoding="utf-8", newline="")
    if as_json:
        print_json(found)
    else:
        click.echo(columns([_due_row(d) for d in found]))
    if any(d.overdue and d.done is False for d in found):
        leave(REFUSED)


def _due_row(due: Due) -> tuple[str, ...]:
    states = {True: "已办", False: "逾期" if due.overdue else "未到期", None: "待确认"}
    mark = "（暂定）" if due.provisional else ""
    word = "已暂停" if due.standing else states[due.done]
    return due.case, f"{due.date}{mark}", word, due.clock, due.title_zh


@case.command()
@ledger_argument
@case_argument
@click.option("--scan", type=_FOLDER, required=True, help="新的筛查结果文件夹")
@until_option
@as_json
@guarded
def followup(
    ledger: str, case: str, scan: Path, as_of: dt.date, *, as_json: bool
) -> None:
    """用新的筛查比对立案时的线索；只列迹象，不下结论。"""
    from pil_discovery.pipeline.cases import follow_up, open_ledger

    found = follow_up(open_ledger(ledger), case, scan=scan, as_of=as_of)
    if as_json:
        print_json(found)
        return
    words = {
        "restored": "不再列出",
        "partial": "部分仍列出",
        "not": "仍列出",
        "relapsed": "曾经消除，又列出",
        "unknown": "情况未知",
    }
    click.echo(f"{words[found.outcome]}（{found.outcome}，待核查）")
    for line in found.evidence:
        click.echo(f"  · {one_line(line)}")
    rows = [(i.id, i.state, i.zh) for i in found.indicators]
    click.echo(columns(rows))
    for measure in found.measures:
        click.echo(f"回复所称：{one_line(measure.measure)}（{measure.state}）")


@case.command()
@ledger_argument
@click.option(
    "--head", default=None, metavar="散列", help="以前回执上的散列，应仍在账本里"
)
@certificate_option
@as_json
@guarded
def verify(
    ledger: str, head: str | None, certificate: Path | None, *, as_json: bool
) -> None:
    """核对账本：有删改、截短、替换的，退出码 1。"""
    from pil_discovery.pipeline.cases import open_ledger, verify_ledger

    last = verify_ledger(open_ledger(ledger), head=head, certificate=certificate)
    if as_json:
        print_json({"ok": True, "entries": last.seq, "head": last.hash})
        return
    click.echo(last.hash)
    tell(say(f"账本完好，共 {last.seq} 条", f"sound, {last.seq} entries"))
