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
