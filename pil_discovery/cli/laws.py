"""`pil law`: show, resolve; `procedures` adds the periods and the ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pil_discovery.cli.options import Day, as_json, local_option, span_of
from pil_discovery.cli.printing import (
    PROBLEMS,
    columns,
    guarded,
    leave,
    print_json,
    tell,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pil_discovery.types import Basis

_KINDS = {"binding": "可引用", "reference": "仅参考"}
_ROLES = {"applies": "适用", "if_milder": "较轻时适用", "transition": "过渡规则"}


@click.group()
def law() -> None:
    """法律依据与办案程序：条文、期限、途径、管辖，都按日期。"""


@law.command()
@click.argument("name", metavar="名称")
@local_option
@as_json
@guarded
def show(name: str, folders: tuple[Path, ...], *, as_json: bool) -> None:
    """列出一部法律、一个主题或一条依据的全部版本。

    名称写依据编号、主题、法律代号或法律全称。
    """
    from pil_discovery.pipeline.law import show_law

    rows = show_law(name, folders)
    if as_json:
        print_json(rows)
        return
    heading = ("编号", "条文", "施行", "失效", "核对", "内容（我方概括，非原文）")
    body = [
        (
            f.id,
            f.article or "",
            f.effective_from,
            f.effective_to or "",
            f.verified,
            f.summary_zh,
        )
        for f in rows
    ]
    click.echo(columns([heading, *body]))


@law.command()
@click.argument("names", nargs=-1, required=True, metavar="主题或依据编号...")
@click.option(
    "--on", "period", required=True, metavar="日期", help="事实发生日，或 首日..末日"
)
@click.option("--decided-on", type=Day(), default=None, help="处罚决定日")
@local_option
@as_json
@guarded
def resolve(
    names: tuple[str, ...],
    period: str,
    decided_on: str | None,
    folders: tuple[Path, ...],
    *,
    as_json: bool,
) -> None:
    """查某日（或某段时间）适用的依据。"""
    from pil_discovery.pipeline.law import resolve_basis

    wanted = names[0] if len(names) == 1 else list(names)
    bases = resolve_basis(
        wanted, span_of(period), decided_on=decided_on, local_models=folders
    )
    gaps = [b for b in bases if b.role == "gap"]
    if as_json:
        print_json({"basis": bases})
    else:
        heading = ("编号", "条文", "施行", "失效", "效力", "适用", "内容", "说明")
        rows = [
            (
                b.id,
                b.citation_zh,
                b.effective_from,
                b.effective_to or "",
                _KINDS[b.kind],
                _ROLES[b.role],
                b.summary_zh,
                _remark(b),
            )
            for b in bases
            if b not in gaps
        ]
        if rows:
            click.echo(columns([heading, *rows]))
    for gap in gaps:
        tell(gap.note)
    if gaps:
        leave(PROBLEMS)


def _remark(basis: Basis) -> str:
    later = f"后见{basis.successor_zh}" if basis.successor_zh else ""
    return "；".join(part for part in (basis.note, later) if part)
