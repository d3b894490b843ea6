"""`pil report`: annual, scorecard, digest, escalation, committee, briefing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import as_json
from pil_discovery.cli.printing import guarded, print_json, tell

if TYPE_CHECKING:
    from collections.abc import Callable

_ledger = click.argument("ledger", metavar="账本")
_case = click.argument("case", metavar="案件")
_year = click.option(
    "--year", type=click.IntRange(2000, 2100), required=True, help="哪一年"
)
_output = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="写成 Markdown 文件",
)


@click.group()
def report() -> None:
    """由账本统计的报告：每个数都能在账本里重数。"""


@report.command()
@_ledger
@_year
@_output
@as_json
@guarded
def annual(ledger: str, year: int, output: Path | None, *, as_json: bool) -> None:
    """行政检察年度分析：数量、回复率、按期率、追回与恢复、同类问题。"""
    from pil_discovery.pipeline.case_reports import annual_report, annual_text
    from pil_discovery.pipeline.cases import open_ledger

    told = annual_report(open_ledger(ledger), year)
    _deliver(told, annual_text, output, as_json=as_json)


@report.command()
@_ledger
@_year
@_output
@as_json
@guarded
def scorecard(ledger: str, year: int, output: Path | None, *, as_json: bool) -> None:
    """各行政机关依法履职情况，供法治政府建设考核参考。"""
    from pil_discovery.pipeline import case_reports
    from pil_discovery.pipeline.cases import open_ledger

    told = case_reports.scorecard(open_ledger(ledger), year)
    _deliver(told, case_reports.scorecard_text, output, as_json=as_json)


@report.command()
@_ledger
@_case
@_output
@as_json
@guarded
def digest(ledger: str, case: str, output: Path | None, *, as_json: bool) -> None:
    """案例摘要，隐去一切名称，供宣传。"""
    from pil_discovery.pipeline.case_reports import case_digest, digest_text
    from pil_discovery.pipeline.cases import open_ledger

    told = case_digest(open_ledger(ledger), case)
    _deliver(told, digest_text, output, as_json=as_json)


@report.command()
@_ledger
@_case
@_output
@as_json
@guarded
def escalation(ledger: str, case: str, output: Path | None, *, as_json: bool) -> None:
    """拒绝、拒收、逾期不回时可以向谁通报、报告、移送，还缺什么。"""
    from pil_discovery.pipeline import case_reports
    from pil_discovery.pipeline.cases import open_ledger

    told = case_reports.escalation(open_ledger(ledger), case)
    _deliver(told, case_reports.escalation_text, output, as_json=as_json)


@report.command()
@_ledger
@_case
@_output
@as_json
@guarded
def committee(ledger: str, case: str, output: Path | None, *, as_json: bool) -> None:
    """一件案件向人大常委会报告备案的草稿：账本里各项记录怎样写，逐条注明。"""
    from pil_discovery.pipeline.case_reports import committee_report, committee_text
    from pil_discovery.pipeline.cases import open_ledger

    told = committee_report(open_ledger(ledger), case)
    _deliver(told, committee_text, output, as_json=as_json)


@report.command()
@_ledger
@_year
@_output
@as_json
@guarded
def briefing(ledger: str, year: int, output: Path | None, *, as_json: bool) -> None:
    """人大监督用的材料：年度分析、没有回复的机关、可以采取的监督方式和依据。"""
    from pil_discovery.pipeline import case_reports
    from pil_discovery.pipeline.cases import open_ledger

    told = case_reports.briefing(open_ledger(ledger), year)
    _deliver(told, case_reports.briefing_text, output, as_json=as_json)


def _deliver(
    told: dict[str, Any],
    write: Callable[[dict[str, Any]], str],
    output: Path | None,
    *,
    as_json: bool,
) -> None:
    if output is not None:
        output.write_text(write(told), encoding="utf-8", newline="\n")
        tell(say(f"已写出 {output}", f"written: {output}"))
    if as_json:
        print_json(told)
    elif output is None:
        click.echo(write(told), nl=False)
