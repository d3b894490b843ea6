"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Day(click.ParamType[Any]):
    """A date as YYYY-MM-DD."""

    name = "日期"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """Return the date, or say how one is written."""
        import datetime as dt

        if not isinstance(value, str):
            return value
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} 不是日期，应写作 2026-09-30", param, ctx)


def span_of(text: str) -> tuple[str, str] | str:
    """Read a day, or `first..last`."""
    first, dots, last = text.partition("..")
    start = str(Day().convert(first, None, None))
    return (start, str(Day().convert(last, None, None))) if dots else start


as_json: Decorator = click.option(
    "--json", "as_json", is_flag=True, help="以 JSON 输出"
)
as_svg: Decorator = click.option(
    "--svg", is_flag=True, help="图存为 SVG（可放大、可编辑），不存 PNG"
)
as_of_option: Decorator = click.option(
    "--as-of", type=Day(), default=None, help="基准日（YYYY-MM-DD），结果只取决于它"
)
workers_option: Decorator = click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    metavar="个数",
    help="进程数，不影响结果",
)
cluster_option: Decorator = click.option(
    "--cluster",
    default=None,
    metavar="地址",
    help="在 Dask 集群上运行：local:N 或 tcp://主机:端口，不影响结果",
)
local_option: Decorator = click.option(
    "--models",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="文件夹",
    help="本地文件夹（law/、procedure/、agencies/），可重复",
)

FILE: click.ParamType[Any] = click.Path(dir_okay=False, path_type=Path)
ledger_argument: Decorator = click.argument("ledger", metavar="账本")
case_argument: Decorator = click.argument("case", metavar="案件")
any_case_argument: Decorator = click.argument("case", required=False, metavar="[案件]")
on_option: Decorator = click.option(
    "--on", type=Day(), required=True, help="发生日（YYYY-MM-DD）"
)
until_option: Decorator = click.option(
    "--as-of", type=Day(), required=True, help="截至日（YYYY-MM-DD），不看时钟"
)
by_option: Decorator = click.option(
    "--by", required=True, metavar="记录人", help="谁记录"
)
key_option: Decorator = click.option(
    "--key",
    type=FILE,
    default=None,
    help="签名用的私钥（PEM）；口令取环境变量 PIL_KEY_PASSWORD",
)
certificate_option: Decorator = click.option(
    "--cert", "certificate", type=FILE, default=None, help="核对签名用的证书或公钥"
)
tip_key_option: Decorator = click.option(
    "--tip-key", type=FILE, default=None, help="举报人信息的密钥文件，应另行保管"
)


def key_beside(ledger: str) -> Path | None:
    """Return where the key of a ledger in a file is unless an option says otherwise."""
    if "://" in ledger or ledger.startswith("${"):
        return None
    return Path(f"{ledger}.tipkey")


def pairs_of(fields: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return KEY=VALUE options as pairs."""
    broken = [
        f for f in fields if not f.partition("=")[1] or not f.split("=")[0].strip()
    ]
    if broken:
        raise click.BadParameter(f"应写作 KEY=VALUE：{'、'.join(broken)}")
    return [(key, value) for key, _, value in (f.partition("=") for f in fields)]
