"""Command on who is who: pairs of names that were joined, changed, or are open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import as_json
from pil_discovery.cli.printing import guarded, print_json, tell, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("out", type=_FOLDER, metavar="结果")
@click.option(
    "--since", type=_FOLDER, default=None, help="与这份较早的结果相比，哪些认定变了"
)
@click.option("--ask", type=_FILE, default=None, help="把待核对的写入这个工作簿")
@click.option(
    "--import", "answers", type=_FILE, default=None, help="把填好的工作簿读回工作区"
)
@click.option(
    "--workspace", type=_FOLDER, default=None, help="工作区（默认：筛查时的位置）"
)
@as_json
@guarded
def subjects(
    out: Path,
    since: Path | None,
    ask: Path | None,
    answers: Path | None,
    workspace: Path | None,
    *,
    as_json: bool,
) -> None:
    """各部门的表里谁是同一主体：按名称认定的、变了的、待人工核对的。"""
    from pil_discovery.pipeline import subject_links

    links = subject_links.read_links(out)
    changes = (
        None
        if since is None
        else subject_links.changed_links(subject_links.read_links(since), links)
    )
    if ask is not None:
        number = subject_links.ask_about_links(out, ask)
        tell(say(f"待核对 {number} 对，已写出 {ask}", f"{number} open pairs: {ask}"))
    if answers is not None:
        store, number = subject_links.keep_link_decisions(
            out, answers, workspace=workspace
        )
        tell(
            say(
                f"记下 {number} 条核对结论：{store}；下次筛查时适用",
                f"{number} decisions kept in {store}, applied by the next scan",
            )
        )
    account = subject_links.linking_account(out)
    if as_json:
        print_json(
            {
                "account": account,
                "links": links,
                "changes": None if changes is None else [vars(c) for c in changes],
            }
        )
        return
    for line in linking_lines(account):
        click.echo(line)
    shown = [link for link in links if link["by"] != "full_name"]
    for change in changes or ():
        click.echo(wrapped(f"变 {change.words()}"))
    for link in shown:
        click.echo(wrapped(f"{_MARKS[link['decision']]} {_words(link)}"))
    if changes == []:
        tell(say("先前的认定都没有变", "No earlier decision changed"))


_MARKS = {"same": "＝", "review": "？"}


def _words(link: Mapping[str, Any]) -> str:
    a, b = link["names"]
    return f"“{a}”与“{b}”：{link['probability']}，{link['reason']}"


def linking_lines(account: Mapping[str, int] | None) -> list[str]:
    """Say how many rows and pairs were compared, and what came of them."""
    if not account:
        return [say("没有模型要求关联主体", "No model asked for subjects")]
    a = account
    return [
        say(
            f"主体关联：{a['rows']} 行涉及主体，{a['with_code']} 行有有效代码"
            f"（其中 {a['from_permit']} 行由许可证编号得到），"
            f"{a['by_name']} 行只凭名称，{a['bare_names']} 行仅有姓名或简称、"
            f"{a['without_name']} 行没有名称而未关联。",
            f"Subjects: {a['rows']} rows, {a['with_code']} with a valid code "
            f"({a['from_permit']} from permit numbers), "
            f"{a['by_name']} by name; {a['bare_names']} bare names and "
            f"{a['without_name']} without a name were not linked.",
        ),
        say(
            f"比对名称 {a['compared']} 对：全称相同 {a['full_name']}、"
            f"按名称认定 {a['likeness']}、人工认定 {a['person']}、"
            f"待人工核对 {a['open']}、不是同一主体 {a['dropped']}。",
            f"{a['compared']} pairs compared: {a['full_name']} of equal full name, "
            f"{a['likeness']} by likeness, {a['person']} decided by people, "
            f"{a['open']} open, {a['dropped']} dropped.",
        ),
    ]


COMMANDS = (subjects,)
