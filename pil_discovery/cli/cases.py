"""`pil case`: open, record, status, due, followup, export, import, verify, tip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import Day, as_json
from pil_discovery.cli.printing import (
    PARTIAL,
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

_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)

_TABLES = frozenset(
    [".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".et", ".ods"]
)

_ledger = click.argument("ledger", metavar="账本")
_case = click.argument("case", metavar="案件")
_any_case = click.argument("case", required=False, metavar="[案件]")
_on = click.option("--on", type=Day(), required=True, help="发生日（YYYY-MM-DD）")
_as_of = click.option(
    "--as-of", type=Day(), required=True, help="截至日（YYYY-MM-DD），不看时钟"
)
_by = click.option("--by", required=True, metavar="记录人", help="谁记录")
_key = click.option(
    "--key",
    type=_FILE,
    default=None,
    help="签名用的私钥（PEM）；口令取环境变量 PIL_KEY_PASSWORD",
)
_certificate = click.option(
    "--cert", "certificate", type=_FILE, default=None, help="核对签名用的证书或公钥"
)
_tip_key = click.option(
    "--tip-key", type=_FILE, default=None, help="举报人信息的密钥文件，应另行保管"
)


@click.group()
def case() -> None:
    """案件账本：只增不改，逐条相连，缺前置条件的不能记录。

    账本是一个 SQLite 文件，或者 postgresql+psycopg:// 开头的数据库地址。
    """


@case.command("open")
@_ledger
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
@_on
@_by
@click.option("--tag", "tags", multiple=True, metavar="标签", help="可重复，如 minors")
@click.option("--scan", type=_FOLDER, default=None, help="筛查结果文件夹")
@click.option("--lead", default=None, metavar="线索", help="线索序号或编号")
@_key
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
@_ledger
@_case
@click.argument("event", metavar="事件")
@_on
@_by
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="KEY=VALUE",
    help="字段，可重复；同一字段写几次即为几项",
)
@click.option("--file", "files", type=_FILE, multiple=True, help="附件，记下散列")
@_tip_key
@_key
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
        fields=_pairs(fields),
        files=files,
        tip_key=tip_key or _beside(ledger),
    )
    last = found.entries[-1]
    if as_json:
        told = {"case": found.id, "seq": last.seq, "event": last.event}
        print_json(told | {"state": found.state, "hash": last.hash})
        return
    click.echo(last.hash)
    tell(say(f"已记录，案件处于 {found.state}", f"recorded; state {found.state}"))


@case.command()
@_ledger
@_any_case
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
@_ledger
@_any_case
@_as_of
@click.option("--ics", type=_FILE, default=None, help="另写成日历文件")
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
@_ledger
@_case
@click.option("--scan", type=_FOLDER, required=True, help="新的筛查结果文件夹")
@_as_of
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
@_ledger
@_case
@click.option("-o", "--output", type=_FILE, required=True, help="写到哪个文件")
@click.option("--sender", default="", metavar="单位", help="发送单位")
@_key
@as_json
@guarded
def export(
    ledger: str,
    case: str,
    output: Path,
    sender: str,
    key: Path | None,
    *,
    as_json: bool,
) -> None:
    """把案件写成移送包；举报人信息不出账本。"""
    from pil_discovery.pipeline.cases import open_ledger
    from pil_discovery.pipeline.exchange import export_case

    told = export_case(open_ledger(ledger), case, output, sender=sender, key=key)
    if as_json:
        print_json(told)
        return
    click.echo(told["sha256"])
    tell(say(f"已写出 {output}", f"written: {output}"))
    if not told["signed"]:
        tell(say("未签名", "not signed"))


@case.command("import")
@_ledger
@click.argument("file", type=_FILE, metavar="文件")
@click.option("--by", default="import", metavar="记录人", help="谁接收")
@click.option(
    "--from", "agency", default="", metavar="机关", help="表格由谁发来，用其字段对照"
)
@click.option(
    "--columns", multiple=True, metavar="表头=列", help="表格的表头对应哪一列，可重复"
)
@_certificate
@as_json
@guarded
def import_(
    ledger: str,
    file: Path,
    by: str,
    agency: str,
    columns: tuple[str, ...],
    certificate: Path | None,
    *,
    as_json: bool,
) -> None:
    """收下移送包，或者行政机关发回的回复表格（CSV、Excel）。

    被改动的移送包不收（退出码 1）；表格里记不进去的行列出原因，不丢（退出码 4）。
    """
    from pil_discovery.pipeline.cases import open_ledger
    from pil_discovery.pipeline.exchange import import_case, import_replies

    opened = open_ledger(ledger)
    if file.suffix.lower() not in _TABLES:
        told = import_case(opened, file, by=by, certificate=certificate)
        words = (
            f"来自 {told['sender']}，新收 {told['added']} 条，回执 {told['receipt']}"
        )
    else:
        named = dict(_pairs(columns))
        told = import_replies(opened, file, by=by, agency=agency, columns=named)
        words = (
            f"{told['rows']} 行：记录 {told['added']}，已有 {told['known']}，"
            f"隔离 {told['quarantined']}"
        )
    if as_json:
        print_json(told)
    tell(say(words, ""))
    for aside in told.get("quarantine", ()):
        tell(f"× 第{aside['row']}行：{aside['what']} → {aside['remedy']}")
    if told.get("quarantine"):
        leave(PARTIAL)


@case.command()
@_ledger
@click.option(
    "--head", default=None, metavar="散列", help="以前回执上的散列，应仍在账本里"
)
@_certificate
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


@case.command()
@_ledger
@click.argument("seq", type=click.IntRange(min=1), metavar="序号")
@_tip_key
@as_json
@guarded
def tip(ledger: str, seq: int, tip_key: Path | None, *, as_json: bool) -> None:
    """用密钥打开密封的举报人信息（奖励、核实时用）。"""
    from pil_discovery.pipeline.cases import open_ledger, unseal_tip

    found = unseal_tip(open_ledger(ledger), seq, tip_key=_chosen(ledger, tip_key))
    if as_json:
        print_json(found)
        return
    click.echo(columns(found.items()))


def _chosen(ledger: str, tip_key: Path | None) -> Path:
    chosen = tip_key or _beside(ledger)
    if chosen is None:
        raise click.UsageError("请用 --tip-key 给出密钥文件")
    return chosen


def _beside(ledger: str) -> Path | None:
    """Return where the key of a ledger in a file is unless an option says otherwise."""
    if "://" in ledger or ledger.startswith("${"):
        return None
    return Path(f"{ledger}.tipkey")


def _pairs(fields: tuple[str, ...]) -> list[tuple[str, str]]:
    broken = [
        f for f in fields if not f.partition("=")[1] or not f.split("=")[0].strip()
    ]
    if broken:
        raise click.BadParameter(f"应写作 KEY=VALUE：{'、'.join(broken)}")
    return [(key, value) for key, _, value in (f.partition("=") for f in fields)]
