"""What goes in and out of a ledger: `pil case export`, `import`, `confirm`, …"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import (
    FILE,
    Day,
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
    PARTIAL,
    columns,
    guarded,
    leave,
    print_json,
    tell,
)

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

_TABLES = frozenset(
    [".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".et", ".ods"]
)


@click.command()
@ledger_argument
@case_argument
@click.option("-o", "--output", type=FILE, required=True, help="写到哪个文件")
@click.option("--sender", default="", metavar="单位", help="发送单位")
@click.option(
    "--to",
    "recipient",
    default="",
    metavar="单位",
    help="只给哪个单位；送出记入账本，要写 --on、--by",
)
@click.option("--on", type=Day(), default=None, help="送出的日期")
@click.option("--by", default="", metavar="记录人", help="谁送出")
@key_option
@as_json
@guarded
def export(
    ledger: str,
    case: str,
    output: Path,
    key: Path | None,
    *,
    as_json: bool,
    **told: Any,  # noqa: ANN401 -- the options, handed on by name
) -> None:
    """把案件写成移送包；举报人信息不出账本。"""
    from pil_discovery.pipeline.cases import open_ledger
    from pil_discovery.pipeline.exchange import export_case

    opened = open_ledger(ledger, key=key)
    made = export_case(opened, case, output, key=key, **told)
    if as_json:
        print_json(made)
        return
    click.echo(made["sha256"])
    tell(say(f"已写出 {output}", f"written: {output}"))
    if not made["signed"]:
        tell(say("未签名", "not signed"))


@click.command("import")
@ledger_argument
@click.argument("file", type=FILE, metavar="文件")
@click.option("--by", default="import", metavar="记录人", help="谁接收")
@click.option(
    "--from", "agency", default="", metavar="机关", help="表格由谁发来，用其字段对照"
)
@click.option(
    "--columns", multiple=True, metavar="表头=列", help="表格的表头对应哪一列，可重复"
)
@click.option(
    "--as",
    "office",
    default="",
    metavar="单位",
    help="哪个单位接收（移送包写明的要写）",
)
@click.option("--receipt", type=FILE, default=None, help="给发送方的回执写到哪个文件")
@key_option
@certificate_option
@as_json
@guarded
def import_(
    ledger: str,
    file: Path,
    by: str,
    agency: str,
    columns: tuple[str, ...],
    office: str,
    receipt: Path | None,
    key: Path | None,
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
        told = import_case(
            opened,
            file,
            by=by,
            certificate=certificate,
            office=office,
            receipt=receipt,
            key=key,
        )
        words = (
            f"来自 {told['sender']}，新收 {told['added']} 条，回执 {told['receipt']}"
        )
    else:
        named = dict(pairs_of(columns))
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


@click.command()
@ledger_argument
@click.argument("file", type=FILE, metavar="回执")
@on_option
@by_option
@certificate_option
@as_json
@guarded
def confirm(
    ledger: str,
    file: Path,
    on: dt.date,
    by: str,
    certificate: Path | None,
    *,
    as_json: bool,
) -> None:
    """登记对方收到移送包的回执；被改动的不收，没有送出过的不认。"""
    from pil_discovery.pipeline.cases import open_ledger
    from pil_discovery.pipeline.exchange import confirm_receipt

    told = confirm_receipt(
        open_ledger(ledger), file, on=on, by=by, certificate=certificate
    )
    if as_json:
        print_json(told)
        return
    click.echo(told["receipt"])
    tell(say(f"{told['to']} 已收到，案件处于 {told['state']}", "confirmed"))


@click.command()
@ledger_argument
@click.argument("seq", type=click.IntRange(min=1), metavar="序号")
@on_option
@by_option
@click.option("--reason", required=True, metavar="理由", help="为什么打开")
@tip_key_option
@as_json
@guarded
def tip(
    ledger: str,
    seq: int,
    on: dt.date,
    by: str,
    reason: str,
    tip_key: Path | None,
    *,
    as_json: bool,
) -> None:
    """用密钥打开密封的举报人信息（核实、奖励时用）；谁、为什么打开，记入账本。"""
    from pil_discovery.pipeline.cases import open_ledger, open_tip

    key = _chosen(ledger, tip_key)
    opened = open_ledger(ledger)
    found = open_tip(opened, seq, on=on, by=by, reason=reason, tip_key=key)
    if as_json:
        print_json(found)
        return
    click.echo(columns(found.items()))


def _chosen(ledger: str, tip_key: Path | None) -> Path:
    chosen = tip_key or key_beside(ledger)
    if chosen is None:
        raise click.UsageError("请用 --tip-key 给出密钥文件")
    return chosen


@click.command()
@ledger_argument
@click.argument("name", metavar="登记簿")
@until_option
@as_json
@guarded
def register(ledger: str, name: str, as_of: dt.date, *, as_json: bool) -> None:
    """列出各案的举报（tips）、鉴定（appraisals）或者保全（preservations）登记。

    举报人的身份和联系方式不在其中。
    """
    from pil_discovery.pipeline.cases import case_register, open_ledger

    told = case_register(open_ledger(ledger), name, as_of=as_of)
    if as_json:
        print_json(told)
        return
    click.echo(f"{told['title_zh']}（{told['as_of']}，{len(told['rows'])} 条）")
    heads = told["columns"]
    rows = [("序号", "案件", "日期", *heads.values())]
    rows += [
        (str(r["seq"]), r["case"], r["on"], *(r[f] or "—" for f in heads))
        for r in told["rows"]
    ]
    click.echo(columns(rows))
    for row in told["rows"]:
        if row.get("adds"):
            click.echo(f"→ 案件 {row['case']}：诉讼请求列入“{row['adds']}”")


COMMANDS = (export, import_, confirm, tip, register)
